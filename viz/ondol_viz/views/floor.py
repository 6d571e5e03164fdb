"""The halls seen from above: where every rack stands, and what it does at some moments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..run import Run
from .blocks import moments, rows_at
from .declared import rack_type
from .missing import MissingData, need

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

RECOMMENDED = (18.0, 27.0)  # degC, inlet air of the classes A1 to A4 [ashrae2021tc99]
SPAN_K = 4.0  # least range of colours of temperatures; a narrower one makes tenths of a kelvin look like hot spots
_SERIES = ("power", "inlet_temperature", "accelerator_temperature", "accelerators_busy")


@dataclass(frozen=True)
class Quantity:
    """One value of every rack, (moment, rack)."""

    key: str
    name: str  # a sentence
    unit: str  # W, degC, %, or empty for a count
    values: Floats


@dataclass(frozen=True)
class HallPlan:
    """A hall as a grid of places, the first row above; `racks` are numbers of its racks, and `place` says where each stands."""

    name: str
    rows: tuple[float | str, ...]  # labels
    positions: tuple[float | str, ...]
    racks: Ints
    place: tuple[tuple[int, int], ...]  # (row, position), places of the grid
    free: tuple[tuple[int, int], ...]  # places without a rack


@dataclass(frozen=True)
class Floor:
    """`dates` are those of the moments on the site's clock; texts are those of the file, by rack."""

    dates: pd.DatetimeIndex
    halls: tuple[HallPlan, ...]
    racks: tuple[str, ...]
    pools: tuple[str, ...]
    types: tuple[str, ...]
    rated: Floats  # W; NaN where the scenario does not say
    accelerators: Ints  # in the rack; 0 where the scenario does not say
    quantities: tuple[Quantity, ...]


def floor(run: Run, at: Ints | None = None) -> Floor:
    """At reports number `at`; without it, at the stops of the time slider."""
    racks, shown = _recorded(run)
    for column in ("hall", "row", "position"):
        if column not in racks.coords:
            raise MissingData(f"the racks have no {column}")
    at = moments(run, "racks") if at is None else at
    types = _texts(racks, "type")
    known = {name: rack_type(run, name) for name in set(types)}
    rated = np.array([known[name].rated for name in types])
    accelerators = np.array([known[name].accelerators for name in types], dtype=np.int64)
    series = {name: rows_at(run, "racks", name, at) for name in shown}
    return Floor(
        dates=run.local(racks["time"].values[at]),
        halls=tuple(_hall(racks, name) for name in dict.fromkeys(_texts(racks, "hall"))),
        racks=_texts(racks, "rack"),
        pools=_texts(racks, "pool"),
        types=types,
        rated=rated,
        accelerators=accelerators,
        quantities=tuple(_quantities(series, rated, accelerators)),
    )


def widened(low: float, high: float) -> tuple[float, float]:
    """The range of colours of temperatures [degC], `SPAN_K` at least."""
    widen = max(0.0, SPAN_K - (high - low)) / 2
    return low - widen, high + widen


def _recorded(run: Run) -> tuple[xr.Dataset, list[str]]:
    """The racks, and the names of the series that they have of those shown."""
    shown = [name for name in _SERIES if name in run.racks]
    if not shown:
        raise MissingData("the run has none of the series " + ", ".join(f"racks/{name}" for name in _SERIES))
    need(run.racks, "racks", shown[0])
    return run.racks, shown


def _quantities(series: dict[str, Floats], rated: Floats, accelerators: Ints) -> list[Quantity]:
    busy = np.where(accelerators > 0, accelerators, np.nan)
    whole: Sequence[tuple[str, str, str, str, Callable[[Floats], Floats]]] = (
        ("power", "power", "rack power", "W", lambda v: v),
        ("power_share", "power", "power over the rating", "%", lambda v: 100 * v / rated),
        ("inlet_temperature", "inlet_temperature", "inlet air", "degC", lambda v: v),
        ("accelerator_temperature", "accelerator_temperature", "hottest accelerator", "degC", lambda v: v),
        ("utilisation", "accelerators_busy", "share of accelerators held", "%", lambda v: 100 * v / busy),
    )
    found = [Quantity(key, name, unit, made(series[of])) for key, of, name, unit, made in whole if of in series]
    return [quantity for quantity in found if np.isfinite(quantity.values).any()]


def _hall(racks: xr.Dataset, name: str) -> HallPlan:
    here = np.flatnonzero(racks["hall"].values == name)
    rows, positions = racks["row"].values[here].tolist(), racks["position"].values[here].tolist()
    all_rows, all_positions = sorted(set(rows)), sorted(set(positions))
    place = tuple((all_rows.index(r), all_positions.index(p)) for r, p in zip(rows, positions, strict=True))
    taken = set(place)
    grid = [(r, p) for r in range(len(all_rows)) for p in range(len(all_positions))]
    return HallPlan(name, tuple(all_rows), tuple(all_positions), here, place, tuple(at for at in grid if at not in taken))


def _texts(racks: xr.Dataset, column: str) -> tuple[str, ...]:
    return tuple(str(text) for text in racks[column].values) if column in racks.coords else ("",) * racks.sizes["rack"]

"""The loops of facility water with what they cool and what cools them, at some moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..run import Run
from .blocks import moments, rows_at
from .declared import bare, declared, entries, part, quantity
from .missing import need

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

_LOOP = (
    "supply_temperature", "return_temperature", "set_point", "flow", "heat", "chiller_power", "fan_power", "pump_power", "free_cooling",
    "tower_fan_power", "chillers_running", "heat_reused", "tank_cooling",
)  # fmt: skip
# Side of a hall as the scenario calls it, its machines and their number there.
_SIDES = (("air", "crah", "crahs"), ("liquid", "cdu", "cdus"))


@dataclass(frozen=True)
class Consumer:
    """What of a hall takes water of a loop.  Temperatures are those that its machines send to the racks and get back."""

    hall: str
    side: str  # air, liquid or rear_door
    units: int
    supply: Floats | None  # degC, by moment
    back: Floats | None
    flow: Floats | None  # 1, of the rating


@dataclass(frozen=True)
class Loop:
    """`series` are those of the group `loops` that the loop has, by moment, in the units of the file."""

    name: str
    series: Mapping[str, Floats]
    consumers: tuple[Consumer, ...]  # empty where the scenario cannot be read
    chillers: int
    towers: int
    dry_coolers: int
    economizer: bool  # beside chillers
    tank: bool
    reuse: bool


@dataclass(frozen=True)
class Plant:
    dates: pd.DatetimeIndex  # on the site's clock
    loops: tuple[Loop, ...]
    weather: Mapping[str, Floats]  # dry_bulb, wet_bulb (degC), water_flow (kg/s of make-up water), by moment


def plant(run: Run, at: Ints | None = None) -> Plant:
    """At reports number `at` of the loops; without it, at the stops of the time slider."""
    need(run.loops, "loops", "supply_temperature", "return_temperature")
    at = moments(run, "loops") if at is None else at
    when = run.loops["time"].values[at]
    stored = {name: rows_at(run, "loops", name, at) for name in _LOOP if name in run.loops}
    halls = _Halls(run, when)
    tables = declared(run)
    plants = {str(bare(table.get("id"))): table for table in entries(tables, "plant")}
    loops = []
    for i, label in enumerate(run.loops["loop"].values):
        name = str(label)
        series = {key: values[:, i] for key, values in stored.items() if np.isfinite(values[:, i]).any()}
        loops.append(_loop(name, series, plants.get(name, {}), _consumers(name, entries(tables, "hall"), halls)))
    return Plant(run.local(when), tuple(loops), _others(run, "site", ("dry_bulb", "wet_bulb", "water_flow"), when))


class _Halls:
    """Series of the halls at the moments of the loops."""

    def __init__(self, run: Run, when: Any) -> None:
        names = [str(name) for name in run.halls["hall"].values] if "hall" in run.halls else []
        self._column = {name: i for i, name in enumerate(names)}
        wanted = [f"{side}_{what}" for side, *_ in _SIDES for what in ("supply", "return", "flow")]
        self._values = _others(run, "halls", wanted, when)

    def __call__(self, hall: str, series: str) -> Floats | None:
        values = self._values.get(series)
        if values is None or hall not in self._column:
            return None
        found = values[:, self._column[hall]]
        return found if np.isfinite(found).any() else None


def _others(run: Run, group: str, names: Sequence[str], when: Any) -> dict[str, Floats]:
    """Series of another group, at its reports that end at `when` or next after it."""
    data = getattr(run, group)
    if data.sizes.get("time", 0) == 0:
        return {}
    at = np.minimum(np.searchsorted(data["time"].values, when), data.sizes["time"] - 1).astype(np.int64)
    return {name: rows_at(run, group, name, at) for name in names if name in data}


def _consumers(plant: str, halls: Sequence[Mapping[str, Any]], series: _Halls) -> tuple[Consumer, ...]:
    found = []
    for hall in halls:
        name = str(bare(hall.get("id")))
        for side, _, count in _SIDES:
            table = part(hall, side)
            if bare(table.get("plant")) == plant:
                values = (series(name, f"{side}_{what}") for what in ("supply", "return", "flow"))
                found.append(Consumer(name, side, _count(table.get(count)), *values))
        if bare(part(hall, "rear_door").get("plant")) == plant:
            found.append(Consumer(name, "rear_door", 0, None, None, None))
    return tuple(found)


def _loop(name: str, series: Mapping[str, Floats], table: Mapping[str, Any], consumers: tuple[Consumer, ...]) -> Loop:
    chillers = _count(table.get("chillers"))
    return Loop(
        name=name,
        series=series,
        consumers=consumers,
        chillers=chillers or int("chillers_running" in series),
        towers=_count(table.get("towers")),
        dry_coolers=_count(table.get("dry_coolers")),
        economizer=chillers > 0 and bare(table.get("economizer")) is True,
        tank="tank_cooling" in series,
        reuse="heat_reused" in series,
    )


def _count(value: Any) -> int:
    number = quantity(value)
    return int(number) if number > 0 else 0

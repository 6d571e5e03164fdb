"""What views of sweeps share: axes and key figures with their words, and where a picture cuts through the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ..effects import centre
from ..style import unit_text
from ..sweep import CASE, MEMBER, SAMPLE, axes, cells, spell
from ..words import say
from .missing import MissingData

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Quantity:
    """A key figure or an axis."""

    name: str
    meaning: str  # a sentence of the program, or what the sweep file calls it
    unit: str  # as people write it; empty for counts, ratios and names

    def spoken(self) -> str:
        text = say(self.meaning)
        return text[:1].upper() + text[1:]

    def titled(self) -> str:
        """ "Supply temperature (°C)"."""
        return f"{self.spoken()} ({say(self.unit)})" if self.unit else self.spoken()

    def worth(self, value: Any) -> str:
        """ "18 °C", "seoul"."""
        return f"{spell(value)} {say(self.unit)}".strip()


@dataclass(frozen=True)
class Axis(Quantity):
    """With its values, or the values drawn of it."""

    values: tuple[Any, ...]
    numeric: bool  # else names, or places without a coordinate

    @property
    def texts(self) -> list[str]:
        return [self.worth(v) for v in self.values]

    @property
    def at(self) -> Floats:
        """Where to draw them: numbers at their value, names side by side."""
        return np.array(self.values if self.numeric else range(len(self.values)), dtype=float)

    @property
    def by_factors(self) -> bool:
        """Whether values grow by a factor rather than by a step, over a decade or more: a logarithmic axis."""
        if not self.numeric:
            return False
        ordered = np.unique(self.at[np.isfinite(self.at)])
        if len(ordered) > 9:  # drawn ones: neighbours say nothing
            ordered = np.unique(np.quantile(self.at, np.linspace(0, 1, 9)))
        if len(ordered) < 3 or ordered[0] <= 0 or ordered[-1] < 10 * ordered[0]:
            return False
        steps, factors = np.diff(ordered), np.diff(np.log(ordered))
        return bool(np.std(factors) / np.mean(factors) < 0.5 * np.std(steps) / np.mean(steps))


def quantity(sweep: xr.Dataset, name: str) -> Quantity:
    """Of a key figure or an axis by name."""
    attrs = sweep[name].attrs if name in sweep.variables else {}
    unit = unit_text(attrs.get("units", "")) if name in sweep.data_vars or is_number(sweep, name) else ""
    return Quantity(name, str(attrs.get("long_name") or name.replace("_", " ")), unit)


def axis(sweep: xr.Dataset, name: str) -> Axis:
    """An axis of a grid, or what was drawn of one for the samples."""
    known = quantity(sweep, name)
    values = sweep[name].values.tolist() if name in sweep.coords else list(range(sweep.sizes[name]))
    return Axis(known.name, known.meaning, known.unit, tuple(values), is_number(sweep, name))


def is_number(sweep: xr.Dataset, name: str) -> bool:
    return name in sweep.coords and sweep[name].dtype.kind in "fiu"


def is_grid(sweep: xr.Dataset) -> bool:
    return bool(axes(sweep)) and not {SAMPLE, CASE} & set(sweep.dims)


def members(sweep: xr.Dataset) -> int:
    """How many members an ensemble has; 0 without one."""
    return int(sweep.sizes.get(MEMBER, 0))


def middle(sweep: xr.Dataset, keep: tuple[str, ...]) -> dict[str, int]:
    """Places of the other axes of a grid, where a picture over `keep` cuts through them."""
    return {name: place for name, place in centre(sweep).items() if name not in keep}


def cut(sweep: xr.Dataset, response: str, keep: tuple[str, ...]) -> tuple[Floats, str]:
    """A key figure along `keep` alone, in that order, other axes at their middle, which the text says; means over members."""
    place = middle(sweep, keep)
    where = ", ".join(f"{name} = {axis(sweep, name).texts[i]}" for name, i in place.items())
    values = np.asarray(cells(sweep, response).isel(place).transpose(*keep).values, dtype=float)
    if not np.isfinite(values).any():
        raise MissingData(f"no run has {response}{f' at {where}' if where else ''}")
    return values, where


def names_of(sweep: xr.Dataset, table: Any) -> list[str]:
    """ "18 °C, seoul" of each row of a table of cells: the values of its axes; else its dimension and place."""
    known = [axis(sweep, name) for name in axes(sweep) if name in table.columns]
    if known:
        return [
            ", ".join(a.worth(v) for a, v in zip(known, row, strict=True))
            for row in table[[a.name for a in known]].itertuples(index=False)
        ]
    place = next((d for d in (SAMPLE, CASE) if d in table.columns), "")
    return [f"{place or 'run'} {i}" for i in (table[place].tolist() if place else range(len(table)))]

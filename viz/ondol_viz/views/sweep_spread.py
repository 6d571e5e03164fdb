"""How far members of an ensemble lie apart, and which runs are best in two key figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ..bands import bands
from ..pareto import candidates
from ..style import power_scale, unit_text
from ..sweep import MEMBER, SweepError, axes, need_response, spell_alike
from ..words import say
from .missing import MissingData
from .sweep_parts import Axis, Floats, Quantity, axis, is_grid, members, names_of, quantity

PERCENTILES = ("p05", "p25", "p50", "p75", "p95")


@dataclass(frozen=True)
class Spread:
    """A key figure of each member of one cell."""

    response: Quantity
    labels: tuple[str, ...]  # of the members that ended
    values: Floats  # (member)
    percentiles: dict[str, float]

    def titled(self) -> str:
        """ "Tokens trained: 81.6 (74.1 to 86.3) billion": median, 5th and 95th percentile."""
        low, middle, high = spell_alike([self.percentiles[p] for p in ("p05", "p50", "p95")])
        text = say("{what}: {middle} ({low} to {high})", what=self.response.spoken(), middle=middle, low=low, high=high)
        return f"{text} {say(self.response.unit)}".strip()

    def rise(self) -> Floats:
        """Heights that keep dots of equal values apart, (member); always the same."""
        return np.random.default_rng(1).uniform(-0.26, 0.26, len(self.values))


@dataclass(frozen=True)
class BandsAlong:
    """Percentiles over the members along the one axis of a sweep."""

    response: Quantity
    axis: Axis
    percentiles: dict[str, Floats]  # (value of the axis)
    error: Floats  # standard error of the median
    members: int


@dataclass(frozen=True)
class BandsOverTime:
    """Percentiles over the members of a series of the site over time."""

    series: Quantity
    ends: pd.DatetimeIndex  # of the intervals, on the site's clock; the first begins at `begin`
    begin: pd.Timestamp
    zone: str
    percentiles: dict[str, Floats]  # (interval), in the file's unit
    members: int

    def readable(self) -> tuple[float, str]:
        """Divisor and unit in which it reads well."""
        if self.series.unit == "W":
            return power_scale(float(np.nanmax(self.percentiles["p95"])))
        return 1.0, unit_text(self.series.unit)


@dataclass(frozen=True)
class Front:
    """All cells by two key figures.  The front is in the order of x."""

    x: Quantity
    y: Quantity
    directions: tuple[str, str]  # "min" or "max": what is good
    at_x: Floats  # (cell), rising, without cells that lack one of the two
    at_y: Floats
    names: tuple[str, ...]  # of the cells, by the values of their axes
    best: np.ndarray[tuple[int], np.dtype[np.int64]]  # numbers of the cells on the front
    heads: str  # names of the axes, in the order of their values in `names`

    def x_titled(self) -> str:
        return _better(self.x.titled(), self.directions[0])

    def y_titled(self) -> str:
        return _better(self.y.titled(), self.directions[1])


def _better(what: str, good: str) -> str:
    return say("{what}, less is better", what=what) if good == "min" else say("{what}, more is better", what=what)


def member_bands(sweep: xr.Dataset, names: Sequence[str]) -> tuple[Spread, ...]:
    """Of one cell, a spread for each key figure."""
    if MEMBER not in sweep.dims or axes(sweep):
        raise MissingData("this picture is of members of one cell: select values of all axes")
    found = []
    for name in names:
        try:
            spread = bands(sweep, name)
        except SweepError as reason:
            raise MissingData(str(reason)) from reason
        values = np.asarray(need_response(sweep, name).values, dtype=float)
        known = np.isfinite(values)
        if known.sum() < 2:
            raise MissingData(f"fewer than two members have {name}")
        labels = tuple(text for text, ended in zip(axis(sweep, MEMBER).texts, known, strict=True) if ended)
        found.append(Spread(quantity(sweep, name), labels, values[known], {p: float(spread[p]) for p in PERCENTILES}))
    return tuple(found)


def band_lines(sweep: xr.Dataset, response: str) -> BandsAlong:
    """Along the one axis of a sweep."""
    if MEMBER not in sweep.dims or not is_grid(sweep) or len(axes(sweep)) != 1:
        raise MissingData("bands along an axis need members and one axis")
    spread = bands(sweep, response)
    if not np.isfinite(spread["p50"].values).any():
        raise MissingData(f"fewer than two members have {response}")
    percentiles = {p: np.asarray(spread[p].values, dtype=float) for p in PERCENTILES}
    error = np.asarray(spread["se_p50"].values, dtype=float)
    return BandsAlong(quantity(sweep, response), axis(sweep, axes(sweep)[0]), percentiles, error, members(sweep))


def bands_over_time(spread: xr.Dataset) -> BandsOverTime:
    """Of what `ondol_viz.bands.bands_over_time` gives."""
    series = Quantity(
        str(spread.attrs["series"]),
        str(spread.attrs.get("long_name") or spread.attrs["series"]),
        str(spread.attrs.get("units", "")),
    )
    percentiles = {p: np.asarray(spread[p].values, dtype=float) for p in PERCENTILES}
    return BandsOverTime(
        series=series,
        ends=pd.DatetimeIndex(spread["local_time"].values),
        begin=pd.Timestamp(spread.attrs["local_start"]),
        zone=str(spread.attrs["zone"]),
        percentiles=percentiles,
        members=int(spread.attrs["members"]),
    )


def pareto_front(sweep: xr.Dataset, x: str, y: str, directions: tuple[str, str] = ("min", "min")) -> Front:
    """Raises MissingData for what `pareto` refuses."""
    try:
        table = candidates(sweep, x, y, directions)
    except SweepError as reason:
        raise MissingData(str(reason)) from reason
    table = table.sort_values([x, y], kind="stable")
    best = np.flatnonzero(table["best"])
    at_x, at_y = (table[name].to_numpy(dtype=float) for name in (x, y))
    heads = ", ".join(name for name in axes(sweep) if name in table.columns)
    return Front(quantity(sweep, x), quantity(sweep, y), directions, at_x, at_y, tuple(names_of(sweep, table)), best, heads)

"""A key figure of a sweep over its axes: over two, along one, by sample and by case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ..bands import bands
from ..sweep import CASE, SAMPLE, axes, cells
from ..words import say
from .missing import MissingData
from .sweep_parts import Axis, Floats, Quantity, axis, cut, is_grid, is_number, members, names_of, quantity

LINES = 12  # more cannot be told apart
TENTHS = 10  # parts of the samples with a mean each
FEWEST = 50  # samples; fewer have no such means


@dataclass(frozen=True)
class Surface:
    """A key figure over two axes."""

    response: Quantity
    x: Axis
    y: Axis
    values: Floats  # (y, x), NaN: no value
    where: str  # values of the other axes; empty without any
    members: int  # of whom the values are means; 0: no ensemble

    def titled(self) -> str:
        what = over_members(self.response, self.members)
        return say("{what}, at {where}", what=what, where=self.where) if self.where else what


@dataclass(frozen=True)
class Lines:
    """A key figure along one axis, a line for each value of a second."""

    response: Quantity
    x: Axis
    colour: Axis | None  # None: one line
    means: Floats  # (line, x), NaN: no value, or not at every value of the axes in `over`
    low: Floats | None  # (line, x); None: nothing lies behind a mean
    high: Floats | None
    over: tuple[str, ...]  # axes that means, least and largest are over; empty: low to high is of members
    members: int
    left: int  # values of the second axis without a line

    def titled(self) -> str:
        """What the lines are means over, and what their shades are."""
        text = what = self.response.spoken()
        if self.over:
            over = ", ".join(say(name) for name in self.over)
            text = say("{what}, means over {over} (shaded: least to largest)", what=what, over=over)
            text += say("; means over {n} members", n=self.members) if self.members else ""
        elif self.low is not None:
            text = say("{what}, means over {n} members (shaded: 5th to 95th percentile)", what=what, n=self.members)
        elif self.members:
            text = over_members(self.response, self.members)
        return text + (say("; {n} more lines", n=self.left) if self.left else "")


@dataclass(frozen=True)
class Scattered:
    """Samples over one axis."""

    axis: Axis  # its values as drawn, (sample)
    mean_x: Floats  # of tenths of the samples in order; empty for names and few samples
    mean_y: Floats


@dataclass(frozen=True)
class Samples:
    """A key figure of each sample over each axis."""

    response: Quantity
    values: Floats  # (sample)
    panels: tuple[Scattered, ...]


@dataclass(frozen=True)
class Cases:
    """A key figure by case of a zip, or by value of the only axis."""

    response: Quantity
    names: tuple[str, ...]
    values: Floats  # (case), means over members
    p05: Floats | None  # (case); None: no ensemble
    p95: Floats | None
    members: int

    def titled(self) -> str:
        return over_members(self.response, self.members)


def over_members(response: Quantity, members: int) -> str:
    """ "Bill with adders and tax, means over 16 members"."""
    what = response.spoken()
    return say("{what}, means over {n} members", what=what, n=members) if members else what


def response_map(sweep: xr.Dataset, response: str, x: str | None = None, y: str | None = None) -> Surface:
    """Over two axes of a grid, by default the first two; other axes at their middle."""
    if not is_grid(sweep) or len(axes(sweep)) < 2:
        raise MissingData("a map needs a grid of two axes or more")
    left = [name for name in axes(sweep) if name not in (x, y)]
    x = x or left.pop(0)
    y = y or left.pop(0)
    values, where = cut(sweep, response, (y, x))
    return Surface(quantity(sweep, response), axis(sweep, x), axis(sweep, y), values, where, members(sweep))


def response_surface(sweep: xr.Dataset, response: str, x: str | None = None, y: str | None = None) -> Surface:
    """As `response_map`, over two axes of numbers that have three values or more each: what lies between the runs can be guessed."""
    wide = [name for name in axes(sweep) if is_grid(sweep) and is_number(sweep, name) and sweep.sizes[name] >= 3]
    left = [name for name in wide if name not in (x, y)]
    chosen = [name or (left.pop(0) if left else "") for name in (x, y)]
    if any(name not in wide for name in chosen):
        raise MissingData("a surface needs two axes of numbers, with three values each")
    view = response_map(sweep, response, *chosen)
    if np.ptp(view.values[np.isfinite(view.values)]) == 0:
        raise MissingData(f"{response} is the same everywhere")
    return view


def response_lines(sweep: xr.Dataset, response: str, x: str | None = None, colour: str | None = None) -> Lines:
    """Along one axis of a grid, by default its longest of numbers, for each value of a second, by default the shortest.

    Lines are means over all values of the other axes, which needs a value of each, and over the members; low and high are the least
    and the largest over those axes, and without any the 5th and the 95th percentile of the members.
    """
    if not is_grid(sweep):
        raise MissingData("lines need a grid; samples have response_scatter, cases response_cases")
    known = axes(sweep)
    x = x or max(known, key=lambda name: (is_number(sweep, name), sweep.sizes[name]))
    others = [name for name in known if name != x]
    colour = colour or min(others, key=lambda name: sweep.sizes[name], default=None)
    over = tuple(name for name in others if name != colour)
    left = 0
    if colour and sweep.sizes[colour] > LINES:
        left = sweep.sizes[colour] - LINES
        sweep = sweep.isel({colour: np.linspace(0, sweep.sizes[colour] - 1, LINES).round().astype(int)})
    keep = (colour, x) if colour else (x,)
    shape = (-1, sweep.sizes[x])

    def lines(values: xr.DataArray) -> Floats:
        return np.asarray(values.transpose(*keep).values, dtype=float).reshape(shape)

    each = cells(sweep, response)
    means = lines(each.mean(over, skipna=False))
    if not np.isfinite(means).any():
        raise MissingData(f"no run has {response}" + (f" at every value of {', '.join(over)}" if over else ""))
    low = high = None
    if over:
        low, high = lines(each.min(over)), lines(each.max(over))
    elif members(sweep) > 1:
        spread = bands(sweep, response, resamples=2)
        low, high = lines(spread["p05"]), lines(spread["p95"])
    titles = tuple(quantity(sweep, name).meaning for name in over)
    return Lines(
        quantity(sweep, response),
        axis(sweep, x),
        axis(sweep, colour) if colour else None,
        means,
        low,
        high,
        titles,
        members(sweep),
        left,
    )


def response_scatter(sweep: xr.Dataset, response: str) -> Samples:
    """Of samples over each of their axes, with means of tenths of them."""
    if SAMPLE not in sweep.dims:
        raise MissingData("dots are of samples; the sweep has none")
    values = np.asarray(cells(sweep, response).values, dtype=float)
    if not np.isfinite(values).any():
        raise MissingData(f"no run has {response}")
    return Samples(quantity(sweep, response), values, tuple(_scattered(axis(sweep, name), values) for name in axes(sweep)))


def _scattered(drawn: Axis, values: Floats) -> Scattered:
    known = np.isfinite(values)
    if not drawn.numeric or known.sum() < FEWEST:
        return Scattered(drawn, np.zeros(0), np.zeros(0))
    x, y = drawn.at[known], values[known]
    parts = np.array_split(np.argsort(x, kind="stable"), TENTHS)
    return Scattered(drawn, np.array([x[p].mean() for p in parts]), np.array([y[p].mean() for p in parts]))


def response_cases(sweep: xr.Dataset, response: str) -> Cases:
    """Of each case of a zip, or each value of a single axis, in their order, with percentiles of the members."""
    each = cells(sweep, response)
    if SAMPLE in sweep.dims or each.ndim != 1 or (CASE not in sweep.dims and not axes(sweep)):
        raise MissingData("cases are of a zip or of a single axis")
    values = np.asarray(each.values, dtype=float)
    if not np.isfinite(values).any():
        raise MissingData(f"no run has {response}")
    table = each.drop_vars([n for n in each.coords if each.coords[n].ndim == 0]).to_dataframe(name=response).reset_index()
    p05 = p95 = None
    if members(sweep) > 1:
        spread = bands(sweep, response, resamples=2)
        p05, p95 = (np.asarray(spread[p].values, dtype=float) for p in ("p05", "p95"))
    return Cases(quantity(sweep, response), tuple(names_of(sweep, table)), values, p05, p95, members(sweep))

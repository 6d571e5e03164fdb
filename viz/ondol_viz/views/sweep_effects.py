"""Which axes of a sweep matter, as bars: one at a time, by rank regression, by Sobol indices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ..effects import one_at_a_time, rank_regression
from ..sensitivity import sobol_indices
from ..sweep import SweepError
from .missing import MissingData
from .sweep_parts import Floats, Quantity, axis, quantity

ENDS = 18  # letters of a value at the end of a bar


@dataclass(frozen=True)
class Bars:
    """Numbers of each axis with their 95 % intervals, (axis); NaN: has none."""

    values: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Tornado:
    """Least and largest value of a key figure along each axis while the others stay; the axis that moves it most first."""

    response: Quantity
    base: float
    where: str  # the base, "supply = 14 °C, climate = seoul"
    names: tuple[str, ...]  # of the axes
    low: Floats  # (axis), in the unit of the response
    high: Floats
    low_at: tuple[str, ...]  # value of the axis there
    high_at: tuple[str, ...]
    swing_sd: Floats | None  # (axis), standard deviation over members of high - low; None: no ensemble

    def ends(self) -> tuple[float, float]:
        """Of a scale with room for values of the axes beside the bars."""
        low, high = float(self.low.min()), float(self.high.max())
        letters = min(ENDS, max(len(text) for text in (*self.low_at, *self.high_at)))
        room = (0.06 + 0.012 * letters) * ((high - low) or abs(self.base) or 1.0)
        return low - room, high + room


@dataclass(frozen=True)
class Shares:
    """Sobol indices (1), the axis with the largest total first."""

    response: Quantity
    names: tuple[str, ...]
    first: Bars
    total: Bars
    samples: int  # N


@dataclass(frozen=True)
class Ranks:
    """Standardised rank regression coefficients (1), the axis that explains most first."""

    response: Quantity
    names: tuple[str, ...]
    slope: Bars  # NaN for axes of names
    r2_lost: Floats  # (axis)
    r2: float
    samples: int


def tornado(sweep: xr.Dataset, response: str) -> Tornado:
    """Raises MissingData for what `effects.one_at_a_time` refuses."""
    try:
        table = one_at_a_time(sweep, response)
    except SweepError as reason:
        raise MissingData(str(reason)) from reason

    def at(side: str) -> tuple[str, ...]:
        return tuple(
            f"{value} {axis(sweep, name).unit}".strip() for name, value in zip(table["axis"], table[side], strict=True)
        )

    where = ", ".join(f"{name} = {value} {quantity(sweep, name).unit}".strip() for name, value in table.attrs["base"].items())
    sd = table["swing_sd"].to_numpy(dtype=float) if "swing_sd" in table else None
    low, high = (table[side].to_numpy(dtype=float) for side in ("low", "high"))
    return Tornado(
        quantity(sweep, response),
        float(table["base"].iloc[0]),
        where,
        _names(table),
        low,
        high,
        at("low_at"),
        at("high_at"),
        sd,
    )


def sobol_bars(sweep: xr.Dataset, response: str) -> Shares:
    """Raises MissingData for what `sensitivity.sobol_indices` refuses."""
    try:
        table = sobol_indices(sweep, response)
    except SweepError as reason:
        raise MissingData(str(reason)) from reason
    samples = int(table.attrs["base_samples"])
    table = table.sort_values("total", ascending=False, kind="stable")
    return Shares(quantity(sweep, response), _names(table), _bars(table, "first"), _bars(table, "total"), samples)


def rank_bars(sweep: xr.Dataset, response: str) -> Ranks:
    """Raises MissingData for what `effects.rank_regression` refuses."""
    try:
        table = rank_regression(sweep, response)
    except SweepError as reason:
        raise MissingData(str(reason)) from reason
    lost = table["r2_lost"].to_numpy(dtype=float)
    return Ranks(
        quantity(sweep, response),
        _names(table),
        _bars(table, "srrc"),
        lost,
        float(table.attrs["r2"]),
        int(table.attrs["samples"]),
    )


def _names(table: pd.DataFrame) -> tuple[str, ...]:
    return tuple(str(name)[:1].upper() + str(name)[1:] for name in table["long_name"])


def _bars(table: pd.DataFrame, column: str) -> Bars:
    values, low, high = (table[c].to_numpy(dtype=float) for c in (column, f"{column}_low", f"{column}_high"))
    return Bars(values, np.minimum(low, values), np.maximum(high, values))

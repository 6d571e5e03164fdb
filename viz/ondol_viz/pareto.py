"""Which runs of a sweep are best in two key figures at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from .sweep import FILE, MEMBER, SweepError, cells

DIRECTIONS = ("min", "max")

Floats = np.ndarray[Any, np.dtype[np.float64]]


def front(
    x: Sequence[float] | Floats, y: Sequence[float] | Floats, directions: tuple[str, str] = ("min", "min")
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which points (n) no other point beats: none is at least as good in both and better in one.

    `directions` say what is good, "min" or "max", of x and of y.  Equal points are on the front together; points with NaN never are.
    Sorts once, so a million points take a second.
    """
    for direction in directions:
        if direction not in DIRECTIONS:
            raise ValueError(f'direction "{direction}" is neither "min" nor "max"')
    a, b = (np.asarray(v, dtype=float) * (1 if d == "min" else -1) for v, d in zip((x, y), directions, strict=True))
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"x and y are of shapes {a.shape} and {b.shape}, not of one length")
    on = np.zeros(len(a), dtype=bool)
    known = np.flatnonzero(~(np.isnan(a) | np.isnan(b)))
    if not len(known):
        return on
    order = known[np.lexsort((b[known], a[known]))]
    a, b = a[order], b[order]
    # The first of each group of equal a has the least b; it must be below the b of every smaller a.
    begins = np.concatenate([[True], a[1:] != a[:-1]])
    group = np.cumsum(begins) - 1
    least = b[begins]
    before = np.concatenate([[np.inf], np.minimum.accumulate(least)[:-1]])
    on[order] = (b == least[group]) & ((b < before[group]) | (group == 0))
    return on


def _resolved(values: pd.Series[float]) -> Floats:
    """In steps of 1e-9 of the largest: runs that did the same work differ in the rounding of their sums, which makes none better."""
    largest = float(values.abs().max())
    plain: Floats = np.asarray(values, dtype=np.float64)
    return (plain / largest * 1e9).round() if largest > 0 and np.isfinite(largest) else plain


def candidates(sweep: xr.Dataset, x: str, y: str, directions: tuple[str, str] = ("min", "min")) -> pd.DataFrame:
    """The cells of a sweep that have both key figures, and whether each is `best`: on their front.  Members count by their mean.

    Values within 1e-9 of the largest are equal.  A row has the values of the axes, both key figures, and `run_file` where there is one
    file.  Raises SweepError for an unknown key figure, or when no run has both.
    """
    if x == y:
        raise SweepError(f"a front needs two key figures, not {x} twice")
    pair = xr.Dataset({x: cells(sweep, x), y: cells(sweep, y)})
    if MEMBER in sweep.dims:
        pair = pair.drop_vars(FILE, errors="ignore")
    if not pair.sizes:
        raise SweepError("a front needs several runs to choose from, and this is one, or one with its members")
    # As columns: dimensions without coordinate get their places.
    table = pair.to_dataframe().reset_index()
    table = table[table[x].notna() & table[y].notna()].reset_index(drop=True)
    if table.empty:
        raise SweepError(f"no run has both {x} and {y}")
    return table.assign(best=front(_resolved(table[x]), _resolved(table[y]), directions))


def pareto(sweep: xr.Dataset, x: str, y: str, directions: tuple[str, str] = ("min", "min")) -> pd.DataFrame:
    """Those of the `candidates` that are on the front, from the lowest x to the highest; `attrs["units"]` by column."""
    table = candidates(sweep, x, y, directions)
    best = table[table["best"]].drop(columns="best").sort_values([x, y], kind="stable").reset_index(drop=True)
    best.attrs["units"] = {n: str(sweep[n].attrs.get("units", "")) for n in best.columns if n in sweep}
    return best

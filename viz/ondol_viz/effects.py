"""How much each axis of a sweep moves a key figure: one at a time in a grid (tornado), by rank regression in samples."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from .sweep import CASE, MEMBER, SAMPLE, SweepError, axes, cells, need_response, spell

Floats = np.ndarray[Any, np.dtype[np.float64]]


def centre(sweep: xr.Dataset) -> dict[str, int]:
    """Place of the middle value of each axis of a grid; of an even number of values the upper middle."""
    return {name: sweep.sizes[name] // 2 for name in axes(sweep)}


def one_at_a_time(sweep: xr.Dataset, response: str, at: dict[str, int] | None = None) -> pd.DataFrame:
    """Change of a key figure along each axis of a grid while the others stay, largest first: the table behind a tornado.

    base                 the key figure where all axes are at their base: places `at`, by default the middle of each
    low, high            its extremes along the axis, `low_at` and `high_at` the values of the axis there
    swing                high less low; with an ensemble of means over members, and `swing_sd` the spread of the members' own
                         high less low at the same two places (the same draws on both sides, so only what differs is left)

    What axes do together is not in it: see heat maps, or Sobol indices.  Raises SweepError without a grid, or when the run at the
    base has no value; runs without one elsewhere are left out.
    """
    if {SAMPLE, CASE} & set(sweep.dims) or not axes(sweep):
        raise SweepError("one axis at a time needs a grid; samples have rank_regression and sobol_indices")
    place = centre(sweep) | (at or {})
    means, each = cells(sweep, response), need_response(sweep, response)
    base = float(means.isel(place))
    if not np.isfinite(base):
        where = ", ".join(f"{name} = {_value(sweep, name, i)}" for name, i in place.items())
        raise SweepError(f"the run at the base ({where}) has no {response}; name another by `at`")
    rows = []
    for name in axes(sweep):
        others = {k: v for k, v in place.items() if k != name}
        line = means.isel(others).values.astype(np.float64)
        lowest, highest = int(np.nanargmin(line)), int(np.nanargmax(line))
        row: dict[str, Any] = {
            "axis": name,
            "long_name": str(sweep[name].attrs.get("long_name") or name) if name in sweep.coords else name,
            "low_at": _value(sweep, name, lowest),
            "high_at": _value(sweep, name, highest),
            "base": base,
            "low": float(line[lowest]),
            "high": float(line[highest]),
            "swing": float(line[highest] - line[lowest]),
        }
        if MEMBER in each.dims:
            along = each.isel(others)
            row["swing_sd"] = float((along.isel({name: highest}) - along.isel({name: lowest})).std(MEMBER, ddof=1))
        rows.append(row)
    table = pd.DataFrame(rows).sort_values("swing", ascending=False, kind="stable").reset_index(drop=True)
    table.attrs = {
        "response": response,
        "units": str(each.attrs.get("units", "")),
        "base": {name: _value(sweep, name, i) for name, i in place.items()},
    }
    return table


def rank_regression(sweep: xr.Dataset, response: str, resamples: int = 300, seed: int = 1) -> pd.DataFrame:
    """Standardised rank regression coefficients of a sampled design, strongest first.

    srrc, srrc_low, srrc_high   by how many of its own standard deviations the rank of the key figure follows that of the axis, and
                                the 95 % interval by bootstrap over samples; between -1 and 1 for independent axes [saltelli2008]
    r2_lost                     what R2 loses when the axis is left out of the regression: its own part of the explained variance

    Axes of names have no order: they enter as a step for each name, with r2_lost alone (two names do have an srrc: of the second).
    `attrs["r2"]` says how much of the variance of ranks the regression explains: below about 0.7 the response is not monotonic or axes
    interact, and Sobol indices are the better question.  Of a Saltelli design its two independent matrices are used.  Rows without
    a value are left out and counted in `attrs["missing"]`.

    Raises SweepError for other designs, too few samples, or a key figure that does not change.
    """
    if SAMPLE not in sweep.dims:
        raise SweepError("rank regression needs samples (latin_hypercube, sobol, saltelli); a grid has one_at_a_time")
    names = axes(sweep)
    y = cells(sweep, response).values.astype(np.float64)
    rows = np.arange(len(y))
    if sweep.attrs.get("design") == "saltelli":
        rows = rows[np.isin(rows % (len(names) + 2), (0, len(names) + 1))]
    known = rows[np.isfinite(y[rows])]
    columns, owner = _columns(sweep, names, known)
    if len(known) < columns.shape[1] + 3:
        raise SweepError(f"{len(known)} samples are too few for {columns.shape[1]} coefficients")
    y = y[known]
    if np.ptp(y) <= 1e-12 * np.abs(y).max():
        raise SweepError(f"{response} is {y[0]:g} in every run")
    whole, r2 = _fit(columns, y)
    low, high = _interval(columns.tobytes(), y.tobytes(), columns.shape[1], resamples, seed)
    found = []
    for name in names:
        mine = np.flatnonzero(owner == name)
        one = len(mine) == 1
        found.append({
            "axis": name,
            "long_name": str(sweep[name].attrs.get("long_name") or name),
            "srrc": float(whole[mine[0]]) if one else np.nan,
            "srrc_low": float(low[mine[0]]) if one else np.nan,
            "srrc_high": float(high[mine[0]]) if one else np.nan,
            "r2_lost": max(0.0, r2 - _fit(columns[:, owner != name], y)[1]),
        })  # fmt: skip
    table = pd.DataFrame(found).sort_values("r2_lost", ascending=False, kind="stable").reset_index(drop=True)
    table.attrs = {"response": response, "r2": r2, "samples": len(y), "missing": len(rows) - len(known)}
    return table


def _columns(sweep: xr.Dataset, names: list[str], rows: Any) -> tuple[Floats, Any]:
    """Regressors, (row, column): numbers as they are, names as steps; and the axis of each column."""
    columns: list[Floats] = []
    owner: list[str] = []
    for name in names:
        drawn = sweep[name].values[rows]
        if drawn.dtype.kind in "fiu":
            parts = [drawn.astype(np.float64)]
        else:
            parts = [(drawn.astype(str) == word).astype(np.float64) for word in sorted(set(drawn.astype(str)))[1:]]
        if not parts or all(np.ptp(p) == 0 for p in parts):
            raise SweepError(f"the axis {name} has one value only")
        columns += parts
        owner += [name] * len(parts)
    return np.stack(columns, axis=1), np.array(owner)


@functools.lru_cache(maxsize=32)  # a page asks for the same ones once a picture, once a language and once a table
def _interval(columns: bytes, y: bytes, count: int, resamples: int, seed: int) -> Floats:
    """2.5th and 97.5th percentile of the coefficients, (2, column), by bootstrap over the rows."""
    target = np.frombuffer(y)
    regressors = np.frombuffer(columns).reshape(len(target), count)
    drawn = np.random.default_rng(seed).integers(len(target), size=(resamples, len(target)))
    return np.asarray(np.percentile([_fit(regressors[d], target[d])[0] for d in drawn], (2.5, 97.5), axis=0))


def _fit(columns: Floats, y: Floats) -> tuple[Floats, float]:
    """Least squares between standardised ranks: coefficients and R2."""
    if not columns.shape[1]:
        return np.zeros(0), 0.0
    ranks = pd.DataFrame(columns).rank().to_numpy()
    target = pd.Series(y).rank().to_numpy()
    ranks, target = ranks - ranks.mean(axis=0), target - target.mean()
    spread = ranks.std(axis=0)
    ranks = ranks / np.where(spread > 0, spread, 1.0)
    target = target / (target.std() or 1.0)
    found = np.linalg.lstsq(ranks, target, rcond=None)[0]
    return found, 1.0 - float(((target - ranks @ found) ** 2).mean())


def _value(sweep: xr.Dataset, name: str, place: int) -> str:
    if name not in sweep.coords:
        return str(place)
    return spell(sweep[name].values[place].item() if sweep[name].dtype != object else sweep[name].values[place])

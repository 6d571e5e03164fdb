"""How far members of an ensemble lie apart: percentiles of key figures, and of series over time."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from .run import Run
from .sweep import FILE, MEMBER, SweepError, label, need_response, open_member, responses

LEVELS = (5, 25, 50, 75, 95)  # %
POINTS = 1500  # of a series over time; more than a figure has pixels
ROWS = 1 << 16  # read at once

Floats = np.ndarray[Any, np.dtype[np.float64]]


def bands(sweep: xr.Dataset, response: str, resamples: int = 1000, seed: int = 1) -> xr.Dataset:
    """Spread of a key figure over the members, for each cell of the axes, in its units.

    p05 p25 p50 p75 p95   percentiles, linear between members
    se_p05 ... se_p95     their standard errors, by `resamples` bootstrap samples of the members [efron1993]
    mean, sd, members     sd with n - 1; members: how many ended.  All is NaN where fewer than two did

    The same seed gives the same numbers.  Members say what is not known of catalogue and calibration; what no member varies is not
    in the bands.  Raises SweepError without an ensemble.
    """
    values = need_response(sweep, response)
    if MEMBER not in values.dims:
        raise SweepError("bands need members: the sweep has no ensemble")
    values = values.transpose(..., MEMBER)
    flat = values.values.reshape(-1, values.sizes[MEMBER])
    columns = [f"p{level:02d}" for level in LEVELS]
    found = {name: np.full(len(flat), np.nan) for name in (*columns, "mean", "sd", *(f"se_{c}" for c in columns))}
    members = np.isfinite(flat).sum(axis=1)
    for cell, row in enumerate(flat):
        known = np.sort(row[np.isfinite(row)])
        if len(known) < 2:
            continue
        below, above, share = _drawn(len(known), resamples, seed)
        error = (known[below] + share * (known[above] - known[below])).std(axis=0, ddof=1)
        for column, value, e in zip(columns, np.percentile(known, LEVELS), error, strict=True):
            found[column][cell], found[f"se_{column}"][cell] = value, e
        found["mean"][cell], found["sd"][cell] = known.mean(), known.std(ddof=1)
    like = values.isel({MEMBER: 0}, drop=True).drop_vars(FILE, errors="ignore")
    out = xr.Dataset({name: like.copy(data=v.reshape(like.shape)) for name, v in found.items()})
    out["members"] = like.copy(data=members.reshape(like.shape))
    out["members"].attrs = {"units": "1", "long_name": "Members that ended"}
    out.attrs = {"response": response, **values.attrs}
    return out


@functools.lru_cache(maxsize=64)
def _drawn(count: int, resamples: int, seed: int) -> tuple[Any, Any, Floats]:
    """Where the percentiles of bootstrap samples lie among `count` sorted values: two neighbours, (resample, level), and the share of the way.

    A sorted sample of sorted values is the values at the sorted places, so that one drawing serves every cell and key figure.
    """
    places = np.sort(np.random.default_rng([seed, count]).integers(count, size=(resamples, count)), axis=1)
    at = np.array(LEVELS) / 100 * (count - 1)
    first = np.floor(at).astype(int)
    return places[:, first], places[:, np.minimum(first + 1, count - 1)], at - first


def band_table(sweep: xr.Dataset, names: list[str] | None = None, resamples: int = 1000, seed: int = 1) -> pd.DataFrame:
    """`bands` of several key figures, by default all, as rows: values of the axes, key figure, units, members, mean, sd, percentiles, errors."""
    tables = []
    for name in names or responses(sweep):
        spread = bands(sweep, name, resamples, seed)
        table = (
            spread.to_dataframe().reset_index() if spread.sizes else pd.DataFrame([{n: v.item() for n, v in spread.items()}])
        )
        table = table.drop(columns=["index"], errors="ignore")
        keys = [c for c in table.columns if c not in spread.data_vars]
        table.insert(len(keys), "key_figure", name)
        table.insert(len(keys) + 1, "units", str(spread.attrs.get("units", "")))
        order = ["members", "mean", "sd", *(f"p{q:02d}" for q in LEVELS), *(f"se_p{q:02d}" for q in LEVELS)]
        tables.append(table[[*keys, "key_figure", "units", *order]])
    return pd.concat(tables, ignore_index=True)


def kpis(run: Run, ensemble: xr.Dataset) -> pd.DataFrame:
    """Key figures of a run beside what is not known of them: those of an ensemble of the same scenario.

    A row for each key figure of the run, by name: its `value`, `units`, `long_name`, and of the members that ended p05, p50, p95 and
    how many they are, `n`.  Where the ensemble lacks the figure, or fewer than two members have it, percentiles are NaN.

    >>> cell = ondol_viz.open_sweep("one_hall_ensemble")
    >>> table = ondol_viz.kpis(ondol_viz.open_run("one_hall.h5"), cell)
    >>> bool(table.loc["pue", "p05"] <= table.loc["pue", "p50"] <= table.loc["pue", "p95"])
    True

    Raises SweepError when there is more than one cell, no ensemble, or a figure in other units.
    """
    if tuple(ensemble[FILE].dims) != (MEMBER,):
        raise SweepError("key figures are those of one cell: select values of all axes, and keep the members")
    table = run.kpis.set_index("name")[["value", "units", "long_name"]]
    spread: dict[str, list[float]] = {"p05": [], "p50": [], "p95": [], "n": []}
    for name, units in table["units"].items():
        known: Floats = np.zeros(0)
        if name in ensemble.data_vars:
            values = need_response(ensemble, str(name))
            if str(values.attrs.get("units", "")) != str(units):
                raise SweepError(f"{name} is in {units} in the run, in {values.attrs.get('units', '')} in the ensemble")
            known = values.values[np.isfinite(values.values)].astype(np.float64)
        levels = np.percentile(known, (5, 50, 95)) if len(known) > 1 else np.full(3, np.nan)
        for column, value in zip(spread, (*levels, len(known)), strict=True):
            spread[column].append(float(value))
    return table.assign(**spread).astype({"n": int})


def bands_over_time(cell: xr.Dataset, series: str = "power", points: int = POINTS) -> xr.Dataset:
    """Percentiles over the members of a series of the site, (time) in its units: p05 ... p95, mean; `time` ends each interval, UTC.

    `cell` is a selection with members as its only dimension.  Reports are joined to at most `points` means over time, alike for all
    members, whatever their report intervals; those of PUE are weighted by IT power, so that a mean is the PUE of that time.  Files are
    read one after the other, in pieces: memory grows with members x points, not with the length of the runs.  Members that failed
    are left out; one that ended early counts as far as it came.  Beside `time`, `local_time` has the site's clock, whose `zone` and
    `local_start` are attributes.

    Raises SweepError when there is more than one cell, or fewer than two members have the series.
    """
    if tuple(cell[FILE].dims) != (MEMBER,):
        raise SweepError("bands over time are of one cell: select values of all axes, and keep the members")
    edges: Floats | None = None
    start = None
    rows, attrs = [], {}
    for place in range(cell.sizes[MEMBER]):
        one = cell.isel({MEMBER: place})
        if not one[FILE].item():
            continue
        with open_member(one) as run:
            values = run.stored(f"site/{series}")
            if values is None or len(values) < 2:
                continue
            if edges is None:
                ends, start = _stored(run, "time")[...], run.start
                attrs = {name: str(values.attrs[name]) for name in ("units", "long_name") if name in values.attrs}
                block = -(-len(ends) // points)
                edges = np.unique(np.append(ends[block - 1 :: block], ends[-1]))
                # Nanoseconds: a report may end within a second.
                times = np.datetime64(start, "ns") + (edges * 1e9).round().astype("timedelta64[ns]")
                local = run.local(times)
                attrs |= {"zone": run.zone_name, "local_start": str(run.local([start])[0])}
            elif run.start != start:
                raise SweepError(f"the run at {label(one)} starts at {run.start}, others at {start}")
            rows.append(_means(run, series, edges))
    if edges is None or len(rows) < 2:
        raise SweepError(f"bands need two members with results files that have site/{series}; there are {len(rows)}")
    stack = np.array(rows)
    with np.errstate(invalid="ignore"):
        known = np.isfinite(stack).any(axis=0)
        levels = np.full((len(LEVELS), len(edges)), np.nan)
        levels[:, known] = np.nanpercentile(stack[:, known], LEVELS, axis=0)
        mean = np.where(known, np.nansum(stack, axis=0) / np.maximum(np.isfinite(stack).sum(axis=0), 1), np.nan)
    out = xr.Dataset(
        {f"p{q:02d}": ("time", v) for q, v in zip(LEVELS, levels, strict=True)},
        coords={"time": times, "local_time": ("time", local)},
    )
    out["mean"] = ("time", mean)
    for variable in out.data_vars.values():
        variable.attrs = {name: text for name, text in attrs.items() if name in ("units", "long_name")}
    out.attrs = {"series": series, "members": len(rows), "start": str(start), **attrs}
    return out


def _means(run: Run, series: str, edges: Floats) -> Floats:
    """Means of a series from edge to edge [s], the first from the start of the run; NaN beyond its end or where no value is known."""
    ends, stored = _stored(run, "time")[...], _stored(run, series)
    weights_of = _stored(run, "it_power") if series == "pue" else None
    size = min(len(ends), len(stored))  # they can differ by a flush in the file of a killed run
    integral, weight = np.zeros(len(edges)), np.zeros(len(edges))
    carried, weighed, before = 0.0, 0.0, 0.0
    for first in range(0, size, ROWS):
        piece = slice(first, min(first + ROWS, size))
        values = stored[piece].astype(np.float64)
        lengths = np.diff(ends[piece], prepend=before)
        if weights_of is not None:
            lengths = lengths * weights_of[piece]
        lengths = np.where(np.isfinite(values), lengths, 0.0)
        grown = carried + np.concatenate([[0.0], np.cumsum(np.where(np.isfinite(values), values, 0.0) * lengths)])
        weights = weighed + np.concatenate([[0.0], np.cumsum(lengths)])
        at = np.concatenate([[before], ends[piece]])
        inside = (edges > before) & (edges <= at[-1])
        integral[inside], weight[inside] = np.interp(edges[inside], at, grown), np.interp(edges[inside], at, weights)
        carried, weighed, before = grown[-1], weights[-1], at[-1]
    part, time = np.diff(integral, prepend=0.0), np.diff(weight, prepend=0.0)
    reached = edges <= before * (1 + 1e-12)
    return np.where(reached & (time > 0), part / np.where(time > 0, time, 1.0), np.nan)


def _stored(run: Run, series: str) -> Any:
    values = run.stored(f"site/{series}")
    if values is None:
        raise SweepError(f"{run.path} has no series site/{series}")
    return values

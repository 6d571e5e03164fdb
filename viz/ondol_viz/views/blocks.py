"""Long series read block by block: means, lowest and highest over equal numbers of reports, without the whole in memory.

A flagship month has 43,200 reports of some 400 racks; a picture has about a thousand pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np
import pandas as pd

from ..run import Run
from .kept import kept
from .missing import MissingData

POINTS = 1500  # more than a picture has pixels
MOMENTS = 240  # stops of a time slider
_ROWS = 8192  # read at once: a multiple of the chunks of the file

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Blocks:
    """Series of one group over blocks of reports.  Arrays are (block,) or (block, label), in the units of the file.

    Means weigh each report by its length and leave out NaN; a block without a number is NaN.
    """

    start: pd.Timestamp  # of the run, UTC
    ends: pd.DatetimeIndex  # of the blocks, UTC
    hours: Floats  # length of each block
    reports: int  # joined into a block; 1: none were
    means: dict[str, Floats]
    lows: dict[str, Floats]
    highs: dict[str, Floats]


@kept
def blocks(run: Run, group: str, names: Sequence[str], points: int = POINTS, begin: int = 0, end: int | None = None) -> Blocks:
    """Of all reports, or of those numbered `begin` to before `end`.

    Raises MissingData when the group lacks one of the series, or has fewer than two such reports."""
    stored = _stored(run, group, names)
    seconds = np.asarray(stored["time"][: _length(stored, names)], dtype=np.float64)
    weights = np.diff(seconds, prepend=0.0)[begin:end]
    seconds = seconds[begin:end]
    size = seconds.size
    if size < 2:
        raise MissingData(f"the run has fewer than two reports in {group}")
    per_block = max(1, -(-size // points))
    starts = np.arange(0, size, per_block)
    rows = max(per_block, _ROWS // per_block * per_block)
    means: dict[str, Floats] = {}
    lows: dict[str, Floats] = {}
    highs: dict[str, Floats] = {}
    for name in names:
        parts = [
            _reduced(stored[name][begin + at : begin + min(at + rows, size)], weights[at : at + rows], per_block)
            for at in range(0, size, rows)
        ]
        means[name], lows[name], highs[name] = (np.concatenate([part[i] for part in parts]) for i in range(3))
    ends = np.append(starts[1:], size) - 1
    return Blocks(
        start=run.start,
        ends=pd.DatetimeIndex(run.start + pd.to_timedelta(seconds[ends], unit="s")),
        hours=np.add.reduceat(weights, starts) / 3600.0,
        reports=per_block,
        means=means,
        lows=lows,
        highs=highs,
    )


@kept
def whole(run: Run, group: str, *names: str) -> tuple[Floats, list[Floats]]:
    """Lengths of all reports [h] and the values of series without labels, as the file holds them: for sorting and scatters, which need
    each report.  Raises MissingData as `blocks` does."""
    stored = _stored(run, group, names)
    size = _length(stored, names)
    if size < 2:
        raise MissingData(f"the run has fewer than two reports in {group}")
    hours = np.diff(np.asarray(stored["time"][:size], dtype=np.float64), prepend=0.0) / 3600.0
    return hours, [np.asarray(stored[name][:size], dtype=np.float64) for name in names]


def moments(run: Run, group: str, most: int = MOMENTS) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Numbers of at most `most` reports of a group, evenly spread, the first and the last among them: the stops of a time slider.

    Groups of one run that report together share their moments, so that their pictures can move together.
    """
    size = len(_stored(run, group, ())["time"])
    if size == 0:
        raise MissingData(f"the run has no report in {group}")
    return np.unique(np.linspace(0, size - 1, min(most, size)).round().astype(np.int64))


def busiest(run: Run, group: str) -> int:
    """Number of the report of a group in which the meter shows the highest power, the last where the site has no power: what pictures of a
    moment begin with, so that they begin together."""
    size = len(_stored(run, group, ())["time"])
    stored = run.stored("site")
    if stored is None or "power" not in stored or len(stored["power"]) == 0:
        return max(size - 1, 0)
    power = np.asarray(stored["power"][:], dtype=np.float64)
    return min(int(np.argmax(np.where(np.isfinite(power), power, -np.inf))), size - 1)


def report_at(run: Run, group: str, when: str) -> int:
    """Number of the report of a group whose end is nearest to a date on the site's clock."""
    seconds = np.asarray(_stored(run, group, ("time",))["time"][:], dtype=np.float64)
    shown = run.local(run.start + pd.to_timedelta(seconds, unit="s"))
    if not shown.size:
        raise MissingData(f"the run has no report in {group}")
    return int(np.argmin(np.abs((shown - pd.Timestamp(when)).total_seconds().to_numpy())))


def report_shown(run: Run, group: str, when: str | None) -> int:
    """Number of the report of a group that a printed picture of a moment shows: that at a date of the site's clock, or the busiest."""
    return busiest(run, group) if when is None else report_at(run, group, when)


def stop_shown(run: Run, group: str) -> int:
    """Number of the stop of the time slider that a chart begins with: the nearest to the busiest report."""
    return int(np.argmin(np.abs(moments(run, group) - busiest(run, group))))


@kept
def rows_at(run: Run, group: str, name: str, at: np.ndarray[Any, np.dtype[np.int64]]) -> Floats:
    """Values of a series at some reports, (report, label): read chunk by chunk, so that a long run needs little memory."""
    series = _stored(run, group, (name,))[name]
    size = series.shape[0]
    found = []
    for begin in range(0, size, _ROWS):
        here = at[(at >= begin) & (at < begin + _ROWS)]
        if here.size:
            found.append(np.asarray(series[begin : min(begin + _ROWS, size)][here - begin], dtype=np.float64))
    return np.concatenate(found) if found else np.zeros((0, *series.shape[1:]))


def _stored(run: Run, group: str, names: Sequence[str]) -> h5py.Group:
    stored = run.stored(group)
    for name in names:
        if stored is None or name not in stored:
            raise MissingData(f"the run has no series {group}/{name}")
    if not isinstance(stored, h5py.Group):
        raise MissingData(f"the run has no series {group}/time")
    return stored


def _length(stored: h5py.Group, names: Sequence[str]) -> int:
    """While a file grows its series differ by a flush: the reports that all of them have."""
    return min(int(stored[name].shape[0]) for name in ("time", *names))


def _reduced(values: Any, weights: Floats, per_block: int) -> tuple[Floats, Floats, Floats]:
    values = np.asarray(values, dtype=np.float64)
    starts = np.arange(0, values.shape[0], per_block)
    if per_block == 1:
        return values, values, values
    w = weights.reshape(-1, *([1] * (values.ndim - 1)))
    known = np.isfinite(values)
    total = np.add.reduceat(np.where(known, w, 0.0), starts)
    with np.errstate(invalid="ignore"):
        mean = np.add.reduceat(np.where(known, values * w, 0.0), starts) / total
    lows = np.fmin.reduceat(values, starts)
    highs = np.fmax.reduceat(values, starts)
    return mean, lows, highs

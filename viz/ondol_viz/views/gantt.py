"""Jobs over time, packed into lanes of their pools."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..run import Run
from ..words import say
from .holds import Floats, Holds, Numbers, holds, length, pool_sizes, seconds_after_start
from .kept import kept

BARS = 400  # holds drawn one by one
LEAST_HEIGHT = 0.006  # of the pool; what is lower is no bar but a line
LEAST_LENGTH = 0.002  # of the run; about two pixels
WAIT_AT = 0.15  # of a bar's height, from below: its wait stands there, clear of its name
LANE_GAP = 0.18  # between lanes that are 1 high
STEPS = 240  # in time, of what jobs merged into an area hold

Flags = np.ndarray[Any, np.dtype[np.bool_]]
Pieces = tuple[tuple[float, float], ...]  # lower and upper edge of each, in accelerators


@dataclass(frozen=True)
class Bar:
    """One stretch of one job.  Times in s after the start of the run."""

    name: str
    kind: str
    accelerators: int
    submit: float
    first: bool  # of its job's stretches
    begin: float
    working: float
    end: float
    how: str  # what ended it: "done", "interrupted", "failed"; "running": nothing before the end of the run
    pieces: Pieces  # lower and upper edge in its lane, in accelerators
    wait: float  # s, from submit to the job's first start
    energy: float  # J, of the whole job
    speed: float  # 1, mean of the job; NaN: not known
    interruptions: int
    lost: float  # s of work


@dataclass(frozen=True)
class Lane:
    """A pool: at the bottom what its merged jobs hold, above it the bars, all in accelerators."""

    pool: str
    accelerators: float
    height: float  # of the lane
    bars: tuple[Bar, ...]
    merged: int  # jobs
    held: dict[str, Floats]  # by kind, (step,): mean of what merged jobs hold
    waiting: int  # jobs that never started


@dataclass(frozen=True)
class JobGantt:
    start: pd.Timestamp  # of the run, UTC
    edges: Floats  # of the steps of `Lane.held`, s after the start; one more than steps
    lanes: tuple[Lane, ...]  # in the order of the pools
    kinds: tuple[str, ...]  # by accelerator time, the most first

    @property
    def merged(self) -> int:
        return sum(lane.merged for lane in self.lanes)


def lane_base(view: JobGantt, number: int) -> float:
    """Where a lane begins when all are drawn 1 high, the first on top."""
    return (1 + LANE_GAP) * (len(view.lanes) - 1 - number)


def lane_label(lane: Lane) -> list[str]:
    """Lines beside the lane: name, size, and how many jobs wait at the end without ever having started."""
    waiting = [say("{n:,} jobs never started", n=lane.waiting)] if lane.waiting else []
    return [lane.pool, say("{n:,.0f} accelerators", n=lane.accelerators), *waiting]


def merged_note(view: JobGantt) -> str:
    """Says on the time axis that there are more jobs than bars."""
    return say("; {n:,} small or short jobs are merged into areas", n=view.merged) if view.merged else ""


@kept
def job_gantt(run: Run, most: int = BARS) -> JobGantt:
    """Stretches of jobs that are large and long enough to be seen, packed into lanes without overlap, and what all others hold.

    A bar is as high as the accelerators that its job holds; where no gap of that height is free it is cut into pieces.
    """
    sizes, held, last = pool_sizes(run), holds(run), length(run)
    jobs = run.jobs
    kind_of, kinds = pd.factorize(jobs["kind"], sort=True)
    pool_of = pd.Index(list(sizes)).get_indexer(pd.Index(jobs["pool"]))
    kind, pool = kind_of[held.job], pool_of[held.job]
    of_pool = np.append(np.fromiter(sizes.values(), dtype=np.float64), np.nan)[pool]  # NaN: a pool that the series do not have
    interruptions = np.nan_to_num(_column(jobs, "interruptions"))
    shown = _worth_a_bar(held, of_pool, last, interruptions[held.job], most)
    edges = np.linspace(0.0, last, STEPS + 1)
    started = np.zeros(len(jobs), dtype=bool)
    started[held.job] = True
    lanes = []
    for number, (name, size) in enumerate(sizes.items()):
        here = pool == number
        rest = np.flatnonzero(here & ~shown)
        area = {str(kinds[k]): _mean_held(held, rest[kind[rest] == k], edges) for k in np.unique(kind[rest])}
        floor = float(np.max(sum(area.values()))) if area else 0.0
        bars = tuple(_lifted(bar, floor) for bar in _packed(run, held, np.flatnonzero(here & shown), size))
        top = max((high for bar in bars for _, high in bar.pieces), default=floor)
        waiting = int(((pool_of == number) & ~started).sum())
        lanes.append(Lane(name, size, max(top, size, 1.0), bars, np.unique(held.job[rest]).size, area, waiting))
    weight = np.bincount(kind, held.seconds * held.accelerators, len(kinds))
    by_weight = tuple(str(kinds[k]) for k in np.argsort(-weight, kind="stable") if weight[k] > 0)
    return JobGantt(run.start, edges, tuple(lanes), by_weight)


def _worth_a_bar(held: Holds, of_pool: Floats, last: float, interruptions: Floats, most: int) -> Flags:
    """Those of the largest area in the picture, among those that are large enough to be seen; rather too few than too many."""
    height, share = held.accelerators / of_pool, held.seconds / last
    with np.errstate(invalid="ignore"):
        visible = (height >= LEAST_HEIGHT) & ((share >= LEAST_LENGTH) | (interruptions > 0))
    area = np.where(visible, height * share, -1.0)
    shown = np.zeros(area.size, dtype=bool)
    shown[np.argsort(-area, kind="stable")[:most]] = True
    return shown & visible


def _packed(run: Run, held: Holds, which: Numbers, size: float) -> list[Bar]:
    """Bars from the bottom of the lane, in order of their begin and then the longest first."""
    rows = run.jobs.iloc[held.job[which]]
    submit, start = seconds_after_start(run, rows["submit"]), seconds_after_start(run, rows["start"])
    facts = {name: _column(rows, name) for name in ("energy", "mean_speed", "interruptions", "lost_work")}
    free = _Free(size)
    leaving: list[tuple[float, Pieces]] = []
    bars = []
    for k in np.lexsort((-held.end[which], held.begin[which])).tolist():
        i, row = which[k], rows.iloc[k]
        while leaving and leaving[0][0] <= held.begin[i] + 1e-6:
            free.give(leaving.pop(0)[1])
        pieces = free.take(float(held.accelerators[i]))
        bisect.insort(leaving, (float(held.end[i]), pieces))
        bars.append(
            Bar(
                name=str(row["name"]),
                kind=str(row["kind"]),
                accelerators=int(held.accelerators[i]),
                submit=float(submit[k]),
                first=bool(abs(held.begin[i] - start[k]) < 1e-3),
                begin=float(held.begin[i]),
                working=float(held.working[i]),
                end=float(held.end[i]),
                how=held.how[i],
                pieces=pieces,
                wait=float(start[k] - submit[k]),
                energy=float(facts["energy"][k]),
                speed=float(facts["mean_speed"][k]),
                interruptions=int(np.nan_to_num(facts["interruptions"][k])),
                lost=float(np.nan_to_num(facts["lost_work"][k])),
            )
        )
    return bars


def _column(rows: pd.DataFrame, name: str) -> Floats:
    """NaN where the file has no such column."""
    return rows[name].to_numpy(dtype=np.float64) if name in rows else np.full(len(rows), np.nan)


def _lifted(bar: Bar, by: float) -> Bar:
    return replace(bar, pieces=tuple((low + by, high + by) for low, high in bar.pieces))


class _Free:
    """What is free of a pool, as gaps from low to high."""

    def __init__(self, size: float) -> None:
        self._gaps: list[tuple[float, float]] = [(0.0, size)]
        self._top = size

    def take(self, size: float) -> Pieces:
        """The lowest gap that is high enough; else the largest gaps, and what is then missing above the pool."""
        for low, high in self._gaps:
            if high - low >= size:
                return self._cut([(low, low + size)])
        pieces: list[tuple[float, float]] = []
        for low, high in sorted(self._gaps, key=lambda gap: gap[0] - gap[1]):
            if size <= 0:
                break
            pieces.append((low, min(high, low + size)))
            size -= pieces[-1][1] - low
        if size > 0:
            pieces.append((self._top, self._top + size))
            self._gaps.append(pieces[-1])
            self._top += size
        return self._cut(pieces)

    def give(self, pieces: Iterable[tuple[float, float]]) -> None:
        gaps = sorted([*self._gaps, *pieces])
        joined = gaps[:1]
        for low, high in gaps[1:]:
            if low <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
            else:
                joined.append((low, high))
        self._gaps = joined

    def _cut(self, pieces: Sequence[tuple[float, float]]) -> Pieces:
        for low, high in pieces:
            left = []
            for a, b in self._gaps:
                left += [gap for gap in ((a, min(b, low)), (max(a, high), b)) if gap[1] > gap[0]]
            self._gaps = left
        return tuple(sorted(pieces))


def _mean_held(held: Holds, which: Numbers, edges: Floats) -> Floats:
    """Accelerators that some holds have, (step,): exact means over the steps between `edges`."""
    return np.diff(_until(held.begin[which], held, which, edges) - _until(held.end[which], held, which, edges)) / np.diff(edges)


def _until(times: Floats, held: Holds, which: Numbers, at: Floats) -> Floats:
    """Sum over holds of accelerators x (t - time), of those whose time is before t, at each t of `at`."""
    order = np.argsort(times, kind="stable")
    size = held.accelerators[which][order]
    count = np.concatenate([[0.0], np.cumsum(size)])
    moment = np.concatenate([[0.0], np.cumsum(size * times[order])])
    before = np.searchsorted(times[order], at)
    total: Floats = count[before] * at - moment[before]
    return total

"""How long jobs wait for accelerators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..run import Run
from ..style import duration_text
from ..words import say
from .holds import Floats, length, seconds_after_start
from .missing import MissingData
from .occupancy import POOLS

SHORT = 1.0  # s; a shorter wait is none
LONGEST = 10  # jobs listed
POINTS = 200  # of a curve
BOUND = 10.0  # s; a shorter run counts as this long, as the field reports slowdown
_SIZES = (1, 8, 64, 512)  # last of each class of accelerators; above it the largest


Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Group:
    """Jobs of one size or pool.  `longer` is the share [0, 1] of them that waited longer than `wait` (s); those that never started
    have waited until the end of the run."""

    name: str
    jobs: int
    waiting: int  # of them that never started
    wait: Floats
    longer: Floats
    mean: float  # s, of those that started; NaN: none did
    slowdown: float  # mean of (wait + run) / max(run, BOUND) of those that ended; NaN: none did

    @property
    def curve(self) -> tuple[Floats, Floats]:
        """Waits and shares of a line of steps that ends at the longest wait: a logarithmic axis has no place for none."""
        return self.wait, np.append(self.longer[:-1], self.longer[-2])


@dataclass(frozen=True)
class LongWait:
    name: str
    pool: str
    accelerators: int
    wait: float  # s, of those that never started until the end of the run
    started: bool


@dataclass(frozen=True)
class JobWaits:
    sizes: tuple[Group, ...]
    pools: tuple[Group, ...]  # in which a job waited
    longest: tuple[LongWait, ...]  # the longest first
    started: int  # jobs
    waiting: int  # jobs that never started


def has_waits(run: Run) -> bool:
    """Whether a job waited, read quickly."""
    jobs = run.stored("jobs")
    if jobs is None or "start" not in jobs:
        return False
    return bool(np.any(~(jobs["start"][...] - jobs["submit"][...] <= SHORT)))


def job_waits(run: Run) -> JobWaits:
    """Distribution of waits by size and by pool, and the longest of all.  Raises MissingData when no job waited."""
    jobs = run.jobs
    if jobs.empty:
        raise MissingData("the run has no jobs; their table is written when a run ends")
    submit, start, end = (seconds_after_start(run, jobs[name]) for name in ("submit", "start", "end"))
    began = np.isfinite(start)
    wait = np.where(began, start, length(run)) - submit
    if not np.any(wait > SHORT):
        raise MissingData("no job of the run waited")
    done = (jobs["state"] == "done").to_numpy()
    slowdown = np.where(done, (end - submit) / np.maximum(end - start, BOUND), np.nan)
    size = jobs["accelerators"].to_numpy()
    classes = np.searchsorted(_SIZES, size)
    pool, pools = pd.factorize(jobs["pool"], sort=False)
    most = np.argsort(-np.bincount(pool[wait > SHORT], minlength=len(pools)), kind="stable")[:POOLS]
    longest = np.argsort(-np.where(wait > SHORT, wait, -1.0), kind="stable")[:LONGEST]
    return JobWaits(
        sizes=tuple(_group(_size_name(int(c)), classes == c, began, wait, slowdown) for c in np.unique(classes)),
        pools=tuple(
            _group(str(pools[p]), pool == p, began, wait, slowdown)
            for p in sorted(most)
            if np.any((pool == p) & (wait > SHORT))
        ),
        longest=tuple(
            LongWait(str(jobs["name"][i]), str(jobs["pool"][i]), int(size[i]), float(wait[i]), bool(began[i]))
            for i in longest.tolist()
            if wait[i] > SHORT
        ),
        started=int(began.sum()),
        waiting=int((~began).sum()),
    )


def _size_name(number: int) -> str:
    if number == 0:
        return say("1 accelerator")
    first = _SIZES[number - 1] + 1
    if number == len(_SIZES):
        return say("more than {n} accelerators", n=_SIZES[-1])
    return say("{first} to {last} accelerators", first=first, last=_SIZES[number])


def _group(name: str, which: Flags, began: Flags, wait: Floats, slowdown: Floats) -> Group:
    waits = np.sort(wait[which])
    longer = 1.0 - np.arange(1, waits.size + 1) / waits.size
    late = int(np.searchsorted(waits, SHORT, side="right"))
    steps = np.unique(np.linspace(late, waits.size - 1, min(POINTS, waits.size - late)).round().astype(np.int64))
    return Group(
        name=name,
        jobs=int(waits.size),
        waiting=int((which & ~began).sum()),
        wait=np.concatenate([[SHORT], waits[steps]]),
        longer=np.concatenate([[1.0 - late / waits.size], longer[steps]]),
        mean=float(wait[which & began].mean()) if np.any(which & began) else float("nan"),
        slowdown=float(np.nanmean(slowdown[which])) if np.isfinite(slowdown[which]).any() else float("nan"),
    )


DASHES = ("solid", "dash", "dot", "dashdot", "longdash")  # beside colours, of the curves in their order

_NAME = 28  # characters of a name that has room beside a bar


def label(job: LongWait) -> str:
    """What stands beside its bar."""
    name = job.name if len(job.name) <= _NAME else job.name[: _NAME - 1] + "…"
    return say("{name} ({n:,} of {pool})", name=name, n=job.accelerators, pool=job.pool[:_NAME])


def facts(group: Group) -> list[str]:
    """What the legend says of its curve."""
    parts = [say("{n:,} jobs", n=group.jobs)]
    if np.isfinite(group.mean):
        parts.append(say("mean wait {mean}", mean=duration_text(group.mean / 3600)))
    if np.isfinite(group.slowdown):
        parts.append(say("mean slowdown {slowdown:.2f}", slowdown=group.slowdown))
    if group.waiting:
        parts.append(say("{n:,} never started", n=group.waiting))
    return [f"{group.name[:_NAME]}: {parts[0]}", *parts[1:]]


def wait_ticks(view: JobWaits) -> tuple[list[float], list[str]]:
    """Round times on the logarithmic axis of waits."""
    longest = max(group.wait[-1] for group in (*view.sizes, *view.pools))
    ticks = [
        (1.0, "1 s"),
        (10.0, "10 s"),
        (60.0, "1 min"),
        (600.0, "10 min"),
        (3600.0, "1 h"),
        (36_000.0, "10 h"),
        (360_000.0, "100 h"),
    ]
    shown = [tick for tick in ticks if tick[0] <= 1.5 * longest]
    return [seconds for seconds, _ in shown], [text for _, text in shown]

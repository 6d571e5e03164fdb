"""Stretches of time in which jobs held accelerators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..run import Run
from .kept import kept
from .missing import MissingData

Floats = np.ndarray[Any, np.dtype[np.float64]]
Texts = np.ndarray[Any, np.dtype[np.object_]]
Numbers = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Holds:
    """Stretches of time in which jobs held accelerators: arrays (hold,), by begin.  Times in s after the start of the run."""

    job: Numbers  # row of the table of jobs
    begin: Floats
    working: Floats  # from when on it works: later than `begin` after a restart
    end: Floats  # of the run, for those that still hold
    accelerators: Floats
    how: Texts  # "done", "interrupted", "failed"; "running": it still holds them
    apart: bool  # whether the file tells stretches apart; else one from start to end, with what interrupted it

    @property
    def seconds(self) -> Floats:
        return self.end - self.begin


@kept
def holds(run: Run) -> Holds:
    """From the table of placements or, in files before 1.5, from starts and ends of jobs.  Raises MissingData without jobs."""
    jobs = run.jobs
    if jobs.empty:
        raise MissingData("the run has no jobs; their table is written when a run ends")
    last = length(run)
    size = jobs["accelerators"].to_numpy(dtype=np.float64)
    table, apart = run.placements, not run.placements.empty
    if apart:
        job = table["job"].to_numpy(dtype=np.int64)
        begin, working, end = (seconds_after_start(run, table[name]) for name in ("begin", "working", "end"))
        how = table["how"].to_numpy(dtype=object)
    else:
        begin, end = seconds_after_start(run, jobs["start"]), seconds_after_start(run, jobs["end"])
        # One that was interrupted and waits for nodes again: until when it held some is not in the file.
        job = np.flatnonzero(np.isfinite(begin) & (np.isfinite(end) | (jobs["state"] == "running").to_numpy()))
        begin, end, how = begin[job], end[job], jobs["state"].to_numpy(dtype=object)[job]
        working = begin
    end = np.where(np.isfinite(end), end, last)
    working = np.where(np.isfinite(working), working, end)
    order = np.argsort(begin, kind="stable")
    return Holds(job[order], begin[order], working[order], end[order], size[job][order], how[order], apart)


def length(run: Run) -> float:
    """End of the run in s after its start."""
    group = run.stored("site")
    if group is None or "time" not in group or group["time"].shape[0] == 0:
        raise MissingData("the run has no report in site")
    return float(group["time"][-1])


def pool_sizes(run: Run) -> dict[str, float]:
    """Accelerators of each pool."""
    group = run.stored("pools")
    if group is None or "accelerators_total" not in group or group["accelerators_total"].shape[0] == 0:
        raise MissingData("the run has no series pools/accelerators_total")
    return dict(zip(group["pool"].asstr()[...].tolist(), group["accelerators_total"][-1].tolist(), strict=True))


def seconds_after_start(run: Run, dates: pd.Series[Any]) -> Floats:
    """NaN where there is no date."""
    return np.asarray((dates - run.start) / pd.Timedelta(seconds=1), dtype=np.float64)

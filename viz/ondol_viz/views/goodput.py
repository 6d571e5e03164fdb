"""Where the time of the accelerators went: at work, and in what kept them from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..run import Run
from ..style import GREEN, GREY, ORANGE, SKY, VERMILION
from .holds import Floats, Holds, holds, length, pool_sizes, seconds_after_start
from .missing import MissingData

# What accelerator time is spent on, in the order of the stack, as sentences.
PARTS = {
    "work": "work kept, at declared speed",
    "slowed": "held, but slower than declared",
    "loading": "loading after a restart",
    "lost": "work lost to interruptions",
    "idle": "held by no job",
    "dark": "without power, or booting",
}

# Colour and hatch of each.
PART_LOOKS = {
    "work": (GREEN, ""),
    "slowed": (ORANGE, ""),
    "loading": (SKY, "/"),
    "lost": (VERMILION, "x"),
    "idle": ("#D9D9D9", ""),
    "dark": (GREY, "\\"),
}


@dataclass(frozen=True)
class Spent:
    """Accelerator time of a pool, or of all together."""

    pool: str  # "": all together
    seconds: dict[str, float]  # accelerator-seconds by PARTS; they sum to `total`

    @property
    def total(self) -> float:
        return sum(self.seconds.values())


@dataclass(frozen=True)
class Goodput:
    all: Spent
    pools: tuple[Spent, ...]  # without "dark", which the file tells of all together


def goodput(run: Run) -> Goodput:
    """Raises MissingData for runs without jobs, and where jobs were interrupted but the file does not tell for how long they held none."""
    jobs, held, last, sizes = run.jobs, holds(run), length(run), pool_sizes(run)
    if "mean_speed" not in jobs:
        raise MissingData("the run has no mean speed of its jobs")
    if not held.apart and jobs["interruptions"].sum() > 0:
        raise MissingData(
            "jobs were interrupted, and files before format 1.5 do not tell for how long they held no accelerators"
        )
    size = jobs["accelerators"].to_numpy(dtype=np.float64)
    span = _settled(held, len(jobs)) - seconds_after_start(run, jobs["start"])
    kept = size * np.nan_to_num(jobs["mean_speed"].to_numpy(dtype=np.float64) * span)
    lost = size * jobs["lost_work"].to_numpy(dtype=np.float64)
    pool_of = pd.Index(list(sizes)).get_indexer(pd.Index(jobs["pool"]))

    def by_pool(pools: np.ndarray[tuple[int], np.dtype[np.int64]], seconds: Floats) -> Floats:
        return np.asarray(np.bincount(pools[pools >= 0], seconds[pools >= 0], minlength=len(sizes)), dtype=np.float64)

    busy = by_pool(pool_of[held.job], held.seconds * held.accelerators)
    loading = by_pool(pool_of[held.job], (held.working - held.begin) * held.accelerators)
    work, thrown = by_pool(pool_of, kept), by_pool(pool_of, lost)
    pools = tuple(
        Spent(
            name,
            {
                "work": float(work[i]),
                "slowed": float(max(busy[i] - work[i] - thrown[i] - loading[i], 0.0)),
                "loading": float(loading[i]),
                "lost": float(thrown[i]),
                "idle": float(size * last - busy[i]),
            },
        )
        for i, (name, size) in enumerate(sizes.items())
    )
    together = {part: sum(pool.seconds.get(part, 0.0) for pool in pools) for part in PARTS}
    dark = 3600.0 * _figure(run, "lost_accelerator_hours")
    together["dark"] = min(dark, together["idle"])  # nodes without power are taken from their jobs
    together["idle"] -= together["dark"]
    return Goodput(Spent("", together), pools)


def _figure(run: Run, name: str) -> float:
    """A key figure; 0 where the run has no such."""
    if "name" not in run.kpis:
        return 0.0
    return float(run.kpis.loc[run.kpis["name"] == name, "value"].sum())


def _settled(held: Holds, jobs: int) -> Floats:
    """End of the last stretch of each job, in s after the start of the run."""
    ends = np.full(jobs, np.nan)
    np.fmax.at(ends, held.job, held.end)
    return ends

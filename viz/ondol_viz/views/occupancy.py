"""How full the pools are, and how many jobs wait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..run import Run
from ..words import say
from .blocks import POINTS, Blocks, Floats, blocks

POOLS = 8  # more panels than this do not fit a page, nor have colours that differ


@dataclass(frozen=True)
class PoolPanel:
    """A pool, or the smallest of many together.  Arrays are (block,)."""

    pools: tuple[str, ...]
    busy: Floats
    total: Floats
    waiting: Floats | None  # jobs
    share: float  # mean of busy / total

    @property
    def size(self) -> float:
        """Most accelerators that the pool had."""
        return float(np.nanmax(self.total, initial=0.0))


@dataclass(frozen=True)
class JobOccupancy:
    blocks: Blocks  # of the reports
    panels: tuple[PoolPanel, ...]

    @property
    def queues(self) -> list[tuple[int, Floats]]:
        """Number of the panel, and its jobs that wait (block,), of the panels in which any job ever did."""
        waiting = [(number, panel.waiting) for number, panel in enumerate(self.panels)]
        return [(number, jobs) for number, jobs in waiting if jobs is not None and np.nanmax(jobs, initial=0.0) > 0]


def title(panel: PoolPanel) -> str:
    """Name of the pool; how many, where several share the panel."""
    return panel.pools[0] if len(panel.pools) == 1 else say("{n} smaller pools", n=len(panel.pools))


def job_occupancy(run: Run, points: int = POINTS) -> JobOccupancy:
    """Accelerators held and jobs that wait, by pool, over at most `points` blocks; the smallest of more than POOLS pools share the last panel."""
    pools = run.stored("pools")
    queue = pools is not None and "jobs_waiting" in pools
    data = blocks(run, "pools", ["accelerators_busy", "accelerators_total", *(["jobs_waiting"] if queue else [])], points)
    busy, total = data.means["accelerators_busy"], data.means["accelerators_total"]
    size = (total * data.hours[:, None]).sum(axis=0)
    names = pools["pool"].asstr()[...].tolist() if pools is not None else []
    panels = []
    for members in _grouped(size):
        hours = float(size[members].sum())
        held = float((busy[:, members].sum(axis=1) * data.hours).sum())
        panels.append(
            PoolPanel(
                pools=tuple(names[i] for i in members),
                busy=busy[:, members].sum(axis=1),
                total=total[:, members].sum(axis=1),
                waiting=data.means["jobs_waiting"][:, members].sum(axis=1) if queue else None,
                share=held / hours if hours > 0 else 0.0,
            )
        )
    return JobOccupancy(data, tuple(panels))


def _grouped(size: Floats) -> list[list[int]]:
    """Members of each panel: the largest pools in their order, the rest together."""
    if size.size <= POOLS:
        return [[i] for i in range(size.size)]
    order = np.argsort(-size, kind="stable")
    return [[i] for i in sorted(order[: POOLS - 1].tolist())] + [sorted(order[POOLS - 1 :].tolist())]

"""Jobs and accelerators."""

from __future__ import annotations

from collections.abc import Sequence

from .. import charts, plots
from ..run import Run
from .picture import Picture


def _has_jobs(run: Run) -> bool:
    jobs = run.stored("jobs")
    return jobs is not None and jobs["index"].shape[0] > 0


PICTURES: Sequence[Picture] = (
    Picture(
        name="job_gantt",
        section="work",
        title="Jobs by pool",
        caption="Each bar is a job, as high as the accelerators that it holds of its pool. Small or short jobs are merged: the area at the "
        "bottom of a pool is what they hold together.",
        shows="For each pool, bars of jobs over time, coloured by kind, with their waits before them, and an area of what small jobs hold.",
        plot=plots.job_gantt,
        chart=charts.job_gantt,
        fits=_has_jobs,
    ),
    Picture(
        name="job_occupancy",
        section="work",
        title="Accelerators held by jobs",
        caption="Accelerators held by jobs in each pool, and the jobs that wait.",
        shows="For each pool, the accelerators held by jobs over time beside all that it has; below, jobs that wait.",
        plot=plots.job_occupancy,
        chart=charts.job_occupancy,
    ),
)

"""Jobs and accelerators."""

from __future__ import annotations

from collections.abc import Sequence

from .. import charts, plots
from ..run import Run
from ..views.parties import has_parties
from ..views.waits import has_waits
from .picture import Picture


def _has_jobs(run: Run) -> bool:
    jobs = run.stored("jobs")
    return jobs is not None and jobs["index"].shape[0] > 0


def _tells_goodput(run: Run) -> bool:
    jobs = run.stored("jobs")
    if jobs is None or "mean_speed" not in jobs or not _has_jobs(run):
        return False
    return run.stored("placements") is not None or not jobs["interruptions"][...].any()


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
    Picture(
        name="goodput",
        section="work",
        title="Where accelerator time went",
        caption="Work is counted at the declared speed and only as far as it was kept. Slower: for temperature, a limit of power, the fabric, "
        "or pauses of training for checkpoints.",
        shows="Stacked bars of the accelerator time of all pools and of each: kept as work, held but slower, lost, held by no job.",
        plot=plots.goodput,
        chart=charts.goodput,
        fits=_tells_goodput,
    ),
    Picture(
        name="job_waits",
        section="work",
        title="How long jobs wait",
        caption="How many jobs waited longer than a time. Those that never started have waited until the end of the run.",
        shows="Falling curves of the share of jobs over their wait, by size and by pool; bars of the longest waits.",
        plot=plots.job_waits,
        chart=charts.job_waits,
        fits=has_waits,
    ),
    Picture(
        name="energy_by_party",
        section="energy",
        title="Whose the energy was",
        caption="Every joule at the meter once: by tenant with its cost and emissions, by pool, and by vendor of the accelerators.",
        shows="Bars of energy of tenants, pools and vendors, the largest first, with shares of cooling and losses or of idle time.",
        plot=plots.energy_by_party,
        chart=charts.energy_by_party,
        fits=has_parties,
    ),
)

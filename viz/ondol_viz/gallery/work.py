"""Jobs and accelerators."""

from __future__ import annotations

from collections.abc import Sequence

from .. import plots
from .picture import Picture

PICTURES: Sequence[Picture] = (
    Picture(
        name="job_occupancy",
        section="work",
        title="Accelerators held by jobs",
        caption="Accelerators held by jobs in each pool, and the jobs that wait.",
        shows="For each pool, the accelerators held by jobs over time beside all that it has; below, jobs that wait.",
        plot=plots.job_occupancy,
        chart=None,
    ),
)

"""Power and energy of the site."""

from __future__ import annotations

from collections.abc import Sequence

from .. import charts, plots
from .picture import Picture

PICTURES: Sequence[Picture] = (
    Picture(
        name="load_duration",
        section="energy",
        title="Load duration",
        caption="For which share of the time power reaches a level.",
        shows="Falling curves of power at the meter, of IT and of cooling over the share of the time.",
        plot=plots.load_duration,
        chart=charts.load_duration,
    ),
)

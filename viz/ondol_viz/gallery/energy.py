"""Power and energy of the site."""

from __future__ import annotations

from collections.abc import Sequence

from .. import charts, plots
from .picture import Picture

PICTURES: Sequence[Picture] = (
    Picture(
        name="site_power",
        section="energy",
        title="Power of the site",
        caption="Power at the utility meter, by who consumes or loses it; the shares are of the energy of the run. A long run is drawn as means, and thin lines show the highest and lowest report behind each.",
        shows="Stacked areas of power over time: IT equipment, conversion losses, cooling, site; below, all but the IT equipment by owner.",
        plot=plots.site_power,
        chart=None,
    ),
    Picture(
        name="load_duration",
        section="energy",
        title="Load duration",
        caption="For which share of the time power reaches a level.",
        shows="Falling curves of power at the meter, of IT and of cooling over the share of the time.",
        plot=plots.load_duration,
        chart=charts.load_duration,
    ),
    Picture(
        name="pue_wet_bulb",
        section="energy",
        title="Power usage effectiveness and weather",
        caption="Power usage effectiveness of the reports against the outdoor wet bulb, or against IT power where the weather is steady.",
        shows="Scatter of power usage effectiveness over wet bulb temperature, coloured by IT power.",
        plot=plots.pue_against_wet_bulb,
        chart=None,
    ),
)

"""Water loops, chillers, and what cooling takes."""

from __future__ import annotations

from collections.abc import Sequence

from .. import charts, plots
from ..plots import cooling
from .picture import Picture

PICTURES: Sequence[Picture] = (
    Picture(
        name="cooling_schematic",
        section="moment",
        title="Cooling plant",
        caption="What each loop of facility water cools, left, and what cools it, right, at a moment. Pipes have the colour of their water; the squares at the halls that of the air or coolant which the racks get and give back.",
        shows="Diagram of the loops of facility water between halls, chillers, towers and outdoor air, with temperatures, flows, heat and power.",
        plot=plots.cooling_schematic,
        chart=charts.cooling_schematic,
    ),
    Picture(
        name="loop_temperatures",
        section="cooling",
        title="Water of the loops",
        caption="Facility water beside the weather, and how much of the heat leaves without compressors.",
        shows="For each water loop, supply and return temperature over time beside wet and dry bulb, and the heat rejected.",
        plot=plots.loop_temperatures,
        chart=None,
    ),
    Picture(
        name="cooling_by_month",
        section="cooling",
        title="Cooling by month",
        caption="What cooling takes of each kilowatt-hour of IT, by who takes it, with the power usage effectiveness of the month, which holds conversion losses and the site too; below, make-up water.",
        shows="Stacked bars of cooling energy by month with a line of PUE; below, bars of water usage effectiveness with a line of the mean wet bulb.",
        plot=plots.cooling_by_month,
        chart=None,
        fits=cooling.has_months,
    ),
    Picture(
        name="around_trip",
        section="cooling",
        title="Around the trip",
        caption="The first trip of cooling or move of a set point, from five minutes before to forty minutes after it.",
        shows="Lines over time of facility water, of what the halls are supplied with, and of the hottest accelerators of each hall.",
        plot=plots.around_trip,
        chart=None,
        fits=cooling.has_trip,
    ),
    Picture(
        name="chillers_running",
        section="cooling",
        title="Chillers running",
        caption="How many chillers run, and how much of the heat leaves without them.",
        shows="Steps of the number of chillers running in each loop over time; below, the share of the heat taken without compressors.",
        plot=plots.chillers_running,
        chart=None,
        fits=cooling.has_chillers,
    ),
)

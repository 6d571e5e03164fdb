"""Water loops, chillers, and what cooling takes."""

from __future__ import annotations

from collections.abc import Sequence

from .. import charts, plots
from ..views import cooling, temperatures
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
        chart=charts.loop_temperatures,
    ),
    Picture(
        name="cooling_by_month",
        section="cooling",
        title="Cooling by month",
        caption="What cooling takes of each kilowatt-hour of IT, by who takes it, with the power usage effectiveness of the month, which holds conversion losses and the site too; below, make-up water.",
        shows="Stacked bars of cooling energy by month with a line of PUE; below, bars of water usage effectiveness with a line of the mean wet bulb.",
        plot=plots.cooling_by_month,
        chart=charts.cooling_by_month,
        fits=cooling.has_months,
    ),
    Picture(
        name="around_trip",
        section="cooling",
        title="Around the trip",
        caption="The trip of cooling, or move of a set point, that warmed accelerators the most, from five minutes before to forty minutes after it.",
        shows="Lines over time of facility water, of what the halls are supplied with, and of the hottest accelerators of each hall.",
        plot=plots.around_trip,
        chart=charts.around_trip,
        fits=cooling.has_trip,
    ),
    Picture(
        name="chillers_running",
        section="cooling",
        title="Chillers running",
        caption="How many chillers run, and how much of the heat leaves without them.",
        shows="Steps of the number of chillers running in each loop over time; below, the share of the heat taken without compressors.",
        plot=plots.chillers_running,
        chart=charts.chillers_running,
        fits=cooling.has_chillers,
    ),
    Picture(
        name="accelerator_temperatures",
        section="cooling",
        title="Temperatures of the accelerators",
        caption="The middle 90 % of the accelerators of each hall with their median, and the hottest one; the dashed line is where they slow themselves. Below, the inlet air of the racks beside the range that ASHRAE recommends, and what heat slows.",
        shows="For each hall a band of accelerator temperatures over time with median and highest; below, a band of inlet temperatures and what is slowed.",
        plot=plots.accelerator_temperatures,
        chart=charts.accelerator_temperatures,
        fits=temperatures.has_accelerators,
    ),
    Picture(
        name="water_use",
        section="cooling",
        title="Make-up water",
        caption="Water that towers evaporate, lose as drops and blow down, over time; below, for each kilowatt-hour of IT.",
        shows="Area of make-up water over time; below, a line of water usage effectiveness.",
        plot=plots.water_use,
        chart=charts.water_use,
        fits=cooling.has_water,
    ),
)

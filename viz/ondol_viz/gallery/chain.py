"""Of runs in which something happens to the supply."""

from __future__ import annotations

from collections.abc import Sequence

from .. import charts, plots
from ..views import chain
from .picture import Picture

PICTURES: Sequence[Picture] = (
    Picture(
        name="power_by_source",
        section="chain",
        title="Power by source",
        caption="Who supplied the site around what happened; numbers at dashed lines are explained below. Below zero: what batteries take back, which is part of what is supplied.",
        shows="Stacked areas of power over time from the utility, generators and batteries, with marks of what happened.",
        plot=plots.power_by_source,
        chart=charts.power_by_source,
        fits=chain.disturbed,
    ),
    Picture(
        name="state_of_charge",
        section="chain",
        title="State of charge",
        caption="What the batteries of UPS hold, at the ends of the report intervals.",
        shows="Lines of the state of charge of the batteries of each bank of UPS over time.",
        plot=plots.state_of_charge,
        chart=charts.state_of_charge,
        fits=chain.batteries_used,
    ),
    Picture(
        name="fullest_feeds",
        section="chain",
        title="Fullest units",
        caption="Load over rating of the units that were fullest, by bank; units of a bank that never differ share a row.",
        shows="Map of the load of power units over time, one row for each unit or group of equal units.",
        plot=plots.fullest_feeds,
        chart=charts.fullest_feeds,
        fits=chain.disturbed,
    ),
    Picture(
        name="unserved_power",
        section="chain",
        title="Power not served",
        caption="What loads without supply drew before they lost it: racks, and cooling that stood still.",
        shows="Area of the power of loads without supply over time.",
        plot=plots.unserved_power,
        chart=charts.unserved_power,
        fits=chain.unserved,
    ),
)

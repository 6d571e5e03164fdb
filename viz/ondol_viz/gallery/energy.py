"""Power and energy of the site."""

from __future__ import annotations

from collections.abc import Sequence

from .. import charts, plots
from ..views.bill import has_bill
from ..views.calendar import has_days
from .picture import Picture

PICTURES: Sequence[Picture] = (
    Picture(
        name="site_power",
        section="energy",
        title="Site power by owner",
        caption="Who consumes or loses the power of the site; the shares are of the energy of the run. A long run is drawn as means, and "
        "thin lines or a pale band show the lowest and highest report behind each. Below, all but the IT equipment by owner, power usage "
        "effectiveness, and the weather.",
        shows="Stacked areas of power over time: IT equipment, conversion losses, cooling, site; below, all but the IT equipment by owner, "
        "then lines of power usage effectiveness and of the temperatures outdoors.",
        plot=plots.site_power,
        chart=charts.site_power,
    ),
    Picture(
        name="energy_sankey",
        section="energy",
        title="Energy from the meter to the die",
        caption="Where all energy of the run came from and went. Losses leave the trunk in the order of the power chain; which part of a loss "
        "belongs to which load, the ledger does not say. Accelerators are chips with their memory and the converters on their boards. By "
        "choice, the share of each pool or vendor.",
        shows="Ribbons from the utility and other sources through the losses of the power chain to IT equipment, cooling and the site, each as "
        "high as its energy.",
        plot=plots.energy_sankey,
        chart=charts.energy_sankey,
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
        title="PUE against wet bulb",
        caption="Power usage effectiveness of the reports against the outdoor wet bulb, or against IT power where the weather is steady.",
        shows="Scatter of power usage effectiveness over wet bulb temperature, coloured by IT power, with the median for each degree.",
        plot=plots.pue_against_wet_bulb,
        chart=charts.pue_against_wet_bulb,
    ),
    Picture(
        name="cost_calendar",
        section="energy",
        title="Calendar of cost and carbon",
        caption="Energy cost with adders, without demand charge and tax, price, emissions and power at the meter by day and hour of the site's clock; "
        "bands of a time-of-use tariff show in the price.",
        shows="Heat maps with days across and hours of the day down, and bars of the totals of each day above.",
        plot=plots.cost_calendar,
        chart=charts.cost_calendar,
        fits=has_days,
    ),
    Picture(
        name="bill",
        section="energy",
        title="Bill by tariff",
        caption="What the run costs by the tariff of the site and by those compared with it, part by part, and the highest 15-minute demand "
        "of each month beside the demand that is charged.",
        shows="Stacked bars of the parts of the bill for each tariff; below, bars of the highest demand of each month.",
        plot=plots.bill,
        chart=charts.bill,
        fits=has_bill,
    ),
)

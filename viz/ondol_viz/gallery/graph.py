"""The stored graph, coloured by load."""

from __future__ import annotations

from collections.abc import Sequence

from .. import charts, plots
from ..views import fabric, power_tree
from .picture import Picture

PICTURES: Sequence[Picture] = (
    Picture(
        name="power_tree",
        section="moment",
        title="Power chain, unit by unit",
        caption="From the utility down to racks and cooling: what each part carries of its rating. Units of a bank that differ have bars of their own; a diamond marks units whose loss alone takes racks.",
        shows="A tree of boxes from the utility at the top to racks, cooling and base load at the bottom, each with a bar of its load, joined by lines; dashed lines feed only when others fail.",
        plot=plots.power_tree,
        chart=charts.power_tree,
        fits=power_tree.has_tree,
    ),
    Picture(
        name="fabric_view",
        section="moment",
        title="Networks, tier by tier",
        caption="Racks and switches that are joined to the same others share a box. The colour of a bundle is that of its fullest link, or its capacity where loads were not recorded; wide lines carry more. Down and up compare what a tier offers to the racks with what it has to the next.",
        shows="Rows of boxes, racks below and tiers of switches above, joined by bundles of links coloured by load; tori and dragonflies as circles of switches with racks around them.",
        plot=plots.fabric_view,
        chart=charts.fabric_view,
        fits=fabric.has_fabric,
    ),
)

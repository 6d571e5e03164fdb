"""The stored graph, coloured by load."""

from __future__ import annotations

from collections.abc import Sequence

from .. import charts, plots
from ..views import power_tree
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
)

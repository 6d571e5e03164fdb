"""The halls from above."""

from __future__ import annotations

from collections.abc import Sequence

from .. import charts, plots
from .picture import Picture

PICTURES: Sequence[Picture] = (
    Picture(
        name="floor_plan",
        section="moment",
        title="Floor plan",
        caption="The halls from above, all to one scale: each square is a rack, dotted ones are free places.  The inlet air that ASHRAE recommends, 18 to 27 °C, is marked on the scale.",
        shows="Maps of the racks of each hall, coloured by power, inlet air, temperature of the hottest accelerator or share of accelerators held.",
        plot=plots.floor_plan,
        chart=charts.floor_plan,
    ),
)

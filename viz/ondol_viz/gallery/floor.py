"""The halls from above."""

from __future__ import annotations

from collections.abc import Sequence

from .. import plots
from .picture import Picture

PICTURES: Sequence[Picture] = (
    Picture(
        name="floor_plan",
        section="moment",
        title="Floor plan",
        caption="The halls from above, at the moment of the highest site power; a hall of several pools names each at its first rack.",
        shows="Maps of the racks of each hall, coloured by rack power and by accelerator temperature.",
        plot=plots.floor_plan,
        chart=None,
    ),
)

"""Which pictures a run has, in the order of its page.  Each room lists its own; `pictures_of` puts them together."""

from __future__ import annotations

from collections.abc import Sequence

from ..run import Run
from . import energy
from .picture import SECTIONS, Picture

__all__ = ["SECTIONS", "Picture", "pictures_of"]

_ROOMS: Sequence[Sequence[Picture]] = (energy.PICTURES,)


def pictures_of(run: Run) -> list[Picture]:
    """All pictures that have something to say about the run, by section."""
    fitting = [picture for room in _ROOMS for picture in room if picture.fits(run)]
    return sorted(fitting, key=lambda picture: list(SECTIONS).index(picture.section))

"""Which pictures a run has, in the order of its page.  Each room lists its own; `pictures_of` puts them together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..run import Run
from . import chain, cooling, energy, floor, graph, swing, work
from .picture import SECTIONS, Picture

__all__ = ["SECTIONS", "Picture", "names", "pictures_of"]

# A room has a list, or a function where the run says how many pictures there are.
_ROOMS: Sequence[Sequence[Picture] | Callable[[Run], Sequence[Picture]]] = (
    energy.PICTURES,
    floor.PICTURES,
    graph.PICTURES,
    chain.PICTURES,
    cooling.PICTURES,
    work.PICTURES,
    swing.pictures,
)


def pictures_of(run: Run) -> list[Picture]:
    """All pictures that have something to say about the run, by section."""
    fitting = [picture for room in _ROOMS for picture in (room(run) if callable(room) else room) if picture.fits(run)]
    return sorted(fitting, key=lambda picture: list(SECTIONS).index(picture.section))


def names() -> list[str]:
    """Names of all pictures that a run may have; of rooms with functions, patterns such as "power_swing*"."""
    return [*(picture.name for room in _ROOMS if not callable(room) for picture in room), swing.NAMES]

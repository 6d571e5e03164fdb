"""What the page and the folder of pictures know about one picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import plotly.graph_objects as go
from matplotlib.figure import Figure

from ..run import Run

# Of the page, in order.
SECTIONS = {
    "energy": "Power and energy",
    "moment": "The center at a moment",
    "chain": "Power chain",
    "cooling": "Cooling and temperatures",
    "work": "Work",
    "swing": "Power swing",
}


def _always(_: Run) -> bool:
    return True


@dataclass(frozen=True)
class Picture:
    """One picture, for print and for the browser.  All texts are sentences for `words.say`, with `values` filled in."""

    name: str  # of the PNG file and of the anchor on the page
    section: str  # key of SECTIONS
    title: str
    caption: str  # what to know when reading it
    shows: str  # for those who cannot see it
    plot: Callable[[Run], Figure] | None  # matplotlib; None: of the browser only
    chart: Callable[[Run], go.Figure] | None  # plotly; None: the page shows the plot
    fits: Callable[[Run], bool] = _always  # whether it has something to say about the run
    values: Mapping[str, str] = field(default_factory=dict)  # names of the file that the texts need

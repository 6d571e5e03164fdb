"""What figures of sweeps share: words that fit, ticks at values, looks of lines."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..style import cut
from ..views.sweep_parts import Axis

WIDE = 46  # letters of a label before it takes a second line
TITLE = 88  # of a title
LONGEST = 24  # of a value at a tick
LINES = ("-", (0, (5, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)))  # told apart without colour
MARKERS = ("o", "s", "^", "D", "v", "P")


def wrapped(text: str, width: int = WIDE) -> str:
    return textwrap.fill(text, width)


def short(text: str, most: int = LONGEST) -> str:
    """Cut where it would push everything else aside."""
    return cut(text, most)


def head(figure: Figure, text: str) -> None:
    """A title over all panels, where a legend or tick labels would meet that of one."""
    figure.suptitle(wrapped(text, TITLE), x=0.01, ha="left", fontsize=10.5, fontweight="bold")


def ticks_at_values(axes_: Axes, axis: Axis, which: str, most: int = 14) -> None:
    """Ticks of an axis that is drawn by place, each with its value; not more than `most`."""
    values = [short(axis.worth(v) if not axis.numeric else f"{v:.6g}") for v in axis.values]
    places = np.arange(0, len(values), -(-len(values) // most))
    long = max(len(values[i]) for i in places) * len(places) > 70
    if which == "x":
        axes_.set_xticks(places, [values[i] for i in places], rotation=30 if long else 0, ha="right" if long else "center")
    else:
        axes_.set_yticks(places, [values[i] for i in places])

"""What charts of sweeps share: words that fit, axes of values and of names."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from .. import style
from ..sweep import decimals
from ..views.sweep_parts import Axis, Floats, Quantity
from ..words import say
from .parts import plain

WIDE = 60  # letters of a label before it takes a second line
TICKED = 28  # letters of a value at a tick
MOST = 20  # ticks


def wrapped(text: str, width: int = WIDE) -> str:
    """Text of a file in lines of a label, not as markup."""
    return "<br>".join(plain(line) for line in textwrap.wrap(text, width)) or plain(text)


def cut(text: str, most: int = TICKED) -> str:
    """Where it would push everything else aside; not as markup."""
    return plain(style.cut(text, most))


def titled(figure: go.Figure, text: str, known: str = "") -> None:
    """A title above everything, unless it says no more than `known`, which axes say; what stands below it has room."""
    lines = wrapped(text, 100) if text != known else ""
    figure.update_layout(
        title={"text": lines, "y": 1, "yref": "container", "yanchor": "top", "pad": {"t": 10}, "font": {"size": 14}}
    )
    figure.update_layout(margin={"t": 46 + 18 * lines.count("<br>") if lines else 20})
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(separatethousands=True, exponentformat="none")  # "15k billion" is no number


def amounts(quantity: Quantity, values: Floats) -> list[str]:
    """Each value with its unit, with one place more than tells them apart."""
    places = decimals(values) + 1
    unit = plain(say(quantity.unit))
    return [f"{v:,.{places}f} {unit}".strip() if np.isfinite(v) else "–" for v in values]


def named_axis(names: Sequence[str], most: int = MOST) -> dict[str, Any]:
    """Ticks of an axis drawn by place: names, not more than `most`."""
    at = list(range(0, len(names), -(-len(names) // most)))
    texts = [cut(names[i]) for i in at]
    slope = -35 if sum(len(text) + 2 for text in texts) > 120 else 0
    return {"tickvals": at, "ticktext": texts, "range": [-0.5, len(names) - 0.5], "zeroline": False, "tickangle": slope}


def rows_axis(names: Sequence[str], most: int = 60) -> dict[str, Any]:
    """The same from the top down, for bars that lie; long names take two lines."""
    axis = named_axis(names, most)
    texts = [textwrap.shorten(names[i], 72, placeholder="…") or names[i][:72] for i in axis["tickvals"]]
    return {
        **axis,
        "ticktext": [wrapped(text, 36) for text in texts],
        "range": [len(names) - 0.5, -0.5],
        "showgrid": False,
        "ticks": "",
        "tickangle": 0,
    }


def value_axis(axis: Axis) -> dict[str, Any]:
    """An axis of numbers, logarithmic where they grow by factors, or of names side by side."""
    if not axis.numeric:
        return named_axis(axis.texts)
    return {"type": "log", "dtick": "D2"} if axis.by_factors else {}

"""Colours of loads over ratings: cividis up to the rating, one colour above it."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from matplotlib import colormaps
from matplotlib.colors import to_hex

from ..style import VERMILION

TOP = 1.25  # of the rating: end of the scale
_FULL = 1 / TOP + 1e-3  # what carries its rating is not above it
_STEPS = [to_hex(colormaps["cividis"](i / 63)) for i in range(64)]
SCALE = [
    *((i / 7 * _FULL, to_hex(colormaps["cividis"](i / 7))) for i in range(8)),
    (_FULL, VERMILION),
    (1.0, VERMILION),
]


def colours_of(load: np.ndarray[Any, np.dtype[np.float64]]) -> list[str]:
    """Colour of each load (1); no load known: as no load.  As names, since plotly warns of numbers as colours of bars."""
    step = np.round(63 * np.clip(np.nan_to_num(load), 0, 1)).astype(int)
    return [VERMILION if value > 1 + 1e-3 else _STEPS[i] for value, i in zip(load, step, strict=True)]


def add_scale(figure: go.Figure, title: str, height: float) -> None:
    """The scale above the legend of a figure whose panel is so many px high, at the right."""
    figure.add_scatter(
        x=[None],
        y=[None],
        mode="markers",
        showlegend=False,
        hoverinfo="skip",
        marker={
            "color": [0],
            "cmin": 0,
            "cmax": 100 * TOP,
            "colorscale": SCALE,
            "colorbar": {
                "title": {"text": title, "side": "top"},
                "orientation": "h",
                "thickness": 12,
                "outlinewidth": 0,
                "len": 0.4,
                "x": 1,
                "xanchor": "right",
                "y": 1 + 24 / height,
                "yanchor": "bottom",
            },
        },
    )

"""What charts share: the look, time axes on the site's clock, marks of events, text that plotly must not read as markup."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

import plotly.graph_objects as go

from ..style import CYCLE

P = ParamSpec("P")

HEIGHT = 420  # px, of a chart with one panel

_FONT = 'system-ui, "Noto Sans", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif'
_AXIS: dict[str, Any] = {
    "gridcolor": "#E4E4E4",
    "zerolinecolor": "#CCCCCC",
    "linecolor": "#666666",
    "ticks": "outside",
    "tickcolor": "#666666",
    "automargin": True,
    "title": {"standoff": 8},
}
TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": _FONT, "size": 13, "color": "#222222"},
        "colorway": CYCLE,
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "margin": {"l": 70, "r": 20, "t": 40, "b": 50},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "legend": {"orientation": "v", "x": 1.02, "y": 1, "font": {"size": 12}},
        "hoverlabel": {"align": "left", "namelength": -1, "font": {"family": _FONT}},
        "title": {"x": 0, "xanchor": "left", "font": {"size": 15}},
        "colorscale": {"sequential": "Cividis", "sequentialminus": "Cividis", "diverging": "RdBu"},
    }
)


def charted(draw: Callable[P, go.Figure]) -> Callable[P, go.Figure]:
    """In the house style."""

    @functools.wraps(draw)
    def inner(*args: P.args, **kwargs: P.kwargs) -> go.Figure:
        figure = draw(*args, **kwargs)
        figure.update_layout(template=TEMPLATE)
        if figure.layout.height is None:
            figure.update_layout(height=HEIGHT)
        return figure

    return inner


def plain(text: object) -> str:
    """Text of a file for plotly, which reads `<b>` and `&lt;` as markup and `%{x}` in templates as values."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "%\u200b{")

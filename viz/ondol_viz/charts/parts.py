"""What charts share: the look, time axes on the site's clock, marks of events, text that plotly must not read as markup."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, ParamSpec

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..run import Run
from ..style import BLACK, CYCLE, cut
from ..views.events import Mark, marks, spoken
from ..words import say

P = ParamSpec("P")

HEIGHT = 420  # px, of a chart with one panel
TOP = 0.95  # of the panels; above them stand marks of events
LABELLED = 12  # more dashed lines than this hide the series; then triangles only
TOLD = 8  # kinds of events in one hover
LONGEST = 90  # characters of a text of the file in a hover

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
    """Text of a file for plotly, which reads `<b>` and `&lt;` as markup, `%{x}` in templates as values and `$x$` as a formula."""
    escaped = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("%{", "%\u200b{").replace("$", "&#36;")


def short(text: object, most: int = LONGEST) -> str:
    """`plain`, cut to what there is room for: by default that of a hover."""
    return plain(cut(str(text), most))


def clock(run: Run, times: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Times in UTC as the site's clock shows them, in ms since 1970: dates as plotly writes them most compactly (`time_axis`)."""
    return run.local(times).to_numpy(dtype="datetime64[ms]").astype(np.float64)


def along(times: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    """The x of a trace: `times` of `clock`, as start and step where they are even, which takes a hundredth of the room."""
    steps = np.diff(times)
    if times.size > 2 and np.ptp(steps) == 0:
        return {"x0": float(times[0]), "dx": float(steps[0])}
    return {"x": times}


def time_axis(figure: go.Figure, run: Run, end: pd.Timestamp, most: str = "") -> None:
    """The only x axis of the figure shows the time from the start of the run to `end` (UTC), on the clock of the site; `most` is what
    else its title says."""
    begin, last = clock(run, [run.start, end])
    dated_axis(figure, begin, last, say("time ({zone})", zone=run.zone_name) + most)


def dated_axis(figure: go.Figure, begin: float, end: float, title: str) -> None:
    """The only x axis of the figure shows dates from `begin` to `end`, ms since 1970."""
    figure.update_xaxes(
        type="date",
        range=[begin, end],
        hoverformat="%Y-%m-%d %H:%M",
        tickformatstops=[  # numbers need no translation; ends of ranges belong to them, and the first that fits counts
            {"dtickrange": [None, 30_000], "value": "%H:%M:%S\n%Y-%m-%d"},
            {"dtickrange": [60_000, 43_200_000], "value": "%H:%M\n%Y-%m-%d"},
            {"dtickrange": [86_400_000, 1_209_600_000], "value": "%m-%d\n%Y"},
            {"dtickrange": ["M1", None], "value": "%Y-%m"},
        ],
        title_text=title,
    )


def stack_panels(figure: go.Figure, shares: Sequence[float], gap: float = 0.06) -> None:
    """Panels from the top down that share one x axis: y axes `y`, `y2` ... get heights in the ratio of `shares`."""
    room = TOP - gap * (len(shares) - 1)
    top = TOP
    for number, share in enumerate(shares, 1):
        height = room * share / sum(shares)
        figure.update_layout({f"yaxis{number if number > 1 else ''}": {"domain": [max(top - height, 0.0), top]}})
        top -= height + gap
    figure.update_layout(xaxis={"anchor": f"y{len(shares) if len(shares) > 1 else ''}"}, hoversubplots="axis")


def mark_events(figure: go.Figure, run: Run, end: pd.Timestamp) -> None:
    """Triangles above the panels, whose hover says what happened, to whom and why; dashed lines through the panels where they are few.

    Call it when the panels stand (`stack_panels`)."""
    found = marks(run, end)
    if not found:
        _give_back_top(figure)
        return
    if figure.layout.yaxis.domain is None:
        figure.update_layout(yaxis={"domain": [0, TOP]})
    taken = [int(name.removeprefix("yaxis") or 1) for name in figure.layout.to_plotly_json() if name.startswith("yaxis")]
    number = max(taken) + 1
    figure.update_layout({f"yaxis{number}": {"domain": [TOP, 1], "range": [0, 1], "visible": False, "fixedrange": True}})
    kinds = list(dict.fromkeys(mark.kind for mark in found))
    colours = {kind: CYCLE[number % len(CYCLE)] for number, kind in enumerate(kinds)}
    places = [list(same) for _, same in groupby(sorted(found, key=lambda mark: mark.place), key=lambda mark: mark.place)]
    figure.add_scatter(
        x=clock(run, [place[0].when for place in places]),
        y=np.full(len(places), 0.35, dtype=np.float32),
        yaxis=f"y{number}",
        mode="markers",
        marker={
            "symbol": "triangle-down",
            "size": 9,
            "color": [colours[place[0].kind] if len(place) == 1 else BLACK for place in places],
            "line": {"color": BLACK, "width": 0.5},
        },
        text=[_told(place) for place in places],
        hovertemplate="%{x}<br>%{text}<extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )
    if len(found) <= LABELLED:
        for mark, at in zip(found, clock(run, [mark.when for mark in found]), strict=True):
            look = {"color": colours[mark.kind], "width": 1, "dash": "dash"}
            figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=TOP, yref="paper", line=look)


def _give_back_top(figure: go.Figure) -> None:
    """Panels reach up to the edge: nothing stands above them."""
    for name, axis in figure.layout.to_plotly_json().items():
        if name.startswith("yaxis") and "domain" in axis:
            figure.update_layout({name: {"domain": [float(end) / TOP for end in axis["domain"]]}})


def _told(place: Sequence[Mark]) -> str:
    """What happened at one place of the axis: of one mark also the cause."""
    lines = [
        f"<b>{plain(say(spoken(mark.kind)))}</b>{f' × {mark.count}' if mark.count > 1 else ''}"
        + (f", {short(mark.subject)}" if mark.subject else "")
        for mark in place[:TOLD]
    ]
    if len(place) == 1 and place[0].cause:
        lines.append(short(place[0].cause))
    if len(place) > TOLD:
        lines.append("…")
    return "<br>".join(lines)


def faded(colour: str, opacity: float) -> str:
    """A colour `#RRGGBB` that lets shine through what lies behind it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"

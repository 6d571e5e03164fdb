"""Charts that move: one figure with a time slider, and one of several quantities to choose from.

In a notebook they carry plotly's own slider, play button and menu.  The page takes those away and puts native controls in their
place, which a keyboard reaches (report/page.js); it finds what it needs in `layout.meta`:

    meta["moments"]   dates of the frames on the site's clock, as text, one for each frame, in order
    meta["shown"]     number of the frame that the figure begins with
    meta["choices"]   [{"label": text, "traces": [numbers of the traces then shown], "layout": {path: value}}]

A frame holds, for the traces numbered in `traces`, only what changes: colours, sizes, texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import plotly.graph_objects as go

from ..words import say

_unread: ContextVar[bool] = ContextVar("unread", default=False)


@contextmanager
def unread() -> Iterator[None]:
    """Within it, frames go into the figure as they are, for a page that only writes them down: nobody can read the traces of one.
    Plotly would make and check each anew, which takes most of the time of a chart that moves."""
    token = _unread.set(True)
    try:
        yield
    finally:
        _unread.reset(token)


def with_moments(
    figure: go.Figure, dates: Sequence[str], traces: Sequence[int], changes: Sequence[Sequence[Mapping[str, Any]]], shown: int
) -> None:
    """Gives the figure a frame for each date.  `changes[i][j]` is what trace number `traces[j]` becomes at `dates[i]`, with its `type`;
    the figure must already show frame `shown`."""
    frames = tuple(
        # Checked already as traces of the figure; again for each frame takes seconds.
        go.Frame(name=date, data=[dict(change) for change in each], traces=list(traces), _validate=False)
        for date, each in zip(dates, changes, strict=True)
    )
    if _unread.get():
        figure._frame_objs = frames
    else:
        figure.frames = frames
    _meta(figure, moments=list(dates), shown=shown)
    at_once = {"frame": {"duration": 0, "redraw": True}, "mode": "immediate", "transition": {"duration": 0}}
    figure.update_layout(
        sliders=[
            {
                "active": shown,
                "currentvalue": {"prefix": "", "xanchor": "left"},
                "pad": {"t": 40},
                "len": 0.9,
                "x": 0.1,
                "ticklen": 0,
                "minorticklen": 0,
                "steps": [{"label": date, "method": "animate", "args": [[date], at_once]} for date in dates],
            }
        ],
        updatemenus=[
            *(figure.layout.updatemenus or ()),
            {
                "type": "buttons",
                "direction": "left",
                "x": 0.0,
                "xanchor": "left",
                "y": 0,
                "yanchor": "top",
                "pad": {"t": 52},
                "showactive": False,
                "buttons": [
                    {
                        "label": say("play"),
                        "method": "animate",
                        "args": [None, {**at_once, "frame": {"duration": 120, "redraw": True}, "fromcurrent": True}],
                    },
                    {"label": say("pause"), "method": "animate", "args": [[None], at_once]},
                ],
            },
        ],
    )


def with_choices(figure: go.Figure, choices: Sequence[tuple[str, Sequence[int], Mapping[str, Any]]]) -> None:
    """Gives the figure a menu: (label, traces then shown, changes of the layout).  Traces that no choice names stay as they are; the
    first choice is the one that the figure begins with."""
    named = sorted({number for _, traces, _ in choices for number in traces})
    _meta(
        figure,
        choices=[{"label": label, "traces": list(traces), "layout": dict(layout)} for label, traces, layout in choices],
    )
    for number in named:
        figure.data[number].visible = number in choices[0][1]
    figure.update_layout(
        updatemenus=[
            *(figure.layout.updatemenus or ()),
            {
                "type": "dropdown",
                "x": 0,
                "xanchor": "left",
                "y": 1.02,
                "yanchor": "bottom",
                "buttons": [
                    {
                        "label": label,
                        "method": "update",
                        "args": [{"visible": [n in traces for n in named]}, dict(layout), named],
                    }
                    for label, traces, layout in choices
                ],
            },
        ]
    )


def _meta(figure: go.Figure, **entries: Any) -> None:
    figure.update_layout(meta={**(figure.layout.meta or {}), **entries})

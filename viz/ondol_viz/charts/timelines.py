"""Panels of lines over the time of a run that share one axis, for the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import duration_text
from ..views.blocks import Blocks, Floats
from ..words import say
from .parts import along, clock, mark_events, stack_panels, time_axis

WASH = "rgba(86,180,233,0.5)"  # below lines of water


def panel_axes(figure: go.Figure, panels: Sequence[tuple[str, float]], gap: float = 0.045) -> list[str]:
    """Panels from the top down, (title of the axis, share of the height): their y axes."""
    stack_panels(figure, [share for _, share in panels], gap)
    names = [f"y{number if number > 1 else ''}" for number in range(1, len(panels) + 1)]
    for name, (title, _) in zip(names, panels, strict=True):
        figure.update_layout({f"yaxis{name[1:]}": {"title": {"text": title, "font": {"size": 12}}}})
    return names


def legends(figure: go.Figure, axes: Sequence[str]) -> None:
    """One beside each panel: those of `legend`, `legend2` ... in the order of the axes."""
    for number, axis in enumerate(axes, 1):
        top = figure.layout[f"yaxis{axis[1:]}"].domain[1]
        place = {"x": 1.02, "y": top, "yanchor": "top", "font": {"size": 11}}
        figure.update_layout({f"legend{number if number > 1 else ''}": place})


def line(
    figure: go.Figure,
    run: Run,
    data: Blocks,
    values: Floats,
    axis: str,
    name: str,
    look: Mapping[str, Any],
    form: str,
    *,
    of: str = "",
    fill: str | None = None,
    listed: bool = True,
    legend: str = "legend",
) -> None:
    """Steps back from the end of each block.  `form` is the value with its unit when hovered, where `of` goes before the name; `fill` is a
    colour down to zero."""
    figure.add_scatter(
        **along(clock(run, [data.start, *data.ends])),
        y=stepped(values),
        yaxis=axis,
        name=name,
        legend=legend,
        legendgroup=name,
        showlegend=listed,
        line={"shape": "vh", "width": 1.4, **look},
        fill="tozeroy" if fill else None,
        fillcolor=fill,
        hovertemplate=f"{form}<extra>{of}{name}</extra>",
    )


def band(figure: go.Figure, run: Run, data: Blocks, low: Floats, high: Floats, axis: str, colour: str) -> None:
    """Without a name, between two rows of values; it says nothing when hovered."""
    for values, fill in ((low, None), (high, "tonexty")):
        figure.add_scatter(
            **along(clock(run, [data.start, *data.ends])),
            y=stepped(values),
            yaxis=axis,
            line={"width": 0, "shape": "vh", "color": colour},
            fill=fill,
            fillcolor=colour,
            hoverinfo="skip",
            showlegend=False,
        )


def stepped(values: Floats) -> np.ndarray[Any, np.dtype[np.float32]]:
    """With a value at the start of the run, as float32."""
    return np.concatenate([values[:1], values]).astype(np.float32)


def span_axis(figure: go.Figure, run: Run, data: Blocks) -> None:
    """The time axis of the blocks and marks of events; all panels answer together when hovered."""
    joined = say(", means over {length}", length=duration_text(float(data.hours[0]))) if data.reports > 1 else ""
    time_axis(figure, run, data.ends[-1], joined)
    mark_events(figure, run, data.ends[-1])
    figure.update_layout(hovermode="x unified")

"""Energy from the meter to the die, as ribbons, for the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..views import flows
from ..views.missing import MissingData
from ..words import say
from .parts import charted, plain, short
from .player import with_choices

LINE = 16  # px that a label needs
WIDE = 0.012  # of a node, of the width
LABEL = 24  # characters; longer names of a file are cut


@charted
def energy_sankey(run: Run) -> go.Figure:
    """From the supply to those who use it, with every loss named; by choice to the pools or vendors whose share it is.

    Ribbons are polygons of this package, so that print and browser show the same, and labels never lie on each other.
    """
    views = [("owner", flows.energy_flows(run))]
    for by in flows.GROUPS:
        try:
            views.append((by, flows.energy_flows_by(run, by)))
        except MissingData:
            continue
    most = max(sum(node.column == view.last for node in view.nodes) for _, view in views)
    height = max(300, round(1.7 * LINE * most))
    figure = go.Figure()
    choices: list[tuple[str, Sequence[int], dict[str, Any]]] = []
    for by, view in views:
        before = len(figure.data)
        _draw(figure, view, flows.layout(view, LINE / height))
        choices.append((say(flows.TITLES[by]), range(before, len(figure.data)), {}))
    if len(choices) > 1:
        with_choices(figure, choices)
    figure.update_xaxes(visible=False, range=[0, 1], fixedrange=True)
    figure.update_yaxes(visible=False, range=[1.005, -0.005], fixedrange=True)
    figure.update_layout(
        height=height + 70, margin={"l": 150, "r": 260, "t": 50, "b": 20}, showlegend=False, hovermode="closest"
    )
    return figure


def _draw(figure: go.Figure, view: flows.Flows, places: flows.Layout) -> None:
    lefts = view.lefts(WIDE)
    for ribbon, begin, end in zip(view.ribbons, places.begins, places.ends, strict=True):
        source, target = view.nodes[ribbon.source], view.nodes[ribbon.target]
        x, y = flows.outline(begin, end, lefts[source.column] + WIDE, lefts[target.column])
        _area(
            figure,
            x,
            y,
            ribbon.colour,
            0.45,
            f"{short(flows.spoken(source))} → {short(flows.spoken(target))}<br>{plain(view.amount(ribbon.energy))}",
        )
    for node, place in zip(view.nodes, places.nodes, strict=True):
        left = lefts[node.column]
        x = np.asarray([left, left + WIDE, left + WIDE, left])
        y = np.asarray([place.top, place.top, place.bottom, place.bottom])
        _area(figure, x, y, node.colour, 1.0, f"{short(flows.spoken(node))}<br>{plain(view.amount(node.energy))}")
    for right in (False, True):
        named = [
            (node, place)
            for node, place in zip(view.nodes, places.nodes, strict=True)
            if node.name and (node.column == view.last) == right
        ]
        figure.add_scatter(
            x=[lefts[node.column] + (WIDE if right else 0) for node, _ in named],
            y=[(place.top + place.bottom) / 2 for _, place in named],
            mode="text",
            text=[
                f"\u2002{short(flows.spoken(node), LABEL)}\u2002{plain(view.amount(node.energy))}"
                if right
                else f"{short(flows.spoken(node), LABEL)}\u2002<br>{plain(view.amount(node.energy))}\u2002"
                for node, _ in named
            ],
            textposition="middle right" if right else "middle left",
            textfont={"size": 12, "shadow": "0 0 3px white, 0 0 3px white, 0 0 3px white"},
            hoverinfo="skip",
            cliponaxis=False,
        )


def _area(figure: go.Figure, x: flows.Floats, y: flows.Floats, colour: str, opacity: float, text: str) -> None:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    figure.add_scatter(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        mode="lines",
        line={"width": 0.5 if opacity < 1 else 1, "color": colour},
        fill="toself",
        fillcolor=f"rgba({red},{green},{blue},{opacity})",
        hoveron="fills",
        text=text,
        hoverinfo="text",
    )

"""Whose the energy was, for the browser."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import power_scale
from ..views import parties as views
from ..views.parties import PARTS, Parties
from ..words import say
from .parts import charted, short

_ROW = 26  # px
_ROOM = 1.75  # of the largest bar: the facts stand behind it


@charted
def energy_by_party(run: Run) -> go.Figure:
    """Bars of the energy of tenants, pools and vendors, with what they cost and emitted where the file says so."""
    view = views.energy_by_party(run)
    figure = go.Figure()
    rows = [len(parties.names) + 2.8 for parties in view]
    top = 1.0
    for number, parties in enumerate(view, 1):
        height = rows[number - 1] / sum(rows)
        _panel(figure, parties, str(number) if number > 1 else "", top - height, top - 1.5 / sum(rows))
        top -= height
    figure.update_layout(
        barmode="stack",
        height=int(60 + _ROW * sum(rows)),
        margin={"t": 20, "r": 20},
    )
    return figure


def _panel(figure: go.Figure, parties: Parties, axes: str, bottom: float, top: float) -> None:
    places = list(range(len(parties.names)))
    divisor, unit = power_scale(float(parties.total.max()) / 3600)
    for part, joules in parties.energy.items():
        name, colour, hatch = PARTS[part]
        figure.add_bar(
            orientation="h",
            xaxis=f"x{axes}",
            yaxis=f"y{axes}",
            y=places,
            x=(joules / 3600 / divisor).astype(np.float32),
            marker={"color": colour, "pattern": {"shape": hatch, "fillmode": "overlay", "solidity": 0.15}},
            name=say(name),
            legend=f"legend{axes}",
            hovertemplate=f"{say(name)}: %{{x:,.4g}} {unit}h<extra>%{{customdata}}</extra>",
            customdata=[short(text) for text in parties.names],
        )
    figure.add_scatter(
        x=(parties.total / 3600 / divisor).astype(np.float32),
        y=places,
        xaxis=f"x{axes}",
        yaxis=f"y{axes}",
        mode="text",
        text=[f" {fact}" for fact in parties.facts],
        textposition="middle right",
        showlegend=False,
        hoverinfo="skip",
        cliponaxis=False,
    )
    largest = float(parties.total.max()) / 3600 / divisor
    figure.update_layout(
        {
            f"xaxis{axes}": {
                "anchor": f"y{axes}",
                "range": [0, _ROOM * largest],
            },
            f"yaxis{axes}": {
                "anchor": f"x{axes}",
                "domain": [bottom + 0.45 * (top - bottom) / (len(places) + 1), top],
                "autorange": "reversed",
                "tickvals": places,
                "ticktext": [short(name) for name in parties.names],
                "showgrid": False,
            },
        }
    )
    box = {  # on the line of the title: the facts beside the bars need all the room
        "orientation": "h",
        "x": 1.0,
        "xanchor": "right",
        "y": top,
        "yanchor": "bottom",
        "font": {"size": 12},
    }
    figure.update_layout({f"legend{axes}": {**box, "traceorder": "normal"}})
    figure.add_annotation(
        text=f"<b>{say(parties.title)} ({unit}h)</b>",
        x=0,
        xanchor="left",
        y=top,
        yanchor="bottom",
        xref="paper",
        yref="paper",
        showarrow=False,
    )

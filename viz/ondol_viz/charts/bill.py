"""The bill by tariff, and the demand that is charged, for the browser."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import BLACK, BLUE, scale
from ..views import bill as views
from ..views.missing import MissingData
from ..words import say
from .parts import charted, short

_SHAPES = {"": "", "//": "/", "xx": "x", "..": "."}  # hatches as plotly writes them


@charted
def bill(run: Run) -> go.Figure:
    """Bars of the parts of the bill, one for each tariff; below, the highest demand of each month where the run has it."""
    view = views.bill(run)
    try:
        demand = views.demand(run)
    except MissingData:
        demand = None
    figure = go.Figure()
    tall = 62 * len(view.tariffs) + 20
    low = 230 if demand else 0
    height = tall + low + 90
    _tariffs(figure, view)
    if demand:
        _demand(figure, run, demand)
        figure.update_layout(
            yaxis={"domain": [1 - tall / (height - 90), 1]},
            yaxis2={"domain": [0, (low - 70) / (height - 90)], "anchor": "x2"},
            xaxis={"anchor": "y"},
            xaxis2={"anchor": "y2"},
            legend2={"x": 1.02, "y": (low - 70) / (height - 90), "yanchor": "top", "font": {"size": 12}},
        )
    figure.update_layout(barmode="relative", hovermode="closest", height=height, bargap=0.5)
    return figure


def _tariffs(figure: go.Figure, view: views.Bill) -> None:
    divisor, unit = scale(float(np.max(view.totals)), "KRW")
    rows = np.arange(len(view.tariffs))
    for part in view.parts:
        figure.add_bar(
            orientation="h",
            x=(part.amounts / divisor).astype(np.float32),
            y=rows,
            name=say(part.name),
            marker={
                "color": part.colour,
                "pattern": {"shape": _SHAPES[part.hatch], "fillmode": "overlay", "fgcolor": "white", "fgopacity": 1, "size": 7},
            },
            hovertemplate=f"%{{x:,.4~g}} {say(unit)}<extra>{say(part.name)}</extra>",
        )
    ends = np.sum([np.maximum(part.amounts, 0) for part in view.parts], axis=0) / divisor
    lowest = 1.05 * min(0.0, float(np.min(np.sum([np.minimum(part.amounts, 0) for part in view.parts], axis=0)))) / divisor
    totals = []
    for row in rows:
        text = say("{total:,.2f} ({price:,.2f} KRW/kWh)", total=view.totals[row] / divisor, price=view.prices[row])
        totals.append(f"\u2002{text}{say(', cheapest') if row == view.cheapest else ''}")
    names = [short(name) for name in view.tariffs]
    for x, y, texts, position in (
        (ends, rows, totals, "middle right"),
        (np.zeros(len(rows)), rows - 0.3, names, "top right"),
    ):
        figure.add_scatter(x=x, y=y, text=texts, mode="text", textposition=position, hoverinfo="skip", showlegend=False)
    figure.update_xaxes(title_text=say("bill of the run ({unit})", unit=say(unit)), range=[lowest, 1.5 * float(ends.max())])
    figure.update_yaxes(range=[len(rows) - 0.5, -0.8], showticklabels=False, ticks="", showgrid=False, zeroline=False)


def _demand(figure: go.Figure, run: Run, view: views.Demand) -> None:
    divisor, unit = scale(float(np.max([view.peaks, view.charged])), "W")
    months = [f"{month}{' *' if share < 0.999 else ''}" for month, share in zip(view.months, view.covered, strict=True)]
    figure.add_bar(
        x=months,
        y=(view.peaks / divisor).astype(np.float32),
        xaxis="x2",
        yaxis="y2",
        name=say("highest 15-minute demand"),
        legend="legend2",
        marker={"color": BLUE},
        text=[f"{when:%Y-%m-%d %H:%M}" for when in run.local(view.when)],
        textposition="none",
        hovertemplate=f"%{{y:.4~g}} {unit}<br>%{{text}}<extra>{say('highest 15-minute demand')}</extra>",
    )
    figure.add_scatter(
        x=months,
        y=(view.charged / divisor).astype(np.float32),
        xaxis="x2",
        yaxis="y2",
        mode="markers",
        name=say("charged"),
        legend="legend2",
        marker={"symbol": "line-ew-open", "size": 34, "color": BLACK, "line": {"width": 2}},
        hovertemplate=f"%{{y:.4~g}} {unit}<extra>{say('charged')}</extra>",
    )
    part = say("* covered in part") if (view.covered < 0.999).any() else ""
    figure.update_layout(
        xaxis2={"type": "category", "title": {"text": part}, "range": [-0.7, max(len(months), 4) - 0.3]},
        yaxis2={"title": {"text": say("demand ({unit})", unit=unit)}, "rangemode": "tozero"},
    )

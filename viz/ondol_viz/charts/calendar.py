"""Cost, price, emissions and power by day and hour, for the browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..run import Run
from ..style import GREY, scale
from ..views import calendar
from ..words import say
from .parts import charted, stack_panels, time_axis
from .player import with_choices

DAY_MS = 86_400_000.0


@charted
def cost_calendar(run: Run) -> go.Figure:
    """Days across and hours of the day down, with the days' totals above; by choice of cost, price, emissions or power."""
    view = calendar.cost_calendar(run)
    figure = go.Figure()
    stack_panels(figure, [1.0, 3.2], gap=0.04)
    days = view.days.to_numpy(dtype="datetime64[ms]").astype(np.float64)
    choices: list[tuple[str, list[int], dict[str, Any]]] = []
    for measure in view.measures:
        total, total_unit = scale(float(np.nanmax(measure.days)), measure.days_units)
        divisor, unit = scale(float(np.nanmax(measure.cells)), measure.units)
        figure.add_bar(
            x0=days[0] + DAY_MS / 2,
            dx=DAY_MS,
            y=(measure.days / total).astype(np.float32),
            marker={"color": GREY, "line": {"width": 0}},
            hovertemplate=f"%{{x|%Y-%m-%d}}<br>{say(measure.days_name)}: %{{y:.4~g}} {say(total_unit)}<extra></extra>",
            showlegend=False,
        )
        figure.add_heatmap(
            x0=days[0] + DAY_MS / 2,
            dx=DAY_MS,
            y0=0,
            dy=1,
            z=(measure.cells.T / divisor).astype(np.float32),
            yaxis="y2",
            colorscale="Cividis",
            colorbar={"title": {"text": say(unit), "side": "right"}, "len": 0.75, "y": 0, "yanchor": "bottom"},
            hovertemplate=f"%{{x|%Y-%m-%d}} %{{y:02d}}:00<br>{say(measure.name)}: %{{z:.4~g}} {say(unit)}<extra></extra>",
            hoverongaps=False,
        )
        number = len(figure.data)
        title = say("per day ({unit})" if measure.total else "mean ({unit})", unit=say(total_unit))
        titles = {"yaxis.title.text": title.replace(" (", "<br>(")}  # the panel is low
        choices.append((say(measure.name), [number - 2, number - 1], titles))
    if len(choices) > 1:
        with_choices(figure, choices)
    end = run.start + pd.Timedelta(days=len(days))
    time_axis(figure, run, end)
    figure.update_xaxes(
        range=[days[0], days[-1] + DAY_MS],
        title_text=say("day ({zone})", zone=run.zone_name),
        showgrid=False,
        hoverformat="%Y-%m-%d",
    )
    figure.update_layout(
        yaxis={"title": {"text": choices[0][2]["yaxis.title.text"]}, "rangemode": "tozero", "nticks": 4},
        yaxis2={
            "title": {"text": say("hour (h)")},
            "range": [23.5, -0.5],
            "tickvals": [-0.5, 5.5, 11.5, 17.5, 23.5],
            "ticktext": ["0", "6", "12", "18", "24"],
            "showgrid": False,
            "zeroline": False,
        },
        bargap=0.05,
        hovermode="closest",
        height=480,
    )
    return figure

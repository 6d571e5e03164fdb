"""What an outage, a lost unit or an overload does to the chain of power, for the browser."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..run import Run
from ..style import BLUE, CYCLE, ORANGE, SKY, VERMILION, cut, energy_text, power_scale
from ..views import chain
from ..views.chain import NAME, TOLD
from ..words import say
from .loads import SCALE, TOP
from .parts import HEIGHT, charted, plain

_LINE = 16  # px of a line of what the marks mean


@charted
def power_by_source(run: Run, start: str | None = None, end: str | None = None) -> go.Figure:
    """Power by source: utility, generators and batteries; below zero, what batteries take back."""
    view = chain.power_by_source(run, start, end)
    given, taken = np.maximum(view.batteries, 0), np.minimum(view.batteries, 0)
    divisor, unit = power_scale(float(np.nanmax(view.utility + view.generators + given)))
    figure = go.Figure()
    for watts, colour, name, pattern in (
        (view.utility, BLUE, say("utility"), ""),
        (view.generators, ORANGE, say("generators"), "."),
        (given, SKY, say("batteries"), ""),
        (taken, SKY, say("recharging"), "/"),
    ):
        if watts.any():
            figure.add_scatter(
                x=_dates(view.when),
                y=(watts / divisor).astype(np.float32),
                name=name,
                line={"shape": "vh", "width": 0.5, "color": colour},
                fillcolor=colour,
                fillpattern={"shape": pattern, "fillmode": "overlay", "size": 6} if pattern else None,
                stackgroup="taken" if watts is taken else "given",
                hovertemplate=f"%{{y:.3f}} {unit}",
            )
    figure.update_yaxes(title_text=say("power ({unit})", unit=unit))
    _finish(figure, run, view.when, view.marks)
    return figure


@charted
def state_of_charge(run: Run, start: str | None = None, end: str | None = None) -> go.Figure:
    """What the batteries of each bank of UPS hold: the lowest of its units as a line, all of them as a band."""
    view = chain.state_of_charge(run, start, end)
    figure = go.Figure()
    lowest = 100 * min(float(np.nanmin(bank.low)) for bank in view.banks)
    for i, bank in enumerate(view.banks):
        colour = CYCLE[i % len(CYCLE)]
        name = plain(cut(bank.bank, NAME))
        for percent, label, width in (
            (100 * bank.high, say("{bank}: highest of {units}", bank=name, units=bank.units), 0.5),
            (100 * bank.low, say("{bank}: lowest of {units}", bank=name, units=bank.units), 2),
        ):
            figure.add_scatter(
                x=_dates(view.when),
                y=percent.astype(np.float32),
                name=label,
                line={"color": colour, "width": width},
                fill="tonexty" if width > 1 else None,
                hovertemplate="%{y:.1f} %",
            )
    figure.update_yaxes(title_text=say("state of charge (%)"), range=[max(0.0, lowest - 0.15 * (100 - lowest) - 1), 101])
    _finish(figure, run, view.when, view.marks)
    return figure


@charted
def fullest_feeds(run: Run, start: str | None = None, end: str | None = None) -> go.Figure:
    """Load over rating of the units that were fullest; units of a bank that never differ share a row."""
    view = chain.fullest_feeds(run, start, end)
    rows = len(view.units)
    figure = go.Figure(
        go.Heatmap(
            x=_dates(view.edges),
            y=[plain(cut(chain.common_name(units), NAME)) for units in view.units],
            z=(100 * view.load).astype(np.float32),
            colorscale=SCALE,
            zmin=0,
            zmax=100 * TOP,
            colorbar={"title": {"text": say("load over rating (%)"), "side": "right"}, "thickness": 14, "outlinewidth": 0},
            hovertemplate="%{y}, %{x|%H:%M:%S}: %{z:.1f} %<extra></extra>",
        )
    )
    figure.update_yaxes(title_text=say("unit (bank/number)"), autorange="reversed", showgrid=False)
    figure.update_layout(height=max(HEIGHT, 22 * rows + 120))
    _finish(figure, run, view.edges[1:], view.marks)
    figure.update_layout(hovermode="closest")
    return figure


@charted
def unserved_power(run: Run, start: str | None = None, end: str | None = None) -> go.Figure:
    """What loads without supply drew before they lost it."""
    view = chain.unserved_power(run, start, end)
    divisor, unit = power_scale(float(np.nanmax(view.power)))
    figure = go.Figure(
        go.Scatter(
            x=_dates(view.when),
            y=(view.power / divisor).astype(np.float32),
            name=say("{energy} in all", energy=energy_text(view.energy)),
            line={"shape": "vh", "width": 0.5, "color": VERMILION},
            fillcolor=VERMILION,
            fill="tozeroy",
            showlegend=True,
            hovertemplate=f"%{{y:.3f}} {unit}",
        )
    )
    figure.update_yaxes(title_text=say("power ({unit})", unit=unit), rangemode="tozero")
    _finish(figure, run, view.when, view.marks)
    return figure


def _dates(when: pd.DatetimeIndex) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Dates on the site's clock as plotly writes them most compactly: ms since 1970."""
    return when.to_numpy(dtype="datetime64[ms]").astype(np.float64)


def _finish(figure: go.Figure, run: Run, when: pd.DatetimeIndex, marks: Sequence[chain.Mark]) -> None:
    """Time axis, and numbered marks of what happened, with their meaning when hovered and below."""
    lines: list[str] = []
    for number, mark in enumerate(marks, 1):
        at, text = mark.when.isoformat(), f"{number}  {cut(mark.text, TOLD)}"
        figure.add_vline(x=at, line={"color": "#222222", "width": 1, "dash": "dash"})
        figure.add_annotation(
            x=at, y=1, yref="paper", yanchor="bottom", text=str(number), showarrow=False, hovertext=plain(cut(mark.text, 400))
        )
        lines += textwrap.wrap(text, 150, subsequent_indent="    ")
    figure.update_xaxes(
        title_text=say("time ({zone}), {date}", zone=run.zone_name, date=f"{when[0]:%Y-%m-%d}"),
        type="date",
        tickformatstops=[{"dtickrange": [None, 60_000], "value": "%H:%M:%S"}, {"dtickrange": [60_000, None], "value": "%H:%M"}],
        range=[when[0].isoformat(), when[-1].isoformat()],
        hoverformat="%H:%M:%S",
    )
    height = figure.layout.height or HEIGHT
    figure.update_layout(hovermode="x unified", height=height, legend={"traceorder": "normal"})
    if lines:
        figure.add_annotation(
            x=0,
            y=0,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="top",
            yshift=-62,
            align="left",
            showarrow=False,
            font={"size": 11},
            text="<br>".join(plain(line) for line in lines),
        )
        room = _LINE * len(lines) + 14
        figure.update_layout(height=height + room, margin={"b": 66 + room})

"""Figures about a calibration for the browser; the sisters of `plots`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..charts.parts import charted, plain, short
from ..style import BLUE, GREY, ORANGE, VERMILION
from ..views.missing import MissingData
from ..words import say
from . import views
from .plots import name_of
from .reading import Calibration, Quantity

LOOKS: dict[bool, dict[str, Any]] = {
    False: {"color": BLUE, "symbol": "circle", "size": 6, "opacity": 0.75},
    True: {"color": VERMILION, "symbol": "diamond", "size": 7, "opacity": 0.85},
}


@charted
def coefficients(calibration: Calibration, priors: Mapping[str, Quantity]) -> go.Figure:
    """Estimates over their priors: thick one standard error, thin the 95 % interval."""
    view = views.coefficients(calibration, priors)
    rows = np.arange(len(view.names))
    figure = go.Figure()
    known = np.isfinite(view.prior_error)
    if known.any():
        low = np.maximum(1 - view.prior_error[known], 0.05)
        figure.add_bar(
            y=rows[known],
            x=1 + view.prior_error[known] - low,
            base=low,
            width=0.6,
            orientation="h",
            marker={"color": GREY, "opacity": 0.3},
            name=say("prior ± its standard deviation"),
            hoverinfo="skip",
        )
    for weak, ink, symbol, name in (
        (False, BLUE, "circle", say("from the windows")),
        (True, ORANGE, "square", say("from the prior")),
    ):
        here = view.weak == weak
        if not here.any():
            continue
        for times, width in ((views.WIDE, 1.0), (1.0, 3.0)):
            figure.add_scatter(
                x=view.estimate[here],
                y=rows[here],
                mode="markers",
                marker={"color": ink, "symbol": symbol, "size": 8},
                error_x={"type": "data", "array": times * view.error[here], "color": ink, "thickness": width, "width": 0},
                name=name,
                showlegend=times == 1.0,
                customdata=[f"<b>{plain(view.names[i])}</b><br>{plain(view.texts[i])}" for i in np.flatnonzero(here)],
                hovertemplate="%{customdata}<br>%{x:.3f} ×<extra></extra>" if times == 1.0 else None,
                hoverinfo="skip" if times != 1.0 else None,
            )
    figure.add_vline(x=1, line={"color": GREY, "width": 1})
    title = say("estimate over prior (1)") if view.has_priors else say("estimate over itself (1)")
    figure.update_xaxes(title_text=title)
    figure.update_yaxes(tickvals=rows, ticktext=[plain(n) for n in view.names], range=[len(rows) - 0.4, -0.6], showgrid=False)
    figure.update_layout(height=130 + 24 * len(rows))
    return figure


@charted
def predicted(windows: pd.DataFrame) -> go.Figure:
    """Modelled over measured watts, with the standard errors of both."""
    shown = views.groups(windows)
    figure = go.Figure()
    top = 1.05 * max(float(np.nanmax([group.measured, group.predicted])) for group in shown)
    figure.add_scatter(
        x=[0, top], y=[0, top], mode="lines", line={"color": GREY, "width": 1}, showlegend=False, hoverinfo="skip"
    )
    for group in shown:
        ink = LOOKS[group.held_out]["color"]
        bars = {"type": "data", "color": ink, "thickness": 0.6, "width": 0}
        figure.add_scatter(
            x=group.measured,
            y=group.predicted,
            error_x={**bars, "array": group.measured_error},
            error_y={**bars, "array": group.predicted_error},
            mode="markers",
            marker=LOOKS[group.held_out],
            name=name_of(group),
            text=_words(group),
            hovertemplate="%{text}<extra></extra>",
        )
    figure.update_xaxes(title_text=say("measured power (W)"), range=[0, top], constrain="domain")
    figure.update_yaxes(title_text=say("modelled power (W)"), range=[0, top], scaleanchor="x")
    figure.update_layout(height=560)
    return figure


@charted
def residuals(windows: pd.DataFrame) -> go.Figure:
    """By kernel; those that were held out apart.  Bars: standard error of measurement and model together."""
    shown = views.groups(windows)
    most = max(len(group.order) for group in shown)
    figure = make_subplots(len(shown), 1, subplot_titles=[name_of(g) for g in shown], row_heights=[max(2, len(g.order)) for g in shown],
                           shared_xaxes=True, vertical_spacing=60 / (200 + 17 * sum(len(g.order) for g in shown)))  # fmt: skip
    for row, group in enumerate(shown, 1):
        ink = LOOKS[group.held_out]["color"]
        figure.add_scatter(
            x=100 * group.residual,
            y=group.rows,
            error_x={"type": "data", "array": 100 * group.residual_error, "color": ink, "thickness": 0.7, "width": 0},
            mode="markers",
            marker=LOOKS[group.held_out],
            text=_words(group),
            hovertemplate="%{text}<extra></extra>",
            name=name_of(group),
            row=row,
            col=1,
        )
        figure.update_yaxes(
            tickvals=list(range(len(group.order))),
            ticktext=[short(name) for name in group.order],
            tickfont={"size": 10 if most > 50 else 12},
            range=[len(group.order) - 0.4, -0.6],
            row=row,
            col=1,
        )
    figure.update_xaxes(zeroline=True, zerolinecolor=GREY)
    figure.update_xaxes(title_text=say("modelled over measured, less 1 (%)"), row=len(shown), col=1)
    figure.update_layout(height=200 + 17 * sum(max(2, len(g.order)) for g in shown), showlegend=False)
    return figure


@charted
def voltage(calibration: Calibration, windows: pd.DataFrame | None) -> go.Figure:
    """V(f) with the standard error of its slope, and which clocks the windows saw."""
    view = views.voltage(calibration)
    shown = views.groups(windows) if windows is not None and len(windows) else ()
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[3, 2], vertical_spacing=0.06)
    for edge, fill in ((view.low, None), (view.high, "tonexty")):
        figure.add_scatter(
            x=view.clock,
            y=edge,
            mode="lines",
            line={"width": 0},
            fill=fill,
            fillcolor="rgba(0, 114, 178, 0.2)",
            name=say("± standard error of the slope"),
            showlegend=fill is not None,
            hoverinfo="skip",
            row=1,
            col=1,
        )
    figure.add_scatter(
        x=view.clock,
        y=view.ratio,
        mode="lines",
        line={"color": BLUE},
        name=say("voltage"),
        hovertemplate="V %{y:.3f}, f %{x:.3f}<extra></extra>",
        row=1,
        col=1,
    )
    if seen := views.clocks_seen(shown):
        figure.add_vrect(x0=seen[0], x1=seen[1], fillcolor=GREY, opacity=0.14, line_width=0, row=1, col=1)
        for group in shown:
            _residuals(figure, group, group.clock, row=2, col=1)
    figure.update_yaxes(title_text=say("V / V at the reference clock (1)"), row=1, col=1)
    figure.update_yaxes(title_text=say("residual (%)"), row=2, col=1)
    figure.update_xaxes(title_text=say("SM clock over the reference clock (1)"), row=2, col=1)
    figure.update_layout(height=520)
    return figure


@charted
def temperature(windows: pd.DataFrame) -> go.Figure:
    shown = views.groups(windows)
    if not any(np.isfinite(group.temperature).any() for group in shown):
        raise MissingData("no window knows its temperature")
    figure = go.Figure()
    for group in shown:
        _residuals(figure, group, group.temperature)
    figure.update_xaxes(title_text=say("core temperature (°C)"))
    figure.update_yaxes(title_text=say("residual (%)"), zeroline=True, zerolinecolor=GREY)
    return figure


def _residuals(figure: go.Figure, group: views.Group, x: views.Floats, **where: int) -> None:
    """Of the windows whose `x` is known; nothing without any."""
    known = np.flatnonzero(np.isfinite(x))
    if not known.size:
        return
    words = _words(group)
    figure.add_scatter(
        x=x[known],
        y=100 * group.residual[known],
        mode="markers",
        marker=LOOKS[group.held_out],
        name=name_of(group),
        text=[words[i] for i in known.tolist()],
        hovertemplate="%{text}<extra></extra>",
        **where,
    )


def _words(group: views.Group) -> Sequence[str]:
    """Words of each window."""
    rows = zip(
        group.kernels, group.measured, group.measured_error, group.predicted, group.predicted_error, group.residual, strict=True
    )
    return [
        say(
            "<b>{kernel}</b><br>measured {m:.1f} ± {dm:.1f} W<br>modelled {p:.1f} ± {dp:.1f} W ({r:+.1f} %)",
            kernel=short(kernel),
            m=m,
            dm=dm,
            p=p,
            dp=dp,
            r=100 * r,
        )
        for kernel, m, dm, p, dp, r in rows
    ]

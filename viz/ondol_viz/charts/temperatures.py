"""How hot accelerators and the air at the racks are over time, and what the heat slows; for the browser."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import BLUE, CYCLE, ORANGE, VERMILION
from ..views import temperatures
from ..words import say
from .parts import charted, clock, short
from .timelines import band, legends, line, panel_axes, span_axis, stepped

NAME = 16  # letters of the name of a hall at its axis
_PALE = {BLUE: "rgba(0,114,178,0.25)", ORANGE: "rgba(230,159,0,0.4)"}
_RECOMMENDED = "rgba(0,158,115,0.15)"


@charted
def accelerator_temperatures(run: Run) -> go.Figure:
    """By hall the middle 90 % of the accelerators with their median and the hottest one; below, inlets of the racks and what is slowed."""
    view = temperatures.temperatures(run)
    figure = go.Figure()
    panels = [(f"{short(envelope.hall, NAME)}<br>(°C)", 1.2) for envelope in view.envelopes]
    panels += [(say("inlet air<br>(°C)"), 1.0)] if view.inlet is not None else []
    if view.slowed is not None:
        panels.append((say("slowed racks<br>(1)") if view.slowed.counted else say("slowed<br>accelerators (%)"), 1.0))
    axes = panel_axes(figure, panels, 0.12 / len(panels))
    low = min(float(np.nanmin(e.low if np.isfinite(e.low).any() else e.hottest)) for e in view.envelopes)
    high = max(float(np.nanmax([*e.hottest, e.operating])) for e in view.envelopes)
    for i, (axis, envelope) in enumerate(zip(axes, view.envelopes, strict=False)):
        _envelope(figure, run, view, envelope, axis, listed=i == 0)
        figure.update_layout({f"yaxis{axis[1:]}": {"range": [low - 0.05 * (high - low), high + 0.07 * (high - low)]}})
    if view.inlet is not None:
        _inlets(figure, run, view, axes[len(view.envelopes)])
    if view.slowed is not None:
        _slowed(figure, run, view.slowed, axes[-1])
    tops = [axes[0], axes[len(view.envelopes)] if view.inlet is not None else axes[-1], axes[-1]]
    legends(figure, tops)
    span_axis(figure, run, view.data)
    figure.update_layout(height=120 + 135 * len(panels), margin={"l": 90})
    return figure


def _envelope(
    figure: go.Figure, run: Run, view: temperatures.Temperatures, envelope: temperatures.Envelope, axis: str, listed: bool
) -> None:
    of = f"{short(envelope.hall, NAME)} "
    band(figure, run, view.data, envelope.low, envelope.high, axis, _PALE[BLUE])
    for values, words, look in (
        (envelope.hottest, "hottest accelerator", {"color": VERMILION, "width": 1.2}),
        (envelope.high, "95 % are cooler", {"color": BLUE, "width": 0.5, "dash": "dash"}),
        (envelope.middle, "median", {"color": BLUE}),
        (envelope.low, "5 % are cooler", {"color": BLUE, "width": 0.5, "dash": "dot"}),
    ):
        if np.isfinite(values).any():
            line(figure, run, view.data, values, axis, say(words), look, "%{y:.1f} °C", of=of, listed=listed)
    if np.isfinite(envelope.operating):
        span = clock(run, [view.data.start, view.data.ends[-1]])
        figure.add_scatter(
            x=span,
            y=np.full(2, envelope.operating, dtype=np.float32),
            yaxis=axis,
            mode="lines",
            name=say("clock falls above {t:.0f} °C", t=envelope.operating),
            legendgroup="clock falls",
            showlegend=listed,
            line={"color": VERMILION, "dash": "dash", "width": 1.2},
            hoverinfo="skip",
        )


def _inlets(figure: go.Figure, run: Run, view: temperatures.Temperatures, axis: str) -> None:
    if view.inlet is None:
        return
    cold, hot = view.recommended
    figure.add_shape(
        type="rect",
        xref="x domain",
        x0=0,
        x1=1,
        yref=axis,
        y0=cold,
        y1=hot,
        fillcolor=_RECOMMENDED,
        line={"width": 0},
        layer="below",
    )
    figure.add_annotation(
        xref="x domain", x=0.01, yref=axis, y=cold, yanchor="bottom", showarrow=False, font={"size": 11, "color": "#00523C"},
        text=say("ASHRAE recommended: {cold:.0f} to {hot:.0f} °C", cold=cold, hot=hot),
    )  # fmt: skip
    band(figure, run, view.inlet, view.coolest, view.warmest, axis, _PALE[ORANGE])
    for values, words, dash in ((view.warmest, "warmest rack", "solid"), (view.coolest, "coolest rack", "dot")):
        look = {"color": ORANGE, "dash": dash, "width": 1.4 if dash == "solid" else 0.8}
        line(figure, run, view.inlet, values, axis, say(words), look, "%{y:.1f} °C", legend="legend2")
    low, high = min(float(np.nanmin(view.coolest)), cold), max(float(np.nanmax(view.warmest)), hot)
    figure.update_layout({f"yaxis{axis[1:]}": {"range": [low - 0.1 * (high - low), high + 0.1 * (high - low)]}})


def _slowed(figure: go.Figure, run: Run, slowed: temperatures.Slowed, axis: str) -> None:
    for i, hall in enumerate(slowed.names):
        name = short(hall, NAME)
        figure.add_scatter(
            x=clock(run, slowed.times if slowed.counted else [run.start, *slowed.times]),
            y=slowed.values[:, i].astype(np.float32) if slowed.counted else stepped(slowed.values[:, i]),
            yaxis=axis,
            name=name,
            legend="legend3",
            line={
                "shape": "hv" if slowed.counted else "vh",
                "color": CYCLE[i % len(CYCLE)],
                "dash": ("solid", "dash", "dot")[i % 3],
            },
            hovertemplate=f"%{{y:.3g}}{'' if slowed.counted else ' %'}<extra>{name}</extra>",
        )
    figure.update_layout({f"yaxis{axis[1:]}": {"rangemode": "tozero"}})

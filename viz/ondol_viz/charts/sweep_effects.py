"""Which axes of a sweep matter, for the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from plotly.subplots import make_subplots

from ..style import BLACK, BLUE, GREY, ORANGE
from ..views import sweep_effects as views
from ..words import say
from .parts import charted, plain
from .sweep_parts import amounts, cut, rows_axis, titled, wrapped


@charted
def tornado(sweep: xr.Dataset, response: str) -> go.Figure:
    """What each axis of a grid does to a key figure while the others stay at their middle; values of the axis stand at the ends.

    With an ensemble whiskers at the upper end are the standard deviation, over members, of the whole width.
    """
    view = views.tornado(sweep, response)
    figure = go.Figure()
    rows = np.arange(len(view.names))
    for ends, at, ink, name in (
        (view.low, view.low_at, BLUE, say("least")),
        (view.high, view.high_at, ORANGE, say("largest")),
    ):
        figure.add_bar(
            y=rows,
            x=ends - view.base,
            base=view.base,
            orientation="h",
            width=0.6,
            marker={"color": ink},
            name=name,
            text=[cut(text, views.ENDS) if wide else "" for text, wide in zip(at, view.high > view.low, strict=True)],
            textposition="outside",
            cliponaxis=False,
            customdata=[
                f"{plain(say(axis))}<br>{cut(value, 60)}<br><b>{amount}</b>"
                for axis, value, amount in zip(view.names, at, amounts(view.response, ends), strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    if view.swing_sd is not None:
        figure.add_scatter(
            y=rows + 0.22,
            x=view.high,
            mode="markers",
            marker={"color": BLACK, "size": 1},
            error_x={"type": "data", "array": view.swing_sd, "color": BLACK, "thickness": 1.2, "width": 3},
            customdata=amounts(view.response, view.swing_sd),
            hovertemplate=f"{say('standard deviation of the width over members')}<br><b>%{{customdata}}</b><extra></extra>",
        )
    figure.add_vline(x=view.base, line={"color": BLACK, "width": 1})
    figure.update_xaxes(title_text=wrapped(view.response.titled(), 90), range=list(view.ends()))
    _rows(figure, view.names)
    titled(figure, say("One axis at a time, from {where}", where=view.where))
    figure.update_layout(barmode="overlay", showlegend=False)
    return figure


@charted
def sobol_bars(sweep: xr.Dataset, response: str) -> go.Figure:
    """First and total Sobol indices with their intervals, the most important axis first."""
    view = views.sobol_bars(sweep, response)
    figure = go.Figure()
    rows = np.arange(len(view.names))
    for bars, shift, ink, hatch, name in (
        (view.first, -0.19, BLUE, "", say("first: alone")),
        (view.total, 0.19, ORANGE, "/", say("total: with what it does together with others")),
    ):
        figure.add_bar(
            y=rows + shift,
            x=bars.values,
            orientation="h",
            width=0.36,
            marker={
                "color": ink,
                "pattern": {"shape": hatch, "fillmode": "overlay", "fgcolor": "white", "size": 6, "solidity": 0.25},
            },
            name=name,
            **_interval(bars, view.names),
        )
    figure.add_vline(x=0, line={"color": BLACK, "width": 1})
    low = min(-0.03, 1.1 * float(view.first.low.min()))
    figure.update_xaxes(title_text=say("Share of the variance (1)"), range=[low, max(1.0, 1.05 * float(view.total.high.max()))])
    _rows(figure, view.names, 52)
    titled(figure, say("{what}: Sobol indices, N = {n:,}", what=view.response.titled(), n=view.samples))
    figure.update_layout(legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom"}, margin={"t": 74})
    return figure


@charted
def rank_bars(sweep: xr.Dataset, response: str) -> go.Figure:
    """Standardised rank regression coefficients with their intervals, beside what R2 loses without each axis."""
    view = views.rank_bars(sweep, response)
    figure = make_subplots(1, 2, shared_yaxes=True, column_widths=[0.6, 0.4], horizontal_spacing=0.04)
    rows = np.arange(len(view.names))
    figure.add_bar(
        y=rows,
        x=np.nan_to_num(view.slope.values),
        orientation="h",
        width=0.6,
        marker={"color": np.where(view.slope.values < 0, BLUE, ORANGE).tolist()},
        **_interval(view.slope, view.names),
        row=1,
        col=1,
    )
    nameless = np.flatnonzero(np.isnan(view.slope.values))
    if nameless.size:
        words = [say("names have no slope")] * len(nameless)
        figure.add_scatter(
            x=np.full(len(nameless), 0.03), y=nameless, mode="text", text=words, textposition="middle right", hoverinfo="skip", row=1, col=1
        )  # fmt: skip
    figure.add_bar(
        y=rows,
        x=view.r2_lost,
        orientation="h",
        width=0.6,
        marker={"color": GREY},
        hovertemplate="R² −%{x:.3f}<extra></extra>",
        row=1,
        col=2,
    )
    figure.add_vline(x=0, line={"color": BLACK, "width": 1})
    figure.update_xaxes(title_text=say("Standardised rank regression coefficient (1)"), range=[-1.05, 1.05], row=1, col=1)
    figure.update_xaxes(title_text=say("R² lost without the axis (1)"), row=1, col=2)
    _rows(figure, view.names)
    titled(
        figure, say("{what}: R² = {r2:.2f} of ranks, {n:,} samples", what=view.response.titled(), r2=view.r2, n=view.samples)
    )
    figure.update_layout(showlegend=False)
    return figure


def _interval(bars: views.Bars, names: Sequence[str]) -> dict[str, Any]:
    """Whiskers and words of bars with 95 % intervals."""
    up, down = np.nan_to_num(bars.high - bars.values), np.nan_to_num(bars.values - bars.low)
    return {
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": up,
            "arrayminus": down,
            "color": BLACK,
            "thickness": 1.2,
            "width": 4,
        },
        "customdata": [
            f"{plain(say(name))}<br><b>{_share(v)}</b> ({_share(a)} – {_share(b)}, 95 %)"
            for name, v, a, b in zip(names, bars.values, bars.low, bars.high, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _share(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else "–"


def _rows(figure: go.Figure, names: Sequence[str], each: int = 42) -> None:
    """One row for each axis, the first on top."""
    figure.update_yaxes(**rows_axis([say(name) for name in names]))
    figure.update_layout(height=130 + each * max(2, len(names)))

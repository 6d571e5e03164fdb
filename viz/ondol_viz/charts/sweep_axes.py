"""A key figure of a sweep over its axes, for the browser."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from plotly.subplots import make_subplots

from ..style import BLACK, BLUE, GREY, SKY, shades
from ..sweep import decimals
from ..views import sweep_axes as views
from ..views.sweep_parts import Axis, Floats
from ..words import say
from .parts import charted, plain
from .sweep_parts import amounts, cut, named_axis, rows_axis, titled, value_axis, wrapped

NUMBERED = 150  # cells; more leave no room for their numbers
PANELS = 9  # of samples
DOTS = 2000  # of samples in a panel
DASHES = ("solid", "dash", "dot", "longdashdot")
SYMBOLS = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")


@charted
def response_map(sweep: xr.Dataset, response: str, x: str | None = None, y: str | None = None) -> go.Figure:
    """A key figure over two axes of a grid, by default the first two; other axes at their middle.  Crosses: no value."""
    view = views.response_map(sweep, response, x, y)
    rows = len(view.values)
    figure = go.Figure()
    few = view.values.size <= NUMBERED
    digits = decimals(view.values)
    figure.add_heatmap(
        z=view.values.astype(np.float32),
        colorscale="Cividis",
        xgap=1,
        ygap=1,
        hovertext=_cells(view),
        hoverinfo="text",
        text=[[f"{v:.{digits}f}" if np.isfinite(v) else "" for v in row] for row in view.values] if few else None,
        texttemplate="%{text}" if few else None,
        colorbar={"title": {"text": wrapped(view.response.titled(), 36), "side": "right"}, "outlinewidth": 0},
    )
    at_y, at_x = np.nonzero(~np.isfinite(view.values))
    if at_x.size:
        figure.add_scatter(
            x=at_x,
            y=at_y,
            mode="markers",
            marker={"symbol": "x-thin", "size": 10, "line": {"width": 1.5, "color": GREY}},
            hovertemplate=f"{plain(say('no value'))}<extra></extra>",
            showlegend=False,
        )
    figure.update_xaxes(title_text=wrapped(view.x.titled()), showgrid=False, ticks="", **named_axis(view.x.texts, 14))
    figure.update_yaxes(
        title_text=wrapped(view.y.titled(), 40), showgrid=False, ticks="", **{**named_axis(view.y.texts), "tickangle": 0}
    )
    titled(figure, view.titled(), view.response.spoken())
    figure.update_layout(height=min(640, 230 + 34 * max(rows, 4)), margin={"l": 80})
    return figure


def _cells(view: views.Surface) -> list[list[str]]:
    """Words of each cell, (y, x)."""
    x, y = ([cut(text, 60) for text in axis.texts] for axis in (view.x, view.y))
    flat = iter(amounts(view.response, view.values.ravel()))
    return [[f"{column}<br>{row}<br><b>{next(flat)}</b>" for column in x] for row in y]


@charted
def response_surface(sweep: xr.Dataset, response: str, x: str | None = None, y: str | None = None) -> go.Figure:
    """A key figure over two axes of numbers, with isolines between the runs, which are the dots; other axes at their middle."""
    view = views.response_surface(sweep, response, x, y)
    figure = go.Figure()
    figure.add_contour(
        x=view.x.at,
        y=view.y.at,
        z=view.values.astype(np.float32),
        colorscale="Cividis",
        ncontours=14,
        contours={"showlabels": True, "labelfont": {"size": 11, "color": "white"}, "labelformat": f".{decimals(view.values)}f"},
        line={"color": "white", "width": 0.8},
        hoverinfo="skip",
        colorbar={"title": {"text": wrapped(view.response.titled(), 36), "side": "right"}, "outlinewidth": 0},
    )
    at_y, at_x = np.nonzero(np.isfinite(view.values))
    cells = _cells(view)
    figure.add_scatter(
        x=view.x.at[at_x],
        y=view.y.at[at_y],
        mode="markers",
        marker={"color": "white", "size": 6, "line": {"color": BLACK, "width": 1}},
        text=[cells[i][j] for i, j in zip(at_y, at_x, strict=True)],
        hovertemplate="%{text}<extra></extra>",
        name=say("a run"),
        cliponaxis=False,
    )
    figure.update_xaxes(title_text=wrapped(view.x.titled()), showgrid=False, **value_axis(view.x))
    figure.update_yaxes(title_text=wrapped(view.y.titled(), 46), showgrid=False, **value_axis(view.y))
    titled(figure, view.titled(), view.response.spoken())
    figure.update_layout(height=460)
    return figure


@charted
def response_lines(sweep: xr.Dataset, response: str, x: str | None = None, colour: str | None = None) -> go.Figure:
    """A key figure over one axis of a grid, a line for each value of a second: means over the other axes and the members.

    Shades reach from the least to the largest over those axes; without any, from the 5th to the 95th percentile of the members.
    """
    view = views.response_lines(sweep, response, x, colour)
    inks = shades(len(view.colour.values), view.colour.numeric) if view.colour else [BLUE]
    names = [cut(text, 40) for text in view.colour.texts] if view.colour else [plain(view.response.spoken())]
    figure = go.Figure()
    at = view.x.at
    if view.low is not None and view.high is not None:
        for i, ink in enumerate(inks):
            for edge, fill in ((view.low[i], None), (view.high[i], "tonexty")):
                known = np.isfinite(edge)
                figure.add_scatter(
                    x=at[known],
                    y=edge[known],
                    mode="lines",
                    line={"width": 0},
                    fill=fill,
                    fillcolor=f"rgba{(*_rgb(ink), 0.15)}",
                    legendgroup=names[i],
                    showlegend=False,
                    hoverinfo="skip",
                )
    for i, (ink, name) in enumerate(zip(inks, names, strict=True)):
        known = np.isfinite(view.means[i])
        figure.add_scatter(
            x=at[known],
            y=view.means[i][known],
            mode="lines+markers",
            name=name,
            legendgroup=name,
            line={"color": ink, "dash": DASHES[i // (1 if len(names) <= len(DASHES) else 8) % len(DASHES)]},
            marker={"symbol": SYMBOLS[i % len(SYMBOLS)], "size": 7},
            text=[text for text, there in zip(_points(view, i), known, strict=True) if there],
            hovertemplate="%{text}<extra></extra>",
        )
    figure.update_xaxes(title_text=wrapped(view.x.titled()), **value_axis(view.x))
    figure.update_yaxes(title_text=wrapped(view.response.titled(), 36))
    titled(figure, view.titled(), view.response.spoken())
    legend = wrapped(view.colour.titled(), 24) if view.colour else ""
    figure.update_layout(legend_title_text=legend, showlegend=len(names) > 1)
    return figure


def _points(view: views.Lines, line: int) -> list[str]:
    """Words of each point of a line, (x)."""
    means = amounts(view.response, view.means[line])
    if view.low is not None and view.high is not None:
        low, high = amounts(view.response, view.low[line]), amounts(view.response, view.high[line])
        means = [
            say("{middle} ({low} to {high})", middle=f"<b>{m}</b>", low=a, high=b)
            for m, a, b in zip(means, low, high, strict=True)
        ]
    of = [cut(view.colour.texts[line], 60)] if view.colour else []
    return ["<br>".join([*of, cut(x, 60), mean]) for x, mean in zip(view.x.texts, means, strict=True)]


def _rgb(ink: str) -> tuple[int, int, int]:
    return int(ink[1:3], 16), int(ink[3:5], 16), int(ink[5:7], 16)


@charted
def response_scatter(sweep: xr.Dataset, response: str) -> go.Figure:
    """A key figure of samples over each of their axes, with means of tenths of the samples: what a slope or bend shows matters."""
    view = views.response_scatter(sweep, response)
    panels = view.panels[:PANELS]
    columns = 2 if len(panels) in (2, 4) else min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure = make_subplots(rows, columns, shared_yaxes=True, horizontal_spacing=0.03, vertical_spacing=0.5 / (rows + 1))
    known = np.flatnonzero(np.isfinite(view.values))
    kept = known[np.unique(np.linspace(0, len(known) - 1, min(DOTS, len(known))).astype(int))]
    values = view.values[kept].astype(np.float32)
    places = decimals(view.values) + 1
    unit = plain(say(view.response.unit))
    for i, panel in enumerate(panels):
        at, look = _drawn(panel.axis)
        where = {"row": i // columns + 1, "col": i % columns + 1}
        x = "%{x:.5g}" if panel.axis.numeric else "%{text}"
        of = plain(say(panel.axis.unit))
        figure.add_scatter(
            x=at[kept].astype(np.float32),
            y=values,
            mode="markers",
            marker={"color": BLUE, "size": max(3.0, min(7.0, 110 / len(kept) ** 0.5)), "opacity": 0.45},
            text=None if panel.axis.numeric else [cut(panel.axis.texts[k]) for k in kept],
            hovertemplate=f"{x} {of}<br>%{{y:,.{places}f}} {unit}<extra></extra>",
            showlegend=False,
            **where,
        )
        if panel.mean_x.size:
            figure.add_scatter(
                x=panel.mean_x,
                y=panel.mean_y,
                mode="lines+markers",
                line={"color": BLACK, "width": 1.5},
                marker={"size": 5},
                hovertemplate=f"{x} {of}<br>%{{y:,.{places}f}} {unit}<extra>{say('mean of a tenth')}</extra>",
                showlegend=False,
                **where,
            )
        figure.update_xaxes(title_text=wrapped(panel.axis.titled(), 36), **look, **where)
    for row in range(1, rows + 1):
        figure.update_yaxes(title_text=wrapped(view.response.titled(), 30), row=row, col=1)
    left = len(view.panels) - len(panels)
    titled(figure, say("Samples; black: means of tenths of them") + (say("; {n} more axes", n=left) if left else ""))
    figure.update_layout(height=110 + 260 * rows)
    return figure


def _drawn(axis: Axis) -> tuple[Floats, dict[str, object]]:
    """Where samples lie on an axis; names in the order of the alphabet."""
    if axis.numeric:
        return axis.at, value_axis(axis)
    labels, places = np.unique(np.array(axis.values, dtype=str), return_inverse=True)
    return places.astype(float), named_axis(labels.tolist(), 12)


@charted
def response_cases(sweep: xr.Dataset, response: str) -> go.Figure:
    """A key figure of each case of a zip, or of each value of a single axis of names, in their order; bars reach over the members."""
    view = views.response_cases(sweep, response)
    count = len(view.values)
    figure = go.Figure()
    texts = [
        f"{cut(name, 90)}<br><b>{value}</b>"
        for name, value in zip(view.names, amounts(view.response, view.values), strict=True)
    ]
    if view.p05 is not None and view.p95 is not None:
        low, high = amounts(view.response, view.p05), amounts(view.response, view.p95)
        texts = [f"{text}<br>{a} – {b}" for text, a, b in zip(texts, low, high, strict=True)]
        figure.add_bar(
            y=np.arange(count),
            x=view.p95 - view.p05,
            base=view.p05,
            width=0.32,
            orientation="h",
            marker={"color": SKY, "opacity": 0.5},
            name=say("5th to 95th percentile"),
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=view.values,
        y=np.arange(count),
        mode="markers",
        marker={"color": BLUE, "size": 10},
        text=texts,
        hovertemplate="%{text}<extra></extra>",
        name=say("mean") if view.members else plain(view.response.spoken()),
    )
    known = np.concatenate([v[np.isfinite(v)] for v in (view.values, view.p05, view.p95) if v is not None])
    room = 0.04 * (float(np.ptp(known)) or abs(float(known[0])) or 1.0)
    figure.update_xaxes(title_text=wrapped(view.response.titled(), 90), range=[known.min() - room, known.max() + room])
    figure.update_yaxes(**rows_axis(view.names))
    titled(figure, view.titled(), view.response.spoken())
    figure.update_layout(height=int(min(1400, 170 + 34 * max(count, 3))), showlegend=view.members > 1)
    return figure

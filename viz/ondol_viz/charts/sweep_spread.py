"""How far members of an ensemble lie apart, and which runs are best in two key figures, for the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from plotly.subplots import make_subplots

from ..style import BLACK, BLUE, GREY, SKY, VERMILION
from ..views import sweep_spread as views
from ..views.sweep_parts import Floats
from ..words import say
from .parts import charted, dated_axis, plain
from .sweep_parts import amounts, cut, titled, value_axis, wrapped

PANELS = 12
SHORT = 18  # letters of a run's name that has room beside its point
DOTS = 3000  # runs that others beat

OUTER, INNER = "rgba(86, 180, 233, 0.30)", "rgba(86, 180, 233, 0.65)"  # SKY
_ABOVE = {"orientation": "h", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom"}  # a legend over the panel


@charted
def member_bands(sweep: xr.Dataset, names: Sequence[str]) -> go.Figure:
    """Key figures of one cell: a dot for each member over its percentiles, one panel for each key figure."""
    spreads = views.member_bands(sweep, names[:PANELS])
    titles = [wrapped(spread.titled(), 110) for spread in spreads]
    figure = make_subplots(
        len(spreads), 1, subplot_titles=titles, vertical_spacing=0.58 / len(spreads) if len(spreads) > 1 else 0
    )
    for row, spread in enumerate(spreads, 1):
        q = spread.percentiles
        where = {"row": row, "col": 1}
        for low, high, ink, name in (
            ("p05", "p95", OUTER, say("5th to 95th percentile")),
            ("p25", "p75", INNER, say("25th to 75th")),
        ):
            a, b = amounts(spread.response, np.array([q[low], q[high]]))
            figure.add_bar(
                y=[0],
                x=[q[high] - q[low]],
                base=[q[low]],
                width=0.8,
                orientation="h",
                marker={"color": ink, "line": {"width": 0}},
                name=name,
                legendgroup=low,
                showlegend=row == 1,
                hovertemplate=f"{name}<br>{a} – {b}<extra></extra>",
                **where,
            )
        figure.add_scatter(
            x=[q["p50"], q["p50"]],
            y=[-0.4, 0.4],
            mode="lines",
            line={"color": BLUE, "width": 3},
            name=say("median"),
            legendgroup="median",
            showlegend=row == 1,
            hoverinfo="skip",
            **where,
        )
        figure.add_scatter(
            x=spread.values,
            y=spread.rise(),
            mode="markers",
            marker={"color": BLACK, "size": 5, "opacity": 0.75},
            text=[
                f"{say('member {n}', n=plain(label))}<br><b>{value}</b>"
                for label, value in zip(spread.labels, amounts(spread.response, spread.values), strict=True)
            ],
            hovertemplate="%{text}<extra></extra>",
            name=say("a member"),
            legendgroup="member",
            showlegend=row == 1,
            **where,
        )
    figure.update_yaxes(visible=False, range=[-0.5, 0.5], fixedrange=True)
    figure.update_annotations(x=0, xanchor="left", font={"size": 13}, align="left")
    figure.update_layout(
        barmode="overlay",
        height=90 + 105 * len(spreads),
        margin={"l": 20, "t": 64},
        legend={**_ABOVE, "y": 1 + 34 / (105 * len(spreads))},
    )
    return figure


@charted
def band_lines(sweep: xr.Dataset, response: str) -> go.Figure:
    """Percentiles of a key figure over the members along the one axis of a sweep; an axis of names gets a bar for each."""
    view = views.band_lines(sweep, response)
    q, at = view.percentiles, view.axis.at
    figure = go.Figure()
    for low, high, ink, name in (
        ("p05", "p95", OUTER, say("5th to 95th percentile")),
        ("p25", "p75", INNER, say("25th to 75th")),
    ):
        if view.axis.numeric:
            _band(figure, at, q[low], q[high], ink, name)
        else:
            figure.add_bar(
                x=at, y=q[high] - q[low], base=q[low], width=0.5, marker={"color": ink}, name=name, hoverinfo="skip"
            )  # fmt: skip
    figure.add_scatter(
        x=at,
        y=q["p50"],
        mode="lines+markers" if view.axis.numeric else "markers",
        line={"color": BLUE},
        marker={
            "size": 8,
            "symbol": "circle" if view.axis.numeric else "line-ew",
            "line": {"width": 0 if view.axis.numeric else 3},
        },
        error_y={"type": "data", "array": view.error, "color": BLACK, "thickness": 1.2, "width": 4},
        name=say("median ± its standard error"),
        text=_levels(view),
        hovertemplate="%{text}<extra></extra>",
    )
    figure.update_xaxes(title_text=wrapped(view.axis.titled()), **value_axis(view.axis))
    figure.update_yaxes(title_text=wrapped(view.response.titled(), 36))
    titled(figure, say("{n} members", n=view.members))
    figure.update_layout(barmode="overlay", legend={**_ABOVE, "traceorder": "reversed"}, margin={"t": 64})
    return figure


def _levels(view: views.BandsAlong) -> list[str]:
    """Words of each place of the axis."""
    p05, p50, p95, error = (
        amounts(view.response, v) for v in (*(view.percentiles[p] for p in ("p05", "p50", "p95")), view.error)
    )
    return [
        f"{cut(x, 60)}<br><b>{m}</b> ± {e}<br>{a} – {b}"
        for x, m, e, a, b in zip(view.axis.texts, p50, error, p05, p95, strict=True)
    ]


def _band(figure: go.Figure, x: Any, low: Floats, high: Floats, ink: str, name: str, shape: str = "linear") -> None:
    """A filled band between two lines that have no strokes."""
    for edge, fill in ((low, None), (high, "tonexty")):
        figure.add_scatter(
            x=x,
            y=edge.astype(np.float32),
            mode="lines",
            line={"width": 0, "shape": shape, "color": SKY},
            fill=fill,
            fillcolor=ink,
            name=name,
            showlegend=fill is not None,
            hoverinfo="skip",
        )


@charted
def bands_over_time(spread: xr.Dataset) -> go.Figure:
    """Percentiles over the members of a series over time, as `ondol_viz.bands.bands_over_time` gives them, on the site's clock."""
    view = views.bands_over_time(spread)
    divisor, unit = view.readable()
    times = np.concatenate([[view.begin.to_datetime64()], view.ends.to_numpy()]).astype("datetime64[ms]").astype(np.float64)
    # The value of a report stands for the time up to its end: drawn as steps from the start of the run.
    line = {p: np.append(values[:1], values) / divisor for p, values in view.percentiles.items()}
    figure = go.Figure()
    _band(figure, times, line["p05"], line["p95"], OUTER, say("5th to 95th percentile"), "vh")
    _band(figure, times, line["p25"], line["p75"], INNER, say("25th to 75th"), "vh")
    figure.add_scatter(
        x=times,
        y=line["p50"].astype(np.float32),
        mode="lines",
        line={"color": BLUE, "width": 1.5, "shape": "vh"},
        name=say("median"),
        customdata=np.stack([line["p05"], line["p95"]], axis=1).astype(np.float32),
        hovertemplate=f"%{{x}}<br><b>%{{y:.4g}} {unit}</b> (%{{customdata[0]:.4g}} – %{{customdata[1]:.4g}})<extra></extra>",
    )
    dated_axis(figure, times[0], times[-1], say("time ({zone})", zone=view.zone))
    name = view.series.spoken()
    figure.update_yaxes(title_text=wrapped(f"{name} ({unit})" if unit else name, 36))
    titled(figure, say("{what}, {n} members", what=name, n=view.members))
    figure.update_layout(legend={**_ABOVE, "traceorder": "reversed"}, margin={"t": 64}, hovermode="x")
    return figure


@charted
def pareto_front(sweep: xr.Dataset, x: str, y: str, directions: tuple[str, str] = ("min", "min")) -> go.Figure:
    """All runs by two key figures: pale those that another beats, joined those that none does; hover names the run."""
    view = views.pareto_front(sweep, x, y, directions)
    beaten = np.setdiff1d(np.arange(len(view.at_x)), view.best)
    shown = beaten[np.unique(np.linspace(0, len(beaten) - 1, min(DOTS, len(beaten))).astype(int))] if len(beaten) else beaten
    figure = go.Figure()
    figure.add_scatter(
        x=view.at_x[shown],
        y=view.at_y[shown],
        mode="markers",
        marker={"color": GREY, "size": 6, "opacity": 0.45},
        name=say("beaten by another run"),
        text=_runs(view, shown),
        hovertemplate="%{text}<extra></extra>",
    )
    left, low = view.directions[0] == "min", view.directions[1] == "min"
    figure.add_scatter(
        x=view.at_x[view.best],
        y=view.at_y[view.best],
        mode="lines+markers+text",
        line={"color": VERMILION, "width": 1.2, "shape": "hv" if left else "vh"},
        marker={"color": VERMILION, "size": 9, "symbol": "diamond"},
        text=_labels(view),
        textposition=f"{'bottom' if low else 'top'} {'left' if left else 'right'}",
        textfont={"size": 11},
        cliponaxis=False,
        name=say("on the front"),
        customdata=[f"{i}: {run}" for i, run in enumerate(_runs(view, view.best), 1)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for update, values in ((figure.update_xaxes, view.at_x), (figure.update_yaxes, view.at_y)):
        room = 0.16 * (float(np.ptp(values)) or abs(float(values[0])) or 1.0)
        update(range=[float(values.min()) - room, float(values.max()) + room])
    figure.update_xaxes(title_text=wrapped(view.x_titled(), 90))
    figure.update_yaxes(title_text=wrapped(view.y_titled(), 50))
    titled(figure, "")
    figure.update_layout(legend=_ABOVE, height=500, margin={"t": 64})
    return figure


def _labels(view: views.Front) -> list[str]:
    """What stands beside each run of the front: its name where all are short, else its number, and nothing where it would cover another."""
    names = [view.names[i] for i in view.best]
    if max(len(name) for name in names) > SHORT:
        names = [str(number) for number in range(1, len(names) + 1)]
    wide = 0.012 * max(len(name) for name in names)  # of the chart
    at = np.stack(
        [view.at_x[view.best] / (np.ptp(view.at_x) or 1.0), view.at_y[view.best] / (np.ptp(view.at_y) or 1.0)], axis=1
    )
    said: list[int] = []
    for i, place in enumerate(at):
        if all(abs(place[1] - at[j][1]) > 0.04 or abs(place[0] - at[j][0]) > wide for j in said):
            said.append(i)
    return [plain(name) if i in said else "" for i, name in enumerate(names)]


def _runs(view: views.Front, which: np.ndarray[Any, np.dtype[np.int64]]) -> list[str]:
    """Words of some runs: what they are, and both key figures."""
    a, b = amounts(view.x, view.at_x), amounts(view.y, view.at_y)
    return [f"<b>{cut(view.names[i], 90)}</b><br>{a[i]}<br>{b[i]}" for i in which]

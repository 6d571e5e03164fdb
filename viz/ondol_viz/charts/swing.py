"""How power swings in a phase window, for the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from .. import swing
from ..run import Run
from ..style import SKY, duration_text
from ..views import swing as views
from ..views.blocks import Floats
from ..views.swing import SPAN, PowerSwing, Ramps, Spectrum, Wave
from ..words import say
from .parts import charted, clock, faded, plain, short

_ABOVE, _NEAR, _BELOW = (0.75, 0.97), (0.4, 0.61), (0.0, 0.24)  # of the height
_LEFT, _RIGHT = (0.0, 0.45), (0.56, 1.0)  # of the width
_HEIGHT = 900  # px
_SWATCH = {"showarrow": False, "xanchor": "left", "yanchor": "bottom"}


@charted
def power_swing(run: Run, window: str | None = None) -> go.Figure:
    """Power in a phase window, by default the first with rows: over the window, three iterations close by, spectrum and ramps."""
    view = views.power_swing(run, window)
    divisor, unit = views.scale(views.highest(view.whole))
    begin = float(clock(run, [view.begin])[0])
    figure = go.Figure()
    for wave in view.whole:
        _wave(figure, wave, divisor, unit, "", begin, 1000.0, legend=True)
    for wave in view.close:
        _wave(figure, wave, divisor, unit, "2")
    if view.jobs:
        scale, job_unit = views.scale(views.highest(view.jobs))
        for wave in view.jobs:
            _wave(figure, wave, scale, job_unit, "5", legend=bool(wave.name), group="legend2")
        title = {"text": say("power of the job ({unit})", unit=job_unit)}
        figure.update_layout(
            xaxis5={"domain": _RIGHT, "anchor": "y5", "matches": "x2", "title": {"text": say("time in the window (s)")}},
            yaxis5={"domain": _NEAR, "anchor": "x5", "rangemode": "tozero", "title": title},
            legend2={"x": _RIGHT[0], "y": _NEAR[1], "yanchor": "bottom", "orientation": "h", "font": {"size": 12}},
        )
    figure.update_layout(
        xaxis={
            "type": "date",
            "hoverformat": "%H:%M:%S.%2f",
            "tickformat": "%H:%M:%S\n%Y-%m-%d",
            "title": {"text": say("time ({zone})", zone=run.zone_name) + views.means_note(view.whole)},
        }
    )
    _frame(figure, view, say("power ({unit})", unit=unit), _LEFT if view.jobs else (0.0, 1.0), _NEAR[1] + 0.005)
    return figure


@charted
def compare_swing(run_a: Run, run_b: Run, window: str | None = None, names: tuple[str, str] | None = None) -> go.Figure:
    """Two runs in the same window, by default the first that both have; `names` by default their titles or files."""
    view = views.compare_swing(run_a, run_b, window, names)
    divisor, unit = views.scale(views.highest(view.whole))
    figure = go.Figure()
    for wave in view.whole:
        _wave(figure, wave, divisor, unit, "", legend=True)
    for wave in view.close:
        _wave(figure, wave, divisor, unit, "2", legend=True, group="legend2")
    figure.update_layout(
        xaxis={"title": {"text": say("time after the start of the window (s)") + views.means_note(view.whole)}},
        legend2={"x": 0, "y": _NEAR[1], "yanchor": "bottom", "orientation": "h", "font": {"size": 12}},
    )
    _frame(figure, view, say("power at the meter ({unit})", unit=unit), (0.0, 1.0), _NEAR[1] + 0.035)
    return figure


def _wave(
    figure: go.Figure,
    wave: Wave,
    divisor: float,
    unit: str,
    axes: str,
    begin: float = 0.0,
    per_second: float = 1.0,
    legend: bool = False,
    group: str = "legend",
) -> None:
    """Steps from the lowest to the highest row of each point, or a band around means, on the axes of that number."""
    name = short(wave.name)
    common = {"xaxis": f"x{axes}", "yaxis": f"y{axes}", "mode": "lines", "legendgroup": f"{axes} {name}", "legend": group}
    x, y = wave.steps
    if wave.crowded:
        x, y = wave.ends, np.append(wave.mean[0], wave.mean)
        for edge, fill in ((wave.low, None), (wave.high, "tonexty")):
            figure.add_scatter(
                x=_place(x, begin, per_second),
                y=(np.append(edge[0], edge) / divisor).astype(np.float32),
                line={"width": 0, "shape": "vh", "color": wave.colour},
                fill=fill,
                opacity=0.3,
                fillcolor=faded(wave.colour, 0.3),
                showlegend=False,
                hoverinfo="skip",
                **common,
            )
    figure.add_scatter(
        x=_place(x, begin, per_second),
        y=(y / divisor).astype(np.float32),
        line={"width": 1, "shape": "vh", "color": wave.colour},
        name=name,
        showlegend=legend,
        hovertemplate=f"%{{y:.4g}} {unit}, %{{x}}{'' if begin else ' s'}<extra>{name}</extra>",
        **common,
    )


def _place(x: Floats, begin: float, per_second: float) -> np.ndarray[Any, Any]:
    """Dates need all digits, seconds after the start do not."""
    return np.asarray(begin + per_second * x) if begin else x.astype(np.float32)


def _frame(figure: go.Figure, view: PowerSwing, power: str, close: tuple[float, float], title_at: float) -> None:
    """Axes, titles, and the two panels below."""
    _spectra(figure, view.spectra)
    _ramps(figure, view.ramps)
    figure.update_layout(
        xaxis={"domain": [0, 1], "anchor": "y"},
        yaxis={"domain": _ABOVE, "anchor": "x", "rangemode": "tozero", "title": {"text": power}},
        xaxis2={"domain": close, "anchor": "y2", "title": {"text": say("time in the window (s)")}},
        yaxis2={"domain": _NEAR, "anchor": "x2", "title": {"text": power}},
        legend={"x": 0, "y": _ABOVE[1], "yanchor": "bottom", "orientation": "h"},
        height=_HEIGHT,
        margin={"t": 50, "r": 30},
        title={"text": plain(view.title), "y": 0.985, "yanchor": "top"},
    )
    figure.add_annotation(text=f"<b>{plain(view.closer)}</b>", x=0, y=title_at, xref="paper", yref="paper", **_SWATCH)


def _spectra(figure: go.Figure, spectra: Sequence[Spectrum]) -> None:
    top = max(spectrum.strongest[1] for spectrum in spectra) or 1.0
    divisor, unit = views.scale(top)
    low, high = swing.BAND_HZ
    said = []
    for spectrum in spectra:
        name = short(spectrum.name)
        frequency, amplitude = spectrum.strongest
        common = {"xaxis": "x3", "yaxis": "y3", "showlegend": False}
        figure.add_scatter(
            x=spectrum.frequency.astype(np.float32),
            y=(np.maximum(spectrum.amplitude, SPAN * top) / divisor).astype(np.float32),
            mode="lines",
            line={"width": 1.2, "color": spectrum.colour},
            hovertemplate=f"%{{y:.3g}} {unit}, %{{x:.3g}} Hz<extra>{name}</extra>",
            **common,
        )
        figure.add_scatter(
            x=[frequency],
            y=[max(amplitude, SPAN * top) / divisor],
            mode="markers",
            marker={"color": spectrum.colour, "size": 7},
            hovertemplate=say("strongest: {words}", words=views.strongest_words(spectrum)) + f"<extra>{name}</extra>",
            **common,
        )
        words = ", ".join(views.band_words(spectrum))
        if not spectrum.name and amplitude > SPAN * top:
            words += "<br>" + say("strongest: {words}", words=views.strongest_words(spectrum))
        said.append(_told(spectrum.name, spectrum.colour, words))
    figure.add_shape(
        type="rect",
        xref="x3",
        yref="y3 domain",
        x0=low,
        x1=high,
        y0=0,
        y1=1,
        fillcolor=SKY,
        opacity=0.18,
        line_width=0,
        layer="below",
    )
    floor = np.log10(SPAN * top / divisor)
    figure.update_layout(
        xaxis3={
            "domain": _LEFT,
            "anchor": "y3",
            "type": "log",
            "dtick": 1,
            "title": {"text": say("frequency (Hz), band of {low:g}–{high:g} Hz shaded", low=low, high=high)},
        },
        yaxis3={
            "domain": _BELOW,
            "anchor": "x3",
            "type": "log",
            "dtick": 1,
            "range": [floor, floor + np.log10(4 / SPAN)],
            "title": {"text": say("amplitude at the meter ({unit})", unit=unit)},
        },
    )
    _above(figure, _LEFT[0], [f"<b>{say('Spectrum')}</b>", *said])


def _ramps(figure: go.Figure, ramps: Sequence[Ramps]) -> None:
    divisor, unit = views.ramp_scale(ramps)
    said = []
    for each in ramps:
        edges = (each.edges / divisor).astype(np.float32)
        name = short(each.name)
        figure.add_scatter(
            x=edges,
            y=np.append(each.share, 0).astype(np.float32),
            xaxis="x4",
            yaxis="y4",
            mode="lines",
            line={"shape": "hv", "color": each.colour, "width": 1.3},
            fill="tozeroy" if not each.name else None,
            showlegend=False,
            hovertemplate=f"%{{x:.3g}} {unit}/s: %{{y:.3g}} %<extra>{name}</extra>",
        )
        said.append(_told(each.name, each.colour, views.ramp_words(each, divisor, unit)))
    least = min(float(each.share[each.share > 0].min()) for each in ramps)
    title = say("change of power in {time} ({unit}/s)", time=duration_text(ramps[0].over / 3600), unit=unit)
    figure.update_layout(
        xaxis4={"domain": _RIGHT, "anchor": "y4", "title": {"text": title}},
        yaxis4={
            "domain": _BELOW,
            "anchor": "x4",
            "type": "log",
            "dtick": 1,
            "range": [np.log10(least) - 0.3, 2.1],
            "title": {"text": say("share of the time (%)")},
        },
    )
    _above(figure, _RIGHT[0], [f"<b>{say('Ramps')}</b>", *said])


def _told(name: str, colour: str, words: str) -> str:
    """A line of a legend that stands above its panel."""
    return f"<span style='color:{colour}'>{short(name)}</span>: {words}" if name else words


def _above(figure: go.Figure, x: float, lines: Sequence[str]) -> None:
    figure.add_annotation(
        text="<br>".join(lines),
        x=x,
        y=_BELOW[1] + 0.004,
        xref="paper",
        yref="paper",
        align="left",
        font={"size": 12},
        **_SWATCH,
    )

"""Power of the site, for how long it is how high, and how its efficiency follows the weather, for the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import BLACK, BLUE, LEVEL_COLOURS, VERMILION, duration_text, percent, power_scale
from ..views import energy
from ..views.blocks import Blocks, Floats
from ..words import say
from .parts import along, charted, clock, mark_events, stack_panels, time_axis


@charted
def site_power(run: Run) -> go.Figure:
    """Power by owner: the IT equipment by owner and the rest by family; below it the rest by owner, PUE and the weather."""
    view = energy.site_power(run)
    data = view.data
    figure = go.Figure()
    weather = [name for name in ("dry_bulb", "wet_bulb") if name in data.means]
    panels = [("upper", 3.0)]
    panels += [("lower", 2.0)] if view.lower else []
    panels += [("pue", 1.0)] if "pue" in data.means else []
    panels += [("weather", 1.2)] if weather else []
    stack_panels(figure, [share for _, share in panels], gap=0.035)
    axis = {name: f"y{number if number > 1 else ''}" for number, (name, _) in enumerate(panels, 1)}
    times = clock(run, [data.start, *data.ends])

    divisor, unit = power_scale(float(np.nanmax(np.sum([band.power for band in view.upper], axis=0))))
    _stack(figure, times, view.upper, axis["upper"], divisor, unit, "legend")
    if "power" in data.means:
        _meter(figure, times, view, divisor, unit)
    if view.lower:
        rest, rest_unit = power_scale(float(np.nanmax(np.sum([band.power for band in view.lower], axis=0))))
        _stack(figure, times, view.lower, axis["lower"], rest, rest_unit, "legend2")
        figure.update_layout({_long(axis["lower"]): {"title": {"text": say("not IT ({unit})", unit=rest_unit)}}})
    if "pue" in axis:
        _pue(figure, times, data, axis["pue"])
    for name in weather:
        _bulb(figure, times, data, name, axis["weather"])
    if weather:
        figure.update_layout({_long(axis["weather"]): {"title": {"text": say("weather (°C)")}}})
    figure.update_layout(
        yaxis={"title": {"text": say("power ({unit})", unit=unit)}},
        legend=_beside(figure, axis["upper"], True),
        legend2=_beside(figure, axis.get("lower", "y"), True),
        legend3=_beside(figure, axis.get("weather", "y"), False),
        hovermode="x unified",
        hoversubplots="single",
        height=820,
    )
    time_axis(figure, run, data.ends[-1], _means(data))
    mark_events(figure, run, data.ends[-1])
    return figure


def _long(axis: str) -> str:
    return f"yaxis{axis[1:]}"


def _beside(figure: go.Figure, axis: str, stacked: bool) -> dict[str, object]:
    """A legend that begins at the top of a panel."""
    top = figure.layout[_long(axis)].domain[1]
    order = "reversed" if stacked else "normal"
    return {"x": 1.02, "y": top, "yanchor": "top", "font": {"size": 11}, "traceorder": order}


def _means(data: Blocks) -> str:
    return say(", means over {length}", length=duration_text(float(data.hours[0]))) if data.reports > 1 else ""


def _steps(values: Floats) -> np.ndarray[Any, np.dtype[np.float32]]:
    """With a value at the start of the run, as float32."""
    return np.concatenate([values[:1], values]).astype(np.float32)


def _stack(
    figure: go.Figure,
    times: Floats,
    bands: Sequence[energy.Band],
    axis: str,
    divisor: float,
    unit: str,
    legend: str,
) -> None:
    for band in bands:
        figure.add_scatter(
            **along(times),
            y=_steps(band.power / divisor),
            yaxis=axis,
            name=f"{say(band.name)}  {percent(100 * band.share)}",
            legend=legend,
            stackgroup=axis,
            line={"width": 0, "shape": "vh", "color": band.colour},
            fillcolor=band.colour,
            hovertemplate=f"%{{y:.3f}} {unit}<extra>{say(band.name)}</extra>",
        )


def _meter(figure: go.Figure, times: Floats, view: energy.SitePower, divisor: float, unit: str) -> None:
    data = view.data
    lines = [("at the meter", data.means["power"], 0.0 if view.metered else 1.5, "dash")]
    if data.reports > 1:
        lines += [("highest report", data.highs["power"], 0.6, "solid"), ("lowest report", data.lows["power"], 0.6, "solid")]
    for name, watts, width, dash in lines:
        figure.add_scatter(
            **along(times),
            y=_steps(watts / divisor),
            name=say(name),
            line={"width": width, "dash": dash, "shape": "vh", "color": BLACK},
            opacity=0.8,
            showlegend=width > 1,
            hovertemplate=f"%{{y:.3f}} {unit}<extra>{say(name)}</extra>",
        )


def _pue(figure: go.Figure, times: Floats, data: Blocks, axis: str) -> None:
    if data.reports > 1:
        for edge, fill in ((data.lows, None), (data.highs, "tonexty")):
            figure.add_scatter(
                **along(times),
                y=_steps(edge["pue"]),
                yaxis=axis,
                line={"width": 0, "shape": "vh", "color": BLACK},
                fill=fill,
                fillcolor="rgba(34,34,34,0.18)",
                hoverinfo="skip",
                showlegend=False,
            )
    figure.add_scatter(
        **along(times),
        y=_steps(data.means["pue"]),
        yaxis=axis,
        name=say("PUE"),
        line={"width": 1.2, "shape": "vh", "color": BLACK},
        showlegend=False,
        hovertemplate="%{y:.4f}<extra>PUE</extra>",
    )
    figure.update_layout({_long(axis): {"title": {"text": say("PUE (1)")}, "range": list(energy.pue_range(data))}})


def _bulb(figure: go.Figure, times: Floats, data: Blocks, name: str, axis: str) -> None:
    colour, dash, label = {"dry_bulb": (VERMILION, "dash", "dry bulb"), "wet_bulb": (BLUE, "solid", "wet bulb")}[name]
    figure.add_scatter(
        **along(times),
        y=_steps(data.means[name]),
        yaxis=axis,
        name=say(label),
        legend="legend3",
        line={"width": 1.2, "shape": "vh", "color": colour, "dash": dash},
        hovertemplate=f"%{{y:.1f}} °C<extra>{say(label)}</extra>",
    )


@charted
def load_duration(run: Run) -> go.Figure:
    """For which share of the time power is at or above a level."""
    view = energy.load_duration(run)
    divisor, unit = power_scale(2 * float(view.levels[0].power[0]))  # 1.2 MW rather than 1200 kW: they stand in words
    figure = go.Figure()
    for level in view.levels:
        watts = (level.power / divisor).astype(np.float32)
        name = say(level.name)
        figure.add_scatter(
            x=(100 * level.share).astype(np.float32),
            y=np.append(watts, watts[-1]),
            name=say(
                "{name}<br>  peak {peak:.3g}, mean {mean:.3g} {unit}",
                name=name,
                peak=watts[0],
                mean=level.mean / divisor,
                unit=unit,
            ),
            line={"shape": "hv", "color": LEVEL_COLOURS[level.series]},
            hovertemplate=f"%{{y:.3f}} {unit}<extra>{name}</extra>",
        )
    figure.update_xaxes(
        title_text=say("share of the time (% of {hours:.4g} h)", hours=view.hours),
        range=[0, 100],
        hoverformat=".1f",
        unifiedhovertitle={"text": say("%{x:.1f} % of the time at or above")},
    )
    figure.update_yaxes(title_text=say("power reached or exceeded ({unit})", unit=unit), rangemode="tozero")
    figure.update_layout(hovermode="x unified")
    return figure


@charted
def pue_against_wet_bulb(run: Run) -> go.Figure:
    """One dot for each report, coloured by IT power, and the median for each degree; against IT power in steady weather."""
    view = energy.pue_against_wet_bulb(run)
    loaded = bool(np.isfinite(view.it_power).any())
    divisor, unit = power_scale(float(np.nanmax(view.it_power))) if loaded else (1.0, "W")
    load = (view.it_power / divisor).astype(np.float32)
    pue = view.pue.astype(np.float32)
    figure = go.Figure()
    figure.update_yaxes(title_text=say("power usage effectiveness (1)"))
    figure.update_layout(hovermode="closest")
    if view.steady is not None:
        figure.add_scatter(
            x=load,
            y=pue,
            mode="markers",
            marker={"size": 4},
            hovertemplate=f"PUE %{{y:.4f}}<br>IT %{{x:.3f}} {unit}<extra></extra>",
        )
        figure.update_xaxes(title_text=say("IT power ({unit})", unit=unit), rangemode="tozero")
        figure.update_layout(title=say("PUE against IT power (the wet bulb stays at {degrees:.1f} °C)", degrees=view.steady))
        return figure
    marker = {"size": 4, "color": load, "colorscale": "Cividis", "showscale": True}
    figure.add_scatter(
        x=view.wet_bulb.astype(np.float32),
        y=pue,
        mode="markers",
        marker={**marker, "colorbar": {"title": {"text": say("IT power ({unit})", unit=unit), "side": "right"}}}
        if loaded
        else {"size": 4},
        hovertemplate=f"%{{x:.1f}} °C<br>PUE %{{y:.4f}}{f'<br>IT %{{marker.color:.3f}} {unit}' if loaded else ''}<extra></extra>",
        showlegend=False,
    )
    if view.degrees.size:
        figure.add_scatter(
            x=view.degrees,
            y=view.medians,
            mode="lines+markers",
            line={"color": BLACK, "width": 2},
            marker={"size": 7, "color": BLACK, "line": {"color": "white", "width": 1.5}},
            name=say("median for each degree"),
            hovertemplate="%{x:.1f} °C<br>PUE %{y:.4f}<extra></extra>",
        )
    figure.update_xaxes(title_text=say("outdoor wet bulb (°C)"))
    figure.update_layout(
        legend={"x": 0.99, "xanchor": "right", "y": 0.02, "yanchor": "bottom", "bgcolor": "rgba(255,255,255,0.8)"}
    )
    return figure

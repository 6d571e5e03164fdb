"""Loops of facility water, for the browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import BLACK, BLUE, GREEN, GREY, VERMILION, power_scale
from ..views import cooling, schematic
from ..views.blocks import stop_shown
from ..words import say
from .parts import along, charted, clock, plain, short
from .player import with_moments
from .timelines import band, line, panel_axes, span_axis, stepped

NAME = 16  # letters of the name of a loop at its axis
UNIT = 7.0  # px of a unit of the diagram, downwards
_WATER = (
    ("return_temperature", VERMILION, "solid", "return"),
    ("supply_temperature", BLUE, "solid", "supply"),
    ("set_point", BLUE, "dot", "set temperature"),
)
_PALE = {VERMILION: "rgba(213,94,0,0.2)", BLUE: "rgba(0,114,178,0.2)"}  # between the lowest and the highest report
_BULBS = (("wet_bulb", BLACK, "dash", "wet bulb"), ("dry_bulb", GREY, "dot", "dry bulb"))
_SIDES = {"left": "middle right", "center": "middle center", "right": "middle left"}


@charted
def cooling_schematic(run: Run) -> go.Figure:
    """What the loops cool and what cools them, with temperatures, flows, heat and power at a moment: at first that of the highest power."""
    view = schematic.schematic(run)
    shown = stop_shown(run, "loops")
    figure = go.Figure()
    for pipe in view.pipes:
        _add_pipe(figure, view, pipe, shown)
    still = [text for text in view.texts if len(text.words) == 1]
    moving = [text for text in view.texts if len(text.words) > 1]
    _add_words(figure, still, 0)
    first = len(figure.data)
    _add_words(figure, moving, shown)
    _add_chips(figure, view, shown)
    _shapes(figure, view)
    traces = [*range(len(view.pipes)), first, first + 1]
    with_moments(
        figure,
        [f"{date:%Y-%m-%d %H:%M}" for date in view.plant.dates],
        traces,
        [
            [
                *({"type": "scatter", "line": {"color": schematic.coloured(view, pipe.temperature[i])}} for pipe in view.pipes),
                {"type": "scatter", "text": [_words(text, i) for text in moving]},
                {"type": "scatter", "marker": {"color": _chips(view, i)}},
            ]
            for i in range(len(view.plant.dates))
        ],
        shown,
    )
    hidden = {"visible": False, "fixedrange": True}
    figure.update_xaxes(**hidden, range=[-0.5, schematic.WIDTH + 0.5])
    figure.update_yaxes(**hidden, range=[view.height + 0.5, -0.5])
    figure.update_layout(
        showlegend=False,
        hovermode="closest",
        margin={"l": 10, "r": 10, "t": 20, "b": 30},
        height=round(110 + UNIT * (view.height + 1)),
    )
    return figure


@charted
def loop_temperatures(run: Run) -> go.Figure:
    """Supply and return of each facility loop beside the wet bulb, with its heat and the share taken without chillers."""
    view = cooling.loops_over_time(run)
    data = view.data
    figure = go.Figure()
    heats = [view.heat(i) for i in range(len(view.names))]
    whole = max((float(np.nanmax(np.sum(heat, axis=0), initial=0.0)) for heat in heats if heat), default=0.0)
    divisor, unit = power_scale(whole)
    panels = []
    for name, heat in zip(view.names, heats, strict=True):
        label = short(name, NAME)
        panels.append((f"{label}<br>(°C)", 1.3))
        panels += [(f"{label}<br>{say('heat ({unit})', unit=unit)}", 1.0)] if heat else []
    axes = iter(panel_axes(figure, panels, 0.1 / len(panels)))
    for i, heat in enumerate(heats):
        axis, of = next(axes), f"{short(view.names[i], NAME)} "
        for series, colour, dash, words in _WATER:
            if series in data.means and np.isfinite(data.means[series][:, i]).any():
                if data.reports > 1 and dash == "solid":
                    band(figure, run, data, data.lows[series][:, i], data.highs[series][:, i], axis, _PALE[colour])
                look: dict[str, Any] = {"color": colour, "dash": dash}
                line(figure, run, data, data.means[series][:, i], axis, say(words), look, "%{y:.1f} °C", of=of, listed=i == 0)
        for series, colour, dash, words in _BULBS:
            if view.weather is not None and series in view.weather.means:
                look = {"color": colour, "dash": dash, "width": 1}
                line(
                    figure,
                    run,
                    view.weather,
                    view.weather.means[series],
                    axis,
                    say(words),
                    look,
                    "%{y:.1f} °C",
                    of=of,
                    listed=i == 0,
                )
        if heat:
            axis = next(axes)
            for watts, colour, words in ((heat[0], GREEN, "without compressors"), (heat[1], VERMILION, "by chillers")):
                figure.add_scatter(
                    **along(clock(run, [data.start, *data.ends])),
                    y=stepped(watts / divisor),
                    yaxis=axis,
                    name=say(words),
                    legendgroup=words,
                    showlegend=i == 0,
                    stackgroup=axis,
                    line={"width": 0, "shape": "vh", "color": colour},
                    hovertemplate=f"%{{y:.3f}} {unit}<extra>{of}{say(words)}</extra>",
                )
    span_axis(figure, run, data)
    figure.update_layout(height=120 + 125 * len(panels), margin={"l": 90})
    return figure


def _add_pipe(figure: go.Figure, view: schematic.Schematic, pipe: schematic.Pipe, shown: int) -> None:
    gap = (None, None)
    points = [point for line in pipe.lines for point in (*line, gap)]
    figure.add_scatter(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        mode="lines",
        line={"width": 5, "color": schematic.coloured(view, pipe.temperature[shown])},
        hoverinfo="skip",
    )


def _add_words(figure: go.Figure, texts: list[schematic.Text], shown: int) -> None:
    figure.add_scatter(
        x=[text.x for text in texts],
        y=[text.y for text in texts],
        text=[_words(text, shown) for text in texts],
        mode="text",
        textposition=[_SIDES[text.align] for text in texts],
        textfont={"size": 11.5},
        hoverinfo="skip",
    )


def _words(text: schematic.Text, moment: int) -> str:
    words = plain(text.words[moment if len(text.words) > 1 else 0])
    return f"<b>{words}</b>" if text.strong else words


def _add_chips(figure: go.Figure, view: schematic.Schematic, shown: int) -> None:
    low, high = view.range
    figure.add_scatter(
        x=[chip.x for chip in view.chips],
        y=[chip.y for chip in view.chips],
        mode="markers",
        text=[plain(chip.name) for chip in view.chips],
        marker={
            "symbol": "square",
            "size": 13,
            "color": _chips(view, shown),
            "cmin": low,
            "cmax": high,
            "colorscale": [[s, schematic.colour(s)] for s in np.linspace(0, 1, 9)],
            "line": {"width": 1, "color": "white"},
            "colorbar": {"title": {"text": say("temperature (°C)"), "side": "right"}, "thickness": 12, "outlinewidth": 0},
        },
        hovertemplate="%{text} %{marker.color:.1f} °C<extra></extra>",
    )


def _chips(view: schematic.Schematic, moment: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Temperatures [degC]; NaN where there is none, as plotly takes no None for a colour."""
    return np.array([chip.temperature[moment] for chip in view.chips], dtype=np.float32).round(1)


def _shapes(figure: go.Figure, view: schematic.Schematic) -> None:
    """Boxes below the pipes and words, arrows of heat."""
    shapes: list[dict[str, Any]] = [
        {
            "type": "rect",
            "x0": box.left,
            "x1": box.right,
            "y0": box.top,
            "y1": box.bottom,
            "fillcolor": schematic.FILLS[box.kind],
            "line": {"width": 1, "color": "#999999", "dash": "dot" if box.kind == "room" else "solid"},
            "layer": "below",
        }
        for box in view.boxes
    ]
    shapes += [
        {"type": "line", "x0": x0, "y0": y0, "x1": x1, "y1": y1, "line": {"width": 2, "color": "#999999"}, "layer": "below"}
        for (x0, y0), (x1, y1) in view.links
    ]
    figure.update_layout(shapes=shapes)
    for start, end, y in view.arrows:
        figure.add_annotation(
            x=end,
            y=y,
            ax=start,
            ay=y,
            axref="x",
            ayref="y",
            text="",
            showarrow=True,
            arrowhead=2,
            arrowwidth=2,
            arrowcolor="#555555",
        )

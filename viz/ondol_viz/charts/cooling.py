"""What cooling costs month by month, what water and coolant do around a trip, how many chillers run, and where water goes; for the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import BLACK, BLUE, CYCLE, GREY, SKY
from ..views import cooling
from ..words import say
from .parts import charted, clock, dated_axis, mark_events, short, stack_panels
from .timelines import WASH, legends, line, panel_axes, span_axis

NAME = 30  # letters of names of the file in a legend
_PATTERNS = ("", "/", "\\", "x", "-", "|")


@charted
def cooling_by_month(run: Run) -> go.Figure:
    """Cooling energy by owner, for each IT energy, with PUE; below, water for each IT energy with the wet bulb."""
    view = cooling.cooling_by_month(run)
    months = [f"{name}{' *' if part else ''}" for name, part in zip(view.months, view.partial, strict=True)]
    figure = go.Figure()
    for i, owner in enumerate(view.owners):
        figure.add_bar(
            x=months,
            y=owner.share.astype(np.float32),
            name=say(owner.name),
            marker={
                "color": owner.colour,
                "pattern": {"shape": _PATTERNS[i % len(_PATTERNS)], "size": 6, "solidity": 0.2, "fillmode": "overlay"},
            },
            hovertemplate=f"%{{y:.2f}} %<extra>{say(owner.name)}</extra>",
        )
    for values, axis, name, colour, dash, form in (
        (view.pue, "y2", "PUE", BLACK, "solid", "%{y:.4f}"),
        (view.wet_bulb, "y4", "mean wet bulb", GREY, "dash", "%{y:.1f} °C"),
    ):
        figure.add_scatter(
            x=months,
            y=values.astype(np.float32),
            yaxis=axis,
            name=say(name),
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 1.5},
            hovertemplate=f"{form}<extra>{say(name)}</extra>",
        )
    figure.add_bar(
        x=months,
        y=view.wue.astype(np.float32),
        yaxis="y3",
        name=say("WUE"),
        marker={"color": SKY},
        hovertemplate=f"%{{y:.3f}} L/kWh<extra>{say('WUE')}</extra>",
    )
    right = {"side": "right", "showgrid": False, "tickmode": "auto"}
    figure.update_layout(
        barmode="relative",
        bargap=0.25,
        hovermode="x unified",
        yaxis={"domain": [0.46, 1], "title": {"text": say("cooling energy (% of IT energy)")}},
        yaxis2={**right, "overlaying": "y", "title": {"text": say("PUE (1)")}},
        yaxis3={"domain": [0, 0.38], "title": {"text": say("WUE (L/kWh)")}},
        yaxis4={**right, "overlaying": "y3", "title": {"text": say("wet bulb (°C)")}},
        xaxis={
            "type": "category",
            "anchor": "y3",
            "title": {"text": say("* covered in part") if any(view.partial) else say("month")},
        },
        legend={"x": 1.12},
        height=620,
    )
    return figure


@charted
def compare_months(runs: Mapping[str, Run]) -> go.Figure:
    """PUE and WUE by month of several runs, one line for each; months that a run covers only in part are left out."""
    found = cooling.compare_months(runs)
    figure = go.Figure()
    stack_panels(figure, [1, 1, 0.7])
    for i, months in enumerate(found):
        name = short(months.name, NAME)
        look = {"color": CYCLE[i % len(CYCLE)], "dash": ("solid", "dash", "dot", "dashdot")[i // len(CYCLE) % 4]}
        x = months.middles.to_numpy(dtype="datetime64[ms]").astype(np.float64)
        for values, axis, form in ((months.pue, "y", "%{y:.4f}"), (months.wue, "y2", "%{y:.3f} L/kWh")):
            figure.add_scatter(
                x=x,
                y=values.astype(np.float32),
                yaxis=axis,
                name=name,
                legendgroup=name,
                showlegend=axis == "y",
                mode="lines+markers",
                line=look,
                hovertemplate=f"{form}<extra>{name}</extra>",
            )
    outside = found[-1]
    figure.add_scatter(
        x=outside.middles.to_numpy(dtype="datetime64[ms]").astype(np.float64),
        y=outside.wet_bulb.astype(np.float32),
        yaxis="y3",
        showlegend=False,
        mode="lines+markers",
        line={"color": GREY, "dash": "dash"},
        hovertemplate=f"%{{y:.1f}} °C<extra>{say('mean wet bulb')}</extra>",
    )
    for axis, title in (("yaxis", "PUE (1)"), ("yaxis2", "WUE (L/kWh)"), ("yaxis3", "wet bulb (°C)")):
        figure.update_layout({axis: {"title": {"text": say(title)}}})
    figure.update_xaxes(type="date", hoverformat="%Y-%m", title_text=say("month"))
    figure.update_layout(hovermode="x unified", height=640)
    return figure


@charted
def around_trip(run: Run, start: str | None = None, end: str | None = None) -> go.Figure:
    """Facility water, what halls get of it, and the hottest accelerators around the trip that did most, or from `start` to `end` on the site's clock."""
    view = cooling.around_trip(run, start, end)
    figure = go.Figure()
    whole: Sequence[tuple[str, Sequence[cooling.Line]]] = (
        ("facility water<br>(°C)", view.water),
        ("supplied<br>in the halls (°C)", view.halls),
        ("hottest<br>accelerators (°C)", view.accelerators),
    )
    panels = [(title, lines) for title, lines in whole if lines]
    axes = panel_axes(figure, [(say(title), 1.0) for title, _ in panels])
    for number, (axis, (_, lines)) in enumerate(zip(axes, panels, strict=True), 1):
        for each in lines:
            name = f"{short(each.name, NAME)} {say(each.what)}"
            figure.add_scatter(
                x=clock(run, each.when),
                y=each.values.astype(np.float32),
                yaxis=axis,
                name=name,
                legend=f"legend{number if number > 1 else ''}",
                line={"color": CYCLE[each.number], "dash": each.look, "width": 1 if each.look == "dot" else 1.6},
                hovertemplate=f"%{{y:.2f}} °C<extra>{name}</extra>",
            )
        low, high = cooling.span(lines)
        figure.update_layout({f"yaxis{axis[1:]}": {"range": [low, high]}})
    legends(figure, axes)
    begin, last = clock(run, [view.begin, view.end])
    dated_axis(figure, begin, last, say("time ({zone})", zone=run.zone_name))
    mark_events(figure, run, view.end)
    figure.update_xaxes(range=[begin, last])
    figure.update_layout(hovermode="x unified", height=130 + 190 * len(panels))
    return figure


@charted
def chillers_running(run: Run) -> go.Figure:
    """Chillers that run in each loop, and the share of the heat that leaves without them."""
    view = cooling.chillers_running(run)
    figure = go.Figure()
    titles = [(say("chillers<br>running (1)"), 1.0)]
    titles += [(say("heat without<br>chillers (%)"), 1.0)] if view.free is not None else []
    axes = panel_axes(figure, titles)
    for i, name in enumerate(view.names):
        look = {"color": CYCLE[i % len(CYCLE)], "dash": ("solid", "dash", "dot")[i % 3]}
        line(figure, run, view.data, view.running[:, i], axes[0], short(name, NAME), look, "%{y:.3g}")
        if view.free is not None:
            line(figure, run, view.data, 100 * view.free[:, i], axes[1], short(name, NAME), look, "%{y:.1f} %", listed=False)
    figure.update_yaxes(rangemode="tozero")
    span_axis(figure, run, view.data)
    figure.update_layout(height=480)
    return figure


@charted
def water_use(run: Run) -> go.Figure:
    """Make-up water over time with what became of it, and litres for each kilowatt-hour of IT."""
    view = cooling.water(run)
    figure = go.Figure()
    titles = [(say("make-up water<br>(kg/s)"), 1.0)] + ([(say("WUE (L/kWh)"), 1.0)] if view.wue is not None else [])
    axes = panel_axes(figure, titles)
    line(
        figure,
        run,
        view.data,
        view.flow,
        axes[0],
        say("make-up water"),
        {"color": BLUE},
        "%{y:.3f} kg/s",
        fill=WASH,
        listed=False,
    )
    if view.wue is not None:
        line(figure, run, view.data, view.wue, axes[1], say("WUE"), {"color": BLUE}, "%{y:.3f} L/kWh", listed=False)
    figure.update_yaxes(rangemode="tozero")
    span_axis(figure, run, view.data)
    figure.update_layout(height=440, title={"text": cooling.water_title(view)}, margin={"t": 60})
    return figure

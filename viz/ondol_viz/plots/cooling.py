"""What cooling costs month by month, what water and coolant do around a trip, how many chillers run, and where water goes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, BLUE, CYCLE, GREY, SKY, cut, styled, time_ticks
from ..views import cooling
from ..words import say
from .parts import frame_blocks, mark_events, steps, title_pad

NAME = 24  # letters of names of the file
DASHED = (0, (4, 2))

_LOOKS = {"solid": ("-", 1.3), "dash": (DASHED, 1.3), "dot": (":", 0.8)}


@styled
def cooling_by_month(run: Run) -> Figure:
    """Cooling energy by owner, for each IT energy, with PUE; below, water for each IT energy with the wet bulb."""
    view = cooling.cooling_by_month(run)
    x = np.arange(len(view.months))
    figure = Figure(figsize=(10, 5.6))
    energy, water = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    bottom = np.zeros(len(x))
    for owner in view.owners:
        energy.bar(x, owner.share, 0.72, bottom=bottom, color=owner.colour, label=say(owner.name))
        bottom += owner.share
    energy.set_ylabel(say("cooling energy (% of IT energy)"))
    energy.set_ylim(0, max(1.35 * float(np.nanmax(bottom)), 1e-3))
    energy.set_title(say("Cooling by month"))
    pue = energy.twinx()
    pue.plot(x, view.pue, color=BLACK, marker="o", ms=4, label=say("PUE"))
    pue.set_ylabel(say("PUE (1)"))
    pue.grid(visible=False)
    low, high = float(view.pue.min()), float(view.pue.max())
    pue.set_ylim(max(1.0, low - 1.5 * (high - low) - 0.02), high + 0.6 * (high - low) + 0.02)
    handles = [h for axes in (energy, pue) for h in axes.get_legend_handles_labels()[0]]
    energy.legend(handles=handles, loc="upper left", ncols=4, fontsize=8, borderaxespad=0.2)

    water.bar(x, view.wue, 0.72, color=SKY, label=say("WUE"))
    water.set_ylabel(say("WUE (L/kWh)"))
    water.set_ylim(0, max(1.25 * float(view.wue.max()), 1e-3))
    wet = water.twinx()
    wet.plot(x, view.wet_bulb, color=GREY, ls=DASHED, marker=".", label=say("mean wet bulb"))
    wet.set_ylabel(say("wet bulb (°C)"))
    wet.grid(visible=False)
    handles = [h for axes in (water, wet) for h in axes.get_legend_handles_labels()[0]]
    water.legend(handles=handles, loc="upper left", ncols=2, fontsize=8, borderaxespad=0.2)
    names = [f"{name}{' *' if part else ''}" for name, part in zip(view.months, view.partial, strict=True)]
    water.set_xticks(x, names, rotation=30, ha="right")
    if any(view.partial):
        water.set_xlabel(say("* covered in part"))
    return figure


@styled
def compare_months(runs: Mapping[str, Run]) -> Figure:
    """PUE and WUE by month of several runs, one line for each; months that a run covers only in part are left out."""
    found = cooling.compare_months(runs)
    figure = Figure(figsize=(10, 5.4))
    energy, water = figure.subplots(2, 1, sharex=True)
    for months in found:
        energy.plot(months.middles, months.pue, marker="o", ms=3, label=cut(months.name, NAME))
        water.plot(months.middles, months.wue, marker="o", ms=3)
    energy.set_ylabel(say("PUE (1)"))
    energy.set_title(say("Cooling by month"))
    _legend(energy)
    water.set_ylabel(say("WUE (L/kWh)"))
    water.set_ylim(bottom=0)
    outside = water.twinx()
    outside.plot(found[-1].middles, found[-1].wet_bulb, color=GREY, lw=1, ls=DASHED)
    outside.set_ylabel(say("wet bulb (°C), dashed"))
    outside.grid(visible=False)
    time_ticks(water)
    water.set_xlabel(say("month"))
    return figure


@styled
def around_trip(run: Run, start: str | None = None, end: str | None = None) -> Figure:
    """Facility water, what halls get of it, and the hottest accelerators around the trip that did most, or from `start` to `end` on the site's clock."""
    view = cooling.around_trip(run, start, end)
    figure = Figure(figsize=(10, 7.2))
    panels = figure.subplots(3, 1, sharex=True)
    whole = (
        (say("Facility water (dotted: set point)"), view.water),
        (say("Supplied in the halls"), view.halls),
        (say("Hottest accelerators"), view.accelerators),
    )
    for axes, (title, lines) in zip(panels, whole, strict=True):
        for line in lines:
            style, width = _LOOKS[line.look]
            name = cut(line.name, NAME) if lines is view.accelerators else f"{cut(line.name, NAME)} {say(line.what)}"
            label = None if line.look == "dot" else name
            axes.plot(run.local(line.when), line.values, color=CYCLE[line.number], ls=style, lw=width, label=label)
        axes.set_title(title, pad=title_pad(run) if axes is panels[0] else 8)
        if lines:
            axes.set_ylim(*cooling.span(lines))
        axes.set_ylabel(say("temperature (°C)"))
        axes.set_xlim(*date2num(run.local([view.begin, view.end])))
        _legend(axes)
        mark_events(axes, run, label=axes is panels[0])
    time_ticks(panels[-1])
    panels[-1].set_xlabel(say("time ({zone})", zone=run.zone_name))
    return figure


@styled
def chillers_running(run: Run) -> Figure:
    """Chillers that run in each loop, and the share of the heat that leaves without them."""
    view = cooling.chillers_running(run)
    figure = Figure(figsize=(10, 4.6))
    count, free = figure.subplots(2, 1, sharex=True)
    for i, name in enumerate(view.names):
        colour = CYCLE[i % len(CYCLE)]
        count.step(*steps(run, view.data, view.running[:, i]), where="pre", color=colour, label=cut(name, NAME))
        if view.free is not None:
            free.step(*steps(run, view.data, 100 * view.free[:, i]), where="pre", color=colour)
    count.set_ylabel(say("chillers running (1)"))
    low, high = count.get_ylim()
    count.set_ylim(0, high + 0.05 * (high - low))
    count.set_title(say("Chillers running"), pad=title_pad(run))
    _legend(count)
    free.set_ylabel(say("heat without chillers (%)"))
    free.set_ylim(-3, 103)
    mark_events(count, run)
    mark_events(free, run, label=False)
    frame_blocks(free, run, view.data)
    return figure


@styled
def water_use(run: Run) -> Figure:
    """Make-up water over time with what became of it, and litres for each kilowatt-hour of IT."""
    view = cooling.water(run)
    figure = Figure(figsize=(10, 4.4))
    panels = figure.subplots(1 if view.wue is None else 2, 1, sharex=True, squeeze=False)[:, 0]
    panels[0].fill_between(*steps(run, view.data, view.flow), step="pre", color=SKY, alpha=0.8, lw=0)
    panels[0].set_ylabel(say("make-up water (kg/s)"))
    panels[0].set_ylim(bottom=0)
    panels[0].set_title(cooling.water_title(view), pad=title_pad(run))
    if view.wue is not None:
        panels[1].step(*steps(run, view.data, view.wue), where="pre", color=BLUE)
        panels[1].set_ylabel(say("WUE (L/kWh)"))
        panels[1].set_ylim(bottom=0)
    for axes in panels:
        mark_events(axes, run, label=axes is panels[0])
    frame_blocks(panels[-1], run, view.data)
    return figure


def _legend(axes: Axes) -> None:
    """With room above the lines; an empty panel is not drawn."""
    if not axes.get_legend_handles_labels()[0]:
        axes.set_axis_off()
        return
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.2 * (high - low))
    axes.legend(loc="upper right", ncols=4, fontsize=8, borderaxespad=0.2)

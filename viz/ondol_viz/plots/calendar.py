"""Cost, price, emissions and power by day and hour."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..run import Run
from ..style import GREY, scale, styled, time_ticks
from ..views import calendar
from ..words import say

PANELS = 3


@styled
def cost_calendar(run: Run) -> Figure:
    """Days across and hours of the day down, with the days' totals above: for the first three of cost, price, emissions and power that
    the run has."""
    view = calendar.cost_calendar(run)
    measures = view.measures[:PANELS]
    count = len(measures)
    figure = Figure(figsize=(10, 0.6 + 2.5 * count))
    panels = figure.subplots(2 * count, 1, sharex=True, height_ratios=[1, 3.2] * count)
    edges = date2num(view.days.append(view.days[-1:] + np.timedelta64(1, "D")))
    for number, measure in enumerate(measures):
        _days(panels[2 * number], edges, measure)
        _cells(panels[2 * number + 1], edges, measure)
    figure.align_ylabels(panels)
    time_ticks(panels[-1])
    first, last = view.days[0], view.days[-1]
    panels[-1].set_xlabel(
        say("day, {first} to {last} ({zone})", first=f"{first:%Y-%m-%d}", last=f"{last:%Y-%m-%d}", zone=run.zone_name)
    )
    return figure


def _days(axes: Axes, edges: calendar.Floats, measure: calendar.Measure) -> None:
    divisor, unit = scale(float(np.nanmax(measure.days)), measure.days_units)
    axes.bar(
        edges[:-1],
        measure.days / divisor,
        np.diff(edges),
        align="edge",
        color=GREY,
        ec="white",
        lw=0.4 if edges.size < 70 else 0,
    )
    axes.set_title(
        say("{what}; above, {total} ({unit})", what=_title(measure.name), total=say(measure.days_name), unit=say(unit)),
        fontsize=9.5,
    )
    axes.yaxis.set_major_locator(MaxNLocator(2))
    axes.set_ylim(0, 1.08 * float(np.nanmax(measure.days)) / divisor)
    axes.grid(visible=False, axis="x")


def _title(sentence: str) -> str:
    spoken = say(sentence)
    return spoken[:1].upper() + spoken[1:]


def _cells(axes: Axes, edges: calendar.Floats, measure: calendar.Measure) -> None:
    divisor, unit = scale(float(np.nanmax(measure.cells)), measure.units)
    mesh = axes.pcolormesh(edges, np.arange(25), measure.cells.T / divisor, rasterized=True)
    axes.set_ylim(24, 0)
    axes.set_yticks([0, 6, 12, 18, 24])
    axes.set_ylabel(say("hour (h)"))
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.015, aspect=12, label=say(unit))
    bar.outline.set_visible(False)

"""What an outage, a lost unit or an overload does to the chain of power: who supplies, what batteries hold, what is full, what is dark.

Each figure shows the time around what happened, or from `start` to `end`, dates on the site's clock.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, BLUE, CYCLE, ORANGE, SKY, VERMILION, cut, energy_text, power_scale, styled, time_ticks
from ..views import chain
from ..views.chain import NAME, TOLD, batteries_used, disturbed, unserved
from ..words import say
from .parts import as_written

__all__ = [  # the first three: when the others have something to show
    "batteries_used",
    "disturbed",
    "fullest_feeds",
    "power_by_source",
    "state_of_charge",
    "unserved",
    "unserved_power",
]


@styled
def power_by_source(run: Run, start: str | None = None, end: str | None = None) -> Figure:
    """Power by source: utility, generators and batteries; below zero, what batteries take back."""
    view = chain.power_by_source(run, start, end)
    given = np.maximum(view.batteries, 0)
    divisor, unit = power_scale(float(np.nanmax(view.utility + view.generators + given)))
    figure, axes = _panel()
    bands = [
        (view.utility, BLUE, say("utility")),
        (view.generators, ORANGE, say("generators")),
        (given, SKY, say("batteries")),
    ]
    bands = [band for band in bands if band[0].any()]
    axes.stackplot(
        view.when,
        [watts / divisor for watts, _, _ in bands],
        colors=[colour for _, colour, _ in bands],
        labels=[name for _, _, name in bands],
        lw=0,
        step="pre",
    )
    if (view.batteries < 0).any():
        axes.fill_between(
            view.when,
            np.minimum(view.batteries, 0) / divisor,
            0,
            step="pre",
            color=SKY,
            hatch="////",
            ec=BLACK,
            lw=0,
            label=say("recharging"),
        )
    axes.axhline(0, color=BLACK, lw=0.7)
    axes.set_ylabel(say("power ({unit})", unit=unit))
    _finish(axes, run, view.when, view.marks, say("Power by source"))
    return as_written(figure)


@styled
def state_of_charge(run: Run, start: str | None = None, end: str | None = None) -> Figure:
    """What the batteries of each bank of UPS hold: the lowest of its units as a line, all of them as a band."""
    view = chain.state_of_charge(run, start, end)
    figure, axes = _panel()
    lowest = 100 * min(float(np.nanmin(bank.low)) for bank in view.banks)
    for i, bank in enumerate(view.banks):
        colour = CYCLE[i % len(CYCLE)]
        axes.fill_between(view.when, 100 * bank.low, 100 * bank.high, color=colour, alpha=0.25, lw=0)
        axes.plot(
            view.when,
            100 * bank.low,
            color=colour,
            label=say(
                "{bank}: lowest of {units}, {low:.1f} % at least",
                bank=cut(bank.bank, NAME),
                units=bank.units,
                low=100 * float(np.nanmin(bank.low)),
            ),
        )
    axes.set_ylim(max(0.0, lowest - 0.15 * (100 - lowest) - 1), 101)
    axes.set_ylabel(say("state of charge (%)"))
    _finish(axes, run, view.when, view.marks, say("Batteries of UPS"))
    return as_written(figure)


@styled
def fullest_feeds(run: Run, start: str | None = None, end: str | None = None) -> Figure:
    """Load over rating of the units that were fullest; units of a bank that never differ share a row."""
    view = chain.fullest_feeds(run, start, end)
    rows = len(view.units)
    figure = Figure(figsize=(10, 1.6 + 0.21 * max(rows, 6)))
    axes = figure.subplots()
    cmap = colormaps["cividis"].with_extremes(over=VERMILION, bad="#ECECEC")
    mesh = axes.pcolormesh(date2num(view.edges), np.arange(rows + 1), view.load, cmap=cmap, vmin=0, vmax=1)
    axes.set_yticks(np.arange(rows) + 0.5, [cut(chain.common_name(units), NAME) for units in view.units], fontsize=8)
    axes.set_ylim(rows, 0)
    axes.set_ylabel(say("unit (bank/number)"))
    axes.tick_params(axis="y", length=0)
    axes.grid(False)
    over = bool((view.load > 1).any())
    bar = figure.colorbar(mesh, ax=axes, label=say("load over rating (1)"), extend="max" if over else "neither", pad=0.02)
    bar.outline.set_visible(False)
    title = say("The fullest feeds; above their rating in red") if over else say("The fullest feeds")
    _finish(axes, run, view.edges[1:], view.marks, title, legend=False)
    return as_written(figure)


@styled
def unserved_power(run: Run, start: str | None = None, end: str | None = None) -> Figure:
    """What loads without supply drew before they lost it."""
    view = chain.unserved_power(run, start, end)
    divisor, unit = power_scale(float(np.nanmax(view.power)))
    figure, axes = _panel()
    total = say("{energy} in all", energy=energy_text(view.energy))
    axes.fill_between(view.when, view.power / divisor, step="pre", color=VERMILION, lw=0, label=total)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(say("power ({unit})", unit=unit))
    _finish(axes, run, view.when, view.marks, say("Load without supply"))
    return as_written(figure)


def _panel() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(10, 4))
    return figure, figure.subplots()


def _finish(axes: Axes, run: Run, when: pd.DatetimeIndex, marks: Sequence[chain.Mark], title: str, legend: bool = True) -> None:
    """Time axis, title, legend, numbered marks of what happened and their meaning below."""
    axes.set_xlim(*date2num([when[0], when[-1]]))
    time_ticks(axes)
    axes.set_xlabel(say("time ({zone}), {date}", zone=run.zone_name, date=f"{when[0]:%Y-%m-%d}"))
    axes.set_title(title, pad=16 if marks else 8)
    if legend:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02))
    top = axes.get_xaxis_transform()
    for number, mark in enumerate(marks, 1):
        at = float(date2num(mark.when))
        axes.vlines(at, 0, 1, transform=top, color=BLACK, lw=0.8, ls=(0, (4, 3)), zorder=5)
        axes.annotate(str(number), (at, 1), xycoords=top, xytext=(0, 3), textcoords="offset points", ha="center", fontsize=8)
    if marks:
        told = "\n".join(
            textwrap.fill(f"{n}  {cut(mark.text, TOLD)}", 185, subsequent_indent="    ") for n, mark in enumerate(marks, 1)
        )
        figure = axes.get_figure(root=True)
        assert figure is not None
        figure.set_figheight(figure.get_figheight() + 0.155 * (1 + told.count("\n")))
        figure.supxlabel(told, x=0.01, ha="left", fontsize=7.5)

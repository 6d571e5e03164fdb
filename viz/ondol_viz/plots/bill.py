"""The bill by tariff, and the demand that is charged."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, BLUE, cut, scale, styled
from ..views import bill as views
from ..views.missing import MissingData
from ..words import say

NAME = 90  # characters of the name of a tariff


@styled
def bill(run: Run) -> Figure:
    """Bars of the parts of the bill, one for each tariff; below, the highest demand of each month where the run has it."""
    view = views.bill(run)
    try:
        demand = views.demand(run)
    except MissingData:
        demand = None
    tall = 0.75 * len(view.tariffs) + 0.9
    figure = Figure(figsize=(10, tall + (2.4 if demand else 0.3)))
    if demand is None:
        _tariffs(figure.subplots(), view)
        return figure
    top, bottom = figure.subplots(2, 1, height_ratios=[tall, 2.0])
    _tariffs(top, view)
    _demand(bottom, run, demand)
    return figure


def _tariffs(axes: Axes, view: views.Bill) -> None:
    divisor, unit = scale(float(np.max(view.totals)), "KRW")
    rows = np.arange(len(view.tariffs))
    above, below = np.zeros(len(rows)), np.zeros(len(rows))
    for part in view.parts:
        amounts = part.amounts / divisor
        left = np.where(amounts >= 0, above, below)
        axes.barh(rows, amounts, 0.42, left=left, color=part.colour, hatch=part.hatch, ec="white", lw=0.5, label=say(part.name))
        above, below = above + np.maximum(amounts, 0), below + np.minimum(amounts, 0)
    for row, name in enumerate(view.tariffs):
        axes.text(0, row - 0.27, cut(name, NAME).replace("$", r"\$"), fontsize=8.5, va="bottom")
        total = say("{total:,.2f} ({price:,.2f} KRW/kWh)", total=view.totals[row] / divisor, price=view.prices[row])
        if row == view.cheapest:
            total += say(", cheapest")
        axes.text(above[row], row, f"  {total}", fontsize=8.5, va="center")
    axes.set_ylim(len(rows) - 0.6, -0.75)
    axes.set_yticks([])
    axes.set_xlim(min(0.0, 1.05 * float(below.min())), 1.32 * float(above.max()))
    axes.set_xlabel(say("bill of the run ({unit})", unit=say(unit)))
    axes.set_title(say("Bill by tariff"))
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02))


def _demand(axes: Axes, run: Run, view: views.Demand) -> None:
    divisor, unit = scale(float(np.max([view.peaks, view.charged])), "W")
    columns = np.arange(len(view.months))
    axes.bar(columns, view.peaks / divisor, 0.6, color=BLUE, label=say("highest 15-minute demand"))
    axes.hlines(view.charged / divisor, columns - 0.4, columns + 0.4, color=BLACK, lw=1.6, label=say("charged"))
    few = len(columns) <= 8
    for column, when in zip(columns, run.local(view.when), strict=True):
        if few:
            axes.text(float(column), 0.03 * axes.get_ylim()[1], f"{when:%m-%d %H:%M}", ha="center", fontsize=8, color="white")
    axes.set_xticks(
        columns,
        [f"{month}{' *' if share < 0.999 else ''}" for month, share in zip(view.months, view.covered, strict=True)],
        rotation=0 if few else 45,
        ha="center" if few else "right",
    )
    axes.set_xlim(-0.7, max(len(columns), 4) - 0.3)
    axes.set_ylim(0, 1.1 * axes.get_ylim()[1])
    axes.grid(visible=False, axis="x")
    axes.set_ylabel(say("demand ({unit})", unit=unit))
    axes.set_title(say("Highest demand of each month"))
    if (view.covered < 0.999).any():
        axes.set_xlabel(say("* covered in part"))
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02))

"""Which axes of a sweep matter: tornado of a grid, Sobol indices, rank regression of samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..style import BLACK, BLUE, GREY, ORANGE, styled
from ..views import sweep_effects as views
from ..words import say
from .sweep_parts import head, short, wrapped


@styled
def tornado(sweep: xr.Dataset, response: str) -> Figure:
    """What each axis of a grid does to a key figure while the others stay at their middle; values of the axis stand at the ends.

    With an ensemble whiskers at the upper end are the standard deviation, over members, of the whole width.
    """
    view = views.tornado(sweep, response)
    figure, (axes,) = _rows(view.names)
    at = np.arange(len(view.names))
    axes.barh(at, view.low - view.base, 0.6, left=view.base, color=BLUE)
    axes.barh(at, view.high - view.base, 0.6, left=view.base, color=ORANGE)
    axes.axvline(view.base, color=BLACK, lw=1)
    axes.set_xlim(*view.ends())
    for i in np.flatnonzero(view.high > view.low):
        for text, value, ha, shift in ((view.low_at[i], view.low[i], "right", -4), (view.high_at[i], view.high[i], "left", 4)):
            axes.annotate(
                short(text, views.ENDS),
                (value, i),
                xytext=(shift, 0),
                textcoords="offset points",
                ha=ha,
                va="center",
                fontsize=8,
            )
    if view.swing_sd is not None:
        axes.errorbar(view.high, at + 0.22, xerr=view.swing_sd, fmt="none", ecolor=BLACK, elinewidth=1, capsize=3)
    axes.set_xlabel(wrapped(view.response.titled(), 80))
    axes.ticklabel_format(axis="x", useOffset=False)
    head(figure, say("One axis at a time, from {where}", where=view.where))
    return figure


@styled
def sobol_bars(sweep: xr.Dataset, response: str) -> Figure:
    """First and total Sobol indices with their intervals, the most important axis first."""
    view = views.sobol_bars(sweep, response)
    figure, (axes,) = _rows(view.names, 0.55)
    at = np.arange(len(view.names))
    for bars, shift, colour, hatch, label in (
        (view.first, -0.19, BLUE, "", say("first: alone")),
        (view.total, 0.19, ORANGE, "///", say("total: with what it does together with others")),
    ):
        axes.barh(at + shift, bars.values, 0.36, color=colour, hatch=hatch, edgecolor="white", lw=0, label=label)
        _whiskers(axes, bars, at + shift)
    axes.axvline(0, color=BLACK, lw=0.8)
    axes.set_xlim(min(-0.03, 1.1 * float(view.first.low.min())), max(1.0, 1.05 * float(view.total.high.max())))
    axes.set_xlabel(say("Share of the variance (1)"))
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.1)
    head(figure, say("{what}: Sobol indices, N = {n:,}", what=view.response.titled(), n=view.samples))
    return figure


@styled
def rank_bars(sweep: xr.Dataset, response: str) -> Figure:
    """Standardised rank regression coefficients with their intervals, beside what R2 loses without each axis."""
    view = views.rank_bars(sweep, response)
    figure, (slope, lost) = _rows(view.names, panels=2)
    at = np.arange(len(view.names))
    slope.barh(at, np.nan_to_num(view.slope.values), 0.6, color=np.where(view.slope.values < 0, BLUE, ORANGE))
    _whiskers(slope, view.slope, at)
    for i in np.flatnonzero(np.isnan(view.slope.values)).tolist():
        slope.text(0.03, i, say("names have no slope"), va="center", fontsize=8)
    slope.axvline(0, color=BLACK, lw=0.8)
    slope.set_xlim(-1.05, 1.05)
    slope.set_xlabel(say("Standardised rank regression coefficient (1)"))
    lost.barh(at, view.r2_lost, 0.6, color=GREY)
    lost.set_xlabel(say("R² lost without the axis (1)"))
    lost.tick_params(labelleft=False)
    head(
        figure,
        say("{what}: R² = {r2:.2f} of ranks, {n:,} samples", what=view.response.titled(), r2=view.r2, n=view.samples),
    )
    return figure


def _whiskers(axes: Axes, bars: views.Bars, at: np.ndarray) -> None:
    error = np.nan_to_num([bars.values - bars.low, bars.high - bars.values])
    axes.errorbar(bars.values, at, xerr=error, fmt="none", ecolor=BLACK, elinewidth=1, capsize=3)


def _rows(names: Sequence[str], each: float = 0.42, panels: int = 1) -> tuple[Figure, list[Axes]]:
    """One row for each axis, the first on top."""
    figure = Figure(figsize=(8.6, 1.5 + each * max(2, len(names))))
    ratios = [3, 2] if panels == 2 else None
    axes: list[Axes] = figure.subplots(1, panels, sharey=True, width_ratios=ratios, squeeze=False)[0].tolist()
    for one in axes:
        one.set_yticks(range(len(names)), [wrapped(short(say(name), 68), 34) for name in names])
        one.set_ylim(len(names) - 0.5, -0.5)
        one.grid(visible=False, axis="y")
        one.tick_params(axis="y", length=0)
    return figure, axes

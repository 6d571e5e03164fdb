"""How far members of an ensemble lie apart, and which runs are best in two key figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..style import BLACK, BLUE, GREY, SKY, VERMILION, styled, time_ticks
from ..views import sweep_spread as views
from ..words import say
from .sweep_parts import head, short, ticks_at_values, wrapped

LISTED = 14  # runs of a front that are named beside the picture
PANELS = 8


@styled
def member_bands(sweep: xr.Dataset, names: Sequence[str]) -> Figure:
    """Key figures of one cell: a dot for each member over its percentiles, one panel for each key figure."""
    spreads = views.member_bands(sweep, names[:PANELS])
    figure = Figure(figsize=(8.6, 0.5 + 1.1 * len(spreads)))
    panels = figure.subplots(len(spreads), 1, squeeze=False)[:, 0]
    for axes_, spread in zip(panels, spreads, strict=True):
        q = spread.percentiles
        axes_.barh(0, q["p95"] - q["p05"], 0.7, left=q["p05"], color=SKY, alpha=0.35, lw=0)
        axes_.barh(0, q["p75"] - q["p25"], 0.7, left=q["p25"], color=SKY, alpha=0.75, lw=0)
        axes_.vlines(q["p50"], -0.35, 0.35, color=BLUE, lw=2)
        axes_.plot(spread.values, spread.rise(), ".", color=BLACK, ms=3.5, alpha=0.7)
        axes_.set_ylim(-0.5, 0.5)
        axes_.set_yticks([])
        axes_.spines["left"].set_visible(False)
        axes_.ticklabel_format(axis="x", useOffset=False)
        axes_.set_title(wrapped(spread.titled(), 96), fontsize=9.5, pad=4)
    return figure


@styled
def band_lines(sweep: xr.Dataset, response: str) -> Figure:
    """Percentiles of a key figure over the members along the one axis of a sweep; an axis of names gets a bar for each."""
    view = views.band_lines(sweep, response)
    q, at = view.percentiles, view.axis.at
    figure = Figure(figsize=(8.2, 4.4))
    axes_ = figure.subplots()
    if view.axis.numeric:
        axes_.fill_between(at, q["p05"], q["p95"], color=SKY, alpha=0.3, lw=0)
        axes_.fill_between(at, q["p25"], q["p75"], color=SKY, alpha=0.65, lw=0)
        axes_.plot(at, q["p50"], color=BLUE, marker="o", ms=4)
        if view.axis.by_factors:
            axes_.set_xscale("log")
    else:
        axes_.bar(at, q["p95"] - q["p05"], 0.5, bottom=q["p05"], color=SKY, alpha=0.3, lw=0)
        axes_.bar(at, q["p75"] - q["p25"], 0.5, bottom=q["p25"], color=SKY, alpha=0.65, lw=0)
        axes_.hlines(q["p50"], at - 0.25, at + 0.25, color=BLUE, lw=2)
        ticks_at_values(axes_, view.axis, "x")
    axes_.errorbar(at, q["p50"], yerr=view.error, fmt="none", ecolor=BLACK, elinewidth=1, capsize=3)
    axes_.set_xlabel(wrapped(view.axis.titled()))
    axes_.set_ylabel(wrapped(view.response.titled(), 36))
    axes_.ticklabel_format(axis="y", useOffset=False)
    _legend(axes_, say("median ± its standard error"))
    axes_.set_title(say("{n} members", n=view.members))
    return figure


@styled
def bands_over_time(spread: xr.Dataset) -> Figure:
    """Percentiles over the members of a series over time, as `ondol_viz.bands.bands_over_time` gives them, on the site's clock."""
    view = views.bands_over_time(spread)
    figure = Figure(figsize=(10, 3.9))
    axes_ = figure.subplots()
    divisor, unit = view.readable()
    # The value of a report stands for the time up to its end: drawn as steps from the start of the run.
    times = np.concatenate([[view.begin.to_datetime64()], view.ends.to_numpy()])
    line = {p: np.append(values[:1], values) / divisor for p, values in view.percentiles.items()}
    axes_.fill_between(times, line["p05"], line["p95"], color=SKY, alpha=0.35, lw=0, step="pre")
    axes_.fill_between(times, line["p25"], line["p75"], color=SKY, alpha=0.75, lw=0, step="pre")
    axes_.step(times, line["p50"], where="pre", color=BLUE, lw=1)
    axes_.set_xlim(times[0], times[-1])
    time_ticks(axes_)
    axes_.set_xlabel(say("time ({zone}) from {date}", zone=view.zone, date=f"{view.begin:%Y-%m-%d}"))
    name = view.series.spoken()
    axes_.set_ylabel(wrapped(f"{name} ({unit})" if unit else name, 36))
    _legend(axes_, say("median"))
    axes_.set_title(wrapped(say("{what}, {n} members", what=name, n=view.members), 56))
    return figure


@styled
def pareto_front(sweep: xr.Dataset, x: str, y: str, directions: tuple[str, str] = ("min", "min")) -> Figure:
    """All runs by two key figures; those that no other beats are joined, numbered from left to right and named beside."""
    view = views.pareto_front(sweep, x, y, directions)
    best = np.array([view.at_x[view.best], view.at_y[view.best]])  # (2, on the front)
    figure = Figure(figsize=(9.6, 5.0))
    axes_, names = figure.subplots(1, 2, width_ratios=[3, 1.15])
    axes_.plot(view.at_x, view.at_y, "o", color=GREY, ms=4, alpha=0.45, mew=0, label=say("beaten by another run"))
    axes_.step(*best, where="post" if view.directions[0] == "min" else "pre", color=VERMILION, lw=1)
    axes_.plot(*best, "D", color=VERMILION, ms=6, label=say("on the front"))
    listed = np.unique(np.linspace(0, len(view.best) - 1, min(LISTED, len(view.best))).round().astype(int))
    lines, numbered = [], np.array([np.inf, np.inf])
    aside = tuple(-9 if good == "min" else 9 for good in view.directions)  # where no run is
    span = np.array([np.ptp(view.at_x) or 1.0, np.ptp(view.at_y) or 1.0])
    for number, i in enumerate(listed, 1):
        at = best[:, i]
        if np.abs((at - numbered) / span).max() > 0.03:  # nearer numbers would cover each other; their order tells them
            axes_.annotate(str(number), at, xytext=aside, textcoords="offset points", fontsize=8.5,
                           fontweight="bold", color=VERMILION, ha="center", va="center")  # fmt: skip
            numbered = at
        lines.append(f"{number:>2}  {short(view.names[view.best[i]], 36)}")
    names.set_axis_off()
    if len(view.best) > len(listed):
        lines.append("\n" + say("{n} named of {of} on the front", n=len(listed), of=len(view.best)))
    text = f"{wrapped(view.heads, 36)}\n\n" + "\n".join(lines)
    names.text(0, 1, text, va="top", fontsize=8.5, transform=names.transAxes, linespacing=1.5)
    axes_.set_xlabel(wrapped(view.x_titled(), 70))
    axes_.set_ylabel(wrapped(view.y_titled(), 46))
    axes_.ticklabel_format(axis="both", useOffset=False)
    axes_.margins(0.08)
    axes_.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.1)
    head(figure, say("Front"))
    return figure


def _legend(axes: Axes, middle: str) -> None:
    handles = [
        Line2D([], [], color=BLUE, label=middle),
        Patch(color=SKY, alpha=0.75, label=say("25th to 75th")),
        Patch(color=SKY, alpha=0.35, label=say("5th to 95th percentile")),
    ]
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.1)

"""A key figure of a sweep over its axes: map and isolines over two, lines over one, dots of samples and cases."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ..style import BLACK, BLUE, GREY, SKY, shades, styled
from ..sweep import decimals
from ..views import sweep_axes as views
from ..views.sweep_parts import Floats
from ..words import say
from .sweep_parts import LINES, MARKERS, TITLE, head, short, ticks_at_values, wrapped

NUMBERED = 150  # cells; more leave no room for their numbers
PANELS = 6  # of samples


@styled
def response_map(sweep: xr.Dataset, response: str, x: str | None = None, y: str | None = None) -> Figure:
    """A key figure over two axes of a grid, by default the first two; other axes at their middle.  Hatched: no value."""
    view = views.response_map(sweep, response, x, y)
    rows, columns = view.values.shape
    figure = Figure(figsize=(min(10.0, 3.6 + 0.62 * max(columns, 5)), min(7.0, 2.1 + 0.42 * max(rows, 4))))
    axes_ = figure.subplots()
    low, high = float(np.nanmin(view.values)), float(np.nanmax(view.values))
    scale = Normalize(low, high if high > low else low + 1)
    mesh = axes_.pcolormesh(
        np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5, view.values, norm=scale, edgecolors="white", lw=0.8
    )
    bar = figure.colorbar(mesh, ax=axes_, label=wrapped(view.response.titled()), pad=0.02)
    bar.outline.set_visible(False)
    if view.values.size <= NUMBERED:
        _numbers(axes_, view.values, scale)
    for i, j in np.argwhere(~np.isfinite(view.values)):
        axes_.fill(
            [j - 0.5, j + 0.5, j + 0.5, j - 0.5],
            [i - 0.5, i - 0.5, i + 0.5, i + 0.5],
            facecolor="#F2F2F2",
            edgecolor=GREY,
            hatch="///",
            lw=0,
        )
    axes_.grid(visible=False)
    for side in ("left", "bottom"):
        axes_.spines[side].set_visible(False)
    axes_.tick_params(length=0)
    ticks_at_values(axes_, view.x, "x")
    ticks_at_values(axes_, view.y, "y", most=20)
    axes_.set_xlabel(wrapped(view.x.titled()))
    axes_.set_ylabel(wrapped(view.y.titled(), 30))
    axes_.set_title(wrapped(view.titled(), TITLE))
    return figure


def _numbers(axes_: Axes, values: Floats, scale: Normalize) -> None:
    digits = decimals(values)
    for (i, j), value in np.ndenumerate(values):
        if np.isfinite(value):
            dark = np.dot(mpl.colormaps["cividis"](float(scale(value)))[:3], (0.299, 0.587, 0.114)) < 0.5
            axes_.text(j, i, f"{value:.{digits}f}", ha="center", va="center", fontsize=8, color="white" if dark else BLACK)


@styled
def response_surface(sweep: xr.Dataset, response: str, x: str | None = None, y: str | None = None) -> Figure:
    """A key figure over two axes of numbers, with isolines between the runs, which are the dots; other axes at their middle."""
    view = views.response_surface(sweep, response, x, y)
    figure = Figure(figsize=(8.0, 5.0))
    axes_ = figure.subplots()
    masked = np.ma.masked_invalid(view.values)
    filled = axes_.contourf(view.x.at, view.y.at, masked, levels=12)
    lines = axes_.contour(view.x.at, view.y.at, masked, levels=list(filled.levels)[::2], colors="white", linewidths=0.8)
    axes_.clabel(lines, fontsize=8, fmt=f"%.{decimals(view.values)}f")
    bar = figure.colorbar(filled, ax=axes_, label=wrapped(view.response.titled()), pad=0.02)
    bar.outline.set_visible(False)
    at_y, at_x = np.nonzero(np.isfinite(view.values))
    axes_.plot(
        view.x.at[at_x],
        view.y.at[at_y],
        "o",
        ms=4,
        mfc="white",
        mec=BLACK,
        mew=0.7,
        clip_on=False,
        label=say("a run"),
        zorder=3,
    )
    axes_.grid(visible=False)
    for axis, scale in ((view.x, axes_.set_xscale), (view.y, axes_.set_yscale)):
        if axis.by_factors:
            scale("log")
    axes_.set_xlabel(wrapped(view.x.titled()))
    axes_.set_ylabel(wrapped(view.y.titled(), 36))
    axes_.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1)
    head(figure, view.titled())
    return figure


@styled
def response_lines(sweep: xr.Dataset, response: str, x: str | None = None, colour: str | None = None) -> Figure:
    """A key figure over one axis of a grid, a line for each value of a second: means over the other axes and the members.

    Shades reach from the least to the largest over those axes; without any, from the 5th to the 95th percentile of the members.
    """
    view = views.response_lines(sweep, response, x, colour)
    figure = Figure(figsize=(8.2, 4.6))
    axes_ = figure.subplots()
    at = view.x.at
    inks = shades(len(view.colour.values), view.colour.numeric) if view.colour else [BLUE]
    names = view.colour.texts if view.colour else [""]
    for i, (line, ink, name) in enumerate(zip(view.means, inks, names, strict=True)):
        known = np.isfinite(line)
        look = LINES[i // (1 if len(names) <= len(LINES) else 8) % len(LINES)] if view.x.numeric else (0, (1, 2))
        axes_.plot(
            at[known],
            line[known],
            color=ink,
            marker=MARKERS[i % len(MARKERS)],
            ms=4,
            ls=look,
            label=short(name, 30),
        )
        if view.low is not None and view.high is not None:
            axes_.fill_between(at, view.low[i], view.high[i], color=ink, alpha=0.16, lw=0)
    if not view.x.numeric:
        ticks_at_values(axes_, view.x, "x")
    elif view.x.by_factors:
        axes_.set_xscale("log")
    axes_.set_xlabel(wrapped(view.x.titled()))
    axes_.set_ylabel(wrapped(view.response.titled(), 36))
    axes_.ticklabel_format(axis="y", useOffset=False)
    if view.colour and len(names) > 1:
        axes_.legend(title=wrapped(view.colour.titled(), 22), loc="upper left", bbox_to_anchor=(1.01, 1.0), title_fontsize=8.5)
    axes_.set_title(wrapped(view.titled(), 76))
    return figure


@styled
def response_scatter(sweep: xr.Dataset, response: str) -> Figure:
    """A key figure of samples over each of their axes, with means of tenths of the samples: what a slope or bend shows matters."""
    view = views.response_scatter(sweep, response)
    panels = view.panels[:PANELS]
    columns = 2 if len(panels) in (2, 4) else min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(3.5 * columns + 0.8, 2.9 * rows + 0.3))
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    size = max(2.0, min(6.0, 90 / len(view.values) ** 0.5))
    for axes_, panel in zip(grid.flat, panels, strict=False):
        drawn = panel.axis.at
        if panel.axis.by_factors:
            axes_.set_xscale("log")
        if not panel.axis.numeric:
            labels, places = np.unique(np.array(panel.axis.values, dtype=str), return_inverse=True)
            drawn = places.astype(float)
            axes_.set_xticks(range(len(labels)), [short(text, 14) for text in labels])
        axes_.plot(drawn, view.values, ".", color=BLUE, ms=size, alpha=0.45, mew=0)
        if panel.mean_x.size:
            axes_.plot(panel.mean_x, panel.mean_y, color=BLACK, marker="o", ms=3)
        axes_.set_xlabel(wrapped(panel.axis.titled(), 34))
    for axes_ in grid[:, 0]:
        axes_.set_ylabel(wrapped(view.response.titled(), 30))
    for axes_ in grid.flat[len(panels) :]:
        axes_.set_axis_off()
    left = len(view.panels) - len(panels)
    text = say("Samples; black: means of tenths of them")
    head(figure, text + (say("; {n} more axes", n=left) if left else ""))
    return figure


@styled
def response_cases(sweep: xr.Dataset, response: str) -> Figure:
    """A key figure of each case of a zip, or of each value of a single axis of names, in their order; bars reach over the members."""
    view = views.response_cases(sweep, response)
    count = len(view.values)
    figure = Figure(figsize=(8.2, min(9.0, 1.6 + 0.34 * max(count, 3))))
    axes_ = figure.subplots()
    at = np.arange(count)
    if view.p05 is not None and view.p95 is not None:
        axes_.use_sticky_edges = False  # or the leftmost bar begins on the frame
        axes_.barh(at, view.p95 - view.p05, 0.3, left=view.p05, color=SKY, alpha=0.5, lw=0)
        axes_.legend(
            handles=[Patch(color=SKY, alpha=0.5, label=say("5th to 95th percentile"))],
            loc="lower right",
            bbox_to_anchor=(1, 1),
            borderaxespad=0.1,
        )
    axes_.plot(view.values, at, "o", color=BLUE, ms=6)
    step = -(-count // 40)
    axes_.set_yticks(at[::step], [short(name, 44) for name in view.names[::step]])
    axes_.set_ylim(count - 0.5, -0.5)
    axes_.set_xlabel(wrapped(view.response.titled(), 70))
    axes_.ticklabel_format(axis="x", useOffset=False)
    head(figure, view.titled())
    return figure

"""The declared networks, at a moment."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from ..run import Run
from ..style import BLACK, VERMILION, cut, styled
from ..views import fabric
from ..views.blocks import report_shown
from ..views.missing import MissingData
from ..words import say
from .parts import as_written

_MOST = 3  # networks in one figure
_BEHIND = {"fc": "white", "ec": "none", "pad": 1}  # of text over lines
_LABELLED = 16  # bundles that have room for their load in figures


@styled
def fabric_view(run: Run, when: str | None = None, name: str | None = None) -> Figure:
    """Racks and tiers of switches of the declared networks, or of the one called `name`, which may be that assumed for a pool.

    Bundles of links have the colour of their fullest link at one moment: `when`, a date on the site's clock, or that of the
    highest power at the meter.
    """
    names = [name] if name is not None else fabric.fabrics(run)[:_MOST]
    if not names:
        raise MissingData("the run has no graph of a declared fabric")
    moment = np.array([report_shown(run, "links", when) if "time" in run.links else 0])
    views = [fabric.fabric_view(run, each, moment) for each in names]
    heights = [6.5 if view.ring else 1.35 * len(view.tiers) + 0.5 for view in views]
    figure = Figure(figsize=(11, sum(heights) + 0.6))
    panels: Any = figure.subplots(len(views), 1, squeeze=False, height_ratios=heights)
    for axes, view in zip(panels[:, 0], views, strict=True):
        _draw(figure, axes, view)
    date = run.local(views[0].when)[0] if views[0].when.size else None
    figure.suptitle(
        say("Networks on {date} ({zone})", date=f"{date:%Y-%m-%d %H:%M:%S}", zone=run.zone_name) if date else say("Networks"),
        x=0.01,
        ha="left",
        fontsize=11,
        fontweight="bold",
    )
    return as_written(figure)


def _draw(figure: Figure, axes: Any, view: fabric.Fabric) -> None:
    loaded = view.when.size > 0
    cmap = colormaps["cividis"].with_extremes(over=VERMILION)
    capacity = np.array([bundle.capacity for bundle in view.bundles])
    values = 100 * view.high[0] if loaded else 8e-12 * capacity
    norm = Normalize(0, 100 if loaded else float(values.max()))
    loads = view.mean[0] if loaded else values
    for bundle, value, load, *at in zip(view.bundles, values, loads, *fabric.dots(view), strict=True):
        a, b = view.boxes[bundle.a], view.boxes[bundle.b]
        width = 1 + (1.5 if view.ring else 5) * np.sqrt(bundle.capacity / capacity.max())
        axes.plot([a.x, b.x], [a.y, b.y], color=cmap(norm(value)), lw=width, solid_capstyle="butt", zorder=1)
        if bundle.a == bundle.b:
            axes.plot(*at, marker="o", color=cmap(norm(value)), ms=width + 2, zorder=2)
        if loaded and len(view.bundles) <= _LABELLED:
            text = say("{mean:.0f} %, fullest {high:.0f} %", mean=100 * load, high=value)
            axes.text(*at, text, fontsize=7, ha="center", va="center", zorder=3, bbox=_BEHIND)
    for box in view.boxes:
        _draw_box(axes, view, box)
    if view.ring:
        axes.set_aspect("equal")
        axes.margins(0.12)
        for line, tier in enumerate(view.tiers):
            axes.text(0, 1 - 0.09 * line, fabric.tier_text(tier), transform=axes.transAxes, va="top", fontsize=8.5)
    else:
        widest = max(box.x for box in view.boxes)
        axes.set_xlim(-0.55 - 0.28 * max(widest + 1, 3), max(widest, 2) + 0.55)
        axes.set_ylim(-0.35, len(view.tiers) - 0.65)
        for level, tier in enumerate(view.tiers):
            axes.text(axes.get_xlim()[0], level, fabric.tier_text(tier), va="center", fontsize=8.5)
    axes.set_axis_off()
    name = cut(view.name, 60)
    axes.set_title(name if view.declared else say("{pool}: assumed, not declared", pool=name))
    label = (
        say("fullest link of the bundle\n(% of its capacity)")
        if loaded
        else say("capacity of the bundle (Tbit/s);\nno loads of links recorded")
    )
    over = "max" if loaded and (values > 100).any() else "neither"
    bar = figure.colorbar(ScalarMappable(norm, cmap), ax=axes, label=label, extend=over, pad=0.01, aspect=25)
    bar.outline.set_visible(False)
    if any(box.single for box in view.boxes):
        mark = Line2D([], [], marker="D", color=VERMILION, mec=BLACK, ls="", ms=7)
        axes.legend(
            [mark], [say("single point of failure: its loss alone parts nodes")], loc="lower left", bbox_to_anchor=(0, -0.04)
        )


def _draw_box(axes: Any, view: fabric.Fabric, box: fabric.Box) -> None:
    single = box.single is not None
    if view.ring:
        shape = "D" if single else "s" if box.tier else "o"
        axes.plot(box.x, box.y, marker=shape, ms=8, color=VERMILION if single else "white", mec=BLACK, zorder=4)
        if name := cut(fabric.label(view, box), 14):
            away = 1.13 if box.tier == 0 else 0.86
            axes.text(box.x * away, box.y * away, name, fontsize=6.5, ha="center", va="center", zorder=5, bbox=_BEHIND)
        return
    across, up = fabric.HALF_WIDTH, fabric.HALF_HEIGHT
    frame = FancyBboxPatch(
        (box.x - across, box.y - up), 2 * across, 2 * up, boxstyle="round,pad=0,rounding_size=0.04", zorder=4
    )
    frame.set(facecolor="white", edgecolor=BLACK, linewidth=0.9)
    axes.add_patch(frame)
    size = 8 if max(other.x for other in view.boxes) < 8 else 6.5
    axes.text(box.x, box.y, cut(fabric.box_text(box), 14), ha="center", va="center", fontsize=size, zorder=5)
    if single:
        axes.plot(box.x + across, box.y + up, marker="D", color=VERMILION, mec=BLACK, ms=7, zorder=6)

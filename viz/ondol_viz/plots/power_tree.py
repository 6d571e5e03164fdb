"""The chain of power as a tree, at a moment."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from ..run import Run
from ..style import BLACK, GREEN, GREY, VERMILION, cut, styled
from ..views import power_tree as tree
from ..views.blocks import report_shown
from ..words import say
from .parts import as_written

_SLOT = 1.16  # inch, of a box and the gap beside it


@styled
def power_tree(run: Run, when: str | None = None) -> Figure:
    """From the utility down to racks, cooling and base load: what each carries of its rating, at one moment.

    `when` is a date on the site's clock; without it, the moment of the highest power at the meter.
    """
    moment = report_shown(run, "feeds", when)
    view = tree.power_tree(run, np.array([moment]))
    width, height = max(view.width * _SLOT, 7.5), 1.05 * view.layers + 1.0
    figure = Figure(figsize=(width + 0.8, height))
    axes = figure.subplots()
    cmap = colormaps["cividis"].with_extremes(over=VERMILION)
    for wire in view.wires:
        axes.plot(wire.x, wire.y, color=GREY, lw=1.1, ls=(0, (4, 2)) if wire.standby else "-", zorder=1)
    for number, box in enumerate(view.boxes):
        _draw_box(axes, view, number, box)
    middle, wide, low = tree.bars(view)
    tall = tree.BAR_HIGH - tree.BAR_LOW
    for at, across, bottom, load, charge in zip(middle, wide, low, view.load[0], view.charge[0], strict=True):
        axes.add_patch(Rectangle((at - across / 2, bottom), across, tall, fc="#F0F0F0", ec="#BBBBBB", lw=0.5, zorder=3))
        if load > 0:
            filled = Rectangle((at - across / 2, bottom), across, tall * min(load, 1), fc=cmap(load), lw=0, zorder=4)
            if load > 1:
                filled.set(hatch="////", edgecolor=BLACK, linewidth=1.0)
            axes.add_patch(filled)
        if np.isfinite(charge):
            at_y = bottom + tree.STORED_LOW - tree.BAR_LOW
            thick = tree.STORED_HIGH - tree.STORED_LOW
            axes.add_patch(Rectangle((at - across / 2, at_y), across * charge, thick, fc=GREEN, lw=0, zorder=4))
    axes.set_xlim(-0.55 - max(0, 7.5 / _SLOT - view.width) / 2, view.width - 0.45 + max(0, 7.5 / _SLOT - view.width) / 2)
    axes.set_ylim(-view.layers + 0.45, 0.5)
    axes.set_axis_off()
    bar = figure.colorbar(
        ScalarMappable(Normalize(0, 100), cmap),
        ax=axes,
        label=say("load over rating (%)"),
        extend="max" if (view.load > 1).any() else "neither",
        shrink=0.6,
        pad=0.01,
        aspect=30,
    )
    bar.outline.set_visible(False)
    _legend(figure, view)
    date = run.local(view.when)[0]
    figure.suptitle(
        say("Power chain on {date} at {time} ({zone})", date=f"{date:%Y-%m-%d}", time=f"{date:%H:%M:%S}", zone=run.zone_name),
        x=0.01,
        ha="left",
        fontsize=11,
        fontweight="bold",
    )
    return as_written(figure)


def _draw_box(axes: Any, view: tree.PowerTree, number: int, box: tree.Box) -> None:
    y = -box.layer
    dark = bool(view.dark[0, number])
    corner = (box.x - tree.HALF_WIDTH, y - tree.HALF_HEIGHT)
    frame = Rectangle(corner, 2 * tree.HALF_WIDTH, 2 * tree.HALF_HEIGHT, fc="#E4E4E4" if dark else "white", ec=BLACK, zorder=2)
    frame.set(lw=0.9, ls=(0, (4, 2)) if box.standby else "-")
    axes.add_patch(frame)
    name, kind = tree.texts(box)
    load, stored = tree.load_text(view, 0, number), tree.stored_text(view, 0, number)
    for text, at, letters, style in (
        (name, tree.NAME, 15, {"fontweight": "bold", "fontsize": 8.5}),
        (kind, tree.KIND, 20, {"fontsize": 7.5}),
        (
            load,
            tree.LOAD if stored else (tree.LOAD + tree.STORED) / 2,
            20,
            {"fontsize": 7.5, "color": VERMILION if dark else BLACK},
        ),
        (stored, tree.STORED, 20, {"fontsize": 7.5}),
    ):
        axes.text(box.x, y + at, cut(text, letters), ha="center", va="center", zorder=5, **style)
    if box.single:
        axes.plot(box.x + tree.HALF_WIDTH, y + tree.HALF_HEIGHT, marker="D", color=VERMILION, mec=BLACK, ms=8, zorder=6)
    if dark:
        right, top = box.x + tree.HALF_WIDTH, y + tree.HALF_HEIGHT
        axes.plot([corner[0], right], [corner[1], top], color=VERMILION, lw=1.4, zorder=2.5)


def _legend(figure: Figure, view: tree.PowerTree) -> None:
    shown: list[tuple[Any, str]] = []
    if any(box.single for box in view.boxes):
        mark = Line2D([], [], marker="D", color=VERMILION, mec=BLACK, ls="", ms=7)
        shown.append((mark, say("single point of failure: its loss alone takes racks")))
    if any(wire.standby for wire in view.wires):
        shown.append((Line2D([], [], color=GREY, ls=(0, (4, 2))), say("on stand-by")))
    if np.isfinite(view.charge).any():
        shown.append((Patch(fc=GREEN), say("stored in batteries")))
    if (view.load > 1).any():
        shown.append((Patch(fc=VERMILION, hatch="////", ec=BLACK), say("above its rating")))
    if view.dark.any():
        shown.append((Line2D([], [], color=VERMILION), say("without power")))
    if shown:
        handles, labels = zip(*shown, strict=True)
        figure.legend(handles, labels, loc="outside lower left", ncols=3)

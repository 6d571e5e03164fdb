"""The halls seen from above."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps, patheffects
from matplotlib.figure import Figure

from ..run import Run
from ..style import power_scale, styled
from ..views import floor
from ..views.blocks import report_shown
from ..words import say
from .parts import MissingData

WIDTH = 8  # positions a hall is drawn with at least, so that a few racks look like racks
NAME = 28  # letters of the name of a hall

_COLOURS = {"inlet_temperature": "inferno", "accelerator_temperature": "inferno"}


@styled
def floor_plan(
    run: Run,
    quantities: tuple[str, ...] = ("power", "inlet_temperature", "accelerator_temperature"),
    when: str | None = None,
) -> Figure:
    """Every rack at its place, coloured by each quantity, at one moment.

    `when` is a date on the site's clock; without it, the moment of the highest total rack power.  Quantities are those of `views.floor`.
    """
    view = floor.floor(run, np.array([report_shown(run, "racks", when)]))
    shown = [q for name in quantities for q in view.quantities if q.key == name]
    if not shown:
        raise MissingData("the run has none of the series " + ", ".join(f"racks/{name}" for name in quantities))
    heights = [max(len(hall.rows), 2) for hall in view.halls]
    widest = max(WIDTH, *(len(hall.positions) for hall in view.halls))
    height = max(2.6, 0.8 + sum(0.22 * h + 0.62 for h in heights))  # room for the label of the colours
    figure = Figure(figsize=(min(14, 5.2 * len(shown) + 0.6), height))
    panels: Any = figure.subplots(len(view.halls), len(shown), squeeze=False, height_ratios=heights)
    for side, q in enumerate(shown):
        values, unit = _scaled(q)
        low, high = _range(q, values)
        cmap = colormaps[_COLOURS.get(q.key, "cividis")].with_extremes(bad="#ECECEC")
        for line, hall in enumerate(view.halls):
            axes = panels[line, side]
            image = np.full((len(hall.rows), len(hall.positions)), np.nan)
            for place, value in zip(hall.place, values[hall.racks], strict=True):
                image[place] = value
            mesh = axes.pcolormesh(
                np.ma.masked_invalid(image), cmap=cmap, vmin=low, vmax=high, edgecolors="white", linewidth=0.8
            )
            axes.set_xlim(0, widest)  # so that racks of all halls are equally wide
            axes.set_ylim(len(hall.rows), 0)  # the first row above
            axes.set_aspect("equal", anchor="NW")
            axes.grid(False)
            axes.spines[:].set_visible(False)
            axes.tick_params(length=0)
            _ticks(axes, "x", hall.positions)
            _ticks(axes, "y", hall.rows)
            axes.set_ylabel(say("row"))
            name = hall.name if len(hall.name) <= NAME else hall.name[: NAME - 1] + "…"
            axes.set_title(f"{name}: {say(q.name)}", parse_math=False)
            if side == 0:
                _name_pools(axes, view, hall)
        panels[-1, side].set_xlabel(say("position in the row"))
        label = f"{say(q.name)}\n({unit})" if unit else say(q.name)
        bar = figure.colorbar(mesh, ax=panels[:, side].tolist(), label=label, pad=0.02, aspect=max(15, 6 * height))
        bar.outline.set_visible(False)
        if q.key == "inlet_temperature":
            _mark_limits(bar.ax, low, high)
    figure.suptitle(
        say("Floor plan on {date} ({zone})", date=f"{view.dates[0]:%Y-%m-%d %H:%M}", zone=run.zone_name),
        x=0.01,
        ha="left",
        fontsize=11,
        fontweight="bold",
    )
    return figure


def _scaled(q: floor.Quantity) -> tuple[floor.Floats, str]:
    values = q.values[0]
    if q.unit == "W":
        divisor, unit = power_scale(float(np.nanmax(values)))
        return values / divisor, unit
    return values, {"degC": "°C"}.get(q.unit, q.unit)


def _range(q: floor.Quantity, values: floor.Floats) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if q.unit == "degC":
        return floor.widened(float(finite.min()), float(finite.max()))
    return 0.0, 100.0 if q.unit == "%" and finite.max() <= 100 else float(finite.max()) or 1.0


def _mark_limits(axes: Any, low: float, high: float) -> None:
    """On the colour bar of inlets, the range that ASHRAE recommends, where it lies on it."""
    for limit in floor.RECOMMENDED:
        if low <= limit <= high:
            axes.axhline(limit, color="white", lw=2.2)
            axes.axhline(limit, color="black", lw=1.0)
            axes.annotate(
                say("ASHRAE"), (0, limit), xycoords=("axes fraction", "data"), xytext=(-3, 0), textcoords="offset points",
                ha="right", va="center", fontsize=7,
            )  # fmt: skip


def _name_pools(axes: Any, view: floor.Floor, hall: floor.HallPlan) -> None:
    """The name of each pool at its first rack, where a hall has several."""
    first: dict[str, tuple[int, int]] = {}
    for place, rack in sorted(zip(hall.place, hall.racks.tolist(), strict=True)):
        first.setdefault(view.pools[rack], place)
    if len(first) < 2:
        return
    for pool, (row, position) in first.items():
        text = axes.text(
            position + 0.12, row + 0.5, pool[:NAME], va="center", fontsize=7, color="white", clip_on=False, parse_math=False
        )
        text.set_path_effects([patheffects.withStroke(linewidth=1.6, foreground="#222222")])


def _ticks(axes: Any, which: str, labels: tuple[float | str, ...]) -> None:
    step = max(1, -(-len(labels) // 12))
    at = [i + 0.5 for i in range(0, len(labels), step)]
    text = [f"{label:g}" if isinstance(label, float) else str(label) for label in labels[::step]]
    (axes.set_xticks if which == "x" else axes.set_yticks)(at, text)

"""Water to and from the halls, and the weather it is cooled by."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..run import Run
from ..style import BLACK, BLUE, GREEN, GREY, VERMILION, power_scale, styled
from ..views import schematic
from ..words import say
from .parts import frame_time, mark_events, need, thinned, title_pad

LOOPS = 6


@styled
def loop_temperatures(run: Run) -> Figure:
    """Supply and return of each facility loop beside the wet bulb, with its heat and the share taken without chillers."""
    loops = run.loops
    need(loops, "loops", "supply_temperature", "return_temperature")
    data = thinned(loops)
    when = run.local(data["time"])
    names = [str(name) for name in data["loop"].values][:LOOPS]
    site = run.site
    weather = thinned(site[[n for n in ("wet_bulb", "dry_bulb") if n in site]]) if "wet_bulb" in site else None

    figure = Figure(figsize=(10, 0.8 + 2.5 * len(names)))
    panels = figure.subplots(len(names), 2, sharex=True, squeeze=False, width_ratios=[3, 2])
    for i, name in enumerate(names):
        axes, heat = panels[i]
        axes.plot(when, data["return_temperature"].values[:, i], color=VERMILION, label="return")
        axes.plot(when, data["supply_temperature"].values[:, i], color=BLUE, label="supply")
        if weather is not None:
            outdoors = run.local(weather["time"])
            axes.plot(outdoors, weather["wet_bulb"].values, color=BLACK, lw=0.9, ls=(0, (4, 2)), label="wet bulb")
            if "dry_bulb" in weather:
                axes.plot(outdoors, weather["dry_bulb"].values, color=GREY, lw=0.9, ls=":", label="dry bulb")
        axes.set_ylabel("temperature (°C)")
        axes.set_title(f"{name}: water", pad=title_pad(run) if i == 0 else 8)
        axes.margins(x=0)
        mark_events(axes, run, label=i == 0)
        _heat(heat, data, i, when)
        heat.set_title(f"{name}: heat rejected", pad=title_pad(run) if i == 0 else 8)
    panels[0, 0].legend(loc="upper right", ncols=4, fontsize=8, borderaxespad=0.2, handlelength=1.6, columnspacing=1.2)
    low, high = panels[0, 0].get_ylim()
    panels[0, 0].set_ylim(low, high + 0.18 * (high - low))  # room for the legend
    frame_time(panels[-1, 0], run, loops)
    frame_time(panels[-1, 1], run, loops, most=7)
    panels[-1, 1].set_xlabel(f"time ({run.zone_name})")
    return figure


def _heat(axes: Axes, data: xr.Dataset, i: int, when: pd.DatetimeIndex) -> None:
    if "heat" not in data:
        axes.set_axis_off()
        return
    watts = data["heat"].values[:, i]
    divisor, unit = power_scale(float(np.nanmax(watts)) if np.isfinite(watts).any() else 0.0)
    if "free_cooling" in data:
        free = watts * np.nan_to_num(data["free_cooling"].values[:, i])
        chilled = watts - free
        bands = [(free, GREEN, "without compressors"), (chilled, VERMILION, "by chillers")]
        bands = [band for band in bands if float(np.nanmax(band[0])) > 1e-6 * float(np.nanmax(watts))] or bands[:1]
        axes.stackplot(
            when,
            [band[0] / divisor for band in bands],
            colors=[band[1] for band in bands],
            labels=[band[2] for band in bands],
            alpha=0.75,
            lw=0,
        )
        axes.set_ylim(0, max(float(np.nanmax(watts)) / divisor, 1e-9) * 1.3)
        axes.legend(loc="upper right", ncols=2, fontsize=8, borderaxespad=0.2, handlelength=1.2)
    else:
        axes.plot(when, watts / divisor, color=VERMILION)
        axes.set_ylim(bottom=0)
    axes.margins(x=0)
    axes.set_ylabel(f"heat ({unit})")


@styled
def cooling_schematic(run: Run, when: str | None = None) -> Figure:
    """What the loops cool and what cools them at one moment.

    `when` is a date on the site's clock; without it, of the moments of the time slider that with the most heat.
    """
    if when is None:
        view = schematic.schematic(run)
        shown = schematic.most_heat(view)
    else:
        need(run.loops, "loops")
        dates = run.local(run.loops["time"])
        view = schematic.schematic(run, np.array([np.argmin(np.abs((dates - pd.Timestamp(when)).total_seconds().to_numpy()))]))
        shown = 0
    figure = Figure(figsize=(12.5, 0.9 + 0.088 * view.height))
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(-0.5, schematic.WIDTH + 0.5)
    axes.set_ylim(view.height + 0.5, -0.5)
    for box in view.boxes:
        dotted = ":" if box.kind == "room" else "-"
        size = (box.right - box.left, box.bottom - box.top)
        axes.add_patch(Rectangle((box.left, box.top), *size, fc=schematic.FILLS[box.kind], ec="#999999", lw=0.8, ls=dotted))
    for (x0, y0), (x1, y1) in view.links:
        axes.plot([x0, x1], [y0, y1], color=schematic.UNKNOWN, lw=1.5)
    for pipe in view.pipes:
        for line in pipe.lines:
            axes.plot(
                *zip(*line, strict=True), color=schematic.coloured(view, pipe.temperature[shown]), lw=3.5, solid_capstyle="butt"
            )
    for chip in view.chips:
        axes.plot(chip.x, chip.y, "s", ms=8, color=schematic.coloured(view, chip.temperature[shown]), mec="white")
    for start, end, y in view.arrows:
        axes.annotate("", (end, y), (start, y), arrowprops={"arrowstyle": "-|>", "color": "#555555", "lw": 1.4})
    for text in view.texts:
        words = text.words[shown if len(text.words) > 1 else 0]
        weight = "bold" if text.strong else "normal"
        axes.text(text.x, text.y, words, ha=text.align, va="center", fontsize=8, fontweight=weight, parse_math=False)
    colours = LinearSegmentedColormap.from_list("water", [schematic.colour(s) for s in np.linspace(0, 1, 16)])
    bar = figure.colorbar(
        ScalarMappable(Normalize(*view.range), colours),
        ax=axes,
        label=say("temperature (°C)"),
        pad=0.01,
        aspect=25,
        fraction=0.04,
    )
    bar.outline.set_visible(False)
    date = view.plant.dates[shown]
    axes.set_title(say("Cooling on {date} ({zone})", date=f"{date:%Y-%m-%d %H:%M}", zone=run.zone_name))
    return figure

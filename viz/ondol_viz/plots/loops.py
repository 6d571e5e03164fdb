"""Water to and from the halls, and the weather it is cooled by."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..run import Run
from ..style import BLACK, BLUE, GREEN, GREY, VERMILION, cut, power_scale, styled
from ..views import cooling, schematic
from ..views.blocks import report_shown
from ..words import say
from .parts import frame_blocks, mark_events, steps, title_pad

NAME = 24  # letters of names of the file
DASHED = (0, (4, 2))


@styled
def loop_temperatures(run: Run) -> Figure:
    """Supply and return of each facility loop beside the wet bulb, with its heat and the share taken without chillers."""
    view = cooling.loops_over_time(run)
    figure = Figure(figsize=(10, 0.8 + 2.5 * len(view.names)))
    panels = figure.subplots(len(view.names), 2, sharex=True, squeeze=False, width_ratios=[3, 2])
    for i, name in enumerate(view.names):
        axes, heat = panels[i]
        for series, colour, label in (("return_temperature", VERMILION, "return"), ("supply_temperature", BLUE, "supply")):
            axes.step(*steps(run, view.data, view.data.means[series][:, i]), where="pre", color=colour, label=say(label))
            if view.data.reports > 1:
                low, high = (steps(run, view.data, edge[series][:, i]) for edge in (view.data.lows, view.data.highs))
                axes.fill_between(low[0], low[1], high[1], step="pre", color=colour, alpha=0.18, lw=0)
        for series, colour, style, label in (("wet_bulb", BLACK, DASHED, "wet bulb"), ("dry_bulb", GREY, ":", "dry bulb")):
            if view.weather is not None and series in view.weather.means:
                values = steps(run, view.weather, view.weather.means[series])
                axes.step(*values, where="pre", color=colour, lw=0.9, ls=style, label=say(label))
        axes.set_ylabel(say("temperature (°C)"))
        title = say("{loop}: water", loop=cut(name, NAME))
        axes.set_title(title, pad=title_pad(run) if i == 0 else 8, parse_math=False)
        mark_events(axes, run, label=i == 0)
        _heat(heat, run, view, i)
        title = say("{loop}: heat rejected", loop=cut(name, NAME))
        heat.set_title(title, pad=title_pad(run) if i == 0 else 8, parse_math=False)
    panels[0, 0].legend(loc="upper right", ncols=4, fontsize=8, borderaxespad=0.2, handlelength=1.6, columnspacing=1.2)
    low, high = panels[0, 0].get_ylim()
    panels[0, 0].set_ylim(low, high + 0.18 * (high - low))  # room for the legend
    frame_blocks(panels[-1, 0], run, view.data)
    frame_blocks(panels[-1, 1], run, view.data, most=7)
    panels[-1, 1].set_xlabel(say("time ({zone})", zone=run.zone_name))
    return figure


def _heat(axes: Axes, run: Run, view: cooling.LoopsOverTime, loop: int) -> None:
    found = view.heat(loop)
    if found is None:
        axes.set_axis_off()
        return
    whole = float(np.nanmax(np.sum(found, axis=0), initial=0.0))
    divisor, unit = power_scale(whole)
    bands = [(found[0], GREEN, "without compressors"), (found[1], VERMILION, "by chillers")]
    bands = [band for band in bands if float(np.nanmax(band[0])) > 1e-6 * whole] or bands[:1]
    axes.stackplot(
        steps(run, view.data, view.data.hours)[0],
        [steps(run, view.data, band[0] / divisor)[1] for band in bands],
        colors=[band[1] for band in bands],
        labels=[say(band[2]) for band in bands],
        alpha=0.75,
        lw=0,
        step="pre",
    )
    axes.set_ylim(0, max(whole / divisor, 1e-9) * 1.3)
    axes.legend(loc="upper right", ncols=2, fontsize=8, borderaxespad=0.2, handlelength=1.2)
    axes.set_ylabel(say("heat ({unit})", unit=unit))


@styled
def cooling_schematic(run: Run, when: str | None = None) -> Figure:
    """What the loops cool and what cools them at one moment.

    `when` is a date on the site's clock; without it, the moment of the highest power at the meter.
    """
    view = schematic.schematic(run, np.array([report_shown(run, "loops", when)]))
    shown = 0  # the only moment of the view
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

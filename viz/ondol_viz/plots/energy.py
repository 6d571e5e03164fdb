"""Where the site's power goes, for how long it is how high, and how its efficiency follows the weather."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, BLUE, LEVEL_COLOURS, VERMILION, percent, power_scale, styled
from ..views import energy
from ..views.blocks import Blocks
from ..words import say
from .parts import frame_blocks, mark_events, steps, title_pad


@styled
def site_power(run: Run) -> Figure:
    """Power by owner: the IT equipment by owner and the rest by family; below it the rest by owner, PUE and the weather.

    A long run is drawn as means; thin lines then show the highest and lowest report behind each mean.
    """
    view = energy.site_power(run)
    data = view.data
    weather = [name for name in ("dry_bulb", "wet_bulb") if name in data.means]
    shares = [("upper", 3.0)]
    shares += [("lower", 2.0)] if view.lower else []
    shares += [("pue", 1.0)] if "pue" in data.means else []
    shares += [("weather", 1.0)] if weather else []
    figure = Figure(figsize=(10, 1.2 + 1.15 * sum(share for _, share in shares)))
    drawn = figure.subplots(len(shares), 1, sharex=True, height_ratios=[share for _, share in shares], squeeze=False)[:, 0]
    panels = dict(zip((name for name, _ in shares), drawn, strict=True))
    for name, axes in panels.items():
        if name == "upper":
            _stack(axes, run, view, view.upper, metered="power" in data.means)
        elif name == "lower":
            _stack(axes, run, view, view.lower, metered=False)
        mark_events(axes, run, label=name == "upper")
    panels["upper"].set_title(say("Site power by owner (share of energy)"), pad=title_pad(run))
    if view.lower:
        panels["lower"].set_title(say("Of it: everything but the IT equipment"))
    if "pue" in panels:
        _pue(panels["pue"], run, data)
    if weather:
        _weather(panels["weather"], run, data, weather)
    figure.align_ylabels(drawn)
    frame_blocks(drawn[-1], run, data)
    return figure


def _stack(axes: Axes, run: Run, view: energy.SitePower, bands: Sequence[energy.Band], metered: bool) -> None:
    """Draws them on each other, and lines of the meter where asked for."""
    data = view.data
    divisor, unit = power_scale(float(np.nanmax(np.sum([band.power for band in bands], axis=0))))
    times, _ = steps(run, data, data.hours)
    stacked = axes.stackplot(
        times,
        [steps(run, data, band.power / divisor)[1] for band in bands],
        colors=[band.colour for band in bands],
        lw=0,
        step="pre",
    )
    handles: list[Artist] = list(stacked[::-1])
    names = [f"{say(band.name)}  {percent(100 * band.share)}" for band in bands[::-1]]
    if metered and data.reports > 1:  # the lowest and highest of the joined reports
        for extreme in (data.highs["power"], data.lows["power"]):
            axes.step(*steps(run, data, extreme / divisor), where="pre", color=BLACK, lw=0.4, alpha=0.7)
    if metered and not view.metered:  # generators and batteries give a part
        handles += axes.step(
            *steps(run, data, data.means["power"] / divisor), where="pre", color=BLACK, lw=1.1, ls=(0, (3, 1.5))
        )
        names.append(say("at the meter"))
    axes.legend(handles, names, loc="upper left", bbox_to_anchor=(1.01, 1.02), handlelength=1.2, labelspacing=0.25)
    axes.set_ylabel(say("power ({unit})", unit=unit))
    axes.set_ylim(0, axes.get_ylim()[1])


def _pue(axes: Axes, run: Run, data: Blocks) -> None:
    times, mean = steps(run, data, data.means["pue"])
    if data.reports > 1:
        low, high = (steps(run, data, extreme["pue"])[1] for extreme in (data.lows, data.highs))
        axes.fill_between(times, low, high, step="pre", color=BLACK, alpha=0.18, lw=0)
    axes.step(times, mean, where="pre", color=BLACK, lw=1)
    axes.set_ylabel(say("PUE (1)"))
    axes.set_ylim(*energy.pue_range(data))


def _weather(axes: Axes, run: Run, data: Blocks, names: Sequence[str]) -> None:
    looks = {"dry_bulb": (VERMILION, (0, (4, 1.5)), "dry bulb"), "wet_bulb": (BLUE, "-", "wet bulb")}
    for name in names:
        colour, dashes, label = looks[name]
        times, degrees = steps(run, data, data.means[name])
        axes.step(times, degrees, where="pre", color=colour, ls=dashes, lw=1, label=say(label))
    axes.set_ylabel(say("weather (°C)"))
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.1), handlelength=1.6, labelspacing=0.25)


@styled
def load_duration(run: Run) -> Figure:
    """For which share of the time power is at or above a level."""
    view = energy.load_duration(run)
    divisor, unit = power_scale(2 * float(view.levels[0].power[0]))  # 1.2 MW rather than 1200 kW: they stand in words
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    for level in view.levels:
        watts = level.power / divisor
        text = say(
            "{name}\n  peak {peak:.3g}, mean {mean:.3g} {unit}",
            name=say(level.name),
            peak=watts[0],
            mean=level.mean / divisor,
            unit=unit,
        )
        axes.step(100 * level.share, np.append(watts, watts[-1]), where="post", color=LEVEL_COLOURS[level.series], label=text)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, axes.get_ylim()[1] * 1.04)
    axes.set_xlabel(say("share of the time (% of {hours:.4g} h)", hours=view.hours))
    axes.set_ylabel(say("power reached or exceeded ({unit})", unit=unit))
    axes.set_title(say("Load duration"))
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02))
    return figure


@styled
def pue_against_wet_bulb(run: Run) -> Figure:
    """One dot for each report, coloured by IT power, and the median for each degree; against IT power in steady weather."""
    view = energy.pue_against_wet_bulb(run)
    loaded = bool(np.isfinite(view.it_power).any())
    divisor, unit = power_scale(float(np.nanmax(view.it_power))) if loaded else (1.0, "W")
    load = view.it_power / divisor
    figure = Figure(figsize=(7, 4.4))
    axes = figure.subplots()
    axes.set_ylabel(say("power usage effectiveness (1)"))
    if view.steady is not None:
        axes.scatter(load, view.pue, s=9, lw=0)
        axes.set_xlim(0, float(np.nanmax(load)) * 1.05)
        axes.set_xlabel(say("IT power ({unit})", unit=unit))
        axes.set_title(say("PUE against IT power (the wet bulb stays at {degrees:.1f} °C)", degrees=view.steady))
        return figure
    if loaded:
        dots = axes.scatter(view.wet_bulb, view.pue, c=load, s=7, lw=0)
        bar = figure.colorbar(dots, ax=axes, label=say("IT power ({unit})", unit=unit), pad=0.02)
        bar.outline.set_visible(False)
    else:
        axes.scatter(view.wet_bulb, view.pue, s=7, lw=0)
    if view.degrees.size:
        axes.plot(view.degrees, view.medians, color="white", lw=3.5)
        axes.plot(view.degrees, view.medians, color=BLACK, lw=1.4, marker="o", ms=3, label=say("median for each degree"))
        axes.legend(loc="lower right")  # efficiency worsens with warmth, so this corner is empty
    axes.set_xlabel(say("outdoor wet bulb (°C)"))
    axes.set_title(say("PUE against wet bulb"))
    return figure

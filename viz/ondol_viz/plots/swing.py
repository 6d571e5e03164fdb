"""How power swings in a phase window: over time, by frequency, and how fast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.legend import Legend

from .. import swing
from ..run import Run
from ..style import SKY, duration_text, styled, time_ticks
from ..views import swing as views
from ..views.swing import SPAN, Ramps, Spectrum, Wave
from ..words import say

PLATE = {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 2}
_DAY = 86_400.0


@styled
def power_swing(run: Run, window: str | None = None) -> Figure:
    """Power in a phase window, by default the first with rows: over the window at the meter and of the IT equipment, three
    iterations of the job that swings most, the spectrum with the band that grids name, and how fast power changes.

    Where there are more rows than a figure has pixels, the lowest and highest behind each are drawn, so that no dip is lost.  With
    storage, power as it would be without it stands beside.
    """
    view = views.power_swing(run, window)
    top = views.highest(view.whole)
    divisor, unit = views.scale(top)
    several = len(view.spectra) > 1
    figure = Figure(figsize=(10, 9.4 if several else 9))
    grid = figure.add_gridspec(3, 2, height_ratios=[3, 3, 3.4])
    above = figure.add_subplot(grid[0, :])
    begin = float(date2num(run.local([view.begin]))[0])
    for wave in view.whole:
        _draw(above, wave, divisor, 0.8, begin, 1 / _DAY)
    above.set_ylim(0, 1.06 * top / divisor)
    above.set_ylabel(say("power ({unit})", unit=unit))
    handles, labels = above.get_legend_handles_labels()
    above.legend(handles[::-1], labels[::-1], loc="lower left", ncols=len(labels))
    above.set_xlim(begin, begin + view.seconds / _DAY)
    time_ticks(above)
    label = say("time ({zone}) from {date}", zone=run.zone_name, date=f"{run.local([view.begin])[0]:%Y-%m-%d}")
    above.set_xlabel(label + views.means_note(view.whole))
    above.set_title(view.title, parse_math=False)

    near = figure.add_subplot(grid[1, 0] if view.jobs else grid[1, :])
    _closely(near, view.close, divisor)
    near.set_ylabel(say("power ({unit})", unit=unit))
    near.set_title(view.closer, parse_math=False)
    if view.jobs:
        beside = figure.add_subplot(grid[1, 1], sharex=near)
        scale, job_unit = views.scale(views.highest(view.jobs))
        _closely(beside, view.jobs, scale)
        beside.set_ylim(bottom=0)
        beside.set_ylabel(say("power of the job ({unit})", unit=job_unit))
        named = sum(bool(wave.name) for wave in view.jobs)
        few = named == len(view.jobs)
        beside.set_title(say("Jobs") if few else say("Jobs: {n} of {all} by name", n=named, all=len(view.jobs)))
        _plain(beside.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02)))
    _frequencies_and_ramps(figure, grid[2, 0], grid[2, 1], view.spectra, view.ramps)
    return figure


@styled
def compare_swing(run_a: Run, run_b: Run, window: str | None = None, names: tuple[str, str] | None = None) -> Figure:
    """Two runs in the same window, by default the first that both have: with and without smoothing, say.

    `names` stand in the legend; by default the titles of the runs or, where these are alike, their files.
    """
    view = views.compare_swing(run_a, run_b, window, names)
    top = views.highest(view.whole)
    divisor, unit = views.scale(top)
    figure = Figure(figsize=(10, 9.4))
    grid = figure.add_gridspec(3, 2, height_ratios=[3, 3, 3.4])
    above, near = figure.add_subplot(grid[0, :]), figure.add_subplot(grid[1, :])
    for wave in view.whole:
        _draw(above, wave, divisor, 0.8)
    _closely(near, view.close, divisor)
    above.set_xlim(0, view.seconds)
    above.set_ylim(0, 1.06 * top / divisor)
    above.set_xlabel(say("time after the start of the window (s)") + views.means_note(view.whole))
    above.legend(loc="lower left", ncols=2)
    above.set_title(view.title, parse_math=False)
    near.set_title(view.closer)
    near.legend(loc="upper left", bbox_to_anchor=(0, -0.22))
    for axes in (above, near):
        axes.set_ylabel(say("power at the meter ({unit})", unit=unit))
    _frequencies_and_ramps(figure, grid[2, 0], grid[2, 1], view.spectra, view.ramps)
    for axes in figure.axes:
        _plain(axes.get_legend())
    return figure


def _plain(legend: Legend | None) -> None:
    """Names of a file may hold dollars."""
    for text in legend.get_texts() if legend else ():
        text.set_parse_math(False)


def _draw(axes: Axes, wave: Wave, divisor: float, width: float = 1.2, begin: float = 0.0, unit: float = 1.0) -> None:
    """Steps from the lowest to the highest row of each point, or a band around means; at `begin` + seconds x `unit`."""
    if not wave.crowded:
        x, y = wave.steps
        axes.step(begin + unit * x, y / divisor, where="pre", color=wave.colour, label=wave.name, lw=width)
        return
    x, low, high, mean = (begin + unit * wave.ends, *(np.append(v[0], v) / divisor for v in (wave.low, wave.high, wave.mean)))
    axes.fill_between(x, low, high, step="pre", color=wave.colour, alpha=0.3, lw=0)
    axes.step(x, mean, where="pre", color=wave.colour, label=wave.name, lw=width)


def _closely(axes: Axes, waves: Sequence[Wave], divisor: float) -> None:
    for wave in waves:
        _draw(axes, wave, divisor)
    axes.set_xlim(min(float(wave.ends[0]) for wave in waves), max(float(wave.ends[-1]) for wave in waves))
    axes.set_xlabel(say("time after the start of the window (s)"))


def _frequencies_and_ramps(
    figure: Figure, left: SubplotSpec, right: SubplotSpec, spectra: Sequence[Spectrum], ramps: Sequence[Ramps]
) -> None:
    spectrum, distribution = figure.add_subplot(left), figure.add_subplot(right)
    _spectra(spectrum, spectra)
    _ramps(distribution, ramps)
    if len(spectra) > 1:
        for axes in (spectrum, distribution):
            axes.legend(loc="upper left", bbox_to_anchor=(0, -0.2))


def _spectra(axes: Axes, spectra: Sequence[Spectrum]) -> None:
    """Their lines, and a mark at the strongest of each."""
    top = max(spectrum.strongest[1] for spectrum in spectra) or 1.0
    divisor, unit = views.scale(top)
    low, high = swing.BAND_HZ
    for spectrum in spectra:
        words, band = views.strongest_words(spectrum), views.band_words(spectrum)
        said = ",\n    ".join(band)
        label = say("{name}: {band}; strongest {strongest}", name=spectrum.name, band=said, strongest=words)
        drawn = np.maximum(spectrum.amplitude, SPAN * top)
        axes.plot(spectrum.frequency, drawn / divisor, color=spectrum.colour, lw=1.1, label=label)
        frequency, amplitude = spectrum.strongest
        at = frequency, max(amplitude, SPAN * top) / divisor
        axes.plot(*at, "o", color=spectrum.colour, ms=4)
        if not spectrum.name:
            axes.annotate(words if amplitude > SPAN * top else "", at, xytext=(6, 4), textcoords="offset points", fontsize=8.5)
            middle = (low * high) ** 0.5, 0.03
            axes.text(*middle, "\n".join(band), transform=axes.get_xaxis_transform(), ha="center", fontsize=8.5, bbox=PLATE)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(SPAN * top / divisor, 4 * top / divisor)
    axes.axvspan(low, high, color=SKY, alpha=0.18, lw=0)
    axes.set_xlabel(say("frequency (Hz), band of {low:g}–{high:g} Hz shaded", low=low, high=high))
    axes.set_ylabel(say("amplitude at the meter ({unit})", unit=unit))
    axes.set_title(say("Spectrum"))


def _ramps(axes: Axes, ramps: Sequence[Ramps]) -> None:
    """Bars, or outlines where several stand together."""
    divisor, unit = views.ramp_scale(ramps)
    for each in ramps:
        words = views.ramp_words(each, divisor, unit)
        edges = each.edges / divisor
        if each.name:
            axes.stairs(each.share, edges, color=each.colour, lw=1.3, label=f"{each.name}: {words}")
        else:
            axes.bar(edges[:-1], each.share, np.diff(edges), align="edge", color=each.colour)
        axes.set_title(say("Ramps") if each.name else say("Ramps: {words}", words=words))
    axes.set_yscale("log")
    axes.set_ylim(top=200)
    axes.set_ylabel(say("share of the time (%)"))
    axes.set_xlabel(say("change of power in {time} ({unit}/s)", time=duration_text(ramps[0].over / 3600), unit=unit))

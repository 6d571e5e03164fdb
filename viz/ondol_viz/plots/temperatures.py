"""How hot accelerators and the air at the racks are over time, and what the heat slows."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLUE, CYCLE, GREEN, VERMILION, cut, styled
from ..views import temperatures
from ..words import say
from .parts import frame_blocks, mark_events, steps, title_pad

NAME = 24  # letters of names of the file


@styled
def accelerator_temperatures(run: Run) -> Figure:
    """By hall the middle 90 % of the accelerators with their median and the hottest one; below, inlets of the racks and what is slowed."""
    view = temperatures.temperatures(run)
    count = len(view.envelopes)
    below = int(view.inlet is not None) + int(view.slowed is not None)
    figure = Figure(figsize=(10, 1.0 + 1.5 * count + 1.3 * below))
    panels = figure.subplots(count + below, 1, sharex=True, squeeze=False, height_ratios=[1.5] * count + [1.2] * below)[:, 0]
    low = min(float(np.nanmin(e.low if np.isfinite(e.low).any() else e.hottest)) for e in view.envelopes)
    high = max(float(np.nanmax([*e.hottest, e.operating])) for e in view.envelopes)
    for i, (axes, envelope) in enumerate(zip(panels, view.envelopes, strict=False)):
        _envelope(axes, run, view, envelope)
        axes.set_ylim(
            low - 0.05 * (high - low), high + (0.4 if i == 0 else 0.1) * (high - low)
        )  # one scale for all; room for the legend
        title = say("{hall}: accelerators", hall=cut(envelope.hall, NAME))
        axes.set_title(title, pad=title_pad(run) if i == 0 else 8, parse_math=False)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8)
    if view.inlet is not None:
        _inlets(panels[count], run, view)
    if view.slowed is not None:
        _slowed(panels[-1], run, view.slowed)
    frame_blocks(panels[-1], run, view.data)
    for i, axes in enumerate(panels):
        axes.set_ylabel(axes.get_ylabel() or say("°C"))
        mark_events(axes, run, label=i == 0)
    figure.align_ylabels(panels)
    return figure


def _envelope(axes: Axes, run: Run, view: temperatures.Temperatures, envelope: temperatures.Envelope) -> None:
    times, low = steps(run, view.data, envelope.low)
    axes.fill_between(
        times, low, steps(run, view.data, envelope.high)[1], step="pre", color=BLUE, alpha=0.25, lw=0, label=say("5 % to 95 %")
    )
    axes.step(*steps(run, view.data, envelope.middle), where="pre", color=BLUE, label=say("median"))
    axes.step(*steps(run, view.data, envelope.hottest), where="pre", color=VERMILION, lw=1.0, label=say("hottest accelerator"))
    if np.isfinite(envelope.operating):
        axes.axhline(
            envelope.operating,
            color=VERMILION,
            ls=(0, (5, 2)),
            lw=1.2,
            label=say("clock falls above {t:.0f} °C", t=envelope.operating),
        )


def _inlets(axes: Axes, run: Run, view: temperatures.Temperatures) -> None:
    assert view.inlet is not None
    axes.axhspan(*view.recommended, color=GREEN, alpha=0.15, lw=0, label=say("ASHRAE recommended"))
    times, coolest = steps(run, view.inlet, view.coolest)
    warmest = steps(run, view.inlet, view.warmest)[1]
    axes.fill_between(times, coolest, warmest, step="pre", color=CYCLE[1], alpha=0.4, lw=0, label=say("all racks"))
    axes.step(times, warmest, where="pre", color=CYCLE[1], label=say("warmest rack"))
    low, high = min(float(np.nanmin(coolest)), view.recommended[0]), max(float(np.nanmax(warmest)), view.recommended[1])
    axes.set_ylim(low - 0.1 * (high - low), high + 0.45 * (high - low))
    axes.legend(loc="upper right", ncols=3, fontsize=8, borderaxespad=0.2)
    axes.set_title(say("Inlet air of the racks"))


def _slowed(axes: Axes, run: Run, slowed: temperatures.Slowed) -> None:
    style = "steps-post" if slowed.counted else "steps-pre"
    for i, name in enumerate(slowed.names):
        colour = CYCLE[i % len(CYCLE)]
        axes.plot(date2num(run.local(slowed.times)), slowed.values[:, i], drawstyle=style, color=colour, label=cut(name, NAME))
    axes.set_ylim(0, 1.35 * max(float(np.nanmax(slowed.values)), 1e-9))
    axes.set_title(say("Slowed by heat"))
    axes.set_ylabel(say("racks (1)") if slowed.counted else say("accelerators (%)"))
    axes.legend(loc="upper right", ncols=4, fontsize=8, borderaxespad=0.2)

"""What several figures need: series that must be there, time axes, event marks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

from ..run import Run
from ..style import BLACK, BLUE, GREEN, ORANGE, PURPLE, VERMILION, duration_text, time_ticks
from ..views.blocks import Blocks, Floats
from ..views.events import notable as notable_events
from ..views.events import spoken
from ..views.missing import MissingData, need
from ..words import say

__all__ = ["MissingData", "need", "notable_events"]  # of the views, for the plots

TITLE_PAD = 27  # points; room for two lines of event labels
LABELLED = 12  # more event lines than this hide the series; then ticks only

_EVENT_COLOURS = (VERMILION, BLUE, BLACK, PURPLE, GREEN, ORANGE)


def steps(run: Run, data: Blocks, values: Floats) -> tuple[pd.DatetimeIndex, Floats]:
    """Times on the site's clock and values of a view, with a value at the start of the run: steps drawn back (`where="pre"`) then
    cover the first interval too."""
    return run.local([data.start, *data.ends]), np.concatenate([values[:1], values])


def frame_blocks(axes: Axes, run: Run, data: Blocks, most: int = 9) -> None:
    """From the start of the run to the end of the blocks; says whose clock it is and, where reports were joined, how long a mean is."""
    frame_span(axes, run, data.ends[-1], float(data.hours[0]) if data.reports > 1 else None, most)


def frame_span(axes: Axes, run: Run, end: Any, hours: float | None = None, most: int = 9, note: str = "") -> None:
    """From the start of the run to `end` (UTC), `hours` the length of means; `note` is what else the label says."""
    span = run.local([run.start, end])
    first, last = date2num(span)
    axes.set_xlim(first, last - 1e-4 * (last - first))  # without a tick on the last midnight, whose label would stick out
    time_ticks(axes, most)
    label = say("time ({zone}) from {date}", zone=run.zone_name, date=f"{span[0]:%Y-%m-%d}")
    if hours is not None:
        label += say(", means over {length}", length=duration_text(hours))
    axes.set_xlabel(label + note)


def title_pad(run: Run) -> float:
    """Room for the labels of events between the axes and their title, where there are events."""
    return 8.0 if notable_events(run).empty else TITLE_PAD


def mark_events(axes: Axes, run: Run, label: bool = True) -> None:
    """Of the events within the time shown, dashed lines with their kind when they are few, ticks above the axes, if these are
    `label`led, when they are many.

    The labels stand between the axes and a title with a pad of `TITLE_PAD`.
    """
    events = notable_events(run)
    if events.empty:
        return
    times = date2num(run.local(events["time"]))
    low, high = axes.get_xlim()
    shown = (times >= low) & (times <= high)
    events, times = events[shown], times[shown]
    kinds = list(dict.fromkeys(events["kind"]))
    colours = {kind: _EVENT_COLOURS[i % len(_EVENT_COLOURS)] for i, kind in enumerate(kinds)}
    few = len(events) <= LABELLED
    if not few and not label:
        return
    top = axes.get_xaxis_transform()
    for kind in kinds:
        when = times[(events["kind"] == kind).to_numpy()]
        if few:
            axes.vlines(when, 0, 1, transform=top, color=colours[kind], lw=0.9, ls=(0, (4, 3)), zorder=5)
        else:
            above = top + ScaledTranslation(0, 4 / 72, axes.figure.dpi_scale_trans)
            axes.plot(when, np.ones(len(when)), "|", transform=above, color=colours[kind], ms=5, mew=0.9, clip_on=False)
    axes.set_xlim(low, high)
    if not label:
        return
    for i, (kind, colour) in enumerate(list(colours.items())[:6]):
        side = "left"
        if few:
            first = times[np.flatnonzero(events["kind"] == kind)[0]]
            text, at, offset = say(spoken(kind)), (first, 1), (2, 2 + 9 * (i % 2))
            if first > low + 0.75 * (high - low):
                side, offset = "right", (-2, offset[1])
        else:
            count = int((events["kind"] == kind).sum())
            text, at, offset = f"| {say(spoken(kind))} ({count:,})", (0, 1), (2 + 165 * (i % 3), 8 + 9 * (i // 3))
        axes.annotate(
            text,
            at,
            xycoords=top if few else "axes fraction",
            xytext=offset,
            textcoords="offset points",
            color=colour,
            fontsize=7.5,
            ha=side,
            annotation_clip=False,
        )


def as_written(figure: Figure) -> Figure:
    """The figure, whose texts hold names of a file: a "$" in them is no formula."""
    for text in figure.findobj(Text):
        text.set_parse_math(False)
    return figure

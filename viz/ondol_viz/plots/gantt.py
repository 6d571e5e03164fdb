"""Jobs on the lanes of their pools."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..run import Run
from ..style import BLACK, kind_look, styled
from ..views import gantt
from ..views.gantt import WAIT_AT, Bar, JobGantt, Lane, lane_base, lane_label, merged_note
from ..words import say
from .parts import frame_span, mark_events, title_pad

_NAMED = (0.26, 0.14)  # of the lane's height and of the run: a larger bar has room for its name
_EDGED = 0.008  # of the picture; an edge would hide a lower bar
_LETTER = 0.0075  # of the run: width of a letter of a name
_DAY = 86_400.0


@styled
def job_gantt(run: Run) -> Figure:
    """Jobs over time, each as high as the accelerators that it holds; the small and short ones merged into an area."""
    view = gantt.job_gantt(run)
    end = view.start + pd.Timedelta(seconds=float(view.edges[-1]))
    first = float(date2num(run.local([view.start]))[0])
    figure = Figure(figsize=(10, 1.6 + 0.58 * max(4, len(view.lanes))))
    axes = figure.subplots()
    for number, lane in enumerate(view.lanes):
        base = lane_base(view, number)
        axes.axhspan(base, base + 1, color="#F6F6F6", lw=0, zorder=0)
        _areas(axes, view, lane, base, first)
        for bar in lane.bars:
            _bar(axes, view, lane, bar, base, first)
    axes.set_yticks(
        [lane_base(view, number) + 0.5 for number in range(len(view.lanes))],
        ["\n".join(lane_label(lane)) for lane in view.lanes],
        fontsize=8.5,
    )
    axes.set_ylim(-0.1, lane_base(view, 0) + 1.1)
    axes.grid(axis="y", visible=False)
    frame_span(axes, run, end, note=merged_note(view))
    axes.set_title(say("Jobs by pool, as high as the accelerators that they hold"), pad=title_pad(run))
    mark_events(axes, run)
    axes.legend(handles=_legend(view), loc="upper left", bbox_to_anchor=(1.005, 1.01), handlelength=1.4)
    return figure


def _areas(axes: Axes, view: JobGantt, lane: Lane, base: float, first: float) -> None:
    when = first + view.edges / _DAY
    below = np.zeros(view.edges.size)
    for kind, held in lane.held.items():
        above = below + np.append(held, held[-1])
        colour, _ = kind_look(kind)
        axes.fill_between(
            when, base + below / lane.height, base + above / lane.height, step="post", fc=colour, ec=colour, alpha=0.4, lw=0.6
        )
        below = above


def _bar(axes: Axes, view: JobGantt, lane: Lane, bar: Bar, base: float, first: float) -> None:
    colour, _ = kind_look(bar.kind)
    begin, working, end = (first + at / _DAY for at in (bar.begin, bar.working, bar.end))
    for low, high in bar.pieces:
        height = (high - low) / lane.height
        at = base + low / lane.height
        axes.barh(
            at,
            end - begin,
            height,
            begin,
            align="edge",
            color=colour,
            ec="white",
            lw=0.4 if height > _EDGED * len(view.lanes) else 0,
        )
        if working > begin:
            axes.barh(at, working - begin, height, begin, align="edge", color="white", ec=BLACK, lw=0.5, hatch="/////")
        share = (bar.end - bar.begin) / float(view.edges[-1])
        if height >= _NAMED[0] and share >= max(_NAMED[1], _LETTER * len(bar.name)):
            pale = "white" if bar.kind in ("training", "service") else BLACK
            axes.text(
                begin, at + height / 2, f" {bar.name}", color=pale, fontsize=8, va="center", parse_math=False, clip_on=True
            )
    low, high = bar.pieces[0]
    if bar.first and bar.wait > 0:
        at = base + (low + WAIT_AT * (high - low)) / lane.height
        axes.plot([first + bar.submit / _DAY, begin], [at, at], color=BLACK, lw=0.7, ls=":", alpha=0.55)
    if bar.how == "interrupted":
        axes.plot(end, base + (low + high) / 2 / lane.height, "X", color=BLACK, ms=5, mec="white", mew=0.6)


def _legend(view: JobGantt) -> list[Artist]:
    bars = [bar for lane in view.lanes for bar in lane.bars]
    handles: list[Artist] = [Patch(color=kind_look(kind)[0], label=say(kind_look(kind)[1])) for kind in view.kinds]
    if any(bar.first and bar.wait > 0 for bar in bars):
        handles.append(Line2D([], [], color=BLACK, ls=":", lw=1, label=say("waits, from submission to start")))
    if any(bar.working > bar.begin for bar in bars):
        handles.append(Patch(fc="white", ec=BLACK, hatch="/////", label=say("loads after a restart")))
    if any(bar.how == "interrupted" for bar in bars):
        handles.append(Line2D([], [], color=BLACK, ls="", marker="X", label=say("interrupted: lost its nodes")))
    return handles

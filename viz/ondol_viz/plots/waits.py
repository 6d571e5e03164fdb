"""How long jobs wait."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLUE, CYCLE, ORANGE, styled
from ..views import waits
from ..views.waits import Group, JobWaits, wait_ticks
from ..words import say

_STYLES = ("-", "--", ":", "-.", (0, (6, 2)))


@styled
def job_waits(run: Run) -> Figure:
    """For which share of the jobs the wait was longer than a time, by size and by pool; below, the longest waits."""
    view = waits.job_waits(run)
    figure = Figure(figsize=(10, 8.2))
    grid = figure.add_gridspec(2, 2, height_ratios=[3, 0.35 + 0.22 * len(view.longest)])
    left = figure.add_subplot(grid[0, 0])
    right = figure.add_subplot(grid[0, 1], sharex=left, sharey=left)
    _curves(left, view.sizes)
    _curves(right, view.pools)
    ticks, texts = wait_ticks(view)
    for axes, title in ((left, say("Waits by size of the job")), (right, say("Waits by pool"))):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(ticks, texts)
        axes.minorticks_off()
        axes.set_xlabel(say("wait"))
        axes.set_title(title)
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.16), fontsize=7.5)
    left.set_ylim(top=130)
    left.yaxis.set_major_formatter("{x:g}")
    left.set_ylabel(say("share of the jobs that waited longer (%)"))
    _longest(figure.add_subplot(grid[1, :]), view)
    return figure


def _curves(axes: Axes, groups: Sequence[Group]) -> None:
    for number, group in enumerate(groups):
        if group.longer[0] == 0:
            continue  # none of them waited
        wait, longer = group.curve
        axes.step(
            wait,
            100 * longer,
            where="post",
            color=CYCLE[number % len(CYCLE)],
            ls=_STYLES[number % len(_STYLES)],
            label=_label(group),
        )


def _label(group: Group) -> str:
    """On two lines, so that two legends stand side by side."""
    said = waits.facts(group)
    lines = [", ".join(part) for part in (said[:2], said[2:]) if part]
    return ",\n    ".join(lines).replace("$", r"\$")


def _longest(axes: Axes, view: JobWaits) -> None:
    rows = range(len(view.longest))
    hours = np.array([job.wait / 3600 for job in view.longest])
    for started, colour, hatch in ((True, BLUE, ""), (False, ORANGE, "///")):
        mine = [row for row in rows if view.longest[row].started == started]
        axes.barh(
            mine,
            hours[mine],
            color=colour,
            hatch=hatch,
            ec="white",
            lw=0.4,
            label=say("started") if started else say("never started"),
        )
    if view.waiting:
        axes.legend(loc="upper left", bbox_to_anchor=(1.005, 1.02))
    axes.set_yticks(list(rows), [waits.label(job) for job in view.longest], fontsize=8)
    for text in axes.get_yticklabels():
        text.set_parse_math(False)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlim(0)
    axes.set_xlabel(say("wait (h)"))
    axes.set_title(say("The longest waits"))

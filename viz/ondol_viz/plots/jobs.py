"""How full the pools are, and who waits."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, CYCLE, styled
from ..views import occupancy
from ..words import say
from .parts import frame_blocks, mark_events, title_pad


@styled
def job_occupancy(run: Run) -> Figure:
    """Accelerators held by jobs in each pool, and below them the jobs that wait, if any.  The smallest of many pools share a panel."""
    view = occupancy.job_occupancy(run)
    when = run.local([view.blocks.start, *view.blocks.ends])
    queue = view.queues
    count = len(view.panels)
    figure = Figure(figsize=(10, 0.85 * count + (2.3 if queue else 0.8)))
    ratios = [1] * count + [1.6] * bool(queue)
    panels = figure.subplots(len(ratios), 1, sharex=True, squeeze=False, height_ratios=ratios)[:, 0]
    for axes, panel, colour in zip(panels, view.panels, CYCLE, strict=False):
        axes.fill_between(when, np.append(panel.busy[0], panel.busy), color=colour, alpha=0.75, lw=0, step="pre")
        axes.plot(when, np.append(panel.total[0], panel.total), color=BLACK, lw=0.9, ls=(0, (4, 2)))
        axes.set_ylim(0, max(panel.size, 1) * 1.08)
        text = say(
            "{pool}\n{share:.0f} % of {size:,.0f}", pool=occupancy.title(panel), share=100 * panel.share, size=panel.size
        )
        axes.text(1.01, 0.5, text, transform=axes.transAxes, va="center", color=colour, fontsize=8.5, parse_math=False)
        axes.locator_params(axis="y", nbins=3)
    panels[0].set_title(say("Accelerators held by jobs, by pool (dashed: all of the pool)"), pad=title_pad(run))
    panels[(count - 1) // 2].set_ylabel(say("accelerators"))
    if queue:
        axes = panels[-1]
        for number, waiting in queue:
            name = occupancy.title(view.panels[number])
            axes.step(when, np.append(waiting[0], waiting), where="pre", color=CYCLE[number % len(CYCLE)], label=name)
        axes.set_ylim(0, max(1.0, axes.get_ylim()[1]))
        axes.locator_params(axis="y", integer=True, nbins=5)
        axes.set_ylabel(say("jobs"))
        axes.set_title(say("Jobs that wait"))
        axes.legend(loc="upper left", bbox_to_anchor=(1.005, 1.05), labelspacing=0.25)
    figure.align_ylabels(panels)
    frame_blocks(panels[-1], run, view.blocks)
    mark_events(panels[0], run)
    return figure

"""How full the pools are, and who waits."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, CYCLE, styled, time_axis
from .parts import TITLE_PAD, mark_events, need, thinned

POOLS = len(CYCLE)  # more panels than this do not fit a page, nor have colours that differ


@styled
def job_occupancy(run: Run) -> Figure:
    """Accelerators held by jobs in each pool, and below them the jobs that wait."""
    pools = run.pools
    need(pools, "pools", "accelerators_busy", "accelerators_total")
    wanted = [n for n in ("accelerators_busy", "accelerators_total", "jobs_waiting") if n in pools]
    weights = run.hours(pools)
    busy_hours = (pools["accelerators_busy"].values * weights[:, None]).sum(axis=0)
    total_hours = (pools["accelerators_total"].values * weights[:, None]).sum(axis=0)
    data = thinned(pools[wanted])
    when = run.local(data["time"])
    names = [str(name) for name in data["pool"].values]
    largest = sorted(np.argsort(-total_hours, kind="stable")[:POOLS])
    queue = "jobs_waiting" in data

    count = len(largest)
    figure = Figure(figsize=(10, 0.95 * count + (2.3 if queue else 0.8)))
    panels = figure.subplots(count + queue, 1, sharex=True, squeeze=False, height_ratios=[1] * count + [1.6] * queue)[:, 0]
    for axes, i, colour in zip(panels, largest, CYCLE, strict=False):
        busy, total = data["accelerators_busy"].values[:, i], data["accelerators_total"].values[:, i]
        axes.fill_between(when, busy, color=colour, alpha=0.75, lw=0)
        axes.plot(when, total, color=BLACK, lw=0.9, ls=(0, (4, 2)))
        axes.set_ylim(0, max(float(np.nanmax(total)), 1) * 1.08)
        axes.margins(x=0)
        share = 100 * busy_hours[i] / total_hours[i] if total_hours[i] > 0 else 0.0
        axes.text(
            1.01,
            0.5,
            f"{names[i]}\n{share:.0f} % of {np.nanmax(total):,.0f}",
            transform=axes.transAxes,
            va="center",
            color=colour,
            fontsize=8.5,
        )
        axes.locator_params(axis="y", nbins=3)
    left_out = len(names) - count
    panels[0].set_title(
        "Accelerators held by jobs, by pool (dashed: all of the pool)"
        + (f"; {left_out} smaller pools not shown" if left_out else ""),
        pad=TITLE_PAD,
    )
    panels[count // 2].set_ylabel("accelerators (1)")
    mark_events(panels[0], run)
    if queue:
        axes = panels[-1]
        for i, colour in zip(largest, CYCLE, strict=False):
            axes.step(when, data["jobs_waiting"].values[:, i], where="pre", color=colour, label=names[i])
        axes.set_ylim(bottom=0)
        axes.set_ylabel("jobs waiting (1)")
        axes.set_title("Queue")
        axes.legend(loc="upper left", bbox_to_anchor=(1.005, 1.05), labelspacing=0.25)
    figure.align_ylabels(panels)
    time_axis(panels[-1], run.zone_name)
    return figure

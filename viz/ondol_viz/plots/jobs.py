"""How full the pools are, and who waits."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, CYCLE, styled
from .parts import frame_time, from_start, mark_events, need, thinned, title_pad

POOLS = len(CYCLE)  # more panels than this do not fit a page, nor have colours that differ


@styled
def job_occupancy(run: Run) -> Figure:
    """Accelerators held by jobs in each pool, and below them the jobs that wait.  The smallest of many pools share a panel."""
    pools = run.pools
    need(pools, "pools", "accelerators_busy", "accelerators_total")
    queue = "jobs_waiting" in pools
    wanted = ["accelerators_busy", "accelerators_total"] + ["jobs_waiting"] * queue
    data = from_start(run, thinned(pools[wanted]))
    when = run.local(data["time"])
    weights = run.hours(pools)
    busy, total, waiting = (data[n].values if n in data else np.zeros((0, 0)) for n in (*wanted[:2], "jobs_waiting"))
    busy_hours = (pools["accelerators_busy"].values * weights[:, None]).sum(axis=0)
    total_hours = (pools["accelerators_total"].values * weights[:, None]).sum(axis=0)
    panels_of = _panels([str(name) for name in data["pool"].values], total_hours)

    count = len(panels_of)
    figure = Figure(figsize=(10, 0.85 * count + (2.3 if queue else 0.8)))
    panels = figure.subplots(count + queue, 1, sharex=True, squeeze=False, height_ratios=[1] * count + [1.6] * queue)[:, 0]
    for axes, (name, members), colour in zip(panels, panels_of, CYCLE, strict=False):
        all_of = total[:, members].sum(axis=1)
        axes.fill_between(when, busy[:, members].sum(axis=1), color=colour, alpha=0.75, lw=0, step="pre")
        axes.plot(when, all_of, color=BLACK, lw=0.9, ls=(0, (4, 2)))
        largest = max(float(np.nanmax(all_of)), 1)
        axes.set_ylim(0, largest * 1.08)
        available = total_hours[members].sum()
        share = 100 * busy_hours[members].sum() / available if available > 0 else 0.0
        text = f"{name}\n{share:.0f} % of {np.nanmax(all_of):,.0f}"
        axes.text(1.01, 0.5, text, transform=axes.transAxes, va="center", color=colour, fontsize=8.5)
        axes.locator_params(axis="y", nbins=3)
    panels[0].set_title("Accelerators held by jobs, by pool (dashed: all of the pool)", pad=title_pad(run))
    panels[(count - 1) // 2].set_ylabel("accelerators")
    mark_events(panels[0], run)
    if queue:
        axes = panels[-1]
        for (name, members), colour in zip(panels_of, CYCLE, strict=False):
            jobs = waiting[:, members].sum(axis=1)
            if np.nanmax(jobs) > 0:
                axes.step(when, jobs, where="pre", color=colour, label=name)
        axes.set_ylim(0, max(1.0, axes.get_ylim()[1]))
        axes.locator_params(axis="y", integer=True, nbins=5)
        axes.set_ylabel("jobs")
        axes.set_title("Jobs that wait" if axes.lines else "Jobs that wait: none")
        if axes.lines:
            axes.legend(loc="upper left", bbox_to_anchor=(1.005, 1.05), labelspacing=0.25)
    figure.align_ylabels(panels)
    frame_time(panels[-1], run, pools)
    return figure


def _panels(names: list[str], size: np.ndarray) -> list[tuple[str, list[int]]]:
    """Name and members of each panel: the largest pools in their order, the rest together."""
    if len(names) <= POOLS:
        return [(name, [i]) for i, name in enumerate(names)]
    order = np.argsort(-size, kind="stable")
    rest = sorted(order[POOLS - 1 :].tolist())
    return [(names[i], [i]) for i in sorted(order[: POOLS - 1].tolist())] + [(f"{len(rest)} smaller pools", rest)]

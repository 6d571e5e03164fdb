"""Where the time of the accelerators went."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..run import Run
from ..style import styled
from ..views import goodput as view_of
from ..views.goodput import PART_LOOKS, PARTS
from ..words import say


@styled
def goodput(run: Run) -> Figure:
    """Bars of accelerator time by pool: kept as work, slowed, lost, idle."""
    view = view_of.goodput(run)
    rows = [view.all, *(view.pools if len(view.pools) > 1 else ())]
    figure = Figure(figsize=(10, 1.6 + 0.34 * max(2, len(rows))))
    axes = figure.subplots()
    left = np.zeros(len(rows))
    for part, sentence in PARTS.items():
        share = np.array([100 * spent.seconds.get(part, 0.0) / spent.total if spent.total > 0 else 0.0 for spent in rows])
        if not share.any():
            continue
        colour, hatch = PART_LOOKS[part]
        bars = axes.barh(
            range(len(rows)), share, 0.74, left, color=colour, ec="white", lw=0.5, hatch=2 * hatch, label=say(sentence)
        )
        axes.bar_label(bars, [f"{value:.1f} %" if value >= 5 else "" for value in share], label_type="center", fontsize=8)
        left += share
    axes.set_yticks(range(len(rows)), [say("all pools"), *(spent.pool for spent in rows[1:])])
    for label in axes.get_yticklabels():
        label.set_parse_math(False)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlim(0, 100)
    axes.set_xlabel(say("share of accelerator time (%)"))
    hours = view.all.total / 3600
    axes.set_title(say("Where {hours:,.0f} accelerator-hours went", hours=hours))
    axes.legend(loc="upper left", bbox_to_anchor=(1.005, 1.02))
    return figure

"""How long jobs wait, for the browser."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import BLUE, CYCLE, ORANGE, duration_text
from ..views import waits
from ..views.waits import DASHES, Group, JobWaits, wait_ticks
from ..words import say
from .parts import charted, plain, short
from .player import with_choices

_CURVES, _LIST = (0.0, 0.42), (0.74, 1.0)  # of the width; names of jobs stand between


@charted
def job_waits(run: Run) -> go.Figure:
    """For which share of the jobs the wait was longer than a time, by size or by pool; beside it the longest waits."""
    view = waits.job_waits(run)
    figure = go.Figure()
    by_size = _curves(figure, view.sizes)
    by_pool = _curves(figure, view.pools)
    _longest(figure, view)
    ticks, texts = wait_ticks(view)
    figure.update_layout(
        xaxis={"type": "log", "domain": _CURVES, "tickvals": ticks, "ticktext": texts, "title": {"text": say("wait")}},
        yaxis={
            "type": "log",
            "dtick": 1,
            "range": [_lowest(view), 2.05],
            "title": {"text": say("share of the jobs that waited longer (%)")},
        },
        xaxis2={"domain": _LIST, "title": {"text": say("wait (h)")}, "anchor": "y2", "rangemode": "tozero"},
        yaxis2={"autorange": "reversed", "anchor": "x2", "showgrid": False},
        legend={"orientation": "h", "x": 0, "y": -0.22, "yanchor": "top"},
        height=560,
        barmode="overlay",
    )
    figure.add_annotation(
        text=say("the longest waits (hatched: never started)"),
        x=1,
        xref="paper",
        xanchor="right",
        y=1.06,
        yref="paper",
        showarrow=False,
    )
    with_choices(figure, [(say("by size of the job"), by_size, {}), (say("by pool"), by_pool, {})])
    return figure


def _lowest(view: JobWaits) -> float:
    """Logarithm of the least share of the curves, in %."""
    least = min(float(group.longer[group.longer > 0].min(initial=1.0)) for group in (*view.sizes, *view.pools))
    return float(np.floor(np.log10(100 * least)))


def _curves(figure: go.Figure, groups: Sequence[Group]) -> list[int]:
    """Numbers of the traces."""
    first = len(figure.data)
    for number, group in enumerate(groups):
        if group.longer[0] == 0:
            continue  # none of them waited
        wait, longer = group.curve
        figure.add_scatter(
            x=wait.astype(np.float32),
            y=(100 * longer).astype(np.float32),
            mode="lines",
            line={"shape": "hv", "color": CYCLE[number % len(CYCLE)], "dash": DASHES[number % len(DASHES)]},
            name=plain(", ".join(waits.facts(group))),
            customdata=[duration_text(float(seconds) / 3600) for seconds in wait],
            hovertemplate=say("%{{y:.3g}} % waited longer than %{{customdata}}") + f"<extra>{short(group.name)}</extra>",
        )
    return list(range(first, len(figure.data)))


def _longest(figure: go.Figure, view: JobWaits) -> None:
    for started, colour, hatch in ((True, BLUE, ""), (False, ORANGE, "/")):
        rows = [row for row, job in enumerate(view.longest) if job.started == started]
        jobs = [view.longest[row] for row in rows]
        figure.add_bar(
            orientation="h",
            x=np.array([job.wait / 3600 for job in jobs], dtype=np.float32),
            y=rows,
            xaxis="x2",
            yaxis="y2",
            marker={"color": colour, "pattern": {"shape": hatch, "fillmode": "overlay", "solidity": 0.2}},
            customdata=[
                say("{name}<br>{n:,} accelerators of {pool}", name=short(job.name), n=job.accelerators, pool=short(job.pool))
                + ("" if started else "<br>" + say("never started"))
                for job in jobs
            ],
            hovertemplate="%{customdata}<br>%{x:.2f} h<extra></extra>",
            showlegend=False,
        )
    figure.update_layout(
        yaxis2={
            "tickvals": list(range(len(view.longest))),
            "ticktext": [plain(waits.label(job)) for job in view.longest],
        }
    )

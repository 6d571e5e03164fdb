"""How full the pools are, and who waits, for the browser."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import BLACK, CYCLE
from ..views import occupancy
from ..words import say
from .parts import charted, clock, mark_events, plain, short, stack_panels, time_axis

_PANEL = 62  # px, of a pool
_POINTS = 600  # of each of nine panels


@charted
def job_occupancy(run: Run) -> go.Figure:
    """Accelerators held by jobs in each pool, and below them the jobs that wait, if any.  The smallest of many pools share a panel."""
    view = occupancy.job_occupancy(run, _POINTS)
    when = clock(run, [view.blocks.start, *view.blocks.ends])
    queue = view.queues
    count = len(view.panels)
    figure = go.Figure()
    for number, (panel, colour) in enumerate(zip(view.panels, CYCLE, strict=False), 1):
        busy = np.append(panel.busy[0], panel.busy).astype(np.float32)
        axis = f"y{number}" if number > 1 else "y"
        name = short(occupancy.title(panel))
        figure.add_scatter(
            x=when,
            y=busy,
            yaxis=axis,
            mode="lines",
            line={"shape": "vh", "width": 0.5, "color": colour},
            fill="tozeroy",
            name=name,
            showlegend=False,
            hovertemplate=say("%{{y:,.0f}} accelerators held") + f"<extra>{name}</extra>",
        )
        figure.add_scatter(
            x=when[[0, -1]] if np.ptp(panel.total) == 0 else when,
            y=np.append(panel.total[0], panel.total[-1:] if np.ptp(panel.total) == 0 else panel.total).astype(np.float32),
            yaxis=axis,
            mode="lines",
            line={"shape": "vh", "width": 1, "dash": "dash", "color": BLACK},
            showlegend=False,
            hoverinfo="skip",
        )
        figure.add_annotation(
            x=1.01,
            xref="paper",
            xanchor="left",
            y=panel.size / 2,
            yref=axis,
            text=say("{pool}\n{share:.0f} % of {size:,.0f}", pool=name, share=100 * panel.share, size=panel.size).replace(
                "\n", "<br>"
            ),
            font={"color": colour, "size": 12},
            align="left",
            showarrow=False,
        )
        figure.update_layout({f"yaxis{number if number > 1 else ''}": {"range": [0, 1.08 * max(panel.size, 1)], "nticks": 3}})
    for number, waiting in queue:
        name = occupancy.title(view.panels[number])
        figure.add_scatter(
            x=when,
            y=np.append(waiting[0], waiting).astype(np.float32),
            yaxis=f"y{count + 1}",
            mode="lines",
            line={"shape": "vh", "width": 1.3, "color": CYCLE[number % len(CYCLE)]},
            name=plain(name),
            hovertemplate=say("%{{y:,.1f}} jobs wait") + f"<extra>{short(name)}</extra>",
        )
    if queue:
        figure.update_layout({f"yaxis{count + 1}": {"rangemode": "tozero", "title": {"text": say("jobs")}}})
    stack_panels(figure, [1.0] * count + [1.6] * bool(queue), gap=0.025)
    middle = (count + 1) // 2
    figure.update_layout({f"yaxis{middle if middle > 1 else ''}": {"title": {"text": say("accelerators")}}})
    time_axis(figure, run, view.blocks.ends[-1])
    figure.update_layout(height=150 + _PANEL * (max(2, count) + 2 * bool(queue)), hovermode="x", margin={"r": 150})
    if queue:
        figure.update_layout(legend={"x": 1.01, "y": figure.layout[f"yaxis{count + 1}"].domain[1], "yanchor": "top"})
    mark_events(figure, run, view.blocks.ends[-1])
    return figure

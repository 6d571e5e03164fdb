"""Where the time of the accelerators went, for the browser."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..views import goodput as view_of
from ..views.goodput import PART_LOOKS, PARTS
from ..words import say
from .parts import charted, short


@charted
def goodput(run: Run) -> go.Figure:
    """Bars of accelerator time by pool: kept as work, slowed, lost, idle."""
    view = view_of.goodput(run)
    rows = [view.all, *(view.pools if len(view.pools) > 1 else ())]
    names = [f"<b>{say('all pools')}</b>", *(short(spent.pool) for spent in rows[1:])]
    figure = go.Figure()
    for part, sentence in PARTS.items():
        hours = np.array([spent.seconds.get(part, 0.0) / 3600 for spent in rows])
        if not hours.any():
            continue
        share = np.array([100 * spent.seconds.get(part, 0.0) / spent.total if spent.total > 0 else 0.0 for spent in rows])
        colour, hatch = PART_LOOKS[part]
        figure.add_bar(
            orientation="h",
            y=names,
            x=share.astype(np.float32),
            customdata=hours.astype(np.float32),
            name=say(sentence),
            marker={
                "color": colour,
                "line": {"color": "white", "width": 0.5},
                "pattern": {"shape": hatch, "fillmode": "overlay", "size": 6, "solidity": 0.12},
            },
            text=[f"{value:.1f} %" if value >= 4 else "" for value in share],
            textposition="inside",
            textangle=0,
            insidetextanchor="middle",
            hovertemplate=say("{part}: %{{x:.2f}} %, %{{customdata:,.0f}} accelerator-hours", part=say(sentence))
            + "<extra>%{y}</extra>",
        )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(title_text=say("share of accelerator time (%)"), range=[0, 100])
    figure.update_layout(
        barmode="stack",
        height=150 + 34 * max(3, len(rows)),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        margin={"t": 80},
        uniformtext={"minsize": 10, "mode": "hide"},
    )
    return figure

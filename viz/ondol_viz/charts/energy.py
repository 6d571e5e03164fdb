"""Power of the site, for the browser."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import LEVEL_COLOURS, power_scale
from ..views import energy
from ..words import say
from .parts import charted


@charted
def load_duration(run: Run) -> go.Figure:
    """For which share of the time power is at or above a level."""
    view = energy.load_duration(run)
    divisor, unit = power_scale(float(view.levels[0].power[0]))
    figure = go.Figure()
    for level in view.levels:
        watts = (level.power / divisor).astype(np.float32)
        figure.add_scatter(
            x=(100 * level.share).astype(np.float32),
            y=np.append(watts, watts[-1]),
            name=say(level.name),
            line={"shape": "hv", "color": LEVEL_COLOURS[level.series]},
            hovertemplate=f"%{{y:.3f}} {unit}, %{{x:.1f}} %",
        )
    figure.update_xaxes(title_text=say("share of the time (% of {hours:.4g} h)", hours=view.hours), range=[0, 100])
    figure.update_yaxes(title_text=say("power reached or exceeded ({unit})", unit=unit), rangemode="tozero")
    figure.update_layout(hovermode="x unified")
    return figure

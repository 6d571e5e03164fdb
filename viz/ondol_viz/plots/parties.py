"""Whose the energy was."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..run import Run
from ..style import power_scale, styled
from ..views import parties as views
from ..views.parties import PARTS, Parties
from ..words import say

_ROOM = 1.75  # of the largest bar: the facts stand behind it


@styled
def energy_by_party(run: Run) -> Figure:
    """Bars of the energy of tenants, pools and vendors, with what they cost and emitted where the file says so."""
    view = views.energy_by_party(run)
    rows = [len(parties.names) for parties in view]
    figure = Figure(figsize=(10, 0.4 + sum(0.95 + 0.27 * each for each in rows)))
    panels = figure.subplots(len(view), 1, squeeze=False, height_ratios=rows)[:, 0]
    for axes, parties in zip(panels, view, strict=True):
        _panel(axes, parties)
    return figure


def _panel(axes: Axes, parties: Parties) -> None:
    places = range(len(parties.names))
    divisor, unit = power_scale(float(parties.total.max()) / 3600)
    left = np.zeros(len(places))
    for part, joules in parties.energy.items():
        name, colour, hatch = PARTS[part]
        width = joules / 3600 / divisor
        axes.barh(places, width, 0.76, left, color=colour, hatch=2 * hatch, ec="white", lw=0.4, label=say(name))
        left += width
    for place, fact in zip(places, parties.facts, strict=True):
        axes.text(left[place], place, f"  {fact}", va="center", fontsize=8.5, parse_math=False)
    axes.set_yticks(list(places), parties.names)
    for label in axes.get_yticklabels():
        label.set_parse_math(False)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlim(0, _ROOM * float(left.max()))
    axes.set_xlabel(say("energy ({unit}h)", unit=unit))
    axes.set_title(say(parties.title))
    axes.legend(loc="lower right", frameon=True, framealpha=0.85, edgecolor="none")

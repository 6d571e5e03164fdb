"""Energy from the meter to the die, as ribbons."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from ..run import Run
from ..style import cut, energy_text, styled
from ..views import flows
from ..words import say

LINE = 0.24  # inches that a label needs
WIDE = 0.012  # of a node, of the width
LABEL = 40  # characters; longer names of a file are cut


@styled
def energy_sankey(run: Run, by: str = "owner") -> Figure:
    """From the supply to those who use it `by` "owner", with every loss named; or to the "pool" or "vendor" whose share it is."""
    view = flows.energy_flows(run) if by == "owner" else flows.energy_flows_by(run, by)
    ends = sum(node.column == view.last for node in view.nodes)
    height = max(3.6, 2.0 * LINE * ends)
    figure = Figure(figsize=(11, height + 0.6))
    axes = figure.subplots()
    _ribbons(axes, view, flows.layout(view, LINE / height))
    axes.set_title(say("{what} ({energy})", what=say(flows.TITLES[by]), energy=energy_text(view.total)))
    return figure


def _ribbons(axes: Axes, view: flows.Flows, places: flows.Layout) -> None:
    lefts = view.lefts(WIDE)
    for ribbon, begin, end in zip(view.ribbons, places.begins, places.ends, strict=True):
        source, target = view.nodes[ribbon.source], view.nodes[ribbon.target]
        x, y = flows.outline(begin, end, lefts[source.column] + WIDE, lefts[target.column])
        axes.fill(x, y, color=ribbon.colour, alpha=0.45, lw=0.4)
    halo = [withStroke(linewidth=2.5, foreground="white", alpha=0.85)]
    for node, place in zip(view.nodes, places.nodes, strict=True):
        left = lefts[node.column]
        axes.fill_between([left, left + WIDE], place.top, place.bottom, color=node.colour, lw=0.3)
        if not node.name:
            continue
        name = flows.spoken(node)
        text = cut(name, LABEL)
        amount = view.amount(node.energy)
        right = node.column == view.last
        text = f"{text}  {amount}" if right else f"{text}\n{amount}"
        at = left + WIDE + 0.006 if right else left - 0.006
        axes.text(
            at,
            (place.top + place.bottom) / 2,
            text.replace("$", r"\$"),
            ha="left" if right else "right",
            va="center",
            fontsize=8.5,
            linespacing=1.1,
            path_effects=halo,
        )
    axes.set_xlim(-0.14, 1.30)
    axes.set_ylim(1.005, -0.005)
    axes.set_axis_off()

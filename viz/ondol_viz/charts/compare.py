"""Several runs over each other, for the browser."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import BLUE, GREEN, OWNER_NAMES, PURPLE, SKY, VERMILION, power_scale
from ..views import compare, energy
from ..words import say
from .parts import charted, clock, plain, short, stack_panels, time_axis

# A colour and a dash for each run, so that colour alone does not tell them apart.
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, "#222222", "#8A5A00", SKY, "#6B6B6B")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def _line(place: int) -> dict[str, object]:
    return {"color": COLOURS[place % len(COLOURS)], "dash": DASHES[place % len(DASHES)], "width": 1.6}


@charted
def compare_runs(runs: Sequence[Run]) -> go.Figure:
    """Power at the meter, of IT, and PUE of all runs over one time axis; from the start of each where they begin at other times."""
    view = compare.compare_runs(runs)
    largest = max(float(np.nanmax(course.means["power"])) for course in view.courses)
    divisor, unit = power_scale(largest)
    panels = [name for name in compare.SERIES if any(name in course.means for course in view.courses)]
    figure = go.Figure()
    for place, course in enumerate(view.courses):
        x = clock(runs[place], course.ends) if view.together else course.after.astype(np.float32)
        for panel, name in enumerate(panels, 1):
            if name not in course.means:
                continue
            power = name != "pue"
            figure.add_scatter(
                x=x,
                y=(course.means[name] / (divisor if power else 1.0)).astype(np.float32),
                yaxis=f"y{panel if panel > 1 else ''}",
                name=f"{course.label} · {short(course.title)}",
                legendgroup=course.label,
                showlegend=panel == 1,
                line=_line(place),
                hovertemplate=f"{course.label} %{{y:.4g}} {unit if power else ''}<extra></extra>",
            )
    titles = {
        "power": say("at the meter ({unit})", unit=unit),
        "it_power": say("IT ({unit})", unit=unit),
        "pue": say("PUE (1)"),
    }
    for panel, name in enumerate(panels, 1):
        figure.update_layout(
            {
                f"yaxis{panel if panel > 1 else ''}": {
                    "title": {"text": titles[name]},
                    "rangemode": "normal" if name == "pue" else "tozero",
                }
            }
        )
    if view.together:
        time_axis(figure, runs[0], max(course.ends[-1] for course in view.courses))
    else:
        figure.update_xaxes(
            title_text=say("time after the start of each run (h)"),
            range=[0, max(float(course.after[-1]) for course in view.courses)],
        )
    stack_panels(figure, [3, 3, 2][: len(panels)])
    figure.update_layout(height=560, hovermode="x unified", legend=_above(), margin={"t": 40 + 20 * len(runs)})
    return figure


@charted
def compare_load_duration(runs: Sequence[Run]) -> go.Figure:
    """For which share of its time the power at the meter of each run is at or above a level."""
    views = [energy.load_duration(run) for run in runs]
    divisor, unit = power_scale(max(float(view.levels[0].power[0]) for view in views))
    figure = go.Figure()
    for place, view in enumerate(views):
        level = view.levels[0]
        thin = np.unique(np.linspace(0, level.power.size - 1, min(level.power.size, compare.POINTS)).round().astype(int))
        watts = (level.power[thin] / divisor).astype(np.float32)
        name = compare.label(place)
        figure.add_scatter(
            x=np.append(100 * level.share[thin], 100.0).astype(np.float32),
            y=np.append(watts, watts[-1]),
            name=f"{name} · {short(runs[place].title)}",
            line={**_line(place), "shape": "hv"},
            hovertemplate=f"{name} %{{y:.4g}} {unit}<extra></extra>",
        )
    figure.update_xaxes(title_text=say("share of the time of each run (%)"), range=[0, 100])
    figure.update_yaxes(title_text=say("power reached or exceeded ({unit})", unit=unit), rangemode="tozero")
    figure.update_layout(hovermode="x unified", legend=_above(), margin={"t": 40 + 20 * len(runs)})
    return figure


@charted
def compare_owners(runs: Sequence[Run]) -> go.Figure:
    """Mean power of each owner in each run."""
    view = compare.compare_owners(runs)
    divisor, unit = power_scale(float(view.power.max()) if view.power.size else 0.0)
    figure = go.Figure()
    names = [say(OWNER_NAMES[owner]) if owner in OWNER_NAMES else plain(owner) for owner in view.owners]
    for place, name in enumerate(view.labels):
        figure.add_bar(
            x=(view.power[place] / divisor).astype(np.float32),
            y=names,
            orientation="h",
            name=f"{name} · {short(runs[place].title)}",
            marker={"color": COLOURS[place % len(COLOURS)], "pattern": {"shape": ["", "/", ".", "x", "\\", "-"][place % 6]}},
            hovertemplate=f"{name}, %{{y}}: %{{x:.4g}} {unit}<extra></extra>",
        )
    figure.update_xaxes(title_text=say("mean power over the run ({unit})", unit=unit), rangemode="tozero")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(
        barmode="group",
        height=140 + 20 * len(runs) + max(1, len(names)) * (14 + 12 * len(runs)),
        legend=_above(),
        margin={"t": 40 + 20 * len(runs)},
    )
    return figure


def _above() -> dict[str, object]:
    """A legend over the panels, a line for each run: titles are long."""
    return {"orientation": "v", "x": 0, "xanchor": "left", "y": 1.0, "yanchor": "bottom", "traceorder": "normal"}

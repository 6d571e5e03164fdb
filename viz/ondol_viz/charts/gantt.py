"""Jobs on the lanes of their pools, for the browser."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..run import Run
from ..style import BLACK, duration_text, energy_text, kind_look
from ..views import gantt
from ..views.gantt import WAIT_AT, Bar, JobGantt, Lane, lane_base, lane_label, merged_note
from ..words import say
from .parts import charted, clock, faded, mark_events, plain, short, time_axis

_LANE = 68  # px
_LEAST = 5  # lanes that a picture has room for
_EDGED = 4  # px; an edge would hide a lower bar
_NAMED = (0.24, 0.12)  # of the lane's height and of the run: a larger bar has room for its name


@charted
def job_gantt(run: Run) -> go.Figure:
    """Jobs over time, each as high as the accelerators that it holds; the small and short ones merged into an area."""
    view = gantt.job_gantt(run)
    figure = go.Figure()
    end = view.start + pd.Timedelta(seconds=float(view.edges[-1]))
    begin_ms = float(clock(run, [view.start])[0])
    for number, lane in enumerate(view.lanes):
        base = lane_base(view, number)
        figure.add_shape(
            type="rect", x0=0, x1=1, xref="paper", y0=base, y1=base + 1, fillcolor="#F6F6F6", line_width=0, layer="below"
        )
        _areas(figure, view, lane, base, begin_ms)
    _waits(figure, view, begin_ms)
    for kind in view.kinds:
        _bars(figure, run, view, kind, begin_ms)
    _restarts(figure, view, begin_ms)
    figure.update_yaxes(
        tickvals=[lane_base(view, number) + 0.5 for number in range(len(view.lanes))],
        ticktext=[
            f"{short(name)}<br><span style='font-size:11px'>{'<br>'.join(size)}</span>"
            for name, *size in map(lane_label, view.lanes)
        ],
        range=[-0.1, lane_base(view, 0) + 1.1],
        showgrid=False,
        zeroline=False,
    )
    time_axis(figure, run, end, merged_note(view))
    figure.update_layout(
        barmode="overlay", bargap=0, height=150 + _LANE * max(_LEAST, len(view.lanes)), legend={"itemsizing": "constant"}
    )
    figure.update_layout(uniformtext={"minsize": 10, "mode": "hide"})
    mark_events(figure, run, end)
    return figure


def _areas(figure: go.Figure, view: JobGantt, lane: Lane, base: float, begin_ms: float) -> None:
    """What merged jobs hold, a band for each kind."""
    step_ms = 1000 * float(view.edges[1] - view.edges[0])
    below = np.zeros(view.edges.size - 1)
    for kind, held in lane.held.items():
        colour, name = kind_look(kind)
        for values, drawn in ((below, False), (below + held, True)):
            figure.add_scatter(
                x0=begin_ms,
                dx=step_ms,
                y=(base + np.append(values, values[-1]) / lane.height).astype(np.float32),
                line={"width": 0.6 if drawn else 0, "color": colour, "shape": "hv"},
                mode="lines",
                fill="tonexty" if drawn else None,
                fillcolor=faded(colour, 0.35) if drawn else None,
                customdata=np.append(held, held[-1]).astype(np.float32) if drawn else None,
                hovertemplate=_area_hover(lane, name) if drawn else None,
                hoverinfo=None if drawn else "skip",
                legendgroup=kind,
                showlegend=False,
            )
        below = below + held


def _area_hover(lane: Lane, name: str) -> str:
    return (
        say(
            "{pool}, {kind}: %{{customdata:.1f}} accelerators held by small or short jobs ({n:,} merged in the pool)",
            pool=short(lane.pool),
            kind=plain(say(name)),
            n=lane.merged,
        )
        + "<br>%{x}<extra></extra>"
    )


def _waits(figure: go.Figure, view: JobGantt, begin_ms: float) -> None:
    """A thin line from the submission of a job to its first start."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for number, lane in enumerate(view.lanes):
        for bar in lane.bars:
            if bar.first and bar.wait > 0:
                low, high = bar.pieces[0]
                at = round(lane_base(view, number) + (low + WAIT_AT * (high - low)) / lane.height, 4)
                xs += [begin_ms + 1000 * bar.submit, begin_ms + 1000 * bar.begin, None]
                ys += [at, at, None]
    if xs:
        figure.add_scatter(
            x=xs,
            y=ys,
            mode="lines",
            line={"color": "rgba(34,34,34,0.45)", "width": 1, "dash": "dot"},
            name=say("waits, from submission to start"),
            hoverinfo="skip",
        )


def _bars(figure: go.Figure, run: Run, view: JobGantt, kind: str, begin_ms: float) -> None:
    colour, name = kind_look(kind)
    drawn = [
        (lane_base(view, number), lane, bar, piece)
        for number, lane in enumerate(view.lanes)
        for bar in lane.bars
        if bar.kind == kind
        for piece in bar.pieces
    ]
    last = float(view.edges[-1])
    thin = _EDGED * len(view.lanes) / (_LANE * max(_LEAST, len(view.lanes)))
    edges = [0.6 if (high - low) / lane.height > thin else 0 for _, lane, _, (low, high) in drawn]
    hovers: dict[int, str] = {}
    for _, lane, bar, _ in drawn:
        if id(bar) not in hovers:
            hovers[id(bar)] = _hover(run, view, lane, bar)
    figure.add_bar(
        orientation="h",
        base=np.array([begin_ms + 1000 * bar.begin for _, _, bar, _ in drawn]),
        x=np.array([1000 * (bar.end - bar.begin) for _, _, bar, _ in drawn], dtype=np.float32),
        y=np.array([base + sum(piece) / 2 / lane.height for base, lane, _, piece in drawn], dtype=np.float32),
        width=np.array([(piece[1] - piece[0]) / lane.height for _, lane, _, piece in drawn], dtype=np.float32),
        marker={"color": colour, "line": {"color": "white", "width": edges}},
        text=[
            plain(bar.name)
            if (piece[1] - piece[0]) / lane.height >= _NAMED[0] and (bar.end - bar.begin) / last >= _NAMED[1]
            else ""
            for _, lane, bar, piece in drawn
        ],
        textposition="inside",
        insidetextanchor="start",
        insidetextfont={"color": "white" if kind in ("training", "service") else BLACK, "size": 12},
        customdata=[hovers[id(bar)] for _, _, bar, _ in drawn],
        hovertemplate="%{customdata}<extra></extra>",
        name=say(name),
        legendgroup=kind,
    )


def _hover(run: Run, view: JobGantt, lane: Lane, bar: Bar) -> str:
    begin, end = run.local([view.start + pd.Timedelta(seconds=at) for at in (bar.begin, bar.end)])
    lines = [
        f"<b>{short(bar.name)}</b>",
        say(
            "{kind}, {n:,} accelerators of {pool}",
            kind=plain(say(kind_look(bar.kind)[1])),
            n=bar.accelerators,
            pool=short(lane.pool),
        ),
        say("waited {wait}", wait=duration_text(bar.wait / 3600)),
        f"{begin:%m-%d %H:%M} – {f'{end:%m-%d %H:%M}' if bar.how != 'running' else say('still running')}, {duration_text((bar.end - bar.begin) / 3600)}",
        energy_text(bar.energy),
    ]
    if np.isfinite(bar.speed):
        lines[-1] += ", " + say("mean speed {speed:.0f} %", speed=100 * bar.speed)
    if bar.interruptions:
        lines.append(
            say("interrupted {n} times, {lost} of work lost", n=bar.interruptions, lost=duration_text(bar.lost / 3600))
        )
    if bar.working > bar.begin:
        lines.append(say("loads for {time} after the restart", time=duration_text((bar.working - bar.begin) / 3600)))
    return "<br>".join(lines)


def _restarts(figure: go.Figure, view: JobGantt, begin_ms: float) -> None:
    """Hatches while a job loads its checkpoint again, crosses where it lost its nodes."""
    every = [(lane_base(view, number), lane, bar) for number, lane in enumerate(view.lanes) for bar in lane.bars]
    loads = [(base, lane, bar, piece) for base, lane, bar in every if bar.working > bar.begin for piece in bar.pieces]
    if loads:
        figure.add_bar(
            orientation="h",
            base=np.array([begin_ms + 1000 * bar.begin for _, _, bar, _ in loads]),
            x=np.array([1000 * (bar.working - bar.begin) for _, _, bar, _ in loads], dtype=np.float32),
            y=np.array([base + sum(piece) / 2 / lane.height for base, lane, _, piece in loads], dtype=np.float32),
            width=np.array([(piece[1] - piece[0]) / lane.height for _, lane, _, piece in loads], dtype=np.float32),
            marker={
                "color": "white",
                "line": {"color": BLACK, "width": 0.6},
                "pattern": {"shape": "/", "fgcolor": BLACK, "size": 5, "solidity": 0.25},
            },
            name=say("loads after a restart"),
            hoverinfo="skip",
        )
    cuts = [(base, lane, bar) for base, lane, bar in every if bar.how == "interrupted"]
    if cuts:
        figure.add_scatter(
            x=np.array([begin_ms + 1000 * bar.end for _, _, bar in cuts]),
            y=np.array([base + sum(bar.pieces[0]) / 2 / lane.height for base, lane, bar in cuts], dtype=np.float32),
            mode="markers",
            marker={"symbol": "x", "size": 7, "color": BLACK, "line": {"color": "white", "width": 1}},
            name=say("interrupted: lost its nodes"),
            hoverinfo="skip",
        )

"""The declared networks, moving with the time slider where loads of links were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import BLACK, GREY, VERMILION, cut
from ..views import fabric
from ..views.blocks import stop_shown
from ..views.missing import MissingData
from ..words import say
from .loads import SCALE, TOP
from .parts import charted, plain, short
from .player import with_choices, with_moments

_TIER = 130  # px
_WIDTHS = 4  # of lines
_LABELLED = 16  # dots that have room for their load in figures


@charted
def fabric_view(run: Run) -> go.Figure:
    """Racks and tiers of switches of the declared networks; a dot on each bundle of links tells its load and capacity."""
    names = fabric.fabrics(run)
    if not names:
        raise MissingData("the run has no graph of a declared fabric")
    views = [fabric.fabric_view(run, name) for name in names]
    loaded = views[0].when.size > 0
    shown = stop_shown(run, "links") if loaded else 0
    figure = go.Figure()
    choices, moving = [], []
    for number, view in enumerate(views):
        first = len(figure.data)
        _add_lines(figure, view)
        moving.append(len(figure.data))
        _add_dots(figure, view, shown)
        _add_boxes(figure, view)
        layout = {"annotations": _tier_notes(view), "shapes": _frames(view), **_ranges(view)}
        choices.append((plain(cut(view.name, 60)), range(first, len(figure.data)), layout))
        if number == 0:
            figure.update_layout(annotations=layout["annotations"], shapes=layout["shapes"])
            figure.update_xaxes(range=layout["xaxis.range"])
            figure.update_yaxes(range=layout["yaxis.range"])
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True)
    figure.update_layout(
        height=max(520 if view.ring else _TIER * len(view.tiers) + 100 for view in views),
        hovermode="closest",
        margin={"l": 5, "r": 5, "t": 60, "b": 5},
        legend={"orientation": "h", "x": 1, "y": 1.0, "xanchor": "right", "yanchor": "bottom"},
    )
    if len(views) > 1:
        with_choices(figure, choices)
    if loaded:
        dates = [f"{date:%Y-%m-%d %H:%M:%S}" for date in run.local(views[0].when)]
        with_moments(figure, dates, moving, [[_dots(view, m) for view in views] for m in range(len(dates))], shown)
    return figure


def _add_lines(figure: go.Figure, view: fabric.Fabric) -> None:
    """Links, wider where their capacity is larger."""
    capacity = np.array([bundle.capacity for bundle in view.bundles])
    classes = np.ceil(_WIDTHS * np.sqrt(capacity / capacity.max())).astype(int)
    off = 0.0 if view.ring else fabric.HALF_HEIGHT
    for width in np.unique(classes).tolist():
        ends = [(view.boxes[b.a], view.boxes[b.b]) for b, c in zip(view.bundles, classes, strict=True) if c == width]
        figure.add_scatter(
            x=np.array([value for a, b in ends for value in (a.x, b.x, np.nan)], np.float32),
            y=np.array([value for a, b in ends for value in (a.y + off, b.y - off, np.nan)], np.float32),
            mode="lines",
            line={"color": GREY, "width": (0.5 if view.ring else 1.5) * width},
            opacity=0.6,
            hoverinfo="skip",
            showlegend=False,
        )


def _add_dots(figure: go.Figure, view: fabric.Fabric, shown: int) -> None:
    ends = [(view.boxes[bundle.a], view.boxes[bundle.b]) for bundle in view.bundles]
    loaded = view.when.size > 0
    capacity = np.array([8e-12 * bundle.capacity for bundle in view.bundles], np.float32)
    told = [
        say(
            "{a} to {b}<br>{links} links, {capacity} each way",
            a=short(fabric.box_text(a)),
            b=short(fabric.box_text(b)),
            links=bundle.links,
            capacity=fabric.bits(bundle.capacity),
        )
        for bundle, (a, b) in zip(view.bundles, ends, strict=True)
    ]
    title = (
        say("fullest link of the bundle\n(% of its capacity)")
        if loaded
        else say("capacity of the bundle (Tbit/s);\nno loads of links recorded")
    )
    now = (
        {key: value for key, value in _dots(view, shown).items() if key != "type"}
        if loaded
        else {"marker": {"color": capacity}}
    )
    scale: Mapping[str, Any] = (
        {"colorscale": SCALE, "cmax": 100 * TOP} if loaded else {"colorscale": "Cividis", "cmax": float(capacity.max())}
    )
    loads = say("mean {mean} %, fullest {high} %", mean="%{customdata[0]:.1f}", high="%{customdata[1]:.1f}")
    x, y = fabric.dots(view)
    figure.add_scatter(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        mode="markers+text",
        textposition="middle right",
        textfont={"size": 10},
        hovertext=told,
        hovertemplate="%{hovertext}" + (f"<br>{loads}" if loaded else "") + "<extra></extra>",
        showlegend=False,
        **now,
    )
    figure.data[-1].marker.update(
        symbol="circle",
        size=9 if view.ring else 15,
        cmin=0,
        line={"color": BLACK, "width": 1},
        colorbar={
            "title": {"text": title.replace("\n", "<br>"), "side": "right"},
            "thickness": 12,
            "outlinewidth": 0,
            "len": 0.8,
        },
        **scale,
    )


def _dots(view: fabric.Fabric, moment: int) -> dict[str, Any]:
    """What the dots show at a moment."""
    load = np.stack([100 * view.mean[moment], 100 * view.high[moment]], axis=1).astype(np.float32)
    few = len(view.bundles) <= _LABELLED
    return {
        "type": "scatter",
        "marker": {"color": load[:, 1]},
        "customdata": load,
        "text": [f" {high:.0f} %" if few else "" for high in load[:, 1]],
    }


def _add_boxes(figure: go.Figure, view: fabric.Fabric) -> None:
    """What stands in the boxes, or marks and names around a ring, and marks of single points of failure."""
    boxes = view.boxes
    size = 12 if max(box.x for box in boxes) < 8 else 9
    figure.add_scatter(
        x=np.array([box.x for box in boxes], np.float32),
        y=np.array([box.y for box in boxes], np.float32),
        mode="markers+text",
        text=[plain(cut(fabric.label(view, box), 16)) for box in boxes],
        textposition=["bottom center" if box.y < 0 else "top center" for box in boxes] if view.ring else "middle center",
        textfont={"size": 9 if view.ring else size},
        marker={
            "symbol": ["circle" if box.tier == 0 else "square" for box in boxes],
            "size": 12 if view.ring else 26,
            "color": "white",
            "line": {"color": BLACK, "width": 2 if view.ring else 0},
            "opacity": 1 if view.ring else 0,
        },
        hovertext=[_box_hover(box) for box in boxes],
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
    )
    single = [box for box in boxes if box.single is not None]
    if single:
        across, up = (0.0, 0.0) if view.ring else (fabric.HALF_WIDTH, fabric.HALF_HEIGHT)
        figure.add_scatter(
            x=np.array([box.x + across for box in single], np.float32),
            y=np.array([box.y + up for box in single], np.float32),
            mode="markers",
            marker={"symbol": "diamond", "size": 11, "color": VERMILION, "line": {"color": BLACK, "width": 1}},
            hovertext=[_box_hover(box) for box in single],
            hovertemplate="%{hovertext}<extra></extra>",
            name=say("single point of failure: its loss alone parts nodes"),
        )


def _frames(view: fabric.Fabric) -> list[dict[str, Any]]:
    """Boxes of rows; a ring has none."""
    if view.ring:
        return []
    across, up = fabric.HALF_WIDTH, fabric.HALF_HEIGHT
    line = {"color": BLACK, "width": 1}
    return [
        {"type": "rect", "x0": box.x - across, "x1": box.x + across, "y0": box.y - up, "y1": box.y + up, "line": line}
        for box in view.boxes
    ]


def _box_hover(box: fabric.Box) -> str:
    lines = [f"<b>{short(fabric.box_text(box))}</b>"]
    if len(box.names) > 1:
        lines.append(say("{first} to {last}", first=short(box.names[0]), last=short(box.names[-1])))
    if box.single is not None:
        lines.append(say("its loss alone parts {nodes} nodes from most others", nodes=box.single.nodes))
    return "<br>".join(lines)


def _tier_notes(view: fabric.Fabric) -> list[dict[str, Any]]:
    """Counts and capacities of the tiers: beside their rows, or in the corner of a ring."""
    notes = []
    for level, tier in enumerate(view.tiers):
        text = plain(fabric.tier_text(tier)).replace("\n", "<br>")
        at = (
            {"y": 1 - 0.1 * level, "yref": "paper", "yanchor": "top"}
            if view.ring
            else {"y": level, "yref": "y", "yanchor": "middle"}
        )
        notes.append({"text": text, "x": 0, "xref": "paper", "xanchor": "left", "align": "left", "showarrow": False, **at})
    return notes


def _ranges(view: fabric.Fabric) -> dict[str, list[float]]:
    xs, ys = [box.x for box in view.boxes], [box.y for box in view.boxes]
    if view.ring:
        return {"xaxis.range": [1.8 * min(xs), 1.3 * max(xs)], "yaxis.range": [1.2 * min(ys), 1.2 * max(ys)]}
    return {"xaxis.range": [-0.6 - 0.3 * max(max(xs) + 1, 3), max(*xs, 2) + 0.5], "yaxis.range": [-0.5, len(view.tiers) - 0.5]}

"""The chain of power as a tree, moving with the time slider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import BLACK, GREEN, GREY, VERMILION, cut
from ..views import power_tree as tree
from ..views.blocks import stop_shown
from ..words import say
from .loads import add_scale, colours_of
from .parts import charted, plain, short
from .player import with_moments

_LAYER = 118  # px
_NARROWEST = 6  # boxes side by side that there is room for at least
_PLAYER = 80  # px, of the slider where a figure has its own
_TOP = 100  # px, of the legend and the scale of colours
_HIDDEN = "rgba(0,0,0,0)"
# Traces that move, in the order in which the figure gets them after the wires.
_LOAD, _STORED, _LOADS, _STOREDS, _DARK = range(5)


@charted
def power_tree(run: Run) -> go.Figure:
    """From the utility down to racks, cooling and base load: what each carries of its rating, over time."""
    view = tree.power_tree(run)
    shown = min(stop_shown(run, "feeds"), max(view.when.size - 1, 0))
    middle, width, low = (values.astype(np.float32) for values in tree.bars(view))
    figure = go.Figure()
    for standby in (False, True):
        _add_wires(figure, view, standby)
    figure.add_bar(
        x=middle,
        y=np.full(middle.size, tree.BAR_HIGH - tree.BAR_LOW, np.float32),
        base=low,
        width=width,
        marker={"color": "#F0F0F0", "line": {"color": "#BBBBBB", "width": 0.5}},
        hoverinfo="skip",
        showlegend=False,
    )
    first = len(figure.data)
    now = _moment(view, width, shown)
    figure.add_bar(
        x=middle,
        base=low,
        width=width,
        hovertext=[_cell_text(view, cell) for cell in view.cells],
        hovertemplate="%{hovertext}<br>%{customdata[0]:.1f} %, %{customdata[1]:.4g} MW<extra></extra>",
        showlegend=False,
        **_bars(now[_LOAD]),
    )
    figure.data[first].marker.line = {"color": BLACK, "width": 0.5}
    has_stored = np.isfinite(view.charge).any()
    figure.add_bar(
        orientation="h",
        base=middle - width / 2,
        y=low + np.float32((tree.STORED_LOW + tree.STORED_HIGH) / 2 - tree.BAR_LOW),
        width=np.full(middle.size, tree.STORED_HIGH - tree.STORED_LOW, np.float32),
        marker={"color": GREEN},
        hovertemplate="%{customdata:.1f} %<extra>" + say("stored in batteries") + "</extra>",
        name=say("stored in batteries"),
        showlegend=bool(has_stored),
        **_bars(now[_STORED]),
    )
    x = np.array([box.x for box in view.boxes], np.float32)
    y = -np.array([box.layer for box in view.boxes], np.float32)
    charged = np.array([bool(tree.stored_text(view, shown, number)) for number in range(len(view.boxes))])
    beside = np.where(charged, tree.LOAD, (tree.LOAD + tree.STORED) / 2).astype(np.float32)
    size = 12 if view.width <= 7 else 10 if view.width <= 9 else 9 if view.width <= 11 else 8
    for at, texts in ((beside, now[_LOADS]), (np.float32(tree.STORED), now[_STOREDS])):
        figure.add_scatter(
            x=x, y=y + at, mode="text", textfont={"size": size}, hoverinfo="skip", showlegend=False, text=texts["text"]
        )
    figure.add_scatter(
        x=x,
        y=y,
        mode="markers",
        name=say("without power"),
        showlegend=bool(view.dark.any()),
        hoverinfo="skip",
        marker={
            "symbol": "x-thin",
            "size": 34,
            "line": {"color": VERMILION, "width": 3},
            "opacity": now[_DARK]["marker"]["opacity"],
        },
    )
    moving = range(first, len(figure.data))
    height = _LAYER * view.layers
    add_scale(figure, say("load over rating (%)"), height)
    _add_single_points(figure, view)
    _add_boxes(figure, view, size)
    across = max(view.width, _NARROWEST)
    middle_x = (view.width - 1) / 2
    figure.update_xaxes(visible=False, range=[middle_x - across / 2 - 0.05, middle_x + across / 2 + 0.05], fixedrange=True)
    figure.update_yaxes(visible=False, range=[-view.layers + 0.5, 0.55], fixedrange=True)
    figure.update_traces(textposition="none", selector={"type": "bar"})
    figure.update_layout(
        barmode="overlay",
        height=height + _TOP + _PLAYER,
        hovermode="closest",
        margin={"l": 5, "r": 5, "t": _TOP, "b": 5},
        legend={"orientation": "h", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"},
    )
    dates = [f"{date:%Y-%m-%d %H:%M:%S}" for date in run.local(view.when)]
    with_moments(figure, dates, list(moving), [_moment(view, width, moment) for moment in range(len(dates))], shown)
    return figure


def _moment(view: tree.PowerTree, width: np.ndarray[Any, np.dtype[np.float32]], moment: int) -> Sequence[dict[str, Any]]:
    """What the moving traces show at a moment; `width` of each cell."""
    load, charge = np.nan_to_num(view.load[moment]), np.nan_to_num(view.charge[moment])
    tall = tree.BAR_HIGH - tree.BAR_LOW
    boxes = range(len(view.boxes))
    return (
        {
            "type": "bar",
            "y": (tall * np.minimum(load, 1)).astype(np.float32),
            "marker": {"color": colours_of(load)},
            "customdata": np.stack([100 * view.load[moment], view.power[moment] / 1e6], axis=1).astype(np.float32),
        },
        {"type": "bar", "x": (width * charge).astype(np.float32), "customdata": (100 * charge).astype(np.float32)},
        {"type": "scatter", "text": [_load_text(view, moment, box) for box in boxes]},
        {"type": "scatter", "text": [tree.stored_text(view, moment, box) for box in boxes]},
        {"type": "scatter", "marker": {"opacity": (view.dark[moment] > 0).astype(np.float32)}},
    )


def _bars(change: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in change.items() if key != "type"}


def _load_text(view: tree.PowerTree, moment: int, box: int) -> str:
    """With a sign where it is above its rating, so that colour is not alone."""
    text = tree.load_text(view, moment, box)
    over = any(view.load[moment, i] > 1 for i, cell in enumerate(view.cells) if cell.box == box)
    return f"<b>▲ {text}</b>" if over else text


def _cell_text(view: tree.PowerTree, cell: tree.Cell) -> str:
    box = view.boxes[cell.box]
    name, kind = tree.texts(box)
    head = tree.common_name(cell.names) if box.unit else name
    each = "" if np.isnan(cell.rating) else say("{rating} each", rating=tree.watts(cell.rating))
    lines = [f"<b>{short(head)}</b>", kind, each]
    return "<br>".join(line for line in lines if line)


def _add_wires(figure: go.Figure, view: tree.PowerTree, standby: bool) -> None:
    paths = [wire for wire in view.wires if wire.standby == standby]
    if not paths:
        return
    figure.add_scatter(
        x=np.concatenate([[*wire.x, np.nan] for wire in paths]).astype(np.float32),
        y=np.concatenate([[*wire.y, np.nan] for wire in paths]).astype(np.float32),
        mode="lines",
        line={"color": GREY, "width": 1.3, "dash": "dash" if standby else "solid"},
        hoverinfo="skip",
        name=say("on stand-by") if standby else say("feeds"),
    )


def _add_boxes(figure: go.Figure, view: tree.PowerTree, size: int) -> None:
    """Frames behind everything but the wires, and what never changes of their texts."""
    for box in view.boxes:
        figure.add_shape(
            type="rect",
            x0=box.x - tree.HALF_WIDTH,
            x1=box.x + tree.HALF_WIDTH,
            y0=-box.layer - tree.HALF_HEIGHT,
            y1=-box.layer + tree.HALF_HEIGHT,
            line={"color": BLACK, "width": 1, "dash": "dash" if box.standby else "solid"},
            fillcolor=_HIDDEN,
        )
    room = (14, 20) if view.width <= 11 else (int(154 / view.width), int(220 / view.width))
    for line, at, letters in ((0, tree.NAME, room[0]), (1, tree.KIND, room[1])):
        figure.add_scatter(
            x=np.array([box.x for box in view.boxes], np.float32),
            y=np.array([at - box.layer for box in view.boxes], np.float32),
            mode="text",
            text=[
                f"<b>{plain(cut(tree.texts(box)[0], letters))}</b>" if line == 0 else plain(cut(tree.texts(box)[1], letters))
                for box in view.boxes
            ],
            textfont={"size": size + (1 if line == 0 else 0)},
            hovertext=[_box_text(box) for box in view.boxes],
            hovertemplate="%{hovertext}<extra></extra>",
            showlegend=False,
        )


def _box_text(box: tree.Box) -> str:
    name, kind = tree.texts(box)
    lines = [f"<b>{short(name)}</b>", kind, say("rated {rating}", rating=tree.watts(box.rated)) if box.rated > 0 else ""]
    return "<br>".join(line for line in lines if line)


def _add_single_points(figure: go.Figure, view: tree.PowerTree) -> None:
    marked = [(box, box.single) for box in view.boxes if box.single is not None]
    if not marked:
        return
    figure.add_scatter(
        x=np.array([box.x + tree.HALF_WIDTH for box, _ in marked], np.float32),
        y=np.array([tree.HALF_HEIGHT - box.layer for box, _ in marked], np.float32),
        mode="markers",
        marker={"symbol": "diamond", "size": 13, "color": VERMILION, "line": {"color": BLACK, "width": 1}},
        name=say("single point of failure: its loss alone takes racks"),
        hovertext=[
            say(
                "{name}: its loss alone takes {racks} racks of {power}",
                name=short(tree.texts(box)[0]),
                racks=loss.racks,
                power=tree.watts(loss.rack_power),
            )
            for box, loss in marked
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )

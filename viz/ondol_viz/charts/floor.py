"""The halls seen from above, for the browser: a square for each rack, with a menu of quantities and a time slider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..run import Run
from ..style import power_scale
from ..views import floor
from ..views.blocks import stop_shown
from ..words import say
from .parts import charted, short
from .player import with_choices, with_moments

PITCH = 1.4  # from row to row: a place and an aisle, in places
RACK = 0.9  # of a place: depth of a rack
FEWEST = 12  # places that the site is wide at least, so that a few racks look like racks
ASPECTS = (1.2, 3.2)  # width over height that the halls are laid out for
ROOM = 780.0  # px, of a page, beside the colour bar
LETTER = 8.0  # px, of a name
FINE = 50  # units of a highest value from which whole ones are fine enough
FLOOR = "#EEEEEE"

_COLOURS = {"inlet_temperature": "Inferno", "accelerator_temperature": "Inferno"}
_Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class _Grid:
    """All halls on one grid of places: `corners` are the (line, column) of the first place of each; the line above it is for the name, the first one of the
    site is left out."""

    halls: tuple[floor.HallPlan, ...]
    corners: tuple[tuple[int, int], ...]
    lines: int
    columns: int

    def room(self, corner: tuple[int, int]) -> int:
        """Places from a corner to the next hall beside it, or to the end of the site."""
        line, column = corner
        return (
            min([right for at, right in self.corners if at == line and right > column], default=max(self.columns, FEWEST))
            - column
        )

    def of(self, values: _Array, nothing: Any) -> _Array:
        """Values by rack as (line, column), `nothing` where no rack stands."""
        cells = np.full((self.lines, self.columns), nothing, dtype=values.dtype)
        for hall, (line, column) in zip(self.halls, self.corners, strict=True):
            for (row, position), value in zip(hall.place, values[hall.racks], strict=True):
                cells[line + row, column + position] = value
        return cells


@charted
def floor_plan(run: Run) -> go.Figure:
    """Every rack at its place, coloured by a quantity at a moment: power at first, when the site draws the most."""
    view = floor.floor(run)
    grid = _laid_out(view.halls)
    wide = max(FEWEST, grid.columns)
    scale = min(34.0, ROOM / (wide + 1.8))
    shown = stop_shown(run, "racks")
    figure = go.Figure()
    _names(figure, grid, scale)
    first = len(figure.data)
    told = grid.of(_told(view), "")
    for q in view.quantities:
        _add(figure, q, grid, shown, told)
    traces = list(range(first, len(figure.data)))
    _mask(figure, grid)
    with_choices(figure, [(say(q.name), [n], {}) for n, q in zip(traces, view.quantities, strict=True)])
    changes = [[{"type": "heatmap", "z": _stored(q, grid, i)} for q in view.quantities] for i in range(len(view.dates))]
    with_moments(figure, [f"{date:%Y-%m-%d %H:%M}" for date in view.dates], traces, changes, shown)
    hidden = {"visible": False, "fixedrange": True}
    figure.update_xaxes(**hidden, range=[-1.2, wide + 0.2], constrain="domain")
    figure.update_yaxes(**hidden, range=[grid.lines * PITCH, -PITCH], scaleanchor="x", constrain="domain")
    figure.update_layout(
        showlegend=False,
        hovermode="closest",
        margin={"l": 10, "r": 10, "t": 40, "b": 30},
        height=round(max(340.0, 130 + scale * (grid.lines + 1) * PITCH)),
    )
    return figure


def _laid_out(halls: tuple[floor.HallPlan, ...]) -> _Grid:
    """Halls side by side and below each other, in their order: of the shapes within `ASPECTS` that with the fewest places."""
    widths = [len(hall.positions) for hall in halls]
    all_grids = [_packed(halls, widest) for widest in range(max(widths), sum(widths) + len(widths))]

    def badness(grid: _Grid) -> tuple[float, int]:
        shape = max(grid.columns, FEWEST) / ((grid.lines + 1) * PITCH)
        return max(ASPECTS[0] - shape, shape - ASPECTS[1], 0.0), grid.lines * grid.columns

    return min(all_grids, key=badness)


def _packed(halls: tuple[floor.HallPlan, ...], widest: int) -> _Grid:
    corners: list[tuple[int, int]] = []
    line, column, deepest, columns = 0, 0, 0, 0
    for hall in halls:
        if column > 0 and column + len(hall.positions) > widest:
            line, column, deepest = line + deepest + 1, 0, 0
        corners.append((line, column))
        columns = max(columns, column + len(hall.positions))
        column += len(hall.positions) + 1
        deepest = max(deepest, len(hall.rows))
    return _Grid(halls, tuple(corners), line + deepest, columns)


def _middle(line: float) -> float:
    """Of a line of places."""
    return (line + 0.5) * PITCH


def _names(figure: go.Figure, grid: _Grid, scale: float) -> None:
    """Names of halls and labels of rows."""
    halls = list(zip(grid.halls, grid.corners, strict=True))
    figure.add_scatter(
        x=[column for _, (_, column) in halls],
        y=[_middle(line - 0.85) for _, (line, _) in halls],
        text=[f"<b>{short(hall.name, max(4, int(grid.room(corner) * scale / LETTER)))}</b>" for hall, corner in halls],
        mode="text",
        textposition="middle right",
        hoverinfo="skip",
    )
    rows = [
        (column - 0.1, _middle(line + i), _label(row))
        for hall, (line, column) in halls
        for i, row in enumerate(hall.rows)
        if i % (1 + len(hall.rows) // 24) == 0
    ]
    figure.add_scatter(
        x=[row[0] for row in rows],
        y=[row[1] for row in rows],
        text=[row[2] for row in rows],
        mode="text",
        textposition="middle left",
        textfont={"size": 10, "color": "#555555"},
        hoverinfo="skip",
    )


def _add(figure: go.Figure, q: floor.Quantity, grid: _Grid, shown: int, told: _Array) -> None:
    unit = _scale(q)[1]
    low, high = _range(q)
    title = f"{say(q.name)} ({unit})" if unit else say(q.name)
    bar: dict[str, Any] = {"title": {"text": title, "side": "right"}, "thickness": 14, "outlinewidth": 0, "len": 1}
    if q.key == "inlet_temperature":
        bar |= _limits(low, high)
    form = ".1f" if q.key == "inlet_temperature" else ".0f" if _whole(q) else ".3g"
    figure.add_heatmap(
        x0=0.5,
        dx=1,
        y0=_middle(0),
        dy=PITCH,
        z=_stored(q, grid, shown),
        customdata=told,
        zmin=low,
        zmax=high,
        xgap=2,
        colorscale=_COLOURS.get(q.key, "Cividis"),
        colorbar=bar,
        hoverongaps=False,
        hovertemplate=f"%{{customdata}}<br><b>{say(q.name)}: %{{z:{form}}}{' ' + unit if unit else ''}</b><extra></extra>",
    )


def _mask(figure: go.Figure, grid: _Grid) -> None:
    """Lies on the places without a rack, and aisles on the racks, whose colours reach from row to row."""
    cells = grid.of(np.full(sum(len(hall.racks) for hall in grid.halls), np.nan), 0)
    for hall, (line, column) in zip(grid.halls, grid.corners, strict=True):
        for row, position in hall.free:
            cells[line + row, column + position] = 1
    figure.add_heatmap(
        x0=-0.5,
        dx=1,
        y0=_middle(-1),
        dy=PITCH,
        z=np.pad(cells, 1).astype(np.float32),  # a line of places more all around: edges of colours show as hairs
        zmin=0,
        zmax=1,
        colorscale=[[0, "white"], [1, FLOOR]],
        showscale=False,
        hoverongaps=False,
        hovertemplate=" <extra></extra>",
        hoverlabel={"bgcolor": "rgba(0,0,0,0)", "bordercolor": "rgba(0,0,0,0)"},
    )
    aisle = (PITCH - RACK) / 2
    shapes: list[dict[str, Any]] = []
    for hall, (line, column) in zip(grid.halls, grid.corners, strict=True):
        left, right = column, column + len(hall.positions)
        top, bottom = _middle(line) - RACK / 2, _middle(line + len(hall.rows) - 1) + RACK / 2
        bands = [(top - aisle - 0.1, top - 0.1, "white"), (top - 0.1, top, FLOOR), (bottom, bottom + 0.1, FLOOR)]
        bands.append((bottom + 0.1, bottom + aisle + 0.1, "white"))
        for i in range(len(hall.rows) - 1):
            bands.append((_middle(line + i) + RACK / 2, _middle(line + i + 1) - RACK / 2, FLOOR))
        shapes += [
            {"x0": left, "x1": right, "y0": y0, "y1": y1, "fillcolor": colour, "line": {"width": 0}} for y0, y1, colour in bands
        ]
        shapes.append({"x0": left, "x1": right, "y0": top - 0.1, "y1": bottom + 0.1, "line": {"width": 1, "color": "#AAAAAA"}})
        for row, position in hall.free:
            x, y = column + position, _middle(line + row)
            dotted = {"width": 1, "dash": "dot", "color": "#888888"}
            shapes.append({"x0": x + 0.08, "x1": x + 0.92, "y0": y - RACK / 2, "y1": y + RACK / 2, "line": dotted})
    figure.update_layout(shapes=[{"type": "rect", **shape} for shape in shapes])


def _range(q: floor.Quantity) -> tuple[float, float]:
    """Of the colours, the same at every moment."""
    finite = q.values[np.isfinite(q.values)] / _scale(q)[0]
    if q.unit != "degC":
        return 0.0, max(float(finite.max()), 100.0 if q.unit == "%" else 1e-9)
    low, high = floor.widened(float(finite.min()), float(finite.max()))
    if q.key == "inlet_temperature":
        return min(low, floor.RECOMMENDED[0] - 1), max(high, floor.RECOMMENDED[1] + 1)
    return low, high


def _limits(low: float, high: float) -> dict[str, Any]:
    """Ticks of a colour bar of inlets that name the range which ASHRAE recommends."""
    cold, hot = floor.RECOMMENDED
    between = [t for t in np.arange(np.ceil(low / 2) * 2, high + 0.01, 2.0) if min(abs(t - cold), abs(t - hot)) >= 1]
    named = [(cold, say("{t:.0f} lowest<br>recommended", t=cold)), (hot, say("{t:.0f} highest<br>recommended", t=hot))]
    ticks = sorted([(float(t), f"{t:.0f}") for t in between] + named)
    return {"tickvals": [t for t, _ in ticks], "ticktext": [text for _, text in ticks]}


def _scale(q: floor.Quantity) -> tuple[float, str]:
    if q.unit == "W":
        return power_scale(float(np.nanmax(q.values)))
    return 1.0, {"degC": "°C"}.get(q.unit, q.unit)


def _whole(q: floor.Quantity) -> bool:
    """Whether whole numbers of its unit, in one byte each, say enough."""
    values = q.values / _scale(q)[0]
    highest = float(np.nanmax(values))
    return q.key != "inlet_temperature" and FINE <= highest <= 255 and not (values < 0).any()


def _stored(q: floor.Quantity, grid: _Grid, moment: int) -> _Array | list[list[float | None]]:
    """As the chart carries it, (line, column).  What no rack has lies under the mask: nothing is shortest there."""
    values = q.values[moment] / _scale(q)[0]
    if _whole(q):
        return np.nan_to_num(grid.of(np.round(values), 0)).astype(np.uint8)
    digits = 1 if np.nanmax(q.values) / _scale(q)[0] >= 20 else 3
    cells = grid.of(np.round(values, digits), 0)
    return [[0 if v == 0 else v if np.isfinite(v) else None for v in line] for line in cells.tolist()]


def _told(view: floor.Floor) -> _Array:
    """What is known of each rack at any moment."""
    texts = np.full(len(view.racks), "", dtype=object)
    for hall in view.halls:
        for (row, position), i in zip(hall.place, hall.racks, strict=True):
            lines = [
                f"<b>{short(view.racks[i])}</b>",
                say("row {row}, position {position}", row=_label(hall.rows[row]), position=_label(hall.positions[position])),
            ]
            if view.types[i]:
                lines.append(say("type {type}", type=short(view.types[i])))
            if view.pools[i]:
                lines.append(say("pool {pool}", pool=short(view.pools[i])))
            if view.accelerators[i]:
                lines.append(say("{n} accelerators", n=view.accelerators[i]))
            if np.isfinite(view.rated[i]):
                divisor, unit = power_scale(view.rated[i])
                lines.append(say("rated {power:.4g} {unit}", power=view.rated[i] / divisor, unit=unit))
            texts[i] = "<br>".join(lines)
    return texts


def _label(label: float | str) -> str:
    return f"{label:g}" if isinstance(label, float) else short(label, 12)

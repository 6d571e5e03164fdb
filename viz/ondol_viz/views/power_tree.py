"""The chain of power as a tree at some moments: from the utility down to racks, cooling and base load, and how loaded each part is.

Units of a bank stand in one box; in it, units whose loads never differ by more than `ALIKE` of their rating are one cell.  Racks are
folded by hall and by the boxes that feed them, cooling by its kind and by the boxes that feed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..graph import Edges, Graph, Loss, depths, places
from ..run import Run
from ..style import power_scale
from ..words import say
from .blocks import moments, rows_at
from .chain import alike, common_name
from .missing import MissingData

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["common_name"]  # of the cells

_UNITS = {"transformer", "switchgear", "UPS", "busway", "PDU", "cable", "transfer switch", "generator", "battery"}
# Owners of the energy of the site that are one kind of load.
_OWNERS = {
    "CRAH": ("crah_fans",),
    "CDU": ("cdu_pumps",),
    "mechanical": ("plant_pumps", "chillers", "tower_fans", "dry_cooler_fans"),
    "base load": ("site_base",),
    "network": ("network",),
    "heat load": ("heat_loads",),
}
MOST = 10  # boxes of one kind that the same boxes feed

# Of a box, in the layout, whose layers and places are 1 apart; heights are from its middle.
HALF_WIDTH, HALF_HEIGHT = 0.46, 0.39
BAR_LOW, BAR_HIGH = -0.08, 0.09  # of the bars of its cells
STORED_LOW, STORED_HIGH = -0.13, -0.10  # of the bar of its batteries
NAME, KIND, LOAD, STORED = 0.29, 0.17, -0.21, -0.32  # of its texts
_LANE = 0.055  # between horizontal parts of wires that would touch
_LOST, _BACK = ("power_lost", "load_shed"), ("power_back", "load_restored")


@dataclass(frozen=True)
class Cell:
    """Units of one box that are always equally loaded, or all loads of a box together."""

    box: int
    names: tuple[str, ...]
    rating: float  # W, of each


@dataclass(frozen=True)
class Box:
    name: str  # of the file: bank, hall; "" for what its kind says already
    kind: str  # as in the table of vertices
    count: int
    rating: float  # W, of each; NaN where they differ
    rated: float  # W, of all together
    layer: int  # 0: the utility
    x: float
    single: Loss | None  # what the loss of one of its units alone takes
    standby: bool  # feeds only where something else has failed
    unit: bool  # of a power bank, not a load


@dataclass(frozen=True)
class Wire:
    source: int  # box
    target: int
    standby: bool  # carries something only where another has failed
    x: tuple[float, ...]  # corners of its path, in the layout: layer n is at y = -n
    y: tuple[float, ...]


@dataclass(frozen=True)
class PowerTree:
    """Moments come first in every array; NaN: not known."""

    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    cells: tuple[Cell, ...]  # box by box
    when: pd.DatetimeIndex  # UTC
    load: Floats  # (moment, cell), 1, of the rating
    power: Floats  # (moment, cell), W, of all its units
    charge: Floats  # (moment, cell), 1, of the battery that holds least
    dark: Ints  # (moment, box): how many of it are without power
    layers: int
    width: float  # of the widest layer, in boxes


def has_tree(run: Run) -> bool:
    """Whether the file has the graph and what its units carry."""
    return not run.vertices.empty and _reports(run) > 0


def power_tree(run: Run, at: Ints | None = None) -> PowerTree:
    """The tree at reports number `at`; without, at the stops of the time slider.

    Raises MissingData where the file has no graph (formats before 1.5) or no loads of power units.
    """
    graph = _need(run)
    stops = moments(run, "feeds")
    stops = stops[stops < _reports(run)]  # while a file grows, its series differ by a flush
    loads = rows_at(run, "feeds", "load_fraction", stops)
    at = stops if at is None else at
    members, pairs = _fold(graph)
    layer = _layers(len(members), list(pairs))
    x = places(layer, list(pairs))
    boxes = tuple(_box(graph, vertices, int(layer[i]), float(x[i])) for i, vertices in enumerate(members))
    reader = _Reader(run, graph, at, loads, [box.kind for box in boxes])
    cells, columns = [], []
    for number, vertices in enumerate(members):
        for mine in reader.cells(vertices):
            names = tuple(str(name) for name in graph.names[mine])
            cells.append(Cell(number, names, float(graph.rating[mine].mean())))
            columns.append(reader.values(mine))
    values = np.array(columns)  # (cell, quantity, moment)
    return PowerTree(
        boxes=boxes,
        wires=_wires(boxes, pairs),
        cells=tuple(cells),
        when=reader.when,
        load=values[:, 0].T,
        power=values[:, 1].T,
        charge=values[:, 2].T,
        dark=_dark(run, graph, members, reader.when),
        layers=int(layer.max(initial=0)) + 1,
        width=float(x.max(initial=0.0)) + 1,
    )


def texts(box: Box) -> tuple[str, str]:
    """Name and kind: "ups", "12 × UPS"; what has no name of its own has its kind for one."""
    kind = say({"mechanical": "plant", "network": "fabric switches"}.get(box.kind, box.kind))
    kind = kind if box.count == 1 else say("{count} × {kind}", count=box.count, kind=kind)
    return (box.name, kind) if box.name not in ("", box.kind) else (kind, "")


def load_text(view: PowerTree, moment: int, box: int) -> str:
    """ "47 % of 30 MW", or what is without power."""
    mine = [i for i, cell in enumerate(view.cells) if cell.box == box]
    load = view.load[moment, mine]
    rated = view.boxes[box].rated
    if dark := int(view.dark[moment, box]):
        count = view.boxes[box].count
        return say("dark") if dark == count else say("{dark} of {count} dark", dark=dark, count=count)
    if not np.isfinite(load).any():
        return say("rated {rating}", rating=watts(rated)) if rated > 0 else ""
    low, high = round(100 * float(np.nanmin(load))), round(100 * float(np.nanmax(load)))
    percent = f"{high} %" if low == high else f"{low}–{high} %"
    return say("{percent} of {rating}", percent=percent, rating=watts(rated))


def stored_text(view: PowerTree, moment: int, box: int) -> str:
    """ "stored 91 %", of the battery that holds least; nothing without batteries."""
    charge = view.charge[moment, [i for i, cell in enumerate(view.cells) if cell.box == box]]
    return say("stored {percent} %", percent=round(100 * float(np.nanmin(charge)))) if np.isfinite(charge).any() else ""


def watts(power: float) -> str:
    """ "1.15 MW"."""
    divisor, unit = power_scale(2 * power)  # from 1 MW up in MW
    return f"{power / divisor:.3g} {unit}"


def bars(view: PowerTree) -> tuple[Floats, Floats, Floats]:
    """Middle, width and low end of the bar of each cell in the layout, as wide as it has units."""
    middle, width, low = np.zeros((3, len(view.cells)))
    for number, box in enumerate(view.boxes):
        mine = [i for i, cell in enumerate(view.cells) if cell.box == number]
        units = np.array([len(view.cells[i].names) for i in mine], dtype=np.float64)
        ends = np.concatenate([[0.0], np.cumsum(units)]) / units.sum() * 1.8 * HALF_WIDTH + box.x - 0.9 * HALF_WIDTH
        middle[mine], width[mine] = (ends[1:] + ends[:-1]) / 2, np.diff(ends)
        low[mine] = -box.layer + BAR_LOW
    return middle, width, low


def _need(run: Run) -> Graph:
    graph = Graph.of(run)
    if graph is None:
        raise MissingData("the run has no stored graph (table vertices); results format 1.5 and later have it")
    if not has_tree(run):
        raise MissingData("the run has no series feeds/load_fraction")
    return graph


def _fold(graph: Graph) -> tuple[list[list[int]], dict[tuple[int, int], bool]]:
    """Vertices of each box, and which boxes feed which: on stand-by only or not."""
    power, standby = graph.edges("power"), graph.edges("standby")
    source, target = np.concatenate([power.source, standby.source]), np.concatenate([power.target, standby.target])
    used = np.unique(np.concatenate([source, target]))
    depth = depths(graph.names.size, list(zip(source.tolist(), target.tolist(), strict=True)))
    above: dict[int, list[int]] = {}
    for a, b in zip(source.tolist(), target.tolist(), strict=True):
        above.setdefault(b, []).append(a)
    box_of: dict[int, int] = {}
    members: list[list[int]] = []
    for level in sorted(set(depth[used].tolist())):
        feeders = {v: frozenset(box_of[up] for up in above.get(v, ())) for v in used[depth[used] == level].tolist()}
        for vertices in _boxes_of_level(graph, feeders):
            box_of.update(dict.fromkeys(vertices, len(members)))
            members.append(vertices)
    return members, {**_joined(standby, box_of, True), **_joined(power, box_of, False)}


def _boxes_of_level(graph: Graph, feeders: dict[int, frozenset[int]]) -> list[list[int]]:
    """Units by bank, racks by hall, other loads by kind, apart where other boxes feed them; all of a kind together where the same boxes
    feed more than `MOST`."""
    alike: dict[tuple[str, frozenset[int]], dict[str, list[int]]] = {}
    for v, ups in feeders.items():
        kind = str(graph.kinds[v])
        part = str(graph.banks[v]) if kind in _UNITS or kind in ("rack", "network", "heat load") else ""
        alike.setdefault((kind, ups), {}).setdefault(part, []).append(v)
    boxes: list[list[int]] = []
    for parts in alike.values():
        many = len(parts) > MOST
        boxes += [[v for part in parts.values() for v in part]] if many else list(parts.values())
    return boxes


def _joined(edges: Edges, box_of: dict[int, int], standby: bool) -> dict[tuple[int, int], bool]:
    return {(box_of[a], box_of[b]): standby for a, b in zip(edges.source.tolist(), edges.target.tolist(), strict=True)}


def _layers(size: int, pairs: Sequence[tuple[int, int]]) -> Ints:
    """Longest way from the sources; sources right above the first that they feed."""
    layer = depths(size, pairs)
    for source in set(range(size)) - {b for _, b in pairs}:
        layer[source] = min((layer[b] for a, b in pairs if a == source), default=1) - 1
    return layer


def _wires(boxes: Sequence[Box], pairs: dict[tuple[int, int], bool]) -> tuple[Wire, ...]:
    """Down from each feeder, along above the layer of what it feeds, and down to that; feeders whose ways along overlap get lanes."""
    spans: dict[tuple[int, int], list[float]] = {}  # by layer fed and feeder
    for a, b in pairs:
        spans.setdefault((boxes[b].layer, a), [boxes[a].x]).append(boxes[b].x)
    lanes: dict[tuple[int, int], int] = {}
    ends: dict[int, list[float]] = {}  # of each lane above a layer
    for (layer, a), xs in sorted(spans.items(), key=lambda item: (item[0][0], min(item[1]))):
        taken = ends.setdefault(layer, [])
        lane = next((i for i, end in enumerate(taken) if end < min(xs) - 1e-9), len(taken))
        taken[lane:] = [max(xs), *taken[lane + 1 :]]
        lanes[layer, a] = lane
    wires = []
    for (a, b), standby in pairs.items():
        above, below = boxes[a], boxes[b]
        along = -below.layer + 0.5 + _LANE * ((lanes[below.layer, a] + 1) // 2) * (-1) ** lanes[below.layer, a]
        path = (-above.layer - HALF_HEIGHT, along, along, -below.layer + HALF_HEIGHT)
        wires.append(Wire(a, b, standby, (above.x, above.x, below.x, below.x), path))
    return tuple(wires)


def _box(graph: Graph, vertices: Sequence[int], layer: int, x: float) -> Box:
    kind = str(graph.kinds[vertices[0]])
    ratings = graph.rating[vertices]
    same = bool(np.ptp(ratings) <= 1e-9 * ratings.max()) and ratings[0] > 0
    lost = [graph.single["power"][v] for v in vertices if v in graph.single.get("power", {})]
    names = {str(graph.banks[v] or graph.names[v]) for v in vertices}
    fed = {v for edges in ("power", "standby") for v in graph.edges(edges).target.tolist()}
    feeds_only_standby = not set(vertices) & set(graph.edges("power").source.tolist())
    return Box(
        name=names.pop() if len(names) == 1 else "",
        kind=kind,
        count=len(vertices),
        rating=float(ratings[0]) if same else float("nan"),
        rated=float(ratings.sum()),
        layer=layer,
        x=x,
        single=max(lost, key=lambda loss: loss.rack_power) if lost else None,
        standby=kind in _UNITS and feeds_only_standby and not fed & set(vertices),
        unit=kind in _UNITS,
    )


def _reports(run: Run) -> int:
    """Of the loads of units."""
    series = run.stored("feeds/load_fraction")
    return 0 if series is None else len(series)


def _has(run: Run, group: str, name: str) -> bool:
    """Whether the group has the series, with as many reports as the feeds."""
    series = run.stored(f"{group}/{name}")
    return series is not None and len(series) >= _reports(run)


def _columns(run: Run, group: str, axis: str) -> dict[str, int]:
    stored = run.stored(f"{group}/{axis}")
    return {} if stored is None else {str(name): column for column, name in enumerate(stored.asstr()[...].tolist())}


class _Reader:
    """What units and loads carry at some reports: loads other than racks where the site has a series of them alone."""

    def __init__(self, run: Run, graph: Graph, at: Ints, loads: Floats, kinds: Sequence[str]) -> None:
        self._graph = graph
        self._feed = _columns(run, "feeds", "feed")
        self._loads = loads
        seconds = rows_at(run, "feeds", "time", at)
        self.when = pd.DatetimeIndex(run.start + pd.to_timedelta(seconds, unit="s"))
        self._load = rows_at(run, "feeds", "load_fraction", at)
        self._power = rows_at(run, "feeds", "power", at) if _has(run, "feeds", "power") else np.full(self._load.shape, np.nan)
        self._charge = rows_at(run, "feeds", "state_of_charge", at) if _has(run, "feeds", "state_of_charge") else None
        self._rack: dict[str, int] = {}
        if _has(run, "racks", "power"):
            self._rack = _columns(run, "racks", "rack")
            self._rack_power = rows_at(run, "racks", "power", at)
        self._site: dict[str, Floats] = {}
        owned = {kind: [f"power_{owner}" for owner in owners] for kind, owners in _OWNERS.items()}
        for kind, names in {**owned, "utility": ["power"]}.items():
            shared = kind == "mechanical" and "pumps" in kinds  # some of its pumps stand in another box
            if kinds.count(kind) == 1 and not shared and all(_has(run, "site", name) for name in names):
                self._site[kind] = np.sum([rows_at(run, "site", name, at) for name in names], axis=0)

    def cells(self, vertices: Sequence[int]) -> list[list[int]]:
        """Units that are always equally loaded together; loads all together."""
        if str(self._graph.kinds[vertices[0]]) not in _UNITS:
            return [list(vertices)]
        columns = [self._feed.get(str(self._graph.series[v])) for v in vertices]
        known = [(v, c) for v, c in zip(vertices, columns, strict=True) if c is not None]
        if not known:
            return [list(vertices)]
        groups = alike(self._loads[:, [c for _, c in known]], [""] * len(known))
        return [[known[i][0] for i in group] for group in groups]

    def values(self, vertices: Sequence[int]) -> Floats:
        """(load, power, charge) by moment."""
        graph, moments_ = self._graph, self.when.size
        unknown = np.full(moments_, np.nan)
        labels = [str(graph.series[v]) for v in vertices]
        kind = str(graph.kinds[vertices[0]])
        if kind in self._site or (kind == "rack" and all(label in self._rack for label in labels)):
            columns = [self._rack[label] for label in labels] if kind == "rack" else []
            power = self._site[kind] if kind in self._site else np.nansum(self._rack_power[:, columns], axis=1)
            rated = float(graph.rating[list(vertices)].sum())
            return np.array([power / rated if rated > 0 else unknown, power, unknown])
        columns = [self._feed[label] for label in labels if label in self._feed]
        if not columns:
            return np.array([unknown, unknown, unknown])
        charge = unknown if self._charge is None else np.fmin.reduce(self._charge[:, columns], axis=1)
        return np.array([self._load[:, columns].max(axis=1), self._power[:, columns].sum(axis=1), charge])


def _dark(run: Run, graph: Graph, members: Sequence[Sequence[int]], when: pd.DatetimeIndex) -> Ints:
    """How many of each box are without power at the moments, from the events."""
    dark = np.zeros((when.size, len(members)), dtype=np.int64)
    events = run.events
    if not {"time", "kind", "subject"} <= set(events.columns):
        return dark
    box_of = {str(graph.names[v]): number for number, vertices in enumerate(members) for v in vertices}
    told = events[events["kind"].isin(_LOST + _BACK) & events["subject"].isin(list(box_of))]
    without: set[str] = set()
    times = told["time"].to_numpy(dtype="datetime64[ns]")
    after = np.searchsorted(when.to_numpy(dtype="datetime64[ns]"), times, side="left")  # the first moment that sees it
    counts = np.zeros(len(members), dtype=np.int64)
    done = 0
    for moment, kind, subject in zip(after.tolist(), told["kind"], told["subject"], strict=True):
        dark[done:moment] = counts
        done = moment
        lost = kind in _LOST
        if lost != (subject in without):
            (without.add if lost else without.discard)(subject)
            counts[box_of[subject]] += 1 if lost else -1
    dark[done:] = counts
    return dark

"""The networks of a center as racks and tiers of switches, and how loaded the links between them are.

Racks and switches that are joined to the same others stand in one box; where a tier has more than `MOST` such boxes, neighbours in order
share one.  All links between two boxes are one bundle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..graph import Graph, Loss, places
from ..run import Run
from ..words import say
from .blocks import moments, rows_at
from .missing import MissingData

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

MOST = 12  # boxes of a tier
HALF_WIDTH, HALF_HEIGHT = 0.42, 0.13  # of a box, where tiers stand in rows 1 apart


@dataclass(frozen=True)
class Box:
    kind: str  # "rack", "leaf", "spine", "core", "router", "switch"
    names: tuple[str, ...]
    tier: int  # 0: racks
    x: float
    y: float
    single: Loss | None  # the most that the loss of one of it alone takes


@dataclass(frozen=True)
class Bundle:
    a: int  # boxes; the one nearer to the racks first
    b: int
    links: int
    capacity: float  # byte/s in each sense, of all together


@dataclass(frozen=True)
class Tier:
    kind: str
    count: int
    down: float  # byte/s in each sense, towards the racks
    up: float  # away from them


@dataclass(frozen=True)
class Fabric:
    """Arrays are (moment, bundle), without moments where the run did not record loads of links."""

    name: str
    declared: bool  # in the scenario; others are assumed by the program
    boxes: tuple[Box, ...]
    bundles: tuple[Bundle, ...]
    tiers: tuple[Tier, ...]  # from the racks up
    ring: bool  # switches of a tier are joined to each other, so that they stand on a circle
    when: pd.DatetimeIndex  # UTC
    mean: Floats  # 1, of the capacity: mean of the links of the bundle
    high: Floats  # 1, of its fullest link


def fabrics(run: Run) -> list[str]:
    """Ids of the declared fabrics."""
    graph = Graph.of(run)
    if graph is None:
        return []
    networks = set(np.flatnonzero(graph.kinds == "network").tolist())
    held = {str(graph.banks[v]) for v in np.flatnonzero(graph.kinds == "network switch") if int(graph.holder[v]) in networks}
    return [bank for bank in dict.fromkeys(graph.banks.astype(str).tolist()) if bank in held]


def has_fabric(run: Run) -> bool:
    """Whether the file has the graph of a declared fabric."""
    return bool(fabrics(run))


def fabric_view(run: Run, name: str, at: Ints | None = None) -> Fabric:
    """A declared fabric, or the one assumed for a pool, at reports number `at` of the links; without, at the stops of the time slider.

    Raises MissingData where the file has no such fabric.
    """
    graph = Graph.of(run)
    if graph is None:
        raise MissingData("the run has no stored graph (table vertices); results format 1.5 and later have it")
    edges = graph.edges("fabric")
    mine = (graph.kinds == "network switch") & (graph.banks == name)
    kept = mine[edges.source] | mine[edges.target]
    if not kept.any():
        raise MissingData(f"the run has no fabric {name!r}")
    source, target, capacity = edges.source[kept], edges.target[kept], edges.capacity[kept]
    tier = _tiers(graph, source, target)
    ring = bool((tier[source] == tier[target]).any())
    members = _fold(graph, tier, source, target, capacity, name, ring)
    box_of = np.full(tier.size, -1)
    for number, vertices in enumerate(members):
        box_of[vertices] = number
    low = np.where(tier[source] <= tier[target], source, target)
    high = np.where(tier[source] <= tier[target], target, source)
    pairs: dict[tuple[int, int], list[int]] = {}
    for link, (a, b) in enumerate(zip(box_of[low].tolist(), box_of[high].tolist(), strict=True)):
        pairs.setdefault((a, b) if tier[low[link]] != tier[high[link]] else (min(a, b), max(a, b)), []).append(link)
    x, y = _layout(members, tier, list(pairs), ring)
    single = graph.single.get("fabric", {})
    boxes = tuple(
        Box(
            kind=_kind(graph, vertices[0], name),
            names=tuple(str(n) for n in graph.names[vertices]),
            tier=int(tier[vertices[0]]),
            x=float(x[number]),
            y=float(y[number]),
            single=max((single[v] for v in vertices if v in single), key=lambda loss: loss.nodes, default=None),
        )
        for number, vertices in enumerate(members)
    )
    when, mean, fullest = _loads(run, list(pairs.values()), source, target, at)
    return Fabric(
        name=name,
        declared=name in fabrics(run),
        boxes=boxes,
        bundles=tuple(Bundle(a, b, len(links), float(capacity[links].sum())) for (a, b), links in pairs.items()),
        tiers=_capacities(graph, name, tier, low, high, capacity),
        ring=ring,
        when=when,
        mean=mean,
        high=fullest,
    )


def dots(view: Fabric) -> tuple[Floats, Floats]:
    """Where each bundle has its dot: nearer to the racks than the middle, so that dots of crossing bundles stand apart; of links within
    a box of a ring, inside of it."""
    ends = [(view.boxes[bundle.a], view.boxes[bundle.b]) for bundle in view.bundles]
    inside = np.array([0.86 if bundle.a == bundle.b else 1.0 for bundle in view.bundles])
    return (
        inside * np.array([0.6 * a.x + 0.4 * b.x for a, b in ends]),
        inside * np.array([0.6 * a.y + 0.4 * b.y for a, b in ends]),
    )


def bits(bytes_per_second: float) -> str:
    """ "12.8 Tbit/s"."""
    rate = 8 * bytes_per_second
    divisor, unit = (1e12, "Tbit/s") if rate >= 1e12 else (1e9, "Gbit/s")
    return f"{rate / divisor:.4g} {unit}"


def tier_text(tier: Tier) -> str:
    """ "32 × leaf", and in a second and third line "51.2 Tbit/s down", "25.6 Tbit/s up, 2 : 1"."""
    name = say("{count} × {kind}", count=tier.count, kind=say(tier.kind))
    if tier.down <= 0 or tier.up <= 0:
        return name
    ratio = tier.down / tier.up
    told = say("{down} down\n{up} up, {ratio:.3g} : 1", down=bits(tier.down), up=bits(tier.up), ratio=ratio)
    return f"{name}\n{told}"


def label(view: Fabric, box: Box) -> str:
    """`box_text` where there is room: not of the switches of a large ring."""
    crowded = view.ring and box.tier > 0 and sum(other.tier > 0 for other in view.boxes) > MOST
    return "" if crowded else box_text(box)


def box_text(box: Box) -> str:
    """ "8 × leaf"; a single switch has its own name."""
    if len(box.names) == 1:
        return box.names[0] if box.kind == "rack" else "/".join(box.names[0].split("/")[1:]) or box.names[0]
    return say("{count} × {kind}", count=len(box.names), kind=say(box.kind))


def _tiers(graph: Graph, source: Ints, target: Ints) -> Ints:
    """Fewest links to a rack."""
    far = np.iinfo(np.int64).max // 2
    tier = np.full(graph.names.size, far, dtype=np.int64)
    tier[graph.kinds == "rack"] = 0
    while True:
        next_ = tier.copy()
        np.minimum.at(next_, target, tier[source] + 1)
        np.minimum.at(next_, source, tier[target] + 1)
        next_[graph.kinds == "rack"] = 0
        if (next_ == tier).all():
            return tier
        tier = next_


def _kind(graph: Graph, vertex: int, fabric: str) -> str:
    if graph.kinds[vertex] == "rack":
        return "rack"
    parts = str(graph.names[vertex]).removeprefix(f"{fabric}/").split("/")
    return next((kind for kind in ("leaf", "spine", "core", "router") if kind in parts), "switch")


def _fold(graph: Graph, tier: Ints, source: Ints, target: Ints, capacity: Floats, fabric: str, ring: bool) -> list[list[int]]:
    """Vertices of each box, from the racks up."""
    above: dict[int, set[int]] = {}
    joined: dict[int, set[tuple[int, float]]] = {}
    for a, b, c in zip(source.tolist(), target.tolist(), capacity.tolist(), strict=True):
        joined.setdefault(a, set()).add((b, c))
        joined.setdefault(b, set()).add((a, c))
        if tier[a] != tier[b]:
            low, high = (a, b) if tier[a] < tier[b] else (b, a)
            above.setdefault(low, set()).add(high)
    members: list[list[list[int]]] = []
    box_of: dict[int, tuple[int, int]] = {}
    used = np.array(sorted(joined))
    for level in sorted(set(tier[used].tolist()), reverse=True):
        groups: dict[Any, list[int]] = {}
        for v in used[tier[used] == level].tolist():
            ups = frozenset(box_of[up] for up in above.get(v, ()))
            if ring and level > 0:
                key: Any = _group(str(graph.names[v]), fabric)
            elif level > 0:
                key = (ups, frozenset(joined[v]))
            else:
                key = ups
            groups.setdefault(key, []).append(v)
        boxes = _chunks(list(groups.values()), 3 * MOST if ring else MOST)
        for number, vertices in enumerate(boxes):
            box_of.update(dict.fromkeys(vertices, (level, number)))
        members.append(boxes)
    return [vertices for boxes in reversed(members) for vertices in boxes]


def _group(name: str, fabric: str) -> str:
    """Of a dragonfly its group, else the switch itself."""
    parts = name.removeprefix(f"{fabric}/").split("/")
    return "/".join(parts[:2]) if parts[0] == "group" else name


def _chunks(groups: list[list[int]], most: int) -> list[list[int]]:
    """Neighbours in order together, so that no more than `most` are left."""
    size = -(-len(groups) // most)
    return [[v for group in groups[i : i + size] for v in group] for i in range(0, len(groups), max(size, 1))]


def _layout(
    members: Sequence[Sequence[int]], tier: Ints, pairs: Sequence[tuple[int, int]], ring: bool
) -> tuple[Floats, Floats]:
    """Tiers in rows, racks at y = 0; or switches on a circle and racks around it."""
    level = np.array([int(tier[vertices[0]]) for vertices in members])
    if not ring:
        return places(int(level.max()) - level, pairs), level.astype(np.float64)
    switches = np.flatnonzero(level > 0)
    angle = np.zeros(level.size)
    angle[switches] = 2 * np.pi * np.arange(switches.size) / switches.size
    for rack in np.flatnonzero(level == 0).tolist():
        near = [b if a == rack else a for a, b in pairs if rack in (a, b)]
        angle[rack] = float(np.angle(np.exp(1j * angle[near]).sum()))
    racks = np.flatnonzero(level == 0)
    order = racks[np.argsort(angle[racks], kind="stable")]
    turn = 2 * np.pi * np.arange(order.size) / max(order.size, 1)
    angle[order] = turn + (angle[order[0]] if order.size else 0.0)
    radius = np.where(level == 0, 1.6, 1.0) * max(1.0, switches.size / (2 * np.pi))
    return radius * np.sin(angle), radius * np.cos(angle)


def _capacities(graph: Graph, fabric: str, tier: Ints, low: Ints, high: Ints, capacity: Floats) -> tuple[Tier, ...]:
    across = tier[low] == tier[high]
    found = []
    vertices = np.unique(np.concatenate([low, high]))
    for level in sorted(set(tier[vertices].tolist())):
        mine = vertices[tier[vertices] == level]
        down = float(capacity[(tier[high] == level) & ~across].sum())
        up = float(capacity[(tier[low] == level) & ~across].sum())
        found.append(Tier(_kind(graph, int(mine[0]), fabric), mine.size, down, up))
    return tuple(found)


def _loads(
    run: Run, bundles: Sequence[Sequence[int]], source: Ints, target: Ints, at: Ints | None
) -> tuple[pd.DatetimeIndex, Floats, Floats]:
    links = run.links
    nothing = np.zeros((0, len(bundles)))
    if "load_fraction" not in links or links.sizes.get("time", 0) == 0:
        return pd.DatetimeIndex([]), nothing, nothing
    at = moments(run, "links") if at is None else at
    column = {pair: i for i, pair in enumerate(zip(links["from"].values.tolist(), links["to"].values.tolist(), strict=True))}
    wanted = [[column.get((int(source[link]), int(target[link])), -1) for link in bundle] for bundle in bundles]
    if any(i < 0 for bundle in wanted for i in bundle):
        return pd.DatetimeIndex([]), nothing, nothing  # of a fabric that is assumed, not declared
    load = rows_at(run, "links", "load_fraction", at)
    mean = np.stack([load[:, bundle].mean(axis=1) for bundle in wanted], axis=1)
    high = np.stack([load[:, bundle].max(axis=1) for bundle in wanted], axis=1)
    return pd.DatetimeIndex(links["time"].values[at]), mean, high

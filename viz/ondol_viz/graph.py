"""The stored graph of a center, and a layered layout of what feeds what.

    graph = Graph.of(run)
    graph.names[graph.children(graph.row("ups/1"), "power")]

Vertices are rows of the table `vertices`; nodes and accelerators are folded into their racks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .run import Run

Ints = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Texts = np.ndarray[Any, np.dtype[np.object_]]

_SWEEPS = 8  # down and up again, of the ordering within layers


@dataclass(frozen=True)
class Edges:
    """Of one layer, in the order of the file."""

    source: Ints  # rows of vertices
    target: Ints
    capacity: Floats  # byte/s in each sense; 0 but on the fabric


@dataclass(frozen=True)
class Loss:
    """What the loss of one vertex takes."""

    racks: int
    nodes: int
    rack_power: float  # W, rated


@dataclass(frozen=True)
class Graph:
    names: Texts
    kinds: Texts  # "UPS", "rack" ...
    banks: Texts  # power bank, plant, hall, fabric or pool; "" without
    series: Texts  # label in feeds, racks ...; "" without
    holder: Ints  # -1: none
    rating: Floats  # W
    nodes: Ints
    layers: Mapping[str, Edges]
    single: Mapping[str, Mapping[int, Loss]]  # layer -> vertex -> what its loss takes

    @staticmethod
    def of(run: Run) -> Graph | None:
        """None where the file has no graph: those of formats before 1.5."""
        table, edges, single = run.vertices, run.edges, run.single_points
        if table.empty:
            return None
        layer = edges["layer"].to_numpy() if len(edges) else np.array([])
        return Graph(
            names=table["vertex"].to_numpy(dtype=object),
            kinds=table["kind"].to_numpy(dtype=object),
            banks=table["bank"].to_numpy(dtype=object),
            series=table["series"].to_numpy(dtype=object),
            holder=table["holder"].to_numpy(dtype=np.int64),
            rating=table["rating"].to_numpy(dtype=np.float64),
            nodes=table["nodes"].to_numpy(dtype=np.int64),
            layers={
                str(name): Edges(
                    edges["from"].to_numpy(dtype=np.int64)[layer == name],
                    edges["to"].to_numpy(dtype=np.int64)[layer == name],
                    edges["capacity"].to_numpy(dtype=np.float64)[layer == name],
                )
                for name in dict.fromkeys(layer.tolist())
            },
            single={
                str(name): {
                    int(row["vertex"]): Loss(int(row["racks"]), int(row["nodes"]), float(row["rack_power"]))
                    for row in losses.to_dict("records")
                }
                for name, losses in (single.groupby("layer") if len(single) else ())
            },
        )

    def edges(self, layer: str) -> Edges:
        """Of a layer that nothing has: none."""
        nothing = np.zeros(0, dtype=np.int64)
        return self.layers.get(layer, Edges(nothing, nothing, np.zeros(0)))

    def row(self, name: str) -> int:
        """Raises KeyError for a name that nothing has."""
        return self._rows[name]

    def children(self, vertex: int, layer: str) -> Ints:
        edges = self.edges(layer)
        found: Ints = edges.target[edges.source == vertex]
        return found

    def parents(self, vertex: int, layer: str) -> Ints:
        edges = self.edges(layer)
        found: Ints = edges.source[edges.target == vertex]
        return found

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {str(name): row for row, name in enumerate(self.names.tolist())}


def depths(size: int, edges: Sequence[tuple[int, int]]) -> Ints:
    """Length of the longest way that leads to each vertex: the layer it is drawn in.  Ways end where they enter a circle."""
    depth = np.zeros(size, dtype=np.int64)
    children: list[list[int]] = [[] for _ in range(size)]
    entering = np.zeros(size, dtype=np.int64)
    for a, b in set(edges):
        if a != b:
            children[a].append(b)
            entering[b] += 1
    ready = [v for v in range(size) if entering[v] == 0]
    while ready:
        v = ready.pop()
        for child in children[v]:
            depth[child] = max(depth[child], depth[v] + 1)
            entering[child] -= 1
            if entering[child] == 0:
                ready.append(child)
    return depth


def places(layer: Ints, edges: Sequence[tuple[int, int]]) -> Floats:
    """Where along its layer each vertex stands, at least 1 apart: vertices in the order of the mean of their neighbours, as near to it as
    there is room (barycentre method).  The first place of the widest layer is 0."""
    size = layer.size
    neighbours: list[list[int]] = [[] for _ in range(size)]
    for a, b in set(edges):
        if a != b:
            neighbours[a].append(b)
            neighbours[b].append(a)
    rows = [np.flatnonzero(layer == number) for number in range(int(layer.max(initial=-1)) + 1)]
    widest = max((row.size for row in rows), default=0)
    x = np.zeros(size)
    for row in rows:
        x[row] = np.arange(row.size) + (widest - row.size) / 2
    for sweep in range(2 * _SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            wanted = x[row].copy()
            for i, v in enumerate(row):
                near = [n for n in neighbours[v] if (layer[n] < layer[v]) == down and layer[n] != layer[v]]
                if near:
                    wanted[i] = x[near].mean()
            x[row] = _apart(wanted, 0.0, float(widest - 1))
    return x


def _apart(wanted: Floats, low: float, high: float) -> Floats:
    """Places 1 apart, in the order of those wanted, with the least sum of squares of moves (pooled neighbours), from `low` to `high`."""
    order = np.argsort(wanted, kind="stable")
    target = wanted[order] - np.arange(order.size)
    sums: list[float] = []
    counts: list[int] = []
    for value in target:
        sums.append(float(value))
        counts.append(1)
        while len(sums) > 1 and sums[-2] / counts[-2] >= sums[-1] / counts[-1]:
            sums[-2:] = [sums[-2] + sums[-1]]
            counts[-2:] = [counts[-2] + counts[-1]]
    level = np.repeat([s / c for s, c in zip(sums, counts, strict=True)], counts)
    placed = np.empty(order.size)
    placed[order] = np.clip(level, low, high - order.size + 1) + np.arange(order.size)
    return placed

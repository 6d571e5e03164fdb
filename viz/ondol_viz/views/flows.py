"""Where the energy of a run came from and went: nodes and ribbons from the meter to the die.

What the ledger holds is drawn, no more.  It has one loss for all transformers, one for all UPS and so on, and does not say which part
of it belongs to which load: so there is one trunk that losses leave one after the other, in the order of the power chain, and the
loads follow after the last of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..run import Run
from ..style import BLACK, FAMILIES, FAMILY_NAMES, GREY, OWNER_NAMES, VERMILION, percent, power_scale
from ..words import say
from .blocks import blocks
from .missing import MissingData

Floats = np.ndarray[Any, np.dtype[np.float64]]

# Losses between the meter and the racks, from the meter on, and within the racks.
CHAIN = ("generator_loss", "switchgear_loss", "transformer_loss", "battery_loss", "ups_loss", "pdu_loss", "busway_loss")
IN_RACKS = ("shelf_loss", "psu_loss")
NEGLIGIBLE = 1e-9  # of all energy: rounding of what batteries hold more or less than before
J_PER_MWH = 3.6e9
TIGHT = 0.5  # of a step between columns: of the trunk
TRUNK = "#6E6E6E"

TITLES = {
    "owner": "Energy from the meter to the die",
    "pool": "Energy by pool",
    "vendor": "Energy by vendor of the accelerators",
}
GROUPS = {"pool": "energy_by_pool", "vendor": "energy_by_vendor"}
LISTED = 12  # pools or vendors; the smaller ones share a node
_PARTS = (
    ("it_energy", "IT equipment", FAMILIES["IT"]["host"]),
    ("cooling_energy", "cooling", FAMILIES["cooling"]["plant_pumps"]),
    ("distribution_energy", "losses before the racks, site base load", FAMILIES["conversion"]["ups_loss"]),
)


@dataclass(frozen=True)
class Node:
    name: str  # a sentence, or text of the file; empty: the trunk between two losses
    colour: str
    column: int  # 0 is the supply
    energy: float  # J, through it
    said: bool = True  # whether the name is a sentence
    after: str = ""  # of the trunk: the loss before it, a sentence


@dataclass(frozen=True)
class Ribbon:
    source: int  # numbers of nodes
    target: int
    energy: float  # J
    colour: str


@dataclass(frozen=True)
class Flows:
    """Nodes of a column stand from the top down in their order here."""

    nodes: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]
    total: float  # J, supplied

    @property
    def last(self) -> int:
        """Column of those that nothing follows."""
        return max(node.column for node in self.nodes)

    def lefts(self, wide: float) -> Floats:
        """Left edges of the columns over a width of 1, for nodes `wide`: those of the trunk stand closer together."""
        trunk = {node.column for node in self.nodes if not node.name}
        steps = [TIGHT if column in trunk else 1.0 for column in range(1, self.last + 1)]
        return np.concatenate([[0.0], np.cumsum(steps)]) / sum(steps) * (1 - wide)

    def amount(self, energy: float) -> str:
        """`12.3 MWh, 4.5 %`: all in the unit of the total."""
        divisor, unit = power_scale(self.total / 3600.0 / 5)
        value = energy / 3600.0 / divisor
        text = f"{value:,.0f}" if value >= 99.95 else f"{value:#.3g}" if value >= 0.001 else "< 0.001"
        return f"{text} {unit}h, {percent(100 * energy / self.total)}"


@dataclass
class _Draft:
    """Nodes and ribbons while they are put together."""

    total: float
    nodes: list[Node] = field(default_factory=list)
    ribbons: list[Ribbon] = field(default_factory=list)

    def node(self, node: Node, source: int | None = None) -> int:
        """Adds it, fed by `source`; returns its number."""
        self.nodes.append(node)
        if source is not None:
            self.ribbons.append(Ribbon(source, len(self.nodes) - 1, node.energy, node.colour))
        return len(self.nodes) - 1

    def matters(self, energy: float) -> bool:
        return energy > NEGLIGIBLE * self.total

    def done(self) -> Flows:
        return Flows(tuple(self.nodes), tuple(self.ribbons), self.total)


def energy_flows(run: Run) -> Flows:
    """From the meter, generators and stores through the losses of the chain to those who use it, each owner once.

    Of the ledger; of the series for a run that has none yet, or was killed.
    """
    owners, generated, stored = _energies(run)
    metered = sum(owners.values()) + stored - generated
    supplies = [("utility", BLACK, metered), ("generators", VERMILION, generated), ("taken from stores", GREY, -stored)]
    total = sum(energy for _, _, energy in supplies if energy > 0)
    if not total > 0:
        raise MissingData("the run has used no energy")
    draft = _Draft(total)
    supplies = [supply for supply in supplies if draft.matters(supply[2])]
    chain = [owner for owner in CHAIN if draft.matters(owners.get(owner, 0.0))]
    one = len(supplies) == 1
    first = 0 if one else 1
    last = first + max(len(chain), 1) + 1
    trunk = draft.node(Node(supplies[0][0] if one else "", BLACK if one else TRUNK, first, total))
    if not one:
        for name, colour, energy in supplies:
            draft.ribbons.append(Ribbon(draft.node(Node(name, colour, 0, energy)), trunk, energy, colour))

    lost: list[tuple[int, Node]] = []  # source, node: drawn below everything else, the first to leave lowest
    if draft.matters(stored):
        lost.append((trunk, Node("into stores", GREY, last, stored)))
    left = total - max(stored, 0.0)
    for number, owner in enumerate(chain):
        if number:
            trunk = draft.node(Node("", TRUNK, first + number, left, after=OWNER_NAMES[chain[number - 1]]), trunk)
        lost.append((trunk, _owner(owner, owners[owner], last)))
        left -= owners[owner]
    racks = [owner for owner in (*FAMILIES["IT"], *IN_RACKS) if draft.matters(owners.get(owner, 0.0))]
    cooling = [owner for owner in FAMILIES["cooling"] if draft.matters(owners.get(owner, 0.0))]
    for family, middle, members in (("IT", "host", racks), ("cooling", "plant_pumps", cooling)):
        if members:
            energy = sum(owners[owner] for owner in members)
            node = draft.node(Node(FAMILY_NAMES[family], FAMILIES[family][middle], last - 1, energy), trunk)
            for owner in members:
                draft.node(_owner(owner, owners[owner], last), node)
    for owner in owners:
        if owner not in (*racks, *cooling, *chain) and draft.matters(owners[owner]):
            draft.node(_owner(owner, owners[owner], last), trunk)
    for source, loss in reversed(lost):
        draft.node(loss, source)
    return draft.done()


def _owner(owner: str, energy: float, column: int) -> Node:
    colour = next((colours[owner] for colours in FAMILIES.values() if owner in colours), GREY)
    return Node(OWNER_NAMES.get(owner, owner), colour, column, energy, said=owner in OWNER_NAMES)


def _energies(run: Run) -> tuple[dict[str, float], float, float]:
    """Joules by owner, of generators, and that batteries and storage hold more than at the start."""
    ledger = run.ledger
    known = {} if run.kpis.empty else dict(zip(run.kpis["name"], run.kpis["value"].astype(float), strict=True))
    if not ledger.empty:
        owners = {str(owner): float(joules) for owner, joules in zip(ledger["owner"], ledger["energy"], strict=True)}
        used = sum(owners.values())
        generated = known.get("generated_energy", 0.0) * J_PER_MWH
        metered = known["energy"] * J_PER_MWH if "energy" in known else used - generated
        return owners, generated, metered + generated - used
    site = run.stored("site")
    there = set(site) if site is not None else set()
    series = [name for name in there if name.startswith("power_")]
    if not series:
        raise MissingData("the run has no ledger and no series site/power_accelerator")
    beside = [name for name in ("generator_power", "battery_stored_power") if name in there]
    data = blocks(run, "site", [*series, *beside])
    joules = {name: float(np.nansum(watts * data.hours)) * 3600.0 for name, watts in data.means.items()}
    stored = joules.get("battery_stored_power", 0.0)
    if (storage := run.stored("storage")) is not None and "stored_power" in storage:
        held = blocks(run, "storage", ["stored_power"])
        stored += float(np.nansum(held.means["stored_power"] * held.hours[:, None])) * 3600.0
    return {name.removeprefix("power_"): joules[name] for name in series}, joules.get("generator_power", 0.0), stored


def energy_flows_by(run: Run, group: str) -> Flows:
    """From all that was used through IT, cooling and losses to the pools or vendors (`group`) whose share they are.

    Raises MissingData for a run without the table, or with one pool or vendor alone.
    """
    table = run.table(GROUPS[group])
    parts = [part for part, _, _ in _PARTS]
    if not {group, *parts} <= set(table.columns) or not float(table[parts].to_numpy(dtype=float).sum()) > 0:
        raise MissingData(f"the run has no table {GROUPS[group]}")
    if len(table) < 2:
        raise MissingData(f"the run has one {group} only")
    names, energies = _largest(table, group, parts)
    draft = _Draft(float(energies.sum()))
    supply = draft.node(Node("all that was used", BLACK, 0, draft.total))
    sources = [
        draft.node(Node(name, colour, 1, float(energy)), supply) if draft.matters(float(energy)) else None
        for (_, name, colour), energy in zip(_PARTS, energies.sum(axis=0), strict=True)
    ]
    for name, row in zip(names, energies, strict=True):
        target = draft.node(Node(name or "others", GREY, 2, float(row.sum()), said=not name))
        draft.ribbons += [
            Ribbon(source, target, float(energy), draft.nodes[source].colour)
            for source, energy in zip(sources, row, strict=True)
            if source is not None and draft.matters(float(energy))
        ]
    return draft.done()


def _largest(table: pd.DataFrame, group: str, parts: Sequence[str]) -> tuple[list[str], Floats]:
    """Names and energies (name, part) from the largest down; beyond LISTED all others together under an empty name."""
    energies = table[list(parts)].to_numpy(dtype=float)
    order = np.argsort(-energies.sum(axis=1), kind="stable")
    names, energies = [str(name) for name in table[group].to_numpy()[order]], energies[order]
    if len(names) <= LISTED:
        return names, energies
    return [*names[: LISTED - 1], ""], np.vstack([energies[: LISTED - 1], energies[LISTED - 1 :].sum(axis=0)])


def spoken(node: Node) -> str:
    """The name of a node in the language spoken now."""
    if node.name:
        return say(node.name) if node.said else node.name
    return say("left after {name}", name=say(node.after)) if node.after else say("supplied")


@dataclass(frozen=True)
class Place:
    """Where a node stands, and where a ribbon begins and ends: shares of the height from the top down."""

    top: float
    bottom: float


def outline(begin: Place, end: Place, left: float, right: float) -> tuple[Floats, Floats]:
    """A ribbon from `left` to `right` as a polygon (x, y) that leaves and arrives level."""
    share = np.linspace(0, 1, 25)
    bend = (1 - np.cos(np.pi * share)) / 2
    x = left + (right - left) * share
    upper, lower = begin.top + (end.top - begin.top) * bend, begin.bottom + (end.bottom - begin.bottom) * bend
    return np.concatenate([x, x[::-1]]), np.concatenate([upper, lower[::-1]])


@dataclass(frozen=True)
class Layout:
    nodes: tuple[Place, ...]
    begins: tuple[Place, ...]  # of the ribbons, at their source
    ends: tuple[Place, ...]  # at their target


def layout(flows: Flows, gap: float) -> Layout:
    """Columns from right to left: the last one fills the height with `gap` between its nodes, those before it stand opposite what they
    feed."""
    lowest = sum(node.column == flows.last for node in flows.nodes) - 1
    gap = min(gap, 0.7 / max(lowest, 1))
    scale = (1 - gap * lowest) / flows.total
    middles: dict[int, float] = {}
    for column in range(flows.last, -1, -1):
        members = [number for number, node in enumerate(flows.nodes) if node.column == column]
        heights = [scale * flows.nodes[number].energy for number in members]
        wanted = [_opposite(flows, number, middles) for number in members]
        for number, middle in zip(members, _apart(wanted, heights, gap), strict=True):
            middles[number] = middle
    nodes = [
        Place(middles[number] - scale * node.energy / 2, middles[number] + scale * node.energy / 2)
        for number, node in enumerate(flows.nodes)
    ]
    return Layout(
        tuple(nodes),
        _stacked(flows, nodes, [ribbon.source for ribbon in flows.ribbons], [middles[r.target] for r in flows.ribbons], scale),
        _stacked(flows, nodes, [ribbon.target for ribbon in flows.ribbons], [middles[r.source] for r in flows.ribbons], scale),
    )


def _opposite(flows: Flows, number: int, middles: dict[int, float]) -> float:
    """The mean of where what it feeds stands; 0 without."""
    out = [ribbon for ribbon in flows.ribbons if ribbon.source == number]
    weight = sum(ribbon.energy for ribbon in out)
    return sum(middles[ribbon.target] * ribbon.energy for ribbon in out) / weight if weight else 0.0


def _apart(wanted: Sequence[float], heights: Sequence[float], gap: float) -> list[float]:
    """Middles from the top down, at least `gap` between the nodes, within the height."""
    middles = []
    top = 0.0
    for middle, height in zip(wanted, heights, strict=True):
        middles.append(max(middle, top + height / 2))
        top = middles[-1] + height / 2 + gap
    bottom = 1.0
    for number in range(len(middles) - 1, -1, -1):
        middles[number] = min(middles[number], bottom - heights[number] / 2)
        bottom = middles[number] - heights[number] / 2 - gap
    return middles


def _stacked(
    flows: Flows, nodes: Sequence[Place], at: Sequence[int], others: Sequence[float], scale: float
) -> tuple[Place, ...]:
    """Ribbons side by side along the nodes numbered `at`, in the order in which the nodes at their `others` ends stand."""
    places = [Place(0, 0)] * len(flows.ribbons)
    tops = [place.top for place in nodes]
    for number in sorted(range(len(flows.ribbons)), key=lambda n: others[n]):
        top = tops[at[number]]
        tops[at[number]] = top + scale * flows.ribbons[number].energy
        places[number] = Place(top, tops[at[number]])
    return tuple(places)

"""Whose the energy was: tenants, pools, vendors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..run import Run
from ..style import BLUE, FAMILIES, GREY, ORANGE, energy_text, percent
from ..words import say
from .blocks import Floats
from .missing import MissingData

_LONGEST = 32  # characters of a name that has room beside a bar
LISTED = 10  # the smaller ones share a row
IDLE = "(idle)"  # what the file calls the tenant of accelerators that no job held

# Parts of an energy: sentence, colour, hatch.
PARTS = {
    "nodes": ("their nodes", BLUE, ""),
    "share": ("their share of cooling and losses", ORANGE, "/"),
    "jobs": ("while jobs held them", BLUE, ""),
    "idle": ("while no job held them", GREY, "/"),
    "it": ("IT equipment", FAMILIES["IT"]["host"], ""),
    "cooling": ("cooling", FAMILIES["cooling"]["plant_pumps"], "/"),
    "losses": ("losses before the racks, site base load", FAMILIES["conversion"]["ups_loss"], "\\"),
}


@dataclass(frozen=True)
class Parties:
    """Those of one kind, the largest first.  Energies in J, (party,), by PARTS; they sum to the energy consumed."""

    title: str  # a sentence
    names: tuple[str, ...]  # text of the file, or said where it is a sentence
    energy: dict[str, Floats]
    facts: tuple[str, ...]  # said: what stands beside each

    @property
    def total(self) -> Floats:
        total: Floats = np.sum(list(self.energy.values()), axis=0)
        return total


# Kind of the file: title, and the column of each part.  What is left of the whole energy is the share of cooling and losses.
_KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "tenant": ("Energy by tenant", {"nodes": "node_energy"}),
    "pool": ("Energy by pool", {"jobs": "job_energy", "idle": "idle_energy"}),
    "vendor": (
        "Energy by vendor of the accelerators",
        {"it": "it_energy", "cooling": "cooling_energy", "losses": "distribution_energy"},
    ),
}


def energy_by_party(run: Run) -> tuple[Parties, ...]:
    """Of tenants, pools and vendors of the accelerators, as far as the file tells of more than one.

    Raises MissingData where it tells of none."""
    tables = {kind: run.table(f"energy_by_{kind}") for kind in _KINDS}
    told = tuple(_parties(kind, table) for kind, table in tables.items() if len(table) > 1)
    if not told:
        raise MissingData("the run has no table of energy by tenant, pool or vendor with more than one row")
    return told


def has_parties(run: Run) -> bool:
    """Whether a table has more than one row."""
    return any(len(run.table(f"energy_by_{kind}")) > 1 for kind in ("tenant", "pool", "vendor"))


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _parties(kind: str, table: pd.DataFrame) -> Parties:
    title, columns = _KINDS[kind]
    table = table.sort_values("energy", ascending=False, kind="stable").reset_index(drop=True)
    names = [say("held by no job") if name == IDLE else _cut(str(name)) for name in table[kind]]
    numbers = table.drop(columns=kind)
    if len(table) > LISTED:
        rest = numbers.iloc[LISTED - 1 :].sum().to_frame().T
        numbers = pd.concat([numbers.iloc[: LISTED - 1], rest], ignore_index=True)
        names = [*names[: LISTED - 1], say("{n} smaller ones", n=len(table) - LISTED + 1)]
    energy = {part: numbers[column].to_numpy(dtype=np.float64) for part, column in columns.items()}
    left = numbers["energy"].to_numpy(dtype=np.float64) - np.sum(list(energy.values()), axis=0)
    if kind == "tenant":
        energy["share"] = left
    whole = float(numbers["energy"].sum())
    facts = []
    for row in numbers.to_dict("records"):
        said = [energy_text(row["energy"]), percent(100 * row["energy"] / whole if whole > 0 else 0.0)]
        if row.get("cost"):  # none without a tariff
            said.append(say("{cost:,.4g} million KRW", cost=row["cost"] / 1e6))
        if row.get("carbon"):
            said.append(say("{carbon:,.4g} t of CO₂", carbon=row["carbon"] / 1e3))
        facts.append(", ".join(said))
    return Parties(title, tuple(names), energy, tuple(facts))

"""What the scenario of a run declares of its equipment: what pictures need beside the series."""

from __future__ import annotations

import functools
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..run import Run

_FACTORS = {"": 1.0, "W": 1.0, "kW": 1e3, "MW": 1e6, "GW": 1e9, "degC": 1.0, "kg/s": 1.0, "m3": 1.0}

SLOWDOWN_OVER_OPERATING_K = 2.0  # where only slowdown is declared: docs/models/thermal-limit.md [hopperlogs2025]


@dataclass(frozen=True)
class RackType:
    """NaN where the scenario does not say."""

    rated: float  # W
    accelerators: int
    operating: float  # degC, above which its accelerators let their clock fall


def declared(run: Run) -> Mapping[str, Any]:
    """Tables of the resolved scenario; empty when the run has none that can be read."""
    return _read(run.scenario)


def entries(table: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The tables of an array `[[name]]`."""
    found = table.get(name, [])
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def part(table: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The table `[a.b.c]`; empty when there is none."""
    for name in path:
        found = table.get(name)
        if not isinstance(found, dict):
            return {}
        table = found
    return table


def bare(value: Any) -> Any:
    """A value without its source: `{ value = "x", tier = ... }` is "x"."""
    return value.get("value") if isinstance(value, dict) else value


def quantity(value: Any) -> float:
    """`"42.8 kW"`, `72` or `{ value = ..., source = ... }` as a number: W, degC, kg/s, m3 or a count; NaN for anything else."""
    value = bare(value)
    if isinstance(value, bool):
        return float("nan")
    if isinstance(value, int | float):
        return float(value)
    found = re.fullmatch(r"\s*([-+0-9.eE]+)\s*(\S*)\s*", value) if isinstance(value, str) else None
    try:
        return float(found[1]) * _FACTORS[found[2]] if found else float("nan")
    except (KeyError, ValueError):
        return float("nan")


def rack_type(run: Run, name: str) -> RackType:
    """Rating, accelerators and their highest operating temperature of a type of rack."""
    tables = declared(run)
    rack = part(tables, "rack", name)
    node = part(tables, "node", str(bare(rack.get("node"))))
    accelerator = part(tables, "accelerator", str(bare(node.get("accelerator"))))
    held = quantity(rack.get("nodes")) * quantity(node.get("accelerators"))
    operating = quantity(accelerator.get("operating_temperature"))
    if math.isnan(operating):
        operating = quantity(accelerator.get("slowdown_temperature")) - SLOWDOWN_OVER_OPERATING_K
    return RackType(quantity(rack.get("rated_power")), int(held) if held > 0 else 0, operating)


@functools.lru_cache(maxsize=8)
def _read(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}

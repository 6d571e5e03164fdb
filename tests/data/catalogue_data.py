"""The catalogue as the reader sees it: entries with what they extend laid below them."""

import copy
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "scenarios/catalogue"
KINDS = {"accelerator", "psu", "node", "rack", "power_unit", "network_switch", "optic", "cdu", "crah", "chiller", "tower",
         "dry_cooler", "fluid", "model", "training_stack", "tariff", "calibration", "interconnect", "holiday_calendar", "breaker"}


def merged(base: dict, top: dict) -> dict:
    """`top` laid over `base` as the reader does: key by key, table by table, a value with its own provenance replaced whole."""
    out = copy.deepcopy(base)
    for key, value in top.items():
        if key in ("battery", "generator", "ups", "transfer", "control", "data", "all_reduce", "all_gather", "reduce_scatter", "all_to_all", "nvls") and isinstance(out.get(key), dict):
            out[key] = merged(out[key], value)
        elif key != "extends":
            out[key] = copy.deepcopy(value)
    return out


def load() -> dict[str, dict[str, dict]]:
    raw: dict[str, dict[str, dict]] = {}
    for file in sorted([*FOLDER.glob("*.toml"), *FOLDER.glob("calibrations/*.toml")]):
        with file.open("rb") as stream:
            for kind, entries in tomllib.load(stream).items():
                assert kind in KINDS, f"{file.name}: unknown kind {kind}"
                for entry_id, entry in entries.items():
                    assert entry_id not in raw.setdefault(kind, {}), f"{kind} {entry_id} declared twice"
                    raw[kind][entry_id] = entry

    def resolve(kind: str, entry_id: str) -> dict:
        entry = raw[kind][entry_id]
        return merged(resolve(kind, entry["extends"]), entry) if "extends" in entry else entry

    return {kind: {i: resolve(kind, i) for i in entries} for kind, entries in raw.items()}


def plain(value):
    return value["value"] if isinstance(value, dict) and "value" in value else value


def si(text: str) -> float:
    """Value of a quantity in the base unit, for the few units these tests need."""
    scale = {"W": 1, "kW": 1e3, "MW": 1e6, "FLOP/s": 1, "TFLOP/s": 1e12, "pJ/FLOP": 1e-12, "pJ/op": 1e-12, "pJ/B": 1e-12, "MHz": 1e6, "GHz": 1e9, "W/K": 1, "TB/s": 1e12, "K/W": 1}
    number, unit = text.split(" ", 1)
    return float(number) * scale[unit]


CATALOGUE = load()

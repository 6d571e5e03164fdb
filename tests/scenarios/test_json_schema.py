"""`ondol schema` against an independent validator: it is a schema, it accepts what the reader accepts, it refuses typical slips."""
import copy
import datetime
import json
import os
import subprocess
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
ONDOL = Path(os.environ.get("ONDOL", ROOT / "build" / "ondol"))
FIXTURES = ROOT / "tests" / "scenarios" / "fixtures"
SCENARIOS = sorted((ROOT / "scenarios" / "examples").glob("*.toml")) + [FIXTURES / "whole.toml", FIXTURES / "small.toml"]
STEPS = sorted((ROOT / "scenarios" / "steps").glob("*.toml")) + sorted((ROOT / "tests" / "validation" / "training").glob("*.toml"))
SWEEPS = sorted((ROOT / "scenarios" / "sweeps").glob("*.toml"))
SIZINGS = sorted((ROOT / "scenarios" / "sizing").glob("*.toml"))
CATALOGUE = sorted((ROOT / "scenarios" / "catalogue").glob("*.toml"))


def plain(value):
    """TOML as JSON: dates become texts."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def load(path: Path) -> dict:
    return plain(tomllib.loads(path.read_text(encoding="utf-8")))


def printed(*options) -> Draft202012Validator:
    text = subprocess.run([ONDOL, "schema", *options], capture_output=True, text=True, check=True, timeout=60).stdout
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    return printed()


@pytest.fixture(scope="module")
def step_schema() -> Draft202012Validator:
    return printed("--steps")


@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.name)
def test_step_files_are_accepted(step_schema, path):
    assert [error.message for error in step_schema.iter_errors(load(path))] == []


@pytest.mark.parametrize("slip", [{"rack": 3}, {"tensor_parallel": 0}, {"recompute": "ful"}, {"published": {"step": "1"}}, {"pool": "a"}], ids=str)
def test_slips_of_step_files_are_refused(step_schema, slip):
    document = load(STEPS[0])
    document["step"][0].update(slip)
    assert not step_schema.is_valid(document)


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.name)
def test_sweep_files_are_accepted(path):
    assert [error.message for error in printed("--sweep").iter_errors(load(path))] == []


@pytest.mark.parametrize("path", SIZINGS, ids=lambda path: path.name)
def test_sizing_files_are_accepted(path):
    assert [error.message for error in printed("--size").iter_errors(load(path))] == []


@pytest.mark.parametrize("slip", [{"desing": "grid"}, {"design": "gird"}, {"samples": 0}, {"ensemble": "64"}, {"responses": ["pue", "pue"]},
                                  {"axis": [{"name": "a", "kee": "x"}]}, {"skip": [{"why": "x"}]}, {"base": 3}, {"tier": "assumed"}], ids=str)
def test_slips_of_sweep_files_are_refused(slip):
    assert not printed("--sweep").is_valid({**load(SWEEPS[0]), **slip})


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.name)
def test_scenarios_are_accepted(schema, path):
    assert [error.message for error in schema.iter_errors(load(path))] == []


@pytest.mark.parametrize("path", CATALOGUE, ids=lambda path: path.name)
def test_catalogue_files_are_accepted_as_parts_of_a_scenario(schema, path):
    assert [error.message for error in schema.iter_errors({"extends": "a scenario.toml", **load(path)})] == []


def change(document: dict, path: list, value) -> dict:
    document = copy.deepcopy(document)
    at = document
    for step in path[:-1]:
        at = at[step]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["simulation", "sed"], 3),
        (["simulation", "duration"], "7"),
        (["simulation", "duration"], 7),
        (["simulation", "start"], "soon"),
        (["site"], None),
        (["site", "latitude"], 91),
        (["racks", 0, "fed_by"], None),
        (["racks", 0, "count"], 0),
        (["racks", 0, "count"], 1.5),
        (["power", 0, "feed"], "duel"),
        (["hall", 0, "air", "recirculation"], 2),
        (["steady", 0, "activity", "sm"], "0.5"),
        (["trace", 0, "pools", "air"], 1.5),
        (["psu"], {"x": {"loss": {"form": "table", "efficiency": ["0.9"]}}}),
        (["plant", 0, "pump_power"], {"value": "15 kW", "teir": "assumed"}),
        (["frobs"], []),
    ],
    ids=str,
)
def test_slips_are_refused(schema, path, value):
    assert not schema.is_valid(change(load(FIXTURES / "whole.toml"), path, value))

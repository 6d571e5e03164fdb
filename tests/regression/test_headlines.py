"""The examples give the headline numbers that they gave before (`.ci/goldens --update` when they move on purpose)."""
import importlib.machinery
import importlib.util
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
loader = importlib.machinery.SourceFileLoader("goldens", str(ROOT / ".ci" / "goldens"))
goldens = importlib.util.module_from_spec(importlib.util.spec_from_loader("goldens", loader))
loader.exec_module(goldens)

ONDOL = Path(os.environ.get("ONDOL", ROOT / "build" / "ondol"))
EXAMPLES = sorted(path.stem for path in goldens.GOLDENS.glob("*.json"))


def test_there_are_goldens():
    assert EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES)
def test_headlines(example):
    assert goldens.compare(ONDOL, example) == []


def test_a_moved_number_is_seen():
    old = {"pue": {"value": 1.21, "units": "1"}, "peak_power": {"value": 4e7, "units": "W"}}
    assert goldens.differences(old, {name: dict(kpi) for name, kpi in old.items()}) == []
    moved = {"pue": {"value": 1.21002, "units": "1"}, "peak_power": {"value": 4e7 * (1 + 1e-9), "units": "W"}}
    assert goldens.differences(old, moved) == ["pue: 1.21 -> 1.21002 1 (+0.001653 %)"]
    assert goldens.differences(old, {"pue": {"value": None, "units": "1"}}) == ["peak_power: gone", "pue: 1.21 -> None 1"]

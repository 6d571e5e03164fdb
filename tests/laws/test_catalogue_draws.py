"""Draws of the catalogue: the laws hold for every one, a dump of one gives its bits again, and another one is another site."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.laws.random_scenario import random_scenario
from tests.laws.test_laws import check_laws
from tests.support.program import EXAMPLES, ondol, run_scenario

RANDOM = 40
ASSUMED = "simulation.assumed_uncertainty={ assumed = 0.2, literature = 0.1, datasheet = 0.05 }"


def draw(number: int) -> list[str]:
    return ["--set", f"simulation.catalogue_draw={number}", "--set", f"simulation.calibration_draw={number}"]


@pytest.mark.parametrize("seed", range(RANDOM))
def test_random_scenario_obeys_the_laws_in_every_draw(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "random.toml"
    file.write_text(random_scenario(seed))
    result = run_scenario(file, tmp_path / "run.h5", *draw(seed + 1), "--set", ASSUMED)
    check_laws(result, tmp_path / "run.h5")


@pytest.mark.parametrize("name", ["one_rack.toml", "liquid_hall.toml"])
def test_dump_of_a_draw_runs_to_the_same_bits(name: str, tmp_path: Path) -> None:
    options = [*draw(3), "--set", ASSUMED, "--until", "1 h"]
    drawn = run_scenario(EXAMPLES / name, tmp_path / "a.h5", *options)
    dumped = ondol("dump", EXAMPLES / name, *options)
    assert dumped.code == 0, dumped.err
    assert "draw = 3" in dumped.out
    file = tmp_path / "dumped.toml"
    file.write_text(dumped.out)
    assert run_scenario(file, tmp_path / "b.h5")["content_hash"] == drawn["content_hash"]
    other = ondol("check", file, "--set", "simulation.catalogue_draw=4")
    assert other.code == 2
    assert "is of draw 3 of the catalogue" in other.err


def test_draws_move_losses_cooling_and_cost(tmp_path: Path) -> None:
    kpis = [
        run_scenario(EXAMPLES / "one_rack.toml", tmp_path / "a.h5", "--until", "2 h", "--set", f"simulation.catalogue_draw={n}")["kpis"]
        for n in (0, 1, 2)
    ]
    for name in ("pue", "energy", "cost_total"):
        assert len({k[name]["value"] for k in kpis}) == 3, name

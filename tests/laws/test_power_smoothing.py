"""Power smoothing: less swing for more energy, the same in window and mean, and nothing where nothing is asked for."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.support.program import EXAMPLES, ondol, run_scenario

# A checkpoint of one_hall stalls for 2.6 s.
FLOOR = {"floor": "0.8", "hold": '"4 s"', "ramp_up": '"5 kW/s"', "ramp_down": '"1 kW/s"'}
STORAGE = {"storage": '"65 J"', "storage_power": '"140 W"'}


def run(folder: Path, keys: dict[str, str], window: str = "30 min") -> dict:
    """Four hours of `one_hall` with a window on its training job."""
    file = folder / "smoothed.toml"
    file.write_text(f'extends = "{EXAMPLES / "one_hall.toml"}"\n[[phase_window]]\nname = "w"\nstart = "3 h"\nduration = "{window}"\njobs = ["pretrain-8b"]\n')
    smoothing = [part for key, value in keys.items() for part in ("--set", f"racks[0].power_smoothing.{key}={value}")]
    result = run_scenario(file, folder / "run.h5", "--until", "4 h", *smoothing)
    assert abs(result["ledger_residual"]) < 1e-9
    with h5py.File(folder / "run.h5") as h5:
        result["job_power"] = h5["windows/w/job_power"][:, 0].astype(float)
    return result


def kpi(result: dict, name: str) -> float:
    return result["kpis"][name]["value"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return run(tmp_path_factory.mktemp("plain"), {})


@pytest.fixture(scope="module")
def floored(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return run(tmp_path_factory.mktemp("floored"), FLOOR)


def test_a_floor_cuts_the_swing_and_costs_energy(plain: dict, floored: dict) -> None:
    assert np.ptp(floored["job_power"]) < 0.5 * np.ptp(plain["job_power"])
    assert kpi(floored, "swing_ramp") < kpi(plain, "swing_ramp")
    assert kpi(floored, "it_energy") > 1.005 * kpi(plain, "it_energy")
    assert floored["job_power"].mean() > 1.01 * plain["job_power"].mean()
    # What is done is the same; warmer dies alone slow it a little.
    assert kpi(floored, "tokens") == pytest.approx(kpi(plain, "tokens"), rel=1e-3)


def test_window_and_mean_agree(floored: dict) -> None:
    assert abs(kpi(floored, "phase_energy_difference")) < 0.005


def test_a_floor_not_held_long_enough_lets_the_job_fall_slowly(plain: dict, floored: dict, tmp_path: Path) -> None:
    short = run(tmp_path, FLOOR | {"hold": '"1 s"', "ramp_down": '"100 W/s"'})
    # 1.6 s of the checkpoint are left: some 160 W of each of 256 accelerators.
    fallen_w = floored["job_power"].min() - short["job_power"].min()
    assert fallen_w == pytest.approx(256 * 160, rel=0.25)
    assert short["job_power"].min() > plain["job_power"].min() + fallen_w


@pytest.mark.parametrize("rate", ["500 W/s", "50 W/s"])
def test_a_slow_rise_alone_moves_energy_and_makes_none(plain: dict, rate: str, tmp_path: Path) -> None:
    """What it withholds is drawn some iterations later: over half an hour the job draws what it drew."""
    slow = run(tmp_path, {"ramp_up": f'"{rate}"'})
    assert slow["job_power"].mean() == pytest.approx(plain["job_power"].mean(), rel=1e-3)
    assert abs(kpi(slow, "phase_energy_difference")) < 0.001
    assert kpi(slow, "it_energy") == pytest.approx(kpi(plain, "it_energy"), rel=1e-3)


def test_ramps_bound_how_fast_the_job_moves(floored: dict, plain: dict) -> None:
    accelerators = 256
    rise, fall = np.diff(floored["job_power"]).max() / 0.01, -np.diff(floored["job_power"]).min() / 0.01
    # Of the accelerators; hosts move with their phases, and the supplies' losses with both.
    host_w = np.abs(np.diff(plain["job_power"])).max()
    assert rise < 5000 * accelerators * 1.1 + host_w / 0.01
    assert fall < rise


def test_storage_takes_the_edges_and_loses_a_little(plain: dict, tmp_path: Path) -> None:
    stored = run(tmp_path, STORAGE)
    assert np.abs(np.diff(stored["job_power"])).max() < np.abs(np.diff(plain["job_power"])).max()
    assert 1.0 < stored["job_power"].mean() / plain["job_power"].mean() < 1.005


def test_a_table_that_smooths_nothing_changes_nothing(plain: dict, tmp_path: Path) -> None:
    neutral = run(tmp_path, {"floor": "0.0"})
    np.testing.assert_allclose(neutral["job_power"], plain["job_power"], rtol=1e-4)  # as stored
    assert kpi(neutral, "it_energy") == pytest.approx(kpi(plain, "it_energy"), rel=1e-9)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"floor": "1.2"}, "0.9"),
        ({"ramp_up": '"200 W"'}, "is a power, not a rate of change of power (units that fit: W/s"),
        ({"ramp_up": '"0 W/s"'}, "above 0"),
        ({"storage": '"65 J"'}, "storage without storage_power"),
        ({"storage_power": '"65 W"'}, "storage_power without storage"),
        ({"flor": "0.5"}, 'Did you mean "floor"'),
    ],
)
def test_wrong_keys_are_refused(keys: dict[str, str], said: str) -> None:
    done = ondol("check", EXAMPLES / "one_hall.toml", *[part for k, v in keys.items() for part in ("--set", f"racks[0].power_smoothing.{k}={v}")])
    assert done.code == 2
    assert said in done.err

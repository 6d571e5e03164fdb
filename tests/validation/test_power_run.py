"""The metered MLPerf run: node power, energy and swing stay within what is asked for; nothing of the run is a parameter."""
from pathlib import Path

import numpy as np
import pytest

from tests.support.program import ONDOL, ROOT

FOLDER = Path(__file__).parent / "power_run"


@pytest.fixture(scope="module")
def ours(rows):
    return rows.simulated(ONDOL, rows.meter_lag_s())


@pytest.fixture(scope="module")
def theirs(rows):
    return rows.measured("AC")


def error(a: float, b: float) -> float:
    return a / b - 1


def test_data_say_what_the_logs_say(rows, theirs):
    assert theirs.power_w.mean() == pytest.approx(6849, rel=1e-3)
    assert theirs.training_w == pytest.approx(6902, rel=1e-3)
    assert theirs.evaluation_w == pytest.approx(6323, rel=1e-3)
    assert (theirs.run_s, theirs.evaluation_s) == pytest.approx((3412.67, 12.97), rel=1e-3)
    assert theirs.energy_kwh == pytest.approx(theirs.power_w.mean() * rows.NODES * theirs.run_s / 3.6e6, rel=1e-3)


def test_host_of_the_node_is_what_the_lora_runs_give(rows):
    """host_active of the catalogue, at the host activity of training."""
    assert "smc_64n_gpt3_a" not in rows.LORA_RUNS
    found = rows.lora(ONDOL)
    assert found.accelerators_w + found.host_w == pytest.approx(found.metered_w, rel=0.005)


def test_every_run_of_the_meters_has_the_same_lag(rows):
    assert "smc_64n_gpt3_a" not in rows.LAG_RUNS
    for run in rows.LAG_RUNS:
        assert rows.lag_of_runs_s((run,)) == pytest.approx(rows.meter_lag_s(), abs=0.25), run


@pytest.mark.parametrize("lag_s", [0.5, 0.9, 1.5])
def test_a_known_lag_is_found_between_readings(rows, lag_s):
    """Power that jumps at random, metered every 2 s with and without a lag."""
    random = np.random.default_rng(5)
    jumps = np.cumsum(random.exponential(6.0, 3000))
    power = random.uniform(2500, 7500, len(jumps))[np.searchsorted(jumps, np.arange(0.0, 16000, 0.02)).clip(max=2999)]
    behind = rows.lagged(power, lag_s, 0.02)
    assert rows.fitted_lag_s([(behind[::100], power[::100])]) == pytest.approx(lag_s, abs=0.11)


def test_mean_node_power_is_within_three_percent(ours, theirs):
    assert abs(error(ours.power_w.mean(), theirs.power_w.mean())) < 0.03


def test_energy_of_the_run_is_within_four_percent(ours, theirs):
    assert abs(error(ours.energy_kwh, theirs.energy_kwh)) < 0.04


def test_swing_is_within_a_quarter(ours, theirs):
    assert abs(error(ours.swing_w, theirs.swing_w)) < 0.25


def test_evaluations_are_dips(ours, theirs):
    depth_w, metered_w = ours.training_w - ours.evaluation_w, theirs.training_w - theirs.evaluation_w
    assert abs(error(depth_w, metered_w)) < 0.25
    assert abs(error(ours.evaluation_s, theirs.evaluation_s)) < 0.1


def test_scenario_is_the_published_job(rows):
    """The step file of the same run, and the log, say the same."""
    import tomllib

    scenario = tomllib.loads(rows.SCENARIO.read_text(encoding="utf-8"))
    (job,) = scenario["training"]
    steps = tomllib.loads((ROOT / "tests/validation/training/mlperf_gpt3.toml").read_text(encoding="utf-8"))["step"]
    (published,) = [s for s in steps if s["name"] == "v4.0 64xSMC-H100-SXM-80GB"]
    for key in ("model", "accelerators", "batch_sequences", "sequence", "tensor_parallel", "pipeline_parallel", "micro_batch", "precision", "stack"):
        assert job[key] == published[key], key
    assert scenario["racks"][0]["rack"] == published["rack"]
    assert job["tokens"] == rows.STEPS * job["batch_sequences"] * job["sequence"]
    assert job["evaluation_interval"] * rows.EVALUATIONS == rows.STEPS * job["batch_sequences"]

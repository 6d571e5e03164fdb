"""Storage at the site: the meter keeps its limits, energy is closed, the window and the means move the same battery."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.support.program import EXAMPLES, ondol, run_scenario

BATTERY = 'name = "battery"\nunit = "generic/bess-2500kw-15min"\n'
SUPERCAPACITOR = 'name = "caps"\nunit = "generic/supercapacitor-1mw"\n'


def scenario(folder: Path, *storages: str, more: str = "", base: str = "ramp_limit.toml") -> Path:
    file = folder / "stored.toml"
    tables = "".join(f"[[storage]]\n{s}\n" for s in storages)
    file.write_text(f'extends = "{EXAMPLES / base}"\n{tables}\n{more}')
    return file


def run(folder: Path, *storages: str, more: str = "", base: str = "ramp_limit.toml", options: tuple[str, ...] = ()) -> dict:
    result = run_scenario(scenario(folder, *storages, more=more, base=base), folder / "run.h5", *options)
    assert abs(result["ledger_residual"]) < 1e-9
    assert abs(result["heat_residual"]) < 1e-6
    return result


def kpi(result: dict, name: str) -> float:
    return result["kpis"][name]["value"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return run(tmp_path_factory.mktemp("plain"))


def test_a_ramp_is_kept_in_every_row_but_for_the_edges_that_the_inverter_lets_pass(plain: dict, tmp_path: Path) -> None:
    limit = 10e6 / 60
    result = run(tmp_path, BATTERY + 'units = 4\nramp = { limit = "10 MW/min" }')
    assert kpi(result, "ramp_missed") == kpi(result, "swing_ramp_missed") == 0
    assert kpi(result, "swing_ramp_without_storage") == pytest.approx(kpi(plain, "swing_ramp"), rel=1e-9)
    with h5py.File(tmp_path / "run.h5") as h5:
        window = h5["windows/meter"]
        meter, without, given = (window[k][:].astype(float) for k in ("power", "meter_without_storage", "storage_power"))
    for name, series in (("swing_minute_ramp", meter), ("swing_minute_ramp_without_storage", without)):
        sums = np.concatenate([[0.0], np.cumsum(series)])
        minutes = (sums[6000:] - sums[:-6000]) / 6000
        assert kpi(result, name) == pytest.approx(np.abs(minutes[6000:] - minutes[:-6000]).max() / 1e6, rel=1e-4)
    assert kpi(result, "swing_peak_to_peak_without_storage") == pytest.approx(np.ptp(without) / 1e6, rel=1e-4)
    standby = 4 * 5e3
    np.testing.assert_allclose(meter + given[:, 0], without + standby, atol=4.3e6 / 2**16)  # as stored
    # Where the load has held still for twenty times the inverter's 50 ms, one row differs from the next by 10 ms of the ramp.
    moves = np.cumsum(np.abs(np.diff(without)) > 1)
    still = moves[100:] == moves[:-100]
    steps = np.abs(np.diff(meter))[100:][still]
    assert len(steps) > 50_000
    assert steps.max() < limit * 0.01 * 1.01 + 2


def test_a_faster_inverter_lets_less_of_the_edges_pass(tmp_path: Path) -> None:
    over = []
    for response in ("50 ms", "10 ms", "0 s"):
        more = f'[power_unit."own/cells"]\nextends = "generic/bess-2500kw-15min"\nbattery = {{ response_time = "{response}" }}\n'
        result = run(tmp_path, 'name = "b"\nunit = "own/cells"\nunits = 4\nramp = { limit = "10 MW/min" }', more=more)
        over.append(kpi(result, "swing_ramp"))
    assert over[0] > over[1] > over[2]
    assert over[2] <= 10 / 60 * 1.02


def test_too_few_units_miss_the_ramp_and_say_so(tmp_path: Path) -> None:
    result = run(tmp_path, BATTERY + 'units = 1\nramp = { limit = "10 MW/min" }')
    assert 0 < kpi(result, "ramp_missed") < 0.1
    with h5py.File(tmp_path / "run.h5") as h5:
        step_mw = np.ptp(h5["site/meter_without_storage"][:]) / 1e6  # of means
        assert kpi(result, "ramp_short") == pytest.approx(step_mw - 2.5, abs=0.1)
        kinds = list(h5["events/kind"].asstr()[:])
        causes = list(h5["events/cause"].asstr()[:])
    assert "ramp_limit_missed" in kinds and "storage_limits_kept" in kinds
    assert "MW short of 10 MW/min: its power" in causes[kinds.index("ramp_limit_missed")]


def test_window_and_means_move_the_same_battery(tmp_path: Path) -> None:
    """Without the swing of iterations, which the means do not have, both see the start and the stop of a load."""
    steady = '[[steady]]\nname = "burn"\npool = "gb200"\naccelerators = 4096\nstart = "4 min"\nduration = "15 min"\nactivity = { sm = 1.0, compute = 0.8, memory = 0.5 }\n'
    file = scenario(tmp_path, BATTERY + 'units = 4\nramp = { limit = "2 MW/min" }', more=steady)
    file.write_text("training = []\n" + file.read_text())
    result = run_scenario(file, tmp_path / "run.h5")
    assert abs(result["ledger_residual"]) < 1e-9
    with h5py.File(tmp_path / "run.h5") as h5:
        coarse, fine = h5["storage/state_of_charge"][2:, 0], h5["windows/meter/state_of_charge"][:, 0]
        assert h5["windows/meter/time"][5999] == h5["storage/time"][2]  # the window begins after two minutes
    assert np.ptp(coarse) > 0.03
    np.testing.assert_allclose(fine[5999::6000], coarse, atol=2e-4)
    before = {"storage_given": 0, "storage_loss": 2 / 60 * 4 * 5e-3}  # the window
    for name, mwh in before.items():
        assert kpi(result, f"swing_{name}") * 28 / 60 == pytest.approx(kpi(result, name) - mwh, rel=0.01)


def test_half_the_thermal_step_gives_the_same_battery(tmp_path: Path) -> None:
    ends = []
    for step in ("60 s", "7 s"):
        result = run(tmp_path, BATTERY + 'units = 4\nramp = { limit = "2 MW/min" }', options=("--set", f"simulation.thermal_step={step}"))
        ends.append((kpi(result, "storage_given"), kpi(result, "storage_stored"), kpi(result, "report_ramp")))
    assert ends[0] == pytest.approx(ends[1], rel=2e-3, abs=1e-4)


def test_peaks_are_shaved_and_the_battery_filled_again(plain: dict, tmp_path: Path) -> None:
    limit = round(kpi(plain, "peak_power") - 0.4, 2)
    shaving = BATTERY + f'units = 2\ninitial_charge = 1.0\npeak_shaving = {{ limit = "{limit} MW", recharge_below = "4 MW" }}'
    result = run(tmp_path, shaving, options=("--set", "training[0].checkpoint_interval=0 s", "--set", "training[0].tokens=1e9"))
    assert kpi(result, "peak_power") == pytest.approx(limit, abs=1e-3)  # 50 ms of the edge pass
    assert kpi(result, "peak_power_without_storage") > limit + 0.3
    assert kpi(result, "peak_missed") == 0
    with h5py.File(tmp_path / "run.h5") as h5:
        charge = h5["storage/state_of_charge"][:, 0]
        power = h5["site/power"][:]
    assert charge[-1] == pytest.approx(1, abs=1e-6)  # what is left of the run refills it
    assert charge.min() < 0.99
    assert power[-1] < 4e6
    # What it gave and lost it has taken again.
    assert kpi(result, "storage_stored") == pytest.approx(0, abs=1e-6)


def test_a_limit_on_15_minutes_costs_less_than_one_on_each_moment(plain: dict, tmp_path: Path) -> None:
    limit = round(kpi(plain, "peak_demand_15min") - 0.3, 2)
    given = []
    for over in ("15 min", "0 s"):
        shaving = BATTERY + f'units = 2\ninitial_charge = 1.0\npeak_shaving = {{ limit = "{limit} MW", over = "{over}", recharge_below = "1 MW" }}'
        result = run(tmp_path, shaving)
        assert kpi(result, "peak_demand_15min") <= limit + 1e-3
        assert kpi(result, "peak_missed") == 0
        given.append(kpi(result, "storage_given"))
    assert 0.01 < given[0] < 0.75 * given[1]


def test_an_empty_battery_misses_the_peak(plain: dict, tmp_path: Path) -> None:
    limit = round(kpi(plain, "peak_power") - 0.4, 2)
    result = run(tmp_path, BATTERY + f'units = 1\ninitial_charge = 0.15\npeak_shaving = {{ limit = "{limit} MW", recharge_below = "1 MW" }}')
    assert kpi(result, "peak_missed") > 0.2
    assert kpi(result, "peak_over") == pytest.approx(0.4, abs=0.05)
    with h5py.File(tmp_path / "run.h5") as h5:
        assert h5["storage/state_of_charge"][:].min() == pytest.approx(0.1, abs=1e-6)  # the reserve stays
        assert "peak_limit_missed" in list(h5["events/kind"].asstr()[:])


@pytest.mark.parametrize("at", ["utility", "lv", "busway-a"])
def test_the_place_changes_losses_and_not_the_limit(at: str, plain: dict, tmp_path: Path) -> None:
    limit = round(kpi(plain, "peak_power") - 0.5, 2)
    result = run(tmp_path, BATTERY + f'units = 4\nat = "{at}"\ninitial_charge = 1.0\npeak_shaving = {{ limit = "{limit} MW" }}', options=("--set", "training[0].checkpoint_interval=0 s"))
    assert kpi(result, "peak_power") == pytest.approx(limit, abs=1e-3)
    assert kpi(result, "peak_missed") == 0


def test_two_storages_share_the_work_in_their_order(tmp_path: Path) -> None:
    capacitors = SUPERCAPACITOR + 'units = 5\nramp = { limit = "2 MW/s", recovery = "20 s" }'
    result = run(tmp_path, capacitors, BATTERY + 'units = 4\nramp = { limit = "10 MW/min" }')
    with h5py.File(tmp_path / "run.h5") as h5:
        given = h5["windows/meter/storage_power"][:].astype(float)
        assert list(h5["storage/storage"].asstr()[:]) == ["caps", "battery"]
    assert np.abs(np.diff(given[:, 0])).max() > np.abs(np.diff(given[:, 1])).max()
    assert kpi(result, "swing_ramp_missed") == 0


def test_storage_without_a_task_is_a_load_and_no_more(plain: dict, tmp_path: Path) -> None:
    result = run(tmp_path, BATTERY + "units = 2")
    assert kpi(result, "energy") - kpi(plain, "energy") == pytest.approx(2 * 5e-3 * 0.5, rel=1e-3)
    assert kpi(result, "storage_given") == kpi(result, "storage_stored") == 0


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('unit = "generic/ups-2500kw"', '"generic/ups-2500kw" is no battery'),
        ('unit = "generic/bess-2500kw"', "bess-2500kw-2h"),
        ('at = "bus-a"', 'there is no power bank "bus-a"'),
        ('initial_charge = 1.5', "1.5"),
        ('reserve = 0.3\nramp = { limit = "1 MW/min", target = 0.2 }', "target = 0.2 is below reserve = 0.3"),
        ('peak_shaving = { limit = "5 MW", recharge_below = "6 MW" }', "recharge_below = 6 MW is above limit = 5 MW"),
        ('ramp = { limit = "10 MW" }', "is a power, not a rate of change of power"),
        ('ramp = { target = 0.5 }', "limit"),
        ('at = "spare"', 'nothing hangs on bank "spare"'),
        ('unit = "own/cells"', "above 0"),
    ],
)
def test_wrong_storage_is_refused_with_its_place(keys: str, said: str, tmp_path: Path) -> None:
    more = '[[power]]\nid = "spare"\nunit = "generic/pdu-300kw"\nfed_by = ["lv"]\n'
    if "own/cells" in keys:
        more += '[power_unit."own/cells"]\nextends = "generic/bess-2500kw-15min"\nbattery = { efficiency = 0.0 }\n'
    lines = {line.split(" = ")[0]: line for line in (BATTERY + keys).splitlines()}
    done = ondol("check", scenario(tmp_path, "\n".join(lines.values()), more=more))
    assert done.code == 2
    assert said in done.err
    assert "stored.toml:" in done.err and "^" in done.err


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("", "has neither peak_shaving nor ramp, and does nothing"),
        ('peak_shaving = { limit = "50 kW" }', "the limit of 50 kW is below the base load of 100 kW"),
        ('initial_charge = 0.05\nramp = { limit = "1 MW/min" }', "begins at 5 %, below its reserve of 10 %"),
    ],
)
def test_what_is_hardly_meant_is_a_warning(keys: str, said: str, tmp_path: Path) -> None:
    done = ondol("check", scenario(tmp_path, BATTERY + keys))
    assert done.code == 0
    assert said in done.err + done.out


def test_check_tells_what_storage_can_do(tmp_path: Path) -> None:
    file = scenario(tmp_path, BATTERY + 'units = 4\nat = "lv"\nramp = { limit = "10 MW/min" }\npeak_shaving = { limit = "6 MW" }')
    done = ondol("check", file)
    assert done.code == 0, done.err
    row = next(line for line in done.out.splitlines() if line.split()[:2] == ["battery", "lv"])
    assert "10.00 MW" in row and "2.25 MWh" in row and "peaks above 6 MW, ramps above 10 MW/min" in row  # 2.5 MWh less the reserve
    report = ondol("check", "--json", file).json()
    assert report["storage"][0]["stored_j"] == pytest.approx(2.25 * 3.6e9)

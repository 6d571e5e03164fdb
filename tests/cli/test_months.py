"""Cooling by month: on the terminal of a long run, in its JSON and in its file."""

import json

import h5py
import numpy as np
import pytest
from ondol_program import TINY


def run(ondol, duration, *more):
    ondol.write(TINY)
    return ondol("run", "scenario.toml", "--force", "--set", f'simulation.duration="{duration}"', "--set", 'record.period="1 h"', *more)


def test_a_long_run_shows_its_months_and_a_short_one_does_not(ondol):
    long, short = run(ondol, "62 d"), run(ondol, "1 h")
    assert long.returncode == short.returncode == 0, long.stderr
    rows = [line.split() for line in long.stdout.splitlines() if line.strip().startswith("2026-")]
    assert [row[0] for row in rows] == ["2026-04", "2026-05", "2026-06"]
    assert [float(row[1]) for row in rows] == [30, 31, 1]
    assert "2026-04" not in short.stdout


def test_months_add_up_and_do_not_depend_on_the_reports(ondol):
    """April 1 to May 3: the sums of the file are those of the key figures, whatever the report period."""
    files = {}
    for period in ("1 h", "7 min"):
        done = run(ondol, "32 d", "--set", f'record.period="{period}"', "--json", "-o", "run.h5")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        with h5py.File(ondol.folder / "run.h5") as file:
            files[period] = {name: column[:] for name, column in file["months"].items()}
            owned = dict(zip(file["ledger/owner"].asstr()[:], file["ledger/energy"][:], strict=True))
        months = files[period]
        assert [m["month"] for m in told["months"]] == ["2026-04", "2026-05"]
        assert months["covered"] == pytest.approx([30 * 86400, 2 * 86400])
        assert sum(months["it_energy"]) / 3.6e9 == pytest.approx(told["kpis"]["it_energy"]["value"], rel=1e-9)
        assert sum(months["energy"]) / sum(months["it_energy"]) == pytest.approx(told["kpis"]["pue"]["value"], rel=1e-9)
        for owner, energy in owned.items():
            assert sum(months[f"energy_{owner}"]) == pytest.approx(energy, rel=1e-9, abs=1e-3), owner
        assert months["energy"] == pytest.approx(sum(months[f"energy_{owner}"] for owner in owned), rel=1e-9)
        assert months["wet_bulb"] == pytest.approx(np.full(2, 9.4), abs=0.05)  # 14 degC, 55 %
    for name in ("it_energy", "pue", "wet_bulb", "free_cooling"):
        assert files["1 h"][name] == pytest.approx(files["7 min"][name], rel=1e-4), name


def test_water_by_kind_follows_the_tower(ondol):
    """Drift is 0.002 % of the towers' water, and what leaves besides vapour carries off the salts at five cycles."""
    text = TINY.replace('dry_cooler = "generic/200kw"\ndry_coolers = 1\n', 'tower = "generic/open-2mw"\ntowers = 1\ncondenser_pump_power = "2 kW"\n')
    ondol.write(text)
    done = ondol("run", "scenario.toml", "--json", "-o", "run.h5", "--set", 'record.period="10 min"')
    assert done.returncode == 0, done.stderr
    kpi = {name: k["value"] for name, k in json.loads(done.stdout)["kpis"].items()}
    assert kpi["water_evaporated"] + kpi["water_drift"] + kpi["water_bled"] == pytest.approx(kpi["water"], rel=1e-9)
    assert kpi["water"] / (kpi["water_drift"] + kpi["water_bled"]) == pytest.approx(5, rel=1e-6)
    # One cell of 86 kg/s, three quarters of it at the least for an hour.
    assert 0.7499 * 86 * 2e-5 * 3.6 <= kpi["water_drift"] <= 86 * 2e-5 * 3.6
    with h5py.File(ondol.folder / "run.h5") as file:
        assert file["months/water_drift"][0] == pytest.approx(1e3 * kpi["water_drift"], rel=1e-9)
        flow = file["loops/flow"][:]
        assert (flow > 0.19 * 4.2).all() and (flow < 1.001 * 4.2).all()

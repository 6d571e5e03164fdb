"""Everything at once: outages, lost units, breakers and shedding while power is capped, batteries shave the meter, jobs are played
phase by phase, services follow the day and training returns from checkpoints.

Each has its own file of laws; here are those that must hold whatever meets what.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.laws.random_cooling import with_cooling
from tests.laws.random_scenario import random_capping, random_scenario, random_storage
from tests.laws.test_outages import random_outages
from tests.support.program import run_scenario

RANDOM = 32
# Of what may not have happened: nobody waited, ended, trained, was slowed down or shut down, or no computer was on.
MAY_BE_MISSING = {"mean_wait", "mean_bounded_slowdown", "effective_training_time", "pue_category1", "time_to_slowdown", "time_to_shutdown"}


def everything(seed: int) -> str:
    """The site of `random_outages` with all else that the language has for a chain of power."""
    text = random_outages(seed)
    r = random.Random(f"all at once {seed}")
    banks = ["utility"] + [b for b in ("lv", "ats", "ups-a", "busway-a", "ups-b", "busway-b") if f'id = "{b}"' in text]
    out: list[str] = []
    if "[[storage]]" not in text and r.random() < 0.6:
        out += random_storage(r, 160e3, banks)
    if r.random() < 0.6:
        out += random_capping(r, 160e3, banks)
    if r.random() < 0.8:
        out += ["[[training]]", 'name = "pretrain"', f'pool = "p{r.randint(0, 1)}"', 'model = "llama-3.1-8b"']
        out += [f"accelerators = {8 * r.randint(1, 4)}", f'start = "{r.choice([0, 60, 1000])} s"', "batch_sequences = 96"]
        out += ["sequence = 4096", "tensor_parallel = 4", f'checkpoint_interval = "{r.choice([0, 300, 1800])} s"']
        out += ['storage_bandwidth = "5 GB/s"', f'restart_time = "{r.choice([10, 300])} s"']
        dates = [float(at) for at in re.findall(r'start = "([\d.]+) s"', text)]
        from_s = 1.0
        for i in range(r.randint(1, 2)):  # most windows see something happen
            at = r.choice(dates) - 20 if dates and r.random() < 0.8 else r.uniform(0, 8000)
            at = max(at, from_s)
            out += ["[[phase_window]]", f'name = "w{i}"', f'start = "{at:.3f} s"', f'duration = "{r.choice([5, 40, 90])} s"']
            out += [f'period = "{r.choice([0.01, 0.1])} s"']
            from_s = at + 100
    if r.random() < 0.4:
        out += ["[[fabric]]", 'id = "net"', 'pools = ["p0"]', 'kind = "rail_fat_tree"', 'network_switch = "nvidia/qm9700"']
        out += ['hall = "a"', f'fed_by = "{r.choice(banks[1:])}"', "unit_nodes = 20"]
    if r.random() < 0.5:
        out += ["[[service]]", 'name = "chat"', 'pool = "p1"', "accelerators = 16"]
        out += ["peak = { sm = 0.5, compute = 0.4, memory = 0.6, host = 0.5 }"]
    for bank in ["ups-a"] + (["diesel"] if '"diesel"' in text else []):
        if r.random() < 0.5:
            out += ["[[event]]", 'what = "unit_failure"', f'start = "{r.choice([0, 500.5, 5000])} s"', f'bank = "{bank}"']
            out += ['duration = "900 s"']
    if r.random() < 0.2:  # across the end
        out += ["[[event]]", 'what = "utility_outage"', 'start = "10500 s"', 'duration = "3000 s"']
    if r.random() < 0.5 and "utility_" not in text:  # from the beginning
        out += ["[[event]]", 'what = "utility_outage"', 'start = "0 s"', 'duration = "300 s"']
    if r.random() < 0.5:
        text = text.replace("[site]\n", '[site]\ntariff = "kepco/2026/b-ii"\n', 1)
    return text + "\n".join(out) + "\n"


def check_laws(file: Path, folder: Path) -> dict:
    result = run_scenario(file, folder / "run.h5")
    kpi = {name: k["value"] for name, k in result["kpis"].items()}
    assert result["status"] == "complete"
    assert abs(result["ledger_residual"]) < 1e-9
    assert abs(result["heat_residual"]) < 1e-6
    missing = {name for name, value in kpi.items() if value is None or not np.isfinite(value)}
    assert missing <= MAY_BE_MISSING
    assert kpi["jobs_submitted"] == sum(kpi[f"jobs_{state}"] for state in ("done", "running", "waiting", "failed"))
    with h5py.File(folder / "run.h5") as h5:
        owned = float(np.sum(h5["ledger/energy"][:]))
        for table in ("energy_by_pool", "energy_by_vendor", "energy_by_tenant"):
            assert float(np.sum(h5[table]["energy"][:])) == pytest.approx(owned, rel=1e-9), table
            assert (h5[table]["energy"][:] >= -1e-6).all(), table
        for table in ("energy_by_pool", "energy_by_vendor"):
            it = float(np.sum(h5[table]["it_energy"][:]))
            assert it == pytest.approx(kpi["it_energy"] * 3.6e9, rel=1e-9), table  # a dark fabric takes nothing
        if "feeds/state_of_charge" in h5:
            charge = h5["feeds/state_of_charge"][:]
            known = charge[~np.isnan(charge)]
            assert ((known > -1e-6) & (known < 1 + 1e-6)).all()
        if "storage" in h5:
            charge = h5["storage/state_of_charge"][:]
            assert ((charge > -1e-6) & (charge < 1 + 1e-6)).all()
    return result


@pytest.mark.parametrize("seed", range(RANDOM))
def test_laws_hold_whatever_meets_what(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "all.toml"
    file.write_text(everything(seed))
    result = check_laws(file, tmp_path)
    if seed % 4 == 0:
        again = run_scenario(file, tmp_path / "again.h5")
        assert result["content_hash"] == again["content_hash"]


@pytest.mark.parametrize("seed", range(RANDOM))
def test_laws_hold_with_all_that_cools(seed: int, tmp_path: Path) -> None:
    """Heat pumps and economisers drew power from dead feeds while pumps and fans ran down."""
    file = tmp_path / "all.toml"
    file.write_text(with_cooling((random_scenario if seed % 2 else everything)(seed), seed))
    result = check_laws(file, tmp_path)
    kpi = {name: k["value"] for name, k in result["kpis"].items()}
    if "ere" in kpi:
        assert kpi["ere"] <= kpi["pue"] * (1 + 1e-12)
        assert kpi["heat_reused"] >= 0
    if seed % 4 == 1:
        again = run_scenario(file, tmp_path / "again.h5")
        assert result["content_hash"] == again["content_hash"]


def test_storage_behind_storage_gives_a_load_once_while_a_rectifier_walks_in(tmp_path: Path) -> None:
    """Found by the scenarios above: power ran backwards through a UPS, and the ledger lost what its battery should have taken."""
    file = tmp_path / "all.toml"
    store = '[[storage]]\nname = "{}"\nunit = "generic/bess-2500kw-2h"\nat = "{}"\npeak_shaving = {{ limit = "1 kW" }}\n'
    event = '[[event]]\nwhat = "utility_outage"\nstart = "1000 s"\nduration = "{}"\n'
    text = random_outages(1).split("[[event]]")[0]
    file.write_text(text + store.format("upper", "ups-a") + store.format("lower", "busway-a") + event.format("5 s"))
    check_laws(file, tmp_path)

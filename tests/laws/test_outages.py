"""Random faults on random sites: outages, dips, lost units, breakers, too little capacity.

Whatever happens, energy in = energy owned + stored, what has no power draws nothing, heat balances, every event has a cause, and the
same seed gives the same bits.  Dates do not depend on how often is reported.
"""

from __future__ import annotations

import random
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.support.program import run_scenario

RANDOM = 40


def random_outages(seed: int) -> str:
    """A hall of air-cooled racks behind a chain of random shape, and things that happen to it."""
    r = random.Random(seed)
    racks, heat = r.randint(2, 6), 41e3
    load = racks * heat
    generators, breakers, storage = r.random() < 0.6, r.random() < 0.6, r.random() < 0.2
    two_paths = r.random() < 0.5
    out = ["[simulation]", f'name = "faults {seed}"', "start = 2024-07-01T00:00:00Z", 'duration = "3 h"', f"seed = {seed}"]
    out += ["[record]", f'period = "{r.choice([1, 10, 60, 137])} s"', "[site]", 'name = "anywhere"']
    out += ['grid_capacity = "2 MW"', f'base_load = "{r.randint(1, 9)} kW"', 'base_load_fed_by = "lv"']
    out += ["[site.weather]", f'dry_bulb = "{r.randint(0, 30)} degC"', "relative_humidity = 0.5"]

    out += ["[[power]]", 'id = "lv"', 'unit = "generic/lv-transformer-200kva"', f"units = {int(load * 1.5 / 200e3) + 2}"]
    out += ['fed_by = ["utility"]']
    feed = "lv"
    if generators:
        out += ["[[power]]", 'id = "diesel"', 'unit = "generic/diesel-1mw"', f"units = {r.randint(1, 2)}"]
        out += ["[[power]]", 'id = "ats"', 'unit = "generic/ats-3000a"', 'fed_by = ["lv"]', 'alternate = ["diesel"]']
        feed = "ats"
    sides = ["a", "b"] if two_paths else ["a"]
    for side in sides:
        units = int(load * r.choice([0.9, 1.2, 1.6]) / 200e3) + 1
        out += ["[[power]]", f'id = "ups-{side}"', 'unit = "generic/ups-200kw"', f"units = {units}", f'fed_by = ["{feed}"]']
        out += [f'mode = "{r.choice(["eco", "double_conversion"])}"']
        out += ["[[power]]", f'id = "busway-{side}"', 'unit = "generic/busway-415v-1600a"', f'fed_by = ["ups-{side}"]']
        if breakers:
            rating = r.choice([0.5, 0.8, 1.5]) * load / 1e3
            out += ['breaker = "generic/electronic-1600a"', f'breaker_rating = "{rating:.0f} kW"']
    if r.random() < 0.5:
        out += ['[power_unit."generic/ups-200kw"]', f'stored_energy = "{r.randint(2, 60)} MJ"']
    if storage:
        out += ["[[storage]]", 'name = "bess"', 'unit = "generic/bess-2500kw-15min"', "units = 1", f'at = "{r.choice(["utility", "lv"])}"']
        out += ["[storage.peak_shaving]", 'limit = "250 kW"']

    out += ["[[plant]]", 'id = "water"', 'supply_temperature = "18 degC"', 'volume = "8 m3"', 'flow = "20 kg/s"']
    out += ['pump_power = "5 kW"', f'fed_by = "{feed}"', 'chiller = "carrier/19xr-1407kw-vsd"', "chillers = 1"]
    out += ['tower = "generic/open-2mw"', "towers = 1", 'condenser_pump_power = "5 kW"', f'restart = "{r.randint(0, 300)} s"']
    out += ["[[hall]]", 'id = "a"', "[hall.air]", 'plant = "water"', 'crah = "generic/perimeter-120kw"', f"crahs = {racks}"]
    out += ['supply_temperature = "22 degC"', 'volume = "500 m3"', f'fed_by = "{r.choice([feed, "ups-a"])}"']
    for group in range(2):
        count = max(1, racks // 2)
        fed_by = ", ".join(f'"busway-{side}"' for side in sides)
        out += ["[[racks]]", 'rack = "air/4x-dgx-h200"', f"count = {count}", 'hall = "a"', f'pool = "p{group}"', f"fed_by = [{fed_by}]"]
        out += [f"priority = {group}", f'boot_time = "{r.randint(10, 400)} s"']
        if breakers and r.random() < 0.5:
            out += ['breaker = "generic/moulded-case-63a"']
        out += ["[[mix]]", f'name = "m{group}"', f'pool = "p{group}"', 'mean_interarrival = "3 min"', 'duration_median = "20 min"']
        out += ["accelerators_median = 16", f"accelerators_max = {32 * count}"]
        out += ["activity = { sm = 0.9, compute = 0.7, memory = 0.5, host = 0.6 }"]
    if r.random() < 0.6:
        out += ["[shedding]", f'delay = "{r.choice([0, 1, 10])} s"', f'restore_delay = "{r.randint(5, 120)} s"']

    at = 0.0
    for _ in range(r.randint(0, 3)):
        at += r.uniform(100, 2500)
        lasts = r.choice([0.01, 0.2, 5, 100, 700])
        dip = r.random() < 0.4
        out += ["[[event]]", f'what = "{"utility_dip" if dip else "utility_outage"}"', f'start = "{at:.3f} s"', f'duration = "{lasts} s"']
        out += [f"voltage = {r.uniform(0, 0.95):.2f}"] if dip else []
        at += lasts + 1
    for _ in range(r.randint(0, 3)):
        bank = r.choice(["lv"] + [f"ups-{s}" for s in sides] + [f"busway-{s}" for s in sides])
        what = r.choice(["unit_failure", "breaker_open"])
        out += ["[[event]]", f'what = "{what}"', f'start = "{r.uniform(0, 9000):.2f} s"', f'bank = "{bank}"', "unit = 1"]
        out += [f'duration = "{r.choice([3, 300, 3000])} s"'] if r.random() < 0.7 else []
    return "\n".join(out) + "\n"


def events_of(file: Path) -> list[tuple[float, str, str, str]]:
    with h5py.File(file) as h5:
        e = h5["events"]
        text = (e[k].asstr()[:] for k in ("kind", "subject", "cause"))
        return list(zip(e["time"][:], *text))


@pytest.mark.parametrize("seed", range(RANDOM))
def test_random_faults_obey_the_laws(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text(random_outages(seed))
    result = run_scenario(file, tmp_path / "run.h5")
    assert result["status"] == "complete"
    assert abs(result["ledger_residual"]) < 1e-9
    assert abs(result["heat_residual"]) < 1e-6
    for at, kind, subject, cause in events_of(tmp_path / "run.h5"):
        assert subject and cause, (at, kind)
    with h5py.File(tmp_path / "run.h5") as h5:
        site = h5["site"]
        steps = np.diff(site["time"][:], prepend=0.0)
        owners = sum(site[n][:].astype(float) for n in site if n.startswith("power_") and n != "power_without_storage")
        supplied = site["power"][:].astype(float) + site["generator_power"][:]
        # What batteries hold at the end against the start closes the account of the whole run.
        stored = float(np.sum((supplied - owners) * steps))
        charge = h5["feeds/state_of_charge"][:]
        lost = np.nansum(1 - charge[-1])  # of UPS batteries, which begin full
        assert stored <= 1e5 or "storage" in h5
        if lost < 1e-9 and "storage" not in h5:
            assert abs(stored) < 1e-5 * np.sum(supplied * steps) + 1e4
        assert (h5["racks/power"][:] >= 0).all()
    if seed % 5 == 0:
        again = run_scenario(file, tmp_path / "again.h5")
        assert result["content_hash"] == again["content_hash"]


@pytest.mark.parametrize("seed", range(0, RANDOM, 4))
def test_what_is_dark_draws_nothing_and_its_jobs_are_gone(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text(random_outages(seed))
    run_scenario(file, tmp_path / "run.h5", "--set", "record.period=1 s")
    events = events_of(tmp_path / "run.h5")
    with h5py.File(tmp_path / "run.h5") as h5:
        names = list(h5["racks/rack"].asstr()[:])
        power, busy, time = h5["racks/power"][:], h5["racks/accelerators_busy"][:], h5["racks/time"][:]
    for i, name in enumerate(names):
        dark = np.zeros(len(time), bool)
        since = None
        for at, kind, subject, _ in events + [(time[-1] + 2, "power_back", name, "end")]:
            if subject != name:
                continue
            if kind in ("power_lost", "load_shed") and since is None:
                since = at
            elif kind in ("power_back", "load_restored") and since is not None:
                dark |= (time - 1 >= since) & (time <= at)
                since = None
        assert (power[dark, i] == 0).all()
        assert (busy[dark, i] == 0).all()
        assert (power[~dark & (time > 2), i] > 0).all()


@pytest.mark.parametrize("seed", range(0, RANDOM, 3))
def test_dates_do_not_depend_on_reports(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text(random_outages(seed))
    dates = []
    for period in (1, 60):
        run_scenario(file, tmp_path / f"{period}.h5", "--set", f"record.period={period} s")
        chain = ("breaker", "ups_", "power_", "load_", "transfer", "generator", "battery")
        dates.append([(at, kind, subject) for at, kind, subject, _ in events_of(tmp_path / f"{period}.h5") if kind.startswith(chain)])
    assert sorted(e[1:] for e in dates[0]) == sorted(e[1:] for e in dates[1])
    for one, sixty in zip(sorted(dates[0], key=lambda e: (e[1:], e[0])), sorted(dates[1], key=lambda e: (e[1:], e[0]))):
        # Temperatures are held between settlements, and power follows them by a thousandth or so.
        assert one[0] == pytest.approx(sixty[0], rel=1e-3, abs=2.0), one

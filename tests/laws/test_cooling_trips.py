"""Random trips of the cooling on random sites: chillers, towers, dry coolers, pumps, CDUs, air handlers and set points, with outages of
the utility between them and pumps on a feed of their own.

Whatever happens, heat in = heat out + stored, energy in = energy owned + stored, no job is lost from the books, every event has a cause,
and the same seed gives the same bits.  Half the tolerance gives the same dates of slowdown and shutdown.
"""

from __future__ import annotations

import random
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.support.program import run_scenario

RANDOM = 30


def random_trips(seed: int) -> str:
    """A hall of air- and liquid-cooled racks on one plant or two, and cooling that fails in random ways."""
    r = random.Random(seed)
    liquid_racks, air_racks = r.randint(0, 2), r.randint(1, 4)
    air, liquid = air_racks * 41e3 + liquid_racks * 20e3, liquid_racks * 112e3
    heat = air + liquid
    chilled, dry = r.random() < 0.7, r.random() < 0.4
    out = ["[simulation]", f'name = "trips {seed}"', "start = 2024-07-01T00:00:00Z", 'duration = "3 h"', f"seed = {seed}"]
    out += ["[record]", f'period = "{r.choice([1, 10, 60])} s"', "[site]", 'name = "anywhere"', 'grid_capacity = "4 MW"']
    out += ["[site.weather]", f'dry_bulb = "{r.randint(0, 33)} degC"', "relative_humidity = 0.5"]
    out += ["[[power]]", 'id = "lv"', 'unit = "generic/lv-transformer-200kva"', f"units = {int(heat * 1.6 / 200e3) + 2}"]
    out += ['fed_by = ["utility"]', "[[power]]", 'id = "ups"', 'unit = "generic/ups-200kw"', f"units = {int(heat * 1.5 / 200e3) + 2}"]
    out += ['fed_by = ["lv"]']

    out += ["[[plant]]", 'id = "water"', f'supply_temperature = "{r.randint(14, 24)} degC"', f'volume = "{r.uniform(1, 20):.1f} m3"']
    pumps = r.randint(1, 3)
    out += [f'flow = "{heat * 1.4 / 4186 / 6:.1f} kg/s"', f'pump_power = "{heat * 0.012 / 1e3:.1f} kW"', f"pumps = {pumps}"]
    out += [f"pumps_needed = {r.randint(0, pumps)}", 'fed_by = "lv"', f'restart = "{r.choice([0, 20, 60, 300])} s"']
    out += [f'pumps_fed_by = "{r.choice(["ups", "lv"])}"'] if r.random() < 0.5 else []
    chillers, towers, dry_coolers = int(heat / 1.2e6) + r.randint(1, 2), int(heat / 1.5e6) + r.randint(1, 2), int(heat * 1.5 / 200e3) + 1
    machines = [("pump_trip", "water", pumps)]
    if chilled or not dry:
        out += ['chiller = "carrier/19xr-1407kw-vsd"', f"chillers = {chillers}", 'tower = "generic/open-2mw"', f"towers = {towers}"]
        out += [f"economizer = {r.choice(['true', 'false'])}", f'condenser_pump_power = "{heat * 0.01 / 1e3:.1f} kW"']
        machines += [("chiller_trip", "water", chillers), ("tower_trip", "water", towers)]
    else:
        out += ['dry_cooler = "generic/200kw"', f"dry_coolers = {dry_coolers}"]
        machines += [("dry_cooler_trip", "water", dry_coolers)]

    crahs, cdus = int(air / 120e3) + r.randint(1, 2), max(1, liquid_racks) + r.randint(0, 1)
    out += ["[[hall]]", 'id = "a"', "[hall.air]", 'plant = "water"', 'crah = "generic/perimeter-120kw"', f"crahs = {crahs}"]
    out += ['supply_temperature = "24 degC"', f'volume = "{r.randint(100, 900)} m3"', f'fed_by = "{r.choice(["lv", "ups"])}"']
    halls, sides = [("crah_trip", "a", crahs)], ["plant", "air"]
    if liquid_racks:
        out += ["[hall.liquid]", 'plant = "water"', 'cdu = "generic/in-rack-140kw"', f"cdus = {cdus}"]
        out += ['supply_temperature = "30 degC"', f'fed_by = "{r.choice(["lv", "ups"])}"']
        halls, sides = [*halls, ("cdu_trip", "a", cdus)], [*sides, "liquid"]
        out += ["[[racks]]", 'rack = "nvidia/gb200-nvl72"', f"count = {liquid_racks}", 'hall = "a"', 'pool = "wet"', 'fed_by = ["ups"]']
        out += ["[[steady]]", 'name = "wet"', 'pool = "wet"', f"accelerators = {72 * liquid_racks}"]
        out += ["activity = { sm = 1.0, compute = 0.9, memory = 0.7, host = 0.6 }"]
    out += ["[[racks]]", 'rack = "air/4x-dgx-h200"', f"count = {air_racks}", 'hall = "a"', 'pool = "dry"', 'fed_by = ["ups"]']
    out += ["[[mix]]", 'name = "m"', 'pool = "dry"', 'mean_interarrival = "2 min"', 'duration_median = "20 min"']
    out += ["accelerators_median = 16", f"accelerators_max = {32 * air_racks}"]
    out += ["activity = { sm = 1.0, compute = 0.9, memory = 0.7, host = 0.6 }"]

    for _ in range(r.randint(1, 6)):
        what, owner, there = r.choice(machines + halls)
        key = "plant" if owner == "water" else "hall"
        out += ["[[event]]", f'what = "{what}"', f'{key} = "{owner}"', f'start = "{r.uniform(0, 9000):.2f} s"']
        out += [f"units = {r.randint(1, there)}"] if r.random() < 0.5 else []
        out += [f'duration = "{r.choice([3, 30, 120, 600, 3000])} s"'] if r.random() < 0.8 else []
    for _ in range(r.randint(0, 2)):
        side = r.choice(sides)
        out += ["[[event]]", 'what = "set_point"', f'side = "{side}"', 'plant = "water"' if side == "plant" else 'hall = "a"']
        out += [f'temperature = "{r.randint(12, 40)} degC"', f'start = "{r.uniform(0, 9000):.2f} s"']
        out += [f'duration = "{r.choice([30, 1000])} s"'] if r.random() < 0.5 else []
    if r.random() < 0.5:
        dip = r.random() < 0.5
        out += ["[[event]]", f'what = "{"utility_dip" if dip else "utility_outage"}"', f'start = "{r.uniform(0, 9000):.2f} s"']
        out += [f'duration = "{r.choice([0.2, 20, 200])} s"'] + (["voltage = 0.2"] if dip else [])
    return "\n".join(out) + "\n"


def run(tmp_path: Path, seed: int, name: str, *options: str) -> tuple[dict, Path]:
    scenario = tmp_path / "trips.toml"
    scenario.write_text(random_trips(seed))
    return run_scenario(scenario, tmp_path / name, *options), tmp_path / name


def events_of(file: Path) -> list[tuple[float, str, str, str]]:
    with h5py.File(file) as h5:
        e = h5["events"]
        text = (e[k].asstr()[:] for k in ("kind", "subject", "cause"))
        return list(zip(e["time"][:], *text))


@pytest.mark.parametrize("seed", range(RANDOM))
def test_random_trips_obey_the_laws(seed: int, tmp_path: Path) -> None:
    result, file = run(tmp_path, seed, "run.h5")
    assert result["status"] == "complete"
    assert abs(result["ledger_residual"]) < 1e-9
    assert abs(result["heat_residual"]) < 1e-6
    kpis = {name: kpi["value"] for name, kpi in result["kpis"].items()}
    states = ("jobs_done", "jobs_running", "jobs_waiting", "jobs_failed")
    assert kpis["jobs_submitted"] == sum(kpis[state] for state in states)
    for at, kind, subject, cause in events_of(file):
        assert subject and cause, (at, kind)
    with h5py.File(file) as h5:
        for group, name in [("racks", "inlet_temperature"), ("racks", "accelerator_temperature"), ("halls", "air_supply"), ("loops", "return_temperature")]:
            assert np.isfinite(h5[group][name][:]).all()
        told = h5["event_effects"]
        assert (told["lost_to_slowdown"][:] >= 0).all() and (told["lost_to_shutdown"][:] >= 0).all()
        assert np.sum(told["lost_to_shutdown"][:]) <= kpis["lost_to_shutdown"] + 1e-9
    if seed % 5 == 0:
        again, _ = run(tmp_path, seed, "again.h5")
        assert result["content_hash"] == again["content_hash"]


@pytest.mark.parametrize("seed", range(0, RANDOM, 3))
def test_chillers_without_flow_draw_nothing(seed: int, tmp_path: Path) -> None:
    _, file = run(tmp_path, seed, "run.h5", "--set", "record.period=1 s")
    with h5py.File(file) as h5:
        time, power = h5["loops/time"][:], h5["loops/chiller_power"][:, 0]
    since = None
    for at, kind, _, _ in [*events_of(file), (time[-1] + 2, "chillers_started", "", "")]:
        if kind == "chillers_stopped":
            since = at
        elif kind == "chillers_started" and since is not None:
            assert (power[(time - 1 >= since) & (time <= at)] == 0).all()
            since = None


@pytest.mark.parametrize("seed", range(0, RANDOM, 3))
def test_half_the_tolerance_gives_the_same_dates(seed: int, tmp_path: Path) -> None:
    dates = []
    for tolerance in ("0.05 K", "0.025 K"):
        _, file = run(tmp_path, seed, "run.h5", "--force", "--set", f"simulation.thermal_tolerance={tolerance}")
        with h5py.File(file) as h5:
            told = h5["event_effects"]
            dates.append(np.array([told["time_to_slowdown"][:], told["time_to_shutdown"][:]]))
    assert (np.isnan(dates[0]) == np.isnan(dates[1])).all()
    assert dates[0] == pytest.approx(dates[1], rel=0.02, abs=0.5, nan_ok=True)

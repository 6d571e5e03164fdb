"""A site that cannot be cooled slows, then shuts down, and still obeys every law."""

from __future__ import annotations

from pathlib import Path

import h5py
import pytest

from tests.laws.test_laws import check_laws
from tests.support.program import ondol, run_scenario

def overload(folder: Path, crah: str, racks: int = 1, crahs: int = 2, **settings: str) -> tuple[dict, Path]:
    """Racks of four air-cooled nodes, all burning, in a room with that many cooling units of that kind."""
    file = folder / "overload.toml"
    file.write_text(
        f"""
[simulation]
name = "overload"
start = 2024-07-01T00:00:00+09:00
duration = "6 h"
[site]
name = "small room"
grid_capacity = "200 kW"
time_zone = "+09:00"
[site.weather]
dry_bulb = "30 degC"
relative_humidity = 0.6
[[plant]]
id = "water"
supply_temperature = "18 degC"
volume = "2 m3"
flow = "3 kg/s"
pump_power = "1 kW"
dry_cooler = "generic/200kw"
dry_coolers = 1
chiller = "carrier/19xr-1259kw"
chillers = 1
fed_by = "utility"
[[hall]]
id = "a"
[hall.air]
plant = "water"
crah = "{crah}"
crahs = {crahs}
supply_temperature = "24 degC"
volume = "60 m3"
fed_by = "utility"
[[racks]]
rack = "air/4x-dgx-h200"
count = {racks}
hall = "a"
pool = "gpu"
fed_by = ["utility"]
[[steady]]
name = "burn"
pool = "gpu"
accelerators = {32 * racks}
start = "30 min"
activity = {{ sm = 1.0, compute = 0.9, memory = 0.5, host = 0.5 }}
"""
    )
    output = folder / "run.h5"
    arguments = [part for key, value in settings.items() for part in ("--set", f"{key.replace('__', '.')}={value}")]
    return run_scenario(file, output, *arguments), output


def events(file: Path) -> list[str]:
    with h5py.File(file) as h5:
        return [e.decode() if isinstance(e, bytes) else e for e in h5["events/kind"][:]]


def test_enough_cooling_neither_slows_nor_loses_jobs(tmp_path: Path) -> None:
    result, file = overload(tmp_path, "generic/in-row-30kw")
    check_laws(result, file)
    assert result["kpis"]["throttled"]["value"] == 0
    assert result["kpis"]["jobs_failed"]["value"] == 0
    assert result["kpis"]["hottest_accelerator"]["value"] < 85


def test_too_little_cooling_slows_and_holds_the_dies_at_their_limit(tmp_path: Path) -> None:
    result, file = overload(tmp_path, "generic/in-row-30kw", racks=2, crahs=1)
    check_laws(result, file)
    assert "thermal_slowdown_begin" in events(file)
    assert "thermal_shutdown" not in events(file)
    assert result["kpis"]["throttled"]["value"] > 0.5
    assert result["kpis"]["hottest_accelerator"]["value"] == pytest.approx(86, abs=0.1)  # where the clock holds an H200
    with h5py.File(file) as h5:
        assert h5["jobs/mean_speed"][0] < 0.9


@pytest.mark.parametrize(("requeue", "event", "state"), [("true", "job_interrupted", "jobs_waiting"), ("false", "job_failed", "jobs_failed")])
def test_hardly_any_cooling_shuts_down_and_takes_the_job_its_nodes(tmp_path: Path, requeue: str, event: str, state: str) -> None:
    result, file = overload(tmp_path, "generic/in-row-30kw", racks=6, crahs=1, scheduler__requeue=requeue)
    check_laws(result, file)
    kinds = events(file)
    assert kinds.index("thermal_slowdown_begin") < kinds.index("thermal_shutdown") < kinds.index(event)
    assert result["kpis"][state]["value"] == 1
    with h5py.File(file) as h5:
        dies = h5["racks/accelerator_temperature"][:]
        busy = h5["racks/accelerators_busy"][:].sum(axis=1)
    assert dies.max() < 100  # shutdown at 94 degC, plus what one step of the coupling may overshoot
    assert busy[-1] == 0  # and nothing starts on dark nodes


def test_warmer_supply_costs_speed_only_near_the_limit(tmp_path: Path) -> None:
    cool, _ = overload(tmp_path, "generic/in-row-30kw")
    warm, _ = overload(tmp_path, "generic/in-row-30kw", hall__a__air__supply_temperature='"32 degC"')
    assert warm["kpis"]["hottest_accelerator"]["value"] > cool["kpis"]["hottest_accelerator"]["value"] + 3  # of 8: fans take the rest
    assert warm["kpis"]["it_energy"]["value"] > cool["kpis"]["it_energy"]["value"]  # leakage and fans


def test_implausible_cooling_is_warned_of(tmp_path: Path) -> None:
    overload(tmp_path, "generic/bench-3kw")
    done = ondol("check", tmp_path / "overload.toml")
    assert done.code == 0
    assert "warning" in done.err

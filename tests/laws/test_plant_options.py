"""Staging, resets, stores, heat reuse, economisers and rear doors in a run: conserved, counted and told."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.laws.test_laws import check_laws
from tests.support.program import EXAMPLES, run_scenario

PLANT = """
[plant.staging]
minimum_on = "10 min"
minimum_off = "10 min"

[plant.reset]
by = "dry_bulb"
low = "-5 degC"
high = "15 degC"
supply_at_low = "12.7 degC"
supply_at_high = "12 degC"

[plant.tank]
volume = "40 m3"
heat_loss = "100 W/K"
USE

[plant.reuse]
demand = "50 kW"
demand_slope = "5 kW/K"
temperature = "60 degC"
heat_pump = true
pump_power = "1 kW"

"""
HALL = """
[hall.air.economizer]
kind = "indirect"
effectiveness = 0.6
adiabatic_effectiveness = 0.8
fan_power = "10 kW"

[hall.rear_door]
plant = "chilled"
rated_heat = "20 kW"
rated_approach = "6 K"
airflow = "1.4 m3/s"
water_flow = "0.8 kg/s"

"""


def scenario(folder: Path, use: str, control: str) -> Path:
    text = (EXAMPLES / "one_hall.toml").read_text(encoding="utf-8")
    hours = 'discharge_hours = [1, 2]\ncharge_hours = [5, 6]\ncharge_temperature = "8 degC"' if use == "shift" else ""
    plant = PLANT.replace("USE", f'use = "{use}"\n{hours}')
    text = text.replace("\n[[hall]]", plant + "[[hall]]", 1).replace("\n[[racks]]", HALL + "[[racks]]", 1)
    text = text.replace("../data/", f"{EXAMPLES.parent}/data/")
    text += f'\n[cooling]\ncontrol = "{control}"\n'
    file = folder / "options.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("control", ["ideal", "pi"])
@pytest.mark.parametrize("use", ["buffer", "reserve", "shift"])
def test_plant_options_in_a_run(use: str, control: str, tmp_path: Path) -> None:
    result = run_scenario(scenario(tmp_path, use, control), tmp_path / "a.h5", "--until", "8 h")
    check_laws(result, tmp_path / "a.h5")
    kpi = {name: k["value"] for name, k in result["kpis"].items()}
    with h5py.File(tmp_path / "a.h5") as h5:
        loops = h5["loops"]
        reused = loops["heat_reused"][:, 0].astype(float)
        tank = loops["tank_cooling"][:, 0].astype(float)
        set_point = loops["set_point"][:, 0].astype(float)
        hours = loops["time"][:] / 3600
        step = np.diff(loops["time"][:], prepend=0.0)
        assert np.all(reused > 0)
        assert kpi["heat_reused"] == pytest.approx(float(np.sum(reused * step)) / 3.6e9, rel=1e-4)
        assert kpi["ere"] == pytest.approx(kpi["pue"] - kpi["heat_reused"] / kpi["it_energy"], rel=1e-6)
        assert set_point.min() >= 12 - 1e-3 and set_point.max() <= 12.7 + 1e-3 and np.ptp(set_point) > 0.01
        if use == "shift":  # full at the start
            assert tank[(hours > 1.1) & (hours < 1.3)].min() > 0
            assert tank[(hours > 5.1) & (hours < 5.3)].max() < 0

"""Coolant that stops under full load: dies are held, slowed and shut down at instants that do not depend on the step."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.laws.test_laws import check_laws
from tests.laws.test_overload import overload
from tests.support.program import EXAMPLES, run_scenario

SCENARIO = f"""
extends = "{EXAMPLES / 'one_rack.toml'}"
[simulation]
duration = "35 min"
[record]
period = "1 s"
[power_unit."generic/ups-200kw"]
stored_energy = "200 MJ"
[[hall]]
id = "cell"
[hall.liquid]
fed_by = "transformer"
[[steady]]
name = "burn"
pool = "gb200"
accelerators = 64
start = "10 min"
activity = {{ sm = 1.0, compute = 0.9, memory = 0.5, host = 0.5 }}
[[event]]
what = "utility_outage"
start = "20 min"
duration = "10 min"
"""


def lose_flow(folder: Path, name: str, *settings: str) -> tuple[dict, Path]:
    file = folder / "loss.toml"
    file.write_text(SCENARIO)
    output = folder / f"{name}.h5"
    return run_scenario(file, output, *[part for s in settings for part in ("--set", s)]), output


def rows(file: Path, kind: str) -> list[tuple[float, str, str]]:
    with h5py.File(file) as h5:
        e = h5["events"]
        names = [k.decode() for k in e["kind"][:]]
        return [(float(t), s.decode(), c.decode()) for t, k, s, c in zip(e["time"][:], names, e["subject"][:], e["cause"][:]) if k == kind]


def test_dies_are_held_slowed_and_shut_down_in_that_order(tmp_path: Path) -> None:
    result, file = lose_flow(tmp_path, "a")
    check_laws(result, file)
    held, slowed, off = (rows(file, k)[0][0] for k in ("thermal_slowdown_begin", "hardware_slowdown_begin", "thermal_shutdown"))
    assert 1200 < held < slowed < off < 1500
    assert all("94.0 degC" in cause for _, _, cause in rows(file, "thermal_shutdown"))
    assert result["kpis"]["thermal_slowed_hours"]["value"] > 0
    assert result["kpis"]["thermal_lost_hours"]["value"] > 64 * (1800 - off) / 3600 * 0.8
    with h5py.File(file) as h5:
        dies = h5["racks/accelerator_temperature"][:, 0]
    assert dies.max() <= 94.0 + 1e-2


def test_shutdown_does_not_depend_on_the_step(tmp_path: Path) -> None:
    _, coarse = lose_flow(tmp_path, "coarse", "simulation.thermal_step=1 s", "record.period=60 s")
    _, fine = lose_flow(tmp_path, "fine", "simulation.thermal_step=0.05 s", "record.period=60 s")
    for kind in ("thermal_slowdown_begin", "hardware_slowdown_begin", "thermal_shutdown"):
        a, b = (np.array(sorted(t for t, _, _ in rows(f, kind) if t < 1800)) for f in (coarse, fine))  # until flow is back
        assert len(a) == len(b) > 0, kind
        # Half the coarse step: coolant that begins to rise at 1 K/s within it is followed from its end on.
        np.testing.assert_allclose(a, b, atol=0.5, rtol=0, err_msg=kind)


@pytest.mark.parametrize("step", ["60 s", "5 s"])
def test_nor_on_how_often_is_reported(tmp_path: Path, step: str) -> None:
    _, often = lose_flow(tmp_path, "often", f"simulation.thermal_step={step}")
    _, seldom = lose_flow(tmp_path, "seldom", f"simulation.thermal_step={step}", "record.period=300 s")
    a, b = (np.array(sorted(t for t, _, _ in rows(f, "thermal_shutdown"))) for f in (often, seldom))
    np.testing.assert_allclose(a, b, atol=0.2, rtol=0)


def test_a_job_that_starts_in_a_hot_room_is_held_the_moment_it_is_too_hot(tmp_path: Path) -> None:
    """Between two settlements that lie minutes apart, too."""
    begins = []
    for name, step in (("seldom", "600 s"), ("often", "1 s")):
        settings = {"hall__a__air__supply_temperature": '"47 degC"', "simulation__thermal_step": f'"{step}"', "record__period": '"600 s"'}
        (tmp_path / name).mkdir()
        _, file = overload(tmp_path / name, "generic/in-row-30kw", simulation__duration='"1 h"', **settings)
        begins.append(rows(file, "thermal_slowdown_begin")[0][0])
    assert 1800 < begins[1] < 1860
    assert begins[0] == pytest.approx(begins[1], abs=0.5)

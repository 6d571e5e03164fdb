"""Frontier's published idle and peak power, through the whole program.

Published by the maintainers of the machine's digital twin [brewer2024exadigit]: 7.3065 MW idle and 28.2279 MW at peak for
compute cabinets and coolant pumps, with conversion losses of 0.5717 and 1.8102 MW.  Their loss figures count the supplies of a
75th cabinet position that holds switches but no nodes and is not in their power figures (docs/models/power-chain.md); that
convention is applied here beside the physical sum.
"""

from __future__ import annotations

from pathlib import Path

import h5py
import pytest

from tests.support.program import EXAMPLES, run_scenario

# 32 rectifiers, each with its constant of 17 W, sharing 32 switches of 250 W, efficiency 0.96: loss of an empty cabinet.
EMPTY_CABINET_LOSS_W = 32 * 17 / 0.96 + 32 * 250 * (1 / 0.96 - 1)


@pytest.mark.parametrize(
    ("name", "power_mw", "loss_mw"), [("frontier_idle.toml", 7.3065, 0.5717), ("frontier_peak.toml", 28.2279, 1.8102)]
)
def test_published_power_to_four_decimals(name: str, power_mw: float, loss_mw: float, tmp_path: Path) -> None:
    run_scenario(EXAMPLES / name, tmp_path / "run.h5", "--until", "1 h")
    with h5py.File(tmp_path / "run.h5") as h5:
        site = h5["site"]
        machine = site["it_power"][-1] + site["power_cdu_pumps"][-1]
        loss = site["power_psu_loss"][-1] + site["power_shelf_loss"][-1]
    # Stored values carry a relative rounding of 4e-6 or better (docs/results-format.md).
    assert round(float(machine) / 1e6, 4) == pytest.approx(power_mw, abs=1.01e-4)
    assert float(loss + EMPTY_CABINET_LOSS_W) / 1e6 == pytest.approx(loss_mw, abs=5e-5)


def test_ledger_gives_the_published_power_without_rounding(tmp_path: Path) -> None:
    """The ledger keeps full precision: here the four decimals must stand exactly."""
    for name, power_mw in (("frontier_idle.toml", 7.3065), ("frontier_peak.toml", 28.2279)):
        result = run_scenario(EXAMPLES / name, tmp_path / "run.h5", "--until", "1 h")
        with h5py.File(tmp_path / "run.h5") as h5:
            owner = [o.decode() if isinstance(o, bytes) else o for o in h5["ledger/owner"][:]]
            energy = dict(zip(owner, h5["ledger/energy"][:], strict=True))
        cabinets = sum(energy[o] for o in ("accelerator", "host", "network", "fans", "psu_loss", "shelf_loss"))
        machine_mw = (cabinets + energy["cdu_pumps"]) / 3600 / 1e6
        assert round(machine_mw, 4) == power_mw
        assert result["kpis"]["it_energy"]["value"] == pytest.approx(cabinets / 3.6e9, rel=1e-12)

"""Shares of a hall's accelerators that are slowed add up to the accelerator-hours of the key figures."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.support.program import EXAMPLES, run_scenario


@pytest.mark.parametrize(
    ("scenario", "series", "kpi"),
    [
        ("tower_fan_loss", "accelerators_slowed", "thermal_slowed_hours"),
        ("oversubscription", "accelerators_capped", "throttled_hours"),
    ],
)
def test_shares_of_halls_add_up_to_the_hours_of_the_run(tmp_path: Path, scenario: str, series: str, kpi: str) -> None:
    run_scenario(EXAMPLES / f"{scenario}.toml", tmp_path / "run.h5")
    with h5py.File(tmp_path / "run.h5") as h5:
        hours = np.diff(h5["halls/time"][...], prepend=0.0) / 3600
        shares = h5["halls"][series][...]
        vertices = h5["vertices"]
        of_hall = [
            vertices["accelerators"][...][vertices["bank"].asstr()[...] == hall].sum() for hall in h5["halls/hall"].asstr()[...]
        ]
        told = h5["kpis/value"][...][h5["kpis/name"].asstr()[...] == kpi].item()
        assert ("accelerators_capped" in h5["halls"]) == (scenario == "oversubscription")
    assert ((shares >= 0) & (shares <= 1)).all() and told > 0
    assert np.nansum(shares * hours[:, None] * of_hall) == pytest.approx(told, rel=1e-4)

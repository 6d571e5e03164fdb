"""The window on a file that the program wrote: ONDOL_RUN names it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from ondol_viz import open_run
from ondol_viz.__main__ import main

pytestmark = pytest.mark.skipif(
    "ONDOL_RUN" not in os.environ, reason="ONDOL_RUN names no results file"
)


@pytest.fixture
def path() -> Path:
    return Path(os.environ["ONDOL_RUN"])


def test_reads_with_names_units_and_dates(path: Path) -> None:
    with open_run(path) as run:
        assert run.complete
        assert run.scenario
        assert len(str(run.attrs["content_hash"])) == 32
        for group in (run.site, run.halls, run.racks, run.loops, run.pools):
            for name, series in group.data_vars.items():
                assert series.attrs["units"] and series.attrs["long_name"], name
                assert series.dims[0] == "time"
        assert run.kpis["value"].notna().any()
    with xr.open_dataset(path, group="site", engine="h5netcdf") as site:
        assert site.time.dtype.kind == "M"


def test_owners_add_up_to_the_meter(path: Path) -> None:
    with open_run(path) as run:
        owners = sum(
            run.site[name] for name in run.site if str(name).startswith("power_")
        )
        np.testing.assert_allclose(owners, run.site.power, rtol=1e-5)


def test_page_has_its_pictures(path: Path, tmp_path: Path) -> None:
    assert main([str(path), "-o", str(tmp_path)]) == 0
    assert (tmp_path / "site_power.png").exists()

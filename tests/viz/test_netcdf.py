"""Results in tools that know nothing of Ondol: netCDF's own, and xarray without our reader."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr
from ondol_viz import open_run
from ondol_viz.export.selection import all_series, all_tables

from tests.support.program import EXAMPLES, ONDOL, ondol, run_scenario

pytestmark = [
    pytest.mark.skipif(shutil.which("ncdump") is None, reason="ncdump is missing (Debian: netcdf-bin)"),
    pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a phase window, one with storage, and a sweep."""
    folder = tmp_path_factory.mktemp("netcdf")
    run_scenario(EXAMPLES / "training_swing.toml", folder / "swing.h5", "--until", "40 min")
    run_scenario(EXAMPLES / "outage.toml", folder / "outage.h5", "--until", "6 h")
    (folder / "sweep.toml").write_text(
        f'base = "{EXAMPLES / "one_rack.toml"}"\nset = {{ "simulation.duration" = "10 min" }}\n'
        '[[axis]]\nname = "seed"\nkey = "simulation.seed"\nvalues = [1, 2]\n'
    )
    done = ondol("sweep", folder / "sweep.toml", "-o", folder / "sweep")
    assert done.code == 0, done.err
    return folder


def ncdump(path: Path, *options: str) -> str:
    done = subprocess.run(["ncdump", *options, path], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def groups(header: str) -> dict[str, str]:
    """Text of each group by its path."""
    found: dict[str, str] = {}
    path: list[str] = []
    for line in header.splitlines():
        if opened := re.match(r"\s*group: (\S+) \{", line):
            path.append(opened[1])
        elif re.match(r"\s*\} // group", line):
            path.pop()
        else:
            found["/".join(path)] = found.get("/".join(path), "") + line.strip() + "\n"
    return found


@pytest.mark.parametrize("name", ["swing", "outage"])
def test_ncdump_shows_every_series_with_axes_and_units(folder: Path, name: str) -> None:
    told = groups(ncdump(folder / f"{name}.h5", "-h"))
    with open_run(folder / f"{name}.h5") as run:
        for one in all_series(run):
            axes = f"time, {one.axis}" if one.axis else "time"
            assert f"float {one.name}({axes}) ;" in told[one.group], one.path
            assert f'{one.name}:units = "{one.units}" ;' in told[one.group], one.path
            assert f'time:units = "seconds since {run.start}" ;' in told[one.group], one.path
        assert all_tables(run)
        for table in all_tables(run):
            for column in run.table(table).columns:
                assert re.search(rf"^(double|int64|string) {column}\(index\) ;$", told[table], re.M), f"{table}/{column}"
        if name == "swing":
            assert "windows/swing" in told
    assert 'string :Conventions = "CF-1.8" ;' in told[""]


def test_ncdump_shows_the_index_of_a_sweep(folder: Path) -> None:
    told = ncdump(folder / "sweep" / "sweep.h5", "-h")
    assert "seed = 2 ;" in told and "double pue(seed) ;" in told and 'string energy:units = "MWh" ;' in told


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray_opens_groups_by_itself(folder: Path, engine: str) -> None:
    pytest.importorskip({"netcdf4": "netCDF4"}.get(engine, engine))
    with xr.open_dataset(folder / "swing.h5", group="windows/swing", engine=engine) as window:
        assert window.power.attrs["units"] == "W" and window.time.dtype.kind == "M"
    with xr.open_dataset(folder / "outage.h5", group="racks", engine=engine) as racks:
        assert racks.power.dims == ("time", "rack") and "hall" in racks.coords
    with xr.open_dataset(folder / "sweep" / "sweep.h5", engine=engine) as sweep:
        assert sweep.pue.dims == ("seed",)


def test_ncdump_shows_dates(folder: Path) -> None:
    told = ncdump(folder / "outage.h5", "-t", "-v", "time", "-g", "site")
    with open_run(folder / "outage.h5") as run:
        first = pd.Timestamp(run.site["time"].values[0])
    assert re.search(rf'time = "{first:%Y-%m-%d %H:%M}', told)

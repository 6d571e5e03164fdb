"""The index of a sweep as people open it: one N-dimensional dataset of xarray."""
import subprocess

import h5py
import numpy as np
import pytest
import xarray as xr
from ondol_program import ONDOL


@pytest.fixture
def index(tmp_path):
    path = tmp_path / "sweep.h5"
    subprocess.run([ONDOL.parent / "tests" / "example_index", path], check=True)
    return path


def test_axes_are_coordinates_and_key_figures_variables(index):
    with xr.open_dataset(index, engine="h5netcdf") as sweep:
        assert dict(sweep.sizes) == {"supply": 2, "climate": 3, "member": 2}
        assert sweep.pue.dims == ("supply", "climate", "member")
        assert sweep.supply.attrs == {"units": "degC", "long_name": "cooling set point"}
        assert sweep.pue.attrs == {"units": "1", "long_name": "power usage effectiveness"}
        assert sweep.supply.values.tolist() == [18, 24.5]
        assert sweep.climate.values.tolist() == ["seoul_2022", "싱가포르", ""]
        assert sweep.member.values.tolist() == [0, 1]
        assert set(sweep.coords) == {"supply", "climate", "member", "wet_bulb", "stream"}
        assert sweep.stream.values.tolist() == [7, 1 << 60]
        assert float(sweep.pue.sel(supply=24.5, climate="seoul_2022", member=0)) == 1.1
        assert sweep.attrs["format"] == "ondol-sweep" and sweep.attrs["format_version"] == "1.0"
        assert sweep.attrs["title"] == "set point by climate"
        assert sweep.sweep_toml.item() == 'name = "set point by climate"\n'


def test_runs_that_were_not_and_runs_that_failed(index):
    with xr.open_dataset(index, engine="h5netcdf") as sweep:
        assert np.isnan(sweep.pue).sum() == 2
        assert (sweep.status.where(np.isnan(sweep.pue), "fine") == [
            [["fine", "fine"], ["fine", "fine"], ["skipped", "fine"]],
            [["fine", "failed"], ["fine", "fine"], ["fine", "fine"]]]).all()
        assert float(sweep.pue.mean("climate").sel(supply=18.0, member=1)) == pytest.approx(1.011)  # what is NaN is left out


def test_each_run_is_linked_by_its_place(index):
    (index.parent / "runs").mkdir()
    with h5py.File(index.parent / "runs" / "key9.h5", "w") as run:
        run.attrs["title"] = "the tenth"
    with h5py.File(index) as file:
        at = np.ravel_multi_index((1, 1, 1), file["pue"].shape)
        assert file[f"runs/{at}"].attrs["title"] == "the tenth"
        assert file["runs"].get("0", getlink=True).filename == "runs/key0.h5"
        assert "4" not in file["runs"] and "7" not in file["runs"]


def test_the_whole_tree_opens_without_the_files_of_runs(index):
    with xr.open_dataset(index, engine="h5netcdf") as sweep:
        sweep.load()
    table = sweep.drop_vars("sweep_toml").to_dataframe()
    assert len(table) == 12

"""Opening the index of a sweep, choosing runs of it, and opening their files."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr
from ondol_viz import sweep as sweeps
from ondol_viz.sweep import SweepError, open_member, open_sweep

from tests.support.sweep_file import write_sweep

NAN = float("nan")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Three set points, two climates, two members; of the last cell one member failed, and the one before was left out."""
    pue = np.array([[[1.30, 1.34], [1.40, 1.44]], [[1.20, 1.24], [1.32, 1.36]], [[1.15, 1.19], [NAN, 1.33]]])
    status = np.where(np.isnan(pue), "failed", "complete").astype(object)
    status[0, 1, :] = "skipped"
    pue[0, 1, :] = NAN
    return write_sweep(
        tmp_path / "sweep.h5",
        {"supply": 3, "climate": 2, "member": 2},
        {"supply": ("degC", "Supply temperature", [18.0, 21.0, 24.0]), "climate": ("", "Climate", ["seoul", "singapore"]),
         "member": ("1", "Member of the ensemble", [1.0, 2.0])},
        {"pue": pue, "energy": 100 * pue},
        status=status,
        links={0: "runs/a.h5", 3: "runs/gone.h5"},
    )  # fmt: skip


def test_axes_are_coordinates_with_units(index: Path) -> None:
    data = open_sweep(index)
    assert dict(data.sizes) == {"supply": 3, "climate": 2, "member": 2}
    assert data["supply"].attrs["units"] == "degC" and list(data["climate"].values) == ["seoul", "singapore"]
    assert data["pue"].attrs == {"units": "1", "long_name": "Power usage effectiveness"}
    assert float(data["pue"].sel(supply=21, climate="singapore", member=2)) == 1.36
    assert sweeps.responses(data) == ["pue", "energy"]
    assert sweeps.axes(data) == ["supply", "climate"]
    assert data.attrs["design"] == "grid"
    assert sweeps.counts(data) == {"complete": 9, "failed": 1, "skipped": 2}
    assert open_sweep(index.parent).equals(data)


def test_mean_over_members_that_ended(index: Path) -> None:
    mean = sweeps.cells(open_sweep(index), "pue")
    assert mean.values.tolist() == [[pytest.approx(1.32), pytest.approx(NAN, nan_ok=True)],
                                    [pytest.approx(1.22), pytest.approx(1.34)],
                                    [pytest.approx(1.17), 1.33]]  # fmt: skip


def test_a_member_opens_by_its_place(index: Path, make_example: Callable[..., Path]) -> None:
    (index.parent / "runs").mkdir()
    make_example(index.parent / "runs" / "a.h5", reports=12)
    data = open_sweep(index)
    with open_member(data, supply=18, climate="seoul", member=1) as run:
        assert run.path == index.parent / "runs" / "a.h5" and run.complete
    with open_member(data.sel(supply=18.0, climate="seoul"), member=1) as run:
        assert run.complete


@pytest.mark.parametrize(
    ("coords", "said"),
    [
        ({"supply": 18, "climate": "seoul"}, "more than one run: say which member (2)"),
        ({"supply": 19, "climate": "seoul", "member": 1}, "no run has supply = 19; there are 18, 21, 24"),
        ({"supply": 18, "climate": "busan", "member": 1}, "no run has climate = busan; there are seoul, singapore"),
        ({"suply": 18}, "no axis suply; it has supply, climate, member"),
        ({"supply": 24, "climate": "singapore", "member": 1}, "supply = 24 degC, climate = singapore, member 1 has no results file: failed"),
        ({"supply": 18, "climate": "singapore", "member": 1}, "no results file: skipped"),
        ({"supply": 24, "climate": "seoul", "member": 1}, "the sweep kept key figures alone"),
        ({"supply": 18, "climate": "singapore", "member": 2}, "gone.h5 does not exist"),
    ],
)
def test_what_is_no_run_says_why(index: Path, coords: dict[str, object], said: str) -> None:
    if "gone" in said:
        with h5py.File(index, "r+") as file:
            file["status"][0, 1, 1] = "complete"
    with pytest.raises(sweeps.RunError) as error:
        open_member(open_sweep(index), **coords)
    assert said in str(error.value)


def test_other_files_are_refused(index: Path, write: Callable[..., Path], tmp_path: Path) -> None:
    assert sweeps.is_sweep(index) and not sweeps.is_sweep(write()) and not sweeps.is_sweep(tmp_path / "none")
    (tmp_path / "text.h5").write_text("no")
    for path, said in ((write(), "it is the results of one run"), (tmp_path / "none.h5", "does not exist"), (tmp_path / "text.h5", "not an HDF5 file")):
        with pytest.raises(SweepError, match=said):
            open_sweep(path)
    with h5py.File(index, "r+") as file:
        file.attrs["format_version"] = "2.0"
    with pytest.raises(SweepError, match=r"index format '2.0', and this ondol_viz reads 1.x"):
        open_sweep(index)


def test_a_truncated_index_is_refused(index: Path) -> None:
    index.write_bytes(index.read_bytes()[:3000])
    with pytest.raises(SweepError, match="cannot be read"):
        open_sweep(index)


def test_samples_and_cases_have_their_axes_along_them(tmp_path: Path) -> None:
    for dimension in ("sample", "case"):
        path = write_sweep(tmp_path / f"{dimension}.h5", {dimension: 4}, {"cap": ("kW", "Cap", [1.0, 2.0, 3.0, 4.0]), "kind": ("", "Kind", list("abca"))}, {"pue": np.arange(4.0)})
        data = open_sweep(path)
        assert sweeps.axes(data) == ["cap", "kind"]
        assert sweeps.label(sweeps.select(data, cap=3.0)) == f"{dimension} 2, cap = 3 kW, kind = c"


def test_an_ensemble_alone_has_no_axes(tmp_path: Path) -> None:
    data = open_sweep(write_sweep(tmp_path / "e.h5", {"member": 3}, {"member": ("1", "Member", [1, 2, 3])}, {"pue": [1.1, 1.2, NAN]}))
    assert sweeps.axes(data) == [] and float(sweeps.cells(data, "pue")) == pytest.approx(1.15)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1.09723, 1.09772, 1.09821], ["1.09723", "1.09772", "1.09821"]),
        ([1234.4, 2345.6], ["1,234", "2,346"]),
        ([1.0, 12.0], ["1", "12"]),
        ([0.5, NAN], ["0.5000", "–"]),
        ([1e-5, 2e12], ["1e-05", "2e+12"]),
        ([], []),
    ],
)
def test_numbers_side_by_side_can_be_told_apart(values: list[float], texts: list[str]) -> None:
    assert sweeps.spell_alike(values) == texts


def test_thousands_of_runs_open_within_a_second(tmp_path: Path) -> None:
    """Of processor time; as xarray itself reads them, values and attributes alike."""
    rng = np.random.default_rng(1)
    figures = {f"figure{i}": rng.random((250, 20)) for i in range(100)}
    drawn = {f"x{i}": ("kW", f"X{i}", rng.random(250)) for i in range(6)}
    path = write_sweep(tmp_path / "s.h5", {"sample": 250, "member": 20}, drawn, figures, links={i: f"runs/{i:032x}.h5" for i in range(5000)})
    open_sweep(path)  # imports
    begin = time.process_time()
    data = open_sweep(path)
    assert time.process_time() - begin < 1
    assert data["run_file"].values[249, 19] == f"runs/{4999:032x}.h5"
    with xr.open_dataset(path, engine="h5netcdf", decode_times=False) as plain:
        assert set(plain.variables) == {*data.variables, "sweep_toml"} - {"run_file"} and set(plain.coords) == set(data.coords) - {"run_file"}
        for name in ("x3", "sample", "member", "figure7", "status"):
            assert data[name].dims == plain[name].dims and data[name].attrs == plain[name].attrs
            assert (data[name].values.astype(str) == plain[name].values.astype(str)).all()

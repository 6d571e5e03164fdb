"""Opening results files."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from ondol_viz import IncompleteRunWarning, RunError, open_run

from tests.viz.conftest import ResultsFile


def test_series_have_names_units_and_dates(example: Path) -> None:
    with open_run(example) as run:
        assert run.complete and run.status == "complete"
        assert run.title == "Two halls <b>& a week</b>"
        assert run.site.power.attrs["units"] == "W"
        assert pd.Timestamp(run.site.time.values[0]) == pd.Timestamp("2026-07-05 15:10:00")
        assert run.local(run.site.time)[0] == pd.Timestamp("2026-07-06 00:10:00")
        assert run.zone_name == "UTC+09:00"
        assert run.racks.power.dims == ("time", "rack")
        assert {"hall", "row", "position", "pool"} <= set(run.racks.coords)
        assert float(run.racks.power.sel(rack="liquid/r00").isel(time=0)) > 0
        assert run.scenario.startswith("[site]")
        assert run.attrs["seed"] == 7


def test_series_load_when_used(example: Path) -> None:
    with open_run(example) as run:
        assert not run.racks.power.variable._in_memory
        run.racks.power.isel(time=3).load()
        assert not run.racks.power.variable._in_memory


def test_owners_add_up_to_the_meter(example: Path) -> None:
    with open_run(example) as run:
        owners = sum(run.site[name] for name in run.site if str(name).startswith("power_"))
        np.testing.assert_allclose(owners, run.site.power, rtol=1e-6)


def test_tables_keep_order_units_and_dates(example: Path) -> None:
    with open_run(example) as run:
        assert list(run.jobs.columns) == [
            "name",
            "kind",
            "pool",
            "accelerators",
            "submit",
            "start",
            "end",
            "state",
            "energy",
        ]
        assert run.jobs["start"].tolist()[:2] == [
            pd.Timestamp("2026-07-05 15:00"),
            pd.Timestamp("2026-07-05 17:00"),
        ]
        assert run.jobs["start"].isna().tolist() == [False, False, True]
        assert run.jobs["accelerators"].sum() == 840
        assert run.jobs.attrs["units"]["energy"] == "J"
        assert run.events["kind"].iloc[0] == "thermal_slowdown_begin"
        assert run.kpis.set_index("name")["value"]["jobs_done"] == 1
        assert run.ledger["energy"].sum() == pytest.approx(float((run.site.power * 600).sum()), rel=1e-6)


def test_opens_without_our_help(example: Path) -> None:
    with xr.open_dataset(example, group="site", engine="h5netcdf") as site:
        assert site.power.attrs["units"] == "W"
        assert site.time.dtype.kind == "M"
    with h5py.File(example) as file:
        assert file["racks/power"].dims[1][0].name == "/racks/rack"


def test_intervals_are_weights(example: Path) -> None:
    with open_run(example) as run:
        hours = run.hours(run.site)
        assert hours[0] == pytest.approx(1 / 6) and hours.sum() == pytest.approx(168)


def test_stretches_of_jobs_are_dates(tmp_path: Path) -> None:
    path = tmp_path / "stretches.h5"
    file = ResultsFile(path)
    file.table(
        "placements",
        {
            "job": ("", np.array([0, 0])),
            "begin": ("s", np.array([600.0, 7200.0])),
            "working": ("s", np.array([600.0, 7260.0])),
            "end": ("s", np.array([3600.0, np.nan])),
            "how": ("", ["interrupted", "running"]),
        },
    )
    file.file.close()
    with open_run(path) as run:
        assert run.placements["begin"].tolist() == [pd.Timestamp("2026-07-05 15:10"), pd.Timestamp("2026-07-05 17:00")]
        assert run.placements["working"].iloc[1] == pd.Timestamp("2026-07-05 17:01")
        assert run.placements["end"].isna().tolist() == [False, True]
        assert run.placements["how"].tolist() == ["interrupted", "running"]


def test_missing_groups_are_empty(tmp_path: Path) -> None:
    path = tmp_path / "bare.h5"
    with h5py.File(path, "w") as file:
        file.attrs.update(format="ondol-results", format_version="1.7", complete=1, status="complete")
    with open_run(path) as run:
        for group in (run.site, run.halls, run.racks, run.loops, run.pools, run.links):
            assert not group.variables
        assert not run.windows
        for table in (run.jobs, run.events, run.kpis, run.ledger, run.vertices, run.edges, run.single_points, run.placements):
            assert table.empty
        assert run.scenario == "" and run.title == "bare.h5" and run.zone_name == "UTC"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Seoul", "Asia/Seoul"),
        ("+09:00", "UTC+09:00"),
        ("+00:00", "UTC"),
        ("Mars", "UTC"),
    ],
)
def test_time_zones(write: Callable[..., Path], zone: str, shown: str) -> None:
    with open_run(write(time_zone=zone)) as run:
        assert run.zone_name == shown
        assert run.local([run.start])[0].hour == (0 if "9" in shown or "Seoul" in shown else 15)


def test_killed_run_opens_with_a_warning(write: Callable[..., Path]) -> None:
    path = write("killed.h5.partial", complete=0, status="running")
    with (
        pytest.warns(IncompleteRunWarning, match="was killed or is still running"),
        open_run(path) as run,
    ):
        assert not run.complete
        assert run.site.sizes["time"] == 12
        assert run.kpis.empty


def test_file_that_is_being_written_opens_in_swmr_mode(
    write: Callable[..., Path],
) -> None:
    path = write("live.h5.partial", complete=0, status="running")
    with h5py.File(path, "r+", libver=("v110", "v110")) as writer:
        writer.swmr_mode = True
        power = writer["site/power"]  # one series is a flush ahead of the others
        power.resize((13,))
        power[12] = 1.0
        power.flush()
        with pytest.warns(IncompleteRunWarning), open_run(path) as run:
            assert run.site.sizes["time"] == 12
            assert np.isfinite(run.site.power.values).all()


def test_interrupted_run_says_how(write: Callable[..., Path]) -> None:
    with pytest.warns(IncompleteRunWarning, match=r"ended early \(interrupted\)"):
        open_run(write(complete=0, status="interrupted")).close()


def test_complete_run_warns_of_nothing(example: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with open_run(example) as run:
            run.site.power.mean().load()
            run.jobs.describe()


@pytest.mark.parametrize("version", ["2.0", "0.9", "", "x"])
def test_other_major_version_is_refused(write: Callable[..., Path], version: str) -> None:
    with pytest.raises(RunError, match=r"this ondol_viz reads 1\.x"):
        open_run(write(format_version=version))


def test_what_is_no_result_is_refused(tmp_path: Path, write: Callable[..., Path]) -> None:
    (tmp_path / "text.h5").write_text("hello")
    with pytest.raises(RunError, match="not an HDF5 file"):
        open_run(tmp_path / "text.h5")
    with pytest.raises(RunError, match="is a folder"):
        open_run(tmp_path)
    with pytest.raises(RunError, match="no result of Ondol"):
        open_run(write(format="other"))
    with pytest.raises(RunError, match=r"does not exist$"):
        open_run(tmp_path / "none.h5")
    write("run.h5.partial", complete=0, status="running")
    with pytest.raises(RunError, match=r"has not finished, but .*run\.h5\.partial can be opened"):
        open_run(tmp_path / "run.h5")


def test_file_left_while_tables_were_written_tells_the_repair(
    write: Callable[..., Path],
) -> None:
    path = write("run.h5.partial", complete=0, status="running")
    content = bytearray(path.read_bytes())
    content[11] = 1  # what a kill leaves while the file is open for plain writing
    path.write_bytes(content)
    with pytest.raises(RunError, match="h5clear -s"):
        open_run(path)


def test_cut_file_is_refused(write: Callable[..., Path]) -> None:
    path = write()
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(RunError, match="cannot be read"):
        open_run(path)


def test_chunks_make_dask_arrays_of_the_same_values(example: Path) -> None:
    with open_run(example) as run, open_run(example, chunks=7) as pieces:
        assert pieces.racks.power.chunks is not None and run.racks.power.chunks is None
        np.testing.assert_array_equal(pieces.racks.power.values, run.racks.power.values)


def test_chunks_without_dask_are_refused(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RunError, match="install it: pip install"):
        open_run(example, chunks="auto")

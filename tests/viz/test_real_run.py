"""The window on files that the program wrote just now."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from ondol_viz import IncompleteRunWarning, open_run, plots
from ondol_viz.__main__ import main
from ondol_viz.gallery import pictures_of

from tests.support.program import EXAMPLES, ONDOL, ROOT, run_scenario

pytestmark = pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a day of the small hall."""
    file = tmp_path_factory.mktemp("run") / "one_hall.h5"
    run_scenario(EXAMPLES / "one_hall.toml", file, "--until", "12 h")
    return file


def test_reads_with_names_units_and_dates(path: Path) -> None:
    with open_run(path) as run:
        assert run.complete
        assert run.scenario
        assert len(str(run.attrs["content_hash"])) == 32
        for group in (run.site, run.halls, run.racks, run.loops, run.pools):
            assert group.data_vars
            for name, series in group.data_vars.items():
                assert series.attrs["units"] and series.attrs["long_name"], name
                assert series.dims[0] == "time"
        assert run.kpis["value"].notna().any()


def test_cooling_by_month_and_hottest_hours(path: Path) -> None:
    with open_run(path) as run:
        (month,) = run.months.to_dict("records")
        assert month["covered"] == pytest.approx(12 * 3600)
        assert run.months.attrs["units"]["wue"] == "kg (kW h)-1" and run.months.attrs["units"]["energy_chillers"] == "J"
        pue = run.kpis.set_index("name")["value"]["pue"]
        assert month["pue"] == pytest.approx(pue, rel=1e-9)
        hours = run.hottest_hours.set_index("by")
        assert list(hours.index) == ["wet_bulb", "dry_bulb"]
        assert run.start <= hours["begin"]["wet_bulb"] < run.start + pd.Timedelta("12 h")
        assert float(run.site["wet_bulb"].max()) >= hours["wet_bulb"]["wet_bulb"] - 0.01
        loops = run.loops
        assert loops["set_point"].attrs["units"] == "degC" and loops["chillers_running"].attrs["units"] == "1"


def test_every_group_series_and_column_is_on_the_page_about_them(path: Path) -> None:
    page = (ROOT / "docs" / "results-format.md").read_text(encoding="utf-8")
    words = {word for code in re.findall(r"`([^`\n]+)`", page) for word in re.findall(r"[a-z0-9_]+", code)}
    owners = {f"{kind}_{owner}" for kind in ("power", "energy") for owner in words}
    with h5py.File(path) as file:
        for group in file.values():
            if isinstance(group, h5py.Group):
                assert group.name.strip("/") in words, group.name
                for name in group:
                    assert name in words or name in owners, f"{group.name}/{name}"


def test_the_facility_is_in_the_file_as_a_graph(path: Path) -> None:
    check = json.loads(
        subprocess.run([ONDOL, "check", "--json", EXAMPLES / "one_hall.toml"], capture_output=True, check=True).stdout
    )
    with open_run(path) as run:
        vertices, edges, points = run.vertices, run.edges, run.single_points
        assert vertices["vertex"].is_unique and vertices["holder"].lt(len(vertices)).all()
        assert vertices["accelerators"].sum() == run.pools.accelerators_total.isel(time=-1).sum()
        by_kind = vertices.groupby("kind")["series"]
        assert by_kind.get_group("rack").tolist() == run.racks.rack.values.tolist()
        assert by_kind.get_group("plant").tolist() == run.loops.loop.values.tolist()
        assert set(run.feeds.feed.values.tolist()) <= set(vertices["series"])
        assert set(edges["layer"]) == {"power", "coolant", "air", "fabric"}
        for end in ("from", "to"):
            assert edges[end].between(0, len(vertices) - 1).all()
        assert (edges.loc[edges["layer"] == "fabric", "capacity"] > 0).all()
        for layer, losses in check["single_points"].items():
            told = points[points["layer"] == layer]
            assert told["name"].tolist() == [loss["name"] for loss in losses]
            assert told["racks"].tolist() == [loss.get("racks", 0) for loss in losses]
        assert vertices["kind"].iloc[points["vertex"].iloc[0]] == "utility"


def test_xarray_opens_it_without_our_help(path: Path) -> None:
    with xr.open_dataset(path, group="site", engine="h5netcdf") as site:
        assert site.time.dtype.kind == "M"
        with h5py.File(path) as file:
            start = pd.Timestamp(file.attrs["start_time"].removesuffix(" UTC"))
        assert pd.Timestamp(site.time.values[-1]) == start + pd.Timedelta("12 h")
        assert site.power.dims == ("time",)
        assert site.power.attrs["units"] == "W" and site.power.attrs["long_name"]
        assert site.wet_bulb.attrs["units"] == "degC"
    with xr.open_dataset(path, group="racks", engine="h5netcdf") as racks:
        assert racks.power.dims == ("time", "rack")
        assert {"hall", "row", "position", "pool"} <= set(racks.coords)


def test_owners_add_up_to_the_meter(path: Path) -> None:
    with open_run(path) as run:
        owners = sum(run.site[name] for name in run.site if str(name).startswith("power_"))
        np.testing.assert_allclose(owners, run.site.power, rtol=1e-5)
        energy = run.kpis.set_index("name")["value"]["energy"]
        assert run.ledger["energy"].sum() / 3.6e9 == pytest.approx(energy, rel=1e-9)
        assert float((run.site.power * run.hours(run.site)).sum()) / 1e6 == pytest.approx(energy, rel=1e-5)


def test_page_has_its_pictures(path: Path, tmp_path: Path) -> None:
    assert main(["pictures", str(path), "-o", str(tmp_path)]) == 0
    assert main(["report", str(path), "-o", str(tmp_path / "page.html")]) == 0
    with open_run(path) as run:
        assert {png.stem for png in tmp_path.glob("*.png")} == {picture.name for picture in pictures_of(run)}
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "No picture" not in page and "all owners" in page


def test_an_outage_adds_pictures_of_the_chain(tmp_path: Path) -> None:
    run_scenario(EXAMPLES / "utility_outage.toml", tmp_path / "outage.h5", "--until", "4 h")
    with open_run(tmp_path / "outage.h5") as run:
        assert run.feeds.load_fraction.dims == ("time", "feed")
        assert {"lv", "diesel", "ups"} <= set(run.feeds.bank.values.tolist())
        sources = plots.power_by_source(run).axes[0]
        assert [t.get_text() for t in sources.get_legend().get_texts()] == ["utility", "generators", "batteries", "recharging"]
        told = plots.fullest_feeds(run).get_supxlabel()
        assert "03:00:00 utility is out" in told and "diesel called" in told and "03:15:00 transfer back" in told


def test_killed_run_leaves_a_file_that_opens_with_a_warning(tmp_path: Path) -> None:
    target = tmp_path / "haenam.h5"
    partial = tmp_path / "haenam.h5.partial"
    child = subprocess.Popen(
        [ONDOL, "run", EXAMPLES / "haenam.toml", "-o", target, "--set", 'record.period="1 s"'],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        written = 0
        deadline = time.monotonic() + 120
        while written < 5_000_000:
            assert child.poll() is None, child.stderr.read() if child.stderr else ""
            assert time.monotonic() < deadline, "the run wrote nothing within two minutes"
            time.sleep(0.1)
            written = partial.stat().st_size if partial.exists() else 0
        child.send_signal(signal.SIGKILL)
        assert child.wait(60) == -signal.SIGKILL
    finally:
        child.kill()
        child.communicate()
    assert partial.exists() and not target.exists()
    with pytest.warns(IncompleteRunWarning, match="was killed or is still running"), open_run(partial) as run:
        assert not run.complete and run.status == "running"
        reports = run.site.sizes["time"]
        assert reports > 100
        assert np.isfinite(run.site.power.values).all() and float(run.site.power.min()) > 1e6
        np.testing.assert_allclose(run.hours(run.site), 1 / 3600, rtol=1e-6)
        assert run.racks.power.isel(time=-1).notnull().all()
        assert len(run.vertices) > 386 and not run.edges.empty and not run.single_points.empty
    assert main(["report", str(partial)]) == 0
    assert "This run is not complete" in (tmp_path / "haenam.html").read_text(encoding="utf-8")

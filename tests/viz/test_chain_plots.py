"""Figures of an outage, on a file written by hand: twelve reports of ten minutes, of which the third and fourth are without the utility."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from matplotlib.colors import to_hex
from ondol_viz import MissingData, Run, charts, open_run, plots
from ondol_viz.__main__ import main
from ondol_viz.gallery import pictures_of
from ondol_viz.plots import chain
from ondol_viz.style import VERMILION
from ondol_viz.views import chain as views

FEEDS = ["ups/1", "ups/2", "ups/3", "busway/1", "busway/2", "diesel/1"]
CHAIN = {"power_by_source", "state_of_charge", "fullest_feeds", "unserved_power"}


def add_chain(path: Path, load: np.ndarray, charge: np.ndarray, **site: np.ndarray) -> None:
    """Series of the sources and of six units, as the recorder writes them."""
    with h5py.File(path, "r+") as file:
        time = file["site/time"]
        for name, values in site.items():
            if name in file["site"]:
                file["site"][name][...] = values
            else:
                file["site"].create_dataset(name, data=values.astype(np.float32))
                file["site"][name].attrs.update(units="W", long_name=name)
                file["site"][name].dims[0].attach_scale(time)
        group = file.create_group("feeds", track_order=True)
        group.create_dataset("time", data=time[:])
        group["time"].make_scale("time")
        group["time"].attrs.update(units=time.attrs["units"], calendar=time.attrs["calendar"])
        group.create_dataset("feed", data=FEEDS, dtype=h5py.string_dtype())
        group["feed"].make_scale("feed")
        group.create_dataset("bank", data=[f.split("/")[0] for f in FEEDS], dtype=h5py.string_dtype())
        group["bank"].dims[0].attach_scale(group["feed"])
        for name, values in (("load_fraction", load), ("state_of_charge", charge)):
            group.create_dataset(name, data=values.astype(np.float32))
            group[name].attrs.update(units="1", long_name=name, coordinates="bank")
            group[name].dims[0].attach_scale(group["time"])
            group[name].dims[1].attach_scale(group["feed"])


def tell(path: Path, *events: tuple[float, str, str]) -> None:
    with h5py.File(path, "r+") as file:
        del file["events"]
        group = file.create_group("events")
        group["time"] = np.array([at for at, _, _ in events])
        group["time"].attrs["units"] = "s"
        for column, name in enumerate(("kind", "subject"), 1):
            group.create_dataset(name, data=[e[column] for e in events], dtype=h5py.string_dtype())


@pytest.fixture
def outage(write: Callable[..., Path]) -> Path:
    path = write()
    load = np.tile([0.5, 0.5, 0.3, 0.2, 0.2, 0.0], (12, 1))
    load[2:4, 0:2] = 1.2
    charge = np.tile([1, 1, 1, np.nan, np.nan, np.nan], (12, 1)).astype(float)
    charge[2:4, 0], charge[2:4, 1] = 0.4, 0.6
    supplied = np.full(12, 2e6)
    supplied[2:4] = 0
    generated, battery, unserved = np.zeros(12), np.zeros(12), np.zeros(12)
    generated[3], battery[2], battery[4], unserved[2] = 2e6, 1.5e6, -0.5e6, 6e5
    add_chain(path, load, charge, power=supplied, generator_power=generated, battery_power=battery, unserved_power=unserved)
    tell(path, (1200, "utility_outage", "utility"), (1203, "generator_start", "diesel"), (1203, "generator_ready", "diesel/1"),
         (1800.04, "power_back", "a"), (1800.05, "power_back", "b"), (2400, "utility_return", "utility"))  # fmt: skip
    return path


@pytest.fixture
def run(outage: Path) -> Iterator[Run]:
    with open_run(outage) as run:
        yield run


def test_sources_stack_to_what_is_supplied_and_recharging_is_below(run: Run) -> None:
    axes = plots.power_by_source(run, start="2026-07-06 00:00", end="2026-07-06 02:00").axes[0]
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["utility", "generators", "batteries", "recharging"]
    tops = [band.get_paths()[0].vertices[:, 1].max() for band in axes.collections[:3]]
    assert tops == pytest.approx([2.0, 2.0, 2.0])  # utility alone, then sets in its place, then batteries below both
    assert axes.collections[3].get_paths()[0].vertices[:, 1].min() == pytest.approx(-0.5)
    assert axes.get_ylabel() == "power (MW)"


def test_time_shown_is_that_of_what_happened(run: Run) -> None:
    low, high = (float(x) for x in plots.unserved_power(run).axes[0].get_xlim())
    # The third to the fifth report end at 0:30, 0:40 and 0:50 on the site's clock, with a margin of a minute or so.
    assert (high - low) * 24 * 60 == pytest.approx(20, abs=0.1)
    whole = plots.unserved_power(run, start="2026-07-06 00:00").axes[0].get_xlim()
    assert (float(whole[1]) - float(whole[0])) * 24 * 60 == pytest.approx(110, abs=0.1)


def test_events_are_numbered_and_told_below(run: Run) -> None:
    figure = plots.fullest_feeds(run, start="2026-07-06 00:00")
    assert [t.get_text() for t in figure.axes[0].texts] == ["1", "2", "3"]
    told = figure.get_supxlabel().splitlines()
    assert told == ["1  00:20:00 utility is out; +3 s diesel called", "2  00:30:00 2 loads with power again", "3  00:40:00 utility is back"]


def test_batteries_show_the_lowest_of_their_bank(run: Run) -> None:
    axes = plots.state_of_charge(run).axes[0]
    (line,) = axes.lines
    assert np.min(line.get_ydata()) == pytest.approx(40)
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["ups: lowest of 3, 40.0 % at least"]
    assert axes.get_ylabel() == "state of charge (%)"


def test_alike_units_share_a_row_and_overload_is_red(run: Run) -> None:
    axes, bar = plots.fullest_feeds(run, start="2026-07-06 00:00").axes
    assert [t.get_text() for t in axes.get_yticklabels()] == ["ups/1 to 2", "ups/3", "busway/1 to 2", "diesel/1"]
    mesh = axes.collections[0]
    values = mesh.get_array()
    assert values[0, 2] == pytest.approx(1.2) and values[1].max() == pytest.approx(0.3)
    assert to_hex(mesh.cmap(mesh.norm(1.2))).upper() == VERMILION
    assert bar.get_ylabel() == "load over rating (1)"


def test_unserved_energy_is_told(run: Run) -> None:
    (text,) = plots.unserved_power(run).axes[0].get_legend().get_texts()
    assert text.get_text() == "100 kWh in all"  # 600 kW for ten minutes


def test_page_shows_the_chain_only_where_something_happened(outage: Path, write: Callable[..., Path], tmp_path: Path) -> None:
    calm = write("calm.h5")
    zero = np.zeros(12)
    load, charge = np.full((12, 6), 0.9), np.ones((12, 6))
    tell(calm, (600, "job_started", "tune"))
    add_chain(calm, load, charge, generator_power=zero, battery_power=zero, unserved_power=zero)
    with open_run(calm) as run:
        assert not CHAIN & {p.name for p in pictures_of(run)}
        assert not chain.disturbed(run)
    with open_run(outage) as run:
        assert CHAIN <= {p.name for p in pictures_of(run)}
    assert main(["pictures", str(outage), "-o", str(tmp_path / "page")]) == 0
    assert CHAIN <= {p.stem for p in (tmp_path / "page").glob("*.png")}
    assert main(["pictures", str(calm), "-o", str(tmp_path / "page")]) == 0  # the same folder: what no longer holds is gone
    assert not CHAIN & {p.stem for p in (tmp_path / "page").glob("*.png")}


def test_files_without_feeds_say_so(write: Callable[..., Path]) -> None:
    with open_run(write("old.h5")) as run:
        with pytest.raises(MissingData, match="feeds/load_fraction"):
            plots.fullest_feeds(run)
        with pytest.raises(MissingData, match="site/generator_power"):
            plots.power_by_source(run)


def test_charts_hold_the_same_numbers_and_read_names_of_the_file_as_text(outage: Path) -> None:
    with h5py.File(outage, "r+") as file:
        file["feeds/feed"][0] = "ups<b>/1"
    tell(outage, (1900, "unit_failure", "<img src=x>"))
    with open_run(outage) as run:
        bands = {trace.name: trace for trace in charts.power_by_source(run, start="2026-07-06 00:00").data}
        assert bands["generators"].y.max() == pytest.approx(2) and bands["recharging"].y.min() == pytest.approx(-0.5)
        assert min(charts.state_of_charge(run).data[1].y) == pytest.approx(40)
        (area,) = charts.unserved_power(run).data
        assert area.name == "100 kWh in all" and area.y.max() == pytest.approx(600)
        map_ = charts.fullest_feeds(run)
        assert map_.data[0].z.max() == pytest.approx(120)
        assert map_.data[0].y[0] == "ups&lt;b&gt;/1 to 2"
        told = [note.text for note in map_.layout.annotations]
        assert told == ["1", "1  00:31:40 &lt;img src=x&gt; fails"]


def test_joined_reports_keep_the_lowest_charge_and_the_highest_load(outage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ondol_viz.views.chain.POINTS", 2)
    with open_run(outage) as run:
        (bank,) = views.state_of_charge(run, start="2026-07-06 00:00").banks
        assert bank.low.tolist() == pytest.approx([0.4, 1.0]) and bank.high.tolist() == [1.0, 1.0]
        assert views.fullest_feeds(run, start="2026-07-06 00:00").load[0].tolist() == pytest.approx([1.2, 0.5])

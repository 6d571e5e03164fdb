"""Temperatures, loops, chillers, trips and water: numbers of the views against the file, both drawings, refusals."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from ondol_viz import MissingData, Run, charts, open_run, plots
from ondol_viz.views import blocks, cooling, temperatures
from ondol_viz.words import speaking

from tests.viz.test_cooling_plots import add_cooling
from tests.viz.test_floor import SCENARIO, declare
from tests.viz.test_months import run_of

RACKS = '\n[[racks]]\nrack = "gb200"\nhall = "liquid"\n'


def add_series(path: Path, group: str, name: str, values: np.ndarray) -> None:
    with h5py.File(path, "r+") as file:
        data = file[group].create_dataset(name, data=values.astype(np.float32))
        data.attrs.update(units="degC", long_name=name)
        data.dims[0].attach_scale(file[group]["time"])
        if values.ndim == 2:
            data.dims[1].attach_scale(file[group][group[:-1]])


def add_accelerators(path: Path, reports: int) -> np.ndarray:
    """Four percentiles of two halls; the hottest in the file, (report, hall)."""
    t = np.arange(reports)[:, None]
    hottest = 70 + 5 * np.sin(t / 40.0) + np.array([0.0, 8.0])
    for name, below in (("p05", 30.0), ("p50", 15.0), ("p95", 4.0), ("hottest", 0.0)):
        add_series(path, "halls", f"accelerator_{name}", hottest - below)
    return hottest


def test_envelopes_keep_what_joined_reports_had(
    make_example: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspect.unwrap(blocks.blocks), "__defaults__", (100, 0, None))
    path = make_example(tmp_path / "long.h5")
    hottest = add_accelerators(path, 1008)
    with open_run(declare(path, SCENARIO + RACKS)) as run:
        view = temperatures.temperatures(run)
        assert view.data.reports == 11
        liquid, air = view.envelopes  # the hottest hall first
        assert (liquid.hall, liquid.operating) == ("liquid", 86.0) and np.isnan(air.operating)
        rows = np.arange(0, 1008, 11)
        np.testing.assert_allclose(liquid.hottest, np.maximum.reduceat(hottest[:, 1], rows), rtol=1e-6)
        np.testing.assert_allclose(liquid.low, np.minimum.reduceat(hottest[:, 1] - 30, rows), rtol=1e-6)
        np.testing.assert_allclose(air.middle[:-1], (hottest[:, 0] - 15)[:1001].reshape(-1, 11).mean(axis=1), rtol=1e-6)
        inlets = run.racks["inlet_temperature"].values
        np.testing.assert_allclose(view.warmest, np.maximum.reduceat(inlets.max(axis=1), rows), rtol=1e-6)
        np.testing.assert_allclose(view.coolest, np.minimum.reduceat(inlets.min(axis=1), rows), rtol=1e-6)
        plots.accelerator_temperatures(run).savefig(tmp_path / "a.png", dpi=40)
        figure = charts.accelerator_temperatures(run)
        assert {trace.name for trace in figure.data} >= {"hottest accelerator", "clock falls above 86 °C", "warmest rack", "air"}


def test_slowed_racks_are_counted_from_events(example: Path, tmp_path: Path, make_example: Callable[..., Path]) -> None:
    path = make_example(tmp_path / "events.h5")
    add_accelerators(path, 1008)
    with open_run(path) as run:
        slowed = temperatures.temperatures(run).slowed
        assert slowed is not None and slowed.counted and slowed.names == ("air",)
        np.testing.assert_array_equal(slowed.values[:, 0], [0, 1, 0])
        assert slowed.times[1] == run.start + pd.Timedelta("200000 s")


def test_slowed_accelerators_are_taken_from_the_file_where_it_has_them(write: Callable[..., Path]) -> None:
    path = write()
    add_accelerators(path, 12)
    share = np.zeros((12, 2))
    share[3:5, 1] = 0.25
    add_series(path, "halls", "accelerators_slowed", share)
    with open_run(path) as run:
        slowed = temperatures.temperatures(run).slowed
        assert slowed is not None and not slowed.counted and slowed.names == ("liquid",)
        np.testing.assert_allclose(slowed.values[:, 0], 100 * share[:, 1])
        charts.accelerator_temperatures(run)
        plots.accelerator_temperatures(run).savefig(path.with_suffix(".png"), dpi=40)


@pytest.fixture
def run(write: Callable[..., Path]) -> Run:
    path = write()
    add_cooling(path)
    add_series(path, "site", "water_flow", np.linspace(0, 2, 12))
    add_series(path, "site", "wue", np.linspace(0, 1, 12))
    return open_run(path)


def test_heat_of_a_loop_is_split_whole(run: Run) -> None:
    view = cooling.loops_over_time(run)
    found = view.heat(0)
    assert found is not None
    np.testing.assert_allclose(np.sum(found, axis=0), run.loops["heat"].values[:, 0], rtol=1e-6)
    np.testing.assert_allclose(found[0], run.loops["heat"].values[:, 0] * run.loops["free_cooling"].values[:, 0], rtol=1e-6)


def test_water_is_the_integral_of_its_flow(run: Run) -> None:
    view = cooling.water(run)
    assert view.total == pytest.approx(12.0 * 600, rel=1e-6)  # 1 kg/s on average
    assert cooling.water_title(view) == "Make-up water: 7.2 t"


def test_the_trip_that_warmed_most_is_shown(write: Callable[..., Path]) -> None:
    path = write(name="trips.h5")
    add_cooling(path)
    hot = np.full((12, 2), 60.0)
    hot[9:] = 80.0  # from 5400 s on
    add_series(path, "halls", "accelerator_hottest", hot)
    with h5py.File(path, "r+") as file:
        del file["events"]
        events = file.create_group("events")
        events["time"] = np.array([900.0, 3200.0, 5300.0])
        events["time"].attrs["units"] = "s"
        for name in ("kind", "subject", "cause"):
            events.create_dataset(name, data=["chiller_trip"] * 3, dtype=h5py.string_dtype())
    with open_run(path) as run:
        view = cooling.around_trip(run)
        assert view.begin == run.start + pd.Timedelta("5300 s") - cooling.BEFORE


CHARTS = ("loop_temperatures", "chillers_running", "cooling_by_month", "around_trip", "water_use")


@pytest.mark.parametrize("name", CHARTS)
def test_charts_carry_units_and_speak_korean(run: Run, name: str) -> None:
    figure = getattr(charts, name)(run)
    for trace in figure.data:
        assert trace.hoverinfo == "skip" or trace.hovertemplate, trace.name
    assert len(figure.to_json()) < 3e5
    with speaking("ko"):
        korean = getattr(charts, name)(run)
        getattr(plots, name)(run).savefig(run.path.with_suffix(".png"), dpi=40)
    assert len(korean.data) == len(figure.data)
    assert korean.layout.yaxis.title.text != figure.layout.yaxis.title.text or name == "loop_temperatures"


def test_compared_runs_have_a_line_each(tmp_path: Path) -> None:
    runs = {
        "<b>air": run_of(tmp_path / "a.h5", [1.1, 1.2, 1.3], [31, 29, 31]),
        "plates": run_of(tmp_path / "b.h5", [1.05, 1.06, 1.07], [31, 29, 10]),
    }
    figure = charts.compare_months(runs)
    assert [trace.name for trace in figure.data if trace.showlegend] == ["&lt;b&gt;air", "plates"]
    np.testing.assert_allclose(figure.data[2].y, [1.05, 1.06], rtol=1e-6)


def test_what_is_not_there_is_refused(write: Callable[..., Path]) -> None:
    with open_run(write("plain.h5")) as plain:
        for name in ("chillers_running", "cooling_by_month", "around_trip", "water_use", "accelerator_temperatures"):
            for module in (plots, charts):
                with pytest.raises(MissingData):
                    getattr(module, name)(plain)

"""Power, calendar and bill: the numbers of views against the file, and both drawings of each."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from ondol_viz import MissingData, Run, charts, open_run, plots
from ondol_viz.charts import parts
from ondol_viz.style import scale
from ondol_viz.views import bill, calendar, energy, events
from ondol_viz.words import speaking

from tests.support.program import EXAMPLES, ONDOL, run_scenario

HOSTILE = "<b>%{x} & $x$</b><script>alert(1)</script> " + "long " * 2000


@pytest.fixture(scope="module")
def run(example: Path) -> Run:
    return open_run(example)


def with_money(path: Path) -> Path:
    """Adds a price that doubles at noon, and two tariffs of which the second takes something off."""
    with h5py.File(path, "r+") as file:
        site = file["site"]
        hour = (site["time"][...] - 1) % 86400 // 3600
        for name, values in (
            ("price", np.where(hour < 12, 100.0, 200.0)), ("cost_rate", np.where(hour < 12, 1e5, 2e5)), ("carbon_rate", np.full(hour.shape, 400.0)),
        ):  # fmt: skip
            site.create_dataset(name, data=values.astype(np.float32)).dims[0].attach_scale(site["time"])
        tables = {
            "tariffs": {"name": [HOSTILE, "flat"], "energy_charge": [9e6, 8e6], "power_factor": [1e5, -2e5], "levy": [0.0, 0.0],
                        "total": [9.1e6, 7.8e6], "mean_price": [150.0, 130.0]},
            "demand": {"month": ["2026-07", "2026-08"], "peak": [2e6, 1e6], "charged": [2e6, 1.8e6], "begin": [3600.0, 7200.0], "covered": [0.5, 1.0]},
        }  # fmt: skip
        for name, columns in tables.items():
            group = file.create_group(name)
            group["index"] = np.arange(2)
            for column, values in columns.items():
                text = isinstance(values[0], str)
                group.create_dataset(column, data=values, dtype=h5py.string_dtype() if text else None)
    return path


@pytest.fixture
def paid(tmp_path: Path, make_example: Callable[..., Path]) -> Run:
    return open_run(with_money(make_example(tmp_path / "paid.h5", reports=300)))


def test_bands_add_up_to_the_meter_and_to_the_ledger(run: Run) -> None:
    view = energy.site_power(run)
    np.testing.assert_allclose(np.sum([band.power for band in view.upper], axis=0), run.site.power.values, rtol=1e-6)
    ledger = run.ledger.set_index("owner")["energy"]
    for band in (*view.upper, *view.lower):
        assert band.share == pytest.approx(ledger[list(band.owners)].sum() / ledger.sum(), rel=1e-6)
        joules = float((band.power * view.data.hours).sum()) * 3600
        assert joules == pytest.approx(ledger[list(band.owners)].sum(), rel=1e-6)
    assert view.metered


def test_a_year_is_drawn_as_days(tmp_path: Path, make_example: Callable[..., Path]) -> None:
    with open_run(make_example(tmp_path / "year.h5", reports=2880, step=3600.0)) as run:  # 120 days
        data = energy.site_power(run).data
        np.testing.assert_allclose(data.hours, 24.0)


def test_pue_axis_leaves_out_what_is_no_efficiency(write: Callable[..., Path]) -> None:
    path = write()
    with h5py.File(path, "r+") as file:
        file["site/pue"][3] = 80.0  # next to no IT power
    with open_run(path) as run:
        low, high = energy.pue_range(energy.site_power(run).data)
        assert 1.0 < low < high < 1.6


def test_load_duration_of_a_long_run_keeps_peak_and_energy(tmp_path: Path, make_example: Callable[..., Path]) -> None:
    with open_run(make_example(tmp_path / "long.h5", reports=5000, step=60.0)) as run:
        level = energy.load_duration(run).levels[0]
        assert level.power.size <= 1502
        assert level.power[0] == pytest.approx(float(run.site.power.max()))
        assert (level.power * np.diff(level.share)).sum() == pytest.approx(float(run.site.power.mean()), rel=1e-6)


def test_events_at_one_place_are_one_mark(write: Callable[..., Path]) -> None:
    path = write()  # two hours
    with h5py.File(path, "r+") as file:
        del file["events"]
        group = file.create_group("events")
        group["time"] = np.asarray([60.0, 61.0, 62.0, 6000.0, 9e9])
        group.create_dataset(
            "kind", data=["node_failed", "node_failed", "job_started", "node_failed", "late"], dtype=h5py.string_dtype()
        )
        group.create_dataset("subject", data=[HOSTILE] * 5, dtype=h5py.string_dtype())
    with open_run(path) as run:
        found = events.marks(run, run.start + pd.Timedelta("2 h"))
        assert [(mark.kind, mark.count) for mark in found] == [("node_failed", 2), ("node_failed", 1)]
        figure = charts.site_power(run)
        text = figure.to_json()
        assert "<script" not in text and "<b>%" not in text
        assert len(figure.layout.shapes) == 2  # few events have lines


def test_dates_of_print_speak_the_language(run: Run) -> None:
    with speaking("ko"):
        figure = plots.site_power(run)
    figure.canvas.draw()
    ticks = [tick.get_text() for tick in figure.axes[-1].get_xticklabels()]
    assert ticks and all("월" in tick or "일" in tick or tick == "" for tick in ticks), ticks


def test_kinds_at_one_place_share_a_triangle(write: Callable[..., Path]) -> None:
    path = write()
    with h5py.File(path, "r+") as file:
        del file["events"]
        group = file.create_group("events")
        group["time"] = np.asarray([60.0, 60.0, 60.0])
        group.create_dataset("kind", data=["utility_outage", "generator_start", "generator_start"], dtype=h5py.string_dtype())
    with open_run(path) as run:
        (trace,) = [trace for trace in charts.site_power(run).data if trace.mode == "markers"]
        assert list(trace.text) == ["<b>utility outage</b><br><b>generator start</b> × 2"]


def test_even_times_are_start_and_step() -> None:
    assert parts.along(np.asarray([0.0, 10.0, 20.0])) == {"x0": 0.0, "dx": 10.0}
    assert list(parts.along(np.asarray([0.0, 10.0, 15.0]))["x"]) == [0.0, 10.0, 15.0]


def test_calendar_keeps_integrals_and_the_clock(paid: Run) -> None:
    view = calendar.cost_calendar(paid)
    assert view.days[0] == pd.Timestamp("2026-07-06")  # of the site, not of UTC
    assert [measure.series for measure in view.measures] == ["cost_rate", "price", "carbon_rate", "carbon_intensity", "power"]
    cost, price, carbon, intensity, power = view.measures
    np.testing.assert_allclose(intensity.cells, 400 / (power.cells / 1e3))
    assert intensity.days[0] == pytest.approx(24 * 400 / (power.days[0] / 1e3))
    hours = paid.hours(paid.site)
    assert cost.days.sum() == pytest.approx(float((paid.site.cost_rate.values.astype(float) * hours).sum()), rel=1e-6)
    assert power.days.sum() == pytest.approx(float((paid.site.power.values.astype(float) * hours).sum()), rel=1e-6)
    assert (price.cells[0, :12] == pytest.approx(100)) and (price.cells[0, 12:] == pytest.approx(200))
    assert np.isnan(cost.cells[-1, 3:]).all() and np.isfinite(cost.cells[-1, :2]).all()  # 50 h: two days and two hours
    assert carbon.days[0] == pytest.approx(24 * 400)


def test_a_report_across_hours_gives_each_its_part(tmp_path: Path, make_example: Callable[..., Path]) -> None:
    path = make_example(tmp_path / "odd.h5", reports=20, step=5400.0)  # 90 min
    with open_run(path) as run:
        power = calendar.cost_calendar(run).measures[-1]
        watts = run.site.power.values.astype(float)
        assert power.cells[0, 0] == pytest.approx(watts[0], rel=1e-6)
        assert power.cells[0, 1] == pytest.approx((watts[0] + watts[1]) / 2, rel=1e-6)


def test_summer_time_joins_the_hour_that_comes_twice(tmp_path: Path, make_example: Callable[..., Path]) -> None:
    path = make_example(
        tmp_path / "autumn.h5", reports=48, step=3600.0, time_zone="Europe/Berlin", start_time="2026-10-24 22:00:00 UTC"
    )
    with open_run(path) as run:
        power = calendar.cost_calendar(run).measures[-1]
        watts = run.site.power.values.astype(float)
        assert power.cells[0, 2] == pytest.approx((watts[2] + watts[3]) / 2, rel=1e-6)
        assert power.days.sum() == pytest.approx(watts.sum(), rel=1e-6)


def test_bill_takes_off_what_is_negative(paid: Run) -> None:
    view = bill.bill(paid)
    assert view.cheapest == 1
    assert [part.name for part in view.parts] == ["energy charge", "power factor"]  # no levy
    assert np.sum([part.amounts for part in view.parts], axis=0) == pytest.approx(view.totals)
    demand = bill.demand(paid)
    assert paid.local(demand.when)[0] == pd.Timestamp("2026-07-06 01:00")


def test_calendar_of_whole_days_has_no_hour_more(tmp_path: Path, make_example: Callable[..., Path]) -> None:
    with open_run(make_example(tmp_path / "minutes.h5", reports=7 * 1440, step=60.0)) as run:
        view = calendar.cost_calendar(run)
    assert len(view.days) == 7
    assert np.isfinite(view.measures[-1].cells).all()


def test_medians_of_pue_stand_within_the_wet_bulbs_they_are_of(example: Path) -> None:
    with open_run(example) as run:
        view = energy.pue_against_wet_bulb(run)
        wet, pue = run.site.wet_bulb.values, run.site.pue.values
    assert view.degrees.min() >= wet.min() and view.degrees.max() <= wet.max()
    degree = np.round(wet) == np.round(view.degrees[0])
    assert (view.degrees[0], view.medians[0]) == pytest.approx((np.median(wet[degree]), np.median(pue[degree])))


def test_no_text_of_a_file_is_a_formula_or_without_end() -> None:
    """Plotly takes what stands between two "$" for TeX."""
    text = "<b>$x^2$ costs 3 $</b>"
    assert "$" not in parts.plain(text)
    assert html.unescape(parts.plain(text)) == text
    assert len(events.spoken("x" * 10_000)) < 100


@pytest.mark.parametrize("largest, words", [(1.763e6, "1.76 MW"), (0.62e6, "620 kW")])
def test_load_duration_says_no_powers_of_ten(write: Callable[..., Path], largest: float, words: str) -> None:
    path = write()
    with h5py.File(path, "r+") as file:
        file["site/power"][:] = largest
    with open_run(path) as run:
        name = charts.load_duration(run).data[0].name
        assert plots.load_duration(run).axes[0].get_legend_handles_labels()[1][0].replace("\n", "<br>") == name
    assert name.endswith(f"mean {words}")


@pytest.mark.parametrize("name", ["site_power", "load_duration", "pue_against_wet_bulb", "cost_calendar", "bill"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_both_drawings_of_each(paid: Run, name: str, language: str) -> None:
    with speaking(language):
        getattr(plots, name)(paid).canvas.draw()
        figure = getattr(charts, name)(paid)
    assert isinstance(figure, go.Figure)
    text = figure.to_json()
    assert "<b>%" not in text and "<script" not in text
    assert len(text) < 300_000
    hovers = [trace["hovertemplate"] for trace in json.loads(text)["data"] if trace.get("hovertemplate")]
    assert hovers


@pytest.mark.parametrize("name", ["site_power", "pue_against_wet_bulb", "cost_calendar", "bill"])
def test_what_is_missing_is_named(tmp_path: Path, name: str) -> None:
    with h5py.File(tmp_path / "bare.h5", "w") as file:
        file.attrs.update(format="ondol-results", format_version="1.0", complete=1)
    with open_run(tmp_path / "bare.h5") as bare:
        for module in (plots, charts):
            with pytest.raises(MissingData, match=r"site/|table tariffs"):
                getattr(module, name)(bare)


def test_amounts_read_well() -> None:
    assert scale(2.8e9, "KRW") == (1e6, "million KRW")
    assert scale(150.0, "KRW/kWh") == (1.0, "KRW/kWh")
    assert scale(2.1e6, "W") == (1e6, "MW")


@pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build")
def test_calendar_and_bill_are_those_of_the_key_figures(tmp_path: Path) -> None:
    run_scenario(EXAMPLES / "tariff_options.toml", tmp_path / "run.h5", "--until", "3 d")
    with open_run(tmp_path / "run.h5") as run:
        known = run.kpis.set_index("name")["value"]
        days = {measure.series: measure.days.sum() for measure in calendar.cost_calendar(run).measures if measure.total}
        assert days["power"] / 1e6 == pytest.approx(known["energy"], rel=1e-6)
        assert days["carbon_rate"] / 1e3 == pytest.approx(known["carbon"], rel=1e-6)
        assert days["cost_rate"] / 1e6 == pytest.approx(known["cost_energy"] + known["cost_adders"], rel=1e-6)
        view = bill.bill(run)
        assert np.sum([part.amounts for part in view.parts], axis=0) == pytest.approx(view.totals, rel=1e-9)
        assert view.totals[0] / 1e6 == pytest.approx(known["cost_total"], rel=1e-9)
        assert bill.demand(run).peaks.max() / 1e6 == pytest.approx(known["peak_demand_15min"], rel=1e-9)
        for name in ("site_power", "cost_calendar", "bill"):
            getattr(plots, name)(run).canvas.draw()
            getattr(charts, name)(run)

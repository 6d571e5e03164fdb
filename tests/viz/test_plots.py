"""Figures show the numbers of the file, with units, and say what they lack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from ondol_viz import MissingData, Run, open_run, plots
from ondol_viz.gallery import cooling, energy, floor, work

PICTURES = [*energy.PICTURES, *floor.PICTURES, cooling.PICTURES[0], *work.PICTURES]


@pytest.fixture(scope="module")
def run(example: Path) -> Run:
    return open_run(example)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda p: p.name)
def test_every_figure_draws_and_names_its_units(run: Run, picture) -> None:  # type: ignore[no-untyped-def]
    if not picture.fits(run) or picture.plot is None:
        pytest.skip("nothing to say about this run")
    figure = picture.plot(run)
    figure.canvas.draw()
    labels = [axes.get_ylabel() for axes in figure.axes] + [axes.get_xlabel() for axes in figure.axes]
    titles = [axes.get_title(loc="left") for axes in figure.axes if not axes.axison]  # of ribbons, which have no axes
    assert any("(" in label for label in labels + titles), labels
    for axes in figure.axes:
        if axes.get_ylabel() and axes.lines and picture.name != "job_occupancy":
            assert "(" in axes.get_ylabel() or axes.get_ylabel() == "row"


def top_of_stack(figure: Figure) -> float:
    return max(band.get_paths()[0].vertices[:, 1].max() for band in figure.axes[0].collections)


def test_stack_reaches_the_meter(run: Run) -> None:
    assert top_of_stack(plots.site_power(run)) == pytest.approx(float(run.site.power.max()) / 1e6, rel=1e-5)


def test_load_duration_holds_the_energy(run: Run) -> None:
    line = plots.load_duration(run).axes[0].lines[0]
    share, power = (np.asarray(v, dtype=float) for v in line.get_data())
    assert (np.diff(power) <= 0).all()
    assert (np.diff(share) * power[:-1]).sum() / 100 == pytest.approx(float(run.site.power.mean()) / 1e6, rel=1e-5)


def test_floor_plan_puts_each_rack_at_its_place(run: Run) -> None:
    figure = plots.floor_plan(run, ("power",), when="2026-07-08 12:00")
    now = run.racks.power.sel(time="2026-07-08T03:00:00")
    panels = {axes.get_title(loc="left"): axes for axes in figure.axes}
    assert {"air: rack power", "liquid: rack power"} <= set(panels)
    liquid = panels["liquid: rack power"].collections[0].get_array().reshape(2, 12)
    assert liquid[1, 3] == pytest.approx(float(now.sel(rack="liquid/r15")) / 1e3)
    assert "2026-07-08 12:00" in figure.get_suptitle()


def test_floor_plan_chooses_the_peak(run: Run) -> None:
    peak = run.local([run.site.time.values[int(np.argmax(run.site.power.values))]])[0]
    assert f"{peak:%Y-%m-%d %H:%M}" in plots.floor_plan(run).get_suptitle()


def test_occupancy_counts_accelerators(run: Run) -> None:
    figure = plots.job_occupancy(run)
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    share = 100 * float(run.pools.accelerators_busy.sel(pool="research").mean()) / 640
    assert f"research\n{share:.0f} % of 640" in texts


def test_a_queue_is_drawn_only_where_a_job_ever_waited(write: Callable[..., Path]) -> None:
    path = write()
    with open_run(path) as run:
        assert len(plots.job_occupancy(run).axes) == 4
    with h5py.File(path, "r+") as file:
        file["pools/jobs_waiting"][:] = 0
    with open_run(path) as run:
        assert len(plots.job_occupancy(run).axes) == 3


def test_few_events_are_marked_and_routine_ones_are_not(run: Run) -> None:
    texts = [text.get_text() for text in plots.site_power(run).axes[0].texts]
    assert texts == ["thermal slowdown begin", "thermal slowdown end"]


def test_many_events_are_counted_beside_the_axes(write: Callable[..., Path]) -> None:
    path = write()
    with h5py.File(path, "r+") as file:
        del file["events"]
        group = file.create_group("events")
        group["time"] = np.linspace(60.0, 6000.0, 20)
        group["time"].attrs["units"] = "s"
        group.create_dataset("kind", data=["node_failed"] * 20, dtype=h5py.string_dtype())
    with open_run(path) as run:
        figure = plots.site_power(run)
        figure.canvas.draw()
        axes = figure.axes[0]
        (label,) = axes.texts
        assert label.get_text() == "| node failed (20)"
        left = axes.get_window_extent().x0
        assert left <= label.get_window_extent().x0 < left + 10


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bare.h5"
    with h5py.File(path, "w") as file:
        file.attrs.update(format="ondol-results", format_version="1.0", complete=1)
    with open_run(path) as bare:
        for picture in PICTURES:
            if picture.plot is not None:
                with pytest.raises(MissingData, match=r"(site|racks|pools|loops)/|table"):
                    picture.plot(bare)


def test_a_run_of_few_reports_draws(write: Callable[..., Path]) -> None:
    with open_run(write()) as short:
        for picture in PICTURES:
            if picture.plot is not None and picture.fits(short):
                picture.plot(short).canvas.draw()


def test_small_owners_of_a_family_share_a_band_and_none_is_lost(tmp_path: Path, make_example: Callable[..., Path]) -> None:
    path = make_example(tmp_path / "small.h5", reports=12)
    with h5py.File(path, "r+") as file:
        for owner in ("tower_fans", "cdu_pumps"):  # together 0.02 % of the energy
            file[f"site/power_{owner}"][...] = 1e-4 * file["site/power"][...]
    with open_run(path) as run:
        figure = plots.site_power(run)
        above, below = ([text.get_text() for text in axes.get_legend().get_texts()] for axes in figure.axes[:2])
        assert "other cooling  < 0.1 %" in below
        assert not [n for n in below if n.startswith(("tower", "CDU"))]
        assert {n.split("  ")[0] for n in above} >= {"cooling", "conversion losses"}
        stacked = sum(run.site[n] for n in run.site if str(n).startswith("power_")).max()
        assert top_of_stack(figure) == pytest.approx(float(stacked) / 1e6, rel=1e-5)


def test_time_runs_from_the_start_of_the_run_to_its_end(run: Run) -> None:
    for draw in (plots.site_power, plots.job_occupancy, plots.loop_temperatures):
        axes = draw(run).axes[0]
        start, end = date2num(run.local([run.start, run.site.time.values[-1]]))
        assert axes.get_xlim() == pytest.approx((start, end), abs=1e-3)
    assert axes.figure.axes[-2].get_xlabel() == "time (UTC+09:00) from 2026-07-06"


def test_means_are_called_means_and_leave_the_highest_report_visible(tmp_path: Path, make_example: Callable[..., Path]) -> None:
    path = make_example(tmp_path / "long.h5", reports=3001, step=60.0)
    with h5py.File(path, "r+") as file:
        file["site/power"][1500] = 9e9  # one report of a block of three
    with open_run(path) as run:
        figure = plots.site_power(run)
        assert figure.axes[-1].get_xlabel().endswith(", means over 3 min")
        high = max(np.max(line.get_ydata()) for line in figure.axes[0].lines)
        assert high == pytest.approx(9e3)


def test_steady_weather_shows_load_instead(write: Callable[..., Path]) -> None:
    path = write()
    with h5py.File(path, "r+") as file:
        file["site/wet_bulb"][...] = 9.4
    with open_run(path) as run:
        axes = plots.pue_against_wet_bulb(run).axes[0]
        assert axes.get_xlabel() == "IT power (MW)"
        assert "9.4 °C" in axes.get_title(loc="left")


def test_tenths_of_a_kelvin_are_no_hot_spot(write: Callable[..., Path]) -> None:
    path = write()
    with h5py.File(path, "r+") as file:
        file["racks/inlet_temperature"][...] = 25.0 + 0.01 * np.arange(44)
    with open_run(path) as run:
        mesh = plots.floor_plan(run, ("inlet_temperature",)).axes[0].collections[0]
        assert mesh.norm.vmax - mesh.norm.vmin == pytest.approx(4)
        assert (mesh.norm.vmax + mesh.norm.vmin) / 2 == pytest.approx(25.215)


def test_halls_of_mixed_pools_name_them(run: Run) -> None:
    texts = [t.get_text() for axes in plots.floor_plan(run, ("power",)).axes for t in axes.texts]
    assert texts == ["training", "npu"]  # the other hall has one pool only


def test_korean_names_ask_for_a_font_that_has_them() -> None:
    from ondol_viz.style import fonts

    assert fonts()[0] == "DejaVu Sans"
    if hangul := {"Noto Sans CJK KR", "NanumGothic"} & {f.name for f in fontManager.ttflist}:
        assert hangul & set(fonts())

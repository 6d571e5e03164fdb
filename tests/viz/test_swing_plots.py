"""The picture of a phase window shows the numbers of the file, loses no dip, and enters the page only where there is one."""

from __future__ import annotations

import io
import re
import shutil
import warnings
from itertools import combinations
from pathlib import Path

import h5py
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from ondol_viz import MissingData, Run, charts, open_run, plots, swing
from ondol_viz.__main__ import main
from ondol_viz.gallery import pictures_of
from ondol_viz.views import swing as swing_view
from ondol_viz.words import speaking

from tests.support.program import EXAMPLES, ONDOL, run_scenario

pytestmark = pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build")

WINDOWS = """
[[phase_window]]
name = "tiny"
start = "1 h"
duration = "50 ms"
[[phase_window]]
name = "idle"
start = "90 min"
duration = "2 s"
[[phase_window]]
name = "busy"
start = "3 h"
duration = "5 min"
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small hall, whose job starts after two hours."""
    folder = tmp_path_factory.mktemp("windows")
    (folder / "windowed.toml").write_text(f'extends = "{EXAMPLES / "one_hall.toml"}"\n{WINDOWS}')
    run_scenario(folder / "windowed.toml", folder / "run.h5", "--until", "4 h")
    return folder / "run.h5"


@pytest.fixture(scope="module")
def run(path: Path) -> Run:
    return open_run(path)


@pytest.fixture(scope="module")
def figure(run: Run) -> Figure:
    return plots.power_swing(run, "busy")


@pytest.fixture
def changed(path: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copy(path, tmp_path / "changed.h5"))


def titles(figure: Figure) -> dict[str, Axes]:
    return {axes.get_title(loc="left"): axes for axes in figure.axes}


def heights(axes: Axes) -> np.ndarray:
    """Ordinates of all that is drawn: steps, bands."""
    lines = [np.asarray(line.get_ydata(), dtype=float) for line in axes.lines]
    bands = [p.vertices[:, 1] for band in axes.collections for p in band.get_paths()]
    return np.concatenate(lines + bands)


def assert_nothing_overlaps(figure: Figure) -> None:
    figure.savefig(io.BytesIO())  # lays out
    boxes = {}
    for i, axes in enumerate(figure.axes):
        low, high = axes.get_xlim()
        ticks = [t for t in axes.get_xticklabels() if low <= t.get_position()[0] <= high]  # others are not drawn
        parts = [axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label, *axes.texts, *ticks]
        legend = axes.get_legend()
        words = [t for t in parts if t.get_visible() and t.get_text()] + ([legend] if legend else [])
        boxes |= {(i, n): w.get_window_extent() for n, w in enumerate(words)}
    assert len(boxes) > 10
    for (a, box), (b, other) in combinations(boxes.items(), 2):
        assert not box.overlaps(other), (a, b, box, other)


def test_title_tells_the_window_its_date_and_its_length(figure: Figure) -> None:
    assert next(iter(titles(figure))) == "Power in the window “busy”: 2026-01-12 03:00:00 (UTC-06:00), 5 min"
    for axes in figure.axes:
        assert "(" in axes.get_ylabel() and "(" in axes.get_xlabel()


@pytest.mark.parametrize("name", ["busy", "idle"])
def test_nothing_overlaps(run: Run, name: str) -> None:
    assert_nothing_overlaps(plots.power_swing(run, name))


def test_the_whole_window_is_drawn_and_its_extremes(run: Run, figure: Figure) -> None:
    above = figure.axes[0]
    window = run.windows["busy"]
    start, end = date2num(run.local(["2026-01-12T09:00:00", "2026-01-12T09:05:00"]))
    assert above.get_xlim() == pytest.approx((start, end), abs=1e-7)
    drawn = heights(above)
    assert drawn.max() == pytest.approx(float(window.power.max()) / 1e3)
    assert drawn.min() == pytest.approx(float(window.it_power.min()) / 1e3)


def test_a_dip_of_one_row_is_not_lost(changed: Path) -> None:
    dips = {0: 1e3, 12_345: 2e3, 29_999: 3e3}
    with h5py.File(changed, "r+") as file:
        for row, power in dips.items():
            file["windows/busy/power"][row] = power
    with open_run(changed) as spoilt:
        drawn = heights(plots.power_swing(spoilt, "busy").axes[0])
    assert set(drawn[drawn < 10]) == {1.0, 2.0, 3.0}


def test_a_dense_window_is_a_band_around_means(run: Run, figure: Figure) -> None:
    above = figure.axes[0]
    assert above.get_xlabel() == "time (UTC-06:00) from 2026-01-12"  # dips are rare enough to be seen one by one
    with open_run(run.path) as other:
        other.windows["busy"]["power"] = other.windows["busy"]["power"] + 2e5 * (np.arange(30_000) % 2)
        above = plots.power_swing(other, "busy").axes[0]
        assert above.get_xlabel().endswith(", means over 1.2 s between lowest and highest")
        assert heights(above).min() == pytest.approx(float(other.windows["busy"].it_power.min()) / 1e3)
        mean = np.asarray(above.lines[-1].get_ydata(), dtype=float)[1:]
        np.testing.assert_allclose(mean, other.windows["busy"]["power"].values.reshape(-1, 120).mean(axis=1) / 1e3, rtol=1e-6)


def test_three_iterations_of_the_job_are_shown_closely(run: Run, figure: Figure) -> None:
    window = run.windows["busy"]
    near, beside = figure.axes[1], figure.axes[2]
    assert near.get_title(loc="left").startswith("Three iterations of pretrain-8b, 1.8")
    length = round(300 * float(swing.repetition(window.job_power[:20_000, 0]))) / 100  # whole rows of 10 ms
    assert near.get_xlim() == pytest.approx((0, length)) and beside.get_xlim() == near.get_xlim()
    assert [t.get_text() for t in beside.get_legend().get_texts()] == ["pretrain-8b"]
    shown = np.asarray(beside.lines[0].get_ydata(), dtype=float)
    assert shown.max() == pytest.approx(float(window.job_power[: round(100 * length)].max()) / 1e3)


def test_spectrum_and_ramps_are_those_of_the_figures(run: Run, figure: Figure) -> None:
    found = swing.figures(run.windows["busy"]).value
    spectrum = titles(figure)["Spectrum"]
    dot = spectrum.lines[-1]
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == pytest.approx((found["strongest"], 1e3 * found["strongest_amplitude"]))
    words, share = (text.get_text() for text in spectrum.texts)
    assert words == f"{1e3 * found['strongest_amplitude']:.3g} kW at {found['strongest']:.2g} Hz"
    assert share == f"{1e3 * found['band_rms']:.3g} kW rms in the band\n{100 * found['band_share']:.1f} % of the variance"
    band = spectrum.patches[0].get_extents().transformed(spectrum.transData.inverted())
    assert (band.x0, band.x1) == pytest.approx(swing.BAND_HZ)
    assert np.nanmax(spectrum.lines[0].get_ydata()) == pytest.approx(
        1e-3 * float(swing.spectrum(run.windows["busy"].power).amplitude[1:].max())
    )
    title = f"Ramps: {1e3 * found['ramp_down']:+.3g} to {1e3 * found['ramp_up']:+.3g} kW/s".replace("-", "−")
    ramps = titles(figure)[title]
    assert sum(bar.get_height() for bar in ramps.patches) == pytest.approx(100)


def test_a_window_without_a_swing_is_drawn_without_a_warning(run: Run) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = plots.power_swing(run, "idle")
        figure.savefig(io.BytesIO())
    assert list(titles(figure))[1:] == ["The first 2 s", "Spectrum", "Ramps: none"]
    assert [text.get_text() for text in titles(figure)["Spectrum"].texts][1].startswith("share not known")


def test_without_jobs_in_the_file_the_closer_look_stays(changed: Path) -> None:
    with h5py.File(changed, "r+") as file:
        del file["windows/busy/job_power"]
    with open_run(changed) as bare:
        figure = plots.power_swing(bare, "busy")
        assert len(figure.axes) == 4
        assert figure.axes[1].get_title(loc="left").startswith("Three iterations, 1.8")


def test_two_runs_are_laid_over_each_other(run: Run, tmp_path: Path) -> None:
    limit = ["--set", 'racks[0].power_limit="500 W"']
    run_scenario(run.path.with_name("windowed.toml"), tmp_path / "capped.h5", "--until", "4 h", *limit)
    with open_run(tmp_path / "capped.h5") as capped:
        figure = plots.compare_swing(run, capped, "busy", ("as declared", "held to 500 W"))
        assert_nothing_overlaps(figure)
        above, near, spectrum, ramps = figure.axes
        assert [t.get_text() for t in above.get_legend().get_texts()] == ["as declared", "held to 500 W"]
        for line, one in zip(near.get_legend().get_texts(), (run, capped), strict=True):
            power = one.windows["busy"].power
            assert (
                f"mean {float(power.mean()) / 1e3:.3g} kW, {float(np.ptp(power.values)) / 1e3:.3g} kW from lowest"
                in line.get_text()
            )
        assert all(len(axes.get_legend().get_texts()) == 2 for axes in (spectrum, ramps))
        alike = plots.compare_swing(run, capped).axes[0]  # one title, so their files
        assert [t.get_text() for t in alike.get_legend().get_texts()] == ["run", "capped"]
        assert "“idle”" in alike.get_title(loc="left")  # the first with rows enough


def test_what_is_missing_is_said(run: Run, example: Path) -> None:
    with pytest.raises(MissingData, match=r"no phase window “noon”; it has tiny, idle, busy"):
        plots.power_swing(run, "noon")
    with pytest.raises(MissingData, match=r"“tiny” has 5 rows, fewer than 17"):
        plots.power_swing(run, "tiny")
    with open_run(example) as bare:
        with pytest.raises(MissingData, match=r"a \[\[phase_window\]\] in the scenario makes one"):
            plots.power_swing(bare)
        with pytest.raises(MissingData, match="no phase window of the same name"):
            plots.compare_swing(run, bare)


def test_page_has_a_picture_of_each_window_that_was_reached(path: Path, example: Path, tmp_path: Path) -> None:
    assert main(["pictures", str(path), "-o", str(tmp_path)]) == 0
    assert main(["report", str(path), "-o", str(tmp_path / "page.html")]) == 0
    swings = sorted(p.name for p in tmp_path.glob("power_swing*.png"))
    assert swings == ["power_swing_1.png", "power_swing_2.png"]
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    with open_run(path) as run:
        assert page.count("<figure id=") == len(pictures_of(run)) and "No picture" not in page
    table = page.split('<table class="swing">')[1].split("</table>")[0]
    heads, *rows = (re.findall(r"<bdi>(.*?)</bdi>|<td class=number>(.*?)</td>", row) for row in table.split("</tr>"))
    assert [name for name, _ in heads] == ["idle", "busy"]
    values = {name: [value for _, value in cells if value] for (_, *cells, (name, _)) in filter(None, rows)}
    assert values["ramp_up"][0] == "0"
    with open_run(path) as run:
        assert float(values["ramp_up"][1]) == pytest.approx(swing.figures(run.windows["busy"]).value["ramp_up"], abs=5e-5)
    assert main(["pictures", str(example), "-o", str(tmp_path)]) == 0  # no windows: nothing of the earlier ones stays
    assert not list(tmp_path.glob("power_swing*"))
    assert main(["report", str(example), "-o", str(tmp_path / "page.html")]) == 0
    assert 'class="swing"' not in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_chart_shows_the_same_and_stays_small(run: Run) -> None:
    window = run.windows["busy"]
    chart = charts.power_swing(run, "busy")
    assert len(chart.to_json()) < 300_000
    meter = next(trace for trace in chart.data if trace.name == "at the meter" and trace.xaxis == "x")
    assert (np.nanmin(meter.y), np.nanmax(meter.y)) == pytest.approx(
        (float(window.power.min()) / 1e3, float(window.power.max()) / 1e3)
    )
    begin, end = (float(meter.x[i]) for i in (0, -1))
    assert end - begin == pytest.approx(300_000)  # ms
    assert np.datetime64(int(begin), "ms") == np.datetime64("2026-01-12T03:00:00")
    found = swing.figures(window).value
    (dot,) = [trace for trace in chart.data if trace.mode == "markers"]
    assert (dot.x[0], dot.y[0]) == pytest.approx((found["strongest"], 1e3 * found["strongest_amplitude"]))
    (ramps,) = [trace for trace in chart.data if trace.xaxis == "x4"]
    assert float(np.sum(ramps.y)) == pytest.approx(100, rel=1e-6)
    assert "pretrain-8b" in {trace.name for trace in chart.data if trace.xaxis == "x5"}


def test_swing_without_storage_stands_beside(changed: Path) -> None:
    with h5py.File(changed, "r+") as file:
        group = file["windows/busy"]
        group["meter_without_storage"] = group["power"][...]
        group["meter_without_storage"].dims[0].attach_scale(group["time"])
        group["power"][...] = np.float32(5e5)
    with open_run(changed) as stored:
        view = swing_view.power_swing(stored, "busy")
        assert [wave.name for wave in view.whole] == ["IT equipment", "without storage", "at the meter"]
        bare, smooth = view.spectra
        assert bare.strongest[1] > 1e3 and smooth.strongest[1] == 0 and np.isnan(smooth.band_share)
        plots.power_swing(stored, "busy").savefig(io.BytesIO())
        charts.power_swing(stored, "busy")


def test_iterations_are_shown_once_the_job_is_at_work(changed: Path) -> None:
    with h5py.File(changed, "r+") as file:
        file["windows/busy/job_power"][:9000] = 0  # 90 s
    with open_run(changed) as late:
        view = swing_view.power_swing(late, "busy")
        assert view.close[0].ends[0] > 90 and view.jobs[0].high.min() > 0


def test_charts_of_two_runs_and_of_windows_without_a_swing(run: Run) -> None:
    chart = charts.compare_swing(run, run, "busy", ("<b>one</b>", "two"))
    assert {trace.name for trace in chart.data if trace.xaxis == "x"} == {"&lt;b&gt;one&lt;/b&gt;", "two"}
    assert charts.power_swing(run, "idle").layout.xaxis4.title.text == "change of power in 1 s (W/s)"
    with pytest.raises(MissingData, match=r"“tiny” has 5 rows"):
        charts.power_swing(run, "tiny")
    with speaking("ko"):
        assert charts.power_swing(run, "busy").layout.title.text.startswith("단계 구간 “busy”")

"""Several runs on one page: numbers side by side, what differs, what is better, and how times are aligned."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from ondol_viz import MissingData, Run, charts, open_run
from ondol_viz.report import write_report
from ondol_viz.views import compare

from tests.viz.test_page import Page


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, make_example: Callable[..., Path]) -> list[Path]:
    """The same day twice; B draws a tenth less at the meter and is 0.1 better in PUE."""
    folder = tmp_path_factory.mktemp("compare")
    paths = [make_example(folder / f"{name}.h5", reports=144, title=f"run {name}") for name in ("one", "two")]
    with h5py.File(paths[1], "r+") as file:
        file["site/power"][...] = 0.9 * file["site/power"][...]
        file["ledger/energy"][...] = 0.9 * file["ledger/energy"][...]
        file["kpis/value"][0] *= 0.9
        file["kpis/value"][1] -= 0.1
        del file["scenario_toml"]
        file["scenario_toml"] = '[site]\nname = "<b>other</b>"\n'
    return paths


@pytest.fixture(scope="module")
def runs(two: list[Path]) -> list[Run]:
    return [open_run(path) for path in two]


def cells_of(source: str, meaning: str) -> list[str]:
    row = next(r for r in re.findall(r"<tr>(.*?)</tr>", source) if meaning in r)
    shown = re.sub(r'<span class="ko".*?</span>', "", row)
    return [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", shown)]


def test_courses_are_means_of_the_file(runs: list[Run]) -> None:
    view = compare.compare_runs(runs)
    assert [course.label for course in view.courses] == ["A", "B"] and view.together
    for run, course in zip(runs, view.courses, strict=True):
        np.testing.assert_allclose(course.means["power"], run.site.power.values, rtol=1e-6)
        assert course.after[-1] == pytest.approx(24.0)


def test_owners_are_mean_power(runs: list[Run]) -> None:
    view = compare.compare_owners(runs)
    hours = 24.0
    for place, run in enumerate(runs):
        joules = dict(zip(run.ledger["owner"], run.ledger["energy"], strict=True))
        for owner, watts in zip(view.owners, view.power[place], strict=True):
            assert watts == pytest.approx(joules[owner] / (3600 * hours))
    assert "shelf_loss" not in view.owners  # nothing in any run


def test_charts_draw_each_run_with_a_line_of_its_own(runs: list[Run]) -> None:
    figure = charts.compare_runs(runs)
    power = [trace for trace in figure.data if trace.yaxis in (None, "y")]
    assert [trace.name for trace in power] == ["A · run one", "B · run two"]
    assert len({trace.line.dash for trace in power}) == len({trace.line.color for trace in power}) == 2
    assert float(np.max(power[1].y)) == pytest.approx(0.9 * float(np.max(power[0].y)), rel=1e-5)
    assert len(charts.compare_load_duration(runs).data) == len(charts.compare_owners(runs).data) == 2


def test_runs_of_other_dates_are_laid_over_each_other_from_the_start(
    two: list[Path], tmp_path: Path, make_example: Callable[..., Path]
) -> None:
    other = make_example(tmp_path / "late.h5", reports=72, title="late", start_time="2026-09-01 00:00:00 UTC")
    with open_run(two[0]) as first, open_run(other) as late:
        assert not compare.together([first, late])
        figure = charts.compare_runs([first, late])
        assert figure.layout.xaxis.title.text == "time after the start of each run (h)"
        assert figure.data[0].x[-1] == pytest.approx(24) and figure.layout.xaxis.range[1] == pytest.approx(24)
        source = write_report([first, late], tmp_path / "page.html").read_text(encoding="utf-8")
    text = Page(source).text
    assert "laid over each other from the start of each" in text
    assert not re.search("[▲▼]", cells_of(source, "Energy at the utility meter")[-1])  # half as long: a sum does not compare
    assert "▲" in text or "▼" in text


def test_what_differs_is_told_in_numbers_percent_and_words(runs: list[Run], tmp_path: Path) -> None:
    source = write_report(runs, tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page(source)
    with h5py.File(runs[0].path) as file:
        energy, pue = file["kpis/value"][:2]
    meaning, unit, a, b, difference, percent = cells_of(source, "Energy at the utility meter")
    assert (meaning, unit) == ("Energy at the utility meter", "MWh")
    assert float(a.replace(",", "")) == pytest.approx(energy, rel=1e-3)
    assert float(b.replace(",", "")) == pytest.approx(0.9 * energy, rel=1e-3)
    assert difference.startswith("−") and float(difference[1:]) == pytest.approx(0.1 * energy, rel=1e-2)
    assert re.match(r"−10\.0 % ▲", percent) and "better" in percent
    assert f"−{100 * 0.1 / pue:.1f} %" in cells_of(source, "Power usage effectiveness")[-1]
    assert cells_of(source, "Jobs that ended")[-1] == "0 %"
    assert "laid over each other" not in page.text
    assert '-name = "<script>alert(1)</script>"' in page.text and '+name = "<b>other</b>"' in page.text
    anchors = [a["id"] for tag, a in page.tags if tag == "section"]
    assert anchors == ["summary", "figures", "together", "differences", "run-a", "run-b"]
    names = re.findall(r'data-chart="chart-([^"]*)"', source)
    assert "compare_runs" in names and "run-a-load_duration" in names and "run-b-load_duration" in names
    identities = [a["id"] for _, a in page.tags if a.get("id")]
    assert len(identities) == len(set(identities))


def test_a_run_without_power_or_ledger_is_named(two: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "bare.h5"
    with h5py.File(path, "w") as file:
        file.attrs.update(format="ondol-results", format_version="1.0", complete=1, status="complete")
    with open_run(two[0]) as first, open_run(path) as bare:
        with pytest.raises(MissingData, match="run B has no series site/power"):
            compare.compare_runs([first, bare])
        with pytest.raises(MissingData, match="run B has no ledger"):
            compare.compare_owners([first, bare])
        text = Page(write_report([first, bare], tmp_path / "page.html").read_text(encoding="utf-8")).text
    assert "No picture “Power and PUE of all runs”: run B has no series site/power." in text


def test_letters() -> None:
    assert [compare.label(place) for place in (0, 25, 26)] == ["A", "Z", "A1"]
    with pytest.raises(ValueError, match="a report needs a run"):
        write_report([], "nowhere.html")

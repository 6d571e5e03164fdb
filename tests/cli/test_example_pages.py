"""What the pages of docs/examples show is what the program gives: rows of key figures (`.ci/example-pages --update` renews them) and
tables of moments likewise, and tables of events, whose head begins with `time`.  Numbers hold to the digits shown."""
import dataclasses
import importlib.machinery
import importlib.util
import re
import subprocess
from datetime import datetime, timedelta

import h5py
import pytest
from ondol_program import ONDOL, ROOT

loader = importlib.machinery.SourceFileLoader("example_pages", str(ROOT / ".ci" / "example-pages"))
pages = importlib.util.module_from_spec(importlib.util.spec_from_loader("example_pages", loader))
loader.exec_module(pages)

FOLDER = pages.FOLDER
PAGES = sorted(path.name for path in FOLDER.glob("*.md"))
MOMENTS = [pytest.param(table, id=f"{page}: {table.scenario} {i}") for page in PAGES for i, table in enumerate(pages.moments(page))]
ROWS = [
    pytest.param(row, id=f"{page}: {pages.cells(row.line)[0]}") for page in PAGES for row in pages.rows(page) if row.scenario not in pages.LONG
]


def test_there_are_pages_and_rows():
    assert {"outage.md", "ups-loss.md"} <= set(PAGES)
    assert len(ROWS) >= 8


@pytest.mark.parametrize("page", PAGES)
def test_files_and_links_exist(page):
    text = (FOLDER / page).read_text(encoding="utf-8")
    for name in re.findall(r"scenarios/\w+/[\w.]+?\.toml", text):
        assert (ROOT / name).is_file(), name
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (FOLDER / target).exists(), target


@pytest.mark.parametrize("row", ROWS)
def test_key_figures(row):
    assert pages.cells(pages.renewed(ONDOL, row)) == pages.cells(row.line)


@pytest.mark.parametrize("table", MOMENTS)
def test_moments(table):
    assert list(map(pages.cells, pages.renewed_moments(ONDOL, table))) == list(map(pages.cells, table.lines))


def test_figures_of_sweeps_divide_and_have_percentiles():
    runs = [{"energy": energy, "tokens": 4.0} for energy in (8.0, 2.0, 4.0, 6.0, 10.0)]
    assert pages.over_members(runs, "energy") == 6
    assert pages.over_members(runs, "energy p75") == 8
    assert pages.over_members(runs, "energy per tokens p5") == pytest.approx((2 + 0.2 * 2) / 4)
    assert pages.over_members(runs[:3], "energy mean") == pytest.approx(14 / 3)
    assert pages.is_of(("all", "may"), ["350 W", "may"]) and not pages.is_of(("all", "june"), ["350 W", "may"])
    assert pages.values_of("limit = 350 W, month = may, member 3") == ["350 W", "may"]


def test_a_moved_number_is_seen_and_renewed_with_its_digits():
    row = pages.rows("ups-loss.md")[0]
    cells = pages.cells(row.line)
    at = row.figures[-1][0]
    wrong = dataclasses.replace(row, line="| " + " | ".join([*cells[:at], "99.9", *cells[at + 1:]]) + " |")
    assert pages.cells(pages.renewed(ONDOL, wrong)) == cells != pages.cells(wrong.line)


@pytest.mark.parametrize("page, scenario", [("outage.md", "outage.toml")])
def test_dates_of_events(tmp_path, page, scenario):
    done = subprocess.run([ONDOL, "run", ROOT / "scenarios/examples" / scenario, "-o", tmp_path / "run.h5"], capture_output=True, timeout=300)
    assert done.returncode == 0
    with h5py.File(tmp_path / "run.h5") as h5:
        hours, minutes = h5.attrs["time_zone"].split(":")
        clock = datetime.strptime(h5.attrs["start_time"], "%Y-%m-%d %H:%M:%S UTC") + timedelta(hours=int(hours), minutes=int(minutes))
        events = list(zip(h5["events/time"][:], h5["events/kind"].asstr()[:]))
    checked = 0
    for head, *rows in pages.tables(page):
        if pages.cells(head)[0] != "time":
            continue
        for when, kinds, *_ in map(pages.cells, rows):
            hour, minute, second = map(int, when.split(":"))
            at = (timedelta(hours=hour, minutes=minute, seconds=second) - timedelta(hours=clock.hour, minutes=clock.minute)).total_seconds()
            for kind in pages.CODE.findall(kinds):
                assert any(k == kind and abs(t - at) <= 0.5 for t, k in events), (when, kind)
                checked += 1
    assert checked >= 10

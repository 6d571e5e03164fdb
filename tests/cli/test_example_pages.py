"""What the pages of docs/examples show is what the program gives.

Two kinds of tables are run: rows of key figures, below a head that names a scenario and key figures, and rows of events, below a head
that begins with `time`.  Numbers hold to the digits shown.
"""
import json
import re
import shlex
import subprocess
from datetime import datetime, timedelta, timezone

import h5py
import pytest
from ondol_program import ONDOL, ROOT

FOLDER = ROOT / "docs/examples"
PAGES = sorted(path.name for path in FOLDER.glob("*.md"))
CODE = re.compile(r"`([^`]+)`")


def tables(page: str) -> list[list[list[str]]]:
    """Cells of each table of a page: the head, then its rows."""
    found = re.findall(r"(?:^\|.*\n)+", (FOLDER / page).read_text(encoding="utf-8"), re.MULTILINE)
    split = [[[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table.splitlines()] for table in found]
    return [[rows[0], *rows[2:]] for rows in split]


def figures() -> list:
    """(page, scenario, options, {key figure: cell}) of every row of key figures."""
    rows = []
    for page in PAGES:
        for head, *body in tables(page):
            scenario = CODE.search(head[0])
            names = {i: CODE.search(cell)[1] for i, cell in enumerate(head) if i > 1 and CODE.search(cell)}
            if not scenario or not scenario[1].endswith(".toml") or not names:
                continue
            for row in body:
                own = CODE.search(row[1])
                rows.append(pytest.param(page, scenario[1], own[1] if own else "", {name: row[i] for i, name in names.items()}, id=f"{page}: {row[0]}"))
    return rows


def test_there_are_pages_and_rows():
    assert {"outage.md", "ups-loss.md"} <= set(PAGES)
    assert len(figures()) >= 8


@pytest.mark.parametrize("page", PAGES)
def test_files_and_links_exist(page):
    text = (FOLDER / page).read_text(encoding="utf-8")
    for name in re.findall(r"scenarios/examples/[\w.]+?\.toml", text):
        assert (ROOT / name).is_file(), name
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (FOLDER / target).exists(), target


@pytest.mark.parametrize("page, scenario, options, shown", figures())
def test_key_figures(tmp_path, page, scenario, options, shown):
    arguments = shlex.split(options)
    if arguments and arguments[0].endswith(".toml"):  # another file of the same question
        scenario = arguments.pop(0)
    file = ROOT / "scenarios/examples" / scenario
    done = subprocess.run([ONDOL, "run", file, "-o", tmp_path / "run.h5", "--json", *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    kpis = json.loads(done.stdout)["kpis"]
    for name, cell in shown.items():
        number = cell.replace(",", "").split()[0].strip("*")
        digits = len(number.partition(".")[2])
        assert float(number) == pytest.approx(kpis[name]["value"], abs=0.5001 * 10**-digits), (name, kpis[name]["value"])


@pytest.mark.parametrize("page", ["outage.md"])
def test_dates_of_events(tmp_path, page):
    (scenario,) = {CODE.search(head[0])[1] for head, *_ in tables(page) if ".toml" in head[0]}
    done = subprocess.run([ONDOL, "run", ROOT / "scenarios/examples" / scenario, "-o", tmp_path / "run.h5"], capture_output=True, timeout=300)
    assert done.returncode == 0
    with h5py.File(tmp_path / "run.h5") as h5:
        start = datetime.strptime(h5.attrs["start_time"], "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=timezone.utc)
        hours, minutes = h5.attrs["time_zone"].split(":")
        clock = start + timedelta(hours=int(hours), minutes=int(minutes))
        events = list(zip(h5["events/time"][:], h5["events/kind"].asstr()[:]))
    checked = 0
    for head, *rows in tables(page):
        if head[0] != "time":
            continue
        for row in rows:
            hour, minute, second = row[0].split(":")
            at = timedelta(hours=int(hour), minutes=int(minute), seconds=float(second)) - timedelta(hours=clock.hour, minutes=clock.minute)
            digits = len(second.partition(".")[2])
            for kind in CODE.findall(row[1]):
                near = [t for t, k in events if k == kind and abs(t - at.total_seconds()) <= 0.5001 * 10**-digits]
                assert near, (row, [t for t, k in events if k == kind][:20])
                checked += 1
    assert checked >= 10

"""Series and tables in other programs' forms: equal to the file, times exact, names by the rule."""

from __future__ import annotations

import csv
import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from ondol_viz import RunError, open_run
from ondol_viz.export import export
from ondol_viz.export.openmetrics import UNITS, metric_name
from ondol_viz.export.selection import all_series, times

ROOT = Path(__file__).resolve().parents[2]


def values(path: Path, series: str) -> np.ndarray[Any, Any]:
    with h5py.File(path) as file:
        return np.asarray(file[series][...])


def rename(path: Path, dataset: str, labels: list[str]) -> None:
    with h5py.File(path, "r+") as file:
        file[dataset][...] = labels


# ------------------------------------------------------------------------------------------------ CSV


def test_csv_reads_back_as_it_is_in_the_file(example: Path, tmp_path: Path) -> None:
    with open_run(example) as run:
        export(run, ["site/power", "site/pue", "site/dry_bulb"], tmp_path / "x.csv")
        dates = run.site.time.values
    read = pd.read_csv(tmp_path / "x.csv", dtype={"power [W]": np.float32, "pue": np.float32}, parse_dates=["time"])
    assert read.columns.tolist() == ["time", "power [W]", "pue", "dry_bulb [degC]"]
    np.testing.assert_array_equal(read["power [W]"], values(example, "site/power"))
    np.testing.assert_array_equal(read["pue"], values(example, "site/pue"))
    np.testing.assert_array_equal(read["time"].dt.tz_localize(None).to_numpy().astype("datetime64[ns]"), dates)
    assert (tmp_path / "x.csv").read_text().splitlines()[1].startswith("2026-07-05T15:10:00Z,")


def test_wide_and_long_say_the_same(example: Path, tmp_path: Path) -> None:
    with open_run(example) as run:
        export(run, ["racks/power", "racks/inlet_temperature"], tmp_path / "wide.csv")
        export(run, ["racks/power", "racks/inlet_temperature"], tmp_path / "long.csv", long=True, plain=True)
    wide, long = pd.read_csv(tmp_path / "wide.csv"), pd.read_csv(tmp_path / "long.csv")
    assert wide.shape == (1008, 1 + 2 * 44) and long.columns.tolist() == ["time", "rack", "power", "inlet_temperature"]
    assert len(long) == 1008 * 44
    np.testing.assert_array_equal(long["power"].to_numpy().reshape(1008, 44), wide.iloc[:, 1:45])
    np.testing.assert_array_equal(long["inlet_temperature"].to_numpy().reshape(1008, 44), wide.iloc[:, 45:])
    assert wide.columns[1] == "power air/r00 [W]" and long["rack"][43] == "liquid/r23"


def test_nan_is_empty_and_names_are_quoted(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write()
    rename(path, "pools/pool", ['a,"b"\n<script>', "=1+1", "‮x"])
    with h5py.File(path, "r+") as file:
        file["pools/jobs_waiting"][3, 0] = np.nan
    with open_run(path) as run:
        export(run, ["pools"], tmp_path / "wide.csv")
        export(run, ["pools"], tmp_path / "long.csv", long=True)
    with (tmp_path / "wide.csv").open(newline="", encoding="utf-8") as file:
        wide = list(csv.DictReader(file))
    assert wide[3]['jobs_waiting a,"b"\n<script>'] == "" and wide[2]['jobs_waiting a,"b"\n<script>'] != ""
    with (tmp_path / "long.csv").open(newline="", encoding="utf-8") as file:
        assert [row["pool"] for row in csv.DictReader(file)][:3] == ['a,"b"\n<script>', "=1+1", "‮x"]


def test_a_table(example: Path, tmp_path: Path) -> None:
    with open_run(example) as run:
        export(run, ["jobs"], tmp_path / "jobs.csv")
    jobs = pd.read_csv(tmp_path / "jobs.csv", parse_dates=["start"])
    assert jobs["name"].tolist() == ["pretrain", "tune", "late"] and "energy [J]" in jobs
    assert jobs["start"][1] == pd.Timestamp("2026-07-05T17:00:00Z") and pd.isna(jobs["start"][2])


def test_times_are_exact_to_the_nanosecond_late_in_a_long_run(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write()
    with h5py.File(path, "r+") as file:
        for group in ("site", "racks"):
            file[group]["time"][...] = 3e7 + 0.005 * np.arange(1, 13)
    with open_run(path) as run:
        series = [one for one in all_series(run) if one.path == "site/power"]
        seconds = (times(run, series) - np.datetime64("2026-07-05T15:00:00", "ns")).astype(np.int64)
        assert (np.abs(seconds - (30_000_000_000_000_000 + 5_000_000 * np.arange(1, 13))) <= 2).all()  # 2 ns: those of the file
        export(run, ["site/power"], tmp_path / "x.csv")
        with pytest.raises(RunError, match="were recorded at different moments"):
            export(run, ["site/power", "loops/heat"], tmp_path / "y.csv")
    assert not (tmp_path / "y.csv").exists() and len(list(tmp_path.iterdir())) == 2


def test_the_long_form_takes_one_axis(example: Path, tmp_path: Path) -> None:
    with open_run(example) as run, pytest.raises(RunError, match="do not lie along the same axis"):
        export(run, ["racks/power", "site/power"], tmp_path / "x.csv", long=True)


def test_a_run_without_reports_has_its_columns(example: Path, make_example: Callable[..., Path], tmp_path: Path) -> None:
    path = make_example(tmp_path / "none.h5", reports=2)
    with h5py.File(path, "r+") as file:
        for name in ("time", "power"):
            file["site"][name].resize((0,))
    with open_run(path) as run:
        export(run, ["site/power"], tmp_path / "x.csv")
        export(run, ["site/power"], tmp_path / "x.parquet")
        export(run, ["site/power"], tmp_path / "x.prom")
    assert (tmp_path / "x.csv").read_text() == "time,power [W]\n" and pq.read_table(tmp_path / "x.parquet").num_rows == 0
    assert (tmp_path / "x.prom").read_text().endswith("# EOF\n")


# ------------------------------------------------------------------------------------------------ Parquet


def test_parquet_keeps_types_units_and_where_it_comes_from(example: Path, tmp_path: Path) -> None:
    with open_run(example) as run:
        export(run, ["racks/power"], tmp_path / "x.parquet", long=True)
        export(run, ["events"], tmp_path / "events.parquet")
        dates = run.racks.time.values
    read = pq.read_table(tmp_path / "x.parquet")
    power = read.schema.field("power")
    assert str(power.type) == "float" and power.metadata[b"units"] == b"W" and power.metadata[b"cell_methods"] == b"time: mean"
    assert read.schema.metadata[b"start_time"] == b"2026-07-05 15:00:00 UTC" and b"content_hash" in read.schema.metadata
    assert str(read.schema.field("time").type) == "timestamp[ns, tz=UTC]"
    np.testing.assert_array_equal(read["power"].to_numpy().reshape(1008, 44), values(example, "racks/power"))
    np.testing.assert_array_equal(read["time"].to_numpy()[::44], dates)
    assert read["rack"].to_pylist()[:2] == ["air/r00", "air/r01"]
    assert pq.read_table(tmp_path / "events.parquet")["kind"].to_pylist()[0] == "thermal_slowdown_begin"


def test_without_pyarrow_it_says_what_to_install(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with open_run(example) as run, pytest.raises(RunError, match=r"pip install 'ondol-viz\[parquet\]'"):
        export(run, ["site"], tmp_path / "x.parquet")
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------------------------ OpenMetrics

SAMPLE = re.compile(r'([a-z_0-9]+)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+) (\S+)')


def parse(text: str) -> dict[tuple[str, str], list[tuple[float, str]]]:
    """Samples by family and labels, after the text format: families together, times that rise, the end marked."""
    lines = text.split("\n")
    assert lines[-2:] == ["# EOF", ""]
    found: dict[tuple[str, str], list[tuple[float, str]]] = {}
    families: list[str] = []
    for line in lines[:-2]:
        if line.startswith("# "):
            _, word, name, *_ = line.split(" ")
            assert word in ("TYPE", "UNIT", "HELP")
            if not families or families[-1] != name:
                assert name not in families, f"{name} comes twice"
                families.append(name)
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        assert sample[1] == families[-1]
        found.setdefault((sample[1], sample[2] or ""), []).append((float(sample[4]), sample[3]))
    for samples in found.values():
        assert all(a[0] < b[0] for a, b in itertools.pairwise(samples))
    return found


def test_openmetrics_has_each_value_at_its_time(example: Path, tmp_path: Path) -> None:
    with open_run(example) as run:
        export(run, ["site", "racks"], tmp_path / "x.prom", labels={"run": "base"})
    text = (tmp_path / "x.prom").read_text()
    found = parse(text)
    power = found["ondol_site_power_watts", 'run="base"']
    np.testing.assert_array_equal(np.float32([v for _, v in power]), values(example, "site/power"))
    start = pd.Timestamp("2026-07-05T15:00:00Z").timestamp()
    np.testing.assert_array_equal([t for t, _ in power], start + values(example, "site/time"))
    key = 'rack="air/r03",hall="air",type="h200",pool="research",run="base"'
    inlet = found["ondol_rack_inlet_temperature_celsius", key]
    np.testing.assert_array_equal(np.float32([v for _, v in inlet]), values(example, "racks/inlet_temperature")[:, 3])
    assert (
        "# TYPE ondol_rack_power_watts gauge\n# UNIT ondol_rack_power_watts watts\n# HELP ondol_rack_power_watts racks power\n"
        in text
    )


def test_openmetrics_escapes_names_and_leaves_out_nan(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write()
    rename(path, "pools/pool", ['a"b\\c\nd', "</script>", "훈련"])
    with h5py.File(path, "r+") as file:
        file["pools/jobs_waiting"][3, 0] = np.nan
    with open_run(path) as run:
        export(run, ["pools"], tmp_path / "x.prom")
        with pytest.raises(RunError, match="is no name of a label"):
            export(run, ["pools"], tmp_path / "y.prom", labels={"my run": "x"})
        with pytest.raises(RunError, match="OpenMetrics text holds series"):
            export(run, ["jobs"], tmp_path / "y.prom")
    found = parse((tmp_path / "x.prom").read_text(encoding="utf-8"))
    assert len(found["ondol_pool_jobs_waiting", 'pool="a\\"b\\\\c\\nd"']) == 11
    assert len(found["ondol_pool_jobs_waiting", 'pool="훈련"']) == 12


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the program itself writes, with a phase window."""
    binary = Path(os.environ.get("ONDOL", ROOT / "build" / "ondol"))
    if not binary.is_file():
        pytest.skip(f"{binary} is missing: make build")
    path = tmp_path_factory.mktemp("program") / "swing.h5"
    scenario = ROOT / "scenarios" / "examples" / "training_swing.toml"
    subprocess.run([binary, "run", scenario, "-o", path, "--until", "40 min"], check=True, capture_output=True, timeout=300)
    return path


@pytest.mark.parametrize("run_fixture", ["example", "program"])
def test_every_series_has_its_metric_on_the_page(run_fixture: str, request: pytest.FixtureRequest) -> None:
    listed = metrics_of_page()
    with open_run(request.getfixturevalue(run_fixture)) as run:
        for one in all_series(run):
            assert one.units in UNITS, f"{one.path} has units {one.units!r} without words"
            group = "windows/<name>" if one.group.startswith("windows/") else one.group
            name = metric_name(one.group, one.axis, one.name, one.units)
            owner = re.sub(r"^ondol_site_power_\w+_watts$", "ondol_site_power_<owner>_watts", name)
            assert {name, owner} & listed[group], f"{name} of {one.path} is missing in docs/interop.md"


def test_every_series_of_the_format_page_has_its_metric() -> None:
    page = (ROOT / "docs" / "results-format.md").read_text(encoding="utf-8")
    listed = metrics_of_page()
    table = page.split("| group | axis | series |")[1].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        group, axis, text = (cell.strip() for cell in line.strip("| ").split("|", 2))
        group, text = group.strip("`"), text.split(" Along the axis")[0].split("; the axis carries")[0]
        # A name, what follows up to its units, and the units; names without any have those of the next, or a rule of their own.
        for names, units in re.findall(r"((?:`[a-z0-9_<>]+`[^`(]*)+)\(((?:[^()]|\([^()]*\))*)\)", text):
            unit = re.split(r"[,;] ", units)[0]
            for name in re.findall(r"`([a-z0-9_<>]+)`", names):
                if unit not in UNITS or name in ("time", "period", "rack_hall"):
                    continue
                prefix = metric_name(
                    group, axis.strip("`") if axis and "," not in axis else None, name.replace("<owner>", "owner"), "1"
                )
                known = {metric.replace("<owner>", "owner") for metric in listed[group]}
                assert any(metric.startswith(prefix) for metric in known), (
                    f"{prefix} of {group}/{name} is missing in docs/interop.md"
                )


def metrics_of_page() -> dict[str, set[str]]:
    page = (ROOT / "docs" / "interop.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_/<>]+)` \| (.*) \|$", page, re.M)
    assert rows
    return {group: set(re.findall(r"`([a-z0-9_<>]+)`", text)) for group, text in rows}


# ------------------------------------------------------------------------------------------------ size

CAPPED = """
import sys
from pathlib import Path
from ondol_viz.export import export
from ondol_viz.run import open_run
with open_run(sys.argv[1]) as run:
    export(run, ["racks/power"], Path(sys.argv[2]), long=True)
print(__import__("resource").getrusage(__import__("resource").RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize("ending", ["csv", "parquet", "prom"])
def test_memory_does_not_grow_with_the_run(example: Path, tmp_path: Path, ending: str) -> None:
    def peak_kb(weeks: int) -> int:
        path = tmp_path / f"{weeks}.h5"
        shutil.copy(example, path)
        with h5py.File(path, "r+") as file:
            for name in ("time", "power"):
                data = file["racks"][name]
                week = data[...]
                data.resize(weeks * len(week), axis=0)
                for w in range(weeks):
                    data[w * len(week) : (w + 1) * len(week)] = week + (604_800.0 * w if name == "time" else 0)
        told = subprocess.run(
            [sys.executable, "-c", CAPPED, path, tmp_path / f"x.{ending}"], capture_output=True, text=True, check=True
        )
        return int(told.stdout)

    assert peak_kb(20) < peak_kb(5) + 60_000  # 3.5 MB of float32 more

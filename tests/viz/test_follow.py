"""Views of a run while the program writes it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ondol_viz import RunError, follow

ROOT = Path(__file__).resolve().parents[2]
ONDOL = Path(os.environ.get("ONDOL", ROOT / "build" / "ondol"))


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """A run of some seconds, and where its results will be."""
    if not ONDOL.is_file():
        pytest.skip(f"{ONDOL} is missing: make build")
    path = tmp_path / "slow.h5"
    scenario = ROOT / "scenarios" / "examples" / "haenam.toml"
    run = subprocess.Popen(
        [ONDOL, "run", scenario, "-o", path, "--set", 'record.period="5 s"', "--until", "3 d"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    begun = time.monotonic()
    while not path.with_name("slow.h5.partial").exists():
        assert run.poll() is None and time.monotonic() - begun < 60
        time.sleep(0.02)
    yield path, run
    run.kill()
    run.wait(60)


def test_views_grow_and_the_last_is_whole(slow: tuple[Path, subprocess.Popen[bytes]]) -> None:
    path, _ = slow
    seen = []
    for run in follow(path, every=0.2):
        size = run.site.sizes.get("time", 0)
        seen.append((run.status, size, float(run.site.power[-1]) if size else 2e6, len(run.kpis)))
    assert len(seen) >= 3
    assert all(status == "running" and rows == 0 for status, _, _, rows in seen[:-1])
    assert seen[-1][0] == "complete" and seen[-1][1] == 3 * 86400 / 5 and seen[-1][3] > 20
    reports = [size for _, size, _, _ in seen]
    assert reports == sorted(reports) and all(power > 1e6 for _, _, power, _ in seen)


def test_a_killed_run_ends_the_views(slow: tuple[Path, subprocess.Popen[bytes]]) -> None:
    path, process = slow
    last = ""
    for run in follow(path.with_name("slow.h5.partial"), every=0.1, patience=0.5):
        last = run.status
        if run.site.sizes.get("time", 0) > 0:
            process.send_signal(signal.SIGKILL)
    assert last == "running" and not path.exists()


def test_a_pause_of_the_writer_is_waited_for(slow: tuple[Path, subprocess.Popen[bytes]]) -> None:
    path, process = slow
    views = follow(path, every=0.1, patience=0.2)
    next(views)
    process.send_signal(signal.SIGSTOP)
    time.sleep(1)
    process.send_signal(signal.SIGCONT)
    assert [run.status for run in views][-1] == "complete"


def test_a_run_that_has_ended_is_one_view(example: Path) -> None:
    assert [run.status for run in follow(example)] == ["complete"]


def test_what_is_not_there_or_no_run_is_told(tmp_path: Path, write: Callable[..., Path]) -> None:
    with pytest.raises(RunError, match="does not exist"):
        next(follow(tmp_path / "none.h5"))
    (tmp_path / "x.h5.partial").write_text("no")
    with pytest.raises(RunError, match="is not an HDF5 file"):
        next(follow(tmp_path / "x.h5", every=0.01, patience=0.05))

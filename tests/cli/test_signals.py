"""Interrupted and killed runs leave what they had."""
import signal
import subprocess
import sys
import time

import pytest
from ondol_program import ROOT, TINY

LONG = ("--set", 'record.period="1 s"', "--until", "1000 d")


def started(ondol):
    """A run that would last very long, some reports into it."""
    ondol.write(TINY)
    child = ondol.start("run", "scenario.toml", "-o", "out.h5", *LONG)
    partial = ondol.folder / "out.h5.partial"
    deadline = time.monotonic() + 60
    while not (partial.exists() and partial.stat().st_size > 300_000):
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < deadline, "the run wrote nothing within a minute"
        time.sleep(0.05)
    return child


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(ondol, number, code):
    h5py = pytest.importorskip("h5py")
    child = started(ondol)
    child.send_signal(number)
    _, error = child.communicate(timeout=60)
    assert child.returncode == code, error
    assert "interrupt" in error.lower() and "out.h5" in error
    assert not (ondol.folder / "out.h5.partial").exists()
    with h5py.File(ondol.folder / "out.h5") as file:
        assert int(file.attrs["complete"]) == 0
        assert "kpis" in file and "ledger" in file


def test_killed(ondol):
    pytest.importorskip("xarray")
    child = started(ondol)
    child.kill()
    child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL
    assert not (ondol.folder / "out.h5").exists()
    # In a process of its own: the reader must cope with a file whose writer never closed it.
    done = subprocess.run([sys.executable, "-c", """
import sys, ondol_viz
run = ondol_viz.open_run(sys.argv[1])
print(run.site.sizes["time"])
""", ondol.folder / "out.h5.partial"], capture_output=True, text=True, cwd=ROOT / "viz", timeout=120)
    assert done.returncode == 0, done.stderr
    assert "was killed" in done.stderr and int(done.stdout) > 1000


def test_what_a_killed_run_left_is_not_lost_by_the_next(ondol):
    child = started(ondol)
    child.kill()
    child.communicate(timeout=60)
    left = (ondol.folder / "out.h5.partial").stat().st_size
    ondol.refused("run", "scenario.toml", "-o", "out.h5", said="out.h5.partial.*--force")
    assert (ondol.folder / "out.h5.partial").stat().st_size == left
    done = ondol("run", "scenario.toml", "-o", "out.h5", "--force")
    assert done.returncode == 0, done.stderr
    assert not (ondol.folder / "out.h5.partial").exists()

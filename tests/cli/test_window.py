"""`ondol report` and its sisters: which Python answers, and what it is given."""
import os
import sys
from pathlib import Path

import pytest
from ondol_program import ROOT, TINY

VIZ = ROOT / "viz"


def python(folder: Path, body: str, name: str = "python") -> Path:
    """A stand-in for a Python: it finds ondol_viz, and does `body` when that is to run."""
    path = folder / name
    path.write_text(f'#!/bin/sh\nif [ "$1" = -c ]; then exit 0; fi\n{body}\n')
    path.chmod(0o755)
    return path


def test_what_it_is_given_is_passed_on_as_it_is(ondol):
    echo = python(ondol.folder, 'for word in "$@"; do printf "<%s>" "$word"; done; exit 7')
    words = ["report", "a b.h5", "-o", "", "--help", "--", "-x", "run", "it's \"so\""]
    done = ondol(*words, env={**os.environ, "ONDOL_PYTHON": str(echo)})
    assert done.stdout == "".join(f"<{word}>" for word in ["-m", "ondol_viz", *words])
    assert done.returncode == 7 and done.stderr == ""


@pytest.mark.parametrize("command", ["report", "pictures", "export"])
def test_its_help_is_that_of_the_window(ondol, command):
    done = ondol(command, "--help", env={**os.environ, "ONDOL_PYTHON": sys.executable, "PYTHONPATH": str(VIZ)})
    assert done.returncode == 0 and done.stdout.startswith(f"usage: ondol {command} [-h]")
    assert command in ondol("--help").stdout


def test_a_run_then_its_page_and_a_series(ondol):
    ondol.write(TINY)
    environment = {**os.environ, "ONDOL_PYTHON": sys.executable, "PYTHONPATH": str(VIZ)}
    assert ondol("run", "scenario.toml", "-o", "tiny.h5").returncode == 0
    done = ondol("report", "tiny.h5", env=environment)
    assert done.returncode == 0, done.stderr
    assert "tiny" in (ondol.folder / "tiny.html").read_text(encoding="utf-8")
    assert ondol("export", "tiny.h5", "site/power", "-o", "power.csv", env=environment).returncode == 0
    assert len((ondol.folder / "power.csv").read_text().splitlines()) == 61
    assert "none.h5 does not exist" in ondol.refused("report", "none.h5", said="error: ", env=environment)


def test_a_python_that_is_named_and_has_no_window_is_told(ondol):
    empty = python(ondol.folder, "exit 1")
    empty.write_text("#!/bin/sh\nexit 1\n")
    for named in (empty, ondol.folder / "none", ondol.folder):
        error = ondol.refused("report", "x.h5", said="ONDOL_PYTHON", env={**os.environ, "ONDOL_PYTHON": str(named)})
        assert f"which none of these has: {named}. Install it (pip install " in error and error.count("\n") == 1


def test_without_a_name_one_that_has_the_window_is_found_on_the_path(ondol):
    own = ROOT / ".venv" / "bin" / "python"
    (ondol.folder / "bin").mkdir()
    python(ondol.folder / "bin", "echo found on the path", "python3")
    environment = {key: value for key, value in os.environ.items() if key not in ("ONDOL_PYTHON", "PYTHONPATH")}
    done = ondol("report", "--help", env=environment | {"PATH": f"{ondol.folder / 'bin'}:{os.environ['PATH']}"})
    # That of the source tree goes first where there is one; a Python without the window is passed over.
    assert done.returncode == 0
    assert ("usage: " in done.stdout) if own.exists() else (done.stdout == "found on the path\n")

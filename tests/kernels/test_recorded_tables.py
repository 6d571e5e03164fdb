"""The catalogue's calibrations of public tables are what the meter's fit makes of the windows that are kept."""
import math
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
METER = Path(os.environ.get("ONDOL_METER", ROOT / "build" / "ondol-meter"))
KEPT = ROOT / "scenarios/catalogue/calibrations"
FILES = ["nvidia-h200-sxm", "nvidia-gb200", "nvidia-h100-sxm", "nvidia-b200-sxm"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibrations")
    script = ROOT / "kernels/recorded/aiconfigurator/calibrate.py"
    done = subprocess.run([sys.executable, script, METER, folder], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def leaves(tree, path=""):
    """(path, number or text) of everything in a tree but the quality of the fit and its notes."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if key in ("quality", "note", "why"):
            continue
        if isinstance(value, (dict, list)):
            yield from leaves(value, f"{path}.{key}")
        else:
            head, _, unit = str(value).partition(" ")
            try:
                yield f"{path}.{key}", (float(head), unit)
            except ValueError:
                yield f"{path}.{key}", value


@pytest.mark.parametrize("name", FILES)
def test_kept_is_what_the_fit_makes(made, name):
    old, new = (dict(leaves(tomllib.loads((folder / f"{name}.toml").read_text()))) for folder in (KEPT, made))
    assert old.keys() == new.keys()
    for path, value in old.items():
        if isinstance(value, tuple):
            # Another math library moves a fit's last digits; a covariance entry is small beside its diagonal.
            assert value[1] == new[path][1], path
            assert math.isclose(value[0], new[path][0], rel_tol=1e-3, abs_tol=1e-5), f"{path}: {value[0]} is now {new[path][0]}"
        else:
            assert value == new[path], path

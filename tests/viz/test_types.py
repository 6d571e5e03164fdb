"""The package says that it is typed (`py.typed`), so its types are true: mypy, strict, finds nothing."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

VIZ = Path(__file__).resolve().parents[2] / "viz"


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is missing: pip install 'ondol-viz[test]'")
def test_types_are_strict(tmp_path: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--cache-dir", tmp_path, "ondol_viz"],
        cwd=VIZ, capture_output=True, text=True,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr

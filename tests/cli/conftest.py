"""Lets the tests of this folder share `ondol_program`, and gives each an empty folder to run it in."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def ondol(tmp_path):
    from ondol_program import ONDOL, Program
    if not ONDOL.is_file():
        pytest.fail(f"{ONDOL} is missing: make build")
    return Program(tmp_path)

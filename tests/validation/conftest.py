"""What the tests of the validation sections share."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def rows(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """Module `rows` of the section, in the folder that the test names FOLDER; each section has one of that name."""
    folder = str(request.module.FOLDER)
    sys.path.insert(0, folder)
    sys.modules.pop("rows", None)
    try:
        yield importlib.import_module("rows")
    finally:
        sys.path.remove(folder)
        sys.modules.pop("rows", None)

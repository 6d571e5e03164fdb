"""Examples in docstrings are true: on half a day of the small hall and on a small sweep, both made just now."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import ondol_viz
import pytest

from tests.support.program import EXAMPLES, ONDOL, ondol, run_scenario

pytestmark = pytest.mark.skipif(
    not ONDOL.exists(), reason=f"{ONDOL} is missing: make build"
)

# The call that a user cannot do without has an example.
SHOWN = ("open_run", "open_sweep", "open_member", "Run.local", "Run.hours")


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(ondol_viz.__path__, "ondol_viz."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    run_scenario(EXAMPLES / "one_hall.toml", folder / "one_hall.h5", "--until", "12 h")
    (folder / "set_points.toml").write_text(
        f'base = "{EXAMPLES / "one_hall.toml"}"\nset = {{ "simulation.duration" = "2 h" }}\n'
        '[[axis]]\nname = "supply"\nkey = "plant.chilled.supply_temperature"\nvalues = ["10 degC", "16 degC"]\n'
    )
    (folder / "one_hall_ensemble.toml").write_text(
        f'base = "{EXAMPLES / "one_hall.toml"}"\nset = {{ "simulation.duration" = "2 h" }}\nkeep = "key_figures"\nensemble = 3\n'
    )
    for name in ("set_points", "one_hall_ensemble"):
        done = ondol("sweep", folder / f"{name}.toml", "-o", folder / name)
        assert done.code == 0, done.err
    return folder


def test_examples_are_true(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    found = 0
    for module in modules():
        tests = doctest.DocTestFinder(exclude_empty=True).find(
            module, extraglobs={"ondol_viz": ondol_viz, **vars(ondol_viz)}
        )
        runner = doctest.DocTestRunner(
            optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        )
        for test in tests:
            if test.examples:
                with ondol_viz.open_run("one_hall.h5") as run:
                    test.globs["run"] = run
                    runner.run(test)
        result = runner.summarize(verbose=False)
        assert result.failed == 0, module.__name__
        found += result.attempted
    assert found >= 8


@pytest.mark.parametrize("name", SHOWN)
def test_has_an_example(name: str) -> None:
    shown = ondol_viz.Run if "." in name else ondol_viz
    assert ">>> " in (getattr(shown, name.rsplit(".", 1)[-1]).__doc__ or "")

"""The notebooks run as they stand on runs that the program made just now, and are kept with their pictures but small."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.support.program import EXAMPLES, ONDOL, ROOT, run_scenario

loader = importlib.machinery.SourceFileLoader("notebooks", str(ROOT / ".ci" / "notebooks"))
spec = importlib.util.spec_from_loader("notebooks", loader)
assert spec is not None
notebooks = importlib.util.module_from_spec(spec)
loader.exec_module(notebooks)

PATHS = sorted(notebooks.NOTEBOOKS.glob("*.ipynb"))
NAMES = [path.stem for path in PATHS]

built = pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build")

# What makes the runs of the first cells short enough for a test, by the name of what they leave: options, and what is written into a sweep.
MONTH = ["--until", "31 d"]  # the least that can be compared by months
SHORT = {
    "haenam.h5": ["--until", "6 h"],
    "tariff_options.h5": ["--until", "2 d"],
    "cooling_designs.h5": MONTH,
    "cooling_designs_outside_air.h5": MONTH,
    "cooling_designs_dry.h5": MONTH,
    "cooling_designs_tower.h5": MONTH,
    "cooling_designs_hybrid.h5": MONTH,
    "outage.h5": ["--until", "10.5 h"],
    "set_point_climate": ["--set", 'simulation.duration="3 h"'],
    "one_hall_ensemble": ["--set", 'simulation.duration="3 h"'],
    "which_knob_matters": ["--set", 'simulation.duration="3 h"'],
}
WRITTEN = {"power_cap": ('duration = "31 d"', 'duration = "6 h"'), "which_knob_matters": ("samples = 128\n", "samples = 8\n")}


def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(notebooks.NOTEBOOKS / f"{name}.ipynb", as_version=4)


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def kinds(notebook: nbformat.NotebookNode) -> list[list[tuple[str, ...]]]:
    """What each code cell shows, by the types of its outputs."""
    return [[tuple(sorted(o.get("data", {"stream": ""}))) for o in cell.outputs] for cell in code(notebook)]


def pictures(notebook: nbformat.NotebookNode) -> int:
    return sum("image/png" in kind for cell in kinds(notebook) for kind in cell)


def sentences(notebook: nbformat.NotebookNode) -> str:
    return "\n".join(
        str(o.data["text/markdown"]) for c in code(notebook) for o in c.outputs if "text/markdown" in o.get("data", {})
    )


def shortened(sweep: str, folder: Path, old: str, new: str) -> str:
    """A copy of a sweep file with something else in it."""
    path = ROOT / sweep
    text = path.read_text(encoding="utf-8")
    assert old in text and '"../examples/' in text
    copy = folder / path.name
    copy.write_text(text.replace(old, new).replace('"../examples/', f'"{EXAMPLES}/'), encoding="utf-8")
    return str(copy)


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes what a notebook opens, as its first cell tells but shorter, each once; gives the folder."""
    folder = tmp_path_factory.mktemp("out")

    def made(name: str) -> Path:
        for command in notebooks.commands(read(name)):
            output = notebooks.output(command)
            if output in WRITTEN:
                command = [shortened(word, folder, *WRITTEN[output]) if word.endswith(".toml") else word for word in command]
            notebooks.make([*command, *SHORT.get(output, [])], folder, ONDOL)
        return folder

    return made


@built
@pytest.mark.parametrize("name", NAMES)
def test_notebook_runs_on_runs_made_just_now(name: str, inputs: Callable[[str], Path]) -> None:
    committed = read(name)
    notebook = notebooks.execute(read(name), inputs(name))
    assert kinds(notebook) == kinds(committed)
    assert not re.search(r"\b(nan|inf)\b", sentences(notebook))


@built
def test_first_look_opens_the_run_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_scenario(EXAMPLES / "one_hall.toml", tmp_path / "mine.h5", "--until", "6 h")
    monkeypatch.setenv("ONDOL_RUN", str(tmp_path / "mine.h5"))
    notebook = notebooks.execute(read("first_look"), tmp_path, dict(os.environ))
    assert pictures(notebook) == pictures(read("first_look"))
    assert "<ondol run 'one-hall': complete, mine.h5>" in str(code(notebook)[0].outputs)


def test_commands_of_the_first_cell() -> None:
    found = [(c[1], c[2], notebooks.output(c)) for c in notebooks.commands(read("training_swing"))]
    scenario = "scenarios/examples/training_swing.toml"
    assert found == [
        ("run", scenario, "training_swing.h5"),
        ("run", scenario, "training_swing_smoothed.h5"),
    ]
    assert {notebooks.output(c) for name in NAMES for c in notebooks.commands(read(name))} >= SHORT.keys() | WRITTEN.keys()


@pytest.mark.parametrize("name", NAMES)
def test_first_cell_tells_how_to_make_all_that_is_opened(name: str) -> None:
    notebook = read(name)
    opened = set(
        re.findall(
            r'"(\w+\.h5)"|OUT / "(\w+)"',
            "\n".join(cell.source for cell in code(notebook)),
        )
    )
    assert {a or b for a, b in opened} <= {notebooks.output(command) for command in notebooks.commands(notebook)}
    assert all((ROOT / command[2]).is_file() for command in notebooks.commands(notebook))


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_committed_notebook_shows_its_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [cell.execution_count for cell in code(notebook)] == list(range(1, len(code(notebook)) + 1))
    assert {o.output_type for cell in code(notebook) for o in cell.outputs} <= {
        "display_data",
        "execute_result",
    }
    assert pictures(notebook) >= 2
    assert not any("execution" in cell.metadata for cell in notebook.cells)
    text = path.read_text(encoding="utf-8")
    assert str(ROOT) not in text and not re.search(r"/(?:home|root|tmp|work)/", re.sub(r'"image/png": ".*?"', "", text))
    assert path.stat().st_size < 1_000_000


@pytest.mark.parametrize("name", NAMES)
def test_notebook_reads_as_a_page(name: str) -> None:
    notebook = read(name)
    assert 8 <= len(notebook.cells) <= 15
    titles = [cell.source.splitlines()[0] for cell in notebook.cells if cell.cell_type == "markdown"]
    assert re.fullmatch(r"# .*\?", titles[0]) and titles[-1].startswith("## Try")
    assert all(title.startswith("## ") for title in titles[1:])
    prose = [re.sub(r"```.*?```|`[^`]*`", "", c.source, flags=re.DOTALL) for c in notebook.cells if c.cell_type == "markdown"]
    numbers = Counter(re.findall(r"\d[\d.,]*\d|\d", "\n".join(prose)))
    shown = str([o.get("data", {}).get("text/plain", "") for cell in code(notebook) for o in cell.outputs]) + sentences(
        notebook
    )
    assert not [number for number in numbers if number not in shown]


def test_every_notebook_is_in_the_page_about_the_window() -> None:
    page = (ROOT / "viz" / "README.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"(\w+)\.ipynb", page))) == NAMES


def test_a_cell_that_fails_or_complains_is_told(tmp_path: Path) -> None:
    for source, words in (
        ("1 / 0", "ZeroDivisionError"),
        ("import sys; print('beware', file=sys.stderr)", "a cell says: beware"),
    ):
        notebook = nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_markdown_cell("# Why?"),
                nbformat.v4.new_code_cell(source),
            ]
        )
        with pytest.raises(Exception, match=words):
            notebooks.execute(notebook, tmp_path)

"""The notebooks run as they stand, and are kept with their pictures but small."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.program import EXAMPLES, ONDOL, run_scenario

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "viz" / "notebooks"
FIRST_LOOK, TRAINING_SWING = NOTEBOOKS / "first_look.ipynb", NOTEBOOKS / "training_swing.ipynb"

built = pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build")


def pictures(notebook: nbformat.NotebookNode) -> int:
    return sum("image/png" in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", []))


def execute(path: Path, run: Path, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    monkeypatch.setenv("ONDOL_RUN", str(run))
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    return notebook


def shown(notebook: nbformat.NotebookNode) -> list[str]:
    return [o["data"]["text/plain"] for o in notebook.cells[1].outputs]


def test_notebook_runs(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pictures(execute(FIRST_LOOK, example, monkeypatch)) == 6


@built
def test_notebook_runs_on_a_run_made_just_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_scenario(EXAMPLES / "one_hall.toml", tmp_path / "run.h5", "--until", "6 h")
    notebook = execute(FIRST_LOOK, tmp_path / "run.h5", monkeypatch)
    assert pictures(notebook) == 6
    assert shown(notebook) == ["<ondol run 'one-hall': complete, run.h5>"]


@built
def test_notebook_of_the_swing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_scenario(EXAMPLES / "training_swing.toml", tmp_path / "run.h5")
    monkeypatch.setenv("ONDOL_OTHER", str(tmp_path / "none.h5"))
    notebook = execute(TRAINING_SWING, tmp_path / "run.h5", monkeypatch)
    assert pictures(notebook) == 1
    assert shown(notebook) == ["<ondol run 'training-swing': complete, run.h5>"]
    monkeypatch.setenv("ONDOL_OTHER", str(tmp_path / "run.h5"))
    assert pictures(execute(TRAINING_SWING, tmp_path / "run.h5", monkeypatch)) == 2


@pytest.mark.parametrize(("path", "count", "name"), [(FIRST_LOOK, 6, "haenam"), (TRAINING_SWING, 2, "training-swing")])
def test_committed_notebook_shows_its_outputs(path: Path, count: int, name: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert pictures(notebook) == count
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    assert not [o for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type in ("error", "stream")]
    assert f"'{name}': complete" in str(notebook.cells[1].outputs)  # the example, not a test
    assert str(ROOT) not in path.read_text(encoding="utf-8")
    assert path.stat().st_size < 1_000_000

"""The notebook runs as it stands, and is kept with its pictures but small."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.program import EXAMPLES, ONDOL, run_scenario

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "viz" / "notebooks" / "first_look.ipynb"


def pictures(notebook: nbformat.NotebookNode) -> int:
    return sum("image/png" in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", []))


def execute(run: Path, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    monkeypatch.setenv("ONDOL_RUN", str(run))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    return notebook


def test_notebook_runs(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pictures(execute(example, monkeypatch)) == 6


@pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build")
def test_notebook_runs_on_a_run_made_just_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_scenario(EXAMPLES / "one_hall.toml", tmp_path / "run.h5", "--until", "6 h")
    notebook = execute(tmp_path / "run.h5", monkeypatch)
    assert pictures(notebook) == 6
    shown = [o["data"]["text/plain"] for o in notebook.cells[1].outputs]
    assert shown == ["<ondol run 'one-hall': complete, run.h5>"]


def test_committed_notebook_shows_its_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert pictures(notebook) == 6
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    assert not [o for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type in ("error", "stream")]
    assert "'haenam': complete" in str(notebook.cells[1].outputs)  # the flagship, not a test
    assert str(ROOT) not in NOTEBOOK.read_text(encoding="utf-8")
    assert NOTEBOOK.stat().st_size < 1_000_000

"""The notebook runs as it stands, and is kept with its pictures but small."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "viz" / "notebooks" / "first_look.ipynb"


def pictures(notebook: nbformat.NotebookNode) -> int:
    return sum(
        "image/png" in output.get("data", {})
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )


def test_notebook_runs(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONDOL_RUN", str(example))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(NOTEBOOK.parent)}}
    ).execute()
    assert pictures(notebook) == 6


def test_committed_notebook_shows_its_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert pictures(notebook) == 6
    assert all(
        cell.execution_count for cell in notebook.cells if cell.cell_type == "code"
    )
    assert not [
        o
        for cell in notebook.cells
        for o in cell.get("outputs", [])
        if o.output_type in ("error", "stream")
    ]
    assert str(ROOT) not in NOTEBOOK.read_text(encoding="utf-8")
    assert NOTEBOOK.stat().st_size < 1_000_000

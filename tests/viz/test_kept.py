"""Views that are kept while a chart is drawn in two languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from ondol_viz import charts, open_run
from ondol_viz.charts.player import unread
from ondol_viz.views.blocks import moments, rows_at
from ondol_viz.views.kept import keeping, kept


def test_a_kept_view_is_computed_once_for_the_same_arguments() -> None:
    asked: list[object] = []

    @kept
    def view(of: str, at: np.ndarray, *, most: int = 3) -> list[object]:
        asked.append((of, at.tolist(), most))
        return [of]

    at = np.array([1, 2])
    assert view("a", at) is not view("a", at)
    with keeping():
        assert view("a", at) is view("a", at.copy())
        assert view("a", at, most=4) is not view("a", at)
        assert view("a", np.array([1, 3])) is not view("a", at) is not view("b", at)
        assert view("a", at.astype(np.float64)) is not view("a", at)
    assert len(asked) == 2 + 5
    view("a", at)
    assert len(asked) == 8  # forgotten


def test_two_runs_do_not_share(example: Path, tmp_path: Path, make_example: Callable[..., Path]) -> None:
    other = make_example(tmp_path / "other.h5", reports=12)
    with open_run(example) as first, open_run(other) as second, keeping():
        shapes = [
            rows_at(run, "racks", "power", moments(run, "racks")).shape for run in (first, second)
        ]
        assert shapes[0] != shapes[1]
        again = rows_at(first, "racks", "power", moments(first, "racks"))
        assert again is rows_at(first, "racks", "power", moments(first, "racks"))


def test_frames_that_nobody_reads_are_written_like_the_others(example: Path) -> None:
    with open_run(example) as run:
        checked = charts.floor_plan(run)
        with unread():
            bare = charts.floor_plan(run)
        assert json.loads(bare.to_json()) == json.loads(checked.to_json())
        assert len(checked.frames) > 1

"""PUE and WUE by month of several runs beside each other, from a table of months written by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ondol_viz import MissingData, Run, open_run, plots

from tests.viz.conftest import ResultsFile

DAY = 86400.0


def run_of(path: Path, pue: list[float], covered_days: list[float]) -> Run:
    out = ResultsFile(path)
    out.table(
        "months",
        {
            "month": ("", ["2024-01", "2024-02", "2024-03"]),
            "covered": ("s", np.array(covered_days) * DAY),
            "pue": ("1", np.array(pue)),
            "wue": ("kg (kW h)-1", np.array([0.1, 0.2, 0.3])),
            "wet_bulb": ("degC", np.array([-4.0, -2.0, 2.0])),
        },
    )
    out.file.close()
    return open_run(path)


def test_one_line_for_each_run_and_only_whole_months(tmp_path: Path) -> None:
    a = run_of(tmp_path / "a.h5", [1.1, 1.2, 1.3], [31, 29, 31])
    b = run_of(tmp_path / "b.h5", [1.05, 1.06, 1.07], [31, 29, 10])
    figure = plots.compare_months({"air": a, "plates": b})
    figure.canvas.draw()
    above, below = figure.axes[:2]
    assert [line.get_label() for line in above.lines] == ["air", "plates"]
    np.testing.assert_allclose(above.lines[0].get_ydata(), [1.1, 1.2, 1.3])
    np.testing.assert_allclose(above.lines[1].get_ydata(), [1.05, 1.06])
    np.testing.assert_allclose(below.lines[1].get_ydata(), [0.1, 0.2])


def test_runs_without_months_are_refused(tmp_path: Path, example: Path) -> None:
    with pytest.raises(MissingData, match="months"):
        plots.compare_months({"week": open_run(example)})
    with pytest.raises(MissingData, match="whole month"):
        plots.compare_months({"days": run_of(tmp_path / "c.h5", [1.1, 1.2, 1.3], [3, 0, 0])})

"""Figures of sweeps: what they draw, with which words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from ondol_viz import MissingData, open_sweep, plots
from ondol_viz.bands import bands_over_time

from tests.support.sweep_file import saltelli_rows, write_sweep

NAN = float("nan")
SUPPLY = ("degC", "Supply temperature", [18.0, 21.0, 24.0])
CLIMATE = ("", "Climate", ["seoul", "haenam"])
CAP = ("kW", "Power cap of a rack", [50.0, 100.0])
MEMBERS = ("1", "member of the ensemble", np.arange(8) + 1.0)


@pytest.fixture
def grid(tmp_path: Path) -> xr.Dataset:
    """pue = 1.2 + 0.01 (supply place) + 0.1 (climate place) + 0.03 (cap place); one run failed."""
    s, c, k = np.ogrid[:3, :2, :2]
    pue = 1.2 + 0.01 * s + 0.1 * c + 0.03 * k
    pue[0, 0, 1] = NAN
    return open_sweep(write_sweep(
        tmp_path / "g.h5", {"supply": 3, "climate": 2, "cap": 2}, {"supply": SUPPLY, "climate": CLIMATE, "cap": CAP},
        {"pue": pue, "cost_total": 900 - 100 * pue},
    ))  # fmt: skip


@pytest.fixture
def ensemble(tmp_path: Path) -> xr.Dataset:
    rows = np.arange(3)[:, None] + np.random.default_rng(1).random((3, 8))
    return open_sweep(write_sweep(tmp_path / "e.h5", {"supply": 3, "member": 8}, {"supply": SUPPLY, "member": MEMBERS}, {"pue": rows, "energy": 100 * rows}))


def samples(tmp_path: Path, design: str) -> xr.Dataset:
    x = saltelli_rows(32, 2)
    return open_sweep(write_sweep(
        tmp_path / "s.h5", {"sample": len(x)},
        {"cap": ("kW", "Power cap", x[:, 0]), "rate": ("1", "Rate", 10 ** (3 * x[:, 1])), "site": ("", "Site", np.resize(["a", "b", "c"], len(x)))}
        if design != "saltelli" else {"cap": ("kW", "Power cap", x[:, 0]), "rate": ("1", "Rate", x[:, 1])},
        {"pue": 1 + x[:, 0] + 0.2 * x[:, 1]}, design=design,
    ))  # fmt: skip


def texts(figure: Figure) -> str:
    figure.draw_without_rendering()
    return "\n".join(t.get_text() for t in figure.findobj(lambda o: hasattr(o, "get_text")) if t.get_text())


def test_map_shows_each_cell_and_hatches_what_failed(grid: xr.Dataset) -> None:
    figure = plots.response_map(grid, "pue")
    axes, bar = figure.axes
    (mesh,) = axes.findobj(QuadMesh)
    values = np.ma.filled(mesh.get_array(), NAN)
    assert values.shape == (2, 3)  # climate up, supply to the right, cap at its upper middle
    assert values[1].tolist() == [pytest.approx(1.33), pytest.approx(1.34), pytest.approx(1.35)] and np.isnan(values[0, 0])
    assert len([p for p in axes.patches if p.get_hatch()]) == 1
    assert axes.get_xlabel() == "Supply temperature (°C)" and axes.get_ylabel() == "Climate" and bar.get_ylabel() == "Power usage effectiveness"
    assert [t.get_text() for t in axes.get_xticklabels()] == ["18", "21", "24"] and [t.get_text() for t in axes.get_yticklabels()] == ["seoul", "haenam"]
    assert axes.get_title("left") == "Power usage effectiveness, at cap = 100 kW"
    assert {"1.330", "1.250"} <= set(texts(figure).split("\n"))
    chosen = plots.response_map(grid, "pue", x="cap", y="supply").axes[0]
    assert chosen.get_xlabel() == "Power cap of a rack (kW)" and chosen.get_title("left").endswith("at climate = haenam")


def test_lines_are_means_over_the_other_axes_with_their_least_and_largest(grid: xr.Dataset) -> None:
    axes = plots.response_lines(grid, "pue", colour="climate").axes[0]
    assert axes.get_xlabel() == "Supply temperature (°C)" and axes.get_legend().get_title().get_text() == "Climate"
    assert "means over Power cap of a rack" in axes.get_title("left").replace("\n", " ")
    seoul, haenam = axes.lines
    assert list(seoul.get_xdata()) == [21, 24]  # where a run failed a mean would compare unlike
    assert list(haenam.get_ydata()) == [pytest.approx(1.315), pytest.approx(1.325), pytest.approx(1.335)]
    assert seoul.get_linestyle() != haenam.get_linestyle()
    band = axes.collections[1].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (pytest.approx(1.3), pytest.approx(1.35))


def test_lines_of_members_have_shades(ensemble: xr.Dataset) -> None:
    axes = plots.response_lines(ensemble, "pue").axes[0]
    values = ensemble["pue"].values
    assert list(axes.lines[0].get_ydata()) == pytest.approx(values.mean(axis=1).tolist())
    drawn = axes.collections[0].get_paths()[0].vertices
    assert drawn[:, 1].max() == pytest.approx(np.percentile(values[2], 95)) and drawn[:, 1].min() == pytest.approx(np.percentile(values[0], 5))


def test_factors_get_a_logarithmic_axis(tmp_path: Path) -> None:
    for values, scale in (([1.0, 10.0, 100.0], "log"), ([1.0, 50.0, 100.0], "linear"), ([0.0, 10.0, 100.0], "linear")):
        data = open_sweep(write_sweep(tmp_path / "l.h5", {"rate": 3}, {"rate": ("1", "Rate", values)}, {"pue": [1.0, 2.0, 3.0]}))
        assert plots.response_lines(data, "pue").axes[0].get_xscale() == scale


def test_tornado_has_a_bar_for_each_axis_the_longest_on_top(grid: xr.Dataset) -> None:
    axes = plots.tornado(grid, "pue").axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["Climate", "Power cap of a rack", "Supply temperature"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    base = 1.2 + 0.01 + 0.1 + 0.03
    lows = [p.get_x() + p.get_width() for p in axes.patches[:3]]
    assert lows == [pytest.approx(base - 0.1), pytest.approx(base - 0.03), pytest.approx(base - 0.01)]
    assert {"seoul", "50 kW", "18 °C", "24 °C"} <= {t.get_text() for t in axes.texts}


def test_sobol_bars_are_sorted_and_have_whiskers(tmp_path: Path) -> None:
    figure = plots.sobol_bars(samples(tmp_path, "saltelli"), "pue")
    axes = figure.axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["Power cap", "Rate"]
    assert len(axes.patches) == 4 and axes.patches[2].get_width() > 0.7  # total of the cap
    assert "N = 32" in texts(figure)
    with pytest.raises(MissingData, match='this one is "sobol"'):
        plots.sobol_bars(samples(tmp_path, "sobol"), "pue")


def test_rank_bars_and_dots_of_samples(tmp_path: Path) -> None:
    data = samples(tmp_path, "latin_hypercube")
    assert "R² = " in texts(plots.rank_bars(data, "pue")) and "names have no slope" in texts(plots.rank_bars(data, "pue"))
    cap, rate, site, *_ = plots.response_scatter(data, "pue").axes
    assert (cap.get_xscale(), rate.get_xscale()) == ("linear", "log") and cap.get_xlabel() == "Power cap (kW)"
    assert [t.get_text() for t in site.get_xticklabels()] == ["a", "b", "c"] and len(cap.lines[1].get_xdata()) == 10


def test_cases_are_named_by_what_they_change(tmp_path: Path) -> None:
    data = open_sweep(write_sweep(tmp_path / "z.h5", {"case": 2}, {"supply": ("degC", "S", [18.0, 24.0]), "site": ("", "T", ["a", "b"])}, {"pue": [1.1, 1.2]}))
    axes = plots.response_cases(data, "pue").axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["18 °C, a", "24 °C, b"] and list(axes.lines[0].get_xdata()) == [1.1, 1.2]


def test_bars_over_the_members_of_a_case_lie_within_the_frame(ensemble: xr.Dataset) -> None:
    axes = plots.response_cases(ensemble, "pue").axes[0]
    assert len(axes.patches) == ensemble.sizes["supply"]
    assert axes.get_xlim()[0] < min(bar.get_x() for bar in axes.patches)


def test_members_of_one_cell(ensemble: xr.Dataset) -> None:
    one = ensemble.isel(supply=0, drop=True)
    figure = plots.member_bands(one, ["pue", "energy"])
    assert len(figure.axes) == 2
    values = one["energy"].values
    p05, p50, p95 = np.percentile(values, (5, 50, 95))
    assert figure.axes[1].get_title("left") == f"Energy at the utility meter: {p50:.2f} ({p05:.2f} to {p95:.2f}) MWh"
    outer = figure.axes[1].patches[0]
    assert (outer.get_x(), outer.get_x() + outer.get_width()) == (pytest.approx(p05), pytest.approx(p95))
    with pytest.raises(MissingData, match="one cell"):
        plots.member_bands(ensemble, ["pue"])


def test_bands_along_an_axis(ensemble: xr.Dataset) -> None:
    axes = plots.band_lines(ensemble, "energy").axes[0]
    assert axes.get_ylabel().replace("\n", " ") == "Energy at the utility meter (MWh)"
    assert list(axes.lines[0].get_ydata()) == pytest.approx(np.percentile(ensemble["energy"].values, 50, axis=1).tolist())


def test_bands_over_time_reach_from_the_start_in_readable_units(tmp_path: Path, make_example: Callable[..., Path]) -> None:
    for m in range(2):
        make_example(tmp_path / f"{m}.h5", reports=12)
    data = open_sweep(write_sweep(tmp_path / "m.h5", {"member": 2}, {"member": ("1", "member", [1, 2])}, {"pue": [1.0, 2.0]}, links={0: "0.h5", 1: "1.h5"}))
    axes = plots.bands_over_time(bands_over_time(data)).axes[0]
    assert axes.get_ylabel() == "Site power (MW)" and axes.get_xlabel() == "time (UTC+09:00) from 2026-07-06"
    assert axes.get_title("left") == "Site power, 2 members"


def test_front_joins_what_is_best(grid: xr.Dataset) -> None:
    figure = plots.pareto_front(grid, "pue", "cost_total", ("min", "min"))
    axes, names = figure.axes
    step = axes.lines[1]
    assert len(step.get_xdata()) == 11  # cost falls by what pue rises: all that ended
    assert "less is better" in axes.get_xlabel() and "(million KRW)" in axes.get_ylabel().replace("\n", " ")
    assert "18 °C, seoul, 50 kW" in names.texts[0].get_text()
    one = plots.pareto_front(grid, "pue", "cost_total", ("min", "max")).axes[0].lines[1]
    assert list(one.get_xdata()) == [pytest.approx(1.2)]


@pytest.mark.parametrize("draw", [plots.response_map, plots.response_lines, plots.tornado, plots.response_cases, plots.band_lines])
def test_what_a_design_does_not_allow_says_so(tmp_path: Path, draw: Callable[[xr.Dataset, str], Any]) -> None:
    with pytest.raises(MissingData):
        draw(samples(tmp_path, "sobol"), "pue")

"""Charts of sweeps for the browser: the numbers of the views, words that are no markup, units in what the mouse shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
import xarray as xr
from ondol_viz import MissingData, charts, open_sweep, plots
from ondol_viz.bands import bands_over_time
from ondol_viz.views import sweep_axes, sweep_spread
from ondol_viz.views.sweep_parts import axis
from ondol_viz.words import speaking

from tests.support.sweep_file import saltelli_rows, write_sweep

NAN = float("nan")
HOSTILE = 'a<b>%{x}</b>&lt;"'
RATE = ("kW", "Rate <i>", [1.0, 3.0, 10.0, 30.0, 100.0])
SUPPLY = ("degC", "Supply temperature", [18.0, 21.0, 24.0])
SITE = ("", "Site", ["seoul", HOSTILE])


@pytest.fixture
def grid(tmp_path: Path) -> xr.Dataset:
    """pue = 1.2 + 0.01 supply place + 0.1 site place + 0.03 rate place, of four members 0.001 apart; the first run failed."""
    s, k, r, m = np.ogrid[:3, :2, :5, :4]
    pue = 1.2 + 0.01 * s + 0.1 * k + 0.03 * r + 0.001 * m
    pue[0, 0, 0] = NAN
    shape = {"supply": 3, "site": 2, "rate": 5, "member": 4}
    return open_sweep(
        write_sweep(
            tmp_path / "g.h5",
            shape,
            {"supply": SUPPLY, "site": SITE, "rate": RATE},
            {"pue": pue, "energy": 900 - 100 * pue},
        )
    )


@pytest.fixture
def samples(tmp_path: Path) -> xr.Dataset:
    x = saltelli_rows(32, 2)
    drawn = {"cap": ("kW", "Power cap", x[:, 0]), "rate": ("1", "Rate", x[:, 1])}
    return open_sweep(
        write_sweep(
            tmp_path / "s.h5",
            {"sample": len(x)},
            drawn,
            {"pue": 1 + x[:, 0] + 0.2 * x[:, 1], "energy": 9 - x[:, 0]},
            design="saltelli",
        )
    )


def drawn(figure: go.Figure) -> str:
    """As the page gets it."""
    return str(figure.to_json())


def hovers(figure: go.Figure, trace: int = 0) -> list[str]:
    one = figure.data[trace]
    return [
        str(t)
        for t in np.ravel(
            next(v for v in (one.customdata, one.hovertext, one.text) if v is not None)
        )
    ]


def test_map_shows_each_cell_with_its_place_and_unit(grid: xr.Dataset) -> None:
    figure = charts.response_map(grid, "energy", x="supply", y="site")
    heat, crosses = figure.data[0], figure.data[1:]
    assert np.asarray(heat.z).shape == (2, 3) and heat.z[1][2] == pytest.approx(
        900 - 100 * (1.2 + 0.02 + 0.1 + 0.06 + 0.0015), abs=1e-3
    )
    assert not crosses  # the run that failed is not at the middle of the rate
    assert (
        "18 °C" in heat.hovertext[0][0]
        and "MWh</b>" in heat.hovertext[0][0]
        and "seoul" in heat.hovertext[0][0]
    )
    assert (
        figure.layout.title.text
        == "Energy at the utility meter, means over 4 members, at rate = 10 kW"
    )
    failed = charts.response_map(grid.isel(rate=[0]), "pue", x="supply", y="site")
    assert (list(failed.data[1].x), list(failed.data[1].y)) == ([0], [0])


def test_names_of_a_file_are_no_markup(grid: xr.Dataset) -> None:
    for figure in (charts.response_map(grid, "pue", "rate", "site"), charts.response_lines(grid, "pue", colour="site"),
                   charts.tornado(grid, "pue"), charts.pareto_front(grid, "pue", "energy"), charts.response_surface(grid, "pue")):  # fmt: skip
        text = json.dumps(json.loads(drawn(figure))["data"]) + str(
            figure.layout.xaxis.title.text
        )
        assert "%{x}</b>" not in text and "Rate <i>" not in text and HOSTILE not in text
    assert (
        "a&lt;b&gt;%\u200b{x}&lt;/b&gt;&amp;lt;"
        in hovers(charts.response_map(grid, "pue", "rate", "site"))[5]
    )


def test_surface_needs_two_axes_of_numbers(grid: xr.Dataset) -> None:
    figure = charts.response_surface(grid, "pue")
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == (
        "Supply temperature (°C)",
        "Rate &lt;i&gt; (kW)",
    )
    assert figure.layout.yaxis.type == "log" and figure.layout.xaxis.type is None
    assert len(figure.data[1].x) == 15  # a dot a run, at the upper middle of the sites
    assert plots.response_surface(grid, "pue").axes[0].get_yscale() == "log"
    with pytest.raises(MissingData, match="two axes of numbers"):
        charts.response_surface(grid.isel(rate=slice(2)), "pue")
    with pytest.raises(MissingData, match="same everywhere"):
        charts.response_surface(grid.assign(pue=xr.zeros_like(grid["pue"])), "pue")


def test_lines_are_means_over_axes_and_members(grid: xr.Dataset) -> None:
    view = sweep_axes.response_lines(grid, "pue", x="rate", colour="site")
    s = np.arange(3)[:, None, None, None]
    each = (
        1.2
        + 0.01 * s
        + 0.1 * np.arange(2)[:, None, None]
        + 0.03 * np.arange(5)[:, None]
        + 0.001 * np.arange(4)
    ).mean(axis=3)
    assert view.over == ("Supply temperature",) and view.members == 4
    np.testing.assert_allclose(view.means[1], each.mean(axis=0)[1])
    assert np.isnan(
        view.means[0, 0]
    )  # one of the three that it would be a mean of failed
    assert view.low is not None and view.high is not None
    np.testing.assert_allclose(view.high[0, 1:] - view.low[0, 1:], 0.02)
    figure = charts.response_lines(grid, "pue", x="rate", colour="site")
    line = figure.data[-1]
    np.testing.assert_allclose(line.y, view.means[1])
    assert "100 kW" in line.text[-1] and "1.430" in line.text[-1].replace(
        "1.4315", "1.430"
    )
    assert (
        "means over Supply temperature (shaded: least to largest); means over 4 members"
        in figure.layout.title.text.replace("<br>", " ")
    )
    assert (
        len({trace.line.dash for trace in figure.data if trace.mode == "lines+markers"})
        == 2
    )


def test_too_many_lines_are_thinned_and_counted(tmp_path: Path) -> None:
    shape = {"rate": 40, "supply": 50}
    values = np.arange(2000.0).reshape(40, 50)
    sweep = open_sweep(write_sweep(tmp_path / "m.h5", shape, {}, {"pue": values}))
    view = sweep_axes.response_lines(sweep, "pue", x="supply", colour="rate")
    assert (
        view.means.shape == (12, 50)
        and view.left == 28
        and view.titled().endswith("28 more lines")
    )
    assert view.means[0, 0] == 0 and view.means[-1, -1] == 1999
    charted = charts.response_map(sweep, "pue")
    assert len(charted.layout.xaxis.tickvals) <= 14 and len(drawn(charted)) < 300_000


def test_bars_of_a_tornado_lie_between_least_and_largest(grid: xr.Dataset) -> None:
    low, high, spread = charts.tornado(grid, "pue").data
    ends = np.asarray(high.base) + np.asarray(high.x)
    assert ends[0] == pytest.approx(
        1.2 + 0.01 + 0.1 + 0.12 + 0.0015
    )  # the rate moves it most
    assert high.text[0] == "100 kW" and low.text[0] == "1 kW"
    np.testing.assert_allclose(
        spread.error_x.array, 0, atol=1e-12
    )  # all members move alike


def test_bars_of_samples(samples: xr.Dataset) -> None:
    first, total = charts.sobol_bars(samples, "pue").data
    assert (
        first.x[0] > 0.5
        and total.error_x.array[0] > 0
        and "95 %" in hovers(charts.sobol_bars(samples, "pue"))[0]
    )
    slope, lost = charts.rank_bars(samples, "pue").data
    assert slope.x[0] > 0.9 and lost.x[0] > lost.x[1]
    figure = charts.response_scatter(samples, "energy")
    assert (
        "MWh" in figure.data[0].hovertemplate and "kW" in figure.data[0].hovertemplate
    )
    assert np.mean(figure.data[1].y) == pytest.approx(
        float(samples["energy"].mean()), rel=0.01
    )
    with pytest.raises(MissingData):
        charts.sobol_bars(samples.assign_attrs(design="sobol"), "pue")


def test_front_names_its_runs_in_order(grid: xr.Dataset) -> None:
    view = sweep_spread.pareto_front(grid, "pue", "energy", ("min", "max"))
    assert [view.names[i] for i in view.best] == ["18 °C, seoul, 3 kW"] or view.at_x[
        view.best[0]
    ] == view.at_x.min()
    many = sweep_spread.pareto_front(grid, "pue", "energy", ("min", "min"))
    assert (
        len(many.best) == len(many.names) == 29
        and (np.diff(many.at_x[many.best]) >= 0).all()
    )
    figure = charts.pareto_front(grid, "pue", "energy", ("min", "max"))
    beaten, best = figure.data
    assert (
        len(beaten.x) == 28
        and "MWh" in best.customdata[0]
        and beaten.marker.opacity < 0.5
    )
    assert figure.layout.xaxis.title.text.endswith(
        "less is better"
    ) and figure.layout.yaxis.title.text.endswith("more is better")


def test_members_and_bands(
    grid: xr.Dataset, tmp_path: Path, make_example: Callable[..., Path]
) -> None:
    cell = grid.isel(supply=1, site=0, rate=2, drop=True)
    view = sweep_spread.member_bands(cell, ["pue", "energy"])
    assert view[0].percentiles["p50"] == pytest.approx(float(cell["pue"].median()))
    figure = charts.member_bands(cell, ["pue", "energy"])
    assert hovers(figure, 7)[0].startswith("member ") and "MWh" in hovers(figure, 7)[0]
    along = charts.band_lines(grid.isel(site=0, rate=1, drop=True), "energy")
    assert "°C" in along.data[-1].text[0] and along.data[-1].text[0].count("MWh") == 4
    for m in range(2):
        make_example(tmp_path / f"{m}.h5", reports=12)
    pair = open_sweep(
        write_sweep(
            tmp_path / "m.h5",
            {"member": 2},
            {},
            {"pue": [1.0, 2.0]},
            links={0: "0.h5", 1: "1.h5"},
        )
    )
    over_time = charts.bands_over_time(bands_over_time(pair))
    assert (
        over_time.layout.xaxis.title.text == "time (UTC+09:00)"
        and "MW" in over_time.data[-1].hovertemplate
    )
    midnight = np.datetime64("2026-07-06T00:00", "ms").astype(
        float
    )  # where the site is
    assert over_time.data[-1].x[0] == midnight and len(over_time.data[-1].x) == 13


def test_cases_reach_over_their_members(grid: xr.Dataset) -> None:
    bar, dots = charts.response_cases(
        grid.isel(supply=1, rate=2, drop=True), "energy"
    ).data
    assert (
        len(dots.x) == 2
        and bar.base[0] <= dots.x[0] <= bar.base[0] + bar.x[0]
        and "MWh" in dots.text[0]
    )


def test_korean_is_spoken(grid: xr.Dataset) -> None:
    with speaking("ko"):
        assert (
            charts.tornado(grid, "energy").layout.xaxis.title.text
            == "수전 전력량 (MWh)"
        )
        assert (
            "앙상블 4개의 평균" in charts.response_map(grid, "energy").layout.title.text
        )


@pytest.mark.parametrize(
    "draw",
    [
        charts.response_map,
        charts.response_lines,
        charts.tornado,
        charts.response_cases,
        charts.band_lines,
        charts.response_surface,
    ],
)
def test_what_a_design_does_not_allow_says_so(
    samples: xr.Dataset, draw: Callable[[xr.Dataset, str], Any]
) -> None:
    with pytest.raises(MissingData):
        draw(samples, "pue")


def test_axes_know_steps_from_factors(grid: xr.Dataset) -> None:
    assert (
        axis(grid, "rate").by_factors
        and not axis(grid, "supply").by_factors
        and not axis(grid, "site").by_factors
    )
    assert (
        axis(grid, "site").at.tolist() == [0, 1]
        and axis(grid, "supply").texts[0] == "18 °C"
    )

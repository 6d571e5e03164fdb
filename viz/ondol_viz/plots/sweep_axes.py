"""A key figure of a sweep over its axes: map over two, lines over one, dots of samples and cases."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ..bands import bands
from ..effects import centre
from ..style import BLACK, BLUE, GREY, SKY, styled
from ..sweep import CASE, SAMPLE, axes, cells, decimals, spell
from .parts import MissingData
from .sweep_parts import colours, is_grid, is_number, members, shown, ticks_at_values, title, values_of, with_unit, words

NUMBERED = 150  # cells; more leave no room for their numbers
PANELS = 6  # of samples


@styled
def response_map(sweep: xr.Dataset, response: str, x: str | None = None, y: str | None = None) -> Figure:
    """A key figure over two axes of a grid, by default the first two; other axes at their middle.  Hatched: no value."""
    if not is_grid(sweep) or len(axes(sweep)) < 2:
        raise MissingData("a map needs a grid of two axes or more")
    first = [name for name in axes(sweep) if name not in (x, y)]
    x = x or first.pop(0)
    y = y or first.pop(0)
    data, where = shown(sweep, response, (y, x))
    values = data.values.astype(float)
    rows, columns = values.shape
    figure = Figure(figsize=(min(10.0, 3.6 + 0.62 * max(columns, 5)), min(7.0, 2.1 + 0.42 * max(rows, 4))))
    axes_ = figure.subplots()
    if not np.isfinite(values).any():
        raise MissingData(f"no run has {response}")
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    scale = Normalize(low, high if high > low else low + 1)
    mesh = axes_.pcolormesh(
        np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5, values, norm=scale, edgecolors="white", lw=0.8
    )
    bar = figure.colorbar(mesh, ax=axes_, label=words(sweep, response), pad=0.02)
    bar.outline.set_visible(False)
    if values.size <= NUMBERED:
        digits = decimals(values)
        for (i, j), value in np.ndenumerate(values):
            if np.isfinite(value):
                dark = np.dot(mpl.colormaps["cividis"](scale(value))[:3], (0.299, 0.587, 0.114)) < 0.5
                axes_.text(j, i, f"{value:.{digits}f}", ha="center", va="center", fontsize=8, color="white" if dark else BLACK)
    for i, j in np.argwhere(~np.isfinite(values)):
        axes_.fill(
            [j - 0.5, j + 0.5, j + 0.5, j - 0.5],
            [i - 0.5, i - 0.5, i + 0.5, i + 0.5],
            facecolor="#F2F2F2",
            edgecolor=GREY,
            hatch="///",
            lw=0,
        )
    axes_.grid(visible=False)
    for side in ("left", "bottom"):
        axes_.spines[side].set_visible(False)
    axes_.tick_params(length=0)
    ticks_at_values(axes_, sweep, x, "x")
    ticks_at_values(axes_, sweep, y, "y", most=20)
    axes_.set_xlabel(words(sweep, x))
    axes_.set_ylabel(words(sweep, y, 30))
    axes_.set_title(title(_what(sweep, response), where))
    return figure


@styled
def response_lines(sweep: xr.Dataset, response: str, x: str | None = None, colour: str | None = None) -> Figure:
    """A key figure over one axis of a grid, a line for each value of a second; other axes at their middle.

    With an ensemble lines are means over the members, and shades reach from their 5th to their 95th percentile.
    """
    if not is_grid(sweep):
        raise MissingData("lines need a grid; samples have response_scatter, cases response_cases")
    known = axes(sweep)
    x = x or max(known, key=lambda name: (is_number(sweep, name), sweep.sizes[name]))
    others = [name for name in known if name != x]
    colour = colour or min(others, key=lambda name: sweep.sizes[name], default=None)
    keep = (colour, x) if colour else (x,)
    data, where = shown(sweep, response, keep)
    lines = data.values.reshape(-1, sweep.sizes[x]).astype(float)
    spread = bands(sweep, response, resamples=2) if members(sweep) > 1 else None
    figure = Figure(figsize=(8.2, 4.6))
    axes_ = figure.subplots()
    numeric = is_number(sweep, x)
    at = np.asarray(values_of(sweep, x), dtype=float) if numeric else np.arange(sweep.sizes[x], dtype=float)
    inks = colours(sweep, colour) if colour else [BLUE]
    names = [with_unit(sweep, colour, v) for v in values_of(sweep, colour)] if colour else [""]
    for i, (line, ink, name) in enumerate(zip(lines, inks, names, strict=True)):
        known_ = np.isfinite(line)
        axes_.plot(at[known_], line[known_], color=ink, marker="o", ms=4, ls="-" if numeric else (0, (1, 2)), label=name)
        if spread is not None:
            low, high = (_along(sweep, spread[p], keep).reshape(lines.shape)[i] for p in ("p05", "p95"))
            axes_.fill_between(at, low, high, color=ink, alpha=0.16, lw=0)
    if numeric:
        _log_if_log(axes_, at)
    else:
        ticks_at_values(axes_, sweep, x, "x")
    axes_.set_xlabel(words(sweep, x))
    axes_.set_ylabel(words(sweep, response, 36))
    axes_.ticklabel_format(axis="y", useOffset=False)
    if colour and len(names) > 1:
        axes_.legend(title=words(sweep, colour, 22), loc="upper left", bbox_to_anchor=(1.01, 1.0), title_fontsize=8.5)
    axes_.set_title(title(_what(sweep, response, "shaded: 5th to 95th percentile"), where))
    return figure


@styled
def response_scatter(sweep: xr.Dataset, response: str) -> Figure:
    """A key figure of samples over each of their axes, with means of tenths of the samples: what a slope or bend shows matters."""
    if SAMPLE not in sweep.dims:
        raise MissingData("dots are of samples; the sweep has none")
    names = axes(sweep)[:PANELS]
    y = cells(sweep, response).values.astype(float)
    columns = 2 if len(names) in (2, 4) else min(3, len(names))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(3.5 * columns + 0.8, 2.9 * rows + 0.3))
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axes_, name in zip(grid.flat, names, strict=False):
        if is_number(sweep, name):
            drawn = sweep[name].values.astype(float)
            _log_if_log(axes_, np.quantile(drawn, np.linspace(0, 1, 9)))
        else:
            labels, drawn = np.unique(sweep[name].values.astype(str), return_inverse=True)
            axes_.set_xticks(range(len(labels)), labels)
        axes_.plot(drawn, y, ".", color=BLUE, ms=max(2.0, min(6.0, 90 / len(y) ** 0.5)), alpha=0.45, mew=0)
        known = np.isfinite(y)
        if is_number(sweep, name) and known.sum() >= 50:
            order = np.argsort(drawn[known], kind="stable")
            parts = np.array_split(order, 10)
            axes_.plot(
                [drawn[known][p].mean() for p in parts], [y[known][p].mean() for p in parts], color=BLACK, marker="o", ms=3
            )
        axes_.set_xlabel(words(sweep, name, 34))
    for axes_ in grid[:, 0]:
        axes_.set_ylabel(words(sweep, response, 30))
    for axes_ in grid.flat[len(names) :]:
        axes_.set_axis_off()
    left = len(axes(sweep)) - len(names)
    figure.suptitle(
        f"Samples; black: means of tenths of them{f'; {left} more axes' if left else ''}",
        x=0.01,
        ha="left",
        fontsize=10.5,
        fontweight="bold",
    )
    return figure


@styled
def response_cases(sweep: xr.Dataset, response: str) -> Figure:
    """A key figure of each case of a zip, or of each value of a single axis of names, in their order; bars reach over the members."""
    dimension = CASE if CASE in sweep.dims else (axes(sweep) or [""])[0]
    if not dimension or len(cells(sweep, response).dims) != 1 or dimension == SAMPLE or SAMPLE in sweep.dims:
        raise MissingData("cases are of a zip or of a single axis")
    y = cells(sweep, response).values.astype(float)
    names = case_names(sweep)
    figure = Figure(figsize=(8.2, min(9.0, 1.4 + 0.34 * max(len(y), 3))))
    axes_ = figure.subplots()
    at = np.arange(len(y))
    if members(sweep) > 1:
        spread = bands(sweep, response, resamples=2)
        axes_.use_sticky_edges = False  # or the leftmost bar begins on the frame
        axes_.barh(at, spread["p95"] - spread["p05"], 0.3, left=spread["p05"], color=SKY, alpha=0.5, lw=0)
        axes_.legend(
            handles=[Patch(color=SKY, alpha=0.5, label="5th to 95th percentile")],
            loc="lower right",
            bbox_to_anchor=(1, 1),
            borderaxespad=0.1,
        )
    axes_.plot(y, at, "o", color=BLUE, ms=6)
    axes_.set_yticks(at, names)
    axes_.set_ylim(len(y) - 0.5, -0.5)
    axes_.set_xlabel(words(sweep, response, 70))
    axes_.ticklabel_format(axis="x", useOffset=False)
    axes_.set_title(_what(sweep, response))
    return figure


def case_names(sweep: xr.Dataset) -> list[str]:
    """ "18 °C, seoul" of each case."""
    dimension = CASE if CASE in sweep.dims else axes(sweep)[0]
    along = [name for name in axes(sweep) if name in sweep.coords and sweep[name].dims == (dimension,)]
    parts = [[with_unit(sweep, name, v) for v in sweep[name].values.tolist()] for name in along]
    return [", ".join(p) for p in zip(*parts, strict=True)] or [spell(i) for i in range(sweep.sizes[dimension])]


def _along(sweep: xr.Dataset, values: xr.DataArray, keep: tuple[str, ...]) -> np.ndarray:
    return values.isel({k: v for k, v in centre(sweep).items() if k not in keep}).transpose(*keep).values.astype(float)


def _what(sweep: xr.Dataset, response: str, more: str = "") -> str:
    name = str(sweep[response].attrs.get("long_name") or response)
    if not members(sweep):
        return name
    return f"{name}, means over {members(sweep)} members" + (f" ({more})" if more else "")


def _log_if_log(axes_: Axes, values: np.ndarray) -> None:
    """A logarithmic scale for values that grow by a factor rather than by a step, over a decade or more."""
    ordered = np.sort(values)
    if len(ordered) < 3 or ordered[0] <= 0 or ordered[-1] < 10 * ordered[0]:
        return
    steps, factors = np.diff(ordered), np.diff(np.log(ordered))
    if np.std(factors) / np.mean(factors) < 0.5 * np.std(steps) / np.mean(steps):
        axes_.set_xscale("log")

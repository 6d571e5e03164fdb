"""How far members of an ensemble lie apart, and which runs are best in two key figures."""

from __future__ import annotations

import textwrap

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..bands import bands
from ..pareto import pareto
from ..style import BLACK, BLUE, GREY, SKY, VERMILION, power_scale, styled, time_ticks, unit_text
from ..sweep import MEMBER, SweepError, axes, need_response, spell_alike
from .parts import MissingData
from .sweep_parts import is_grid, table_of, with_unit, words

LISTED = 14  # runs of a front that are named beside the picture
PANELS = 8
OUTER, INNER = "5th to 95th percentile", "25th to 75th"


@styled
def member_bands(sweep: xr.Dataset, names: list[str]) -> Figure:
    """Key figures of one cell: a dot for each member over its percentiles, one panel for each key figure."""
    if MEMBER not in sweep.dims or axes(sweep):
        raise MissingData("this picture is of members of one cell: select values of all axes")
    names = names[:PANELS]
    figure = Figure(figsize=(8.6, 0.5 + 1.1 * len(names)))
    panels = figure.subplots(len(names), 1, squeeze=False)[:, 0]
    for axes_, name in zip(panels, names, strict=True):
        try:
            spread = bands(sweep, name)
        except SweepError as reason:
            raise MissingData(str(reason)) from reason
        values = need_response(sweep, name).values.astype(float)
        values = values[np.isfinite(values)]
        q = {p: float(spread[p]) for p in ("p05", "p25", "p50", "p75", "p95")}
        if len(values) < 2:
            raise MissingData(f"fewer than two members have {name}")
        axes_.barh(0, q["p95"] - q["p05"], 0.7, left=q["p05"], color=SKY, alpha=0.35, lw=0)
        axes_.barh(0, q["p75"] - q["p25"], 0.7, left=q["p25"], color=SKY, alpha=0.75, lw=0)
        axes_.vlines(q["p50"], -0.35, 0.35, color=BLUE, lw=2)
        rise = np.random.default_rng(1).uniform(-0.26, 0.26, len(values))
        axes_.plot(values, rise, ".", color=BLACK, ms=3.5, alpha=0.7)
        axes_.set_ylim(-0.5, 0.5)
        axes_.set_yticks([])
        axes_.spines["left"].set_visible(False)
        axes_.ticklabel_format(axis="x", useOffset=False)
        unit = unit_text(spread.attrs.get("units", ""))
        meaning = str(spread.attrs.get("long_name") or name)
        low, middle, high = spell_alike([q["p05"], q["p50"], q["p95"]])
        figures = f"{middle} ({low} to {high}) {unit}".strip()
        axes_.set_title(f"{meaning}: {figures}", fontsize=9.5, pad=4)
    return figure


@styled
def band_lines(sweep: xr.Dataset, response: str) -> Figure:
    """Percentiles of a key figure over the members along the one axis of a sweep; an axis of names gets a bar for each."""
    if MEMBER not in sweep.dims or not is_grid(sweep) or len(axes(sweep)) != 1:
        raise MissingData("bands along an axis need members and one axis")
    (name,) = axes(sweep)
    spread = bands(sweep, response)
    figure = Figure(figsize=(8.2, 4.4))
    axes_ = figure.subplots()
    if name in sweep.coords and sweep[name].dtype.kind in "fiu":
        at = sweep[name].values.astype(float)
        axes_.fill_between(at, spread["p05"], spread["p95"], color=SKY, alpha=0.3, lw=0)
        axes_.fill_between(at, spread["p25"], spread["p75"], color=SKY, alpha=0.65, lw=0)
        axes_.plot(at, spread["p50"], color=BLUE, marker="o", ms=4)
    else:
        at = np.arange(sweep.sizes[name], dtype=float)
        axes_.bar(at, spread["p95"] - spread["p05"], 0.5, bottom=spread["p05"], color=SKY, alpha=0.3, lw=0)
        axes_.bar(at, spread["p75"] - spread["p25"], 0.5, bottom=spread["p25"], color=SKY, alpha=0.65, lw=0)
        axes_.hlines(spread["p50"], at - 0.25, at + 0.25, color=BLUE, lw=2)
        axes_.set_xticks(at, [str(v) for v in sweep[name].values] if name in sweep.coords else [str(int(i)) for i in at])
    axes_.errorbar(at, spread["p50"], yerr=spread["se_p50"], fmt="none", ecolor=BLACK, elinewidth=1, capsize=3)
    axes_.set_xlabel(words(sweep, name))
    axes_.set_ylabel(words(sweep, response, 36))
    axes_.ticklabel_format(axis="y", useOffset=False)
    _legend(axes_, "median ± its standard error")
    axes_.set_title(f"{sweep.sizes[MEMBER]} members")
    return figure


@styled
def bands_over_time(spread: xr.Dataset) -> Figure:
    """Percentiles over the members of a series over time, as `ondol_viz.bands.bands_over_time` gives them."""
    figure = Figure(figsize=(10, 3.9))
    axes_ = figure.subplots()
    units = str(spread.attrs.get("units", ""))
    divisor, unit = power_scale(float(np.nanmax(spread["p95"]))) if units == "W" else (1.0, unit_text(units))
    # The value of a report stands for the time up to its end: drawn as steps from the start of the run.
    times = np.concatenate([[np.datetime64(spread.attrs["start"], "ns")], spread["time"].values])
    line = {p: np.append(spread[p].values[:1], spread[p].values) / divisor for p in ("p05", "p25", "p50", "p75", "p95")}
    axes_.fill_between(times, line["p05"], line["p95"], color=SKY, alpha=0.35, lw=0, step="pre")
    axes_.fill_between(times, line["p25"], line["p75"], color=SKY, alpha=0.75, lw=0, step="pre")
    axes_.step(times, line["p50"], where="pre", color=BLUE, lw=1)
    axes_.set_xlim(times[0], times[-1])
    time_ticks(axes_)
    axes_.set_xlabel(f"time (UTC) from {np.datetime_as_string(times[0], 'D')}")
    name = str(spread.attrs.get("long_name") or spread.attrs["series"])
    axes_.set_ylabel(f"{name[:1].upper() + name[1:]}" + (f" ({unit})" if unit else ""))
    axes_.ticklabel_format(axis="y", useOffset=False)
    _legend(axes_, "median")
    axes_.set_title(textwrap.fill(f"{name[:1].upper() + name[1:]}, {spread.attrs['members']} members", 56))
    return figure


@styled
def pareto_front(sweep: xr.Dataset, x: str, y: str, directions: tuple[str, str] = ("min", "min")) -> Figure:
    """All runs by two key figures; those that no other beats are joined, numbered from left to right and named beside."""
    try:
        best = pareto(sweep, x, y, directions)
    except SweepError as reason:
        raise MissingData(str(reason)) from reason
    everything = table_of(sweep)
    figure = Figure(figsize=(9.6, 5.0))
    axes_, names = figure.subplots(1, 2, width_ratios=[3, 1.15])
    axes_.plot(everything[x], everything[y], "o", color=GREY, ms=4, alpha=0.6, mew=0, label="beaten by another run")
    corner = "post" if directions[0] == "min" else "pre"
    axes_.step(best[x], best[y], where=corner, color=VERMILION, lw=1)
    axes_.plot(best[x], best[y], "o", color=VERMILION, ms=6, label="on the front")
    listed = np.unique(np.linspace(0, len(best) - 1, min(LISTED, len(best))).round().astype(int))
    lines, numbered = [], np.array([np.inf, np.inf])
    aside = tuple(-9 if good == "min" else 9 for good in directions)  # where no run is
    span = np.array([np.nanmax(everything[c]) - np.nanmin(everything[c]) or 1.0 for c in (x, y)])
    for number, i in enumerate(listed, 1):
        row = best.iloc[i]
        at = np.array([row[x], row[y]], dtype=float)
        if np.abs((at - numbered) / span).max() > 0.03:  # nearer numbers would cover each other; their order tells them
            axes_.annotate(str(number), at, xytext=aside, textcoords="offset points", fontsize=8.5,
                           fontweight="bold", color=VERMILION, ha="center", va="center")  # fmt: skip
            numbered = at
        parts = [with_unit(sweep, name, row[name]) for name in axes(sweep) if name in best.columns]
        lines.append(f"{number:>2}  {', '.join(parts) or f'run {i}'}")
    names.set_axis_off()
    more = f"\n\n{len(listed)} named of {len(best)} on the front" if len(best) > len(listed) else ""
    heads = ", ".join(name for name in axes(sweep) if name in best.columns)
    names.text(
        0, 1, f"{heads}\n\n" + "\n".join(lines) + more, va="top", fontsize=8.5, transform=names.transAxes, linespacing=1.5
    )
    good = {"min": "less is better", "max": "more is better"}
    axes_.set_xlabel(f"{words(sweep, x, 60)}, {good[directions[0]]}")
    axes_.set_ylabel(f"{words(sweep, y, 40)}, {good[directions[1]]}")
    axes_.ticklabel_format(axis="both", useOffset=False)
    axes_.margins(0.08)
    axes_.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.1)
    axes_.set_title("Front")
    return figure


def _legend(axes: Axes, middle: str) -> None:
    handles = [
        Line2D([], [], color=BLUE, label=middle),
        Patch(color=SKY, alpha=0.75, label=INNER),
        Patch(color=SKY, alpha=0.35, label=OUTER),
    ]
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.1)

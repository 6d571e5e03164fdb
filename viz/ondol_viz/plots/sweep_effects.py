"""Which axes of a sweep matter: tornado of a grid, Sobol indices, rank regression of samples."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..effects import one_at_a_time, rank_regression
from ..sensitivity import sobol_indices
from ..style import BLACK, BLUE, ORANGE, styled, unit_text
from ..sweep import SweepError
from .parts import MissingData
from .sweep_parts import words


@styled
def tornado(sweep: xr.Dataset, response: str) -> Figure:
    """What each axis of a grid does to a key figure while the others stay at their middle; values of the axis stand at the ends."""
    try:
        table = one_at_a_time(sweep, response)
    except SweepError as reason:
        raise MissingData(str(reason)) from reason
    figure, axes = _rows(table)
    base = float(table["base"].iloc[0])
    at = np.arange(len(table))
    axes.barh(at, table["low"] - base, 0.6, left=base, color=BLUE)
    axes.barh(at, table["high"] - base, 0.6, left=base, color=ORANGE)
    axes.axvline(base, color=BLACK, lw=1)
    low, high = float(table["low"].min()), float(table["high"].max())
    room = 0.18 * ((high - low) or abs(base) or 1.0)
    axes.set_xlim(low - room, high + room)
    for i, row in enumerate(table.to_dict("records")):
        if row["swing"] == 0:
            continue
        for side, value, ha, shift in (("low", row["low"], "right", -4), ("high", row["high"], "left", 4)):
            text = _with_unit(sweep, row["axis"], row[f"{side}_at"])
            axes.annotate(text, (value, i), xytext=(shift, 0), textcoords="offset points", ha=ha, va="center", fontsize=8)
    axes.set_xlabel(words(sweep, response, 80))
    axes.ticklabel_format(axis="x", useOffset=False)
    where = ", ".join(f"{name} = {_with_unit(sweep, name, value)}" for name, value in table.attrs["base"].items())
    axes.set_title(textwrap.fill(f"One axis at a time, from {where}", 88))
    return figure


@styled
def sobol_bars(sweep: xr.Dataset, response: str) -> Figure:
    """First and total Sobol indices with their intervals, the most important axis first."""
    try:
        table = sobol_indices(sweep, response)
    except SweepError as reason:
        raise MissingData(str(reason)) from reason
    table = table.sort_values("total", ascending=False, kind="stable")
    figure, axes = _rows(table, 0.55)
    at = np.arange(len(table))
    for column, shift, colour, label in (
        ("first", -0.19, BLUE, "first: alone"),
        ("total", 0.19, ORANGE, "total: with what it does together with others"),
    ):
        axes.barh(at + shift, table[column], 0.36, color=colour, label=label)
        error = [table[column] - table[f"{column}_low"], table[f"{column}_high"] - table[column]]
        axes.errorbar(table[column], at + shift, xerr=error, fmt="none", ecolor=BLACK, elinewidth=1, capsize=3)
    axes.axvline(0, color=BLACK, lw=0.8)
    axes.set_xlim(min(-0.03, 1.1 * float(table["first_low"].min())), max(1.0, 1.05 * float(table["total_high"].max())))
    axes.set_xlabel("Share of the variance (1)")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.1)
    figure.suptitle(
        f"{words(sweep, response, 70)}: Sobol indices, N = {table.attrs['base_samples']:,}",
        x=0.01,
        ha="left",
        fontsize=10.5,
        fontweight="bold",
    )
    return figure


@styled
def rank_bars(sweep: xr.Dataset, response: str) -> Figure:
    """Standardised rank regression coefficients with their intervals, beside what R2 loses without each axis."""
    try:
        table = rank_regression(sweep, response)
    except SweepError as reason:
        raise MissingData(str(reason)) from reason
    figure, axes = _rows(table, panels=2)
    at = np.arange(len(table))
    slope, lost = axes
    slope.barh(at, table["srrc"].fillna(0.0), 0.6, color=np.where(table["srrc"] < 0, BLUE, ORANGE))
    error = [
        (table["srrc"] - table["srrc_low"]).fillna(0.0).clip(lower=0),
        (table["srrc_high"] - table["srrc"]).fillna(0.0).clip(lower=0),
    ]
    slope.errorbar(table["srrc"].fillna(0.0), at, xerr=error, fmt="none", ecolor=BLACK, elinewidth=1, capsize=3)
    for i in np.flatnonzero(table["srrc"].isna()):
        slope.text(0.03, i, "names have no slope", va="center", fontsize=8)
    slope.axvline(0, color=BLACK, lw=0.8)
    slope.set_xlim(-1.05, 1.05)
    slope.set_xlabel("Standardised rank regression coefficient (1)")
    lost.barh(at, table["r2_lost"], 0.6, color="#8C8C8C")
    lost.set_xlabel("R² lost without the axis (1)")
    lost.tick_params(labelleft=False)
    figure.suptitle(
        f"{words(sweep, response, 70)}: R² = {table.attrs['r2']:.2f} of ranks, {table.attrs['samples']:,} samples",
        x=0.01, ha="left", fontsize=10.5, fontweight="bold",
    )  # fmt: skip
    return figure


def _rows(table: pd.DataFrame, each: float = 0.42, panels: int = 1) -> tuple[Figure, Axes]:
    """One row for each axis, the first on top."""
    figure = Figure(figsize=(8.6, 1.5 + each * max(2, len(table))))
    axes = figure.subplots(1, panels, sharey=True, width_ratios=[3, 2] if panels == 2 else None)
    for one in np.atleast_1d(axes):
        one.set_yticks(range(len(table)), [textwrap.fill(str(n)[:1].upper() + str(n)[1:], 34) for n in table["long_name"]])
        one.set_ylim(len(table) - 0.5, -0.5)
        one.grid(visible=False, axis="y")
        one.tick_params(axis="y", length=0)
    return figure, axes


def _with_unit(sweep: xr.Dataset, name: str, text: str) -> str:
    unit = unit_text(sweep[name].attrs.get("units", "")) if name in sweep.coords and sweep[name].dtype.kind in "fiu" else ""
    return f"{text} {unit}".strip()

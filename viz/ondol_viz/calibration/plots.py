"""Figures about a calibration: coefficients against their priors, residuals, voltage and clock, temperature."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..style import BLUE, GREY, ORANGE, VERMILION, styled
from .reading import Calibration, Quantity

FITTED = {"color": BLUE, "marker": "o", "s": 18, "linewidths": 0, "alpha": 0.75, "label": "fitted"}
HELD_OUT = {"color": VERMILION, "marker": "D", "s": 20, "linewidths": 0, "alpha": 0.85, "label": "held out"}


def _both(axes: Axes, windows: pd.DataFrame, x: str, y: str, scale: float = 1) -> None:
    for held_out, look in ((False, FITTED), (True, HELD_OUT)):
        part = windows[windows["held_out"] == held_out]
        if len(part):
            axes.scatter(part[x], scale * part[y], **look)
    axes.legend(loc="best")


@styled
def coefficients(calibration: Calibration, priors: Mapping[str, Quantity]) -> Figure:
    """Estimates over their priors, with one standard error of each."""
    names = [n for n in calibration.parameters if n in priors] or [n for n in calibration.parameters]
    figure = Figure(figsize=(7.6, 0.21 * len(names) + 1.3))
    axes = figure.subplots()
    for row, name in enumerate(names):
        q = calibration.quantity(name)
        base = priors[name].value if name in priors else q.value
        if name in priors:
            wide = priors[name].uncertainty or 0
            axes.plot([max(1 - wide, 0.05), 1 + wide], [row, row], color=GREY, linewidth=5, alpha=0.3, solid_capstyle="butt")
        weak = bool(q.tier)  # of its own tier: the prior decided
        colour = ORANGE if weak else BLUE
        error = abs(q.uncertainty or 0) * q.value / base
        axes.errorbar(q.value / base, row, xerr=error, fmt="o", color=colour, markersize=4, capsize=2)
    axes.axvline(1, color=GREY, linewidth=0.8)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.3, -0.7)
    axes.set_xlabel("estimate over prior" if priors else "estimate")
    axes.set_title("Coefficients")
    return figure


@styled
def predicted(windows: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(6.4, 5.2))
    axes = figure.subplots()
    _both(axes, windows, "power_w", "predicted_w")
    top = 1.05 * float(windows[["power_w", "predicted_w"]].to_numpy().max())
    axes.plot([0, top], [0, top], color=GREY, linewidth=0.8)
    axes.set(xlim=(0, top), ylim=(0, top), xlabel="measured (W)", ylabel="predicted (W)")
    axes.set_title("Measured and predicted power")
    return figure


@styled
def residuals(windows: pd.DataFrame) -> Figure:
    """By kernel, held-out ones below."""
    order = windows.groupby("kernel", sort=True)["held_out"].first().sort_values(kind="stable")
    figure = Figure(figsize=(7.6, 0.2 * len(order) + 1.3))
    axes = figure.subplots()
    rows = {kernel: row for row, kernel in enumerate(order.index)}
    _both(axes, windows.assign(row=windows["kernel"].map(rows), percent=100 * windows["residual"]), "percent", "row")
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_yticks(range(len(order)), list(order.index))
    axes.set_ylim(len(order) - 0.3, -0.7)
    axes.set_xlabel("predicted over measured, less 1 (%)")
    axes.set_title("Residuals by kernel")
    return figure


@styled
def voltage(calibration: Calibration, windows: pd.DataFrame | None) -> Figure:
    """V(f) with the standard error of its slope, and which clocks the windows saw."""
    figure = Figure(figsize=(7.2, 5.4))
    top, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    phi = np.linspace(0.3, 1.02, 200)
    slope = calibration.scalar["voltage_slope"]
    floor = calibration.scalar["voltage_floor"].value
    wide = slope.value * (slope.uncertainty or 0)
    low, high = (np.maximum(floor, 1 - (slope.value + sign * wide) * (1 - phi)) for sign in (1, -1))
    top.fill_between(phi, low, high, color=BLUE, alpha=0.2, linewidth=0)
    top.plot(phi, calibration.voltage(phi), color=BLUE)
    top.set_ylabel("V / V at the reference clock")
    top.set_title("Voltage over clock, and residuals over the clocks that were seen")
    below.axhline(0, color=GREY, linewidth=0.8)
    if windows is not None:
        busy = windows[(windows["awake"] > 0) & windows["clock_known"]]
        if len(busy):
            _both(below, busy, "phi", "residual", 100)
            top.axvspan(float(busy["phi"].min()), float(busy["phi"].max()), color=GREY, alpha=0.12, linewidth=0)
    below.set(xlabel="SM clock over the reference clock", ylabel="residual (%)")
    return figure


@styled
def temperature(windows: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(7.2, 3.4))
    axes = figure.subplots()
    known = windows[windows["temperature_c"].notna()]
    axes.axhline(0, color=GREY, linewidth=0.8)
    _both(axes, known, "temperature_c", "residual", 100)
    axes.set(xlabel="core temperature (°C)", ylabel="residual (%)")
    axes.set_title("Residuals over temperature")
    return figure

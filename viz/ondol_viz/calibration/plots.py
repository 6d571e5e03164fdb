"""Figures about a calibration for print: coefficients against their priors, residuals, voltage and clock, temperature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..style import BLUE, GREY, ORANGE, VERMILION, styled
from ..views.missing import MissingData
from ..words import say
from . import views
from .reading import Calibration, Quantity

LOOKS: dict[bool, dict[str, Any]] = {
    False: {"color": BLUE, "marker": "o", "ms": 4.2, "mew": 0, "alpha": 0.75},
    True: {"color": VERMILION, "marker": "D", "ms": 4.2, "mew": 0, "alpha": 0.85},
}
LETTERS = 44  # of a kernel's name


@styled
def coefficients(calibration: Calibration, priors: Mapping[str, Quantity]) -> Figure:
    """Estimates over their priors: thick one standard error, thin the 95 % interval."""
    view = views.coefficients(calibration, priors)
    rows = np.arange(len(view.names))
    figure = Figure(figsize=(7.6, 0.21 * len(rows) + 1.5))
    axes = figure.subplots()
    known = np.isfinite(view.prior_error)
    low = np.maximum(1 - view.prior_error[known], 0.05)
    axes.barh(rows[known], 1 + view.prior_error[known] - low, 0.55, left=low, color=GREY, alpha=0.3, lw=0)
    for weak, colour, marker in ((False, BLUE, "o"), (True, ORANGE, "s")):
        here = view.weak == weak
        for times, width, size in ((views.WIDE, 1.0, 0), (1.0, 2.4, 4)):
            axes.errorbar(
                view.estimate[here], rows[here], xerr=times * view.error[here], fmt=marker if size else "none",
                color=colour, ms=size, elinewidth=width, capsize=0,
            )  # fmt: skip
    axes.axvline(1, color=GREY, lw=0.8)
    axes.set_yticks(rows, list(view.names))
    axes.set_ylim(len(rows) - 0.3, -0.7)
    axes.set_xlabel(say("estimate over prior (1)") if view.has_priors else say("estimate over itself (1)"))
    handles = [Line2D([], [], color=BLUE, marker="o", ms=4, label=say("from the windows"))]
    if view.weak.any():
        handles.append(Line2D([], [], color=ORANGE, marker="s", ms=4, label=say("from the prior")))
    if known.any():
        handles.append(Patch(color=GREY, alpha=0.3, lw=0, label=say("prior ± its standard deviation")))  # type: ignore[arg-type]
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.0))
    axes.set_title(say("Coefficients"))
    return figure


@styled
def predicted(windows: pd.DataFrame) -> Figure:
    """Modelled over measured watts, with the standard errors of both."""
    shown = views.groups(windows)
    figure = Figure(figsize=(6.4, 5.4))
    axes = figure.subplots()
    for group in shown:
        axes.errorbar(
            group.measured, group.predicted, xerr=group.measured_error, yerr=group.predicted_error, ls="none",
            elinewidth=0.5, label=name_of(group), **LOOKS[group.held_out],
        )  # fmt: skip
    top = 1.05 * max(float(np.nanmax([group.measured, group.predicted])) for group in shown)
    axes.plot([0, top], [0, top], color=GREY, lw=0.8, zorder=0)
    axes.set(xlim=(0, top), ylim=(0, top), xlabel=say("measured power (W)"), ylabel=say("modelled power (W)"))
    axes.legend(loc="upper left")
    axes.set_title(say("Measured and modelled power"))
    return figure


@styled
def residuals(windows: pd.DataFrame) -> Figure:
    """By kernel; those that were held out apart.  Bars: standard error of measurement and model together."""
    shown = views.groups(windows)
    most = max(len(group.order) for group in shown)
    each = 0.2 if most <= 50 else 0.145
    figure = Figure(figsize=(7.6 if len(shown) == 1 else 11.0, each * most + 1.3))
    panels: Sequence[Axes] = figure.subplots(1, len(shown), squeeze=False)[0].tolist()
    for axes, group in zip(panels, shown, strict=True):
        axes.errorbar(
            100 * group.residual,
            group.rows,
            xerr=100 * group.residual_error,
            ls="none",
            elinewidth=0.6,
            **LOOKS[group.held_out],
        )
        axes.axvline(0, color=GREY, lw=0.8)
        names = [name if len(name) <= LETTERS else name[: LETTERS - 1] + "…" for name in group.order]
        axes.set_yticks(range(len(names)), names, fontsize=8 if most <= 50 else 6.5)
        axes.set_ylim(most - 0.3, -0.7)
        axes.set_xlabel(say("modelled over measured, less 1 (%)"))
        axes.set_title(name_of(group))
    return figure


def name_of(group: views.Group) -> str:
    """ "held out (112 windows)"."""
    text = say("held out") if group.held_out else say("fitted")
    return say("{what} ({n} windows)", what=text, n=len(group.kernels))


@styled
def voltage(calibration: Calibration, windows: pd.DataFrame | None) -> Figure:
    """V(f) with the standard error of its slope, and which clocks the windows saw."""
    view = views.voltage(calibration)
    shown = views.groups(windows) if windows is not None and len(windows) else ()
    figure = Figure(figsize=(7.2, 5.4))
    top, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    top.fill_between(view.clock, view.low, view.high, color=BLUE, alpha=0.2, lw=0, label=say("± standard error of the slope"))
    top.plot(view.clock, view.ratio, color=BLUE)
    top.set_ylabel(say("V / V at the reference clock (1)"))
    top.set_title(say("Voltage over clock, and residuals over the clocks that were seen"))
    below.axhline(0, color=GREY, lw=0.8)
    if seen := views.clocks_seen(shown):
        top.axvspan(*seen, color=GREY, alpha=0.12, lw=0, label=say("clocks that were seen"))
        _both(below, shown, "clock")
    top.legend(loc="upper left")
    below.set(xlabel=say("SM clock over the reference clock (1)"), ylabel=say("residual (%)"))
    return figure


@styled
def temperature(windows: pd.DataFrame) -> Figure:
    shown = views.groups(windows)
    if not any(np.isfinite(group.temperature).any() for group in shown):
        raise MissingData("no window knows its temperature")
    figure = Figure(figsize=(7.2, 3.4))
    axes = figure.subplots()
    axes.axhline(0, color=GREY, lw=0.8)
    _both(axes, shown, "temperature")
    axes.set(xlabel=say("core temperature (°C)"), ylabel=say("residual (%)"))
    axes.set_title(say("Residuals over temperature"))
    return figure


def _both(axes: Axes, shown: Sequence[views.Group], x: str) -> None:
    for group in shown:
        if np.isfinite(getattr(group, x)).any():
            axes.plot(getattr(group, x), 100 * group.residual, ls="none", label=name_of(group), **LOOKS[group.held_out])
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))

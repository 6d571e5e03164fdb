"""What the pictures of a calibration show, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..views.missing import MissingData
from .reading import Calibration, Quantity

Floats = np.ndarray[Any, np.dtype[np.float64]]

WIDE = 1.96  # standard errors of a 95 % interval


@dataclass(frozen=True)
class Coefficients:
    """Each fitted coefficient over its prior (1), or over itself where no prior is known; arrays are (coefficient)."""

    names: tuple[str, ...]
    estimate: Floats
    error: Floats  # standard, of the estimate
    prior_error: Floats  # standard deviation of the prior; NaN: none
    weak: np.ndarray[Any, np.dtype[np.bool_]]  # the windows said next to nothing, the prior decided
    texts: tuple[str, ...]  # value with its unit and error
    has_priors: bool


@dataclass(frozen=True)
class Group:
    """Judged windows that were fitted, or that were held out; arrays are (window).  Errors are standard errors."""

    held_out: bool
    kernels: tuple[str, ...]
    rows: Floats  # number of its kernel, in the order of `order`
    order: tuple[str, ...]  # names of the kernels
    measured: Floats  # W
    measured_error: Floats
    predicted: Floats  # W
    predicted_error: Floats
    residual: Floats  # predicted over measured, less 1
    residual_error: Floats  # of both together
    clock: Floats  # over the reference clock; NaN where not known or the board slept
    temperature: Floats  # degC; NaN where not known


@dataclass(frozen=True)
class Voltage:
    """Voltage over that at the reference clock, by clock over the reference clock; low to high is one standard error of the slope."""

    clock: Floats
    ratio: Floats
    low: Floats
    high: Floats


def coefficients(calibration: Calibration, priors: Mapping[str, Quantity]) -> Coefficients:
    """Those that have a prior; all of them without any."""
    names = [n for n in calibration.parameters if n in priors] or list(calibration.parameters)
    if not names:
        raise MissingData("the calibration names no fitted parameters")
    found = [calibration.quantity(name) for name in names]
    base = np.array([priors[n].value if n in priors else q.value for n, q in zip(names, found, strict=True)])
    estimate = np.array([q.value for q in found]) / base
    return Coefficients(
        names=tuple(names),
        estimate=estimate,
        error=np.array([abs(q.uncertainty or 0.0) for q in found]) * np.abs(estimate),
        prior_error=np.array([(priors[n].uncertainty or 0.0) if n in priors else np.nan for n in names]),
        weak=np.array([bool(q.tier) for q in found]),
        texts=tuple(q.spelled() for q in found),
        has_priors=bool(priors),
    )


def groups(windows: pd.DataFrame) -> tuple[Group, ...]:
    """Fitted windows, then those held out, as far as there are any; of what `judged` gives."""
    found = [_group(windows[windows["held_out"] == held_out], held_out) for held_out in (False, True)]
    shown = tuple(group for group in found if group.kernels)
    if not shown:
        raise MissingData("no window can be judged")
    return shown


def _group(part: pd.DataFrame, held_out: bool) -> Group:
    kernels = part["kernel"].astype(str).tolist()
    order = sorted(set(kernels))
    places = {kernel: place for place, kernel in enumerate(order)}

    def column(name: str) -> Floats:
        return part[name].to_numpy(dtype=np.float64)

    measured, predicted = column("power_w"), column("predicted_w")
    measured_error, predicted_error = column("measured_error_w"), column("predicted_error_w")
    awake = (column("awake") > 0) & part["clock_known"].to_numpy(dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        together = predicted / measured * np.hypot(measured_error / measured, predicted_error / predicted)
    return Group(
        held_out=held_out,
        kernels=tuple(kernels),
        rows=np.array([places[kernel] for kernel in kernels], dtype=np.float64),
        order=tuple(order),
        measured=measured,
        measured_error=measured_error,
        predicted=predicted,
        predicted_error=predicted_error,
        residual=column("residual"),
        residual_error=np.nan_to_num(together),
        clock=np.where(awake, column("phi"), np.nan),
        temperature=column("temperature_c"),
    )


def voltage(calibration: Calibration) -> Voltage:
    """From 0.3 of the reference clock to a little above it."""
    clock = np.linspace(0.3, 1.02, 200)
    slope = calibration.scalar["voltage_slope"]
    floor = calibration.scalar["voltage_floor"].value
    wide = slope.value * (slope.uncertainty or 0)
    low, high = (np.maximum(floor, 1 - (slope.value + sign * wide) * (1 - clock)) for sign in (1, -1))
    return Voltage(clock, calibration.voltage(clock), low, high)


def clocks_seen(shown: tuple[Group, ...]) -> tuple[float, float] | None:
    """Range of the clocks at which windows were busy; None where none is known."""
    known = np.concatenate([group.clock[np.isfinite(group.clock)] for group in shown]) if shown else np.zeros(0)
    return (float(known.min()), float(known.max())) if known.size else None

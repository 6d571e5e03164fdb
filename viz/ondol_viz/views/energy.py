"""Power of the site over time, and for how long it is how high."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..run import Run
from .missing import need

Floats = np.ndarray[Any, np.dtype[np.float64]]

# Series of the site, and what they are called.
_LEVELS = (("power", "at the meter"), ("it_power", "IT"), ("cooling_power", "cooling"))


@dataclass(frozen=True)
class Level:
    """How long one power is how high: `power` falls, `share` of the time [0, 1] has the step ends (one more than `power`)."""

    series: str
    name: str  # a sentence
    power: Floats  # W
    share: Floats
    mean: float  # W


@dataclass(frozen=True)
class LoadDuration:
    levels: tuple[Level, ...]
    hours: float  # of the run


def load_duration(run: Run) -> LoadDuration:
    """Share of the time during which power at the meter, of IT and of cooling is at or above a level."""
    site = run.site
    need(site, "site", "power")
    hours = run.hours(site)
    levels = []
    for series, name in _LEVELS:
        if series not in site:
            continue
        watts = np.asarray(site[series].values, dtype=np.float64)
        order = np.argsort(-watts, kind="stable")
        share = np.concatenate([[0.0], np.cumsum(hours[order])]) / hours.sum()
        levels.append(Level(series, name, watts[order], share, float((watts * hours).sum() / hours.sum())))
    return LoadDuration(tuple(levels), float(hours.sum()))

"""Power, price, cost and emissions by day and hour of the site's clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..run import Run
from .blocks import whole
from .missing import MissingData

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Measure:
    """`cells` (day, hour of the day) are means over the part of the hour that the run covers, NaN where it covers none; `days` (day,)
    totals of a rate, or means where a total means nothing."""

    series: str
    name: str  # a sentence
    units: str  # of the cells: W, KRW/kWh, KRW/h, kg/h
    cells: Floats
    days_name: str  # a sentence
    days_units: str  # Wh, KRW/kWh, KRW, kg
    days: Floats
    total: bool  # whether they are totals


@dataclass(frozen=True)
class Calendar:
    days: pd.DatetimeIndex  # local midnights
    measures: tuple[Measure, ...]


LEAST = 1.5 * 86400.0  # seconds
STEADY = 0.01  # of the largest; a factor that moves less is a constant

# series, name, units of cells, name and units of days, whether days are totals
_MEASURES = (
    ("cost_rate", "energy cost", "KRW/h", "cost of the day", "KRW", True),
    ("price", "energy price", "KRW/kWh", "mean price of the day", "KRW/kWh", False),
    ("carbon_rate", "emissions", "kg/h", "emissions of the day", "kg", True),
    ("power", "power at the meter", "W", "energy of the day", "Wh", True),
)


def cost_calendar(run: Run) -> Calendar:
    """What the run has of cost, price, emissions and power, without those that are 0 throughout.

    Integrals of the series are kept: an interval of a report that spans two hours gives each its part.
    """
    site = run.stored("site")
    found = [measure for measure in _MEASURES if site is not None and measure[0] in site]
    if not found:
        raise MissingData("the run has no series site/power")
    lengths, series = whole(run, "site", *(name for name, *_ in found))
    ends = np.round(np.cumsum(lengths) * 3600.0, 6)  # s; a sum a hair past midnight would begin another day
    edges, day, hour, days = _hours(run, ends[-1])
    measures = []
    for (name, title, units, days_title, days_units, total), values in zip(found, series, strict=True):
        if not np.nanmax(np.abs(values), initial=0.0) > 0:
            continue
        amount, known = _within(values, ends, edges)
        sums, hours = np.zeros((len(days), 24)), np.zeros((len(days), 24))
        np.add.at(sums, (day, hour), amount)
        np.add.at(hours, (day, hour), known)
        with np.errstate(invalid="ignore"):
            cells = np.where(hours > 0, sums / hours, np.nan)
            each = sums.sum(axis=1) if total else np.where(hours.any(axis=1), sums.sum(axis=1) / hours.sum(axis=1), np.nan)
        measures.append(Measure(name, title, units, cells, days_title, days_units, each, total))
    if not measures:
        raise MissingData("the run has neither power nor cost in site")
    return Calendar(days, tuple(_with_intensity(measures)))


def _with_intensity(measures: list[Measure]) -> list[Measure]:
    """Emissions for each energy after the emissions, where the grid's change from hour to hour."""
    known = {measure.series: measure for measure in measures}
    if not {"carbon_rate", "power"} <= set(known):
        return measures
    carbon, power = known["carbon_rate"], known["power"]
    with np.errstate(invalid="ignore", divide="ignore"):
        cells, each = (
            1e3 * np.where(by > 0, of / by, np.nan) for of, by in ((carbon.cells, power.cells), (carbon.days, power.days))
        )
    if not np.isfinite(cells).any() or np.nanmax(cells) - np.nanmin(cells) < STEADY * np.nanmax(cells):
        return measures
    at = measures.index(carbon) + 1
    found = Measure("carbon_intensity", "emission factor", "kg/kWh", cells, "emission factor of the day", "kg/kWh", each, False)
    return [*measures[:at], found, *measures[at:]]


def has_days(run: Run) -> bool:
    """Whether the run is long enough for a calendar."""
    stored = run.stored("site/time")
    return stored is not None and len(stored) > 1 and float(stored[len(stored) - 1]) > LEAST


def _hours(
    run: Run, end_s: float
) -> tuple[Floats, np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.int64]], pd.DatetimeIndex]:
    """Edges of the hours of the site's clock in s after the start, from before the start to after the end; number of the day and hour
    of the day of each; the days."""
    local = run.local([run.start])[0]
    first = run.start - (local - local.floor("h"))
    count = int(np.ceil((end_s + (run.start - first).total_seconds()) / 3600.0))
    edges = pd.date_range(first, periods=count + 1, freq="h")
    clock = run.local(edges[:-1])
    midnights = clock.normalize()
    days = pd.date_range(midnights[0], midnights[-1], freq="D")
    seconds = np.asarray((edges - run.start).total_seconds(), dtype=np.float64)
    return seconds, np.asarray(days.get_indexer(midnights), dtype=np.int64), np.asarray(clock.hour, dtype=np.int64), days


def _within(values: Floats, ends: Floats, edges: Floats) -> tuple[Floats, Floats]:
    """Integral of the values over each of the hours [value h], and how much of it they are known for [h]."""
    length = np.diff(ends, prepend=0.0) / 3600.0
    good = np.isfinite(values)
    at = np.concatenate([[0.0], ends])
    integral, known = (
        np.diff(np.interp(edges, at, np.concatenate([[0.0], np.cumsum(part)])))
        for part in (np.where(good, values, 0.0) * length, np.where(good, length, 0.0))
    )
    return integral, known

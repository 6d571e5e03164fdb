"""Water of the loops over time, chillers, what cooling takes by month, water, and what a trip does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..run import Run
from ..style import FAMILIES, OWNER_NAMES
from ..words import say
from . import floor
from .blocks import Blocks, blocks
from .missing import MissingData, need

Floats = np.ndarray[Any, np.dtype[np.float64]]

LOOPS = 6  # of a picture
MOST_TRIPS = 100  # that are compared
LINES = 4  # loops or halls of a panel around a trip
TRIPS = ("chiller_trip", "pump_trip", "tower_trip", "dry_cooler_trip", "cdu_trip", "crah_trip", "set_point_moved")
BEFORE, AFTER = pd.Timedelta("5 min"), pd.Timedelta("40 min")
FULL_MONTH = 28 * 86400.0 - 1  # seconds; shorter ones are marked


@dataclass(frozen=True)
class LoopsOverTime:
    """`data` has the series of the group by loop, `weather` those of the site; both by block."""

    names: tuple[str, ...]
    data: Blocks
    weather: Blocks | None  # wet_bulb, and dry_bulb where the run has it

    def heat(self, loop: int) -> tuple[Floats, Floats] | None:
        """What leaves without compressors, and by chillers [W]; None without the series."""
        if "heat" not in self.data.means:
            return None
        watts = self.data.means["heat"][:, loop]
        if "free_cooling" not in self.data.means:
            return watts, np.zeros_like(watts)
        free = watts * np.nan_to_num(self.data.means["free_cooling"][:, loop])
        return free, watts - free


@dataclass(frozen=True)
class ChillersRunning:
    """Of the loops that have chillers, (block, loop)."""

    names: tuple[str, ...]
    data: Blocks
    running: Floats
    free: Floats | None  # share of the heat that leaves without them


@dataclass(frozen=True)
class OwnerByMonth:
    owner: str
    name: str  # a sentence
    colour: str
    share: Floats  # % of the IT energy of the month


@dataclass(frozen=True)
class CoolingByMonth:
    months: tuple[str, ...]
    partial: tuple[bool, ...]  # covered in part
    owners: tuple[OwnerByMonth, ...]
    pue: Floats
    wue: Floats  # L/kWh
    wet_bulb: Floats  # degC


@dataclass(frozen=True)
class RunByMonth:
    """Whole months of one run of several."""

    name: str
    middles: pd.DatetimeIndex
    pue: Floats
    wue: Floats  # L/kWh
    wet_bulb: Floats  # degC


@dataclass(frozen=True)
class Line:
    """One line around a trip; `look` is solid, dash or dot, `number` tells loops, or halls, apart by colour."""

    name: str  # of the file
    what: str  # a sentence
    number: int
    look: str
    when: pd.DatetimeIndex  # UTC
    values: Floats  # degC


@dataclass(frozen=True)
class AroundTrip:
    """From `begin` to `end`, UTC."""

    begin: pd.Timestamp
    end: pd.Timestamp
    water: tuple[Line, ...]
    halls: tuple[Line, ...]
    accelerators: tuple[Line, ...]


@dataclass(frozen=True)
class Water:
    """By block: make-up water of the site, and what each kilowatt-hour of IT took."""

    data: Blocks  # site
    flow: Floats  # kg/s
    wue: Floats | None  # kg/kWh
    total: float  # kg
    kinds: tuple[tuple[str, float], ...]  # (a sentence, kg): what became of it; empty where the run does not say


def loops_over_time(run: Run) -> LoopsOverTime:
    need(run.loops, "loops", "supply_temperature", "return_temperature")
    names = [n for n in ("supply_temperature", "return_temperature", "set_point", "heat", "free_cooling") if n in run.loops]
    outside = [n for n in ("wet_bulb", "dry_bulb") if n in run.site]
    weather = blocks(run, "site", outside) if "wet_bulb" in outside else None
    return LoopsOverTime(_names(run.loops, "loop")[:LOOPS], blocks(run, "loops", names), weather)


def chillers_running(run: Run) -> ChillersRunning:
    need(run.loops, "loops", "chillers_running")
    names = [n for n in ("chillers_running", "free_cooling") if n in run.loops]
    data = blocks(run, "loops", names)
    running = data.means["chillers_running"]
    have = np.flatnonzero(np.isfinite(running).any(axis=0))
    free = data.means.get("free_cooling")
    labels = _names(run.loops, "loop")
    return ChillersRunning(tuple(labels[i] for i in have), data, running[:, have], free[:, have] if free is not None else None)


def has_chillers(run: Run) -> bool:
    return "chillers_running" in run.loops and bool((run.loops["chillers_running"].values > 0).any())


def cooling_by_month(run: Run) -> CoolingByMonth:
    table = run.months
    if table.empty or "pue" not in table:
        raise MissingData("the run has no table of months")
    it = table["it_energy"].to_numpy(dtype=float)
    owners = tuple(
        OwnerByMonth(owner, OWNER_NAMES[owner], colour, 100 * table[f"energy_{owner}"].to_numpy(dtype=float) / it)
        for owner, colour in FAMILIES["cooling"].items()
        if f"energy_{owner}" in table and table[f"energy_{owner}"].any()
    )
    return CoolingByMonth(
        months=tuple(str(name) for name in table["month"]),
        partial=tuple(bool(part) for part in table["covered"] < FULL_MONTH),
        owners=owners,
        pue=table["pue"].to_numpy(dtype=float),
        wue=table["wue"].to_numpy(dtype=float),
        wet_bulb=table["wet_bulb"].to_numpy(dtype=float),
    )


def has_months(run: Run) -> bool:
    """Whether the run spans more than one calendar month."""
    return len(run.months) > 1 and "pue" in run.months


def compare_months(runs: Mapping[str, Run]) -> tuple[RunByMonth, ...]:
    """Months that a run covers only in part are left out."""
    found = []
    for name, run in runs.items():
        table = run.months
        if table.empty or "pue" not in table:
            raise MissingData(f"the run {name} has no table of months")
        table = table[table["covered"] >= FULL_MONTH]
        if table.empty:
            raise MissingData(f"the run {name} covers no whole month")
        middles = pd.DatetimeIndex(pd.to_datetime(table["month"]) + pd.Timedelta(days=14))
        found.append(RunByMonth(name, middles, *(table[n].to_numpy(dtype=float) for n in ("pue", "wue", "wet_bulb"))))
    return tuple(found)


def has_trip(run: Run) -> bool:
    """Whether machines of cooling tripped, or a set point moved."""
    return "kind" in run.events and bool(run.events["kind"].isin(TRIPS).any())


def around_trip(run: Run, start: str | None = None, end: str | None = None) -> AroundTrip:
    """Around the trip that did most, or from `start` to `end` on the site's clock."""
    need(run.loops, "loops", "supply_temperature", "return_temperature")
    if start is None or end is None:
        if not has_trip(run):
            raise MissingData("nothing of cooling tripped and no set point moved")
        when = _worst_trip(run)
        begin, stop = when - BEFORE, when + AFTER
    else:
        begin, stop = (pd.Timestamp(t).tz_localize(run.time_zone).tz_convert("UTC").tz_localize(None) for t in (start, end))
    loops = _within(run.loops, begin, stop)
    if loops.sizes["time"] < 2:
        raise MissingData("fewer than two reports around the trip")
    water = _lines(loops, "loop", (("supply_temperature", "supply", "solid"), ("return_temperature", "return", "dash"),
                                   ("set_point", "set temperature", "dot")))  # fmt: skip
    halls = _lines(
        _within(run.halls, begin, stop), "hall", (("liquid_supply", "coolant", "solid"), ("air_supply", "air", "dash"))
    )
    return AroundTrip(begin, stop, water, halls, _hottest(_within(run.racks, begin, stop)))


def _worst_trip(run: Run) -> pd.Timestamp:
    """That after which accelerators, or facility water where the run has none, warmed the most; of those followed by nearly the same,
    the last before it."""
    times = [pd.Timestamp(time) for time in run.events.loc[run.events["kind"].isin(TRIPS), "time"]][:MOST_TRIPS]
    data, series = (
        (run.halls, "accelerator_hottest") if "accelerator_hottest" in run.halls else (run.loops, "supply_temperature")
    )

    def warmed(time: pd.Timestamp) -> float:
        values = np.asarray(_within(data[[series]], time - BEFORE, time + AFTER)[series].values, dtype=np.float64)
        rise = values - values[:1]
        return round(float(np.nanmax(rise)), 1) if np.isfinite(rise).any() else 0.0

    rises = [warmed(time) for time in times]
    return next(
        (time for time, rise in reversed(list(zip(times, rises, strict=True))) if rise >= 0.8 * max(rises) > 0), times[0]
    )


def span(lines: Sequence[Line]) -> tuple[float, float]:
    """Of an axis that has these lines, wide enough that hundredths of a kelvin look like nothing."""
    low, high = floor.widened(*(float(f([f(line.values) for line in lines])) for f in (np.nanmin, np.nanmax)))
    return low - 0.05 * (high - low), high + 0.05 * (high - low)


def water(run: Run) -> Water:
    """Raises MissingData for a run that takes no make-up water."""
    names = [n for n in ("water_flow", "wue") if n in run.site]
    need(run.site, "site", "water_flow")
    data = blocks(run, "site", names)
    flow = data.means["water_flow"]
    total = float(np.nansum(flow * data.hours) * 3600)
    if not total > 0:
        raise MissingData("the run takes no make-up water")
    return Water(data, flow, data.means.get("wue"), total, _kinds(run))


def water_title(view: Water) -> str:
    """How much, and what became of it."""
    tonnes = view.total / 1e3
    whole = say("Make-up water: {mass} t", mass=f"{tonnes:,.0f}" if tonnes >= 100 else f"{tonnes:.3g}")
    shares = [f"{say(kind)} {100 * mass / view.total:.1f} %" for kind, mass in view.kinds]
    return f"{whole} ({', '.join(shares)})" if shares else whole


def has_water(run: Run) -> bool:
    return "water_flow" in run.site and bool((run.site["water_flow"].values > 0).any())


def _kinds(run: Run) -> tuple[tuple[str, float], ...]:
    """Evaporated, carried off and blown down, from the table of months [kg]."""
    table = run.months
    if not {"water", "water_evaporated", "water_drift"} <= set(table.columns):
        return ()
    evaporated, drift = float(table["water_evaporated"].sum()), float(table["water_drift"].sum())
    return (("evaporated", evaporated), ("drift", drift), ("blow-down", float(table["water"].sum()) - evaporated - drift))


def _names(data: xr.Dataset, axis: str) -> tuple[str, ...]:
    return tuple(str(name) for name in data[axis].values)


def _within(data: xr.Dataset, begin: pd.Timestamp, end: pd.Timestamp) -> xr.Dataset:
    return data.sel(time=slice(begin, end)) if "time" in data.dims else data


def _lines(data: xr.Dataset, axis: str, series: tuple[tuple[str, str, str], ...]) -> tuple[Line, ...]:
    if axis not in data:
        return ()
    when = pd.DatetimeIndex(data["time"].values)
    found = []
    for i, name in enumerate(_names(data, axis)[:LINES]):
        for column, what, look in series:
            values = np.asarray(data[column].values[:, i], dtype=np.float64) if column in data else np.zeros(0)
            if np.isfinite(values).any():
                found.append(Line(name, what, i, look, when, values))
    return tuple(found)


def _hottest(racks: xr.Dataset) -> tuple[Line, ...]:
    """The hottest accelerator of each hall."""
    if "accelerator_temperature" not in racks or "hall" not in racks.coords or racks.sizes["time"] == 0:
        return ()
    when = pd.DatetimeIndex(racks["time"].values)
    values, halls = np.asarray(racks["accelerator_temperature"].values, dtype=np.float64), racks["hall"].values
    names = sorted(dict.fromkeys(halls.tolist()))[:LINES]
    return tuple(
        Line(str(name), "hottest accelerator", i, "solid", when, np.fmax.reduce(values[:, halls == name], axis=1))
        for i, name in enumerate(names)
    )

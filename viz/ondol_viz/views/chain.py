"""What an outage, a lost unit or an overload does to the chain of power: who supplies, what batteries hold, what is full, what is dark.

Each view shows the time around what happened, or from `start` to `end`, dates on the site's clock.  Many reports are joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..run import Run
from ..words import say
from .blocks import Blocks, blocks
from .missing import MissingData

Floats = np.ndarray[Any, np.dtype[np.float64]]

QUIET = 1e-3  # of the highest power: less than that is no disturbance
ALIKE = 0.005  # of the rating: units of a bank that never differ by more share a row
ROWS = 26  # of the map of feeds
POINTS = 1200  # along the time shown
NEAR = 0.02  # of the time shown: events closer than that share a mark
MARKS = 14
NAME, TOLD = 40, 700  # letters of a name, and of what a mark tells, that there is room for

# Kinds worth a mark, in words: of one, and of several at once.
_WORDS = {
    "utility_dip": ("{subject} dips", ""),
    "utility_outage": ("{subject} is out", ""),
    "utility_return": ("{subject} is back", ""),
    "unit_failure": ("{subject} fails", "{count} units fail"),
    "unit_repair": ("{subject} repaired", "{count} units repaired"),
    "breaker_open": ("{subject} opened", "{count} breakers opened"),
    "breaker_close": ("{subject} closed", "{count} breakers closed"),
    "breaker_trip": ("{subject} tripped", "{count} breakers tripped"),
    "generator_start": ("{subject} called", "{count} plants called"),
    "transfer": ("{subject} to the alternate", "{count} switches to the alternate"),
    "retransfer": ("{subject} back", "{count} switches back"),
    "ups_bypass": ("{subject} on bypass", "{count} UPS on bypass"),
    "ups_off": ("{subject} off", "{count} UPS off"),
    "battery_empty": ("{subject} empty", "{count} batteries empty"),
    "load_shed": ("{subject} cut off", "{count} racks cut off"),
    "load_restored": ("{subject} given power again", "{count} racks given power again"),
    "power_lost": ("{subject} dark", "{count} loads dark"),
    "power_back": ("{subject} with power again", "{count} loads with power again"),
    "rack_in_service": ("{subject} back in service", "{count} racks back in service"),
}


@dataclass(frozen=True)
class Mark:
    """Something that happened, or several things soon after each other."""

    when: pd.Timestamp  # site's clock
    text: str  # in the language spoken


@dataclass(frozen=True)
class PowerBySource:
    when: pd.DatetimeIndex  # ends of the reports, site's clock
    utility: Floats  # W
    generators: Floats  # W
    batteries: Floats  # W; negative: taken
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class BankCharge:
    bank: str
    units: int
    low: Floats  # 1, of the unit that holds least
    high: Floats


@dataclass(frozen=True)
class StateOfCharge:
    when: pd.DatetimeIndex
    banks: tuple[BankCharge, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class FullestFeeds:
    edges: pd.DatetimeIndex  # of the reports, one more than they are
    units: tuple[tuple[str, ...], ...]  # names of the units that share a row
    load: Floats  # (row, report), 1; the highest where reports are joined
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class UnservedPower:
    when: pd.DatetimeIndex
    power: Floats  # W
    energy: float  # J, of the whole run
    marks: tuple[Mark, ...]


def disturbed(run: Run) -> bool:
    """Whether anything but the utility supplied the site, something was dark, or a unit carried more than its rating."""
    return "generator_power" in run.site and "load_fraction" in run.feeds and _busy_times(run).size > 0


def unserved(run: Run) -> bool:
    """Whether some load was without supply."""
    return "unserved_power" in run.site and bool((run.site["unserved_power"].values > 0).any())


def batteries_used(run: Run) -> bool:
    """Whether a battery of a UPS gave anything."""
    return "state_of_charge" in run.feeds and bool((run.feeds["state_of_charge"].values < 1).any())


def power_by_source(run: Run, start: str | None = None, end: str | None = None) -> PowerBySource:
    """Power by source: utility, generators and batteries."""
    names = ("power", "generator_power", "battery_power")
    shown, when = _shown(run, "site", names, start, end)
    utility, generators, batteries = (shown.means[name] for name in names)
    return PowerBySource(when, utility, generators, batteries, marks(run, when))


def state_of_charge(run: Run, start: str | None = None, end: str | None = None) -> StateOfCharge:
    """What the batteries of each bank of UPS hold: the lowest and the highest of its units."""
    shown, when = _shown(run, "feeds", ("state_of_charge",), start, end)
    low, high = shown.lows["state_of_charge"], shown.highs["state_of_charge"]
    bank = run.feeds["bank"].values
    banks = []
    for name in dict.fromkeys(bank.tolist()):
        mine = np.flatnonzero(bank == name)
        mine = mine[np.isfinite(low[:, mine]).any(axis=0)]
        if mine.size:
            banks.append(BankCharge(str(name), mine.size, np.fmin.reduce(low[:, mine], 1), np.fmax.reduce(high[:, mine], 1)))
    if not banks:
        raise MissingData("no unit of the run has a battery")
    return StateOfCharge(when, tuple(banks), marks(run, when))


def fullest_feeds(run: Run, start: str | None = None, end: str | None = None) -> FullestFeeds:
    """Load over rating of the units that were fullest; units of a bank that never differ share a row."""
    shown, when = _shown(run, "feeds", ("load_fraction",), start, end)
    loads = shown.highs["load_fraction"]
    groups = alike(loads, run.feeds["bank"].values.tolist())
    peaks = [float(np.nanmax(loads[:, members[0]], initial=0.0)) for members in groups]
    kept = sorted(sorted(range(len(groups)), key=lambda g: -peaks[g])[:ROWS])
    names = run.feeds["feed"].values.tolist()
    first = when[0] - pd.Timedelta(hours=float(shown.hours[0]))
    return FullestFeeds(
        edges=pd.DatetimeIndex([first, *when]),
        units=tuple(tuple(str(names[unit]) for unit in groups[g]) for g in kept),
        load=np.array([loads[:, groups[g][0]] for g in kept]),
        marks=marks(run, when),
    )


def unserved_power(run: Run, start: str | None = None, end: str | None = None) -> UnservedPower:
    """What loads without supply drew before they lost it."""
    shown, when = _shown(run, "site", ("unserved_power",), start, end)
    energy = 3600.0 * float(np.nansum(run.site["unserved_power"].values * run.hours(run.site)))
    return UnservedPower(when, shown.means["unserved_power"], energy, marks(run, when))


def alike(loads: Floats, banks: Sequence[str]) -> list[list[int]]:
    """Numbers of the units, grouped: those of a bank whose loads (moment, unit) never differ by more than `ALIKE`."""
    groups: list[list[int]] = []
    for unit, bank in enumerate(banks):
        for members in groups:
            same = np.nan_to_num(np.abs(loads[:, members[0]] - loads[:, unit]))
            if banks[members[0]] == bank and same.max(initial=0.0) <= ALIKE:
                members.append(unit)
                break
        else:
            groups.append([unit])
    return groups


def common_name(names: Sequence[str]) -> str:
    """One name for units of a bank: "ups/1 to 12"."""
    if len(names) == 1:
        return names[0]
    bank = names[0].rsplit("/", 1)[0]
    numbers = [name.rsplit("/", 1)[-1] for name in names]
    whole = numbers[0].isdigit() and numbers == [str(int(numbers[0]) + i) for i in range(len(numbers))]
    if whole:
        return say("{bank}/{first} to {last}", bank=bank, first=numbers[0], last=numbers[-1])
    return say("{bank}/{first} and {count} alike", bank=bank, first=numbers[0], count=len(names) - 1)


def marks(run: Run, when: pd.DatetimeIndex) -> tuple[Mark, ...]:
    """What happened between the first and the last of these dates, with dates; events close to each other share a mark."""
    events = run.events
    if not {"time", "kind", "subject"} <= set(events.columns):
        return ()
    told = events[events["kind"].isin(list(_WORDS))]
    clock = run.local(told["time"]) if len(told) else pd.DatetimeIndex([])
    inside = (clock >= when[0]) & (clock <= when[-1])
    told = told[inside].assign(clock=clock[inside])
    near = NEAR * (when[-1] - when[0])
    found: list[tuple[pd.Timestamp, list[str]]] = []
    for (at, kind), at_once in told.groupby([told["clock"].dt.floor("100ms"), "kind"], sort=False):
        date = pd.Timestamp(str(at))
        one, several = _WORDS[str(kind)]
        text = say(one, subject=at_once["subject"].iloc[0]) if len(at_once) == 1 else say(several, count=len(at_once))
        if found and date - found[-1][0] <= near:
            found[-1][1].append(f"+{(date - found[-1][0]).total_seconds():.3g} s {text}")
        elif len(found) < MARKS:
            found.append((date, [f"{date:%H:%M:%S} {text}"]))
    return tuple(Mark(date, "; ".join(dict.fromkeys(texts))) for date, texts in found)


def _busy_times(run: Run) -> np.ndarray[Any, Any]:
    """Reports in which something other than the utility at work is seen."""
    site, feeds = run.site, run.feeds
    quiet = QUIET * float(np.nanmax(site["power"].values, initial=0.0))
    busy = np.zeros(site.sizes["time"], bool)
    for name in ("generator_power", "battery_power", "unserved_power"):
        if name in site:
            busy |= np.abs(site[name].values) > quiet
    over = (feeds["load_fraction"].values > 1).any(axis=1)
    return np.concatenate([site["time"].values[busy], feeds["time"].values[over]])


def _shown(run: Run, group: str, names: Sequence[str], start: str | None, end: str | None) -> tuple[Blocks, pd.DatetimeIndex]:
    """The reports of the time shown, and their dates on the site's clock."""
    data = getattr(run, group)
    if "time" not in data:
        raise MissingData(f"the run has no series {group}/{names[0]}")
    clock = run.local(data["time"])
    inside = np.ones(len(clock), bool)
    if start is not None:
        inside &= clock >= pd.Timestamp(start)
    if end is not None:
        inside &= clock <= pd.Timestamp(end)
    busy = _busy_times(run) if start is None and end is None and "load_fraction" in run.feeds else np.array([])
    if busy.size:
        first, last = run.local([busy.min(), busy.max()])
        margin = max(0.06 * (last - first), pd.Timedelta("1 min"))
        inside &= (clock >= first - margin) & (clock <= last + margin)
    if inside.sum() < 2:
        raise MissingData(f"the run has fewer than two reports in {group} between these dates")
    rows = np.flatnonzero(inside)
    shown = blocks(run, group, names, POINTS, int(rows[0]), int(rows[-1]) + 1)
    return shown, run.local(shown.ends)

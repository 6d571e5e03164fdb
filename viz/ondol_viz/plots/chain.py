"""What an outage, a lost unit or an overload does to the chain of power: who supplies, what batteries hold, what is full, what is dark.

Each figure shows the time around what happened, or from `start` to `end`, dates on the site's clock.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, BLUE, CYCLE, ORANGE, SKY, VERMILION, power_scale, styled, time_ticks
from .parts import MissingData, need, thinned

QUIET = 1e-3  # of the highest power: less than that is no disturbance
ALIKE = 0.005  # of the rating: units of a bank that never differ by more share a row
ROWS = 26  # of the map of feeds
NEAR = 0.02  # of the time shown: events closer than that share a mark
MARKS = 14

# Kinds worth a mark, in words: {} is the subject, or how many there are at once of what the second text names.
_WORDS = {
    "utility_dip": ("{} dips", ""),
    "utility_outage": ("{} is out", ""),
    "utility_return": ("{} is back", ""),
    "unit_failure": ("{} fails", "units"),
    "unit_repair": ("{} repaired", "units"),
    "breaker_open": ("{} opened", "breakers"),
    "breaker_close": ("{} closed", "breakers"),
    "breaker_trip": ("{} tripped", "breakers"),
    "generator_start": ("{} called", "plants"),
    "transfer": ("{} to the alternate", "switches"),
    "retransfer": ("{} back", "switches"),
    "ups_bypass": ("{} on bypass", "UPS"),
    "ups_off": ("{} off", "UPS"),
    "battery_empty": ("{} empty", "batteries"),
    "load_shed": ("{} cut off", "racks"),
    "load_restored": ("{} given power again", "racks"),
    "power_lost": ("{} dark", "loads"),
    "power_back": ("{} with power again", "loads"),
    "rack_in_service": ("{} back in service", "racks"),
}


def disturbed(run: Run) -> bool:
    """Whether anything but the utility supplied the site, something was dark, or a unit carried more than its rating."""
    return "generator_power" in run.site and "load_fraction" in run.feeds and _busy_times(run).size > 0


def unserved(run: Run) -> bool:
    """Whether some load was without supply."""
    return "unserved_power" in run.site and bool((run.site["unserved_power"].values > 0).any())


def batteries_used(run: Run) -> bool:
    """Whether a battery of a UPS gave anything."""
    return "state_of_charge" in run.feeds and bool((run.feeds["state_of_charge"].values < 1).any())


@styled
def power_by_source(run: Run, start: str | None = None, end: str | None = None) -> Figure:
    """Power by source: utility, generators and batteries; below zero, what batteries take back."""
    data, when = _shown(run, run.site, start, end, "site", "power", "generator_power", "battery_power")
    utility, sets, batteries = (data[n].values.astype(float) for n in ("power", "generator_power", "battery_power"))
    divisor, unit = power_scale(float(np.nanmax(utility + sets + np.maximum(batteries, 0))))
    figure, axes = _panel()
    given = [(utility, BLUE, "utility"), (sets, ORANGE, "generators"), (np.maximum(batteries, 0), SKY, "batteries")]
    given = [band for band in given if band[0].any()]
    axes.stackplot(
        when,
        [watts / divisor for watts, _, _ in given],
        colors=[colour for _, colour, _ in given],
        labels=[name for _, _, name in given],
        lw=0,
        step="pre",
    )
    if (batteries < 0).any():
        axes.fill_between(
            when, np.minimum(batteries, 0) / divisor, 0, step="pre", color=SKY, hatch="////", ec=BLACK, lw=0, label="recharging"
        )
    axes.axhline(0, color=BLACK, lw=0.7)
    axes.set_ylabel(f"power ({unit})")
    _finish(axes, run, when, "Power by source")
    return figure


@styled
def state_of_charge(run: Run, start: str | None = None, end: str | None = None) -> Figure:
    """What the batteries of each bank of UPS hold: the lowest of its units as a line, all of them as a band."""
    data, when = _shown(run, run.feeds, start, end, "feeds", "state_of_charge", "bank")
    charge = 100 * data["state_of_charge"].values
    banks = [
        bank
        for bank in dict.fromkeys(data["bank"].values.tolist())
        if np.isfinite(charge[:, data["bank"].values == bank]).any()
    ]
    figure, axes = _panel()
    lowest = 100.0
    for i, bank in enumerate(banks):
        units = charge[:, data["bank"].values == bank]
        low, high = np.nanmin(units, axis=1), np.nanmax(units, axis=1)
        colour = CYCLE[i % len(CYCLE)]
        axes.fill_between(when, low, high, color=colour, alpha=0.25, lw=0)
        axes.plot(when, low, color=colour, label=f"{bank}: lowest of {units.shape[1]}, {low.min():.1f} % at least")
        lowest = min(lowest, float(low.min()))
    axes.set_ylim(max(0.0, lowest - 0.15 * (100 - lowest) - 1), 101)
    axes.set_ylabel("state of charge (%)")
    _finish(axes, run, when, "Batteries of UPS")
    return figure


@styled
def fullest_feeds(run: Run, start: str | None = None, end: str | None = None) -> Figure:
    """Load over rating of the units that were fullest; units of a bank that never differ share a row."""
    data, when = _shown(run, run.feeds, start, end, "feeds", "load_fraction", "bank")
    rows = _rows(data)
    figure = Figure(figsize=(10, 1.6 + 0.21 * max(len(rows), 6)))
    axes = figure.subplots()
    cmap = colormaps["cividis"].with_extremes(over=VERMILION, bad="#ECECEC")
    edges = date2num(run.local(_edges(run, data)))
    mesh = axes.pcolormesh(edges, np.arange(len(rows) + 1), np.array([load for _, load in rows]), cmap=cmap, vmin=0, vmax=1)
    axes.set_yticks(np.arange(len(rows)) + 0.5, [name for name, _ in rows], fontsize=8)
    axes.set_ylim(len(rows), 0)
    axes.set_ylabel("unit (bank/number)")
    axes.tick_params(axis="y", length=0)
    axes.grid(False)
    over = any(np.nanmax(load) > 1 for _, load in rows)
    bar = figure.colorbar(mesh, ax=axes, label="load over rating (1)", extend="max" if over else "neither", pad=0.02)
    bar.outline.set_visible(False)
    _finish(axes, run, when, "The fullest feeds" + ("; above their rating in red" if over else ""), legend=False)
    return figure


@styled
def unserved_power(run: Run, start: str | None = None, end: str | None = None) -> Figure:
    """What loads without supply drew before they lost it."""
    data, when = _shown(run, run.site, start, end, "site", "unserved_power")
    watts = data["unserved_power"].values.astype(float)
    divisor, unit = power_scale(float(np.nanmax(watts)))
    hours = run.hours(run.site)
    energy = float(np.nansum(run.site["unserved_power"].values * hours))
    figure, axes = _panel()
    axes.fill_between(when, watts / divisor, step="pre", color=VERMILION, lw=0, label=_energy(energy) + " in all")
    axes.set_ylim(bottom=0)
    axes.set_ylabel(f"power ({unit})")
    _finish(axes, run, when, "Load without supply")
    return figure


def _energy(watt_hours: float) -> str:
    divisor, unit = power_scale(watt_hours)
    return f"{watt_hours / divisor:.3g} {unit}h"


def _panel() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(10, 4))
    return figure, figure.subplots()


def _busy_times(run: Run) -> np.ndarray[Any, Any]:
    """Reports in which something other than the utility at work is seen."""
    site, feeds = run.site, run.feeds
    quiet = QUIET * float(np.nanmax(site["power"].values, initial=0.0))
    busy = np.zeros(site.sizes["time"], bool)
    for name in ("generator_power", "battery_power", "unserved_power"):
        if name in site:
            busy |= np.abs(site[name].values) > quiet
    over = np.nanmax(np.nan_to_num(feeds["load_fraction"].values), axis=1, initial=0.0) > 1
    return np.concatenate([site["time"].values[busy], feeds["time"].values[over]])


def _shown(
    run: Run, data: xr.Dataset, start: str | None, end: str | None, group: str, *names: str
) -> tuple[xr.Dataset, pd.DatetimeIndex]:
    """The reports of the time shown, joined to means where there are too many, and their dates on the site's clock."""
    for name in names:
        if name not in data.coords:
            need(data, group, name)
    clock = run.local(data["time"])
    if start is None and end is None:
        busy = _busy_times(run) if "load_fraction" in run.feeds else np.array([])
        if busy.size:
            first, last = run.local([busy.min(), busy.max()])
            margin = max(0.06 * (last - first), pd.Timedelta("1 min"))
            inside = (clock >= first - margin) & (clock <= last + margin)
        else:
            inside = np.ones(len(clock), bool)
    else:
        inside = np.ones(len(clock), bool)
        inside &= clock >= pd.Timestamp(start) if start else True
        inside &= clock <= pd.Timestamp(end) if end else True
    if inside.sum() < 2:
        raise MissingData(f"the run has fewer than two reports in {group} between these dates")
    chosen = thinned(data[[n for n in names if n not in data.coords]].isel(time=np.flatnonzero(inside)))
    return chosen, run.local(chosen["time"])


def _edges(run: Run, data: xr.Dataset) -> np.ndarray[Any, Any]:
    """Ends of the reports, and the start of the first."""
    ends = data["time"].values
    before = run.feeds["time"].values
    at = int(np.searchsorted(before, ends[0]))
    first = before[at - 1] if at > 0 else np.datetime64(run.start)
    return np.concatenate([[max(first, ends[0] - (ends[1] - ends[0]))], ends])


def _rows(data: xr.Dataset) -> list[tuple[str, np.ndarray[Any, Any]]]:
    """Name and load of each row, by bank in the order of the file; the fullest where there are too many."""
    loads, names, banks = data["load_fraction"].values, data["feed"].values.tolist(), data["bank"].values.tolist()
    groups: list[list[int]] = []
    for unit, bank in enumerate(banks):
        for members in groups:
            same = np.nan_to_num(np.abs(loads[:, members[0]] - loads[:, unit]))
            if banks[members[0]] == bank and same.max() <= ALIKE:
                members.append(unit)
                break
        else:
            groups.append([unit])
    peaks = [float(np.nanmax(loads[:, members[0]], initial=0.0)) for members in groups]
    kept = sorted(sorted(range(len(groups)), key=lambda g: -peaks[g])[:ROWS])
    return [(_row_name([names[u] for u in groups[g]]), loads[:, groups[g][0]]) for g in kept]


def _row_name(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    numbers = [name.rsplit("/", 1)[-1] for name in names]
    whole = numbers == [str(int(numbers[0]) + i) for i in range(len(numbers))] if numbers[0].isdigit() else False
    bank = names[0].rsplit("/", 1)[0]
    if whole:
        return f"{bank}/{numbers[0]} to {numbers[-1]}"
    return f"{bank}/{numbers[0]} and {len(names) - 1} alike"


def _finish(axes: Axes, run: Run, when: pd.DatetimeIndex, title: str, legend: bool = True) -> None:
    span = (when[0], when[-1])
    axes.set_xlim(*date2num(list(span)))
    time_ticks(axes)
    marks = _marks(run, span)
    told = "\n".join(textwrap.fill(f"{n}  {text}", 185, subsequent_indent="    ") for n, (_, text) in enumerate(marks, 1))
    axes.set_xlabel(f"time ({run.zone_name}), {span[0]:%Y-%m-%d}")
    axes.set_title(title, pad=16 if marks else 8)
    if legend:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02))
    top = axes.get_xaxis_transform()
    for number, (at, _) in enumerate(marks, 1):
        axes.vlines(at, 0, 1, transform=top, color=BLACK, lw=0.8, ls=(0, (4, 3)), zorder=5)
        axes.annotate(str(number), (at, 1), xycoords=top, xytext=(0, 3), textcoords="offset points", ha="center", fontsize=8)
    if told:
        figure = axes.figure
        figure.set_figheight(figure.get_figheight() + 0.155 * (1 + told.count("\n")))
        figure.supxlabel(told, x=0.01, ha="left", fontsize=7.5)


def _marks(run: Run, span: tuple[pd.Timestamp, pd.Timestamp]) -> list[tuple[float, str]]:
    """Where to mark, and what happened there with dates; events close to each other share a mark."""
    events = run.events
    if not {"time", "kind", "subject"} <= set(events.columns):
        return []
    told = events[events["kind"].isin(list(_WORDS))]
    clock = run.local(told["time"]) if len(told) else pd.DatetimeIndex([])
    inside = (clock >= span[0]) & (clock <= span[1])
    told = told[inside].assign(clock=clock[inside])
    near = NEAR * (span[1] - span[0])
    marks: list[tuple[pd.Timestamp, list[str]]] = []
    for (date, kind), at_once in told.groupby([told["clock"].dt.floor("100ms"), "kind"], sort=False):
        words, several = _WORDS[str(kind)]
        text = words.format(at_once["subject"].iloc[0] if len(at_once) == 1 else f"{len(at_once)} {several}")
        if marks and date - marks[-1][0] <= near:
            marks[-1][1].append(f"+{(date - marks[-1][0]).total_seconds():.3g} s {text}")
        elif len(marks) < MARKS:
            marks.append((date, [f"{date:%H:%M:%S} {text}"]))
    return [(float(date2num(date)), "; ".join(dict.fromkeys(texts))) for date, texts in marks]

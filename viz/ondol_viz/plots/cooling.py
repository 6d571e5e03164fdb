"""What cooling costs month by month, what water and coolant do around a trip, and how many chillers run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, CYCLE, FAMILIES, GREY, OWNER_NAMES, SKY, styled, time_ticks
from .parts import MissingData, frame_time, from_start, mark_events, need, thinned, title_pad

TRIPS = ("chiller_trip", "pump_trip", "tower_trip", "dry_cooler_trip", "cdu_trip", "crah_trip", "set_point")
BEFORE, AFTER = pd.Timedelta("5 min"), pd.Timedelta("40 min")
LINES = 4  # loops or halls of a panel
FULL_MONTH = 28 * 86400.0 - 1  # seconds; shorter ones are marked


def has_months(run: Run) -> bool:
    """Whether the run spans more than one calendar month."""
    return len(run.months) > 1 and "pue" in run.months


def has_trip(run: Run) -> bool:
    """Whether machines of cooling tripped, or a set point moved."""
    return "kind" in run.events and bool(run.events["kind"].isin(TRIPS).any())


def has_chillers(run: Run) -> bool:
    return "chillers_running" in run.loops and bool((run.loops["chillers_running"].values > 0).any())


@styled
def cooling_by_month(run: Run) -> Figure:
    """Cooling energy by owner, for each IT energy, with PUE; below, water for each IT energy with the wet bulb."""
    table = run.months
    if table.empty or "pue" not in table:
        raise MissingData("the run has no table of months")
    x = np.arange(len(table))
    it = table["it_energy"].to_numpy(dtype=float)
    figure = Figure(figsize=(10, 5.6))
    energy, water = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    bottom = np.zeros(len(table))
    for owner, colour in FAMILIES["cooling"].items():
        if f"energy_{owner}" not in table or not table[f"energy_{owner}"].any():
            continue
        share = 100 * table[f"energy_{owner}"].to_numpy(dtype=float) / it
        energy.bar(x, share, 0.72, bottom=bottom, color=colour, label=OWNER_NAMES[owner])
        bottom += share
    energy.set_ylabel("cooling energy (% of IT energy)")
    energy.set_ylim(0, max(1.35 * float(np.nanmax(bottom)), 1e-3))
    energy.set_title("Cooling by month")
    pue = energy.twinx()
    pue.plot(x, table["pue"], color=BLACK, marker="o", ms=4, label="PUE")
    pue.set_ylabel("PUE")
    pue.grid(visible=False)
    low, high = float(table["pue"].min()), float(table["pue"].max())
    pue.set_ylim(max(1.0, low - 1.5 * (high - low) - 0.02), high + 0.6 * (high - low) + 0.02)
    handles = [h for axes in (energy, pue) for h in axes.get_legend_handles_labels()[0]]
    energy.legend(handles=handles, loc="upper left", ncols=4, fontsize=8, borderaxespad=0.2)

    water.bar(x, table["wue"], 0.72, color=SKY, label="WUE")
    water.set_ylabel("WUE (L/kWh)")
    water.set_ylim(0, max(1.25 * float(table["wue"].max()), 1e-3))
    wet = water.twinx()
    wet.plot(x, table["wet_bulb"], color=GREY, ls=(0, (4, 2)), marker=".", label="mean wet bulb")
    wet.set_ylabel("wet bulb (°C)")
    wet.grid(visible=False)
    handles = [h for axes in (water, wet) for h in axes.get_legend_handles_labels()[0]]
    water.legend(handles=handles, loc="upper left", ncols=2, fontsize=8, borderaxespad=0.2)
    parts = table["covered"].to_numpy(dtype=float) < FULL_MONTH
    water.set_xticks(
        x, [f"{name}{' *' if part else ''}" for name, part in zip(table["month"], parts, strict=True)], rotation=30, ha="right"
    )
    if parts.any():
        water.set_xlabel("* covered in part")
    return figure


@styled
def compare_months(runs: Mapping[str, Run]) -> Figure:
    """PUE and WUE by month of several runs, one line for each; months that a run covers only in part are left out."""
    figure = Figure(figsize=(10, 5.4))
    energy, water = figure.subplots(2, 1, sharex=True)
    wet = pd.Series(dtype=float)
    for name, run in runs.items():
        table = run.months
        if table.empty or "pue" not in table:
            raise MissingData(f"the run {name} has no table of months")
        table = table[table["covered"] >= FULL_MONTH]
        if table.empty:
            raise MissingData(f"the run {name} covers no whole month")
        when = pd.DatetimeIndex(pd.to_datetime(table["month"]) + pd.Timedelta(days=14))
        energy.plot(when, table["pue"], marker="o", ms=3, label=name)
        water.plot(when, table["wue"], marker="o", ms=3)
        wet = pd.Series(table["wet_bulb"].to_numpy(dtype=float), index=when)
    energy.set_ylabel("PUE")
    energy.set_title("Cooling by month")
    _legend(energy)
    water.set_ylabel("WUE (L/kWh)")
    water.set_ylim(bottom=0)
    outside = water.twinx()
    outside.plot(wet.index, wet, color=GREY, lw=1, ls=(0, (4, 2)))
    outside.set_ylabel("wet bulb (°C), dashed")
    outside.grid(visible=False)
    time_ticks(water)
    return figure


@styled
def around_trip(run: Run, start: str | None = None, end: str | None = None) -> Figure:
    """Facility water, what halls get of it, and the hottest accelerators around the first trip, or from `start` to `end` on the site's clock."""
    need(run.loops, "loops", "supply_temperature", "return_temperature")
    if start is None or end is None:
        if not has_trip(run):
            raise MissingData("nothing of cooling tripped and no set point moved")
        first = pd.Timestamp(run.events.loc[run.events["kind"].isin(TRIPS), "time"].iloc[0])
        begin, stop = first - BEFORE, first + AFTER
    else:
        begin, stop = (pd.Timestamp(t).tz_localize(run.time_zone).tz_convert("UTC").tz_localize(None) for t in (start, end))

    figure = Figure(figsize=(10, 7.2))
    water, halls, dies = figure.subplots(3, 1, sharex=True)
    loops = run.loops.sel(time=slice(begin, stop))
    if loops.sizes["time"] < 2:
        raise MissingData("fewer than two reports around the trip")
    when = run.local(loops["time"])
    for i, name in enumerate(loops["loop"].values[:LINES]):
        colour = CYCLE[i]
        water.plot(when, loops["supply_temperature"].values[:, i], color=colour, label=f"{name} supply")
        water.plot(when, loops["return_temperature"].values[:, i], color=colour, ls=(0, (4, 2)), label=f"{name} return")
        if "set_point" in loops:
            water.plot(when, loops["set_point"].values[:, i], color=colour, lw=0.8, ls=":")
    water.set_title("Facility water (dotted: set point)", pad=title_pad(run))
    _legend(water)

    data = run.halls.sel(time=slice(begin, stop)) if "time" in run.halls.dims else run.halls
    for series, style, words in (("liquid_supply", "-", "coolant"), ("air_supply", (0, (4, 2)), "air")):
        for i, name in enumerate(data["hall"].values[:LINES] if series in data else ()):
            values = data[series].values[:, i]
            if np.isfinite(values).any():
                halls.plot(run.local(data["time"]), values, color=CYCLE[i], ls=style, label=f"{name} {words}")
    halls.set_title("Supplied in the halls")
    _legend(halls)

    racks = run.racks.sel(time=slice(begin, stop)) if "time" in run.racks.dims else run.racks
    if "accelerator_temperature" in racks:
        by_hall = racks["accelerator_temperature"].groupby("hall").max() if "hall" in racks.coords else None
        for i, name in enumerate(by_hall["hall"].values[:LINES] if by_hall is not None else ()):
            dies.plot(run.local(racks["time"]), by_hall.sel(hall=name).values, color=CYCLE[i], label=str(name))
    _legend(dies)
    dies.set_title("Hottest accelerators")
    for axes in (water, halls, dies):
        axes.set_ylabel("temperature (°C)")
        axes.set_xlim(*date2num(run.local([begin, stop])))
        mark_events(axes, run, label=axes is water)
    time_ticks(dies)
    dies.set_xlabel(f"time ({run.zone_name})")
    return figure


@styled
def chillers_running(run: Run) -> Figure:
    """Chillers that run in each loop, and the share of the heat that leaves without them."""
    need(run.loops, "loops", "chillers_running")
    data = thinned(from_start(run, run.loops))
    when = run.local(data["time"])
    figure = Figure(figsize=(10, 4.6))
    count, free = figure.subplots(2, 1, sharex=True)
    for i, name in enumerate(data["loop"].values):
        values = data["chillers_running"].values[:, i]
        if np.isfinite(values).any():
            count.step(when, values, where="pre", color=CYCLE[i % len(CYCLE)], label=str(name))
            if "free_cooling" in data:
                free.step(when, 100 * data["free_cooling"].values[:, i], where="pre", color=CYCLE[i % len(CYCLE)])
    count.set_ylabel("chillers running")
    low, high = count.get_ylim()
    count.set_ylim(0, high + 0.05 * (high - low))
    count.set_title("Chillers", pad=title_pad(run))
    _legend(count)
    free.set_ylabel("heat without chillers (%)")
    free.set_ylim(-3, 103)
    mark_events(count, run)
    mark_events(free, run, label=False)
    frame_time(free, run, run.loops)
    return figure


def _legend(axes: Axes) -> None:
    """With room above the lines; an empty panel is not drawn."""
    if not axes.get_legend_handles_labels()[0]:
        axes.set_axis_off()
        return
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.2 * (high - low))
    axes.legend(loc="upper right", ncols=4, fontsize=8, borderaxespad=0.2)

"""Where the site's power goes, and for how long it is how high."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, BLUE, FAMILIES, GREEN, OWNER_NAMES, percent, power_scale, styled, time_axis
from .parts import TITLE_PAD, mark_events, need, thinned


@styled
def site_power(run: Run) -> Figure:
    """Power at the meter, stacked by owner; below it, the same without the IT equipment, whose size hides the rest."""
    site = run.site
    owners = [(owner, colour) for family in FAMILIES.values() for owner, colour in family.items() if f"power_{owner}" in site]
    need(site, "site", *(f"power_{owner}" for owner, _ in owners[:1] or [("accelerator", "")]))
    weights = run.hours(site)
    data = thinned(site[[f"power_{owner}" for owner, _ in owners]])
    energy = {owner: float(np.nansum(site[f"power_{owner}"].values * weights)) for owner, _ in owners}
    owners = [(owner, colour) for owner, colour in owners if energy[owner] > 0]
    overhead = [(owner, colour) for owner, colour in owners if owner not in FAMILIES["IT"]]
    total = sum(energy.values()) or 1.0
    when = run.local(data["time"])

    figure = Figure(figsize=(10, 6.6 if overhead else 4.2))
    panels = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2], squeeze=False)[:, 0] if overhead else [figure.subplots()]
    for axes, shown in zip(panels, (owners, overhead), strict=False):
        stack = [data[f"power_{owner}"].values for owner, _ in shown]
        divisor, unit = power_scale(float(np.nanmax(np.sum(stack, axis=0))) if stack else 0.0)
        bands = axes.stackplot(when, [band / divisor for band in stack], colors=[colour for _, colour in shown], lw=0)
        names = [f"{OWNER_NAMES.get(owner, owner)}  {percent(100 * energy[owner] / total)}" for owner, _ in shown]
        axes.legend(
            bands[::-1], names[::-1], loc="upper left", bbox_to_anchor=(1.01, 1.02), handlelength=1.2, labelspacing=0.25
        )
        axes.set_ylabel(f"power ({unit})")
        axes.margins(x=0)
        axes.set_ylim(bottom=0)
        mark_events(axes, run, label=axes is panels[0])
    panels[0].set_title("Site power by owner (share of energy)", pad=TITLE_PAD)
    if overhead:
        panels[1].set_title("Of it: conversion, cooling and site")
    time_axis(panels[-1], run.zone_name)
    return figure


@styled
def load_duration(run: Run) -> Figure:
    """For which share of the time power is at or above a level."""
    site = run.site
    need(site, "site", "power")
    hours = run.hours(site)
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    divisor, unit = power_scale(float(site["power"].max()))
    lines = (("power", "at the meter", BLACK), ("it_power", "IT", BLUE), ("cooling_power", "cooling", GREEN))
    for name, label, colour in lines:
        if name not in site:
            continue
        watts = site[name].values / divisor
        order = np.argsort(-watts, kind="stable")
        share = 100 * np.concatenate([[0.0], np.cumsum(hours[order])]) / hours.sum()
        mean = float((watts * hours).sum() / hours.sum())
        text = f"{label}\n  peak {watts[order[0]]:.3g}, mean {mean:.3g} {unit}"
        axes.step(share, np.concatenate([watts[order], watts[order[-1:]]]), where="post", color=colour, label=text)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, axes.get_ylim()[1] * 1.04)
    axes.set_xlabel(f"share of the time (% of {hours.sum():.4g} h)")
    axes.set_ylabel(f"power reached or exceeded ({unit})")
    axes.set_title("Load duration")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02))
    return figure

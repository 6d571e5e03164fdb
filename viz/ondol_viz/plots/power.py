"""Where the site's power goes, and for how long it is how high."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, FAMILIES, FAMILY_NAMES, LEVEL_COLOURS, OWNER_NAMES, percent, power_scale, styled
from ..views import energy
from ..words import say
from .parts import block_of, frame_time, from_start, mark_events, need, thinned, title_pad

SMALL = 0.001  # share of the site's energy; bands below it are thinner than a line, so a family's small ones share one

Band = tuple[str, str, list[str]]  # name, colour, owners


@styled
def site_power(run: Run) -> Figure:
    """Power at the meter: the IT equipment by owner and the rest by family; below it, the rest by owner.

    A long run is drawn as means; a thin line then shows the highest and lowest report behind each mean.
    """
    site = run.site
    owners = [owner for family in FAMILIES.values() for owner in family if f"power_{owner}" in site]
    need(site, "site", *(f"power_{owner}" for owner in owners[:1] or ["accelerator"]))
    weights = run.hours(site)
    energy = {owner: float(np.nansum(site[f"power_{owner}"].values * weights)) for owner in owners}
    total = sum(energy.values()) or 1.0
    data = from_start(run, thinned(site[[f"power_{owner}" for owner in owners]]))

    upper: list[Band] = []
    lower: list[Band] = []
    for family, colours in FAMILIES.items():
        members = [owner for owner in colours if energy.get(owner, 0.0) > 0]
        if not members:
            continue
        each = _bands(members, colours, energy, SMALL * total, family)
        if family == "IT":
            upper += each
        else:
            upper.append((FAMILY_NAMES[family], colours[members[len(members) // 2]], members))
            lower += each

    figure = Figure(figsize=(10, 6.4 if lower else 4.2))
    panels = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2], squeeze=False)[:, 0] if lower else [figure.subplots()]
    for axes, bands in zip(panels, (upper, lower), strict=False):
        divisor = _stack(axes, run, data, bands, energy, total)
        mark_events(axes, run, label=axes is panels[0])
        if axes is panels[0] and "power" in site and block_of(site) > 1:
            _envelope(axes, run, site["power"], divisor)
    panels[0].set_title("Site power by owner (share of energy)", pad=title_pad(run))
    if lower:
        panels[1].set_title("Of it: everything but the IT equipment")
    frame_time(panels[-1], run, site)
    return figure


def _bands(members: Sequence[str], colours: dict[str, str], energy: dict[str, float], small: float, family: str) -> list[Band]:
    """A band for each owner; two or more small ones together."""
    rest = [owner for owner in members if energy[owner] < small]
    if len(rest) < 2:
        rest = []
    bands = [(OWNER_NAMES.get(owner, owner), colours[owner], [owner]) for owner in members if owner not in rest]
    return bands + ([(f"other {FAMILY_NAMES[family]}", colours[rest[-1]], rest)] if rest else [])


def _stack(axes: Axes, run: Run, data: xr.Dataset, bands: Sequence[Band], energy: dict[str, float], total: float) -> float:
    watts = [np.sum([data[f"power_{owner}"].values for owner in owners], axis=0, dtype=np.float64) for _, _, owners in bands]
    divisor, unit = power_scale(float(np.nanmax(np.sum(watts, axis=0))) if watts else 0.0)
    drawn = axes.stackplot(
        run.local(data["time"]), [w / divisor for w in watts], colors=[colour for _, colour, _ in bands], lw=0, step="pre"
    )
    names = [f"{name}  {percent(100 * sum(energy[o] for o in owners) / total)}" for name, _, owners in bands]
    axes.legend(drawn[::-1], names[::-1], loc="upper left", bbox_to_anchor=(1.01, 1.02), handlelength=1.2, labelspacing=0.25)
    axes.set_ylabel(f"power ({unit})")
    axes.set_ylim(bottom=0)
    return divisor


def _envelope(axes: Axes, run: Run, power: xr.DataArray, divisor: float) -> None:
    block = block_of(power.to_dataset(name="power"))
    starts = np.arange(0, power.sizes["time"], block)
    ends = np.append(starts[1:], power.sizes["time"]) - 1
    when = run.local(power["time"].values[ends])
    for extreme in (np.maximum, np.minimum):
        axes.step(when, extreme.reduceat(power.values, starts) / divisor, where="pre", color=BLACK, lw=0.4, alpha=0.7)


@styled
def load_duration(run: Run) -> Figure:
    """For which share of the time power is at or above a level."""
    view = energy.load_duration(run)
    divisor, unit = power_scale(float(view.levels[0].power[0]))
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    for level in view.levels:
        watts = level.power / divisor
        text = say(
            "{name}\n  peak {peak:.3g}, mean {mean:.3g} {unit}",
            name=say(level.name),
            peak=watts[0],
            mean=level.mean / divisor,
            unit=unit,
        )
        axes.step(100 * level.share, np.append(watts, watts[-1]), where="post", color=LEVEL_COLOURS[level.series], label=text)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, axes.get_ylim()[1] * 1.04)
    axes.set_xlabel(say("share of the time (% of {hours:.4g} h)", hours=view.hours))
    axes.set_ylabel(say("power reached or exceeded ({unit})", unit=unit))
    axes.set_title(say("Load duration"))
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02))
    return figure

"""Water to and from the halls, and the weather it is cooled by."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, BLUE, GREEN, GREY, VERMILION, power_scale, styled
from .parts import frame_time, mark_events, need, thinned, title_pad

LOOPS = 6


@styled
def loop_temperatures(run: Run) -> Figure:
    """Supply and return of each facility loop beside the wet bulb, with its heat and the share taken without chillers."""
    loops = run.loops
    need(loops, "loops", "supply_temperature", "return_temperature")
    data = thinned(loops)
    when = run.local(data["time"])
    names = [str(name) for name in data["loop"].values][:LOOPS]
    site = run.site
    weather = thinned(site[[n for n in ("wet_bulb", "dry_bulb") if n in site]]) if "wet_bulb" in site else None

    figure = Figure(figsize=(10, 0.8 + 2.5 * len(names)))
    panels = figure.subplots(len(names), 2, sharex=True, squeeze=False, width_ratios=[3, 2])
    for i, name in enumerate(names):
        axes, heat = panels[i]
        axes.plot(when, data["return_temperature"].values[:, i], color=VERMILION, label="return")
        axes.plot(when, data["supply_temperature"].values[:, i], color=BLUE, label="supply")
        if weather is not None:
            outdoors = run.local(weather["time"])
            axes.plot(outdoors, weather["wet_bulb"].values, color=BLACK, lw=0.9, ls=(0, (4, 2)), label="wet bulb")
            if "dry_bulb" in weather:
                axes.plot(outdoors, weather["dry_bulb"].values, color=GREY, lw=0.9, ls=":", label="dry bulb")
        axes.set_ylabel("temperature (°C)")
        axes.set_title(f"{name}: water", pad=title_pad(run) if i == 0 else 8)
        axes.margins(x=0)
        mark_events(axes, run, label=i == 0)
        _heat(heat, data, i, when)
        heat.set_title(f"{name}: heat rejected", pad=title_pad(run) if i == 0 else 8)
    panels[0, 0].legend(loc="upper right", ncols=4, fontsize=8, borderaxespad=0.2, handlelength=1.6, columnspacing=1.2)
    low, high = panels[0, 0].get_ylim()
    panels[0, 0].set_ylim(low, high + 0.18 * (high - low))  # room for the legend
    frame_time(panels[-1, 0], run, loops)
    frame_time(panels[-1, 1], run, loops, most=7)
    panels[-1, 1].set_xlabel(f"time ({run.zone_name})")
    return figure


def _heat(axes: Axes, data: xr.Dataset, i: int, when: pd.DatetimeIndex) -> None:
    if "heat" not in data:
        axes.set_axis_off()
        return
    watts = data["heat"].values[:, i]
    divisor, unit = power_scale(float(np.nanmax(watts)) if np.isfinite(watts).any() else 0.0)
    if "free_cooling" in data:
        free = watts * np.nan_to_num(data["free_cooling"].values[:, i])
        chilled = watts - free
        bands = [(free, GREEN, "without compressors"), (chilled, VERMILION, "by chillers")]
        bands = [band for band in bands if float(np.nanmax(band[0])) > 1e-6 * float(np.nanmax(watts))] or bands[:1]
        axes.stackplot(
            when,
            [band[0] / divisor for band in bands],
            colors=[band[1] for band in bands],
            labels=[band[2] for band in bands],
            alpha=0.75,
            lw=0,
        )
        axes.set_ylim(0, max(float(np.nanmax(watts)) / divisor, 1e-9) * 1.3)
        axes.legend(loc="upper right", ncols=2, fontsize=8, borderaxespad=0.2, handlelength=1.2)
    else:
        axes.plot(when, watts / divisor, color=VERMILION)
        axes.set_ylim(bottom=0)
    axes.margins(x=0)
    axes.set_ylabel(f"heat ({unit})")

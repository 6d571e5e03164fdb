"""How efficiency follows the weather."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, power_scale, styled
from .parts import need

DOTS = 6000  # more hide each other
STEADY = 0.5  # K; a wet bulb that moves less explains nothing


@styled
def pue_against_wet_bulb(run: Run) -> Figure:
    """One dot for each report, coloured by IT power, and the median for each degree; against IT power in steady weather."""
    site = run.site
    need(site, "site", "pue", "wet_bulb")
    step = max(1, -(-site.sizes["time"] // DOTS))  # every nth report is as good a picture as all of them
    wet, pue = site["wet_bulb"].values, site["pue"].values
    load = site["it_power"].values if "it_power" in site else np.full(wet.shape, np.nan)
    good = np.isfinite(wet) & np.isfinite(pue)
    wet, pue, load = wet[good], pue[good], load[good]
    steady = wet.size > 0 and float(np.ptp(wet)) < STEADY and bool(np.isfinite(load).any())
    figure = Figure(figsize=(7, 4.4))
    axes = figure.subplots()
    axes.set_ylabel("power usage effectiveness (1)")
    if steady:
        divisor, unit = power_scale(float(np.nanmax(load)))
        axes.scatter(load[::step] / divisor, pue[::step], s=9, lw=0)
        axes.set_xlim(0, float(np.nanmax(load)) / divisor * 1.05)
        axes.set_xlabel(f"IT power ({unit})")
        axes.set_title(f"PUE against IT power (the wet bulb stays at {np.median(wet):.1f} °C)")
        return figure
    if np.isfinite(load).any():
        divisor, unit = power_scale(float(np.nanmax(load)))
        dots = axes.scatter(wet[::step], pue[::step], c=load[::step] / divisor, s=7, lw=0)
        bar = figure.colorbar(dots, ax=axes, label=f"IT power ({unit})", pad=0.02)
        bar.outline.set_visible(False)
    else:
        axes.scatter(wet[::step], pue[::step], s=7, lw=0)
    degree = np.round(wet).astype(int)
    kept = [d for d in np.unique(degree) if np.count_nonzero(degree == d) >= 3]
    if len(kept) >= 2:
        medians = [float(np.median(pue[degree == d])) for d in kept]
        axes.plot(kept, medians, color="white", lw=3.5)
        axes.plot(kept, medians, color=BLACK, lw=1.4, marker="o", ms=3, label="median for each degree")
        axes.legend(loc="lower right")  # efficiency worsens with warmth, so this corner is empty
    axes.set_xlabel("outdoor wet bulb (°C)")
    axes.set_title("PUE against wet bulb")
    return figure

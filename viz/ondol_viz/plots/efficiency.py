"""How efficiency follows the weather."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..run import Run
from ..style import BLACK, power_scale, styled
from .parts import need


@styled
def pue_against_wet_bulb(run: Run) -> Figure:
    """One dot for each report, coloured by IT power, and the median for each degree of wet bulb."""
    site = run.site
    need(site, "site", "pue", "wet_bulb")
    step = max(1, -(-site.sizes["time"] // 6000))  # every nth report is as good a picture as all of them
    wet, pue = site["wet_bulb"].values, site["pue"].values
    good = np.isfinite(wet) & np.isfinite(pue)
    figure = Figure(figsize=(7, 4.4))
    axes = figure.subplots()
    if "it_power" in site:
        load = site["it_power"].values
        divisor, unit = power_scale(float(np.nanmax(load)))
        dots = axes.scatter(wet[good][::step], pue[good][::step], c=load[good][::step] / divisor, s=7, lw=0)
        bar = figure.colorbar(dots, ax=axes, label=f"IT power ({unit})", pad=0.02)
        bar.outline.set_visible(False)
    else:
        axes.scatter(wet[good][::step], pue[good][::step], s=7, lw=0)
    degree = np.round(wet[good]).astype(int)
    kept = [d for d in np.unique(degree) if np.count_nonzero(degree == d) >= 3]
    if len(kept) >= 2:
        medians = [float(np.median(pue[good][degree == d])) for d in kept]
        axes.plot(kept, medians, color="white", lw=3.5)
        axes.plot(kept, medians, color=BLACK, lw=1.4, marker="o", ms=3, label="median for each degree")
        axes.legend(loc="upper left")
    axes.set_xlabel("outdoor wet bulb (°C)")
    axes.set_ylabel("power usage effectiveness (1)")
    axes.set_title("PUE against wet bulb")
    return figure

"""The halls seen from above."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib import colormaps, patheffects
from matplotlib.figure import Figure

from ..run import Run
from ..style import power_scale, styled
from .parts import MissingData, need

WIDTH = 8  # positions a hall is drawn with at least, so that a few racks look like racks
SPAN_K = 4.0  # least range of a colour scale of temperatures; a narrower one makes tenths of a kelvin look like hot spots

_SHOWN = {
    "power": ("rack power", "cividis"),
    "inlet_temperature": ("inlet air", "inferno"),
    "accelerator_temperature": ("accelerator temperature", "inferno"),
    "accelerators_busy": ("accelerators held", "cividis"),
}


@styled
def floor_plan(
    run: Run,
    quantities: tuple[str, ...] = ("power", "inlet_temperature", "accelerator_temperature"),
    when: str | None = None,
) -> Figure:
    """Every rack at its place, coloured by each quantity, at one moment.

    `when` is a date on the site's clock; without it, the moment of the highest total rack power.
    """
    racks = run.racks
    shown = [q for q in quantities if q in racks]
    if not shown:
        raise MissingData("the run has none of the series " + ", ".join(f"racks/{q}" for q in quantities))
    need(racks, "racks", shown[0])
    for column in ("hall", "row", "position"):
        if column not in racks.coords:
            raise MissingData(f"the racks have no {column}")
    now = racks.isel(time=_moment(run, racks, when)).load()
    date = run.local([now["time"].values])[0]
    halls = list(dict.fromkeys(now["hall"].values.tolist()))
    grids = {hall: _places(now, hall) for hall in halls}
    scaled = {quantity: _scaled(now[quantity]) for quantity in shown}

    heights = [max(len(grids[h][0]), 2) for h in halls]
    widest = max(WIDTH, *(len(grids[h][1]) for h in halls))
    height = max(2.6, 0.8 + sum(0.22 * h + 0.62 for h in heights))  # room for the label of the colours
    figure = Figure(figsize=(min(14, 5.2 * len(shown) + 0.6), height))
    panels: Any = figure.subplots(len(halls), len(shown), squeeze=False, height_ratios=heights)
    for side, quantity in enumerate(shown):
        values, unit = scaled[quantity]
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        if unit == "°C":
            widen = max(0.0, SPAN_K - (high - low)) / 2
            low, high = low - widen, high + widen
        else:
            low, high = 0.0, high if high > 0 else 1.0
        name, colours = _SHOWN.get(quantity, (quantity.replace("_", " "), "cividis"))
        cmap = colormaps[colours].with_extremes(bad="#ECECEC")
        for line, hall in enumerate(halls):
            axes = panels[line, side]
            rows, positions, where = grids[hall]
            image = np.full((len(rows), len(positions)), np.nan)
            for place, value in zip(where, values[now["hall"].values == hall], strict=True):
                image[place] = value
            mesh = axes.pcolormesh(
                np.ma.masked_invalid(image), cmap=cmap, vmin=low, vmax=high, edgecolors="white", linewidth=0.8
            )
            axes.set_xlim(0, widest)  # so that racks of all halls are equally wide
            axes.set_ylim(len(rows), 0)  # the first row above
            axes.set_aspect("equal", anchor="NW")
            axes.grid(False)
            axes.spines[:].set_visible(False)
            axes.tick_params(length=0)
            _ticks(axes, "x", positions)
            _ticks(axes, "y", rows)
            axes.set_ylabel("row")
            axes.set_title(f"{hall}: {name}")
            if side == 0:
                _name_pools(axes, now, hall, where)
        panels[-1, side].set_xlabel("position in the row")
        bar = figure.colorbar(
            mesh, ax=panels[:, side].tolist(), label=f"{name}\n({unit})", pad=0.02, aspect=max(15, 6 * height)
        )
        bar.outline.set_visible(False)
    figure.suptitle(
        f"Floor plan on {date:%Y-%m-%d at %H:%M} ({run.zone_name})", x=0.01, ha="left", fontsize=11, fontweight="bold"
    )
    return figure


def _moment(run: Run, racks: xr.Dataset, when: str | None) -> int:
    if when is not None:
        shown = run.local(racks["time"])
        return int(np.argmin(np.abs((shown - pd.Timestamp(when)).total_seconds().to_numpy())))
    if "power" in run.site:
        total = run.site["power"].values
    else:
        total = racks["power"].sum("rack").values if "power" in racks else np.zeros(1)
    return min(int(np.nanargmax(total)), racks.sizes["time"] - 1)


def _places(now: xr.Dataset, hall: str) -> tuple[list[Any], list[Any], list[tuple[int, int]]]:
    """Rows and positions of a hall in order, and each rack's place among them."""
    here = now.isel(rack=np.flatnonzero(now["hall"].values == hall))
    rows, positions = here["row"].values.tolist(), here["position"].values.tolist()
    all_rows, all_positions = sorted(set(rows)), sorted(set(positions))
    at_row = {r: i for i, r in enumerate(all_rows)}
    at_position = {p: i for i, p in enumerate(all_positions)}
    return all_rows, all_positions, [(at_row[r], at_position[p]) for r, p in zip(rows, positions, strict=True)]


def _name_pools(axes: Any, now: xr.Dataset, hall: str, where: list[tuple[int, int]]) -> None:
    """The name of each pool at its first rack, where a hall has several."""
    if "pool" not in now.coords:
        return
    first: dict[str, tuple[int, int]] = {}
    for pool, place in sorted(
        zip(now["pool"].values[now["hall"].values == hall].tolist(), where, strict=True), key=lambda p: p[1]
    ):
        first.setdefault(str(pool), place)
    if len(first) < 2:
        return
    for pool, (row, position) in first.items():
        text = axes.text(position + 0.12, row + 0.5, pool, va="center", fontsize=7, color="white", clip_on=False)
        text.set_path_effects([patheffects.withStroke(linewidth=1.6, foreground="#222222")])


def _scaled(values: xr.DataArray) -> tuple[np.ndarray[Any, Any], str]:
    unit = str(values.attrs.get("units", "1"))
    if unit == "W":
        finite = values.values[np.isfinite(values.values)]
        divisor, unit = power_scale(float(finite.max()) if finite.size else 0.0)
        return values.values / divisor, unit
    return values.values, {"degC": "°C"}.get(unit, unit)


def _ticks(axes: Any, which: str, labels: list[Any]) -> None:
    step = max(1, -(-len(labels) // 12))
    at = [i + 0.5 for i in range(0, len(labels), step)]
    text = [f"{label:g}" if isinstance(label, float) else str(label) for label in labels[::step]]
    (axes.set_xticks if which == "x" else axes.set_yticks)(at, text)

"""How power swings in a phase window: over time, by frequency, and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from .. import swing
from ..run import Run
from ..style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, percent, power_scale, styled, time_ticks
from .parts import POINTS, MissingData

LEAST = 17  # rows; of fewer than 16 whole ones there is no spectrum
CLOSE = 60_000  # rows in which an iteration is looked for, ten minutes of them
CROWDED = 0.22  # share of the points that stand for a swing, above which swings run into each other
BAND_POINTS = 250  # of a band; each is long enough for its mean to be calm
SPAN = 1e-4  # amplitudes below this part of the strongest say nothing
JOBS = (ORANGE, GREEN, PURPLE, VERMILION, SKY)  # those that swing most; further ones are not told apart
PLATE = {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 2}

Ends = np.ndarray[Any, np.dtype[np.float64]]  # of rows, in the unit of the time axis
Shown = Sequence[tuple[xr.DataArray, str, str]]  # power, colour, name; no name where it stands alone


@styled
def power_swing(run: Run, window: str | None = None) -> Figure:
    """Power in a phase window, by default the first with rows: over the window at the meter and of the IT equipment, three
    iterations of the job that swings most, the spectrum with the band that grids name, and how fast power changes.

    Where there are more rows than a figure has pixels, the lowest and highest behind each are drawn, so that no dip is lost.
    """
    name, data = _window(run, window)
    power = data["power"]
    shown = ((data["it_power"], BLUE, "IT equipment"), (power, BLACK, "at the meter"))
    divisor, unit = _scale(float(power.max()))

    figure = Figure(figsize=(10, 9))
    grid = figure.add_gridspec(3, 2, height_ratios=[3, 3, 3.4])
    above = figure.add_subplot(grid[0, :])
    for series, colour, label in shown:
        note = _draw(above, date2num(run.local(series["time"])), series, divisor, colour, label, 0.8)
    above.set_ylim(0, 1.06 * float(power.max()) / divisor)
    above.set_ylabel(f"power ({unit})")
    above.legend(*(part[::-1] for part in above.get_legend_handles_labels()), loc="lower left", ncols=2)
    first, last = _span(run, power)
    above.set_xlim(first, last)
    time_ticks(above)
    above.set_xlabel(f"time ({run.zone_name}) from {first:%Y-%m-%d}{note}")
    above.set_title(_title(run, name, power))

    jobs = data.get("job_power")
    close, lead, what = _closer(power, jobs)
    near = figure.add_subplot(grid[1, 0] if lead else grid[1, :])
    for series, colour, label in shown:
        _stretch(near, series, close, divisor, colour, label)
    near.set_ylabel(f"power ({unit})")
    near.set_title(what)
    if jobs is not None and lead:
        beside = figure.add_subplot(grid[1, 1], sharex=near)
        scale, job_unit = _scale(float(jobs.max()))
        for colour, job in zip(JOBS, lead, strict=False):
            _stretch(beside, jobs.isel(job=job), close, scale, colour, str(jobs["job"].values[job]))
        for job in lead[len(JOBS) :]:
            _stretch(beside, jobs.isel(job=job), close, scale, GREY, "")
        beside.set_ylim(bottom=0)
        beside.set_ylabel(f"power of the job ({job_unit})")
        beside.set_title("Jobs" if len(lead) <= len(JOBS) else f"Jobs: {len(JOBS)} of {len(lead)} by name")
        beside.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02))

    spectrum = figure.add_subplot(grid[2, 0])
    _spectra(spectrum, [(power, BLACK, "")])
    _ramps(figure.add_subplot(grid[2, 1]), [(power, BLACK, "")])
    return figure


@styled
def compare_swing(run_a: Run, run_b: Run, window: str | None = None, names: tuple[str, str] | None = None) -> Figure:
    """Two runs in the same window, by default the first that both have: with and without smoothing, say.

    `names` stand in the legend; by default the titles of the runs or, where these are alike, their files.
    """
    if window is None:
        window = next((name for name in reached(run_a) if name in reached(run_b)), None)
        if window is None:
            raise MissingData("the two runs have no phase window of the same name")
    if names is None:
        names = (run_a.title, run_b.title) if run_a.title != run_b.title else (run_a.path.stem, run_b.path.stem)
    powers = [_window(run, window)[1]["power"] for run in (run_a, run_b)]
    shown = list(zip(powers, (VERMILION, BLUE), names, strict=True))
    highest = max(float(power.max()) for power in powers)
    divisor, unit = _scale(highest)

    figure = Figure(figsize=(10, 9.4))
    grid = figure.add_gridspec(3, 2, height_ratios=[3, 3, 3.4])
    above, near = figure.add_subplot(grid[0, :]), figure.add_subplot(grid[1, :])
    note = ""
    for run, (power, colour, name) in zip((run_a, run_b), shown, strict=True):
        ends = _seconds(power)
        note = _draw(above, ends, power, divisor, colour, name, 0.8) or note
        close, _, _ = _closer(power, run.windows[window].get("job_power"))
        label = f"{name}: mean {_watts(float(power.mean()))}, {_watts(float(swing.peak_to_peak(power)))} from lowest to highest"
        _stretch(near, power, close, divisor, colour, label)
    above.set_xlim(0, max(_seconds(power)[-1] for power in powers))
    above.set_ylim(0, 1.06 * highest / divisor)
    above.set_xlabel(f"time after the start of the window (s){note}")
    above.legend(loc="lower left", ncols=2)
    above.set_title(_title(run_a, window, powers[0]))
    near.set_title("Three iterations")
    near.legend(loc="upper left", bbox_to_anchor=(0, -0.22))
    for axes in (above, near):
        axes.set_ylabel(f"power at the meter ({unit})")
    spectrum, ramps = figure.add_subplot(grid[2, 0]), figure.add_subplot(grid[2, 1])
    _spectra(spectrum, shown)
    _ramps(ramps, shown)
    for axes in (spectrum, ramps):
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.2))
    return figure


def reached(run: Run) -> list[str]:
    """Names of the windows that have rows enough to be drawn."""
    return [name for name, data in run.windows.items() if data.sizes.get("time", 0) >= LEAST]


def _window(run: Run, name: str | None) -> tuple[str, xr.Dataset]:
    """The window of that name, or the first with enough rows; with its series loaded."""
    if not run.windows:
        raise MissingData("the run has no phase window; a [[phase_window]] in the scenario makes one")
    if name is None:
        name = next(iter(reached(run) or run.windows))
    if name not in run.windows:
        raise MissingData(f"the run has no phase window “{name}”; it has {', '.join(run.windows)}")
    data = run.windows[name]
    for series in ("power", "it_power"):
        if series not in data:
            raise MissingData(f"the run has no series windows/{name}/{series}")
    if data.sizes["time"] < LEAST:
        raise MissingData(f"the phase window “{name}” has {data.sizes['time']} rows, fewer than {LEAST}")
    return name, data


def _title(run: Run, name: str, power: xr.DataArray) -> str:
    first, last = _span(run, power)
    return (
        f"Power in the window “{name}”: {first:%Y-%m-%d %H:%M:%S} ({run.zone_name}), {_length((last - first).total_seconds())}"
    )


def _length(seconds: float) -> str:
    for size, unit, least in ((3600, "h", 3600), (60, "min", 120)):
        if seconds >= least:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def _scale(largest_w: float) -> tuple[float, str]:
    """As `power_scale`, but 1.2 MW rather than 1200 kW: ramps and amplitudes stand in words too."""
    return power_scale(2 * largest_w)


def _watts(power: float) -> str:
    divisor, unit = _scale(power)
    return f"{power / divisor:.3g} {unit}"


def _span(run: Run, power: xr.DataArray) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Start and end of the window on the site's clock."""
    times = power["time"].values
    first, last = run.local([times[0] - (times[1] - times[0]), times[-1]])
    return first, last


def _seconds(power: xr.DataArray) -> Ends:
    """Ends of the rows after the start of the window."""
    times = power["time"].values
    ends: Ends = (times - times[0] + (times[1] - times[0])) / np.timedelta64(1, "s")
    return ends


def _draw(axes: Axes, ends: Ends, power: xr.DataArray, divisor: float, colour: str, label: str, width: float = 1.2) -> str:
    """Steps drawn back from the ends of the rows; what to say of points that stand for several rows.

    Such a point goes from the lowest to the highest row.  Where these follow each other too closely to be told apart, a band from
    the lowest to the highest of fewer points lies around their means.
    """
    values = power.values.astype(np.float64) / divisor
    x, low, high, _ = _blocks(ends, values, POINTS)
    if np.mean(high - low > 0.01 * np.ptp(values)) < CROWDED:
        both = np.stack([low, high], axis=1).ravel()
        axes.step(
            np.append(x[0], np.repeat(x[1:], 2)), np.append(both[0], both), where="pre", color=colour, label=label, lw=width
        )
        return ""
    x, low, high, mean = _blocks(ends, values, BAND_POINTS)
    axes.fill_between(x, np.append(low[0], low), np.append(high[0], high), step="pre", color=colour, alpha=0.3, lw=0)
    axes.step(x, np.append(mean[0], mean), where="pre", color=colour, label=label, lw=width)
    return f", means over {_length(-(-len(ends) // BAND_POINTS) * _seconds(power)[0])} between lowest and highest"


def _blocks(ends: Ends, values: Ends, points: int) -> tuple[Ends, Ends, Ends, Ends]:
    """Begin and ends of blocks of rows, at most `points` of them; lowest, highest and mean of each."""
    starts = np.arange(0, len(ends), -(-len(ends) // points))
    sizes = np.diff(np.append(starts, len(ends)))
    x = np.append(2 * ends[0] - ends[1], ends[starts + sizes - 1])
    mean = np.add.reduceat(values, starts) / sizes
    return x, np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts), mean


def _closer(power: xr.DataArray, jobs: xr.DataArray | None) -> tuple[slice, list[int], str]:
    """Rows of three iterations of the job that swings most, the jobs by their swing, and what the rows are."""
    leader, lead, of = power[:CLOSE], [], ""
    if jobs is not None:
        size = swing.peak_to_peak(jobs).values
        lead = [int(job) for job in np.argsort(-size, kind="stable") if size[job] > 0]
        if lead:
            leader, of = jobs.isel(job=lead[0], time=slice(CLOSE)), f" of {jobs['job'].values[lead[0]]}"
    repeat, period = float(swing.repetition(leader)), _seconds(power)[0]
    if np.isfinite(repeat):
        return slice(0, round(3 * repeat / period)), lead, f"Three iterations{of}, {repeat:.3g} s each"
    rows = min(power.sizes["time"], max(LEAST, round(10 / period)))
    return slice(0, rows), lead, f"The first {_length(rows * period)}"


def _stretch(axes: Axes, power: xr.DataArray, rows: slice, divisor: float, colour: str, label: str) -> None:
    ends = _seconds(power)[rows]
    _draw(axes, ends, power.isel(time=rows), divisor, colour, label)
    axes.set_xlim(0, max(axes.get_xlim()[1] if len(axes.lines) > 1 else 0.0, ends[-1]))
    axes.set_xlabel("time after the start of the window (s)")


def _spectra(axes: Axes, shown: Shown) -> None:
    """The highest line of each fiftieth of a decade, and a mark at the strongest of all."""
    found = [swing.spectrum(power)["amplitude"][1:] for power, _, _ in shown]  # the first line is the mean
    strongest = [1 + int(np.argmax(amplitude.values[1:])) for amplitude in found]  # the next is what drifts
    top = max(float(amplitude[line]) for amplitude, line in zip(found, strongest, strict=True)) or 1.0
    divisor, unit = _scale(top)
    low, high = swing.BAND_HZ
    for amplitude, line, (power, colour, name) in zip(found, strongest, shown, strict=True):
        frequency, watts = amplitude["frequency"].values, np.maximum(amplitude.values, SPAN * top)
        _, starts = np.unique(np.floor(50 * np.log10(frequency)), return_index=True)
        stops = np.append(starts[1:], len(watts))
        peaks = [start + int(np.argmax(watts[start:stop])) for start, stop in zip(starts, stops, strict=True)]
        words = f"{_watts(float(amplitude[line]))} at {frequency[line]:.2g} Hz"
        label = f"{name}: {_in_band(power)}; strongest {words}".replace("\n", ",\n    ")
        axes.plot(frequency[peaks], watts[peaks] / divisor, color=colour, lw=1.1, label=label)
        at = frequency[line], watts[line] / divisor
        axes.plot(*at, "o", color=colour, ms=4)
        if not name:
            axes.annotate(
                words if watts[line] > SPAN * top else "", at, xytext=(6, 4), textcoords="offset points", fontsize=8.5
            )
            middle = (low * high) ** 0.5, 0.03
            axes.text(*middle, _in_band(power), transform=axes.get_xaxis_transform(), ha="center", fontsize=8.5, bbox=PLATE)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(SPAN * top / divisor, 4 * top / divisor)
    axes.axvspan(low, high, color=SKY, alpha=0.18, lw=0)
    axes.set_xlabel(f"frequency (Hz), band of {low:g}–{high:g} Hz shaded")
    axes.set_ylabel(f"amplitude at the meter ({unit})")
    axes.set_title("Spectrum")


def _in_band(power: xr.DataArray) -> str:
    try:
        share, rms = float(swing.band_share(power)), float(swing.band_variance(power)) ** 0.5
    except ValueError:
        return "share not known:\nwindow too short or rows too long"
    return f"{_watts(rms)} rms in the band\n{percent(100 * share)} of the variance" if np.isfinite(share) else "no swing"


def _ramps(axes: Axes, shown: Shown) -> None:
    """For which share of the time power changes how fast, over one second or what comes nearest."""
    ramps, over = [], 0.0
    for power, _, _ in shown:
        period = _seconds(power)[0]
        over = period * min(max(1, round(1 / period)), power.sizes["time"] // 2)
        ramps.append(swing.ramp(power, f"{over:.9f} s").values)
    widest = max(float(np.abs(values).max()) for values in ramps) or 1.0
    divisor, unit = _scale(widest)
    edges = np.linspace(-1.02, 1.02, 62) * widest / divisor
    for values, (_, colour, name) in zip(ramps, shown, strict=True):
        share = np.full(len(values), 100 / len(values))
        words = f"{values.min() / divisor:+.3g} to {values.max() / divisor:+.3g} {unit}/s".replace("-", "−")
        words = words if values.any() else "none"
        kind = "step" if name else "bar"
        axes.hist(values / divisor, edges, weights=share, histtype=kind, color=colour, lw=1.3, label=f"{name}: {words}")
        axes.set_title("Ramps" if name else f"Ramps: {words}")
    axes.set_yscale("log")
    axes.set_ylim(top=200)
    axes.set_ylabel("share of the time (%)")
    axes.set_xlabel(f"change of power in {_length(over)} ({unit}/s)")

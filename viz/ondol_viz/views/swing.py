"""How power swings in a phase window: over time, close by, by frequency, and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from .. import swing
from ..run import Run
from ..style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, duration_text, percent, power_scale
from ..words import say
from .blocks import POINTS, Floats
from .missing import MissingData

LEAST = 17  # rows; of fewer than 16 whole ones there is no spectrum
CLOSE = 60_000  # rows in which an iteration is looked for, ten minutes of them
CROWDED = 0.22  # share of the points that stand for a swing, above which swings run into each other
BAND_POINTS = 250  # of a band; each is long enough for its mean to be calm
SPAN = 1e-4  # amplitudes below this part of the strongest say nothing
RAMPS = 61  # classes of a distribution of ramps
JOBS = (ORANGE, GREEN, PURPLE, VERMILION, SKY)  # those that swing most; further ones are not told apart


@dataclass(frozen=True)
class Line:
    """One power that is shown."""

    name: str  # said already; "": it stands alone
    colour: str
    power: xr.DataArray  # (time,), W


@dataclass(frozen=True)
class Wave:
    """Power over time, at most POINTS points.  Times in s after the start of the window.

    Where swings follow each other too closely to be told apart, points are fewer, and `crowded`: a band from the lowest to the highest
    row around their means shows more than steps.
    """

    name: str
    colour: str
    ends: Floats  # (point + 1,): begin of the first, ends of all
    low: Floats  # (point,), W
    high: Floats
    mean: Floats
    crowded: bool

    @property
    def steps(self) -> tuple[Floats, Floats]:
        """Points of a line of steps drawn back from the ends, from the lowest to the highest row of each."""
        both = np.stack([self.low, self.high], axis=1).ravel()
        return np.append(self.ends[0], np.repeat(self.ends[1:], 2)), np.append(both[0], both)


@dataclass(frozen=True)
class Spectrum:
    """The strongest line of each fiftieth of a decade."""

    name: str
    colour: str
    frequency: Floats  # Hz
    amplitude: Floats  # W
    strongest: tuple[float, float]  # Hz and W
    band_rms: float  # W, within swing.BAND_HZ; NaN: window too short or rows too long
    band_share: float  # of the variance; NaN likewise, and where power is constant
    known: bool  # whether the band can be told


@dataclass(frozen=True)
class Ramps:
    """For which share of the time power changes how fast."""

    name: str
    colour: str
    over: float  # s
    edges: Floats  # (class + 1,), W/s; the same for all that stand together
    share: Floats  # (class,), %
    lowest: float  # W/s
    highest: float


@dataclass(frozen=True)
class PowerSwing:
    title: str  # said
    begin: pd.Timestamp  # UTC
    seconds: float
    whole: tuple[Wave, ...]
    close: tuple[Wave, ...]
    closer: str  # said: what `close` and `jobs` show
    jobs: tuple[Wave, ...]  # by their swing, the largest first; those after JOBS are grey and without name
    spectra: tuple[Spectrum, ...]
    ramps: tuple[Ramps, ...]


def power_swing(run: Run, window: str | None = None) -> PowerSwing:
    """A phase window, by default the first with rows: at the meter, without storage where there is one, and of the IT equipment."""
    name, data = _window(run, window)
    power = data["power"]
    meter = Line(say("at the meter"), BLACK, power)
    lines = [Line(say("IT equipment"), BLUE, data["it_power"]), meter]
    told = [Line("", BLACK, power)]
    if "meter_without_storage" in data:
        bare = Line(say("without storage"), VERMILION, data["meter_without_storage"])
        lines.insert(1, bare)
        told = [bare, meter]
    jobs = data.get("job_power")
    near = _closer(power, jobs)
    return PowerSwing(
        title=_title(run, name, power),
        begin=_begin(power),
        seconds=float(_seconds(power)[-1]),
        whole=tuple(_wave(line) for line in lines),
        close=tuple(_wave(line, near.rows) for line in lines),
        closer=near.what,
        jobs=tuple(_job_wave(jobs, job, number, near.rows) for number, job in enumerate(near.jobs)) if jobs is not None else (),
        spectra=tuple(_spectrum(line) for line in told),
        ramps=_ramps(told),
    )


def compare_swing(run_a: Run, run_b: Run, window: str | None = None, names: tuple[str, str] | None = None) -> PowerSwing:
    """Two runs in the same window, by default the first that both have; `names` by default the titles of the runs or, where these
    are alike, their files."""
    if window is None:
        window = next((name for name in reached(run_a) if name in reached(run_b)), None)
        if window is None:
            raise MissingData("the two runs have no phase window of the same name")
    if names is None:
        names = (run_a.title, run_b.title) if run_a.title != run_b.title else (run_a.path.stem, run_b.path.stem)
    powers = [_window(run, window)[1]["power"] for run in (run_a, run_b)]
    lines = [Line(*line) for line in zip(names, (VERMILION, BLUE), powers, strict=True)]
    looks = [_closer(line.power, run.windows[window].get("job_power")) for run, line in zip((run_a, run_b), lines, strict=True)]
    near = next((look for look in looks if look.repeats), looks[0])
    close = []
    for line in lines:
        label = say(
            "{name}: mean {mean}, {swing} from lowest to highest",
            name=line.name,
            mean=watts(float(line.power.mean())),
            swing=watts(float(swing.peak_to_peak(line.power))),
        )
        close.append(_wave(Line(label, line.colour, line.power), near.rows))
    return PowerSwing(
        title=_title(run_a, window, powers[0]),
        begin=_begin(powers[0]),
        seconds=max(float(_seconds(power)[-1]) for power in powers),
        whole=tuple(_wave(line) for line in lines),
        close=tuple(close),
        closer=say("Three iterations") if near.repeats else near.what,
        jobs=(),
        spectra=tuple(_spectrum(line) for line in lines),
        ramps=_ramps(lines),
    )


def reached(run: Run) -> list[str]:
    """Names of the windows that have rows enough to be drawn."""
    return [name for name, data in run.windows.items() if data.sizes.get("time", 0) >= LEAST]


def scale(largest_w: float) -> tuple[float, str]:
    """As `power_scale`, but 1.2 MW rather than 1200 kW: ramps and amplitudes stand in words too."""
    return power_scale(2 * largest_w)


def watts(power: float) -> str:
    divisor, unit = scale(power)
    return f"{power / divisor:.3g} {unit}"


def highest(waves: Sequence[Wave]) -> float:
    """W"""
    return max(float(wave.high.max()) for wave in waves)


def means_note(waves: Sequence[Wave]) -> str:
    """What to say on the axis of time of waves that are bands around means."""
    over = next((float(wave.ends[1] - wave.ends[0]) for wave in waves if wave.crowded), None)
    return say(", means over {length} between lowest and highest", length=duration_text(over / 3600)) if over else ""


def strongest_words(spectrum: Spectrum) -> str:
    frequency, amplitude = spectrum.strongest
    return say("{power} at {frequency:.2g} Hz", power=watts(amplitude), frequency=frequency)


def band_words(spectrum: Spectrum) -> list[str]:
    """How much of the swing lies in the band, on two lines."""
    if not spectrum.known:
        return [say("share not known:"), say("window too short or rows too long")]
    if not np.isfinite(spectrum.band_share):
        return [say("no swing")]
    return [
        say("{power} rms in the band", power=watts(spectrum.band_rms)),
        say("{share} of the variance", share=percent(100 * spectrum.band_share)),
    ]


def ramp_scale(ramps: Sequence[Ramps]) -> tuple[float, str]:
    return scale(max(max(abs(each.lowest), abs(each.highest)) for each in ramps) or 1.0)


def ramp_words(ramps: Ramps, divisor: float, unit: str) -> str:
    if ramps.lowest == ramps.highest == 0:
        return say("none")
    low, high = (f"{value / divisor:+.3g}".replace("-", "−") for value in (ramps.lowest, ramps.highest))
    return say("{low} to {high} {unit}/s", low=low, high=high, unit=unit)


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


def _begin(power: xr.DataArray) -> pd.Timestamp:
    times = power["time"].values
    return pd.Timestamp(times[0] - (times[1] - times[0]))


def _title(run: Run, name: str, power: xr.DataArray) -> str:
    first, last = run.local([_begin(power), power["time"].values[-1]])
    return say(
        "Power in the window “{name}”: {begin} ({zone}), {length}",
        name=name,
        begin=f"{first:%Y-%m-%d %H:%M:%S}",
        zone=run.zone_name,
        length=duration_text((last - first) / pd.Timedelta("1h")),
    )


def _seconds(power: xr.DataArray) -> Floats:
    """Ends of the rows after the start of the window."""
    times = power["time"].values
    ends: Floats = (times - times[0] + (times[1] - times[0])) / np.timedelta64(1, "s")
    return ends


def _wave(line: Line, rows: slice = slice(None)) -> Wave:
    ends = _seconds(line.power)[rows]
    values = line.power.values[rows].astype(np.float64)
    x, low, high, mean = _blocks(ends, values, POINTS)
    crowded = bool(np.mean(high - low > 0.01 * np.ptp(values)) >= CROWDED)
    if crowded:
        x, low, high, mean = _blocks(ends, values, BAND_POINTS)
    return Wave(line.name, line.colour, x, low, high, mean, crowded)


def _job_wave(jobs: xr.DataArray, job: int, number: int, rows: slice) -> Wave:
    named = number < len(JOBS)
    name = str(jobs["job"].values[job]) if named else ""
    return _wave(Line(name, JOBS[number] if named else GREY, jobs.isel(job=job)), rows)


def _blocks(ends: Floats, values: Floats, points: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Begin and ends of blocks of rows, at most `points` of them; lowest, highest and mean of each."""
    starts = np.arange(0, len(ends), -(-len(ends) // points))
    sizes = np.diff(np.append(starts, len(ends)))
    x = np.append(2 * ends[0] - ends[1], ends[starts + sizes - 1])
    mean = np.add.reduceat(values, starts) / sizes
    return x, np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts), mean


@dataclass(frozen=True)
class _Close:
    rows: slice
    jobs: list[int]  # by their swing
    what: str  # said: what the rows are
    repeats: bool  # whether they are iterations


def _closer(power: xr.DataArray, jobs: xr.DataArray | None) -> _Close:
    """Three iterations of the job that swings most, once it is at work; else the first seconds."""
    leader, lead, of = power[:CLOSE], [], ""
    if jobs is not None:
        size = swing.peak_to_peak(jobs).values
        lead = [int(job) for job in np.argsort(-size, kind="stable") if size[job] > 0]
        if lead:
            leader, of = jobs.isel(job=lead[0], time=slice(CLOSE)), str(jobs["job"].values[lead[0]])
    repeat, period = float(swing.repetition(leader)), float(_seconds(power)[0])
    if np.isfinite(repeat):
        what = (
            say("Three iterations of {job}, {time} s each", job=of, time=f"{repeat:.3g}")
            if of
            else say("Three iterations, {time} s each", time=f"{repeat:.3g}")
        )
        at_work = int(np.argmax(leader.values > 0.5 * float(leader.max())))  # 0: from the start of the window
        begin = at_work + round(repeat / period) if at_work * period > repeat else 0
        return _Close(slice(begin, begin + round(3 * repeat / period)), lead, what, True)
    rows = min(power.sizes["time"], max(LEAST, round(10 / period)))
    return _Close(slice(0, rows), lead, say("The first {time}", time=duration_text(rows * period / 3600)), False)


def _spectrum(line: Line) -> Spectrum:
    amplitude = swing.spectrum(line.power)["amplitude"][1:]  # the first line is the mean
    strongest = 1 + int(np.argmax(amplitude.values[1:]))  # the next is what drifts
    frequency, power = amplitude["frequency"].values, amplitude.values
    _, starts = np.unique(np.floor(50 * np.log10(frequency)), return_index=True)
    stops = np.append(starts[1:], len(power))
    peaks = np.array([start + int(np.argmax(power[start:stop])) for start, stop in zip(starts, stops, strict=True)])
    try:
        share, rms, known = float(swing.band_share(line.power)), float(swing.band_variance(line.power)) ** 0.5, True
    except ValueError:
        share, rms, known = float("nan"), float("nan"), False
    return Spectrum(
        name=line.name,
        colour=line.colour,
        frequency=frequency[peaks],
        amplitude=power[peaks],
        strongest=(float(frequency[strongest]), float(power[strongest])),
        band_rms=rms,
        band_share=share,
        known=known,
    )


def _ramps(lines: Sequence[Line]) -> tuple[Ramps, ...]:
    """Over one second or what comes nearest."""
    found = []
    for line in lines:
        period = float(_seconds(line.power)[0])
        over = period * min(max(1, round(1 / period)), line.power.sizes["time"] // 2)
        found.append((over, swing.ramp(line.power, f"{over:.9f} s").values))
    widest = max(float(np.abs(values).max()) for _, values in found) or 1.0
    edges = np.linspace(-1.02, 1.02, RAMPS + 1) * widest
    return tuple(
        Ramps(
            name=line.name,
            colour=line.colour,
            over=over,
            edges=edges,
            share=np.histogram(values, edges)[0] * (100.0 / len(values)),
            lowest=float(values.min()),
            highest=float(values.max()),
        )
        for line, (over, values) in zip(lines, found, strict=True)
    )

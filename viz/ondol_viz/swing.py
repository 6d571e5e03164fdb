"""How power swings: ramps, range, spectrum, repetition.

Every function takes an evenly spaced series of powers in W with a dimension `time`, such as `run.windows["w"].power` (n rows of 10 ms) or
`run.windows["w"].job_power` (n rows x jobs), and treats each of its other dimensions by itself: "(time, ...)" below.  A row is the mean of
its time and `time` is its end; a last row that is shorter than the others is left out.  What comes back is in SI units.

Raises ValueError for series that are too short for the question, not evenly spaced or have gaps.

Rows are means, which hold back what is faster than they are: of a sine of frequency f, rows of length T show sin(pi f T) / (pi f T) of the
amplitude, 94 % at 20 Hz in rows of 10 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pandas as pd
import xarray as xr

# The band that requirements of grids on large training loads name [choukse2025].
BAND_HZ = (0.1, 20.0)
LONGEST_SEGMENT_S = 100.0  # of a spectrum: lines of 0.01 Hz, a tenth of the low edge of the band

Floats = np.ndarray[Any, np.dtype[np.float64]]


def means(power: xr.DataArray, over: str = "2 s") -> xr.DataArray:
    """Means over blocks of rows, (time, ...) in W, as a slower meter would show; a rest at the end is left out."""
    values, period, power = _rows(power)
    block = _count(over, period)
    blocks = len(values) // block
    _enough(blocks, 1, values, period, over)
    joined = values[: blocks * block].reshape(blocks, block, *values.shape[1:]).mean(axis=1)
    return _made(power, joined, "W", f"mean power over {over}", time=power["time"].values[block - 1 : blocks * block : block])


def ramp(power: xr.DataArray, over: str = "1 s", of: Literal["rows", "means"] = "rows") -> xr.DataArray:
    """Change of power in `over`, divided by it: (time, ...) in W/s, at the end of each change.

    of="rows"    between two rows that lie `over` apart: what a fast meter sees, edges of phases included
    of="means"   between the means of two times of that length, one after the other: what is left when the swing within them
                 is averaged out, as limits in MW/min mean it
    """
    values, period, power = _rows(power)
    count = _count(over, period)
    if of == "means":
        _enough(len(values), 2 * count, values, period, f"twice {over}")
        sums = np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)])
        values = (sums[count:] - sums[:-count]) / count
    elif of == "rows":
        _enough(len(values), count + 1, values, period, f"more than {over}")
    else:
        raise ValueError(f'of = "{of}" is neither "rows" nor "means"')
    change = (values[count:] - values[:-count]) / (count * period)
    return _made(power, change, "W s-1", f"change of power in {over}", time=power["time"].values[-len(change) :])


def peak_to_peak(power: xr.DataArray) -> xr.DataArray:
    """Highest less lowest row, (...) in W."""
    values, _, power = _rows(power)
    return _made(power, np.ptp(values, axis=0), "W", "highest less lowest power")


def percentiles(power: xr.DataArray, levels: tuple[float, ...] = (1, 5, 50, 95, 99)) -> xr.DataArray:
    """Power that it stays below for `levels` % of the time, (percentile, ...) in W; linear between rows."""
    values, _, power = _rows(power)
    return _made(power, np.percentile(values, levels, axis=0), "W", "power not exceeded", percentile=np.array(levels))


def load_duration(power: xr.DataArray) -> xr.DataArray:
    """Rows from the highest to the lowest, (share, ...) in W; `share`, above 0 up to 1, is the share of the time at or above it."""
    values, _, power = _rows(power)
    share = np.arange(1, len(values) + 1) / len(values)
    return _made(power, -np.sort(-values, axis=0), "W", "power reached or exceeded", share=share)


def spectrum(power: xr.DataArray, segment: str | None = None) -> xr.Dataset:
    """Spectrum by Welch's method: `psd` in W^2/Hz and `amplitude` in W, (frequency, ...), frequency in Hz from 0 to half the row rate.

    Mean over segments that overlap by half or a little more, each under a Hann window w, of |X|^2, X the DFT of the power less its
    mean over the series [welch1967]; T the length of a row:

        psd(f)        2 T <|X(f)|^2> / sum w^2     one-sided: its sum times the spacing of the lines is the variance
        amplitude(f)  2 sqrt(<|X(f)|^2>) / sum w   of a sine whose frequency is a line; halfway between two lines 15 % less

    without the 2 at f = 0 and at half the row rate.  Lines are 1 / segment apart, and a sine fills three of them [harris1978].
    `segment`: by default half of the series, but not more than 100 s.  What is slower than a segment lies in the first two lines.
    """
    values, period, power = _rows(power, least=16)
    length = _count(segment, period) if segment else min(len(values) // 2, round(LONGEST_SEGMENT_S / period))
    _enough(len(values), length, values, period, segment or "")
    if length < 8:
        raise ValueError(f"a segment of {length} rows is too short for a spectrum; it takes 8")
    # The last one ends with the last row.
    segments = 1 + -(-(len(values) - length) // (length // 2))
    starts = np.linspace(0, len(values) - length, segments).round().astype(int)
    each = (-1, *(1,) * (values.ndim - 1))
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).reshape(each)
    values = values - values.mean(axis=0)
    square = sum(np.abs(np.fft.rfft(window * values[start : start + length], axis=0)) ** 2 for start in starts) / segments
    frequency = np.fft.rfftfreq(length, period)
    sides = np.where((frequency == 0) | (np.arange(len(frequency)) * 2 == length), 1.0, 2.0).reshape(each)
    psd = sides * square * period / (window**2).sum()
    amplitude = sides * np.sqrt(square) / window.sum()
    found = xr.Dataset(
        {
            "psd": _made(power, psd, "W2 Hz-1", "one-sided power spectral density", frequency=frequency),
            "amplitude": _made(power, amplitude, "W", "amplitude of a sine in this line", frequency=frequency),
        },
        attrs={"segments": segments, "segment_s": length * period},
    )
    found["frequency"].attrs.update(units="Hz", long_name="frequency")
    return found


def band_variance(power: xr.DataArray, low: float = BAND_HZ[0], high: float = BAND_HZ[1]) -> xr.DataArray:
    """Variance of the power between two frequencies in Hz, (...) in W^2; its root is the rms of the swing in that band."""
    return _within(spectrum(power), low, high)


def band_share(power: xr.DataArray, low: float = BAND_HZ[0], high: float = BAND_HZ[1]) -> xr.DataArray:
    """Share of the variance between two frequencies in Hz, (...) from 0 to 1, NaN where power is constant.

    The default is the band that requirements of grids on large training loads name [choukse2025].
    """
    found = spectrum(power)
    whole = _variance(found)
    share = _within(found, low, high) / whole.where(whole > 0)
    return share.assign_attrs(units="1", long_name=f"share of the variance within {low:g}-{high:g} Hz")


def repetition(power: xr.DataArray) -> xr.DataArray:
    """Time after which power repeats, (...) in s; NaN where it does not within a third of the series.  Of a job: its iteration.

    The shortest lag at which the autocorrelation peaks above 0.5 and within 3 % of its highest peak.  A peak lies between rows: of
    edges, and so nearly of all, its sides are straight and alike, and its top is where they meet.
    """
    values, period, power = _rows(power, least=16)
    rows = len(values)
    lags = rows // 3 + 2
    series = (values - values.mean(axis=0)).reshape(rows, -1).T
    found = np.full(len(series), np.nan)
    for i, one in enumerate(series):
        if np.ptp(one) <= 1e-9 * np.abs(values).max():
            continue
        same = np.fft.irfft(np.abs(np.fft.rfft(one, 2 * rows)) ** 2)[:lags] / np.arange(rows, rows - lags, -1)
        same /= same[0]
        peaks = 1 + np.flatnonzero((same[1:-1] > same[:-2]) & (same[1:-1] >= same[2:]))
        lean = (same[peaks + 1] - same[peaks - 1]) / 2
        top = same[peaks] + np.abs(lean)
        if peaks.size and top.max() > 0.5:
            first = int(np.flatnonzero(top >= top.max() - 0.03)[0])
            lower = min(same[peaks[first] - 1], same[peaks[first] + 1])
            found[i] = period * (peaks[first] + lean[first] / (same[peaks[first]] - lower))
    return _made(power, found.reshape(values.shape[1:]), "s", "time after which power repeats")


def figures(window: xr.Dataset, of: str = "power") -> pd.DataFrame:
    """Key figures of a series (time) of a window: by name, their value, units and long_name.

    NaN where the window is too short for a figure, or its rows too long.
    """
    values, _, power = _rows(window[of], least=16)
    found = spectrum(power)
    line = 2 + int(np.argmax(found["amplitude"].values[2:]))  # before it lies what is slower than a segment
    low, high = BAND_HZ
    variance = float(_variance(found))
    in_band = _known(lambda: _within(found, low, high))
    level = percentiles(power, (1, 50, 99)) / 1e6
    band = f"within {low:g}-{high:g} Hz"
    rows = [
        ("mean", values.mean() / 1e6, "MW", "mean power"),
        ("highest", values.max() / 1e6, "MW", "highest power of a row"),
        ("lowest", values.min() / 1e6, "MW", "lowest power of a row"),
        ("peak_to_peak", np.ptp(values) / 1e6, "MW", "highest less lowest"),
        ("p1", level[0], "MW", "power not exceeded 1 % of the time"),
        ("p50", level[1], "MW", "power not exceeded half of the time"),
        ("p99", level[2], "MW", "power not exceeded 99 % of the time"),
        ("rms", values.std() / 1e6, "MW", "standard deviation"),
        ("ramp_up", _known(lambda: ramp(power).max() / 1e6), "MW/s", "largest rise in a second"),
        ("ramp_down", _known(lambda: ramp(power).min() / 1e6), "MW/s", "largest fall in a second"),
        ("ramp_minute", _known(lambda: abs(ramp(power, "1 min", "means")).max() * 60 / 1e6), "MW/min", "largest change between means of a minute"),
        ("band_share", in_band / variance if variance > 0 else np.nan, "1", f"share of the variance {band}"),
        ("band_rms", in_band**0.5 / 1e6, "MW", f"rms of the swing {band}"),
        ("strongest", found["frequency"][line], "Hz", "frequency of the strongest line of the spectrum"),
        ("strongest_amplitude", found["amplitude"][line] / 1e6, "MW", "amplitude of that line"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["name", "value", "units", "long_name"]).set_index("name")
    return table.astype({"value": float})


def _rows(power: xr.DataArray, least: int = 2) -> tuple[Floats, float, xr.DataArray]:
    """Values with time first, length of a row in s, and the series that they are from."""
    if "time" not in power.dims:
        raise ValueError("the series has no dimension time")
    power = power.transpose("time", ...)
    steps = np.diff(power["time"].values) / np.timedelta64(1, "s")
    period = float(steps[0]) if steps.size else 0.0
    if steps.size > 1 and steps[-1] < 0.999 * period:
        power, steps = power.isel(time=slice(None, -1)), steps[:-1]
    if power.sizes["time"] < least:
        raise ValueError(f"the series has {power.sizes['time']} whole rows; this takes {least}")
    if period <= 0 or np.abs(steps - period).max() > 1e-3 * period:
        raise ValueError("the rows are not evenly spaced")
    values = power.values.astype(np.float64)
    if not np.isfinite(values).all():
        raise ValueError("the series has gaps (NaN)")
    return values, period, power


def _count(over: str, period: float) -> int:
    """How many rows `over` is."""
    seconds = pd.Timedelta(over).total_seconds()
    count = max(1, round(seconds / period))
    if abs(count * period - seconds) > 0.01 * period:
        raise ValueError(f"{over} is not a whole number of rows of {period:g} s; the nearest is {count * period:g} s")
    return count


def _enough(rows: int, least: int, values: Floats, period: float, what: str) -> None:
    if rows < least:
        raise ValueError(f"the series is {len(values) * period:g} s long; this takes {what}")


def _made(power: xr.DataArray, values: Any, units: str, long_name: str, **first: Any) -> xr.DataArray:
    """A series with `first`, if any, instead of the time of `power`, and its other dimensions."""
    coords = {name: c for name, c in power.coords.items() if "time" not in c.dims}
    attrs = {"units": units, "long_name": long_name}
    return xr.DataArray(values, coords | first, dims=(*first, *power.dims[1:]), attrs=attrs)


def _variance(found: xr.Dataset) -> xr.DataArray:
    whole: xr.DataArray = found["psd"].sum("frequency") / found.attrs["segment_s"]
    return whole


def _within(found: xr.Dataset, low: float, high: float) -> xr.DataArray:
    segment, frequency = found.attrs["segment_s"], found["frequency"]
    if not 0 < low < high:
        raise ValueError(f"{low:g} to {high:g} Hz is no band")
    # A sine fills a line on each side of its own: with two lines below the edge, a drift stays out.
    if low * segment < 2 - 1e-6:
        raise ValueError(f"segments of {segment:g} s do not tell {low:g} Hz from a drift; it takes a window of {4 / low:g} s")
    if (highest := float(frequency[-1])) < high * (1 - 1e-6):
        raise ValueError(f"these rows show up to {highest:.3g} Hz, not {high:g} Hz; it takes a period of {0.5 / high:g} s")
    inside = (frequency >= low * (1 - 1e-6)) & (frequency <= high * (1 + 1e-6))
    variance: xr.DataArray = found["psd"].where(inside, 0.0).sum("frequency") / segment
    return variance.assign_attrs(units="W2", long_name=f"variance within {low:g}-{high:g} Hz")


def _known(figure: Callable[[], Any]) -> float:
    try:
        return float(figure())
    except ValueError:
        return float("nan")

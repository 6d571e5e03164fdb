"""Ramps, range, spectrum and repetition: against series whose answer is known, and against the program's own key figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from ondol_viz import open_run, swing

from tests.support.program import EXAMPLES, ONDOL, run_scenario

START = np.datetime64("2026-01-12T09:00:00", "ns")


def power(values: np.ndarray, period: float = 0.01) -> xr.DataArray:
    """Rows of a window: the mean of each `period`, at its end."""
    ends = START + (np.arange(1, len(values) + 1) * period * 1e9).round().astype("timedelta64[ns]")
    return xr.DataArray(values.astype(np.float64), dims=("time", "job")[: values.ndim], coords={"time": ends})


def seconds(length: float, period: float = 0.01) -> np.ndarray:
    return period * np.arange(1, round(length / period) + 1)


def sine(t: np.ndarray, hz: float, watts: float) -> np.ndarray:
    return watts * np.sin(2 * np.pi * hz * t + 0.3)


def total(found: xr.Dataset) -> float:
    line = float(found.frequency[1])
    return float(found.psd.sum()) * line


def test_a_sine_has_its_amplitude_and_its_variance() -> None:
    found = swing.spectrum(power(5e6 + sine(seconds(60), 2.0, 1e6)))
    assert float(found.amplitude.sel(frequency=2.0)) == pytest.approx(1e6, rel=1e-9)
    assert found.attrs["segment_s"] == pytest.approx(30) and found.attrs["segments"] == 3
    assert total(found) == pytest.approx(0.5e12, rel=1e-9)
    away = found.amplitude.where(abs(found.frequency - 2.0) > 1.5 / 30, drop=True)
    assert float(away.max()) < 1.0


def test_a_sine_between_two_lines_loses_15_percent() -> None:
    found = swing.spectrum(power(sine(seconds(60), 2.0 + 0.5 / 30, 1e6)))
    assert float(found.amplitude.max()) == pytest.approx(1e6 * 10 ** (-1.42 / 20), rel=2e-3)  # [harris1978]: 1.42 dB


@pytest.mark.parametrize("rows", [200_000, 200_001])
def test_lines_of_noise_add_up_to_its_variance(rows: int) -> None:
    noise = power(3e6 + 1e5 * np.random.default_rng(3).standard_normal(rows))
    found = swing.spectrum(noise)
    assert total(found) == pytest.approx(float(noise.var()), rel=0.01)
    density = found.psd.sel(frequency=slice(1, 49))
    assert float(density.mean()) == pytest.approx(2 * 0.01 * 1e10, rel=0.02)  # white: one-sided 2 T sigma^2


@pytest.mark.parametrize("segment", ["1 s", "1010 ms"])  # with a line at half the row rate, and without
def test_the_fastest_and_the_slowest_lines_count_once(segment: str) -> None:
    fastest = power(np.where(np.arange(6000) % 2, 2e5, -2e5))
    assert total(swing.spectrum(fastest, segment)) == pytest.approx(4e10, rel=1e-3 if segment == "1010 ms" else 1e-9)
    slowest = swing.spectrum(power(sine(seconds(60), 1 / 60, 1e6)), segment)
    assert float(slowest.psd[:2].sum() / slowest.psd.sum()) > 0.99
    assert total(slowest) == pytest.approx(0.5e12, rel=0.05)


def test_every_part_of_the_series_is_in_a_segment() -> None:
    values = np.zeros(6100)
    values[5700:5800] = sine(seconds(1), 5.0, 1e6)  # after seven segments that overlap by half exactly
    assert total(swing.spectrum(power(values), "14 s")) > 0.2 * values.var()


def test_share_of_a_band() -> None:
    t = seconds(400)
    three = power(7e6 + sine(t, 0.05, 2e5) + sine(t, 1.0, 3e5) + sine(t, 30.0, 1e5))
    assert float(swing.band_share(three)) == pytest.approx(9 / 14, rel=1e-6)
    assert float(swing.band_share(three, 0.02, 40.0)) == pytest.approx(1.0, rel=1e-6)
    assert float(swing.band_variance(three)) ** 0.5 == pytest.approx(3e5 / 2**0.5, rel=1e-6)


def test_a_drift_stays_below_the_band() -> None:
    assert float(swing.band_share(power(np.linspace(1e6, 9e6, 6000)))) < 0.01


def test_constant_power_has_no_share() -> None:
    assert np.isnan(float(swing.band_share(power(np.full(6000, 1e6)))))


def test_a_band_that_the_rows_cannot_show_is_refused() -> None:
    with pytest.raises(ValueError, match=r"do not tell 0\.1 Hz from a drift; it takes a window of 40 s"):
        swing.band_share(power(sine(seconds(39), 1.0, 1e6)))
    with pytest.raises(ValueError, match=r"up to 5 Hz, not 20 Hz; it takes a period of 0\.025 s"):
        swing.band_share(power(sine(seconds(60, 0.1), 1.0, 1e6), 0.1))
    with pytest.raises(ValueError, match="20 to 0.1 Hz is no band"):
        swing.band_share(power(sine(seconds(60), 1.0, 1e6)), 20.0, 0.1)


def test_ramp_of_a_steady_rise_is_its_slope() -> None:
    rise = power(3e6 / 60 * seconds(180))  # 3 MW in a minute
    for of in ("rows", "means"):
        for over in ("1 s", "1 min"):
            found = swing.ramp(rise, over, of)
            assert found.attrs["units"] == "W s-1"
            np.testing.assert_allclose(found * 60 / 1e6, 3.0, rtol=1e-9)


def test_ramp_of_a_step() -> None:
    step = power(np.where(seconds(10) > 4.0 + 1e-9, 2e6, 0.0))
    found = swing.ramp(step, "1 s")
    assert float(found.max()) == pytest.approx(2e6)
    when = found.time[found > 1e6].values
    assert when[0] == START + np.timedelta64(4010, "ms") and when[-1] == START + np.timedelta64(5000, "ms")
    assert float(swing.ramp(step, "10 ms").max()) == pytest.approx(2e8)


def test_means_leave_the_swing_out_of_a_ramp() -> None:
    t = seconds(180)
    both = power(5e4 * t + sine(t, 2.5, 1e6))
    assert float(swing.ramp(both, "100 ms").max()) > 1e6
    np.testing.assert_allclose(swing.ramp(both, "1 min", "means"), 5e4, rtol=1e-6)
    np.testing.assert_allclose(swing.ramp(both, "1 min", "rows"), 5e4, rtol=1e-6)  # 150 whole periods


def test_questions_that_do_not_fit_the_rows_are_refused() -> None:
    rows = power(np.arange(100.0))
    with pytest.raises(ValueError, match=r"15 ms is not a whole number of rows of 0\.01 s; the nearest is 0\.02 s"):
        swing.ramp(rows, "15 ms")
    with pytest.raises(ValueError, match="the series is 1 s long; this takes more than 1 s"):
        swing.ramp(rows, "1 s")
    with pytest.raises(ValueError, match="this takes twice 600 ms"):
        swing.ramp(rows, "600 ms", "means")
    with pytest.raises(ValueError, match='"both" is neither'):
        swing.ramp(rows, "0.1 s", "both")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="this takes 2 s"):
        swing.means(rows, "2 s")
    with pytest.raises(ValueError, match="this takes 16"):
        swing.spectrum(rows[:15])


def test_series_with_gaps_or_uneven_rows_are_refused() -> None:
    rows = power(np.arange(100.0))
    with pytest.raises(ValueError, match="gaps"):
        swing.peak_to_peak(rows.where(rows != 50))
    with pytest.raises(ValueError, match="not evenly spaced"):
        swing.peak_to_peak(rows.drop_isel(time=50))
    with pytest.raises(ValueError, match="no dimension time"):
        swing.peak_to_peak(rows.rename(time="t"))
    with pytest.raises(ValueError, match="0 whole rows"):
        swing.peak_to_peak(rows[:0])


def test_a_shorter_last_row_is_left_out() -> None:
    rows = power(np.array([1.0, 3.0, 2.0, 9.0]))
    short = rows.assign_coords(time=[*rows.time.values[:3], rows.time.values[2] + np.timedelta64(4, "ms")])
    assert float(swing.peak_to_peak(rows)) == 8.0
    assert float(swing.peak_to_peak(short)) == 2.0


def test_levels_by_hand() -> None:
    rows = power(np.array([4.0, 1.0, 3.0, 2.0, 5.0]))
    assert swing.percentiles(rows, (0, 25, 50, 100)).values.tolist() == [1, 2, 3, 5]
    falling = swing.load_duration(rows)
    assert falling.values.tolist() == [5, 4, 3, 2, 1]
    assert falling["share"].values.tolist() == [0.2, 0.4, 0.6, 0.8, 1.0]
    joined = swing.means(rows, "20 ms")
    assert joined.values.tolist() == [2.5, 2.5]
    assert joined.time.values[0] == rows.time.values[1]


def test_other_dimensions_are_taken_one_by_one() -> None:
    t = seconds(60)
    each = [sine(t, 1.0, 1e6) + sine(t, 30.0, 1e6), sine(t, 2.5, 3e5), 1e3 * t]
    jobs = power(np.stack(each, axis=1)).assign_coords(job=["a", "b", "c"], place=("job", ["x", "y", "z"]))
    for ask in (
        swing.means, swing.ramp, swing.peak_to_peak, swing.percentiles, swing.load_duration, swing.band_share, swing.band_variance, swing.repetition,
        lambda p: swing.spectrum(p).psd, lambda p: swing.spectrum(p).amplitude,
    ):  # fmt: skip
        together = ask(jobs)
        assert together.coords["place"].values.tolist() == ["x", "y", "z"]
        assert together.attrs["units"] and together.attrs["long_name"]
        xr.testing.assert_allclose(ask(jobs.transpose("job", "time")), together)
        for job, alone in zip("abc", each, strict=True):
            one = together.sel(job=job, drop=True).drop_vars("place", errors="ignore")
            xr.testing.assert_allclose(one, ask(power(alone)), rtol=1e-9)


def iterations(t: np.ndarray, period: float, micro_batches: int) -> np.ndarray:
    """High in `micro_batches` pairs of forward and backward, then low."""
    phase = t % period / period
    work = 5e5 + 3e5 * (np.floor(2 * micro_batches * phase / 0.85) % 2)
    return np.where(phase < 0.85, work, 2e5)


@pytest.mark.parametrize(("period", "micro_batches"), [(3.27, 1), (2.0437, 4), (8.0, 16), (18.5, 2)])
def test_an_iteration_is_found_and_not_its_micro_batches(period: float, micro_batches: int) -> None:
    found = float(swing.repetition(power(iterations(seconds(60), period, micro_batches))))
    assert found == pytest.approx(period, abs=0.0051)


def test_what_does_not_repeat_has_no_repetition() -> None:
    rng = np.random.default_rng(5)
    for values in (rng.standard_normal(6000), np.full(6000, 1e6), 1e4 * seconds(60), iterations(seconds(60), 25.0, 1)):
        assert np.isnan(float(swing.repetition(power(values))))


def test_figures_know_what_a_short_window_cannot_tell() -> None:
    window = xr.Dataset({"power": power(4e6 + sine(seconds(10), 2.0, 1e6))})
    found = swing.figures(window)
    assert set(found.columns) == {"value", "units", "long_name"}
    assert found.index[found.value.isna()].tolist() == ["ramp_minute", "band_share", "band_rms"]
    assert found.value["strongest"] == pytest.approx(2.0)
    assert found.value["strongest_amplitude"] == pytest.approx(1.0)
    assert found.value["mean"] == pytest.approx(4.0)
    long = swing.figures(xr.Dataset({"power": power(4e6 + sine(seconds(130), 2.0, 1e6))}))
    assert long.value.notna().all()
    assert long.value["band_share"] == pytest.approx(1.0) and long.value["band_rms"] == pytest.approx(0.5**0.5)


@pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build")
def test_the_program_sees_the_same_swing(tmp_path: Path) -> None:
    file = tmp_path / "windowed.toml"
    file.write_text(
        f'extends = "{EXAMPLES / "one_hall.toml"}"\n'
        '[[phase_window]]\nname = "noon"\nstart = "3 h"\nduration = "60 s"\nracks = true\n'
    )
    kpis = run_scenario(file, tmp_path / "run.h5", "--until", "4 h")["kpis"]
    with open_run(tmp_path / "run.h5") as run:
        window = run.windows["noon"]
        found = swing.figures(window).value
        assert found["peak_to_peak"] == pytest.approx(kpis["swing_peak_to_peak"]["value"], rel=1e-5)
        assert max(found["ramp_up"], -found["ramp_down"]) == pytest.approx(kpis["swing_ramp"]["value"], rel=1e-5)
        # A periodic swing of many iterations: the Hann windows weigh all of it alike.
        assert total(swing.spectrum(window.power)) == pytest.approx(float(window.power.var()), rel=0.05)
        # 512 sequences of 8192 tokens an iteration, for two hours with a checkpoint every half of one.
        iteration = float(swing.repetition(window.job_power).sel(job="pretrain-8b"))
        assert iteration == pytest.approx(7200 * 512 * 8192 / (1e9 * kpis["tokens"]["value"]), rel=0.01)
        assert list(run.windows) == ["noon"] and window.attrs["period"] == 0.01
        assert window.rack_power.coords["rack_hall"].values.tolist() == ["hall"] * 20

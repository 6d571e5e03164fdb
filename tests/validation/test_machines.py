"""Temperatures of measured machines stay within what is asked for."""
from pathlib import Path

import numpy as np
import pytest

from tests.support.program import ONDOL

FOLDER = Path(__file__).parent / "machines"
BUILD = ONDOL.parent


def test_hours_of_two_h100_have_the_slope_and_offset_of_the_record(rows):
    """0.100 K/W and 32.4 degC within 5 %, on weeks that fitted nothing."""
    hours, power_w, temp_c = rows.hourly("judge")
    ours, theirs = rows.line(hours, power_w, rows.simulated_hourly(BUILD, power_w)), rows.line(hours, power_w, temp_c)
    assert theirs == pytest.approx((0.100, 32.4), rel=0.01)
    assert ours == pytest.approx(theirs, rel=0.05)


def test_and_its_bend(rows):
    """A straight line through both would err by more than 2 K at the lowest hours."""
    hours, power_w, temp_c = rows.hourly("judge")
    idle = power_w < 60
    ours, theirs = (np.average(t[idle], weights=hours[idle]) for t in (rows.simulated_hourly(BUILD, power_w), temp_c))
    assert ours == pytest.approx(theirs, abs=1.5)
    bare, top = (np.interp([a, b], *rows.boards(BUILD)) for a, b in ((50, 87), (320, 345)))
    assert np.diff(bare) / 37 > 1.6 * np.diff(top) / 25


def test_declared_resistance_is_what_the_fit_gives(rows):
    assert rows.fitted(BUILD)[0] == pytest.approx(rows.junction_k_per_w(), rel=0.01)


def test_fleet_percentiles(rows):
    """Nothing is fitted: within 8 K everywhere, 3.5 K on the mean, and 3 K at the busy end."""
    published = {r["percentile"]: r["gpu_temp_c"] for r in rows.fleet()}
    error = {p: ours[0] - theirs for (p, theirs), ours in zip(published.items(), rows.fleet_spread(BUILD), strict=True)}
    assert max(map(abs, error.values())) < 8
    assert np.mean(np.abs(list(error.values()))) < 3.5
    assert all(abs(error[p]) < 3 for p in (75.0, 80.0, 85.0, 90.0, 95.0))


def test_air_costs_more_than_immersion(rows):
    """Sign and most of the size; what is missing is told on the page."""
    for kind in ("cycle", "run"):
        assert rows.immersed(BUILD, kind).rack_w / 8 == pytest.approx(rows.lora("immersion", kind + "_w"), rel=0.002)
        air_w = rows.in_air(BUILD, kind).rack_w
        assert rows.immersed(BUILD, kind).rack_w / 8 < air_w == pytest.approx(rows.lora("air", kind + "_w"), rel=0.14)


def test_step_of_an_a100_tells_its_square_wave(rows):
    """Sensor in whole degrees: a kelvin, of four."""
    ours, theirs, _ = rows.transient_of(BUILD, "transient")
    assert np.sqrt(np.mean((ours - theirs) ** 2)) < 0.4
    ours, theirs, loaded = rows.transient_of(BUILD, "square50")
    assert np.sqrt(np.mean((ours - theirs) ** 2)) < 1.0
    assert abs(ours[loaded].mean() - theirs[loaded].mean()) < 0.8

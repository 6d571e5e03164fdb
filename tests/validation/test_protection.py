"""Protection and storage keep the points of standards and makers' tables; an outage runs in the order in which it must."""
from pathlib import Path

import pytest

from tests.support.program import ONDOL

FOLDER = Path(__file__).parent / "protection"
BUILD = ONDOL.parent


def test_every_judged_point_of_a_standard_is_within_its_band(rows):
    judged = [p for p in rows.points(BUILD) if p.half == "judge"]
    assert len(judged) == 37
    assert [p for p in judged if not p.within] == []


def test_one_time_of_a_trip_unit_gives_the_others(rows):
    pairs = rows.trip_unit(BUILD)
    assert len(pairs) == 18
    for p in pairs:
        assert p.error == pytest.approx(0, abs=0.025), (p.name, p.at)


def test_minutes_on_battery(rows):
    judged = [p for p in rows.runtime(BUILD) if p.half == "judge"]
    assert len(judged) >= 20
    assert max(abs(p.error) for p in judged) <= 0.15
    assert sum(abs(p.error) for p in judged) / len(judged) <= 0.06


def test_fuel_at_part_load_is_within_six_percent(rows):
    judged = [p for p in rows.fuel(BUILD) if p.half == "judge"]
    assert len(judged) == 9
    assert max(abs(p.error) for p in judged) <= 0.06


def test_outage_runs_in_order(rows):
    events = rows.outage(BUILD, 600, 3, 10, 2)
    assert not [e for e in events if e.what in ("block refused", "battery_empty", "overload")]
    at = {what: rows.first(events, what).time_s for what in ("utility lost", "start_asked", "ready", "on_bus", "transferred", "input_returned", "walk_in_done", "utility back", "retransferred", "stopped", "battery full")}
    assert list(at.values()) == sorted(at.values())
    assert at["start_asked"] == pytest.approx(3) and at["retransferred"] == pytest.approx(900)
    assert at["walk_in_done"] - at["input_returned"] == pytest.approx(15)
    assert 15 <= at["transferred"] <= 60


def test_outage_empties_the_battery_when_no_set_starts_in_time(rows):
    events = rows.outage(BUILD, 3000, 3, 1e4, 2)
    empty = rows.first(events, "battery_empty")
    # 5 min at 8 MW last by the rate law (8/6)^1.25 times as long at 6 MW.
    assert empty.time_s == pytest.approx(300 * (8 / 6) ** 1.25, rel=0.02)

"""What `ondol check` says of plants in the weather of their site, and the warning of set points out of reach."""

import json
import re

import pytest
from ondol_program import TINY

WARM = 'weather = { dry_bulb = "30 degC", relative_humidity = 0.4 }'
TOWERS = 'tower = "generic/open-2mw"\ntowers = 1\ncondenser_pump_power = "2 kW"\n'


def scenario(weather=None, supply="24 degC", tower=False):
    text = TINY.replace('supply_temperature = "24 degC"', f'supply_temperature = "{supply}"')
    if weather:
        text = text.replace('weather = { dry_bulb = "14 degC", relative_humidity = 0.55 }', weather)
    if tower:
        text = text.replace('dry_cooler = "generic/200kw"\ndry_coolers = 1\n', TOWERS)
    return text


def check(ondol, text):
    ondol.write(text)
    done = ondol("check", "scenario.toml", "--json")
    assert done.returncode == 0, done.stderr
    (plant,) = json.loads(done.stdout)["plants"]
    return plant, done.stderr


def test_cool_weather_is_enough(ondol):
    plant, said = check(ondol, scenario())
    assert plant["hours"] == 8760 and plant["out_of_reach_h"] == 0
    assert "out of reach" not in said
    assert "free_cooling_h" not in plant  # it has no chillers
    assert 273.15 + 14 < plant["reach_without_chillers_k"] < 273.15 + 24


def test_a_set_point_out_of_reach_is_a_warning_with_what_will_happen(ondol):
    plant, said = check(ondol, scenario(WARM))
    assert plant["out_of_reach_h"] == 8760
    found = re.search(r'scenario.toml:\d+:22: warning: water of 24 degC is out of reach of plant "loop", which has no chillers, in 8760 of 8760 hours '
                      r"at the rated [\d.]+ MW of its halls; in the worst of them, with dry bulb 30.0 degC, it then leaves at ([\d.]+) degC", said)
    assert found, said
    assert plant["warmest_supply_k"] - 273.15 == pytest.approx(float(found[1]), abs=0.06)
    assert found[0].count("\n") == 0 and "^" in said
    # Asked for what it will be, it is in reach; a little colder, it is not.
    warmest = plant["warmest_supply_k"] - 273.15
    assert check(ondol, scenario(WARM, f"{warmest + 0.1:.3f} degC"))[0]["out_of_reach_h"] == 0
    assert check(ondol, scenario(WARM, f"{warmest - 0.1:.3f} degC"))[0]["out_of_reach_h"] == 8760


def test_towers_are_bound_by_the_wet_bulb(ondol):
    """30 degC and 40 %: wet bulb 20.1 degC; a big tower and a plate of 2 K reach a few kelvins above it, never below."""
    plant, said = check(ondol, scenario(WARM, "21 degC", tower=True))
    assert plant["out_of_reach_h"] == 8760
    assert "with wet bulb 20.1 degC" in said
    warmest = plant["warmest_supply_k"] - 273.15
    assert 20.1 < 21 < warmest < 27
    assert plant["reach_without_chillers_k"] == pytest.approx(plant["warmest_supply_k"], abs=0.01)


def test_hours_follow_the_weather_of_the_day(ondol):
    """A design day of 34 degC with a range of 12 K: the afternoon is out of reach, the night is not."""
    day = 'weather = { design_day = { dry_bulb = "34 degC", wet_bulb = "22 degC", range = "12 K" } }'
    plant, _ = check(ondol, scenario(day, "30 degC"))
    assert 0.2 * 8760 < plant["out_of_reach_h"] < 0.8 * 8760
    assert plant["out_of_reach_h"] % 365 == 0


def test_the_terminal_shows_it_too(ondol):
    ondol.write(scenario(WARM))
    done = ondol("check", "scenario.toml")
    assert re.search(r"loop +0\.\d+ MW +24\.0 degC +\d+\.\d degC +8760 +always +8760 h", done.stdout), done.stdout

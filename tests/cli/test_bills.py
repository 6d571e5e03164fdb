"""Tariffs, series and holidays as a planner declares them: what is refused, and what the program tells of bills."""
import json
import re

import pytest
from ondol_program import TINY

DAY = [f"2026-04-{1 + h // 24:02d} {h % 24:02d}:00:00" for h in range(24)]


def series(ondol, hours: list[str], name: str = "prices.csv") -> None:
    ondol.write("local,won\n" + "".join(f"{hour},{100 + i}\n" for i, hour in enumerate(hours)), name)


HOURLY = """[tariff."my/spot"]
name = "spot"
kind = "hourly"
series = { file = "prices.csv", time_column = "local", column = "won", unit = "KRW/kWh", time_zone = "+09:00" }
"""
FLAT = """[tariff."my/flat"]
name = "flat"
kind = "flat"
price = "150 KRW/kWh"
"""


def spot(extra: str = "") -> str:
    return TINY.replace('tariff = "kepco/2026/a-ii"', 'tariff = "my/spot"') + HOURLY + extra


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_series_shorter_than_the_run_is_refused_with_the_dates(ondol, command):
    series(ondol, DAY[:12])
    ondol.write(spot().replace('duration = "1 h"', 'duration = "18 h"'))
    error = ondol.refused(command, "scenario.toml", said="of 2026-04-01 00:00 to 2026-04-01 12:00, but the run is of "
                                                         "2026-04-01 00:00 to 2026-04-01 18:00")
    assert re.search(r'^scenario\.toml:\d+:19: error', error, re.MULTILINE) and '^^^^^^^^^^^^' in error and "typical_year" in error


def test_a_time_zone_that_puts_the_run_before_the_file_is_refused(ondol):
    series(ondol, DAY)
    ondol.write(spot().replace('time_zone = "+09:00" }', 'time_zone = "+00:00" }'))
    ondol.refused("check", "scenario.toml", said="of 2026-04-01 00:00 to 2026-04-02 00:00, but the run is of 2026-03-31 15:00")


def test_a_hole_in_a_series_is_refused_at_its_line(ondol):
    series(ondol, DAY[:5] + DAY[6:])
    ondol.write(spot())
    ondol.refused("check", "scenario.toml", said=r"prices\.csv:7:1: error.*2026-04-01 06:00 where 2026-04-01 05:00 should follow")


def test_carbon_of_another_year_is_refused_unless_typical(ondol):
    ondol.write("utc_time,ci_direct_g_per_kwh\n" + "".join(f"{hour},400\n" for hour in DAY), "grid.csv")
    carbon = 'carbon = { file = "grid.csv", typical_year = false }'
    text = TINY.replace('carbon = { factor = "0.4173 kg/kWh" }', carbon)
    ondol.write(text.replace("2026-04-01T00:00:00+09:00", "2026-04-02T00:00:00+09:00"))
    assert ondol("check", "scenario.toml").returncode == 0
    ondol.write(text)
    ondol.refused("check", "scenario.toml", said="emission factors of grid.csv are of 2026-04-01 00:00")
    ondol.write(text.replace(", typical_year = false", ""))
    ondol.refused("check", "scenario.toml", said=r"grid\.csv:25:1: error.*a typical year is one whole calendar year")


def test_gaps_and_overlaps_of_bands_are_named_by_month_day_and_hour(ondol):
    tariff = TINY.replace('tariff = "kepco/2026/a-ii"', 'tariff = "my/bands"') + '[tariff."my/bands"]\nname = "x"\nband = ['
    night = '{ name = "night", hours = [0, 1, 2, 3, 4, 5, 6, 7], price = "1 KRW/kWh" }, '
    ondol.write(tariff + night + '{ name = "day", hours = [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23], price = "2 KRW/kWh" }]\n')
    ondol.refused("check", "scenario.toml", said="no band has a price for 36 of 864 kinds of hour: months 1-12, weekday, saturday, sunday, hour 8")
    rest = '{ name = "day", hours = [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23], days = [], price = "2 KRW/kWh" }]\n'
    ondol.write(tariff + night.replace("price", 'months = [], price') + rest)
    ondol.refused("check", "scenario.toml", said='band "day" overlaps band "night" in months 1-12, weekday, saturday, sunday, hour 7')


def test_a_run_in_a_year_without_holidays_is_warned_of(ondol):
    ondol.write(TINY.replace("2026-04-01", "2028-04-01"))
    done = ondol("check", "scenario.toml")
    assert done.returncode == 0 and 'tariff "kepco/2026/a-ii" knows no holidays of 2028' in done.stderr


def bills(ondol, text: str) -> dict:
    ondol.write(text)
    done = ondol("run", "scenario.toml", "-o", "out.h5", "--force", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_compared_tariffs_are_billed_as_if_they_were_the_site_s(ondol):
    series(ondol, DAY)
    names = ["kepco/2026/a-i", "my/flat", "my/spot"]
    compare = f"compare_tariffs = {json.dumps(names)}\n"
    both = bills(ondol, TINY.replace("grid_capacity", compare + "grid_capacity") + HOURLY + FLAT)
    assert [t["tariff"] for t in both["tariffs"]] == ["kepco/2026/a-ii", *names]
    assert sum(t["cheapest"] for t in both["tariffs"]) == 1
    cheapest = min(both["tariffs"], key=lambda t: t["total_krw"])
    assert cheapest["cheapest"] and cheapest["total_krw"] == pytest.approx(both["kpis"]["cost_cheapest"]["value"] * 1e6)
    for name in names:
        alone = bills(ondol, TINY.replace("kepco/2026/a-ii", name) + HOURLY + FLAT)
        row = next(t for t in both["tariffs"] if t["tariff"] == name)
        assert row["total_krw"] / 1e6 == alone["kpis"]["cost_total"]["value"]
    energy = both["kpis"]["energy"]["value"] * 1e3  # kWh
    flat = next(t for t in both["tariffs"] if t["tariff"] == "my/flat")
    assert flat["total_krw"] == pytest.approx(150 * energy)
    shown = ondol("run", "scenario.toml", "-o", "out.h5", "--force").stdout
    assert "cheapest" not in shown, "one tariff has nothing to be compared with"


def test_a_holiday_is_billed_as_a_sunday(ondol):
    noon = TINY.replace("2026-04-01T00:00", "2026-04-01T16:00")  # a Wednesday, peak hours
    plain = bills(ondol, noon)["kpis"]["cost_energy"]["value"]
    off = bills(ondol, noon.replace("grid_capacity", 'holidays = ["2026-04-01"]\ngrid_capacity'))["kpis"]["cost_energy"]["value"]
    assert off / plain == pytest.approx(116 / 150.9, rel=1e-9)


def test_market_based_emissions_and_renewable_factor(ondol):
    carbon = 'carbon = { factor = "0.4 kg/kWh", contracted_renewables = 0.25, residual_factor = "0.5 kg/kWh" }'
    kpis = bills(ondol, TINY.replace('carbon = { factor = "0.4173 kg/kWh" }', carbon))["kpis"]
    assert kpis["ref"]["value"] == pytest.approx(0.25)
    assert kpis["carbon"]["value"] == pytest.approx(0.4 * kpis["energy"]["value"])
    assert kpis["carbon_market"]["value"] == pytest.approx(0.75 * 0.5 * kpis["energy"]["value"])

"""The air outside: real years, design days, files at any step, and what is wrong with them."""
import gzip

import pytest
from ondol_program import ROOT, TINY

OLD = 'weather = { dry_bulb = "14 degC", relative_humidity = 0.55 }'
DATA = ROOT / "scenarios" / "data" / "weather"


def tiny(weather: str, start: str = "2026-04-01T00:00:00+09:00") -> str:
    assert TINY.count(OLD) == 1
    return TINY.replace(OLD, f"weather = {{ {weather} }}").replace("2026-04-01T00:00:00+09:00", start)


@pytest.mark.parametrize("weather, start", [
    (f'files = ["{DATA}/seoul_2022.csv.gz", "{DATA}/seoul_2023.csv.gz", "{DATA}/seoul_2024.csv.gz"]', "2023-12-31T23:30:00+09:00"),
    (f'file = "{DATA}/seoul_2023.csv.gz", typical_year = false', "2023-12-31T23:00:00+09:00"),
    (f'file = "{DATA}/seoul_2023.csv.gz", warming = "3 K"', "2028-02-29T12:00:00+09:00"),
    (f'file = "{DATA}/USA_CO_Golden-NREL.724666_TMY3.epw.gz"', "2026-04-01T00:00:00+09:00"),
    ('design_day = { dry_bulb = "32.8 degC", wet_bulb = "24.4 degC", range = "8 K" }', "2026-08-01T14:00:00+09:00"),
])
def test_good(ondol, weather, start):
    ondol.write(tiny(weather, start))
    done = ondol("run", "scenario.toml", "-o", "out.h5")
    assert done.returncode == 0, done.stderr


def test_wet_bulb_alone_tells_what_it_assumes(ondol):
    ondol.write("time_s,load_w,wet_bulb_c\n" + "".join(f"{15 * i},1,{10 + 0.01 * i:.2f}\n" for i in range(241)), "wet.csv")
    ondol.write(tiny('file = "wet.csv"'))
    done = ondol("run", "scenario.toml", "-o", "out.h5")
    assert done.returncode == 0, done.stderr
    assert "wet bulbs alone" in done.stderr and "50 %" in done.stderr
    ondol.write(tiny('file = "wet.csv", relative_humidity = 0.7'))
    done = ondol("run", "scenario.toml", "-o", "said.h5")
    assert done.returncode == 0 and "wet bulbs" not in done.stderr


def test_a_series_repeats_when_told(ondol):
    ondol.write("time_s,wet_bulb_c\n0,10\n15,11\n30,12\n", "wet.csv")
    ondol.write(tiny('file = "wet.csv", relative_humidity = 0.7, repeat = true, offset = "15 s"'))
    assert ondol("run", "scenario.toml", "-o", "out.h5").returncode == 0


@pytest.mark.parametrize("weather, said", [
    (f'file = "{DATA}/seoul_2023.csv.gz", typical_year = false',
     r"scenario.toml:\d+.*weather is of 2023-01-01 00:00 to 2024-01-01 00:00, but the run is of 2026-04-01 00:00 to 2026-04-01 01:00"),
    (f'files = ["{DATA}/seoul_2022.csv.gz", "{DATA}/seoul_2024.csv.gz"]', r"seoul_2024.csv.gz:2:.*where 2023-01-01T00:00 should follow"),
    (f'files = ["{DATA}/seoul_2022.csv.gz"], file = "{DATA}/seoul_2023.csv.gz"', "give the weather once"),
    ('design_day = { dry_bulb = "20 degC", wet_bulb = "24 degC", range = "8 K" }', "wet bulb is above the dry bulb"),
    ('design_day = { dry_bulb = "20 degC", wet_bulb = "18 degC" }', 'needs "range"'),
    ('file = "nowhere.csv"', "nowhere.csv"),
    ('relative_humidity = 0.0, dry_bulb = "10 degC"', "relative_humidity"),
])
def test_refused(ondol, weather, said):
    ondol.write(tiny(weather))
    for command in ("check", "run"):
        ondol.refused(command, "scenario.toml", said=said)


@pytest.mark.parametrize("text, said", [
    ("local_time,t_dry_c,rh_pct\n2026-04-01T00:00,10,50\n2026-04-01T01:00,10,50\n2026-04-01T03:00,10,50\n",
     r"w.csv:4:.*2026-04-01T03:00 follows 2026-04-01T01:00; every step of 1 h.*daylight saving"),
    ("local_time,t_dry_c,rh_pct\n2026-04-01T00:00,10,150\n", r"w.csv:2:.*rh_pct is 150, outside 0..100"),
    ("local_time,t_dry_c,rh_pct\n2026-04-01T00:00,999,50\n", r"w.csv:2:.*t_dry_c is 999"),
    ("local_time,t_dry_c,wet_bulb_c\n2026-04-01T00:00,10,12\n", r"w.csv:2:.*wet_bulb_c is above t_dry_c"),
    ("when,t_dry_c,rh_pct\n2026-04-01T00:00,10,50\n", r"w.csv:1:.*local_time is missing"),
    ("time_s,t_dry_c\n0,10\n", r"w.csv:1:.*rh_pct is missing"),
    ("time_s,wet_bulb_c\n0,10\n600,11\n", r"scenario.toml:\d+.*weather is of .* to 2026-04-01 00:20, but the run"),
])
def test_bad_file(ondol, text, said):
    ondol.write(text, "w.csv")
    ondol.write(tiny('file = "w.csv", typical_year = false'))
    for command in ("check", "run"):
        ondol.refused(command, "scenario.toml", said=said)


def test_bad_compressed_file(ondol):
    whole = gzip.compress((b"local_time,t_dry_c,rh_pct\n" + b"2026-04-01T00:00,10,50\n" * 9000))
    ondol.write(whole[:len(whole) // 2], "w.csv.gz")
    ondol.write(tiny('file = "w.csv.gz"'))
    ondol.refused("check", "scenario.toml", said="damaged compression")

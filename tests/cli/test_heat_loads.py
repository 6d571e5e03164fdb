"""Equipment that is declared instead of simulated: its power counts as IT, its heat reaches the hall, and bad files are told."""
import json

import pytest
from ondol_program import TINY

LOADS = "t_s,a_kw,b_kw,note\n0,10,1,x\n900,20,2,y\n1800,5,0.5,z\n"
LOAD = '''
[[heat_load]]
name = "cluster"
hall = "hall-1"
file = "loads.csv"
columns = ["a_kw", "b_kw"]
unit = "kW"
fed_by = "ups"
repeat = true
'''


def alone() -> str:
    """The tiny site without racks or jobs."""
    return TINY[:TINY.index("[[racks]]")]


def kpis(ondol, text: str) -> dict:
    ondol.write(LOADS, "loads.csv")
    ondol.write(text)
    done = ondol("run", "scenario.toml", "-o", "out.h5", "--force", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert abs(result["ledger_residual"]) < 1e-9 and abs(result["heat_residual"]) < 1e-6
    return {name: k["value"] for name, k in result["kpis"].items()}


def test_power_is_it_power_with_and_without_racks(ondol):
    # 11 kW for 15 min, 22 kW for 15 min, 5.5 kW for as long as the row before, 15 min; then again.
    k = kpis(ondol, alone() + LOAD)
    assert k["it_energy"] == pytest.approx((11 + 22 + 5.5 + 11) / 4 / 1e3, rel=1e-9)
    assert k["pue"] > 1.0 and k["hottest_inlet"] is None
    racks = kpis(ondol, TINY)["it_energy"]
    assert kpis(ondol, TINY + LOAD)["it_energy"] - racks == pytest.approx((11 + 22 + 5.5 + 11) / 4 / 1e3, rel=2e-3)


def test_lines_lead_from_row_to_row(ondol):
    text = alone() + LOAD.replace("repeat = true", 'interpolation = "linear"')
    k = kpis(ondol, text.replace('duration = "1 h"', 'duration = "30 min"'))
    assert k["it_energy"] == pytest.approx(((11 + 22) / 2 + (22 + 5.5) / 2) / 4 / 1e3, rel=1e-9)


def test_check_shows_them(ondol):
    ondol.write(LOADS, "loads.csv")
    ondol.write(alone() + LOAD)
    done = ondol("check", "scenario.toml")
    assert done.returncode == 0, done.stderr
    assert "heat loads 22.0 kW" in done.stdout and "a_kw and 1 more columns" in done.stdout
    report = json.loads(ondol("check", "scenario.toml", "--json").stdout)
    assert report["heat_load_w"] == 22000 and report["heat_loads"][0]["name"] == "cluster"


def test_without_supply_they_draw_nothing(ondol):
    k = kpis(ondol, alone() + LOAD.replace('"ups"', '"transformer"').replace("repeat", "# repeat").replace('file = "loads.csv"', 'power = "10 kW"')
             .replace('columns = ["a_kw", "b_kw"]', "").replace('unit = "kW"', "")
             + '\n[[event]]\nwhat = "utility_outage"\nstart = "10 min"\nduration = "20 min"\n')
    assert k["it_energy"] == pytest.approx(10 * 40 / 60 / 1e3, rel=1e-3)


@pytest.mark.parametrize("old, new, said", [
    ('columns = ["a_kw", "b_kw"]', 'columns = ["a_kwh"]', r'loads.csv:1.*no column "a_kwh"; did you mean "a_kw"'),
    ('columns = ["a_kw", "b_kw"]', 'columns = ["note"]', r'loads.csv:2.*note is "x", not a number'),
    ('columns = ["a_kw", "b_kw"]', '', "needs columns"),
    ('columns = ["a_kw", "b_kw"]', 'columns = ["a_kw"]\ntime_column = "time"', r'loads.csv:1.*no column "time"'),
    ("repeat = true", "", r"scenario.toml:\d+.*load of .*loads.csv is of 0 s to 2700 s after the start of the run, the run of 0 s to 3600 s"),
    ("repeat = true", 'power = "1 kW"', "give the load once"),
    ('file = "loads.csv"', '', "needs power, or file and columns"),
    ('file = "loads.csv"', 'file = "nowhere.csv"', "nowhere.csv"),
    ('hall = "hall-1"', 'hall = "hall-9"', "hall-1"),
    ('fed_by = "ups"', 'fed_by = "pus"', "ups"),
    ('unit = "kW"', 'unit = "kJ"', "unit"),
    ("repeat = true", "repeat = true\nliquid_fraction = 0.5", r"has no \[hall.liquid\]"),
    ("repeat = true", "repeat = true\nliquid_fraction = 1.5", "liquid_fraction"),
])
def test_refused(ondol, old, new, said):
    ondol.write(LOADS, "loads.csv")
    ondol.write(alone() + LOAD.replace(old, new))
    for command in ("check", "run"):
        ondol.refused(command, "scenario.toml", said=said)


@pytest.mark.parametrize("text, said", [
    ("t_s,a_kw,b_kw\n0,10,1\n0,20,2\n", r"loads.csv:3.*t_s = 0 follows 0; times must rise"),
    ("t_s,a_kw,b_kw\n0,10,1\n900,-20,2\n", r"loads.csv:3.*a_kw = -20 is negative"),
    ("t_s,a_kw,b_kw\n0,10,1\n900,20\n", r"loads.csv:3.*has 2 columns, the header 3"),
    ("t_s,a_kw,b_kw\n0,10,nan\n", r"loads.csv:2.*b_kw is \"nan\", not a number"),
    ("t_s,a_kw,b_kw\n", "holds no rows"),
])
def test_bad_file(ondol, text, said):
    ondol.write(text, "loads.csv")
    ondol.write(alone() + LOAD)
    ondol.refused("check", "scenario.toml", said=said)


def test_a_site_needs_something(ondol):
    ondol.write(alone())
    ondol.refused("check", "scenario.toml", said='needs "racks".*or a heat_load')

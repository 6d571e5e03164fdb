"""`ondol compare`: key figures of runs side by side, what differs in their scenarios, and whether that is too much."""
import json
import re
import shutil
import subprocess

import h5py
import numpy as np
import pytest
from ondol_program import ONDOL, TINY


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs of the tiny scenario, the second with a warmer loop and half the work."""
    from ondol_program import Program
    ondol = Program(tmp_path_factory.mktemp("compare"))
    ondol.write(TINY)
    assert ondol("run", "scenario.toml", "-o", "a.h5").returncode == 0
    warmer = ("--set", 'plant.loop.supply_temperature="26 degC"', "--set", "steady.work.accelerators=8")
    assert ondol("run", "scenario.toml", "-o", "b.h5", *warmer).returncode == 0
    return ondol.folder


@pytest.fixture
def two(ondol, runs):
    shutil.copy(runs / "a.h5", ondol.folder)
    shutil.copy(runs / "b.h5", ondol.folder)
    return ondol


def figure(path, name):
    with h5py.File(path) as file:
        return float(file["kpis/value"][list(file["kpis/name"].asstr()).index(name)])


def spoil(path, name, value):
    """Sets a key figure of a file to a value."""
    with h5py.File(path, "r+") as file:
        file["kpis/value"][list(file["kpis/name"].asstr()).index(name)] = value


def without(path, name):
    """Takes a key figure out of a file."""
    with h5py.File(path, "r+") as file:
        keep = [n != name for n in file["kpis/name"].asstr()]
        for column in ("name", "value", "units", "long_name"):
            values, kind = file["kpis"][column][:][keep], file["kpis"][column].dtype
            del file["kpis"][column]
            file["kpis"].create_dataset(column, data=values, dtype=kind)


# ------------------------------------------------------------------------------------------------ what is shown

def test_figures_with_difference_and_percent(two):
    done = two("compare", "a.h5", "b.h5")
    assert done.returncode == 0 and done.stderr == ""
    a, b = figure(two.folder / "a.h5", "energy"), figure(two.folder / "b.h5", "energy")
    row = next(line for line in done.stdout.splitlines() if line.startswith("  energy "))
    assert row.split()[1:6] == [f"{a:.7g}", f"{b:.7g}", f"{b - a:+.4g}", f"{100 * (b - a) / a:+.2f}", "%"]
    assert "MWh" in row and "meter" in row


def test_what_differs_in_the_scenarios(two):
    shown = two("compare", "a.h5", "b.h5").stdout
    assert re.search(r'plant\.loop\.supply_temperature +"24 degC" +"26 degC"', shown)
    assert re.search(r"steady\.work\.accelerators +16 +8", shown)
    assert shown.count("supply_temperature") == 1  # of halls and racks nothing changed


def test_equal_figures_are_folded_unless_all(two):
    shown, everything = (two("compare", "a.h5", "b.h5", *more).stdout for more in ((), ("--all",)))
    assert "jobs_submitted" not in shown and re.search(r"\d+ more are equal \(--all shows them\)", shown)
    assert "jobs_submitted" in everything and "more are equal" not in everything


def test_temperatures_have_no_percent(two):
    shown = two("compare", "a.h5", "b.h5", "--only", "hottest_inlet").stdout
    assert "degC" in shown and not re.search(r"hottest_inlet.* %", shown)


def test_a_run_and_itself_are_equal_bit_for_bit(two):
    two("run", two.write(TINY), "-o", "again.h5")
    shown = two("compare", "a.h5", "again.h5").stdout
    assert "The scenarios are the same" in shown and "equal bit for bit" in shown and "all" in shown
    assert two("compare", "a.h5", "a.h5", "--tolerance", "0").returncode == 0


def test_one_scenario_with_other_bits_says_what_may_be(two):
    shutil.copy(two.folder / "a.h5", two.folder / "c.h5")
    with h5py.File(two.folder / "c.h5", "r+") as file:
        file.attrs["content_hash"] = "0" * 32
    assert re.search("not equal bit for bit: .*build of the program", two("compare", "a.h5", "c.h5").stdout)
    with h5py.File(two.folder / "c.h5", "r+") as file:
        file.attrs["code_version"] = "9.9.9"
    assert re.search(r"not equal bit for bit: programs 0\.\d+\.\d+ and 9\.9\.9", two("compare", "a.h5", "c.h5").stdout)


def test_three_files_are_held_against_the_first(two):
    shutil.copy(two.folder / "a.h5", two.folder / "c.h5")
    done = two("compare", "a.h5", "b.h5", "c.h5", "--only", "pue,energy")
    assert "B - A" in done.stdout and "C - A" in done.stdout and "C and A are equal bit for bit" in done.stdout
    assert re.search(r'"24 degC" +"26 degC" +"24 degC"', done.stdout)


def test_plain_text_without_a_terminal_and_no_blanks_at_the_end(two):
    shown = two("compare", "a.h5", "b.h5", "--tolerance", "0").stdout
    assert "\x1b" not in shown
    assert all(line == line.rstrip() for line in shown.splitlines())


def test_json(two):
    shutil.copy(two.folder / "a.h5", two.folder / "c.h5")
    spoil(two.folder / "c.h5", "pue", np.nan)
    done = two("compare", "a.h5", "b.h5", "c.h5", "--json", "--tolerance", "energy=10%,1e9")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["kind"] == "runs" and found["within_tolerance"] is False
    assert [f["path"] for f in found["files"]] == ["a.h5", "b.h5", "c.h5"]
    assert [f["same_bits"] for f in found["files"]] == [True, False, True]
    by_name = {f["name"]: f for f in found["figures"]}
    energy = by_name["energy"]
    assert energy["values"] == [figure(two.folder / f"{x}.h5", "energy") for x in "abc"]
    assert energy["differences"][1] == energy["values"][1] - energy["values"][0]
    assert energy["beyond"] == [False, True, False] and energy["units"] == "MWh"
    assert by_name["pue"]["values"][2] is None and by_name["pue"]["has"][2] is True
    assert by_name["pue"]["beyond"] == [False, False, True]
    assert by_name["jobs_submitted"]["equal"] is True
    changed = {row["path"]: row["values"] for row in found["scenario"]}
    assert changed["plant.loop.supply_temperature"] == ['"24 degC"', '"26 degC"', '"24 degC"']
    assert "beyond" not in json.loads(two("compare", "a.h5", "b.h5", "--json").stdout)["figures"][0]


# ------------------------------------------------------------------------------------------------ as a regression check

@pytest.mark.parametrize("tolerance, code", [
    ("0", 1), ("1e9", 0), ("0.001%", 1), ("pue=0.01", 1), ("pue=50%,energy=99%,1e9", 0), ("energy=1e-6,1e9", 1)])
def test_tolerance_decides_the_exit_code(two, tolerance, code):
    done = two("compare", "a.h5", "b.h5", "--tolerance", tolerance)
    assert done.returncode == code, done.stdout
    assert ("beyond the tolerance" in done.stdout) == (code == 1)
    assert ("within the tolerance" in done.stdout) == (code == 0)


@pytest.mark.parametrize("distance, code", [(0.0009, 0), (0.0011, 1), (-0.0009, 0), (-0.0011, 1)])
def test_absolute_tolerance_at_its_edge(two, distance, code):
    shutil.copy(two.folder / "a.h5", two.folder / "c.h5")
    spoil(two.folder / "c.h5", "pue", figure(two.folder / "a.h5", "pue") + distance)
    assert two("compare", "a.h5", "c.h5", "--tolerance", "pue=0.001").returncode == code
    assert two("compare", "a.h5", "c.h5", "--only", "energy", "--tolerance", "0").returncode == 0
    assert two("compare", "a.h5", "c.h5").returncode == 0  # without a tolerance nothing is judged


@pytest.mark.parametrize("share, code", [(1.0099, 0), (1.0101, 1), (0.9901, 0), (0.9899, 1)])
def test_relative_tolerance_at_its_edge(two, share, code):
    shutil.copy(two.folder / "a.h5", two.folder / "c.h5")
    spoil(two.folder / "c.h5", "energy", figure(two.folder / "a.h5", "energy") * share)
    assert two("compare", "a.h5", "c.h5", "--tolerance", "energy=1%").returncode == code
    marked = two("compare", "a.h5", "c.h5", "--tolerance", "energy=1%").stdout
    assert ("energy *" in marked) == (code == 1)


def test_no_value_is_near_to_no_value_alone(two):
    shutil.copy(two.folder / "a.h5", two.folder / "c.h5")
    spoil(two.folder / "a.h5", "pue", np.nan)
    done = two("compare", "a.h5", "c.h5", "--tolerance", "1e300")
    assert done.returncode == 1 and re.search(r"pue \* +no value +1\.", done.stdout)
    spoil(two.folder / "c.h5", "pue", np.nan)
    assert two("compare", "a.h5", "c.h5", "--tolerance", "0").returncode == 0


def test_a_figure_that_one_file_lacks_is_a_difference(two):
    shutil.copy(two.folder / "a.h5", two.folder / "c.h5")
    without(two.folder / "c.h5", "wue")
    for pair in (("a.h5", "c.h5"), ("c.h5", "a.h5")):
        done = two("compare", *pair, "--tolerance", "1e300")
        assert done.returncode == 1 and "wue *" in done.stdout, done.stdout
        assert two("compare", *pair).returncode == 0


def test_other_units_are_another_figure(two):
    shutil.copy(two.folder / "a.h5", two.folder / "c.h5")
    with h5py.File(two.folder / "c.h5", "r+") as file:
        file["kpis/units"][list(file["kpis/name"].asstr()).index("energy")] = "GWh"
    done = two("compare", "a.h5", "c.h5", "--tolerance", "1e300")
    assert done.returncode == 1 and "MWh" in done.stdout and "GWh" in done.stdout
    assert done.stdout.count("energy *") == 2


def test_a_run_that_was_stopped_early_is_said_to_be(two):
    shutil.copy(two.folder / "a.h5", two.folder / "c.h5")
    with h5py.File(two.folder / "c.h5", "r+") as file:
        file.attrs["complete"], file.attrs["status"] = np.int64(0), "interrupted"
    assert "not complete: interrupted" in two("compare", "a.h5", "c.h5").stdout


# ------------------------------------------------------------------------------------------------ bad input

@pytest.mark.parametrize("tolerance, said", [
    ("pue=x", "pue=x.*not a distance"), ("-1", "required|not a distance"), ("pue=-1", "not a distance"), ("nan", "not a distance"),
    ("1%%", "not a distance"), ("", "required|missing"), ("1,,2", "not a distance"), ("pue=", "not a distance"), ("puu=1", 'did you mean "pue"'),
    ("something_else=1", "no key figure"), ("1 MWh", "not a distance")])
def test_bad_tolerance(two, tolerance, said):
    two.refused("compare", "a.h5", "b.h5", f"--tolerance={tolerance}", said=said)


def test_only_what_there_is(two):
    two.refused("compare", "a.h5", "b.h5", "--only", "enery", said='did you mean "energy"')


def test_files_that_are_no_results(two):
    two.refused("compare", "a.h5", said="at least 2")
    two.refused("compare", "a.h5", "nowhere.h5", said="no file nowhere.h5")
    two.refused("compare", "a.h5", ".", said="folder")
    two.write("[site]\n", "scenario.toml")
    two.refused("compare", "scenario.toml", "a.h5", said="scenario.toml is not an HDF5 file")
    with h5py.File(two.folder / "other.h5", "w") as file:
        file["x"] = 1
    two.refused("compare", "a.h5", "other.h5", said="not results of this program")
    two.write((two.folder / "a.h5").read_bytes()[:-1000], "cut.h5")
    two.refused("compare", "a.h5", "cut.h5", said="cut.h5 is cut short")
    with h5py.File(two.folder / "b.h5", "r+") as file:
        file.attrs["format_version"] = "7.0"
    two.refused("compare", "a.h5", "b.h5", said="format 7.0.*reads 1.x")


def test_damaged_tables(two):
    with h5py.File(two.folder / "b.h5", "r+") as file:
        del file["kpis/value"]
    two.refused("compare", "a.h5", "b.h5", said="b.h5 is damaged: no dataset kpis/value")
    with h5py.File(two.folder / "b.h5", "r+") as file:
        file["kpis/value"] = np.zeros(3)
    two.refused("compare", "a.h5", "b.h5", said="damaged: columns of kpis differ")


def test_a_scenario_inside_that_is_not_toml(two):
    with h5py.File(two.folder / "b.h5", "r+") as file:
        file["scenario_toml"][()] = "[site\n"
    two.refused("compare", "a.h5", "b.h5", said="scenario_toml of b.h5:1.*not valid TOML")


def test_killed_run_has_nothing_to_compare(two):
    with h5py.File(two.folder / "b.h5", "r+") as file:
        del file["kpis"]
        file.attrs["status"] = "running"
    two.refused("compare", "a.h5", "b.h5", said="no key figures.*killed, or still runs")


def test_bytes_at_random_never_crash_it(two):
    """Damage anywhere ends in words or in numbers, never in a signal."""
    good = bytearray((two.folder / "b.h5").read_bytes())
    rng = np.random.default_rng(1)
    for _ in range(15):
        bad = bytearray(good)
        for at in rng.integers(0, len(bad), size=20):
            bad[at] = rng.integers(0, 256)
        two.write(bytes(bad), "bad.h5")
        done = two("compare", "a.h5", "bad.h5", timeout=20)
        assert done.returncode in (0, 2), f"exit {done.returncode}\n{done.stderr}"


def test_help(ondol):
    done = ondol("compare", "--help")
    assert done.returncode == 0
    assert all(word in done.stdout for word in ("--tolerance", "--only", "--all", "--json", "ondol compare"))


# ------------------------------------------------------------------------------------------------ sweeps

@pytest.fixture
def sweeps(ondol):
    """Two copies of one index: two set points, three climates, two members."""
    subprocess.run([ONDOL.parent / "tests" / "example_index", ondol.folder / "a.h5"], check=True)
    shutil.copy(ondol.folder / "a.h5", ondol.folder / "b.h5")
    return ondol


def test_sweeps_that_are_equal(sweeps):
    done = sweeps("compare", "a.h5", "b.h5", "--tolerance", "0")
    assert done.returncode == 0
    assert "The sweep files are the same" in done.stdout and "within the tolerance" in done.stdout
    assert "12 places are in both, with the same run at 11 of them" in done.stdout


def test_where_sweeps_lie_furthest_apart(sweeps):
    with h5py.File(sweeps.folder / "b.h5", "r+") as file:
        file["pue"][1, 1, 0] += 0.25
        file["pue"][0, 0, 1] -= 0.125
        file["sweep_toml"][()] = 'name = "another"\n'
    done = sweeps("compare", "a.h5", "b.h5")
    assert done.returncode == 0
    row = next(line for line in done.stdout.splitlines() if line.startswith("  pue "))
    assert re.search(r"2 of 12 +1\.11 +1\.36 +\+0\.25 +\+22\.52 % +supply = 24\.5 degC, climate = 싱가포르, member = 0", row), row
    assert re.search('name +"set point by climate" +"another"', done.stdout)
    assert sweeps("compare", "a.h5", "b.h5", "--tolerance", "pue=0.2").returncode == 1
    assert sweeps("compare", "a.h5", "b.h5", "--tolerance", "pue=0.3").returncode == 0
    found = json.loads(sweeps("compare", "a.h5", "b.h5", "--tolerance", "0", "--json").stdout)
    assert found["kind"] == "sweeps" and found["within_tolerance"] is False
    pue = found["others"][0]["figures"][0]
    assert pue["different"] == pue["beyond"] == 2 and pue["furthest"]["where"].startswith("supply = 24.5 degC")


def test_a_sweep_that_lost_runs(sweeps):
    with h5py.File(sweeps.folder / "b.h5", "r+") as file:
        file["pue"][0, 0, 0], file["status"][0, 0, 0] = np.nan, "failed"
        file["climate"][2] = "busan"
    done = sweeps("compare", "a.h5", "b.h5", "--tolerance", "1e300")
    assert done.returncode == 1
    assert re.search("1 run ended in another way, the first at supply = 18 degC, .*: complete, failed", done.stdout)
    assert "only in B: climate = busan" in done.stdout and "8 places are in both" in done.stdout


def test_sweeps_that_were_run(ondol):
    ondol.write(TINY, "tiny.toml")
    axis = '[[axis]]\nname = "load"\nkey = "steady.work.accelerators"\nvalues = [4, 8, 16]\n'
    ondol.write('name = "load"\nbase = "tiny.toml"\n' + axis, "sweep.toml")
    for folder, more in (("old", ()), ("same", ()), ("new", ("--set", 'plant.loop.pump_power="2.5 kW"'))):
        done = ondol("sweep", "sweep.toml", "-j", "2", "-o", folder, *more)
        assert done.returncode == 0, done.stderr
    same = ondol("compare", "old/sweep.h5", "same/sweep.h5", "--tolerance", "0")
    assert same.returncode == 0 and "with the same run at 3 of them" in same.stdout
    new = ondol("compare", "old/sweep.h5", "new/sweep.h5", "--tolerance", "0")
    assert new.returncode == 1 and "with the same run at 0 of them" in new.stdout
    assert re.search(r"cooling_energy \* +3 of 3 .* load = (4|8|16) +MWh", new.stdout)
    assert re.search(r"--set plant.loop.pump_power +- +\"2.5 kW\"", new.stdout)


def test_long_values_keep_where_they_differ(two):
    ends = ("first.h5", "second.h5")
    for name, end in zip("ab", ends):
        with h5py.File(two.folder / f"{name}.h5", "r+") as file:
            file["scenario_toml"][()] = f'path = "/a/{"very/" * 20}long/path/to/{end}"\n'
    shown = two("compare", "a.h5", "b.h5").stdout
    row = next(line for line in shown.splitlines() if line.startswith("  path"))
    assert all(end in row for end in ends) and row.count("…") == 2 and len(row) < 110
    assert "very/" * 20 in two("compare", "a.h5", "b.h5", "--all").stdout


def test_sweeps_and_runs_do_not_mix(sweeps, runs):
    shutil.copy(runs / "a.h5", sweeps.folder / "run.h5")
    sweeps.refused("compare", "a.h5", "run.h5", said="a.h5 is the index of a sweep and run.h5 is results of a run")


def test_sweeps_of_other_questions(sweeps):
    with h5py.File(sweeps.folder / "b.h5", "r+") as file:
        file["supply"].attrs["units"] = "K"
    sweeps.refused("compare", "a.h5", "b.h5", said="supply is in degC in a.h5 and in K in b.h5")
    with h5py.File(sweeps.folder / "b.h5", "r+") as file:
        file.move("supply", "demand")
    sweeps.refused("compare", "a.h5", "b.h5", said="other dimensions")


def test_damaged_indices_never_crash_it(sweeps):
    good = bytearray((sweeps.folder / "b.h5").read_bytes())
    rng = np.random.default_rng(2)
    for _ in range(15):
        bad = bytearray(good)
        for at in rng.integers(0, len(bad), size=20):
            bad[at] = rng.integers(0, 256)
        sweeps.write(bytes(bad), "bad.h5")
        done = sweeps("compare", "a.h5", "bad.h5", timeout=60)
        assert done.returncode in (0, 2), f"exit {done.returncode}\n{done.stderr}"

"""ondol sweep: runs side by side, each alone, none lost."""
import json
import os
import re
import resource
import signal
import subprocess
import time

import pytest
from ondol_program import ONDOL, ROOT, TINY

SWEEP = """
name = "clocks"
base = "scenario.toml"
responses = ["energy", "pue"]

[[axis]]
name = "supply"
key = "plant.loop.supply_temperature"
values = ["22 degC", "24 degC", "26 degC"]

[[axis]]
name = "load"
key = "steady.work.accelerators"
values = [8, 16]
"""


@pytest.fixture
def sweep(ondol):
    ondol.write(TINY)
    ondol.write(SWEEP, "sweep.toml")
    return ondol


def outcomes(folder):
    return {path.stem: json.loads(path.read_text())["outcome"] for path in (folder / "runs").glob("*.json")}


def hashes(folder):
    return {key: outcome["content_hash"] for key, outcome in outcomes(folder).items()}


def leftovers(folder):
    return [path for path in folder.rglob("*") if path.name.endswith(".partial")]


# ------------------------------------------------------------------------------------------------ a sweep that goes well

def test_runs_all_and_writes_the_index(sweep):
    done = sweep("sweep", "sweep.toml", "-j", "2", "-o", "out")
    assert done.returncode == 0, done.stderr
    out = sweep.folder / "out"
    assert (out / "sweep.h5").is_file() and len(list((out / "runs").glob("*.h5"))) == 6
    assert len(re.findall(r"supply = \d\d degC, load = \d+ ", done.stdout)) == 6
    assert not leftovers(out)


def test_json_holds_every_run(sweep):
    done = sweep("sweep", "sweep.toml", "-o", "out", "--json")
    told = json.loads(done.stdout)
    assert told["ran"] == 6 and told["failed"] == 0
    energy = [run["kpis"]["energy"] for run in told["runs"]]
    assert len(set(energy)) == 6
    assert told["responses"]["energy"]["least"] == min(energy)


def test_a_run_of_a_sweep_is_the_run_that_its_log_names(sweep):
    sweep("sweep", "sweep.toml", "-o", "out")
    key, outcome = next(iter(sorted(outcomes(sweep.folder / "out").items())))
    command = (sweep.folder / "out" / "logs" / f"{key}.log").read_text().splitlines()[1]
    assert command.startswith("ondol run ")
    alone = subprocess.run(["sh", "-c", f'exec "$0" {command.removeprefix("ondol ")} -o alone.h5 --json', str(ONDOL)],
                           cwd=sweep.folder, capture_output=True, text=True, check=True)
    assert json.loads(alone.stdout)["content_hash"] == outcome["content_hash"]


def test_the_number_of_processes_does_not_matter(sweep):
    sweep("sweep", "sweep.toml", "-j", "1", "-o", "one")
    sweep("sweep", "sweep.toml", "-j", "4", "-o", "four")
    assert (sweep.folder / "one" / "sweep.h5").read_bytes() == (sweep.folder / "four" / "sweep.h5").read_bytes()
    assert hashes(sweep.folder / "one") == hashes(sweep.folder / "four")


def test_runs_that_are_the_same_are_run_once(sweep):
    cases = "".join(f'\n[[axis.case]]\nname = "{n}"\nset = {{ plant.loop.supply_temperature = "{v}" }}\n'
                    for n, v in (("as is", "24 degC"), ("in kelvin", "297.15 K")))
    sweep.write(SWEEP[:SWEEP.index("[[axis]]")] + '[[axis]]\nname = "way"\n' + cases + SWEEP[SWEEP.rindex("[[axis]]"):], "sweep.toml")
    told = json.loads(sweep("sweep", "sweep.toml", "-o", "out", "--json").stdout)
    assert len(told["runs"]) == 4 and told["ran"] == 2
    assert told["runs"][0]["kpis"] == told["runs"][2]["kpis"]
    assert len(outcomes(sweep.folder / "out")) == 2


def test_key_figures_alone(sweep):
    sweep.write('keep = "key_figures"\n' + SWEEP, "sweep.toml")
    sweep("sweep", "sweep.toml", "-o", "few")
    assert not list((sweep.folder / "few" / "runs").glob("*.h5"))
    sweep.write('keep = "all"\n' + SWEEP, "sweep.toml")
    sweep("sweep", "sweep.toml", "-o", "all")
    values = [{o["key"]: o["kpis"] for o in outcomes(sweep.folder / f).values()} for f in ("few", "all")]
    assert values[0] == values[1]


def test_files_are_made_when_they_are_wanted_later(sweep):
    sweep.write('keep = "key_figures"\n' + SWEEP, "sweep.toml")
    sweep("sweep", "sweep.toml", "-o", "out")
    sweep.write('keep = "all"\n' + SWEEP, "sweep.toml")
    told = json.loads(sweep("sweep", "sweep.toml", "-o", "out", "--resume", "--json").stdout)
    assert told["ran"] == 6
    assert len(list((sweep.folder / "out" / "runs").glob("*.h5"))) == 6


# ------------------------------------------------------------------------------------------------ the list

def test_list_runs_nothing_and_leaves_nothing(sweep):
    before = set(sweep.folder.rglob("*"))
    done = sweep("sweep", "sweep.toml", "--list")
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"^ +\d+  supply = ", done.stdout, re.MULTILINE)) == 6
    assert "6 runs: 3 supply x 2 load" in done.stdout
    assert re.search(r"about .* a run, .* of memory; .* on disk", done.stdout)
    assert set(sweep.folder.rglob("*")) == before


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios" / "sweeps").glob("*.toml")), ids=lambda path: path.stem)
def test_the_sweeps_that_come_along_are_good(ondol, file):
    done = ondol("sweep", file, "--list", "--json", timeout=300)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["runs"]) > 1


def test_list_counts_what_is_done(sweep):
    sweep("sweep", "sweep.toml", "-o", "out", "--part", "1/3")
    done = sweep("sweep", "sweep.toml", "-o", "out", "--list", "--json")
    told = json.loads(done.stdout)
    assert told["done"] == 2 and told["distinct"] == 6
    assert "2 runs that ended" in told["estimate"]["how"]


def test_list_looks_only_at_the_beginning_of_long_runs(sweep):
    sweep.write(TINY.replace('duration = "1 h"', 'duration = "30000 d"'))
    done = sweep("sweep", "sweep.toml", "--list", "--json", timeout=60)
    told = json.loads(done.stdout)["estimate"]
    assert "from the first" in told["how"]
    assert told["run_s"] > 5 and told["disk_bytes"] > 0 and told["memory_bytes"] > 1e6


# ------------------------------------------------------------------------------------------------ the input

def test_a_fault_of_all_runs_is_told_once(sweep):
    sweep.write(TINY.replace('duration = "1 h"', 'duration = "1 apple"'))
    told = sweep.refused("sweep", "sweep.toml", said="apple")
    assert told.count("apple\"") <= 3 and "in all 6 runs" in told


def test_faults_that_differ_in_numbers_are_told_once(sweep):
    sweep.write(SWEEP.replace("values = [8, 16]", "range = { from = 1000, to = 1003, step = 1 }"), "sweep.toml")
    told = sweep.refused("sweep", "sweep.toml", said=r"\(in supply = 22 degC, load = 1000; 12 of 12 runs say so, with other numbers\)")
    assert told.count("1000") and not re.search(r"\b100[123]\b", told.replace("to = 1003", ""))


def test_a_fault_of_some_runs_names_the_first(sweep):
    sweep.write(SWEEP.replace("[8, 16]", "[8, 1000]"), "sweep.toml")
    told = sweep.refused("sweep", "sweep.toml", said=r"in 3 of 6 runs, first supply = 22 degC, load = 1000")
    assert "sweep.toml:14" in told and "^" in told


def test_an_axis_on_an_unknown_key(sweep):
    sweep.write(SWEEP.replace("plant.loop.supply_temperature", "plant.loop.suply_temperature"), "sweep.toml")
    assert "sweep.toml:8" in sweep.refused("sweep", "sweep.toml", said="supply_temperature")


def test_an_empty_axis(sweep):
    sweep.write(SWEEP.replace('["22 degC", "24 degC", "26 degC"]', "[]"), "sweep.toml")
    assert "sweep.toml:9" in sweep.refused("sweep", "sweep.toml", said="empty")


def test_units_that_do_not_fit(sweep):
    sweep.write(SWEEP.replace('"24 degC"', '"24 MW"'), "sweep.toml")
    sweep.refused("sweep", "sweep.toml", said="MW")


def test_a_billion_runs(sweep):
    axis = '\n[[axis]]\nname = "{0}"\nkey = "simulation.{0}"\nrange = {{ from = 1, to = 1000, steps = 1000 }}\n'
    sweep.write('base = "scenario.toml"\n' + "".join(axis.format(n) for n in ("seed", "calibration_draw", "catalogue_draw")), "sweep.toml")
    assert "1000000000" in sweep.refused("sweep", "sweep.toml", said="runs", timeout=30)


def test_a_check_that_only_the_engine_makes(sweep):
    """A base that can be read, but not built as it is."""
    sweep.write(SWEEP + '\n[[axis]]\nname = "weather"\nkey = "site.weather.file"\nvalues = ["nowhere.csv"]\n', "sweep.toml")
    sweep.refused("sweep", "sweep.toml", said="nowhere.csv")


def test_a_misspelt_response_is_told_before_the_runs(sweep):
    sweep.write(SWEEP.replace('"pue"', '"pvue"'), "sweep.toml")
    sweep.refused("sweep", "sweep.toml", "-o", "out", said='did you mean "pue"')


def test_a_response_that_no_run_has_keeps_the_runs(sweep):
    sweep.write(SWEEP.replace('"pue"', '"happiness_of_operators"'), "sweep.toml")
    done = sweep("sweep", "sweep.toml", "-o", "out")
    assert done.returncode == 2 and "no run has a key figure" in done.stderr and "--resume" in done.stderr
    sweep.write(SWEEP, "sweep.toml")
    told = json.loads(sweep("sweep", "sweep.toml", "-o", "out", "--resume", "--json").stdout)
    assert told["reused"] == 6 and told["ran"] == 0


def test_an_axis_with_the_name_of_a_key_figure(sweep):
    sweep.write(SWEEP.replace('name = "load"', 'name = "pue"'), "named.toml")
    sweep.refused("sweep", "named.toml", "-o", "out", said='named.toml:11:1: error: axis "pue" has the name of a key figure')


def test_an_axis_with_a_name_of_the_index(sweep):
    sweep.write(SWEEP.replace('"load"', '"sweep_toml"'), "sweep.toml")
    sweep.refused("sweep", "sweep.toml", said="taken")


def test_warnings_that_differ_in_numbers_are_told_once(sweep):
    """The supply air of the hall is out of reach by another amount in each member."""
    sweep.write('base = "scenario.toml"\nensemble = 8\nset = { "plant.loop.supply_temperature" = "28 degC" }\n', "sweep.toml")
    told = sweep("sweep", "sweep.toml", "--list").stderr
    assert told.count("is not reached") == 1 and "8 of 8 runs say so, with other numbers" in told


def test_a_base_whose_name_needs_quotes(sweep):
    (sweep.folder / "it's a base.toml").write_text(TINY)
    sweep.write(SWEEP.replace("scenario.toml", "it's a base.toml"), "sweep.toml")
    sweep("sweep", "sweep.toml", "-o", "out")
    key, outcome = next(iter(sorted(outcomes(sweep.folder / "out").items())))
    command = (sweep.folder / "out" / "logs" / f"{key}.log").read_text().splitlines()[1]
    alone = subprocess.run(["sh", "-c", f'exec "$0" {command.removeprefix("ondol ")} -o alone.h5 --json', str(ONDOL)],
                           cwd=sweep.folder, capture_output=True, text=True, check=True)
    assert json.loads(alone.stdout)["content_hash"] == outcome["content_hash"]


@pytest.mark.parametrize("words, said", [(["--memory", "much"], "--memory"), (["--part", "4/3"], "--part"), (["-j", "0"], "-j|jobs")])
def test_words_that_make_no_sense(sweep, words, said):
    sweep.refused("sweep", "sweep.toml", "-o", "out", *words, said=said)


# ------------------------------------------------------------------------------------------------ the folder

def test_a_used_folder_is_refused_and_begun_anew_by_force(sweep):
    assert sweep("sweep", "sweep.toml", "-o", "out").returncode == 0
    sweep.refused("sweep", "sweep.toml", "-o", "out", said="--resume.*--force")
    told = json.loads(sweep("sweep", "sweep.toml", "-o", "out", "--force", "--json").stdout)
    assert told["ran"] == 6


def test_a_folder_of_something_else_is_refused(sweep):
    (sweep.folder / "out").mkdir()
    (sweep.folder / "out" / "thesis.tex").write_text("precious")
    sweep.refused("sweep", "sweep.toml", "-o", "out", said="not empty")


def test_a_file_in_the_way(sweep):
    sweep.write("precious", "out")
    sweep.refused("sweep", "sweep.toml", "-o", "out", said="folder")


def test_a_folder_that_cannot_be_written(sweep):
    sweep.refused("sweep", "sweep.toml", "-o", "/proc/out", said="/proc/out")
    if os.geteuid() != 0:
        (sweep.folder / "out").mkdir(mode=0o555)
        sweep.refused("sweep", "sweep.toml", "-o", "out", said="cannot write")


def test_two_runners_in_one_folder(sweep):
    sweep.write(TINY.replace('duration = "1 h"', 'duration = "300 d"'))
    first = sweep.start("sweep", "sweep.toml", "-o", "out", "-j", "1")
    wait_for(lambda: (sweep.folder / "out" / "logs").is_dir() and any((sweep.folder / "out" / "logs").iterdir()), first)
    second = sweep("sweep", "sweep.toml", "-o", "out", "--resume")
    assert second.returncode == 2 and "another ondol works in out" in second.stderr
    first.send_signal(signal.SIGINT)
    assert first.wait(30) == 130


def test_parts_make_the_whole(sweep):
    sweep("sweep", "sweep.toml", "-o", "whole")
    parts = [sweep.start("sweep", "sweep.toml", "-o", "out", "--part", f"{i}/3", "-j", "1") for i in (1, 2, 3)]
    assert [p.wait(60) for p in parts] == [0, 0, 0]
    assert not (sweep.folder / "out" / "sweep.h5").exists()
    told = json.loads(sweep("sweep", "sweep.toml", "-o", "out", "--resume", "--json").stdout)
    assert told["reused"] == 6
    assert (sweep.folder / "out" / "sweep.h5").read_bytes() == (sweep.folder / "whole" / "sweep.h5").read_bytes()


# ------------------------------------------------------------------------------------------------ what goes wrong on the way

def wait_for(condition, program, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert program.poll() is None, program.communicate()
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_run_without_memory_fails_alone(sweep):
    done = sweep("sweep", "sweep.toml", "-o", "out", "--memory", "1MB", "--json")
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert told["failed"] == 6 and told["index"]
    assert all("out of memory" in run["error"] and "1 MB" in run["error"] for run in told["runs"])
    again = json.loads(sweep("sweep", "sweep.toml", "-o", "out", "--resume", "--json").stdout)
    assert again["ran"] == 6 and again["failed"] == 0


def test_a_killed_worker_fails_alone_and_a_resume_mends_it(sweep):
    sweep("sweep", "sweep.toml", "-o", "calm")
    sweep.write(TINY.replace('duration = "1 h"', 'duration = "60 d"'))
    sweep.write(SWEEP.replace('responses', 'set = { "simulation.duration" = "20 d" }\nresponses'), "long.toml")
    sweep("sweep", "long.toml", "-o", "calm_long")
    runner = sweep.start("sweep", "long.toml", "-o", "out", "-j", "2", "--json")
    wait_for(lambda: any(children(runner.pid)) and any((sweep.folder / "out").glob("runs/*.h5.partial")), runner)
    os.kill(children(runner.pid)[0], signal.SIGKILL)
    out, _ = runner.communicate(timeout=120)
    assert runner.returncode == 3
    failed = [run for run in json.loads(out)["runs"] if run["status"] == "failed"]
    assert len(failed) == 1 and "signal 9" in failed[0]["error"]
    assert not leftovers(sweep.folder / "out")
    assert sweep("sweep", "long.toml", "-o", "out", "--resume").returncode == 0
    assert (sweep.folder / "out" / "sweep.h5").read_bytes() == (sweep.folder / "calm_long" / "sweep.h5").read_bytes()


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_cleanly(sweep, number):
    sweep.write(TINY.replace('duration = "1 h"', 'duration = "300 d"'))
    runner = sweep.start("sweep", "sweep.toml", "-o", "out", "-j", "2")
    wait_for(lambda: any((sweep.folder / "out").glob("runs/*.h5.partial")), runner)
    workers = children(runner.pid)
    runner.send_signal(number)
    _, said = runner.communicate(timeout=30)
    assert runner.returncode == 128 + number
    assert "--resume" in said and "Traceback" not in said
    assert not leftovers(sweep.folder / "out") and not (sweep.folder / "out" / "sweep.h5").exists()
    assert not any(os.path.exists(f"/proc/{pid}") for pid in workers)


def test_a_second_signal_ends_at_once(sweep):
    sweep.write(TINY.replace('duration = "1 h"', 'duration = "300 d"'))
    runner = sweep.start("sweep", "sweep.toml", "-o", "out", "-j", "2")
    wait_for(lambda: any((sweep.folder / "out").glob("runs/*.h5.partial")), runner)
    runner.send_signal(signal.SIGINT)
    runner.send_signal(signal.SIGINT)
    runner.communicate(timeout=30)
    assert runner.returncode in (130, -signal.SIGINT)
    sweep.write(TINY)
    assert sweep("sweep", "sweep.toml", "-o", "out", "--resume").returncode == 0
    assert not leftovers(sweep.folder / "out")


def test_a_signal_while_runs_are_checked(sweep):
    sweep.write(SWEEP.replace("[8, 16]", f"[{', '.join(map(str, range(1, 17)))}]") +
                '\n[[axis]]\nname = "seed"\nkey = "simulation.seed"\nrange = { from = 1, to = 1000, steps = 1000 }\n', "sweep.toml")
    runner = sweep.start("sweep", "sweep.toml", "-o", "out")
    wait_for(lambda: any(children(runner.pid)), runner)
    runner.send_signal(signal.SIGINT)
    _, said = runner.communicate(timeout=30)
    assert runner.returncode == 130 and "nothing has been run" in said
    assert not (sweep.folder / "out").exists()


def test_an_outcome_that_was_damaged_is_made_again(sweep):
    sweep("sweep", "sweep.toml", "-o", "out")
    index = (sweep.folder / "out" / "sweep.h5").read_bytes()
    cut, changed, *_ = sorted((sweep.folder / "out" / "runs").glob("*.json"))
    cut.write_text(cut.read_text()[:100])
    changed.write_text(changed.read_text().replace('"value": 1', '"value": 2', 1))
    told = json.loads(sweep("sweep", "sweep.toml", "-o", "out", "--resume", "--json").stdout)
    assert told["ran"] == 2 and told["reused"] == 4
    assert (sweep.folder / "out" / "sweep.h5").read_bytes() == index


def test_a_sweep_that_grew_runs_only_what_is_new(sweep):
    sweep("sweep", "sweep.toml", "-o", "out")
    sweep.write(SWEEP.replace('"26 degC"', '"26 degC", "27 degC"'), "sweep.toml")
    told = json.loads(sweep("sweep", "sweep.toml", "-o", "out", "--resume", "--json").stdout)
    assert told["ran"] == 2 and told["reused"] == 6 and len(told["runs"]) == 8


def test_a_base_that_changed_is_run_again(sweep):
    sweep("sweep", "sweep.toml", "-o", "out")
    sweep.write(TINY.replace('dry_bulb = "14 degC"', 'dry_bulb = "15 degC"'))
    told = json.loads(sweep("sweep", "sweep.toml", "-o", "out", "--resume", "--json").stdout)
    assert told["ran"] == 6 and told["reused"] == 0


def test_a_data_file_that_changed_is_run_again(sweep):
    rows = "time_s,t_dry_c,rh_pct\n0,{0},50\n7200,{0},50\n"
    sweep.write(rows.format(14), "weather.csv")
    sweep.write(TINY.replace('weather = { dry_bulb = "14 degC", relative_humidity = 0.55 }', 'weather = { file = "weather.csv" }'))
    first = sweep("sweep", "sweep.toml", "-o", "out")
    assert first.returncode == 0, first.stderr
    sweep.write(rows.format(15), "weather.csv")
    told = json.loads(sweep("sweep", "sweep.toml", "-o", "out", "--resume", "--json").stdout)
    assert told["ran"] == 6


def limit_files(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_files_that_cannot_grow(sweep):
    """What a full disk looks like to those who write."""
    done = sweep("sweep", "sweep.toml", "-o", "out", preexec_fn=limit_files(40_000))
    assert done.returncode == 3, done.stderr
    assert "File too large" in done.stderr and "terminate called" not in done.stderr
    assert not leftovers(sweep.folder / "out")
    told = json.loads(sweep("sweep", "sweep.toml", "-o", "out", "--resume", "--json").stdout)
    assert told["failed"] == 0
    sweep("sweep", "sweep.toml", "-o", "calm")
    assert (sweep.folder / "out" / "sweep.h5").read_bytes() == (sweep.folder / "calm" / "sweep.h5").read_bytes()


def test_an_index_that_cannot_be_written_leaves_the_old_one(sweep):
    sweep.write('keep = "key_figures"\n' + SWEEP.replace('responses = ["energy", "pue"]\n', ""), "sweep.toml")
    sweep("sweep", "sweep.toml", "-o", "out")
    index = (sweep.folder / "out" / "sweep.h5").read_bytes()
    assert len(index) > 30_000
    done = sweep("sweep", "sweep.toml", "-o", "out", "--resume", preexec_fn=limit_files(20_000))
    assert done.returncode == 3 and "sweep.h5" in done.stderr
    assert (sweep.folder / "out" / "sweep.h5").read_bytes() == index
    assert not leftovers(sweep.folder / "out")


def test_fail_fast(sweep):
    done = sweep("sweep", "sweep.toml", "-o", "out", "-j", "1", "--memory", "1MB", "--fail-fast", "--json")
    assert done.returncode == 3
    told = json.loads(done.stdout)
    assert told["failed"] == 1 and told["index"] is None
    assert sum("not run" in run["error"] for run in told["runs"]) == 5


def test_a_sweep_goes_on_from_another_folder(sweep):
    sweep.write("time_s,t_dry_c,rh_pct\n0,14,50\n7200,14,50\n", "weather.csv")
    sweep.write(TINY.replace('weather = { dry_bulb = "14 degC", relative_humidity = 0.55 }', 'weather = { file = "weather.csv" }'))
    sweep("sweep", "sweep.toml", "-o", "out")
    done = subprocess.run([ONDOL, "sweep", sweep.folder / "sweep.toml", "-o", sweep.folder / "out", "--resume", "--json"], cwd="/",
                          capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["reused"] == 6

"""Sweeps on a Slurm cluster: the real daemons, on this machine, for as long as these tests run."""
from __future__ import annotations

import json
import re
import signal
import time
from pathlib import Path

import pytest
from ondol_program import TINY, Program

from tests.support.slurm_cluster import SlurmCluster, Unavailable


@pytest.fixture(scope="module")
def cluster():
    try:
        with SlurmCluster(cpus=4) as cluster:
            yield cluster
    except Unavailable as reason:
        pytest.skip(str(reason))


def until(ready, seconds: float = 30):
    """Waits for something that must happen; nothing depends on when it does."""
    end = time.monotonic() + seconds
    while not (value := ready()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
    return value


@pytest.fixture(scope="module")
def overtime(tmp_path_factory):
    """A sweep whose second run, minutes long, goes beyond its limit of time.  Slurm looks every half minute: other tests go on
    meanwhile."""
    try:
        with SlurmCluster() as cluster:
            ondol = Program(tmp_path_factory.mktemp("overtime"))
            ondol.write(TINY, "tiny.toml")
            ondol.write('name = "long"\nbase = "tiny.toml"\nkeep = "key_figures"\n[[axis]]\nname = "length"\n'
                        'key = "simulation.duration"\nvalues = ["1 h", "30000 d"]\n', "long.toml")
            runner = ondol.start("sweep", "long.toml", "-o", "out", "--engine", "slurm", "--time", "1", env=cluster.env)
            until(lambda: [state for _, state in cluster.jobs()] == ["RUNNING"] and list(ondol.folder.glob("out/runs/*.json")))
            runner.kill()
            runner.communicate()
            task = cluster.jobs()[0][0]
            cluster.call("scontrol", "update", f"jobid={task}", "timelimit=0")
            refused = ondol("sweep", "long.toml", "-o", "out", "--resume")
            runner = ondol.start("sweep", "long.toml", "-o", "out", "--engine", "slurm", "--resume", env=cluster.env)
            try:
                yield runner, refused
            finally:
                runner.kill()
                runner.communicate()
    except Unavailable as reason:
        pytest.skip(str(reason))


def test_a_cluster_runs_arrays_and_leaves_nothing_behind(tmp_path):
    try:
        with SlurmCluster() as cluster:
            script = tmp_path / "array.sh"
            script.write_text('#!/bin/sh\necho task "$SLURM_ARRAY_TASK_ID"\n[ "$SLURM_ARRAY_TASK_ID" = 0 ] || exec sleep 600\n')
            done = cluster.call("sbatch", "--array=0-1", f"--output={tmp_path}/%a.log", script)
            assert done.returncode == 0, done.stderr
            until(lambda: (tmp_path / "1.log").exists() and [state for _, state in cluster.jobs()] == ["RUNNING"])
            assert (tmp_path / "0.log").read_text() == "task 0\n"
            folder, processes = cluster.folder, cluster.processes()
            assert len(processes) > 3, "daemons, a step and its sleep"
    except Unavailable as reason:
        pytest.skip(str(reason))
    assert not folder.exists()
    assert [pid for pid in processes if Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()] == []


SWEEP = """\
name = "small"
base = "tiny.toml"
responses = ["pue", "energy", "peak_power"]

[[axis]]
name = "supply"
key = "plant.loop.supply_temperature"
values = ["20 degC", "22 degC"]

[[axis]]
name = "racks"
key = "racks[0].count"
values = [1, 2]
"""
RUNS = 4


class Sweeper:
    """`ondol sweep` in a folder of its own, as a user of the cluster calls it."""

    def __init__(self, ondol, cluster):
        self.ondol, self.cluster = ondol, cluster
        self.env = cluster.env | {"SQUEUE_FORMAT": "%i"}  # a user's own settings change nothing
        ondol.write(TINY, "tiny.toml")
        self.write(SWEEP)

    def write(self, text: str):
        self.ondol.write(text, "small.toml")

    def __call__(self, *arguments, **options):
        return self.ondol("sweep", "small.toml", *arguments, env=self.env, **options)

    def slurm(self, *arguments, folder: str = "out", **options):
        return self("-o", folder, "--engine", "slurm", *arguments, **options)

    def start(self, *arguments, folder: str = "out"):
        return self.ondol.start("sweep", "small.toml", "-o", folder, "--engine", "slurm", *arguments, env=self.env)

    def index(self, folder: str = "out") -> bytes:
        return (self.ondol.folder / folder / "sweep.h5").read_bytes()

    def arrays(self, folder: str = "out") -> list[dict]:
        return [json.loads(file.read_text()) for file in sorted((self.ondol.folder / folder / "slurm").glob("*/job.json"))]

    def outcomes(self, folder: str = "out") -> list[Path]:
        return list((self.ondol.folder / folder / "runs").glob("*.json"))


@pytest.fixture(scope="module")
def local_index(tmp_path_factory) -> bytes:
    """Of the same sweep on one machine."""
    ondol = Program(tmp_path_factory.mktemp("local"))
    ondol.write(TINY, "tiny.toml")
    ondol.write(SWEEP, "small.toml")
    done = ondol("sweep", "small.toml", "-o", "out", "-j", "2")
    assert done.returncode == 0, done.stderr
    return (ondol.folder / "out" / "sweep.h5").read_bytes()


@pytest.fixture
def sweep(ondol, cluster, overtime):
    yield Sweeper(ondol, cluster)
    cluster.cancel_all()


@pytest.fixture
def closed(cluster):
    """A cluster that starts no job, until `open` is called."""
    class Gate:
        def open(self):
            cluster.call("scontrol", "update", "partitionname=main", "state=up")
    cluster.call("scontrol", "update", "partitionname=main", "state=down")
    yield Gate()
    Gate().open()


def queued(cluster) -> list[str]:
    return [state for _, state in cluster.jobs()]


def test_results_are_those_of_one_machine(sweep, local_index):
    done = sweep.slurm("--partition", "main", "--time", "00:10:00")
    assert done.returncode == 0, done.stderr
    assert sweep.index() == local_index
    [array] = sweep.arrays()
    assert array["tasks"] == RUNS and array["name"].startswith("ondol-small-")


def test_chunks_are_tasks_with_several_runs(sweep, local_index):
    done = sweep.slurm("--chunk", "3", "--max-jobs", "1", "--slurm-option=--cpus-per-task=2", "--slurm-option=--comment=mine")
    assert done.returncode == 0, done.stderr
    assert [array["tasks"] for array in sweep.arrays()] == [2]
    job = sweep.cluster.ask("scontrol", "show", "job", sweep.arrays()[0]["job"])
    assert "Comment=mine" in job and "CPUs/Task=2" in job and "ArrayTaskThrottle=1" in job
    assert sweep.index() == local_index


def test_an_array_cancelled_on_the_way_resumes(sweep, local_index):
    runner = sweep.start("--max-jobs", "1")
    until(sweep.outcomes)
    sweep.cluster.cancel_all()
    _, said = runner.communicate(timeout=60)
    assert runner.returncode == 3, said
    done = len(sweep.outcomes())
    assert 0 < done < RUNS
    assert re.search(r"Slurm job \d+ ended as CANCELLED", said), said
    again = sweep.slurm("--resume")
    assert again.returncode == 0, again.stderr
    assert [array["tasks"] for array in sweep.arrays()] == [RUNS, RUNS - done]
    assert sweep.index() == local_index


def test_an_array_outlives_its_runner_and_is_found_again(sweep, closed, local_index):
    runner = sweep.start()
    until(lambda: any(array["job"] for array in sweep.arrays()))
    runner.kill()
    runner.communicate()
    # It had no time to write the number down: only the name is known.
    [file] = (sweep.ondol.folder / "out" / "slurm").glob("*/job.json")
    file.write_text(re.sub(r'"job": \d+', '"job": 0', file.read_text()))
    again = sweep.start("--resume")
    until(lambda: any(array["job"] for array in sweep.arrays()))
    closed.open()
    _, said = again.communicate(timeout=60)
    assert again.returncode == 0, said
    assert len(sweep.arrays()) == 1, "nothing was submitted twice"
    assert sweep.index() == local_index


def test_submitted_alone_it_is_collected_later(sweep, closed, local_index):
    done = sweep.slurm("--detach")
    assert done.returncode == 0, done.stderr
    [array] = sweep.arrays()
    assert done.stdout == f"{array['job']}\n" and "--resume" in done.stderr
    assert not (sweep.ondol.folder / "out" / "sweep.h5").exists()
    closed.open()
    until(lambda: len(sweep.outcomes()) == RUNS)
    until(lambda: not sweep.cluster.jobs())
    again = sweep.slurm("--resume")
    assert again.returncode == 0, again.stderr
    assert sweep.index() == local_index
    assert len(sweep.arrays()) == 1


def test_an_interrupt_cancels_the_array(sweep, closed, local_index):
    runner = sweep.start()
    until(lambda: sweep.cluster.jobs())
    runner.send_signal(signal.SIGINT)
    _, said = runner.communicate(timeout=60)
    assert runner.returncode == 130, said
    assert "--resume" in said
    assert sweep.cluster.jobs() == []
    closed.open()
    assert sweep.slurm("--resume").returncode == 0
    assert sweep.index() == local_index


def test_a_run_that_fails_takes_no_other_down(sweep, local_index):
    listed = json.loads(sweep("--list", "--json").stdout)
    key = listed["runs"][2]["run"]
    (sweep.ondol.folder / "out" / "runs" / f"{key}.h5").mkdir(parents=True)
    done = sweep.slurm("--resume", "--chunk", "3")
    assert done.returncode == 3, done.stderr
    assert len([file for file in sweep.outcomes() if '"complete"' in file.read_text()]) == RUNS - 1
    assert f"{key}.h5" in done.stdout + done.stderr
    (sweep.ondol.folder / "out" / "runs" / f"{key}.h5").rmdir()
    assert sweep.slurm("--resume").returncode == 0
    assert sweep.index() == local_index


@pytest.mark.parametrize("options, said", [
    (["--partition", "nope"], "sbatch: error: invalid partition specified: nope"),
    (["--partition", "short", "--time", "02:00:00"], "Requested time limit is invalid"),
    (["--slurm-option=--no-such-option"], "unrecognized option '--no-such-option'"),
])
def test_what_slurm_refuses_is_quoted(sweep, options, said):
    done = sweep.slurm(*options)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert sweep.cluster.jobs() == [] and sweep.arrays() == []


def test_without_slurm_it_says_so(ondol):
    ondol.write(TINY, "tiny.toml")
    ondol.write(SWEEP, "small.toml")
    done = ondol("sweep", "small.toml", "-o", "out", "--engine", "slurm", env={"PATH": str(ondol.folder)})
    assert done.returncode == 2
    assert "sbatch" in done.stderr and "PATH" in done.stderr


def test_an_option_of_slurm_needs_slurm(ondol):
    ondol.write(TINY, "tiny.toml")
    ondol.write(SWEEP, "small.toml")
    ondol.refused("sweep", "small.toml", "--partition", "cpu", said="--partition.*--engine slurm")
    ondol.refused("sweep", "small.toml", "--engine", "slrum", said="slurm")


def test_a_task_beyond_its_time_is_a_failure_of_its_run(overtime):
    runner, refused = overtime
    assert refused.returncode == 2 and "another ondol works" in refused.stderr, "its tasks were at work"
    out, said = runner.communicate(timeout=90)
    assert runner.returncode == 3, said
    assert "ended as TIMEOUT (TimeLimit)" in out + said and "DUE TO TIME LIMIT" in out + said

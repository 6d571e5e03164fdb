"""Sweeps on a Slurm cluster: the real daemons, on this machine, for as long as these tests run."""
from __future__ import annotations

import time
from pathlib import Path

import pytest

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

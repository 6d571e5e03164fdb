"""Where and when jobs held accelerators agrees with the table of jobs, with the pools and with the racks."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.support.program import EXAMPLES, run_scenario

Columns = dict[str, np.ndarray]


def columns(file: h5py.File, table: str) -> Columns:
    return {
        name: column.asstr()[...] if h5py.check_string_dtype(column.dtype) else column[...]
        for name, column in file[table].items()
    }


@pytest.fixture(scope="module", params=["ups_loss", "haenam", "frontier_day"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight hours: with a loss of power that interrupts jobs, of all kinds of work, and of a full machine."""
    path = tmp_path_factory.mktemp(request.param) / "run.h5"
    run_scenario(EXAMPLES / f"{request.param}.toml", path, "--until", "8 h")
    return path


def test_stretches_of_a_job_are_what_the_table_of_jobs_says(file: Path) -> None:
    with h5py.File(file) as h5:
        jobs, rows = columns(h5, "jobs"), columns(h5, "placements")
        until = h5["site/time"][-1]
    assert (np.diff(rows["begin"]) >= 0).all()
    assert set(rows["job"]) == set(np.flatnonzero(~np.isnan(jobs["start"])))
    assert (rows["accelerators"] == jobs["accelerators"][rows["job"]]).all()
    last = {job: row for row, job in enumerate(rows["job"])}
    first = {job: row for row, job in reversed(list(enumerate(rows["job"])))}
    interrupted = rows["how"] == "interrupted"
    counts = np.bincount(rows["job"][interrupted], minlength=len(jobs["name"]))
    assert (counts == jobs["interruptions"]).all()
    for job, row in first.items():
        assert rows["begin"][row] == jobs["start"][job]
        assert rows["working"][row] == rows["begin"][row]
    for job, row in last.items():
        state = jobs["state"][job]
        assert rows["how"][row] == ("interrupted" if state == "waiting" else state)
        assert np.isnan(rows["end"][row]) == (state == "running")
        if state in ("done", "failed"):
            assert rows["end"][row] == jobs["end"][job]
    # Work lost was done in stretches that were interrupted, and none is done while a job loads.
    end = np.where(np.isnan(rows["end"]), until, rows["end"])
    worked = np.nan_to_num(np.maximum(0, end - rows["working"]))
    assert (worked <= end - rows["begin"]).all()
    lost_in = np.bincount(rows["job"][interrupted], worked[interrupted], minlength=len(counts))
    assert (jobs["lost_work"] <= 1.1 * lost_in + 1e-6).all()  # a job may be a little faster than declared
    assert jobs["lost_work"][counts == 0].sum() == 0


def test_stretches_are_what_pools_and_racks_hold(file: Path) -> None:
    with h5py.File(file) as h5:
        jobs, rows = columns(h5, "jobs"), columns(h5, "placements")
        time, busy = h5["pools/time"][...], h5["pools/accelerators_busy"][...]
        pools = h5["pools/pool"].asstr()[...]
        racks = h5["racks/rack"].asstr()[...]
        rack_busy = h5["racks/accelerators_busy"][...]
    end = np.where(np.isnan(rows["end"]), np.inf, rows["end"])
    for at in (0, len(time) // 3, len(time) // 2, len(time) - 1):
        held = (rows["begin"] <= time[at]) & (time[at] < end)
        of_pool = jobs["pool"][rows["job"]]
        for p, pool in enumerate(pools):
            assert rows["accelerators"][held & (of_pool == pool)].sum() == busy[at, p], (pool, time[at])
        alone = held & (rows["racks"] == 1)
        for r, rack in enumerate(racks):
            assert rows["accelerators"][alone & (rows["first_rack"] == rack)].sum() <= rack_busy[at, r]
        some = np.flatnonzero(held)
        assert all(rack_busy[at, list(racks).index(rows["first_rack"][i])] > 0 for i in some)
    assert rows["racks"].min() >= 1


TRAINING = """
[[training]]
name = "pretrain"
pool = "h200"
model = "llama-3.1-8b"
accelerators = 64
start = "1 min"
batch_sequences = 128
sequence = 8192
micro_batch = 1
precision = "bf16"
network_bandwidth = "400 Gbit/s"
checkpoint_interval = "10 min"
storage_bandwidth = "40 GB/s"
restart_time = "7 min"
"""


def test_after_a_loss_a_training_job_loads_before_it_works_again(tmp_path: Path) -> None:
    text = (EXAMPLES / "ups_loss.toml").read_text().replace('"one_hall.toml"', f'"{EXAMPLES}/one_hall.toml"')
    (tmp_path / "loss.toml").write_text(text.replace("training = []\n", "") + TRAINING)
    run_scenario(tmp_path / "loss.toml", tmp_path / "run.h5")
    with h5py.File(tmp_path / "run.h5") as h5:
        jobs, rows = columns(h5, "jobs"), columns(h5, "placements")
    (job,) = np.flatnonzero(jobs["name"] == "pretrain")
    mine = rows["job"] == job
    assert jobs["interruptions"][job] >= 1 and mine.sum() == jobs["interruptions"][job] + 1
    again = rows["working"][mine][1:] - rows["begin"][mine][1:]
    assert (again > 7 * 60).all() and (again < 8 * 60).all()  # and then it reads its checkpoint
    first = np.flatnonzero(mine)[0]
    assert 0 < jobs["lost_work"][job] <= rows["end"][first] - rows["working"][first]


def test_they_can_be_left_out(tmp_path: Path) -> None:
    run_scenario(EXAMPLES / "one_rack.toml", tmp_path / "run.h5", "--until", "10 min", "--set", "record.placements=false")
    with h5py.File(tmp_path / "run.h5") as h5:
        assert "placements" not in h5 and "jobs" in h5

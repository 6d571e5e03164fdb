"""kill -9 at any moment, then --resume: the same files as a sweep that no one disturbed."""
import json
import os
import random
import signal
import time

import pytest
from ondol_program import TINY

SWEEP = """
base = "scenario.toml"
set = { "simulation.duration" = "12 h" }

[[axis]]
name = "supply"
key = "plant.loop.supply_temperature"
range = { from = "20 degC", to = "26 degC", steps = 4 }

[[axis]]
name = "load"
key = "steady.work.accelerators"
values = [4, 8, 12, 16]
"""
KILLS = 20


def descendants(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def outcomes(folder):
    return {path.stem: json.loads(path.read_text())["outcome"] for path in (folder / "runs").glob("*.json")}


def what_counts(outcome):
    return {key: value for key, value in outcome.items() if key not in ("wall_s", "simulation_s", "peak_bytes")}


@pytest.mark.parametrize("seed", [1])
def test_random_kills(ondol, seed):
    ondol.write(TINY)
    ondol.write(SWEEP, "sweep.toml")
    begun = time.monotonic()
    assert ondol("sweep", "sweep.toml", "-j", "2", "-o", "calm").returncode == 0
    calm_s = time.monotonic() - begun
    calm, out = ondol.folder / "calm", ondol.folder / "out"

    draw, failed = random.Random(seed), False
    for kill in range(KILLS):
        done = sorted((out / "runs").glob("*.json"))
        if len(done) > 12:  # else the last kills would find nothing at work
            for path in draw.sample(done, 8):
                os.truncate(path, path.stat().st_size // 2) if draw.random() < 0.5 else path.unlink()
        runner = ondol.start("sweep", "sweep.toml", "-j", "2", "-o", "out", "--resume")
        if kill % 2 == 0:
            time.sleep(draw.uniform(0, 0.5 * calm_s))
            runner.kill()
            runner.communicate(timeout=30)
        else:
            while runner.poll() is None and not any((out / "runs").glob("*.partial")):
                time.sleep(0.002)
            time.sleep(draw.uniform(0, 0.05))
            for worker in descendants(runner.pid)[:1]:
                try:
                    os.kill(worker, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            if draw.random() < 0.5:
                runner.kill()
            runner.communicate(timeout=120)
            assert runner.returncode in (0, 3, -signal.SIGKILL)
            failed = failed or runner.returncode == 3
    assert failed, "no kill hit a run"
    done = ondol("sweep", "sweep.toml", "-j", "2", "-o", "out", "--resume")
    assert done.returncode == 0, done.stderr
    assert (out / "sweep.h5").read_bytes() == (calm / "sweep.h5").read_bytes()
    assert {k: what_counts(o) for k, o in outcomes(out).items()} == {k: what_counts(o) for k, o in outcomes(calm).items()}
    assert {path.name for path in (out / "runs").iterdir()} == {path.name for path in (calm / "runs").iterdir()}

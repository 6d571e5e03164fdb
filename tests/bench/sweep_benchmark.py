#!/usr/bin/env python3
"""200 days of one_hall as a sweep: what a second process gains, and what a run costs beside its simulation.

    tests/bench/sweep_benchmark.py [--ondol build/ondol] [--runs 200] [--repeat 3]

Overhead is the wall time of -j 1 less the time between first and last instant of all runs, by run; reading, checking, files and
processes are in it.  It reports and never judges: the targets (1.8 times, 50 ms) hold on a machine that does nothing else.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SWEEP = """
name = "days of one hall"
base = "{base}"
set = {{ "simulation.duration" = "1 d" }}

[[axis]]
name = "seed"
key = "simulation.seed"
range = {{ from = 1, to = {runs}, steps = {runs} }}
"""


def sweep(ondol: Path, file: Path, jobs: int, folder: Path) -> tuple[float, float]:
    """(wall s, seconds of simulation alone)."""
    out = folder / f"jobs-{jobs}"
    begin = time.monotonic()
    subprocess.run([ondol, "sweep", file, "-j", str(jobs), "-o", out, "--force"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.PIPE)
    wall = time.monotonic() - begin
    return wall, sum(json.loads(path.read_text())["outcome"]["simulation_s"] for path in (out / "runs").glob("*.json"))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--ondol", type=Path, default=ROOT / "build" / "ondol")
    arguments.add_argument("--runs", type=int, default=200)
    arguments.add_argument("--repeat", type=int, default=3)
    options = arguments.parse_args()
    if not options.ondol.is_file():
        sys.exit(f"{options.ondol} is missing: make build")
    gains, overheads = [], []
    print(f"{options.runs} runs, load before: {os.getloadavg()[0]:.1f}\n{'-j 1':>8} {'-j 2':>8} {'gain':>6} {'overhead':>12}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "days.toml"
        file.write_text(SWEEP.format(base=ROOT / "scenarios" / "examples" / "one_hall.toml", runs=options.runs))
        for _ in range(options.repeat):
            one, simulation = sweep(options.ondol.resolve(), file, 1, folder)
            two, _ = sweep(options.ondol.resolve(), file, 2, folder)
            gains.append(one / two)
            overheads.append((one - simulation) / options.runs)
            print(f"{one:6.1f} s {two:6.1f} s {gains[-1]:6.2f} {1000 * overheads[-1]:5.1f} ms/run", flush=True)
    print(f"median: {statistics.median(gains):.2f} times (target 1.8), {1000 * statistics.median(overheads):.1f} ms a run (target 50 ms)")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Whole runs, timed: wall and CPU time and peak memory of the program, each on one core, beside what they ought to be; sweeps
on as many cores as they have jobs.

    tests/bench/run_benchmarks.py [--ondol build/ondol] [--repeat 3] [--only WORD] [--json FILE]

sweep_benchmark.py tells what a run of a sweep costs beside its simulation; programs for one part of the work stand in bench/
beside the program itself.

It reports and never judges: the exit status says only whether the runs themselves worked.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "scenarios" / "examples"
SWEEPS = Path(__file__).resolve().parent / "sweeps"


@dataclass(frozen=True)
class Case:
    name: str
    scenario: str
    arguments: tuple[str, ...]
    target: str
    repeat: int | None = None  # fewer for the long ones
    program: str = ""          # beside ondol, instead of a run of a scenario
    jobs: int = 0              # of a sweep, instead of a run of a scenario; `scenario` is its file


CASES = [
    Case("one_rack, start-up (1 min)", "one_rack", ("--until", "60 s"), "< 0.2 s"),
    Case("frontier day, 15-s reports", "frontier_day", ("--set", 'record.period="15 s"'), "< 1 s, < 200 MB"),
    Case("frontier day, 1-s reports", "frontier_day", ("--set", 'record.period="1 s"'), "< 5 s"),
    Case("haenam day, 1-s reports of site, halls, feeds", "haenam", ("--set", 'record.period="1 s"', "--set", "record.racks=false", "--until", "1 d"), "< 5 s"),
    Case("haenam day, 1-s reports, racks too", "haenam", ("--set", 'record.period="1 s"', "--until", "1 d"), ""),
    Case("haenam, 120 s at 10 ms within an hour", "haenam",
         ("--set", 'phase_window=[{name="close",start="30 min",duration="120 s",racks=true}]', "--until", "1 h"), "< 20 s"),
    Case("outage, 12 hours", "outage", (), ""),
    Case("haenam, 7 days, 60-s reports", "haenam", ("--set", 'record.period="60 s"', "--until", "7 d"), ""),
    Case("haenam, 30 days, 60-s reports", "haenam", ("--set", 'record.period="60 s"', "--until", "30 d"), "< 20 s, < 1 GB", 1),
    Case("all-reduce 1 GiB, 16384 GPUs, rates", "", ("all-reduce", "16384", "ecmp"), "< 2 s, < 200 MB", program="bench/collective_at_scale"),
    Case("haenam, week x 64 members, -j 2", "haenam_ensemble", (), "< 180 s", 1, jobs=2),
    Case("haenam, 60 days, 60-s reports", "haenam", ("--set", 'record.period="60 s"', "--until", "60 d"), "memory as for 30 days", 1),
]


@dataclass
class Measured:
    case: str
    wall_s: float
    cpu_s: float
    peak_mb: float
    file_mb: float
    target: str


def keep_to(cores: int) -> None:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-cores:])


def measure_once(command: list[str], cores: int) -> tuple[float, float, float]:
    """(wall s, CPU s, peak resident MB); the peak is the kernel's, of this child or the largest of its own."""
    with tempfile.TemporaryFile() as messages:
        begin = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=messages, preexec_fn=lambda: keep_to(cores))
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            messages.seek(0)
            raise RuntimeError(f"exit {child.returncode}: {' '.join(command)}\n{messages.read().decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6


def measure(ondol: Path, case: Case, repeat: int, folder: Path) -> Measured:
    result = folder / ("sweep/sweep.h5" if case.jobs else "run.h5")
    sweep = [str(ondol), "sweep", str(SWEEPS / f"{case.scenario}.toml"), "-o", str(folder / "sweep"), "--force", "-j", str(case.jobs)]
    run = [str(ondol), "run", str(EXAMPLES / f"{case.scenario}.toml"), "-o", str(result), "--force"]
    command = [str(ondol.parent / case.program)] if case.program else sweep if case.jobs else run
    command += case.arguments
    runs = [measure_once(command, max(1, case.jobs)) for _ in range(min(repeat, case.repeat or repeat))]
    wall, cpu, peak = (statistics.median(column) for column in zip(*runs))
    return Measured(case.name, wall, cpu, peak, 0 if case.program else result.stat().st_size / 1e6, case.target)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--ondol", type=Path, default=ROOT / "build" / "ondol")
    arguments.add_argument("--repeat", type=int, default=3, help="runs of each case; the median is shown")
    arguments.add_argument("--only", default="", help="cases whose name holds this word")
    arguments.add_argument("--json", type=Path, help="write the figures there too")
    options = arguments.parse_args()
    if not options.ondol.is_file():
        sys.exit(f"{options.ondol} is missing: make build")

    cpu = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "?")
    print(f"{cpu}, {os.cpu_count()} cores, Linux {platform.release()}; each run on one core, sweeps on their jobs' number\n")
    print(f"{'case':38}{'wall s':>9}{'CPU s':>9}{'peak MB':>10}{'file MB':>10}   target")
    measured, failed = [], False
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            if options.only not in case.name or not (case.program or case.jobs or (EXAMPLES / f"{case.scenario}.toml").exists()):
                continue
            try:
                row = measure(options.ondol.resolve(), case, options.repeat, Path(folder))
            except RuntimeError as error:
                print(f"{case.name:38}   {error}")
                failed = True
                continue
            measured.append(row)
            print(f"{row.case:38}{row.wall_s:9.2f}{row.cpu_s:9.2f}{row.peak_mb:10.0f}{row.file_mb:10.1f}   {row.target}", flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in measured], indent=2) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

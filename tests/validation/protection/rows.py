"""Rows of protection and storage with what the simulator's models answer."""

from __future__ import annotations

import csv
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
RATE_EXPONENT = 1.25  # of lead-acid in UPS
IDLE_FUEL = 0.06


def read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ask(build: Path, questions: list[str]) -> list[float]:
    out = subprocess.run([build / "tests" / "protection_predict"], input="\n".join(questions) + "\n", capture_output=True, text=True, check=True).stdout
    return [float(line) for line in out.splitlines()]


@dataclass
class Point:
    device: str
    point: str
    low_s: float
    high_s: float
    half: str
    source: str
    simulated_s: float

    @property
    def within(self) -> bool:
        return self.low_s <= self.simulated_s <= self.high_s


def points(build: Path) -> list[Point]:
    rows = read("points.csv")
    return [Point(r["device"], r["point"], float(r["low_s"]), float(r["high_s"]), r["half"], r["source"], s)
            for r, s in zip(rows, ask(build, [r["question"] for r in rows]), strict=True)]


@dataclass
class Pair:
    name: str
    at: float
    published: float
    simulated: float
    half: str

    @property
    def error(self) -> float:
        return self.simulated / self.published - 1


def trip_unit(build: Path) -> list[Pair]:
    rows = read("trip_unit.csv")
    answers = ask(build, [f"electronic {r['at_six_s']} {r['current']}" for r in rows])
    return [Pair(r["at_six_s"], float(r["current"]), float(r["seconds"]), s, "judge") for r, s in zip(rows, answers, strict=True)]


def runtime(build: Path) -> list[Pair]:
    """Minutes on battery; the load nearest to half of the rating gives the others."""
    units: dict[int, dict[int, float]] = {}
    for r in read("runtime.csv"):
        units.setdefault(int(r["unit_va"]), {})[int(r["load_va"])] = float(r["minutes"])
    pairs = []
    for va, minutes in units.items():
        middle = min(minutes, key=lambda load: (abs(load - va / 2), load))
        loads = [load for load in minutes if load >= 0.3 * va]
        answers = ask(build, [f"battery {RATE_EXPONENT} {60 * minutes[middle]} {middle} {load}" for load in loads])
        pairs += [Pair(str(va), load, minutes[load], s / 60, "fit" if load == middle else "judge") for load, s in zip(loads, answers, strict=True)]
    return pairs


def fuel(build: Path) -> list[Pair]:
    rows = read("fuel.csv")
    full = {r["set"]: float(r["l_per_h"]) for r in rows if float(r["load"]) == 1}
    answers = ask(build, [f"fuel {IDLE_FUEL} {r['load']}" for r in rows])
    return [Pair(r["set"], float(r["load"]), float(r["l_per_h"]), s * full[r["set"]], "fit" if float(r["load"]) == 1 else "judge")
            for r, s in zip(rows, answers, strict=True)]


@dataclass
class Event:
    time_s: float
    what: str
    value: float


def outage(build: Path, length_s: float, override_s: float, start_s: float, transfer_s: float) -> list[Event]:
    command = [build / "tests" / "protection_predict", "outage", *map(str, (length_s, override_s, start_s, transfer_s))]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [Event(float(t), what, float(v)) for t, what, v in csv.reader(out.splitlines())]


def first(events: list[Event], what: str, after_s: float = 0) -> Event:
    return next(e for e in events if e.what == what and e.time_s >= after_s)

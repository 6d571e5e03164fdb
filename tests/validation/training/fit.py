"""The numbers of training stacks that are fitted, by least squares of log time over the fit rows of each stack.

    fit.py [--ondol ONDOL]             prints stack, number, value that the fit rows give, value in the catalogue, errors of the fit rows
    fit.py --check [--ondol ONDOL]     ends with 1 when the catalogue says something else than the fit rows give

kernel_efficiency of the stacks of the step files; launch of megatron-deepspeed/2022, on the fit rows of vtrain.py.  A stack without fit rows
keeps what its entry says, or is the mean of its neighbours (BETWEEN).  The power limit counts: a step that the limit slows in the world is slowed here.
"""
import argparse
import json
import math
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import vtrain

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]
CATALOGUE = ROOT / "scenarios" / "catalogue" / "training_stacks.toml"
TOLERANCE = 0.008  # of a value
BETWEEN = {"nemo/24.04": ("nemo/23.09", "nemo/24.09")}  # no fit row: the mean of its neighbours

Rows = list[tuple[Path, str]]  # file and name of a step


def fit_rows(files: list[Path]) -> dict[str, Rows]:
    """By stack; stacks that only judge have none."""
    out = {}
    for file in files:
        for table in file.read_text(encoding="utf-8").split("[[step]]")[1:]:
            if stack := re.search(r'^stack = "(.*)"', table, re.MULTILINE):
                rows = out.setdefault(stack[1], [])
                if re.search(r'role = "fit"', table):
                    rows.append((file, re.search(r'^name = "(.*)"', table, re.MULTILINE)[1]))
    return out


def errors(ondol: Path, rows: Rows, change: str) -> list[float]:
    """Logarithms of simulated over published."""
    out = []
    wanted = set(rows)
    for file in sorted({f for f, _ in rows}):
        done = subprocess.run([ondol, "ask", "step", file, "--json", "--set", change], capture_output=True, text=True, check=True)
        out += [math.log(a["step_s"] / a["published"]["step_s"]) for a in json.loads(done.stdout) if (file, a["name"]) in wanted]
    return out


def minimum(cost, low: float, high: float, width: float) -> float:
    """Golden section."""
    ratio = (math.sqrt(5) - 1) / 2
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    fa, fb = cost(a), cost(b)
    while high - low > width:
        if fa < fb:
            high, b, fb = b, a, fa
            a = high - ratio * (high - low)
            fa = cost(a)
        else:
            low, a, fa = a, b, fb
            b = low + ratio * (high - low)
            fb = cost(b)
    return (low + high) / 2


def entry(stacks: dict, name: str, key: str) -> str | float:
    """As the catalogue says it, through `extends`."""
    stack = stacks[name]
    value = stack[key] if key in stack else entry(stacks, stack["extends"], key)
    return value["value"] if isinstance(value, dict) else value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--ondol", type=Path, default=ROOT / "build" / "ondol")
    options = parser.parse_args()
    stacks = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["training_stack"]
    stale = 0

    def fit(name: str, rows: Rows, key: str, unit: str, low: float, high: float) -> None:
        nonlocal stale

        def found(x: float) -> list[float]:
            return errors(options.ondol, rows, f'training_stack."{name}".{key}=' + (f'"{x} {unit}"' if unit else f"{x}"))

        def cost(x: float) -> float:
            return sum(e * e for e in found(x))

        there = float(str(entry(stacks, name, key)).removesuffix(f" {unit}"))
        if options.check:  # least at the catalogue's value, as against a little less and a little more
            if cost(there) > min(cost(there * (1 - TOLERANCE)), cost(there * (1 + TOLERANCE))):
                print(f"{name}: {key} = {there:g} {unit} of the catalogue is not what the fit rows give; run fit.py", file=sys.stderr)
                stale = 1
            return
        best = minimum(cost, low, high, (high - low) / 500)
        last = found(best)
        shown = " ".join(f"{100 * math.expm1(e):+.1f}" for e in last) if len(last) < 20 else f"rms {100 * math.sqrt(cost(best) / len(last)):.1f}"
        print(f"{name:24} {key:17} fitted {best:.3f} catalogue {there:g} {unit:3} errors of fit rows %: {shown}")

    for name, rows in fit_rows(sorted(FOLDER.glob("*.toml"))).items():
        if rows:
            fit(name, rows, "kernel_efficiency", "", 0.4, 1.5)
    for name, neighbours in BETWEEN.items():
        there, mean = entry(stacks, name, "kernel_efficiency"), sum(entry(stacks, n, "kernel_efficiency") for n in neighbours) / 2
        if abs(there / mean - 1) > TOLERANCE:
            print(f"{name}: kernel_efficiency = {there:g} of the catalogue is not the mean of {' and '.join(neighbours)}, {mean:.3f}", file=sys.stderr)
            stale = 1
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "single.toml"
        file.write_text(vtrain.text("single"), encoding="utf-8")
        for name, rows in fit_rows([file]).items():
            fit(name, rows, "launch", "us", 10, 100)
    return stale


if __name__ == "__main__":
    sys.exit(main())

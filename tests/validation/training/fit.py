"""The one number of each training stack that is fitted: kernel_efficiency, by least squares of log time over its fit rows.

    fit.py [ONDOL]                  prints stack, value in the catalogue, value that the fit rows give, errors of the fit rows

A stack without fit rows keeps what its entry says.  The power limit counts: a step that the limit slows in the world is slowed here.
"""
import json
import math
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]


def stacks() -> dict[str, list[tuple[Path, str]]]:
    """Fit rows by stack."""
    out = {}
    for file in sorted(FOLDER.glob("*.toml")):
        for table in file.read_text(encoding="utf-8").split("[[step]]")[1:]:
            stack = re.search(r'^stack = "(.*)"', table, re.MULTILINE)
            if stack:
                rows = out.setdefault(stack[1], [])
                if re.search(r'role = "fit"', table):
                    rows.append((file, re.search(r'^name = "(.*)"', table, re.MULTILINE)[1]))
    return out


def errors(ondol: Path, stack: str, rows: list[tuple[Path, str]], efficiency: float | None = None) -> list[float]:
    """Logarithms of simulated over published."""
    out = []
    for file in sorted({f for f, _ in rows}):
        change = [] if efficiency is None else ["--set", f'training_stack."{stack}".kernel_efficiency={efficiency}']
        done = subprocess.run([ondol, "ask", "step", file, "--json", *change], capture_output=True, text=True, check=True)
        out += [math.log(a["step_s"] / a["published"]["step_s"]) for a in json.loads(done.stdout) if (file, a["name"]) in rows]
    return out


def fitted(ondol: Path, stack: str, rows: list[tuple[Path, str]]) -> float:
    """Golden section on the sum of squares."""
    low, high, ratio = 0.4, 1.5, (math.sqrt(5) - 1) / 2

    def cost(x: float) -> float:
        return sum(e * e for e in errors(ondol, stack, rows, x))

    a, b = high - ratio * (high - low), low + ratio * (high - low)
    fa, fb = cost(a), cost(b)
    while high - low > 0.004:
        if fa < fb:
            high, b, fb = b, a, fa
            a = high - ratio * (high - low)
            fa = cost(a)
        else:
            low, a, fa = a, b, fb
            b = low + ratio * (high - low)
            fb = cost(b)
    return (low + high) / 2


def main() -> None:
    ondol = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "ondol"
    for stack, rows in stacks().items():
        if not rows:
            print(f"{stack:28} no fit rows")
            continue
        best = fitted(ondol, stack, rows)
        shown = " ".join(f"{100 * math.expm1(e):+.1f}" for e in errors(ondol, stack, rows, best))
        print(f"{stack:28} {best:.3f}   errors of fit rows %: {shown}")


if __name__ == "__main__":
    main()

"""Runs the program as a user would, for tests that look at it from outside."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ONDOL = Path(os.environ.get("ONDOL", ROOT / "build" / "ondol"))
EXAMPLES = ROOT / "scenarios" / "examples"


@dataclass
class Outcome:
    """What a call of the program left: exit code and both streams."""

    code: int
    out: str
    err: str

    def json(self) -> dict:
        return json.loads(self.out)


def ondol(*arguments: object, timeout: float = 300, **kwargs: object) -> Outcome:
    """Calls `ondol` with the arguments and waits."""
    done = subprocess.run(
        [str(ONDOL), *map(str, arguments)], capture_output=True, text=True, timeout=timeout, errors="replace", **kwargs
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def run_scenario(file: Path, output: Path, *arguments: object) -> dict:
    """`ondol run --json`; fails the test with the program's own words when it does not end well."""
    done = ondol("run", file, "-o", output, "--force", "--json", *arguments)
    assert done.code == 0, done.err
    return done.json()

"""Published steps and what the program answers to them."""
import dataclasses
import json
import statistics
import subprocess
import tempfile
from pathlib import Path

import vtrain

FOLDER = Path(__file__).parent


@dataclasses.dataclass(frozen=True)
class Row:
    table: str  # file, or vtrain_single and vtrain_multi
    name: str
    accelerator: str
    accelerators: int
    published_s: float
    simulated_s: float
    role: str
    source: str
    answer: dict

    @property
    def error(self) -> float:
        return self.simulated_s / self.published_s - 1


def ask(ondol: Path, file: Path) -> list[dict]:
    done = subprocess.run([ondol, "ask", "step", file, "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ondol ask step {file}:\n{done.stderr}")
    return json.loads(done.stdout)


def of_file(ondol: Path, file: Path) -> list[Row]:
    return [Row(file.stem, a["name"], a["accelerator"], a["accelerators"], a["published"]["step_s"], a["step_s"], a["published"]["role"], a["published"]["source"], a)
            for a in ask(ondol, file)]


def published(ondol: Path) -> dict[str, list[Row]]:
    """By source, in the order of its table."""
    return {file.stem: of_file(ondol, file) for file in sorted(FOLDER.glob("*.toml"))}


def of_vtrain(ondol: Path) -> dict[str, list[Row]]:
    with tempfile.TemporaryDirectory() as folder:
        out = {}
        for kind in ("single", "multi"):
            file = Path(folder) / f"vtrain_{kind}.toml"
            file.write_text(vtrain.text(kind), encoding="utf-8")
            out[file.stem] = of_file(ondol, file)
        return out


def mape(rows: list[Row]) -> float:
    return statistics.mean(abs(r.error) for r in rows) if rows else float("nan")


def worst(rows: list[Row]) -> float:
    return max(abs(r.error) for r in rows) if rows else float("nan")


def judges(rows: list[Row]) -> list[Row]:
    return [r for r in rows if r.role == "judge"]


def fits(rows: list[Row]) -> list[Row]:
    return [r for r in rows if r.role == "fit"]

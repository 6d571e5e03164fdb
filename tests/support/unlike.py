"""The meter on simulated boards that do not obey the fitted model.  Alone it prints the table of docs/models/gpu-energy-fit.md:

    ONDOL_METER=BUILD/ondol-meter python -m tests.support.unlike
"""
from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
METER = Path(os.environ.get("ONDOL_METER", ROOT / "build" / "ondol-meter"))
LIKE = ROOT / "kernels/fake/truth/h200_like.txt"
UNLIKE = ROOT / "kernels/fake/truth/h200_unlike.txt"
SCALARS = {"idle": "idle_w", "context": "context_w", "awake": "awake_w", "leakage_slope": "leakage_w_per_k", "voltage_slope": "voltage_slope"}
MISFITS = {
    "none": [],
    "leakage": ["leakage_growth_k", "leakage_voltage_power"],
    "voltage": ["voltage_points"],
    "awake": ["awake_shared"],
    "interaction": ["interaction"],
    "counts": ["counted_l2", "counted_hbm"],
    "toggle": ["toggle_saturation"],
    "gain": ["gain"],
}


def values(file):
    lines = (line.split("#")[0].split("=") for line in file.read_text().splitlines())
    return {words[0].strip(): words[1].strip() for words in lines if len(words) == 2}


def truth_text(misfit):
    """The shipped board with one deviation of the unlike one; all of them for "all"."""
    if misfit == "all":
        return UNLIKE.read_text()
    text, like, unlike = LIKE.read_text(), values(LIKE), values(UNLIKE)
    for key in MISFITS[misfit]:
        line = f"{key} = {unlike[key]}\n"
        text = text.replace(f"\n{key} = {like[key]}\n", "\n" + line) if key in like else text + line
    return text


def known(file):
    """What a fit should find: slopes at the reference temperature and clock, energies at the ends of toggle."""
    raw = values(file)
    found = {name: float(raw[key]) for name, key in SCALARS.items()}
    if points := raw.get("voltage_points"):
        (foot_hz, foot), (top_hz, top) = ([float(word) for word in point.split()] for point in points.split(";"))
        found |= {"voltage_slope": (top - foot) / (top_hz - foot_hz) * float(raw["reference_clock_hz"]), "voltage_floor": foot}
    return found | {k: 1e-12 * float(v) for k, v in raw.items() if k.startswith(("control.", "data."))}


def campaign(folder, misfit, seed=1, extra=""):
    folder.mkdir(parents=True)
    truth = folder / "truth.txt"
    truth.write_text(truth_text(misfit) + extra)
    subprocess.run([METER, "measure", "--plan", "full", "--fake", truth, "--out", folder / "c", "--seed", str(seed)], check=True,
                   capture_output=True, timeout=120)
    return folder


def fitted(folder, *options):
    output = subprocess.run([METER, "fit", folder / "c", "-o", folder / "c.toml", "--force", *options], check=True, capture_output=True,
                            text=True, timeout=120).stdout
    return json.loads(output) if "--json" in options else output


def off(result, folder):
    """By coefficient: estimate over truth less 1, and its distance in stated errors from what a sensor of this gain shows."""
    right, gain = known(folder / "truth.txt"), float(values(folder / "truth.txt")["gain"])
    moved = {}
    for name, e in result["estimates"].items():
        shown = right[name] * (1 if name.startswith("voltage") else gain)
        moved[name] = e["value"] / right[name] - 1, (e["value"] - shown) / e["sd"]
    return moved


def covered(moved, within):
    return sum(abs(pull) <= within for _, pull in moved.values()) / len(moved)


def row(misfit, result, moved):
    def percent(key):
        return f"{100 * result[key]['mape']:.2f}"

    largest = sorted((name for name in moved if "pcie" not in name), key=lambda name: -abs(moved[name][0]))[:3]
    energies = [abs(m[0]) for name, m in moved.items() if "." in name and "pcie" not in name]
    cells = [misfit, percent("held_out"), percent("held_out_matmul"), percent("held_out_others"),
             f"{100 * result['held_out']['worst']:+.1f}", percent("leave_one_kernel_out"), f"{100 * result['model_error']:.2f}",
             f"{100 * statistics.median(energies):.1f}", ", ".join(f"{n} {100 * moved[n][0]:+.0f}" for n in largest),
             f"{100 * covered(moved, 1):.0f}, {100 * covered(moved, 2):.0f}", f"{result['held_out_pull']:.1f}",
             "; ".join(result["warnings"]) or "-"]
    return "| " + " | ".join(cells) + " |"


def main():
    print("| misfit | held out % | products | others | worst | one kernel out | tau % | energies | moved most % | within 1, 2 sd % | pull | warnings |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|---|--:|--:|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for misfit in [*MISFITS, "all"]:
            folder = campaign(Path(scratch) / misfit, misfit)
            result = fitted(folder, "--json")
            print(row(misfit, result, off(result, folder)), flush=True)


if __name__ == "__main__":
    main()

"""The metered GPT-3 run, and what the program says of it as its meters would."""
import dataclasses
import functools
import json
import math
import subprocess
import tempfile
import tomllib
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent
SCENARIO = FOLDER / "smc_64n_gpt3.toml"
NODES, EVALUATIONS, STEPS = 64, 24, 288
GRID_S = 2.0
# Runs of the same meters that the lag is read off; the run that is judged is not among them.
LAG_RUNS = ("smc_1n_bert_a", "smc_1n_lora_a", "smc_1n_lora_b", "smc_8n_lora_a", "smc_8n_lora_b", "smc_8n_lora_c")
# Runs that host_active of the catalogue's node is fitted to; the run that is judged is not among them.
LORA_RUNS = ("smc_1n_lora_a", "smc_1n_lora_b")
METERED_KWH = 415.255  # of the raw readings, data/SOURCE.md


@dataclasses.dataclass(frozen=True)
class Run:
    """Mean node in means over 2 s."""
    power_w: np.ndarray
    in_evaluation: np.ndarray  # of the same length
    run_s: float
    step_s: float
    evaluation_s: float
    energy_kwh: float  # of 64 nodes

    def percentile(self, p: float) -> float:
        return float(np.percentile(self.power_w, p))

    @property
    def swing_w(self) -> float:
        return self.percentile(99) - self.percentile(1)

    @property
    def training_w(self) -> float:
        return float(self.power_w[~self.in_evaluation].mean())

    @property
    def evaluation_w(self) -> float:
        return float(self.power_w[self.in_evaluation].mean())


def readings(run: str, kind: str) -> pd.DataFrame:
    """Node by node, W, index in s."""
    table = pd.read_csv(FOLDER / "data" / f"{run}.csv.gz")
    return table[table["kind"] == kind].set_index("t_s").filter(like="node").ffill().bfill()


def lagged(power: np.ndarray, lag_s: float, step_s: float) -> np.ndarray:
    """First-order lag of samples `step_s` apart, joined by straight lines, along the first axis, at rest before the first.

    Where power jumps is unknown between two samples; a straight line has the mean of all places, a stair would date every jump too early.
    """
    if lag_s <= 0:
        return power.astype(float)
    keep = math.exp(-step_s / lag_s)
    rise = (1 - keep) * lag_s / step_s
    out = np.empty(power.shape)
    out[0] = power[0]
    for i in range(1, len(power)):
        out[i] = keep * out[i - 1] + (1 - rise) * power[i] + (rise - keep) * power[i - 1]
    return out


def fitted_lag_s(pairs: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """The lag that makes the first of each pair of the second, up to a straight line, by least squares, to 0.1 s."""

    def misfit(lag_s: float) -> float:
        x = np.concatenate([lagged(dc, lag_s, GRID_S)[5:].ravel() for _, dc in pairs])
        y = np.concatenate([ac[5:].ravel() for ac, _ in pairs])
        return float(np.std(y - np.polyval(np.polyfit(x, y, 1), x)))

    return min((lag / 10 for lag in range(31)), key=misfit)


@functools.cache
def lag_of_runs_s(runs: tuple[str, ...]) -> float:
    """Of the AC meters, by what the DC meters read at the same time."""
    pairs = []
    for run in runs:
        ac, dc = readings(run, "AC"), readings(run, "DC")
        common = ac.index.intersection(dc.index)
        pairs.append((ac.loc[common].to_numpy(float), dc.loc[common].to_numpy(float)))
    return fitted_lag_s(pairs)


def meter_lag_s() -> float:
    return lag_of_runs_s(LAG_RUNS)


@functools.cache
def measured(kind: str = "AC") -> Run:
    events = pd.read_csv(FOLDER / "data" / "smc_64n_gpt3_a.events.csv")
    at = {name: events.t_s[events.event == name].to_numpy() for name in events.event.unique()}
    power = readings("smc_64n_gpt3_a", kind).mean(axis=1)
    t = power.index.to_numpy()
    evaluating = np.zeros(len(t), bool)
    for start, stop in zip(at["eval_start"], at["eval_stop"], strict=True):
        evaluating |= (t >= start) & (t < stop)
    steps = events.t_s[events.value.astype(str).str.startswith("train_step")].to_numpy()
    run_s = float(at["run_stop"][0] - at["run_start"][0])
    return Run(power.to_numpy(), evaluating, run_s, float(np.median(np.diff(steps))), float(np.mean(at["eval_stop"] - at["eval_start"])),
               METERED_KWH if kind == "AC" else float("nan"))


@functools.cache
def played(ondol: Path) -> tuple[np.ndarray, float, float]:
    """Input power of the job's nodes, W of one, row by row while it runs; length of a row and of one evaluation."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "run.h5"
        done = subprocess.run([ondol, "run", SCENARIO, "-o", results], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"ondol run {SCENARIO}:\n{done.stderr}")
        with h5py.File(results) as file:
            window = file["windows/run"]
            power, row_s = window["job_power"][:, 0] / NODES, float(window.attrs["period"])
    (step,) = json.loads(subprocess.run([ondol, "ask", "step", SCENARIO, "--json"], capture_output=True, text=True, check=True).stdout)
    evaluation_s = STEPS / EVALUATIONS * sum(p["duration_s"] for p in step["phases"] if p["kind"] == "evaluation")
    return power[: np.flatnonzero(power > 0)[-1] + 1].astype(float), row_s, evaluation_s


@functools.cache
def simulated(ondol: Path, lag_s: float) -> Run:
    """As meters with this lag would read it."""
    power, row_s, evaluation_s = played(ondol)
    run_s = len(power) * row_s
    # An evaluation ends every block of twelve steps; all blocks are alike but for the first minutes, while dies warm up.
    block_s = run_s / EVALUATIONS
    rows = round(GRID_S / row_s)
    sums = np.concatenate([[0.0], np.cumsum(lagged(power, lag_s, row_s))])
    ends = np.arange(rows, len(power) + 1, rows // 20)  # means over 2 s that end every 0.1 s, so that no grid falls in step with the iterations
    in_evaluation = (ends * row_s) % block_s >= block_s - evaluation_s
    return Run((sums[ends] - sums[ends - rows]) / rows, in_evaluation, run_s, (run_s / EVALUATIONS - evaluation_s) / (STEPS / EVALUATIONS), evaluation_s,
               NODES * power.sum() * row_s / 3.6e6)


@dataclasses.dataclass(frozen=True)
class Lora:
    """Node behind its supplies in LoRA training."""
    accelerators_w: float
    host_w: float
    metered_w: float


@functools.cache
def lora(ondol: Path) -> Lora:
    """Forward pass and backward pass without the products of weights' gradients, taken as half of it; nothing to exchange or update.

    Metered is the median reading: the runs stop for seconds, and the model knows no such stops.  The step model counts state of all weights, so
    memory is not asked for.
    """
    command = [ondol, "ask", "step", FOLDER / "smc_1n_lora.toml", "--json", "--set", 'accelerator."nvidia/h100-sxm-immersion".memory="1 TB"']
    (step,) = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    phase = {p["kind"]: p for p in step["phases"]}
    forward_s, backward_s = phase["forward"]["duration_s"], phase["backward"]["duration_s"] / 2
    seconds = {"forward": forward_s, "backward": backward_s, "tensor": phase["tensor"]["duration_s"],
               "straggler": phase["straggler"]["duration_s"] * (forward_s + backward_s) / (forward_s + 2 * backward_s)}
    mean_w = sum(s * phase[kind]["accelerator_power_w"] for kind, s in seconds.items()) / sum(seconds.values())
    metered = np.concatenate([readings(run, "DC").to_numpy(float).ravel() for run in LORA_RUNS])
    return Lora(8 * mean_w, 8 * step["power"]["host_w"], float(np.median(metered)))


def behind_supplies(run: Run) -> Run:
    """The same power behind the supplies of the node, by their loss curve in the catalogue: in = (out + supplies x constant) / efficiency."""
    catalogue = FOLDER.parents[2] / "scenarios" / "catalogue"
    loss = tomllib.loads((catalogue / "psus.toml").read_text(encoding="utf-8"))["psu"]["smc/h100-immersion"]["loss"]
    supplies = tomllib.loads((catalogue / "nodes.toml").read_text(encoding="utf-8"))["node"]["smc/h100-immersion"]["psus"]
    constant_w = supplies * float(loss["constant"].split()[0])
    return dataclasses.replace(run, power_w=loss["efficiency"] * run.power_w - constant_w, energy_kwh=float("nan"))

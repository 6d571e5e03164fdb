"""Metered nodes: what the program says of their power at the wall and of their rate under a power limit."""
import csv
import dataclasses
import functools
import json
import subprocess
import tempfile
import tomllib
from pathlib import Path

import h5py
import serving

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]
# Prompt and output in tokens.  Outputs are those of the submissions (tokens over samples); prompts are not published with them (assumed; that of
# llama3.1-405b is the one the round gives).  The batch of mixtral-8x7b is the submission's.
SERVED = {
    ("nvidia/dgx-h200", "llama2-70b"): serving.Serving("llama2-70b", "fp8", 150, 291),
    ("nvidia/dgx-h200", "mixtral-8x7b"): serving.Serving("mixtral-8x7b", "fp8", 250, 146, batch=3072),
    ("nvidia/dgx-h200", "gptj"): serving.Serving("gptj", "fp8", 900, 69, beams=4),
    ("lenovo/sr780a-v3-b200", "llama3.1-405b"): serving.Serving("llama3.1-405b", "fp4", 9400, 654, accelerators=4),
    ("lenovo/sr780a-v3-b200", "llama3.1-8b"): serving.Serving("llama3.1-8b", "fp4", 800, 128),
    ("lenovo/sr680a-v3-b200", "llama2-70b"): serving.Serving("llama2-70b", "fp4", 150, 273),
}
BOARDS = {"nvidia/dgx-h200": ("nvidia/h200-sxm", "h200"), "lenovo/sr780a-v3-b200": ("nvidia/b200-sxm", "gb200"),
          "lenovo/sr680a-v3-b200": ("nvidia/b200-sxm", "gb200")}
RACKS = {"nvidia/dgx-h200": "bench/dgx-h200", "lenovo/sr780a-v3-b200": "bench/sr780a-b200", "lenovo/sr680a-v3-b200": "bench/sr680a-b200",
         "smc/h100-immersion": "bench/smc-h100"}
# Of everything that is not a language model only the limit counts: products without a pause draw more than any limit here.
SATURATING = serving.Use(sm=1.0, compute=0.8, memory=0.0, precision="fp8", tokens_per_s=float("nan"))
HOST = 0.3  # of the span: threads that feed the accelerators, as in training (workloads/training/step_model.cpp)


@dataclasses.dataclass(frozen=True)
class Row:
    node: str
    benchmark: str
    scenario: str
    limit_w: float | None
    wall_w: float | None
    role: str
    level: float | None
    rate: float | None
    kind: str


def published():
    def number(text):
        return float(text) if text else None
    with open(FOLDER / "published.csv", newline="", encoding="utf-8") as f:
        return [Row(r["node"], r["benchmark"], r["scenario"], number(r["limit_w"]), number(r["wall_w"]), r["role"], number(r["level"]),
                    number(r["rate_over_700w"]), r["rows"]) for r in csv.DictReader(f)]


@functools.cache
def use_of(build, node, benchmark, limit_w=None):
    """`limit_w`: of the board, where it is not the catalogue's."""
    if (node, benchmark) not in SERVED:
        return SATURATING
    name, times = BOARDS[node]
    return serving.use(name, times, build / "tests" / "gpu_energy_predict", SERVED[node, benchmark], limit_w)


@functools.cache
def lora_w(build):
    """Mean power of one accelerator in LoRA training: forward pass, and backward pass without the products of weights' gradients, taken as half."""
    command = [build / "ondol", "ask", "step", FOLDER / "b200_lora.toml", "--json", "--set", 'accelerator."nvidia/b200-sxm-liquid".memory="1 TB"']
    (step,) = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    phase = {p["kind"]: p for p in step["phases"]}
    forward_s, backward_s = phase["forward"]["duration_s"], phase["backward"]["duration_s"] / 2
    seconds = {"forward": forward_s, "backward": backward_s, "straggler": phase["straggler"]["duration_s"] * (forward_s + backward_s) / (forward_s + 2 * backward_s)}
    return sum(s * phase[kind]["accelerator_power_w"] for kind, s in seconds.items()) / sum(seconds.values())


def toml(file, kind, name):
    """Entry of the catalogue, values without their tags."""
    with open(ROOT / "scenarios/catalogue" / f"{file}.toml", "rb") as f:
        entry = tomllib.load(f)[kind][name]
    return {k: v["value"] if isinstance(v, dict) and "value" in v else v for k, v in entry.items()}


def calibration(name):
    return toml(f"calibrations/{name.replace('/', '-')}", "calibration", name)


def limit_of(build, row):
    """Declared for the rack.  Of LoRA the mean draw is known: the limit that holds it."""
    if row.benchmark == "llama2-70b-lora":
        return lora_w(build) / calibration("nvidia/b200-sxm")["limit_held"]
    return row.limit_w


def scenario(build, rows, limit_w=None):
    """`limit_w`: of the boards, where it is not the catalogue's."""
    text = [(FOLDER / "bench.toml").read_text(encoding="utf-8")]
    for i, row in enumerate(rows):
        capped_w = limit_of(build, row)
        text.append(f'[[racks]]\nrack = "{RACKS[row.node]}"\ncount = 1\nhall = "room"\npool = "row-{i}"\nfed_by = ["lv"]')
        if capped_w:
            text.append(f'power_limit = "{capped_w:.3f} W"')
        if row.benchmark == "idle":
            continue
        u, level, accelerators = use_of(build, row.node, row.benchmark, limit_w), row.level, 64 if row.node.startswith("smc") else 8
        text.append(f'[[steady]]\nname = "row-{i}"\npool = "row-{i}"\naccelerators = {accelerators}\nactivity = {{ sm = {u.sm * level:.4f}, compute = {u.compute * level:.4f}, '
                    f'memory = {u.memory * level:.4f}, host = {HOST}, precision = "{u.precision}" }}')
    return "\n".join(text) + "\n"


def run(build, text, *options):
    """Scenario text -> the last report of its racks, and the mean speed of its jobs by name."""
    with tempfile.TemporaryDirectory() as folder:
        file, results = Path(folder) / "nodes.toml", Path(folder) / "nodes.h5"
        file.write_text(text, encoding="utf-8")
        done = subprocess.run([build / "ondol", "run", file, "-o", results, *options], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"ondol run {file}:\n{done.stderr}")
        with h5py.File(results) as h:
            site = {name.removeprefix("power_"): float(h["site"][name][-1]) for name in h["site"] if name.startswith("power_")}
            return h["racks/power"][-1].astype(float), dict(zip(h["jobs/name"].asstr()[:], h["jobs/mean_speed"][:], strict=True)), site


@functools.cache
def answers(build):
    """Power at the wall by the program, W, one for each published row."""
    rows = published()
    return list(zip(rows, map(float, run(build, scenario(build, rows))[0]), strict=True))


@functools.cache
def rates(build):
    """Rate under the limit over that at 700 W in the same room, of all rows whose work is modelled; Server does the work of Offline."""
    found = [dataclasses.replace(r, level=1.0) for r in published() if r.rate and (r.node, r.benchmark) in SERVED]
    speed = run(build, scenario(build, found + [dataclasses.replace(r, limit_w=700.0) for r in found]))[1]
    return [(r, float(speed[f"row-{i}"] / speed[f"row-{i + len(found)}"])) for i, r in enumerate(found)]


# Of boards whose limit is 1000 W over that of boards of 700 W, both of eight [mlperf-inference-v41].
RAISED = {("llama2-70b", "Offline"): 119.706 / 107.477, ("llama2-70b", "Server"): 112.58 / 100.35}


@functools.cache
def raised(build):
    """The same work on a board that may draw 1000 W, and on that board held to 700 W."""
    node = "nvidia/dgx-h200"
    row = next(r for r in published() if (r.node, r.benchmark, r.scenario) == (node, "llama2-70b", "Offline"))
    text = scenario(build, [dataclasses.replace(row, limit_w=w) for w in (700.0, 1000.0)], limit_w=1000.0)
    speed = run(build, text, "--set", 'accelerator."nvidia/h200-sxm".power_limit="1000 W"')[1]
    return [(b, s, float(speed["row-1"] / speed["row-0"]), ratio) for (b, s), ratio in RAISED.items()]


# Output tokens a second of eight accelerators at full power [mlperf-inference-v41; mlperf-inference-v51].
PUBLISHED_TOKENS_PER_S = {
    ("nvidia/dgx-h200", "llama2-70b"): 31302.7, ("nvidia/dgx-h200", "mixtral-8x7b"): 57177.2, ("nvidia/dgx-h200", "gptj"): 291.103 * 69,
    ("lenovo/sr780a-v3-b200", "llama3.1-405b"): 1637.11, ("lenovo/sr780a-v3-b200", "llama3.1-8b"): 146960.0, ("lenovo/sr680a-v3-b200", "llama2-70b"): 102909.0,
}


@dataclasses.dataclass(frozen=True)
class Supplies:
    run: str
    role: str
    dc_w: float   # of a node, behind its supplies
    share: float  # of that before them


@functools.cache
def supplies(build):
    """Published runs, and the share that the program gives a tank whose nodes take as much behind their supplies."""
    node, held = toml("nodes", "node", "smc/h100-immersion"), calibration("nvidia/h100-sxm")["limit_held"]
    idle_w, active_w = (float(node[k].split()[0]) for k in ("host_idle", "host_active"))
    found = []
    with open(FOLDER / "supplies.csv", newline="", encoding="utf-8") as f:
        for r in csv.DictReader(f):
            s = Supplies(r["run"], r["role"], float(r["dc_w"]), float(r["dc_w"]) / float(r["ac_w"]))
            limit_w = (s.dc_w - idle_w - HOST * (active_w - idle_w)) / 8 / held
            row = Row("smc/h100-immersion", "", "", limit_w, None, s.role, 1.0, None, "")
            parts = run(build, scenario(build, [row]))[2]
            behind = sum(parts[k] for k in ("accelerator", "host", "fans")) / 8
            if abs(behind / s.dc_w - 1) > 0.002:
                raise RuntimeError(f"{s.run}: the tank takes {behind:.0f} W a node behind its supplies, {s.dc_w:.0f} W were meant")
            found.append((s, behind / (behind + parts["psu_loss"] / 8)))
    return found

"""Measured machines, and what the program says of their temperatures and of immersion against air."""
import csv
import dataclasses
import functools
import gzip
import subprocess
import tempfile
import tomllib
from pathlib import Path

import h5py
import numpy as np

FOLDER = Path(__file__).parent


def table(name):
    with open(FOLDER / "data" / name, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


@dataclasses.dataclass(frozen=True)
class Point:
    """Of one rack at the last report."""
    rack_w: float
    die_c: float
    memory_c: float  # the hottest of the run, which is at its end
    accelerators_w: float
    host_w: float
    fans_w: float
    supplies_w: float


@functools.cache
def point(build, kind, accelerators=0, level=0.0, options=()):
    """A rack of `kind` whose `accelerators` do mixed work `level` of the time; none: bare."""
    text = (FOLDER / "bench.toml").read_text(encoding="utf-8")
    text += f'\n[[racks]]\nrack = "{kind}"\ncount = 1\nhall = "room"\npool = "bench"\nfed_by = ["lv"]\n'
    if accelerators:
        text += (f'[[steady]]\nname = "work"\npool = "bench"\naccelerators = {accelerators}\nactivity = {{ sm = {level:.6f}, compute = {0.6 * level:.6f}, '
                 f'memory = {0.4 * level:.6f}, host = 0.3, precision = "bf16" }}\n')
    with tempfile.TemporaryDirectory() as folder:
        file, results = Path(folder) / "bench.toml", Path(folder) / "bench.h5"
        file.write_text(text, encoding="utf-8")
        done = subprocess.run([build / "ondol", "run", file, "-o", results, *(a for o in options for a in ("--set", o))], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"ondol run {file}:\n{done.stderr}")
        with h5py.File(results) as h:
            owner = {k: float(h["site"]["power_" + k][-1]) for k in ("accelerator", "host", "fans", "psu_loss")}
            kpi = dict(zip(h["kpis/name"].asstr()[:], h["kpis/value"][:], strict=True))
            return Point(float(h["racks/power"][-1, 0]), float(h["racks/accelerator_temperature"][-1, 0]), float(kpi["hottest_memory"]), *owner.values())


# ---------------------------------------------------------------------------- H100 PCIe, hour by hour
LEVELS = (0.0, 0.05, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0)
SUPPLY_C = 25.0  # of bench.toml


def hourly(half=None):
    """Hours, board power and temperature by bins of power."""
    found = [r for r in table("h100_hourly.csv") if half in (None, r["half"])]
    return tuple(np.array([float(r[k]) for r in found]) for k in ("hours", "power_w", "temp_c"))


def line(hours, power_w, temp_c):
    """Slope in K/W and offset in degC, by hours."""
    return np.polyfit(power_w, temp_c, 1, w=np.sqrt(hours))


@functools.cache
def boards(build):
    """Board power (W) and temperature over the inlet (K), from a bare server to one at its limit."""
    points = [point(build, "bench/2x-h100-pcie"), *(point(build, "bench/2x-h100-pcie", 2, u) for u in LEVELS)]
    return np.array([p.accelerators_w / 2 for p in points]), np.array([p.die_c - SUPPLY_C for p in points])


def junction_k_per_w():
    entry = tomllib.loads((FOLDER / "bench.toml").read_text(encoding="utf-8"))["accelerator"]["bench/h100-pcie"]["junction_to_coolant"]
    return float(entry["value"].split()[0])


@functools.cache
def fitted(build):
    """Resistance at design and inlet by least squares over the weeks that fit: the temperature is linear in both."""
    hours, power_w, temp_c = hourly("fit")
    over = np.interp(power_w, *boards(build)) / junction_k_per_w()
    k_per_w, inlet_c = line(hours, over, temp_c)
    return float(k_per_w), float(inlet_c)


def simulated_hourly(build, power_w):
    """With the declared resistance, and the inlet that was fitted."""
    return fitted(build)[1] + np.interp(power_w, *boards(build))


# ---------------------------------------------------------------------------- A100 SXM, a fleet
FLEET_INLET_C = 22.0  # assumed: of an air-conditioned hall; none is published
ALIKE = tuple(f'accelerator."nvidia/a100-sxm-80gb".{k}=0' for k in ("resistance_spread", "power_spread"))
FLEET_LEVELS = (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def fleet():
    return [{k: float(v) for k, v in r.items()} for r in table("acme_seren.csv")]


@functools.cache
def servers(build):
    """Board power, die and memory temperature of a server whose eight boards do the same, up to a limit above any that was seen."""
    options = (*ALIKE, f'hall."room".air.supply_temperature="{FLEET_INLET_C} degC"', 'accelerator."nvidia/a100-sxm-80gb".power_limit="480 W"', 'plant."loop".supply_temperature="14 degC"')
    points = [point(build, "bench/dgx-a100", options=options), *(point(build, "bench/dgx-a100", 8, u, options) for u in FLEET_LEVELS)]
    return tuple(np.array(v) for v in zip(*((p.accelerators_w / 8, p.die_c, p.memory_c) for p in points), strict=True))


def fleet_alone(build):
    """Temperature at the published power of each percentile."""
    return [float(np.interp(r["gpu_power_w"], *servers(build)[:2])) for r in fleet()]


INLET_SPREAD_K, SINK_SPREAD = 2.0, 0.05  # standard deviations; assumed, and of the catalogue


@functools.cache
def fleet_spread(build):
    """Percentiles of die and of memory, of boards at every published power, in inlets and with sinks that differ."""
    rows = fleet()
    share = np.linspace(0.25, 99.75, 400)  # of boards
    power_w = np.interp(share, [r["percentile"] for r in rows], [r["gpu_power_w"] for r in rows])
    board_w, *temperatures = servers(build)
    draws = np.random.default_rng(1).normal(size=(2, 400, power_w.size))
    found = []
    for at_c in temperatures:
        idle_c = at_c[0] - (board_w[0] / (board_w[1] - board_w[0])) * (at_c[1] - at_c[0])  # of a board without power, whose sink does not matter
        over_k = np.interp(power_w, board_w, at_c) - idle_c
        temps = idle_c + INLET_SPREAD_K * draws[0] + over_k * (1 + SINK_SPREAD * draws[1])
        found.append([float(np.percentile(temps, r["percentile"])) for r in rows])
    return list(zip(*found, strict=True))


# ---------------------------------------------------------------------------- A100 PCIe, a step and a square wave
IDLE_W = 59.5


def transient(name):
    """Marks of load on and off, power with the load on; time and temperature as read."""
    with gzip.open(FOLDER / "data" / f"a100_{name}.csv.gz", "rt", encoding="utf-8") as f:
        t_s, temp_c, power_w = np.array([[float(x) for x in line] for line in list(csv.reader(f))[1:]]).T
    marks = np.array([float(r["t_s"]) for r in table(f"a100_{name}_marks.csv")])
    marks = marks[: len(marks) // 2 * 2]
    loaded = power_w > 0.9 * power_w.max()
    return marks, float(np.median(power_w[loaded])), t_s, temp_c


def over_coolant(build, response, marks, loaded_w, t_s):
    """Model's rise of the die above its idle temperature at the times read."""
    times = np.union1d(marks, t_s)
    on = np.searchsorted(marks, times, side="right") % 2
    steps = [f"{dt:.9g} {(loaded_w - IDLE_W) * was:.9g}" for dt, was in zip(np.diff(times), on[:-1], strict=True)]
    text = " ".join(f"{x:.9g}" for x in response) + "\n" + "\n".join(steps)
    out = subprocess.run([build / "tests" / "machines_predict"], input=text, capture_output=True, text=True, check=True).stdout.split()
    return np.interp(t_s, times, [0.0, *map(float, out)])


SETTLE_W = 184.0  # what a load draws in its first half second; the square wave's lasts 52 ms


@functools.cache
def response():
    """Fast and slow resistance and time of the two exponentials, and idle temperature: least squares on the step, times from a grid."""
    marks, loaded_w, t_s, temp_c = transient("transient")

    def rise(tau):
        sign = np.where(np.arange(len(marks)) % 2 == 0, 1.0, -1.0)
        return (loaded_w - IDLE_W) * sum(s * (1 - np.exp(-np.maximum(t_s - m, 0) / tau)) for s, m in zip(sign, marks, strict=True))

    best = None
    for fast_s in np.geomspace(0.05, 0.5, 24):
        for slow_s in np.geomspace(1.0, 10.0, 24):
            a = np.stack([rise(fast_s), rise(slow_s), np.ones_like(t_s)], axis=1)
            x, *_ = np.linalg.lstsq(a, temp_c, rcond=None)
            error = float(np.mean((a @ x - temp_c) ** 2))
            if best is None or error < best[0]:
                best = error, (float(x[0]), float(fast_s), float(x[1]), float(slow_s)), float(x[2])
    return best[1], best[2]


def transient_of(build, name):
    """Simulated and read temperatures, and where the load is on."""
    marks, step_w, t_s, temp_c = transient(name)
    found, idle_c = response()
    ours = idle_c + over_coolant(build, found, marks, SETTLE_W if name == "square50" else step_w, t_s)
    return ours, temp_c, (t_s > marks[0]) & (t_s < marks[-1])


# ---------------------------------------------------------------------------- immersion against air
def lora(cooling, key):
    return float(np.mean([float(r[key]) for r in table("lora_nodes.csv") if r["cooling"] == cooling]))


@functools.cache
def level_of_immersed(build, kind):
    """Share of the time in mixed work at which an immersed node draws the mean of a cycle or of the run."""
    low, high, wanted_w = 0.1, 1.0, lora("immersion", kind + "_w")
    for _ in range(12):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if point(build, "bench/smc-h100", 64, middle).rack_w / 8 < wanted_w else (low, middle)
    return 0.5 * (low + high)


def immersed(build, kind):
    return point(build, "bench/smc-h100", 64, level_of_immersed(build, kind))


def in_air(build, kind):
    """The same work in the time that it took in air."""
    return point(build, "bench/xe9680", 8, level_of_immersed(build, kind) * lora("immersion", kind + "_s") / lora("air", kind + "_s"))


def at_same_speed(build, kind):
    return point(build, "bench/xe9680", 8, level_of_immersed(build, kind))


def fan_speed(air):
    return float(np.cbrt(air.fans_w / 2300.0))  # of bench.toml

"""Published rows against the simulator: kernels of the public tables, serving, capped servers, decoding on A100, slow-down curves.

Times and work come from the simulator's code (predict.cpp), power from the catalogue's calibrations by the equation of
kernels/README.md.  Every function gives rows of numbers; page.py makes docs/validation.md of them.
"""

import csv
import pathlib
import statistics
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "kernels" / "recorded" / "aiconfigurator"))
import board as boards  # noqa: E402
import windows  # noqa: E402

CATALOGUE = ROOT / "scenarios" / "catalogue"
DTYPES = ("bf16", "fp8", "fp4")


class Device:
    """A board of the catalogue: its peaks, times and calibration."""

    def __init__(self, name, times, predict):
        with open(CATALOGUE / "accelerators.toml", "rb") as f:
            entry = tomllib.load(f)["accelerator"][name]
        plain = {k: v["value"] if isinstance(v, dict) and "value" in v else v for k, v in entry.items()}
        peaks = {d: float(plain[d + "_peak"].split()[0]) * 1e12 for d in DTYPES if d + "_peak" in plain}
        self.limit_w = float(plain["power_limit"].split()[0])
        self.byte_per_s = float(plain["memory_bandwidth"].split()[0]) * 1e12
        self.times = CATALOGUE / "kernel_times" / f"{times}.csv"
        self.peaks = ",".join(f"{k}={v:g}" for k, v in (peaks | {"byte": self.byte_per_s, "best": float(plain["matmul_efficiency"])}).items())
        self.board = find_calibration(name, self.limit_w)
        self.predict = predict

    def costs(self, shapes):
        """(time at the reference clock, its error, compute share, awake, in range, work) of each shape."""
        out = subprocess.run([self.predict, self.times, self.peaks], input="\n".join(shapes) + "\n", capture_output=True, text=True, check=True)
        for line in out.stdout.splitlines():
            t, error, share, awake, inside, *amounts = map(float, line.split(","))
            yield t, error, share, awake, inside > 0, dict(zip(windows.CHANNELS, amounts))


def find_calibration(name, limit_w):
    for path in sorted((CATALOGUE / "calibrations").glob("*.toml")):
        with open(path, "rb") as f:
            entries = tomllib.load(f)["calibration"]
        if name in entries and "control" in entries[name]:
            return boards.Board(entries[name], limit_w)
    raise KeyError(f"no calibration {name} in {CATALOGUE / 'calibrations'}")


def prior_board(family, limit_w):
    """What the literature says of a family, nothing fitted: the embedded priors of the meter's fit."""
    with open(ROOT / "kernels" / "fit" / "priors" / f"{family}.toml", "rb") as f:
        values = tomllib.load(f)
    return boards.Board(values | {"minimum_clock": "345 MHz", "reference_clock": "1980 MHz"}, limit_w)


# ------------------------------------------------------------------------------------------------------ kernels of the tables

def group_of(name):
    kind, *rest = name.split("_")
    if kind == "attention":
        return f"{rest[0]} attention, {rest[1]} cache"
    if kind == "moe":
        return f"experts, {name.split('_rows')[0][4:]}"
    dtype = "_".join(rest[:-1] if rest[-1] == "compute" else rest[:-2])
    bound = {"compute": "tensor units", "weights": "weights", "activations": "activations", "output": "results"}
    return f"product, {dtype}, bound by {bound[rest[-1] if rest[-1] == 'compute' else rest[-2]]}"


def kernel_power(table, device):
    """Classes of readings of at least 200 us: published against simulated through times, work and limit."""
    found = list(windows.bands(table))
    costs = iter(list(device.costs([shape for _, kept, _ in found for *_, shape in kept])))
    for (name, half), kept, readings in found:
        simulated, errors, outside = [], [], 0
        for power, _, _, dtype, _ in kept:
            t, _, share, awake, inside, work = next(costs)
            watts = device.board.limited(work, t, share, windows.TOGGLE[dtype], awake)[0]
            simulated.append(watts)
            errors.append(watts / power - 1)
            outside += not inside
        published = statistics.median(r[0] for r in kept)
        yield dict(group=group_of(name), name=name, half="judge" if half == "held_out" else "fit", readings=readings, kept=len(kept),
                   published_w=published, simulated_w=statistics.median(simulated), error=statistics.median(simulated) / published - 1,
                   errors=errors, outside=outside)


def kernel_times(table, device):
    """Every row of the tables: relative error of the time under the limit."""
    rows = []
    for source in (windows.gemm_rows, windows.moe_rows, windows.attention_rows):
        rows += source(table)
    for (name, half, dtype, t, _, _, shape), (predicted, sd, share, awake, inside, work) in zip(rows, device.costs([r[-1] for r in rows])):
        under_limit = device.board.limited(work, predicted, share, windows.TOGGLE[dtype], awake)[2] if t > 20e-6 else predicted
        if name.startswith("attention"):
            half = windows.half(*shape.split()[3:6])  # grids of time are split by heads, cache heads and head size
        yield dict(group=group_of(name) if not name.startswith("gemm") else f"product, {name.split('_ai')[0].rsplit('_', 1)[0][5:]}",
                   half="judge" if half == "held_out" else "fit", time_s=t, error=under_limit / t - 1, sd=sd, inside=inside)


def weight_streaming(table, device):
    """Products of a few tokens that stream weights at 3.7 to 4.2 TB/s: upper readings against simulated."""
    rows = [r for r in windows.gemm_rows(table) if "weights" in r[0] and r[2] == "bf16" and r[3] >= windows.JUDGED_TIME_S
            and 3.7e12 <= r[5]["hbm_read"] / r[3] <= 4.2e12 and r[5]["tensor_bf16"] / r[3] < 70e12]
    for half in ("fit", "held_out"):
        part = sorted((r for r in rows if r[1] == half), key=lambda r: r[4])
        upper = part[int(0.75 * len(part)):int(0.90 * len(part)) + 1]
        simulated = [device.board.limited(w, t, share, windows.TOGGLE["bf16"], awake)[0]
                     for t, _, share, awake, _, w in device.costs([r[-1] for r in upper])]
        yield dict(half="judge" if half == "held_out" else "fit", readings=len(part), published_w=statistics.median(r[4] for r in upper),
                   simulated_w=statistics.median(simulated))


# ------------------------------------------------------------------------------------------------------------------- serving

# layers, hidden, heads, cache heads, head size, inner width (of one expert), vocabulary, experts, experts a token
MODELS = {
    "Llama-3.1-8B": (32, 4096, 32, 8, 128, 14336, 128256, 0, 0), "Llama-3.3-70B": (80, 8192, 64, 8, 128, 28672, 128256, 0, 0),
    "Llama-3.1-405B": (126, 16384, 128, 8, 128, 53248, 128256, 0, 0), "Qwen3-8B": (36, 4096, 32, 8, 128, 12288, 151936, 0, 0),
    "Qwen3-14B": (40, 5120, 40, 8, 128, 17408, 151936, 0, 0), "Qwen3-30B": (48, 2048, 32, 4, 128, 768, 151936, 128, 8),
    "Qwen3-235B": (94, 4096, 64, 4, 128, 1536, 151936, 128, 8), "Llama-2-70B": (80, 8192, 64, 8, 128, 28672, 32000, 0, 0),
}
# Tokens of a prompt, not published.  Chat: what the sequences that fit in memory at the largest settings leave beside their output;
# questions of gpqa: assumed.
PROMPT = {"lm-arena-chat": 430.0, "gpqa": 300.0}
SMALL_KERNELS, SMALL_S = 8, 3e-6  # norms, rotation, activation ... of a layer (assumed)
REDUCE_S, REDUCE_BYTE_PER_S = 15e-6, 300e9  # two all-reduces a layer between boards (assumed: latency and bus rate of one node)
TOGGLE = 0.75  # between bf16 and fp8


class Step:
    """Kernels of one decoding step on one board, with the prompts that are computed beside it."""

    def __init__(self, model, dtype, boards_used, batch, context, prompts=0.0, prompt=1.0):
        layers, hidden, heads, kv, size, inner, vocabulary, experts, top = MODELS[model]
        g = boards_used
        q, c = heads / g, max(1.0, kv / g)

        def layer(tokens, attention):
            yield f"gemm {dtype} {tokens} {(heads + 2 * kv) * size / g} {hidden}"
            yield attention
            yield f"gemm {dtype} {tokens} {hidden} {heads * size / g}"
            if experts:
                yield f"moe {dtype} {tokens} {hidden} {inner} {experts} {experts / g} {top}"
            else:
                yield f"gemm {dtype} {tokens} {2 * inner / g} {hidden}"
                yield f"gemm {dtype} {tokens} {hidden} {inner / g}"
        self.shapes = [(layers, s) for s in layer(batch, f"decode bf16 {batch} {q} {c} {size} {context}")]
        self.shapes += [(layers * prompts, s) for s in layer(prompt, f"prefill bf16 1 {q} {c} {size} {prompt}")] if prompts else []
        self.shapes.append((1, f"gemm bf16 {batch} {vocabulary / g} {hidden}"))
        tokens = batch + prompts * prompt
        bytes_ = layers * 2.0 * tokens * (14 * hidden + 3 * (heads + 2 * kv) * size / g + (0 if experts else 3 * inner / g))
        logits = 24.0 * batch * vocabulary / g  # six passes of four bytes
        self.small_s = layers * SMALL_KERNELS * SMALL_S * (1 + prompts)
        self.link_s = 0.0 if g == 1 else layers * 2 * (REDUCE_S * (1 + prompts) + 2 * tokens * hidden * 2 / REDUCE_BYTE_PER_S)
        self.small = dict(hbm_read=bytes_ / 2 + logits / 2, hbm_write=bytes_ / 2 + logits / 2, l2=bytes_ + logits, vector_fp32=2 * bytes_)

    def add_up(self, device, costs):
        """Work and busy seconds."""
        work = dict(self.small)
        busy = self.small_s + self.link_s + (self.small["hbm_read"] + self.small["hbm_write"]) / (0.85 * device.byte_per_s)
        for (count, _), (t, _, _, _, _, amounts) in zip(self.shapes, costs):
            busy += count * t
            for channel, amount in amounts.items():
                work[channel] = work.get(channel, 0.0) + count * amount
        return work, busy


def serving(gpu, device, family):
    """Board power, and so joules a token, at the published token rate."""
    before = prior_board(family, device.limit_w)
    with open(HERE / "serving.csv", newline="") as f:
        rows = [r for r in csv.DictReader(f) if r["gpu"] == gpu]
    steps = []
    for r in rows:
        model = next(m for m in MODELS if m in r["model"])
        batch, output, prompt = float(r["avg_batch"]), float(r["avg_output_len"]), PROMPT[r["task"]]
        steps.append((model, Step(model, "fp8" if r["weight_precision"] == "fp8" else "bf16", int(r["num_gpus"]), batch, prompt + output / 2,
                                  batch / output, prompt)))
    costs = iter(list(device.costs([shape for _, s in steps for _, shape in s.shapes])))
    for r, (model, step) in zip(rows, steps):
        work, busy = step.add_up(device, [next(costs) for _ in step.shapes])
        seconds = float(r["avg_batch"]) / float(r["output_tok_s"])
        rates, awake = {c: a / seconds for c, a in work.items()}, min(1.0, busy / seconds)
        published = float(r["avg_power_w"]) / int(r["num_gpus"])
        yield dict(model=model, kind="experts" if MODELS[model][7] else "dense", precision=r["weight_precision"], task=r["task"],
                   batch=float(r["avg_batch"]), published_w=published, joules=float(r["energy_per_token_j"]), busy=busy / seconds,
                   after=device.board.measured(rates, TOGGLE, awake)[0] / published - 1,
                   before=before.measured(rates, TOGGLE, awake)[0] / published - 1)


def decoding_a100(device):
    """Decoding of a 70B model on A100 boards, power of the whole request; times by the H200's grids."""
    with open(HERE / "decoding_a100.csv", newline="") as f:
        rows = list(csv.DictReader(f))
    for r in rows:
        step = Step("Llama-2-70B", "bf16", int(r["tp"]), float(r["batch"]), float(r["prompt"]) + float(r["tokens"]) / 2)
        work, busy = step.add_up(device, list(device.costs([s for _, s in step.shapes])))
        seconds = float(r["token_s"])
        watts = device.board.measured({c: a / seconds for c, a in work.items()}, TOGGLE, min(1.0, busy / seconds))[0]
        yield dict(label=f"x{r['tp']}, batch {r['batch']}, prompt {r['prompt']}", published_w=float(r["power_w"]), error=watts / float(r["power_w"]) - 1)


# ---------------------------------------------------------------------------------------------------------------------- caps

def caps(device):
    """Rate of capped H200 servers over that at 700 W, against a large bf16 product under the same caps."""
    ((t, _, share, awake, _, work),) = device.costs(["gemm bf16 8192 8192 8192"])

    def seconds(limit_w):
        return device.board.limited(work, t, share, windows.TOGGLE["bf16"], awake, limit_w)[2]
    with open(HERE / "caps.csv", newline="") as f:
        for r in csv.DictReader(f):
            simulated = seconds(device.limit_w) / seconds(float(r["cap_w"]))
            yield dict(model=r["model"], scenario=r["scenario"], cap_w=float(r["cap_w"]), published=float(r["rate_over_700w"]),
                       error=simulated / float(r["rate_over_700w"]) - 1)


STATIC = {"p100": (250.0, 30.0), "a40": (300.0, 32.0), "rtx6000": (260.0, 28.0)}  # limit and about what an idle board draws [W] (assumed)


def slowdown(device):
    """Older boards under a limit: the shape of the slow-down alone.  The draw at the highest limit is taken as given; the H200's
    voltage curve says how far the clock must fall."""
    groups = {}
    with open(HERE / "slowdown.csv", newline="") as f:
        for r in csv.DictReader(f):
            groups.setdefault((r["board"], r["network"], r["batch"]), []).append(tuple(float(r[c]) for c in ("limit_w", "epoch_s", "power_w")))
    b = device.board
    for (name, network, _), rows in sorted(groups.items()):
        rows.sort()
        (_, full_s, full_w), static = rows[-1], STATIC[name][1]
        for limit, seconds, _ in rows[:-1]:
            if limit >= 0.97 * full_w:
                continue  # the limit does not bind
            phi = b.phi(lambda f: static + (full_w - static) * f * b.voltage_factor(f), limit)
            yield dict(board=name, network=network, limit=limit / full_w, published=seconds / full_s, error=1 / phi / (seconds / full_s) - 1)

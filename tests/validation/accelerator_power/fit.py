#!/usr/bin/env python3
"""Fit the accelerator power coefficients and judge them on rows that the fit did not see.

    fit.py                   read rows.csv, fit, write coefficients.csv, print the error of every group
    fit.py --select FOLDER   first rebuild rows.csv from the public data sets named in SOURCE.md (FOLDER holds one folder each)

Model (docs/models/gpu-energy.md), activity in operations and bytes per second at the sustained clock:

    P = idle + context + sm + e_flop F + e_byte B,   never above the limit

Idle and context come from published readings and are not fitted.  Rows of large matmuls run at the sustained clock, which is by
definition the clock where they meet the limit: there the sum itself must equal the power read.  Every other row is compared
through the limit.  Needs numpy and scipy.
"""

import argparse
import csv
import gzip
import pathlib
import statistics

import numpy as np
from scipy.optimize import least_squares

HERE = pathlib.Path(__file__).parent
FIELDS = ["group", "half", "label", "device", "precision", "closure", "awake", "tflop_per_s", "tbyte_per_s", "power_w", "rows"]
WEIGHT_BYTES = {"bfloat16": 2.0, "fp8": 1.0, "fp8_block": 1.0, "nvfp4": 0.5625}  # nvfp4: 4 bits and an 8-bit scale for each 16
PRECISION = {"bfloat16": "bf16", "fp8": "fp8", "fp8_block": "fp8", "nvfp4": "fp4"}
CLOSURE_M = 2048  # a matmul with at least so many rows of activations is bound by compute
BANDS = [(1, 1), (2, 4), (5, 8), (9, 17), (32, 33), (48, 65), (80, 97), (112, 129), (160, 193), (224, 257), (512, 513),
         (768, 769), (1024, 1281), (1536, 1793), (2048, 2305), (2560, 4353), (8192, 8192), (16384, 16384), (32768, 32768)]


# ------------------------------------------------------------------------------------------------------------- selection

def read(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", newline="") as f:
        return list(csv.DictReader(f))


def upper(rows, low=75, high=95):
    """Median of the rows between two percentiles of power: short readings of this sensor fall below the plateau (SOURCE.md)."""
    power = [r[2] for r in rows]
    a, b = np.percentile(power, [low, high])
    kept = [r for r in rows if a <= r[2] <= b] or rows
    return [statistics.median(x) for x in zip(*kept)] + [len(kept)]


def select_gemm(folder, device, cache_bytes):
    """Matmuls whose weights are twice the cache, so that each call streams them; weight shapes in turn to fit and to judge."""
    groups = {}
    table = read(folder / "gpu-kernel-power" / f"{device}_gemm.csv.gz")
    shapes = sorted({(int(r["n"]), int(r["k"])) for r in table})
    half_of = {shape: ("fit", "judge")[i % 2] for i, shape in enumerate(shapes)}
    for r in table:
        m, n, k, t = int(r["m"]), int(r["n"]), int(r["k"]), float(r["latency_ms"]) * 1e-3
        w = WEIGHT_BYTES[r["dtype"]]
        if w * n * k < 2 * cache_bytes or r["dtype"] == "fp8_block" and (device == "gb200" or m == 1):
            continue  # block-scaled fp8 reads 130-290 W there at any rate: a fallback kernel with idle gaps
        band = next((b for b in BANDS if b[0] <= m <= b[1]), None)
        if band is None:
            continue
        flop, byte = 2.0 * m * n * k / t / 1e12, (w * (m * k + n * k) + 2.0 * m * n) / t / 1e12
        groups.setdefault((r["dtype"], band[0], half_of[n, k]), []).append((flop, byte, float(r["power_w"])))
    for (dtype, m, half), rows in sorted(groups.items()):
        if len(rows) >= 5:
            flop, byte, power, count = upper(rows)
            yield dict(group=f"{device} matmul {PRECISION[dtype]}", half=half, label=f"m={m}", device=device,
                       precision=PRECISION[dtype], closure=int(m >= CLOSURE_M), awake=1.0, tflop_per_s=flop, tbyte_per_s=byte,
                       power_w=power, rows=count)


def select_attention(folder):
    """Decode attention streams the cache; prefill attention is compute-bound at a lower rate than a matmul.  Judged only."""
    groups = {}
    for r in read(folder / "gpu-kernel-power" / "h200_decode_attention.csv.gz"):
        b, step, h, kv, d = (int(r[x]) for x in ("batch", "step", "heads", "kv_heads", "head_dim"))
        t = float(r["latency_ms"]) * 1e-3
        cache = 2.0 * b * kv * step * d * (2 if r["kv_cache_dtype"] == "bfloat16" else 1)
        if r["window"] == "0" and r["kv_cache_dtype"] == "bfloat16" and cache > 6e8:
            groups.setdefault(("decode attention", f"{h // kv} query heads a cache head; size {d}"), []).append(
                (4.0 * b * h * d * step / t / 1e12, cache / t / 1e12, float(r["power_w"])))
    for r in read(folder / "gpu-kernel-power" / "h200_prefill_attention.csv.gz"):
        b, new, step, h, kv, d = (int(r[x]) for x in ("batch", "isl", "step", "heads", "kv_heads", "head_dim"))
        t = float(r["latency_ms"]) * 1e-3
        flop = 4.0 * b * h * d * new * (new / 2 + step) / t / 1e12
        if r["window"] == "0" and t > 5e-3:
            byte = 4.0 * b * d * new * (h + kv) / t / 1e12
            groups.setdefault(("prefill attention", f"size {d}; {100 * int(flop / 100)}+ TFLOP/s"), []).append(
                (flop, byte, float(r["power_w"])))
    for (kind, label), rows in sorted(groups.items()):
        if len(rows) >= 20:
            flop, byte, power, count = upper(rows)
            yield dict(group=f"h200 {kind}", half="judge", label=label, device="h200", precision="bf16", closure=0, awake=1.0,
                       tflop_per_s=flop, tbyte_per_s=byte, power_w=power, rows=count)


# Dense models: parameters, bytes of key and value a token (2 x layers x cache heads x head size x 2 bytes).
DENSE = {"Llama-3.1-8B": (8.03e9, 131072), "Qwen3-8B": (8.19e9, 147456), "Qwen3-14B": (14.8e9, 163840),
         "Llama-3.3-70B": (70.6e9, 327680)}
# Tokens of a prompt: not published; the number of sequences that the H100s' memory admits at the largest setting (690 of 768 for
# Llama-3.1-8B, 724 of 768 for the 70B on four, 474 of 512 for Qwen3-8B) leaves 619, 619 and 801 tokens each, output included.
PROMPT = 430.0
# Rates a whole model step is compared with to say how long the units are awake: matmul plateau, streamed bandwidth [TFLOP/s, TB/s].
SUSTAINED = {"h100": (690.0, 2.9), "b200": (1500.0, 6.8), "a100": (235.0, 1.75)}


def awake(device, tflop, tbyte):
    """Share of time with a kernel running, when compute and streaming phases follow each other at their sustained rates."""
    return min(1.0, tflop / SUSTAINED[device][0] + tbyte / SUSTAINED[device][1])


def select_serving(folder):
    """Steady serving of dense models: every step reads the weights and the sequences' caches; prompts are computed beside it."""
    for r in read(folder / "llm-energy-mlenergy" / "llm_runs.csv"):
        name = next((n for n in DENSE if n in r["model"]), None)
        if name is None or r["weight_precision"] != "bfloat16" or r["task"] != "lm-arena-chat":
            continue
        parameters, kv = DENSE[name]
        device, gpus, rate, batch = r["gpu"].lower(), int(r["num_gpus"]), float(r["output_tok_s"]), float(r["avg_batch"])
        output = float(r["avg_output_len"])
        byte = rate / batch * (2 * parameters + batch * kv * (PROMPT + output / 2)) / gpus / 1e12
        flop = 2 * parameters * rate * (1 + PROMPT / output) / gpus / 1e12
        yield dict(group=f"{device} serving", half="fit" if name.startswith("Llama") else "judge",
                   label=f"{name} x{gpus}; batch {batch:.0f}", device=device, precision="bf16", closure=0,
                   awake=awake(device, flop, byte), tflop_per_s=flop, tbyte_per_s=byte, power_w=float(r["avg_power_w"]) / gpus, rows=1)


def select_a100(folder):
    """Decoding of a 70B model on A100: average power of the whole request, long outputs only, so that prefill is small."""
    seen = {}
    for r in read(folder / "llm-perf-splitwise" / "perf_power_llama2_70b.csv"):
        if r["hardware"] == "a100-80gb" and float(r["average_power"]) > 0 and int(r["token_size"]) >= 128:
            if float(r["prompt_time"]) < 0.03 * float(r["e2e_time"]):
                key = (int(r["tensor_parallel"]), int(r["batch_size"]), int(r["prompt_size"]), int(r["token_size"]))
                seen.setdefault(key, []).append((float(r["token_time"]) * 1e-3, float(r["average_power"]) * 400))
    for (tp, batch, prompt, tokens), rows in sorted(seen.items()):
        t, power = (statistics.median(x) for x in zip(*rows))
        byte = (2 * 69e9 + batch * 327680 * (prompt + tokens / 2)) / tp / t / 1e12
        flop = 2 * 69e9 * batch / tp / t / 1e12
        yield dict(group="a100 decoding", half="judge", label=f"70B x{tp}; batch {batch}; prompt {prompt}", device="a100",
                   precision="bf16", closure=0, awake=awake("a100", flop, byte), tflop_per_s=flop, tbyte_per_s=byte, power_w=power,
                   rows=len(rows))


def select(folder):
    rows = [*select_gemm(folder, "h200", 50e6), *select_attention(folder), *select_gemm(folder, "gb200", 126e6),
            *select_serving(folder), *select_a100(folder)]
    with open(HERE / "rows.csv", "w", newline="") as f:
        writer = csv.DictWriter(f, FIELDS, lineterminator="\n")
        writer.writeheader()
        for r in rows:
            writer.writerow({k: f"{v:.5g}" if isinstance(v, float) else v for k, v in r.items()})


# ------------------------------------------------------------------------------------------------------------------- fit

# plateau: what the limiter holds by reading, a little under the nominal limit [W]; idle, context [W]; best matmul rate.
BOARDS = {
    "a100": dict(plateau=400, idle=62, context=35, tflop=271.2),
    "h100": dict(plateau=690, idle=74, context=42, tflop=794.5),
    "h200": dict(plateau=692, idle=78, context=40, tflop=794.5),
    "b200": dict(plateau=975, idle=140, context=47, tflop=1745.0),
    "gb200": dict(plateau=1178, idle=160, context=50, tflop=1822.0),
}
# Energies of the GH200 and, for A100, of the A100: pJ a tensor operation, pJ a byte of the path from memory to registers
# [antepara2025].  "Before" writes these down, halves the operation for each narrower precision, and takes the awake part from
# closure at the best matmul rate.  Blackwell has no published energies: the GH200's stand in.
LITERATURE = {"a100": (0.70, 155.2), "gh200": (0.52, 144.2)}
PRECISIONS = ["bf16", "fp8", "fp4"]


def power(board, c, r):
    total = board["idle"] + board["context"] + r["awake"] * c["sm"] + c[r["precision"]] * r["tflop_per_s"] + c["byte"] * r["tbyte_per_s"]
    return total if r["closure"] else min(total, board["plateau"])


def errors(board, c, rows):
    """Relative errors of the limited power, in percent."""
    return [100 * (min(power(board, c, r), board["plateau"]) / r["power_w"] - 1) for r in rows]


def before(device):
    flop, byte = LITERATURE["a100" if device == "a100" else "gh200"]
    b = BOARDS[device]
    sm = b["plateau"] - b["idle"] - b["context"] - flop * b["tflop"] - byte * 0.3
    return dict(bf16=flop, fp8=flop / 2, fp4=flop / 4, byte=byte, sm=max(0.0, sm))


def fit(rows, expected, trust, derive=lambda device, c: c):
    """One set of coefficients for rows of boards with one die.  Each `expected` value pulls: a deviation by its `trust` (relative)
    weighs as much as one row that is wrong by 5 %.  `derive` gives a board's coefficients from those of the die."""
    names = list(expected)

    def residuals(x):
        c = dict(zip(names, x))
        data = [(power(BOARDS[r["device"]], derive(r["device"], c), r) - r["power_w"]) / r["power_w"] for r in rows]
        return data + [0.05 * (c[n] / expected[n] - 1) / trust[n] for n in trust]

    start = list(expected.values())
    s = least_squares(residuals, start, bounds=(0, np.inf), x_scale=start, loss="soft_l1", f_scale=0.05)
    covariance = np.linalg.pinv(s.jac.T @ s.jac) * 2 * s.cost / max(1, len(rows) - len(start))
    return dict(zip(names, s.x)), dict(zip(names, np.sqrt(np.diag(covariance))))


def with_closure(c, board, tflop, precisions=()):
    """The energy per bf16 operation for which a matmul at `tflop` meets the plateau; other precisions keep their ratio to it."""
    flop = (board["plateau"] - board["idle"] - board["context"] - c["sm"] - 0.5 * c["byte"]) / tflop
    return dict(c, bf16=flop, **{p: flop * ratio for p, ratio in precisions})


def clock_exponent():
    """n of P ~ f^n from the rate of capped H200 servers over the same at 700 W (MLPerf Inference v4.1), compute-bound models:
    offline runs fit, server runs judge.  rate = ((cap - fixed) / (plateau - fixed))^(1/n)."""
    offline = [(400, 0.7375), (350, 0.6520), (500, 0.8070), (350, 0.7348)]  # bert, gptj, llama2-70b, resnet50
    server = [(400, 0.7221), (350, 0.6081), (500, 0.7908), (500, 0.7957), (400, 0.7594)]  # the same with mixtral before resnet50
    b = BOARDS["h200"]
    fixed = b["idle"] + b["context"]
    share = lambda cap: (cap - fixed) / (b["plateau"] - fixed)
    n = statistics.median(np.log(share(cap)) / np.log(rate) for cap, rate in offline)
    wrong = [100 * (share(cap) ** (1 / n) / rate - 1) for cap, rate in server]
    print(f"clock exponent {n:.2f}; rate under a cap, judged: {', '.join(f'{w:+.1f}' for w in wrong)} %")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--select", type=pathlib.Path, metavar="FOLDER")
    args = parser.parse_args()
    if args.select:
        select(args.select)
    rows = [dict(r, closure=int(r["closure"]), awake=float(r["awake"]), tflop_per_s=float(r["tflop_per_s"]), tbyte_per_s=float(r["tbyte_per_s"]),
                 power_w=float(r["power_w"])) for r in read(HERE / "rows.csv")]

    def fitted(*devices):
        return [r for r in rows if r["device"] in devices and r["half"] == "fit"]

    # Streaming keeps the units awake, so the rows alone cannot part the awake term from the energy of a byte: the memory energy,
    # controller included, is held near its published value (11.7 pJ/bit, GH200), the operation near its own.
    flop, hbm = LITERATURE["gh200"][0], 8 * 11.7
    hopper, hopper_spread = fit(
        fitted("h100", "h200"), dict(sm=150.0, byte=hbm, bf16=flop, fp8=0.6 * flop), dict(byte=0.1, bf16=0.03))
    blackwell, blackwell_spread = fit(
        fitted("gb200"), dict(sm=200.0, byte=hbm, bf16=0.75 * flop, fp8=0.45 * flop, fp4=0.25 * flop),
        dict(byte=0.03))
    # B200: the same die at a lower limit.  Awake term and energy per byte from its own rows; energy per operation from closure at
    # a rate as far under its best as the GB200's plateau is; the ratios of the precisions from the GB200.
    plateau = statistics.median(r["tflop_per_s"] for r in rows if r["group"] == "gb200 matmul bf16" and r["closure"])
    rate = plateau * BOARDS["b200"]["tflop"] / BOARDS["gb200"]["tflop"]
    ratios = [(p, blackwell[p] / blackwell["bf16"]) for p in ("fp8", "fp4")]
    b200, b200_spread = fit(fitted("b200"), dict(sm=blackwell["sm"], byte=blackwell["byte"]), dict(sm=0.03, byte=0.03),
                            lambda _, c: with_closure(c, BOARDS["b200"], rate))
    b200 = with_closure(b200, BOARDS["b200"], rate, ratios)
    a100 = before("a100")  # nothing to fit on: published energies with closure
    result = dict(a100=a100, h100=hopper, h200=hopper, b200=b200, gb200=blackwell)

    print(f"{'group':24s} {'half':6s} {'rows':>4s} {'before':>8s} {'after':>8s} {'bias':>8s} {'worst':>8s}   (mean |error|, %)")
    for group in dict.fromkeys(r["group"] for r in rows):
        for half in ("fit", "judge"):
            part = [r for r in rows if r["group"] == group and r["half"] == half]
            if part:
                board, device = BOARDS[part[0]["device"]], part[0]["device"]
                old, new = errors(board, before(device), part), errors(board, result[device], part)
                print(f"{group:24s} {half:6s} {len(part):4d} {np.mean(np.abs(old)):8.1f} {np.mean(np.abs(new)):8.1f} "
                      f"{np.mean(new):8.1f} {max(new, key=abs):8.1f}")
    clock_exponent()
    for die, spread in (("h100, h200", hopper_spread), ("gb200", blackwell_spread), ("b200", b200_spread)):
        print("standard errors,", die, {k: round(float(v), 3) for k, v in spread.items()})
    with open(HERE / "coefficients.csv", "w", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["device", "plateau_w", "idle_w", "context_w", "sm_active_w", "pj_per_byte", "pj_bf16", "pj_fp8", "pj_fp4"])
        for device, b in BOARDS.items():
            c = result[device]
            writer.writerow([device, b["plateau"], b["idle"], b["context"], f"{c['sm']:.0f}", f"{c['byte']:.0f}",
                             *(f"{c[p]:.3f}" if p in c else "" for p in PRECISIONS)])


if __name__ == "__main__":
    main()

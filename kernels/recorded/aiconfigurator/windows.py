#!/usr/bin/env python3
"""Turn the public kernel tables into folders of windows that `ondol-meter fit` reads: h200/ and gb200/.

    windows.py [--check]     writes the folders beside this file; --check only says whether they are up to date

One row a class of shapes (SOURCE.md says how classes, halves and quantiles are chosen).  Short readings of this sensor fall under
the plateau, so a class is the readings between its 75th and 90th percentile of power: their median power and median rates.
"""

import argparse
import csv
import functools
import gzip
import hashlib
import io
import json
import math
import pathlib
import statistics
import sys

import counts

HERE = pathlib.Path(__file__).parent
DTYPE = {"bfloat16": "bf16", "fp8": "fp8", "fp8_block": "fp8", "nvfp4": "fp4"}
CHANNELS = ("tensor_fp64 tensor_tf32 tensor_bf16 tensor_fp16 tensor_fp8 tensor_fp4 tensor_int8 vector_fp64 vector_fp32 vector_fp16 "
            "vector_bf16 integer special shared l1 l2 hbm_read hbm_write pcie scaleup").split()
COLUMNS = ("window kernel role fill toggle sm_share seed period_s repeat t0_s t1_s energy_counter_j energy_instant_j energy_average_j "
           "uncertainty_j memory_power_w temperature_c memory_temperature_c sm_clock_nvml_hz sm_clock_kernel_hz limit_w reasons "
           "flags launches awake").split() + ["work_" + c for c in CHANNELS] + "gpm_sm gpm_tensor gpm_dram gpm_fp32 gpm_fp64".split()
JUDGED_TIME_S = 200e-6  # large kernels
FITTED_TIME_S = 50e-6   # where six copies of a product are read in turn, for 1 s in all; otherwise 200 us too
NEAR_LIMIT = 0.96       # a class so near its limit was held by it: readings carry some of the kernel before them
SIX_COPIES = ("gemm_bfloat16", "gemm_fp8_compute", "gemm_fp8_weights", "gemm_fp8_activations", "gemm_fp8_output")
LEAST_ROWS = 10
LONGEST_PROMPT = 4096  # filling longer ones takes longer than the reading, which then holds more of the filling
TOGGLE = {"bf16": 0.703, "fp8": 0.816, "fp4": 0.9}  # normal data, kernels/activity/fill.hpp; fp4 assumed: nearly all codes are used

BOARDS = {
    # idle and context [W]; reference clock; rate of large bf16 products with unwritten (zero) weights, below the limit: at the
    # reference clock [TFLOP/s]
    "h200": dict(product="NVIDIA H200", limit=700.0, idle=78.0, context=40.0, clock=1.98e9, free_bf16=805.0),
    "gb200": dict(product="NVIDIA GB200", limit=1200.0, idle=160.0, context=50.0, clock=2.062e9, free_bf16=1850.0),
}


@functools.cache
def table(name):
    with gzip.open(HERE / "tables" / f"{name}.csv.gz", "rt", newline="") as f:
        return list(csv.DictReader(f))


def half(*key):
    """fit or judge, from a hash of the shape: settled before any error was looked at."""
    return ("fit", "held_out")[hashlib.sha256(",".join(map(str, key)).encode()).digest()[0] % 2]


def gemm_rows(board):
    """(class, half, dtype, seconds, watts, work, shape as tests/validation/gpu_energy/predict.cpp reads it).  Classes by type, by the smallest of the three sizes (what bounds the product) and
    by octaves of FLOP per byte; above 700 one class, bound by the tensor units."""
    for r in table(f"{board}_gemm"):
        m, n, k, t, dtype = int(r["m"]), int(r["n"]), int(r["k"]), float(r["latency_ms"]) * 1e-3, DTYPE[r["dtype"]]
        if board == "gb200" and r["dtype"] == "fp8_block":
            continue  # a fallback with idle gaps: 130-290 W at any rate
        if k == 65536:
            continue  # measured after a tiny product, whose power is still in the sensor's mean
        b = counts.BYTES[dtype]
        intensity = 2.0 * m * n * k / (b * (m * k + n * k) + 2.0 * m * n)
        bound = "compute" if intensity > 700 else min((m, "weights"), (n, "activations"), (k, "output"))[1]
        name = f"gemm_{r['dtype']}_{bound}"
        if bound != "compute":
            name += f"_ai{2 ** math.floor(math.log2(intensity)):g}"
        yield name, half(n, k), dtype, t, float(r["power_w"]), counts.gemm(m, n, k, dtype), f"gemm {dtype} {m} {n} {k}"


def moe_rows(board):
    """Classes by type and factors of four of routed rows for each expert; balanced routing only (of others the rows of an expert are
    not known); halves by model shape."""
    for r in table(f"{board}_moe") if board == "h200" else ():
        if r["distribution"] != "balanced" or r["dtype"] not in DTYPE:
            continue
        tokens, hidden, inter, topk, experts, tp, ep = (int(r[c]) for c in ("tokens", "hidden", "inter", "topk", "experts", "tp", "ep"))
        dtype = DTYPE[r["dtype"]]
        rows = tokens * topk / experts
        yield (f"moe_{r['dtype']}_rows{4.0 ** math.floor(math.log(rows, 4)):g}", half(hidden, inter, experts, topk), dtype,
               float(r["latency_ms"]) * 1e-3, float(r["power_w"]), counts.moe(tokens, hidden, inter / tp, experts, experts / ep, topk, dtype),
               f"moe {dtype} {tokens} {hidden} {inter / tp:g} {experts} {experts / ep:g} {topk}")


def attention_rows(board):
    """Judged only: preparing each shape takes longer than reading it, so these readings scatter most.  Head size 512 runs on another kernel
    and is left out.  Classes of decoding by query heads a cache head, of prompts by achieved rate."""
    for phase in ("decode", "prefill") if board == "h200" else ():
        for r in table(f"{board}_{phase}_attention"):
            batch, isl, step, heads, kv, size = (int(r[c]) for c in ("batch", "isl", "step", "heads", "kv_heads", "head_dim"))
            if r["window"] != "0" or size not in (64, 128, 192, 256) or isl > LONGEST_PROMPT:
                continue
            t, dtype = float(r["latency_ms"]) * 1e-3, DTYPE[r["kv_cache_dtype"]]
            w = counts.attention(batch, isl, step, heads, kv, size, dtype)
            group = heads // kv
            label = (f"queries{'1-2' if group < 3 else '3-4' if group < 5 else '5+'}" if phase == "decode" else
                     f"tflops{int(w['tensor_' + dtype] / t / 1e14)}00+")
            yield (f"attention_{phase}_{dtype}_head{size}_{label}", "held_out", dtype, t,
                   float(r["power_w"]), w,
                   f"{phase} {dtype} {batch} {heads} {kv} {size} {step if phase == 'decode' else isl}")


def bands(board, fitted_time_s=JUDGED_TIME_S):
    """(class, half) -> readings between the 75th and 90th percentile of power as (watts, seconds, work, dtype, shape), and how many
    readings the class has."""
    groups = {}
    for rows in (gemm_rows, moe_rows, attention_rows):
        for name, part, dtype, t, power, work, shape in rows(board):
            if t >= (fitted_time_s if part == "fit" and name.startswith(SIX_COPIES) else JUDGED_TIME_S):
                groups.setdefault((name, part), []).append((power, t, work, dtype, shape))
    for key, rows in sorted(groups.items()):
        if len(rows) < LEAST_ROWS:
            continue
        order = sorted(r[0] for r in rows)
        low, high = (order[round(q * (len(order) - 1))] for q in (0.75, 0.90))
        yield key, [r for r in rows if low <= r[0] <= high], len(rows)


def classes(board):
    """One row a class and half: dtype, median power, rates and time of its band."""
    for (name, part), kept, readings in bands(board, FITTED_TIME_S):
        rates = {c: statistics.median(r[2].get(c, 0.0) / r[1] for r in kept) for c in CHANNELS}
        yield dict(name=name, half=part, dtype=kept[0][3], power_w=statistics.median(r[0] for r in kept), rates=rates,
                   time_s=statistics.median(r[1] for r in kept), readings=readings)


def windows(board):
    b = BOARDS[board]
    yield dict(kernel="idle_bare", role="state", energy_counter_j=b["idle"], uncertainty_j=0.1 * b["idle"])
    total = b["idle"] + b["context"]
    yield dict(kernel="idle_context", role="state", energy_counter_j=total, uncertainty_j=0.1 * total)
    for c in classes(board):
        row = dict(kernel=c["name"], role=c["half"], fill="normal", toggle=TOGGLE[c["dtype"]], energy_counter_j=c["power_w"],
                   uncertainty_j=0.03 * c["power_w"], launches=1 / c["time_s"], awake=1, limit_w=b["limit"])
        if c["name"] == "gemm_bfloat16_compute" and c["half"] == "fit":
            row["sm_clock_kernel_hz"] = b["clock"] * c["rates"]["tensor_bf16"] / 1e12 / b["free_bf16"]
        if c["power_w"] >= NEAR_LIMIT * b["limit"]:
            row["reasons"] = "0x4"
        row |= {"work_" + channel: rate for channel, rate in c["rates"].items() if rate > 0}
        yield row


def text(value):
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def written(board):
    """File name -> contents."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    default = dict(sm_share=1, seed=1, period_s=0, repeat=0, t0_s=0, t1_s=1, toggle=0, launches=0, awake=0, reasons="0x0")
    for i, row in enumerate(windows(board)):
        full = default | {"work_" + c: 0 for c in CHANNELS} | row | {"window": i}
        writer.writerow({k: text(v) for k, v in full.items()})
    b = BOARDS[board]
    meta = dict(product=b["product"], source="aiconfigurator2026", sm_clock_max_hz=b["clock"], power_limit_w=b["limit"],
                note="public tables, one row a class of shapes; see ../SOURCE.md")
    return {"windows.csv": out.getvalue(), "meta.json": json.dumps(meta, indent=1) + "\n"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for board in BOARDS:
        for name, contents in written(board).items():
            path = HERE / board / name
            if check:
                stale += [path] if not path.exists() or path.read_text() != contents else []
            else:
                path.parent.mkdir(exist_ok=True)
                path.write_text(contents)
    for path in stale:
        print(f"{path}: not what windows.py makes of the tables; run it", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Make the grids of efficiencies that the simulator times kernels with: scenarios/catalogue/kernel_times/{h200,gb200}.csv.

    times.py        needs numpy and scipy, and the calibrations that calibrate.py made

Times of the tables hold the slow-down by the power limit.  The calibration says which clock the limit left at the rates that ran;
the time at the reference clock follows from the share of it that stretches.  On the fit half of the shapes

    ln t - sum_k w_k ln roof_k = -sum_k w_k ln efficiency_k         (sim/compute/kernel_times.hpp)

is solved for the knots by least squares that trust rows within 10 % and hold second differences small; knots of products are
then made to rise with each size.
"""

import itertools
import math
import pathlib

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.linalg import spsolve

import board as boards
import counts
import windows

ROOT = pathlib.Path(__file__).parents[3]
OUT = ROOT / "scenarios" / "catalogue" / "kernel_times"
SMOOTH, RIDGE, TRUST = 0.3, 1e-3, 0.1
KIN = 0.2  # added scatter where another board's grid stands in (assumed; sim/compute/kernel_work.cpp)
HOST_BOUND_S = 100e-6  # block-scaled products of the H200 ran without a graph: shorter ones wait for the host
# Peaks [FLOP/s, byte/s] and best measured matmul over the peak, as scenarios/catalogue/accelerators.toml has them.
DEVICES = {
    "h200": dict(file="nvidia-h200-sxm", limit=700.0, bf16=989e12, fp8=1979e12, byte=4.8e12, best=0.803),
    "gb200": dict(file="nvidia-gb200", limit=1200.0, bf16=2500e12, fp8=5000e12, fp4=10000e12, byte=8e12, best=0.729),
}
MEMORY_EFFICIENCY, ATTENTION_TO_GEMM = 0.85, 0.7  # sim/compute/kernel_work
M = [1, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 32768]
NK = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 65536]
AXES = {
    "gemm": (M, NK, NK),
    "decode": ([2, 64, 256, 1024, 4096, 16384, 131072], [1, 4, 16, 64, 256, 1024, 8192], [1, 4, 16]),
    "prefill": ([1, 64, 256, 1024, 4096, 16384], [1, 4, 16, 64, 256, 1024, 8192], [1, 4, 16]),
    "moe": ([0.06, 0.25, 1, 4, 16, 64, 256, 1024, 16384], [1, 8, 64, 512], [64, 512, 2048, 16384]),
}


def rows(board):
    """(grid, sizes, seconds, half, dtype, work at sizes)."""
    for r in windows.table(f"{board}_gemm"):
        m, n, k, t, dtype = int(r["m"]), int(r["n"]), int(r["k"]), float(r["latency_ms"]) * 1e-3, windows.DTYPE[r["dtype"]]
        if r["dtype"] == "fp8_block" and (board == "gb200" or t < HOST_BOUND_S):
            continue
        yield f"gemm/{dtype}", (m, n, k), t, windows.half(n, k), dtype, lambda s, d=dtype: counts.gemm(*s, d)
    if board != "h200":
        return
    for phase in ("decode", "prefill"):
        for r in windows.table(f"h200_{phase}_attention"):
            batch, isl, step, heads, kv, size = (int(r[c]) for c in ("batch", "isl", "step", "heads", "kv_heads", "head_dim"))
            if r["window"] != "0" or size not in (64, 128, 192, 256):
                continue
            dtype = windows.DTYPE[r["kv_cache_dtype"]]

            def work(s, size=size, dtype=dtype, decode=phase == "decode"):
                tokens, cache = (1, s[0] - 1) if decode else (s[0], 0)
                return counts.attention(1, tokens, cache, s[1] * s[2], s[1], size, dtype)
            yield (f"{phase}/{dtype}/{size}", (step + 1 if phase == "decode" else isl, batch * kv, heads / kv), float(r["latency_ms"]) * 1e-3,
                   windows.half(heads, kv, size), dtype, work)
    for r in windows.table("h200_moe"):
        tokens, hidden, inter, topk, experts, tp, ep = (int(r[c]) for c in ("tokens", "hidden", "inter", "topk", "experts", "tp", "ep"))
        if r["distribution"] != "balanced" or r["dtype"] not in ("bfloat16", "fp8"):
            continue
        dtype = windows.DTYPE[r["dtype"]]

        def work(s, hidden=hidden, topk=topk, experts=experts, dtype=dtype):
            layer = max(experts, s[1])
            return counts.moe(s[0] * layer / topk, hidden, s[2], layer, s[1], topk, dtype)
        yield (f"moe/{dtype}", (tokens * topk / experts, experts / ep, inter / tp), float(r["latency_ms"]) * 1e-3,
               windows.half(hidden, inter, experts, topk), dtype, work)


def roofs(device, work, dtype):
    return work["tensor_" + dtype] / device[dtype], (work["hbm_read"] + work["hbm_write"]) / device["byte"]


def reference_time(device, model, kind, work, dtype, t):
    compute, memory = roofs(device, work, dtype)
    c = (compute / (device["best"] * (1 if kind in ("gemm", "moe") else ATTENTION_TO_GEMM))) ** 4
    share = c / (c + (memory / MEMORY_EFFICIENCY) ** 4)
    _, phi = model.measured({k: v / t for k, v in work.items()}, windows.TOGGLE[dtype])
    return t / (share / phi + 1 - share)


def weights(axes, sizes):
    """Knot index and weight of the corners around a shape, as sim/compute/kernel_times.cpp."""
    place = []
    for axis, x in zip(axes, sizes):
        i = min(max(np.searchsorted(axis, x, side="right") - 1, 0), len(axis) - 2)
        place.append((i, min(max(math.log(x / axis[i]) / math.log(axis[i + 1] / axis[i]), 0.0), 1.0)))
    for up in itertools.product((0, 1), repeat=3):
        w = math.prod(f if u else 1 - f for (_, f), u in zip(place, up))
        if w > 0:
            at = [i + u for (i, _), u in zip(place, up)]
            yield (at[0] * len(axes[1]) + at[1]) * len(axes[2]) + at[2], tuple(a[i] for a, i in zip(axes, at)), w


def second_differences(shape):
    ids, parts, n = np.arange(math.prod(shape)).reshape(shape), [], math.prod(shape)
    for axis, length in enumerate(shape):
        if length < 3:
            continue
        a, b, c = (np.take(ids, range(o, length - 2 + o), axis).ravel() for o in (0, 1, 2))
        r = np.arange(len(a))
        parts.append(sparse.csr_matrix((np.r_[np.ones(len(a)), -2 * np.ones(len(a)), np.ones(len(a))], (np.r_[r, r, r], np.r_[a, b, c])), (len(a), n)))
    return sparse.vstack(parts)


def solve(axes, data, start):
    """data: (corners, y).  Log efficiency at the knots, scatter there, weight of rows there.  `start`: what knots without rows lean to."""
    n = math.prod(map(len, axes))
    cols = [k for corners, _ in data for k, _ in corners]
    vals = [w for corners, _ in data for _, w in corners]
    row = [i for i, (corners, _) in enumerate(data) for _ in corners]
    a = sparse.csr_matrix((vals, (row, cols)), (len(data), n))
    y = np.array([v for _, v in data]) - a @ start
    d, trust = second_differences(list(map(len, axes))), np.ones(len(y))
    for _ in range(8):
        w = sparse.diags(trust)
        g = spsolve((a.T @ w @ a + SMOOTH * d.T @ d + RIDGE * sparse.eye(n)).tocsc(), a.T @ (trust * y))
        rest = np.abs(y - a @ g)
        trust = 1 / np.maximum(1, rest / TRUST)
    mass = np.asarray(a.sum(axis=0)).ravel()
    sd = np.sqrt((a.T @ np.minimum(rest, 1) ** 2 + 0.1**2) / (mass + 1))
    return g + start, sd, mass


def rising(log_time, shape):
    """Nearest values, by pooling neighbours, that rise along every axis."""
    t = log_time.reshape(shape).copy()
    for _ in range(50):
        for axis in range(len(shape)):
            v = np.moveaxis(t, axis, 0)
            for i in range(len(v) - 1):
                middle = (v[i] + v[i + 1]) / 2
                wrong = v[i] > v[i + 1]
                v[i], v[i + 1] = np.where(wrong, middle, v[i]), np.where(wrong, middle, v[i + 1])
    for axis in range(len(shape)):
        t = np.maximum.accumulate(t, axis)
    return (t + 1e-4 * sum(np.indices(shape))).ravel()  # so that rounding in the file leaves them in order


def grids(board):
    device = DEVICES[board]
    model = boards.load(ROOT / "scenarios" / "catalogue" / "calibrations" / f"{device['file']}.toml", device["limit"])
    data, kinds = {}, {}
    for name, sizes, t, half, dtype, work in rows(board):
        if half != "fit":
            continue
        kind = name.split("/")[0]
        corners, base = [], 0.0
        for knot, at, w in weights(AXES[kind], sizes):
            corners.append((knot, w))
            base += w * math.log(max(roofs(device, work(at), dtype)))
        y = base - math.log(reference_time(device, model, kind, work(sizes), dtype, t))
        data.setdefault(name, []).append((corners, y))
        kinds[name] = (dtype, work)
    out = {}
    for name in sorted(data, key=lambda n: (n.split("/")[0], n)):
        axes = AXES[name.split("/")[0]]
        n = math.prod(map(len, axes))
        kin = out.get("gemm/bf16") if name == "gemm/fp8" and board == "h200" else None
        start = kin[0] if kin else np.full(n, np.median([y for _, y in data[name]]))
        g, sd, mass = solve(axes, data[name], start)
        if name.startswith(("gemm", "decode", "prefill")):
            dtype, work = kinds[name]
            roof = np.array([math.log(max(roofs(device, work(at), dtype))) for at in itertools.product(*axes)])
            g = roof - rising(roof - g, list(map(len, axes)))
        out[name] = (g, sd, mass)
    return out


def main():
    OUT.mkdir(exist_ok=True)
    measured = {}
    for board, device in DEVICES.items():
        measured[board] = grids(board)
        borrowed = {n: v for n, v in measured["h200"].items() if n not in measured[board] and not n.startswith("gemm")}
        lines = [f"# board {board}", f"# matmul_efficiency {device['best']}",
                 "# made by kernels/recorded/aiconfigurator/times.py from public tables [aiconfigurator2026], Apache-2.0",
                 "kernel,a,b,c,efficiency,sd,covered"]
        for name, (g, sd, mass) in sorted((measured[board] | borrowed).items()):
            axes = AXES[name.split("/")[0]]
            for at, e, s, w in zip(itertools.product(*axes), np.exp(g), sd, mass):
                s = math.hypot(s, KIN) if name in borrowed else s
                lines.append(f"{name},{at[0]:g},{at[1]:g},{at[2]:g},{e:.5g},{s:.2g},{int(w >= 1)}")
        (OUT / f"{board}.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

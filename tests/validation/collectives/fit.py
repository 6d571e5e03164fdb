#!/usr/bin/env python3
"""Fit the parameters of scenarios/catalogue/interconnects.toml to the measured tables of this folder.

    fit.py             prints them, one line of TOML for each table of an entry
    fit.py --check     compares them with the catalogue; ends with 1 when one differs by more than 2 %

Only half of the rows fit, by a rule that was fixed before any error was seen (SOURCE.md); page.py judges on the others.
Least squares of log(time) by Levenberg and Marquardt [levenberg1944], from a grid of starts.
"""
import argparse
import csv
import itertools
import math
import pathlib
import sys
import tomllib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
CATALOGUE = HERE.parents[2] / "scenarios" / "catalogue" / "interconnects.toml"
# link rate of one accelerator, byte/s; system of one_node.csv; version of the library
GENERATIONS = {"nvidia/nvlink3": (300e9, "a100_sxm", "2.27.3"), "nvidia/nvlink4": (450e9, "h200_sxm", "2.29.2"),
               "nvidia/nvlink5": (900e9, "b200_sxm", "2.29.2")}
NVLS_RANKS = {"nvidia/nvlink4": 5, "nvidia/nvlink5": 6}  # fewest ranks that the library reduces in the switch
NVLS_BASE_S = 25e-6  # the constant that the library plans with [nvidia2025nccl]; the sizes that fit (4 MiB on) hardly see it
OPS = ("all_reduce", "all_gather", "reduce_scatter", "all_to_all")


def read(name):
    with open(HERE / name, encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def factor(op, n):
    return (2 if op == "all_reduce" else 1) * (n - 1) / n


def is_fit(size):
    """Every second power of two fits, the others judge."""
    return round(math.log2(size)) % 2 == 0


def minimise(residual, start, steps=150):
    x, damping = np.array(start, float), 1e-2
    r = residual(x)
    for _ in range(steps):
        slope = np.empty((len(r), len(x)))
        for i in range(len(x)):
            h = 1e-5 * max(1, abs(x[i]))
            y = x.copy()
            y[i] += h
            slope[:, i] = (residual(y) - r) / h
        normal, gradient = slope.T @ slope, slope.T @ r
        for _ in range(12):
            try:
                y = x - np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-12), gradient)
            except np.linalg.LinAlgError:
                damping *= 4
                continue
            s = residual(y)
            if np.isfinite(s).all() and s @ s < r @ r:
                gain = 1 - (s @ s) / (r @ r)
                x, r, damping = y, s, max(damping / 5, 1e-9)
                break
            damping *= 4
        else:
            break
        if gain < 1e-9:
            break
    return x, r @ r


def best(residual, starts):
    found = [minimise(residual, s) for s in starts]
    return min((f for f in found if np.isfinite(f[1])), key=lambda f: f[1])[0]


def share(x):
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))


def quick(p, n, wire):
    return p["quick_base"] + p["quick_step"] * (n - 1) + wire / p["quick_rate"]


def bulk(p, n, wire):
    rate = p["rate"]
    fixed = p["bulk_base"] + p["bulk_step"] * (n - 1)
    return np.hypot(fixed, wire / (rate * (1 - p["own_share"] / n))) + np.sqrt(p["ramp"] * wire) / rate


def reduced_in_switch(p, size):
    return p["bulk_base"] + size / p["rate"] + np.sqrt(p["ramp"] * size) / p["rate"]


def weight(size):
    return np.where(size >= 2**24, 3, np.where(size >= 2**20, 1.5, 1))


def columns(rows):
    return (np.array(c, float) for c in zip(*rows))


def one_node(system, version, op):
    return [(int(r["ranks"]), float(r["bytes"]), float(r["time_us"]) * 1e-6) for r in read("one_node.csv")
            if r["system"] == system and r["nccl_version"] == version and r["op"] == op]


def curve(rows, op):
    n, size, time = columns([r for r in rows if is_fit(r[1])])
    wire, w = factor(op, n) * size, weight(size)
    top = (wire / time).max()

    def unpack(x):
        e = np.exp(np.clip(x, -60, 60))
        return dict(quick_base=e[0], quick_step=e[1], quick_rate=e[2], bulk_base=e[3], bulk_step=e[4], rate=e[5], own_share=share(x[6]), ramp=e[7])

    def residual(x):
        p = unpack(x)
        return w * np.log(np.minimum(quick(p, n, wire), bulk(p, n, wire)) / time)

    starts = [[math.log(6e-6), math.log(0.7e-6), math.log(low * top), math.log(fixed), math.log(3e-6), math.log(1.1 * top), 0, math.log(ramp)]
              for low, fixed, ramp in itertools.product((0.15, 0.4), (3e-6, 30e-6), (1e5, 1e7))]
    return unpack(best(residual, starts))


def in_switch(rows):
    """All-reduce in the switch: the wire carries the buffer once each way, whatever the ranks."""
    _, size, time = columns(rows)

    def unpack(x):
        e = np.exp(np.clip(x, -60, 60))
        return dict(bulk_base=NVLS_BASE_S, rate=e[0], ramp=e[1])

    top = (size / time).max()
    return unpack(best(lambda x: weight(size) * np.log(reduced_in_switch(unpack(x), size) / time),
                       [[math.log(1.1 * top), math.log(r)] for r in (1e5, 1e7)]))


def bus_rows(name, source, gpu, nodes, ranks):
    rows = [r for r in read(name) if r["source"] == source and r["gpu"] == gpu and int(r["nodes"]) == nodes and int(r["ranks"]) == ranks
            and "off" not in r["fabric"]]
    return [(ranks, float(r["bytes"]), factor("all_reduce", ranks) * float(r["bytes"]) / (float(r["bus_gb_per_s"]) * 1e9)) for r in rows
            if float(r["bus_gb_per_s"]) > 0]


def large_in_switch(entry):
    """Sizes beyond one_node.csv, from other tables of the same link; fit rows only."""
    rows = {"nvidia/nvlink4": bus_rows("tables.csv", "azure-ai-benchmarking-guide", "H200 (ND H200 v5)", 1, 8),
            "nvidia/nvlink5": bus_rows("ml_engineering.csv", "ml-engineering", "B200 (p6-b200)", 1, 8)}[entry]
    return [r for r in rows if r[1] >= 2**30 and is_fit(r[1])]


def scale_out(rows, link, inside, base, hop, free_hop):
    """rows: (domains, ranks of one, bytes, time); `inside` gives the time within a domain."""
    k, g, size, time = columns(rows)
    within = np.array([inside(s) for s in size])
    wire = np.select([k == 2, k == 3], [1, 1.5], 2) * size / g  # sent_in_trees() of collective.cpp

    def unpack(x):
        e = np.exp(np.clip(x, -60, 60))
        p = dict(efficiency=0.6 + 0.38 * share(x[0]), ramp=e[1], chunk=e[2], chunk_bytes=2e6, base=base, hop=hop)
        if free_hop:
            p |= dict(hop=e[3], chunk_bytes=1e5 + e[4])
        return p

    def model(p):
        rate = p["efficiency"] * link
        return p["base"] + np.log2(k) * (p["hop"] + p["chunk"] * size / (size + p["chunk_bytes"])) + np.maximum(
            within, wire / rate + np.sqrt(p["ramp"] * wire) / rate)

    start = [[1.5, math.log(r), math.log(c)] + ([math.log(hop), math.log(2e6)] if free_hop else []) for r, c in itertools.product((1e5, 1e7), (3e-5, 1e-4))]
    w = np.ones_like(size) if not free_hop else weight(size)
    return unpack(best(lambda x: w * np.log(model(unpack(x)) / time), start))


def within(parameters, entry, n):
    link = GENERATIONS[entry][0]

    def time(size):
        wire = factor("all_reduce", n) * size
        p = parameters[entry]["all_reduce"]
        t = min(quick(p, n, wire), bulk(p, n, wire))
        if entry in NVLS_RANKS and n >= NVLS_RANKS[entry]:
            t = min(t, reduced_in_switch(parameters[entry]["nvls"], size))
        return t

    assert link > 0
    return time


def fitted():
    out = {}
    for entry, (_, system, version) in GENERATIONS.items():
        out[entry] = {}
        for op in OPS:
            rows = one_node(system, version, op)
            if op == "all_reduce" and entry in NVLS_RANKS:
                rows = [r for r in rows if r[0] < NVLS_RANKS[entry] or r[1] < 2**22]
            out[entry][op] = curve(rows, op)
        if entry in NVLS_RANKS:
            rows = [r for r in one_node(system, version, "all_reduce") if r[0] == 8 and r[1] >= 2**22 and is_fit(r[1])]
            out[entry]["nvls"] = in_switch(rows + large_in_switch(entry))
    scale = [(int(r["gpus"]) / 8, 8, float(r["bytes"]), factor("all_reduce", int(r["gpus"])) * float(r["bytes"]) / (float(r["bus_gb_per_s"]) * 1e9))
             for r in read("by_scale.csv")]
    # By scale: sizes are even powers only, so every second of them fits.
    ndr = [r for r in scale if round(math.log2(r[2])) in (26, 30)]
    out["nvidia/ndr-400g"] = {"": scale_out(ndr, 50e9, within(out, "nvidia/nvlink4", 8), 10e-6, 5e-6, False)}

    def table(name, source, gpu, nodes, least):
        return [(nodes, 8, s, t) for _, s, t in bus_rows(name, source, gpu, nodes, 8 * nodes) if is_fit(s) and s >= least]

    out["aws/efa-32x100g"] = {"": scale_out(table("tables.csv", "aws-nccl-readme", "H100 (p5)", 2, 2**10), 50e9, within(out, "nvidia/nvlink4", 8), 10e-6, 30e-6, True)}
    out["aws/efa-8x400g"] = {"": scale_out(table("ml_engineering.csv", "ml-engineering", "B200 (p6-b200)", 4, 2**18), 50e9, within(out, "nvidia/nvlink5", 8), 10e-6, 30e-6, True)}
    out["aws/efa-4x100g"] = {"": scale_out(table("tables.csv", "aws-nccl-readme", "A100-80GB (p4de)", 2, 2**10), 6.25e9, within(out, "nvidia/nvlink3", 8), 10e-6, 60e-6, True)}
    return out


def number(x):
    return "0" if x < 1e-6 else f"{x:.3g}" if 1e-4 <= x < 1000 else f"{x:.0f}"


def time(x):
    return f'"{number(x * 1e6)} us"'


def megabytes(x):
    return f'"{number(x / 1e6)} MB"'


def toml(entry, op, p):
    """Keys and values as the catalogue writes them."""
    if op:
        link = GENERATIONS[entry][0]
        out = {} if op == "nvls" else {"quick_base": time(p["quick_base"]), "quick_step": time(p["quick_step"]), "quick_efficiency": number(p["quick_rate"] / link)}
        out["bulk_base"] = time(p["bulk_base"])
        if op != "nvls":
            out["bulk_step"] = time(p["bulk_step"])
        out["efficiency"] = number(p["rate"] / link)
        if op != "nvls":
            out["own_share"] = number(p["own_share"])
        return out | {"ramp": megabytes(p["ramp"])}
    return {"base_latency": time(p["base"]), "hop_latency": time(p["hop"]), "chunk_latency": time(p["chunk"]), "chunk": megabytes(p["chunk_bytes"]),
            "efficiency": number(p["efficiency"]), "ramp": megabytes(p["ramp"])}


def plain(value):
    value = value["value"] if isinstance(value, dict) and "value" in value else value
    return float(value.split()[0]) if isinstance(value, str) else float(value)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    catalogue, stale = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["interconnect"] if options.check else {}, 0
    for entry, tables in fitted().items():
        for op, p in tables.items():
            keys = toml(entry, op, p)
            if not options.check:
                print(f"{entry}: " + (f"{op} = {{ " + ", ".join(f"{k} = {v}" for k, v in keys.items()) + " }" if op else "  ".join(f"{k} = {v}" for k, v in keys.items())))
                continue
            there = catalogue[entry][op] if op else catalogue[entry]
            for key, value in keys.items():
                ours, theirs = plain(value.strip('"')) if value.startswith('"') else float(value), plain(there.get(key, 0))
                if abs(ours - theirs) > 0.02 * max(abs(ours), abs(theirs)) + 1e-6:
                    print(f"{entry} {op} {key}: fitted {value}, catalogue {there.get(key)}", file=sys.stderr)
                    stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())

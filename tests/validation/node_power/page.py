"""Section of docs/validation.md on metered nodes: power at the wall, rate under a power limit, supplies."""
import statistics

import rows

HEAD = """# Power of a node and its power limit

Nodes of 8 accelerators, metered at the wall [mlperf-inference-v41; mlperf-inference-v51; mlperf-training-v50], against one `ondol run` of as many racks of one node: [rows and sources](../tests/validation/node_power/SOURCE.md).
`power_limit` of the rack is that of the submission. Hosts are at 0.3 of their span in every row, as in training.

**Work of a row.** Language models: continuous batching by the simulator's own kernels, prompts and new tokens in the same products, batch by memory, nothing fitted ([how](../tests/validation/node_power/serving.py)); a Server row offers
the share of Offline's rate that was published at full power. LoRA: mean power of the step model. All others: products without a pause, so that only the limit counts.

**Fit** of the H200 node: idle and two rows, one number (host; its span is assumed). Of the water-cooled B200 node: idle, LoRA runs 0 and 1, one Offline row, two numbers (host idle, host active). Of the air-cooled one: idle, one number (lowest fan speed).

"""
SPEED = """
**Rate under a limit**: rate of the job at the limit over that at 700 W, in the same room; work of Offline for both scenarios, whose published ratios differ by 0.02 to 0.04. All judge. Rows whose work is not modelled are left out (bert, resnet50: [capped servers](#capped-servers-mlperf-inference-v41)).
"1000 W": boards with a higher limit against 700 W. The model gains too much there: at 700 W its clock is lower than the boards' seems to be, so that serving probably costs less energy than products of random numbers in the public kernel tables.

"""
OLDER = """
**Shape on older boards** [you2023zeus]: time of an epoch of training under a limit over that without, median over networks and batches, against the H200's voltage curve on the published draw (all judge). `work bound by clock`: the model's
time if all of it stretches. Down to 0.7 of the draw measured times lie at it or a little below, by what waits for memory and host; below 0.6 older boards slow down far more than the model, as if their voltage had nothing left to give:
it reaches its floor (0.7 of the highest, assumed, for the H200) earlier. Limits below half of the draw are beyond what was judged.

"""
SUPPLIES = """
**Supplies** of immersed nodes [mlperf-training-v40]: power behind over power before them, whole logs, at the mean power behind that was published. Both are sensor values: runs of one task differ by up to 0.9 points.

"""


def table(head, align, lines):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "|".join(align) + "|", *("| " + " | ".join(map(str, c)) + " |" for c in lines), ""])


def older(build):
    """Rows by board and by tenths of the draw that the limit leaves."""
    kernels = rows.serving.kernels()
    groups = {}
    for r in kernels.slowdown(kernels.Device("nvidia/h200-sxm", "h200", build / "tests" / "gpu_energy_predict")):
        groups.setdefault((r["board"], int(10 * r["limit"])), []).append((r["published"], r["published"] * (1 + r["error"])))
    return [(board, f"{tenth / 10:.1f}-{(tenth + 1) / 10:.1f}", len(v), f"{statistics.median(p for p, _ in v):.2f}", f"{statistics.median(o for _, o in v):.2f}")
            for (board, tenth), v in sorted(groups.items()) if len(v) >= 5]


def text(build):
    found = rows.answers(build)
    wall = [(r.node.split("/")[1], f"{r.benchmark} {r.scenario}".strip(), f"{r.limit_w:.0f}" if r.limit_w else "", r.role, f"{w:,.0f}", f"{r.wall_w:,.0f}",
             f"{100 * (w / r.wall_w - 1):+.1f}") for r, w in found if r.wall_w]
    judged = [100 * abs(w / r.wall_w - 1) for r, w in found if r.wall_w and r.role == "judge"]
    speed = [(r.benchmark, r.scenario, f"{r.limit_w:.0f}", f"{ours:.3f}", f"{r.rate:.3f}", f"{ours - r.rate:+.3f}") for r, ours in rows.rates(build)]
    speed += [(b, s, "1000", f"{ours:.3f}", f"{theirs:.3f}", f"{ours - theirs:+.3f}") for b, s, ours, theirs in rows.raised(build)]
    supplies = [(s.run, s.role, f"{s.dc_w:,.0f}", f"{100 * ours:.1f}", f"{100 * s.share:.1f}", f"{100 * (ours - s.share):+.1f}") for s, ours in rows.supplies(build)]
    served = [(n.split("/")[1], b, f"{8 * rows.use_of(build, n, b).tokens_per_s:,.0f}", f"{rate:,.0f}", f"{100 * (8 * rows.use_of(build, n, b).tokens_per_s / rate - 1):+.0f}")
              for (n, b), rate in rows.PUBLISHED_TOKENS_PER_S.items()]
    return (HEAD + table(("node", "row", "limit W", "role", "simulated W", "published W", "error %"), ("---", "---", "--:", "---", "--:", "--:", "--:"), wall) +
            f"\nMean error of the judged rows {statistics.mean(judged):.1f} %, largest {max(judged):.1f} %.\n" + SPEED +
            table(("row", "scenario", "limit W", "simulated", "published", "difference"), ("---", "---", "--:", "--:", "--:", "--:"), speed) +
            "\nTokens a second that the kernels alone would give, Offline at full power (mixtral-8x7b: Server); nothing is fitted to them:\n\n" +
            table(("node", "model", "simulated", "published", "error %"), ("---", "---", "--:", "--:", "--:"), served) + OLDER +
            table(("board", "limit / draw", "rows", "published", "work bound by clock"), ("---", "---", "--:", "--:", "--:"), older(build)) + SUPPLIES +
            table(("run", "role", "W behind", "simulated %", "published %", "points"), ("---", "---", "--:", "--:", "--:", "--:"), supplies))

"""docs/validation.md from rows.py: what was simulated against what was published, fit and judged rows apart."""

import statistics

import rows

HEAD = """# Energy and time of kernels

Times and work by `sim/compute/kernel_work`, power by the catalogue's calibrations. Fit rows made the calibration or the grid of times; halves are
by shape and were fixed by a hash before any error was seen ([source and selection](../kernels/recorded/aiconfigurator/SOURCE.md)). Choices that were made with
judged errors in view stand in [kernel time](models/kernel-time.md#choices-made-with-judged-errors-in-view). Boards read themselves: a gain
error of about 5 % is common to all rows of a set.
"""


def percent(x, sign=False):
    return f"{100 * x:+.1f}" if sign else f"{100 * x:.1f}"


def mape(errors):
    return statistics.mean(abs(e) for e in errors)


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def table(head, align, lines):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "|".join(align) + "|", *("| " + " | ".join(map(str, c)) + " |" for c in lines), ""])


def power_section(devices):
    lines, totals = [], []
    for board, device in devices.items():
        groups = {}
        for r in rows.kernel_power(board, device):
            groups.setdefault((r["group"], r["half"]), []).append(r)
        for (group, half), v in sorted(groups.items()):
            errors = [e for r in v for e in r["errors"]]
            watts = sorted(r["published_w"] for r in v)
            span = f"{watts[0]:.0f}" if watts[0] == watts[-1] else f"{watts[0]:.0f}-{watts[-1]:.0f}"
            lines.append((board.upper(), group, half, len(v), sum(r["readings"] for r in v), span, percent(mape([r["error"] for r in v])),
                          percent(mape(errors)), percent(statistics.mean(errors), True)))
        for half in ("fit", "judge"):
            for label, kinds in (("products and experts", ("product", "experts")), ("attention", ("decode", "prefill"))):
                v = [r for (g, h), x in groups.items() for r in x if h == half and g.startswith(kinds)]
                below = [r for r in v if r["published_w"] < rows.windows.NEAR_LIMIT * device.limit_w]
                for name, part in ((label, v), (label + ", below the limit", below if len(below) < len(v) else [])):
                    if part:
                        by_reading = mape([e for r in part for e in r["errors"]])
                        totals.append((board.upper(), name, half, len(part), percent(mape([r["error"] for r in part])), percent(by_reading)))
    text = table(("board", "kernels of at least 200 us", "half", "classes", "mean error of classes %", "of readings %"), ("---", "---", "---", "--:", "--:", "--:"), totals)
    return ("## Board power, public kernel tables\n\nA class is one octave of FLOP per byte (products), a factor of four of rows an expert, or one head size and rate "
            "(attention; never fitted). Of each class the readings between its 75th and 90th percentile of power count, because short readings of this sensor fall "
            "under the plateau; attention readings suffer most (their scatter within one class is 15-30 %). "
            "At the limit any sum above it is right; the rows below the limit say more.\n\n" + text + "\n" +
            table(("board", "kernels", "half", "classes", "readings", "published W", "error of classes %", "of readings %", "bias %"),
                  ("---", "---", "---", "--:", "--:", "--:", "--:", "--:", "--:"), lines))


def points_section(device):
    (compute,) = [r for r in rows.kernel_power("h200", device) if r["name"] == "gemm_bfloat16_compute" and r["half"] == "judge"]
    lines = [("H200 bf16 products bound by the tensor units, judge", compute["readings"], f"{compute['published_w']:.0f}", f"{compute['simulated_w']:.0f}", percent(compute["error"], True)),
             ("the same against 691 W, the plateau named beforehand", "", "691", f"{compute['simulated_w']:.0f}", percent(compute["simulated_w"] / 691 - 1, True))]
    for r in rows.weight_streaming("h200", device):
        lines.append((f"H200 weights streamed at 3.7-4.2 TB/s by a few tokens, {r['half']}", r["readings"], f"{r['published_w']:.0f}", f"{r['simulated_w']:.0f}",
                      percent(r["simulated_w"] / r["published_w"] - 1, True)))
    return "## Plateau and stream\n\n" + table(("rows", "readings", "published W", "simulated W", "error %"), ("---", "--:", "--:", "--:", "--:"), lines)


def time_section(devices):
    lines = []
    for board, device in devices.items():
        groups = {}
        for r in rows.kernel_times(board, device):
            if "fp8_block" in r["group"] and r["group"].startswith("product") and r["time_s"] < 200e-6:
                continue
            span = "< 50 us" if r["time_s"] < 50e-6 else "50-200 us" if r["time_s"] < 200e-6 else ">= 200 us"
            groups.setdefault((r["group"], ("< 50 us", "50-200 us", ">= 200 us").index(span), span), {}).setdefault(r["half"], []).append(r)
        for (group, _, span), halves in sorted(groups.items()):
            cells = []
            for half in ("fit", "judge"):
                v = halves.get(half, [])
                errors = [abs(r["error"]) for r in v]
                cells += [len(v), percent(quantile(errors, 0.5)), percent(quantile(errors, 0.9))] if v else ["0", "-", "-"]
            v = halves.get("judge", [])
            cells.append(percent(statistics.mean(abs(r["error"]) <= r["sd"] for r in v)) if v else "-")
            lines.append((board.upper(), group, span, *cells))
    return ("## Kernel time, public kernel tables\n\nEvery row, the power limit's slow-down included. Block-scaled fp8 products under 200 us are left out: they ran without a graph "
            "and wait for the host. On GB200 their rows read 130-290 W at any rate: a fallback, left out. `experts, fp8_block` is timed by the grid of plain fp8.\n\n" +
            table(("board", "kernels", "time", "fit rows", "median %", "p90 %", "judge rows", "median %", "p90 %", "within one sd %"),
                  ("---", "---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:"), lines))


def serving_section(boards):
    lines = []
    for gpu, device, family in boards:
        found = list(rows.serving(gpu, device, family))
        groups = {("all rows", "", ""): found}
        for r in found:
            groups.setdefault((r["kind"], "", ""), []).append(r)
            groups.setdefault((r["kind"], r["model"], r["precision"]), []).append(r)
        for (kind, model, precision), v in sorted(groups.items(), key=lambda g: (g[0][0] != "all rows", g[0])):
            lines.append((gpu, f"{kind} {model} {precision}".strip(), len(v), percent(mape([r["before"] for r in v])), percent(mape([r["after"] for r in v])),
                          percent(statistics.mean(r["after"] for r in v), True)))
    return ("## Serving: joules a token [mlenergy2025]\n\nAt the published token rate, so the error of joules a token is that of board power. All rows judge: **nothing is fitted to them**. "
            "Before: energies of the literature (the priors of the meter's fit), nothing fitted anywhere. After: calibrations of H200 and GB200 carried over by the die. Rows used: chat and gpqa of the "
            "Llama 3 and Qwen3 models of the shared part; left out: code completion (prompt lengths not published, prompts dominate), gpt-oss (mixed 4-bit weights), DeepSeek (latent attention). "
            "Prompt lengths, small kernels and all-reduces are assumed (rows.py).\n\n" +
            table(("board", "rows", "n", "before %", "after %", "bias after %"), ("---", "---", "--:", "--:", "--:", "--:"), lines))


def caps_section(device):
    lines = [(r["model"], r["scenario"], f"{r['cap_w']:.0f}", f"{r['published']:.4f}", percent(r["error"], True)) for r in rows.caps(device)]
    return ("## Capped servers [mlperf-inference-v41]\n\nRate of 8 x H200 under a cap over that at 700 W, against a bf16 product of 8192 cubed under the same caps. All judge; the voltage curve comes from "
            "the kernel tables. resnet50 is not bound by tensor units and does not reach 700 W.\n\n" + table(("model", "scenario", "cap W", "published", "error %"), ("---", "---", "--:", "--:", "--:"), lines))


def slowdown_section(device):
    groups = {}
    for r in rows.slowdown(device):
        groups.setdefault(r["board"], []).append(r)
    lines = [(b, len(v), f"{min(r['limit'] for r in v):.2f}", percent(quantile([abs(r["error"]) for r in v], 0.5)), percent(quantile([abs(r["error"]) for r in v], 0.9)),
              percent(statistics.median(r["error"] for r in v), True)) for b, v in sorted(groups.items())]
    return ("## Slow-down under a limit, older boards [you2023zeus]\n\nEpoch time of training under a limit over that without, where the limit binds: the H200's voltage curve on the published draw. All judge. "
            "Small networks wait for host and memory, whose time does not stretch, so the upper tail is far off.\n\n" +
            table(("board", "rows", "lowest limit / draw", "median %", "p90 %", "median bias %"), ("---", "--:", "--:", "--:", "--:", "--:"), lines))


def decoding_section(device):
    found = list(rows.decoding_a100(device))
    lines = [(r["label"], f"{r['published_w']:.0f}", percent(r["error"], True)) for r in found]
    return (f"## Decoding a 70B model on A100 [patel2024splitwise]\n\nMean error {percent(mape([r['error'] for r in found]))} % over {len(found)} rows, all judge; energies of the literature, times by the H200's grids.\n\n" +
            table(("rows", "published W", "error %"), ("---", "--:", "--:"), lines))


def text(build):
    predict = build / "tests" / "gpu_energy_predict"
    h200, gb200 = rows.Device("nvidia/h200-sxm", "h200", predict), rows.Device("nvidia/gb200", "gb200", predict)
    h100, b200 = rows.Device("nvidia/h100-sxm", "h200", predict), rows.Device("nvidia/b200-sxm", "gb200", predict)
    a100 = rows.Device("nvidia/a100-sxm-80gb", "h200", predict)
    both = {"h200": h200, "gb200": gb200}
    return "\n".join([HEAD, power_section(both), points_section(h200), time_section(both), serving_section([("H100", h100, "hopper"), ("B200", b200, "blackwell")]),
                      caps_section(h200), slowdown_section(h200), decoding_section(a100)])

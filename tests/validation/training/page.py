"""Section of docs/validation.md on training steps: simulated against published, and the bars."""

import statistics

import rows

HEAD = """# Time of training steps

`ondol ask step` on the step files of [tests/validation/training](../tests/validation/training), one a source: rack, shape, layout, precision and
network as published. Where a layout is not printed the file says what is assumed and why. Within each source, kind of hardware and precision the
first, third, ... row **fit** what the step model leaves open, the others **judge**; a row alone of its kind judges, and so do all of NeMo 24.04. Time is that
under the board's own power limit; it contains evaluations where the published one does, which is so of MLPerf GPT-3 alone. How the model works: [training step](models/training-step.md).
"""

TITLES = {
    "korthikanti2022": "Korthikanti et al. 2022, Table 5, A100",
    "narayanan2021": "Megatron-LM 2021, A100",
    "megatron_core": "Megatron-Core, H100",
    "megascale": "MegaScale and its baseline, Ampere",
    "llama3": "Llama 3 405B, H100",
    "mlperf_gpt3": "MLPerf Training, GPT-3 175B",
    "mlperf_405b": "MLPerf Training, Llama 3.1 405B",
    "deepseek_v3": "DeepSeek-V3, H800",
    "vtrain_single": "vTrain, 2-8 A100",
    "vtrain_multi": "vTrain, 64-512 A100",
}
# What the best published tool reaches, or what is asked for here: mean and worst error in %.
BARS = {
    "korthikanti2022": (3.65, 8.87, "Calculon on the whole table, which has eight times"),
    "narayanan2021": (4, 8, "asked for"),
    "megatron_core": (4, 8, "asked for"),
    "mlperf_gpt3": (5, None, "asked for"),
    "mlperf_405b": (5, None, "asked for"),
    "vtrain_single": (8.37, None, "vTrain itself, on rows that it profiled"),
    "vtrain_multi": (14.73, None, "vTrain itself, on rows that it profiled"),
}
# Calculon's answers to Table 5, re-run from its source [s].
CALCULON = {"22B, full": 1.40, "22B, selective": 1.14, "175B, selective": 13.64, "530B, full": 49.89, "1T, selective": 66.04}


def percent(x, sign=False):
    if x != x:
        return "-"
    return f"{100 * x:+.1f}" if sign else f"{100 * x:.1f}"


def table(head, align, lines):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "|".join(align) + "|", *("| " + " | ".join(map(str, c)) + " |" for c in lines), ""])


def seconds(s):
    return f"{s:.4g}"


def summary(tables):
    lines = []
    for name, found in tables.items():
        bar = BARS.get(name)
        lines.append([TITLES[name], len(rows.fits(found)), percent(rows.mape(rows.fits(found))), percent(rows.worst(rows.fits(found))),
                      len(rows.judges(found)), percent(rows.mape(rows.judges(found))), percent(rows.worst(rows.judges(found))),
                      percent(statistics.mean(r.error for r in found), sign=True),
                      "-" if not bar else f"{bar[0]}{f' / {bar[1]}' if bar[1] else ''} ({bar[2]})"])
    return "## Summary\n\n" + table(["table", "fit rows", "mean error %", "worst %", "judge rows", "mean error %", "worst %", "bias of all %", "bar, mean / worst %"],
                                    ["---", *["--:"] * 7, "---"], lines)


def section(name, found):
    calculon = name == "korthikanti2022"
    head = ["row", "accelerators", "published s", "simulated s", "error %", "role", "model FLOP %", "W each", *(["Calculon error %"] if calculon else [])]
    lines = []
    for r in found:
        line = [r.name, f"{r.accelerators} x {r.accelerator.split(' (')[0].removeprefix('NVIDIA ')}", seconds(r.published_s), seconds(r.simulated_s), percent(r.error, sign=True), r.role,
                percent(r.answer["mfu"]), f"{r.answer['power']['accelerator_w']:.0f}"]
        if calculon:
            line.append(percent(CALCULON[r.name] / r.published_s - 1, sign=True))
        lines.append(line)
    source = sorted({r.source for r in found})
    return f"## {TITLES[name]}\n\n[{', '.join(source)}]\n\n" + table(head, ["---", "---", *["--:"] * 3, "---", *["--:"] * (3 if calculon else 2)], lines)


def vtrain_section(found):
    """1,032 rows are too many to print: errors by number of accelerators and size."""
    out = ["## vTrain, measured iterations of GPT on A100\n\n[bang2024vtrain]; every other row of 2-8 accelerators fits the launch time of the stack, all others judge. What the tables do not say is assumed: [vtrain.py](../tests/validation/training/vtrain.py).\n"]
    groups = {}
    for name, of_kind in found.items():
        for r in of_kind:
            groups.setdefault((name, r.accelerators, r.answer["model"]), []).append(r)
    lines = []
    for (name, n, model), members in sorted(groups.items(), key=lambda g: (g[0][0] != "vtrain_single", g[0][1], g[0][2])):
        hidden, _, layers = model.removeprefix("vtrain/").split("-")
        lines.append([TITLES[name], n, f"{layers} x {hidden}", len(members), f"{min(r.published_s for r in members):.3g}-{max(r.published_s for r in members):.3g}",
                      percent(rows.mape(members)), percent(rows.worst(members)), percent(statistics.mean(r.error for r in members), sign=True)])
    out.append(table(["set", "accelerators", "layers x hidden", "rows", "published s", "mean error %", "worst %", "bias %"], ["---", "--:", "--:", "--:", "--:", "--:", "--:", "--:"], lines))
    return "\n".join(out)


def text(build):
    ondol = build / "ondol"
    published, vtrain = rows.published(ondol), rows.of_vtrain(ondol)
    return "\n".join([HEAD, summary({name: {**published, **vtrain}[name] for name in TITLES if name in published or name in vtrain}), *(section(name, found) for name, found in sorted(published.items(), key=lambda p: [*TITLES].index(p[0]))), vtrain_section(vtrain)])

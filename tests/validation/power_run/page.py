"""Section of docs/validation.md on the metered training run: node power, energy, swing, evaluations."""
import rows

HEAD = """# Power of a training run

GPT-3 175B on 64 nodes of 8 H100 in single-phase immersion, MLPerf Training v4.0: 288 steps and 24 evaluations, each node metered every two seconds before and
behind its supplies [mlperf-training-v40]. [The scenario](../tests/validation/power_run/smc_64n_gpt3.toml) has job and layout as published and the catalogue's nodes; the
whole run is played phase by phase in a `[[phase_window]]`.

Every row **judges**: no constant is made from this run. Accelerators draw what their calibration says; host and supplies of the node come from runs of other tasks on one node of
the same kind; the step time from a training stack without fit rows. A first comparison showed evaluations that were too short and hardly dipped; what was then added to them has no number of its own: messages that the
libraries overlap only in training, and waits for the slowest stage and rank that steps already had [transformerengine2024; megatron2024overlap].

The AC meters lag behind the DC meters. In {n} other runs of the same meters, BERT and LoRA on one and eight nodes, AC readings are best made of DC readings by a first-order lag of
{lag:.1f} s ({low:.1f} to {high:.1f} s run by run). Simulated power passes the same lag before it is averaged over 2 s, as the readings of 64 nodes, which lie spread over their two seconds, are by
their mean. Behind the supplies none is applied. Stairs instead of straight lines between the DC readings would give a lag of 2.1 s and a swing of about {stairs:,.0f} W, but they date every jump too early.

"""


TAIL = """
The watts hold by themselves; the energy holds in part because the step is long. The NeMo stacks were fitted to throughputs of whole runs, which contain the evaluations: here those are declared and count once
more. With evaluations declared in the step files too, the fit gives NeMo 23.04, 23.09 and 24.09 efficiencies of 0.87, 0.97 and 1.29, judged rows of MLPerf GPT-3 a mean error of 3.7 instead of 4.3 %, and
this run, with their mean for NeMo 24.04, a length of -6 %, a mean power of -0.5 % and an energy of -6 %. No row fits NeMo 24.04.
"""


def text(build):
    ondol = build / "ondol"
    lag_s = rows.meter_lag_s()
    ours, theirs = rows.simulated(ondol, lag_s), rows.measured("AC")
    ours_dc, theirs_dc = rows.behind_supplies(rows.simulated(ondol, 0.0)), rows.measured("DC")
    lines = ["| quantity | simulated | published | error % | asked for |", "|---|--:|--:|--:|---|"]

    def row(name, a, b, digits=0, asked=""):
        lines.append(f"| {name} | {a:,.{digits}f} | {b:,.{digits}f} | {100 * (a / b - 1):+.1f} | {asked} |")

    row("mean power of a node in the run, W", ours.power_w.mean(), theirs.power_w.mean(), asked="3 %")
    row("energy of 64 nodes, kWh", ours.energy_kwh, theirs.energy_kwh, 1, "4 %")
    row("swing, 1st to 99th percentile of means over 2 s, W", ours.swing_w, theirs.swing_w, asked="25 %")
    row("1st percentile, W", ours.percentile(1), theirs.percentile(1))
    row("median, W", ours.percentile(50), theirs.percentile(50))
    row("99th percentile, W", ours.percentile(99), theirs.percentile(99))
    row("mean while training, W", ours.training_w, theirs.training_w)
    row("mean while evaluating, W", ours.evaluation_w, theirs.evaluation_w)
    row("depth of an evaluation, W", ours.training_w - ours.evaluation_w, theirs.training_w - theirs.evaluation_w)
    row("length of an evaluation, s", ours.evaluation_s, theirs.evaluation_s, 2)
    row("one step, s", ours.step_s, theirs.step_s, 2)
    row("run, s", ours.run_s, theirs.run_s)
    row("behind the supplies: mean, W", ours_dc.power_w.mean(), theirs_dc.power_w.mean())
    row("behind the supplies: swing as above, W", ours_dc.swing_w, theirs_dc.swing_w)
    by_run = [rows.lag_of_runs_s((run,)) for run in rows.LAG_RUNS]
    return HEAD.format(n=len(by_run), lag=lag_s, low=min(by_run), high=max(by_run), stairs=rows.simulated(ondol, 2.1).swing_w) + "\n".join(lines) + "\n" + TAIL

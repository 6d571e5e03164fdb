"""Section of docs/validation.md on the metered training run: node power, energy, swing, evaluations."""
import rows

HEAD = """# Power of a training run

GPT-3 175B on 64 nodes of 8 H100 of Sustainable Metal Cloud in single-phase immersion, MLPerf Training v4.0: 288 steps and 24 evaluations, each node metered every two
seconds before and behind its supplies [mlperf-training-v40; firmus2024mlperf]. [The scenario](../tests/validation/power_run/smc_64n_gpt3.toml) has job and layout as published and the catalogue's nodes; the
whole run is played phase by phase in a `[[phase_window]]`.

Every row **judges**: no constant is made from this run. Accelerators draw what their calibration says. Supplies of the node come from runs of other tasks, and its host from two of them, LoRA on one node: of
{lora_w:,.0f} W behind the supplies (median) accelerators draw {lora_accelerators_w:,.0f} W in the model, which leaves {lora_host_w:,.0f} W to a host at the 0.3 of its span that every training takes. The step time comes from a
training stack without fit rows. A first comparison showed evaluations that were too short and hardly dipped; what was then added to them has no number of its own: messages that the
libraries overlap only in training, and waits for the slowest stage and rank that steps already had [transformerengine2024; megatron2024overlap].

The AC meters lag behind the DC meters. In {n} other runs of the same meters, BERT and LoRA on one and eight nodes, AC readings are best made of DC readings by a first-order lag of
{lag:.1f} s ({low:.1f} to {high:.1f} s run by run). Simulated power passes the same lag before it is averaged over 2 s, as the readings of 64 nodes, which lie spread over their two seconds, are by
their mean. Behind the supplies none is applied. Stairs instead of straight lines between the DC readings would give a lag of 2.1 s and a swing of about {stairs:,.0f} W, but they date every jump too early.

"""


TAIL = """
The run is short and the power a little high, so the energy errs by less than the run. No row fits the stack, NeMo 24.04: its efficiency is the mean of its neighbours', 1.13, and three runs of Eos with that release, fitted, would
give 1.12. This machine took 11 % longer a sequence than Eos with as many accelerators, and 41 s of its run are neither in logged steps nor in evaluations; the model has neither.
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
    lora = rows.lora(ondol)
    return HEAD.format(lora_w=lora.metered_w, lora_accelerators_w=lora.accelerators_w, lora_host_w=lora.metered_w - lora.accelerators_w, n=len(by_run), lag=lag_s, low=min(by_run), high=max(by_run), stairs=rows.simulated(ondol, 2.1).swing_w) + "\n".join(lines) + "\n" + TAIL

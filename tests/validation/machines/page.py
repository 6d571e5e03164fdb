"""Section of docs/validation.md on measured machines: temperatures of boards in air, a fleet, immersion against air."""
import numpy as np
import rows

HEAD = """# Temperatures of measured machines

Boards and nodes whose temperature or power was recorded, against `ondol run` of one rack [biohpc2025; hu2024acme; mlperf-training-v40; mlperf-training-v41]: [rows and sources](../tests/validation/machines/SOURCE.md).
Inlet air is recorded by none of them.

"""
HOURLY = """
**Two H100 PCIe in an air-cooled server**, hourly means over 21 months, by the straight line through them. Fit: even weeks, two numbers, the resistance of the sink at its design flow ({k_per_w:.4f} K/W) and the air at it ({inlet_c:.1f} degC).
Judge: odd weeks. The model is no line: fans at their floor cool less, so that boards warm by 0.14 K/W at idle and 0.07 K/W near their limit, as the record does.

"""
FLEET = """
**2,288 A100 SXM of a development cluster**, percentiles. Nothing is fitted: the catalogue's DGX A100 in air of {inlet_c:.0f} degC (assumed), its temperature by the published power of the same percentile, once alone and once with inlets that differ by
2 K (one standard deviation, assumed) and sinks by 5 %. Dies judge. How memory stands over its sink in the catalogue was taken from two of these rows, 10 and 95 %; its others judge. Powers and temperatures are percentiles of their own, each over boards and time: at the median hot and cold boards mix that way, which a map from power to temperature cannot show.

"""
TRANSIENT = """
**An A100 PCIe at a load step and under a square wave** of 52 ms on and 52 ms off, 75 times, temperatures in whole degrees [yang2024parttime]. Fit: the step, six seconds of {step_w:.0f} W after idle: {fast:.3f} K/W within {fast_s:.2f} s (die and interface) and
{slow:.3f} K/W within {slow_s:.1f} s (the base of the sink; the sink itself is slower than the record). Judge: the square wave, with the power that the step has in its first half second ({settle_w:.0f} W), by the simulator's junction of two capacities.

"""
LORA = """
**The same job immersed and in air**: LoRA training of Llama 2 70B on eight nodes of 8 H100, of Sustainable Metal Cloud in single-phase immersion and of Dell in air with doors that cool. Fit: the share of work of the immersed nodes (their power); host of
the Dell node (its lowest readings, {lowest_w:,.0f} W). Judge: power of the nodes in air, which do the same samples in the time published for them. A cycle is a block of training and an evaluation.

"""
LORA_TAIL = """
The sign is right, the size is not: of {gap:,.0f} W more in a cycle the model finds {found:,.0f} W: fans {fans:,.0f} W, the faster work {work:,.0f} W of accelerators, lossier supplies {supplies:,.0f} W, less {host:,.0f} W of a smaller host and {cooler:,.0f} W of cooler dies
({air_c:.0f} degC against {bath_c:.0f} degC in a bath of 40 degC, assumed). Cooling is not all that differs: the two machines ran submissions of different rounds and software, and a sample seems to cost the later one more energy in its accelerators too.
Fans at 0.85 of their speed instead of {speed:.2f} would close the gap by themselves; no fan or accelerator reading was published that could tell which.
"""


def table(head, align, lines):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "|".join(align) + "|", *("| " + " | ".join(map(str, c)) + " |" for c in lines), ""])


def hourly(build):
    lines = []
    for half in ("fit", "judge"):
        hours, power_w, temp_c = rows.hourly(half)
        theirs, ours = rows.line(hours, power_w, temp_c), rows.line(hours, power_w, rows.simulated_hourly(build, power_w))
        for name, i, unit, digits in (("slope", 0, "K/W", 4), ("offset", 1, "degC", 1)):
            lines.append((half, f"{name}, {unit}", f"{ours[i]:.{digits}f}", f"{theirs[i]:.{digits}f}", f"{100 * (ours[i] / theirs[i] - 1):+.1f}"))
    hours, power_w, temp_c = rows.hourly("judge")
    simulated = rows.simulated_hourly(build, power_w)
    for low, high in ((40, 60), (60, 80), (80, 100), (100, 160), (160, 240), (240, 320), (320, 400)):
        here = (power_w >= low) & (power_w < high)
        ours, theirs = (float(np.average(t[here], weights=hours[here])) for t in (simulated, temp_c))
        lines.append(("judge", f"mean of hours at {low}-{high} W, degC", f"{ours:.1f}", f"{theirs:.1f}", f"{ours - theirs:+.1f} K"))
    return table(("role", "quantity", "simulated", "published", "error %"), ("---", "---", "--:", "--:", "--:"), lines)


def fleet(build):
    lines = [(f"{r['percentile']:g}", f"{r['gpu_power_w']:.0f}", f"{alone:.1f}", f"{die:.1f}", f"{r['gpu_temp_c']:.0f}", f"{die - r['gpu_temp_c']:+.1f}", f"{memory:.1f}", f"{r['mem_temp_c']:.0f}",
              f"{memory - r['mem_temp_c']:+.1f}")
             for r, alone, (die, memory) in zip(rows.fleet(), rows.fleet_alone(build), rows.fleet_spread(build), strict=True)]
    return table(("percentile", "power W", "die degC", "with spread", "published", "error K", "memory degC", "published", "error K"), ("--:",) * 9, lines)


def transient(build):
    lines = []
    for name, role in (("transient", "fit"), ("square50", "judge")):
        ours, theirs, loaded = rows.transient_of(build, name)
        lines += [(role, {"transient": "step", "square50": "square wave"}[name] + ", root of the mean square, K", f"{np.sqrt(np.mean((ours - theirs) ** 2)):.2f}", "", ""),
                  (role, "mean while loaded, degC", f"{ours[loaded].mean():.1f}", f"{theirs[loaded].mean():.1f}", f"{ours[loaded].mean() - theirs[loaded].mean():+.1f} K"),
                  (role, "highest, degC", f"{ours.max():.1f}", f"{theirs.max():.0f}", f"{ours.max() - theirs.max():+.1f} K")]
    return table(("role", "quantity", "simulated", "published", "error"), ("---", "---", "--:", "--:", "--:"), lines)


def immersion(build):
    lines, found = [], {}
    for kind, name in (("cycle", "mean of the cycles"), ("run", "mean of the run")):
        bath, air = rows.immersed(build, kind), rows.in_air(build, kind)
        found[kind] = bath, air
        theirs = [rows.lora(c, kind + "_w") for c in ("immersion", "air")]
        lines += [("fit", f"immersed, {name}, W", f"{bath.rack_w / 8:,.0f}", f"{theirs[0]:,.0f}", f"{100 * (bath.rack_w / 8 / theirs[0] - 1):+.1f}"),
                  ("judge", f"in air, {name}, W", f"{air.rack_w:,.0f}", f"{theirs[1]:,.0f}", f"{100 * (air.rack_w / theirs[1] - 1):+.1f}")]
    bath, air = found["cycle"]
    same = rows.at_same_speed(build, "cycle")
    tail = LORA_TAIL.format(gap=rows.lora("air", "cycle_w") - rows.lora("immersion", "cycle_w"), found=air.rack_w - bath.rack_w / 8, fans=air.fans_w,
                            work=air.accelerators_w - same.accelerators_w, supplies=air.supplies_w - bath.supplies_w / 8, host=(bath.host_w / 8 - air.host_w),
                            cooler=bath.accelerators_w / 8 - same.accelerators_w, air_c=air.die_c, bath_c=bath.die_c, speed=rows.fan_speed(air))
    return table(("role", "quantity", "simulated", "published", "error %"), ("---", "---", "--:", "--:", "--:"), lines) + tail


def text(build):
    k_per_w, inlet_c = rows.fitted(build)
    return (HEAD + HOURLY.format(k_per_w=k_per_w, inlet_c=inlet_c) + hourly(build) + FLEET.format(inlet_c=rows.FLEET_INLET_C) + fleet(build) +
            TRANSIENT.format(step_w=rows.transient("transient")[1], fast=rows.response()[0][0], fast_s=rows.response()[0][1], slow=rows.response()[0][2], slow_s=rows.response()[0][3],
                             settle_w=rows.SETTLE_W) + transient(build) + LORA.format(lowest_w=rows.lora("air", "lowest_w")) + immersion(build))

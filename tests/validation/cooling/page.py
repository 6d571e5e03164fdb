"""Section of docs/validation.md on cooling equipment: chillers, towers, dry coolers, exchangers, moist air."""

import rows

HEAD = """# Cooling equipment

Models of `sim/thermal` ([chiller](models/chiller.md), [tower](models/cooling-tower.md), [dry cooler](models/dry-cooler.md), [exchangers](models/heat-exchangers.md), [moist air](models/psychrometrics.md)) against points of their sources and
a second computation of the same equations by other means ([sources](../tests/validation/cooling/SOURCE.md)). The second kind shows that the program does what its equations say, not that the equations are right for a machine: for that only the nominal points, the
tables and the makers' points speak.
"""


def table(head, align, lines):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "|".join(align) + "|", *("| " + " | ".join(map(str, c)) + " |" for c in lines), ""])


def percent(x):
    return "0.00" if abs(x) < 5e-5 else f"{100 * x:+.2f}"


def largest(pairs):
    """As a bound: rounding differs between machines where nothing but rounding differs."""
    worst = max(abs(p.error) for p in pairs)
    return "below 0.001 %" if worst < 1e-5 else f"{100 * worst:.3f} %"


def small(worst):
    return "< 0.001" if worst < 1e-5 else f"{100 * worst:.3f}"


def pairs_table(pairs, what):
    return table((what, "half", "published", "simulated", "error %"), ("---", "---", "--:", "--:", "--:"),
                 [(p.name, p.half, f"{p.published:,.4g}" if p.published < 1000 else f"{p.published:,.0f}", f"{p.simulated:,.4g}" if p.simulated < 1000 else f"{p.simulated:,.0f}", percent(p.error)) for p in pairs])


def chillers(build):
    grids, leaving = rows.chiller_grids(build), rows.reformulated_grids(build)
    far = sorted(leaving, key=lambda g: -abs(g.nominal.error))[:3]
    lines = [(g.name, g.points, small(g.capacity), small(g.power), f"{g.nominal.published:g}", f"{g.nominal.simulated:.2f}", percent(g.nominal.error)) for g in grids]
    return ("## Chillers [modelicabuildings2026]\n\nCheck points at 6.67 degC leaving evaporator and 29.44 degC entering condenser, worked from the curves:\n\n" + pairs_table(rows.chiller_points(build), "chiller") +
            "\nEvery chiller of the catalogue with curves of the entering condenser, over the limits of its curves and its part load; and the COP that its record prints at the nominal point, "
            "which the curves themselves miss (sets that miss by more than 2 % are not in the catalogue, but for the only air-cooled one):\n\n" +
            table(("chiller", "points", "capacity, largest error %", "power", "nominal COP, printed", "simulated", "error %"), ("---",) + ("--:",) * 6, lines) +
            f"\n{len(leaving)} chillers with reformulated curves, {sum(g.points for g in leaving):,} points: the model gets the water that enters the condenser and has to find the water that leaves it; largest error of the power "
            f"{small(max(g.power for g in leaving))} %. Their nominal COP is missed by at most " + ", ".join(f"{percent(g.nominal.error)} % ({g.name})" for g in far) + ".\n")


def towers(build):
    york, grid, fans = rows.york_points(build), rows.york_grid(build), rows.tower_grid(build)
    lines = [(*p.name.split(" | "), f"{p.published:g}", f"{p.simulated:.3f}", percent(p.error)) for p in york]
    day = [(d.name, d.minutes, f"{d.mean:,.4g}", f"{100 * d.bias:+.2f}", f"{100 * d.cv:.2f}") for d in rows.merkel_day(build)]
    return ("## Towers [modelicabuildings2026]\n\nApproach by YorkCalc, kelvin:\n\n" +
            table(("wet bulb, degC", "range, K", "L/G", "published", "simulated", "error %"), ("--:",) * 6, lines) +
            f"\nOver {len(grid)} further points inside the bounds the largest error is {largest(grid)}; fan power that holds a wanted temperature, {len(fans)} points: {largest(fans)}.\n"
            "\nBy Merkel's method, the minutes with flow of a day of EnergyPlus's variable-speed Merkel tower (25 kW, held at 30 degC). Given: entering water, flow, weather, design point and fan map; nothing is fitted:\n\n" +
            table(("signal", "minutes", "mean", "NMBE %", "CV-RMSE %"), ("---",) + ("--:",) * 4, day) +
            "\nWhat is left: EnergyPlus takes properties of water and air at other temperatures, and in one minute lets free convection do, about which the data set says nothing. It never lets the fan turn slower than a fifth; "
            "in a simulated plant the fan goes on and off below that.\n")


def exchangers(build):
    grid = rows.exchanger_grid(build)
    dry = rows.dry_cooler(build)
    return ("## Dry cooler and exchangers\n\nThe maker's point gives the coil its conductance; other temperatures are judged against a march along the two streams:\n\n" + pairs_table(dry, "BAC TDFS1238N") +
            f"\nCDUs and air coil, {len(grid)} pairs of flows from a tenth to 1.1 of the rated: largest error {largest(grid)}. The rated approach of a CDU is met by construction.\n\n" +
            pairs_table(rows.cdus(build), "CDU [ocp2026cdu]") +
            "\nThe printed numbers do not agree among themselves: 31.48 kg/s of PG25 at 3.9 kJ/(kg K) carry 1,866 kW between 45 and 29.8 degC. At 2 MW the coolant returns at 46.1 degC.\n")


def plates(build):
    pairs = rows.cold_plates(build)
    lines = [(*p.name.split(), f"{p.published:.1f}", f"{p.simulated:.1f}", percent(p.error)) for p in pairs]
    return ("## Cold plates [ocp2023oai]\n\nA plate of 1 kW, from die case to the coolant at its inlet, read off two figures; [the law](models/heat-sinks.md) has three numbers for PG25, chosen for these points, and one for water, so all are **fit** rows. "
            f"Largest error {100 * max(abs(p.error) for p in pairs):.1f} %, mK/W:\n\n" +
            table(("coolant", "L/min", "published", "simulated", "error %"), ("---",) + ("--:",) * 4, lines))


def air(build):
    m = rows.moist_air(build)
    lines = [(t, f"{w.published:.4g}", percent(w.error), f"{v.published:.4g}", percent(v.error), f"{h.published:.4g}", percent(h.error)) for t, w, v, h in rows.saturated_air(build)]
    return ("## Moist air\n\nSaturated, 101,325 Pa [ashrae2017fundamentals, ch. 1, table 2]:\n\n" +
            table(("degC", "W, g/kg", "error %", "v, m3/kg", "error %", "h, kJ/kg", "error %"), ("--:",) * 7, lines) +
            f"\nAgainst CoolProp's real gas at {m.points} points from -15 to 40 degC, 10 to 90 % and two pressures: humidity ratio within {100 * m.ratio:.2f} %, wet bulb within {m.wet_bulb:.3f} K, enthalpy within {m.enthalpy / 1e3:.2f} kJ/kg, "
            f"volume within {100 * m.volume:.2f} %. What is missing is the enhancement factor of the vapour pressure, which the model leaves out.\n")


def text(build):
    return "\n".join([HEAD, chillers(build), towers(build), exchangers(build), plates(build), air(build)])

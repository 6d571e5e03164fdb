"""Section of docs/validation.md on protection and storage: trip times, overloads, batteries, fuel, the times of an outage."""

import math
import statistics

import rows

HEAD = """# Protection and storage

Breakers, UPS overload, batteries and sets of `sim/power` ([breaker](models/breaker.md), [UPS](models/ups.md), [battery](models/battery.md), [generators](models/generator.md),
[transfer](models/transfer-and-dips.md)) against standards and makers' tables ([sources, halves](../tests/validation/protection/SOURCE.md)). Standards give bands that any breaker of the kind must
keep, so a row says that the model is one of them, not that it is the breaker on your wall. No recorded trip, outage or discharge of a site is among the rows.
"""


def seconds(s):
    if math.isinf(s):
        return "for ever"
    return f"{s / 60:,.0f} min" if s >= 600 else f"{s:,.0f} s" if s >= 10 else f"{s:.3g} s"


def band(p):
    if math.isinf(p.low_s):
        return "for ever"
    if p.low_s == p.high_s:
        return seconds(p.high_s)
    return f"{seconds(p.low_s)} or more" if math.isinf(p.high_s) else f"up to {seconds(p.high_s)}" if p.low_s == 0 else f"{seconds(p.low_s)} to {seconds(p.high_s)}"


def table(head, align, lines):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "|".join(align) + "|", *("| " + " | ".join(map(str, c)) + " |" for c in lines), ""])


def trips(build):
    points = rows.points(build)
    judged = [p for p in points if p.half == "judge"]
    lines = [(p.device, p.point, p.half, band(p), seconds(p.simulated_s), "yes" if p.within else "no", f"[{p.source}]" if p.source != "usual" else "usual") for p in points]
    return (f"## Trip and overload times at the points of standards\n\n{sum(p.within for p in judged)} of {len(judged)} judged points lie within. Cold, unless a current stands before.\n\n" +
            table(("device", "point", "half", "allowed", "simulated", "within", "source"), ("---", "---", "---", "--:", "--:", "---", "---"), lines))


def trip_unit(build):
    pairs = rows.trip_unit(build)
    at = {}
    for p in pairs:
        at.setdefault(p.name, {})[p.at] = p
    lines = [(name, f"{c[1.5].published:g}", f"{c[1.5].simulated:.1f}", f"{c[7.2].published:g}", f"{c[7.2].simulated:.2f}") for name, c in at.items()]
    errors = [abs(p.error) for p in pairs]
    return ("## An electronic trip unit [schneider2012micrologic]\n\nSeconds; the time at six times the setting makes the one time constant. "
            f"Mean error of the {len(pairs)} judged times {100 * statistics.mean(errors):.1f} %, largest {100 * max(errors):.1f} %, "
            "as far as two printed digits go.\n\n" +
            table(("at 6 Ir", "at 1.5 Ir, printed", "simulated", "at 7.2 Ir, printed", "simulated"), ("--:",) * 5, lines))


def runtime(build):
    pairs = rows.runtime(build)
    judged = [abs(p.error) for p in pairs if p.half == "judge"]
    lines = [(p.name, f"{p.at:g}", p.half, f"{p.published:g}", f"{p.simulated:.1f}", f"{100 * p.error:+.1f}") for p in pairs]
    return ("## Minutes on battery [apc1998smartups]\n\nFour units with lead-acid batteries. The rate exponent is 1.25, chosen before; one time of each unit makes its capacity. "
            f"Mean error of {len(judged)} judged times {100 * statistics.mean(judged):.1f} %, largest {100 * max(judged):.1f} %: the real exponent rises with the load of the largest unit.\n\n" +
            table(("unit, VA", "load, VA", "half", "printed, min", "simulated, min", "error %"), ("--:", "--:", "---", "--:", "--:", "--:"), lines))


def fuel(build):
    pairs = [p for p in rows.fuel(build) if p.half == "judge"]
    lines = [(p.name, f"{p.at:g}", f"{p.published:g}", f"{p.simulated:.1f}", f"{100 * p.error:+.1f}") for p in pairs]
    return ("## Fuel at part load [cummins2004qsk23; eventpower2020]\n\nLitres an hour; full load is the maker's, the idle share 0.06.\n\n" +
            table(("set", "load", "printed", "simulated", "error %"), ("---", "--:", "--:", "--:", "--:"), lines))


def outage(build):
    usual, quick = rows.outage(build, 600, 3, 10, 2), rows.outage(build, 600, 0.5, 8, 0)
    single, loaded = rows.ask(build, ["start 1 8 5", "loaded 4 10 5 0.5 10"])
    on_bus = [e for e in usual if e.what == "on_bus"]

    def at(what, after=0):
        return rows.first(usual, what, after)

    back, over = at("utility back").time_s, at("retransferred").time_s
    lowest = min(e.value for e in usual if e.what in ("input_returned", "walk_in_done"))
    lines = [
        ("start asked for", at("start_asked").time_s, "3 s [cummins2008rss; asco2005s165]"),
        ("first set on the dead bus", on_bus[0].time_s, ""),
        ("three of four sets on the bus, enough for the load", on_bus[2].time_s, ""),
        ("load transferred, 100 ms without input", at("transferred").time_s, "10 to 15 s with one set, sites with several report 30 to 60 s to full load"),
        ("UPS begins to walk in", at("input_returned").time_s, "up to 3 s after the input [mitsubishi2009ups9800]"),
        ("UPS walked in", at("walk_in_done").time_s, "5 to 30 s later [mitsubishi2009ups9800]"),
        ("utility back", back, ""),
        ("load back on the utility", over, "5 min later [asco2005s165]"),
        ("UPS walked in again", at("walk_in_done", over).time_s, ""),
        ("sets stopped", at("stopped").time_s, "10 min at one maker [cummins2008rss], 1 min at another [asco2005s165] after the load has left; 5 min here"),
        ("battery full", at("battery full").time_s, ""),
    ]
    first_quick = next(e for e in quick if e.what == "on_bus").time_s
    return ("## Times of an outage of ten minutes\n\nFour sets of 2.5 MW, a UPS of 8 MW at 6 MW with 5 min of lead-acid battery, 1 MW of cooling; transfer switch, sets, UPS and battery played together by `outage.cpp`. Seconds after the loss.\n\n" +
            table(("event", "simulated", "published"), ("---", "--:", "---"), [(a, f"{b:,.1f}", c) for a, b, c in lines]) +
            f"\nThe battery falls to {100 * lowest:.0f} %. Sets called at once bear all of their rating {loaded:.1f} s later. A single set that starts in 8 s, called after 0.5 s, gives power after {0.5 + single:.1f} s, within the "
            f"10 s of Type 10 [nfpa2022std110] (first set of the site then {first_quick:.1f} s); with the usual 3 s and 10 s it is Type 60.\n")


def text(build):
    return "\n".join([HEAD, trips(build), trip_unit(build), runtime(build), fuel(build), outage(build)])

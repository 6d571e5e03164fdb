"""Points of cooling equipment with what the simulator's models answer.

What is published is computed here a second time, from the data set's own numbers and in other words than the models use.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import json
import math
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CATALOGUE = HERE.parents[2] / "scenarios" / "catalogue"
WATER = 4186.0  # J/(kg K)


def read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ask(build: Path, questions: list[str]) -> list[list[float]]:
    done = subprocess.run([build / "tests" / "cooling_predict"], input="\n".join(questions) + "\n", capture_output=True, text=True, check=True)
    return [[float(x) for x in line.split()] for line in done.stdout.splitlines()]


def question(what: str, *numbers: float) -> str:
    return " ".join([what, *(repr(float(x)) for x in numbers)])


@dataclass
class Pair:
    name: str
    published: float
    simulated: float
    half: str = "judge"

    @property
    def error(self) -> float:
        return self.simulated / self.published - 1


# ---------------------------------------------------------------------------------------------------- chillers
UNITS = {"W": 1.0, "kW": 1e3, "MW": 1e6, "degC": 1.0, "K": 1.0}


def value(entry: object) -> float:
    """A quantity of the catalogue in watts or degC."""
    text = entry["value"] if isinstance(entry, dict) else entry
    number, unit = str(text).split()
    return float(number) * UNITS[unit]


def plain(entry: object) -> object:
    return entry["value"] if isinstance(entry, dict) else entry


def catalogue(kind: str) -> dict[str, dict[str, object]]:
    entries: dict[str, dict[str, object]] = {}
    for file in sorted(CATALOGUE.glob(f"{kind}*.toml")):
        with file.open("rb") as stream:
            entries |= tomllib.load(stream).get(kind, {})

    def whole(name: str) -> dict[str, object]:
        own = entries[name]
        return (whole(str(own["extends"])) if "extends" in own else {}) | own

    return {name: whole(name) for name in entries}


@dataclass
class Machine:
    """A record of the data set."""
    name: str
    record: dict[str, str]

    def __getitem__(self, key: str) -> float:
        return float(self.record[key])

    @property
    def watts(self) -> float:
        return -self["QEva_flow_nominal"]

    def curve(self, which: str, te: float, tc: float) -> float:
        terms = (1.0, te, te * te, tc, tc * tc, te * tc)
        return math.fsum(self[f"{which}_{i + 1}"] * x for i, x in enumerate(terms))

    def available_w(self, te: float, tc: float) -> float:
        return self.watts * self.curve("capFunT", te, tc)

    def power_w(self, te: float, tc: float, ratio: float) -> float:
        part = math.fsum(self[f"EIRFunPLR_{i + 1}"] * ratio**i for i in range(3))
        return self.available_w(te, tc) / self["COP_nominal"] * self.curve("EIRFunT", te, tc) * part


def chillers() -> dict[str, tuple[dict[str, object], Machine | None]]:
    """Every chiller of the catalogue with entering-condenser curves, and the record that it was taken from."""
    records = {}
    for r in read("chillers_electric_eir.csv") + read("york_yk_2771kw.csv"):
        records.setdefault((round(-float(r["QEva_flow_nominal"]) / 1e3, 1), float(r["COP_nominal"]), float(r["capFunT_1"])), r)
    result: dict[str, tuple[dict[str, object], Machine | None]] = {}
    for name, e in catalogue("chiller").items():
        if "part_load_curve" not in e or name.startswith("generic/"):  # generic: a record's curves at another size
            continue
        key = (round(value(e["reference_capacity"]) / 1e3, 1), float(plain(e["reference_cop"])), float(e["capacity_curve"][0]))
        result[name] = (e, Machine(name, records[key]) if key in records else None)
    return result


def chiller_question(e: dict[str, object], te: float, tc: float, ratio: float) -> str:
    shares = (float(plain(e[k])) for k in ("plr_min", "plr_max", "plr_unload"))
    limits = (value(e[k]) for k in ("evaporator_min", "evaporator_max", "condenser_min", "condenser_max"))
    return question("chiller", value(e["reference_capacity"]), float(plain(e["reference_cop"])), *shares, *limits, *e["capacity_curve"], *e["eir_curve"],
                    *e["part_load_curve"], te, tc, ratio)


def chiller_points(build: Path) -> list[Pair]:
    """Check points worked by hand from the curves."""
    rows, known = read("chiller_points.csv"), chillers()
    answers = ask(build, [chiller_question(known[r["chiller"]][0], float(r["evaporator_c"]), float(r["condenser_c"]), float(r["part_load"])) for r in rows])
    pairs = []
    for r, (available, power) in zip(rows, answers, strict=True):
        load = float(r["part_load"])
        at = f"{r['chiller']}, load {load:g}, "
        for what, printed, found in (("capacity kW", r["capacity_kw"], available / 1e3), ("power kW", r["power_kw"], power / 1e3), ("COP", r["cop"], load * available / power)):
            if printed:
                pairs.append(Pair(at + what, float(printed), found))
    return pairs


def span(low: float, high: float, n: int) -> list[float]:
    return [low + (high - low) * i / (n - 1) for i in range(n)]


@dataclass
class Grid:
    name: str
    points: int
    capacity: float  # largest error
    power: float
    nominal: Pair    # COP at the record's own nominal point


def chiller_grids(build: Path) -> list[Grid]:
    """Capacity and power over the limits of the curves, and the nominal COP, of every chiller with a record."""
    grids = []
    for name, (entry, machine) in chillers().items():
        if machine is None:
            continue
        inside = 0.01  # K: the catalogue prints its limits to hundredths
        te = span(machine["TEvaLvgMin"] - 273.15 + inside, machine["TEvaLvgMax"] - 273.15 - inside, 5)
        tc = span(machine["TConEntMin"] - 273.15 + inside, machine["TConEntMax"] - 273.15 - inside, 5)
        ratios = span(max(machine["PLRMin"], machine["PLRMinUnl"]), machine["PLRMax"], 4)
        points = list(itertools.product(te, tc, ratios))
        at = (machine["TEvaLvg_nominal"] - 273.15, machine["TConEnt_nominal"] - 273.15, 1.0)
        *answers, nominal = ask(build, [chiller_question(entry, *p) for p in (*points, at)])
        capacity = max(abs(a / machine.available_w(*p[:2]) - 1) for p, (a, _) in zip(points, answers, strict=True))
        power = max(abs(b / machine.power_w(*p) - 1) for p, (_, b) in zip(points, answers, strict=True))
        # The nominal COP is at the nominal capacity, which the curves may miss.
        grids.append(Grid(name, len(points), capacity, power, Pair(name, machine["COP_nominal"], nominal[0] / nominal[1])))
    return grids


def reformulated_grids(build: Path) -> list[Grid]:
    """The same of curves of the leaving condenser water; the model is told the water that enters, and has to find the rest."""
    records = {(round(-float(r["QEva_flow_nominal"]) / 1e3, 1), float(r["COP_nominal"]), float(r["capFunT_1"])): r for r in read("chillers_reformulated_eir.csv")}
    grids = []
    for name, e in catalogue("chiller").items():
        if "part_load_surface" not in e:
            continue
        m = Machine(name, records[round(value(e["reference_capacity"]) / 1e3, 1), float(plain(e["reference_cop"])), float(e["capacity_curve"][0])])

        def power_w(te: float, t: float, x: float, m: Machine = m) -> float:
            terms = (1.0, t, t**2, x, x**2, t * x, t**3, x**3, t**2 * x, t * x**2)
            part = math.fsum(m[f"EIRFunPLR_{i + 1}"] * term for i, term in enumerate(terms))
            return m.available_w(te, t) / m["COP_nominal"] * m.curve("EIRFunT", te, t) * part

        inside = 0.01
        te = span(m["TEvaLvgMin"] - 273.15 + inside, m["TEvaLvgMax"] - 273.15 - inside, 3)
        tc = span(m["TConLvgMin"] - 273.15 + inside, m["TConLvgMax"] - 273.15 - inside, 4)
        points = [p for p in itertools.product(te, tc, span(max(m["PLRMin"], m["PLRMinUnl"]), m["PLRMax"], 4)) if m.available_w(*p[:2]) > 0 and power_w(*p) > 0]
        at = (m["TEvaLvg_nominal"] - 273.15, m["TConLvg_nominal"] - 273.15, 1.0)
        flow = value(str(e["condenser_flow"]).replace("kg/s", "W"))
        shares = (float(plain(e[k])) for k in ("plr_min", "plr_max", "plr_unload"))
        limits = (value(e[k]) for k in ("evaporator_min", "evaporator_max", "condenser_min", "condenser_max"))
        unit = (value(e["reference_capacity"]), float(plain(e["reference_cop"])), *shares, *limits, flow, *e["capacity_curve"], *e["eir_curve"], *e["part_load_surface"])
        questions = []
        for p in (*points, at):
            load = p[2] * m.available_w(*p[:2])
            questions.append(question("reformulated", *unit, p[0], p[1] - (load + power_w(*p)) / (flow * WATER), load))
        *answers, nominal = (a for (a,) in ask(build, questions))
        power = max(abs(a / power_w(*p) - 1) for p, a in zip(points, answers, strict=True))
        grids.append(Grid(name, len(points), 0.0, power, Pair(name, m["COP_nominal"], m.available_w(*at[:2]) / nominal)))
    return grids


# ---------------------------------------------------------------------------------------------------- towers
def york(wet_bulb_c: float, range_k: float, ratio: float) -> float:
    with (HERE / "towers.json").open(encoding="utf-8") as file:
        c = json.load(file)["yorkcalc"]["coefficients"]
    return math.fsum(c[9 * g + 3 * r + w] * ratio**g * range_k**r * wet_bulb_c**w for g in range(3) for r in range(3) for w in range(3))


def york_points(build: Path) -> list[Pair]:
    rows = read("york_points.csv")
    answers = ask(build, [question("york", *(float(r[k]) for k in ("wet_bulb_c", "range_k", "ratio"))) for r in rows])
    return [Pair(f"{r['wet_bulb_c']} | {r['range_k']} | {r['ratio']}", float(r["approach_k"]), a) for r, (a,) in zip(rows, answers, strict=True)]


def york_grid(build: Path) -> list[Pair]:
    """Where the correlation is inside its bounds and its approach too."""
    grid = [p for p in itertools.product(span(-30, 26, 15), span(1.5, 22, 8), (0.5, 0.75, 1, 1.25, 2, 4, 7)) if 1.1 < york(*p) < 40]
    answers = ask(build, [question("york", *p) for p in grid])
    return [Pair(str(p), york(*p), a) for p, (a,) in zip(grid, answers, strict=True)]


def tower_grid(build: Path) -> list[Pair]:
    """Fan power that holds a wanted temperature: the air flow is found here by bisection, cubed."""
    flow, wet_design, range_design, approach_design, fan = 86.0, 25.55, 5.56, 3.89, 17e3

    def bisect(f, low, high):
        for _ in range(200):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if (f(low) > 0) == (f(middle) > 0) else (low, middle)
        return 0.5 * (low + high)

    own = bisect(lambda g: york(wet_design, range_design, g) - approach_design, 0.3, 3)
    questions, published = [], []
    for wet, load, approach in itertools.product((0, 8, 16, 24), (0.3, 0.6, 0.9), (4, 8, 12)):
        heat = load * flow * WATER * range_design
        kelvins = heat / (flow * WATER)
        coldest, weakest = york(wet, kelvins, own), york(wet, kelvins, 8)
        if not coldest < approach < weakest:
            continue
        air = own / bisect(lambda g, w=wet, k=kelvins, a=approach: york(w, k, g) - a, own, 8)
        if air < 0.2:  # there the fan cycles
            continue
        questions.append(question("tower", flow, wet_design, range_design, approach_design, fan, heat, flow, wet, wet + approach))
        published.append((f"{wet} degC, load {load:g}, approach {approach} K", fan * air**3))
    return [Pair(name, w, a[1]) for (name, w), a in zip(published, ask(build, questions), strict=True)]


@dataclass
class Series:
    """What a series of the model is worth against another one [ASHRAE Guideline 14's two measures]."""
    name: str
    minutes: int
    mean: float
    bias: float  # of the mean
    cv: float    # root of the mean square error, of the mean


def series(name: str, measured: list[float], simulated: list[float]) -> Series:
    n, mean = len(measured), math.fsum(measured) / len(measured)
    errors = [b - a for a, b in zip(measured, simulated, strict=True)]
    return Series(name, n, mean, math.fsum(errors) / n / mean, math.sqrt(math.fsum(e * e for e in errors) / n) / mean)


def merkel_day(build: Path) -> list[Series]:
    """A day of EnergyPlus's Merkel tower that holds 30 degC: entering water, flow and weather are given, the rest is asked for."""
    with (HERE / "towers.json").open(encoding="utf-8") as file:
        t = json.load(file)["tower_merkel_energyplus"]
    with gzip.open(HERE / "tower_merkel_energyplus_day1.csv.gz", "rt", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if float(r["m_water_kg_s"]) > 0]
    unit = (t["water_flow_nominal_m3_s"] * 995.6, t["wet_bulb_nominal_c"], t["range_nominal_k"], t["approach_nominal_k"], t["air_flow_nominal_m3_s"], t["fan_power_nominal_w"],
            *t["fan_speed_ratio"], *t["fan_power_ratio"])
    answers = ask(build, [question("merkel", *unit, *(float(r[k]) for k in ("t_in_c", "m_water_kg_s", "t_dry_c", "t_wet_c")), 30.0) for r in rows])

    def column(key: str) -> list[float]:
        return [float(r[key]) for r in rows]

    leaving, fan = ([a[i] for a in answers] for i in (0, 1))
    wet, entering, flow = column("t_wet_c"), column("t_in_c"), column("m_water_kg_s")
    return [series("leaving water, degC", column("t_out_c"), leaving),
            series("approach, K", [a - b for a, b in zip(column("t_out_c"), wet, strict=True)], [a - b for a, b in zip(leaving, wet, strict=True)]),
            series("heat, W", column("q_w"), [m * WATER * (a - b) for m, a, b in zip(flow, entering, leaving, strict=True)]),
            series("fan, W", column("fan_w"), fan)]


# ---------------------------------------------------------------------------------------------------- dry cooler and exchangers
def counterflow_w(ua: float, hot: float, cold: float, hot_in: float, cold_in: float, cells: int = 800) -> float:
    """Heat by marching both streams along the exchanger (fourth-order Runge-Kutta); no effectiveness formula."""
    def march(cold_out: float) -> tuple[float, float]:
        th, tc, h = hot_in, cold_out, 1.0 / cells

        def slope(a: float, b: float) -> tuple[float, float]:
            q = ua * (a - b)
            return -q / hot, -q / cold

        for _ in range(cells):
            k1 = slope(th, tc)
            k2 = slope(th + h / 2 * k1[0], tc + h / 2 * k1[1])
            k3 = slope(th + h / 2 * k2[0], tc + h / 2 * k2[1])
            k4 = slope(th + h * k3[0], tc + h * k3[1])
            th += h / 6 * (k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0])
            tc += h / 6 * (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1])
        return th, tc
    # Linear in the unknown temperature at which the cold stream leaves.
    a, b = cold_in, hot_in
    end_a, end_b = march(a)[1], march(b)[1]
    cold_out = a + (cold_in - end_a) * (b - a) / (end_b - end_a)
    return hot * (hot_in - march(cold_out)[0])


def rated_ua(heat: float, approach: float, hot: float, cold: float) -> float:
    """From the log mean difference at the rating."""
    at_cold_inlet, at_hot_inlet = approach, approach + heat / hot - heat / cold
    if abs(at_cold_inlet - at_hot_inlet) < 1e-9 * approach:
        return heat / approach
    return heat * math.log(at_hot_inlet / at_cold_inlet) / (at_hot_inlet - at_cold_inlet)


EXCHANGERS = {  # name: heat W, approach K, hot W/K, cold W/K, share of the resistance on the hot side
    "Deschutes CDU": (2e6, 3.0, 31.48 * 3900, 32.3 * WATER, 0.5),
    "XDU1350 CDU": (1.368e6, 4.0, 20.6 * 3900, 20.6 * WATER, 0.5),
    "fan wall 400 kW": (4e5, 6.0, 27.6 * 1.2 * 1006, 9.6 * WATER, 0.8),
}


def exchanger_grid(build: Path) -> list[Pair]:
    questions, published = [], []
    for name, (heat, approach, hot, cold, share) in EXCHANGERS.items():
        ua = rated_ua(heat, approach, hot, cold)
        for x, y in itertools.product((0.2, 0.5, 1.0), (0.1, 0.4, 0.8, 1.1)):
            now = ua / (share * x**-0.8 + (1 - share) * y**-0.8)
            questions.append(question("exchanger", heat, approach, hot, cold, share, hot * x, cold * y, 45, 27))
            published.append((f"{name}, {x:g} and {y:g} of the flows", counterflow_w(now, hot * x, cold * y, 45, 27)))
    return [Pair(name, w, a) for (name, w), (a,) in zip(published, ask(build, questions), strict=True)]


def dry_cooler(build: Path) -> list[Pair]:
    """The maker's point, and what the same coil does at other temperatures at full fan speed."""
    with (HERE / "towers.json").open(encoding="utf-8") as file:
        d = json.load(file)["dry_cooler_bac_trillium_tdfs1238n"]
    unit = (d["q_w"], d["air_in_c"], d["coolant_in_c"], d["coolant_out_c"], d["fan_w"])
    rate = d["q_w"] / (d["coolant_in_c"] - d["coolant_out_c"])  # of both streams
    full = 1e9
    (heat, _, fan), *others = ask(build, [question("dry", *unit, w, inlet, rate, air) for w, inlet, air in ((full, d["coolant_in_c"], d["air_in_c"]), (full, 40, 35), (full, 35, 10), (full, 55, 40))])
    ua = rated_ua(d["q_w"], d["coolant_out_c"] - d["air_in_c"], rate, rate)
    pairs = [Pair("TDFS1238N, heat kW", d["q_w"] / 1e3, heat / 1e3, "fit"), Pair("TDFS1238N, fans kW", d["fan_w"] / 1e3, fan / 1e3, "fit")]
    for (inlet, air), (w, _, _) in zip(((40, 35), (35, 10), (55, 40)), others, strict=True):
        pairs.append(Pair(f"fluid {inlet}, air {air} degC, heat kW", counterflow_w(ua, rate, rate, inlet, air) / 1e3, w / 1e3))
    return pairs


def cdus(build: Path) -> list[Pair]:
    """What the two data sheets say beyond the numbers of the rating."""
    with (HERE / "liquid_loop.json").open(encoding="utf-8") as file:
        d = json.load(file)["cdus"]["google_project_deschutes"]
    cp = 3900.0  # PG25, catalogue
    heat, hot, cold = d["thermal_load_kw"] * 1e3, d["it_flow_kg_s"] * cp, d["facility_flow_kg_s"] * WATER
    q = [question("exchanger", heat, d["approach_k"], hot, cold, 0.5, hot, cold, d["rack_out_c"], d["facility_in_c"])]
    ((at_rack_out,),) = ask(build, q)
    return [Pair("Deschutes: heat at the printed 45 and 26.8 degC and both flows, kW", d["thermal_load_kw"], at_rack_out / 1e3)]


# Fixed part and part that falls with flow [K/W] to the mean coolant at 2 L/min, exponent; density x specific heat.  Two numbers of each
# were chosen by eye for all points, so these rows say that the law fits, not that it foresees.
PLATES = {"ocp_1kw_oam_pg25": ("PG25", 0.0154, 0.0012, 0.8, 1020 * 3900), "ocp_1kw_oam_water": ("water", 0.0137, 0.0, 0.0, 996 * 4180)}


def cold_plates(build: Path) -> list[Pair]:
    """Resistance from the inlet of the plate: to the mean coolant, and half the rise of the coolant."""
    with (HERE / "liquid_loop.json").open(encoding="utf-8") as file:
        plates = json.load(file)["cold_plates"]
    pairs = []
    for key, (fluid, fixed, falling, exponent, heat_j_per_m3_k) in PLATES.items():
        flows = plates[key]["flow_l_min"]
        answers = ask(build, [question("plate", fixed, falling, exponent, q / 2) for q in flows])
        for q, published, (mean,) in zip(flows, plates[key]["r_k_per_w"], answers, strict=True):
            pairs.append(Pair(f"{fluid} {q:g}", 1e3 * published, 1e3 * (mean + 0.5 / (heat_j_per_m3_k * q / 60e3)), "fit"))
    return pairs


# ---------------------------------------------------------------------------------------------------- moist air
def saturated_air(build: Path) -> list[tuple[str, Pair, Pair, Pair]]:
    rows = read("saturated_air.csv")
    answers = ask(build, [question("moist", float(r["celsius"]), 1.0, 101325.0) for r in rows])
    return [(r["celsius"], Pair("W", 1e3 * float(r["humidity_ratio"]), 1e3 * w), Pair("v", float(r["volume_m3_per_kg"]), v), Pair("h", float(r["enthalpy_kj_per_kg"]), h / 1e3))
            for r, (w, _, h, v) in zip(rows, answers, strict=True)]


@dataclass
class MoistAir:
    points: int
    ratio: float      # largest relative error
    wet_bulb: float   # K
    enthalpy: float   # J/kg
    volume: float     # relative


def moist_air(build: Path) -> MoistAir:
    rows = read("moist_air.csv")
    answers = ask(build, [question("moist", float(r["dry_bulb_c"]), float(r["relative_humidity"]), float(r["pressure_pa"])) for r in rows])
    pairs = list(zip(rows, answers, strict=True))
    return MoistAir(len(rows), max(abs(a[0] / float(r["humidity_ratio"]) - 1) for r, a in pairs), max(abs(a[1] - float(r["wet_bulb_c"])) for r, a in pairs),
                    max(abs(a[2] - float(r["enthalpy_j_per_kg"])) for r, a in pairs), max(abs(a[3] / float(r["volume_m3_per_kg"]) - 1) for r, a in pairs))

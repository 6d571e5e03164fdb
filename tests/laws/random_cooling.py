"""What the language says of cooling, put at random into a scenario of one plant and one hall.

The text is a function of text and seed alone.  Stores, resets, reuse, doors, economisers, controllers and trips meet in ways that
nobody would choose, short of capacity or far too large.
"""

from __future__ import annotations

import random
import re


def options_of_plant(r: random.Random, supply: float, flow: float, heat: float) -> tuple[list[str], list[str]]:
    """Keys and tables of the plant."""
    keys, tables, coldest = [], [], supply
    if r.random() < 0.4:
        pumps = r.randint(1, 4)
        keys += [f"pumps = {pumps}", f"pumps_needed = {r.randint(1, pumps)}"]
    if r.random() < 0.3:
        keys += [f'pipe_volume = "{r.uniform(0, 4.9):.2f} m3"']
    if r.random() < 0.4:
        by = r.choice(["dry_bulb", "wet_bulb", "demand"])
        low, high = sorted(r.sample(range(-20, 35), 2))
        coldest = at_high = supply - r.randint(0, 3)
        tables += ["[plant.reset]", f'by = "{by}"', f'supply_at_low = "{at_high + r.uniform(0.1, 6):.2f} degC"']
        tables += [f'supply_at_high = "{at_high} degC"']
        tables += [] if by == "demand" else [f'low = "{low} degC"', f'high = "{high} degC"']
    if r.random() < 0.5:
        down = r.uniform(0.3, 0.8)
        tables += ["[plant.staging]", f'minimum_on = "{r.randint(0, 40)} min"', f'minimum_off = "{r.randint(0, 40)} min"']
        tables += [f'delay = "{r.randint(0, 15)} min"', f"up = {r.uniform(down + 0.05, 1):.2f}", f"down = {down:.2f}"]
        tables += [f'changeover = "{r.uniform(0.1, 4):.2f} K"']
    if r.random() < 0.5:
        use = r.choice(["buffer", "reserve", "shift"])
        tables += ["[plant.tank]", f'use = "{use}"', f'volume = "{r.uniform(2, 300):.1f} m3"', f"layers = {r.randint(2, 20)}"]
        tables += [f'heat_loss = "{r.randint(0, 500)} W/K"']
        if use != "buffer" and r.random() < 0.5:
            tables += [f'flow = "{r.uniform(0.1, 1) * flow:.2f} kg/s"']
        if use == "shift":
            hours = r.sample(range(24), 12)
            tables += [f"charge_hours = {sorted(hours[:6])}", f"discharge_hours = {sorted(hours[6:])}"]
            if r.random() < 0.5:
                tables += [f'charge_temperature = "{coldest - r.uniform(0, 5):.2f} degC"']
    if r.random() < 0.5:
        tables += ["[plant.reuse]", f'demand = "{r.uniform(0.01, 1.5) * heat / 1e3:.1f} kW"', f'temperature = "{r.randint(20, 80)} degC"']
        tables += [f'demand_slope = "{r.uniform(0, 0.05) * heat / 1e3:.2f} kW/K"', f'pump_power = "{r.uniform(0, 3):.1f} kW"']
        tables += [f"heat_pump = {r.choice(['true', 'false'])}", f'approach = "{r.uniform(0.5, 8):.1f} K"']
    return keys, tables


def options_of_hall(r: random.Random, liquid: bool) -> list[str]:
    tables = []
    if r.random() < 0.5:
        kind = r.choice(["outside_air", "indirect"])
        tables += ["[hall.air.economizer]", f'kind = "{kind}"', f'fan_power = "{r.randint(0, 20)} kW"']
        tables += [f"adiabatic_effectiveness = {r.choice([0, r.uniform(0.3, 0.95)]):.2f}"]
        if kind == "indirect":
            tables += [f"effectiveness = {r.uniform(0.3, 0.95):.2f}"]
        elif r.random() < 0.5:
            tables += ['dew_point_minimum = "-9 degC"', 'dew_point_maximum = "15 degC"']
    if r.random() < 0.5:
        air, water, approach = r.uniform(0.5, 3), r.uniform(0.3, 2), r.randint(2, 10)
        # An endless coil takes the least of what warms the water to the air, and of what air and water could.
        most = water * 4180 * approach / max(0.2, 1 - water * 4180 / (air * 1207))
        tables += ["[hall.rear_door]", 'plant = "water"', f'rated_heat = "{r.uniform(0.1, 0.9) * min(most, 45e3) / 1e3:.2f} kW"']
        tables += [f'rated_approach = "{approach} K"', f'airflow = "{air:.2f} m3/s"', f'water_flow = "{water:.2f} kg/s"']
    return tables


def trips(r: random.Random, text: str, liquid: bool) -> list[str]:
    """Machines that trip and set points that move in the first three hours."""
    kinds = ["pump_trip", "crah_trip", "set_point"] + (["cdu_trip"] if liquid else [])
    kinds += [f"{k}_trip" for k in ("chiller", "tower", "dry_cooler") if re.search(rf"^{k}s = ", text, re.M)]
    out = []
    for _ in range(r.randint(0, 4)):
        what = r.choice(kinds)
        out += ["[[event]]", f'what = "{what}"', f'start = "{r.choice([0, r.randint(1, 7200), r.uniform(0, 9000)])} s"']
        if what == "set_point":
            side, low, high = r.choice([("plant", 10, 30), ("air", 18, 32)] + ([("liquid", 25, 45)] if liquid else []))
            out += [f'side = "{side}"', f'temperature = "{r.randint(low, high)} degC"']
            out += ['plant = "water"' if side == "plant" else 'hall = "a"']
        else:
            out += ['hall = "a"' if what in ("crah_trip", "cdu_trip") else 'plant = "water"']
        if r.random() < 0.8:
            out += [f'duration = "{r.choice([1, 30, 600, 3000])} s"']
    return out


def with_cooling(text: str, seed: int) -> str:
    """The scenario with options of cooling; its plant is called water and its hall a."""
    r = random.Random(f"cooling {seed}")
    plant = text[text.index("[[plant]]") : text.index("[[hall]]")]
    supply = float(re.search(r'supply_temperature = "([-\d.]+) degC"', plant)[1])
    flow = float(re.search(r'flow = "([\d.]+) kg/s"', plant)[1])
    liquid = "[hall.liquid]" in text
    keys, tables = options_of_plant(r, supply, flow, flow * 4186 * 6 / 1.4)
    if "[plant.reset]" in tables:  # events may not move what a reset moves
        kept = [t for t in trips(r, text, liquid)]
        moved = "\n".join(kept).split("[[event]]")
        events = ["[[event]]" + e for e in moved if e and 'side = "plant"' not in e]
    else:
        events = trips(r, text, liquid)
    text = text.replace('id = "water"\n', 'id = "water"\n' + "".join(k + "\n" for k in keys), 1)
    text = text.replace("[[hall]]", "\n".join([*tables, "[[hall]]"]), 1)
    text = text.replace("[[racks]]", "\n".join([*options_of_hall(r, liquid), "[[racks]]"]), 1)
    if liquid and r.random() < 0.4:
        text = text.replace("[hall.liquid]\n", f'[hall.liquid]\nflow_control = "by_heat"\nminimum_flow = {r.uniform(0.1, 0.9):.2f}\n', 1)
    if r.random() < 0.3:
        text = text.replace("[hall.air]\n", f'[hall.air]\ninlet_spread = "{r.uniform(0, 6):.1f} K"\n', 1)
    cooling = ["[cooling]", f'control = "{r.choice(["ideal", "pi"])}"']
    return "\n".join([text.rstrip(), *events, *cooling]) + "\n"

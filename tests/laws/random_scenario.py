"""Random valid scenarios: small sites of every shape the language allows, for the laws to be tried on.

The text is a function of the seed alone.  Hardware comes from the catalogue; ratings are generous on purpose for some sites and
short of cooling on others, so that slowdown happens too.
"""

from __future__ import annotations

import random

NODES = {"nvidia/gb200-nvl72": 18}  # of a rack; the others have four

# rack type, kind of cooling, accelerators a rack, rough heat of a rack (W)
RACKS = [
    ("air/4x-dgx-h200", "air", 32, 40e3),
    ("air/4x-dgx-b200", "air", 32, 56e3),
    ("nvidia/gb200-nvl72", "liquid", 72, 132e3),
    ("air/4x-mi300x", "air", 32, 40e3),
]


def random_scenario(seed: int) -> str:
    r = random.Random(seed)
    groups = [(*r.choice(RACKS), r.randint(1, 3)) for _ in range(r.randint(1, 3))]
    air = sum(heat * n for _, kind, _, heat, n in groups if kind == "air") + 20e3
    air += sum(0.2 * heat * n for _, kind, _, heat, n in groups if kind == "liquid")
    liquid = sum(heat * n for _, kind, _, heat, n in groups if kind == "liquid")
    heat = air + liquid
    margin = r.choice([0.4, 0.7, 1.2, 2.0])
    start_month, start_hour = r.randint(1, 12), r.randint(0, 23)

    out = [
        "[simulation]",
        f'name = "random site {seed}"',
        f"start = 2024-{start_month:02d}-{r.randint(1, 28):02d}T{start_hour:02d}:00:00+09:00",
        f'duration = "{r.randint(1, 10)} h"',
        f"seed = {r.randint(0, 2**31)}",
        f'thermal_step = "{r.choice([15, 30, 60, 120])} s"',
        "[record]",
        f'period = "{r.choice([30, 60, 300, 421])} s"',
        "[site]",
        'name = "anywhere"',
        'time_zone = "+09:00"',
        f'elevation = "{r.randint(0, 1500)} m"',
        f'grid_capacity = "{heat * 3 / 1e6:.3f} MW"',
        f'base_load = "{r.randint(0, 50)} kW"',
    ]
    if r.random() < 0.5:
        out += ['tariff = "kepco/2026/b-ii"']
    out += ["[site.weather]", f'dry_bulb = "{r.randint(-15, 38)} degC"', f"relative_humidity = {r.uniform(0.2, 0.95):.2f}"]
    out += ["[site.carbon]", 'factor = "0.4173 kg/kWh"']

    feed = "utility"
    for bank, unit, rating in [("hv", "generic/hv-transformer-40mva", 40e6), ("lv", "generic/lv-transformer-200kva", 200e3)]:
        if r.random() < 0.6:
            units = int(heat * 2 / rating) + 1 + r.randint(0, 2)
            out += ["[[power]]", f'id = "{bank}"', f'unit = "{unit}"', f"units = {units}", f'fed_by = ["{feed}"]', 'feed = "bus"']
            feed = bank
    it_feed = feed
    if r.random() < 0.7:
        units = int(heat * 1.6 / 200e3) + 1
        out += ["[[power]]", 'id = "ups"', 'unit = "generic/ups-200kw"', f"units = {units}", f'fed_by = ["{feed}"]']
        out += [f'feed = "{r.choice(["bus", "single"])}"']
        it_feed = "ups"

    out += ["[[plant]]", 'id = "water"', f'supply_temperature = "{r.randint(14, 26)} degC"', f'volume = "{r.randint(5, 60)} m3"']
    out += [f'flow = "{heat * 1.4 / 4186 / 6:.1f} kg/s"', f'pump_power = "{heat * 0.012 / 1e3:.1f} kW"', f'fed_by = "{feed}"']
    if r.random() < 0.5:
        out += ['chiller = "carrier/19xr-1407kw-vsd"', f"chillers = {int(heat * margin / 1.4e6) + 1}"]
        out += ['tower = "generic/open-2mw"', f"towers = {int(heat * margin * 1.3 / 2e6) + 1}"]
        out += [f"economizer = {r.choice(['true', 'false'])}", f'condenser_pump_power = "{heat * 0.01 / 1e3:.1f} kW"']
    else:
        out += ['dry_cooler = "generic/200kw"', f"dry_coolers = {max(1, int(heat * margin / 200e3))}", "economizer = true"]
        if r.random() < 0.7:
            out += ['chiller = "carrier/19xr-1407kw-vsd"', f"chillers = {int(heat * margin / 1.4e6) + 1}"]

    out += ["[[hall]]", 'id = "a"', "[hall.air]", 'plant = "water"', 'crah = "generic/perimeter-120kw"']
    out += [f"crahs = {max(1, int(air * margin / 120e3))}", f'supply_temperature = "{r.randint(20, 27)} degC"']
    out += [f"recirculation = {r.uniform(0, 0.2):.2f}", f'volume = "{r.randint(200, 3000)} m3"', f'fed_by = "{feed}"']
    if liquid:
        out += ["[hall.liquid]", 'plant = "water"', 'cdu = "generic/in-rack-140kw"', f"cdus = {max(1, int(liquid * margin / 140e3))}"]
        out += [f'supply_temperature = "{r.randint(27, 40)} degC"', f'fed_by = "{feed}"']

    pools: dict[str, int] = {}
    for i, (rack, _, accelerators, _, count) in enumerate(groups):
        out += ["[[racks]]", f'rack = "{rack}"', f"count = {count}", 'hall = "a"', f'pool = "p{i}"', f'fed_by = ["{it_feed}"]']
        pools[f"p{i}"] = accelerators * count
        if r.random() < 0.2:
            out += [f'power_limit = "{r.randint(350, 700)} W"']

    for i, (pool, size) in enumerate(pools.items()):
        activity = f"{{ sm = {r.uniform(0.3, 1):.2f}, compute = {r.uniform(0, 1):.2f}, memory = {r.uniform(0, 1):.2f}, host = {r.random():.2f} }}"
        kind = r.choice(["mix", "steady", "service"])
        if kind == "mix":
            out += ["[[mix]]", f'name = "m{i}"', f'pool = "{pool}"', f'mean_interarrival = "{r.randint(60, 1200)} s"']
            out += [f'duration_median = "{r.randint(2, 90)} min"', f"accelerators_median = {r.choice([1, 4, 8, 16])}"]
            out += [f"accelerators_max = {size}", f"activity = {activity}", f"activity_spread = {r.uniform(0, 0.3):.2f}"]
        elif kind == "steady":
            out += ["[[steady]]", f'name = "s{i}"', f'pool = "{pool}"', f"accelerators = {r.randint(1, size)}"]
            out += [f'start = "{r.randint(0, 3600)} s"', f'duration = "{r.randint(10, 300)} min"', f"activity = {activity}"]
        else:
            out += ["[[service]]", f'name = "v{i}"', f'pool = "{pool}"', f"accelerators = {r.randint(1, size)}"]
            out += [f"peak = {activity}", f"valley = {r.uniform(0.1, 1):.2f}", f"peak_hour = {r.randint(0, 23)}"]
    if r.random() < 0.4:
        out += random_fabric(r, groups, it_feed)
    if r.random() < 0.4:
        out += random_storage(r, heat, ["utility", feed, it_feed])
    if r.random() < 0.4:
        out += random_capping(r, heat, ["utility", feed, it_feed])
    if r.random() < 0.3:
        out += ["[[heat_load]]", 'name = "declared"', 'hall = "a"', f'power = "{r.uniform(0, 0.3) * heat / 1e3:.2f} kW"', f'fed_by = "{it_feed}"']
        out += [f"liquid_fraction = {r.random() if liquid else 0:.2f}"]
    return "\n".join(out) + "\n"


def random_storage(r: random.Random, heat: float, banks: list[str]) -> list[str]:
    """One or two storages with too much or too little to do."""
    out = []
    for i in range(r.randint(1, 2)):
        unit = r.choice(["generic/bess-2500kw-2h", "generic/bess-2500kw-15min", "generic/supercapacitor-1mw"])
        out += ["[[storage]]", f'name = "store{i}"', f'unit = "{unit}"', f'at = "{r.choice(banks)}"']
        out += [f"initial_charge = {r.random():.2f}", f"reserve = {r.uniform(0, 0.3):.2f}"]
        if r.random() < 0.7:
            out += [f'ramp = {{ limit = "{r.uniform(1, 100):.1f} kW/min", target = {r.uniform(0.3, 0.9):.2f}, recovery = "{r.randint(1, 60)} min" }}']
        if r.random() < 0.5:
            out += [f'peak_shaving = {{ limit = "{r.uniform(0.1, 1) * heat / 1e3:.0f} kW", over = "{r.choice([0, 15])} min" }}']
    return out


def random_capping(r: random.Random, heat: float, banks: list[str]) -> list[str]:
    """Controllers of one or two levels and a budget, often with too little for all."""
    out = []
    for i, bank in enumerate(r.sample(sorted(set(banks)), r.randint(1, len(set(banks))))):
        out += ["[[capping]]", f'name = "cap{i}"', f'bank = "{bank}"', f'limit = "{r.uniform(0.2, 1) * heat / 1e3:.1f} kW"']
        out += [f"release = {r.uniform(0.8, 1):.2f}", f'method = "{r.choice(["in_band", "feed", "out_of_band", "power_brake"])}"']
        out += [f"after_loss = {r.choice(['true', 'false'])}"]
        if r.random() < 0.3:
            out += [f'floor = "{r.randint(100, 400)} W"']
    if r.random() < 0.5:
        out += ["[[budget]]", 'name = "request"', f'start = "{r.randint(0, 60)} min"', f'duration = "{r.randint(0, 60)} min"']
        out += [f'power = "{r.uniform(0.3, 1) * heat / 1e3:.1f} kW"', f'notice = "{r.choice([0, 10, 600])} s"']
    return out


def random_fabric(r: random.Random, groups: list[tuple], feed: str) -> list[str]:
    """A network of one pool, or a tree of all of them; part of it broken at times."""
    kind = r.choice(["rail_fat_tree", "fat_tree", "dragonfly", "torus"])
    joined = list(range(len(groups))) if kind.endswith("tree") and r.random() < 0.5 else [r.randrange(len(groups))]
    nodes = sum(NODES.get(groups[i][0], 4) * groups[i][4] for i in joined)
    out = ["[[fabric]]", 'id = "net"', "pools = [" + ", ".join(f'"p{i}"' for i in joined) + "]", f'kind = "{kind}"']
    out += ['network_switch = "nvidia/qm9700"', 'hall = "a"', f'fed_by = "{feed}"']
    if kind.endswith("tree"):
        unit = r.choice([20, 32] if kind == "rail_fat_tree" else [3, 4])
        routing = r.choice(["ecmp", "static", "adaptive"])
        out += [f"oversubscription = {r.choice([1, 2])}", f"unit_nodes = {unit}", f'routing = "{routing}"']
        if nodes > unit and routing != "static" and r.random() < 0.5:
            out += ['failed = ["spine/1", "leaf/2"]' if kind == "rail_fat_tree" else 'failed = ["spine/1"]']
    elif kind == "dragonfly":
        out += ["groups = 5", "routers_per_group = 4", "global_links = 4", f'routing = "{r.choice(["ecmp", "valiant"])}"']
    else:
        out += [f"dimensions = [{nodes // 2}, 2]"]
        if nodes > 4 and r.random() < 0.5:
            out += ['failed = ["router/1-router/2"]']
    return out

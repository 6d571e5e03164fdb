"""What capping cannot hold is cut off, in the declared order; where it can hold, no breaker opens."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.laws.test_power_capping import KEEP, TWO_POOLS, dates, run

RANDOM = 60

TWO_JOBS = (
    TWO_POOLS.replace("accelerators = 64\nstart", "accelerators = 32\nduration = \"20 min\"\nstart")
    + """
[[steady]]
name = "other"
pool = "second"
accelerators = 32
start = "10 min"
duration = "20 min"
activity = { sm = 0.9, compute = 0.5, memory = 0.5 }
"""
)


def subjects(result: dict, kind: str) -> list[str]:
    return [who for _, what, who, _ in result["events"] if what == kind]


def test_racks_go_with_the_command_and_come_back_when_their_floors_fit(tmp_path: Path) -> None:
    """Three racks of 37 kW, 31 at the floor, under 82 kW: one goes a look and a delay after the load; it comes back a minute after
    the others have done its work and their own."""
    text = TWO_JOBS + KEEP + 'limit = "82 kW"\nfloor = "600 W"\n[shedding]\n'
    held = run(tmp_path, text, "--set", 'record.period="10 s"')
    assert subjects(held, "load_shed") == ["second/r001"]
    assert dates(held, "load_shed") == [pytest.approx(601.1)]
    cause = next(cause for _, kind, _, cause in held["events"] if kind == "load_shed")
    assert "keep: ups would be at 9" in cause and "limit 82.0 kW; priority 0" in cause
    done = 600 + 1200 / held["jobs"]["yields"]
    back = dates(held, "load_restored")
    assert len(back) == 1 and 60 < back[0] - done < 1300  # whichever of the two ended first made room for the other
    after = held["time"] > 620
    assert (held["rack_power"][after].sum(axis=1) < 82e3).all()


def test_a_job_over_two_racks_does_not_come_back_with_one_only_to_be_cut_again(tmp_path: Path) -> None:
    text = TWO_POOLS + KEEP + 'limit = "82 kW"\nfloor = "600 W"\n[shedding]\nrestore_delay = "30 s"\n'
    held = run(tmp_path, text)
    assert subjects(held, "load_shed") == ["second/r001"]
    assert not dates(held, "load_restored")


def test_nobody_goes_while_floors_fit(tmp_path: Path) -> None:
    text = TWO_JOBS + KEEP + 'limit = "106 kW"\n[shedding]\n'
    held = run(tmp_path, text)
    assert dates(held, "power_cap_begin") and not dates(held, "load_shed")


def random_site(seed: int, capped: bool = True) -> tuple[str, dict[str, str], dict[str, int]]:
    """Racks on two busways with breakers, under a bank of UPS and the utility; each level may be guarded, the busways always are.

    Also the busway and the priority of each rack."""
    r = random.Random(seed)
    groups = r.randint(2, 4)
    counts = [r.randint(1, 3) for _ in range(groups)]
    busway = ["a" if g == 0 else "b" if g == 1 else r.choice("ab") for g in range(groups)]
    priority = [r.randint(0, 3) for _ in range(groups)]
    behind = {side: 42.0 * sum(c for c, b in zip(counts, busway) if b == side) for side in "ab"}  # kW, at full load
    total = sum(behind.values())
    out = ["[simulation]", f'name = "steps {seed}"', "start = 2024-07-01T00:00:00Z", 'duration = "5 h"', f"seed = {seed}"]
    out += ["[record]", f'period = "{r.choice([1, 10, 60])} s"', "[site]", 'name = "anywhere"', 'grid_capacity = "2 MW"']
    out += ["[site.weather]", 'dry_bulb = "15 degC"', "relative_humidity = 0.5"]
    out += ["[[power]]", 'id = "lv"', 'unit = "generic/lv-transformer-3mva"', 'fed_by = ["utility"]']
    out += ["[[power]]", 'id = "ups"', 'unit = "generic/ups-200kw"', f"units = {int(total / 200) + 2}", 'fed_by = ["lv"]']
    floor = f'floor = "{r.randint(300, 650)} W"' if r.random() < 0.7 else ""  # of 700 W
    for side in "ab":
        rating = behind[side] * r.uniform(0.45, 1.0)  # of a breaker
        out += ["[[power]]", f'id = "busway-{side}"', 'unit = "generic/busway-415v-1600a"', 'fed_by = ["ups"]']
        out += ['breaker = "generic/electronic-1600a"', f'breaker_rating = "{rating:.1f} kW"']
        if capped:
            out += ["[[capping]]", f'name = "{side}"', f'bank = "busway-{side}"', f'method = "{r.choice(["in_band", "in_band", "feed"])}"', floor]
    if capped and r.random() < 0.5:
        out += ["[[capping]]", 'name = "site"', 'bank = "utility"', f'limit = "{total * r.uniform(0.7, 1.1):.1f} kW"']
        out += ['method = "feed"', 'period = "9 s"']
    if capped and r.random() < 0.5:
        units = int(total / 200) + 2
        out += ["[[capping]]", 'name = "ups"', 'bank = "ups"', f'limit = "{total / units * r.uniform(0.5, 1.1):.1f} kW"']
    out += ["[shedding]", f'restore_delay = "{r.choice([10, 60, 300])} s"', "margin = 0.04"]
    out += ["[[plant]]", 'id = "water"', 'supply_temperature = "18 degC"', 'volume = "8 m3"', 'flow = "30 kg/s"']
    out += ['pump_power = "5 kW"', 'fed_by = "lv"', 'chiller = "carrier/19xr-1407kw-vsd"', "chillers = 1"]
    out += ['tower = "generic/open-2mw"', "towers = 1", 'condenser_pump_power = "5 kW"']
    out += ["[[hall]]", 'id = "a"', "[hall.air]", 'plant = "water"', 'crah = "generic/perimeter-120kw"', "crahs = 8"]
    out += ['supply_temperature = "22 degC"', 'volume = "500 m3"', 'fed_by = "lv"']
    for g in range(groups):
        out += ["[[racks]]", 'rack = "air/4x-dgx-h200"', f"count = {counts[g]}", 'hall = "a"', f'pool = "p{g}"']
        out += [f'fed_by = ["busway-{busway[g]}"]', f"priority = {priority[g]}", f'boot_time = "{r.randint(10, 200)} s"']
        out += ["[[mix]]", f'name = "m{g}"', f'pool = "p{g}"', f'mean_interarrival = "{r.randint(30, 150)} s"']
        out += ['duration_median = "10 min"', "accelerators_median = 12", f"accelerators_max = {32 * counts[g]}"]
        out += [f"activity = {{ sm = 0.95, compute = {r.uniform(0.3, 0.9):.2f}, memory = {r.uniform(0.3, 0.9):.2f}, host = 0.5 }}"]
    if r.random() < 0.7:
        out += ["[[steady]]", 'name = "all at once"', 'pool = "p0"', f"accelerators = {32 * counts[0]}", 'start = "2 h"']
        out += ['duration = "1 h"', "activity = { sm = 0.95, compute = 0.9, memory = 0.7, host = 0.5 }"]
    names = {f"p{g}/r{k + 1:03}": g for g in range(groups) for k in range(counts[g])}
    return "\n".join(out) + "\n", {n: busway[g] for n, g in names.items()}, {n: priority[g] for n, g in names.items()}


def run_random(folder: Path, text: str) -> dict:
    base = folder / "base.toml"
    base.write_text(text)
    return run(folder, "", base=base)


@pytest.mark.parametrize("seed", range(RANDOM))
def test_random_load_steps_open_no_breaker_and_racks_go_in_the_declared_order(seed: int, tmp_path: Path) -> None:
    text, busway, priority = random_site(seed)
    held = run_random(tmp_path, text)
    assert not dates(held, "breaker_trip")
    assert not dates(held, "ups_off")
    out: list[str] = []
    for at, kind, who, cause in held["events"]:
        if kind == "load_shed":
            unit, said = re.search(r": (\S+) would be at .* priority (-?\d+)", cause).groups()
            assert int(said) == priority[who]
            behind = [n for n in busway if not unit.startswith("busway") or unit.startswith(f"busway-{busway[who]}")]
            left = [n for n in behind if n not in out and n != who and busway[n] == busway[who]]
            assert all(priority[n] >= priority[who] for n in left), (at, who, cause)
            out.append(who)
        elif kind == "load_restored":
            later = out[out.index(who) + 1 :]
            assert all(busway[n] != busway[who] for n in later), (at, who, later)
            out.remove(who)


def test_the_law_is_not_empty(tmp_path: Path) -> None:
    """Of the first ten sites some cap, some cut and bring back, and breakers open where nobody caps."""
    kinds: dict[str, int] = {}
    for seed in range(10):
        for _, kind, _, _ in run_random(tmp_path, random_site(seed)[0])["events"]:
            kinds[kind] = kinds.get(kind, 0) + 1
    assert min(kinds.get(k, 0) for k in ("power_cap_begin", "load_shed", "load_restored")) > 5, kinds
    free = [dates(run_random(tmp_path, random_site(seed, capped=False)[0]), "breaker_trip") for seed in range(10)]
    assert sum(bool(f) for f in free) >= 3

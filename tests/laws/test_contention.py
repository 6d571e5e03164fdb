"""Jobs on a declared fabric: alone they run as without one, together they slow each other where their links meet, and every
law of a run holds all the same."""

from __future__ import annotations

import math
from pathlib import Path

import h5py
import pytest

from tests.support.program import EXAMPLES, run_scenario

FABRIC = """
[[fabric]]
id = "compute"
pools = ["h200"]
kind = "rail_fat_tree"
network_switch = "nvidia/qm9700"
unit_nodes = 16
oversubscription = {oversubscription}
routing = "adaptive"
hall = "hall"
fed_by = "ups"
"""

# Large gradients on few GPUs: much of the step is exchange, and each job straddles units of 16 nodes.
JOB = """
[[training]]
name = "{name}"
pool = "h200"
model = "llama-3.1-8b"
accelerators = {accelerators}
start = "{start}"
batch_sequences = {batch}
sequence = 2048
micro_batch = 1
precision = "bf16"
network_bandwidth = "400 Gbit/s"
"""


def scenario(folder: Path, *tables: str, oversubscription: float = 4) -> Path:
    """The hall of one_hall without its demand: 80 nodes of eight H200."""
    text = (EXAMPLES / "one_hall.toml").read_text()
    text = text[: text.index("[[training]]")].replace('"../data/', f'"{EXAMPLES.parent}/data/')
    file = folder / "contention.toml"
    file.write_text(text + FABRIC.format(oversubscription=oversubscription) + "".join(tables))
    return file


def job(name: str, nodes: int, start: str = "0 s") -> str:
    return JOB.format(name=name, accelerators=8 * nodes, batch=8 * nodes, start=start)


def run(folder: Path, file: Path, *more: str) -> tuple[dict, dict[str, dict[str, float]], list[tuple[str, str]]]:
    result = run_scenario(file, folder / "run.h5", "--until", "2 h", *more)
    assert abs(result["ledger_residual"]) < 1e-9
    assert abs(result["heat_residual"]) < 1e-6
    with h5py.File(folder / "run.h5") as h5:
        jobs = h5["jobs"]
        names = [n.decode() for n in jobs["name"][:]]
        table = {n: {c: float(jobs[c][i]) for c in ("mean_network_share", "mean_speed", "energy")} for i, n in enumerate(names)}
        events = h5["events"]
        kinds = list(zip((k.decode() for k in events["kind"][:]), (s.decode() for s in events["subject"][:])))
    return result, table, kinds


def test_a_fabric_that_blocks_nothing_slows_nobody(tmp_path: Path) -> None:
    _, jobs, events = run(tmp_path, scenario(tmp_path, job("a", 24), job("b", 24), oversubscription=1))
    for name in "ab":
        assert jobs[name]["mean_network_share"] == pytest.approx(1, abs=2e-3)
    assert not [e for e in events if e[0].startswith("fabric_contention")]


def test_jobs_slow_each_other_where_their_links_meet(tmp_path: Path) -> None:
    # Units of 16 nodes with one cable up a rail: the ring of each job wants all of it, and the second unit has nodes of both.
    _, alone, _ = run(tmp_path, scenario(tmp_path, job("a", 24), oversubscription=16))
    _, both, events = run(tmp_path, scenario(tmp_path, job("a", 24), job("b", 24), oversubscription=16))
    assert both["a"]["mean_network_share"] < 0.97 * alone["a"]["mean_network_share"]
    assert both["a"]["mean_speed"] < 0.98 * alone["a"]["mean_speed"]
    assert ("fabric_contention_begin", "a") in events


def test_a_job_within_one_unit_is_left_alone(tmp_path: Path) -> None:
    _, jobs, _ = run(tmp_path, scenario(tmp_path, job("a", 16), job("b", 24)))
    assert jobs["a"]["mean_network_share"] == pytest.approx(1, abs=1e-6)


def test_the_share_comes_back_when_the_other_has_ended(tmp_path: Path) -> None:
    load = """
[[steady]]
name = "stream"
pool = "h200"
accelerators = 192
start = "30 min"
duration = "30 min"
activity = { sm = 0.5, compute = 0.2, memory = 0.3, host = 0.3, network = "45 GB/s" }
"""
    _, jobs, events = run(tmp_path, scenario(tmp_path, job("a", 24), load))
    assert ("fabric_contention_begin", "a") in events
    _, alone, _ = run(tmp_path, scenario(tmp_path, job("a", 24)))
    assert jobs["a"]["mean_network_share"] < alone["a"]["mean_network_share"]
    # A quarter of the time with the stream, the rest as alone.
    lost = alone["a"]["mean_speed"] - jobs["a"]["mean_speed"]
    assert 0 < lost < 0.25 * alone["a"]["mean_speed"]


def test_a_checkpoint_waits_for_the_ports_of_the_storage_servers(tmp_path: Path) -> None:
    write = 'checkpoint_interval = "5 min"\nstorage_bandwidth = "200 GB/s"\n'
    speed = {}
    for servers, ports in ((16, 8), (1, 1)):  # 6.4 TB/s and 50 GB/s
        file = scenario(tmp_path, job("a", 24) + write, oversubscription=1)
        storage = f'routing = "adaptive"\nstorage_nodes = {servers}\nstorage_ports = {ports}'
        file.write_text(file.read_text().replace('routing = "adaptive"', storage))
        _, jobs, _ = run(tmp_path, file)
        speed[servers] = jobs["a"]["mean_speed"]
    # 105 GB every 5 minutes: half a second of each becomes two.
    assert 0.99 * speed[16] < speed[1] < 0.997 * speed[16]


def test_contention_repeats_bit_for_bit(tmp_path: Path) -> None:
    file = scenario(tmp_path, job("a", 24), job("b", 24, "20 min"))
    first = run_scenario(file, tmp_path / "one.h5", "--until", "1 h")
    second = run_scenario(file, tmp_path / "two.h5", "--until", "1 h")
    assert first["content_hash"] == second["content_hash"]


def test_links_of_the_fabric_are_recorded_where_they_are_few(tmp_path: Path) -> None:
    for name, most in (("all", 1000), ("none", 20)):
        run_scenario(EXAMPLES / "training_fabric.toml", tmp_path / f"{name}.h5", "--set", f"record.most_links={most}")
    with h5py.File(tmp_path / "all.h5") as h5, h5py.File(tmp_path / "none.h5") as without:
        assert "links" not in without
        assert (h5["site/power"][...] == without["site/power"][...]).all()
        names, edges = h5["vertices/vertex"].asstr()[...], h5["edges"]
        of_fabric = edges["layer"].asstr()[...] == "fabric"
        links = h5["links"]
        assert (links["from"][...] == edges["from"][of_fabric]).all() and (links["to"][...] == edges["to"][of_fabric]).all()
        ends = [f"{names[int(a)]} -> {names[int(b)]}" for a, b in zip(links["from"][...], links["to"][...], strict=True)]
        assert links["link"].asstr()[...].tolist() == ends
        assert set(links["fabric"].asstr()[...]) == {"rails"}
        load = links["load_fraction"][...]
        assert load.min() >= 0 and load.max() <= 1 + 1e-4
        # For five minutes the service alone sends 25 GB/s x (0.65 + 0.35 cos(2 h/24 x 2 pi)) from ports of 50 GB/s, two hours
        # from its peak; then training joins it.
        minutes = links["time"][...] / 60
        alone = 0.5 * (0.65 + 0.35 * math.cos(2 / 24 * 2 * math.pi))
        assert load[minutes < 5].max() == pytest.approx(alone, rel=1e-4)
        assert load[minutes > 25].mean() > load[(minutes > 6) & (minutes < 19)].mean() > load[minutes < 4].mean() > 0

"""`ondol ask step`: answers that hang together, and step files with slips."""
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STEPS = sorted((ROOT / "scenarios" / "steps").glob("*.toml"))

ONE = """
[[step]]
name = "175B"
rack = "air/4x-dgx-a100"
model = "gpt3-175b"
accelerators = 64
batch_sequences = 64
sequence = 2048
tensor_parallel = 8
pipeline_parallel = 8
virtual_pipeline = 3
recompute = "selective"
network_bandwidth = "200 Gbit/s"
published = { step = "13.75 s", role = "judge", source = "korthikanti2022" }
"""


def answers(ondol, *arguments) -> list:
    done = ondol("ask", "step", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_parts_add_up(ondol):
    (a,) = answers(ondol, ondol.write(ONE))
    assert a["step_s"] == pytest.approx(sum(p["duration_s"] for p in a["phases"]))
    assert a["tokens_per_s"] == pytest.approx(64 * 2048 / a["step_s"])
    mean = sum(p["duration_s"] * p["accelerator_power_w"] for p in a["phases"]) / a["step_s"]
    power = a["power"]
    assert power["accelerator_w"] == pytest.approx(mean)
    assert power["total_w"] == pytest.approx(sum(power[k] for k in ("accelerator_w", "host_w", "fans_w", "supply_loss_w", "network_w")))
    assert a["joule_per_token"] == pytest.approx(64 * power["total_w"] / a["tokens_per_s"])
    assert a["mfu"] == pytest.approx(a["model_flop"] / (64 * 312e12 * a["step_s"]))
    assert 0 < a["mfu"] <= a["hfu"] < 1
    assert 100 < power["accelerator_w"] <= power["limit_w"] == 400
    assert a["published"] == {"step_s": 13.75, "error": pytest.approx(a["step_s"] / 13.75 - 1), "role": "judge", "source": "korthikanti2022"}


def test_words_for_people(ondol):
    done = ondol("ask", "step", ondol.write(ONE))
    assert done.returncode == 0, done.stderr
    for word in ("175B", "tensor 8", "published 13.750 s", "tokens/s", "model FLOP", "memory", "mean power", "forward", "bubble"):
        assert word in done.stdout
    assert len(done.stdout.splitlines()) < 20


def test_a_lower_limit_is_slower_and_cheaper(ondol):
    path = ondol.write(ONE)
    (free,), (held,) = answers(ondol, path), answers(ondol, path, "--set", 'step[0].power_limit="200 W"')
    assert held["power"]["accelerator_w"] <= 200 < free["power"]["accelerator_w"]
    assert held["step_s"] > free["step_s"]
    assert held["accelerator_joule_per_token"] < free["accelerator_joule_per_token"]
    assert any(p["limited"] for p in held["phases"])


def test_many_steps_and_one_of_them(ondol):
    path = ondol.write(ONE + ONE.replace('"175B"', '"again"').replace("64\nsequence", "128\nsequence"))
    first, second = answers(ondol, path)
    assert (first["name"], second["name"]) == ("175B", "again") and second["step_s"] > first["step_s"]
    assert answers(ondol, path, "--job", "again") == [second]
    assert ondol("ask", "step", path).stdout.count("\n") == 4


def test_jobs_of_a_scenario(ondol):
    path = ROOT / "scenarios" / "examples" / "haenam.toml"
    names = [a["name"] for a in answers(ondol, path)]
    assert "national-500b" in names
    (a,) = answers(ondol, path, "--job", "national-500b")
    assert a["accelerators"] == 2880 and a["rack"] == "nvidia/gb200-nvl72"


def test_a_job_without_bandwidth_takes_the_ports_of_its_fabric(ondol):
    declared = (ROOT / "scenarios/examples/training_fabric.toml").read_text().replace('"../', f'"{ROOT}/scenarios/')
    left = declared.replace('network_bandwidth = "400 Gbit/s"\n', "")
    narrow = left.replace("network_switch =", 'port_bandwidth = "100 Gbit/s"\nnetwork_switch =')
    fast, same, slow = (
        [a["step_s"] for a in answers(ondol, ondol.write(text, name))]
        for text, name in ((declared, "declared.toml"), (left, "left.toml"), (narrow, "narrow.toml"))
    )
    assert same == fast and all(s > f for s, f in zip(slow, fast))


def test_an_inline_model_and_a_file_that_extends(ondol):
    ondol.write(ONE + '[model."mine"]\nextends = "gpt3-175b"\nlayers = 48\nparameters = 87.9e9\n', "base.toml")
    (whole,) = answers(ondol, ondol.folder / "base.toml")
    (half,) = answers(ondol, ondol.write('extends = "base.toml"\n[[step]]\nname = "175B"\nmodel = "mine"\n'))
    assert half["model_flop"] / whole["model_flop"] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("path", STEPS, ids=lambda p: p.stem)
def test_examples(ondol, path):
    assert all(0.2 < a["mfu"] < 0.7 for a in answers(ondol, path))


SLIPS = [
    ("accelerators = 64", "accelerators = 100", r"scenario\.toml:6:16: error: accelerators = 100 is not a multiple of .* = 64 .*Write 64 or 128\?"),
    ("accelerators = 64", "accelerators = 0", r"6:16: .*out of range"),
    ("accelerators = 64", "accelerators = 1e12", r"6:16: .*out of range"),
    ("batch_sequences = 64", "batch_sequences = 100\nmicro_batch = 3", r"7:19: .*replicas x micro_batch = 1 x 3. Write 99 or 102\?"),
    ("tensor_parallel = 8", "tensor_parallel = 7", r"9:19: .*does not divide the 96 attention heads.*Write 6 or 8\?"),
    ("tensor_parallel = 8", "tensor_parallel = -8", r"9:19: .*out of range"),
    ("pipeline_parallel = 8", "pipeline_parallel = 64\ncontext_parallel = 3", r"context_parallel = 3 does not divide the 2048 tokens"),
    ("virtual_pipeline = 3", "virtual_pipeline = 24", r"more pipeline stages \(192\) than layers \(96\)"),
    ("virtual_pipeline = 3", "expert_parallel = 3", r"expert_parallel = 3 does not divide the 1 data-parallel ranks. Write 1\?"),
    ("accelerators = 64\nbatch_sequences = 64", "accelerators = 128\nbatch_sequences = 64\nexpert_parallel = 2", r"expert_parallel = 2, but gpt3-175b has no experts. Write 1\?"),
    ('recompute = "selective"', 'recompute = "selectve"', r'Write "selective"\?'),
    ("network_bandwidth", "# network_bandwidth", r'needs "network_bandwidth": 64 accelerators reach beyond a scale-up domain of 8'),
    ('"200 Gbit/s"', '"200 Gbit"', r"200 Gbit"),
    ('model = "gpt3-175b"', 'model = "gpt3-175"', r'Did you mean "gpt3-175b"\?'),
    ('rack = "air/4x-dgx-a100"', 'rak = "air/4x-dgx-a100"', r'unknown key "rak".*Did you mean "rack"\?'),
    ('"13.75 s"', '"13.75"', r"13\.75\" has no unit|no unit"),
    ('role = "judge"', 'role = "juge"', r'Write "judge"\?'),
    ('published', 'power_limit = "500 W"\npublished', r"above the board limit of 400 W"),
    ("[[step]]", "[[steps]]", r'unknown key "steps". Did you mean "step"\?'),
    ("[[step]]", "[step]", r"write \[\[step\]\], not \[step\]"),
    ("pipeline_parallel = 8\nvirtual_pipeline = 3", "pipeline_parallel = 2", r"scenario\.toml:3:8: error: .*needs at least .* GB an accelerator"),
]


@pytest.mark.parametrize(("old", "new", "said"), SLIPS, ids=[new.split("\n")[0] for _, new, _ in SLIPS])
def test_slips(ondol, old, new, said):
    text = ONE.replace(old, new, 1)
    assert text != ONE
    ondol.refused("ask", "step", ondol.write(text), said=said)


def test_every_slip_in_one_pass(ondol):
    second = ONE.replace('"175B"', '"again"').replace("tensor_parallel = 8", "tensor_parallel = 7").replace("accelerators = 64", "accelerators = 56")
    said = ondol.refused("ask", "step", ondol.write(ONE.replace('"13.75 s"', '"soon"') + second), said="2 faults")
    assert "soon" in said and "heads" in said and "batch_sequences" not in said and "accelerators reach" not in said


def test_files_that_are_no_step_files(ondol):
    ondol.refused("ask", "step", ondol.write(""), said="empty")
    ondol.refused("ask", "step", ondol.folder / "none.toml", said="no such file")
    ondol.refused("ask", "step", ondol.write('[model."x"]\nname = "x"\n'), said=r"the step file needs \[\[step\]\]")
    ondol.refused("ask", "step", ondol.write(ONE), "--job", "175", said='Did you mean "175B"')
    ondol.refused("ask", "step", ROOT / "scenarios" / "examples" / "frontier_idle.toml", said=r"no \[\[training\]\] job")
    assert re.search("FILE is required", ondol("ask", "step").stderr)


@pytest.mark.parametrize("file", STEPS, ids=lambda f: f.stem)
def test_search_finds_nothing_slower_than_the_layout_of_the_file(ondol, file):
    for one, search in zip(answers(ondol, file), answers(ondol, file, "--search"), strict=True):
        times = [best["step_s"] for best in search["best"]]
        assert len(times) == 10 and times == sorted(times)
        assert times[0] <= one["step_s"] * (1 + 1e-12)
        assert 10 <= search["fitting"] <= search["tried"]
        assert all(best["memory_bytes"] <= one["memory"]["capacity_bytes"] for best in search["best"])


def test_search_says_when_no_layout_fits(ondol):
    alone = [f"step[0].{key}=1" for key in ("accelerators", "tensor_parallel", "pipeline_parallel", "virtual_pipeline")]
    done = ondol("ask", "step", ondol.write(ONE), "--search", *(word for change in alone for word in ("--set", change)))
    assert done.returncode == 0, done.stderr
    assert " 0 fit into memory" in done.stdout
    assert "take more accelerators or a smaller model" in done.stdout


def test_search_leaves_the_layout_of_the_file_aside(ondol):
    few = ONE.replace("batch_sequences = 64", "batch_sequences = 32")  # less than the accelerators, one of which is a replica by itself
    (searched,) = answers(ondol, ondol.write(few), "--search")
    for text in (re.sub(r"(tensor|pipeline)_parallel = \d+\n|virtual_pipeline = \d+\n", "", few),
                 few.replace("tensor_parallel = 8", "tensor_parallel = 7")):
        assert answers(ondol, ondol.write(text), "--search") == [searched]
    ondol.refused("ask", "step", ondol.write(ONE.replace("tensor_parallel = 8", "tensor_parallel = 7")), said="Write 6 or 8")


def test_search_refuses_what_no_layout_mends_at_its_place(ondol):
    text = ONE + 'checkpoint_interval = "1 h"\n'
    ondol.refused("ask", "step", ondol.write(text), "--search", said=r"scenario\.toml:3:8: error: .*storage_bandwidth")


def test_memory_beyond_the_capacity_is_explained(ondol):
    text = ONE.replace("pipeline_parallel = 8\nvirtual_pipeline = 3", "pipeline_parallel = 4\nmicro_batch = 2")
    (a,) = answers(ondol, ondol.write(text))
    memory = a["memory"]
    assert memory["lean_bytes"] < memory["capacity_bytes"] < memory["state_bytes"] + memory["activation_bytes"]
    assert f"{memory['lean_bytes'] / 1e9:.1f} GB  with gradients in 2 bytes" in ondol("ask", "step", ondol.folder / "scenario.toml").stdout
    assert "2 bytes" not in ondol("ask", "step", ondol.write(ONE)).stdout


def test_racks_without_some_links(ondol):
    """A job in one domain needs no links between domains, with stages or without; one of several needs those within."""
    one = ('[[step]]\nname = "x"\nrack = "air/4x-rebel-quad"\nmodel = "llama-3.1-8b"\naccelerators = 8\nbatch_sequences = 8\n'
           'sequence = 2048\ntensor_parallel = 8\n')
    for text in (one, one.replace("tensor_parallel = 8", "tensor_parallel = 4\npipeline_parallel = 2")):
        (a,) = answers(ondol, ondol.write(text))
        assert (sum(p["kind"] == "pipeline" for p in a["phases"]) == 1) == ("pipeline" in text)
    assert answers(ondol, ondol.write(one), "--search")[0]["best"]
    none = one + '[accelerator."rebellions/rebel-quad"]\nscaleup_bandwidth = "0 GB/s"\n'
    ondol.refused("ask", "step", ondol.write(none), said=r'scenario\.toml:2:8: error: .*name no links in a scale-up domain')

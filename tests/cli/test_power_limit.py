"""Power limits that a board cannot be held to: refused below what the maker lets people set, else told before and in the results."""
import json
import re

import h5py
import pytest
from ondol_program import TINY

STREAMS = TINY.replace("compute = 0.5, memory = 0.5", "memory = 1.0")


def with_limit(text: str, limit: str) -> str:
    return text.replace('pool = "gpu"\nfed_by', f'pool = "gpu"\npower_limit = "{limit}"\nfed_by')


def events(path) -> list[tuple[float, str, str, str]]:
    with h5py.File(path) as file:
        table = file["events"]
        return list(zip(table["time"][:], *(table[c].asstr()[:] for c in ("kind", "subject", "cause")), strict=True))


def power_of_accelerators(path) -> float:
    with h5py.File(path) as file:
        return float(file["site/power_accelerator"][-1])


@pytest.mark.parametrize("command", ["check", "run"])
def test_limit_below_the_makers_lowest_is_refused_at_its_place(ondol, command):
    ondol.write(with_limit(TINY, "150 W"))
    said = ondol.refused(command, "scenario.toml", said=r"power_limit = 150 W is below the lowest limit that NVIDIA H100 SXM 80GB takes, 200 W")
    line = with_limit(TINY, "150 W").splitlines().index('power_limit = "150 W"') + 1
    assert f"scenario.toml:{line}:" in said and "^" in said


def test_step_with_such_a_limit_is_refused(ondol):
    ondol.write('[[step]]\nname = "x"\nrack = "air/4x-dgx-h100"\nmodel = "llama-3.1-8b"\naccelerators = 8\nbatch_sequences = 8\nsequence = 4096\n'
                'power_limit = "100 W"\n', "step.toml")
    ondol.refused("ask", "step", "step.toml", said=r"100 W is below the lowest limit")


def test_step_whose_limit_no_clock_holds_says_so(ondol):
    """A maker's lowest limit is not known for every board."""
    ondol.write('[[step]]\nname = "x"\nrack = "air/4x-mi300x"\nmodel = "llama-3.1-8b"\naccelerators = 8\nbatch_sequences = 8\nsequence = 4096\n'
                'power_limit = "50 W"\n', "step.toml")
    done = ondol("ask", "step", "step.toml")
    assert done.returncode == 0, done.stderr
    assert re.search(r"step.toml:2:8: warning: power_limit = 50 W is not held: at its lowest clock AMD .* draws \d+ W", done.stderr), done.stderr


def test_limit_that_full_load_passes_is_told_with_its_numbers(ondol):
    ondol.write(with_limit(STREAMS, "220 W"))
    for command in (("check", "scenario.toml"), ("run", "scenario.toml", "-o", "out.h5")):
        done = ondol(*command)
        assert done.returncode == 0, done.stderr
        found = re.search(r'power_limit = 220 W is not held: NVIDIA H100 SXM 80GB draws (\d+) W at its lowest clock for job "work"\. .*; (\d+) W can be held', done.stderr)
        assert found and "^" in done.stderr, done.stderr
    streaming = float(found[1])
    assert 220 < streaming <= float(found[2]) <= 1.02 * streaming + 1
    (begin,) = [e for e in events(ondol.folder / "out.h5") if e[1] == "power_limit_exceeded_begin"]
    drawn, held = map(float, re.search(r"draws (\d+) W at its lowest clock, its limit holds (\d+) W", begin[3]).groups())
    assert held == pytest.approx(220, rel=0.02)
    assert drawn == pytest.approx(streaming, rel=0.05)
    # Sixteen of 64 accelerators stream; the results hold what they draw, not the limit.
    assert power_of_accelerators(ondol.folder / "out.h5") > 16 * held + 48 * 50


def test_the_limit_that_the_warning_names_is_held(ondol):
    ondol.write(with_limit(STREAMS, "220 W"))
    named = re.search(r"; (\d+) W can be held", ondol("check", "scenario.toml").stderr)[1]
    ondol.write(with_limit(STREAMS, f"{named} W"))
    assert "is not held" not in ondol("check", "scenario.toml").stderr
    ondol.write(with_limit(STREAMS, f"{int(named) - 2} W"))
    assert "is not held" in ondol("check", "scenario.toml").stderr


def test_of_iterations_the_mean_counts(ondol):
    """Memory that an optimizer streams for some milliseconds passes limits that hold the step as a whole."""
    text = with_limit(TINY, "{}")
    job = ('[[training]]\nname = "train"\npool = "gpu"\nmodel = "llama-3.1-8b"\naccelerators = 16\nbatch_sequences = 64\nsequence = 4096\n'
           'network_bandwidth = "400 Gbit/s"\n')
    text = text[:text.index("[[steady]]")] + job
    ondol.write(text.replace("{}", "300 W"))
    answer = ondol("ask", "step", "scenario.toml", "--json")
    (optimizer,) = [p for p in json.loads(answer.stdout)[0]["phases"] if p["kind"] == "optimizer"]
    assert optimizer["accelerator_power_w"] > 300
    assert "is not held" not in answer.stderr
    done = ondol("run", "scenario.toml", "-o", "out.h5")
    assert done.returncode == 0 and "is not held" not in done.stderr, done.stderr
    assert not [e for e in events(ondol.folder / "out.h5") if e[1].startswith("power_limit")]


def test_limit_without_a_job_is_judged_by_products(ondol):
    text = with_limit(TINY, "201 W")
    ondol.write(text[:text.index("[[steady]]")])
    assert re.search(r"power_limit = 201 W is not held: NVIDIA H100 SXM 80GB draws \d+ W at its lowest clock in matrix products", ondol("check", "scenario.toml").stderr)


def test_limit_that_holds_is_not_spoken_of(ondol):
    ondol.write(with_limit(STREAMS, "500 W"))
    done = ondol("run", "scenario.toml", "-o", "out.h5")
    assert done.returncode == 0 and "power_limit" not in done.stderr
    assert not [e for e in events(ondol.folder / "out.h5") if e[1].startswith("power_limit")]


def test_load_that_ends_ends_the_event(ondol):
    ondol.write(with_limit(STREAMS, "220 W").replace('accelerators = 16\n', 'accelerators = 16\nstart = "10 min"\nduration = "20 min"\n'))
    done = ondol("run", "scenario.toml", "-o", "out.h5")
    assert done.returncode == 0, done.stderr
    told = [(t, kind) for t, kind, _, _ in events(ondol.folder / "out.h5") if kind.startswith("power_limit")]
    assert [kind for _, kind in told] == ["power_limit_exceeded_begin", "power_limit_exceeded_end"]
    assert told[0][0] == pytest.approx(600) and told[1][0] == pytest.approx(1800, rel=0.01)


def test_a_job_that_declares_more_than_the_limit_allows_is_held_to_it(ondol):
    """Products in fp8 at compute = 1 would draw more than 700 W at any voltage: the board slows them, and they reach less than declared."""
    ondol.write(TINY.replace("compute = 0.5, memory = 0.5", 'compute = 1.0, precision = "fp8"'))
    done = ondol("run", "scenario.toml", "-o", "out.h5")
    assert done.returncode == 0, done.stderr
    assert not [e for e in events(ondol.folder / "out.h5") if e[1].startswith("power_limit")]
    with h5py.File(ondol.folder / "out.h5") as file:
        idle = 48 * 80
        assert float(file["site/power_accelerator"][-1]) < 16 * 700 + idle
        assert 0.5 < float(file["jobs/mean_speed"][0]) < 1

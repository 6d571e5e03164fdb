"""`ondol size`: what it answers, against closed forms and brute force, and what it says of files that cannot be answered."""
import json
import os
import signal
import time

import pytest
from ondol_program import ROOT, TINY

# 40 racks behind one bus, nothing but a steady load on each: power at the meter is nearly a straight line in their number.
RACKS = TINY.replace('duration = "1 h"', 'duration = "10 min"').replace('grid_capacity = "200 kW"', 'grid_capacity = "4 MW"') \
    .replace('unit = "generic/lv-transformer-200kva"', 'unit = "generic/lv-transformer-3mva"').replace('unit = "generic/ups-200kw"', 'unit = "generic/ups-2500kw"') \
    .replace("crahs = 3", "crahs = 90").replace("dry_coolers = 1", "dry_coolers = 12").replace('flow = "4.2 kg/s"', 'flow = "50 kg/s"')

# The same with a cord of each rack on either of two busways, and UPS of 200 kW on one bus above them.
BUSWAYS = "".join(f'[[power]]\nid = "busway-{x}"\nunit = "generic/busway-415v-1600a"\nfed_by = ["ups"]\n' for x in "ab")


def with_ups(units):
    return RACKS.replace('unit = "generic/ups-2500kw"', f'unit = "generic/ups-200kw"\nunits = {units}') \
        .replace('unit = "generic/lv-transformer-3mva"', 'unit = "generic/lv-transformer-3mva"\nunits = 2') \
        .replace("[[plant]]", BUSWAYS + "[[plant]]").replace('pool = "gpu"\nfed_by = ["ups"]', 'pool = "gpu"\nfed_by = ["busway-a", "busway-b"]')


def sizing(size="", limits="", more="", base="base.toml"):
    return f"""base = "{base}"
{more}
[size]
name = "racks"
key = "racks[0].count"
from = 2
to = 40
resolution = 1
aim = "largest"
{size}
{limits}
"""


PEAK = '[[limit]]\nof = "peak_power"\nat_most = "{}"\n'


@pytest.fixture
def base(ondol):
    ondol.write(RACKS, "base.toml")
    return ondol


def size(ondol, *options, code=0):
    done = ondol("size", "size.toml", "--json", *options)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def peak_of(ondol, racks):
    done = ondol("run", "base.toml", "--set", f"racks[0].count={racks}", "--json", "-o", "one.h5", "--force")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["kpis"]["peak_power"]["value"]


# ------------------------------------------------------------------------------------------------ answers

@pytest.mark.parametrize("jobs", [1, 3])
def test_largest_number_under_a_feed_is_that_of_trying_all(base, jobs):
    peaks = {n: peak_of(base, n) for n in range(2, 41)}
    limit = 0.5 * (peaks[23] + peaks[24])
    base.write(sizing(limits=PEAK.format(f"{limit * 1000:.6f} kW")), "size.toml")
    got = size(base, "-j", jobs)
    assert got["answer"]["value"] == max(n for n, p in peaks.items() if p <= limit) == 23
    assert got["beyond"]["value"] == 24 and got["ends_at"] == "limit" and got["monotone"]
    assert got["binding"]["of"] == "peak_power" and got["binding"]["value"] == peaks[23]
    assert got["binding"]["margin"] == pytest.approx(limit - peaks[23], abs=1e-9)
    for point in got["points"]:
        assert point["limits"][0]["value"] == peaks[point["value"]]
        assert point["kept"] == (peaks[point["value"]] <= limit)
    assert len(got["points"]) <= 9 and got["ran"] == len(got["points"])


def test_smallest_number(base):
    base.write(sizing(limits='[[limit]]\nof = "it_energy"\nat_least = "40 kWh"\n').replace('"largest"', '"smallest"'), "size.toml")
    got = size(base)
    values = {p["value"]: p["limits"][0]["value"] for p in got["points"]}
    answer = got["answer"]["value"]
    assert values[answer] >= 0.04 > values[answer - 1]
    assert got["beyond"]["value"] == answer - 1


def test_several_limits_and_the_table(base):
    base.write(sizing(limits=PEAK.format("1 MW") + PEAK.format("300 kW") + '[[limit]]\nof = "pue"\nat_most = 9\n'), "size.toml")
    done = base("size", "size.toml")
    assert done.returncode == 0, done.stderr
    assert "peak_power <= 0.3 MW" in done.stdout and "pue <= 9" in done.stdout
    assert "binding: peak_power <= 0.3 MW" in done.stdout and "beyond its limit" in done.stdout


def test_all_kept_and_none_kept(base):
    base.write(sizing(limits=PEAK.format("3 MW")), "size.toml")
    got = size(base)
    assert (got["answer"]["value"], got["beyond"], got["ends_at"], got["binding"]) == (40, None, "range", None)
    base.write(sizing(limits=PEAK.format("3 MW") + PEAK.format("10 kW")), "size.toml")
    got = size(base, "--resume", code=1)
    assert got["answer"] is None and got["ends_at"] == "nothing kept"
    assert got["binding"]["limit"] == "peak_power <= 0.01 MW" and got["binding"]["margin"] < 0
    done = base("size", "size.toml", "--resume")
    assert done.returncode == 1 and "where it is easiest: peak_power is" in done.stdout


def test_n_minus_1_needs_no_run(base):
    base.write(with_ups(6), "base.toml")
    base.write(sizing(limits='[[limit]]\nof = "n_minus_1"\n'), "size.toml")
    got = size(base)
    assert got["ran"] == 0 and got["ends_at"] == "limit" and "ups" in got["binding"]["note"]
    fed = {}
    for racks in (got["answer"]["value"], got["beyond"]["value"]):
        done = base("check", "base.toml", "--set", f"racks[0].count={racks}", "--json")
        fed[racks] = {b["id"]: b for b in json.loads(done.stdout)["power"]}["ups"]["redundancy"]
    assert list(fed.values()) == ["N+1", "N"]


def test_lost_units_decide(base):
    """With one of two UPS lost, the other carries what it can; what is told is what such a run gives."""
    base.write(with_ups(2), "base.toml")
    base.write(sizing(limits='[[limit]]\nof = "lost_accelerator_hours"\nat_most = "0 h"\n[[case]]\nname = "one out"\nlose = ["ups"]\nstart = "2 min"\n'),
               "size.toml")
    got = size(base, "-j", 2)
    assert got["ends_at"] == "limit" and got["binding"]["case"] == "one out: a unit of ups"
    assert all(len(point["runs"]) == 2 for point in got["points"])
    for racks in (got["answer"]["value"], got["beyond"]["value"]):
        lost = 'event[0]={ what = "unit_failure", bank = "ups", unit = 1, start = "2 min" }'
        done = base("run", "base.toml", "--set", f"racks[0].count={racks}", "--set", lost, "--json", "-o", "one.h5", "--force")
        (told,) = [p["limits"][0]["value"] for p in got["points"] if p["value"] == racks]
        assert json.loads(done.stdout)["kpis"]["lost_accelerator_hours"]["value"] == told


def test_share_of_an_ensemble(base):
    more = "ensemble = { members = 5, catalogue = false }"
    base.write(sizing(limits=PEAK.format("300 kW"), more=more, size="share = 1.0"), "size.toml")
    strict = size(base)
    base.write(sizing(limits=PEAK.format("300 kW"), more=more, size="share = 0.2"), "size.toml")
    loose = size(base, "--resume")
    assert strict["answer"]["value"] <= loose["answer"]["value"]
    at = {p["value"]: p for p in strict["points"]}
    assert at[strict["answer"]["value"]]["members_kept"] == 5
    assert at[strict["beyond"]["value"]]["members_kept"] < 5
    assert loose["reused"] > 0


def test_limits_that_are_kept_again_are_told(base):
    """Peak power of a service in the afternoon, by the hour of its peak: within reach early and late, not between."""
    base.write(RACKS.replace('duration = "10 min"', 'duration = "30 min"').replace("T00:00:00+09:00", "T12:00:00+09:00").replace("[[steady]]", "[[service]]")
               .replace("activity =", "valley = 0.2\npeak_hour = 12\npeak ="), "base.toml")
    base.write("""base = "base.toml"
[size]
name = "hour"
key = "service.work.peak_hour"
from = 0
to = 23
resolution = 1
aim = "largest"
[[limit]]
of = "peak_power"
at_most = "60 kW"
""", "size.toml")
    got = size(base, code=1)
    peaks = {p["value"]: p["limits"][0]["value"] for p in got["points"]}
    assert not got["monotone"] and got["kept_beyond"]
    assert peaks[got["answer"]["value"]] <= 0.06 < peaks[got["answer"]["value"] + 1]
    assert all(v <= 0.06 for k, v in peaks.items() if k <= got["answer"]["value"])
    done = base("size", "size.toml", "--resume")
    assert done.returncode == 1 and "not monotone" in done.stderr and "kept again at" in done.stderr


def test_an_easy_end_that_is_broken_while_others_keep_is_not_called_none(base):
    """PUE falls with load: where a largest value should be easiest it is at its worst."""
    base.write(RACKS + "\n", "base.toml")
    limit = '[[limit]]\nof = "pue"\nat_most = {}\n'
    text = 'base = "base.toml"\n[size]\nname = "load"\nkey = "steady.work.accelerators"\nfrom = 8\nto = 16\nresolution = 8\n'
    base.write(text + limit.format(1.0), "size.toml")
    pue = [p["limits"][0]["value"] for p in size(base, code=1)["points"]]
    assert pue[0] > pue[-1]
    base.write(text + limit.format(0.5 * (pue[0] + pue[-1])), "size.toml")
    done = base("size", "size.toml", "--resume")
    assert done.returncode == 1 and "some keep all limits" in done.stdout and "No load" not in done.stdout
    assert "not monotone" in done.stderr


def test_what_the_scenario_refuses_is_broken_there(base):
    base.write(RACKS + "\n", "base.toml")
    base.write(sizing(limits=PEAK.format("9 MW")).replace("racks[0].count", "steady.work.accelerators").replace("from = 2", "from = 8")
               .replace("to = 40", "to = 80").replace("resolution = 1", "resolution = 8"), "size.toml")
    got = size(base, code=3)
    assert got["answer"]["value"] == 64 and got["ends_at"] == "failed run"  # two racks have no more
    at = {p["value"]: p for p in got["points"]}
    assert "64" in at[72]["failed"] or "accelerators" in at[72]["failed"]


# ------------------------------------------------------------------------------------------------ the folder

def test_runs_of_a_sweep_are_used(base):
    base.write("""base = "base.toml"
[[axis]]
name = "racks"
key = "racks[0].count"
values = [2, 12, 21, 30, 40]
""", "sweep.toml")
    done = base("sweep", "sweep.toml", "-o", "out")
    assert done.returncode == 0, done.stderr
    base.write(sizing(limits=PEAK.format("300 kW")), "size.toml")
    got = size(base, "-o", "out", "--resume", "-j", 1)
    assert got["reused"] >= 4
    again = size(base, "-o", "out", "--resume", "-j", 1)
    assert again["ran"] == 0 and again["points"] == got["points"]


def test_a_used_folder_is_refused(base):
    base.write(sizing(limits=PEAK.format("300 kW")), "size.toml")
    size(base)
    base.refused("size", "size.toml", said="--resume")
    assert size(base, "--force")["ran"] > 0


def test_index(base):
    h5py = pytest.importorskip("h5py")
    base.write(sizing(limits=PEAK.format("300 kW")), "size.toml")
    got = size(base, "-o", "out")
    with h5py.File(base.folder / "out" / "sweep.h5") as h5:
        assert list(h5["racks"][:]) == [p["value"] for p in got["points"]]
        assert list(h5["peak_power"][:]) == [p["limits"][0]["value"] for p in got["points"]]
        assert list(h5["margin_peak_power"][:]) == [p["limits"][0]["margin"] for p in got["points"]]


def test_killed_and_resumed_is_the_same(base):
    base.write(RACKS.replace('duration = "10 min"', 'duration = "2 d"'), "base.toml")
    base.write(sizing(limits=PEAK.format("300 kW")), "size.toml")
    whole = size(base, "-j", 1, "-o", "whole")
    index = (base.folder / "whole" / "sweep.h5").read_bytes()
    for kills in (1, 3):
        killed = base.start("size", "size.toml", "-j", 1, "-o", f"killed{kills}")
        runs = base.folder / f"killed{kills}" / "runs"
        deadline = time.monotonic() + 60
        while len(list(runs.glob("*.json"))) < kills and killed.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        os.kill(killed.pid, signal.SIGKILL)
        killed.communicate()
        assert not (base.folder / f"killed{kills}" / "sweep.h5").exists()
        resumed = size(base, "-j", 1, "-o", f"killed{kills}", "--resume")
        assert resumed["reused"] >= kills
        for key in ("answer", "beyond", "binding", "points"):
            assert resumed[key] == whole[key]
        assert (base.folder / f"killed{kills}" / "sweep.h5").read_bytes() == index


def test_interrupted(base):
    base.write(RACKS.replace('duration = "10 min"', 'duration = "60 d"'), "base.toml")
    base.write(sizing(limits=PEAK.format("300 kW")), "size.toml")
    process = base.start("size", "size.toml", "-j", 1)
    runs = base.folder / "size.size" / "runs"
    deadline = time.monotonic() + 60
    while not runs.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130 and "--resume" in error


# ------------------------------------------------------------------------------------------------ bad input

@pytest.mark.parametrize("limits, said", [
    (PEAK.format("300 kW").replace("peak_power", "peak_powr"), "size.toml:.*peak_powr.*did you mean \"peak_power\""),
    (PEAK.format("600 kg"), "told in MW"),
    ('[[limit]]\nof = "peak_power"\nat_most = 2\n', "without unit"),
    ('[[limit]]\nof = "pue"\nat_most = "2 MW"\n', "plain number"),
    ('[[limit]]\nof = "peak_power"\n', "at_most"),
    ("", "limit"),
    (PEAK.format("1 MW") + 'in = ["one out"]\n', "as declared"),
    (PEAK.format("1 MW") + '[[case]]\nname = "x"\nlose = ["uqs"]\n', "did you mean \"ups\""),
    (PEAK.format("1 MW") + '[[case]]\nname = "x"\nset = { "racks[0].cont" = 3 }\n', "count"),
])
def test_limits_and_cases_that_cannot_be(base, limits, said):
    base.write(sizing(limits=limits), "size.toml")
    base.refused("size", "size.toml", said=said)


@pytest.mark.parametrize("old, new, said", [
    ("to = 40", "to = 2", "above"),
    ("to = 40", "to = 1", "above"),
    ("resolution = 1", "resolution = 0", "resolution"),
    ("resolution = 1", 'resolution = "1 MW"', "resolution"),
    ("resolution = 1", "resolutoin = 1", "resolution"),
    ('"largest"', '"biggest"', "largest"),
    ("racks[0].count", "racks[0].cont", "count"),
    ("base.toml", "bose.toml", "bose.toml"),
])
def test_ranges_that_cannot_be(base, old, new, said):
    base.write(sizing(limits=PEAK.format("1 MW")).replace(old, new), "size.toml")
    base.refused("size", "size.toml", said=said)


def test_a_base_that_fails_its_check(base):
    base.write(RACKS.replace('hall = "hall-1"', 'hall = "hall-2"'), "base.toml")
    base.write(sizing(limits=PEAK.format("1 MW")), "size.toml")
    base.refused("size", "size.toml", said="hall-2")


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios" / "sizing").glob("*.toml")), ids=lambda f: f.stem)
def test_examples(ondol, file):
    got = json.loads((done := ondol("size", file, "--json", "-o", "out", timeout=300)).stdout or "{}")
    assert done.returncode == 0, done.stderr
    assert got["answer"] and got["monotone"] and got["ends_at"] == "limit"

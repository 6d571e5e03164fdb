"""`ondol ask collective`: answers that hang together, and questions with slips."""
import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "scenarios" / "examples"
HALL = EXAMPLES / "one_hall.toml"  # one pool, h200: 20 racks x 4 nodes x 8
HAENAM = EXAMPLES / "haenam.toml"


def ask(ondol, *arguments, scenario=HALL, op="all-reduce", size="1GiB", ranks=64):
    return ondol("ask", "collective", "--scenario", scenario, "--op", op, f"--bytes={size}", "--ranks", ranks, *arguments)


def answer(ondol, *arguments, **question) -> dict:
    done = ask(ondol, *arguments, "--json", **question)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(ondol, *arguments, said, scenario=HALL, op="all-reduce", size="1GiB", ranks=64):
    return ondol.refused("ask", "collective", "--scenario", scenario, "--op", op, f"--bytes={size}", "--ranks", ranks, *arguments, said=said)


def test_parts_hang_together(ondol):
    a = answer(ondol, ranks=512)
    assert (a["ranks"], a["domains"], a["ranks_per_domain"], a["pools"], a["fabric"]) == (512, 64, [8, 8], ["h200"], None)
    assert a["bus_bandwidth_bytes_per_s"] == pytest.approx(2 * 511 / 512 * 2**30 / a["time_s"])
    assert a["time_s"] == pytest.approx(a["latency_s"] + max(a["scaleup"]["time_s"], a["scaleout"]["time_s"]))
    # A double binary tree over domains of eight NICs sends 2 S / 8.
    assert a["algorithm"] == "nvls-tree" and a["scaleout"]["bytes_per_rank"] == pytest.approx(2 * 2**30 / 8)
    assert a["limited_by"] == "scale-out" and a["accelerator"].startswith("NVIDIA H200")


def test_words_for_people(ondol):
    done = ask(ondol, "--placement", "spread")
    assert done.returncode == 0, done.stderr
    for word in ("all-reduce of 1GiB among 64 x NVIDIA H200", "8 scale-up domains of 8, spread", "limited by scale-out", "bus bandwidth", "a rank sends"):
        assert word in done.stdout
    assert len(done.stdout.splitlines()) < 12


@pytest.mark.parametrize("op", ["all-reduce", "reduce-scatter", "all-gather", "all-to-all", "broadcast"])
def test_ops_at_every_scale(ondol, op):
    # More ranks have more to wait for: in a node, over two, over the hall.
    times = [answer(ondol, op=op, ranks=ranks)["time_s"] for ranks in (1, 8, 16, 640)]
    assert times[0] == 0 and times == sorted(set(times))


@pytest.mark.parametrize(("text", "size"), [("1GiB", 2**30), ("1 GiB", 2**30), ("8 MB", 8e6), ("1e15 B", 1e15), ("1 PB", 1e15)])
def test_sizes(ondol, text, size):
    a = answer(ondol, size=text)
    assert a["bytes"] == size
    assert 0 < a["bus_bandwidth_bytes_per_s"] < 500e9


def test_a_petabyte_takes_hours_and_nothing_takes_no_time(ondol):
    # 2 x 63/64 PB through eight NICs of 50 GB/s a node: 4,922 s at their full rate.
    assert 4922 < answer(ondol, size="1 PB")["time_s"] < 1.15 * 4922
    nothing = answer(ondol, size="0 B")
    assert nothing["time_s"] == 0 and nothing["bus_bandwidth_bytes_per_s"] == 0 and nothing["limited_by"] == "nothing"
    assert "nothing to send" in ask(ondol, size="0 B").stdout


def test_ranks_of_a_domain(ondol):
    one, four = answer(ondol, "--per-domain", 1), answer(ondol, "--per-domain", 4)
    assert (one["domains"], four["domains"]) == (64, 16)
    assert one["scaleup"]["bytes_per_rank"] == 0
    assert one["time_s"] > four["time_s"] > answer(ondol)["time_s"]  # fewer NICs a domain
    assert answer(ondol, ranks=12)["ranks_per_domain"] == [4, 8]


def test_placements(ondol):
    packed = answer(ondol)
    listed = answer(ondol, "--placement", "h200/r001,h200/r002/n1,h200/r020/n4,h200/r019")
    assert (listed["domains"], listed["placement"]) == (8, "as listed") and listed["time_s"] == packed["time_s"]
    # A rack-scale domain is one of 18 nodes.
    a = answer(ondol, "--pool", "gb200", scenario=HAENAM, ranks=144)
    assert (a["domains"], a["ranks_per_domain"]) == (2, [72, 72])


def test_send_and_receive(ondol):
    near, far = (answer(ondol, "--per-domain", n, op="send-recv", ranks=2) for n in (2, 1))
    assert near["domains"] == 1 and far["domains"] == 2 and near["time_s"] < far["time_s"]


@pytest.mark.parametrize(("arguments", "question", "said"), [
    ((), {"op": "all-redce"}, r'--op: .*"all-redce"\. Did you mean "all-reduce"\?'),
    ((), {"op": "frob"}, r"known are .*all-reduce.*send-recv"),
    ((), {"ranks": 641}, r"--ranks 641: h200 has 640 accelerators"),
    ((), {"ranks": 0}, r'--ranks: "0" is no whole number'),
    ((), {"ranks": "8.5"}, r'--ranks: "8.5" is no whole number'),
    ((), {"ranks": "1e3"}, r'--ranks: "1e3" is no whole number'),
    ((), {"op": "send-recv"}, r"send-recv is between 2 ranks"),
    ((), {"size": "-1 GiB"}, r"--bytes .* is negative"),
    ((), {"size": "nan"}, r"--bytes .* not a finite number"),
    ((), {"size": "5"}, r"--bytes .* has no unit"),
    ((), {"size": "5 GiBi"}, r"--bytes .* unknown unit"),
    ((), {"size": "5 GB/s"}, r"--bytes .* is a data rate"),
    ((), {"size": "1e30 B"}, r"--bytes .* is more than"),
    (("--per-domain", 3), {}, r"--per-domain 3 does not divide 64 ranks\. Write 2 or 4\?"),
    (("--per-domain", 16), {}, r"--per-domain 16: a scale-up domain of h200 has 8"),
    (("--per-domain", 8), {"ranks": 4}, r"--per-domain 8 does not divide 4 ranks\. Write 4\?"),
    (("--per-domain", 1), {"ranks": 128}, r"--per-domain 1: 80 scale-up domains have room for 80 of 128 ranks"),
    (("--per-domain", 0), {}, r'--per-domain: "0"'),
    (("--placement", "spred"), {}, r'"spred"\. Did you mean "spread"\?'),
    (("--placement", "h200/r001/n5"), {}, r'"h200/r001/n5"\. Did you mean "h200/r001/n.'),
    (("--placement", "somewhere"), {}, r'nodes are named as "h200/r001/n1"'),
    (("--placement", ""), {}, r"--placement is empty"),
    (("--placement", "h200/r001,h200/r001/n2"), {}, r'"h200/r001/n2" is named twice'),
    (("--placement", "h200/r001"), {}, r"the nodes named have 32 accelerators for 64 ranks"),
    (("--pool", "h20"), {}, r'no pool "h20"\. Did you mean "h200"\?'),
    (("--fabric", "x"), {}, r"declares no \[\[fabric\]\]"),
    ((), {"scenario": HAENAM}, r"--pool: .*several pools.*h200"),
    (("--pool", "cs3"), {"scenario": HAENAM, "ranks": 4}, r'no network between those of cerebras/2x-cs-3: declare a \[\[fabric\]\] with pools = \["cs3"\]'),
    ((), {"scenario": "none.toml"}, r"no such file"),
])
def test_slips(ondol, arguments, question, said):
    refused(ondol, *arguments, said=said, **question)

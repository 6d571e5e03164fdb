"""`ondol ask collective`: answers that hang together, and questions with slips."""
import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "scenarios" / "examples"
HALL = EXAMPLES / "one_hall.toml"  # one pool, h200: 20 racks x 4 nodes x 8
HAENAM = EXAMPLES / "haenam.toml"
RAILS = EXAMPLES / "training_fabric.toml"  # one fabric: four units of 16 nodes, leaves of a rail with half as many ports up as down


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
    rack = [f"h200/r001/n{n + 1}" for n in range(4)]
    assert packed["nodes"] == rack + [f"h200/r002/n{n + 1}" for n in range(4)]
    assert listed["nodes"] == [*rack, "h200/r002/n1", "h200/r020/n4", "h200/r019/n1", "h200/r019/n2"]
    spread = answer(ondol, "--placement", "spread")  # every tenth of 80 nodes
    assert spread["nodes"] == [f"h200/r{10 * i // 4 + 1:03}/n{10 * i % 4 + 1}" for i in range(8)]
    # A rack-scale domain is one of 18 nodes.
    a = answer(ondol, "--pool", "gb200", scenario=HAENAM, ranks=144)
    assert (a["domains"], a["ranks_per_domain"]) == (2, [72, 72])


def test_send_and_receive(ondol):
    near, far = (answer(ondol, "--per-domain", n, op="send-recv", ranks=2) for n in (2, 1))
    assert near["domains"] == 1 and far["domains"] == 2 and near["time_s"] < far["time_s"]


def crossing(nodes: int) -> str:
    """A placement in which every node's neighbours are in another unit."""
    return ",".join(f"h200/r{unit * 4 + n // 4 + 1:03}/n{n % 4 + 1}" for n in range(nodes // 2) for unit in (0, 1))


@pytest.mark.parametrize("op", ["all-reduce", "reduce-scatter", "all-gather", "all-to-all", "broadcast"])
def test_rungs_agree_where_nothing_is_shared(ondol, op):
    closed, rates, flows = (answer(ondol, "--rung", rung, scenario=RAILS, op=op, ranks=128) for rung in ("closed", "rates", "flows"))
    assert (rates["fabric"], rates["share"], flows["share"]) == ("rails", 1, 1)
    assert rates["time_s"] == flows["time_s"] == rates["alone_s"] == closed["time_s"]
    assert "share" not in closed and rates["busiest_links"][0]["share"] == 1
    assert all("/nic/" in busy["link"] for busy in rates["busiest_links"])


def test_a_thin_leaf_halves_what_crosses_it(ondol):
    # 32 nodes in turn from two units: sixteen flows of a rail leave each leaf over eight uplinks, which d-mod-k deals evenly.
    static = ("--set", "fabric[0].routing=static", "--placement", crossing(32))
    rates, flows = (answer(ondol, *static, "--rung", rung, scenario=RAILS, op="all-gather", ranks=256) for rung in ("rates", "flows"))
    assert rates["share"] == pytest.approx(0.5, rel=1e-9) and flows["share"] == pytest.approx(0.5, rel=1e-9)
    assert rates["scaleout"]["time_s"] == pytest.approx(2 * answer(ondol, *static, scenario=RAILS, op="all-gather", ranks=256)["scaleout"]["time_s"])
    assert rates["time_s"] > 1.5 * rates["alone_s"] and rates["limited_by"] == "scale-out"
    assert all("leaf" in busy["link"] and "spine" in busy["link"] for busy in rates["busiest_links"])
    # Hashed, some links take more than their part.
    hashed = answer(ondol, "--placement", crossing(32), "--rung", "rates", scenario=RAILS, op="all-gather", ranks=256)
    assert hashed["share"] < 0.5


@pytest.mark.parametrize("op", ["all-reduce", "all-to-all"])
def test_flows_never_end_before_the_fullest_link_is_done(ondol, op):
    rates, flows = (answer(ondol, "--placement", "spread", "--per-domain", 2, "--rung", rung, scenario=RAILS, op=op, ranks=128)
                    for rung in ("rates", "flows"))
    assert rates["alone_s"] <= rates["time_s"] <= flows["time_s"] * (1 + 1e-9)
    assert 0 < flows["share"] <= rates["share"] * (1 + 1e-9) <= 1 + 1e-9


def test_words_about_links(ondol):
    done = ask(ondol, "--rung", "rates", "--placement", crossing(32), scenario=RAILS, op="all-gather", ranks=256)
    assert done.returncode == 0, done.stderr
    for word in ("as listed, fabric rails", "for the slowest flow; alone", "busiest links", "100.0 %  rails/leaf/"):
        assert word in done.stdout
    assert len(done.stdout.splitlines()) < 20


def test_sizes_of_rungs(ondol):
    for rung in ("rates", "flows"):
        assert answer(ondol, "--rung", rung, scenario=RAILS, size="0 B")["time_s"] == 0
        a = answer(ondol, "--rung", rung, "--placement", crossing(8), scenario=RAILS, size="1 PB")
        assert a["time_s"] == pytest.approx(a["latency_s"] + max(a["scaleup"]["time_s"], a["scaleout"]["time_s"]))
        assert 4922 < a["alone_s"] < 1.15 * 4922
        assert answer(ondol, "--rung", rung, scenario=RAILS, ranks=1)["time_s"] == 0


def test_the_port_of_the_fabric_counts(ondol):
    half = ("--set", "fabric[0].port_bandwidth=200 Gbit/s")
    closed, slow, rates = (answer(ondol, *words, scenario=RAILS, ranks=128) for words in ((), half, (*half, "--rung", "rates")))
    assert slow["scaleout"]["time_s"] == pytest.approx(2 * closed["scaleout"]["time_s"])
    assert rates["time_s"] == slow["time_s"]


def test_one_pool_of_a_fabric_of_two(ondol):
    path = ondol.write(f'extends = "{HAENAM}"\n[[fabric]]\nid = "both"\npools = ["mi300x", "h200"]\nkind = "fat_tree"\nlevels = 3\n'
                       'network_switch = "nvidia/qm9700"\nhall = "h200"\nfed_by = "ups"\n')
    for pool in ("h200", "mi300x"):  # numbered over both, h200 first
        a = answer(ondol, "--pool", pool, "--rung", "rates", scenario=path)
        assert a["pools"] == [pool] and a["fabric"] == "both"
        assert all(f"{pool}/r00" in busy["link"] for busy in a["busiest_links"])
    last = ("--fabric", "both", "--rung", "rates", "--placement", "h200/r128,mi300x/r001")
    a = answer(ondol, *last, scenario=path)
    assert a["accelerator"].count(", ") == 1 and "H200" in a["accelerator"] and "MI300X" in a["accelerator"]
    assert a["time_s"] >= answer(ondol, "--pool", "h200", scenario=path)["time_s"]
    refused(ondol, "--fabric", "both", scenario=path, ranks=5121, said=r"--ranks 5121: mi300x, h200 has 5120 accelerators")


def test_nobody_to_reach(ondol):
    cut = ("--set", "fabric[0].failed=[" + ",".join(f'"h200/r001/n2/nic/{k + 1}"' for k in range(8)) + "]")
    for rung in ("closed", "rates", "flows"):
        refused(ondol, *cut, "--rung", rung, scenario=RAILS, said=r'fabric "rails" leaves nodes without a way to all others: h200/r001/n2')


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
    (("--pool", "cs3"), {"scenario": HAENAM, "ranks": 4}, r'no network between those of cerebras/2x-cs-3: write scaleout = "generic/roce-400g" in node "cerebras/'),
    ((), {"scenario": "none.toml"}, r"no such file"),
    (("--rung", "rate"), {}, r'--rung: .*"rate"\. Did you mean "rates"\?'),
    (("--rung", "flows"), {"scenario": RAILS, "op": "all-to-all", "ranks": 512}, r"--rung flows: this is 258048 flows at once.*Write rates\?"),
    (("--rung", "rates"), {}, r'declare a \[\[fabric\]\] with pools = \["h200"\]'),
    (("--rung", "flows"), {}, r'declare a \[\[fabric\]\] with pools = \["h200"\]'),
    (("--fabric", "rail"), {"scenario": RAILS}, r'--fabric: .*"rail"\. Did you mean "rails"\?'),
    (("--fabric", "rails", "--pool", "h100"), {"scenario": RAILS}, r'fabric "rails" does not join pool "h100"\. Did you mean "h200"\?'),
])
def test_slips(ondol, arguments, question, said):
    refused(ondol, *arguments, said=said, **question)

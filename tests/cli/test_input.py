"""Bad values in an otherwise good scenario: each is refused with its place and a way out."""
import re

import pytest
from ondol_program import TINY


def changed(old: str, new: str) -> tuple[str, int]:
    """The tiny scenario with one thing changed, and the line on which the change begins."""
    assert TINY.count(old) == 1, f"{old!r} stands {TINY.count(old)} times in tiny.toml"
    return TINY.replace(old, new), TINY[:TINY.index(old)].count("\n") + 1


def test_the_tiny_scenario_is_good(ondol):
    ondol.write(TINY)
    done = ondol("check", "scenario.toml")
    assert done.returncode == 0, done.stderr
    done = ondol("run", "scenario.toml", "-o", "out.h5")
    assert done.returncode == 0, done.stderr
    assert (ondol.folder / "out.h5").exists()


# what is changed, into what, what must be said about it
FAULTS = {
    "unknown key": ('count = 2', 'cuont = 2', "count"),
    "unknown table": ('[record]', '[recrod]', "record"),
    "unit of another dimension": ('base_load = "1 kW"', 'base_load = "1 kg"', "power|watt|W"),
    "no unit": ('base_load = "1 kW"', 'base_load = 1000', "unit|W"),
    "unit unknown": ('base_load = "1 kW"', 'base_load = "1 kWW"', "unit|kW"),
    "text for a count": ('count = 2', 'count = "two"', "integer|number|count"),
    "fraction for a count": ('count = 2', 'count = 2.5', "integer|whole"),
    "nan": ('sm = 0.9', 'sm = nan', "nan|finite|number"),
    "inf": ('sm = 0.9', 'sm = inf', "inf|finite|between|range"),
    "nan in a quantity": ('base_load = "1 kW"', 'base_load = "nan kW"', "nan|finite|number"),
    "infinite quantity": ('base_load = "1 kW"', 'base_load = "inf kW"', "inf|finite|number"),
    "overflowing quantity": ('base_load = "1 kW"', 'base_load = "1e999 kW"', "finite|large|range|number"),
    "negative quantity": ('base_load = "1 kW"', 'base_load = "-1 kW"', "negative|least|positive|range|below"),
    "negative count": ('count = 2', 'count = -2', "negative|least|positive|range"),
    "count beyond 64 bits": ('count = 2', 'count = 99999999999999999999', "integer|large|range"),
    "fraction above one": ('sm = 0.9', 'sm = 1.9', "between|range|most|fraction"),
    "period of zero": ('period = "1 min"', 'period = "0 s"', "positive|greater|zero|least|range"),
    "duration negative": ('duration = "1 h"', 'duration = "-1 h"', "positive|negative|least|range|greater"),
    "catalogue name": ('rack = "air/4x-dgx-h100"', 'rack = "air/4x-dgx-h10"', "air/4x-dgx-h100"),
    "catalogue unit": ('unit = "generic/ups-200kw"', 'unit = "generic/ups-20kw"', "generic/ups-200kw"),
    "hall that is not there": ('hall = "hall-1"', 'hall = "hall-2"', "hall-1"),
    "plant that is not there": ('plant = "loop"', 'plant = "lop"', "loop"),
    "pool that is not there": ('pool = "gpu"   # of the job', 'pool = "gpus"', "gpu"),
    "bank that is not there": ('fed_by = ["ups"]', 'fed_by = ["pus"]', "ups"),
    "rack fed by nothing": ('fed_by = ["ups"]', 'fed_by = []', "fed"),
    "power circle": ('fed_by = ["utility"]', 'fed_by = ["ups"]', "circle|cycl|loop|itself"),
    "job larger than the machine": ('accelerators = 16', 'accelerators = 160', "160"),
    "loop without pump": ('pump_power = "1.8 kW"', 'pump_power = "0 W"', "no pump"),
    "loop without flow": ('flow = "4.2 kg/s"', 'flow = "0 kg/s"', "flow"),
    "flow negative": ('flow = "4.2 kg/s"', 'flow = "-4.2 kg/s"', "negative|above|positive|greater"),
    "two of one name": ('id = "ups"', 'id = "transformer"', "transformer"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", ["check", "run"])
def test_fault(ondol, command, fault):
    old, new, said = FAULTS[fault]
    text, line = changed(old, new)
    ondol.write(text)
    error = ondol.refused(command, "scenario.toml", said=said)
    assert re.search(r"scenario\.toml:\d+:\d+: error", error), error
    if fault not in {"power circle", "rack fed by nothing", "two of one name"}:
        assert f"scenario.toml:{line}:" in error, error


def test_all_faults_in_one_pass(ondol):
    text = TINY
    for old, new in (('base_load = "1 kW"', 'base_load = "1 kg"'), ("count = 2", "cuont = 2"), ("sm = 0.9", "sm = 1.9")):
        text = text.replace(old, new)
    ondol.write(text)
    error = ondol.refused("check", "scenario.toml", said="base_load")
    assert "cuont" in error and "sm" in error
    assert len(re.findall(r"^scenario\.toml:\d+:\d+: error", error, re.MULTILINE)) >= 3


def test_a_million_million_accelerators(ondol):
    """Refused before it allocates, with the memory that it would take."""
    ondol.write(TINY.replace("count = 2", "count = 31250000000   # times 32"))
    ondol.refused("check", "scenario.toml", said=r"(GB|TB|GiB|TiB|PB|memory)", timeout=30)
    ondol.refused("run", "scenario.toml", said=r"(GB|TB|GiB|TiB|PB|memory)", timeout=30)


def test_reports_without_number(ondol):
    """A period of a nanosecond over an hour would be 3.6e12 reports."""
    ondol.write(TINY.replace('period = "1 min"', 'period = "1 ns"'))
    ondol.refused("run", "scenario.toml", "-o", "out.h5", said="period|report", timeout=30)


# ------------------------------------------------------------------------------------------------ the command line

def test_until_before_start(ondol):
    ondol.write(TINY)
    ondol.refused("run", "scenario.toml", "--until", "2001-01-01T00:00:00Z", said="before|start|until")


@pytest.mark.parametrize("until", ["yesterday", "5", "5 kg", "-1 h", "0 s", "nan s", "2025-13-01T00:00:00Z"])
def test_until_nonsense(ondol, until):
    ondol.write(TINY)
    ondol.refused("run", "scenario.toml", f"--until={until}", said="until|duration|date|time|start")


def test_until_shortens(ondol):
    ondol.write(TINY)
    done = ondol("run", "scenario.toml", "-o", "out.h5", "--until", "10 min")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("setting, said", [
    ("site.base_laod=\"1 kW\"", "base_load"),
    ("site.base_load=\"1 kg\"", "power|watt|W"),
    ("plant[0].economizer_approach=\"0 K\"", "above 0"),
    ("site.base_load", "="),
    ("=3", "key|empty|="),
    ("racks[7].count=2", "racks"),
    ("racks[99999999999999999999].count=2", "racks"),
    ("simulation=3", "simulation|table"),
])
def test_set_nonsense(ondol, setting, said):
    ondol.write(TINY)
    ondol.refused("check", "scenario.toml", "--set", setting, said=said)


@pytest.mark.parametrize("seed", ["-1", "one", "1.5", "99999999999999999999999"])
def test_seed_nonsense(ondol, seed):
    ondol.write(TINY)
    ondol.refused("run", "scenario.toml", f"--seed={seed}", said="seed")


def test_no_command(ondol):
    ondol.refused(said="subcommand|command|help")


def test_unknown_command(ondol):
    ondol.refused("fly", "scenario.toml", said="fly|command|argument|help")


def test_no_file(ondol):
    ondol.refused("run", said="FILE|required")


def test_help_has_examples(ondol):
    done = ondol("--help")
    assert done.returncode == 0 and "ondol run " in done.stdout


def test_version(ondol):
    done = ondol("--version")
    assert done.returncode == 0 and re.search(r"\d+\.\d+\.\d+", done.stdout)


def test_colours_only_on_a_terminal(ondol):
    ondol.write(TINY.replace("count = 2", "cuont = 2"))
    assert "\x1b" not in ondol.refused("check", "scenario.toml", said="count")


def test_quiet_when_piped(ondol):
    ondol.write(TINY)
    done = ondol("run", "scenario.toml", "-o", "out.h5")
    assert done.returncode == 0 and "\r" not in done.stdout + done.stderr


def test_same_seed_same_results(ondol):
    ondol.write(TINY)
    hashes = set()
    for name in ("a.h5", "b.h5"):
        done = ondol("run", "scenario.toml", "-o", name, "--json", "--seed", "7")
        assert done.returncode == 0, done.stderr
        hashes.add(re.search(r'"content_hash":\s*"([0-9a-f]{32})"', done.stdout)[1])
    assert len(hashes) == 1


# ------------------------------------------------------------------------------------------------ jobs on a fabric

TRAINING = """
[[training]]
name = "pretrain"
pool = "gpu"
model = "llama-3.1-8b"
accelerators = 16
batch_sequences = 16
sequence = 4096
precision = "bf16"
network_bandwidth = "400 Gbit/s"
"""
FABRIC = """
[[fabric]]
id = "rails"
pools = ["gpu"]
network_switch = "nvidia/qm9700"
hall = "hall-1"
fed_by = "ups"
"""
WINDOW = '\n[[phase_window]]\nname = "%s"\nstart = "5 min"\nduration = "10 s"\n'


def lines_of(text: str, key: str) -> int:
    return text[:text.index(key)].count("\n") + 1


@pytest.mark.parametrize("extra, said", [
    ('kind = "torus"\ndimensions = [2, 2]\n', r"dimensions 2 x 2 hold 4 nodes"),
    ('kind = "dragonfly"\ngroups = 3\nrouters_per_group = 2\n', r"groups = 3 are too many"),
    ('failed = ["leaf/1", "spine/77"]\n', r'"spine/77".*did you mean "spine/1"'),
    ('failed = ["h200/r001/n1/nic/1"]\n', r"failed names"),
])
@pytest.mark.parametrize("command", ["check", "run"])
def test_faults_of_wiring_are_quoted(ondol, command, extra, said):
    text = TINY + FABRIC + extra
    ondol.write(text)
    error = ondol.refused(command, "scenario.toml", said=said)
    key = re.search(r"(dimensions|groups|failed) = ", extra)[1]
    line = lines_of(text, f"\n{key} = ") + 1
    value = text.splitlines()[line - 1].split(" = ")[1]
    assert f"scenario.toml:{line}:{len(key) + 4}: error" in error, error
    assert error.splitlines()[-1].endswith("| " + " " * (len(key) + 3) + "^" * len(value)), error


def test_check_refuses_what_a_run_would(ondol):
    ondol.write(TINY + TRAINING.replace("llama-3.1-8b", "llama-3.1-70b"))
    for command in ("check", "run"):
        error = ondol.refused(command, "scenario.toml", said=r"needs at least .* GB an accelerator.*would fit")
        assert re.search(r"\^{10}$", error.rstrip()), error


CAPPING = '\n[[capping]]\nname = "keep"\nbank = "ups"\n'
BUDGET = '\n[[budget]]\nname = "ask"\n'


@pytest.mark.parametrize("text, said", [
    (CAPPING.replace('"ups"', '"usp"'), 'there is no power bank "usp".*"ups"'),
    ('\n[[capping]]\nname = "keep"\n', "bank"),
    (CAPPING + 'limit = "100 kW"\nfraction = 0.5\n', "limit and fraction both say"),
    (CAPPING + 'fraction = 0\n', "fraction"),
    (CAPPING + 'release = 1.1\n', "release"),
    (CAPPING + 'method = "inband"\n', "in_band"),
    (CAPPING + 'limit = "100"\n', "unit|W"),
    (CAPPING + 'floor = "700 W"\n', "floor = 700 W leaves nothing to cap"),
    (CAPPING + CAPPING, "keep"),
    (BUDGET, "says nothing that the site may draw: give power, or a file"),
    (BUDGET + 'power = "30 kW"\nfile = "scenario.toml"\n', "power and file both say"),
    (BUDGET + 'file = "scenario.toml"\n', "scenario.toml:1.*first line must be time_s,power_mw"),
    (BUDGET + 'file = "missing.csv"\n', "missing.csv"),
])
def test_faults_of_power_control(ondol, text, said):
    ondol.write(TINY + text)
    ondol.refused("run", "scenario.toml", "-o", "out.h5", said=said)


@pytest.mark.parametrize("rows, said", [
    ("0,0.03\n0,0.02\n", "series.csv:3.*times must rise"),
    ("0,lots\n", 'series.csv:2.*"lots" is neither'),
    ("0\n", "series.csv:2.*comma"),
    ("-5,0.03\n", "series.csv:2.*0 or more"),
    ("", "series.csv:1.*no row"),
])
def test_faults_of_a_series_of_budgets(ondol, rows, said):
    ondol.write(TINY + BUDGET + 'file = "series.csv"\n')
    (ondol.folder / "series.csv").write_text("time_s,power_mw\n" + rows)
    ondol.refused("run", "scenario.toml", "-o", "out.h5", said=said)


@pytest.mark.parametrize("name", [".", "a/b", ""])
def test_names_that_no_group_can_have(ondol, name):
    ondol.write(TINY + TRAINING + WINDOW % name)
    ondol.refused("run", "scenario.toml", "-o", "out.h5", said="name")


@pytest.mark.parametrize("text, said", [
    (TRAINING.replace('"bf16"', '"fp4"'), "h100-sxm has no rate for fp4; that of fp8 counts"),
    (FABRIC + TRAINING.replace("400 Gbit", "800 Gbit"), r'more than the 400 Gbit/s that fabric "rails" carries'),
    (FABRIC + "storage_ports = 2\n", "storage_ports has no effect without storage_nodes"),
    ('[racks.power_smoothing]\nhold = "2 s"\n', "hold has no effect without floor"),
    (CAPPING + 'limit = "300 kW"\n', "limit = 300 kW is above the rating of 200 kW"),
    (CAPPING + 'fraction = 1.2\n', "the limit is above the rating of 200 kW"),
    ('\n[[power]]\nid = "idle"\nunit = "generic/ups-200kw"\nfed_by = ["utility"]\n' + CAPPING.replace('"ups"', '"idle"'), 'no rack hangs on "idle"'),
])
def test_what_is_hardly_meant_is_told(ondol, text, said):
    ondol.write(TINY + text if "racks." not in text else TINY.replace("[[steady]]", text + "[[steady]]"))
    done = ondol("check", "scenario.toml")
    assert done.returncode == 0, done.stderr
    assert re.search("warning: .*" + said, done.stderr), done.stderr

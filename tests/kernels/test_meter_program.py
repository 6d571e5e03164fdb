"""The built ondol-meter on the simulated card: whole campaigns, faults, signals, exit codes."""
import csv
import json
import os
import re
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
METER = Path(os.environ.get("ONDOL_METER", ROOT / "build" / "ondol-meter"))
TRUTH = ROOT / "kernels/fake/truth/h200_like.txt"
FILES = {"windows.csv", "samples.csv", "clocktrace.csv", "probe.json", "meta.json", "log.txt"}


@pytest.fixture(scope="module", autouse=True)
def built():
    if not METER.is_file():
        pytest.fail(f"{METER} is missing: make build")


def run(folder: Path, *arguments, code: int | None = 0, timeout: float = 60, **options) -> subprocess.CompletedProcess:
    done = subprocess.run([METER, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=timeout, **options)
    assert "terminate called" not in done.stderr
    assert code is None or done.returncode == code, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def measure(folder: Path, *arguments, truth: Path = TRUTH, out: str = "out", **options) -> subprocess.CompletedProcess:
    return run(folder, "measure", "--fake", truth, "--out", out, *arguments, **options)


def windows(folder: Path) -> list[dict[str, str]]:
    with open(folder / "windows.csv", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def power(row: dict[str, str]) -> float:
    return float(row["energy_counter_j"]) / (float(row["t1_s"]) - float(row["t0_s"]))


@pytest.fixture(scope="module")
def full(tmp_path_factory, built):
    folder = tmp_path_factory.mktemp("full")
    began = time.monotonic()
    measure(folder, "--plan", "full")
    assert time.monotonic() - began < 20
    return folder / "out"


# ------------------------------------------------------------------------------------------------ a whole campaign

def test_full_plan_is_whole(full):
    assert {p.name for p in full.iterdir()} == FILES
    rows = windows(full)
    assert len(rows) > 150 and not any(row["flags"] for row in rows)
    assert [int(row["window"]) for row in rows] == list(range(len(rows)))
    assert {row["role"] for row in rows} == {"state", "fit", "ladder", "temperature", "held_out"}
    assert {"idle_bare", "idle_context", "idle_after_work"} < {row["kernel"] for row in rows}
    assert float(rows[-1]["t1_s"]) < 570
    meta = json.loads((full / "meta.json").read_text())
    assert meta["ended"] == "done" and meta["windows"] == len(rows) and meta["steps_skipped"] == 0
    assert not {"serial", "uuid"} & {key.lower() for key in meta}


def test_repeats_of_one_load_agree_to_half_a_percent(full):
    rows = windows(full)
    pairs = [(a, b) for a, b in zip(rows, rows[1:]) if b["repeat"] == "1" and b["role"] in ("fit", "held_out")]
    assert len(pairs) > 40
    for a, b in pairs:
        leakage_w = 0.6 * (float(b["temperature_c"]) - float(a["temperature_c"]))  # a card that still cools draws less: no error
        assert abs((power(a) + leakage_w) / power(b) - 1) <= 0.005, a["kernel"]


def test_uncertainty_is_small_and_stated(full):
    for row in windows(full):
        assert 0 < float(row["uncertainty_j"]) < 0.002 * float(row["energy_counter_j"])


def test_work_adds_up(full):
    for row in windows(full):
        channels = sum(float(value) for key, value in row.items() if key.startswith("work_"))
        assert (channels > 0) == (not row["kernel"].startswith("idle") and row["kernel"] != "spin"), row["kernel"]
        if row["kernel"] == "tensor_bf16" and row["sm_share"] == "1":
            rate = float(row["work_tensor_bf16"]) / (float(row["t1_s"]) - float(row["t0_s"]))
            assert rate == pytest.approx(900e12 * float(row["sm_clock_kernel_hz"]) / 1.98e9, rel=2e-3)


def test_clocks_differ_by_load_at_the_limit(full):
    clocks = [float(row["sm_clock_kernel_hz"]) for row in windows(full) if row["reasons"] == "0x4"]
    assert min(clocks) < 1.4e9 and max(clocks) > 1.9e9


def test_samples_rise_in_time_without_repeats(full):
    with open(full / "samples.csv", newline="") as file:
        times = [float(row["t_s"]) for row in csv.DictReader(file)]
    assert all(a < b for a, b in zip(times, times[1:]))
    assert 0.095 < (times[-1] - times[0]) / (len(times) - 1) < 0.105  # the sensor publishes every 100 ms


def test_same_seed_same_bytes(full, tmp_path):
    measure(tmp_path, "--plan", "full")
    for name in FILES:
        assert (tmp_path / "out" / name).read_bytes() == (full / name).read_bytes(), name
    measure(tmp_path, "--plan", "quick", "--seed", "2", out="two")
    measure(tmp_path, "--plan", "quick", "--seed", "3", out="three")
    assert (tmp_path / "two/windows.csv").read_bytes() != (tmp_path / "three/windows.csv").read_bytes()


def test_reverse_measures_the_same_in_another_order(full, tmp_path):
    measure(tmp_path, "--reverse")
    order = [[row["kernel"] for row in windows(f) if row["role"] == "fit"] for f in (full, tmp_path / "out")]
    assert order[0] != order[1] and Counter(order[0]) == Counter(order[1])


@pytest.mark.parametrize("counter", ["integral", "boxcar"])
def test_alias_test_tells_the_counter(counter, tmp_path):
    truth = tmp_path / "truth.txt"
    truth.write_text(TRUTH.read_text().replace("counter = integral", f"counter = {counter}"))
    run(tmp_path, "probe", "--fake", truth)
    assert json.loads((tmp_path / "probe/probe.json").read_text())["alias_test"]["verdict"] == counter


@pytest.mark.parametrize("plan", ["quick", "dynamics", "probe"])
def test_other_plans(plan, tmp_path):
    measure(tmp_path, "--plan", plan)
    assert windows(tmp_path / "out")
    assert "skipped" not in (tmp_path / "out/log.txt").read_text()


def test_deadline_skips_by_name(tmp_path):
    said = measure(tmp_path, "--plan", "full", "--deadline", "100s").stdout
    assert "steps skipped" in said
    assert "skipped, the deadline is near: hbm_triad random_bits" in (tmp_path / "out/log.txt").read_text()
    assert float(windows(tmp_path / "out")[-1]["t1_s"]) < 100


def test_dry_run_flags_its_windows(tmp_path):
    measure(tmp_path, "--plan", "full", "--seconds-scale", "0.05")
    assert {row["flags"] for row in windows(tmp_path / "out")} == {"short"}


# ------------------------------------------------------------------------------------------------ contamination

@pytest.mark.parametrize("fault, flag", [("other_process 60 90", "other_process"), ("thermal 60 90", "thermal"),
                                         ("power_brake 60 70", "power_brake"), ("stale_counter 60 80", "stale_counter"),
                                         ("lowered_limit 60 80 500", "limit_below_default"), ("mig 60 80", "mig")])
def test_a_fault_is_flagged_while_it_lasts(fault, flag, tmp_path):
    measure(tmp_path, "--plan", "full", "--deadline", "150", "--faults", fault)
    begin, end = map(float, fault.split()[1:3])
    flagged = [row for row in windows(tmp_path / "out") if row["flags"]]
    assert flagged and {row["flags"] for row in flagged} == {flag}
    for row in windows(tmp_path / "out"):
        inside = float(row["t0_s"]) > begin and float(row["t1_s"]) < end
        outside = float(row["t1_s"]) < begin or float(row["t0_s"]) > end + 2
        assert (not inside or row["flags"]) and (not outside or not row["flags"]), row


@pytest.mark.parametrize("fault", ["mig", "other_process", "lowered_limit 0 inf 500", "locked_clocks 0 inf 1.4e9"])
def test_a_contaminated_card_is_refused_or_marked(fault, tmp_path):
    said = measure(tmp_path, "--plan", "quick", "--faults", fault, code=5).stderr
    assert "refused" in said and "--mark" in said
    assert not (tmp_path / "out").exists()
    measure(tmp_path, "--plan", "quick", "--faults", fault, "--mark")
    assert all(row["flags"] for row in windows(tmp_path / "out"))


def test_a_lost_device_ends_the_run_with_what_there_is(tmp_path):
    measure(tmp_path, "--plan", "full", "--faults", "lost 100", code=3)
    rows = windows(tmp_path / "out")
    assert len(rows) > 20 and "lost_device" in rows[-1]["flags"]
    assert json.loads((tmp_path / "out/meta.json").read_text())["ended"] == "device lost"


def test_without_the_counter_windows_are_longer_and_it_says_so(tmp_path):
    measure(tmp_path, "--plan", "quick", "--faults", "no_counter;no_instant")
    rows = windows(tmp_path / "out")
    assert all(not row["energy_counter_j"] and float(row["t1_s"]) - float(row["t0_s"]) >= 9.9 for row in rows)
    assert "windows of 10 s or more" in (tmp_path / "out/log.txt").read_text()


def test_missing_readings_leave_their_columns_empty(tmp_path):
    measure(tmp_path, "--plan", "quick", "--faults", "no_gpm;no_memory_power;no_memory_temperature")
    for row in windows(tmp_path / "out"):
        assert row["gpm_sm"] == row["memory_power_w"] == row["memory_temperature_c"] == "" and row["flags"] == ""
    probe = json.loads((tmp_path / "out/probe.json").read_text())
    assert probe["gpm"] == {"answers": False, "error": "Not Supported (code 3)"}


# ------------------------------------------------------------------------------------------------ signals and input

@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_leaves_valid_files(number, code, tmp_path):
    process = subprocess.Popen([METER, "measure", "--fake", TRUTH, "--out", "out", "--seconds-scale", "50", "--deadline", "100000"],
                               cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    table = tmp_path / "out/windows.csv"
    until = time.monotonic() + 30
    while (not table.exists() or table.read_text().count("\n") < 5) and time.monotonic() < until:
        time.sleep(0.005)
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == code
    text = table.read_text()
    assert text.endswith("\n") and len({line.count(",") for line in text.splitlines()}) == 1
    meta = json.loads((tmp_path / "out/meta.json").read_text())
    assert meta["ended"] == "stopped by a signal" and meta["windows"] == len(windows(tmp_path / "out"))


def test_no_driver_is_one_line_and_the_recorded_calibrations(tmp_path):
    said = run(tmp_path, "measure", "--out", "out", code=4, env={**os.environ, "ONDOL_NVML": "/nowhere/libnvidia-ml.so.1"}).stderr
    assert said.splitlines()[0].startswith("nothing to measure: NVML cannot be loaded")
    assert "recorded calibrations" in said.splitlines()[1]
    assert not (tmp_path / "out").exists()


def test_a_campaign_is_never_written_over(tmp_path):
    measure(tmp_path, "--plan", "probe")
    before = (tmp_path / "out/windows.csv").read_bytes()
    assert "holds a campaign already" in measure(tmp_path, "--plan", "probe", code=2).stderr
    assert (tmp_path / "out/windows.csv").read_bytes() == before


@pytest.mark.parametrize("arguments, said", [([], "which command"), (["mesure"], "unknown command mesure"),
                                             (["measure", "--plam", "full"], "unknown argument --plam"),
                                             (["measure", "--plan", "slow"], "none of quick, full, dynamics, probe"),
                                             (["measure", "--out"], "--out lacks its value"),
                                             (["measure", "--deadline", "soon"], "--deadline = soon"),
                                             (["measure", "--seed", "-1"], "--seed = -1"),
                                             (["measure", "--faults", "mig"], "simulated card only"),
                                             (["measure", "--fake", "nowhere.txt"], "nowhere.txt: cannot be read"),
                                             (["measure", "--fake", "bad.txt"], "bad.txt: line 1: unknown key"),
                                             (["measure", "--fake", str(TRUTH), "--faults", "flood"], "unknown fault \"flood\""),
                                             (["measure", "--fake", str(TRUTH), "--out", "/proc/nowhere"], "cannot be made"),
                                             (["list", "all"], "list takes no arguments")])
def test_bad_input_says_what_is_wrong(arguments, said, tmp_path):
    (tmp_path / "bad.txt").write_text("idle = 3\n")
    assert re.search(re.escape(said), run(tmp_path, *arguments, code=2).stderr)


def test_list_names_kernels_and_what_was_recorded(tmp_path):
    said = run(tmp_path, "list").stdout
    assert "hbm_read (fit): " in said and "gemm_square_bf16 (held_out): " in said
    assert "  aiconfigurator/h200: NVIDIA H200\n" in said
    assert "  nvidia/h200-sxm: NVIDIA H200, literature\n" in said
    assert "  amd/mi300x: AMD Instinct MI300X, datasheet\n" in said, "every entry of a file, not the first alone"


def test_check_runs_every_kernel(tmp_path):
    said = run(tmp_path, "check", "--fake", TRUTH).stdout.splitlines()
    assert "hbm_read: agrees" in said and len(said) > 40
    some = run(tmp_path, "check", "--fake", TRUTH, "--only", "hbm_read,spin,adamw", "--without", "spin").stdout
    assert some == "hbm_read: agrees\nadamw: agrees\n"
    assert "no kernel \"hbm\"" in run(tmp_path, "check", "--fake", TRUTH, "--only", "hbm", code=2).stderr


def test_kernels_can_be_left_out(tmp_path):
    measure(tmp_path, "--plan", "quick", "--without", "hbm_read,gemv_batch1")
    measured = {row["kernel"] for row in windows(tmp_path / "out")}
    assert "tensor_bf16" in measured and not {"hbm_read", "gemv_batch1"} & measured


def test_help_says_how_it_ends(tmp_path):
    assert "Ends with 0 done, 2 bad input" in run(tmp_path, "--help").stdout

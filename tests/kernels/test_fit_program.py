"""ondol-meter fit and report on campaigns of the simulated card, whose coefficients are known."""
import json
import math
import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
METER = Path(os.environ.get("ONDOL_METER", ROOT / "build" / "ondol-meter"))
TRUTH = ROOT / "kernels/fake/truth/h200_like.txt"
SCALARS = {"idle": "idle_w", "context": "context_w", "awake": "awake_w", "leakage_slope": "leakage_w_per_k", "voltage_slope": "voltage_slope"}


def meter(*arguments, code=0):
    done = subprocess.run([METER, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done


@pytest.fixture(scope="module", autouse=True)
def built():
    if not METER.is_file():
        pytest.fail(f"{METER} is missing: make build")
    if "no fit" in subprocess.run([METER, "fit"], capture_output=True, text=True).stderr:
        pytest.skip("built without Ceres or toml++")


def measure(folder, *arguments, seed=1, truth=TRUTH):
    meter("measure", "--plan", "full", "--fake", truth, "--out", folder, "--seed", seed, *arguments)
    return folder


def fit(folder, *arguments, output="calibration.toml"):
    return json.loads(meter("fit", folder, "-o", folder / output, "--json", "--force", *arguments).stdout)


def truth(file=TRUTH):
    pairs = [line.split("=") for line in file.read_text().splitlines() if "=" in line and not line.startswith("#")]
    raw = {key.strip(): value.strip() for key, value in pairs}
    known = {name: float(raw[key]) for name, key in SCALARS.items()}
    return known | {k: 1e-12 * float(v) for k, v in raw.items() if k.startswith(("control.", "data."))}


def pulls(result, known):
    return {name: (e["value"] - known[name]) / e["sd"] for name, e in result["estimates"].items()}


@pytest.fixture(scope="module")
def campaigns(tmp_path_factory, built):
    folder = tmp_path_factory.mktemp("campaigns")
    return [measure(folder / str(seed), seed=seed) for seed in range(1, 7)]


def test_every_coefficient_within_three_errors(campaigns):
    result = fit(campaigns[0])
    assert len(result["estimates"]) == 41
    assert max(abs(p) for p in pulls(result, truth()).values()) < 3
    assert result["rank"] == 43 and result["condition_number"] < 100
    assert result["held_out"]["mape"] < 0.02 and abs(result["held_out"]["worst"]) < 0.02
    assert result["limit_held"] == pytest.approx(0.985, abs=0.001)
    assert result["clock_at_the_limit"]["mape"] < 0.01
    # what the windows said, not the priors
    assert max(e["prior_share"] for name, e in result["estimates"].items() if "pcie" not in name) < 0.02


def test_heat_and_limiter_of_the_card(campaigns):
    result = fit(campaigns[0])
    heat = result["thermal"]
    assert heat["fast_resistance"] == pytest.approx(0.02, rel=0.03) and heat["fast_time"] == pytest.approx(1.5, rel=0.1)
    assert heat["slow_resistance"] == pytest.approx(0.035, rel=0.03) and heat["slow_time"] == pytest.approx(60, rel=0.05)
    assert 0.005 < result["limiter_step"]["time_s"] < 0.03  # the card's filter has 20 ms


def test_stated_errors_are_honest_over_seeds(campaigns):
    """The pulls of the same coefficient over seeds share the steps of the thermometer, so their spread is judged in all."""
    every = [p for folder in campaigns for p in pulls(fit(folder), truth()).values()]
    mean = sum(every) / len(every)
    spread = math.sqrt(sum(p * p for p in every) / len(every))
    assert abs(mean) < 0.25
    assert 0.4 < spread < 1.25  # the meter states its errors a little too wide; never too narrow
    assert sum(abs(p) > 3 for p in every) / len(every) < 0.01


@pytest.mark.parametrize("noise", ["boxcar", "integral"])
def test_either_kind_of_counter(tmp_path, noise):
    text = TRUTH.read_text().replace("counter = integral", f"counter = {noise}")
    other = tmp_path / "truth.txt"
    other.write_text(text)
    result = fit(measure(tmp_path / "c", truth=other))
    assert max(abs(p) for p in pulls(result, truth()).values()) < 4
    assert result["held_out"]["mape"] < 0.02


def test_contaminated_windows_are_flagged_and_change_little(campaigns, tmp_path):
    clean = fit(campaigns[0])
    folder = measure(tmp_path / "dirty", "--mark", "--faults", "other_process 150 180 60; thermal 260 280 1.2e9")
    dirty = fit(folder)
    flagged = [w for w in dirty["left_out"] if w["why"].startswith("flagged")]
    assert len(flagged) >= 5
    for name, e in dirty["estimates"].items():
        there = clean["estimates"][name]
        assert abs(e["value"] - there["value"]) < 3 * math.hypot(e["sd"], there["sd"]), name


def thin(source, folder, keep):
    folder.mkdir()
    shutil.copy(source / "meta.json", folder)
    header, *rows = (source / "windows.csv").read_text().splitlines()
    kept = [row for row in rows if keep(dict(zip(header.split(","), row.split(","), strict=True)))]
    (folder / "windows.csv").write_text("\n".join([header, *kept]) + "\n")
    return folder


def test_half_of_the_kernels_still_fit(campaigns, tmp_path):
    gone = {"tensor_fp16", "tensor_tf32", "tensor_int8", "tensor_fp64", "fma_fp16x2", "fma_bf16x2", "fma_fp64", "integer_logic",
            "special_ex2", "special_rcp", "l1_read", "l2_write", "hbm_copy", "hbm_triad", "hbm_sector", "host_to_device", "device_to_host"}
    folder = thin(campaigns[0], tmp_path / "half", lambda w: w["kernel"] not in gone)
    result = fit(folder)
    assert "control.tensor_int8" not in result["estimates"]
    assert result["estimates"]["control.tensor_bf16"]["value"] == pytest.approx(0.28e-12, rel=0.05)
    entry = tomllib.loads((folder / "calibration.toml").read_text())["calibration"]
    control = next(iter(entry.values()))["control"]
    assert control["tensor_int8"]["tier"] == "assumed"  # the prior's, and said so


def test_without_zeros_the_rank_is_said(campaigns, tmp_path):
    folder = thin(campaigns[0], tmp_path / "random", lambda w: w["fill"] in ("", "random_bits"))
    text = meter("fit", folder, "-o", folder / "c.toml").stdout
    assert "the windows do not determine" in text and "the priors do" in text
    result = fit(folder)
    assert result["rank"] < 43 and result["undetermined"]


def test_two_boards_are_pooled_by_gain(campaigns, tmp_path):
    other = tmp_path / "truth.txt"
    other.write_text(TRUTH.read_text().replace("gain = 1", "gain = 1.04"))
    second = measure(tmp_path / "second", truth=other, seed=9)
    out = tmp_path / "pooled.toml"
    result = json.loads(meter("fit", campaigns[0], second, "-o", out, "--json").stdout)
    assert result["gains"][1] / result["gains"][0] == pytest.approx(1.04, abs=0.003)


def test_file_is_repeatable_and_reports(campaigns, tmp_path):
    files = [tmp_path / "a.toml", tmp_path / "b.toml"]
    for file in files:
        meter("fit", campaigns[0], "-o", file)
    assert files[0].read_bytes() == files[1].read_bytes()
    entry = next(iter(tomllib.loads(files[0].read_text())["calibration"].values()))
    n = len(entry["parameters"])
    assert len(entry["covariance"]) == n and all(len(row) == n for row in entry["covariance"])
    for i, name in enumerate(entry["parameters"]):
        part, _, channel = name.partition(".")
        value = entry[part][channel] if channel else entry[part]
        assert math.sqrt(entry["covariance"][i][i]) == pytest.approx(value["uncertainty"], rel=0.01), name
    text = meter("report", files[0], campaigns[1]).stdout
    assert "ALL HELD OUT" in text and "control.hbm_read" in text
    assert json.loads(meter("report", files[0], campaigns[1], "--json").stdout)["held_out"]["mape"] < 0.02


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no folder"),
        (["{c}"], "-o"),
        (["{c}", "-o", "{t}/x.toml", "--tier", "guess"], "--tier"),
        (["{c}", "-o", "{t}/x.toml", "--priors", "voodoo"], "voodoo"),
        (["{c}", "-o", "{t}/no/such/x.toml"], "cannot be written"),
        (["{t}/nothing", "-o", "{t}/x.toml"], "no folder of a campaign"),
        (["{c}", "-o", "{c}/windows.csv"], "--force"),
        (["{c}", "--surprise", "-o", "{t}/x.toml"], "--surprise"),
    ],
)
def test_bad_arguments_end_with_two_and_words(campaigns, tmp_path, arguments, said):
    words = [a.format(c=campaigns[0], t=tmp_path) for a in arguments]
    done = meter("fit", *words, code=2)
    assert said in done.stderr and "terminate" not in done.stderr
    assert not list(tmp_path.glob("*.toml*")), "nothing half is left"


def test_bad_files_name_their_place(campaigns, tmp_path):
    def broken(name, change):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "windows.csv").write_text(change((campaigns[0] / "windows.csv").read_text()))
        shutil.copy(campaigns[0] / "meta.json", folder)
        return meter("fit", folder, "-o", tmp_path / "x.toml", code=2).stderr

    assert "windows.csv:3:" in broken("word", lambda t: t.replace("\n1,", "\none,", 1))
    assert "windows.csv" in broken("cut", lambda t: t[:-20])
    assert "windows can be fitted" in broken("empty", lambda t: t.split("\n")[0] + "\n")
    calibration = tmp_path / "c.toml"
    meter("fit", campaigns[0], "-o", calibration)
    calibration.write_text(calibration.read_text().replace("limit_held", "limit_hold"))
    assert "c.toml:" in meter("report", calibration, code=2).stderr

"""`ondol ask kernel`: answers that hang together, and questions that have none."""
import json

import pytest

H200 = ("ask", "kernel", "--gpu", "nvidia/h200-sxm")


def answer(ondol, *question) -> dict:
    done = ondol(*question, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_product(ondol):
    a = answer(ondol, *H200, "--gemm", "8192,8192,8192", "--dtype", "bf16")
    assert 1e-3 < a["time_s"]["value"] < 3e-3
    assert a["energy_j"]["value"] == pytest.approx(a["time_s"]["value"] * a["mean_power_w"]["value"])
    assert a["mean_power_w"]["value"] <= a["limit_w"] == 700
    assert a["work"]["tensor_bf16"] == 2 * 8192**3
    assert a["bound_by"] in ("compute", "limit")
    for number in ("time_s", "energy_j", "mean_power_w", "clock_hz", "demand_w"):
        assert a[number]["uncertainty"] >= 0 and a[number]["tier"] in ("measured", "literature", "datasheet", "assumed")
    assert a["time_s"]["uncertainty"] > 0.01


def test_words_for_people(ondol):
    done = ondol(*H200, "--gemm", "8192,8192,8192")
    assert done.returncode == 0, done.stderr
    for word in ("time", "energy", "mean power", "clock", "bound by", "nvidia/h200-sxm", "±", "limit 700 W"):
        assert word in done.stdout
    assert len(done.stdout.splitlines()) < 12


def test_a_lower_limit_makes_it_slower_and_cheaper(ondol):
    free = answer(ondol, *H200, "--gemm", "8192,8192,8192")
    held = answer(ondol, *H200, "--gemm", "8192,8192,8192", "--limit", "450W")
    assert held["bound_by"] == "limit" and held["mean_power_w"]["value"] <= 450
    assert held["time_s"]["value"] > free["time_s"]["value"]
    assert held["energy_j"]["value"] < free["energy_j"]["value"]
    assert held["clock_hz"]["value"] < free["clock_hz"]["value"]


def test_zeros_cost_less_and_heat_costs_more(ondol):
    demand = {fill: answer(ondol, *H200, "--gemm", "8192,8192,8192", "--fill", fill)["demand_w"]["value"] for fill in ("zeros", "normal", "random_bits")}
    assert demand["zeros"] < demand["normal"] < demand["random_bits"]
    cool, warm = (answer(ondol, *H200, "--gemm", "16,8192,8192", "--temperature", t)["mean_power_w"]["value"] for t in ("40degC", "80degC"))
    assert cool < warm


def test_attention(ondol):
    decode = answer(ondol, *H200, "--attention", "decode:batch=64,heads=32,kv_heads=8,head_dim=128,cache=4096")
    assert decode["bound_by"] in ("memory", "limit")
    assert decode["work"]["hbm_read"] == pytest.approx(2 * 2 * 64 * 8 * 128 * 4096, rel=0.05)
    prefill = answer(ondol, *H200, "--attention", "prefill:batch=8,tokens=2048")
    assert prefill["bound_by"] in ("compute", "limit")
    assert prefill["compute_share"] > 0.5 > decode["compute_share"]


def test_activity(ondol):
    a = answer(ondol, *H200, "--activity", "tensor_bf16=300TFLOP/s,hbm_read=1 TB/s,awake=0.5")
    assert a["awake"] == 0.5 and a["speed"]["value"] == 1 and "time_s" not in a
    more = answer(ondol, *H200, "--activity", "tensor_bf16=300TFLOP/s,hbm_read=2 TB/s,awake=0.5")
    assert more["mean_power_w"]["value"] > a["mean_power_w"]["value"]


def test_a_tiny_kernel_waits(ondol):
    done = ondol(*H200, "--gemm", "64,64,64", "--json")
    assert json.loads(done.stdout)["bound_by"] == "latency"


@pytest.mark.parametrize("question,said", [
    (("--gpu", "nvidia/h20-sxm", "--gemm", "1,2,3"), 'Did you mean "nvidia/h200-sxm"'),
    (("--gemm", "1,2,3"), "--gpu is required"),
    (("--gpu", "nvidia/h200-sxm"), "one of --gemm, --attention, --activity"),
    (("--gpu", "nvidia/h200-sxm", "--gemm", "1,2,3", "--activity", "awake=1"), "only one of"),
    (("--gpu", "nvidia/h200-sxm", "--gemm", "1,2"), "three sizes"),
    (("--gpu", "nvidia/h200-sxm", "--gemm", "1,2,-3"), "whole number"),
    (("--gpu", "nvidia/h200-sxm", "--gemm", "1,2,3,"), "three sizes"),
    (("--gpu", "nvidia/h200-sxm", "--gemm", "1,2,3", "--dtype", "bf8"), "Did you mean"),
    (("--gpu", "nvidia/h200-sxm", "--gemm", "1,2,3", "--dtype", "fp4"), "it has fp64, tf32, bf16, fp16, fp8, int8"),
    (("--gpu", "nvidia/h200-sxm", "--gemm", "1,2,3", "--fill", "ones"), "zeros"),
    (("--gpu", "nvidia/h200-sxm", "--gemm", "1,2,3", "--limit", "500"), 'Write "500 W"'),
    (("--gpu", "nvidia/h200-sxm", "--gemm", "1,2,3", "--limit", "900W"), "to 700 W is allowed"),
    (("--gpu", "nvidia/h200-sxm", "--gemm", "1,2,3", "--limit", "5 kWh"), "not a power"),
    (("--gpu", "nvidia/h200-sxm", "--gemm", "1,2,3", "--temperature", "500degC"), "out of range"),
    (("--gpu", "nvidia/h200-sxm", "--gemm", "1,2,3", "--temperature", "60 K/W"), "temperature"),
    (("--gpu", "nvidia/h200-sxm", "--attention", "middle"), "prefill or decode"),
    (("--gpu", "nvidia/h200-sxm", "--attention", "decode:batch=3"), "needs cache="),
    (("--gpu", "nvidia/h200-sxm", "--attention", "prefill:tokens=3,haeds=2"), 'Did you mean "heads"'),
    (("--gpu", "nvidia/h200-sxm", "--attention", "prefill:tokens=3,heads=7,kv_heads=2"), "evenly"),
    (("--gpu", "nvidia/h200-sxm", "--attention", "prefill:tokens=3,tokens=4"), "twice"),
    (("--gpu", "nvidia/h200-sxm", "--activity", "tensor_bf61=1TFLOP/s"), 'Did you mean "tensor_bf16"'),
    (("--gpu", "nvidia/h200-sxm", "--activity", "tensor_bf16=1TB/s"), "not an operation rate"),
    (("--gpu", "nvidia/h200-sxm", "--activity", "tensor_bf16=2000TFLOP/s"), "above the peak"),
    (("--gpu", "nvidia/h200-sxm", "--activity", "hbm_read=3TB/s,hbm_write=3TB/s"), "above the bandwidth"),
    (("--gpu", "nvidia/h200-sxm", "--activity", "awake=2"), "share from 0 to 1"),
    (("--gpu", "nvidia/h200-sxm", "--activity", ""), "key=value"),
])
def test_questions_without_an_answer(ondol, question, said):
    ondol.refused("ask", "kernel", *question, said=said)


def calibrations(ondol, change) -> dict:
    """An environment whose catalogue is the shipped one with one file of calibrations changed."""
    import shutil

    from ondol_program import ROOT
    folder = ondol.folder / "catalogue"
    shutil.copytree(ROOT / "scenarios/catalogue", folder)
    file = folder / "calibrations/nvidia-h200-sxm.toml"
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    return {"ONDOL_CATALOGUE": str(folder)}


def test_outside_of_what_the_calibration_saw_it_says_so(ondol):
    import os

    def seen(text: str) -> str:
        for key in ("lowest_clock", "lowest_temperature", "highest_temperature", "highest_power"):
            text = "\n".join(line for line in text.split("\n") if not line.startswith(key))
        return text.replace("reference_clock", 'lowest_clock = "1700 MHz"\nhighest_temperature = "70 degC"\nhighest_power = "600 W"\nreference_clock', 1)

    environment = os.environ | calibrations(ondol, seen)
    done = ondol(*H200, "--gemm", "8192,8192,8192", "--temperature", "75 degC", env=environment)
    assert done.returncode == 0
    for part in ("below the lowest that the calibration saw, 1700 MHz", "highest temperature that the calibration saw, 70 degC",
                 "highest that the calibration saw, 600 W"):
        assert part in done.stderr


def test_a_broken_calibration_is_shown_with_its_place(ondol):
    import os
    environment = os.environ | calibrations(ondol, lambda text: text.replace("idle = {", "idel = {"))
    error = ondol(*H200, "--gemm", "1,2,3", env=environment).stderr
    assert "nvidia-h200-sxm.toml" in error and 'Did you mean "idle"' in error and "^" in error


def test_a_draw_of_the_calibrations_moves_the_energy_and_repeats(ondol):
    from ondol_program import TINY
    ondol.write(TINY)

    def energy(n: int, name: str) -> float:
        done = ondol("run", "scenario.toml", "--set", f"simulation.calibration_draw={n}", "-o", name, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["kpis"]["energy"]["value"]

    estimate, first, again, second = energy(0, "a.h5"), energy(1, "b.h5"), energy(1, "c.h5"), energy(2, "d.h5")
    assert first == again
    assert len({estimate, first, second}) == 3
    assert first == pytest.approx(estimate, rel=0.5)

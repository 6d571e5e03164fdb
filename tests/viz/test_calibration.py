"""The page about a calibration, and its own reading of the equation, checked by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from ondol_viz.calibration import CalibrationError, judged, read_calibration, read_priors, read_windows
from ondol_viz.calibration.__main__ import main

TOML = """
[calibration."test/board"]
format = 1
name = "Board <b>"
source = "nobody"
tier = "measured"
date = "2026-11-25"
board = "NVIDIA H200"
note = "by hand"
reference_clock = "2000 MHz"
minimum_clock = { value = "340 MHz", tier = "assumed", why = "so" }
reference_temperature = "45 degC"
idle = { value = "70 W", uncertainty = 0.01 }
context = { value = "40 W", uncertainty = 0.02 }
awake = { value = "50 W", uncertainty = 0.05 }
leakage_slope = { value = "0.5 W/K", uncertainty = 0.1 }
voltage_slope = { value = 0.5, uncertainty = 0.1 }
voltage_floor = { value = 0.7, tier = "assumed", why = "so" }
limit_held = 0.985
parameters = ["idle", "control.tensor_bf16"]
covariance = [[0.0001, 0.0], [0.0, 0.0009]]
[calibration."test/board".control]
tensor_bf16 = { value = "0.3 pJ/FLOP", uncertainty = 0.03 }
hbm_read = "70 pJ/B"
[calibration."test/board".data]
tensor_bf16 = { value = "0.2 pJ/FLOP", uncertainty = 0.03 }
hbm_read = "20 pJ/B"
[calibration."test/board".quality]
windows_fit = 3
windows_held_out = 1
condition_number = 3.0
r2 = 0.99
fit_mape = 0.01
"""

COLUMNS = (
    "window,kernel,role,fill,toggle,sm_share,seed,period_s,repeat,t0_s,t1_s,energy_counter_j,energy_instant_j,energy_average_j,"
    "uncertainty_j,memory_power_w,temperature_c,memory_temperature_c,sm_clock_nvml_hz,sm_clock_kernel_hz,limit_w,reasons,flags,"
    "launches,awake,work_tensor_bf16,work_hbm_read"
)
ROWS = (
    # by hand: bare idle 70 - 5 W of leakage at 35 degC
    "0,idle_bare,state,,0,1,1,0,0,0,2,130,,,1,,35,,340e6,,700,0x1,,0,0,0,0",
    # 70 + 40 + 5 + phi g 50 + g (0.3 + 0.2) 400, phi = 0.8, g = 0.81
    "1,tensor_bf16,fit,random_bits,1,1,1,0,0,2,4,618.8,,,1,,55,,1600e6,1600e6,700,0x4,,9,1,800e12,0",
    # 70 + 40 + 50 + 80 pJ/B x 2 TB/s at half toggle
    "2,decode,held_out,random_bits,0.5,1,1,0,0,4,6,,640,,1,,45,,2000e6,2000e6,700,0x0,,9,1,0,4e12",
    "3,hbm_read,fit,random_bits,1,1,1,0,0,6,8,999,,,1,,45,,2000e6,2000e6,700,0x0,thermal,9,1,0,4e12",
    "4,idle_after_work,state,,0,1,1,0,0,8,10,240,,,1,,45,,2000e6,,700,0x0,,0,0,0,0",
)


@pytest.fixture
def calibration(tmp_path: Path) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(TOML)
    return path


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    folder = tmp_path / "campaign"
    folder.mkdir()
    (folder / "windows.csv").write_text("\n".join([COLUMNS, *ROWS]) + "\n")
    return folder




def test_equation_by_hand(calibration: Path, campaign: Path) -> None:
    rows = judged(read_calibration(calibration), read_windows([campaign]))
    assert rows["kernel"].tolist() == ["idle_bare", "tensor_bf16", "decode"]  # flagged and decaying windows are left out
    assert rows["predicted_w"].tolist() == pytest.approx([65, 115 + 0.8 * 0.81 * 50 + 0.81 * 200, 320])
    assert rows["residual"].tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    assert rows["held_out"].tolist() == [False, False, True]


def test_unknown_clock_at_the_limit_is_no_error(calibration: Path, campaign: Path) -> None:
    windows = read_windows([campaign])
    windows.loc[1, ["sm_clock_kernel_hz", "sm_clock_nvml_hz"]] = float("nan")
    windows.loc[1, "limit_w"] = 310.0
    row = judged(read_calibration(calibration), windows).iloc[1]
    assert row["residual"] == pytest.approx(0)
    windows.loc[1, "limit_w"] = 700.0
    assert judged(read_calibration(calibration), windows).iloc[1]["residual"] == pytest.approx((115 + 50 + 200) / 309.4 - 1)


def test_page_stands_alone_and_escapes(calibration: Path, campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main([str(calibration), str(campaign), "-o", str(out)]) == 0
    assert capsys.readouterr().out == f"5 pictures and {out / 'index.html'}\n"
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "Board &lt;b&gt;" in page and "<b>" not in page
    assert page.count("data:image/png;base64,") == 5
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    assert "0.3000" in page and "pJ/FLOP" in page
    assert "mean error of the held-out windows shown here" in page


def test_page_without_campaign(calibration: Path, tmp_path: Path) -> None:
    assert main([str(calibration), "-o", str(tmp_path / "out")]) == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["coefficients.png", "index.html", "voltage.png"]


def test_priors_of_the_family(calibration: Path) -> None:
    priors = read_priors(read_calibration(calibration))
    assert priors["idle"].value == 75 and priors["control.hbm_read"].value == pytest.approx(69.6e-12)
    assert priors["idle"].uncertainty == 0.15


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('idle = { value = "70 W"', 'idle = { value = "70 V"'), "idle"),
        (("[calibration", "[calibrated"), "no calibration"),
        (('context = { value = "40 W", uncertainty = 0.02 }', ""), "context"),
        (("format = 1", "format = = 1"), "c.toml"),
    ],
)
def test_bad_files_are_said(calibration: Path, tmp_path: Path, change: tuple[str, str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    calibration.write_text(TOML.replace(*change))
    assert main([str(calibration), "-o", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    with pytest.raises(CalibrationError):
        read_calibration(calibration)

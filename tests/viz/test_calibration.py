"""The page about a calibration, and its own reading of the equation, checked by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from ondol_viz import MissingData
from ondol_viz.calibration import charts, plots, views
from ondol_viz.calibration import CalibrationError, judged, read_calibration, read_priors, read_windows
from ondol_viz.calibration.__main__ import main

ROOT = Path(__file__).resolve().parents[2]

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
    assert sorted(p.stem for p in out.glob("*.png")) == ["coefficients", "predicted", "residuals", "temperature", "voltage"]
    for name in ("coefficients", "predicted", "residuals", "temperature", "voltage"):
        assert f'<figure id="{name}" class="chart"' in page and f'id="chart-{name}"' in page
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", page)
    assert "0.3000" in page and "pJ/FLOP" in page
    assert "mean error of the held-out windows shown here" in page and "제외 구간의 평균 오차" in page
    low, high = 0.3 * (1 - 1.96 * 0.03), 0.3 * (1 + 1.96 * 0.03)  # of control.tensor_bf16
    assert f"{low:.4f}" in page and f"{high:.4f}" in page


def test_one_page_in_korean(calibration: Path, campaign: Path, tmp_path: Path) -> None:
    assert main([str(calibration), str(campaign), "-o", str(tmp_path / "p.html"), "--language", "ko"]) == 0
    assert '<html lang="ko">' in (tmp_path / "p.html").read_text(encoding="utf-8")
    assert not list(tmp_path.glob("*.png"))


def test_errors_by_hand(calibration: Path, campaign: Path) -> None:
    rows = judged(read_calibration(calibration), read_windows([campaign]))
    assert rows["measured_error_w"].tolist() == [0.5, 0.5, 0.5]  # 1 J in 2 s
    control = 0.81 * 0.3 * 400 * 0.03  # V2, pJ/FLOP, TFLOP/s, relative error
    assert rows["predicted_error_w"].tolist() == pytest.approx([0.7, (0.7**2 + control**2) ** 0.5, 0.7], rel=1e-6)


def test_pictures_hold_the_numbers(calibration: Path, campaign: Path) -> None:
    read = read_calibration(calibration)
    rows = judged(read, read_windows([campaign]))
    fitted, held_out = views.groups(rows)
    assert fitted.order == ("idle_bare", "tensor_bf16") and held_out.kernels == ("decode",)
    assert fitted.residual_error.tolist() == pytest.approx([(0.5**2 + 0.7**2) ** 0.5 / 65, (0.5**2 + 0.7**2 + 2.916**2) ** 0.5 / 309.4], rel=1e-4)
    chart = charts.predicted(rows)
    assert chart.data[1].error_x.array.tolist() == [0.5, 0.5] and chart.data[2].y[0] == pytest.approx(320)
    assert "measured 320.0 ± 0.5 W" in chart.data[2].text[0] and chart.data[1].marker.symbol != chart.data[2].marker.symbol
    apart = charts.residuals(rows)
    assert [trace.yaxis for trace in apart.data] == ["y", "y2"]
    estimates = charts.coefficients(read, read_priors(read))
    assert any("0.3 pJ/FLOP ± 3 %" in text for trace in estimates.data if trace.customdata is not None for text in trace.customdata)
    with pytest.raises(MissingData, match="no window can be judged"):
        plots.residuals(rows.iloc[:0])
    with pytest.raises(MissingData, match="temperature"):
        charts.temperature(rows.assign(temperature_c=float("nan")))


def test_a_covariance_of_another_size_is_said(calibration: Path) -> None:
    calibration.write_text(TOML.replace("covariance = [[0.0001, 0.0], [0.0, 0.0009]]", "covariance = [[0.0001]]"))
    with pytest.raises(CalibrationError, match="covariance"):
        read_calibration(calibration)


def test_recorded_campaigns_are_drawn() -> None:
    read = read_calibration(ROOT / "scenarios/catalogue/calibrations/nvidia-h200-sxm.toml")
    rows = judged(read, read_windows([ROOT / "kernels/recorded/aiconfigurator/h200"]))
    assert float(rows[rows["held_out"]]["residual"].abs().mean()) == pytest.approx(read.quality["held_out_mape"], abs=1e-3)
    assert len(str(charts.residuals(rows).to_json())) < 300_000
    assert plots.residuals(rows).axes[1].get_title("left") == f"held out ({int(rows['held_out'].sum())} windows)"


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

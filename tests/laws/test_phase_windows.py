"""Phase windows: the same energy seen closer, exact means whatever the period, and nothing changed for the run around them."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.support.program import EXAMPLES, ondol, run_scenario


def scenario(folder: Path, window: str, example: str = "one_hall.toml") -> Path:
    file = folder / "windowed.toml"
    file.write_text(f'extends = "{EXAMPLES / example}"\n[[phase_window]]\nname = "w"\n{window}\n')
    return file


def kpis(result: dict) -> dict[str, float]:
    return {name: k["value"] for name, k in result["kpis"].items()}


def test_a_steady_hour_has_the_energy_of_its_means(tmp_path: Path) -> None:
    file = scenario(tmp_path, 'start = "5 h"\nduration = "1 h"')
    result = run_scenario(file, tmp_path / "run.h5", "--until", "7 h")
    assert abs(result["ledger_residual"]) < 1e-9
    assert abs(kpis(result)["phase_energy_difference"]) < 0.005
    with h5py.File(tmp_path / "run.h5") as h5:
        fine, coarse = h5["windows/w"], h5["site"]
        assert fine["time"].shape == (360_000,)
        inside = (coarse["time"][:] > 18_000) & (coarse["time"][:] <= 21_600)
        assert fine["power"][:].mean(dtype=float) == pytest.approx(coarse["power"][inside].mean(dtype=float), rel=0.005)
        np.testing.assert_allclose(fine["hall_power"][:].sum(axis=1), fine["it_power"][:], rtol=1e-4)


def test_the_period_does_not_change_the_means(tmp_path: Path) -> None:
    for period in ("10 ms", "20 ms"):
        file = scenario(tmp_path, f'start = "3 h"\nduration = "60 s"\nperiod = "{period}"\nracks = true')
        run_scenario(file, tmp_path / f"{period}.h5", "--until", "4 h")
    with h5py.File(tmp_path / "10 ms.h5") as a, h5py.File(tmp_path / "20 ms.h5") as b:
        for series in ("it_power", "rack_power", "job_power"):
            fine = a["windows/w"][series][:].astype(float)
            joined = 0.5 * (fine[0::2] + fine[1::2])
            np.testing.assert_allclose(joined, b["windows/w"][series][:], rtol=5e-5, err_msg=series)
        np.testing.assert_allclose(a["windows/w/rack_power"][:].sum(axis=1), a["windows/w/it_power"][:], rtol=1e-4)


def test_a_window_leaves_the_run_as_it_is_and_repeats_bit_for_bit(tmp_path: Path) -> None:
    file = scenario(tmp_path, 'start = "3 h"\nduration = "30 s"')
    one = run_scenario(file, tmp_path / "a.h5", "--until", "6 h")
    two = run_scenario(file, tmp_path / "b.h5", "--until", "6 h")
    bare = run_scenario(EXAMPLES / "one_hall.toml", tmp_path / "c.h5", "--until", "6 h")
    assert one["content_hash"] == two["content_hash"]
    for name, value in kpis(bare).items():
        assert kpis(one)[name] == pytest.approx(value, rel=1e-4, nan_ok=True), name


def test_iterations_swing_and_only_those_of_the_jobs_named(tmp_path: Path) -> None:
    extra = '[[training]]\nname = "second"\npool = "h200"\nmodel = "llama-3.1-8b"\naccelerators = 64\nbatch_sequences = 512\n'
    extra += 'sequence = 8192\nnetwork_bandwidth = "400 Gbit/s"\n'
    file = scenario(tmp_path, 'start = "3 h"\nduration = "60 s"\njobs = ["second"]\n' + extra)
    run_scenario(file, tmp_path / "run.h5", "--until", "4 h")
    with h5py.File(tmp_path / "run.h5") as h5:
        window = h5["windows/w"]
        assert list(window["job"].asstr()[:]) == ["second"]
        power = window["job_power"][:, 0].astype(float)
    assert power.min() > 8 * 1000  # of eight nodes
    assert power.max() - power.min() > 0.1 * power.mean()


def test_a_job_that_ends_in_the_window_draws_nothing_after(tmp_path: Path) -> None:
    file = scenario(tmp_path, 'start = "2 h"\nduration = "3 min"')
    run_scenario(file, tmp_path / "run.h5", "--until", "3 h", "--set", "training[0].tokens=1e8")
    with h5py.File(tmp_path / "run.h5") as h5:
        power = h5["windows/w/job_power"][:, 0].astype(float)
        end = h5["jobs/end"][list(h5["jobs/name"].asstr()[:]).index("pretrain-8b")] - 7200
    assert 10 < end < 170
    assert (power[: int(100 * end) - 1] > 0).all()
    assert (power[int(100 * end) + 2 :] == 0).all()


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ('start = "1 h"\nduration = "1 d"\nperiod = "0.1 ms"', "rows; up to 40 million are written"),
        ('start = "1 h"\nduration = "1 s"\nperiod = "2 s"', "period is longer than the window"),
        ('start = "1 h"\nduration = "1 s"\njobs = ["pretrain"]', 'there is no training job "pretrain"'),
        ('start = "1 h"\nduration = "1 min"\n[[phase_window]]\nname = "v"\nstart = "3630 s"\nduration = "1 s"', "overlaps"),
        ('start = "1 h"\nduration = 5', "has no unit"),
        ('start = "1 h"', "duration"),
    ],
)
def test_a_wrong_window_is_refused_with_its_place(window: str, said: str, tmp_path: Path) -> None:
    done = ondol("check", scenario(tmp_path, window))
    assert done.code == 2
    assert said in done.err
    assert "windowed.toml:" in done.err


def test_a_window_after_the_run_is_a_warning(tmp_path: Path) -> None:
    done = ondol("check", scenario(tmp_path, 'start = "30 d"\nduration = "1 s"'))
    assert done.code == 0
    assert "starts when the run is already over" in done.err + done.out


def test_a_limit_that_sees_power_late_is_passed_for_a_moment_and_kept_on_the_mean(tmp_path: Path) -> None:
    seen = {}
    for time in ("0 s", "50 ms"):
        file = scenario(tmp_path, 'start = "3 h"\nduration = "60 s"\njobs = ["pretrain-8b"]\n'
                        f'[accelerator."nvidia/h200-sxm"]\nlimiter_time = "{time}"\n')
        result = run_scenario(file, tmp_path / "run.h5", "--until", "4 h", "--set", 'racks[0].power_limit="450 W"')
        assert abs(kpis(result)["phase_energy_difference"]) < 0.005
        with h5py.File(tmp_path / "run.h5") as h5:
            seen[time] = h5["windows/w/job_power"][:, 0].astype(float)
    at_once, late = seen["0 s"], seen["50 ms"]
    assert late.max() > 1.1 * at_once.max()
    assert late.mean() == pytest.approx(at_once.mean(), rel=0.002)
    assert (late > 1.05 * at_once.max()).mean() < 0.1  # not for long

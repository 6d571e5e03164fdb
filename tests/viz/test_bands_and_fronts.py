"""Percentile bands against numpy and exact answers, fronts against brute force."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr
from ondol_viz import kpis, open_run
from ondol_viz.bands import LEVELS, band_table, bands, bands_over_time
from ondol_viz.pareto import front, pareto
from ondol_viz.sweep import SweepError, open_sweep

from tests.support.sweep_file import write_sweep

NAN = float("nan")


def ensemble(path: Path, values: Any, links: dict[int, str] | None = None) -> xr.Dataset:
    """Two set points x members."""
    values = np.asarray(values, dtype=float)
    return open_sweep(write_sweep(
        path, {"supply": values.shape[0], "member": values.shape[1]},
        {"supply": ("degC", "Supply temperature", 18.0 + 3 * np.arange(values.shape[0])), "member": ("1", "Member", np.arange(values.shape[1]) + 1.0)},
        {"pue": values, "energy": 100 * values}, links=links,
    ))  # fmt: skip


def test_bands_are_numpys_of_the_members_that_ended(tmp_path: Path) -> None:
    values = np.random.default_rng(4).lognormal(size=(5, 64))
    values[1, :10] = NAN
    values[2, 1:] = NAN
    spread = bands(ensemble(tmp_path / "e.h5", values), "pue")
    assert spread.attrs["units"] == "1" and spread["p50"].dims == ("supply",)
    assert spread["members"].values.tolist() == [64, 54, 1, 64, 64]
    for cell in (0, 1, 3, 4):
        known = values[cell][np.isfinite(values[cell])]
        for level in LEVELS:
            assert float(spread[f"p{level:02d}"][cell]) == np.percentile(known, level)
        assert float(spread["mean"][cell]) == pytest.approx(known.mean()) and float(spread["sd"][cell]) == pytest.approx(known.std(ddof=1))
    assert all(np.isnan(spread[name][2]) for name in spread if name != "members")


def test_the_standard_error_is_that_of_many_ensembles(tmp_path: Path) -> None:
    """The error of the median of n normal values is sd sqrt(pi / 2 n) for many members."""
    rng = np.random.default_rng(8)
    spread = bands(ensemble(tmp_path / "e.h5", rng.normal(10, 2, size=(40, 400))), "pue")
    assert float(spread["se_p50"].mean()) == pytest.approx(2 * (np.pi / 800) ** 0.5, rel=0.15)
    assert (spread["se_p05"] > 0.5 * spread["se_p50"]).all()


def test_errors_are_those_of_drawing_members_and_asking_numpy(tmp_path: Path) -> None:
    values = np.random.default_rng(3).random((1, 30))
    drawn = np.random.default_rng([1, 30]).integers(30, size=(1000, 30))
    expected = np.percentile(np.sort(values[0])[drawn], LEVELS, axis=1).std(axis=1, ddof=1)
    spread = bands(ensemble(tmp_path / "e.h5", values), "pue")
    assert [float(spread[f"se_p{level:02d}"][0]) for level in LEVELS] == pytest.approx(expected.tolist())


def test_the_same_seed_gives_the_same_errors_whatever_else_is_there(tmp_path: Path) -> None:
    values = np.random.default_rng(4).random((3, 16))
    whole, first = bands(ensemble(tmp_path / "a.h5", values), "pue"), bands(ensemble(tmp_path / "b.h5", values[:1]), "pue")
    assert whole.isel(supply=[0]).equals(first)
    assert not whole["se_p50"].equals(bands(ensemble(tmp_path / "c.h5", values), "pue", seed=2)["se_p50"])


def test_table_has_units_and_a_row_for_each_cell(tmp_path: Path) -> None:
    table = band_table(ensemble(tmp_path / "e.h5", np.random.default_rng(4).random((2, 8))))
    assert table.columns.tolist()[:6] == ["supply", "key_figure", "units", "members", "mean", "sd"]
    assert table[["supply", "key_figure", "units"]].values.tolist() == [
        [18.0, "pue", "1"], [21.0, "pue", "1"], [18.0, "energy", "MWh"], [21.0, "energy", "MWh"]
    ]  # fmt: skip
    alone = open_sweep(write_sweep(tmp_path / "m.h5", {"member": 4}, {"member": ("1", "Member", [1, 2, 3, 4])}, {"pue": [1.0, 2.0, 3.0, 4.0]}))
    (row,) = band_table(alone).to_dict("records")
    assert row["p50"] == 2.5 and row["members"] == 4


def test_bands_need_members(tmp_path: Path) -> None:
    data = open_sweep(write_sweep(tmp_path / "g.h5", {"supply": 2}, {"supply": ("degC", "Supply", [1.0, 2.0])}, {"pue": [1.0, 2.0]}))
    with pytest.raises(SweepError, match="the sweep has no ensemble"):
        bands(data, "pue")


def scaled(path: Path, factor: float) -> Path:
    with h5py.File(path, "r+") as file:
        for name in ("power", "it_power"):
            file[f"site/{name}"][...] *= factor
    return path


def test_bands_over_time_of_members_whose_reports_differ(tmp_path: Path, make_example: Callable[..., Path]) -> None:
    """Members are copies, 1 to 5 times as large, so the bands are known; one reports half as often, one failed."""
    (tmp_path / "runs").mkdir()
    for m in range(5):
        scaled(make_example(tmp_path / "runs" / f"{m}.h5", reports=144), m + 1.0)
    data = ensemble(tmp_path / "e.h5", np.ones((1, 6)), {m: f"runs/{m}.h5" for m in range(5)})
    found = bands_over_time(data.isel(supply=0))
    with h5py.File(tmp_path / "runs" / "0.h5") as file:
        power = file["site/power"][...].astype(float)
    assert found.sizes["time"] == 144 and found.attrs["members"] == 5 and found.attrs["units"] == "W"
    assert np.allclose(found["p50"], 3 * power) and np.allclose(found["p05"], 1.2 * power) and np.allclose(found["p95"], 4.8 * power)
    assert str(found["time"].values[0]) == "2026-07-05T15:10:00.000000000"

    joined = bands_over_time(data.isel(supply=0), points=50)  # blocks of 3 reports
    assert joined.sizes["time"] == 48 and np.allclose(joined["p50"], 3 * power.reshape(48, 3).mean(axis=1))

    pue = bands_over_time(data.isel(supply=0), "pue", points=1)
    with h5py.File(tmp_path / "runs" / "0.h5") as file:
        it, each = file["site/it_power"][...].astype(float), file["site/pue"][...].astype(float)
    assert float(pue["p50"][0]) == pytest.approx((each * it).sum() / it.sum(), rel=1e-6)


def test_bands_over_time_in_pieces_and_with_other_reports(tmp_path: Path, make_example: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs").mkdir()
    make_example(tmp_path / "runs" / "0.h5", reports=60)
    make_example(tmp_path / "runs" / "1.h5", reports=30, step=1200.0)
    with h5py.File(tmp_path / "runs" / "0.h5") as fine, h5py.File(tmp_path / "runs" / "1.h5", "r+") as coarse:
        power = fine["site/power"][...].astype(float)
        coarse["site/power"][...] = power.reshape(30, 2).mean(axis=1)
    data = ensemble(tmp_path / "e.h5", np.ones((1, 2)), {m: f"runs/{m}.h5" for m in range(2)})
    whole = bands_over_time(data.isel(supply=0), points=30)
    assert np.allclose(whole["p05"], whole["p95"]) and np.allclose(whole["mean"], power.reshape(30, 2).mean(axis=1))
    monkeypatch.setattr("ondol_viz.bands.ROWS", 7)
    assert np.allclose(bands_over_time(data.isel(supply=0), points=30)["p95"], whole["p95"], rtol=1e-12)


def test_bands_over_time_say_what_is_missing(tmp_path: Path, make_example: Callable[..., Path]) -> None:
    (tmp_path / "runs").mkdir()
    make_example(tmp_path / "runs" / "0.h5", reports=12)
    data = ensemble(tmp_path / "e.h5", np.ones((2, 2)), {0: "runs/0.h5"})
    with pytest.raises(SweepError, match="need two members with results files that have site/power; there are 1"):
        bands_over_time(data.isel(supply=0))
    with pytest.raises(SweepError, match="are of one cell"):
        bands_over_time(data)


def brute(x: np.ndarray, y: np.ndarray) -> list[bool]:
    """The definition, pair by pair; less is better."""
    known = [i for i in range(len(x)) if not np.isnan(x[i] + y[i])]

    def beaten(i: int) -> bool:
        return any(x[j] <= x[i] and y[j] <= y[i] and (x[j] < x[i] or y[j] < y[i]) for j in known)

    return [i in known and not beaten(i) for i in range(len(x))]


@pytest.mark.parametrize("seed", range(30))
def test_front_against_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(0, 60))
    # Few values, so that there are ties; some NaN.
    x, y = (rng.choice([*range(6), NAN], size).astype(float) if seed % 2 else rng.random(size) for _ in range(2))
    for sx, sy in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        words = ("min" if sx > 0 else "max", "min" if sy > 0 else "max")
        assert front(x, y, words).tolist() == brute(sx * x, sy * y)


def test_front_of_a_sweep_names_its_runs(tmp_path: Path) -> None:
    data = open_sweep(write_sweep(
        tmp_path / "g.h5", {"supply": 2, "climate": 2},
        {"supply": ("degC", "Supply", [18.0, 24.0]), "climate": ("", "Climate", ["seoul", "singapore"])},
        {"pue": [[1.3, 1.1], [1.2, NAN]], "tokens": [[9.0, 7.0], [6.0, 99.0]]}, links={1: "runs/b.h5"},
    ))  # fmt: skip
    best = pareto(data, "pue", "tokens", ("min", "max"))
    assert best[["supply", "climate", "pue", "tokens", "run_file"]].values.tolist() == [[18.0, "singapore", 1.1, 7.0, "runs/b.h5"], [18.0, "seoul", 1.3, 9.0, ""]]
    assert best.attrs["units"]["tokens"] == "1e9"
    with pytest.raises(SweepError, match="pue twice"):
        pareto(data, "pue", "pue")
    with pytest.raises(SweepError, match="no key figure cost"):
        pareto(data, "pue", "cost")
    with pytest.raises(ValueError, match="neither"):
        front([1.0], [1.0], ("min", "low"))


def test_rounding_makes_no_run_better() -> None:
    """The dearer of two runs with the same tokens is beaten, though its sum is larger in the last digits."""
    tokens = 12465.0
    data = xr.Dataset({"bill": ("month", [84.0, 84.6, 80.0], {"units": "1"}), "tokens": ("month", [tokens, tokens * (1 + 4e-14), 11920.0], {"units": "1"})},
                      coords={"month": ["may", "january", "june"]})
    data["status"] = ("month", ["complete"] * 3)
    assert list(pareto(data, "bill", "tokens", ("min", "max"))["month"]) == ["june", "may"]


def test_key_figures_of_a_run_with_those_of_its_ensemble(example: Path, tmp_path: Path) -> None:
    pue = np.array([1.1, 1.2, NAN, 1.4])
    members = ("1", "member of the ensemble", [1.0, 2.0, 3.0, 4.0])
    data = open_sweep(write_sweep(tmp_path / "e.h5", {"member": 4}, {"member": members}, {"pue": pue, "energy": [5.0, NAN, NAN, NAN]}))
    with open_run(example) as run:
        table = kpis(run, data)
        stored = run.kpis.set_index("name")["value"]
        assert table["value"].tolist() == stored.tolist() and table.index.tolist() == ["energy", "pue", "jobs_done"]
        assert table.loc["pue", ["p05", "p50", "p95"]].tolist() == pytest.approx([1.11, 1.2, 1.38])
        assert table["n"].tolist() == [1, 3, 0] and table[["p05", "p50", "p95"]].loc[["energy", "jobs_done"]].isna().all(axis=None)
        assert table.loc["energy", "units"] == "MWh"
        with pytest.raises(SweepError, match="energy is in MWh in the run, in GJ in the ensemble"):
            kpis(run, data.assign(energy=data["energy"].assign_attrs(units="GJ")))
        with pytest.raises(SweepError, match="one cell"):
            kpis(run, data.isel(member=0))

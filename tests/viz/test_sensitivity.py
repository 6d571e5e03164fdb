"""Sobol indices, rank regression and one-at-a-time effects against answers known on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from ondol_viz.effects import one_at_a_time, rank_regression
from ondol_viz.sensitivity import problem_of, sobol_indices
from ondol_viz.sweep import SweepError, open_sweep

from tests.support.sweep_file import saltelli_rows, write_sweep

# y = sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 over [-pi, pi]^3: the test function of Ishigami and Homma, with its exact indices
# [saltelli2008].
ISHIGAMI_FIRST, ISHIGAMI_TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def sampled(
    tmp_path: Path, rows: np.ndarray, y: Any, design: str = "saltelli", toml: str = "", members: int = 0, samples: str | None = None, **names: Any
) -> xr.Dataset:
    """An index with axes x1, x2 ... along `sample`."""
    axes = {f"x{i + 1}": ("1", f"Axis {i + 1}", column) for i, column in enumerate(rows.T)} | names
    dimensions = {"sample": len(rows)} | ({"member": members} if members else {})
    more = {} if samples is None else {"samples": samples}
    return open_sweep(write_sweep(tmp_path / "s.h5", dimensions, axes, {"pue": y}, design=design, toml=toml, **more))


def test_ishigami_within_the_bootstrap_interval(tmp_path: Path) -> None:
    x = np.pi * (2 * saltelli_rows(2048, 3) - 1)
    table = sobol_indices(sampled(tmp_path, x, ishigami(x)), "pue").set_index("axis")
    for i, axis in enumerate(("x1", "x2", "x3")):
        row = table.loc[axis]
        assert row["first_low"] <= ISHIGAMI_FIRST[i] <= row["first_high"], row
        assert row["total_low"] <= ISHIGAMI_TOTAL[i] <= row["total_high"], row
        assert row["first_high"] - row["first_low"] < 0.2 and row["total_high"] - row["total_low"] < 0.15
    assert table.attrs["base_samples"] == 2048
    assert table.attrs["mean"] == pytest.approx(3.5, abs=0.2)  # a/2


def test_intervals_of_95_percent_hold_the_exact_index_in_about_95_of_100(tmp_path: Path) -> None:
    exact = np.array([*ISHIGAMI_FIRST, *ISHIGAMI_TOTAL])
    inside = []
    for seed in range(30):
        x = np.pi * (2 * saltelli_rows(512, 3, seed) - 1)
        table = sobol_indices(sampled(tmp_path, x, ishigami(x)), "pue", resamples=200)
        low, high = (np.concatenate([table[f"first_{end}"], table[f"total_{end}"]]) for end in ("low", "high"))
        inside += ((low <= exact) & (exact <= high)).tolist()
    assert 0.88 < np.mean(inside) < 0.99


def test_linear_cost_within_the_bootstrap_interval(tmp_path: Path) -> None:
    """cost = 3 a + 2 b + c of uniform axes: shares 9/14, 4/14, 1/14, total and first alike."""
    x = saltelli_rows(1024, 3, seed=5)
    table = sobol_indices(sampled(tmp_path, x, 100 + x @ [3.0, 2.0, 1.0]), "pue")
    assert table["axis"].tolist() == ["x1", "x2", "x3"] and table["long_name"].tolist() == ["Axis 1", "Axis 2", "Axis 3"]
    for row, share in zip(table.to_dict("records"), (9 / 14, 4 / 14, 1 / 14), strict=True):
        assert row["first_low"] <= share <= row["first_high"], row
        assert row["total_low"] <= share <= row["total_high"], row


def test_the_same_seed_gives_the_same_intervals(tmp_path: Path) -> None:
    x = saltelli_rows(64, 2)
    data = sampled(tmp_path, x, x.sum(axis=1) ** 2)
    np.random.seed(3)
    once = sobol_indices(data, "pue", seed=7)
    np.random.seed(4)
    assert once.equals(sobol_indices(data, "pue", seed=7))
    assert not once.equals(sobol_indices(data, "pue", seed=8))


def test_members_count_by_their_mean_or_one_by_one(tmp_path: Path) -> None:
    x = saltelli_rows(128, 2)
    y = np.stack([x @ [1.0, 0.0], x @ [0.0, 3.0]], axis=1)
    data = sampled(tmp_path, x, y, members=2)
    assert sobol_indices(data, "pue", member=0)["total"].tolist() == [pytest.approx(1, abs=0.25), 0]
    mean = sobol_indices(data, "pue")["total"]
    assert 0.05 < mean[0] < 0.2 and mean[1] > 0.7


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"design": "sobol"}, 'need a sweep with design = "saltelli"; this one is "sobol"'),
        ({"lost": 2}, "2 of 32 runs have no pue"),
        ({"base": 4}, "4 base samples are too few"),
        ({"cut": 31}, "31 rows are not N times 4"),
        ({"samples": "16"}, "the sweep has 16 base samples and not 8: 2 axes do not fit its rows"),
        ({"constant": True}, "pue is 1.5 in every run"),
    ],
)
def test_what_cannot_be_answered_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    x = saltelli_rows(change.get("base", 8), 2)
    y = np.full(len(x), 1.5) if "constant" in change else x.sum(axis=1)
    y[: change.get("lost", 0)] = np.nan
    cut = slice(0, change.get("cut"))
    data = sampled(tmp_path, x[cut], y[cut], change.get("design", "saltelli"), samples=change.get("samples"))
    with pytest.raises(SweepError) as error:
        sobol_indices(data, "pue")
    assert said in str(error.value)


def test_an_unknown_key_figure_is_told_with_those_there_are(tmp_path: Path) -> None:
    x = saltelli_rows(8, 2)
    with pytest.raises(SweepError, match="no key figure pué; it has pue"):
        sobol_indices(sampled(tmp_path, x, x[:, 0]), "pué")


def test_ranks_of_a_monotonic_response(tmp_path: Path) -> None:
    """exp is as good as linear to ranks; signs are kept; the weaker axis has the smaller coefficient."""
    x = np.random.default_rng(2).random((400, 3))
    data = sampled(tmp_path, x, np.exp(4 * x[:, 0] - 2 * x[:, 1]), "latin_hypercube")
    table = rank_regression(data, "pue").set_index("axis")
    assert list(table.index) == ["x1", "x2", "x3"]
    # y = 4 a - 2 b before exp: standardised coefficients 4 and -2 over the root of 20; ranks come near.
    assert table["srrc"]["x1"] == pytest.approx(4 / 20**0.5, abs=0.06) and table["srrc"]["x2"] == pytest.approx(-2 / 20**0.5, abs=0.06)
    assert table["srrc_low"]["x3"] < 0 < table["srrc_high"]["x3"]
    assert (table["srrc_low"] < table["srrc"]).all() and (table["srrc"] < table["srrc_high"]).all()
    assert table.attrs["r2"] > 0.9 and table["r2_lost"]["x1"] > table["r2_lost"]["x2"] > table["r2_lost"]["x3"]


def test_ranks_do_not_mind_how_an_axis_or_the_key_figure_is_stretched(tmp_path: Path) -> None:
    x = np.random.default_rng(2).random((100, 2))
    y = x @ [2.0, 1.0]
    plain = rank_regression(sampled(tmp_path, x, y, "latin_hypercube"), "pue")
    assert plain.equals(rank_regression(sampled(tmp_path, 10 ** (4 * x), y**3, "latin_hypercube"), "pue"))


def test_ranks_say_when_they_explain_nothing(tmp_path: Path) -> None:
    x = np.random.default_rng(2).random((300, 2))
    table = rank_regression(sampled(tmp_path, x, (x[:, 0] - 0.5) ** 2, "sobol"), "pue")
    assert table.attrs["r2"] < 0.1


def test_ranks_take_names_as_steps_and_leave_out_failed_runs(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    x = rng.random((300, 1))
    words = rng.choice(["a", "b", "c"], 300)
    two = rng.choice(["hot", "cold"], 300)
    y = x[:, 0] + 2 * (words == "b") - 0.5 * (two == "hot")
    y[:5] = np.nan
    data = sampled(tmp_path, x, y, "latin_hypercube", climate=("", "Climate", words), side=("", "Side", two))
    table = rank_regression(data, "pue").set_index("axis")
    assert table.index[0] == "climate" and np.isnan(table["srrc"]["climate"])
    assert table["srrc"]["side"] < 0  # cold before hot
    assert table.attrs["samples"] == 295 and table.attrs["missing"] == 5


def test_of_a_saltelli_design_the_independent_rows_are_ranked(tmp_path: Path) -> None:
    x = saltelli_rows(100, 2)
    assert rank_regression(sampled(tmp_path, x, x[:, 0]), "pue").attrs["samples"] == 200


def test_too_few_or_constant_samples_are_refused(tmp_path: Path) -> None:
    x = np.random.default_rng(2).random((4, 3))
    with pytest.raises(SweepError, match="4 samples are too few for 3 coefficients"):
        rank_regression(sampled(tmp_path, x, x[:, 0], "sobol"), "pue")
    x = np.random.default_rng(2).random((40, 2))
    with pytest.raises(SweepError, match="pue is 2 in every run"):
        rank_regression(sampled(tmp_path, x, 2.0, "sobol"), "pue")
    with pytest.raises(SweepError, match="x2 has one value only"):
        rank_regression(sampled(tmp_path, x * [1, 0], x[:, 0], "sobol"), "pue")


def grid(tmp_path: Path, values: Any, members: int = 0) -> xr.Dataset:
    dimensions = {"supply": 3, "climate": 2} | ({"member": members} if members else {})
    return open_sweep(write_sweep(
        tmp_path / "g.h5", dimensions,
        {"supply": ("degC", "Supply temperature", [18.0, 21.0, 24.0]), "climate": ("", "Climate", ["seoul", "singapore"])}, {"pue": values}
    ))  # fmt: skip


def test_one_axis_at_a_time(tmp_path: Path) -> None:
    table = one_at_a_time(grid(tmp_path, [[1.3, 1.50], [1.2, 1.35], [1.10, 1.40]]), "pue").set_index("axis")
    assert table.attrs["base"] == {"supply": "21", "climate": "singapore"} and (table["base"] == 1.35).all()
    assert table.loc["supply", ["low_at", "high_at"]].tolist() == ["21", "18"]
    assert table["swing"].tolist() == [pytest.approx(0.15), pytest.approx(0.15)]
    other = one_at_a_time(grid(tmp_path, [[1.3, 1.50], [1.2, 1.35], [1.25, 1.40]]), "pue", at={"climate": 0}).set_index("axis")
    assert other["base"]["supply"] == 1.2 and other["swing"]["supply"] == pytest.approx(0.1)


def test_members_share_their_draws_on_both_sides(tmp_path: Path) -> None:
    """Members differ by 1, the axis moves each by 0.1: the swing is sure though the members are not."""
    offset = np.array([0.0, 1.0, 2.0])
    values = np.array([[1.3, 1.3], [1.2, 1.2], [1.2, 1.2]])[:, :, None] + offset
    row = one_at_a_time(grid(tmp_path, values, members=3), "pue").set_index("axis").loc["supply"]
    assert row["base"] == pytest.approx(2.2) and row["swing"] == pytest.approx(0.1) and row["swing_sd"] == pytest.approx(0, abs=1e-12)


def test_no_tornado_without_grid_or_base(tmp_path: Path) -> None:
    with pytest.raises(SweepError, match=r"the run at the base \(supply = 21, climate = singapore\) has no pue"):
        one_at_a_time(grid(tmp_path, [[1.3, 1.50], [1.2, np.nan], [1.25, 1.40]]), "pue")
    x = saltelli_rows(8, 2)
    with pytest.raises(SweepError, match="needs a grid"):
        one_at_a_time(sampled(tmp_path, x, x[:, 0]), "pue")


def test_the_problem_is_that_of_the_sweep_file(tmp_path: Path) -> None:
    x = saltelli_rows(8, 3)
    toml = """
    [[axis]]
    name = "x1"
    distribution = { kind = "normal", mean = "20 degC", deviation = "1 K" }
    [[axis]]
    name = "x2"
    distribution = { kind = "log_uniform", from = 1, to = 100 }
    [[axis]]
    name = "x3"
    values = [0, 1]
    """
    problem = problem_of(sampled(tmp_path, np.round(x), x[:, 0], toml=toml))
    assert problem == {"num_vars": 3, "names": ["x1", "x2", "x3"], "dists": ["normal", "log_uniform", "values"],
                       "bounds": [["20 degC", "1 K"], [1, 100], [0.0, 1.0]]}  # fmt: skip
    assert problem_of(sampled(tmp_path, np.round(x), x[:, 0], toml="no [toml"))["dists"] == ["values"] * 3

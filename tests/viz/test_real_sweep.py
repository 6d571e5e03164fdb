"""The window on sweeps that the program made just now: functions whose indices are known exactly, members of a real scenario."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from ondol_viz import bands, open_member, open_sweep, sensitivity
from ondol_viz.__main__ import main
from ondol_viz.sweep import counts

from tests.support.program import EXAMPLES, ONDOL, ondol

HOOKED = ONDOL.parent / "tests" / "hooked_sweep"
hooked = pytest.mark.skipif(not HOOKED.exists(), reason=f"{HOOKED} is missing: make build")


KEYS = {"site.latitude": "", "site.longitude": "", "site.weather.dry_bulb": " degC"}  # that take such numbers; nothing reads them


def saltelli(folder: Path, function: str, low: float, high: float, samples: int) -> Path:
    """A sweep through reader, plan, runner and index of the program; its "simulation" is a function."""
    lines = [f'name = "{function}"', 'base = "base.toml"', 'design = "saltelli"', f"samples = {samples}"]
    for i, (key, unit) in enumerate(KEYS.items(), 1):
        ends = [f'"{float(x)!r}{unit}"' if unit else repr(float(x)) for x in (low, high)]
        lines += ["[[axis]]", f'name = "x{i}"', f'key = "{key}"', f'distribution = {{ kind = "uniform", from = {ends[0]}, to = {ends[1]} }}']
    (folder / "base.toml").write_text("")
    (folder / "sweep.toml").write_text("\n".join(lines) + "\n")
    done = subprocess.run([HOOKED, folder / "sweep.toml", "-o", folder / "out", "-j", "2"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@hooked
def test_ishigami_through_the_runner_lies_within_the_intervals(tmp_path: Path) -> None:
    """Exact shares of the function of Ishigami and Homma, a = 7, b = 0.1 [saltelli2008]."""
    data = open_sweep(saltelli(tmp_path, "ishigami", -np.pi, np.pi, 1024))
    x1, x2, x3 = (data[f"x{i}"].values for i in (1, 2, 3))
    y = np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)
    assert np.allclose(data["y"], y, rtol=1e-12)  # each run had the values that the index says
    table = sensitivity.sobol_indices(data, "y")
    assert table.attrs["base_samples"] == 1024 and table.attrs["problem"]["dists"] == ["uniform"] * 3
    for row, first, total in zip(table.to_dict("records"), (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437), strict=True):
        assert row["first_low"] <= first <= row["first_high"], row
        assert row["total_low"] <= total <= row["total_high"], row


@hooked
def test_linear_cost_through_the_runner_lies_within_the_intervals(tmp_path: Path) -> None:
    """cost = 3 x1 + 2 x2 + x3 of uniform axes: shares 9/14, 4/14, 1/14."""
    table = sensitivity.sobol_indices(open_sweep(saltelli(tmp_path, "linear", 0.0, 1.0, 128)), "cost")
    for row, share in zip(table.to_dict("records"), (9 / 14, 4 / 14, 1 / 14), strict=True):
        assert row["first_low"] <= share <= row["first_high"], row
        assert row["total_low"] <= share <= row["total_high"], row
        assert row["total"] == pytest.approx(share, abs=0.05)


@pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build")
def test_members_of_a_rack_and_their_page(tmp_path: Path) -> None:
    base = EXAMPLES / "one_rack.toml"
    (tmp_path / "sweep.toml").write_text(f'name = "rack"\nbase = "{base}"\n[ensemble]\nmembers = 4\n')
    done = ondol("sweep", tmp_path / "sweep.toml", "-j", 2, "-o", tmp_path / "out")
    assert done.code == 0, done.err
    data = open_sweep(tmp_path / "out")
    assert dict(data.sizes) == {"member": 4} and counts(data) == {"complete": 4, "failed": 0, "skipped": 0}
    for member in (1, 4):
        with open_member(data, member=member) as run:
            values = run.kpis.set_index("name")["value"]
            assert float(data["energy"].sel(member=member)) == values["energy"]
    spread = bands.bands_over_time(data, "power")
    assert spread.attrs["members"] == 4 and bool((spread["p05"] <= spread["p95"]).all())
    with open_member(data, member=1) as run:
        # The mean over time of a mean over members is the mean over members of what each used.
        hours = run.hours(run.site)
        if len(hours) == spread.sizes["time"]:
            assert float((spread["mean"] * hours).sum() / 1e6) == pytest.approx(float(data["energy"].mean()), rel=1e-6)
    assert main(["report", str(tmp_path / "out"), "-o", str(tmp_path / "page")]) == 0
    assert "over_time_power" in {p.stem for p in (tmp_path / "page").glob("*.png")}

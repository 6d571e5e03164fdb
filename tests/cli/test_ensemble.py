"""A member of an ensemble is nothing but overrides: run by itself it gives the same bits."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.program import EXAMPLES, ondol, run_scenario


def test_a_member_run_by_itself_gives_the_same_bits(tmp_path: Path) -> None:
    sweep = tmp_path / "bands.toml"
    sweep.write_text(f"""
name = "bands"
base = "{EXAMPLES / "one_rack.toml"}"
set = {{ "simulation.duration" = "1 h" }}
[ensemble]
members = 3
assume = {{ assumed = 0.1 }}
""")
    done = ondol("sweep", sweep, "-o", tmp_path / "out", "-j", 2)
    assert done.code == 0, done.err + done.out
    swept = {json.loads(f.read_text())["outcome"]["content_hash"] for f in (tmp_path / "out/runs").glob("*.json")}
    assert len(swept) == 3
    alone = set()
    for m in (1, 2, 3):
        sets = ("simulation.duration=1 h", f"simulation.calibration_draw={m}", f"simulation.catalogue_draw={m}",
                "simulation.assumed_uncertainty={ assumed = 0.1 }")  # fmt: skip
        options = [option for s in sets for option in ("--set", s)]
        alone.add(run_scenario(EXAMPLES / "one_rack.toml", tmp_path / "alone.h5", *options)["content_hash"])
    assert alone == swept

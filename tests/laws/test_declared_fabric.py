"""A declared fabric draws what its parts draw, heats its hall, and takes the flat share of its racks."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.laws.test_laws import check_laws
from tests.support.program import EXAMPLES, ondol, run_scenario

# 80 nodes of eight on rails: 3 units, 24 leaves, 16 spines, 24 x 32 cables between them, 640 to the nodes.
NETWORK_W = 40 * 747 + 2 * 768 * 11 + 640 * 0.1
SHARE_W = 20 * 2000  # of the racks, where no fabric is declared
FABRIC = """
[[fabric]]
id = "compute"
pools = ["h200"]
network_switch = "nvidia/qm9700"
hall = "hall"
fed_by = "ups"
"""


def with_fabric(folder: Path, more: str = "") -> Path:
    file = folder / "fabric.toml"
    file.write_text(f'extends = "{EXAMPLES / "one_hall.toml"}"\n{FABRIC}{more}')
    return file


def test_it_draws_what_its_parts_draw_and_heats_its_hall(tmp_path: Path) -> None:
    assert NETWORK_W == pytest.approx(46_840)
    bare = run_scenario(EXAMPLES / "one_hall.toml", tmp_path / "bare.h5", "--until", "2 h")
    result = run_scenario(with_fabric(tmp_path), tmp_path / "fabric.h5", "--until", "2 h")
    for one, file in ((bare, "bare.h5"), (result, "fabric.h5")):
        check_laws(one, tmp_path / file)
    with h5py.File(tmp_path / "bare.h5") as a, h5py.File(tmp_path / "fabric.h5") as b:
        np.testing.assert_allclose(a["site/power_network"][:], SHARE_W, rtol=1e-6)
        np.testing.assert_allclose(b["site/power_network"][:], NETWORK_W, rtol=1e-6)
        racks = b["racks/power"][:].astype(float).sum(axis=1)
        np.testing.assert_allclose(b["site/it_power"][:] - racks, NETWORK_W, rtol=2e-3)
        # The hall gets what racks and switches draw, and no more than the rise of its air stores.
        heat = b["halls/air_return"][:, 0] - b["halls/air_supply"][:, 0]
        less = a["halls/air_return"][:, 0] - a["halls/air_supply"][:, 0]
        draw = b["site/it_power"][:] / a["site/it_power"][:]
        late = slice(60, None)
        assert np.mean(heat[late] / less[late]) == pytest.approx(np.mean(draw[late]), rel=0.01)


def test_check_counts_the_same_parts(tmp_path: Path) -> None:
    done = ondol("check", with_fabric(tmp_path), "--json")
    assert done.code == 0, done.err
    fabric = done.json()["fabric"][0]
    parts = fabric["parts"]
    assert (fabric["leaves"], fabric["spines"], parts["switches"], parts["cores"]) == (24, 16, 40, 0)
    assert (parts["node_cables"], parts["switch_cables"], parts["modules"]) == (640, 768, 1536)
    assert parts["switch_w"] + parts["optic_w"] == pytest.approx(NETWORK_W)
    assert (fabric["switch_hops_unit"], fabric["switch_hops"]) == (1, 3)
    assert fabric["worst_switch_fraction"] == pytest.approx(0.9)  # a leaf takes 32 of the 320 ports of a half


def test_a_window_shows_the_same_power(tmp_path: Path) -> None:
    window = '[[phase_window]]\nname = "w"\nstart = "3 h"\nduration = "10 min"\n'
    run_scenario(with_fabric(tmp_path, window), tmp_path / "run.h5", "--until", "4 h")
    with h5py.File(tmp_path / "run.h5") as h5:
        fine, coarse = h5["windows/w"], h5["site"]
        inside = (coarse["time"][:] > 10_800) & (coarse["time"][:] <= 11_400)
        assert fine["power"][:].mean(dtype=float) == pytest.approx(coarse["power"][inside].mean(dtype=float), rel=0.005)


def test_what_is_wrong_is_said_at_its_place(tmp_path: Path) -> None:
    done = ondol("check", with_fabric(tmp_path, 'failed = ["leef/3"]\n'))
    assert done.code == 2
    assert 'failed names "leef/3", which fabric "compute" does not have; did you mean "leaf/3"?' in done.err
    assert "fabric.toml:9" in done.err
    done = ondol("check", with_fabric(tmp_path, "levels = 1\n"))
    assert done.code == 2
    assert "they take 64 nodes, and levels = 2 more" in done.err


def test_dump_reads_back(tmp_path: Path) -> None:
    done = ondol("dump", with_fabric(tmp_path))
    assert done.code == 0, done.err
    again = tmp_path / "again.toml"
    again.write_text(done.out)
    assert ondol("dump", again).out.count("[[fabric]]") == 1

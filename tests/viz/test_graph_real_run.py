"""The power tree and the network of a run that the program made just now."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ondol_viz import charts, open_run, plots
from ondol_viz.views import fabric
from ondol_viz.views import power_tree as tree

from tests.support.program import EXAMPLES, ONDOL, run_scenario

pytestmark = pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten minutes of two trainings on a declared network."""
    file = tmp_path_factory.mktemp("run") / "fabric.h5"
    run_scenario(EXAMPLES / "training_fabric.toml", file, "--until", "10 min")
    return file


def test_what_busways_carry_is_what_racks_draw(path: Path) -> None:
    with open_run(path) as run:
        view = tree.power_tree(run)
        kinds = np.array([view.boxes[cell.box].kind for cell in view.cells])
        busways, racks = view.power[:, kinds == "busway"].sum(axis=1), view.power[:, kinds == "rack"].sum(axis=1)
        assert busways == pytest.approx(racks, rel=1e-4)
        assert view.power[:, kinds == "utility"][:, 0] == pytest.approx(run.site["power"].values, rel=1e-6)
        assert not view.dark.any() and {"utility", "UPS", "network", "base load"} <= set(kinds)
        plots.power_tree(run).savefig(path.with_suffix(".png"))
        assert len(charts.power_tree(run).frames) == run.feeds.sizes["time"]


def test_network_has_the_tiers_and_the_capacity_that_the_scenario_declares(path: Path) -> None:
    with open_run(path) as run:
        assert fabric.fabrics(run) == ["rails"]
        view = fabric.fabric_view(run, "rails")
        racks, leaves, spines = view.tiers
        assert [tier.kind for tier in view.tiers] == ["rack", "leaf", "spine"]
        assert racks.count == 16 and leaves.count == 32 and spines.count > 1
        assert leaves.down == pytest.approx(512 * 400e9 / 8) and leaves.down / leaves.up == pytest.approx(2)
        assert view.when.size == run.links.sizes["time"]
        assert view.high.max() == pytest.approx(float(run.links["load_fraction"].max())) and (view.mean <= view.high).all()
        plots.fabric_view(run).savefig(path.with_suffix(".png"))
        charts.fabric_view(run)

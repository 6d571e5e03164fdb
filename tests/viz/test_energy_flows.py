"""The ribbons of energy add up to the ledger and to the meter, stand apart, and keep names of the file text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np
import pytest
from ondol_viz import MissingData, Run, charts, open_run, plots
from ondol_viz.style import OWNER_NAMES
from ondol_viz.views import flows
from ondol_viz.words import speaking

from tests.support.program import EXAMPLES, ONDOL, run_scenario

HOSTILE = "<b>%{x} & $x$</b><script>alert(1)</script> " + "long " * 40


def conserved(view: flows.Flows) -> None:
    """What comes into a node goes out of it, and all supplied ends somewhere."""
    for number, node in enumerate(view.nodes):
        into = sum(ribbon.energy for ribbon in view.ribbons if ribbon.target == number)
        out = sum(ribbon.energy for ribbon in view.ribbons if ribbon.source == number)
        if node.column > 0 and into:
            assert into == pytest.approx(node.energy, rel=1e-9)
        if node.column < view.last and out:
            assert out == pytest.approx(node.energy, rel=1e-9)
    ends = sum(node.energy for node in view.nodes if node.column == view.last)
    assert ends == pytest.approx(view.total, rel=1e-9)


def apart(view: flows.Flows, gap: float) -> None:
    """Nodes of a column do not touch, and none leaves the picture."""
    places = flows.layout(view, gap).nodes
    for column in range(view.last + 1):
        members = [places[n] for n, node in enumerate(view.nodes) if node.column == column]
        assert members[0].top >= -1e-9 and members[-1].bottom <= 1 + 1e-9
        for above, below in pairwise(members):
            assert below.top - above.bottom >= gap - 1e-9


@pytest.fixture
def run(write: Callable[..., Path]) -> Iterator[Run]:
    path = write()
    with h5py.File(path, "r+") as file:
        energy = file["ledger/energy"][...]
        for table, column, names in (
            ("energy_by_pool", "pool", ["training", HOSTILE, "npu"]),
            ("energy_by_vendor", "vendor", ["one"]),
        ):
            group = file.create_group(table)
            group["index"] = np.arange(len(names))
            group.create_dataset(column, data=names, dtype=h5py.string_dtype())
            parts = np.linspace(1, 2, len(names)) / np.linspace(1, 2, len(names)).sum()
            for part, share in (("it_energy", 0.8), ("cooling_energy", 0.15), ("distribution_energy", 0.05)):
                group[part] = energy.sum() * share * parts
    with open_run(path) as run:
        yield run


def test_every_owner_is_a_ribbon_and_all_add_up_to_the_meter(run: Run) -> None:
    view = flows.energy_flows(run)
    conserved(view)
    apart(view, 0.02)
    shown = {node.name: node.energy for node in view.nodes if node.column == view.last}
    ledger = {
        OWNER_NAMES[owner]: energy for owner, energy in zip(run.ledger["owner"], run.ledger["energy"], strict=True) if energy
    }
    assert shown == pytest.approx(ledger, rel=1e-12)
    assert view.total / 3.6e9 == pytest.approx(run.kpis.set_index("name")["value"]["energy"], rel=1e-6)
    assert [node.after for node in view.nodes if node.after] == ["switchgear loss", "transformer loss", "UPS loss"]


def test_without_a_ledger_the_series_tell(run: Run, write: Callable[..., Path]) -> None:
    path = write("killed.h5", complete=0, status="running")
    with pytest.warns(UserWarning), open_run(path) as killed:
        view = flows.energy_flows(killed)
    conserved(view)
    assert view.total == pytest.approx(flows.energy_flows(run).total, rel=1e-6)


def test_pools_share_the_same_total(run: Run) -> None:
    view = flows.energy_flows_by(run, "pool")
    conserved(view)
    assert view.total == pytest.approx(flows.energy_flows(run).total, rel=1e-6)
    assert next(node.name for node in view.nodes if node.column == view.last) == "npu"  # the largest on top
    with pytest.raises(MissingData, match="one vendor only"):
        flows.energy_flows_by(run, "vendor")


def test_many_pools_share_a_node(run: Run) -> None:
    table = run.table("energy_by_pool").loc[[0] * 40].reset_index(drop=True)
    names, energies = flows._largest(table, "pool", ["it_energy", "cooling_energy", "distribution_energy"])
    assert len(names) == flows.LISTED and names[-1] == ""
    assert energies.sum() == pytest.approx(table[["it_energy", "cooling_energy", "distribution_energy"]].to_numpy().sum())


@pytest.mark.parametrize("language", ["en", "ko"])
def test_both_drawings_name_energy_and_share(run: Run, language: str) -> None:
    with speaking(language):
        figure = plots.energy_sankey(run)
        chart = charts.energy_sankey(run)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])
    assert all("Wh, " in text.get_text() and "%" in text.get_text() for text in figure.axes[0].texts)
    hovers = [trace.text for trace in chart.data if trace.hoverinfo == "text"]
    assert hovers and all("Wh, " in text for text in hovers)
    assert len(chart.layout.meta["choices"]) == 2  # by owner and by pool; one vendor needs no picture


def test_names_of_the_file_stay_text(run: Run) -> None:
    plots.energy_sankey(run, by="pool").canvas.draw()
    text = charts.energy_sankey(run).to_json()
    assert "<b>" not in text and "<script" not in text and "%{x}" not in text


def test_a_run_without_energy_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "bare.h5", "w") as file:
        file.attrs.update(format="ondol-results", format_version="1.0", complete=1)
    with open_run(tmp_path / "bare.h5") as bare:
        for draw in (plots.energy_sankey, charts.energy_sankey):
            with pytest.raises(MissingData, match="no ledger"):
                draw(bare)


@pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build")
@pytest.mark.parametrize(("example", "figure", "name"), [
    ("utility_outage", "generated_energy", "generators"), ("ramp_limit_storage", "storage_stored", "into stores"),
])  # fmt: skip
def test_generators_and_storage_of_a_real_run(tmp_path: Path, example: str, figure: str, name: str) -> None:
    run_scenario(EXAMPLES / f"{example}.toml", tmp_path / "run.h5")
    with open_run(tmp_path / "run.h5") as run:
        view = flows.energy_flows(run)
        conserved(view)
        apart(view, 0.02)
        known = run.kpis.set_index("name")["value"]
        energy = {node.name: node.energy / 3.6e9 for node in view.nodes if node.name}
        assert energy["utility"] == pytest.approx(known["energy"], rel=1e-9)
        assert energy[name] == pytest.approx(known[figure], rel=1e-6)
        charts.energy_sankey(run)
        plots.energy_sankey(run).canvas.draw()

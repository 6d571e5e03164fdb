"""The stored graph and the power tree, on a small chain written by hand: utility, two transformers, a generator behind a transfer switch,
two UPS, three busways, six racks and a base load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from ondol_viz import MissingData, charts, open_run, plots
from ondol_viz.gallery import pictures_of
from ondol_viz.graph import Graph, depths, places
from ondol_viz.style import VERMILION
from ondol_viz.views import power_tree as tree
from ondol_viz.words import speaking

from tests.viz.test_chain_plots import tell

REPORTS = 12
UNITS = ["tr/1", "tr/2", "gen", "ats", "ups/1", "ups/2", "bus/1", "bus/2", "bus<b>"]
LOADS = [0.4, 0.4, 0.0, 0.5, 0.6, 0.7, 0.3, 0.3, 0.8]
# name, kind, rating, bank
THINGS = [
    ("site", "site", 0.0, ""),
    ("utility", "utility", 4e6, ""),
    ("tr/1", "transformer", 8e5, "tr"),
    ("tr/2", "transformer", 8e5, "tr"),
    ("gen", "generator", 1e6, "gen"),
    ("ats", "transfer switch", 1e6, "ats"),
    ("ups/1", "UPS", 5e5, "ups"),
    ("ups/2", "UPS", 5e5, "ups"),
    ("bus/1", "busway", 3e5, "bus"),
    ("bus/2", "busway", 3e5, "bus"),
    ("bus<b>", "busway", 2e5, "bus<b>"),
    *((f"air/r{i:02d}", "rack", 4e4, "air") for i in range(4)),
    *((f"liquid/r{i:02d}", "rack", 1e5, "liquid") for i in range(2)),
    ("base load", "base load", 5e4, ""),
]
POWER = [
    ("utility", "tr/1"), ("utility", "tr/2"), ("tr/1", "ats"), ("tr/2", "ats"), ("ats", "ups/1"), ("ats", "ups/2"),
    ("ups/1", "bus/1"), ("ups/2", "bus/1"), ("ups/1", "bus/2"), ("ups/2", "bus/2"), ("ups/1", "bus<b>"), ("ups/2", "bus<b>"),
    ("bus/1", "air/r00"), ("bus/2", "air/r01"), ("bus/1", "air/r02"), ("bus/2", "air/r03"), ("bus<b>", "liquid/r00"),
    ("bus<b>", "liquid/r01"), ("tr/1", "base load"), ("tr/2", "base load"),
]  # fmt: skip
LOST = [("power", "ats", 6, 3.6e5), ("power", "bus<b>", 2, 2e5)]


def add_graph(path: Path, things: list[tuple[str, str, float, str]], edges: dict[str, list[Any]], lost: list[Any]) -> None:
    """Tables of the stored graph.  An edge is (from, to) or (from, to, capacity)."""
    row = {name: i for i, (name, *_) in enumerate(things)}
    all_edges = [(layer, row[e[0]], row[e[1]], float(e[2]) if len(e) > 2 else 0.0) for layer, es in edges.items() for e in es]
    text = h5py.string_dtype()
    with h5py.File(path, "r+") as file:
        for name, columns in {
            "vertices": {
                "vertex": [t[0] for t in things], "kind": [t[1] for t in things], "holder": [-1, *[0] * (len(things) - 1)],
                "rating": [t[2] for t in things], "nodes": [4 * (t[1] == "rack") for t in things],
                "accelerators": [32 * (t[1] == "rack") for t in things], "bank": [t[3] for t in things],
                "series": [t[0] if t[1] != "base load" else "" for t in things],
            },
            "edges": dict(zip(("layer", "from", "to", "capacity"), zip(*all_edges, strict=True), strict=True)),
            "single_points": {
                "layer": [one[0] for one in lost], "vertex": [row[one[1]] for one in lost], "racks": [one[2] for one in lost],
                "nodes": [4 * one[2] for one in lost], "rack_power": [one[3] for one in lost],
            },
        }.items():  # fmt: skip
            group = file.create_group(name)
            for column, values in columns.items():
                is_text = bool(len(values)) and isinstance(values[0], str)
                group.create_dataset(
                    column, data=list(values) if is_text else np.array(values), dtype=text if is_text else None
                )


def add_feeds(path: Path, load: np.ndarray, ratings: list[float], charge: np.ndarray) -> None:
    with h5py.File(path, "r+") as file:
        time = file["site/time"]
        group = file.create_group("feeds", track_order=True)
        group.create_dataset("time", data=time[:])
        group["time"].make_scale("time")
        group["time"].attrs.update(units=time.attrs["units"], calendar=time.attrs["calendar"])
        for name in ("feed", "bank"):
            group.create_dataset(
                name, data=[u if name == "feed" else u.split("/")[0] for u in UNITS], dtype=h5py.string_dtype()
            )
        group["feed"].make_scale("feed")
        group["bank"].dims[0].attach_scale(group["feed"])
        for name, values in {"load_fraction": load, "power": load * ratings, "state_of_charge": charge}.items():
            group.create_dataset(name, data=values.astype(np.float32))
            group[name].attrs.update(units="1", long_name=name, coordinates="bank")
            group[name].dims[0].attach_scale(group["time"])
            group[name].dims[1].attach_scale(group["feed"])


@pytest.fixture
def chain(write: Callable[..., Path]) -> Path:
    path = write()
    load = np.tile(LOADS, (REPORTS, 1))
    load[5, UNITS.index("ups/2")] = 1.3
    charge = np.full((REPORTS, len(UNITS)), np.nan)
    charge[:, 4:6] = [1.0, 0.8]
    add_feeds(path, load, [rating for name, _, rating, _ in THINGS if name in UNITS], charge)
    add_graph(path, THINGS, {"power": POWER, "standby": [("gen", "ats")]}, LOST)
    return path


def boxes(view: tree.PowerTree) -> dict[str, tree.Box]:
    return {tree.texts(box)[0]: box for box in view.boxes}


def test_graph_knows_who_feeds_whom_and_what_a_loss_takes(chain: Path) -> None:
    with open_run(chain) as run:
        graph = Graph.of(run)
        assert graph is not None
        assert graph.names[graph.parents(graph.row("bus<b>"), "power")].tolist() == ["ups/1", "ups/2"]
        assert graph.names[graph.children(graph.row("gen"), "standby")].tolist() == ["ats"]
        assert graph.children(graph.row("gen"), "fabric").size == 0
        assert graph.single["power"][graph.row("bus<b>")].racks == 2
        with pytest.raises(KeyError):
            graph.row("nobody")


def test_layers_are_longest_ways_and_places_keep_apart() -> None:
    edges = [(0, 1), (1, 2), (0, 2), (2, 3), (2, 4), (5, 4)]
    layer = depths(6, edges)
    assert layer.tolist() == [0, 1, 2, 3, 3, 0]
    x = places(layer, edges)
    assert x[3] == 0 and x[4] == 1 and x[5] - x[0] >= 1 and x[2] == pytest.approx(0.5)
    assert depths(3, [(0, 1), (1, 2), (2, 1)]).tolist() == [0, 1, 0]  # the way ends at the circle


def test_equal_units_share_a_cell_and_racks_are_folded_by_what_feeds_them(chain: Path) -> None:
    with open_run(chain) as run:
        view = tree.power_tree(run)
        found = boxes(view)
        assert set(found) == {"utility", "tr", "gen", "ats", "ups", "bus", "bus<b>", "air", "liquid", "base load"}
        assert [found[n].layer for n in ("utility", "tr", "gen", "ats", "ups", "bus", "air", "base load")] == [
            0,
            1,
            1,
            2,
            3,
            4,
            5,
            2,
        ]
        assert found["air"].count == 4 and found["gen"].standby and not found["ats"].standby
        assert [cell.names for cell in view.cells if view.boxes[cell.box].name in ("tr", "ups")] == [
            ("tr/1", "tr/2"), ("ups/1",), ("ups/2",)]  # fmt: skip
        assert found["ats"].single is not None and found["ats"].single.racks == 6 and found["ups"].single is None


def test_numbers_are_those_of_the_file(chain: Path) -> None:
    with open_run(chain) as run:
        at = np.array([5])
        view = tree.power_tree(run, at)
        cell = {cell.names: i for i, cell in enumerate(view.cells)}
        assert view.load[0, cell["ups/2",]] == pytest.approx(1.3) and view.power[0, cell["ups/2",]] == pytest.approx(6.5e5)
        assert view.power[0, cell["tr/1", "tr/2"]] == pytest.approx(2 * 0.4 * 8e5) and view.load[
            0, cell["tr/1", "tr/2"]
        ] == pytest.approx(0.4)
        assert view.charge[0, cell["ups/2",]] == pytest.approx(0.8)
        racks = run.racks["power"].values[5]
        names = run.racks["rack"].values.tolist()
        assert view.power[0, cell["liquid/r00", "liquid/r01"]] == pytest.approx(
            racks[names.index("liquid/r00")] + racks[names.index("liquid/r01")], rel=1e-5
        )
        number = next(i for i, box in enumerate(view.boxes) if box.name == "ups")
        assert tree.load_text(view, 0, number) == "60–130 % of 1 MW" and tree.stored_text(view, 0, number) == "stored 80 %"
        base = next(i for i, c in enumerate(view.cells) if c.names == ("base load",))
        assert view.power[0, base] == pytest.approx(float(run.site["power_site_base"][5]), rel=1e-5)


def test_loads_are_dark_from_the_event_until_they_have_power_again(chain: Path) -> None:
    tell(chain, (1200, "power_lost", "base load"), (1300, "load_shed", "air/r01"), (1801, "power_back", "base load"))
    with open_run(chain) as run:
        view = tree.power_tree(run)
        name = [tree.texts(box)[0] for box in view.boxes]
        assert view.dark[:, name.index("base load")].tolist() == [0, 1, 1, *[0] * 9]  # reports end at 600 s, 1200 s ...
        assert view.dark[:, name.index("air")].tolist() == [0, 0, *[1] * 10]
        assert tree.load_text(view, 1, name.index("base load")) == "dark"
        assert tree.load_text(view, 2, name.index("air")) == "1 of 4 dark"


def test_plot_shows_the_moment_asked_for(chain: Path) -> None:
    with open_run(chain) as run:
        figure = plots.power_tree(run, when="2026-07-06 01:00")  # the sixth report
        texts = [t.get_text() for t in figure.axes[0].texts]
        assert "60–130 % of 1 MW" in texts and "bus<b>" in texts
        assert "01:00:00" in figure.get_suptitle()
        assert any(patch.get_hatch() for patch in figure.axes[0].patches)
        legend = [t.get_text() for t in figure.legends[0].get_texts()]
        assert legend[0].startswith("single point of failure") and "on stand-by" in legend and "above its rating" in legend
        figure.savefig(chain.with_suffix(".png"))
        assert not any(patch.get_hatch() for patch in plots.power_tree(run, when="2026-07-06 00:30").axes[0].patches)


def test_chart_moves_and_reads_names_of_the_file_as_text(chain: Path) -> None:
    with open_run(chain) as run:
        figure = charts.power_tree(run)
        assert len(figure.frames) == REPORTS and figure.layout.meta["moments"][5] == "2026-07-06 01:00:00"
        bars = figure.frames[5].data[0]
        assert VERMILION in bars.marker.color and VERMILION not in figure.frames[4].data[0].marker.color
        assert bars.customdata[:, 0].max() == pytest.approx(130)
        assert any("▲" in text for text in figure.frames[5].data[2].text)
        said = figure.to_json()
        assert "bus<b>" not in said and "bus\\u003cb" not in said and "bus&lt;b&gt;" in said.replace("\\u0026", "&")
        (single,) = [trace for trace in figure.data if trace.name and trace.name.startswith("single")]
        assert single.hovertext[1] == "bus&lt;b&gt;: its loss alone takes 2 racks of 200 kW"


def test_gallery_has_it_in_both_languages(chain: Path) -> None:
    with open_run(chain) as run:
        assert "power_tree" in {picture.name for picture in pictures_of(run)}
        with speaking("ko"):
            figure = plots.power_tree(run)
            assert "UPS 2대" in [t.get_text() for t in figure.axes[0].texts]


def test_many_banks_that_the_same_units_feed_share_a_box(chain: Path) -> None:
    halls = 40
    more = [(f"bw{i}", "busway", 3e5, f"bw{i}") for i in range(halls)] + [
        (f"h{i}/r1", "rack", 4e4, f"h{i}") for i in range(halls)
    ]
    fed = [("ups/1", f"bw{i}") for i in range(halls)] + [(f"bw{i}", f"h{i}/r1") for i in range(halls)]
    with h5py.File(chain, "r+") as file:
        for table in ("vertices", "edges", "single_points"):
            del file[table]
    add_graph(chain, [*THINGS, *more], {"power": POWER + fed, "standby": [("gen", "ats")]}, LOST)
    with open_run(chain) as run:
        view = tree.power_tree(run)
        assert {"43 × busway", "46 × rack"} <= set(boxes(view)) and view.width <= tree.MOST
        charts.power_tree(run)
        plots.power_tree(run).savefig(chain.with_suffix(".png"))


def test_files_without_a_graph_say_so(write: Callable[..., Path]) -> None:
    with open_run(write("old.h5")) as run:
        assert Graph.of(run) is None and not tree.has_tree(run)
        for draw in (plots.power_tree, charts.power_tree):
            with pytest.raises(MissingData):
                draw(run)


@pytest.mark.parametrize("name", ["$\\frac{", "이름" * 3000, "\u202etxt.exe", "<script>alert(1)</script>"])
def test_names_of_a_file_are_only_text(chain: Path, name: str) -> None:
    with h5py.File(chain, "r+") as file:
        for path, texts in {"vertices/vertex": {"bus<b>": name}, "vertices/bank": {"bus<b>": name, "air": name}}.items():
            file[path][...] = [texts.get(text, text) for text in file[path].asstr()[:]]
    tell(chain, (1200, "power_lost", name))
    with open_run(chain) as run:
        plots.power_tree(run).savefig(chain.with_suffix(".png"))
        plots.fullest_feeds(run, start="2026-07-06 00:00").savefig(chain.with_suffix(".png"))
        said = charts.power_tree(run).to_json()
        assert "<script" not in said and "\\u003cscript" not in said and len(said) < 200_000

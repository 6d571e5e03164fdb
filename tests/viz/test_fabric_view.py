"""Views of networks on graphs written by hand: two units of two racks on rails, a wide tree, a dragonfly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from ondol_viz import MissingData, charts, open_run, plots
from ondol_viz.gallery import pictures_of
from ondol_viz.views import fabric

from tests.viz.test_power_tree import add_graph

REPORTS = 12
GB = 1e9


def network(path: Path, edges: list[tuple[str, str, float]], lost: list[Any] | None = None) -> None:
    """Declared networks: switches are called "<network>/...", racks have no such name."""
    ends = list(dict.fromkeys(end for edge in edges for end in edge[:2]))
    names = list(dict.fromkeys(end.split("/")[0] for end in ends if "/" in end))
    things = [("site", "site", 0.0, ""), *((f"{name}/network", "network", 0.0, name) for name in names)]
    things += [(e, "network switch", 0.0, e.split("/")[0]) if "/" in e else (e, "rack", 4e4, "hall") for e in ends]
    add_graph(path, things, {"fabric": edges}, lost or [("fabric", ends[0], 0, 0.0)])
    with h5py.File(path, "r+") as file:
        file["vertices/holder"][...] = [
            1 + names.index(bank) if kind == "network switch" else -1 for _, kind, _, bank in things
        ]


def add_links(path: Path, load: np.ndarray) -> None:
    """Loads of all links, (report, link)."""
    with h5py.File(path, "r+") as file:
        time = file["site/time"]
        group = file.create_group("links", track_order=True)
        group.create_dataset("time", data=time[:])
        group["time"].make_scale("time")
        group["time"].attrs.update(units=time.attrs["units"], calendar=time.attrs["calendar"])
        group.create_dataset("link", data=[f"link {i}" for i in range(load.shape[1])], dtype=h5py.string_dtype())
        group["link"].make_scale("link")
        for end in ("from", "to"):
            group[end] = file[f"edges/{end}"][:]
            group[end].dims[0].attach_scale(group["link"])
        group.create_dataset("load_fraction", data=load.astype(np.float32))
        group["load_fraction"].attrs.update(units="1", long_name="load", coordinates="from to")
        group["load_fraction"].dims[0].attach_scale(group["time"])
        group["load_fraction"].dims[1].attach_scale(group["link"])


@pytest.fixture
def rails(write: Callable[..., Path]) -> tuple[Path, list[tuple[str, str, float]]]:
    """Two units of two racks and two leaves, two spines: 200 GB/s from a leaf down, 100 GB/s up."""
    path = write()
    edges = [(f"u{u}r{r}", f"net<b>/leaf/{2 * u + leaf}", 100 * GB) for u in (0, 1) for r in (0, 1) for leaf in (0, 1)]
    edges += [(f"net<b>/leaf/{leaf}", f"net<b>/spine/{s}", 50 * GB) for leaf in range(4) for s in (0, 1)]
    network(path, edges, [("fabric", "net<b>/leaf/3", 2, 0.0)])
    return path, edges


def test_twins_share_a_box_and_links_between_boxes_a_bundle(rails: tuple[Path, Any]) -> None:
    with open_run(rails[0]) as run:
        assert fabric.fabrics(run) == ["net<b>"]
        view = fabric.fabric_view(run, "net<b>")
        assert [(box.tier, len(box.names)) for box in view.boxes] == [(0, 2), (0, 2), (1, 2), (1, 2), (2, 2)]
        assert [(b.a, b.b, b.links, b.capacity) for b in view.bundles] == [
            (0, 2, 4, 400 * GB), (1, 3, 4, 400 * GB), (2, 4, 4, 200 * GB), (3, 4, 4, 200 * GB)]  # fmt: skip
        assert fabric.tier_text(view.tiers[1]) == "4 × leaf\n6.4 Tbit/s down\n3.2 Tbit/s up, 2 : 1"
        assert fabric.tier_text(view.tiers[2]) == "2 × spine"
        assert [box.single is not None for box in view.boxes] == [False, False, False, True, False]
        assert view.when.size == 0 and not view.ring and view.declared


def test_loads_are_mean_and_highest_of_the_bundle(rails: tuple[Path, Any]) -> None:
    path, edges = rails
    load = np.full((REPORTS, len(edges)), 0.2)
    load[7, 2] = 0.8  # the second rack of the first unit to its first leaf
    add_links(path, load)
    with open_run(path) as run:
        view = fabric.fabric_view(run, "net<b>", np.array([7]))
        assert view.high[0].tolist() == pytest.approx([0.8, 0.2, 0.2, 0.2])
        assert view.mean[0, 0] == pytest.approx((3 * 0.2 + 0.8) / 4)
        figure = charts.fabric_view(run)
        assert len(figure.frames) == REPORTS
        assert figure.frames[7].data[0].marker.color.max() == pytest.approx(80)
        when = str(run.local(run.links["time"])[7])
        (shown,) = [
            text.get_text() for text in plots.fabric_view(run, when=when).axes[0].texts if "fullest 80" in text.get_text()
        ]
        assert shown == "35 %, fullest 80 %"


def test_without_loads_capacity_is_shown_and_said(rails: tuple[Path, Any]) -> None:
    with open_run(rails[0]) as run:
        figure = plots.fabric_view(run)
        assert "no loads of links recorded" in figure.axes[-1].get_ylabel()
        figure.savefig(rails[0].with_suffix(".png"))
        chart = charts.fabric_view(run)
        assert not chart.frames
        said = chart.to_json()
        assert "net<b>" not in said and "net\\u003cb" not in said
        assert "fabric_view" in {picture.name for picture in pictures_of(run)}


def test_a_wide_tree_is_cut_into_neighbours_in_order(write: Callable[..., Path]) -> None:
    path = write()
    edges = [(f"r{i:03d}", f"net/leaf/{i}", 100 * GB) for i in range(400)]
    edges += [(f"net/leaf/{i}", f"net/spine/{s}", 50 * GB) for i in range(400) for s in (0, 1)]
    network(path, edges)
    with open_run(path) as run:
        view = fabric.fabric_view(run, "net")
        assert len(view.boxes) <= 2 * fabric.MOST + 1
        assert sum(len(box.names) for box in view.boxes) == 802
        assert view.boxes[0].names[:2] == ("r000", "r001") and len(view.bundles) <= 2 * fabric.MOST
        assert all(view.boxes[b.a].x == view.boxes[b.b].x for b in view.bundles if view.boxes[b.a].tier == 0)
        plots.fabric_view(run).savefig(path.with_suffix(".png"))


def test_a_dragonfly_stands_on_a_circle_of_groups(write: Callable[..., Path]) -> None:
    path = write()
    router = "net/group/{}/router/{}".format
    edges = [(f"r{g}{r}", router(g, r), 100 * GB) for g in range(5) for r in range(4)]
    edges += [(router(g, a), router(g, b), 50 * GB) for g in range(5) for a in range(4) for b in range(a)]
    edges += [(router(g, (h - g) % 5 - 1), router(h, (g - h) % 5 - 1), 50 * GB) for g in range(5) for h in range(g)]
    network(path, edges)
    with open_run(path) as run:
        view = fabric.fabric_view(run, "net")
        groups = [box for box in view.boxes if box.tier == 1]
        assert view.ring and len(groups) == 5 and all(box.kind == "router" and len(box.names) == 4 for box in groups)
        assert np.ptp([np.hypot(box.x, box.y) for box in groups]) < 1e-9
        assert sum(bundle.links for bundle in view.bundles) == len(edges)
        plots.fabric_view(run).savefig(path.with_suffix(".png"))
        assert charts.fabric_view(run).data


def test_several_networks_have_a_menu_and_move_together(write: Callable[..., Path]) -> None:
    path = write()
    edges = [(f"r{i}", f"{name}/leaf/{i}", 100 * GB) for name in ("a", "b") for i in range(2)]
    edges += [(f"{name}/leaf/{i}", f"{name}/spine/1", 50 * GB) for name in ("a", "b") for i in range(2)]
    network(path, edges)
    load = np.full((REPORTS, len(edges)), 0.2)
    load[:, 2] = 0.7  # of b
    add_links(path, load)
    with open_run(path) as run:
        figure = charts.fabric_view(run)
        assert [choice["label"] for choice in figure.layout.meta["choices"]] == ["a", "b"]
        first, second = figure.frames[0].data
        assert first.marker.color.max() == pytest.approx(20) and second.marker.color.max() == pytest.approx(70)
        assert {len(choice["layout"]["shapes"]) for choice in figure.layout.meta["choices"]} == {5}
        figure.write_html(path.with_suffix(".html"), include_plotlyjs=True, auto_play=False)
        assert len(plots.fabric_view(run).axes) == 4  # two networks, two scales


def test_files_without_a_network_say_so(write: Callable[..., Path]) -> None:
    with open_run(write("old.h5")) as run:
        assert not fabric.has_fabric(run)
        for draw in (plots.fabric_view, charts.fabric_view):
            with pytest.raises(MissingData):
                draw(run)
        with pytest.raises(MissingData):
            fabric.fabric_view(run, "net")


def test_only_networks_that_exist_can_be_named(rails: tuple[Path, Any]) -> None:
    with open_run(rails[0]) as run, pytest.raises(MissingData, match="no fabric 'other'"):
        plots.fabric_view(run, name="other")

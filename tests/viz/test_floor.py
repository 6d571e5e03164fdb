"""The floor plan: every rack at its place with the values of the file, for print and for the browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from ondol_viz import MissingData, charts, open_run, plots
from ondol_viz.views import declared, floor

SCENARIO = """
[rack.gb200]
node = { value = "n", tier = "assumed" }
nodes = 18
rated_power = "132 kW"
[node.n]
accelerator = "a"
accelerators = { value = 4, tier = "datasheet" }
[accelerator.a]
slowdown_temperature = { value = "88 degC" }
"""


def declare(path: Path, scenario: str) -> Path:
    with h5py.File(path, "r+") as file:
        del file["scenario_toml"]
        file["scenario_toml"] = scenario
    return path


def test_values_are_those_of_the_file(example: Path) -> None:
    with open_run(example) as run:
        view = floor.floor(run, np.array([3, 700]))
        values = {q.key: q.values for q in view.quantities}
        np.testing.assert_allclose(values["power"][1], run.racks["power"].values[700], rtol=1e-6)
        np.testing.assert_allclose(
            values["inlet_temperature"][0],
            run.racks["inlet_temperature"].values[3],
            rtol=1e-6,
        )
        assert set(values) == {
            "power",
            "inlet_temperature",
            "accelerator_temperature",
        }  # a scenario without racks rates nothing
        air, liquid = view.halls
        assert (len(liquid.rows), len(liquid.positions)) == (
            2,
            12,
        ) and liquid.free == ()
        assert view.racks[liquid.racks[15]] == "liquid/r15" and liquid.place[15] == (
            1,
            3,
        )
        assert (len(air.rows), len(air.positions)) == (2, 10)


def test_ratings_come_from_the_scenario(write: Callable[..., Path]) -> None:
    with open_run(declare(write(), SCENARIO)) as run:
        assert declared.rack_type(run, "gb200") == declared.RackType(132e3, 72, 86.0)
        view = floor.floor(run, np.array([5]))
        values = {q.key: q.values[0] for q in view.quantities}
        assert view.accelerators[20] == 72 and view.accelerators[0] == 0
        assert values["power_share"][20] == pytest.approx(100 * float(run.racks.power[5, 20]) / 132e3)
        assert values["utilisation"][20] == pytest.approx(100 * float(run.racks.accelerators_busy[5, 20]) / 72)
        assert np.isnan(values["power_share"][0])  # h200 is not in this scenario


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("42.8 kW", 42800),
        ({"value": "18 degC"}, 18),
        (3, 3),
        ("1e3 W", 1000),
        ("8 furlong", None),
        (True, None),
    ],
)
def test_quantities(text: object, number: float | None) -> None:
    found = declared.quantity(text)
    assert np.isnan(found) if number is None else found == number


def test_the_chart_moves_through_the_run(write: Callable[..., Path]) -> None:
    path = declare(write(), SCENARIO)
    with h5py.File(path, "r+") as file:
        file["racks/position"][43] = 13.0  # a free place, 11, and another, 12, in no row
    with open_run(path) as run:
        figure = charts.floor_plan(run)
        assert len(figure.frames) == 12
        assert [choice["label"] for choice in figure.layout.meta["choices"]][:3] == [
            "rack power",
            "power over the rating",
            "inlet air",
        ]
        at = figure.layout.meta["choices"][2]["traces"][0]
        cells = np.array(figure.frames[7].data[2].z, dtype=float)
        place = np.argwhere(np.char.find(figure.data[at].customdata.astype(str), "liquid/r15") >= 0)[0]
        assert cells[tuple(place)] == pytest.approx(float(run.racks.inlet_temperature[7, 35]), abs=0.051)
        mask = figure.data[-1].z
        assert np.isnan(mask).sum() == 44 and (mask == 1).sum() == 2  # racks, free places


def test_names_of_the_file_stay_text(write: Callable[..., Path]) -> None:
    path = write()
    with h5py.File(path, "r+") as file:
        for name, data in (
            ("hall", file["racks/hall"]),
            ("type", file["racks/type"]),
            ("pool", file["racks/pool"]),
        ):
            data[...] = np.where(
                data.asstr()[...] == data.asstr()[...][0],
                f"<b>%{{z}}$x_{name}" * 30,
                data.asstr()[...],
            )
    with open_run(path) as run:
        json = charts.floor_plan(run).to_json()
        assert "<b>%{z}" not in json.replace("\\u003c", "<") and "&lt;b&gt;%" in json.replace("\\u0026", "&").replace(
            "\\u003c", "<"
        )
        plots.floor_plan(run).savefig(path.with_suffix(".png"), dpi=40)


def test_a_run_without_racks_is_refused(write: Callable[..., Path]) -> None:
    path = write()
    with h5py.File(path, "r+") as file:
        del file["racks"]
    with open_run(path) as run:
        for draw in (plots.floor_plan, charts.floor_plan):
            with pytest.raises(MissingData, match="racks/"):
                draw(run)

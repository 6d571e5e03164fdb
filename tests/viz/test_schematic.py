"""The plant as a diagram: whom each loop cools, by what, and that words and colours are those of the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from ondol_viz import MissingData, charts, open_run, plots
from ondol_viz.views import schematic
from ondol_viz.views.plant import plant

SCENARIO = """
[[plant]]
id = "cold"
chillers = 3
towers = 4
economizer = true
[[plant]]
id = "warm"
towers = 2
dry_coolers = { value = 5, tier = "assumed" }
[[hall]]
id = "air"
[hall.air]
plant = "cold"
crahs = 6
[[hall]]
id = "liquid"
[hall.air]
plant = "cold"
crahs = 2
[hall.liquid]
plant = "warm"
cdus = 8
"""


def furnish(path: Path, scenario: str = SCENARIO) -> Path:
    """Twelve reports with all that a plant may record."""
    with h5py.File(path, "r+") as file:
        del file["scenario_toml"]
        file["scenario_toml"] = scenario
        t = np.arange(12.0)
        nan = np.full(12, np.nan)
        series = {
            "loops": {
                "set_point": (t * 0 + 18, nan), "flow": (100 + t, 200 + t), "pump_power": (t * 0 + 4e4, t * 0 + 5e4),
                "chiller_power": (1e5 * t, t * 0), "chillers_running": (t // 4, nan), "fan_power": (t * 0 + 9e3, 8e3 + t),
                "tower_fan_power": (t * 0 + 9e3, t * 0 + 6e3), "tank_cooling": (5e5 - 1e5 * t, nan), "heat_reused": (nan, 1e5 * t),
            },
            "halls": {
                "air_supply": (t * 0 + 24, t * 0 + 25), "air_return": (30 + t, 31 + t), "air_flow": (t / 11, t / 11),
                "liquid_supply": (nan, t * 0 + 38), "liquid_return": (nan, 44 + t / 10), "liquid_flow": (nan, t * 0 + 1),
            },
        }  # fmt: skip
        for group, found in series.items():
            for name, values in found.items():
                file[group].create_dataset(name, data=np.stack(values, axis=1).astype(np.float32))
                file[group][name].dims[0].attach_scale(file[group]["time"])
                file[group][name].dims[1].attach_scale(file[group][group[:-1]])
    return path


def test_halls_hang_on_the_loops_that_the_scenario_names(write: Callable[..., Path]) -> None:
    with open_run(furnish(write())) as run:
        view = plant(run)
        cold, warm = view.loops
        assert [(c.hall, c.side, c.units) for c in cold.consumers] == [("air", "air", 6), ("liquid", "air", 2)]
        assert [(c.hall, c.side, c.units) for c in warm.consumers] == [("liquid", "liquid", 8)]
        assert (cold.chillers, cold.towers, cold.economizer, cold.tank, cold.reuse) == (3, 4, True, True, False)
        assert (warm.chillers, warm.towers, warm.dry_coolers, warm.economizer, warm.reuse) == (0, 2, 5, False, True)
        np.testing.assert_allclose(warm.series["heat"], run.loops["heat"].values[:, 1], rtol=1e-6)
        np.testing.assert_allclose(cold.consumers[1].back, 31 + np.arange(12))
        np.testing.assert_allclose(view.weather["wet_bulb"], run.site["wet_bulb"].values, rtol=1e-6)


def test_words_say_what_the_file_says(write: Callable[..., Path]) -> None:
    with open_run(furnish(write())) as run:
        view = schematic.schematic(run)
        said = {text.words[min(9, len(text.words) - 1)] for text in view.texts}
        assert {
            "chillers 2 of 3",
            "900 kW",
            "109 kg/s, pumps 40 kW",
            "takes 400 kW",
            "5 dry coolers",
            "fans 2 kW",
            "6 CRAH",
            "8 CDU",
        } <= said
        assert f"supply {float(run.loops['supply_temperature'][9, 0]):.1f} °C (set 18.0)" in said
        assert "24.0 → 39.0 °C, flow 82 %" in said
        supply = next(pipe for pipe in view.pipes if pipe.name == "warm supply")
        np.testing.assert_allclose(supply.temperature, run.loops["supply_temperature"].values[:, 1], rtol=1e-6)


def overlap(view: schematic.Schematic) -> list[tuple[str, str]]:
    """Texts of one moment that lie on each other, when a letter is a unit wide and a line two units high."""
    spans = []
    for text in view.texts:
        width = 0.92 * max(len(words) for words in text.words)
        left = text.x - {"left": 0, "center": width / 2, "right": width}[text.align]
        spans.append((left, left + width, text.y, text.words[0]))
    return [
        (a[3], b[3])
        for i, a in enumerate(spans)
        for b in spans[i + 1 :]
        if a[0] < b[1] and b[0] < a[1] and abs(a[2] - b[2]) < 1.9
    ]


@pytest.mark.parametrize(
    "scenario", [SCENARIO, "", "not = [toml", SCENARIO.replace('"liquid"\n', '"' + "long name " * 50 + '"\n')]
)
def test_nothing_lies_on_anything(write: Callable[..., Path], scenario: str) -> None:
    with open_run(furnish(write(), scenario)) as run:
        view = schematic.schematic(run)
        assert not overlap(view)
        assert all(0 <= text.y <= view.height and 0 <= text.x <= schematic.WIDTH for text in view.texts)
        plots.cooling_schematic(run).savefig(run.path.with_suffix(".png"), dpi=40)
        figure = charts.cooling_schematic(run)
        assert len(figure.frames) == 12 and len(figure.to_json()) < 1.5e6


def test_pipes_change_their_colour_with_the_water(write: Callable[..., Path]) -> None:
    with open_run(furnish(write())) as run:
        figure = charts.cooling_schematic(run)
        view = schematic.schematic(run)
        at = next(i for i, pipe in enumerate(view.pipes) if pipe.name == "warm return")
        assert figure.frames[4].data[at].line.color == schematic.coloured(view, view.pipes[at].temperature[4])
        assert len({schematic.coloured(view, t) for t in (view.range[0], np.mean(view.range), view.range[1], np.nan)}) == 4


def test_names_of_the_file_stay_text(write: Callable[..., Path]) -> None:
    with open_run(furnish(write(), SCENARIO.replace('id = "liquid"', 'id = "<i>%{x}"'))) as run:
        words = [text for trace in charts.cooling_schematic(run).data for text in trace.text or ()]
        assert any("&lt;i&gt;" in text for text in words) and not any("<i>" in text for text in words)


def test_a_run_without_loops_is_refused(write: Callable[..., Path]) -> None:
    path = write()
    with h5py.File(path, "r+") as file:
        del file["loops"]
    with open_run(path) as run:
        for draw in (plots.cooling_schematic, charts.cooling_schematic):
            with pytest.raises(MissingData, match="loops/"):
                draw(run)

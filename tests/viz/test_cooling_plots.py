"""Figures of cooling, on a file written by hand: twelve reports of ten minutes, two loops of which one has chillers, two months."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import date2num
from ondol_viz import MissingData, Run, open_run, plots
from ondol_viz.gallery import pictures_of

NEW = {"cooling_by_month", "around_trip", "chillers_running"}


def add_cooling(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        loops = file["loops"]
        running = np.tile([1.0, np.nan], (12, 1))
        running[5:] = [2.0, np.nan]
        for name, values, units in (("chillers_running", running, "1"), ("set_point", np.full((12, 2), 18.0), "degC")):
            loops.create_dataset(name, data=values.astype(np.float32))
            loops[name].attrs.update(units=units, long_name=name)
            loops[name].dims[0].attach_scale(loops["time"])
            loops[name].dims[1].attach_scale(loops["loop"])
        months = file.create_group("months")
        table = {"covered": [31 * 86400.0, 86400.0], "it_energy": [1e12, 4e10], "pue": [1.10, 1.22], "wue": [0.9, 1.8], "wet_bulb": [11.0, 24.0],
                 "energy_chillers": [1e10, 4e9], "energy_plant_pumps": [1e10, 4e8], "energy_dry_cooler_fans": [0.0, 0.0]}  # fmt: skip
        months.create_dataset("month", data=["2026-06", "2026-07"], dtype=h5py.string_dtype())
        for name, values in table.items():
            months[name] = np.array(values)
        del file["events"]
        events = file.create_group("events")
        events["time"] = np.array([3000.0])
        events["time"].attrs["units"] = "s"
        for name, text in (("kind", "chiller_trip"), ("subject", "cold"), ("cause", "declared")):
            events.create_dataset(name, data=[text], dtype=h5py.string_dtype())


@pytest.fixture
def run(write: Callable[..., Path]) -> Iterator[Run]:
    path = write()
    add_cooling(path)
    with open_run(path) as run:
        yield run


def test_the_report_shows_them_when_there_is_something_to_show(run: Run, write: Callable[..., Path]) -> None:
    assert {p.name for p in pictures_of(run)} >= NEW
    with open_run(write("plain.h5")) as plain:
        assert not {p.name for p in pictures_of(plain)} & NEW


def test_months_are_shares_of_it_energy(run: Run) -> None:
    figure = plots.cooling_by_month(run)
    energy = figure.axes[0]
    heights = [patch.get_height() for patch in energy.patches]
    assert heights == pytest.approx([1.0, 1.0, 1.0, 10.0])  # pumps, then chillers; dry coolers have none and no place
    assert [t.get_text() for t in energy.get_legend().get_texts()] == ["plant pumps", "chillers", "PUE"]
    assert [t.get_text() for t in figure.axes[1].get_xticklabels()] == ["2026-06", "2026-07 *"]
    (pue,) = figure.axes[2].lines
    assert list(pue.get_ydata()) == [1.10, 1.22]


def test_the_trip_is_in_the_middle_of_its_figure(run: Run) -> None:
    figure = plots.around_trip(run)
    low, high = figure.axes[0].get_xlim()
    at = date2num(run.local([run.start])[0] + pd.Timedelta("3000 s"))
    assert (at - low) * 1440 == pytest.approx(5, abs=0.01) and (high - at) * 1440 == pytest.approx(40, abs=0.01)
    assert len(figure.axes[0].lines) == 6  # supply, return and set point of two loops
    assert [t.get_text() for t in figure.axes[2].get_legend().get_texts()] == ["air", "liquid"]


def test_loops_without_chillers_are_left_out(run: Run) -> None:
    figure = plots.chillers_running(run)
    (line,) = figure.axes[0].lines[:1]
    assert line.get_label() == "cold"
    assert max(line.get_ydata()) == 2
    assert [t.get_text() for t in figure.axes[0].get_legend().get_texts()] == ["cold"]


def test_what_is_not_there_is_said(write: Callable[..., Path]) -> None:
    with open_run(write("plain.h5")) as plain:
        for draw in (plots.cooling_by_month, plots.around_trip, plots.chillers_running):
            with pytest.raises(MissingData):
                draw(plain)

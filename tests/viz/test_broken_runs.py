"""Files whose numbers are missing or make no sense: each picture is drawn or says what it lacks, and nothing else happens."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import h5py
import numpy as np
import pytest
from ondol_viz import MissingData, open_run
from ondol_viz.gallery import pictures_of
from ondol_viz.run import RunError


def overwrite(
    path: Path, value: float, rows: slice, groups: tuple[str, ...] = ("site", "halls", "racks", "loops", "pools")
) -> None:
    """`value` into these reports of all series of the groups."""
    with h5py.File(path, "r+") as file:
        for group in groups:
            for name, series in file[group].items():
                if name != "time" and "cell_methods" in series.attrs:
                    series[rows] = value


@pytest.mark.parametrize(
    ("value", "rows"),
    [(np.nan, slice(None)), (np.nan, slice(6)), (0.0, slice(None))],
    ids=["no number", "no number at first", "nothing on"],
)
def test_every_picture_is_drawn_or_says_what_it_lacks(write: Callable[..., Path], value: float, rows: slice) -> None:
    path = write()
    overwrite(path, value, rows)
    with open_run(path) as run, warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for picture in pictures_of(run):
            for draw in (picture.plot, picture.chart):
                if draw is not None:
                    with suppress(MissingData):
                        draw(run)


def test_a_start_that_is_no_date_is_named(write: Callable[..., Path]) -> None:
    with open_run(write(start_time="yesterday")) as run, pytest.raises(RunError, match="'yesterday', is no date"):
        _ = run.start

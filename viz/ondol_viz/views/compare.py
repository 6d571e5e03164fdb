"""Several runs over each other: their power, PUE and energy by owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..run import Run
from ..style import FAMILIES
from .blocks import blocks
from .missing import MissingData

Floats = np.ndarray[Any, np.dtype[np.float64]]

POINTS = 700  # of each run: several share a picture
SERIES = ("power", "it_power", "pue")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Course:
    """One run over time.  Arrays are (block,)."""

    label: str  # "A"
    title: str
    ends: pd.DatetimeIndex  # UTC
    after: Floats  # h, ends of the blocks after the start of the run
    means: dict[str, Floats]  # of SERIES as far as the run has them: W, W, 1


@dataclass(frozen=True)
class Comparison:
    courses: tuple[Course, ...]
    together: bool  # all start at the same moment on clocks of the same zone: dates can be compared


@dataclass(frozen=True)
class OwnersOf:
    """Mean power of each owner over each run, (run, owner) W: energies of runs of other lengths do not compare."""

    labels: tuple[str, ...]
    owners: tuple[str, ...]  # in the order of FAMILIES, those that take something in some run
    power: Floats


def label(place: int) -> str:
    """A, B ... Z, A1 ... of the runs of a comparison."""
    return LETTERS[place % 26] + (str(place // 26) if place >= 26 else "")


def together(runs: Sequence[Run]) -> bool:
    """Whether all runs start at the same moment on clocks of the same zone."""
    return len({(run.start, run.zone_name) for run in runs}) == 1


def compare_runs(runs: Sequence[Run]) -> Comparison:
    """Power at the meter, of IT and PUE of each run, from its start.  Raises MissingData when a run lacks its power."""
    courses = []
    for place, run in enumerate(runs):
        stored = run.stored("site")
        there = [name for name in SERIES if stored is not None and name in stored]
        if "power" not in there:
            raise MissingData(f"run {label(place)} has no series site/power")
        data = blocks(run, "site", there, POINTS)
        after = np.asarray((data.ends - run.start) / pd.Timedelta("1h"), dtype=np.float64)
        courses.append(Course(label(place), run.title, data.ends, after, data.means))
    return Comparison(tuple(courses), together(runs))


def compare_owners(runs: Sequence[Run]) -> OwnersOf:
    """Energy by owner over the length of each run.  Raises MissingData when a run has no ledger: it did not reach its end."""
    known = [owner for family in FAMILIES.values() for owner in family]
    rows = []
    for place, run in enumerate(runs):
        if run.ledger.empty or run.site.sizes.get("time", 0) == 0:
            raise MissingData(f"run {label(place)} has no ledger")
        seconds = (pd.Timestamp(run.site["time"].values[-1]) - run.start).total_seconds()
        joules = dict(zip(run.ledger["owner"].astype(str), run.ledger["energy"].astype(float), strict=True))
        known += [owner for owner in joules if owner not in known]
        rows.append({owner: energy / seconds for owner, energy in joules.items()})
    owners = [owner for owner in known if any(row.get(owner, 0.0) != 0 for row in rows)]
    power = np.array([[row.get(owner, 0.0) for owner in owners] for row in rows], dtype=np.float64)
    return OwnersOf(tuple(label(place) for place in range(len(runs))), tuple(owners), power)

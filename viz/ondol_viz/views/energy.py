"""Power of the site over time by who takes it, for how long it is how high, and how its efficiency follows the weather."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..run import Run
from ..style import FAMILIES, FAMILY_NAMES, OWNER_NAMES
from .blocks import POINTS, Blocks, blocks, whole
from .missing import MissingData

Floats = np.ndarray[Any, np.dtype[np.float64]]

SMALL = 0.001  # share of the site's energy; bands below it are thinner than a line, so a family's small ones share one
LONG = 100  # days; longer runs are drawn as means over days
DOTS = 6000  # more hide each other
STEADY = 0.5  # K; a wet bulb that moves less explains nothing

_OTHERS = {"IT": "other IT equipment", "conversion": "other conversion losses", "cooling": "other cooling"}

# Series of the site, and what they are called.
_LEVELS = (("power", "at the meter"), ("it_power", "IT"), ("cooling_power", "cooling"))


@dataclass(frozen=True)
class Band:
    """Owners drawn as one: `power` (block,) W, `share` of the energy of the site."""

    name: str  # a sentence
    colour: str
    owners: tuple[str, ...]
    power: Floats
    share: float


@dataclass(frozen=True)
class SitePower:
    """`upper` has IT by owner and the rest by family, `lower` the rest by owner; each adds up from the first band."""

    data: Blocks  # of what the run has of power, pue, dry_bulb, wet_bulb and of the owners
    upper: tuple[Band, ...]
    lower: tuple[Band, ...]
    metered: bool  # whether all that is consumed comes through the meter at the same moment


def site_power(run: Run) -> SitePower:
    """Power by owner over time, with PUE and weather.  Energies are of all reports, also where the drawing joins them."""
    stored = run.stored("site")
    there = set(stored) if stored is not None else set()
    owners = [owner for family in FAMILIES.values() for owner in family if f"power_{owner}" in there]
    if not owners:
        raise MissingData("the run has no series site/power_accelerator")
    beside = [name for name in ("power", "pue", "dry_bulb", "wet_bulb") if name in there]
    data = blocks(run, "site", [*beside, *(f"power_{owner}" for owner in owners)], _points(run))
    power = {owner: data.means[f"power_{owner}"] for owner in owners}
    energy = {owner: float(np.nansum(watts * data.hours)) for owner, watts in power.items()}
    total = sum(energy.values()) or 1.0

    def band(name: str, colour: str, members: Sequence[str]) -> Band:
        watts = np.sum([power[owner] for owner in members], axis=0)
        return Band(name, colour, tuple(members), watts, sum(energy[owner] for owner in members) / total)

    upper: list[Band] = []
    lower: list[Band] = []
    for family, colours in FAMILIES.items():
        members = [owner for owner in colours if energy.get(owner, 0.0) > 0]
        if not members:
            continue
        each = [band(*one) for one in _apart(members, colours, energy, SMALL * total, family)]
        if family == "IT":
            upper += each
        else:
            upper.append(band(FAMILY_NAMES[family], colours[members[len(members) // 2]], members))
            lower += each
    if not upper:
        raise MissingData("the run has no power above zero in the series site/power_<owner>")
    consumed = np.sum(list(power.values()), axis=0)
    metered = "power" not in there or bool(np.nanmax(np.abs(data.means["power"] - consumed)) < 0.01 * np.nanmax(consumed))
    return SitePower(data, tuple(upper), tuple(lower), metered)


def _points(run: Run) -> int:
    """Days of a run of a season or a year, whose blocks would else beat against the hours of the day."""
    stored = run.stored("site/time")
    if stored is None or len(stored) < 2:
        return POINTS
    size = len(stored)
    days = float(stored[size - 1]) / 86400.0
    return POINTS if days < LONG else -(-size // max(1, round(size / days)))


def pue_range(data: Blocks) -> tuple[float, float]:
    """Of an axis of PUE: without the few reports in which next to no IT equipment drew power, whose PUE is any number."""
    known = np.concatenate([data.lows["pue"], data.highs["pue"]])
    known = known[np.isfinite(known)]
    if known.size == 0:
        return 1.0, 2.0
    kept = known[known <= 1 + 4 * (float(np.median(known)) - 1) + 0.02]
    if kept.size == 0:  # no PUE at all: below 1
        kept = known
    low, high = float(kept.min()), float(kept.max())
    room = max(0.1 * (high - low), 0.005)
    return low - room, high + room


def _apart(
    members: Sequence[str], colours: dict[str, str], energy: dict[str, float], small: float, family: str
) -> list[tuple[str, str, list[str]]]:
    """Name, colour and owners of a band for each owner; two or more small ones together."""
    rest = [owner for owner in members if energy[owner] < small]
    if len(rest) < 2:
        rest = []
    bands = [(OWNER_NAMES.get(owner, owner), colours[owner], [owner]) for owner in members if owner not in rest]
    return bands + ([(_OTHERS[family], colours[rest[-1]], rest)] if rest else [])


@dataclass(frozen=True)
class Level:
    """How long one power is how high: `power` falls, `share` of the time [0, 1] has the step ends (one more than `power`)."""

    series: str
    name: str  # a sentence
    power: Floats  # W
    share: Floats
    mean: float  # W


@dataclass(frozen=True)
class LoadDuration:
    levels: tuple[Level, ...]
    hours: float  # of the run


def load_duration(run: Run) -> LoadDuration:
    """Share of the time during which power at the meter, of IT and of cooling is at or above a level."""
    stored = run.stored("site")
    beside = [(series, name) for series, name in _LEVELS[1:] if stored is not None and series in stored]
    hours, powers = whole(run, "site", "power", *(series for series, _ in beside))
    levels = []
    for (series, name), watts in zip((_LEVELS[0], *beside), powers, strict=True):
        known = np.isfinite(watts) & (hours > 0)
        if not known.any():
            continue
        fallen, length = _falling(watts[known], hours[known])
        share = np.concatenate([[0.0], np.cumsum(length)]) / length.sum()
        levels.append(Level(series, name, fallen, share, float((fallen * length).sum() / length.sum())))
    if not levels:
        raise MissingData("the run has no number in site/power")
    return LoadDuration(tuple(levels), float(hours.sum()))


def _falling(watts: Floats, hours: Floats) -> tuple[Floats, Floats]:
    """From the highest down, with the hours of each; of a long run the means of equal numbers of neighbours, below the peak itself."""
    order = np.argsort(-watts, kind="stable")
    watts, hours = watts[order], hours[order]
    starts = np.append(0, np.arange(1, watts.size, max(1, -(-watts.size // POINTS))))
    length = np.add.reduceat(hours, starts)
    return np.add.reduceat(watts * hours, starts) / length, length


@dataclass(frozen=True)
class PueAgainstWetBulb:
    """Reports as dots (dot,): at most DOTS of them, evenly picked.  `degrees` and `medians` are of all reports."""

    wet_bulb: Floats  # degC
    pue: Floats
    it_power: Floats  # W; NaN where the run has none
    degrees: Floats  # degC, median wet bulb of each whole degree with three reports or more; empty when fewer than two
    medians: Floats  # of PUE in each
    steady: float | None  # degC, the wet bulb where it hardly moves: then load is what PUE follows


def pue_against_wet_bulb(run: Run) -> PueAgainstWetBulb:
    """PUE of each report with the wet bulb and the IT power of the same."""
    stored = run.stored("site")
    loaded = stored is not None and "it_power" in stored
    _, (pue, wet, *rest) = whole(run, "site", "pue", "wet_bulb", *(["it_power"] if loaded else []))
    load = rest[0] if rest else np.full(wet.shape, np.nan)
    good = np.isfinite(wet) & np.isfinite(pue)
    if not good.any():
        raise MissingData("the run has no report with both site/pue and site/wet_bulb")
    wet, pue, load = wet[good], pue[good], load[good]
    steady = float(np.ptp(wet)) < STEADY and bool(np.isfinite(load).any())
    degree = np.round(wet)
    kept = np.asarray([d for d in np.unique(degree) if np.count_nonzero(degree == d) >= 3])
    if kept.size < 2:
        kept = kept[:0]
    every = slice(None, None, max(1, -(-wet.size // DOTS)))  # every nth report is as good a picture as all of them
    return PueAgainstWetBulb(
        wet_bulb=wet[every],
        pue=pue[every],
        it_power=load[every],
        degrees=np.asarray([float(np.median(wet[degree == d])) for d in kept]),
        medians=np.asarray([float(np.median(pue[degree == d])) for d in kept]),
        steady=float(np.median(wet)) if steady else None,
    )

"""How hot accelerators and the air at the racks are over time, and what the heat slows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..run import Run
from .blocks import Blocks, blocks
from .declared import bare, declared, entries, rack_type
from .floor import RECOMMENDED
from .missing import MissingData

Floats = np.ndarray[Any, np.dtype[np.float64]]

HALLS = 8  # panels
_ENVELOPE = ("accelerator_p05", "accelerator_p50", "accelerator_p95", "accelerator_hottest")


@dataclass(frozen=True)
class Envelope:
    """Accelerators of a hall, degC, by block of reports: the coolest 5 % and the hottest one are those of all reports of a block."""

    hall: str
    low: Floats  # 5 % are not warmer
    middle: Floats  # half
    high: Floats  # 95 %
    hottest: Floats
    operating: float  # above which the clock of the first of them falls; NaN where the scenario does not say


@dataclass(frozen=True)
class Slowed:
    """What heat slows: share of the accelerators of each hall [%], by block; or racks with slowed ones, between `times` (UTC)."""

    names: tuple[str, ...]
    counted: bool  # racks, from events
    times: pd.DatetimeIndex
    values: Floats  # (time, hall)


@dataclass(frozen=True)
class Temperatures:
    """`data` has the times of the blocks; `inlet` are the coolest and warmest inlets of any rack with their own."""

    data: Blocks
    envelopes: tuple[Envelope, ...]
    halls: int  # of the run
    inlet: Blocks | None
    coolest: Floats
    warmest: Floats
    recommended: tuple[float, float]  # degC
    slowed: Slowed | None


def temperatures(run: Run) -> Temperatures:
    """Envelopes of the halls that have accelerators, the warmest inlets and what is slowed, where the run has them."""
    found = run.stored("halls")
    names = [name for name in _ENVELOPE if found is not None and name in found]
    if "accelerator_hottest" not in names:
        raise MissingData("the run has no series halls/accelerator_hottest")
    data = blocks(run, "halls", names)
    limits = _operating(run)
    halls = [str(name) for name in run.halls["hall"].values]
    envelopes = [
        Envelope(
            hall=hall,
            low=_column(data.lows, "accelerator_p05", i, data),
            middle=_column(data.means, "accelerator_p50", i, data),
            high=_column(data.highs, "accelerator_p95", i, data),
            hottest=data.highs["accelerator_hottest"][:, i],
            operating=limits.get(hall, float("nan")),
        )
        for i, hall in enumerate(halls)
        if np.isfinite(data.highs["accelerator_hottest"][:, i]).any()
    ]
    if not envelopes:
        raise MissingData("no hall of the run has accelerators")
    inlet = _inlets(run)
    return Temperatures(
        data=data,
        envelopes=tuple(sorted(envelopes, key=lambda e: -float(np.nanmax(e.hottest)))[:HALLS]),
        halls=len(envelopes),
        inlet=inlet,
        coolest=np.fmin.reduce(inlet.lows["inlet_temperature"], axis=1) if inlet else np.zeros(0),
        warmest=np.fmax.reduce(inlet.highs["inlet_temperature"], axis=1) if inlet else np.zeros(0),
        recommended=RECOMMENDED,
        slowed=_slowed(run, halls),
    )


def has_accelerators(run: Run) -> bool:
    found = run.stored("halls/accelerator_hottest")
    return found is not None and bool(np.isfinite(found[-1:]).any())


def _column(kind: Mapping[str, Floats], name: str, i: int, data: Blocks) -> Floats:
    return kind[name][:, i] if name in kind else np.full(len(data.ends), np.nan)


def _operating(run: Run) -> dict[str, float]:
    """The lowest of the highest operating temperatures of the accelerators in each hall [degC], as the scenario declares."""
    limits: dict[str, float] = {}
    for group in entries(declared(run), "racks"):
        limit = rack_type(run, str(bare(group.get("rack")))).operating
        hall = str(bare(group.get("hall")))
        if np.isfinite(limit):
            limits[hall] = min(limit, limits.get(hall, np.inf))
    return limits


def _inlets(run: Run) -> Blocks | None:
    try:
        found = blocks(run, "racks", ["inlet_temperature"])
    except MissingData:
        return None
    return found if np.isfinite(found.highs["inlet_temperature"]).any() else None


def _slowed(run: Run, halls: list[str]) -> Slowed | None:
    """From the series of the halls, else from the events of racks; None where nothing was slowed."""
    stored = run.stored("halls")
    if stored is not None and "accelerators_slowed" in stored:
        data = blocks(run, "halls", ["accelerators_slowed"])
        values = 100 * data.means["accelerators_slowed"]
        busy = [i for i in range(len(halls)) if np.nanmax(data.highs["accelerators_slowed"][:, i], initial=0) > 0]
        return Slowed(tuple(halls[i] for i in busy), False, data.ends, values[:, busy]) if busy else None
    return _slowed_racks(run)


def _slowed_racks(run: Run) -> Slowed | None:
    events = run.events
    if not {"time", "kind", "subject"} <= set(events.columns) or "hall" not in run.racks.coords:
        return None
    events = events[events["kind"].isin(["thermal_slowdown_begin", "thermal_slowdown_end"])].sort_values("time", kind="stable")
    if events.empty:
        return None
    hall_of = dict(zip(run.racks["rack"].values.tolist(), run.racks["hall"].values.tolist(), strict=True))
    names = list(dict.fromkeys(hall_of[rack] for rack in events["subject"] if rack in hall_of))
    change = np.zeros((len(events) + 1, len(names)))
    for i, (kind, rack) in enumerate(zip(events["kind"], events["subject"], strict=True), 1):
        if rack in hall_of:
            change[i, names.index(hall_of[rack])] = 1.0 if kind.endswith("begin") else -1.0
    times = pd.DatetimeIndex([run.start, *events["time"]])
    return Slowed(tuple(str(name) for name in names), True, times, np.cumsum(change, axis=0)) if names else None

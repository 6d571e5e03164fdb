"""What happened, for the time axes of pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..run import Run
from ..style import cut

_LONGEST = 60  # letters of a kind; those of the program have half of them

# Kinds that happen all the time and say nothing about the site.
ROUTINE = ("job_submitted", "job_started", "job_ended", "job_done", "report")


@dataclass(frozen=True)
class Mark:
    """One event, or several of one kind that stand at the same place of a time axis."""

    kind: str  # of the file: "generator_start"
    when: pd.Timestamp  # UTC, of the first
    place: int  # on the axis; marks of several kinds may share it
    count: int
    subject: str  # of the first, as its cause; empty where the file has none
    cause: str


def notable(run: Run) -> pd.DataFrame:
    """Events that explain a change of the curves, with dates in UTC."""
    events = run.events
    if not {"time", "kind"} <= set(events.columns):
        return pd.DataFrame(columns=["time", "kind"])
    return events[~events["kind"].isin(ROUTINE)]


def spoken(kind: str) -> str:
    """`generator_start` as a sentence for `words.say`; one that no program writes loses its end."""
    return cut(str(kind), _LONGEST).replace("_", " ")


def marks(run: Run, end: pd.Timestamp, places: int = 240) -> list[Mark]:
    """Notable events from the start of the run to `end` (UTC), in order; those of one kind within 1/`places` of that time are joined."""
    events = notable(run)
    events = events[(events["time"] >= run.start) & (events["time"] <= end)]
    if events.empty:
        return []
    place = (events["time"] - run.start) / max((end - run.start) / places, pd.Timedelta(1, "ns"))
    events = events.assign(place=np.floor(place.to_numpy()).astype(np.int64), kind=events["kind"].astype(str))
    joined = events.groupby(["kind", "place"], sort=False)
    found = [
        Mark(
            first["kind"],
            first["time"],
            int(first["place"]),
            len(group),
            str(first.get("subject", "")),
            str(first.get("cause", "")),
        )
        for _, group in joined
        for first in (group.iloc[0],)
    ]
    return sorted(found, key=lambda mark: mark.when)

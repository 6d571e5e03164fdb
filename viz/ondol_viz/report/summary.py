"""The top of the page: what the run was, how it went, what to remember of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from ..run import Run
from ..views.events import notable, spoken
from ..words import say
from .figures import Figure, headlines, warnings_of
from .shell import both, escape, named
from .tables import NO_EVENTS

HAPPENINGS = 8

# Kinds that a reader looks for first: what was done to the site, and what harm it did.
_FIRST = re.compile(
    "outage|dip|trip|failed|failure|lost|shutdown|slowdown_begin|interrupted|empty|exceeded|shed|chillers_stopped|moved|overload|budget_begin|cap_begin"
)


@dataclass(frozen=True)
class Happening:
    """All events of one kind."""

    kind: str
    count: int
    first: pd.Timestamp  # UTC
    last: pd.Timestamp
    subject: str  # of the first
    cause: str


def happenings(run: Run) -> list[Happening]:
    """One for each kind of event, in the order in which they first happened."""
    events = notable(run)
    if events.empty:
        return []
    found = []
    for kind, group in events.groupby(events["kind"].astype(str), sort=False):
        row = group.iloc[0]
        times = group["time"]
        found.append(
            Happening(
                str(kind), len(group), times.iloc[0], times.iloc[-1], str(row.get("subject", "")), str(row.get("cause", ""))
            )
        )
    return sorted(found, key=lambda h: h.first)


def top(run: Run, title: str) -> str:
    """Title, span and state of the run."""
    return f'<h1>{named(title, 300)}</h1><p class="lead">{span_of(run)} {state(run)}</p>{_banner(run)}'


def summary(run: Run, figures: dict[str, Figure]) -> str:
    """Headlines, what happened, what to beware of."""
    parts = []
    if cards := "".join(_card(h.label, h.figure, h.note) for h in headlines(figures)):
        parts.append(f'<div class="cards">{cards}</div><p><a href="#figures">{both("All key figures")}</a></p>')
    parts.append(f'<h3 id="happened">{both("What happened")}</h3>{happened(run)}')
    if warnings := warnings_of(run, figures):
        items = "".join(f"<li>{both(w)}</li>" for w in warnings)
        parts.append(f'<h3>{both("To be aware of")}</h3><ul class="warnings">{items}</ul>')
    return "".join(parts)


def span_of(run: Run) -> str:
    """From when to when, as HTML."""
    return both(lambda: _span(run))


def seconds(run: Run) -> float:
    """From the start of the run to its last report; 0 without one."""
    times = run.stored("site/time")
    return float(times[-1]) if times is not None and len(times) else 0.0


def _span(run: Run) -> str:
    if run.site.sizes.get("time", 0) == 0:
        return say("From {start} ({zone}); no report.", start=f"{run.local([run.start])[0]:%Y-%m-%d %H:%M}", zone=run.zone_name)
    last = run.site["time"].values[-1]
    begin, end = run.local([run.start, last])
    hours = seconds(run) / 3600
    length = say("{days:.4g} days", days=hours / 24) if hours >= 48 else say("{hours:.4g} h", hours=hours)
    return say(
        "{begin} to {end} ({zone}): {length}, {reports:,} reports.",
        begin=f"{begin:%Y-%m-%d %H:%M}",
        end=f"{end:%Y-%m-%d %H:%M}",
        zone=run.zone_name,
        length=length,
        reports=run.site.sizes["time"],
    )


def state(run: Run) -> str:
    """Whether the run reached its end, as HTML."""
    if run.complete:
        return f'<span class="state done">{both("complete")}</span>'
    return f'<span class="state early">{both("not complete")}</span>'


def _banner(run: Run) -> str:
    if run.complete:
        return ""

    def told() -> str:
        why = (
            say("it was killed or is still running")
            if run.status == "running"
            else say("it ended early ({status})", status=run.status)
        )
        return say("This run is not complete: {why}. The page shows what was written until then.", why=why)

    return f'<p class="banner" role="note">{both(told)}</p>'


def _card(label: str, figure: Figure, note: Callable[[], str]) -> str:
    band = (
        f'<p class="note">{both(lambda: say("5th to 95th percentile {band}", band=figure.band()))}</p>' if figure.band() else ""
    )
    return (
        f'<div class="card"><p class="label">{both(label)}</p><p class="value">{escape(figure.spelled())} '
        f'<span class="unit">{both(figure.unit)}</span></p>{band}<p class="note">{both(note)}</p></div>'
    )


def happened(run: Run, more: bool = True) -> str:
    """The events to know of, in order; `more`: with the way to the others."""
    found = happenings(run)
    if run.events.columns.empty:
        return f'<p class="absent">{both(NO_EVENTS)}</p>'
    if not found:
        return f'<p class="absent">{both("Nothing beside the coming and going of jobs.")}</p>'
    ranked = sorted(found, key=lambda h: (_FIRST.search(h.kind) is None, h.first))
    chosen = sorted(ranked[:HAPPENINGS], key=lambda h: h.first)
    items = "".join(_happening(run, h) for h in chosen)
    left = len(found) - len(chosen)
    others = f'<p><a href="#events">{both(lambda: say("{n} more kinds of events", n=left))}</a></p>' if left and more else ""
    return f'<ol class="happened">{items}</ol>{others}'


def _happening(run: Run, h: Happening) -> str:
    first, last = run.local([h.first, h.last])
    times = f' <span class="times">× {h.count:,}</span>' if h.count > 1 else ""
    until = (
        "" if h.count == 1 or last == first else f"{last:%H:%M:%S}" if last.date() == first.date() else f"{last:%Y-%m-%d %H:%M}"
    )
    ended = f" – {until}" if until else ""
    about = ", ".join(named(text, 90) for text in (h.subject, h.cause) if text)
    return (
        f'<li><span class="when"><time datetime="{h.first:%Y-%m-%dT%H:%M:%SZ}">{first:%Y-%m-%d %H:%M:%S}</time>{ended}</span> '
        f"<span><strong>{both(spoken(h.kind))}</strong>{times}"
        f"{f' <span class=about>{about}</span>' if about else ''}</span></li>"
    )

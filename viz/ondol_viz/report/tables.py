"""The tables of the page: key figures, energy by owner, swing, events, provenance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from .. import swing
from ..run import Run
from ..style import FAMILIES, FAMILY_NAMES, OWNER_NAMES, percent
from ..views.events import notable, spoken
from ..views.swing import reached
from ..words import say
from .figures import Figure, rows_of
from .shell import both, escape, folded, named, number, table

EVENT_ROWS = 60
NO_EVENTS = "The file has no events; they are written when a run ends."


def key_figures(figures: Mapping[str, Figure], whole: bool = True) -> str:
    """By group; what is in none is folded.  Not `whole`: they are what the reports tell so far."""
    if not figures:
        return f'<p class="absent">{both("The file has no key figures; they are written when a run ends.")}</p>'
    parts = (
        []
        if whole
        else [f'<p class="absent">{both("These are of the reports so far; the others are written when a run ends.")}</p>']
    )
    for heading, rows in rows_of(figures):
        body = _figure_table(rows)
        parts.append(f"<h3>{both(heading)}</h3>{body}" if heading else folded(_more(len(rows)), body))
    return "".join(parts)


def _more(count: int) -> Callable[[], str]:
    return lambda: say("{n} more key figures", n=count)


def _figure_table(rows: list[Figure]) -> str:
    heads = [(both("meaning"), False), (both("value"), True), (both("unit"), False), (both("name in the file"), False)]
    cells = [
        [named_sentence(f.meaning), escape(f.spelled()), both(f.unit), f'<span class="key">{named(f.name)}</span>']
        for f in rows
    ]
    banded = any(f.band() for f in rows)
    if banded:
        heads.insert(3, (both("5th to 95th percentile"), False))
        for row, figure in zip(cells, rows, strict=True):
            row.insert(3, f'<span class="date">{escape(figure.band())}</span>')
    return table(heads, cells, "kpis banded" if banded else "kpis")


def named_sentence(text: str) -> str:
    """A meaning or kind of the file: in both languages where the program wrote it, isolated where someone else did."""
    return named(text, 300) if len(text) > 300 else f"<bdi>{both(text)}</bdi>"


# Else a reader finds two energies of the IT equipment that differ.
_WITHIN = (
    "Losses of power supplies and power shelves stand with the conversion losses here; "
    "key figures and ribbons count them to the IT equipment, which they are within."
)


def ledger(run: Run, ribbons: bool = False) -> str:
    """Every joule of the meter once, by family; `ribbons`: the page shows them as a picture too."""
    stored = run.ledger
    if stored.empty:
        return f'<p class="absent">{both("The file has no ledger; it is written when a run ends.")}</p>'
    joules = dict(zip(stored["owner"].astype(str), stored["energy"].astype(float), strict=True))
    total = sum(joules.values())
    families = {FAMILY_NAMES[family]: [o for o in owners if o in joules] for family, owners in FAMILIES.items()}
    known = {owner for owners in families.values() for owner in owners}
    families["other"] = [owner for owner in joules if owner not in known]
    rows, kinds = [], []
    for family, owners in families.items():
        used = [owner for owner in owners if joules[owner] != 0]
        if len(used) > 1:
            rows.append(_energy_row(both(family), sum(joules[o] for o in used), total))
            kinds.append("family")
        rows += [_energy_row(_owner(o), joules[o], total) for o in used]
        kinds += ["member" if len(used) > 1 else "family"] * len(used)
    rows.append(_energy_row(both("all owners"), total, total))
    kinds.append("total")
    idle = [owner for owner, energy in joules.items() if energy == 0]
    none = f'<p class="absent">{both("None:")} {", ".join(map(_owner, idle))}.</p>' if idle else ""
    heads = [(both("owner"), False), (both("energy (MWh)"), True), (both("share"), True), ("", False)]
    also = f' <a href="#energy_sankey">{both("The same as ribbons")}</a>.' if ribbons else ""
    within = f" {both(_WITHIN)}" if any(joules.get(owner, 0.0) > 0 for owner in ("psu_loss", "shelf_loss")) else ""
    return f"<p>{both('Every joule at the meter has one owner.')}{also}{within}</p>{table(heads, rows, 'ledger', kinds)}{none}"


def _owner(owner: str) -> str:
    return both(OWNER_NAMES[owner]) if owner in OWNER_NAMES else named(owner)


def _energy_row(name: str, joules: float, total: float) -> list[str]:
    share = 100 * joules / total if total > 0 else 0.0
    bar = f'<span class="bar-of" style="width:{max(share, 0.0):.2f}%"></span>'
    return [name, escape(number(joules / 3.6e9)), escape(percent(share)) if total > 0 else "", bar]


def swings(run: Run) -> str:
    """Figures of the phase windows at the meter, a column for each; nothing where there is none."""
    tables = {name: swing.figures(run.windows[name]) for name in reached(run)}
    if not tables:
        return ""
    first = next(iter(tables.values()))
    rows = [
        [
            named_sentence(str(first["long_name"][figure])),
            *(escape(number(float(t["value"][figure]))) for t in tables.values()),
            escape("" if first["units"][figure] == "1" else first["units"][figure]),
            f'<span class="key">{named(figure)}</span>',
        ]
        for figure in map(str, first.index)
    ]
    heads = [
        (both("power at the meter in the window"), False),
        *((named(name), True) for name in tables),
        (both("unit"), False),
        (both("name in swing.figures"), False),
    ]
    return table(heads, rows, "swing")


def events(run: Run) -> str:
    """How many of each kind, and the first of them."""
    found = notable(run)
    if run.events.columns.empty:
        return f'<p class="absent">{both(NO_EVENTS)}</p>'
    if found.empty:
        return f'<p class="absent">{both("None beside the coming and going of jobs." if not run.events.empty else "None.")}</p>'
    counts = ", ".join(f"{kind_of(kind)}: {count:,}" for kind, count in found["kind"].value_counts().items())
    first = found.head(EVENT_ROWS)
    rows = [
        [f'<span class="date">{when:%Y-%m-%d %H:%M:%S}</span>', kind_of(kind), named(subject), named(cause, 240)]
        for when, kind, subject, cause in zip(
            run.local(first["time"]), first["kind"], _column(first, "subject"), _column(first, "cause"), strict=True
        )
    ]
    heads = [
        (both(lambda: say("time ({zone})", zone=run.zone_name)), False),
        *((both(w), False) for w in ("event", "subject", "cause")),
    ]
    more = ""
    if len(found) > EVENT_ROWS:
        more = f"<p>{both(lambda: say('The first {some} of {all:,}.', some=EVENT_ROWS, all=len(found)))}</p>"
    listed = table(heads, rows, "events")
    return f"<p>{counts}.</p>{more}" + (folded("Show", listed) if len(rows) > 12 else listed)


def kind_of(kind: Any) -> str:
    return named_sentence(spoken(kind))


def _column(events: pd.DataFrame, name: str) -> list[Any]:
    return events[name].tolist() if name in events else [""] * len(events)


def provenance(run: Run) -> str:
    """What made the file."""
    hidden = {"Conventions", "title", "complete"}
    rows = [[both("file"), named(run.path.name, 400)]]
    rows += [[both(_ATTRIBUTES.get(k, k.replace("_", " "))), named(v, 4000)] for k, v in run.attrs.items() if k not in hidden]
    if len(str(run.attrs.get("title", ""))) > 300:
        rows.append([both("title"), named(run.attrs["title"], 20_000)])
    return table([(both("what"), False), (both("value"), False)], rows, "provenance")


_ATTRIBUTES = {
    "code_version": "version of the program",
    "command_line": "command",
    "content_hash": "hash of the content",
    "format": "format",
    "format_version": "version of the format",
    "heat_residual": "residual of the heat balance",
    "ledger_residual": "residual of the energy ledger",
    "scenario_file": "scenario",
    "seed": "seed",
    "simgrid_version": "version of SimGrid",
    "start_time": "start",
    "status": "status",
    "time_zone": "time zone",
}


def scenario(run: Run) -> str:
    """The resolved scenario, as the program wrote it."""
    if not run.scenario:
        return f'<p class="absent">{both("The file has no scenario.")}</p>'
    return folded("The resolved scenario, with defaults and units", f'<pre dir="ltr" tabindex="0">{escape(run.scenario)}</pre>')

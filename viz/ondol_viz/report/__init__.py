"""One self-contained page about a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .. import swing
from ..gallery import pictures_of
from ..pictures import png_of
from ..plots.parts import notable_events
from ..plots.swing import reached
from ..run import Run
from ..style import FAMILIES, FAMILY_NAMES, OWNER_NAMES, percent, unit_text
from ..views.missing import MissingData
from .shell import escape, image, number, page

EVENT_ROWS = 60


def write_report(runs: Sequence[Run], path: str | Path, title: str | None = None, language: str = "en") -> Path:
    """Writes one HTML file about the run."""
    (run,) = runs
    path = Path(path)
    path.write_text(page(title or run.title, _body(run, _figures(run)), language), encoding="utf-8")
    return path


def _figures(run: Run) -> list[str]:
    figures = []
    for picture in pictures_of(run):
        if picture.plot is None:
            continue
        caption, shows = (text.format(**picture.values) for text in (picture.caption, picture.shows))
        try:
            figures.append(image(png_of(picture.plot(run)), picture.name, shows, caption))
        except MissingData as reason:
            figures.append(f'<p class="absent">No picture “{escape(picture.title)}”: {escape(reason)}.</p>')
    return figures


def _body(run: Run, figures: Sequence[str]) -> str:
    parts = [f"<main><h1>{escape(run.title)}</h1><p class=lead>{escape(_span(run))}</p>"]
    if not run.complete:
        why = "it was killed or is still running" if run.status == "running" else f"it ended early ({run.status})"
        parts.append(
            f'<p class="banner">This run is not complete: {escape(why)}. The page shows what was written until then.</p>'
        )
    parts += ["<h2>Key figures</h2>", _kpis(run), "<h2>Pictures</h2>", *figures, _swing(run)]
    parts += ["<h2>Energy by owner</h2>", _ledger(run)]
    parts += ["<h2>Events</h2>", _events(run), "<h2>Provenance</h2>", _provenance(run)]
    parts += [
        "<h2>Scenario</h2>",
        f"<details><summary>The resolved scenario</summary><pre>{escape(run.scenario)}</pre></details>",
    ]
    return "\n".join([*parts, "</main>"])


def _span(run: Run) -> str:
    if run.site.sizes.get("time", 0) == 0:
        return f"From {run.local([run.start])[0]:%Y-%m-%d %H:%M} ({run.zone_name}); no report."
    first, last = run.local([run.start, run.site["time"].values[-1]])
    return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} ({run.zone_name}), {run.site.sizes['time']:,} reports."


def _kpis(run: Run) -> str:
    table = run.kpis
    if table.empty:
        return "<p class=absent>The file has no key figures; they are written when a run ends.</p>"
    rows = [
        f"<tr><td>{escape(row.get('long_name') or row['name'])}</td><td class=number>{escape(number(row['value']))}</td>"
        f"<td>{escape(unit_text(row.get('units') or ''))}</td><td class=key>{escape(row['name'])}</td></tr>"
        for row in table.to_dict("records")
    ]
    head = "<thead><tr><th>meaning<th class=number>value<th>unit<th>name in the file</tr></thead>"
    return f"<table class=kpis>{head}<tbody>{''.join(rows)}</tbody></table>"


def _swing(run: Run) -> str:
    """Figures of the phase windows at the meter, a column for each; nothing where there is none."""
    tables = {name: swing.figures(run.windows[name]) for name in reached(run)}
    if not tables:
        return ""
    rows = ""
    for figure, row in next(iter(tables.values())).iterrows():
        values = "".join(f"<td class=number>{escape(number(table['value'][figure]))}</td>" for table in tables.values())
        unit = "" if row["units"] == "1" else row["units"]
        rows += (
            f"<tr><td>{escape(row['long_name'])}</td>{values}<td>{escape(unit)}</td><td class=key>{escape(figure)}</td></tr>"
        )
    heads = "".join(f"<th class=number>{escape(name)}" for name in tables)
    head = f"<thead><tr><th>power at the meter in the window{heads}<th>unit<th>name in swing.figures</tr></thead>"
    return f"<h2>Power swing</h2><table class=swing>{head}<tbody>{rows}</tbody></table>"


def _ledger(run: Run) -> str:
    """Every joule of the meter once, by family."""
    table = run.ledger
    if table.empty:
        return "<p class=absent>The file has no ledger; it is written when a run ends.</p>"
    joules = dict(zip(table["owner"].astype(str), table["energy"].astype(float), strict=True))
    total = sum(joules.values())
    families = {FAMILY_NAMES[family]: [o for o in owners if o in joules] for family, owners in FAMILIES.items()}
    known = {owner for owners in families.values() for owner in owners}
    families["other"] = [owner for owner in joules if owner not in known]
    body = []
    for family, owners in families.items():
        used = [owner for owner in owners if joules[owner] != 0]
        if len(used) > 1:
            body.append(_energy_row(family, sum(joules[o] for o in used), total, "family"))
        body += [_energy_row(OWNER_NAMES.get(o, o), joules[o], total, "member" if len(used) > 1 else "family") for o in used]
    body.append(_energy_row("all owners", total, total, "total"))
    idle = [OWNER_NAMES.get(owner, owner) for owner, energy in joules.items() if energy == 0]
    none = f"<p class=absent>None: {escape(', '.join(idle))}.</p>" if idle else ""
    head = "<thead><tr><th>owner<th class=number>energy (MWh)<th class=number>share</tr></thead>"
    return (
        f"<p>Every joule at the meter has one owner.</p><table class=ledger>{head}<tbody>{''.join(body)}</tbody></table>{none}"
    )


def _energy_row(name: str, joules: float, total: float, kind: str) -> str:
    share = percent(100 * joules / total) if total > 0 else ""
    return f'<tr class="{kind}"><td>{escape(name)}</td><td class=number>{escape(number(joules / 3.6e9))}</td><td class=number>{escape(share)}</td></tr>'


def _events(run: Run) -> str:
    events = notable_events(run)
    if events.empty:
        return "<p>None beside the coming and going of jobs.</p>" if not run.events.empty else "<p>None.</p>"
    counts = ", ".join(
        f"{escape(str(kind).replace('_', ' '))}: {count:,}" for kind, count in events["kind"].value_counts().items()
    )
    first = events.head(EVENT_ROWS)
    rows = "".join(
        f"<tr><td class=date>{when:%Y-%m-%d %H:%M:%S}</td><td>{escape(str(kind).replace('_', ' '))}</td><td>{escape(subject)}</td><td>{escape(cause)}</td></tr>"
        for when, kind, subject, cause in zip(
            run.local(first["time"]), first["kind"], _column(first, "subject"), _column(first, "cause"), strict=True
        )
    )
    more = f"<p>The first {EVENT_ROWS} of {len(events):,}.</p>" if len(events) > EVENT_ROWS else ""
    return f"<p>{counts}.</p>{more}<table><thead><tr><th>time ({escape(run.zone_name)})<th>event<th>subject<th>cause</tr></thead><tbody>{rows}</tbody></table>"


def _column(table: pd.DataFrame, name: str) -> list[Any]:
    return table[name].tolist() if name in table else [""] * len(table)


def _provenance(run: Run) -> str:
    hidden = {"Conventions", "title", "complete"}
    rows = "".join(
        f"<tr><td>{escape(k.replace('_', ' '))}</td><td>{escape(v)}</td></tr>" for k, v in run.attrs.items() if k not in hidden
    )
    return f"<table class=provenance><tbody><tr><td>file</td><td>{escape(run.path.name)}</td></tr>{rows}</tbody></table>"

"""One self-contained page about a run, or about several side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import xarray as xr

from ..gallery import SECTIONS, pictures_of
from ..run import Run
from ..sweep import SweepError
from ..views.compare import label
from ..whole import write_whole
from ..words import speaking
from . import comparison, summary, tables
from .charts import drawn
from .figures import figures_of
from .player import clock
from .shell import Section, both, cut, folded, framed, page

__all__ = ["write_report"]


def write_report(
    runs: Sequence[Run], path: str | Path, title: str | None = None, language: str = "en", ensemble: xr.Dataset | None = None
) -> Path:
    """Writes one HTML file that opens without a network; returns its path.

    One run: its page.  Several: their key figures side by side with what differs from the first, their courses over each other, and the
    pictures of each.  `title` stands at the top instead of that of the run.  `language` is shown first: "en" or "ko"; the page can switch.
    An existing file is replaced when the new one is whole.  `ensemble`: one cell of a sweep with members, of the scenario of the one run;
    key figures then stand beside their 5th and 95th percentile.  Raises SweepError when it is none.
    """
    if not runs:
        raise ValueError("a report needs a run")
    if ensemble is not None and len(runs) > 1:
        raise SweepError("an ensemble stands beside one run")
    path = Path(path)
    with speaking(language):
        text = _of_one(runs[0], title, ensemble) if len(runs) == 1 else _of_several(runs, title)
    write_whole(path, text)
    return path


def _of_one(run: Run, title: str | None, ensemble: xr.Dataset | None) -> str:
    figures = figures_of(run, ensemble)
    charts: dict[str, str] = {}
    sections = [
        Section("summary", "Summary", summary.summary(run, figures)),
        *(Section(key, heading, body) for key, heading, body in _pictures(run, charts)),
        Section("figures", "Key figures", tables.key_figures(figures, not run.kpis.empty)),
        Section("owners", "Energy by owner", tables.ledger(run, "energy_sankey" in charts)),
        Section("events", "Events", tables.events(run)),
        Section("scenario", "Scenario", tables.scenario(run)),
        Section("provenance", "Provenance", tables.provenance(run)),
    ]
    return page(title or run.title, framed(summary.top(run, title or run.title), sections), charts)


def _of_several(runs: Sequence[Run], title: str | None) -> str:
    figures = comparison.alongside([figures_of(run) for run in runs])
    charts: dict[str, str] = {}
    sections = [
        Section("summary", "Summary", comparison.first(runs, figures)),
        Section("figures", "Key figures", comparison.key_figures(runs, figures)),
        *comparison.pictures(runs, charts),
        Section("differences", "What differs in the scenarios", comparison.scenarios(runs)),
    ]
    for place, run in enumerate(runs):
        prefix = f"run-{label(place).lower()}"
        pictures = "".join(
            f'<div class="part"><h3>{both(heading)}</h3>{body}</div>'
            for _, heading, body in _pictures(run, charts, prefix + "-")
        )
        body = (
            folded("Pictures", pictures)
            + folded("Energy by owner", tables.ledger(run))
            + folded("Events", tables.events(run))
            + tables.scenario(run)
            + folded("Provenance", tables.provenance(run))
        )
        sections.append(Section(prefix, _named(place, run), body))
    whole = title or " / ".join(run.title for run in runs)
    return page(whole, framed(comparison.top(runs, title), sections), charts)


def _named(place: int, run: Run) -> Callable[[], str]:
    return lambda: f"{label(place)} · {cut(run.title, 60)}"


def _pictures(run: Run, charts: dict[str, str], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Key, heading and HTML of each section of the gallery that has a picture; adds what their scripts need to `charts`."""
    pictures = pictures_of(run)
    for key, heading in SECTIONS.items():
        found = [drawn(run, picture, prefix + picture.name) for picture in pictures if picture.section == key]
        for one in found:
            charts |= one.charts
        body = clock(prefix + key, found) + "".join(one.html for one in found)
        if key == "swing":
            body += tables.swings(run)
        if body:
            yield key, heading, body

"""One self-contained page about a run, or about several side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..gallery import SECTIONS, pictures_of
from ..run import Run
from ..words import speaking
from . import summary, tables
from .charts import drawn
from .figures import figures_of
from .player import clock
from .shell import Section, framed, page, write_whole

__all__ = ["write_report"]


def write_report(runs: Sequence[Run], path: str | Path, title: str | None = None, language: str = "en") -> Path:
    """Writes one HTML file that opens without a network; returns its path.

    `title` stands at the top instead of that of the run.  `language` is shown first: "en" or "ko"; the page can switch.  An existing
    file is replaced when the new one is whole.
    """
    path = Path(path)
    with speaking(language):
        text = _of_one(runs[0], title)
    write_whole(path, text)
    return path


def _of_one(run: Run, title: str | None) -> str:
    figures = figures_of(run)
    charts: dict[str, str] = {}
    sections = [
        Section("summary", "Summary", summary.summary(run, figures)),
        Section("figures", "Key figures", tables.key_figures(figures)),
        *_pictures(run, charts),
        Section("owners", "Energy by owner", tables.ledger(run)),
        Section("events", "Events", tables.events(run)),
        Section("scenario", "Scenario", tables.scenario(run)),
        Section("provenance", "Provenance", tables.provenance(run)),
    ]
    return page(title or run.title, framed(summary.top(run, title or run.title, figures), sections), charts)


def _pictures(run: Run, charts: dict[str, str]) -> Iterator[Section]:
    """A section for each that has a picture; adds what their scripts need to `charts`."""
    pictures = pictures_of(run)
    for key, heading in SECTIONS.items():
        found = [drawn(run, picture) for picture in pictures if picture.section == key]
        for one in found:
            charts |= one.charts
        body = clock(key, found) + "".join(one.html for one in found)
        if key == "swing":
            body += tables.swings(run)
        if body:
            yield Section(key, heading, body)

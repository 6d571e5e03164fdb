"""The report about one sweep: what varies, what its design answers, the pictures that it allows, every run, tables as CSV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from .bands import band_table
from .effects import one_at_a_time, rank_regression
from .gallery.sweep import KINDS, middle_cell, pictures_of_sweep
from .gallery.sweep import Picture as SweepPicture
from .pareto import pareto
from .pictures import png_of
from .run import RunError
from .sensitivity import sobol_indices
from .sweep import FILE, MEMBER, SAMPLE, SweepError, axes, need_response, responses
from .sweep_page import Told, page_of, with_units
from .views.missing import MissingData
from .views.sweep_parts import is_grid
from .whole import write_whole
from .words import say, speaking

FAVOURITES = ("pue", "energy", "cost_total", "peak_power", "tokens", "carbon", "hottest_accelerator", "mean_wait")
MOST = 3  # key figures with pictures, unless more are asked for


@dataclass(frozen=True)
class Asked:
    """What a report is about."""

    chosen: Sequence[str]  # key figures with pictures of their own
    front: tuple[str, str] | None
    directions: tuple[str, str]


@dataclass
class Answers:
    """Tables, and what cannot be told and why."""

    tables: list[Told] = field(default_factory=list)
    notes: list[Callable[[], str]] = field(default_factory=list)


def write_sweep_report(
    sweep: xr.Dataset,
    path: str | Path,
    names: Sequence[str] = (),
    front: tuple[str, str] | None = None,
    directions: tuple[str, str] = ("min", "min"),
    language: str = "en",
) -> list[Path]:
    """Writes the report about a sweep; returns the files, the page last.

    A `path` that ends in .html becomes one file that holds everything, its tables too.  Any other is a folder, made if needed, with the
    page as `index.html`, the pictures as PNG and the tables as CSV.  `names`: key figures with pictures of their own, by default up to
    three that change.  `front`: two key figures, with what is good.  `language` is shown first: "en" or "ko".
    Raises SweepError for key figures that the sweep does not have.
    """
    for name in (*names, *(front or ())):
        need_response(sweep, name)
    asked = Asked(list(names) or favourites(sweep), front, directions)
    pictures = pictures_of_sweep(sweep, asked.chosen, front, directions)
    answers = _answers(sweep, asked)
    answers.tables.append(
        Told("runs", "Runs", "Every run with the values of its axes, how it ended and its key figures.", run_table(sweep))
    )
    path = Path(path)
    written: list[Path] = []
    page = path
    if path.suffix.lower() not in (".html", ".htm"):
        page = path / "index.html"
        path.mkdir(parents=True, exist_ok=True)
        written = [*_write_pictures(pictures, path), *_write_tables(sweep, answers.tables, path)]
    with speaking(language):
        write_whole(page, page_of(sweep, asked.chosen, pictures, answers.tables, answers.notes))
    return [*written, page]


def _write_pictures(pictures: Sequence[SweepPicture], folder: Path) -> list[Path]:
    """As PNG; those of an earlier report go away, and so does what cannot be drawn: the page says why."""
    for kind in KINDS:
        for old in folder.glob(f"{kind}_*.png"):
            old.unlink()
    written = []
    for picture in pictures:
        try:
            png = png_of(picture.plot())
        except (MissingData, RunError):
            continue
        path = folder / f"{picture.name}.png"
        write_whole(path, png)
        written.append(path)
    return written


def _write_tables(sweep: xr.Dataset, tables: Sequence[Told], folder: Path) -> list[Path]:
    for name in ("bands", "front", *TABLES):  # of an earlier report
        (folder / f"{name}.csv").unlink(missing_ok=True)
    written = []
    for told in tables:
        path = folder / f"{told.file}.csv"
        with_units(sweep, told.rows).to_csv(path, index=False)
        written.append(path)
    return written


def favourites(sweep: xr.Dataset) -> list[str]:
    """Key figures that change from run to run: those that people ask for first, then in the order of the index; up to three."""

    def changes(name: str) -> bool:
        known = sweep[name].values[np.isfinite(sweep[name].values)]
        return len(known) > 1 and bool(np.ptp(known) > 1e-9 * np.abs(known).max())

    known = responses(sweep)
    ordered = [n for n in FAVOURITES if n in known] + [n for n in known if n not in FAVOURITES]
    return [n for n in ordered if changes(n)][:MOST]


def run_table(sweep: xr.Dataset) -> pd.DataFrame:
    """Every run as a row: axes, member, status, key figures, error and file as far as the index has them."""
    table = sweep.to_dataframe().reset_index()
    places = [str(d) for d in sweep.dims if d in table and d not in axes(sweep)]
    last = [n for n in ("error", "run", FILE) if n in table]
    first = [*axes(sweep), *(p for p in places if p not in axes(sweep))]
    first = [n for n in first if n in table] + (["status"] if "status" in table else [])
    return table[[*first, *(n for n in table.columns if n not in (*first, *last)), *last]]


# What a design answers

TABLES = {
    "sobol": (
        "Sobol indices",
        "Shares of the variance of a key figure: first by an axis alone, total with all that it does together with others; with 95 % bootstrap intervals.",
    ),
    "ranks": (
        "Rank regression",
        "Standardised rank regression coefficients with 95 % bootstrap intervals, and what R² loses without the axis. R² below 0.7: not monotonic, or axes act together.",
    ),
    "tornado": ("One axis at a time", "Extremes of a key figure along each axis while the others stay at their middle."),
}


def _answers(sweep: xr.Dataset, asked: Asked) -> Answers:
    answers = Answers()
    effects: dict[str, list[pd.DataFrame]] = {}
    for name in asked.chosen:
        for file, ask in _asks(sweep):
            try:
                table = ask(sweep, name)
            except SweepError as reason:
                answers.notes.append(_note("No table “{file}” of {name}: {why}.", file=file, name=name, why=str(reason)))
                continue
            if file == "ranks":
                table["r2"] = table.attrs["r2"]
            table.insert(0, "key_figure", name)
            effects.setdefault(file, []).append(table)
    for file, tables in effects.items():
        answers.tables.append(Told(file, *TABLES[file], pd.concat(tables, ignore_index=True)))
    if MEMBER in sweep.dims:
        meaning = "Percentiles of the members that ended, by linear interpolation; se: their standard errors by bootstrap."
        answers.tables.append(Told("bands", "Bands over the members", meaning, band_table(sweep)))
        if SAMPLE not in sweep.dims and not any(middle_cell(sweep)[FILE].values.astype(str)):
            answers.notes.append(_note("No bands over time: the sweep kept no results files."))
    if asked.front:
        _front(sweep, asked.front, asked.directions, answers)
    return answers


def _asks(sweep: xr.Dataset) -> list[tuple[str, Callable[[xr.Dataset, str], pd.DataFrame]]]:
    if sweep.attrs.get("design") == "saltelli":
        return [("sobol", sobol_indices), ("ranks", rank_regression)]
    if SAMPLE in sweep.dims:
        return [("ranks", rank_regression)]
    return [("tornado", one_at_a_time)] if is_grid(sweep) else []


def _front(sweep: xr.Dataset, front: tuple[str, str], directions: tuple[str, str], answers: Answers) -> None:
    try:
        table = pareto(sweep, *front, directions)
    except SweepError as reason:
        answers.notes.append(_note("No front: {why}.", why=str(reason)))
    else:
        answers.tables.append(Told("front", "Front of two key figures", "Runs that no other beats in both key figures.", table))


def _note(sentence: str, **values: str) -> Callable[[], str]:
    return lambda: say(sentence, **values)

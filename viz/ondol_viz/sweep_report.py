"""One page about one sweep: what varies, the pictures and tables that its design allows, every run; each table as CSV beside it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from . import plots
from .bands import band_table, bands_over_time
from .effects import centre, one_at_a_time, rank_regression
from .pareto import pareto
from .pictures import png_of
from .plots import MissingData
from .report.shell import image
from .run import RunError
from .sensitivity import sobol_indices
from .sweep import CASE, FILE, MEMBER, SAMPLE, SweepError, axes, label, need_response, responses
from .sweep_page import Table, page_of, with_units
from .views.sweep_parts import is_grid

FAVOURITES = ("pue", "energy", "cost_total", "peak_power", "tokens", "carbon", "hottest_accelerator", "mean_wait")
MOST = 3  # key figures with pictures, unless more are asked for
KINDS = ("map", "lines", "tornado", "sobol", "ranks", "samples", "cases", "members", "bands", "over_time", "front")


@dataclass(frozen=True)
class Picture:
    name: str  # of the PNG file: a kind and what it shows
    draw: Callable[[], Figure]
    caption: str
    shows: str  # for those who cannot see it


@dataclass
class Pages:
    """What the page and the files beside it are made of."""

    pictures: list[Picture] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what cannot be shown, and why


def write_sweep_report(
    sweep: xr.Dataset,
    folder: str | Path,
    names: Sequence[str] = (),
    front: tuple[str, str] | None = None,
    directions: tuple[str, str] = ("min", "min"),
) -> list[Path]:
    """Writes PNGs, CSVs and `index.html` about a sweep into the folder, which is made if needed; returns the files, the page last.

    `names`: key figures with pictures of their own, by default up to three that change.  `front`: two key figures, with what is good.
    Raises SweepError for key figures that the sweep does not have.
    """
    for name in (*names, *(front or ())):
        need_response(sweep, name)
    chosen = list(names) or favourites(sweep)
    pages = Pages()
    _gather(sweep, chosen, pages)
    if front:
        _front(sweep, front, directions, pages)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    stale = [
        *(p for kind in KINDS for p in folder.glob(f"{kind}_*.png")),
        *(folder / f"{name}.csv" for name in ("bands", "front", *TABLES)),
    ]
    for path in stale:  # of an earlier report
        path.unlink(missing_ok=True)
    written, figures = [], []
    for picture in pages.pictures:
        try:
            png = png_of(picture.draw())
        except (MissingData, RunError) as reason:
            pages.notes.append(f"No picture “{picture.name.replace('_', ' ')}”: {reason}.")
            continue
        path = folder / f"{picture.name}.png"
        path.write_bytes(png)
        written.append(path)
        figures.append(image(png, picture.name, picture.shows, picture.caption))
    runs = run_table(sweep)
    for name, table in [("runs", with_units(sweep, runs)), *((t[0], t[3]) for t in pages.tables)]:
        path = folder / f"{name}.csv"
        table.to_csv(path, index=False)
        written.append(path)
    page = folder / "index.html"
    page.write_text(page_of(sweep, chosen, figures, pages.notes, pages.tables, runs), encoding="utf-8")
    return [*written, page]


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


# What a design allows


def _gather(sweep: xr.Dataset, chosen: Sequence[str], pages: Pages) -> None:
    members, varied = MEMBER in sweep.dims, axes(sweep)
    if members and not varied:
        pages.pictures.append(Picture(
            "members_all", functools.partial(plots.member_bands, sweep, list(chosen) or responses(sweep)),
            "A dot for each member, over its percentiles: dark from the 25th to the 75th, light from the 5th to the 95th, the line at the median. "
            "In the titles the median, and in brackets the 5th and 95th percentile.",
            "For each key figure, the members as dots over bands of percentiles.",
        ))  # fmt: skip
    for name in chosen:
        pages.pictures += list(_pictures(sweep, name))
    if members:
        _over_time(sweep, pages)
        known = band_table(sweep)
        pages.tables.append(("bands", "Bands over the members", "Percentiles of the members that ended, by linear interpolation; se: their standard errors by bootstrap.", known))  # fmt: skip
    effects: dict[str, list[pd.DataFrame]] = {}
    for name in chosen:
        for file, ask in _asks(sweep):
            try:
                table = ask(sweep, name)
            except SweepError as reason:
                pages.notes.append(f"No table “{file}” of {name}: {reason}.")
                continue
            if file == "ranks":
                table["r2"] = table.attrs["r2"]
            table.insert(0, "key_figure", name)
            effects.setdefault(file, []).append(table)
    for file, tables in effects.items():
        heading, meaning = TABLES[file]
        pages.tables.append((file, heading, meaning, pd.concat(tables, ignore_index=True)))


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


def _asks(sweep: xr.Dataset) -> list[tuple[str, Callable[[xr.Dataset, str], pd.DataFrame]]]:
    if sweep.attrs.get("design") == "saltelli":
        return [("sobol", sobol_indices), ("ranks", rank_regression)]
    if SAMPLE in sweep.dims:
        return [("ranks", rank_regression)]
    return [("tornado", one_at_a_time)] if is_grid(sweep) else []


def _pictures(sweep: xr.Dataset, name: str) -> Iterator[Picture]:
    varied, members = axes(sweep), MEMBER in sweep.dims
    draw = functools.partial

    meaning = str(sweep[name].attrs.get("long_name") or name)

    def picture(kind: str, how: Callable[[], Figure], caption: str, shows: str) -> Picture:
        return Picture(f"{kind}_{name}", how, f"{meaning}. {caption}", f"{meaning}: {shows}")

    if sweep.attrs.get("design") == "saltelli":
        yield picture("sobol", draw(plots.sobol_bars, sweep, name), "How much of the variance goes away with the axis alone (first), and stays while it alone is unknown (total). Whiskers: 95 % bootstrap intervals.", "bars of first and total Sobol indices by axis.")  # fmt: skip
    if SAMPLE in sweep.dims:
        yield picture("ranks", draw(plots.rank_bars, sweep, name), "By how many of its standard deviations its rank follows that of each axis; on the right, what the axis alone explains.", "bars of standardised rank regression coefficients by axis.")  # fmt: skip
        yield picture(
            "samples", draw(plots.response_scatter, sweep, name), "Every sample, over each axis.", "dots over each axis."
        )
    elif CASE in sweep.dims or (len(varied) == 1 and not _numbers(sweep, varied[0])):
        yield picture(
            "cases",
            draw(plots.response_cases, sweep, name),
            "Bars, where there are members, from the 5th to the 95th percentile.",
            "a dot for each case.",
        )
    elif len(varied) == 1 and members:
        yield picture("bands", draw(plots.band_lines, sweep, name), "Percentiles over the members along the axis; whiskers: standard error of the median.", "bands of percentiles over the axis.")  # fmt: skip
    elif varied:
        yield picture("lines", draw(plots.response_lines, sweep, name), "Along one axis, a line for each value of another.", "lines over one axis, one for each value of a second.")  # fmt: skip
        if len(varied) > 1:
            x, y = _strongest(sweep, name)
            yield picture("map", draw(plots.response_map, sweep, name, x, y), "Over two axes; hatched where no run has a value.", "map over two axes.")  # fmt: skip
            yield picture("tornado", draw(plots.tornado, sweep, name), "How far each axis moves it while the others stay; at the ends the values of the axis. What axes do together is not in it.", "horizontal bars of its extremes by axis.")  # fmt: skip


def _strongest(sweep: xr.Dataset, name: str) -> tuple[str, str]:
    """Axes of a map, in their order: the two that move the key figure most."""
    varied = axes(sweep)
    if len(varied) > 2:
        try:
            most = one_at_a_time(sweep, name)["axis"].tolist()[:2]
            varied = [a for a in varied if a in most]
        except SweepError:
            pass  # no value at the middle; then the first two
    return varied[0], varied[1]


def _over_time(sweep: xr.Dataset, pages: Pages) -> None:
    cell = sweep
    if SAMPLE in sweep.dims:
        return
    if CASE in sweep.dims:
        cell = sweep.isel({CASE: 0})
    elif axes(sweep):
        cell = sweep.isel(centre(sweep))
    if not any(cell[FILE].values.astype(str)):
        pages.notes.append("No bands over time: the sweep kept no results files.")
        return
    where = label(cell)
    for series in ("power", "pue"):
        pages.pictures.append(Picture(
            f"over_time_{series}", functools.partial(_drawn_over_time, cell, series),
            f"Percentiles over the members at each time{'' if where == 'the only run' else f', at {where}'}; a member may be high at one time and low at another.",
            f"Bands of percentiles of {series} over time.",
        ))  # fmt: skip


def _drawn_over_time(cell: xr.Dataset, series: str) -> Figure:
    return plots.bands_over_time(bands_over_time(cell, series))


def _front(sweep: xr.Dataset, front: tuple[str, str], directions: tuple[str, str], pages: Pages) -> None:
    good = {"min": "less", "max": "more"}
    what = f"{good[directions[0]]} {front[0]} and {good[directions[1]]} {front[1]} are better"
    pages.pictures.append(Picture(
        "front_" + "_".join(front), functools.partial(plots.pareto_front, sweep, *front, directions),
        f"Joined: runs that no other beats; {what}. Members count by their mean.", "Dots of all runs over two key figures, with the front joined.",
    ))  # fmt: skip
    try:
        table = pareto(sweep, *front, directions)
        pages.tables.append(("front", "Front of two key figures", f"Runs that no other beats; {what}.", table))
    except SweepError as reason:
        pages.notes.append(f"No front: {reason}.")


def _numbers(sweep: xr.Dataset, name: str) -> bool:
    return name in sweep.coords and sweep[name].dtype.kind in "fiu"

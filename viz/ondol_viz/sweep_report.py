"""One page about one sweep: what varies, the pictures and tables that its design allows, every run; each table as CSV beside it."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from . import plots
from .bands import band_table, bands_over_time
from .effects import centre, one_at_a_time, rank_regression
from .pareto import pareto
from .plots import MissingData
from .plots.sweep_parts import is_grid
from .report import escape, number, png_of
from .run import RunError
from .sensitivity import sobol_indices
from .style import unit_text
from .sweep import CASE, FILE, MEMBER, SAMPLE, SweepError, axes, counts, label, need_response, responses, spell, spell_alike

FOLDED = 40  # rows; longer tables open on request
ROWS = 200  # of the table of runs on the page; the CSV has all
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
    tables: list[tuple[str, str, str, pd.DataFrame]] = field(default_factory=list)  # file, heading, what to know, rows
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
    stale = [*(p for kind in KINDS for p in folder.glob(f"{kind}_*.png")), *(folder / f"{name}.csv" for name in ("bands", "front", *TABLES))]
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
        figures.append(
            f'<figure id="{escape(picture.name)}"><img alt="{escape(picture.shows)}" src="data:image/png;base64,{base64.b64encode(png).decode("ascii")}">'
            f"<figcaption>{escape(picture.caption)}</figcaption></figure>"
        )
    runs = run_table(sweep)
    for name, table in [("runs", _with_units(sweep, runs)), *((t[0], t[3]) for t in pages.tables)]:
        path = folder / f"{name}.csv"
        table.to_csv(path, index=False)
        written.append(path)
    page = folder / "index.html"
    page.write_text(_page(sweep, chosen, figures, pages, runs), encoding="utf-8")
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
        yield picture("samples", draw(plots.response_scatter, sweep, name), "Every sample, over each axis.", "dots over each axis.")
    elif CASE in sweep.dims or (len(varied) == 1 and not _numbers(sweep, varied[0])):
        yield picture("cases", draw(plots.response_cases, sweep, name), "Bars, where there are members, from the 5th to the 95th percentile.", "a dot for each case.")
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


# The page


def _page(sweep: xr.Dataset, chosen: Sequence[str], figures: Sequence[str], pages: Pages, runs: pd.DataFrame) -> str:
    css = resources.files("ondol_viz").joinpath("report.css").read_text(encoding="utf-8")
    title = str(sweep.attrs.get("title") or sweep.attrs.get("name") or Path(str(sweep.attrs["path"])).stem)
    state = counts(sweep)
    parts = [
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(title)}</title>",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{css}</style></head><body><main>",
        f"<h1>{escape(title)}</h1><p class=lead>{escape(_lead(sweep, state))}</p>",
    ]
    if state["failed"]:
        parts.append(f'<p class="banner">{state["failed"]:,} of {sum(state.values()):,} runs failed; they have no values here. Why stands in the table of runs.</p>')  # fmt: skip
    parts += ["<h2>Key figures</h2>", _summary(sweep), "<h2>Pictures</h2>", *(figures or ["<p class=absent>None: no key figure changes.</p>"])]
    parts += [f'<p class="absent">{escape(note)}</p>' for note in pages.notes]
    for file, heading, meaning, table in pages.tables:
        shown = table
        if file == "bands":
            shown = table[table["key_figure"].isin(chosen)] if chosen else table
            shown = shown[[c for c in shown.columns if c == "se_p50" or not str(c).startswith("se_")]]
        parts += [f"<h2>{escape(heading)}</h2><p>{escape(meaning)} {_file(file, len(table))}</p>", _table(sweep, shown)]
    parts += ["<h2>Runs</h2>", f"<p>{_file('runs', len(runs))}</p>", _table(sweep, _few_columns(sweep, runs, chosen))]
    parts += ["<h2>Provenance</h2>", _provenance(sweep)]
    parts += ["<h2>Sweep</h2>", f"<details><summary>The sweep file</summary><pre>{escape(sweep.attrs['sweep_toml'])}</pre></details>"]
    parts.append("</main></body></html>\n")
    return "\n".join(parts)


def _lead(sweep: xr.Dataset, state: dict[str, int]) -> str:
    design = str(sweep.attrs.get("design", "")).replace("_", " ") if axes(sweep) else "ensemble"
    sizes = " x ".join(f"{size:,} {dimension}s" if dimension in (MEMBER, SAMPLE, CASE) else f"{dimension} ({size:,})" for dimension, size in sweep.sizes.items())
    states = ", ".join(f"{count:,} {word}" for word, count in state.items() if count)
    base = f" Base: {sweep.attrs['base']}." if sweep.attrs.get("base") else ""
    about = str(sweep.attrs.get("description", "")).strip()
    about += "." if about and about[-1] not in ".!?" else ""
    return f"{about} {design[:1].upper()}{design[1:]}: {sizes}; {states}.{base}".strip()


def _summary(sweep: xr.Dataset) -> str:
    """Lowest, median and highest of each key figure, and where its extremes are; without those that are the same everywhere."""
    rows, constant = [], []
    for name in responses(sweep):
        values = sweep[name].values.astype(float)
        known = values[np.isfinite(values)]
        if not len(known):
            constant.append(f"{name} (no value)")
            continue
        if np.ptp(known) == 0:
            constant.append(f"{name} = {number(float(known[0]))} {unit_text(sweep[name].attrs.get('units', ''))}".strip())
            continue
        ends = [np.unravel_index(place, values.shape) for place in (np.nanargmin(values), np.nanargmax(values))]
        low, high = (_place(sweep[name].isel(dict(zip(sweep[name].dims, end, strict=True)))) for end in ends)
        cells = "".join(f"<td class=number>{escape(v)}</td>" for v in spell_alike([known.min(), np.median(known), known.max()]))
        rows.append(
            f"<tr><td class=free>{escape(sweep[name].attrs.get('long_name') or name)} <span class=key>{escape(name)}</span></td>{cells}<td>{escape(unit_text(sweep[name].attrs.get('units', '')))}</td>"
            f"<td class=free>{escape(low)}</td><td class=free>{escape(high)}</td></tr>"
        )
    same = f"<p class=absent>The same in every run: {escape('; '.join(constant))}.</p>" if constant else ""
    if not rows:
        return same or "<p class=absent>The index has no key figures.</p>"
    head = "<thead><tr><th>meaning, name<th class=number>lowest<th class=number>median<th class=number>highest<th>unit<th>lowest at<th>highest at</tr></thead>"
    return f"<div class=wide><table>{head}<tbody>{''.join(rows)}</tbody></table></div>{same}"


def _place(run: xr.DataArray) -> str:
    """"24 °C, seoul, member 3"."""
    words = []
    for name, value in run.coords.items():
        if name in (MEMBER, SAMPLE, CASE):
            words.append(f"{name} {spell(value.item())}")
        elif name != FILE and SAMPLE not in run.coords and value.ndim == 0:
            words.append(f"{spell(value.item())} {unit_text(value.attrs.get('units', ''))}".strip())
    return ", ".join(words)


def _few_columns(sweep: xr.Dataset, runs: pd.DataFrame, chosen: Sequence[str]) -> pd.DataFrame:
    kept = [n for n in runs.columns if n in sweep.coords and n != FILE or n in ("status", *chosen)]
    kept += ["error"] if "error" in runs and (runs["error"] != "").any() else []
    return runs[kept]


SIDE_BY_SIDE = (("mean", "p05", "p25", "p50", "p75", "p95"), ("base", "low", "high"))  # columns of one quantity

SHARES = {"first", "first_low", "first_high", "total", "total_low", "total_high", "srrc", "srrc_low", "srrc_high", "r2_lost", "r2"}


def _table(sweep: xr.Dataset, table: pd.DataFrame) -> str:
    """With numbers at the right; columns that are key figures or axes have their units in the head."""
    numeric = [table[c].dtype.kind in "fiu" for c in table.columns]
    head = ""
    for column, right in zip(table.columns, numeric, strict=True):
        unit = unit_text(sweep[column].attrs.get("units", "")) if column in sweep.variables else ""
        words = f"{str(column).replace('_', ' ')}{f' ({unit})' if unit else ''}"
        head += f"<th{' class=number' if right else ''}>{escape(words)}"
    rows = ""
    for row in _spelled(sweep, table.head(ROWS)):
        rows += "<tr>" + "".join(f"<td{' class=number' if right else ''}>{escape(text)}</td>" for text, right in zip(row, numeric, strict=True)) + "</tr>"
    more = f"<p>The first {ROWS} of {len(table):,}.</p>" if len(table) > ROWS else ""
    body = f"{more}<div class=wide><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    return f"<details><summary>Show</summary>{body}</details>" if len(table) > FOLDED else body


def _spelled(sweep: xr.Dataset, table: pd.DataFrame) -> list[list[str]]:
    """Texts of the cells: numbers that are compared, down a column of runs or along a row of bands, with as many places as tell them apart."""
    columns: dict[Any, list[str]] = {}
    for name in table.columns:
        values = table[name].tolist()
        if table[name].dtype.kind not in "fiu":
            columns[name] = [unit_text(v) if name == "units" else str(v) for v in values]
        elif name in SHARES:
            columns[name] = [f"{v:.3f}" if np.isfinite(v) else "–" for v in values]
        elif name in sweep.coords:
            columns[name] = [spell(v) for v in values]
        else:
            columns[name] = spell_alike(values) if name in sweep.data_vars else [number(float(v)) for v in values]
    for together in SIDE_BY_SIDE:
        if set(together) <= set(table.columns):
            for i, row in enumerate(table[list(together)].to_numpy(dtype=float)):
                for name, text in zip(together, spell_alike(row), strict=True):
                    columns[name][i] = text
    return [list(row) for row in zip(*columns.values(), strict=True)]


def _file(name: str, rows: int) -> str:
    return f'All {rows:,} rows: <a href="{name}.csv">{name}.csv</a>.'


def _with_units(sweep: xr.Dataset, table: pd.DataFrame) -> pd.DataFrame:
    """Columns as "energy [MWh]"."""

    def head(name: Any) -> str:
        units = str(sweep[name].attrs.get("units", "")) if name in sweep.variables else ""
        return f"{name} [{units}]" if units not in ("", "1") else str(name)

    return table.rename(columns={name: head(name) for name in table.columns})


def _provenance(sweep: xr.Dataset) -> str:
    hidden = {"Conventions", "title", "description", "sweep_toml", "path"}
    rows = "".join(f"<tr><td>{escape(str(k).replace('_', ' '))}</td><td>{escape(v)}</td></tr>" for k, v in sweep.attrs.items() if k not in hidden)
    return f"<table class=provenance><tbody><tr><td>file</td><td>{escape(Path(str(sweep.attrs['path'])).name)}</td></tr>{rows}</tbody></table>"


def _numbers(sweep: xr.Dataset, name: str) -> bool:
    return name in sweep.coords and sweep[name].dtype.kind in "fiu"

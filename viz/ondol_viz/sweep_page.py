"""The HTML of the page about a sweep, and how numbers of its tables are spelled."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from .gallery.sweep import Picture
from .report.charts import chart_of
from .report.shell import Section, both, cut, escape, folded, framed, named, number, page, table
from .run import RunError
from .style import unit_text
from .sweep import CASE, FILE, MEMBER, SAMPLE, axes, cells, counts, responses, spell, spell_alike
from .views.missing import MissingData
from .views.sweep_parts import axis, quantity
from .words import say

FOLDED = 15  # rows; longer tables open on request
ROWS = 200  # of a table on the page; the CSV has all
LARGEST = 3_000_000  # bytes of a CSV within the page

Text = Callable[[], str]


@dataclass(frozen=True)
class Told:
    """A table of the report."""

    file: str  # its name without .csv
    heading: str  # a sentence
    meaning: str  # a sentence
    rows: pd.DataFrame


def page_of(
    sweep: xr.Dataset, chosen: Sequence[str], pictures: Sequence[Picture], tables: Sequence[Told], notes: Sequence[Text]
) -> str:
    """The page, shown first in the language spoken now."""
    title = str(sweep.attrs.get("title") or sweep.attrs.get("name") or Path(str(sweep.attrs["path"])).stem)
    charts: dict[str, str] = {}
    sections = [
        Section("summary", "Summary", _summary(sweep, chosen, tables) + _asked(sweep)),
        Section("figures", "Key figures", _figures(sweep)),
        Section("pictures", "Pictures", _pictures(pictures, charts) + _notes(notes)),
        *(Section(told.file, told.heading, _told(sweep, told, chosen)) for told in tables),
        Section("sweep", "Sweep file", _sweep_file(sweep)),
        Section("provenance", "Provenance", _provenance(sweep)),
    ]
    return page(title, framed(_top(sweep, title), sections), charts)


# Summary


def _top(sweep: xr.Dataset, title: str) -> str:
    state = counts(sweep)
    about = str(sweep.attrs.get("description", "")).strip()
    lead = f'<p class="lead">{named(about, 600)}</p>' if about else ""
    base = sweep.attrs.get("base")
    of = f" {both('Base:')} {named(base)}." if base else ""
    banner = ""
    if state["failed"]:
        failed = both(
            lambda: say(
                "{failed:,} of {all:,} runs failed; they have no values here. Why stands in the table of runs.",
                failed=state["failed"],
                all=sum(state.values()),
            )
        )
        banner = f'<p class="banner" role="note">{failed}</p>'
    return f'<h1>{named(title, 300)}</h1>{lead}<p class="lead">{both(lambda: _design(sweep, state))}{of}</p>{banner}'


_DESIGNS = {
    "grid": "Grid",
    "zip": "Cases",
    "latin_hypercube": "Latin hypercube",
    "sobol": "Sobol sequence",
    "saltelli": "Saltelli design",
}


def _design(sweep: xr.Dataset, state: dict[str, int]) -> str:
    """ "Grid: supply (4) x climate (3); 12 complete."."""
    design = str(sweep.attrs.get("design", ""))
    name = say(_DESIGNS.get(design, design.replace("_", " "))) if axes(sweep) else say("Ensemble")
    counted = {MEMBER: "{n:,} members", SAMPLE: "{n:,} samples", CASE: "{n:,} cases"}
    sizes = [say(counted[str(d)], n=n) if d in counted else f"{d} ({n:,})" for d, n in sweep.sizes.items()]
    words = {"complete": "{n:,} complete", "failed": "{n:,} failed", "skipped": "{n:,} left out"}
    states = [say(words[word], n=n) if word in words else f"{n:,} {word}" for word, n in state.items() if n]
    return f"{name}: {' × '.join(sizes)}; {', '.join(states)}."


def _summary(sweep: xr.Dataset, chosen: Sequence[str], tables: Sequence[Told]) -> str:
    """A card for each chosen key figure: how far it reaches, and what moves it most."""
    cards = "".join(_card(sweep, name, tables) for name in chosen)
    return f'<div class="cards">{cards}</div>' if cards else f'<p class="absent">{both("No key figure changes.")}</p>'


def _card(sweep: xr.Dataset, name: str, tables: Sequence[Told]) -> str:
    of = quantity(sweep, name)
    values = _shown(sweep, name).values.astype(float)
    low, high = spell_alike([np.nanmin(values), np.nanmax(values)])
    note = both(_answer(sweep, name, tables))
    return (
        f'<div class="card"><p class="label">{both(of.spoken)}</p><p class="value" style="font-size:1.4rem">{escape(low)} – {escape(high)} '
        f'<span class="unit">{both(of.unit)}</span></p><p class="note">{note}</p></div>'
    )


def _shown(sweep: xr.Dataset, name: str) -> xr.DataArray:
    """A key figure by what varies, means over members; of an ensemble alone by member."""
    return cells(sweep, name) if axes(sweep) else sweep[name]


def _answer(sweep: xr.Dataset, name: str, tables: Sequence[Told]) -> Text:
    """What the design says about a key figure, in a sentence."""
    rows = {told.file: told.rows[told.rows["key_figure"] == name] for told in tables if "key_figure" in told.rows}
    if len(rows.get("sobol", ())):
        top = rows["sobol"].sort_values("total", ascending=False).iloc[0]
        return lambda: say(
            "Most of the variance by “{axis}”: {total:.0%} with what it does together with others, {first:.0%} alone",
            axis=say(str(top["long_name"])),
            total=max(0.0, float(top["total"])),
            first=max(0.0, float(top["first"])),
        )
    if len(rows.get("ranks", ())):
        most = rows["ranks"].iloc[0]
        return lambda: say(
            "Follows “{axis}” most; R² of ranks {r2:.2f}", axis=say(str(most["long_name"])), r2=float(most["r2"])
        )
    if len(rows.get("tornado", ())) > 1:
        widest = rows["tornado"].iloc[0]
        low, high = spell_alike([widest["low"], widest["high"]])
        return lambda: say(
            "“{axis}” moves it most: {low} at {low_at}, {high} at {high_at}",
            axis=say(str(widest["long_name"])),
            low=low,
            high=high,
            low_at=_at(sweep, widest["axis"], widest["low_at"]),
            high_at=_at(sweep, widest["axis"], widest["high_at"]),
        )
    if MEMBER in sweep.dims and not axes(sweep) and len(rows.get("bands", ())):
        band = rows["bands"].iloc[0]
        p05, p50, p95 = spell_alike([band["p05"], band["p50"], band["p95"]])
        return lambda: say("Median {p50}; nine of ten members lie between {p05} and {p95}", p05=p05, p50=p50, p95=p95)
    least, most_ = _extremes(_shown(sweep, name))
    return lambda: say("Lowest at {low}, highest at {high}", low=_place(least), high=_place(most_))


def _at(sweep: xr.Dataset, name: Any, value: Any) -> str:
    return f"{value} {say(axis(sweep, str(name)).unit)}".strip()


def _asked(sweep: xr.Dataset) -> str:
    """What varies, as a table."""
    names = axes(sweep)
    if not names:
        return ""
    rows = []
    for name in names:
        of = axis(sweep, name)
        if of.numeric:
            low, high = float(np.nanmin(of.at)), float(np.nanmax(of.at))
            span = escape(f"{spell(low)} – {spell(high)}")
        else:
            texts = [str(v) for v in dict.fromkeys(of.values)]
            span = ", ".join(named(text, 40) for text in texts[:8]) + (" …" if len(texts) > 8 else "")
        rows.append(
            [
                f"<bdi>{both(of.spoken)}</bdi>",
                span,
                both(of.unit),
                f"{len(set(of.values)):,}",
                f'<span class="key">{named(name)}</span>',
            ]
        )
    heads = [
        (both("axis"), False),
        (both("values"), False),
        (both("unit"), False),
        (both("different"), True),
        (both("name in the file"), False),
    ]
    return f"<h3>{both('What varies')}</h3>{table(heads, rows)}"


# Key figures


def _figures(sweep: xr.Dataset) -> str:
    """Lowest, median and highest of each key figure, and where its extremes are; without those that are the same everywhere."""
    rows, constant = [], []
    for name in responses(sweep):
        of = quantity(sweep, name)
        known = sweep[name].values.astype(float)
        known = known[np.isfinite(known)]
        if not len(known):
            constant.append(f"{named(name)} ({both('no value')})")
        elif np.ptp(known) == 0:
            constant.append(f"{named(name)} = {escape(number(float(known[0])))} {both(of.unit)}".strip())
        else:
            low, high = _extremes(sweep[name])
            values = [escape(v) for v in spell_alike([known.min(), np.median(known), known.max()])]
            meaning = f'<bdi>{both(of.spoken)}</bdi> <span class="key">{named(name)}</span>'
            rows.append(
                [meaning, *values, both(of.unit), *(f"<bdi>{both(functools.partial(_place, at))}</bdi>" for at in (low, high))]
            )
    same = f'<p class="absent">{both("The same in every run:")} {"; ".join(constant)}.</p>' if constant else ""
    if not rows:
        return same or f'<p class="absent">{both("The index has no key figures.")}</p>'
    heads = [(both("meaning"), False), *((both(w), True) for w in ("lowest", "median", "highest")), (both("unit"), False)]
    heads += [(both("lowest at"), False), (both("highest at"), False)]
    return table(heads, rows) + same


def _extremes(figure: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """The runs where a key figure is lowest and highest."""
    values = figure.values.astype(float)
    ends = [np.unravel_index(place, values.shape) for place in (np.nanargmin(values), np.nanargmax(values))]
    low, high = (figure.isel(dict(zip(figure.dims, end, strict=True))) for end in ends)
    return low, high


def _place(run: xr.DataArray) -> str:
    """ "24 °C, seoul, member 3"."""
    places = {MEMBER: "member {n}", SAMPLE: "sample {n}", CASE: "case {n}"}
    words = []
    for name, value in run.coords.items():
        if name in places:
            words.append(say(places[str(name)], n=spell(value.item())))
        elif name != FILE and SAMPLE not in run.coords and value.ndim == 0:
            unit = say(unit_text(value.attrs.get("units", "")))
            words.append(cut(f"{spell(value.item())} {unit}".strip(), 60))
    return ", ".join(words)


# Pictures


def _pictures(pictures: Sequence[Picture], charts: dict[str, str]) -> str:
    """All that can be drawn; adds what their scripts need to `charts`."""
    parts = []
    for picture in pictures:
        title = picture.words()[0]
        try:
            drawn = chart_of(picture.name, picture.chart, picture.words())
        except (MissingData, RunError) as reason:
            why = str(reason)
            absent = both(lambda t=title, w=why: say("No picture “{title}”: {why}.", title=t(), why=w))  # type: ignore[misc]
            parts.append(f'<p class="absent">{absent}</p>')
            continue
        charts |= drawn.charts
        parts.append(drawn.html)
    return "".join(parts) or f'<p class="absent">{both("None: no key figure changes.")}</p>'


def _notes(notes: Sequence[Text]) -> str:
    return "".join(f'<p class="absent">{both(note)}</p>' for note in notes)


# Tables

SIDE_BY_SIDE = (("mean", "p05", "p25", "p50", "p75", "p95"), ("base", "low", "high"))  # columns of one quantity

SHARES = {
    "first",
    "first_low",
    "first_high",
    "total",
    "total_low",
    "total_high",
    "srrc",
    "srrc_low",
    "srrc_high",
    "r2_lost",
    "r2",
}


# Columns, as people say them.
_HEADS = {
    "key_figure": "key figure",
    "long_name": "meaning",
    "units": "unit",
    "low": "lowest",
    "high": "highest",
    "low_at": "lowest at",
    "high_at": "highest at",
    "swing": "width",
    "r2": "R²",
    "r2_lost": "R² lost",
}


def _told(sweep: xr.Dataset, told: Told, chosen: Sequence[str]) -> str:
    """What a table means, all of it to take away, and so much of it as a page can show."""
    shown = told.rows
    if told.file == "bands":
        shown = shown[shown["key_figure"].isin(chosen)] if chosen else shown
        shown = shown[[c for c in shown.columns if c == "se_p50" or not str(c).startswith("se_")]]
    if told.file == "front":
        shown = shown.drop(columns=FILE, errors="ignore")
    if told.file == "runs":
        shown = _few_columns(sweep, shown, chosen)
    first = ""
    if len(shown) > ROWS:
        first = f"<p>{both(lambda: say('The first {some} of {all:,}.', some=ROWS, all=len(shown)))}</p>"
    rows = first + _rows(sweep, shown.head(ROWS))
    body = folded("Show", rows) if len(shown) > FOLDED else rows
    return f"<p>{both(told.meaning)} {_file(sweep, told)}</p>{body}"


def _few_columns(sweep: xr.Dataset, runs: pd.DataFrame, chosen: Sequence[str]) -> pd.DataFrame:
    kept = [n for n in runs.columns if (n in sweep.coords and n != FILE) or n in ("status", *chosen)]
    kept += ["error"] if "error" in runs and (runs["error"] != "").any() else []
    return runs[kept]


def _rows(sweep: xr.Dataset, rows: pd.DataFrame) -> str:
    """With numbers at the right; columns that are key figures or axes have their units in the head."""
    heads = []
    for column in rows.columns:
        unit = unit_text(sweep[column].attrs.get("units", "")) if column in sweep.variables else ""
        words = _HEADS.get(str(column), str(column).replace("_", " "))
        heads.append((f"<bdi>{both(words)}</bdi>" + (f" ({both(unit)})" if unit else ""), rows[column].dtype.kind in "fiu"))
    return table(heads, [[named(cell) for cell in row] for row in _spelled(sweep, rows)])


def _spelled(sweep: xr.Dataset, rows: pd.DataFrame) -> list[list[str]]:
    """Texts of the cells: numbers that are compared, down a column of runs or along a row of bands, with as many places as tell them apart."""
    columns: dict[Any, list[str]] = {}
    for name in rows.columns:
        values = rows[name].tolist()
        if rows[name].dtype.kind not in "fiu":
            columns[name] = [unit_text(v) if name == "units" else str(v) for v in values]
        elif name in SHARES:
            columns[name] = [f"{v:.3f}" if np.isfinite(v) else "–" for v in values]
        elif name in sweep.coords:
            columns[name] = [spell(v) for v in values]
        else:
            columns[name] = spell_alike(values) if name in sweep.data_vars else [number(float(v)) for v in values]
    for together in SIDE_BY_SIDE:
        if set(together) <= set(rows.columns):
            for i, row in enumerate(rows[list(together)].to_numpy(dtype=float)):
                for name, text in zip(together, spell_alike(row), strict=True):
                    columns[name][i] = text
    return [list(row) for row in zip(*columns.values(), strict=True)]


def _file(sweep: xr.Dataset, told: Told) -> str:
    """A link that holds the whole table, or words on where to find it when it is too large for a page."""
    text = with_units(sweep, told.rows).to_csv(index=False)
    count = len(told.rows)
    if len(text) > LARGEST:
        return both(lambda: say("All {n:,} rows: {file}, with a folder in place of a page.", n=count, file=f"{told.file}.csv"))
    data = base64.b64encode(text.encode("utf-8")).decode("ascii")
    words = both(lambda: say("All {n:,} rows", n=count))
    return f'<a download="{told.file}.csv" href="data:text/csv;charset=utf-8;base64,{data}">{words} ({told.file}.csv)</a>'


def with_units(sweep: xr.Dataset, rows: pd.DataFrame) -> pd.DataFrame:
    """Columns as "energy [MWh]"."""

    def head(name: Any) -> str:
        units = str(sweep[name].attrs.get("units", "")) if name in sweep.variables else ""
        return f"{name} [{units}]" if units not in ("", "1") else str(name)

    return rows.rename(columns={name: head(name) for name in rows.columns})


# Where it comes from


def _sweep_file(sweep: xr.Dataset) -> str:
    text = str(sweep.attrs.get("sweep_toml", ""))
    if not text:
        return f'<p class="absent">{both("The index does not hold it.")}</p>'
    return folded("The sweep file", f'<pre dir="ltr" tabindex="0">{escape(text)}</pre>')


def _provenance(sweep: xr.Dataset) -> str:
    hidden = {"Conventions", "title", "description", "sweep_toml", "path"}
    rows = [[both("file"), named(Path(str(sweep.attrs["path"])).name, 400)]]
    rows += [[both(str(k).replace("_", " ")), named(v, 4000)] for k, v in sweep.attrs.items() if k not in hidden]
    return table([(both("what"), False), (both("value"), False)], rows, "provenance")

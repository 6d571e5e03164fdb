"""The HTML of the page about a sweep, and how numbers of its tables are spelled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from .report.shell import escape, number, page
from .style import unit_text
from .sweep import CASE, FILE, MEMBER, SAMPLE, axes, counts, responses, spell, spell_alike

FOLDED = 40  # rows; longer tables open on request
ROWS = 200  # of a table on the page; the CSV has all

Table = tuple[str, str, str, pd.DataFrame]  # name of the file, heading, what to know, rows


def page_of(
    sweep: xr.Dataset,
    chosen: Sequence[str],
    figures: Sequence[str],
    notes: Sequence[str],
    tables: Sequence[Table],
    runs: pd.DataFrame,
) -> str:
    """The HTML: `figures` ready made, `notes` on what cannot be shown, `runs` all of them."""
    title = str(sweep.attrs.get("title") or sweep.attrs.get("name") or Path(str(sweep.attrs["path"])).stem)
    state = counts(sweep)
    parts = [f"<main><h1>{escape(title)}</h1><p class=lead>{escape(_lead(sweep, state))}</p>"]
    if state["failed"]:
        parts.append(f'<p class="banner">{state["failed"]:,} of {sum(state.values()):,} runs failed; they have no values here. Why stands in the table of runs.</p>')  # fmt: skip
    parts += [
        "<h2>Key figures</h2>",
        _summary(sweep),
        "<h2>Pictures</h2>",
        *(figures or ["<p class=absent>None: no key figure changes.</p>"]),
    ]
    parts += [f'<p class="absent">{escape(note)}</p>' for note in notes]
    for file, heading, meaning, table in tables:
        shown = table
        if file == "bands":
            shown = table[table["key_figure"].isin(chosen)] if chosen else table
            shown = shown[[c for c in shown.columns if c == "se_p50" or not str(c).startswith("se_")]]
        parts += [f"<h2>{escape(heading)}</h2><p>{escape(meaning)} {_file(file, len(table))}</p>", _table(sweep, shown)]
    parts += ["<h2>Runs</h2>", f"<p>{_file('runs', len(runs))}</p>", _table(sweep, _few_columns(sweep, runs, chosen))]
    parts += ["<h2>Provenance</h2>", _provenance(sweep)]
    parts += [
        "<h2>Sweep</h2>",
        f"<details><summary>The sweep file</summary><pre>{escape(sweep.attrs['sweep_toml'])}</pre></details>",
    ]
    return page(title, "\n".join([*parts, "</main>"]))


def _lead(sweep: xr.Dataset, state: dict[str, int]) -> str:
    design = str(sweep.attrs.get("design", "")).replace("_", " ") if axes(sweep) else "ensemble"
    sizes = " x ".join(
        f"{size:,} {dimension}s" if dimension in (MEMBER, SAMPLE, CASE) else f"{dimension} ({size:,})"
        for dimension, size in sweep.sizes.items()
    )
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
    """ "24 °C, seoul, member 3"."""
    words = []
    for name, value in run.coords.items():
        if name in (MEMBER, SAMPLE, CASE):
            words.append(f"{name} {spell(value.item())}")
        elif name != FILE and SAMPLE not in run.coords and value.ndim == 0:
            words.append(f"{spell(value.item())} {unit_text(value.attrs.get('units', ''))}".strip())
    return ", ".join(words)


def _few_columns(sweep: xr.Dataset, runs: pd.DataFrame, chosen: Sequence[str]) -> pd.DataFrame:
    kept = [n for n in runs.columns if (n in sweep.coords and n != FILE) or n in ("status", *chosen)]
    kept += ["error"] if "error" in runs and (runs["error"] != "").any() else []
    return runs[kept]


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
        rows += (
            "<tr>"
            + "".join(
                f"<td{' class=number' if right else ''}>{escape(text)}</td>" for text, right in zip(row, numeric, strict=True)
            )
            + "</tr>"
        )
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


def with_units(sweep: xr.Dataset, table: pd.DataFrame) -> pd.DataFrame:
    """Columns as "energy [MWh]"."""

    def head(name: Any) -> str:
        units = str(sweep[name].attrs.get("units", "")) if name in sweep.variables else ""
        return f"{name} [{units}]" if units not in ("", "1") else str(name)

    return table.rename(columns={name: head(name) for name in table.columns})


def _provenance(sweep: xr.Dataset) -> str:
    hidden = {"Conventions", "title", "description", "sweep_toml", "path"}
    rows = "".join(
        f"<tr><td>{escape(str(k).replace('_', ' '))}</td><td>{escape(v)}</td></tr>"
        for k, v in sweep.attrs.items()
        if k not in hidden
    )
    return f"<table class=provenance><tbody><tr><td>file</td><td>{escape(Path(str(sweep.attrs['path'])).name)}</td></tr>{rows}</tbody></table>"

"""One page about one run: key figures, pictures, energy by owner, events, provenance, scenario.  A single file that needs nothing else."""

from __future__ import annotations

import base64
import functools
import html
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from . import plots, swing
from .plots import MissingData, chain, cooling
from .plots.parts import notable_events
from .plots.swing import reached
from .run import Run
from .style import FAMILIES, FAMILY_NAMES, OWNER_NAMES, percent, unit_text

EVENT_ROWS = 60
LARGE = 150_000  # bytes of a picture; larger ones get fewer colours


@dataclass(frozen=True)
class Picture:
    name: str  # of the PNG file
    draw: Callable[[Run], Figure]
    caption: str  # what to know when reading it
    shows: str  # for those who cannot see it


PICTURES: Sequence[Picture] = (
    Picture(
        "site_power",
        plots.site_power,
        "Power at the utility meter, by who consumes or loses it; the shares are of the energy of the run. "
        "A long run is drawn as means, and thin lines show the highest and lowest report behind each.",
        "Stacked areas of power over time: IT equipment, conversion losses, cooling, site; below, all but the IT equipment by owner.",
    ),
    Picture(
        "pue_wet_bulb",
        plots.pue_against_wet_bulb,
        "Power usage effectiveness of the reports against the outdoor wet bulb, or against IT power where the weather is steady.",
        "Scatter of power usage effectiveness over wet bulb temperature, coloured by IT power.",
    ),
    Picture(
        "load_duration",
        plots.load_duration,
        "For which share of the time power reaches a level.",
        "Falling curves of power at the meter, of IT and of cooling over the share of the time.",
    ),
    Picture(
        "floor_plan",
        plots.floor_plan,
        "The halls from above, at the moment of the highest site power; a hall of several pools names each at its first rack.",
        "Maps of the racks of each hall, coloured by rack power and by accelerator temperature.",
    ),
    Picture(
        "job_occupancy",
        plots.job_occupancy,
        "Accelerators held by jobs in each pool, and the jobs that wait.",
        "For each pool, the accelerators held by jobs over time beside all that it has; below, jobs that wait.",
    ),
    Picture(
        "loop_temperatures",
        plots.loop_temperatures,
        "Facility water beside the weather, and how much of the heat leaves without compressors.",
        "For each water loop, supply and return temperature over time beside wet and dry bulb, and the heat rejected.",
    ),
)


# Of runs in which something happens to the supply.
CHAIN: Sequence[tuple[Callable[[Run], bool], Picture]] = (
    (
        chain.disturbed,
        Picture(
            "power_by_source",
            plots.power_by_source,
            "Who supplied the site around what happened; numbers at dashed lines are explained below. Below zero: what batteries take back, which is part of what is supplied.",
            "Stacked areas of power over time from the utility, generators and batteries, with marks of what happened.",
        ),
    ),
    (
        chain.batteries_used,
        Picture(
            "state_of_charge",
            plots.state_of_charge,
            "What the batteries of UPS hold, at the ends of the report intervals.",
            "Lines of the state of charge of the batteries of each bank of UPS over time.",
        ),
    ),
    (
        chain.disturbed,
        Picture(
            "fullest_feeds",
            plots.fullest_feeds,
            "Load over rating of the units that were fullest, by bank; units of a bank that never differ share a row.",
            "Map of the load of power units over time, one row for each unit or group of equal units.",
        ),
    ),
    (
        chain.unserved,
        Picture(
            "unserved_power",
            plots.unserved_power,
            "What loads without supply drew before they lost it: racks, and cooling that stood still.",
            "Area of the power of loads without supply over time.",
        ),
    ),
)


# Of runs whose cooling has more to tell.
COOLING: Sequence[tuple[Callable[[Run], bool], Picture]] = (
    (
        cooling.has_months,
        Picture(
            "cooling_by_month",
            plots.cooling_by_month,
            "What cooling takes of each kilowatt-hour of IT, by who takes it, with the power usage effectiveness of the month, which holds conversion losses and the site too; below, make-up water.",
            "Stacked bars of cooling energy by month with a line of PUE; below, bars of water usage effectiveness with a line of the mean wet bulb.",
        ),
    ),
    (
        cooling.has_trip,
        Picture(
            "around_trip",
            plots.around_trip,
            "The first trip of cooling or move of a set point, from five minutes before to forty minutes after it.",
            "Lines over time of facility water, of what the halls are supplied with, and of the hottest accelerators of each hall.",
        ),
    ),
    (
        cooling.has_chillers,
        Picture(
            "chillers_running",
            plots.chillers_running,
            "How many chillers run, and how much of the heat leaves without them.",
            "Steps of the number of chillers running in each loop over time; below, the share of the heat taken without compressors.",
        ),
    ),
)


def pictures_of(run: Run) -> list[Picture]:
    """PICTURES, those of cooling and of the chain of power where they have something to show, and one of each phase window that the run reached."""
    names = reached(run)
    return [
        *PICTURES,
        *(picture for happens, picture in (*COOLING, *CHAIN) if happens(run)),
        *(
            Picture(
                f"power_swing_{number}" if len(names) > 1 else "power_swing",
                functools.partial(plots.power_swing, window=name),
                "Training played phase by phase. Amplitudes are those of sines at the meter; grids ask how much of the swing lies in "
                "the shaded band. Ramps are changes between two moments a second apart.",
                f"Power at the meter and of the IT equipment in the window {name}, three iterations of it, its spectrum, "
                "and for which share of the time power changes how fast.",
            )
            for number, name in enumerate(names, 1)
        ),
    ]


def write_report(run: Run, folder: str | Path) -> list[Path]:
    """Writes the PNGs and `index.html` into the folder, which is made if needed; returns the files, the page last."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    figures: list[str] = []
    for path in [*folder.glob("power_swing*.png"), *(folder / f"{picture.name}.png" for _, picture in (*COOLING, *CHAIN))]:
        path.unlink(missing_ok=True)  # of an earlier report with other windows or happenings
    for picture in pictures_of(run):
        path = folder / f"{picture.name}.png"
        try:
            png = png_of(picture.draw(run))
        except MissingData as reason:
            path.unlink(missing_ok=True)  # of an earlier report
            figures.append(f'<p class="absent">No picture “{escape(picture.name.replace("_", " "))}”: {escape(reason)}.</p>')
            continue
        path.write_bytes(png)
        written.append(path)
        data = base64.b64encode(png).decode("ascii")
        figures.append(
            f'<figure id="{picture.name}"><img alt="{escape(picture.shows)}" src="data:image/png;base64,{data}">'
            f"<figcaption>{escape(picture.caption)}</figcaption></figure>"
        )
    page = folder / "index.html"
    page.write_text(_page(run, figures), encoding="utf-8")
    return [*written, page]


def png_of(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    if buffer.tell() <= LARGE:
        return buffer.getvalue()
    # Most colours of a diagram are blends at the edges of bands; 256 look the same and take a third of the room.
    few = Image.open(buffer).convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small = io.BytesIO()
    few.save(small, format="png", optimize=True)
    return small.getvalue()


def _page(run: Run, figures: Sequence[str]) -> str:
    css = resources.files("ondol_viz").joinpath("report.css").read_text(encoding="utf-8")
    parts = [
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(run.title)}</title>",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{css}</style></head><body><main>",
        f"<h1>{escape(run.title)}</h1><p class=lead>{escape(_span(run))}</p>",
    ]
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
    parts.append("</main></body></html>\n")
    return "\n".join(parts)


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


def number(value: float) -> str:
    """Four significant digits, whole numbers whole."""
    if not math.isfinite(value):
        return "–"
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    size = abs(value)
    if size >= 1e9 or size < 1e-3:
        return f"{value:.3e}"
    return f"{value:,.{max(0, 3 - math.floor(math.log10(size)))}f}"


def escape(value: Any) -> str:
    return html.escape(str(value), quote=True)

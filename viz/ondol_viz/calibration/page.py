"""The page about a calibration: a single file that needs nothing else, in the dress of the report of a run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure

from ..pictures import png_of
from ..report.charts import chart_of
from ..report.shell import Section, both, escape, framed, named, number, page, table
from ..style import percent
from ..whole import write_whole
from ..words import say, speaking
from . import charts, plots
from .reading import UNITS, Calibration, Quantity
from .views import WIDE

NAMES = ("predicted", "residuals", "coefficients", "voltage", "temperature")


@dataclass(frozen=True)
class Picture:
    """Of a calibration.  Texts are sentences for `words.say`."""

    name: str  # of the PNG file and of the anchor on the page
    title: str
    caption: str
    shows: str  # for those who cannot see it
    plot: Callable[[], Figure]
    chart: Callable[[], go.Figure]


def write_page(
    calibration: Calibration,
    windows: pd.DataFrame | None,
    priors: Mapping[str, Quantity],
    path: str | Path,
    language: str = "en",
) -> list[Path]:
    """Writes the page about a calibration; returns the files, the page last.

    A `path` that ends in .html becomes one file; any other is a folder, made if needed, with the page as `index.html` and its pictures
    as PNG.  `windows` are those of `judged`; `language` is shown first.
    """
    pictures = _pictures(calibration, windows, priors)
    path = Path(path)
    written: list[Path] = []
    target = path
    if path.suffix.lower() not in (".html", ".htm"):
        target = path / "index.html"
        path.mkdir(parents=True, exist_ok=True)
        for name in NAMES:  # of an earlier page
            (path / f"{name}.png").unlink(missing_ok=True)
        for picture in pictures:
            file = path / f"{picture.name}.png"
            write_whole(file, png_of(picture.plot()))
            written.append(file)
    with speaking(language):
        write_whole(target, _page(calibration, windows, pictures))
    return [*written, target]


def _pictures(calibration: Calibration, windows: pd.DataFrame | None, priors: Mapping[str, Quantity]) -> list[Picture]:
    """Those that there are data for."""
    found: list[Picture] = []
    if windows is not None and len(windows):
        found += _of_windows(windows)
    found.append(
        Picture(
            name="coefficients",
            title="Coefficients",
            caption="Each coefficient over what was believed before any window; thick one standard error, thin the 95 % interval. "
            "Grey: that belief, one standard deviation; orange: the windows said next to nothing and it decided.",
            shows="Dots with error bars near 1, one row for each coefficient.",
            plot=functools.partial(plots.coefficients, calibration, priors),
            chart=functools.partial(charts.coefficients, calibration, priors),
        )
    )
    found.append(
        Picture(
            name="voltage",
            title="Voltage over clock",
            caption="Clocks fall only at the power limit; outside the shaded range the curve is an extrapolation.",
            shows="A falling line of voltage over clock with its error band; below, residuals over clock.",
            plot=functools.partial(plots.voltage, calibration, windows),
            chart=functools.partial(charts.voltage, calibration, windows),
        )
    )
    if windows is not None and windows["temperature_c"].notna().any():
        found.append(
            Picture(
                name="temperature",
                title="Residuals over temperature",
                caption="A slope here would be leakage that the fit missed.",
                shows="Scatter of residuals over core temperature.",
                plot=functools.partial(plots.temperature, windows),
                chart=functools.partial(charts.temperature, windows),
            )
        )
    return found


def _of_windows(windows: pd.DataFrame) -> Sequence[Picture]:
    return (
        Picture(
            name="predicted",
            title="Measured and modelled power",
            caption="One mark a window, with the standard errors of measurement and model. Held-out windows were never fitted; "
            "their distance from the line is the error to expect. Windows at the power limit whose clock is not known lie on the line.",
            shows="Scatter of modelled over measured power along the diagonal.",
            plot=functools.partial(plots.predicted, windows),
            chart=functools.partial(charts.predicted, windows),
        ),
        Picture(
            name="residuals",
            title="Residuals by kernel",
            caption="Kernels that lean to one side show what the model leaves out; those that were held out stand apart.",
            shows="Residuals of each kernel around zero, in percent.",
            plot=functools.partial(plots.residuals, windows),
            chart=functools.partial(charts.residuals, windows),
        ),
    )


def _page(calibration: Calibration, windows: pd.DataFrame | None, pictures: Sequence[Picture]) -> str:
    title = str(calibration.about["name"] or calibration.id)
    about = ", ".join(str(calibration.about[k]) for k in ("tier", "board", "date", "driver") if calibration.about[k])
    top = f'<h1>{named(title, 300)}</h1><p class="lead">{named(calibration.id)}: {named(about, 400)}</p>'
    if calibration.about["note"]:
        top += f'<p class="lead">{named(calibration.about["note"], 2000)}</p>'
    drawn = [
        chart_of(
            p.name,
            p.chart,
            (functools.partial(say, p.title), functools.partial(say, p.caption), functools.partial(say, p.shows)),
        )
        for p in pictures
    ]
    documents = {name: text for one in drawn for name, text in one.charts.items()}
    sections = [
        Section("quality", "How good it is", _cards(windows) + _quality(calibration)),
        Section("pictures", "Pictures", "".join(one.html for one in drawn)),
        Section("values", "Coefficients", _coefficients(calibration)),
    ]
    return page(title, framed(top, sections), documents)


def _cards(windows: pd.DataFrame | None) -> str:
    """Mean errors of the windows shown; nothing without any."""
    if windows is None:
        return ""
    cards = ""
    for held_out, what in (
        (False, "mean error of the fitted windows shown here"),
        (True, "mean error of the held-out windows shown here"),
    ):
        part = windows[windows["held_out"] == held_out]
        if part.empty:
            continue
        error = 100 * float(part["residual"].abs().mean())
        worst = part.iloc[int(part["residual"].abs().to_numpy().argmax())]
        note = both(functools.partial(_worst, len(part), 100 * float(worst["residual"]), str(worst["kernel"])))
        cards += (
            f'<div class="card"><p class="label">{both(what)}</p><p class="value">{escape(percent(error))}</p>'
            f'<p class="note">{note}</p></div>'
        )
    return f'<div class="cards">{cards}</div>'


def _worst(count: int, residual: float, kernel: str) -> str:
    return say("{n} windows; the worst {residual:+.1f} %, {kernel}", n=count, residual=residual, kernel=kernel)


def _quality(calibration: Calibration) -> str:
    rows = [[escape(k.replace("_", " ")), escape(number(float(v)))] for k, v in calibration.quality.items()]
    return table([(both("what"), False), (both("value"), True)], rows)


def _coefficients(calibration: Calibration) -> str:
    all_ = [*calibration.scalar.items()]
    all_ += [(f"{part}.{c}", q) for part in ("control", "data") for c, q in getattr(calibration, part).items()]
    rows = []
    for name, q in all_:
        value = q.value / UNITS.get(q.unit, 1.0)
        low, high = "–", "–"
        if q.uncertainty is not None:
            wide = WIDE * q.uncertainty * abs(value)
            low, high = number(value - wide), number(value + wide)
        error = "–" if q.uncertainty is None else f"{100 * q.uncertainty:.2g} %"
        tier = str(q.tier or calibration.about["tier"])
        rows.append(
            [
                f'<span class="key">{named(name)}</span>',
                *map(escape, (number(value), error, low, high, q.unit, tier)),
                named(q.why, 300),
            ]
        )
    heads = [("name", False), ("value", True), ("standard error", True), ("2.5 %", True), ("97.5 %", True), ("unit", False)]
    heads += [("tier", False), ("why", False)]
    return table([(both(text), right) for text, right in heads], rows)

"""The page about a calibration: a single file that needs nothing else, in the dress of the report of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from ..pictures import png_of
from ..report.shell import escape, image, number, page
from . import plots
from .reading import UNITS, Calibration, Quantity

Picture = tuple[str, Figure, str, str]  # name of the file, figure, caption, words for those who cannot see it


def write_page(
    calibration: Calibration, windows: pd.DataFrame | None, priors: Mapping[str, Quantity], folder: str | Path
) -> list[Path]:
    """Writes the PNGs and `index.html` into the folder, which is made if needed; returns the files, the page last."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    figures: list[str] = []
    for name, figure, caption, shows in _pictures(calibration, windows, priors):
        png = png_of(figure)
        path = folder / f"{name}.png"
        path.write_bytes(png)
        written.append(path)
        figures.append(image(png, name, shows, caption))
    path = folder / "index.html"
    path.write_text(_page(calibration, windows, figures), encoding="utf-8")
    return [*written, path]


def _pictures(calibration: Calibration, windows: pd.DataFrame | None, priors: Mapping[str, Quantity]) -> Iterator[Picture]:
    yield (
        "coefficients",
        plots.coefficients(calibration, priors),
        "Each coefficient over what was believed before any window, with one standard error. "
        "Grey: that belief, one standard deviation; orange: the windows said next to nothing and it decided.",
        "Dots with error bars near 1, one row for each coefficient.",
    )
    if windows is not None and len(windows):
        yield (
            "predicted",
            plots.predicted(windows),
            "One mark a window. Held-out windows were never fitted; their distance from the line is the error to expect.",
            "Scatter of predicted over measured power along the diagonal.",
        )
        yield (
            "residuals",
            plots.residuals(windows),
            "Kernels that lean to one side show what the model leaves out.",
            "Residuals of each kernel around zero, in percent.",
        )
    yield (
        "voltage",
        plots.voltage(calibration, windows),
        "Clocks fall only at the power limit; outside the shaded range the curve is an extrapolation.",
        "A falling line of voltage over clock with its error band; below, residuals over clock.",
    )
    if windows is not None and windows["temperature_c"].notna().any():
        yield (
            "temperature",
            plots.temperature(windows),
            "A slope here would be leakage that the fit missed.",
            "Scatter of residuals over core temperature.",
        )


def _page(calibration: Calibration, windows: pd.DataFrame | None, figures: list[str]) -> str:
    title = str(calibration.about["name"] or calibration.id)
    lead = ", ".join(str(calibration.about[k]) for k in ("tier", "board", "date", "driver") if calibration.about[k])
    parts = [
        f"<main><h1>{escape(title)}</h1><p class=lead>{escape(calibration.id)}: {escape(lead)}</p>",
        f"<p>{escape(calibration.about['note'])}</p>" if calibration.about["note"] else "",
        "<h2>How good it is</h2>",
        _quality(calibration, windows),
        "<h2>Pictures</h2>",
        *figures,
        "<h2>Coefficients</h2>",
        _coefficients(calibration),
        "</main>",
    ]
    return page(title, "\n".join(parts))


def _quality(calibration: Calibration, windows: pd.DataFrame | None) -> str:
    rows = [(k.replace("_", " "), number(float(v))) for k, v in calibration.quality.items()]
    if windows is not None:
        for what, part in (("fitted", windows[~windows["held_out"]]), ("held-out", windows[windows["held_out"]])):
            if len(part):
                rows.append(
                    (f"mean error of the {what} windows shown here", f"{100 * float(part['residual'].abs().mean()):.2f} %")
                )
    body = "".join(f"<tr><td>{escape(k)}</td><td class=number>{escape(v)}</td></tr>" for k, v in rows)
    return f"<table class=kpis><tbody>{body}</tbody></table>"


def _coefficients(calibration: Calibration) -> str:
    named = [*calibration.scalar.items()]
    named += [(f"{part}.{c}", q) for part in ("control", "data") for c, q in getattr(calibration, part).items()]
    rows = []
    for name, q in named:
        error = "–" if q.uncertainty is None else f"{100 * q.uncertainty:.2g} %"
        rows.append(
            f"<tr><td class=key>{escape(name)}</td><td class=number>{escape(number(q.value / UNITS.get(q.unit, 1.0)))}</td><td>{escape(q.unit)}</td>"
            f"<td class=number>{escape(error)}</td><td>{escape(q.tier or calibration.about['tier'])}</td><td>{escape(q.why)}</td></tr>"
        )
    head = "<thead><tr><th>name<th class=number>value<th>unit<th class=number>error<th>tier<th>why</tr></thead>"
    return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"

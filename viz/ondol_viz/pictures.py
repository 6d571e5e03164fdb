"""The pictures of a run as PNG files in a folder."""

from __future__ import annotations

import io
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from .gallery import names, pictures_of
from .run import Run
from .views.missing import MissingData
from .whole import write_whole

_LARGE = 150_000  # bytes of a picture; larger ones get fewer colours


def write_pictures(run: Run, folder: str | Path) -> list[Path]:
    """Writes the gallery as PNGs into the folder, which is made if needed; returns the files.  What the run lacks data for is left out."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names():
        for path in folder.glob(f"{name}.png"):  # of an earlier call: what no longer holds goes away
            path.unlink()
    written = []
    for picture in pictures_of(run):
        if picture.plot is None:
            continue
        try:
            png = png_of(picture.plot(run))
        except MissingData:
            continue
        path = folder / f"{picture.name}.png"
        write_whole(path, png)
        written.append(path)
    return written


def png_of(figure: Figure) -> bytes:
    """The figure as PNG, small enough for a page."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    if buffer.tell() <= _LARGE:
        return buffer.getvalue()
    # Most colours of a diagram are blends at the edges of bands; 256 look the same and take a third of the room.
    few = Image.open(buffer).convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small = io.BytesIO()
    few.save(small, format="png", optimize=True)
    return small.getvalue()

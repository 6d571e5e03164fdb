"""What the pages about runs, sweeps and calibrations share: the frame of the document, and how texts, numbers and pictures are spelled."""

from __future__ import annotations

import base64
import html
import math
from importlib import resources
from typing import Any


def page(title: str, body: str, language: str = "en") -> str:
    """The whole document, a single file that needs nothing else.  `title` is text, `body` is HTML."""
    css = resources.files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    return "\n".join(
        (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{css}</style></head><body>{body}</body></html>",
            "",
        )
    )


def image(png: bytes, name: str, shows: str, caption: str) -> str:
    """A picture with its caption; `name` is the anchor, `shows` is for those who cannot see it."""
    data = base64.b64encode(png).decode("ascii")
    return (
        f'<figure id="{escape(name)}"><img alt="{escape(shows)}" src="data:image/png;base64,{data}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


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

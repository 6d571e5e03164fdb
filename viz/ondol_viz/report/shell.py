"""What the pages about runs, sweeps and calibrations share: the frame of the document, its two languages, how texts, numbers and
pictures are spelled.

A page is one file that needs nothing else.  Its text stands there in every language, and a style shows one; what a file names is
escaped and isolated, so that it stays text.  Scripts are named by their hashes in the content security policy: nothing else runs, and
nothing is fetched.
"""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
import html
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from plotly.offline import get_plotlyjs

from .. import style
from ..words import LANGUAGES, language, say, speaking

LONGEST = 160  # characters of a name in a table; the rest is in its title

# Control characters, and marks that turn the direction of what follows; a browser would hide them.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]")

Text = str | Callable[[], str]  # a sentence for `words.say`, or what says it in the language spoken now


@dataclass(frozen=True)
class Section:
    """A part of a page with a heading of its own."""

    anchor: str
    heading: Text
    body: str  # HTML


def page(title: str, body: str, charts: Mapping[str, str] | None = None, first: str | None = None) -> str:
    """The whole document.  `title` is text, `body` is HTML; `charts` are documents in JSON by name (`charts.chart_of`), drawn where `body`
    has places for them; `first` is the language shown first, by default the one spoken now."""
    plotly = _plotly() if charts else ""
    scripts = [_file("page.js"), *([plotly] if plotly else [])]
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts)
    policy = f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"
    blobs = {f"chart-{name}": packed(text) for name, text in (charts or {}).items()}
    if plotly:
        blobs["plotly"] = _packed_plotly()
        blobs["plotly-words"] = _buttons()
    return "\n".join(
        (
            f'<!doctype html>\n<html lang="{first or language()}"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(cut(title))}</title>',
            f"<style>{_file('style.css')}</style></head><body>",
            body,
            *(f'<script type="text/plain" id="{escape(name)}">{text}</script>' for name, text in blobs.items()),
            f"<script>{scripts[0]}</script></body></html>",
            "",
        )
    )


def framed(top: str, sections: Sequence[Section]) -> str:
    """The body of a page: a bar with the languages, `top` (HTML with the h1), the contents and the sections."""
    switch = "".join(
        f'<button type="button" class="switch" lang="{code}" data-language="{code}" aria-pressed="{str(code == language()).lower()}">{name}</button>'
        for code, name in LANGUAGES.items()
    )
    links = "".join(f'<li><a href="#{escape(s.anchor)}">{both(s.heading)}</a></li>' for s in sections)
    parts = "".join(
        f'<section id="{escape(s.anchor)}" aria-labelledby="{escape(s.anchor)}-heading">'
        f'<h2 id="{escape(s.anchor)}-heading">{both(s.heading)}</h2>{s.body}</section>'
        for s in sections
    )
    script = both(
        lambda: say(
            "This browser runs no script: the text and the tables are all here, the pictures that move and answer are not."
        )
    )
    return (
        f'<a class="skip" href="#content">{both("To the content")}</a>'
        f'<div class="bar"><div role="group"{attribute("aria-label", "Language")}>{switch}</div></div>'
        f'<nav class="contents"{attribute("aria-label", "Contents")}><ol>{links}</ol></nav>'
        f'<main id="content" tabindex="-1"><header>{top}</header><noscript><p class="banner">{script}</p></noscript>{parts}</main>'
    )


# Words


def both(text: Text) -> str:
    """HTML of a text in all languages, of which the style shows one; a text that is the same in all stands once."""
    said = _in_all(text)
    if len(set(said.values())) == 1:
        return escape(next(iter(said.values())))
    return "".join(f'<span class="{code}" lang="{code}">{escape(words)}</span>' for code, words in said.items())


def attribute(name: str, text: Text) -> str:
    """An attribute in the language spoken now, with what the switch needs to change it."""
    said = _in_all(text)
    others = (
        "".join(f' data-{code}-{name}="{escape(words)}"' for code, words in said.items()) if len(set(said.values())) > 1 else ""
    )
    return f' {name}="{escape(said[language()])}"{others}'


def option(value: str, text: Text) -> str:
    """A line of a menu, which can hold no markup."""
    said = _in_all(text)
    others = "".join(f' data-{code}-text="{escape(words)}"' for code, words in said.items())
    return f'<option value="{escape(value)}"{others}>{escape(said[language()])}</option>'


def _in_all(text: Text) -> dict[str, str]:
    said = {}
    for code in LANGUAGES:
        with speaking(code):
            said[code] = say(text) if isinstance(text, str) else text()
    return said


def escape(value: Any) -> str:
    """Text as HTML, within and without quotes; what one cannot see becomes a replacement character."""
    return html.escape(_UNSEEN.sub("\ufffd", str(value)), quote=True)


def cut(value: Any, most: int = LONGEST) -> str:
    """Text of a file, cut to what there is room for."""
    return style.cut(str(value), most)


def named(value: Any, most: int = LONGEST) -> str:
    """HTML of what a file names: isolated, so that right-to-left writing does not turn its neighbours, and cut where it is long."""
    text = str(value)
    whole = f' title="{escape(cut(text, 2000))}"' if len(text) > most else ""
    return f"<bdi{whole}>{escape(cut(text, most))}</bdi>"


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


# Pieces


def image(png: bytes, name: str, shows: str, caption: str) -> str:
    """A picture with its caption; `name` is the anchor, `shows` is for those who cannot see it."""
    return f'<figure id="{escape(name)}"><img alt="{escape(shows)}" src="{data_of(png)}"><figcaption>{escape(caption)}</figcaption></figure>'


def data_of(png: bytes) -> str:
    """The address of a picture that holds it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def table(heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]], kind: str = "", labels: Sequence[str] = ()) -> str:
    """`heads` and cells are HTML; True: a column of numbers.  `labels`: a class for each row.  The first column names its row."""
    head = "".join(f'<th scope="col"{" class=number" if right else ""}>{text}</th>' for text, right in heads)
    body = ""
    for place, row in enumerate(rows):
        label = f' class="{labels[place]}"' if labels else ""
        cells = "".join(
            f'<th scope="row">{cell}</th>' if column == 0 else f"<td{' class=number' if heads[column][1] else ''}>{cell}</td>"
            for column, cell in enumerate(row)
        )
        body += f"<tr{label}>{cells}</tr>"
    return f'<div class="wide"><table class="{escape(kind)}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def folded(summary: Text, body: str) -> str:
    """Opened on request."""
    return f"<details><summary>{both(summary)}</summary>{body}</details>"


def packed(text: str) -> str:
    """Compressed text in letters that mean nothing to HTML, the same for the same text."""
    return base64.b64encode(gzip.compress(text.encode("utf-8"), 9, mtime=0)).decode("ascii")


def _buttons() -> str:
    """What plotly's own buttons say in Korean, as JSON."""
    with speaking("ko"):
        return json.dumps({sentence: say(sentence) for sentence in _BUTTONS}, ensure_ascii=False).replace("<", "\\u003c")


_BUTTONS = ("Download plot as a PNG", "Zoom", "Pan", "Zoom in", "Zoom out", "Reset axes")


@functools.cache
def _plotly() -> str:
    return str(get_plotlyjs())


@functools.cache
def _packed_plotly() -> str:
    return packed(_plotly())


@functools.cache
def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")

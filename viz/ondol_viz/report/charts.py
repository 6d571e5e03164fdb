"""Pictures of the gallery on the page: charts that answer, each in both languages, else the printed picture."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..charts.parts import TEMPLATE
from ..charts.player import unread
from ..gallery import Picture
from ..pictures import png_of
from ..run import Run
from ..views.kept import keeping
from ..views.missing import MissingData
from ..words import LANGUAGES, language, say, speaking
from .differences import differences
from .shell import attribute, both, data_of, escape, number, option, table

_LINKS = re.compile(r"(?:<|\\u003c)(?=\s*(?:/|\\u002f)?\s*a\b)", re.IGNORECASE)  # in JSON; what plotly would make a link of
_UNSEEN = re.compile(  # in JSON; control characters, and marks that turn the direction of what follows
    r"\\u(?:00(?:0[0-8bcef]|1[0-9a-f]|7f|[89][0-9a-f])|200[ef]|061c|202[a-e]|206[6-9]|feff)|[\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]",
    re.IGNORECASE,
)
_SPOKEN = 6  # traces that the words for those who cannot see name
_ROWS = 24  # traces in the table of numbers
_LABELS = 40  # of a drawing without axes
_BUTTONS = 28  # px that plotly's buttons need above the panels


@dataclass(frozen=True)
class Drawn:
    """A picture as HTML, and what its script needs."""

    html: str
    charts: dict[str, str] = field(default_factory=dict)  # documents of JSON by name
    moments: Sequence[str] = ()  # dates of its frames, where it moves
    shown: int = 0  # which of them it begins with


@dataclass(frozen=True)
class Numbers:
    """What one trace shows."""

    name: str
    axis: str  # what it shows, with its unit
    low: float
    mean: float
    high: float


def drawn(run: Run, picture: Picture, name: str | None = None) -> Drawn:
    """The picture of a run; `name`: of its place on the page, where it is not that of the picture."""
    name = name or picture.name
    try:
        if picture.chart is not None:
            return chart_of(name, lambda: picture.chart(run), _words(picture))  # type: ignore[misc]
        if picture.plot is not None:
            return _printed(name, png_of(picture.plot(run)), _words(picture))
    except MissingData as reason:
        why = str(reason)
        return Drawn(
            f'<p class="absent" id="{escape(name)}">{both(lambda: say("No picture “{title}”: {why}.", title=_words(picture)[0](), why=why))}</p>'
        )
    return Drawn("")


Words = tuple[Callable[[], str], Callable[[], str], Callable[[], str]]  # title, caption, what it shows


def _words(picture: Picture) -> Words:
    def text(sentence: str) -> Callable[[], str]:
        return lambda: say(sentence, **picture.values)

    return text(picture.title), text(picture.caption), text(picture.shows)


def _printed(name: str, png: bytes, words: Words) -> Drawn:
    title, caption, shows = words
    return Drawn(
        f'<figure id="{escape(name)}"><h3>{both(title)}</h3><img{attribute("alt", shows)} src="{data_of(png)}">'
        f"<figcaption>{both(caption)}</figcaption></figure>"
    )


def chart_of(name: str, draw: Callable[[], go.Figure], words: Words) -> Drawn:
    """A chart of plotly, made once in each language.  `draw` is called with each spoken."""
    bodies, shown, labels = {}, {}, {}
    with keeping(), unread():
        for code in LANGUAGES:
            with speaking(code):
                figure = draw()
            bodies[code] = _body(figure)
            shown[code] = numbers_of(figure)
            labels[code] = labels_of(figure)
    english, others = bodies["en"], {c: differences(bodies["en"], b) for c, b in bodies.items() if c != "en"}
    title, caption, shows = words

    def told() -> str:
        parts = [_told(n) for n in shown[language()][:_SPOKEN]] or ["; ".join(labels[language()])]
        return ". ".join(part for part in (shows().rstrip(". "), *parts) if part) + "."

    height = int(english["layout"].get("height", 420))
    return Drawn(
        html=f'<figure id="{escape(name)}" class="chart" data-chart="chart-{escape(name)}"><h3>{both(title)}</h3>{_menu(bodies)}'
        f'<div class="scroller"><div class="plot" role="img"{attribute("aria-label", told)} style="height:{height}px"></div></div><p class="swipe">↔ {both("Wider than the screen: move it sideways.")}</p>'
        f"<figcaption>{both(caption)}</figcaption>{_table(shown) or _list(labels)}</figure>",
        charts={name: json.dumps({"figure": english, "words": others}, ensure_ascii=False, separators=(",", ":"))},
        moments=english.get("moments", ()),
        shown=english.get("shown", 0),
    )


def _body(figure: go.Figure) -> dict[str, Any]:
    """The figure as plain JSON, its own slider and menus taken off, and no links in its texts."""
    body: dict[str, Any] = json.loads(_UNSEEN.sub("\ufffd", _LINKS.sub("&lt;", str(figure.to_json()))))
    meta = body["layout"].pop("meta", None) or {}
    if "moments" in meta or "choices" in meta:
        body["layout"].pop("sliders", None)
        body["layout"].pop("updatemenus", None)
    _trim(body)
    _share(body)
    for key in ("moments", "shown", "choices"):
        if key in meta:
            body[key] = meta[key]
    for frame in body.get("frames", ()):
        frame.pop("name", None)
    return body


def _share(body: dict[str, Any]) -> None:
    """Lists that several traces carry for their hovers, as those of a menu do, stand once: the others have the number of that trace."""
    first: dict[str, int] = {}
    for place, trace in enumerate(body["data"]):
        if isinstance(told := trace.get("customdata"), list):
            owner = first.setdefault(json.dumps(told), place)
            if owner != place:
                trace["customdata"] = owner


def _trim(body: dict[str, Any]) -> None:
    """Takes away the room above the panels that nothing fills, but for that of plotly's buttons."""
    layout = body["layout"]
    margin = layout.setdefault("margin", {})
    spare = margin.get("t", TEMPLATE.layout.margin.t) - _BUTTONS
    bars = [trace.get("colorbar") or trace.get("marker", {}).get("colorbar") or {} for trace in body["data"]]
    filled = (
        layout.get("title", {}).get("text")
        or (layout.get("legend", {}).get("yanchor") == "bottom" and layout["legend"].get("y", 1) >= 1)
        or any(note.get("yref") == "paper" and note.get("y", 0) >= 1 for note in layout.get("annotations", ()))
        or any(axis.get("side") == "top" for name, axis in layout.items() if name.startswith("xaxis"))
        or any(bar.get("orientation") == "h" for bar in bars)
    )
    if spare > 0 and not filled:
        margin["t"] = _BUTTONS
        if "height" in layout:
            layout["height"] -= spare


def _menu(bodies: dict[str, dict[str, Any]]) -> str:
    """What to choose from, where there is something."""
    if "choices" not in bodies["en"]:
        return ""
    labels = {code: [choice["label"] for choice in body["choices"]] for code, body in bodies.items()}
    options = "".join(option(str(place), _at(labels, place)) for place in range(len(labels["en"])))
    return f'<p class="controls"><label>{both("Shown:")} <select class="choice">{options}</select></label></p>'


# Numbers, for those who cannot see, and for those who want to read them


def numbers_of(figure: go.Figure) -> list[Numbers]:
    """Lowest, mean and highest of what each trace draws, in the order of the traces; traces without numbers are left out."""
    found = []
    for trace in figure.data:
        if trace.visible is False or trace.visible == "legendonly":
            continue
        values, axis = _drawn_values(figure, trace)
        if values is not None and np.isfinite(values).any() and axis:
            known = values[np.isfinite(values)]
            found.append(Numbers(trace.name or axis, axis, float(known.min()), float(known.mean()), float(known.max())))
    return found


def _drawn_values(figure: go.Figure, trace: Any) -> tuple[np.ndarray[Any, Any] | None, str]:
    if trace.type in ("heatmap", "contour"):
        return _floats(trace.z), _title(getattr(trace, "colorbar", None))
    if trace.type not in ("scatter", "bar"):
        return None, ""
    across = getattr(trace, "orientation", None) == "h" and trace.type == "bar"
    axis = (trace.xaxis or "x") if across else (trace.yaxis or "y")
    layout = figure.layout[axis.replace("x", "xaxis").replace("y", "yaxis")]
    return _floats(trace.x if across else trace.y), _title(layout)


def _title(part: Any) -> str:
    text = getattr(getattr(part, "title", None), "text", None) or ""
    return _bare(text)


def _floats(values: Any) -> np.ndarray[Any, Any] | None:
    try:
        array = np.asarray(values, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        return None
    return array if array.size else None


def labels_of(figure: go.Figure) -> list[str]:
    """What a drawing without axes has written on it, in the order of the traces."""
    texts = [
        text
        for trace in figure.data
        if trace.type == "scatter" and "text" in (trace.mode or "") and trace.visible in (None, True)
        for text in (trace.text if not isinstance(trace.text, str) and trace.text is not None else [trace.text])
        if text
    ]
    return [words for words in (_bare(str(text)) for text in texts) if words][:_LABELS]


def _bare(text: str) -> str:
    """Text of plotly without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def _list(labels: dict[str, list[str]]) -> str:
    if not labels["en"] or any(len(other) != len(labels["en"]) for other in labels.values()):
        return ""
    items = "".join(f"<li>{both(_at(labels, place))}</li>" for place in range(len(labels["en"])))
    return f'<details class="numbers"><summary>{both("Numbers of this picture")}</summary><ul>{items}</ul></details>'


def _at(texts: dict[str, list[str]], place: int) -> Callable[[], str]:
    return lambda: texts[language()][place]


def _told(n: Numbers) -> str:
    return say(
        "{name}, {axis}: lowest {low}, mean {mean}, highest {high}",
        name=_bare(n.name),
        axis=n.axis,
        low=number(n.low),
        mean=number(n.mean),
        high=number(n.high),
    )


def _table(shown: dict[str, list[Numbers]]) -> str:
    numbers = shown["en"]
    if not numbers or any(len(other) != len(numbers) for other in shown.values()):
        return ""
    names = {code: [_bare(n.name) for n in all_of] for code, all_of in shown.items()}
    axes = {code: [n.axis for n in all_of] for code, all_of in shown.items()}
    rows = [
        [both(_at(names, place)), both(_at(axes, place)), *(escape(number(value)) for value in (n.low, n.mean, n.high))]
        for place, n in enumerate(numbers[:_ROWS])
    ]
    heads = [(both("line"), False), (both("shows"), False), *((both(w), True) for w in ("lowest", "mean", "highest"))]
    return f'<details class="numbers"><summary>{both("Numbers of this picture")}</summary>{table(heads, rows)}</details>'

"""Several runs on one page: key figures side by side, courses over each other, what happened in each, what differs in the scenarios."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import plotly.graph_objects as go

from ..charts import compare as charts
from ..run import Run
from ..views.compare import label, together
from ..views.missing import MissingData
from ..words import say
from . import summary
from .charts import Drawn, Words, chart_of
from .figures import BETTER, SUMS, Figure, headlines, rows_of
from .shell import Section, both, escape, folded, named, number, table
from .tables import named_sentence

DIFFERENCES = 400  # lines of scenarios shown
FOLDED = 40  # more of them open on request


def top(runs: Sequence[Run], title: str | None) -> str:
    """What is compared, and how times are aligned."""
    heading = named(title, 300) if title else both(lambda: say("Comparison of {n} runs", n=len(runs)))
    rows = [
        [f"<strong>{label(place)}</strong>", named(run.title), named(run.path.name), summary.span_of(run), summary.state(run)]
        for place, run in enumerate(runs)
    ]
    heads = [("", False), *((both(word), False) for word in ("title", "file", "time", "state"))]
    aligned = "" if together(runs) else f'<p class="banner" role="note">{both(_ALIGNED)}</p>'
    return f"<h1>{heading}</h1>{table(heads, rows, 'runs')}{aligned}"


_ALIGNED = "The runs begin at other times or in other zones: they are laid over each other from the start of each."


def first(runs: Sequence[Run], figures: Sequence[Mapping[str, Figure]]) -> str:
    """The headlines of the first run, with those of the others beside."""
    cards, alike = [], _alike(runs)
    for headline in headlines(figures[0]):
        name = headline.figure.name
        lines = "".join(_line(place, each[name], headline.figure, alike) for place, each in enumerate(figures) if name in each)
        cards.append(f'<div class="card"><p class="label">{both(headline.label)}</p><ul class="compared">{lines}</ul></div>')
    happened = "".join(
        f"<h4>{label(place)} · {named(run.title)}</h4>{summary.happened(run, more=False)}" for place, run in enumerate(runs)
    )
    return f'<div class="cards">{"".join(cards)}</div><h3>{both("What happened")}</h3>{happened}'


def _line(place: int, figure: Figure, base: Figure, alike: bool) -> str:
    beside = _change(figure, base, alike) if place else ""
    return (
        f'<li><span class="run">{label(place)}</span> <span class="amount">{escape(figure.spelled())}</span> '
        f'<span class="unit">{both(figure.unit)}</span>{beside}</li>'
    )


def key_figures(runs: Sequence[Run], figures: Sequence[Mapping[str, Figure]]) -> str:
    """Side by side, by group, with what each run has more or less than the first."""
    everything: dict[str, Figure] = {}
    alike = _alike(runs)
    for each in reversed(figures):
        everything |= each
    if not everything:
        return f'<p class="absent">{both("The files have no key figures; they are written when a run ends.")}</p>'
    heads = [(both("meaning"), False), (both("unit"), False), ("A", True)]
    for place in range(1, len(figures)):
        heads += [(label(place), True), (f"{label(place)} − A", True), (f"{label(place)} − A, %", True)]
    parts = [f"<p>{both(_READING)}</p>"]
    for heading, rows in rows_of(everything):
        body = table(heads, [_row(f, figures, alike) for f in rows], "compare")
        parts.append(f"<h3>{both(heading)}</h3>{body}" if heading else folded(_more(len(rows)), body))
    return "".join(parts)


_READING = "▲ is better and ▼ is worse than in A, where that is known; sums over runs of other lengths do not compare."


def _more(count: int) -> Callable[[], str]:
    return lambda: say("{n} more key figures", n=count)


def alongside(figures: Sequence[Mapping[str, Figure]]) -> list[dict[str, Figure]]:
    """The figures of all runs in units that each shares with its sisters."""
    largest: dict[str, float] = {}
    for each in figures:
        for name, figure in each.items():
            if math.isfinite(figure.value):
                largest[name] = max(largest.get(name, 0.0), abs(figure.value))
    return [{name: replace(figure, beside=largest.get(name, 0.0)) for name, figure in each.items()} for each in figures]


def _row(figure: Figure, figures: Sequence[Mapping[str, Figure]], alike: bool) -> list[str]:
    base = figures[0].get(figure.name)
    cells = [named_sentence(figure.meaning), both(figure.unit), escape(base.spelled()) if base else "–"]
    for each in figures[1:]:
        other = each.get(figure.name)
        if other is None or base is None or other.units != base.units:
            cells += [escape(other.spelled()) if other else "–", "–", "–"]
            continue
        mark = _mark(other, base, alike)
        cells += [
            escape(other.spelled()),
            _signed(other.shown - base.shown),
            f"{_percent(other, base)} {mark}".strip() or "–",
        ]
    return cells


def _signed(value: float) -> str:
    if not math.isfinite(value):
        return "–"
    return "0" if value == 0 else ("+" if value > 0 else "−") + number(abs(value))


def _percent(figure: Figure, base: Figure) -> str:
    """By how much it differs, in percent of the first; nothing where that says nothing: of temperatures and shares."""
    difference = figure.value - base.value
    if figure.share or figure.units == "degC" or not (math.isfinite(difference) and base.value):
        return ""
    share = 100 * difference / abs(base.value)
    if abs(share) < 0.005:
        return "0 %"
    return f"{'+' if share > 0 else '−'}{abs(share):.{1 if abs(share) >= 0.05 else 2}f} %"


def _mark(figure: Figure, base: Figure, alike: bool) -> str:
    """Whether it is better or worse than the first; nothing where nobody can say."""
    difference = figure.value - base.value
    if not math.isfinite(difference) or abs(difference) <= 5e-5 * abs(base.value) or (figure.name in SUMS and not alike):
        return ""
    way = BETTER.get(figure.name, 0) * (1 if difference > 0 else -1)
    if way == 0:
        return ""
    word, sign = ("better", "▲") if way > 0 else ("worse", "▼")
    return f'<span class="{word}"><span aria-hidden="true">{sign}</span><span class="unseen"> {both(word)}</span></span>'


def _change(figure: Figure, base: Figure, alike: bool) -> str:
    """In a card: in percent, kelvin, or points of percent."""
    text = _percent(figure, base)
    if not text and math.isfinite(figure.value - base.value) and (figure.share or figure.units == "degC"):
        text = f"{_signed(figure.shown - base.shown)} {'%p' if figure.share else 'K'}"
    mark = _mark(figure, base, alike)
    return f' <span class="change">{text} {mark}</span>' if text or mark else ""


def _alike(runs: Sequence[Run]) -> bool:
    """Whether all runs are as long, within a thousandth: sums over the run compare."""
    lengths = [summary.seconds(run) for run in runs]
    return max(lengths) - min(lengths) <= 1e-3 * max(lengths)


def pictures(runs: Sequence[Run], found: dict[str, str]) -> Iterator[Section]:
    """All runs in one picture; adds what their scripts need to `found`."""
    body = ""
    for name, draw, words in _PICTURES:
        one = _drawn(name, lambda d=draw: d(runs), words)  # type: ignore[misc]
        found |= one.charts
        body += one.html
    yield Section("together", "All runs together", body)


def _drawn(name: str, draw: Callable[[], go.Figure], words: Words) -> Drawn:
    try:
        return chart_of(name, draw, words)
    except MissingData as reason:
        why = str(reason)
        return Drawn(f'<p class="absent">{both(lambda: say("No picture “{title}”: {why}.", title=words[0](), why=why))}</p>')


_PICTURES: Sequence[tuple[str, Callable[[Sequence[Run]], go.Figure], Words]] = (
    (
        "compare_runs",
        charts.compare_runs,
        (
            lambda: say("Power and PUE of all runs"),
            lambda: say(
                "Power at the meter and of the IT equipment, and power usage effectiveness; long runs are drawn as means."
            ),
            lambda: say("Lines of power at the meter, of IT power and of PUE over time, one for each run."),
        ),
    ),
    (
        "compare_load_duration",
        charts.compare_load_duration,
        (
            lambda: say("Load duration of all runs"),
            lambda: say("For which share of the time of a run the power at its meter reaches a level."),
            lambda: say("Falling curves of power at the meter over the share of the time, one for each run."),
        ),
    ),
    (
        "compare_owners",
        charts.compare_owners,
        (
            lambda: say("Who takes the power in each run"),
            lambda: say("Energy by owner over the length of the run, so that runs of other lengths compare."),
            lambda: say("Bars of the mean power of each owner, one for each run."),
        ),
    ),
)


def scenarios(runs: Sequence[Run]) -> str:
    """What the scenario of each run has otherwise than that of the first."""
    base = runs[0].scenario.splitlines()
    parts = []
    for place, run in enumerate(runs[1:], 1):
        lines = [
            line
            for line in difflib.unified_diff(base, run.scenario.splitlines(), n=1, lineterm="")
            if not line.startswith(("---", "+++"))
        ]
        heading = f"<h3>A · {named(runs[0].title, 80)} → {label(place)} · {named(run.title, 80)}</h3>"
        if not lines:
            parts.append(heading + f'<p class="absent">{both("The scenarios are the same.")}</p>')
            continue
        body = "".join(f'<span class="{_kind(line)}">{escape(line[:2000])}</span>\n' for line in lines[:DIFFERENCES])
        changes = f'<pre dir="ltr" class="changes">{body}</pre>'
        if len(lines) > DIFFERENCES:
            changes += f"<p>{both(_first_lines(len(lines)))}</p>"
        parts.append(heading + (folded(_lines(len(lines)), changes) if len(lines) > FOLDED else changes))
    return "".join(parts)


def _kind(line: str) -> str:
    return {"-": "gone", "+": "come", "@": "place"}.get(line[:1], "same")


def _lines(count: int) -> Callable[[], str]:
    return lambda: say("{n:,} lines", n=count)


def _first_lines(count: int) -> Callable[[], str]:
    return lambda: say("The first {some} of {all:,} lines.", some=DIFFERENCES, all=count)

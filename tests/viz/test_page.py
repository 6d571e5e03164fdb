"""The page of a run as a document: what stands in it, in both languages, and that what a file names stays text."""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import h5py
import numpy as np
import plotly.graph_objects as go
import pytest
from ondol_viz import IncompleteRunWarning, open_run
from ondol_viz.gallery import Picture, pictures_of
from ondol_viz.report import write_report
from ondol_viz.report.charts import chart_of, drawn, labels_of, numbers_of
from ondol_viz.report.differences import differences
from ondol_viz.report.figures import GROUPS, Figure, figures_of, headlines, warnings_of
from ondol_viz.report.shell import both, cut, escape, named, number, packed
from ondol_viz.report.summary import happenings
from ondol_viz.sweep import SweepError, open_sweep
from ondol_viz.words import speaking

from tests.support.sweep_file import write_sweep

VOID = {"meta", "input", "img", "br"}
HOSTILE = (
    "<script>alert(1)</script>\"'\u202eevil\u2066 %{x} <a href=javascript:alert(2)>go</a> <img src=x onerror=alert(3)>\x07"
)


class Page(HTMLParser):
    """Tags in order, text by language (outside scripts and styles), and that tags close as they open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {"en": "", "ko": ""}
        self._open: list[tuple[str, str | None]] = []
        self.feed(text)
        assert not self._open, self._open

    @property
    def text(self) -> str:
        return self.texts["en"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self._open.append((tag, attributes.get("class")))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag, (opened, tag)

    def handle_data(self, data: str) -> None:
        if any(tag in ("script", "style") for tag, _ in self._open):
            return
        only = next((kind for _, kind in reversed(self._open) if kind in self.texts), None)
        for language in self.texts:
            if only in (None, language):
                self.texts[language] += data


def source_of(path: Path, out: Path, **wanted: str) -> str:
    with open_run(path) as run:
        return write_report([run], out, **wanted).read_text(encoding="utf-8")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def source(example_page: Path) -> str:
    return example_page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(source: str) -> Page:
    return Page(source)


def test_the_page_holds_all_that_it_needs(source: str, page: Page) -> None:
    for tag, attributes in page.tags:
        for name in ("src", "href", "action", "srcset"):
            address = attributes.get(name)
            assert address is None or address.startswith(("data:image/png;base64,", "#")), (tag, address)
        assert not [name for name in attributes if name.startswith("on")], attributes
        assert tag not in ("link", "iframe", "object", "base", "form")
    assert "url(" not in source.split("</style>")[0]


def test_only_the_scripts_of_the_page_may_run(source: str, page: Page) -> None:
    (policy,) = [a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None and policy.startswith("default-src 'none';")
    allowed = set(re.findall(r"'(sha256-[^']+)'", policy))
    assert "unsafe-eval" not in policy and "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    (script,) = re.findall(r"<script>(.*?)</script>", source, flags=re.DOTALL)
    (blob,) = re.findall(r'<script type="text/plain" id="plotly">([^<]*)</script>', source)
    for text in (script, gzip.decompress(base64.b64decode(blob)).decode()):
        assert "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in allowed
    assert len(allowed) == 2


def test_order_of_the_page(page: Page) -> None:
    anchors = [a["id"] for tag, a in page.tags if tag == "section"]
    assert anchors[:3] == ["summary", "energy", "moment"]
    assert anchors[-5:] == ["figures", "owners", "events", "scenario", "provenance"]
    links = [a["href"] for tag, a in page.tags if tag == "a" and str(a.get("href")).startswith("#")]
    identities = {a["id"] for _, a in page.tags if a.get("id")}
    assert {str(link)[1:] for link in links} <= identities
    assert len(identities) == len([1 for _, a in page.tags if a.get("id")])


def test_landmarks_headings_and_names_for_those_who_cannot_see(page: Page) -> None:
    tags = [tag for tag, _ in page.tags]
    assert tags.count("main") == tags.count("nav") == tags.count("h1") == 1
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and all(after <= before + 1 for before, after in itertools.pairwise(levels))
    skip = next(a for tag, a in page.tags if tag == "a")
    assert skip["href"] == "#content"
    for tag, attributes in page.tags:
        if attributes.get("role") == "img":
            assert re.search(r"\. [^.]*\d", str(attributes["aria-label"])), attributes["aria-label"]
        if tag == "img":
            assert attributes["alt"]
        if tag == "th":
            assert attributes["scope"] in ("row", "col")
        if tag in ("button", "select", "input"):
            assert attributes.get("tabindex") is None


def test_text_is_there_without_a_script_and_in_both_languages(page: Page) -> None:
    assert "Energy at the utility meter" in page.texts["en"] and "수전 전력량" not in page.texts["en"]
    assert "수전 전력량" in page.texts["ko"] and "Energy at the utility meter" not in page.texts["ko"]
    assert "This browser runs no script" in page.text
    assert "accelerators at <85 degC>" in page.text
    assert "not complete" not in page.text


@pytest.mark.parametrize("language", ["en", "ko"])
def test_language_chooses_what_is_shown_first(example: Path, tmp_path: Path, language: str) -> None:
    source = source_of(example, tmp_path / "page.html", language=language)
    assert f'<html lang="{language}">' in source
    pressed = re.findall(r'data-language="(\w+)" aria-pressed="true"', source)
    assert pressed == [language]
    label = "언어" if language == "ko" else "Language"
    assert f'aria-label="{label}"' in source


def test_the_same_run_gives_the_same_page(source: str, example: Path, tmp_path: Path) -> None:
    assert source_of(example, tmp_path / "again.html") == source


def test_charts_are_there_in_both_languages(source: str) -> None:
    (blob,) = re.findall(r'<script type="text/plain" id="chart-load_duration">([^<]*)</script>', source)
    document = json.loads(gzip.decompress(base64.b64decode(blob)))
    layout = document["figure"]["layout"]
    assert layout["xaxis"]["title"]["text"].startswith("share of the time")
    words = {tuple(path): text for path, text in document["words"]["ko"]}
    assert words["layout", "xaxis", "title", "text"].startswith("시간 비율")
    assert all(isinstance(text, str) for text in words.values())


def rename(path: Path, **names: str) -> None:
    with h5py.File(path, "r+") as file:
        file.attrs["title"] = names["title"]
        del file["scenario_toml"]
        file["scenario_toml"] = names["scenario"]
        for table, columns in {
            "events": ("subject", "cause", "kind"),
            "kpis": ("long_name", "name"),
            "jobs": ("name",),
        }.items():
            for column in columns:
                file[table][column][0] = names["other"]
        for group, label in (("racks", "rack"), ("halls", "hall"), ("pools", "pool"), ("loops", "loop")):
            file[group][label][0] = names["other"]


@pytest.fixture
def hostile(tmp_path: Path, make_example: Callable[..., Path]) -> Path:
    path = make_example(tmp_path / "hostile.h5", reports=24)
    rename(path, title=HOSTILE + "x" * 10_000, scenario=f'name = """{HOSTILE}"""\n</pre></script>\n', other=HOSTILE)
    with h5py.File(path, "r+") as file:
        file.attrs["command_line"] = HOSTILE
    return path


def test_what_a_file_names_stays_text(hostile: Path, tmp_path: Path) -> None:
    source = source_of(hostile, tmp_path / "page.html")
    page = Page(source)
    plain = [tag for tag, attributes in page.tags if tag == "script" and attributes.get("type") != "text/plain"]
    assert len(plain) == 1
    assert not any("onerror" in a or str(a.get("href")).startswith("javascript") for _, a in page.tags)
    assert HOSTILE.replace("\x07", "\ufffd").replace("\u202e", "\ufffd").replace("\u2066", "\ufffd") in page.text
    title = re.findall(r"<title>(.*?)</title>", source, flags=re.DOTALL)[0]
    assert len(title) < 400
    assert "x" * 5000 in page.text  # whole among the provenance
    (heading,) = re.findall(r"<h1>(.*?)</h1>", source, flags=re.DOTALL)
    assert heading.startswith("<bdi") and "x" * 300 not in re.sub(r"<[^>]*>", "", heading)


def test_links_in_texts_of_charts_are_no_links() -> None:
    def draw() -> go.Figure:
        figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name='<a href="javascript:alert(1)">x</a></script>'))
        figure.data[0].text = ["\u202elive", "a\x01b", "two\nlines é 한"]
        figure.update_layout(title_text="< A HREF='http://x.invalid'>y</A>")
        return figure

    text = chart_of("one", draw, (lambda: "t", lambda: "c", lambda: "s")).charts["one"]
    assert not re.search(r"<\s*/?\s*a\b", text, flags=re.IGNORECASE)
    figure = json.loads(text)["figure"]
    assert figure["data"][0]["text"] == ["\ufffdlive", "a\ufffdb", "two\nlines é 한"]


def test_ledger_adds_up_by_family(source: str) -> None:
    table = source.split('<table class="ledger">')[1].split("</table>")[0]
    rows = [
        (
            kind,
            [re.sub(r'<span class="ko".*?</span>|<[^>]*>', "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)],
        )
        for kind, row in re.findall(r'<tr class="(\w+)">(.*?)</tr>', table)
    ]
    energy = {name: float(value.replace(",", "")) for _, (name, value, _, _) in rows}
    kinds = {cells[0]: kind for kind, cells in rows}
    assert kinds["cooling"] == "family" and kinds["chillers"] == "member"
    assert kinds["site base load"] == "family"  # alone in its family
    families = sum(v for name, v in energy.items() if kinds[name] == "family")
    members = sum(v for name, v in energy.items() if kinds[name] == "member")
    assert families == pytest.approx(energy["all owners"], rel=1e-3)
    assert members + energy["site base load"] == pytest.approx(families, rel=1e-3)
    assert "power shelf loss" in Page(source).text.split("None:")[1].split(".")[0]


def test_killed_run_gets_a_banner(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write("run.h5.partial", complete=0, status="running")
    with pytest.warns(IncompleteRunWarning):
        text = Page(source_of(path, tmp_path / "page.html")).text
    assert "This run is not complete: it was killed or is still running." in text
    assert "These are of the reports so far" in text and "The file has no events" in text


def test_a_killed_run_has_figures_of_its_reports(write: Callable[..., Path]) -> None:
    with pytest.warns(IncompleteRunWarning), open_run(write("run.h5.partial", complete=0, status="running")) as run:
        figures = figures_of(run)
        hours = run.hours(run.site)
        power, used = run.site.power.values.astype(float), run.site.it_power.values.astype(float)
        assert figures["energy"].value == pytest.approx((power * hours).sum() / 1e6)
        assert figures["peak_power"].value == pytest.approx(power.max() / 1e6)
        assert figures["pue"].value == pytest.approx((power * hours).sum() / (used * hours).sum(), rel=1e-5)
        assert {headline.figure.name for headline in headlines(figures)} == {"energy", "pue"}


def test_small_figures_are_told_in_smaller_units() -> None:
    small, large = Figure("energy", 0.0625, "MWh", "m"), Figure("energy", 0.0625, "MWh", "m", beside=7.0)
    assert (small.spelled(), small.unit()) == ("62.50", "kWh")
    assert (large.spelled(), large.unit()) == ("0.06250", "MWh")
    assert Figure("energy", 0.0, "MWh", "m").unit() == "MWh"
    assert Figure("utilisation", 0.5, "1", "m").spelled() == "50" and Figure("x", 1e-15, "MWh", "m").spelled() == "0"


def test_missing_groups_leave_a_note(tmp_path: Path) -> None:
    path = tmp_path / "bare.h5"
    with h5py.File(path, "w") as file:
        file.attrs.update(format="ondol-results", format_version="1.0", complete=1, status="complete")
    text = Page(source_of(path, tmp_path / "page.html")).text
    with open_run(path) as run:
        assert text.count("No picture “") == len(pictures_of(run))
    assert "the run has no series site/pue" in text


def test_a_picture_without_a_chart_shows_the_plot(example: Path) -> None:
    with open_run(example) as run:
        (picture,) = [p for p in pictures_of(run) if p.name == "load_duration"]
        printed = Picture(picture.name, "energy", "T", "C", "S", picture.plot, None)
        assert drawn(run, printed).html.count("data:image/png;base64,") == 1
        assert drawn(run, Picture("none", "energy", "T", "C", "S", None, None)).html == ""


def test_key_figures_stand_in_groups_and_none_is_lost(example: Path, source: str) -> None:
    names = [name for names in GROUPS.values() for name in names]
    assert len(names) == len(set(names))
    with open_run(example) as run:
        assert all(f'<span class="key"><bdi>{name}</bdi></span>' in source for name in figures_of(run))


def test_warnings_and_happenings(example: Path) -> None:
    with open_run(example) as run:
        figures = figures_of(run)
        assert not warnings_of(run, figures)
        (begin, end) = happenings(run)
        assert (begin.kind, begin.count, begin.subject) == ("thermal_slowdown_begin", 1, "air/r03")
        assert end.first - begin.first == np.timedelta64(3600, "s")


def test_a_warning_says_how_much(tmp_path: Path, make_example: Callable[..., Path]) -> None:
    path = make_example(tmp_path / "run.h5", reports=12)
    with h5py.File(path, "r+") as file:
        file["kpis/name"][2] = "throttled"
        file["kpis/value"][2] = 0.25
        file.attrs["ledger_residual"] = 1e-3
    with open_run(path) as run:
        told = [warning() for warning in warnings_of(run, figures_of(run))]
    assert told == [
        "Accelerators were slowed by temperature during 25 % of node time.",
        "The energy ledger does not close: relative residual 1.0e-03.",
    ]


# Pieces


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (12345.0, "12,345"), (1.23456, "1.235"), (0.012345, "0.01235"), (12345.678, "12,346"), (1e-5, "1.000e-05"), (float("nan"), "–")],
)  # fmt: skip
def test_numbers_read_well(value: float, text: str) -> None:
    assert number(value) == text


def test_differences_name_what_another_language_changes() -> None:
    one = {"a": [1, {"b": "power"}], "c": {"d": 1}, "e": [1, 2], "f": "same"}
    other = {"a": [1, {"b": "전력"}], "c": {"x": 1}, "e": [1], "f": "same"}
    found = differences(one, other)
    assert found == [(["a", 1, "b"], "전력"), (["c"], {"x": 1}), (["e"], [1])]
    for path, value in found:
        at = one
        for key in path[:-1]:
            at = at[key]  # type: ignore[index]
        at[path[-1]] = value  # type: ignore[index]
    assert one == other
    assert differences(other, one) == []


def test_words_stand_once_where_they_are_the_same() -> None:
    assert both("PUE") == "PUE"
    assert both("cooling") == '<span class="en" lang="en">cooling</span><span class="ko" lang="ko">냉각</span>'


def test_names_are_isolated_and_cut() -> None:
    assert named("a<b") == "<bdi>a&lt;b</bdi>"
    long = named("y" * 1000)
    assert "…</bdi>" in long and 'title="' + "y" * 1000 + '"' in long
    assert cut("z" * 10, 4) == "zzz…"
    assert escape("a\x00b\u202ec") == "a\ufffdb\ufffdc"


def test_what_is_packed_is_always_the_same() -> None:
    assert packed("전력" * 1000) == packed("전력" * 1000)
    assert gzip.decompress(base64.b64decode(packed("전력"))).decode() == "전력"


def test_numbers_of_a_chart_are_those_that_it_draws() -> None:
    figure = go.Figure(
        [go.Scatter(y=[1.0, np.nan, 3.0], name="a"), go.Bar(x=[5.0, 7.0], y=["p", "q"], orientation="h", name="b")]
    )
    figure.add_heatmap(z=[[1.0, 2.0], [3.0, 6.0]], colorbar_title_text="t (°C)", name="c")
    figure.add_scatter(y=[9.0], name="hidden", visible=False)
    figure.update_layout(xaxis_title_text="x (h)", yaxis_title_text="y <b>(MW)</b>")
    found = [(n.name, n.axis, n.low, n.mean, n.high) for n in numbers_of(figure)]
    assert found == [("a", "y (MW)", 1.0, 2.0, 3.0), ("b", "x (h)", 5.0, 6.0, 7.0), ("c", "t (°C)", 1.0, 3.0, 6.0)]


def test_a_drawing_without_axes_is_told_by_its_labels() -> None:
    figure = go.Figure(go.Scatter(x=[0, 1], y=[0, 1], mode="text", text=["<b>utility</b><br>3 MWh", "chillers 1 MWh"]))
    assert numbers_of(figure) == [] and labels_of(figure) == ["utility 3 MWh", "chillers 1 MWh"]
    html = chart_of("one", lambda: figure, (lambda: "t", lambda: "c", lambda: "What it shows.")).html
    assert 'aria-label="What it shows. utility 3 MWh; chillers 1 MWh."' in html


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def colours() -> Iterator[tuple[str, str]]:
    style = resources.files("ondol_viz.report").joinpath("style.css").read_text(encoding="utf-8")
    named_colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", style))
    for ink in ("ink", "soft", "accent", "warn", "done"):
        for back in ("#ffffff", named_colours["faint"], named_colours["warn-back"]):
            yield named_colours[ink], back


@pytest.mark.parametrize(("ink", "back"), list(colours()))
def test_text_stands_out_from_what_is_behind_it(ink: str, back: str) -> None:
    """WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1."""
    light, dark = sorted((luminance(ink), luminance(back)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_page_is_written_whole_or_not_at_all(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "page.html"
    target.write_text("old")

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    with open_run(example) as run, pytest.raises(OSError, match="no space"):
        write_report([run], target)
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"] and target.read_text() == "old"


def test_an_unknown_language_is_refused(example: Path, tmp_path: Path) -> None:
    with open_run(example) as run, pytest.raises(ValueError, match="no language 'fr'"):
        write_report([run], tmp_path / "page.html", language="fr")
    with speaking("ko"):
        assert number(1234.0) == "1,234"


def test_an_ensemble_says_how_sure_key_figures_are(example: Path, tmp_path: Path) -> None:
    members = ("1", "Member", [1, 2, 3, 4, 5])
    index = write_sweep(tmp_path / "m.h5", {"member": 5}, {"member": members}, {"pue": [1.1, 1.2, 1.3, 1.4, 1.5]})
    ensemble = open_sweep(index)
    with open_run(example) as run:
        assert figures_of(run, ensemble)["pue"].band() == "1.120 – 1.480"
        assert figures_of(run, ensemble)["energy"].band() == "" and figures_of(run)["pue"].band() == ""
        source = write_report([run], tmp_path / "page.html", ensemble=ensemble).read_text(encoding="utf-8")
        text = Page(source).text
        assert "5th to 95th percentile 1.120 – 1.480" in text
        with pytest.raises(SweepError, match="an ensemble stands beside one run"):
            write_report([run, run], tmp_path / "page.html", ensemble=ensemble)
        grid = open_sweep(
            write_sweep(tmp_path / "g.h5", {"supply": 2}, {"supply": ("degC", "Supply", [1.0, 2.0])}, {"pue": [1.0, 2.0]})
        )
        with pytest.raises(SweepError, match="one cell"):
            figures_of(run, grid)

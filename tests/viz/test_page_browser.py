"""The page of a run in a real browser: it opens from a file without a network, moves, answers, speaks two languages and prints."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from ondol_viz import open_run
from ondol_viz.report import write_report
from PIL import Image

from tests.viz.test_page import HOSTILE, rename

api = pytest.importorskip("playwright.sync_api")

SHELL = Path("/usr/bin/chromium-headless-shell")


@pytest.fixture(scope="module")
def browser() -> Iterator[api.Browser]:
    with api.sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(
                executable_path=str(SHELL) if SHELL.exists() else None, args=["--no-sandbox"], timeout=60_000
            )
        except api.Error as reason:
            pytest.skip(f"no Chromium: {reason}")
        yield found
        found.close()


class Opened:
    """A page, and all that it said and asked for."""

    def __init__(self, browser: api.Browser, path: Path, **context: object) -> None:
        self.context = browser.new_context(
            **{"viewport": {"width": 1300, "height": 900}, "reduced_motion": "reduce", **context}
        )
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append("dialog " + dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.address = path.resolve().as_uri()
        self.page.goto(self.address)

    def ready(self) -> Opened:
        self.page.wait_for_selector("html[data-ready]", state="attached", timeout=30_000)
        return self

    def chart(self, name: str) -> api.Locator:
        """Drawn, and in view."""
        figure = self.page.locator(f"figure#{name}")
        figure.scroll_into_view_if_needed()
        figure.locator(".plot.drawn .main-svg").first.wait_for(timeout=20_000)
        self.page.wait_for_timeout(150)
        return figure


@pytest.fixture(scope="module")
def shared(browser: api.Browser, example_page: Path) -> Iterator[Opened]:
    opened = Opened(browser, example_page).ready()
    yield opened
    opened.context.close()


def picture(locator: api.Locator) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"), dtype=np.int16)


def test_all_charts_are_drawn_when_they_come_into_view_and_nothing_complains(shared: Opened) -> None:
    names = shared.page.eval_on_selector_all("figure.chart", "figures => figures.map(figure => figure.id)")
    assert names
    for name in names:
        figure = shared.chart(name)
        colours = picture(figure.locator(".plot")).reshape(-1, 3)
        assert len(np.unique(colours, axis=0)) > 20, name
    assert shared.said == []
    assert {url for url in shared.asked if not url.startswith(("data:", "blob:"))} == {shared.address}


def test_the_slider_moves_the_picture_by_keyboard_too(shared: Opened) -> None:
    figure = shared.chart("floor_plan")
    slider = shared.page.locator("#moment .clock input[type=range]")
    before, date = picture(figure.locator(".plot")), slider.get_attribute("aria-valuetext")
    assert date
    slider.focus()
    shared.page.keyboard.press("Home")
    first = slider.get_attribute("aria-valuetext")
    assert first and first != date
    assert shared.page.locator("#moment .clock output").inner_text() == first
    shared.page.wait_for_timeout(400)
    assert (picture(figure.locator(".plot")) != before).any()
    shared.page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") != first


def test_a_slider_that_runs_ahead_draws_the_last_moment_once_it_rests(shared: Opened) -> None:
    page = shared.page
    shared.chart("floor_plan")
    counted = page.evaluate(
        """async () => {
            const slider = document.querySelector("#moment .clock input"), plain = window.Plotly.restyle;
            const idle = () => new Promise((done) => setTimeout(done, 700));
            let calls = 0;
            window.Plotly.restyle = (...all) => { calls++; return plain(...all); };
            for (let i = 0; i < 60; i++) { slider.value = i; slider.dispatchEvent(new Event("input")); }
            await idle();
            window.Plotly.restyle = plain;
            return [calls, document.querySelectorAll("#moment figure.chart").length];
        }"""
    )
    assert 1 <= counted[0] <= counted[1]
    (z, last) = page.evaluate(
        """() => {
            const place = document.querySelector("#floor_plan .plot"), slider = document.querySelector("#moment .clock input");
            return [place.data.findLast((trace) => trace.visible === true).z, Number(slider.value)];
        }"""
    )
    assert last == 59
    blob = page.evaluate("document.getElementById('chart-floor_plan').textContent")
    frames = json.loads(gzip.decompress(base64.b64decode(blob)))["figure"]["frames"]
    assert z["bdata"] == frames[59]["data"][0]["z"]["bdata"]


def test_a_chart_out_of_sight_follows_when_it_comes_into_sight(shared: Opened) -> None:
    page = shared.page
    shared.chart("cooling_schematic")
    words = "Array.from(document.querySelectorAll('#cooling_schematic .textpoint'), (text) => text.textContent)"
    before = page.evaluate(words)
    page.locator("h1").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    page.evaluate(
        """() => {
            const slider = document.querySelector("#moment .clock input");
            slider.value = 7;
            slider.dispatchEvent(new Event("input"));
        }"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate(words) == before
    shared.chart("cooling_schematic")
    page.wait_for_timeout(500)
    assert page.evaluate(words) != before


def test_play_and_pause_by_keyboard(shared: Opened) -> None:
    shared.chart("floor_plan")
    slider, button = shared.page.locator("#moment .clock input"), shared.page.locator("#moment .play")
    slider.focus()
    shared.page.keyboard.press("Home")
    button.focus()
    shared.page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    for _ in range(50):
        if int(slider.input_value()) > 0:
            break
        shared.page.wait_for_timeout(100)
    assert int(slider.input_value()) > 0
    shared.page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "false"
    at = slider.input_value()
    shared.page.wait_for_timeout(1200)
    assert slider.input_value() == at


def test_another_quantity_is_chosen_from_a_menu(shared: Opened) -> None:
    figure = shared.chart("floor_plan")
    before = picture(figure.locator(".plot"))
    menu = figure.locator("select.choice")
    menu.select_option("1")
    shared.page.wait_for_timeout(400)
    assert (picture(figure.locator(".plot")) != before).any()
    menu.select_option("0")


def test_hover_says_numbers_with_units(shared: Opened) -> None:
    figure = shared.chart("load_duration")
    box = figure.locator(".plot").bounding_box()
    assert box
    for share in (0.25, 0.3, 0.35):
        shared.page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
        shared.page.wait_for_timeout(150)
    text = " ".join(figure.locator(".hoverlayer").all_text_contents())
    assert re.search(r"\d [MkW]?W", text) and "%" in text, text


def test_the_language_changes_text_axes_and_names(shared: Opened) -> None:
    figure = shared.chart("load_duration")
    assert "share of the time" in figure.locator(".xtitle").text_content()
    korean = shared.page.locator("[data-language=ko]")
    korean.focus()
    shared.page.keyboard.press("Enter")
    shared.page.wait_for_timeout(300)
    assert shared.page.evaluate("document.documentElement.lang") == "ko"
    assert "시간 비율" in shared.chart("load_duration").locator(".xtitle").text_content()
    assert shared.page.locator("#summary h2").inner_text() == "요약"
    assert "최소" in figure.locator(".plot").get_attribute("aria-label")
    assert korean.get_attribute("aria-pressed") == "true"
    shared.page.locator("[data-language=en]").click()
    shared.page.wait_for_timeout(300)
    assert "share of the time" in shared.chart("load_duration").locator(".xtitle").text_content()
    assert shared.page.locator("#summary h2").inner_text() == "Summary"
    assert shared.said == []


def test_the_keyboard_reaches_the_content_first(browser: api.Browser, example_page: Path) -> None:
    opened = Opened(browser, example_page)
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.className") == "skip"
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "content"
    opened.context.close()


def test_narrow_screens_need_no_sideways_scrolling(browser: api.Browser, example_page: Path) -> None:
    opened = Opened(browser, example_page, viewport={"width": 380, "height": 800}).ready()
    opened.chart("load_duration")
    for width in (380, 900):
        opened.page.set_viewport_size({"width": width, "height": 800})
        opened.page.wait_for_timeout(200)
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    opened.context.close()


def test_without_scripts_the_text_is_there(browser: api.Browser, example_page: Path) -> None:
    opened = Opened(browser, example_page, java_script_enabled=False)
    text = opened.page.inner_text("body")
    assert "This browser runs no script" in text and "Energy at the utility meter" in text and "요약" not in text
    opened.context.close()


def test_charts_out_of_view_wait_and_print_holds_every_one(browser: api.Browser, example_page: Path, tmp_path: Path) -> None:
    opened = Opened(browser, example_page).ready()
    assert opened.page.locator(".plot.drawn").count() < opened.page.locator(".plot").count()
    content = opened.page.pdf(path=str(tmp_path / "page.pdf"), format="A4")
    assert content.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", content)) >= 4
    drawn, places = opened.page.locator(".plot.drawn").count(), opened.page.locator(".plot").count()
    assert drawn == places > 0
    assert opened.said == []
    opened.context.close()


def test_hostile_names_stay_text(browser: api.Browser, tmp_path: Path, make_example: Callable[..., Path]) -> None:
    path = make_example(tmp_path / "hostile.h5", reports=24)
    rename(path, title=HOSTILE + "x" * 10_000, scenario=f'name = """{HOSTILE}"""\n</pre></script>\n', other=HOSTILE)
    with open_run(path) as run:
        page = write_report([run], tmp_path / "page.html")
    opened = Opened(browser, page).ready()
    names = opened.page.eval_on_selector_all("figure.chart", "figures => figures.map(figure => figure.id)")
    for name in names:
        opened.chart(name)
    # Names as long as a line leave next to no room for axes, and plotly says that it gave up making more.
    assert [text for text in opened.said if "auto-margin" not in text] == []
    assert {url for url in opened.asked if not url.startswith(("data:", "blob:"))} == {opened.address}
    assert opened.page.locator("a[href^='javascript:'], img[onerror], main script, svg a").count() == 0
    assert "<script>alert(1)</script>" in opened.page.inner_text("h1")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 1300
    opened.context.close()

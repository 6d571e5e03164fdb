"""The page of a sweep, its tables, and the command that writes them."""

from __future__ import annotations

import base64
import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ondol_viz import SweepError, open_sweep
from ondol_viz.__main__ import main
from ondol_viz.pareto import pareto
from ondol_viz.sweep_report import favourites, write_sweep_report

from tests.support.sweep_file import saltelli_rows, write_sweep

NAN = float("nan")
SUPPLY = ("degC", "Supply temperature", [18.0, 21.0, 24.0])
CLIMATE = ("", "Climate", ["<seoul>", "haenam"])


def grid(path: Path, **more: Any) -> Path:
    pue = 1.2 + 0.01 * np.arange(3)[:, None] + 0.1 * np.arange(2)
    pue[2, 1] = NAN
    return write_sweep(path, {"supply": 3, "climate": 2}, {"supply": SUPPLY, "climate": CLIMATE}, {"pue": pue, "tokens": 9 * pue, "energy": np.where(np.isnan(pue), NAN, 5.0)}, **more)


def written(folder: Path, suffix: str) -> list[str]:
    return sorted(p.stem for p in folder.glob(f"*{suffix}"))


def test_page_of_a_grid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = grid(tmp_path / "sweep.h5", toml='base = "<a>"\n', description="Two climates")
    out = tmp_path / "out"
    assert main(["report", str(path), "-o", str(out), "--pareto", "pue,max:tokens"]) == 0
    assert capsys.readouterr().out == f"7 pictures, 3 tables and {out / 'index.html'}\n"
    assert written(out, ".png") == ["front_pue_tokens", "lines_pue", "lines_tokens", "map_pue", "map_tokens", "tornado_pue", "tornado_tokens"]
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "A sweep &lt;of&gt; two &amp; more" in page and "&lt;seoul&gt;" in page and 'base = &quot;&lt;a&gt;&quot;' in page
    assert "<seoul>" not in page and "<link" not in page and not re.search(r'(?:src|href)="(?!data:|#)', page)
    assert "1 of 6 runs failed" in page and "ended by signal 9" in page
    assert "Two climates" in page and "Grid: supply (3) × climate (2); 5 complete, 1 failed." in page
    assert "격자: supply (3) × climate (2); 완료 5회, 실패 1회." in page
    assert "The same in every run:" in page and "<bdi>energy</bdi> = 5 MWh." in page
    order = [page.index(f'id="{section}"') for section in ("summary", "figures", "pictures", "tornado", "front", "runs", "sweep", "provenance")]
    assert order == sorted(order)
    assert "“Climate” moves it most: 1.210 at &lt;seoul&gt;, 1.310 at haenam" in page
    for name in ("front_pue_tokens", "lines_pue", "map_tokens", "tornado_pue"):
        assert f'<figure id="{name}" class="chart"' in page and f'id="chart-{name}"' in page
    runs = pd.read_csv(out / "runs.csv")
    assert runs.columns.tolist() == ["supply [degC]", "climate", "status", "pue", "tokens [1e9]", "energy [MWh]", "error", "run_file"]
    assert len(runs) == 6 and runs["pue"].isna().sum() == 1 and runs["pue"][0] == 1.2
    assert pd.read_csv(out / "tornado.csv").query("key_figure == 'pue'")["axis"].tolist() == ["climate", "supply"]
    assert pd.read_csv(out / "front.csv")["pue"].tolist() == pytest.approx([1.2, 1.21, 1.22, 1.3, 1.31])


def test_one_file_holds_the_tables(tmp_path: Path) -> None:
    path = grid(tmp_path / "sweep.h5", description="x" * 10_000)
    (page,) = write_sweep_report(open_sweep(path), tmp_path / "page.html", language="ko")
    assert page == tmp_path / "page.html" and sorted(p.name for p in tmp_path.iterdir()) == ["page.html", "sweep.h5"]
    text = page.read_text(encoding="utf-8")
    assert '<html lang="ko">' in text
    links = dict(re.findall(r'download="(\w+).csv" href="data:text/csv;charset=utf-8;base64,([^"]*)"', text))
    assert sorted(links) == ["runs", "tornado"]
    runs = pd.read_csv(io.BytesIO(base64.b64decode(links["runs"])))
    assert len(runs) == 6 and runs["supply [degC]"].tolist() == [18, 18, 21, 21, 24, 24] and runs["energy [MWh]"].count() == 5


def test_a_browser_shows_it_without_a_network(tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    browser_path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if browser_path is None:
        pytest.skip("no Chromium here")
    names = ['<img src=x onerror="alert(1)">', "%{x} \u202e" + "long" * 50]
    path = write_sweep(
        tmp_path / "s.h5", {"supply": 3, "climate": 2}, {"supply": SUPPLY, "climate": ("", "<b>Climate</b>", names)},
        {"energy": 100 + np.arange(6.0).reshape(3, 2)}, title="</script><script>alert(2)</script>",
    )  # fmt: skip
    (page_path,) = write_sweep_report(open_sweep(path), tmp_path / "p.html", ["energy"])
    said: list[str] = []
    with sync_api.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.on("console", lambda m: said.append(m.text))
        page.on("pageerror", lambda e: said.append(str(e)))
        page.on("dialog", lambda d: said.append(d.message))
        page.on("request", lambda r: said.append(r.url) if r.url != page_path.as_uri() and not r.url.startswith(("data:", "blob:")) else None)
        page.goto(page_path.as_uri())
        chart = page.locator("#lines_energy")
        chart.scroll_into_view_if_needed()
        page.locator("#lines_energy .plot.drawn").wait_for()
        for point in chart.locator(".points path").all()[:2]:
            box = point.bounding_box()
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
            page.wait_for_timeout(150)
        hover = page.locator("#lines_energy .hoverlayer").text_content()
        assert "MWh" in hover and "°C" in hover
        page.click("button[data-language=ko]")
        page.wait_for_function("document.querySelector('#lines_energy .ytitle')?.textContent.includes('수전 전력량')")
        assert page.locator("main img").count() == 0
        browser.close()
    assert said == []


def test_another_report_leaves_no_old_pictures(tmp_path: Path) -> None:
    path = grid(tmp_path / "sweep.h5")
    assert main(["report", str(path), "-o", str(tmp_path), "--pareto", "pue,tokens"]) == 0
    (tmp_path / "mine.png").write_bytes(b"")
    assert main(["report", str(path), "-o", str(tmp_path), "--response", "pue"]) == 0
    assert written(tmp_path, ".png") == ["lines_pue", "map_pue", "mine", "tornado_pue"]
    assert written(tmp_path, ".csv") == ["runs", "tornado"]


def test_page_of_an_ensemble(tmp_path: Path, make_example: Callable[..., Path]) -> None:
    (tmp_path / "runs").mkdir()
    for m in range(3):
        make_example(tmp_path / "runs" / f"{m}.h5", reports=12)
    pue = 1.2 + 0.01 * np.arange(3)
    write_sweep(tmp_path / "sweep.h5", {"member": 3}, {"member": ("1", "member of the ensemble", [1.0, 2.0, 3.0])}, {"pue": pue, "energy": 100 * pue},
                links={m: f"runs/{m}.h5" for m in range(3)})  # fmt: skip
    assert main(["report", str(tmp_path), "-o", str(tmp_path / "out")]) == 0  # the folder of the sweep
    assert written(tmp_path / "out", ".png") == ["members_all", "over_time_power", "over_time_pue"]
    bands = pd.read_csv(tmp_path / "out" / "bands.csv")
    assert bands["key_figure"].tolist() == ["pue", "energy"] and bands["units"].tolist() == ["1", "MWh"] and bands["p50"].tolist() == [1.21, 121.0]
    assert "Ensemble: 3 members; 3 complete." in (tmp_path / "out" / "index.html").read_text()
    with pytest.raises(SweepError, match="several runs to choose from"):
        pareto(open_sweep(tmp_path), "pue", "energy")


def test_page_of_a_saltelli_design(tmp_path: Path) -> None:
    x = saltelli_rows(16, 2)
    path = write_sweep(tmp_path / "s.h5", {"sample": len(x)}, {"a": ("kW", "A", x[:, 0]), "b": ("1", "B", x[:, 1])}, {"pue": x[:, 0]}, design="saltelli")
    assert main(["report", str(path)]) == 0
    assert written(tmp_path / "s", ".png") == ["ranks_pue", "samples_pue", "sobol_pue"]
    assert pd.read_csv(tmp_path / "s" / "sobol.csv")["total"].tolist() == [pytest.approx(1, abs=0.3), pytest.approx(0, abs=1e-9)]


def test_failed_rows_of_a_saltelli_design_leave_a_note(tmp_path: Path) -> None:
    x = saltelli_rows(16, 2)
    y = x[:, 0].copy()
    y[3] = NAN
    path = write_sweep(tmp_path / "s.h5", {"sample": len(x)}, {"a": ("kW", "A", x[:, 0]), "b": ("1", "B", x[:, 1])}, {"pue": y}, design="saltelli")
    assert main(["report", str(path)]) == 0
    assert "No table “sobol” of pue: 1 of 64 runs have no pue" in (tmp_path / "s" / "index.html").read_text()
    assert written(tmp_path / "s", ".csv") == ["ranks", "runs"]


def test_nothing_that_changes_is_a_page_too(tmp_path: Path) -> None:
    path = write_sweep(tmp_path / "c.h5", {"supply": 3}, {"supply": SUPPLY}, {"pue": [NAN, NAN, NAN]})
    assert main(["report", str(path)]) == 0
    assert "None: no key figure changes." in (tmp_path / "c" / "index.html").read_text()


def test_favourites_come_first_and_must_change(tmp_path: Path) -> None:
    path = write_sweep(tmp_path / "f.h5", {"supply": 3}, {"supply": SUPPLY}, {"wue": [1, 2, 3], "tokens": [3, 2, 1], "energy": [5, 5, 5], "pue": [1.1, NAN, 1.2], "carbon": [1, 2, 3]})
    assert favourites(open_sweep(path)) == ["pue", "tokens", "carbon"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--response", "pué"], "the sweep has no key figure pué; it has pue, tokens, energy"),
        (["--pareto", "pue"], '--pareto takes two key figures, as in "pue,cost_total" or "pue,max:tokens", not "pue"'),
        (["--pareto", "pue,top:tokens"], "--pareto takes two key figures"),
        (["--pareto", "pue,cost"], "the sweep has no key figure cost"),
    ],
)
def test_faults_of_the_user_end_with_2(tmp_path: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(grid(tmp_path / "sweep.h5")), "-o", str(tmp_path / "out"), *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_options_of_sweeps_are_refused_for_runs(write: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(write()), "--pareto", "pue,energy"]) == 2
    assert "is no index of a sweep" in capsys.readouterr().err

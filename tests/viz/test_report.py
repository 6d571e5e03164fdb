"""The page of a run, and the command that writes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import h5py
import pytest
from ondol_viz.__main__ import main
from ondol_viz.report.shell import number


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_page_stands_alone_and_escapes(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(example), "-o", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == f"6 pictures and {tmp_path / 'out' / 'index.html'}\n"
    assert len(list((tmp_path / "out").glob("*.png"))) == 6
    source = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    page = Page(source)
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(images) == 6 and all(str(i["src"]).startswith("data:image/png;base64,") and i["alt"] for i in images)
    assert all(png.stat().st_size < 200_000 for png in (tmp_path / "out").glob("*.png"))
    assert not re.search(r"(?:src|href)=\"(?!data:)", source)
    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "b")]
    assert "Two halls <b>& a week</b>" in page.text
    assert 'name = "<script>alert(1)</script>"' in page.text
    assert "accelerators at <85 degC>" in page.text
    assert "Energy at the utility meter" in page.text
    assert "not complete" not in page.text


def test_ledger_adds_up_by_family(example: Path, tmp_path: Path) -> None:
    assert main([str(example), "-o", str(tmp_path)]) == 0
    source = (tmp_path / "index.html").read_text(encoding="utf-8")
    table = source.split("<table class=ledger>")[1].split("</table>")[0]
    rows = [
        (kind, *re.findall(r"<td[^>]*>([^<]*)</td>", row)) for kind, row in re.findall(r'<tr class="(\w+)">(.*?)</tr>', table)
    ]
    energy = {name: float(value.replace(",", "")) for _, name, value, _ in rows}
    kinds = {name: kind for kind, name, _, _ in rows}
    assert kinds["cooling"] == "family" and kinds["chillers"] == "member"
    assert kinds["site base load"] == "family"  # alone in its family
    families = sum(v for name, v in energy.items() if kinds[name] == "family")
    members = sum(v for name, v in energy.items() if kinds[name] == "member")
    assert families == pytest.approx(energy["all owners"], rel=1e-3)
    assert members + energy["site base load"] == pytest.approx(families, rel=1e-3)
    assert "None: power shelf loss, dry-cooler fans." in source


def test_killed_run_gets_a_banner(write: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("run.h5.partial", complete=0, status="running")
    assert main([str(path), "-o", str(tmp_path / "out")]) == 0
    assert "warning: " in capsys.readouterr().err
    text = Page((tmp_path / "out" / "index.html").read_text()).text
    assert "This run is not complete: it was killed or is still running." in text
    assert "no key figures" in text


def test_missing_groups_leave_a_note(tmp_path: Path) -> None:
    path = tmp_path / "bare.h5"
    with h5py.File(path, "w") as file:
        file.attrs.update(format="ondol-results", format_version="1.0", complete=1, status="complete")
    assert main([str(path)]) == 0
    text = Page((tmp_path / "bare" / "index.html").read_text()).text
    assert text.count("No picture") == 6
    assert "the run has no series site/pue" in text


def test_faults_of_the_user_end_with_2(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.h5")]) == 2
    assert "does not exist" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main([str(example), "-o", str(tmp_path / "file")]) == 2
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (12345.0, "12,345"), (1.23456, "1.235"), (0.012345, "0.01235"), (12345.678, "12,346"), (1e-5, "1.000e-05"), (float("nan"), "–")],
)  # fmt: skip
def test_numbers_read_well(value: float, text: str) -> None:
    assert number(value) == text

"""`ondol report`, `ondol pictures`, `ondol export`, as the window reads them."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from ondol_viz.__main__ import main
from ondol_viz.run import RunError


def test_a_page_beside_the_file(write: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("week.h5")
    assert main(["report", str(path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'week.html'}\n"
    assert (tmp_path / "week.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    (tmp_path / "mine.html").write_text("old")
    assert (
        main(
            [
                "report",
                str(path),
                "-o",
                str(tmp_path / "mine.html"),
                "--title",
                "A <title>",
                "--language",
                "ko",
            ]
        )
        == 0
    )
    page = (tmp_path / "mine.html").read_text(encoding="utf-8")
    assert "A &lt;title&gt;" in page and "A <title>" not in page


def test_pictures_in_a_folder(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pictures", str(example), "-o", str(tmp_path / "out")]) == 0
    written = list((tmp_path / "out").glob("*.png"))
    assert capsys.readouterr().out == f"{len(written)} pictures in {tmp_path / 'out'}\n"
    assert len(written) >= 6 and all(png.stat().st_size < 200_000 for png in written)


def test_a_run_that_is_not_complete_is_said_in_a_line(write: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    path = write("week.h5", complete=0, status="interrupted")
    assert main(["report", str(path)]) == 0
    said = capsys.readouterr().err.splitlines()
    assert said == [f"warning: {path}: the run ended early (interrupted); it shows what was written until then"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "none.h5"], "does not exist"),
        (["report", "week.h5", "-o", "week.h5"], "give it a name that ends in .html"),
        (
            ["report", "week.h5", "-o", "no/folder/page.html"],
            "No such file or directory",
        ),
        (["report", "week.h5", "--pareto", "pue,energy"], "is no index of a sweep"),
        (["pictures", "week.h5", "-o", "week.h5"], "File exists"),
        (
            ["export", "week.h5", "-o", "x.csv"],
            "an export takes names of series or tables, and -o OUT",
        ),
        (
            ["export", "week.h5", "site/power", "-o", "x.h5"],
            "the ending says the format",
        ),
        (
            ["export", "week.h5", "site/powr", "-o", "x.csv"],
            'did you mean "site/power"?',
        ),
        (
            ["export", "week.h5", "site", "-o", "x.prom", "--label", "run"],
            '--label takes NAME=VALUE, not "run"',
        ),
    ],
)
def test_faults_of_the_user_end_with_2(
    write: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    before = write("week.h5").read_bytes()
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert said in told and told.startswith("error: ") and told.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["week.h5"] and (tmp_path / "week.h5").read_bytes() == before


def test_a_page_that_fails_leaves_the_old_one(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise RunError("no")

    path = write("week.h5")
    (tmp_path / "week.html").write_text("old")
    monkeypatch.setattr("ondol_viz.report.page", fail)
    assert main(["report", str(path)]) == 2
    assert (tmp_path / "week.html").read_text() == "old" and len(list(tmp_path.iterdir())) == 2


def test_what_there_is_to_export(write: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(write("week.h5"))]) == 0
    out = capsys.readouterr().out
    assert "site/power" in out and "by rack (44)" in out and "Tables: jobs, events, kpis, ledger" in out


def test_a_full_disk_is_told_with_the_file(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ondol_viz.__main__.write_report", full)
    page = tmp_path / "page.html"
    assert main(["report", str(write()), "-o", str(page)]) == 2
    assert f"error: {page}: " in capsys.readouterr().err

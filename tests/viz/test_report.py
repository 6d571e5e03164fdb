"""The command that writes pictures and a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from ondol_viz.__main__ import main


def test_pictures_and_a_page(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(example), "-o", str(tmp_path / "out")]) == 0
    written = list((tmp_path / "out").glob("*.png"))
    assert capsys.readouterr().out == f"{len(written)} pictures and {tmp_path / 'out' / 'index.html'}\n"
    assert len(written) >= 6 and all(png.stat().st_size < 200_000 for png in written)


def test_faults_of_the_user_end_with_2(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.h5")]) == 2
    assert "does not exist" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main([str(example), "-o", str(tmp_path / "file")]) == 2
    assert "error: " in capsys.readouterr().err

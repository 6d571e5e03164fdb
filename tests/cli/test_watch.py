"""`ondol run --watch` on a terminal of this size or that, and without one."""
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata
from pathlib import Path

import pytest
from ondol_program import ONDOL, ROOT, TINY

WEEK = ROOT / "scenarios" / "examples" / "haenam.toml"
FRAME = re.compile(r"\x1b\[\d+A\r\x1b\[J|\x1b\[H\x1b\[2J")  # what stands between two drawings
COLOUR = re.compile(r"\x1b\[\d*m")


class Terminal:
    """A run whose stderr is a terminal; what it writes there is kept."""

    def __init__(self, folder: Path, *arguments, columns: int = 100, rows: int = 40, **environment: str):
        self.ours, theirs = pty.openpty()
        self.resize(columns, rows)
        self.text = ""
        self.run = subprocess.Popen(
            [ONDOL, "run", "--watch", *map(str, arguments)], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=theirs, env={**os.environ, "LC_ALL": "C.UTF-8"} | environment)  # fmt: skip
        os.close(theirs)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, until: str | None = None, limit: float = 120) -> "Terminal":
        """Reads until the text holds `until`, else to the end."""
        end = time.monotonic() + limit
        raw = b""
        while time.monotonic() < end and not (until and re.search(until, self.text)):
            if not select.select([self.ours], [], [], 0.2)[0]:
                continue
            try:
                raw += os.read(self.ours, 65536)
            except OSError:  # the other side is closed
                break
            self.text = (self.text + raw.decode(errors="ignore")).replace("\r\n", "\n")
            raw = b""
        return self

    def frames(self) -> list[list[str]]:
        """Lines of each drawing, without colours.  The first stands behind warnings of the reader, and what
        follows the last is no drawing."""
        return [COLOUR.sub("", frame).splitlines() for frame in FRAME.split(self.text)[1:-1]]

    def finish(self) -> bytes:
        self.read()
        out, _ = self.run.communicate(timeout=120)
        os.close(self.ours)
        return out


def width(line: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> tuple[Terminal, dict, float]:
    folder = tmp_path_factory.mktemp("watched")
    begun = time.monotonic()
    terminal = Terminal(folder, WEEK, "-o", "week.h5", "--json", "--until", "3 d")
    printed = json.loads(terminal.finish())
    return terminal, printed, time.monotonic() - begun


def test_it_shows_what_the_run_does(watched):
    terminal, _, _ = watched
    frame = "\n".join(terminal.frames()[-1])
    assert "haenam" in frame and re.search(r"^2026-07-\d\d \d\d:\d\d:\d\d +\d+\.\d %  \d+x real time  .* left$", frame, re.M)
    assert re.search(r"Power +\d\d\.\d\d MW, PUE 1\.\d{3}; IT \d\d\.\d\d MW, cooling [\d.]+ MW, losses [\d.]+ [kM]W", frame)
    assert re.search(r"[▁▂▃▄▅▆▇█]{60,}  \d\d\.\d\d MW to \d\d\.\d\d MW", frame)
    assert re.search(r"Hottest +inlet \d\d\.\d degC at \S+/r\d+; accelerator \d\d\.\d degC at \S+/r\d+", frame)
    assert re.search(r"Jobs +\d+ running, \d+ waiting; fullest \S+: \d+ % in use", frame)
    assert re.search(r"gb200 +\d+ % of 3456 in use, \d+ running, \d+ waiting", frame)


def test_it_draws_four_times_a_second_at_most_and_takes_the_drawing_away(watched):
    terminal, _, wall_s = watched
    assert 2 <= len(terminal.frames()) <= 4 * wall_s + 2
    assert "Power" not in FRAME.split(terminal.text)[-1]


def test_looking_changes_nothing(watched, ondol):
    _, printed, _ = watched
    plain = json.loads(ondol("run", WEEK, "-o", "plain.h5", "--json", "--until", "3 d").stdout)
    assert plain["content_hash"] == printed["content_hash"]
    assert plain["instants"] == printed["instants"]


@pytest.mark.parametrize(("columns", "rows"), [(20, 3), (40, 8), (60, 14), (200, 60), (2, 2)])
def test_it_fits_the_terminal(tmp_path, columns, rows):
    terminal = Terminal(tmp_path, WEEK, "-o", "x.h5", "--until", "3 d", columns=columns, rows=rows)
    terminal.finish()
    assert terminal.frames()
    for frame in terminal.frames():
        assert len(frame) <= rows - 1, frame
        assert all(width(line) < columns for line in frame), frame


def test_another_size_is_drawn_anew_on_an_empty_screen(tmp_path):
    terminal = Terminal(tmp_path, WEEK, "-o", "x.h5", columns=120, rows=40)
    terminal.read(until="Power")
    terminal.resize(50, 10)
    terminal.read(until=re.escape("\x1b[H\x1b[2J"))
    terminal.finish()
    assert "\x1b[H\x1b[2J" in terminal.text
    after = FRAME.split(terminal.text.split("\x1b[H\x1b[2J", 1)[1])
    assert all(width(COLOUR.sub("", line)) < 50 for frame in after if "Power" in frame for line in frame.splitlines())


def test_a_terminal_of_ascii_without_colours(tmp_path):
    terminal = Terminal(tmp_path, WEEK, "-o", "x.h5", "--until", "2 d", LC_ALL="C", NO_COLOR="1")
    terminal.finish()
    assert terminal.text.isascii() and not COLOUR.search(terminal.text)
    assert re.search(r"[_.:=+*#-]{40,}  \S+ MW to", terminal.text)


def test_names_stay_text(tmp_path):
    hostile = TINY.replace('name = "tiny"', 'name = "해남 \\u202E구역\\u2066 %{x} {0}"').replace('duration = "1 h"', 'duration = "200 d"')
    (tmp_path / "hostile.toml").write_text(hostile, encoding="utf-8")
    terminal = Terminal(tmp_path, "hostile.toml", "-o", "x.h5", columns=30)
    terminal.finish()
    assert "해남 구역 %{x} {0}" in terminal.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u0080-\u009f]", terminal.text)


def test_interrupted_it_leaves_a_finished_file_and_a_clean_screen(tmp_path):
    terminal = Terminal(tmp_path, WEEK, "-o", "x.h5")
    terminal.read(until="Power")
    terminal.run.send_signal(signal.SIGINT)
    terminal.finish()
    assert terminal.run.returncode == 130
    assert (tmp_path / "x.h5").exists() and not (tmp_path / "x.h5.partial").exists()
    assert "Power" not in FRAME.split(terminal.text)[-1] and "interrupted" in terminal.text


def test_without_a_terminal_it_says_a_line_now_and_then(ondol):
    done = ondol("run", WEEK, "-o", "x.h5", "--watch", "--until", "2 d")
    lines = [line for line in done.stderr.splitlines() if "real time" in line]
    assert done.returncode == 0 and len(lines) == 1  # the first; the next would come after ten seconds
    assert "\x1b" not in done.stderr
    assert re.search(r"% .* left; \d\d\.\d\d MW, PUE 1\.\d+; jobs: \d+ running, \d+ waiting; hottest inlet .* \(\S+\); hottest", lines[0])

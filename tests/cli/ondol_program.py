"""The built program, driven as a user would."""
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ONDOL = Path(os.environ.get("ONDOL", ROOT / "build" / "ondol"))
TINY = (Path(__file__).parent / "tiny.toml").read_text(encoding="utf-8")


class Program:
    """`ondol` in an empty folder; input is the user's, so nothing may crash, hang or speak of anything but that input."""

    def __init__(self, folder: Path):
        self.folder = folder

    def write(self, text: str | bytes, name: str = "scenario.toml") -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def start(self, *arguments, **options) -> subprocess.Popen:
        return subprocess.Popen([ONDOL, *map(str, arguments)], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, errors="replace", **options)

    def __call__(self, *arguments, timeout: float = 120, **options) -> subprocess.CompletedProcess:
        return subprocess.run([ONDOL, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True, errors="replace",
                              timeout=timeout, stdin=subprocess.DEVNULL, **options)

    def refused(self, *arguments, said: str, code: int = 2, **options) -> str:
        """Runs; it must end with `code`, say `said` (a regular expression) on stderr, print no result, leave no file behind."""
        before = set(self.folder.rglob("*"))
        done = self(*arguments, **options)
        shown = f"ondol {' '.join(map(str, arguments))}\nexit {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.returncode == code, shown
        assert re.search(said, done.stderr, re.IGNORECASE), shown
        assert "terminate called" not in done.stderr and "Traceback" not in done.stderr, shown
        assert set(self.folder.rglob("*")) == before, f"left behind: {set(self.folder.rglob('*')) - before}"
        return done.stderr

"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to; the file takes its place when the block ends, and is gone when it fails."""
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield new
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise


def write_whole(path: Path, content: str | bytes) -> None:
    """Text is written as UTF-8; an existing file is replaced when the new one is whole."""
    with whole(path) as new:
        new.write_bytes(content.encode("utf-8", errors="replace") if isinstance(content, str) else content)

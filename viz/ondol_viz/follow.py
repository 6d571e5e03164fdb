"""A run seen while it is still being written."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

from .run import IncompleteRunWarning, Run, RunError, open_run


def follow(path: str | Path, every: float = 1.0, patience: float = 60.0) -> Iterator[Run]:
    """Yields the run each time more of it has been written, and once more, with its tables, when it has ended.

    `path` is that of `ondol run -o`, or its .partial.  It is looked at every `every` seconds; each view is closed when the next is
    asked for, so take from it what is to be kept.  A killed run ends the views too: when no process of this machine has the file
    open, and for `patience` seconds nothing has come.  The last view then says `status == "running"`.

    >>> for run in follow("one_hall.h5"):                 # this one has ended: one view
    ...     print(run.status, run.site.sizes["time"])
    complete 720

    Raises RunError when there is no such run, or its file cannot be read.
    """
    path = Path(path)
    final = path.with_suffix("") if path.suffix == ".partial" else path
    partial = final.with_name(f"{final.name}.partial")
    reports, news = -1, time.monotonic()
    while partial.exists():
        unreadable: RunError | None = None
        try:
            with _open(partial) as run:
                written = run.site.sizes.get("time", 0)
                if written > reports:
                    reports, news = written, time.monotonic()
                    yield run
        except RunError as reason:  # just begun, or its tables are being written, or it has just got its name
            unreadable = reason
        if time.monotonic() - news > patience / 2 and _is_open(partial):
            news = time.monotonic()  # a long run writes seldom
        if time.monotonic() - news > patience:
            if unreadable and partial.exists():
                raise unreadable
            break
        time.sleep(every)
    if not partial.exists():
        with open_run(final) as run:
            yield run


def _open(partial: Path) -> Run:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IncompleteRunWarning)
        try:
            return open_run(partial)
        except OSError as reason:
            raise RunError(f"{partial} cannot be read: {reason}") from reason


def _is_open(path: Path) -> bool:
    """Whether another process of this machine has the file open; False also where that cannot be known."""
    try:
        wanted = path.stat()
        processes = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return False
    for process in processes:
        if process == os.getpid():
            continue
        try:
            for file in os.scandir(f"/proc/{process}/fd"):
                if os.path.samestat(os.stat(file.path), wanted):
                    return True
        except OSError:  # gone, or somebody else's
            continue
    return False

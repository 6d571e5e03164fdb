"""python -m ondol_viz FILE.h5 -o FOLDER: pictures and a page about a run, or about a sweep when the file is the index of one."""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from . import __version__
from .pictures import write_pictures
from .report import write_report
from .run import IncompleteRunWarning, RunError, open_run
from .sweep import is_sweep, open_sweep
from .sweep_report import write_sweep_report


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ondol_viz",
        description="Writes pictures (PNG) and one self-contained page (index.html) about a results file, "
        "or about a sweep, with its tables (CSV), when given the index of one.",
        epilog="exit codes: 0 done, 2 the file cannot be read or the folder not written",
    )
    parser.add_argument(
        "run", metavar="RUN.h5|SWEEP.h5", help="results file, also the .partial of a killed run; or index of a sweep"
    )
    parser.add_argument("-o", "--output", metavar="FOLDER", help="where to write (default: the name of the file without .h5)")
    ask = parser.add_argument_group("of a sweep")
    ask.add_argument(
        "--response", metavar="NAME,...", default="", help="key figures with pictures (default: up to three that change)"
    )
    ask.add_argument(
        "--pareto",
        metavar="NAME,NAME",
        help="front of two key figures, of which less is better; max:NAME where more is: pue,max:tokens",
    )
    parser.add_argument("--version", action="version", version=f"ondol_viz {__version__}")
    wanted = parser.parse_args(arguments)
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # which weight a font lacks is no news
    path = Path(wanted.run)
    folder = Path(wanted.output) if wanted.output else path.with_suffix("")
    try:
        if is_sweep(path) or (path / "sweep.h5").exists():
            names = [name for name in wanted.response.split(",") if name]
            front, directions = _front(wanted.pareto)
            written = write_sweep_report(open_sweep(path), folder, names, front, directions)
            pictures = sum(file.suffix == ".png" for file in written)
            print(f"{pictures} pictures, {len(written) - 1 - pictures} tables and {written[-1]}")
            return 0
        if wanted.response or wanted.pareto:
            raise RunError(f"{path} is no index of a sweep, which --response and --pareto are for")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", IncompleteRunWarning)
            run = open_run(path)
        for warning in caught:
            if issubclass(warning.category, IncompleteRunWarning):
                print(f"warning: {warning.message}", file=sys.stderr)
        with run:
            written = [*write_pictures(run, folder), write_report([run], folder / "index.html")]
    except (RunError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{len(written) - 1} pictures and {written[-1]}")
    return 0


def _front(text: str | None) -> tuple[tuple[str, str] | None, tuple[str, str]]:
    """Names and directions of "pue,max:tokens"."""
    if not text:
        return None, ("min", "min")
    parts = [part.strip() for part in text.split(",")]
    split = [part.split(":", 1) if ":" in part else ["min", part] for part in parts]
    if len(split) != 2 or any(direction not in ("min", "max") or not name for direction, name in split):
        raise RunError(f'--pareto takes two key figures, as in "pue,cost_total" or "pue,max:tokens", not "{text}"')
    (a, x), (b, y) = split
    return (x, y), (a, b)


if __name__ == "__main__":
    sys.exit(main())

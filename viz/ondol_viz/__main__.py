"""python -m ondol_viz RUN.h5 -o FOLDER: pictures and a page about a run."""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from . import __version__
from .report import write_report
from .run import IncompleteRunWarning, RunError, open_run


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ondol_viz",
        description="Writes pictures (PNG) and one self-contained page (index.html) about a results file.",
        epilog="exit codes: 0 done, 2 the file cannot be read or the folder not written",
    )
    parser.add_argument("run", metavar="RUN.h5", help="results file; a .partial file of a killed run works too")
    parser.add_argument("-o", "--output", metavar="FOLDER", help="where to write (default: the name of the file without .h5)")
    parser.add_argument("--version", action="version", version=f"ondol_viz {__version__}")
    wanted = parser.parse_args(arguments)
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # which weight a font lacks is no news
    path = Path(wanted.run)
    folder = Path(wanted.output) if wanted.output else path.with_suffix("")
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", IncompleteRunWarning)
            run = open_run(path)
        for warning in caught:
            if issubclass(warning.category, IncompleteRunWarning):
                print(f"warning: {warning.message}", file=sys.stderr)
        with run:
            written = write_report(run, folder)
    except (RunError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{len(written) - 1} pictures and {written[-1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

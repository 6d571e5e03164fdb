"""python -m ondol_viz.calibration: see the package."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from ..words import LANGUAGES
from .page import write_page
from .reading import CalibrationError, judged, read_calibration, read_priors, read_windows


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ondol_viz.calibration",
        description="Writes one self-contained page about a calibration: PAGE.html, or a folder with index.html and its pictures (PNG).",
        epilog="exit codes: 0 done, 2 a file cannot be read or the folder not written",
    )
    parser.add_argument("calibration", metavar="calibration.toml")
    parser.add_argument("campaigns", metavar="DIR", nargs="*", help="campaigns whose windows are held against it")
    parser.add_argument("-o", "--output", metavar="PAGE.html|FOLDER", required=True)
    parser.add_argument("--name", help="which entry, where the file holds several")
    parser.add_argument("--priors", metavar="FILE", help="default: those of the board's family")
    parser.add_argument("--language", choices=sorted(LANGUAGES), default="en", help="shown first; the page can switch")
    wanted = parser.parse_args(arguments)
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    try:
        calibration = read_calibration(wanted.calibration, wanted.name)
        windows = judged(calibration, read_windows(wanted.campaigns)) if wanted.campaigns else None
        written = write_page(calibration, windows, read_priors(calibration, wanted.priors), wanted.output, wanted.language)
    except (CalibrationError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{len(written) - 1} pictures and {written[-1]}" if len(written) > 1 else written[-1])
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""python -m ondol_viz report|pictures|export ...: what `ondol report` and its sisters do."""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from . import __version__
from .export import FORMATS, contents, export
from .pictures import write_pictures
from .report import write_report
from .run import IncompleteRunWarning, RunError, open_run
from .sweep import is_sweep, open_sweep
from .sweep_report import write_sweep_report
from .views.missing import MissingData
from .words import LANGUAGES, speaking


def main(arguments: Sequence[str] | None = None) -> int:
    wanted = _parser().parse_args(arguments)
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # which weight a font lacks is no news
    try:
        with _warnings_told():
            command: Callable[[argparse.Namespace], str] = wanted.command
            print(command(wanted))
    except (RunError, MissingData) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        nameless = error.filename is None and getattr(wanted, "output", None)  # a full disk
        print(f"error: {f'{wanted.output}: ' if nameless else ''}{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ondol",
        description="The window on results of Ondol. Without the program: python -m ondol_viz report ...",
        epilog="exit codes: 0 done, 2 a file cannot be read or written",
    )
    parser.add_argument("--version", action="version", version=f"ondol_viz {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    made_from_it = "A page is made from its results, so one that exists is replaced."

    report = commands.add_parser(
        "report",
        help="one page about a run, about several side by side, or about a sweep",
        description="Writes one self-contained page (HTML) about a run, about several side by side, or about a sweep; about a "
        f"sweep also a folder with the page, pictures (PNG) and tables (CSV). {made_from_it}",
    )
    report.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        type=Path,
        help="results of `ondol run`, also the .partial of a killed run; or one index or folder of `ondol sweep`",
    )
    report.add_argument(
        "-o",
        "--output",
        metavar="PAGE.html",
        type=Path,
        help="where to write; of a sweep also a FOLDER (default: beside the first file, by its name; of a sweep a folder)",
    )
    report.add_argument("--title", help="at the top of the page (default: that of the run)")
    report.add_argument(
        "--ensemble",
        metavar="SWEEP",
        type=Path,
        help="members of the scenario of one run: its key figures with 5th and 95th percentile",
    )
    _add_language(report, "shown first; the page can switch")
    of_sweep = report.add_argument_group("of a sweep")
    of_sweep.add_argument("--response", metavar="NAME,...", help="key figures with pictures (default: up to three that change)")
    of_sweep.add_argument(
        "--pareto",
        metavar="NAME,NAME",
        help="front of two key figures, of which less is better; max:NAME where more is: pue,max:tokens",
    )
    report.set_defaults(command=_report)

    pictures = commands.add_parser(
        "pictures",
        help="pictures of a run for print (PNG)",
        description="Writes each picture of the page for print (PNG). Those of an earlier call are replaced.",
    )
    pictures.add_argument("file", metavar="FILE", type=Path, help="results of `ondol run`")
    pictures.add_argument(
        "-o", "--output", metavar="FOLDER", type=Path, help="where to write (default: beside the file, by its name)"
    )
    _add_language(pictures, "of the pictures")
    pictures.set_defaults(command=_pictures)

    exports = commands.add_parser(
        "export",
        help="series and tables of a run as CSV, Parquet or OpenMetrics text",
        description="Writes series and tables for other programs; without names, lists those that the file has. "
        "A file that exists is replaced. What the forms are is in docs/interop.md.",
    )
    exports.add_argument("file", metavar="FILE", type=Path, help="results of `ondol run`")
    exports.add_argument(
        "names", metavar="NAME", nargs="*", help="a series (site/power), all of a group (racks), a table (jobs)"
    )
    exports.add_argument(
        "-o", "--output", metavar="OUT", type=Path, help=f"where to; its ending says the format: {', '.join(FORMATS)}"
    )
    exports.add_argument("--long", action="store_true", help="a row for each time and label instead of a column for each label")
    exports.add_argument("--plain", action="store_true", help="CSV: names of columns without units")
    exports.add_argument(
        "--label", metavar="NAME=VALUE", action="append", default=[], help="OpenMetrics: a label of every sample (repeatable)"
    )
    exports.set_defaults(command=_export)
    return parser


def _add_language(parser: argparse.ArgumentParser, what: str) -> None:
    names = ", ".join(f"{key} ({name})" for key, name in LANGUAGES.items())
    parser.add_argument("--language", choices=LANGUAGES, default="en", help=f"{what}: {names} [en]")


def _report(wanted: argparse.Namespace) -> str:
    first: Path = wanted.files[0]
    if any(_is_sweep(path) for path in wanted.files):
        if len(wanted.files) > 1:
            raise RunError("a report about a sweep takes one index; name either that or results of runs")
        return _sweep_report(first, wanted)
    if wanted.response or wanted.pareto:
        raise RunError(f"{first} is no index of a sweep, which --response and --pareto are for")
    output: Path = wanted.output or _beside(first, ".html")
    if output.suffix.lower() not in (".html", ".htm"):
        raise RunError(f"{output}: a report is one page; give it a name that ends in .html")
    with ExitStack() as opened:
        runs = [opened.enter_context(open_run(path)) for path in wanted.files]
        ensemble = open_sweep(wanted.ensemble) if wanted.ensemble else None
        return str(write_report(runs, output, wanted.title, wanted.language, ensemble))


def _sweep_report(path: Path, wanted: argparse.Namespace) -> str:
    names = [name for name in (wanted.response or "").split(",") if name]
    front, directions = _front(wanted.pareto)
    output = wanted.output or _beside(path, "")
    written = write_sweep_report(open_sweep(path), output, names, front, directions, wanted.language)
    if len(written) == 1:
        return str(written[0])
    pictures = sum(file.suffix == ".png" for file in written)
    return f"{pictures} pictures, {len(written) - 1 - pictures} tables and {written[-1]}"


def _pictures(wanted: argparse.Namespace) -> str:
    folder = wanted.output or _beside(wanted.file, "")
    if _is_sweep(wanted.file):
        raise RunError(f"{wanted.file} is the index of a sweep; `ondol report` draws its pictures")
    with open_run(wanted.file) as run, speaking(wanted.language):
        return f"{len(write_pictures(run, folder))} pictures in {folder}"


def _export(wanted: argparse.Namespace) -> str:
    with open_run(wanted.file) as run:
        if not wanted.names or not wanted.output:
            if wanted.names or wanted.output:
                raise RunError("an export takes names of series or tables, and -o OUT; without both it lists what the file has")
            return contents(run)
        labels = dict(_named(label) for label in wanted.label)
        written = export(run, wanted.names, wanted.output, long=wanted.long, plain=wanted.plain, labels=labels)
        return f"{', '.join(wanted.names)} in {written}"


def _named(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise RunError(f'--label takes NAME=VALUE, not "{text}"')
    return name, value


def _is_sweep(path: Path) -> bool:
    return is_sweep(path) or (path / "sweep.h5").exists()


def _beside(path: Path, ending: str) -> Path:
    """out/haenam.html of out/haenam.h5, and of the .partial of it."""
    whole = path.with_suffix("") if path.suffix == ".partial" else path
    return whole.with_suffix(ending)


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


@contextmanager
def _warnings_told() -> Iterator[None]:
    """Tells runs that are not complete on stderr, each in a line."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", IncompleteRunWarning)
        show = warnings.showwarning

        def tell(message: Warning | str, category: type[Warning], *place: object) -> None:
            if issubclass(category, IncompleteRunWarning):
                print(f"warning: {message}", file=sys.stderr)
            else:
                show(message, category, *place)  # type: ignore[arg-type]

        warnings.showwarning = tell  # type: ignore[assignment]
        yield


if __name__ == "__main__":
    sys.exit(main())

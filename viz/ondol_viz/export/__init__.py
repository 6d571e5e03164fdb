"""Series and tables for other programs: CSV, Parquet, OpenMetrics text.  The forms are described in docs/interop.md.

>>> from ondol_viz import open_run
>>> from ondol_viz.export import export
>>> run = open_run("one_hall.h5")
>>> print(export(run, ["site/power", "site/pue"], "site.csv").read_text().splitlines()[0])
time,power [W],pue
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..run import Run, RunError
from ..whole import whole
from .columns import series_columns, table_columns, write_csv, write_parquet
from .openmetrics import write_openmetrics
from .selection import all_series, all_tables, select

__all__ = ["FORMATS", "contents", "export"]

FORMATS = {".csv": "CSV", ".parquet": "Parquet", ".prom": "OpenMetrics text"}


def export(
    run: Run,
    names: Sequence[str],
    path: str | Path,
    *,
    long: bool = False,
    plain: bool = False,
    labels: Mapping[str, str] | None = None,
) -> Path:
    """Writes series ("site/power", or "racks" for all of a group) or one table ("jobs"); the ending of `path` says the format.

    `long`: a row for each time and label, instead of a column for each label.  `plain`: names of CSV columns without units.
    `labels`: of every OpenMetrics sample.  An existing file is replaced when the new one is whole.  Raises RunError for what the
    file lacks and for what does not fit into one file.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise RunError(f"{path}: the ending says the format; it is one of {', '.join(FORMATS)}")
    chosen = select(run, names)
    with whole(path) as new:
        if ending == ".prom":
            if isinstance(chosen, str):
                raise RunError(f"OpenMetrics text holds series; the table {chosen} goes into .csv or .parquet")
            write_openmetrics(run, chosen, new, labels or {})
            return path
        columns = table_columns(run, chosen) if isinstance(chosen, str) else series_columns(run, chosen, long)
        if ending == ".csv":
            write_csv(columns, new, plain)
        else:
            write_parquet(columns, new, run)
    return path


def contents(run: Run) -> str:
    """Series and tables that can be exported, a line each."""
    lines = [
        f"{one.path:<36} {one.units:<14} {one.long_name}" + (f", by {one.axis} ({len(one.labels)})" if one.axis else "")
        for one in all_series(run)
    ]
    return "\n".join([*lines, "", "Tables: " + ", ".join(all_tables(run))])

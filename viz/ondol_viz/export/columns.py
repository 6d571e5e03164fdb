"""Series and tables as columns, for CSV and Parquet, in blocks of reports so that a long run needs little memory."""

from __future__ import annotations

import csv
import importlib.util
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import h5py
import numpy as np

from ..run import Run, RunError
from .selection import Series, Times, times

_CELLS = 200_000  # values of a block
_ROWS = 1024  # a chunk of the file

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Head:
    """A column's name and what it means."""

    name: str
    units: str = ""
    long_name: str = ""
    cell_methods: str = ""

    def titled(self, plain: bool) -> str:
        """`power [W]`; plain, or without units: `power`."""
        return self.name if plain or self.units in ("", "1", "UTC") else f"{self.name} [{self.units}]"


@dataclass(frozen=True)
class Columns:
    """What goes into one file.  `blocks` yields arrays of one length, one a head: datetime64[ns], numbers or text."""

    heads: Sequence[Head]
    blocks: Iterator[Sequence[Array]]


def series_columns(run: Run, series: Sequence[Series], long: bool) -> Columns:
    """Wide: a column for each series and label.  Long: a row for each time and label, a column for each series.

    Raises RunError for series that do not fit into one table of that form.
    """
    ends = times(run, series)
    time = Head("time", "UTC", "End of the reporting interval")
    if not long:
        several = len({one.group for one in series}) > 1
        heads = [time]
        for one in series:
            name = one.path if several else one.name
            heads += [_head(one, f"{name} {label}") for label in one.labels] if one.axis else [_head(one, name)]
        return Columns(heads, _wide(series, ends))
    first = series[0]
    for one in series:
        if (one.group, one.axis) != (first.group, first.axis):
            raise RunError(
                f"{first.path} and {one.path} do not lie along the same axis; in the long form export each on its own"
            )
    label = [Head(first.axis)] if first.axis else []
    return Columns([time, *label, *(_head(one, one.name) for one in series)], _long(series, ends))


def table_columns(run: Run, name: str) -> Columns:
    """A table of the run; dates are UTC."""
    table = run.table(name)
    stored = run.stored(name)
    meaning = (
        {key: str(data.attrs.get("long_name", "")) for key, data in stored.items()} if isinstance(stored, h5py.Group) else {}
    )
    heads = [Head(str(key), table.attrs["units"].get(key, ""), meaning.get(key, "")) for key in table.columns]
    return Columns(heads, iter([[table[key].to_numpy() for key in table.columns]]))


def write_csv(columns: Columns, path: Path, plain: bool) -> None:
    """Times as `2026-07-05T15:01:00Z`, numbers in the fewest digits that read back as they are, empty where there is none."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(head.titled(plain) for head in columns.heads)
        for block in columns.blocks:
            file.writelines(f"{','.join(row)}\n" for row in zip(*(_texts(column) for column in block), strict=True))


def write_parquet(columns: Columns, path: Path, run: Run) -> None:
    """Units, meanings and cell methods stand at each column (`field.metadata`), where it comes from at the schema.

    Raises RunError without pyarrow.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise RunError("Parquet needs pyarrow; install it: pip install 'ondol-viz[parquet]', or export .csv")
    import pyarrow as pa
    import pyarrow.parquet as pq

    origin = ("title", "start_time", "time_zone", "format_version", "code_version", "content_hash", "status")
    metadata = {name: str(run.attrs[name]) for name in origin if name in run.attrs}
    writer = None
    try:
        for block in columns.blocks:
            arrays = [_arrow(pa, column) for column in block]
            if writer is None:
                fields = [
                    pa.field(head.name, array.type, metadata=_metadata(head))
                    for head, array in zip(columns.heads, arrays, strict=True)
                ]
                schema = pa.schema(fields, metadata=metadata)
                writer = pq.ParquetWriter(path, schema, compression="zstd")
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    finally:
        if writer is not None:
            writer.close()


def _head(series: Series, name: str) -> Head:
    return Head(name, series.units, series.long_name, series.cell_methods)


def _metadata(head: Head) -> dict[str, str]:
    found = {"units": head.units, "long_name": head.long_name, "cell_methods": head.cell_methods}
    return {key: value for key, value in found.items() if value}


def _spans(size: int, cells_per_row: int) -> Iterator[slice]:
    """Blocks of whole chunks; at least one, so that a series without reports has its columns."""
    rows = max(1, _CELLS // (cells_per_row * _ROWS)) * _ROWS
    for begin in range(0, max(size, 1), rows):
        yield slice(begin, min(begin + rows, size))


def _wide(series: Sequence[Series], ends: Times) -> Iterator[Sequence[Array]]:
    for span in _spans(ends.size, sum(max(1, len(one.labels)) for one in series)):
        values = [one.stored[span] for one in series]
        yield [ends[span], *(column for v in values for column in (v.T if v.ndim == 2 else [v]))]


def _long(series: Sequence[Series], ends: Times) -> Iterator[Sequence[Array]]:
    labels = np.array(series[0].labels, dtype=object)
    for span in _spans(ends.size, max(1, labels.size) * len(series)):
        values = [one.stored[span].reshape(-1) for one in series]
        if not series[0].axis:
            yield [ends[span], *values]
            continue
        here = ends[span]
        yield [np.repeat(here, labels.size), np.tile(labels, here.size), *values]


def _texts(column: Array) -> list[str]:
    if column.dtype.kind == "M":
        known = ~np.isnat(column)
        texts = np.full(column.shape, "", dtype=object)
        texts[known] = [f"{text}Z" for text in np.datetime_as_string(column[known], unit=_unit(column[known]))]
        return [str(text) for text in texts]
    if column.dtype.kind == "f":
        texts = column.astype(str)
        texts[np.isnan(column)] = ""
        return [str(text) for text in texts.tolist()]
    if column.dtype.kind == "O":
        quoted = {text: _quoted(text) for text in set(column.tolist())}
        return [quoted[text] for text in column.tolist()]
    return [str(value) for value in column.tolist()]


def _unit(dates: Array) -> Literal["s", "ms", "us", "ns"]:
    """The longest unit that says these dates exactly."""
    nanoseconds = dates.astype("datetime64[ns]").astype(np.int64)
    exact: tuple[tuple[Literal["s", "ms", "us"], int], ...] = (("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000))
    for unit, length in exact:
        if not (nanoseconds % length).any():
            return unit
    return "ns"


def _quoted(text: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([text])
    return out.getvalue() if text else ""


def _arrow(pa: Any, column: Array) -> Any:
    if column.dtype.kind == "M":
        return pa.array(column.astype("datetime64[ns]"), type=pa.timestamp("ns", tz="UTC"))
    if column.dtype.kind == "O":
        return pa.array(column.tolist(), type=pa.string()).dictionary_encode()
    return pa.array(np.ascontiguousarray(column))

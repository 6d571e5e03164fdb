"""What an export is asked for, found in the file: series with their axis, or a table."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from ..run import Run, RunError

Times = np.ndarray[Any, np.dtype[np.datetime64]]


@dataclass(frozen=True)
class Series:
    """A series as it lies in the file: (report,) or (report, label)."""

    group: str  # "racks", "windows/swing"
    name: str
    stored: h5py.Dataset
    axis: str | None  # "rack"; none: the site's own
    labels: tuple[str, ...]  # along the axis
    beside: dict[str, tuple[str, ...]]  # texts along the axis: the hall of each rack
    units: str
    long_name: str
    cell_methods: str

    @property
    def path(self) -> str:
        return f"{self.group}/{self.name}"


def all_series(run: Run) -> Iterator[Series]:
    """Every series of the file, group by group."""
    for group in _groups(run.stored("/")):
        stored = run.stored(group)
        for name, data in stored.items() if isinstance(stored, h5py.Group) else ():
            if isinstance(data, h5py.Dataset) and data.ndim and name != "time" and _scale(data, 0) == "time":
                yield _series(group, name, data)


def all_tables(run: Run) -> list[str]:
    """Names of the tables of the file."""
    root: Any = run.stored("/")
    return [name for name, member in root.items() if isinstance(member, h5py.Group) and "index" in member]


def select(run: Run, names: Sequence[str]) -> list[Series] | str:
    """The series that are named, alone ("site/power") or by their group ("racks"); or one table.

    Raises RunError for what the file lacks, with what is spelt like it, and for tables beside anything else.
    """
    known = list(all_series(run))
    tables = all_tables(run)
    asked = [name for name in names if name in tables]
    if asked:
        if len(names) > 1:
            raise RunError(f"a table is a file of its own; name {asked[0]} alone")
        return asked[0]
    found: dict[str, Series] = {}
    for name in names:
        here = {one.path: one for one in known if name in (one.path, one.group)}
        if not here:
            every = [*tables, *(one.path for one in known), *{one.group for one in known}]
            near = difflib.get_close_matches(name, every, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else "; without names, export lists what it has"
            raise RunError(f'{run.path} has no series, group or table "{name}"{hint}')
        found |= here
    return list(found.values())


def times(run: Run, series: Sequence[Series]) -> Times:
    """Ends of the reports that all the series have, UTC, to the nanosecond.

    Raises RunError when they were not recorded at the same moments.
    """
    seconds = [_seconds(one) for one in series]
    size = min(
        min(s.size for s in seconds), *(one.stored.shape[0] for one in series)
    )  # while a file grows they differ by a flush
    for one, other in zip(series, seconds, strict=True):
        if not np.array_equal(other[:size], seconds[0][:size]):
            raise RunError(f"{series[0].path} and {one.path} were recorded at different moments; export each on its own")
    ends = seconds[0][:size]
    whole = np.floor(ends)  # apart, so that nanoseconds stay exact beyond 2^53 of them
    nanoseconds = whole.astype(np.int64) * 1_000_000_000 + np.rint((ends - whole) * 1e9).astype(np.int64)
    return np.asarray(np.datetime64(run.start.value, "ns") + nanoseconds.astype("timedelta64[ns]"))


def _seconds(series: Series) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.asarray(series.stored.parent["time"][...], dtype=np.float64)


def _groups(root: h5py.Group) -> Iterator[str]:
    for name, member in root.items():
        if isinstance(member, h5py.Group) and "time" in member and "index" not in member:
            yield name
        elif isinstance(member, h5py.Group) and "index" not in member:
            yield from (f"{name}/{inner}" for inner in _groups(member))


def _scale(data: h5py.Dataset, dimension: int) -> str | None:
    """Name of the axis attached to a dimension."""
    scales = data.dims[dimension]
    return str(scales[0].name).rsplit("/", 1)[-1] if len(scales) else None


def _series(group: str, name: str, data: h5py.Dataset) -> Series:
    axis = _scale(data, 1) if data.ndim == 2 else None
    beside = {}
    for other in str(data.attrs.get("coordinates", "")).split():
        texts = data.parent.get(other)
        if isinstance(texts, h5py.Dataset) and h5py.check_string_dtype(texts.dtype) and _scale(texts, 0) == axis:
            beside[other] = tuple(texts.asstr()[...])
    return Series(
        group=group,
        name=name,
        stored=data,
        axis=axis,
        labels=tuple(data.parent[axis].asstr()[...]) if axis else (),
        beside=beside,
        units=str(data.attrs.get("units", "1")),
        long_name=str(data.attrs.get("long_name", name)),
        cell_methods=str(data.attrs.get("cell_methods", "")),
    )

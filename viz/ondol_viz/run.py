"""Opening a results file (docs/results-format.md) as xarray datasets and pandas tables."""

from __future__ import annotations

import importlib.util
import re
import warnings
from collections.abc import Mapping
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import h5netcdf
import h5py
import numpy as np
import pandas as pd
import xarray as xr

FORMAT = "ondol-results"
MAJOR = 1

# Columns of tables that are moments of the run; they read as dates in UTC.
_DATES = {
    "jobs": ("submit", "start", "end"),
    "events": ("time",),
    "hottest_hours": ("begin",),
    "placements": ("begin", "working", "end"),
}


class RunError(Exception):
    """The file cannot be shown; the message says why and what to do."""


class IncompleteRunWarning(UserWarning):
    """The run was interrupted, killed or is still being written."""


class Run:
    """One run.  Series are datasets that load when used; tables are data frames.  What the file lacks is empty.

    Times are UTC; `local` turns them into the clock of the site.
    """

    def __init__(
        self, path: Path, file: h5netcdf.File, swmr: bool, chunks: str | int | Mapping[str, int] | None = None
    ) -> None:
        self.path = path
        self.attrs: Mapping[str, Any] = {name: _plain(value) for name, value in file.attrs.items()}
        self.swmr = swmr  # opened while its writer may still be at work, or was killed
        self._file = file
        self._chunks: Any = chunks

    # Series

    @cached_property
    def site(self) -> xr.Dataset:
        """The site over time: power by owner, PUE, weather, cost, carbon, water."""
        return self._series("site")

    @cached_property
    def halls(self) -> xr.Dataset:
        """Every hall over time."""
        return self._series("halls")

    @cached_property
    def racks(self) -> xr.Dataset:
        """Every rack over time, with its hall, row, position, type and pool."""
        return self._series("racks")

    @cached_property
    def loops(self) -> xr.Dataset:
        """Every facility water loop over time."""
        return self._series("loops")

    @cached_property
    def feeds(self) -> xr.Dataset:
        """Every unit of the power banks over time: what it carries, what its battery holds."""
        return self._series("feeds")

    @cached_property
    def pools(self) -> xr.Dataset:
        """Every scheduler pool over time."""
        return self._series("pools")

    @cached_property
    def links(self) -> xr.Dataset:
        """Every link of the declared fabrics over time: the load of its busier sense; `from` and `to` are rows of `vertices`."""
        return self._series("links")

    @cached_property
    def windows(self) -> Mapping[str, xr.Dataset]:
        """Phase windows by name: power at the meter and of halls, jobs and racks, every few milliseconds."""
        names = self._file["windows"].groups if "windows" in self._file.groups else ()
        return {name: self._series(f"windows/{name}") for name in names}

    def stored(self, name: str) -> h5py.Dataset | h5py.Group | None:
        """A series "site/power", or a group, as the file holds it, without dates and axes: for those who read much."""
        return self._file._h5file.get(name)

    # Tables

    def table(self, name: str) -> pd.DataFrame:
        """A table of the file by its name, also one without a property here; empty without one.  Dates are UTC, and `attrs["units"]`
        has the units of the columns.

        >>> bool(run.table("energy_by_pool")["energy"].sum() > 0)
        True
        """
        if name not in self._file._h5file:
            return pd.DataFrame()
        stored = self._file._h5file[name]
        columns: dict[str, Any] = {}
        units: dict[str, str] = {}
        for key, column in stored.items():
            if key == "index":
                continue
            text = h5py.check_string_dtype(column.dtype)
            columns[key] = column.asstr()[...].astype(object) if text else column[...]
            units[key] = _text(column.attrs.get("units", ""))
            if key in _DATES.get(name, ()) and not text:  # "s" after the start or "seconds since <start>": the same number
                columns[key] = self.start + pd.to_timedelta(columns[key].astype(np.float64), unit="s")
                units[key] = "UTC"
        table = pd.DataFrame(columns)
        table.attrs["units"] = units
        return table

    @cached_property
    def jobs(self) -> pd.DataFrame:
        """One row for each job; `submit`, `start` and `end` are dates in UTC."""
        return self.table("jobs")

    @cached_property
    def events(self) -> pd.DataFrame:
        """What happened, when, to whom and why."""
        return self.table("events")

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """Key figures of the run."""
        return self.table("kpis")

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Energy by owner."""
        return self.table("ledger")

    @cached_property
    def months(self) -> pd.DataFrame:
        """Cooling by calendar month of the site's clock."""
        return self.table("months")

    @cached_property
    def hottest_hours(self) -> pd.DataFrame:
        """The hours with the highest wet and dry bulb, and what was reached in them; `begin` is a date in UTC."""
        return self.table("hottest_hours")

    @cached_property
    def placements(self) -> pd.DataFrame:
        """One row for each stretch that a job held accelerators; `job` is its row in `jobs`, dates are in UTC."""
        return self.table("placements")

    # The facility as a graph

    @cached_property
    def vertices(self) -> pd.DataFrame:
        """What the center is made of, from the meter to the racks; `holder` is a row of this table, -1 without one."""
        return self.table("vertices")

    @cached_property
    def edges(self) -> pd.DataFrame:
        """What feeds, cools and reaches what: `from` and `to` are rows of `vertices`, `capacity` is byte/s in each sense."""
        return self.table("edges")

    @cached_property
    def single_points(self) -> pd.DataFrame:
        """Vertices whose loss alone takes racks, and how many."""
        return self.table("single_points")

    # The run itself

    @property
    def complete(self) -> bool:
        """Whether the run reached its end."""
        return bool(self.attrs.get("complete", 0))

    @property
    def status(self) -> str:
        return str(self.attrs.get("status", "unknown"))

    @property
    def title(self) -> str:
        return str(self.attrs.get("title") or self.path.name)

    @cached_property
    def scenario(self) -> str:
        """The resolved scenario as TOML text."""
        if "scenario_toml" not in self._file._h5file:
            return ""
        value = self._file._h5file["scenario_toml"][()]
        return value.decode() if isinstance(value, bytes) else str(value)

    @cached_property
    def start(self) -> pd.Timestamp:
        """Start of the run, UTC.  Raises RunError where the file has no date there."""
        text = str(self.attrs.get("start_time", "1970-01-01")).removesuffix(" UTC")
        try:
            return pd.Timestamp(text)
        except ValueError as reason:
            raise RunError(f"{self.path}: the start of the run, {text[:60]!r}, is no date") from reason

    @cached_property
    def time_zone(self) -> tzinfo:
        """Time zone of the site; UTC when the file names none that is known."""
        return _zone(str(self.attrs.get("time_zone", "")))

    def local(self, times: Any) -> pd.DatetimeIndex:
        """UTC times as the site's clock shows them, without zone.

        >>> run.start, run.zone_name
        (Timestamp('2026-01-12 06:00:00'), 'UTC-06:00')
        >>> run.local([run.start])[0]
        Timestamp('2026-01-12 00:00:00')
        """
        return pd.DatetimeIndex(np.asarray(times)).tz_localize("UTC").tz_convert(self.time_zone).tz_localize(None)

    @property
    def zone_name(self) -> str:
        """`UTC+09:00` or `Asia/Seoul`."""
        name = str(self.attrs.get("time_zone", ""))
        if self.time_zone is UTC:
            return "UTC"
        return f"UTC{name}" if name[0] in "+-" else name

    def hours(self, series: xr.Dataset | xr.DataArray) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Length of each reporting interval in hours, (time,): the weights of means and integrals.

        >>> energy = float((run.site.power * run.hours(run.site)).sum()) / 1e6    # MWh
        >>> bool(np.isclose(energy, run.kpis.set_index("name").loc["energy", "value"], rtol=1e-5))
        True
        """
        ends = (series["time"].values - np.datetime64(self.start)) / np.timedelta64(1, "h")
        return np.diff(np.asarray(ends, dtype=np.float64), prepend=0.0)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<ondol run {self.title!r}: {self.status}, {self.path.name}>"

    def _series(self, group: str) -> xr.Dataset:
        if group not in self._file:
            return xr.Dataset()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=FutureWarning)
            store = xr.backends.H5NetCDFStore(self._file, group=group)
            data = xr.open_dataset(store, decode_timedelta=False, cache=True, chunks=self._chunks)
        # While a file grows, its series differ by a flush: keep what all of them have.
        stored = self._file._h5file[group]
        lengths = [stored[name].shape[0] for name in data.variables if "time" in data[name].dims]
        return data.isel(time=slice(0, min(lengths))) if lengths else data


def open_run(path: str | Path, chunks: str | int | Mapping[str, int] | None = None) -> Run:
    """Opens a results file, also one that is still being written or was left by a killed run (with a warning).

    Series are read when they are used.  `chunks`, as xarray knows it ("auto", a number of reports, a mapping), makes them dask
    arrays, so that also sums over a file larger than memory are made piece by piece; it needs dask.

    >>> run = open_run("one_hall.h5")
    >>> run
    <ondol run 'one-hall': complete, one_hall.h5>
    >>> run.site.power.attrs["units"], run.site.power.sizes["time"]
    ('W', 720)
    >>> float(run.site.power.max()) < 1e6                 # the small hall draws less than a megawatt
    True
    >>> run.racks.power.dims, sorted(run.racks.coords)
    (('time', 'rack'), ['hall', 'pool', 'position', 'rack', 'row', 'time', 'type'])
    >>> run.kpis.set_index("name").loc["pue", "units"]
    '1'

    Raises RunError when there is no such file, it is not a results file, or its format is newer than this package; with `chunks`
    also when dask is missing.
    """
    if chunks is not None and importlib.util.find_spec("dask") is None:
        raise RunError("chunks need dask; install it: pip install 'ondol-viz[large]'")
    path = Path(path)
    if path.is_dir():
        raise RunError(f"{path} is a folder; name a results file in it")
    if not path.exists():
        partial = path.with_name(path.name + ".partial")
        hint = f"; the run has not finished, but {partial} can be opened" if partial.exists() else ""
        raise RunError(f"{path} does not exist{hint}")
    if not h5py.is_hdf5(path):
        raise RunError(f"{path} is not an HDF5 file, so it is no result of Ondol")
    file, swmr = _open(path)
    try:
        _check_format(path, file)
    except RunError:
        file.close()
        raise
    run = Run(path, file, swmr, chunks)
    if not run.complete:
        why = "was killed or is still running" if run.status == "running" else f"ended early ({run.status})"
        warnings.warn(f"{path}: the run {why}; it shows what was written until then", IncompleteRunWarning, stacklevel=2)
    return run


def _open(path: Path) -> tuple[h5netcdf.File, bool]:
    """The file, in SWMR mode when its writer has not closed it."""
    with path.open("rb") as file:
        head = file.read(12)
    # Superblock of version 3: the version is byte 8, the consistency flags are byte 11 (1 open for writing, 4 in SWMR mode).
    flags = head[11] if len(head) == 12 and head[8] >= 3 else 0
    if flags & 1 and not flags & 4:
        raise RunError(f"{path} was left while its tables were written; repair it with: h5clear -s {path}")
    swmr = bool(flags & 4)
    try:
        return h5netcdf.File(path, "r", swmr=swmr, decode_vlen_strings=True), swmr
    except (OSError, KeyError, RuntimeError) as reason:
        raise RunError(f"{path} cannot be read: {reason}") from reason


def _check_format(path: Path, file: h5netcdf.File) -> None:
    form = _plain(file.attrs.get("format", ""))
    if form != FORMAT:
        raise RunError(f"{path} is an HDF5 file, but no result of Ondol (its attribute 'format' is {form!r}, not {FORMAT!r})")
    version = str(_plain(file.attrs.get("format_version", "")))
    major = version.split(".")[0]
    if not major.isdigit() or int(major) != MAJOR:
        raise RunError(
            f"{path} has results format {version!r}, and this ondol_viz reads {MAJOR}.x; use the one that came with the program"
        )


def _zone(name: str) -> tzinfo:
    if offset := re.fullmatch(r"([+-])(\d{2}):?(\d{2})", name):
        sign = -1 if offset[1] == "-" else 1
        shift = sign * timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(shift) if shift else UTC
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        return UTC


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    return value.item() if isinstance(value, np.generic) else value

"""Opening the index of a sweep (docs/results-format.md) as one xarray dataset, with the results file of each run within reach.

sweep = open_sweep("out/set_point_climate.sweep/sweep.h5")
sweep.pue.sel(climate="seoul")                        # xarray: axes are coordinates, key figures are variables with units
with open_member(sweep, supply=18, climate="seoul") as run:
    run.site.power.mean()
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr

from .run import Run, RunError, open_run

FORMAT = "ondol-sweep"
MAJOR = 1
FILE = "run_file"  # coordinate: the results file of each run, relative to the index; empty where there is none
MEMBER, SAMPLE, CASE = "member", "sample", "case"


class SweepError(RunError):
    """The index cannot be shown, or not in this way; the message says why and what to do."""


def is_sweep(path: str | Path) -> bool:
    """Whether the file is the index of a sweep; False as well when it is no HDF5 file or none at all."""
    path = Path(path)
    if not path.is_file() or not h5py.is_hdf5(path):
        return False
    try:
        with h5py.File(path) as file:
            return _text(file.attrs.get("format", "")) == FORMAT
    except OSError:
        return False


def open_sweep(path: str | Path) -> xr.Dataset:
    """The index in memory: axes as coordinates, key figures as variables that are NaN where a run failed or was left out.

    >>> sweep = open_sweep("set_points")
    >>> sweep.cooling_energy.dims, sweep.cooling_energy.attrs["units"], sweep.supply.attrs["units"]
    (('supply',), 'MWh', 'degC')
    >>> bool((sweep.cooling_energy.sel(supply=16) <= sweep.cooling_energy.sel(supply=10)).all())    # warmer water costs less
    True

    A folder stands for the `sweep.h5` in it.  Results files are opened by `open_member` only.  Raises SweepError when there is no
    such file, it is no index, or its format is newer than this package.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "sweep.h5"
    if not path.exists():
        raise SweepError(f"{path} does not exist; it is written when the last run of a sweep has ended")
    if not h5py.is_hdf5(path):
        raise SweepError(f"{path} is not an HDF5 file, so it is no index of a sweep")
    try:
        with h5py.File(path) as file:
            _check_format(path, file)
            links = _links(file)
            toml = _text(file["sweep_toml"][()]) if "sweep_toml" in file else ""
            data = _read(file)
    except (OSError, KeyError, ValueError) as reason:
        raise SweepError(f"{path} cannot be read: {reason}") from reason
    order = _dimensions(data)
    shape = [data.sizes[d] for d in order]
    files = np.full(int(np.prod(shape)), "", dtype=object)
    for number, file_name in links.items():
        files[number] = file_name
    data = data.assign_coords({FILE: (order, files.reshape(shape))})
    data.attrs["sweep_toml"] = toml
    data.attrs["path"] = str(path)
    return data


def open_member(sweep: xr.Dataset, **coords: Any) -> Run:
    """The results of one run: `coords` name its place, `open_member(sweep, supply=18, climate="seoul", member=3)`.

    >>> with open_member(open_sweep("set_points"), supply=10) as run:
    ...     run.complete
    True

    Numbers find the nearest value of their axis within a millionth of its span; dimensions without a coordinate are places from 0.
    Raises SweepError when the place is not one run, it failed or was left out, or the sweep kept key figures alone.
    """
    found = select(sweep, **coords)
    if found[FILE].ndim:
        left = ", ".join(f"{d} ({found.sizes[d]})" for d in found[FILE].dims)
        raise SweepError(f"more than one run: say which {left}")
    where = label(found)
    file_name = str(found[FILE].item())
    if not file_name:
        state = str(found["status"].item()) if "status" in found else "nothing is known of it"
        why = "the sweep kept key figures alone" if state == "complete" else (state or "left out")
        raise SweepError(f"the run at {where} has no results file: {why}")
    return open_run(Path(str(sweep.attrs["path"])).resolve().parent / file_name)


def select(sweep: xr.Dataset, **coords: Any) -> xr.Dataset:
    """The part of a sweep at these values of its axes."""
    for name, value in coords.items():
        if name not in sweep.coords and name not in sweep.dims:
            known = ", ".join(str(d) for d in sweep.dims)
            raise SweepError(f"the sweep has no axis {name}; it has {known}")
        at = _place(sweep, name, value)
        sweep = sweep.isel(at)
    return sweep


def responses(sweep: xr.Dataset) -> list[str]:
    """Names of the key figures."""
    return [str(name) for name, v in sweep.variables.items() if v.dtype.kind == "f" and name not in sweep.coords]


def need_response(sweep: xr.Dataset, name: str) -> xr.DataArray:
    """A key figure by name; its failed runs are NaN."""
    if name not in sweep.data_vars or sweep[name].dtype.kind != "f":
        raise SweepError(f"the sweep has no key figure {name}; it has {', '.join(responses(sweep)) or 'none'}")
    return sweep[name]


def axes(sweep: xr.Dataset) -> list[str]:
    """Names of what the sweep varies: dimensions of a grid, else coordinates along `sample` or `case`; without the members."""
    for dimension in (SAMPLE, CASE):
        if dimension in sweep.dims:
            along = [str(n) for n, c in sweep.coords.items() if c.dims == (dimension,) and n not in (dimension, FILE)]
            return along or ([dimension] if dimension == CASE else [])
    return [str(d) for d in _dimensions(sweep) if d != MEMBER]


def cells(sweep: xr.Dataset, response: str) -> xr.DataArray:
    """A key figure by axes alone: its mean over the members that ended, where there is an ensemble."""
    values = need_response(sweep, response)
    return values.mean(MEMBER, keep_attrs=True) if MEMBER in values.dims else values


def counts(sweep: xr.Dataset) -> dict[str, int]:
    """How many runs are complete, failed and skipped (left out by a rule of the sweep); without `status`, whether all is NaN decides."""
    if "status" in sweep:
        words, numbers = np.unique(sweep["status"].values.astype(str), return_counts=True)
        states = {str(w) or "skipped": int(n) for w, n in zip(words, numbers, strict=True)}
    else:
        known = functools.reduce(np.logical_or, (np.isfinite(sweep[r].values) for r in responses(sweep)), np.False_)
        states = {"complete": int(np.sum(known)), "failed": int(np.size(known) - np.sum(known))}
    return {"complete": 0, "failed": 0, "skipped": 0} | states


def label(run: xr.Dataset | xr.DataArray) -> str:
    """Where a run lies, "supply = 18 degC, climate = seoul, member 3", from the scalar coordinates of a selection."""
    words = []
    for name, value in run.coords.items():
        if value.ndim or name == FILE:
            continue
        if name in (MEMBER, SAMPLE, CASE):
            words.append(f"{name} {spell(value.item())}")
        else:
            units = str(value.attrs.get("units", ""))
            words.append(f"{name} = {spell(value.item())}{'' if units in ('', '1') else ' ' + units}")
    return ", ".join(words) or "the only run"


def spell(value: Any) -> str:
    """A value of an axis as people write it: up to six digits."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def decimals(values: Any) -> int:
    """So many places after the point that differences between the values can be read: three digits of their span."""
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    span = float(np.ptp(known)) if len(known) else 0.0
    span = span or float(np.abs(known).max(initial=0.0)) or 1.0
    return int(np.clip(2 - np.floor(np.log10(span)), 0, 8))


def spell_alike(values: Any) -> list[str]:
    """Numbers that stand side by side: as many places for all, enough to tell them apart; a dash for none."""
    known = np.asarray(values, dtype=float)
    finite = known[np.isfinite(known)]
    largest = float(np.abs(finite).max(initial=0.0))
    if largest >= 1e9 or 0 < largest < 1e-3:
        return [f"{v:.4g}" if np.isfinite(v) else "–" for v in known]
    whole = bool((finite == np.round(finite)).all())
    least = 3 - int(np.floor(np.log10(largest))) if largest else 0  # four digits of the largest
    places = 0 if whole else max(0, least, decimals(finite) - 1)
    return [f"{v:,.{places}f}" if np.isfinite(v) else "–" for v in known]


def _dimensions(data: xr.Dataset) -> list[Any]:
    """In the order of the index: as the variables that have most of them, which is all."""
    dimensions: list[tuple[Any, ...]] = [tuple(v.dims) for v in data.variables.values()]
    return list(max(dimensions, key=len, default=tuple(data.sizes)))


def _place(sweep: xr.Dataset, name: str, value: Any) -> Mapping[Any, int]:
    if name not in sweep.coords:
        if not 0 <= int(value) < sweep.sizes[name]:
            raise SweepError(f"{name} has places 0 to {sweep.sizes[name] - 1}, none is {value}")
        return {name: int(value)}
    coordinate = sweep.coords[name]
    if coordinate.ndim == 0:
        return {}
    known = coordinate.values
    if known.dtype.kind in "fiu" and not isinstance(value, str):
        near = int(np.nanargmin(np.abs(known - value)))
        good = abs(known[near] - value) <= 1e-6 * max(float(np.ptp(known)), abs(float(known[near])), 1e-300)
    else:
        hits = np.flatnonzero(known.astype(str) == str(value))
        near, good = (int(hits[0]), True) if len(hits) else (0, False)
    if not good:
        some: Sequence[str] = [spell(v) for v in known.tolist()]
        more = f" ... {some[-1]}" if len(some) > 12 else ""
        raise SweepError(f"no run has {name} = {value}; there are {', '.join(some[:11] if more else some)}{more}")
    return {coordinate.dims[0]: near}


# Attributes by which HDF5 and netCDF tie dimensions to variables; they mean nothing once read.
_TIES = ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates", "coordinates")


def _read(file: h5py.File) -> xr.Dataset:
    """Dimensions, coordinates and key figures of an index, all in memory.

    xarray does the same, and asks HDF5 for the name of the scale of each dimension of each variable, which takes it seconds in a file with
    links to thousands of runs; here a scale is known by its address.
    """
    stored = {name: item for name, item in file.items() if isinstance(item, h5py.Dataset) and name != "sweep_toml"}
    scales = {_address(item): name for name, item in stored.items() if item.is_scale}
    variables: dict[str, tuple[tuple[str, ...], Any, dict[str, Any]]] = {}
    coordinates = set(scales.values())
    for name, item in stored.items():
        dimensions = (
            (name,) if item.is_scale else tuple(scales[_address(file[refs[0]])] for refs in item.attrs["DIMENSION_LIST"])
        )
        values = item.asstr()[()] if h5py.check_string_dtype(item.dtype) else item[()]
        attrs = {key: _plain(value) for key, value in item.attrs.items() if key not in _TIES}
        variables[name] = (dimensions, values, attrs)
        coordinates |= set(_text(item.attrs.get("coordinates", "")).split())
    data = xr.Dataset(variables, attrs={key: _plain(value) for key, value in file.attrs.items() if key != "_NCProperties"})
    return data.set_coords([name for name in variables if name in coordinates])


def _address(item: h5py.Dataset) -> int:
    """Where an object lies in its file."""
    return int(h5py.h5o.get_info(item.id).addr)


def _links(file: h5py.File) -> dict[int, str]:
    """Results files by number of their run; links are read, not followed, so that a moved or deleted file does no harm."""
    if "runs" not in file:
        return {}
    group = file["runs"]
    links = group.id.links
    found = {}
    for name in group:
        key = name.encode()
        if name.isdigit() and links.get_info(key).type == h5py.h5l.TYPE_EXTERNAL:
            found[int(name)] = links.get_val(key)[0].decode()
    return found


def _check_format(path: Path, file: h5py.File) -> None:
    form = _text(file.attrs.get("format", ""))
    if form != FORMAT:
        hint = "; it is the results of one run, see open_run" if form == "ondol-results" else ""
        raise SweepError(f"{path} is no index of a sweep (its attribute 'format' is {form!r}, not {FORMAT!r}){hint}")
    version = _text(file.attrs.get("format_version", ""))
    major = version.split(".")[0]
    if not major.isdigit() or int(major) != MAJOR:
        raise SweepError(
            f"{path} has index format {version!r}, and this ondol_viz reads {MAJOR}.x; use the one that came with the program"
        )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _plain(value: Any) -> Any:
    """An attribute as Python has it."""
    if isinstance(value, bytes):
        return value.decode()
    return value.item() if isinstance(value, np.generic) else value

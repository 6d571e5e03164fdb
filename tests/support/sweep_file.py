"""An index of a sweep written by hand after docs/results-format.md, so that the window is tested without the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

KPIS = {
    "pue": ("1", "Power usage effectiveness"),
    "energy": ("MWh", "Energy at the utility meter"),
    "cost_total": ("million KRW", "Bill with adders and tax"),
    "tokens": ("1e9", "Tokens trained"),
}


def write_sweep(
    path: Path,
    dimensions: Mapping[str, int],
    coordinates: Mapping[str, tuple[str, str, Sequence[Any]]],
    kpis: Mapping[str, Any],
    *,
    links: Mapping[int, str] | None = None,
    status: Any = None,
    toml: str = "",
    **attributes: Any,
) -> Path:
    """`coordinates`: name -> (units, long name, values), along the dimension of its name, else along the first one.

    `kpis`: name -> array of the shape of the dimensions; `links`: number of a run -> its file.
    """
    shape = tuple(dimensions.values())
    with h5py.File(path, "w", track_order=True, libver=("v108", "v108")) as file:
        root = {"Conventions": "CF-1.8", "format": "ondol-sweep", "format_version": "1.0", "title": "A sweep <of> two & more",
                "design": "grid", "base": "scenarios/examples/one_hall.toml"}  # fmt: skip
        for name, value in (root | attributes).items():
            file.attrs[name] = value
        for name, size in dimensions.items():
            units, long_name, values = coordinates.get(name, ("", name, np.arange(size)))
            _dataset(file, name, values, units, long_name).make_scale(name)
        beside = [name for name in coordinates if name not in dimensions]
        for name in beside:
            units, long_name, values = coordinates[name]
            _dataset(file, name, values, units, long_name).dims[0].attach_scale(file[next(iter(dimensions))])
        for name, values in kpis.items():
            units, long_name = KPIS.get(name, ("1", f"Meaning of {name}"))
            _variable(file, name, np.broadcast_to(np.asarray(values, dtype=float), shape), units, long_name, dimensions, beside)
        if status is None:
            known = ~np.all([np.isnan(np.broadcast_to(np.asarray(v, dtype=float), shape)) for v in kpis.values()], axis=0)
            status = np.where(known, "complete", "failed")
        _variable(file, "status", np.asarray(status), "", "How the run ended", dimensions, beside)
        _variable(file, "error", np.where(np.asarray(status) == "failed", "ended by signal 9", ""), "", "Why it failed", dimensions, beside)
        runs = file.create_group("runs", track_order=True)
        for number, target in (links or {}).items():
            runs[str(number)] = h5py.ExternalLink(target, "/")
        file["sweep_toml"] = toml
    return path


def _variable(file: h5py.File, name: str, values: np.ndarray, units: str, long_name: str, dimensions: Any, beside: list[str]) -> None:
    data = _dataset(file, name, values, units, long_name)
    for i, dimension in enumerate(dimensions):
        data.dims[i].attach_scale(file[dimension])
    if beside:
        data.attrs["coordinates"] = " ".join(beside)


def _dataset(file: h5py.File, name: str, values: Any, units: str, long_name: str) -> h5py.Dataset:
    values = np.asarray(values)
    if values.dtype.kind in "UO":
        data = file.create_dataset(name, data=values.astype(object), dtype=h5py.string_dtype())
    else:
        data = file.create_dataset(name, data=values)
    if units:
        data.attrs["units"] = units
    if long_name:
        data.attrs["long_name"] = long_name
    return data


def saltelli_rows(base: int, axes: int, seed: int = 1) -> np.ndarray:
    """The unit cube as a Saltelli design has it, (base * (axes + 2), axes): A, A with column j of B for each axis, B."""
    pairs = np.random.default_rng(seed).random((base, 2 * axes))
    a, b = pairs[:, :axes], pairs[:, axes:]
    rows = []
    for i in range(base):
        rows.append(a[i])
        for j in range(axes):
            mixed = a[i].copy()
            mixed[j] = b[i, j]
            rows.append(mixed)
        rows.append(b[i])
    return np.array(rows)

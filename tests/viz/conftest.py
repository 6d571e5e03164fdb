"""A small results file written by hand after docs/results-format.md, so that the window is tested without the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from ondol_viz import open_run
from ondol_viz.report import write_report

START = "2026-07-05 15:00:00"  # midnight in Haenam
OWNERS = {
    "accelerator": 0.66, "host": 0.10, "network": 0.04, "fans": 0.03, "psu_loss": 0.035, "shelf_loss": 0.0,
    "transformer_loss": 0.006, "switchgear_loss": 0.002, "ups_loss": 0.012, "busway_loss": 0.004,
    "crah_fans": 0.015, "cdu_pumps": 0.006, "plant_pumps": 0.012, "chillers": 0.05, "tower_fans": 0.012,
    "dry_cooler_fans": 0.0, "site_base": 0.01,
}  # fmt: skip


class ResultsFile:
    """Writes groups as the recorder does."""

    def __init__(self, path: Path, **attributes: Any) -> None:
        self.file = h5py.File(path, "w", libver=("v110", "v110"), track_order=True)
        root: dict[str, Any] = {
            "Conventions": "CF-1.8", "title": "Two halls <b>& a week</b>", "format": "ondol-results", "format_version": "1.0",
            "complete": 1, "status": "complete", "content_hash": "0" * 32, "code_version": "0.1.0", "seed": np.uint64(7),
            "start_time": START + " UTC", "time_zone": "+09:00",
        } | attributes  # fmt: skip
        for name, value in root.items():
            self.file.attrs[name] = value
        self.file["scenario_toml"] = '[site]\nname = "<script>alert(1)</script>"\n'

    def group(
        self,
        name: str,
        times: np.ndarray,
        labels: list[str] | None = None,
        columns: dict[str, Any] | None = None,
    ) -> None:
        group = self.file.create_group(name, track_order=True)
        time = group.create_dataset("time", data=times, maxshape=(None,), chunks=(1024,))
        time.make_scale("time")
        time.attrs["units"] = f"seconds since {START}"
        time.attrs["calendar"] = "standard"
        if labels is not None:
            axis = group.create_dataset(name[:-1], data=labels, dtype=h5py.string_dtype())
            axis.make_scale(name[:-1])
            for column, values in (columns or {}).items():
                group[column] = values
                group[column].dims[0].attach_scale(axis)

    def series(
        self,
        path: str,
        values: np.ndarray,
        units: str,
        cell_methods: str = "time: mean",
    ) -> None:
        group = self.file[path.split("/")[0]]
        data = group.create_dataset(
            path.split("/")[1],
            data=values.astype(np.float32),
            maxshape=(None, *values.shape[1:]),
            chunks=True,
            shuffle=True,
            compression=1,
        )
        data.attrs.update(units=units, long_name=path.replace("/", " "), cell_methods=cell_methods)
        data.dims[0].attach_scale(group["time"])
        if values.ndim == 2:
            axis = group.name.strip("/")[:-1]
            data.dims[1].attach_scale(group[axis])
            columns = [n for n, d in group.items() if d.ndim == 1 and n not in ("time", axis)]
            if columns:
                data.attrs["coordinates"] = " ".join(columns)

    def table(self, name: str, columns: dict[str, tuple[str, Any]]) -> None:
        group = self.file.create_group(name, track_order=True)
        rows = len(next(iter(columns.values()))[1])
        group["index"] = np.arange(rows)
        group["index"].make_scale("index")
        for column, (units, values) in columns.items():
            text = rows == 0 or isinstance(values[0], str)
            group.create_dataset(column, data=values, dtype=h5py.string_dtype() if text else None)
            group[column].dims[0].attach_scale(group["index"])
            if units:
                group[column].attrs["units"] = units


def write_example(path: Path, reports: int = 1008, step: float = 600.0, **attributes: Any) -> Path:
    """A week of two halls with 44 racks, three pools and two loops; shapes as a real run has them, numbers invented."""
    out = ResultsFile(path, **attributes)
    rng = np.random.default_rng(1)
    t = step * np.arange(1, reports + 1)
    day = 2 * np.pi * t / 86400
    dry = 26 + 4 * np.sin(day - 2.0) + 2 * np.sin(day / 7)
    wet = dry - 3 - 1.2 * np.sin(day - 2.0)

    racks = [f"{hall}/r{i:02d}" for hall, n in (("air", 20), ("liquid", 24)) for i in range(n)]
    hall = ["air"] * 20 + ["liquid"] * 24
    row = np.array([i // 10 for i in range(20)] + [i // 12 for i in range(24)], dtype=float)
    position = np.array([i % 10 for i in range(20)] + [i % 12 for i in range(24)], dtype=float)
    pool = ["research" if i < 20 else "training" for i in range(43)] + ["npu"]
    busy = np.zeros((reports, 44))
    for r in range(44):
        level, until = 0, 0
        for k in range(reports):
            if k >= until:
                level, until = (
                    int(rng.choice([0, 16, 32, 32, 32])),
                    k + int(rng.integers(20, 160)),
                )
            busy[k, r] = level
    rack_w = (9e3 + busy * np.where(np.arange(44) < 20, 700.0, 3000.0)) * (1 + 0.002 * (dry[:, None] - 26))
    it = rack_w.sum(axis=1)
    share = {o: s * (1 + (0.08 * (wet - wet.mean()) if o in ("chillers", "tower_fans") else 0)) for o, s in OWNERS.items()}
    racks_share = sum(OWNERS[o] for o in ("accelerator", "host", "network", "fans", "psu_loss", "shelf_loss"))
    owner_w = {o: it / racks_share * s for o, s in share.items()}
    power = np.sum(list(owner_w.values()), axis=0)

    out.group("site", t)
    for name, values in {
        "power": power,
        "it_power": it,
        "heat_rejected": 0.98 * power,
    }.items():
        out.series(f"site/{name}", values, "W")
    out.series(
        "site/cooling_power",
        sum(owner_w[o] for o in ("crah_fans", "cdu_pumps", "plant_pumps", "chillers", "tower_fans")),
        "W",
    )
    out.series("site/pue", power / it, "1")
    out.series("site/dry_bulb", dry, "degC", "time: point")
    out.series("site/wet_bulb", wet, "degC", "time: point")
    for owner, values in owner_w.items():
        out.series(f"site/power_{owner}", values * np.ones(reports), "W")

    out.group("halls", t, ["air", "liquid"])
    out.series(
        "halls/it_power",
        np.stack([rack_w[:, :20].sum(1), rack_w[:, 20:].sum(1)], axis=1),
        "W",
    )
    out.group(
        "racks",
        t,
        racks,
        {
            "hall": hall,
            "row": row,
            "position": position,
            "type": ["h200"] * 20 + ["gb200"] * 24,
            "pool": pool,
        },
    )
    out.series("racks/power", rack_w, "W")
    inlet = 22 + 0.6 * position + rack_w / 4e4 + 0.1 * (dry[:, None] - 26)
    inlet[:, 20:] = 25 + 0.1 * position[20:]
    out.series("racks/inlet_temperature", inlet, "degC", "time: point")
    out.series("racks/accelerator_temperature", inlet + 20 + busy, "degC", "time: point")
    out.series("racks/accelerators_busy", busy, "1", "time: point")

    out.group("loops", t, ["cold", "warm"])
    supply = np.stack([np.full(reports, 18.0), np.maximum(wet + 5, 26)], axis=1)
    heat = np.stack([rack_w[:, :20].sum(1), rack_w[:, 20:].sum(1)], axis=1)
    out.series("loops/supply_temperature", supply, "degC", "time: point")
    out.series(
        "loops/return_temperature",
        supply + 8 * heat / heat.max(axis=0),
        "degC",
        "time: point",
    )
    out.series("loops/heat", heat, "W")
    out.series(
        "loops/free_cooling",
        np.stack([np.clip((16 - wet) / 10, 0, 1), np.clip((26 - wet) / 4, 0, 1)], axis=1),
        "1",
    )

    names = ["research", "training", "npu"]
    out.group("pools", t, names)
    in_pool = [np.array([p == name for p in pool]) for name in names]
    out.series(
        "pools/accelerators_busy",
        np.stack([busy[:, m].sum(1) for m in in_pool], axis=1),
        "1",
    )
    out.series(
        "pools/accelerators_total",
        np.stack([np.full(reports, 32.0 * m.sum()) for m in in_pool], axis=1),
        "1",
        "time: point",
    )
    waiting = np.maximum(0, np.cumsum(rng.integers(-2, 3, size=(reports, 3)), axis=0))
    out.series("pools/jobs_waiting", waiting, "1", "time: point")

    if attributes.get("complete", 1):
        nan = float("nan")
        out.table("jobs", {
            "name": ("", ["pretrain", "tune", "late"]), "kind": ("", ["training", "batch", "batch"]), "pool": ("", ["training", "research", "npu"]),
            "accelerators": ("1", np.array([768, 64, 8])), "submit": ("s", np.array([0.0, 3600.0, 600000.0])),
            "start": ("s", np.array([0.0, 7200.0, nan])), "end": ("s", np.array([nan, 90000.0, nan])),
            "state": ("", ["running", "done", "waiting"]), "energy": ("J", np.array([8e11, 2e9, 0.0])),
        })  # fmt: skip
        out.table("events", {
            "time": ("s", np.array([200000.0, 203600.0, 400000.0])), "kind": ("", ["thermal_slowdown_begin", "thermal_slowdown_end", "job_started"]),
            "subject": ("", ["air/r03", "air/r03", "tune"]), "cause": ("", ["accelerators at <85 degC>", "accelerators cooled", "free"]),
        })  # fmt: skip
        out.table("kpis", {
            "name": ("", ["energy", "pue", "jobs_done"]), "value": ("", np.array([float(power.sum() * step / 3.6e9), float(power.sum() / it.sum()), 1.0])),
            "units": ("", ["MWh", "1", "1"]), "long_name": ("", ["Energy at the utility meter", "Power usage effectiveness", "Jobs that ended"]),
        })  # fmt: skip
        out.table(
            "ledger",
            {
                "owner": ("", list(owner_w)),
                "energy": (
                    "J",
                    np.array([float((v * np.ones(reports)).sum() * step) for v in owner_w.values()]),
                ),
            },
        )
    out.file.close()
    return path


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole week, complete."""
    return write_example(tmp_path_factory.mktemp("results") / "example.h5")


@pytest.fixture(scope="session")
def example_page(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its page."""
    with open_run(example) as run:
        return write_report([run], tmp_path_factory.mktemp("page") / "page.html")


@pytest.fixture(scope="session")
def make_example() -> Callable[..., Path]:
    """`write_example`, for tests that need another length."""
    return write_example


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a short example with other attributes."""

    def inner(name: str = "short.h5", **attributes: Any) -> Path:
        return write_example(tmp_path / name, reports=12, **attributes)

    return inner

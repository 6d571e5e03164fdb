"""Reads calibrations, campaigns and priors, and works out the equation of kernels/README.md a second time: the page checks the
program that fitted."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

UNITS = {
    "W": 1.0, "W/K": 1.0, "MHz": 1e6, "degC": 1.0, "K/W": 1.0, "s": 1.0, "pJ/FLOP": 1e-12, "pJ/op": 1e-12, "pJ/B": 1e-12,
}  # fmt: skip
SCALARS = ("idle", "context", "awake", "leakage_slope", "voltage_slope", "voltage_floor")
MEMORY = ("hbm_read", "hbm_write", "pcie", "scaleup")  # a voltage of their own
PRIORS = Path(__file__).resolve().parents[3] / "kernels" / "fit" / "priors"
FAMILIES = {"H100": "hopper", "H200": "hopper", "B200": "blackwell", "A100": "ampere", "MI2": "cdna", "MI3": "cdna"}


class CalibrationError(Exception):
    """The file or the folder cannot be read; the text says why."""


@dataclass(frozen=True)
class Quantity:
    value: float  # SI
    unit: str = ""
    uncertainty: float | None = None  # relative
    tier: str = ""
    why: str = ""

    def spelled(self) -> str:
        """ "0.3 pJ/FLOP ± 3 %", in its own unit."""
        error = "" if self.uncertainty is None else f" ± {100 * self.uncertainty:.2g} %"
        return f"{self.value / UNITS.get(self.unit, 1.0):.4g} {self.unit}".strip() + error


@dataclass(frozen=True)
class Calibration:
    id: str
    about: Mapping[str, Any]
    scalar: Mapping[str, Quantity]
    control: Mapping[str, Quantity]
    data: Mapping[str, Quantity]
    quality: Mapping[str, float]
    parameters: Sequence[str] = field(default_factory=tuple)
    covariance: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    def quantity(self, name: str) -> Quantity:
        part, _, channel = name.partition(".")
        return self.scalar[name] if not channel else (self.control if part == "control" else self.data)[channel]

    def scaled(self, name: str, factor: float) -> Calibration:
        """With one coefficient times a factor."""
        part, _, channel = name.partition(".")
        grown = replace(self.quantity(name), value=self.quantity(name).value * factor)
        if not channel:
            return replace(self, scalar={**self.scalar, name: grown})
        if part == "control":
            return replace(self, control={**self.control, channel: grown})
        return replace(self, data={**self.data, channel: grown})

    def predicted_error(self, windows: pd.DataFrame) -> pd.Series:
        """Standard error of `predict` [W] by the covariance of the fitted coefficients, which is that of their relative errors."""
        if not self.covariance.size:
            return pd.Series(0.0, windows.index)
        step = 1e-4
        slopes = np.stack(
            [
                (self.scaled(name, 1 + step).predict(windows) - self.scaled(name, 1 - step).predict(windows)) / (2 * step)
                for name in self.parameters
            ]
        )
        variance = np.einsum("iw,ij,jw->w", slopes, self.covariance, slopes)
        return pd.Series(np.sqrt(np.maximum(variance, 0.0)), windows.index)

    def voltage(self, phi: np.ndarray) -> np.ndarray:
        """V/V_ref at the relative clock."""
        slope, floor = self.scalar["voltage_slope"].value, self.scalar["voltage_floor"].value
        return np.maximum(floor, 1 - slope * (1 - phi))

    def predict(self, windows: pd.DataFrame) -> pd.Series:
        """Power of each window [W], by its rates, clock and temperature."""
        seconds = windows["t1_s"] - windows["t0_s"]
        phi = self.phi(windows)
        core, memory = pd.Series(0.0, windows.index), pd.Series(0.0, windows.index)
        for channel, control in self.control.items():
            energy = control.value + windows["toggle"] * self.data[channel].value
            part = energy * windows[f"work_{channel}"] / seconds
            if channel in MEMORY:
                memory += part
            else:
                core += part
        v = {name: q.value for name, q in self.scalar.items()}
        factor = pd.Series(self.voltage(phi.to_numpy()) ** 2, windows.index)
        warm = (windows["temperature_c"] - float(self.about["reference_temperature_c"])).fillna(0)
        context = (windows["kernel"] != "idle_bare") * v["context"]
        awake = phi * windows["awake"] * v["awake"]
        return v["idle"] + context + v["leakage_slope"] * warm + factor * (awake + core) + memory

    def phi(self, windows: pd.DataFrame) -> pd.Series:
        clock = windows["sm_clock_kernel_hz"].fillna(windows["sm_clock_nvml_hz"])
        return (clock / float(self.about["reference_clock_hz"])).fillna(1.0)


def _quantity(raw: Any, name: str) -> Quantity:
    table = raw if isinstance(raw, dict) else {"value": raw}
    value = table.get("value")
    unit = ""
    if isinstance(value, str):
        number, _, unit = value.partition(" ")
        try:
            si = float(number) * UNITS[unit]
        except (KeyError, ValueError) as error:
            raise CalibrationError(f"{name} = {value!r} is no number with a unit") from error
    elif isinstance(value, (int, float)):
        si = float(value)
    else:
        raise CalibrationError(f"{name} has no value")
    return Quantity(si, unit, table.get("uncertainty"), table.get("tier", ""), table.get("why", ""))


def read_calibration(path: str | Path, name: str | None = None) -> Calibration:
    """The entry called `name`, or the only one of the file."""
    try:
        entries = tomllib.loads(Path(path).read_text(encoding="utf-8")).get("calibration", {})
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CalibrationError(f"{path}: {error}") from error
    if name is None and len(entries) != 1:
        raise CalibrationError(f"{path} holds {', '.join(entries) or 'no calibration'}; name one with --name")
    if name is not None and name not in entries:
        raise CalibrationError(f"{path} holds {', '.join(entries)}, not {name}")
    key = name if name is not None else next(iter(entries))
    entry = entries[key]
    try:
        about = {k: entry.get(k, "") for k in ("name", "tier", "source", "date", "driver", "board", "note")}
        about["reference_clock_hz"] = _quantity(entry["reference_clock"], "reference_clock").value
        about["reference_temperature_c"] = _quantity(entry["reference_temperature"], "reference_temperature").value
        parameters, covariance = tuple(entry["parameters"]), np.array(entry["covariance"], dtype=float)
        if covariance.size and covariance.shape != (len(parameters), len(parameters)):
            raise CalibrationError(f"{path}: covariance is of shape {covariance.shape}, parameters are {len(parameters)}")
        return Calibration(
            key,
            about,
            {s: _quantity(entry[s], s) for s in SCALARS},
            {c: _quantity(v, f"control.{c}") for c, v in entry["control"].items()},
            {c: _quantity(v, f"data.{c}") for c, v in entry["data"].items()},
            entry["quality"],
            parameters,
            covariance,
        )
    except KeyError as error:
        raise CalibrationError(f"{path}: {key} has no {error.args[0]}") from error


def read_windows(folders: Sequence[str | Path]) -> pd.DataFrame:
    """Windows of the campaigns that can be judged: with energy, no flags, clocks at rest."""
    tables = []
    for folder in folders:
        try:
            table = pd.read_csv(Path(folder) / "windows.csv", dtype={"flags": str, "kernel": str, "role": str})
        except (OSError, ValueError) as error:
            raise CalibrationError(f"{folder}: {error}") from error
        tables.append(table.assign(folder=str(folder)))
    windows = pd.concat(tables, ignore_index=True)
    energy = windows["energy_counter_j"].fillna(windows["energy_instant_j"]).fillna(windows["energy_average_j"])
    windows = windows.assign(power_w=energy / (windows["t1_s"] - windows["t0_s"]))
    good = energy.gt(0) & windows["flags"].isna() & windows["kernel"].ne("idle_after_work")
    return windows[good].reset_index(drop=True)


def judged(calibration: Calibration, windows: pd.DataFrame) -> pd.DataFrame:
    """With prediction, relative residual, standard errors [W] of what was measured and of the prediction, relative clock and whether
    the window was held out."""
    predicted = calibration.predict(windows)
    clock_known = windows["sm_clock_kernel_hz"].notna() | windows["sm_clock_nvml_hz"].notna()
    at_limit = ~clock_known & (windows["power_w"] >= 0.97 * windows["limit_w"].fillna(np.inf))
    # with an unknown clock the limiter can make any sum above the limit right
    predicted = predicted.where(~at_limit, np.minimum(predicted, windows["power_w"]))
    return windows.assign(
        predicted_w=predicted,
        measured_error_w=(windows["uncertainty_j"] / (windows["t1_s"] - windows["t0_s"])).fillna(0.0),
        predicted_error_w=calibration.predicted_error(windows),
        residual=predicted / windows["power_w"] - 1,
        phi=calibration.phi(windows),
        clock_known=clock_known,
        held_out=windows["role"].eq("held_out"),
    )


def read_priors(calibration: Calibration, path: str | Path | None = None) -> dict[str, Quantity]:
    """What was believed before any window, by the names of the calibration; empty where no file is known."""
    if path is None:
        board = f"{calibration.about['board']} {calibration.about['name']}"
        family = next((f for word, f in FAMILIES.items() if word in board), None)
        if family is None or not (PRIORS / f"{family}.toml").is_file():
            return {}
        path = PRIORS / f"{family}.toml"
    try:
        raw = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CalibrationError(f"{path}: {error}") from error
    tables = {s: raw[s] for s in SCALARS if s in raw}
    tables |= {f"{part}.{c}": v for part in ("control", "data") for c, v in raw.get(part, {}).items()}
    return {n: _quantity({**t, "uncertainty": t["relative_sd"]}, n) for n, t in tables.items()}

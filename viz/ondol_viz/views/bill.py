"""What the energy costs by each tariff, and the demand that is charged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..run import Run
from ..style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY
from .missing import MissingData

Floats = np.ndarray[Any, np.dtype[np.float64]]

_PARTS = (
    ("energy_charge", "energy charge", BLUE, ""),
    ("adders", "fuel, climate and other adders", SKY, "//"),
    ("demand_charge", "demand charge", ORANGE, ""),
    ("power_factor", "power factor", PURPLE, "xx"),
    ("levy", "levy", GREEN, ".."),
    ("tax", "value-added tax", GREY, ""),
)


@dataclass(frozen=True)
class Part:
    name: str  # a sentence
    colour: str
    hatch: str
    amounts: Floats  # (tariff,) KRW; negative: taken off


@dataclass(frozen=True)
class Bill:
    """The site's tariff first, then those compared with it."""

    tariffs: tuple[str, ...]  # names, of the file
    parts: tuple[Part, ...]
    totals: Floats  # KRW
    prices: Floats  # KRW/kWh, total over energy
    cheapest: int | None  # of several


@dataclass(frozen=True)
class Demand:
    months: tuple[str, ...]
    peaks: Floats  # W, the highest 15-minute demand of each
    charged: Floats  # W
    when: pd.DatetimeIndex  # UTC, beginning of those 15 minutes
    covered: Floats  # share of the month in the run


def has_bill(run: Run) -> bool:
    """Whether a tariff of the run costs anything."""
    table = run.table("tariffs")
    return {"name", "total"} <= set(table.columns) and bool((table["total"] != 0).any())


def bill(run: Run) -> Bill:
    """The bill of the run by tariff and part of it."""
    if not has_bill(run):
        raise MissingData("the run has no table tariffs, for it has no tariff")
    table = run.table("tariffs")
    parts = tuple(
        Part(name, colour, hatch, table[column].to_numpy(dtype=float))
        for column, name, colour, hatch in _PARTS
        if column in table and (table[column] != 0).any()
    )
    totals = table["total"].to_numpy(dtype=float)
    prices = table["mean_price"].to_numpy(dtype=float) if "mean_price" in table else np.full(len(table), np.nan)
    names = tuple(str(name) for name in table["name"])
    return Bill(names, parts, totals, prices, int(np.argmin(totals)) if len(totals) > 1 else None)


def demand(run: Run) -> Demand:
    """The highest demand of each month."""
    table = run.table("demand")
    if not {"month", "peak", "charged", "begin"} <= set(table.columns) or table.empty:
        raise MissingData("the run has no table demand")
    covered = table["covered"].to_numpy(dtype=float) if "covered" in table else np.ones(len(table))
    return Demand(
        months=tuple(str(month) for month in table["month"]),
        peaks=table["peak"].to_numpy(dtype=float),
        charged=table["charged"].to_numpy(dtype=float),
        when=pd.DatetimeIndex(run.start + pd.to_timedelta(table["begin"].to_numpy(dtype=float), unit="s")),
        covered=covered,
    )

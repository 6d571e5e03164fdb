"""Key figures of a run as people read them: which come first, in which group, in what units, and what they mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ..bands import kpis
from ..run import Run
from ..style import unit_text
from ..words import say
from .shell import number

# Key figures that are shares, shown in percent.
_SHARES = frozenset(
    (
        "load_factor",
        "utilisation",
        "throttled",
        "effective_training_time",
        "inlet_above_recommended",
        "inlet_outside_allowable",
        "water_outside_class",
        "coolant_outside_class",
        "ref",
        "grid_renewables",
        "ramp_missed",
        "peak_missed",
        "phase_energy_difference",
    )
)

# Heading and names, in the order of the page; what is in no group comes folded after them.
GROUPS: Mapping[str, Sequence[str]] = {
    "Energy and cost": (
        "energy", "it_energy", "cooling_energy", "distribution_loss", "idle_energy", "mean_power", "peak_power", "peak_demand_15min", "load_factor",
        "cost_total", "cost_energy", "cost_demand", "cost_adders", "cost_tax", "mean_price", "cost_cheapest",
    ),
    "Efficiency, water and carbon": (
        "pue", "pue_category1", "pue_category3", "wue", "water", "cue", "carbon", "carbon_market", "ref", "grid_renewables", "free_cooling_hours", "chiller_hours",
    ),
    "Work": (
        "jobs_submitted", "jobs_done", "jobs_running", "jobs_waiting", "mean_wait", "mean_bounded_slowdown", "utilisation", "tokens", "model_flop", "effective_training_time",
    ),
    "Temperatures": (
        "hottest_accelerator", "hottest_memory", "hottest_inlet", "hottest_coolant", "throttled", "thermal_lost_hours", "inlet_above_recommended",
        "inlet_outside_allowable",
    ),
    "Reliability": (
        "jobs_failed", "job_interruptions", "lost_work", "lost_accelerator_hours", "unserved_energy", "generated_energy", "generator_hours", "fuel", "ride_through_events",
        "transfers", "breaker_trips", "time_to_slowdown", "time_to_shutdown",
    ),
}  # fmt: skip

# Which way is better, where that does not depend on what one wants: 1 more, -1 less.
BETTER: Mapping[str, int] = {
    **dict.fromkeys(("utilisation", "tokens", "model_flop", "effective_training_time", "jobs_done", "ref", "grid_renewables", "free_cooling_hours"), 1),
    **dict.fromkeys(
        (
            "energy", "cooling_energy", "distribution_loss", "idle_energy", "peak_power", "peak_demand_15min", "cost_total", "cost_energy", "cost_demand", "mean_price",
            "pue", "pue_category1", "pue_category3", "wue", "water", "cue", "carbon", "carbon_market", "mean_wait", "mean_bounded_slowdown",
            "hottest_accelerator", "hottest_memory", "hottest_inlet", "hottest_coolant", "throttled", "thermal_lost_hours", "inlet_above_recommended",
            "inlet_outside_allowable", "jobs_failed", "job_interruptions", "lost_work", "lost_accelerator_hours", "unserved_energy", "breaker_trips", "fuel",
        ),
        -1,
    ),
}  # fmt: skip
# Units for less than one of a unit.
_SMALLER = {"MWh": (1e3, "kWh"), "MW": (1e3, "kW"), "million KRW": (1e3, "thousand KRW"), "t": (1e3, "kg")}

# Sums over the run, which grow with its length.
SUMS = frozenset(
    (
        "energy", "it_energy", "cooling_energy", "distribution_loss", "idle_energy", "unserved_energy", "generated_energy", "cost_total", "cost_energy", "cost_demand",
        "cost_adders", "cost_tax", "water", "carbon", "carbon_market", "tokens", "model_flop", "jobs_submitted", "jobs_done", "jobs_failed", "job_interruptions", "lost_work",
        "lost_accelerator_hours", "thermal_lost_hours", "breaker_trips", "fuel", "free_cooling_hours",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One key figure as the file has it."""

    name: str
    value: float
    units: str
    meaning: str  # a sentence where the program wrote it
    beside: float = 0.0  # largest value that stands in the same unit, if larger
    low: float = math.nan  # 5th and 95th percentile of the members of an ensemble
    high: float = math.nan

    @property
    def share(self) -> bool:
        return self.name in _SHARES and self.units in ("1", "")

    @property
    def shown(self) -> float:
        """In the unit that `unit` says.  What is left of a difference of equal numbers is nothing."""
        return self._in_unit(self.value)

    def _in_unit(self, value: float) -> float:
        return 0.0 if abs(value) < 1e-12 else (100.0 if self.share else self._scale[0]) * value

    @property
    def _scale(self) -> tuple[float, str]:
        largest = max(abs(self.value), abs(self.beside)) if math.isfinite(self.value) else abs(self.beside)
        return _SMALLER[self.units] if self.units in _SMALLER and 1e-12 <= largest < 1 else (1.0, self.units)

    def spelled(self) -> str:
        """Without its unit."""
        return number(self.shown)

    def band(self) -> str:
        """5th to 95th percentile, without the unit; empty where no ensemble says it."""
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            return ""
        return f"{number(self._in_unit(self.low))} – {number(self._in_unit(self.high))}"

    def unit(self) -> str:
        """In the language spoken now; empty for counts and ratios."""
        return "%" if self.share else unit_of(self._scale[1])


def unit_of(units: str) -> str:
    """A unit of the file in the language spoken now."""
    text = unit_text(units)
    return say(text) if text else ""


def figures_of(run: Run, ensemble: xr.Dataset | None = None) -> dict[str, Figure]:
    """By name, in the order of the file; of a run that did not reach its end, what its reports tell.  With how far the members of an
    ensemble of the same scenario lie apart, where there is one.  Raises SweepError when it is none."""
    if run.kpis.empty:
        return _so_far(run)
    table = run.kpis if ensemble is None else kpis(run, ensemble).reset_index()
    return {
        str(row["name"]): Figure(
            str(row["name"]),
            float(row["value"]),
            str(row.get("units") or ""),
            str(row.get("long_name") or row["name"]),
            low=float(row.get("p05", math.nan)),
            high=float(row.get("p95", math.nan)),
        )
        for row in table.to_dict("records")
    }


def _so_far(run: Run) -> dict[str, Figure]:
    site = run.site
    if site.sizes.get("time", 0) < 2 or "power" not in site:
        return {}
    hours = run.hours(site)
    watts = np.asarray(site["power"].values, dtype=np.float64)
    energy = float(np.nansum(watts * hours))
    found = [
        Figure("energy", energy / 1e6, "MWh", "Energy at the utility meter"),
        Figure("mean_power", energy / float(hours.sum()) / 1e6, "MW", "Mean power at the meter"),
        Figure("peak_power", float(np.nanmax(watts)) / 1e6, "MW", "Highest mean power of a report interval"),
    ]
    if {"pue", "it_power"} <= set(site):
        used = np.asarray(site["it_power"].values, dtype=np.float64) * hours
        pue = np.asarray(site["pue"].values, dtype=np.float64)
        known = np.isfinite(pue) & (used > 0)
        if known.any():
            mean = float((pue[known] * used[known]).sum() / used[known].sum())
            found.append(Figure("pue", mean, "1", "Power usage effectiveness, ISO/IEC 30134-2 category 2"))
    return {figure.name: figure for figure in found}


@dataclass(frozen=True)
class Headline:
    """A figure that the page begins with: in a few words what it is, the figure, and what to make of it in the language spoken now."""

    label: str  # a sentence
    figure: Figure
    note: Callable[[], str]


def headlines(figures: Mapping[str, Figure]) -> list[Headline]:
    """At most eight, of those that the run has."""
    found = [
        Headline(label, figures[name], lambda note=note: note(_Values(figures)))  # type: ignore[misc]
        for name, label, wanted, note in _HEADLINES
        if name in figures and math.isfinite(figures[name].value) and (wanted is None or wanted(figures[name].value))
    ]
    return found[:8]


class _Values:
    """Values and spellings of figures by name, for notes."""

    def __init__(self, figures: Mapping[str, Figure]) -> None:
        self._figures = figures

    def value(self, name: str) -> float:
        return self._figures[name].value if name in self._figures else math.nan

    def text(self, name: str) -> str:
        """With its unit; a dash where there is no such figure."""
        if name not in self._figures:
            return "–"
        figure = self._figures[name]
        return f"{figure.spelled()} {figure.unit()}".strip()


def _positive(value: float) -> bool:
    return value > 0


def _energy_note(v: _Values) -> str:
    if math.isfinite(v.value("peak_demand_15min")):
        return say("Mean {mean}, highest 15 minutes {peak}", mean=v.text("mean_power"), peak=v.text("peak_demand_15min"))
    return say("Mean {mean}, highest report {peak}", mean=v.text("mean_power"), peak=v.text("peak_power"))


def _pue_note(v: _Values) -> str:
    return say("For each kWh of IT, {extra} kWh for cooling and losses", extra=number(round(v.value("pue") - 1, 4)))


_Note = Callable[[_Values], str]
_HEADLINES: Sequence[tuple[str, str, Callable[[float], bool] | None, _Note]] = (
    ("energy", "Energy", None, _energy_note),
    ("pue", "PUE", None, _pue_note),
    ("unserved_energy", "Not served", _positive, lambda v: say("Loads without supply would have drawn it; generators gave {given}", given=v.text("generated_energy"))),
    ("cost_total", "Electricity bill", _positive, lambda v: say("{price} on average, with adders and tax", price=v.text("mean_price"))),
    ("carbon", "Emissions", _positive, lambda v: say("{cue} of IT", cue=v.text("cue"))),
    ("wue", "WUE", _positive, lambda v: say("{water} of make-up water", water=v.text("water"))),
    ("utilisation", "Accelerators in use", None, lambda v: say("Share of accelerator time held by jobs; idle ones took {idle}", idle=v.text("idle_energy"))),
    ("tokens", "Tokens trained", _positive, lambda v: say("{flop} by training jobs", flop=v.text("model_flop"))),
    ("jobs_done", "Jobs ended", None, lambda v: say("Of {all}; {waiting} waiting at the end, {lost} lost", all=v.text("jobs_submitted"), waiting=v.text("jobs_waiting"), lost=v.text("jobs_failed"))),
    ("hottest_accelerator", "Hottest accelerator", None, lambda v: say("Hottest memory {memory}, highest rack inlet {inlet}", memory=v.text("hottest_memory"), inlet=v.text("hottest_inlet"))),
)  # fmt: skip


def warnings_of(run: Run, figures: Mapping[str, Figure]) -> list[Callable[[], str]]:
    """What a reader must know before trusting or acting on the run, in sentences of the language spoken now."""
    v = _Values(figures)
    found: list[Callable[[], str]] = []
    for name, sentence, least in _WARNINGS:
        if v.value(name) > least:
            found.append(lambda s=sentence, n=name: say(s, value=v.text(n)))  # type: ignore[misc]
    residual = run.attrs.get("ledger_residual")
    if isinstance(residual, float) and abs(residual) > 1e-9:
        found.append(lambda: say("The energy ledger does not close: relative residual {value}.", value=f"{residual:.1e}"))
    return found


_WARNINGS: Sequence[tuple[str, str, float]] = (
    ("unserved_energy", "Loads without supply would have drawn {value}.", 1e-6),
    ("breaker_trips", "Breakers tripped by overload: {value}.", 0),
    ("jobs_failed", "Jobs lost: {value}.", 0),
    ("lost_work", "Interruptions lost {value} of accelerator work since the last checkpoints.", 0.005),
    ("throttled", "Accelerators were slowed by temperature during {value} of node time.", 1e-6),
    ("inlet_above_recommended", "Rack inlets were above the range that ASHRAE recommends during {value} of rack time.", 1e-3),
    ("inlet_outside_allowable", "Rack inlets were outside the range that their ASHRAE class allows during {value} of rack time.", 0),
    ("outside_curves_hours", "Chillers or towers worked outside their curves for {value}: their power is extrapolated there.", 0.5),
    ("ramp_missed", "Storage fell short of its ramp limit during {value} of the time.", 0),
    ("peak_missed", "The meter was above the limit of peak shaving during {value} of the time.", 0),
)  # fmt: skip


def rows_of(figures: Mapping[str, Figure]) -> list[tuple[str, list[Figure]]]:
    """The groups that have figures, then the rest under an empty heading."""
    grouped = {name for names in GROUPS.values() for name in names}
    found = [(heading, [figures[n] for n in names if n in figures]) for heading, names in GROUPS.items()]
    found.append(("", [figure for name, figure in figures.items() if name not in grouped]))
    return [(heading, rows) for heading, rows in found if rows]

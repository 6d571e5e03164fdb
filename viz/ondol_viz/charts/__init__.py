"""Figures for the browser: each function takes a `Run`, or the dataset of `open_sweep` and a key figure, and returns a plotly `Figure` in
the house style, or raises `MissingData`.

They have the names of their sisters in `plots` and draw the same `views`.
"""

from .bill import bill
from .calendar import cost_calendar
from .chain import fullest_feeds, power_by_source, state_of_charge, unserved_power
from .compare import compare_load_duration, compare_owners, compare_runs
from .cooling import around_trip, chillers_running, compare_months, cooling_by_month, water_use
from .energy import load_duration, pue_against_wet_bulb, site_power
from .fabric import fabric_view
from .floor import floor_plan
from .flows import energy_sankey
from .gantt import job_gantt
from .goodput import goodput
from .jobs import job_occupancy
from .loops import cooling_schematic, loop_temperatures
from .parties import energy_by_party
from .power_tree import power_tree
from .sweep_axes import response_cases, response_lines, response_map, response_scatter, response_surface
from .sweep_effects import rank_bars, sobol_bars, tornado
from .sweep_spread import band_lines, bands_over_time, member_bands, pareto_front
from .swing import compare_swing, power_swing
from .temperatures import accelerator_temperatures
from .waits import job_waits

__all__ = [
    "accelerator_temperatures",
    "around_trip",
    "band_lines",
    "bands_over_time",
    "bill",
    "chillers_running",
    "compare_load_duration",
    "compare_months",
    "compare_owners",
    "compare_runs",
    "compare_swing",
    "cooling_by_month",
    "cooling_schematic",
    "cost_calendar",
    "energy_by_party",
    "energy_sankey",
    "fabric_view",
    "floor_plan",
    "fullest_feeds",
    "goodput",
    "job_gantt",
    "job_occupancy",
    "job_waits",
    "load_duration",
    "loop_temperatures",
    "member_bands",
    "pareto_front",
    "power_by_source",
    "power_swing",
    "power_tree",
    "pue_against_wet_bulb",
    "rank_bars",
    "response_cases",
    "response_lines",
    "response_map",
    "response_scatter",
    "response_surface",
    "site_power",
    "sobol_bars",
    "state_of_charge",
    "tornado",
    "unserved_power",
    "water_use",
]

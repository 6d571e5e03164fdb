"""Figures for the browser: each function takes a `Run` and returns a plotly `Figure` in the house style, or raises `MissingData`.

They have the names of their sisters in `plots` and draw the same `views`.
"""

from .chain import fullest_feeds, power_by_source, state_of_charge, unserved_power
from .energy import load_duration, pue_against_wet_bulb, site_power
from .floor import floor_plan
from .gantt import job_gantt
from .jobs import job_occupancy

__all__ = [
    "floor_plan",
    "fullest_feeds",
    "job_gantt",
    "job_occupancy",
    "load_duration",
    "power_by_source",
    "pue_against_wet_bulb",
    "site_power",
    "state_of_charge",
    "unserved_power",
]

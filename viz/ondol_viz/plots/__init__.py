"""Figures of one run.  Each function takes a `Run` and returns a matplotlib `Figure`, or raises `MissingData`."""

from .chain import fullest_feeds, power_by_source, state_of_charge, unserved_power
from .cooling import around_trip, chillers_running, compare_months, cooling_by_month
from .efficiency import pue_against_wet_bulb
from .floor import floor_plan
from .jobs import job_occupancy
from .loops import loop_temperatures
from .parts import MissingData
from .power import load_duration, site_power
from .swing import compare_swing, power_swing

__all__ = [
    "MissingData",
    "around_trip",
    "chillers_running",
    "compare_months",
    "compare_swing",
    "cooling_by_month",
    "floor_plan",
    "fullest_feeds",
    "job_occupancy",
    "load_duration",
    "loop_temperatures",
    "power_by_source",
    "power_swing",
    "pue_against_wet_bulb",
    "site_power",
    "state_of_charge",
    "unserved_power",
]

"""The window on Ondol: open a results file, plot it, report it.

from ondol_viz import charts, open_run, plots
run = open_run("out/haenam.h5")
run.site.power.mean()
plots.site_power(run)      # matplotlib, for print
charts.site_power(run)     # plotly, for the browser

from ondol_viz import bands, effects, open_member, open_sweep, pareto, sensitivity
sweep = open_sweep("out/set_point.sweep/sweep.h5")
sweep.pue.sel(supply=18)
"""

from . import bands, charts, effects, pareto, plots, sensitivity, swing
from .bands import kpis
from .follow import follow
from .plots import MissingData
from .run import IncompleteRunWarning, Run, RunError, open_run
from .sweep import SweepError, open_member, open_sweep

__all__ = [
    "IncompleteRunWarning",
    "MissingData",
    "Run",
    "RunError",
    "SweepError",
    "bands",
    "charts",
    "effects",
    "follow",
    "kpis",
    "open_member",
    "open_run",
    "open_sweep",
    "pareto",
    "plots",
    "sensitivity",
    "swing",
]
__version__ = "0.1.0"

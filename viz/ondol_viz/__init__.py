"""The window on Ondol: open a results file, plot it, report it.

from ondol_viz import open_run, plots
run = open_run("out/haenam.h5")
run.site.power.mean()
plots.site_power(run)
"""

from . import plots, swing
from .plots import MissingData
from .run import IncompleteRunWarning, Run, RunError, open_run

__all__ = ["IncompleteRunWarning", "MissingData", "Run", "RunError", "open_run", "plots", "swing"]
__version__ = "0.1.0"

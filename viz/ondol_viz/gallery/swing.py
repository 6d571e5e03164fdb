"""Phase windows: a picture for each that the run reached."""

from __future__ import annotations

import functools

from .. import charts, plots
from ..run import Run
from ..views.swing import reached
from .picture import Picture

NAMES = "power_swing*"


def pictures(run: Run) -> list[Picture]:
    """One for each phase window that the run reached."""
    names = reached(run)
    return [
        Picture(
            name=f"power_swing_{number}" if len(names) > 1 else "power_swing",
            section="swing",
            title="Power in the window {window}",
            caption="Training played phase by phase. Amplitudes are those of sines at the meter; grids ask how much of the swing lies in "
            "the shaded band. Ramps are changes between two moments a second apart. With storage, the swing without it stands beside.",
            shows="Power at the meter and of the IT equipment in the window {window}, three iterations of it, its spectrum, "
            "and for which share of the time power changes how fast.",
            plot=functools.partial(plots.power_swing, window=name),
            chart=functools.partial(charts.power_swing, window=name),
            values={"window": name},
        )
        for number, name in enumerate(names, 1)
    ]

"""The refusal of every view."""

from __future__ import annotations

import xarray as xr


class MissingData(Exception):
    """The run did not record what this picture shows."""


def need(data: xr.Dataset, group: str, *names: str) -> None:
    """Raises MissingData unless the group holds these series with at least two reports."""
    for name in names:
        if name not in data:
            raise MissingData(f"the run has no series {group}/{name}")
    if data.sizes.get("time", 0) < 2:
        raise MissingData(f"the run has fewer than two reports in {group}")

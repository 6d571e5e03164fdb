"""Which axes of a sweep a key figure follows: variance shares of a Saltelli design, by SALib."""

from __future__ import annotations

import tomllib
import warnings
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from .sweep import MEMBER, SAMPLE, SweepError, axes, need_response

LEAST = 8  # base samples; fewer say nothing


def sobol_indices(
    sweep: xr.Dataset, response: str, member: int | None = None, resamples: int = 1000, confidence: float = 0.95, seed: int = 1
) -> pd.DataFrame:
    """First and total Sobol indices of a key figure, a row for each axis, shares of its variance (1).

    first   S1 = V(E(y | x)) / V(y): the part of the variance that goes away when x alone is known
    total   ST = E(V(y | all but x)) / V(y): the part that stays while x alone is unknown; total - first is by interactions
    first_low, first_high, total_low, total_high   interval of `confidence` by bootstrap over the base samples (normal, symmetric)

    Estimators of [saltelli2010], computed by SALib [herman2017].  The design has N (D + 2) rows: for each of N base samples its row
    of A, A with column j from B for each of D axes, its row of B.  The same seed (from 1) gives the same intervals.

    With an ensemble the indices are of the mean over members, or of one `member`: members are drawn alike in every row, so that they
    add no noise.  `attrs`: base samples N, mean and variance of the key figure, problem (see problem_of).

    Raises SweepError for other designs, rows without a value (indices of what is left would not be of the distributions any more),
    too few base samples, or a key figure that does not change.
    """
    design = str(sweep.attrs.get("design", "unknown"))
    if design != "saltelli" or SAMPLE not in sweep.dims:
        raise SweepError(f'Sobol indices need a sweep with design = "saltelli"; this one is "{design}"')
    if seed < 1:
        raise SweepError("the seed of a bootstrap is 1 or more")
    names = axes(sweep)
    values = need_response(sweep, response)
    if member is not None:
        if MEMBER not in values.dims:
            raise SweepError("the sweep has no members to choose from")
        values = values.sel({MEMBER: member})
    missing = int((~np.isfinite(values)).sum())
    if missing:
        raise SweepError(
            f"{missing:,} of {values.size:,} runs have no {response}; Sobol indices need all of them: mend what failed, "
            "and sweep again with --resume"
        )
    if MEMBER in values.dims:
        values = values.mean(MEMBER)
    y = values.values.astype(np.float64)
    block = len(names) + 2
    if len(y) % block:
        raise SweepError(f"{len(y)} rows are not N times {block}, as a Saltelli design of {len(names)} axes has")
    base = len(y) // block
    if str(sweep.attrs.get("samples", base)) != str(base):
        raise SweepError(
            f"the sweep has {sweep.attrs['samples']} base samples and not {base}: {len(names)} axes do not fit its rows"
        )
    if base < LEAST:
        raise SweepError(f"{base} base samples are too few for Sobol indices; take {LEAST} or more, better some hundreds")
    if np.ptp(y) <= 1e-12 * np.abs(y).max():
        raise SweepError(f"{response} is {y[0]:g} in every run: there is no variance to share out")

    from SALib.analyze import sobol  # here: scipy takes a second to load

    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}  # the indices do not use the bounds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = sobol.analyze(problem, y, calc_second_order=False, num_resamples=resamples, conf_level=confidence, seed=seed)
    table = pd.DataFrame({"axis": names, "long_name": [str(sweep[n].attrs.get("long_name") or n) for n in names]})
    for column, key in (("first", "S1"), ("total", "ST")):
        table[column] = found[key]
        table[f"{column}_low"], table[f"{column}_high"] = found[key] - found[f"{key}_conf"], found[key] + found[f"{key}_conf"]
    table.attrs = {
        "response": response,
        "base_samples": base,
        "confidence": confidence,
        "mean": float(y.mean()),
        "variance": float(y.var()),
        "problem": problem_of(sweep),
    }
    return table


def problem_of(sweep: xr.Dataset) -> dict[str, Any]:
    """What was drawn, in the shape of SALib's problems: num_vars, names, dists and bounds, one for each axis.

    Distributions and their bounds (of a normal one mean and deviation) are as the sweep file in the index has them.  An axis that draws
    one of its declared values has the distribution "values" and those that were drawn as bounds.
    """
    try:
        declared = {
            str(axis.get("name")): axis for axis in tomllib.loads(str(sweep.attrs.get("sweep_toml", ""))).get("axis", [])
        }
    except (tomllib.TOMLDecodeError, AttributeError):
        declared = {}  # the text is for people: names and draws are in the coordinates
    dists: list[str] = []
    bounds: list[list[Any]] = []
    for name in axes(sweep):
        drawn = declared.get(name, {}).get("distribution")
        if isinstance(drawn, dict):
            dists.append(str(drawn.get("kind", "")))
            ends = ("mean", "deviation") if drawn.get("kind") == "normal" else ("from", "to")
            bounds.append([drawn.get(end) for end in ends])
        else:
            dists.append("values")
            bounds.append(np.unique(sweep[name].values).tolist())
    return {"num_vars": len(dists), "names": axes(sweep), "dists": dists, "bounds": bounds}

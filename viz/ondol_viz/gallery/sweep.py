"""Which pictures the design of a sweep allows: for each key figure that is asked for, for the members, for a front."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import plotly.graph_objects as go
import xarray as xr
from matplotlib.figure import Figure

from .. import charts, plots
from ..bands import bands_over_time
from ..effects import centre, one_at_a_time
from ..sweep import CASE, FILE, MEMBER, SAMPLE, SweepError, axes, label, responses
from ..views.missing import MissingData
from ..views.sweep_axes import response_surface
from ..views.sweep_parts import is_number, quantity
from ..words import say

KINDS = ("sobol", "ranks", "samples", "cases", "bands", "lines", "map", "surface", "tornado", "members", "over_time", "front")


@dataclass(frozen=True)
class Picture:
    """One picture of a sweep.  Texts are sentences for `words.say`, in which {what} is the key figure."""

    name: str  # of the PNG file and of the anchor on the page: a kind and what it shows
    title: str
    caption: str  # what to know when reading it
    shows: str  # for those who cannot see it
    plot: Callable[[], Figure]
    chart: Callable[[], go.Figure]
    what: str = ""  # a sentence
    values: Mapping[str, str] = field(default_factory=dict)  # names of the file that the texts need

    def words(self) -> tuple[Callable[[], str], Callable[[], str], Callable[[], str]]:
        """Title, caption and what it shows, in the language spoken when they are called."""

        def text(sentence: str) -> Callable[[], str]:
            return lambda: say(sentence, what=say(self.what), **self.values)

        return text(self.title), text(self.caption), text(self.shows)


def pictures_of_sweep(
    sweep: xr.Dataset, chosen: Sequence[str], front: tuple[str, str] | None = None, directions: tuple[str, str] = ("min", "min")
) -> list[Picture]:
    """In the order of the page; `chosen` and `front` are key figures of the sweep."""
    found: list[Picture] = []
    if MEMBER in sweep.dims and not axes(sweep):
        found.append(_members(sweep, list(chosen) or responses(sweep)))
    for name in chosen:
        found += _of_response(sweep, name)
    if MEMBER in sweep.dims:
        found += _over_time(sweep)
    if front:
        found.append(_front(sweep, front, directions))
    return found


def _of_response(sweep: xr.Dataset, name: str) -> Iterator[Picture]:
    varied, members = axes(sweep), MEMBER in sweep.dims
    what = quantity(sweep, name).meaning
    if sweep.attrs.get("design") == "saltelli":
        yield Picture(
            name=f"sobol_{name}",
            title="Sobol indices: {what}",
            caption="How much of the variance goes away with the axis alone (first), and stays while it alone is unknown (total). Whiskers: 95 % bootstrap intervals.",
            shows="{what}: bars of first and total Sobol indices by axis.",
            plot=functools.partial(plots.sobol_bars, sweep, name),
            chart=functools.partial(charts.sobol_bars, sweep, name),
            what=what,
        )
    if SAMPLE in sweep.dims:
        yield Picture(
            name=f"ranks_{name}",
            title="Rank regression: {what}",
            caption="By how many of its standard deviations its rank follows that of each axis; on the right, what the axis alone explains.",
            shows="{what}: bars of standardised rank regression coefficients by axis.",
            plot=functools.partial(plots.rank_bars, sweep, name),
            chart=functools.partial(charts.rank_bars, sweep, name),
            what=what,
        )
        yield Picture(
            name=f"samples_{name}",
            title="Samples: {what}",
            caption="Every sample, over each axis. A slope or a bend of the means shows that the axis matters.",
            shows="{what}: dots over each axis.",
            plot=functools.partial(plots.response_scatter, sweep, name),
            chart=functools.partial(charts.response_scatter, sweep, name),
            what=what,
        )
    elif CASE in sweep.dims or (len(varied) == 1 and not is_number(sweep, varied[0])):
        yield Picture(
            name=f"cases_{name}",
            title="By case: {what}",
            caption="Bars, where there are members, from the 5th to the 95th percentile.",
            shows="{what}: a dot for each case.",
            plot=functools.partial(plots.response_cases, sweep, name),
            chart=functools.partial(charts.response_cases, sweep, name),
            what=what,
        )
    elif len(varied) == 1 and members:
        yield Picture(
            name=f"bands_{name}",
            title="Bands along the axis: {what}",
            caption="Percentiles over the members along the axis; whiskers: standard error of the median.",
            shows="{what}: bands of percentiles over the axis.",
            plot=functools.partial(plots.band_lines, sweep, name),
            chart=functools.partial(charts.band_lines, sweep, name),
            what=what,
        )
    elif varied:
        yield from _of_grid(sweep, name, what)


def _of_grid(sweep: xr.Dataset, name: str, what: str) -> Iterator[Picture]:
    yield Picture(
        name=f"lines_{name}",
        title="Along an axis: {what}",
        caption="A line for each value of a second axis: means over what else varies, which the title names, with the shade between the extremes.",
        shows="{what}: lines over one axis, one for each value of a second.",
        plot=functools.partial(plots.response_lines, sweep, name),
        chart=functools.partial(charts.response_lines, sweep, name),
        what=what,
    )
    if len(axes(sweep)) < 2:
        return
    x, y = _strongest(sweep, name)
    yield Picture(
        name=f"map_{name}",
        title="Over two axes: {what}",
        caption="Each cell is a run, or the mean of its members; marked where no run has a value. Other axes stand at their middle, which the title says.",
        shows="{what}: map over two axes.",
        plot=functools.partial(plots.response_map, sweep, name, x, y),
        chart=functools.partial(charts.response_map, sweep, name, x, y),
        what=what,
    )
    try:
        response_surface(sweep, name)
    except MissingData:
        pass  # fewer than two axes of numbers
    else:
        yield Picture(
            name=f"surface_{name}",
            title="Isolines: {what}",
            caption="Between the runs, which are the dots, lines of equal value are interpolated.",
            shows="{what}: isolines over two axes, with a dot for each run.",
            plot=functools.partial(plots.response_surface, sweep, name),
            chart=functools.partial(charts.response_surface, sweep, name),
            what=what,
        )
    yield Picture(
        name=f"tornado_{name}",
        title="One axis at a time: {what}",
        caption="How far each axis moves it while the others stay; at the ends the values of the axis. What axes do together is not in it.",
        shows="{what}: horizontal bars of its extremes by axis.",
        plot=functools.partial(plots.tornado, sweep, name),
        chart=functools.partial(charts.tornado, sweep, name),
        what=what,
    )


def _strongest(sweep: xr.Dataset, name: str) -> tuple[str, str]:
    """Axes of a map, in their order: the two that move the key figure most."""
    varied = axes(sweep)
    if len(varied) > 2:
        try:
            most = one_at_a_time(sweep, name)["axis"].tolist()[:2]
            varied = [a for a in varied if a in most]
        except SweepError:
            pass  # no value at the middle; then the first two
    return varied[0], varied[1]


def _members(sweep: xr.Dataset, names: Sequence[str]) -> Picture:
    return Picture(
        name="members_all",
        title="Members of the ensemble",
        caption="A dot for each member, over its percentiles: dark from the 25th to the 75th, light from the 5th to the 95th, the line at the median. "
        "In the titles the median, and in brackets the 5th and 95th percentile.",
        shows="For each key figure, the members as dots over bands of percentiles.",
        plot=functools.partial(plots.member_bands, sweep, names),
        chart=functools.partial(charts.member_bands, sweep, names),
    )


def middle_cell(sweep: xr.Dataset) -> xr.Dataset:
    """The members of the first case, or of the middle of all axes."""
    if CASE in sweep.dims:
        return sweep.isel({CASE: 0})
    return sweep.isel(centre(sweep)) if axes(sweep) else sweep


def _over_time(sweep: xr.Dataset) -> Iterator[Picture]:
    """Nothing where members left no results files."""
    if SAMPLE in sweep.dims:
        return
    cell = middle_cell(sweep)
    if not any(cell[FILE].values.astype(str)):
        return
    where = label(cell) if axes(sweep) else ""
    for series, what in (("power", "power at the meter"), ("pue", "power usage effectiveness")):
        spread = functools.cache(functools.partial(bands_over_time, cell, series))
        caption = "Percentiles over the members at each time; a member may be high at one time and low at another."
        if where:
            caption = (
                "Percentiles over the members at each time, at {where}; a member may be high at one time and low at another."
            )
        yield Picture(
            name=f"over_time_{series}",
            title="Over time: {what}",
            caption=caption,
            shows="{what}: bands of percentiles over time.",
            plot=lambda s=spread: plots.bands_over_time(s()),  # type: ignore[misc]
            chart=lambda s=spread: charts.bands_over_time(s()),  # type: ignore[misc]
            what=what,
            values={"where": where},
        )


def _front(sweep: xr.Dataset, front: tuple[str, str], directions: tuple[str, str]) -> Picture:
    return Picture(
        name="front_" + "_".join(front),
        title="Front of two key figures",
        caption="Joined: runs that no other beats in both. Pale: those that another beats. Members count by their mean.",
        shows="Dots of all runs over two key figures, with the front joined.",
        plot=functools.partial(plots.pareto_front, sweep, *front, directions),
        chart=functools.partial(charts.pareto_front, sweep, *front, directions),
    )

"""What figures of sweeps share: words on axes, ticks at values, colours of an axis."""

from __future__ import annotations

import textwrap
from typing import Any

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from ..effects import centre
from ..style import CYCLE, unit_text
from ..sweep import CASE, FILE, MEMBER, SAMPLE, axes, cells, responses, spell

WIDE = 46  # letters of a label before it takes a second line


def words(sweep: xr.Dataset, name: str, width: int = WIDE) -> str:
    """ "Supply temperature (°C)": the meaning of an axis or key figure with its unit."""
    attrs = sweep[name].attrs if name in sweep.variables else {}
    text = str(attrs.get("long_name") or name.replace("_", " "))
    unit = unit_text(attrs.get("units", ""))
    text = text[:1].upper() + text[1:]
    return textwrap.fill(f"{text} ({unit})" if unit else text, width, break_long_words=False)


def values_of(sweep: xr.Dataset, name: str) -> list[Any]:
    """Values of an axis of a grid; places where it has none."""
    return sweep[name].values.tolist() if name in sweep.coords else list(range(sweep.sizes[name]))


def is_number(sweep: xr.Dataset, name: str) -> bool:
    return name in sweep.coords and sweep[name].dtype.kind in "fiu"


def with_unit(sweep: xr.Dataset, name: str, value: Any) -> str:
    """ "18 °C", "seoul"."""
    unit = unit_text(sweep[name].attrs.get("units", "")) if is_number(sweep, name) else ""
    return f"{spell(value)} {unit}".strip()


def shown(sweep: xr.Dataset, response: str, keep: tuple[str, ...]) -> tuple[xr.DataArray, str]:
    """A key figure along `keep` alone, in that order: other axes at their middle, which the text says; mean over members."""
    middle = {k: v for k, v in centre(sweep).items() if k not in keep}
    where = ", ".join(f"{k} = {with_unit(sweep, k, values_of(sweep, k)[v])}" for k, v in middle.items())
    return cells(sweep, response).isel(middle).transpose(*keep), where


def title(what: str, where: str) -> str:
    return textwrap.fill(f"{what}, at {where}" if where else what, 88)


def ticks_at_values(axes_: Axes, sweep: xr.Dataset, name: str, which: str, most: int = 14) -> None:
    """Ticks of an axis that is drawn by place, each with its value; not more than `most`."""
    values = [spell(v) for v in values_of(sweep, name)]
    places = np.arange(0, len(values), -(-len(values) // most))
    long = max(len(values[i]) for i in places) * len(places) > 70
    if which == "x":
        axes_.set_xticks(places, [values[i] for i in places], rotation=30 if long else 0, ha="right" if long else "center")
    else:
        axes_.set_yticks(places, [values[i] for i in places])


def colours(sweep: xr.Dataset, name: str) -> list[Any]:
    """One for each value: in the order of lightness for numbers, apart from each other for names."""
    count = sweep.sizes[name]
    if is_number(sweep, name) and count > 2:
        return [mpl.colormaps["cividis"](x) for x in np.linspace(0.0, 0.92, count)]
    return [CYCLE[i % len(CYCLE)] for i in range(count)]


def table_of(sweep: xr.Dataset) -> Any:
    """Every cell as a row: values of the axes, key figures (means over members)."""
    data = xr.Dataset({name: cells(sweep, name) for name in responses(sweep)})
    data = data.drop_vars(FILE, errors="ignore")
    return data.to_dataframe().reset_index()


def is_grid(sweep: xr.Dataset) -> bool:
    return bool(axes(sweep)) and not {SAMPLE, CASE} & set(sweep.dims)


def members(sweep: xr.Dataset) -> int:
    return int(sweep.sizes.get(MEMBER, 0))

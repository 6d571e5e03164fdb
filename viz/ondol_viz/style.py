"""One look for every figure: colours that colour-blind readers can tell apart, and the words for what the file names."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib as mpl
import matplotlib.dates as mdates
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from .words import language

P = ParamSpec("P")

# Okabe and Ito (2008), "Color Universal Design"
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, BLACK, GREY = "#CC79A7", "#56B4E9", "#222222", "#8C8C8C"
CYCLE = [BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY, BLACK, GREY]

# Totals of the site, wherever they are lines.
LEVEL_COLOURS = {"power": BLACK, "it_power": BLUE, "cooling_power": GREEN}

# Owners in the order of the stack, from the work up to the site.  A family shares a hue and steps in lightness.
FAMILIES: dict[str, dict[str, str]] = {
    "IT": {
        "accelerator": "#004B78",
        "host": "#0072B2",
        "network": "#4C9ECF",
        "fans": "#9CCBE6",
        "heat_loads": "#CBE4F2",
    },
    "conversion": {
        "psu_loss": "#8A5A00",
        "shelf_loss": "#B37A00",
        "pdu_loss": "#C58600",
        "busway_loss": "#D19200",
        "ups_loss": "#E9AE2E",
        "transformer_loss": "#F3C968",
        "switchgear_loss": "#F9E1A8",
        "battery_loss": "#FBECC8",
        "generator_loss": "#FDF5E2",
    },
    "cooling": {
        "crah_fans": "#004F3A",
        "cdu_pumps": "#007A59",
        "plant_pumps": "#009E73",
        "chillers": "#45BD99",
        "tower_fans": "#8AD6BF",
        "dry_cooler_fans": "#C3EADF",
    },
    "site": {"site_base": "#9A9A9A"},
}

OWNER_NAMES = {
    "accelerator": "accelerators",
    "host": "hosts",
    "network": "network",
    "fans": "server fans",
    "heat_loads": "heat loads",
    "psu_loss": "PSU loss",
    "shelf_loss": "power shelf loss",
    "pdu_loss": "PDU loss",
    "busway_loss": "busway loss",
    "ups_loss": "UPS loss",
    "transformer_loss": "transformer loss",
    "switchgear_loss": "switchgear loss",
    "battery_loss": "battery loss",
    "generator_loss": "generator loss",
    "crah_fans": "CRAH fans",
    "cdu_pumps": "CDU pumps",
    "plant_pumps": "plant pumps",
    "chillers": "chillers",
    "tower_fans": "tower fans",
    "dry_cooler_fans": "dry-cooler fans",
    "site_base": "site base load",
}

FAMILY_NAMES = {"IT": "IT equipment", "conversion": "conversion losses", "cooling": "cooling", "site": "site base load"}

# Names may be Korean: after DejaVu, which comes with matplotlib, the first fonts of this machine that have Hangul.
_HANGUL = (
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "NanumGothic",
    "NanumBarunGothic",
    "UnDotum",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "Noto Sans CJK JP",
)


@functools.cache
def fonts() -> list[str]:
    """Families to draw text with, in order of preference."""
    here = {font.name for font in fontManager.ttflist if Path(font.fname).exists()}  # its cache outlives fonts
    return ["DejaVu Sans", *(name for name in _HANGUL if name in here)]


_RC: dict[str, Any] = {
    "figure.dpi": 100,
    "savefig.dpi": 130,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "font.size": 9.5,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.labelsize": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=CYCLE),
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.3,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "image.cmap": "cividis",
}


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draws in the house style without touching the reader's own settings."""

    @functools.wraps(draw)
    def inner(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with mpl.rc_context({**_RC, "font.family": fonts()}):
            return draw(*args, **kwargs)

    return inner


def power_scale(largest_w: float) -> tuple[float, str]:
    """Divisor and unit in which a power reads well."""
    for divisor, unit in ((1e6, "MW"), (1e3, "kW")):
        if abs(largest_w) >= 2 * divisor:
            return divisor, unit
    return 1.0, "W"


def time_ticks(axes: Axes, most: int = 9) -> None:
    """Short dates on the time axis."""
    locator = mdates.AutoDateLocator(minticks=3, maxticks=most)
    axes.xaxis.set_major_locator(locator)
    formatter = mdates.ConciseDateFormatter(locator, show_offset=False)
    if language() == "ko":  # without names of months in English
        formatter.formats = ["%Y", "%m월", "%d일", "%H:%M", "%H:%M", "%S.%f"]
        formatter.zero_formats = ["", "%Y", "%m월", "%m-%d", "%H:%M", "%H:%M"]
    axes.xaxis.set_major_formatter(formatter)


# Streams of jobs, as the file names their kinds: colour, and a name that is a sentence.
KINDS = {
    "training": (BLUE, "training"),
    "service": (GREEN, "inference services"),
    "mix": (ORANGE, "job mix"),
    "trace": (SKY, "jobs of a trace"),
    "steady": (PURPLE, "steady load"),
}


def kind_look(kind: str) -> tuple[str, str]:
    """Colour and name of a kind of jobs; of those that are not known, grey and the word of the file."""
    return KINDS.get(kind, (GREY, kind))


def percent(value: float) -> str:
    return f"{value:.1f} %" if value >= 0.1 or value == 0 else "< 0.1 %"


def unit_text(unit: object) -> str:
    """A unit of the file as people write it; nothing for counts and ratios."""
    text = str(unit)
    return {"1": "", "degC": "°C", "m3": "m³", "1e9": "billion", "delta_degC": "K"}.get(text, text)


def energy_text(joules: float) -> str:
    """`1.23 MWh`, `2,835 MWh`."""
    divisor, unit = power_scale(joules / 3600.0)
    amount = joules / 3600.0 / divisor
    return f"{amount:.3g} {unit}h" if abs(amount) < 999.5 else f"{amount:,.0f} {unit}h"


def duration_text(hours: float) -> str:
    """A length of time in the unit in which it reads well."""
    if hours < 1 / 60 - 1e-9:
        return f"{3600 * hours:.3g} s"
    return f"{60 * hours:.3g} min" if hours < 2 else f"{hours:.3g} h"


def shades(count: int, ordered: bool) -> list[str]:
    """Colours of `count` lines: in steps of lightness for what has an order, apart from each other for names."""
    if ordered and count > 2:
        return [mpl.colors.to_hex(mpl.colormaps["cividis"](i / (count - 1) * 0.88)) for i in range(count)]
    return [CYCLE[i % len(CYCLE)] for i in range(count)]


def cut(text: str, letters: int) -> str:
    """A name that is longer than there is room for loses its end."""
    return text if len(text) <= letters else text[: max(letters, 1) - 1].rstrip() + "…"


# Larger units in which amounts read well; all are sentences for `words.say`.
_LARGER = {
    "KRW": ((1e6, "million KRW"), (1e3, "thousand KRW")),
    "KRW/h": ((1e6, "million KRW/h"), (1e3, "thousand KRW/h")),
    "kg": ((1e3, "t"),),
    "kg/h": ((1e3, "t/h"),),
    "Wh": ((1e6, "MWh"), (1e3, "kWh")),
}


def scale(largest: float, unit: str) -> tuple[float, str]:
    """Divisor and unit in which amounts up to `largest` read well."""
    if unit == "W":
        return power_scale(largest)
    return next(((divisor, larger) for divisor, larger in _LARGER.get(unit, ()) if abs(largest) >= 2 * divisor), (1.0, unit))

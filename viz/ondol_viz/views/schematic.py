"""The plant as a diagram: boxes, pipes and words with their places, for both drawings.

Lengths are in letters: a unit is about as wide as a letter of the texts; y grows downwards.  Each loop is a lane: left what it cools, right what
cools it, between them return water above and supply water below; outdoor air stands right of all lanes.  Texts are in the
language spoken when the diagram is made.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex

from ..run import Run
from ..style import cut
from ..words import say
from .plant import Consumer, Floats, Ints, Loop, Plant, plant

WIDTH = 134.0
ROW = 6.4  # height of a consumer or a machine with the space around it
BOX = 5.2  # height of the box itself
HEAD = 3.6  # above a lane, for its name
LEFT, HEADER_BACK, HEADER_OUT = 35.0, 39.0, 42.0  # right edge of consumers, and the two pipes along them
ROOM_LEFT, MACHINES, REJECTORS, ROOM_RIGHT = 68.0, 70.0, 90.0, 109.0  # of the plant room, its boxes
MACHINE = 17.0  # width of a box in it
OUTDOORS = 119.0
UNKNOWN = "#999999"
FILLS = {"hall": "#F3F7FA", "room": "#F6F6F6", "machine": "#FFFFFF", "outdoors": "#EEF5EE"}  # of boxes
NAME = 18  # letters of names of the file

SIDES = {"air": "{n} CRAH", "liquid": "{n} CDU", "rear_door": "rear doors"}


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float
    kind: str  # hall, room, machine or outdoors


@dataclass(frozen=True)
class Text:
    """`words` are one for all moments, or one for each."""

    x: float
    y: float
    words: tuple[str, ...]
    align: str = "left"  # left, center or right
    strong: bool = False


@dataclass(frozen=True)
class Pipe:
    """Lines of one temperature [degC, by moment]; `name` says what flows."""

    lines: tuple[tuple[tuple[float, float], ...], ...]
    temperature: Floats
    name: str
    supply: bool


@dataclass(frozen=True)
class Chip:
    """A square in the colour of a temperature."""

    x: float
    y: float
    temperature: Floats
    name: str


@dataclass(frozen=True)
class Schematic:
    plant: Plant
    height: float
    boxes: tuple[Box, ...]
    texts: tuple[Text, ...]
    pipes: tuple[Pipe, ...]
    chips: tuple[Chip, ...]
    links: tuple[
        tuple[tuple[float, float], ...], ...
    ]  # lines of water between machines, whose temperature the file does not have
    arrows: tuple[tuple[float, float, float], ...]  # x from, x to, y: heat given to the weather
    range: tuple[float, float]  # degC, of the colours at all moments


def schematic(run: Run, at: Ints | None = None) -> Schematic:
    """At reports number `at` of the loops; without it, at the stops of the time slider."""
    view = plant(run, at)
    sheet = _Sheet()
    top = 0.0
    for loop in view.loops:
        top = _lane(sheet, loop, top, len(view.dates))
    _outdoors(sheet, view, max(top, 4 * ROW))
    known = np.concatenate(
        [values.ravel() for values in (*(p.temperature for p in sheet.pipes), *(c.temperature for c in sheet.chips))]
    )
    known = known[np.isfinite(known)]
    return Schematic(
        plant=view,
        height=max(top, 4 * ROW),
        boxes=tuple(sheet.boxes),
        texts=tuple(sheet.texts),
        pipes=tuple(sheet.pipes),
        chips=tuple(sheet.chips),
        links=tuple(sheet.links),
        arrows=tuple(sheet.arrows),
        range=(float(np.floor(known.min())), float(np.ceil(known.max()))) if known.size else (0.0, 1.0),
    )


@dataclass
class _Sheet:
    boxes: list[Box] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    pipes: list[Pipe] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    links: list[tuple[tuple[float, float], ...]] = field(default_factory=list)
    arrows: list[tuple[float, float, float]] = field(default_factory=list)

    def write(self, x: float, y: float, words: str | list[str], align: str = "left", strong: bool = False) -> None:
        self.texts.append(Text(x, y, (words,) if isinstance(words, str) else tuple(words), align, strong))


def _lane(sheet: _Sheet, loop: Loop, top: float, moments: int) -> float:
    """Draws a loop below `top`; its lower end."""
    machines, rejectors = _machines(loop), _rejectors(loop)
    rows = max(len(loop.consumers), len(machines), len(rejectors), 2)
    first, middle = top + HEAD, top + HEAD + rows * ROW / 2
    sheet.write(0, top + HEAD / 2, cut(loop.name, NAME), strong=True)
    back, out = middle - 2.4, middle + 2.4
    room = ROOM_LEFT if machines else REJECTORS - 2
    lines_back, lines_out = [], []
    spread = [first + (rows - len(loop.consumers)) * ROW / 2 + (i + 0.5) * ROW for i in range(len(loop.consumers))]
    for consumer, y in zip(loop.consumers, spread, strict=True):
        _consumer(sheet, consumer, y)
        lines_back.append(((LEFT, y - 1.3), (HEADER_BACK, y - 1.3)))
        lines_out.append(((HEADER_OUT, y + 1.3), (LEFT, y + 1.3)))
    if not spread:
        sheet.boxes.append(Box(0, middle - BOX, LEFT, middle + BOX, "hall"))
        sheet.write(LEFT / 2, middle, say("halls"), "center", strong=True)
        lines_back.append(((LEFT, back), (HEADER_BACK, back)))
        lines_out.append(((HEADER_OUT, out), (LEFT, out)))
    ys_back, ys_out = [y - 1.3 for y in spread] + [back], [y + 1.3 for y in spread] + [out]
    lines_back += [((HEADER_BACK, min(ys_back)), (HEADER_BACK, max(ys_back))), ((HEADER_BACK, back), (room, back))]
    lines_out += [((HEADER_OUT, min(ys_out)), (HEADER_OUT, max(ys_out))), ((room, out), (HEADER_OUT, out))]
    nothing = np.full(moments, np.nan)
    name = cut(loop.name, NAME)
    sheet.pipes.append(
        Pipe(tuple(lines_back), loop.series.get("return_temperature", nothing), say("{loop} return", loop=name), False)
    )
    sheet.pipes.append(
        Pipe(tuple(lines_out), loop.series.get("supply_temperature", nothing), say("{loop} supply", loop=name), True)
    )
    _mains(sheet, loop, back, middle, out)
    sheet.boxes.append(Box(room, first, ROOM_RIGHT, first + rows * ROW, "room"))
    ends = []
    for left, found in ((MACHINES, machines), (REJECTORS, rejectors)):
        ys = [middle + (i - (len(found) - 1) / 2) * ROW for i in range(len(found))]
        for y, lines in zip(ys, found, strict=True):
            _machine(sheet, left, y, lines)
        ends.append(ys)
    _link(sheet, *ends)
    sheet.arrows.append((ROOM_RIGHT, OUTDOORS, middle))
    if "heat" in loop.series:
        sheet.write((ROOM_RIGHT + OUTDOORS) / 2, middle - 1.4, each(watts, loop.series["heat"]), "center")
    return first + rows * ROW + 0.8


def _link(sheet: _Sheet, machines: list[float], rejectors: list[float]) -> None:
    """Water between machines at these heights."""
    if not machines or not rejectors:
        return
    left, right = MACHINES + MACHINE, REJECTORS
    bus = (left + right) / 2
    sheet.links += [((left, y), (bus, y)) for y in machines] + [((bus, y), (right, y)) for y in rejectors]
    sheet.links.append(((bus, min(machines + rejectors)), (bus, max(machines + rejectors))))


def _consumer(sheet: _Sheet, consumer: Consumer, y: float) -> None:
    sheet.boxes.append(Box(0, y - BOX / 2, LEFT, y + BOX / 2, "hall"))
    kind = say(SIDES[consumer.side], n=consumer.units)
    sheet.write(1, y - 1.2, cut(consumer.hall, NAME), strong=True)
    sheet.write(LEFT - 3.2, y - 1.2, kind, "right")
    name = f"{cut(consumer.hall, NAME)}, {say('air') if consumer.side == 'air' else say('coolant')}"
    if consumer.supply is not None and consumer.back is not None:
        sheet.chips.append(Chip(LEFT - 1.3, y - 1.3, consumer.back, f"{name}: {say('return')}"))
        sheet.chips.append(Chip(LEFT - 1.3, y + 1.3, consumer.supply, f"{name}: {say('supply')}"))
        words = [f"{low:.1f} → {high:.1f} °C" for low, high in zip(consumer.supply, consumer.back, strict=True)]
        if consumer.flow is not None:
            words = [
                say("{temperatures}, flow {share}", temperatures=text, share=_percent(flow))
                for text, flow in zip(words, consumer.flow, strict=True)
            ]
        sheet.write(1, y + 1.3, words)


def _mains(sheet: _Sheet, loop: Loop, back: float, middle: float, out: float) -> None:
    """Numbers along the two pipes between halls and plant room."""
    x = (HEADER_OUT + ROOM_LEFT) / 2
    series = loop.series
    if "return_temperature" in series:
        sheet.write(x, back - 1.6, each(lambda v: say("return {t:.1f} °C", t=v), series["return_temperature"]), "center")
    if "supply_temperature" in series:
        words = each(lambda v: say("supply {t:.1f} °C", t=v), series["supply_temperature"])
        if "set_point" in series:
            words = [
                text + say(" (set {t:.1f})", t=wanted) if np.isfinite(wanted) else text
                for text, wanted in zip(words, series["set_point"], strict=True)
            ]
        sheet.write(x, out + 1.7, words, "center")
    parts = [each(lambda v: f"{v:,.0f} kg/s", series[name]) for name in ("flow",) if name in series]
    if "pump_power" in series:
        parts.append(each(lambda v: say("pumps {power}", power=watts(v)), series["pump_power"]))
    if parts:
        sheet.write(x, middle, [", ".join(words) for words in zip(*parts, strict=True)], "center")


def _machine(sheet: _Sheet, left: float, y: float, lines: tuple[list[str], list[str]]) -> None:
    sheet.boxes.append(Box(left, y - BOX / 2, left + MACHINE, y + BOX / 2, "machine"))
    sheet.write(left + MACHINE / 2, y - 1.2, lines[0], "center", strong=True)
    sheet.write(left + MACHINE / 2, y + 1.3, lines[1], "center")


def _machines(loop: Loop) -> list[tuple[list[str], list[str]]]:
    """Two lines of each machine that takes heat out of the water, by moment."""
    series = loop.series
    found = []
    free = series.get("free_cooling")
    heat = series.get("heat")
    if loop.chillers:
        running = series.get("chillers_running")
        names = (
            each(lambda v: say("chillers {n:.3g} of {all}", n=v, all=loop.chillers), running)
            if running is not None
            else [say("{n} chillers", n=loop.chillers)]
        )
        found.append((names, each(watts, series.get("chiller_power"))))
    if loop.economizer and free is not None and heat is not None:
        found.append(([say("free cooling")], [f"{watts(f * h)}, {_percent(f)}" for f, h in zip(free, heat, strict=True)]))
    if loop.tank:
        tank = series["tank_cooling"]
        found.append(
            (
                [say("tank")],
                [say("gives {power}", power=watts(v)) if v >= 0 else say("takes {power}", power=watts(-v)) for v in tank],
            )
        )
    if loop.reuse:
        found.append(([say("heat reuse")], each(watts, series["heat_reused"])))
    return found


def _rejectors(loop: Loop) -> list[tuple[list[str], list[str]]]:
    """Two lines of each kind of machine that gives heat to the weather, by moment."""
    fans, towers = loop.series.get("fan_power"), loop.series.get("tower_fan_power")
    found = []
    if loop.towers:
        power = towers if towers is not None or loop.dry_coolers else fans
        found.append(([say("{n} towers", n=loop.towers)], each(lambda v: say("fans {power}", power=watts(v)), power)))
    if loop.dry_coolers:
        power = fans - towers if fans is not None and towers is not None and loop.towers else fans
        found.append(([say("{n} dry coolers", n=loop.dry_coolers)], each(lambda v: say("fans {power}", power=watts(v)), power)))
    return found


def _outdoors(sheet: _Sheet, view: Plant, height: float) -> None:
    sheet.boxes.append(Box(OUTDOORS, HEAD, WIDTH, height - 0.8, "outdoors"))
    x, y = (OUTDOORS + WIDTH) / 2, HEAD + 3
    sheet.write(x, y, say("outdoor air"), "center", strong=True)
    for key, name in (("dry_bulb", "dry bulb"), ("wet_bulb", "wet bulb")):
        if key in view.weather:
            sheet.write(x, y + 3.6, say(name), "center")
            sheet.write(x - 0.5, y + 6, each(lambda v: f"{v:.1f} °C", view.weather[key]), "center")
            sheet.chips.append(Chip(OUTDOORS + 1.8, y + 6, view.weather[key], say(name)))
            y += 5.6
    if "water_flow" in view.weather and np.nanmax(view.weather["water_flow"]) > 0:
        sheet.write(x, y + 3.6, say("make-up water"), "center")
        sheet.write(x, y + 6, each(lambda v: f"{v:.2f} kg/s", view.weather["water_flow"]), "center")


def coloured(view: Schematic, temperature: float) -> str:
    """Colour of a temperature [degC], grey for none."""
    low, high = view.range
    return colour((temperature - low) / max(high - low, 1e-9)) if np.isfinite(temperature) else UNKNOWN


def colour(share: float) -> str:
    """Of the range of the temperatures [0, 1]: without the ends of the map, one too much like ink, the other too pale on paper."""
    return _inferno(int(256 * (0.12 + 0.74 * share)))


@functools.cache
def _inferno(step: int) -> str:
    """One of the 256 colours of the map; ends hold beyond."""
    return str(to_hex(colormaps["inferno"](min(max(step, 0), 255))))


def each(write: Callable[[float], str], values: Any) -> list[str]:
    """Words for each value, a dash where there is none."""
    return ["–"] if values is None else [write(float(v)) if np.isfinite(v) else "–" for v in values]


def watts(value: float) -> str:
    """Short, in the unit that reads well."""
    for divisor, unit in ((1e6, "MW"), (1e3, "kW")):
        if abs(value) >= divisor:
            return f"{value / divisor:.{2 if divisor == 1e6 else 0}f} {unit}"
    return f"{value:.0f} W"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if np.isfinite(share) else "–"

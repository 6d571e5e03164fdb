"""Series as OpenMetrics text with times, which `promtool tsdb create-blocks-from openmetrics` reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from ..run import Run, RunError
from .selection import Series, Times, times

# Units of the file in the words of Prometheus: base units, in the plural, singular after "per".
UNITS = {
    "1": "",
    "W": "watts",
    "J": "joules",
    "K": "kelvins",
    "degC": "celsius",
    "s": "seconds",
    "h": "hours",
    "kg": "kilograms",
    "kg s-1": "kilograms_per_second",
    "kg h-1": "kilograms_per_hour",
    "kg (kW h)-1": "kilograms_per_kilowatt_hour",
    "byte s-1": "bytes_per_second",
    "KRW": "krw",
    "KRW h-1": "krw_per_hour",
    "KRW (kW h)-1": "krw_per_kilowatt_hour",
}
_LABELS = 16  # read at once: those of a chunk of the file
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def metric_name(group: str, axis: str | None, name: str, units: str) -> str:
    """`ondol_rack_inlet_temperature_celsius` of racks/inlet_temperature.

    The group in the singular, the series, its units.  A "_total" at the end falls away: OpenMetrics keeps that for counters.

    >>> metric_name("site", None, "power", "W"), metric_name("pools", "pool", "accelerators_total", "1")
    ('ondol_site_power_watts', 'ondol_pool_accelerators')
    """
    owner = "window" if group.startswith("windows/") else axis or group
    unit = UNITS.get(units, units.lower())
    words = "_".join(word for word in ("ondol", owner, name.removesuffix("_total"), unit) if word)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def write_openmetrics(run: Run, series: Sequence[Series], path: Path, labels: Mapping[str, str]) -> None:
    """Gauges, family by family, label by label, in the order of time; what is NaN has no sample.  Ends with `# EOF`.

    `labels` go to every sample.  Raises RunError for names of them that Prometheus does not allow.
    """
    for name in labels:
        if not _NAME.fullmatch(name):
            raise RunError(f'"{name}" is no name of a label; letters, digits and _ are')
    families: dict[str, list[Series]] = {}
    for one in series:
        families.setdefault(metric_name(one.group, one.axis, one.name, one.units), []).append(one)
    with path.open("w", encoding="utf-8", newline="") as file:
        for name, members in families.items():
            file.write(f"# TYPE {name} gauge\n")
            unit = UNITS.get(members[0].units, "")
            if unit:
                file.write(f"# UNIT {name} {unit}\n")
            file.write(f"# HELP {name} {_escaped(members[0].long_name)}\n")
            for one in members:
                ends = _stamps(times(run, [one]))
                for head, values in _samples(one, len(ends), labels):
                    known = np.flatnonzero(~np.isnan(values))
                    texts = values.astype(str)
                    file.writelines(f"{name}{head} {texts[at]} {ends[at]}\n" for at in known)
        file.write("# EOF\n")


def _samples(series: Series, size: int, labels: Mapping[str, str]) -> Iterator[tuple[str, np.ndarray]]:
    """Labels in braces and values of each label of the axis."""
    own = {"window": series.group.split("/", 1)[1]} if series.group.startswith("windows/") else {}
    if not series.axis:
        yield _braces(own | dict(labels)), series.stored[:size]
        return
    for begin in range(0, len(series.labels), _LABELS):
        values = series.stored[:size, begin : begin + _LABELS]
        for i, label in enumerate(series.labels[begin : begin + _LABELS]):
            beside = {name: texts[begin + i] for name, texts in series.beside.items()}
            yield _braces({series.axis: label} | beside | own | dict(labels)), values[:, i]


def _braces(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}" if labels else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _stamps(ends: Times) -> list[str]:
    """Seconds since 1970 in the fewest digits that are exact."""
    found = []
    for nanoseconds in ends.astype(np.int64).tolist():
        seconds, rest = divmod(nanoseconds, 1_000_000_000)
        found.append(f"{seconds}.{rest:09d}".rstrip("0") if rest else str(seconds))
    return found

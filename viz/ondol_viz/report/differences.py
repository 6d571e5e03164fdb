"""What differs between two documents of JSON: of a chart in two languages, the words."""

from __future__ import annotations

from typing import Any

Path = list[str | int]


def differences(one: Any, other: Any) -> list[tuple[Path, Any]]:
    """Places in `one` and what stands there in `other`.  Where shapes differ, the whole is named.

    >>> differences({"x": [1, "power"], "y": 2}, {"x": [1, "전력"], "y": 2})
    [(['x', 1], '전력')]
    """
    found: list[tuple[Path, Any]] = []
    _walk(one, other, [], found)
    return found


def _walk(one: Any, other: Any, path: Path, found: list[tuple[Path, Any]]) -> None:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key, value in one.items():
            _walk(value, other[key], [*path, key], found)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, value in enumerate(one):
            _walk(value, other[place], [*path, place], found)
    elif one != other:
        found.append((path, other))

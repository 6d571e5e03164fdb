"""Views that are asked for twice, as by a chart that is drawn in two languages, are computed once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
View = TypeVar("View")

_found: ContextVar[dict[Any, Any] | None] = ContextVar("found", default=None)


@contextmanager
def keeping() -> Iterator[None]:
    """Within it, views marked `kept` are kept; after it they are forgotten, so that a page needs the memory of one picture."""
    token = _found.set({})
    try:
        yield
    finally:
        _found.reset(token)


def kept(view: Callable[P, View]) -> Callable[P, View]:
    """For a view that says no word of a language.  Who asks again gets the same object, and must not write to it."""

    @functools.wraps(view)
    def inner(*args: P.args, **kwargs: P.kwargs) -> View:
        found = _found.get()
        if found is None:
            return view(*args, **kwargs)
        key = (view.__module__, view.__qualname__, _key(args), _key(sorted(kwargs.items())))
        if key not in found:
            found[key] = view(*args, **kwargs)
        return found[key]  # type: ignore[no-any-return]

    return inner


def _key(value: object) -> object:
    """What tells one argument from another."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    return tuple(_key(each) for each in value) if isinstance(value, list | tuple) else value

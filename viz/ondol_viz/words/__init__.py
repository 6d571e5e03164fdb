"""The words of pictures and pages.  English is written where it is said; other languages stand in `<language>.toml` beside this file.

>>> from ondol_viz.words import say, speaking
>>> with speaking("ko"):
...     say("Load duration"), say("power reached or exceeded ({unit})", unit="MW")    # the sentence first, then its values
('부하 지속 곡선', '도달하거나 넘은 전력 (MW)')

A sentence that a table lacks stays English: names of a scenario and new series of a file are then shown as they are.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import resources
from typing import Any

LANGUAGES = {"en": "English", "ko": "한국어"}

_language: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within it, `say` speaks the language.  Raises ValueError for one that is not in LANGUAGES."""
    if language not in LANGUAGES:
        raise ValueError(f"no language {language!r}; there are {', '.join(LANGUAGES)}")
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """The language spoken now: "en" or "ko"."""
    return _language.get()


def say(sentence: str, /, **values: Any) -> str:
    """The sentence in the language spoken now, with its `{values}` filled in.  Only sentences of the program go in: what a file
    names belongs into the values."""
    spoken = sentence if language() == "en" else table(language()).get(sentence, sentence)
    return spoken.format(**values) if values else spoken


@functools.cache
def table(name: str, only: str | None = None) -> dict[str, str]:
    """English sentence -> the same in a language; of one section alone.  Sections `file` and `events` are of words that results files hold."""
    text = resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(text)
    chosen = sections if only is None else {only: sections.get(only, {})}
    return {str(key): str(value) for section in chosen.values() for key, value in section.items()}

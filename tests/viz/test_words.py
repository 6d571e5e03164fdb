"""Every sentence of the window has its Korean, with the same values in it."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import ondol_viz
import pytest
from ondol_viz.gallery import pictures_of  # noqa: F401  (imports every room of the gallery)
from ondol_viz.gallery import picture as gallery_picture
from ondol_viz.style import FAMILY_NAMES, OWNER_NAMES
from ondol_viz.words import say, speaking, table

PACKAGE = Path(ondol_viz.__file__).parent
LEFT = {"{name}"}  # nothing to translate


def said() -> Iterator[tuple[str, str]]:
    """(where, sentence) of every `say("...")` and `both("...")` with a literal, and of every text of a Picture."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            texts: list[ast.expr] = []
            if name in ("say", "both", "folded"):
                texts = node.args[:1]
            elif name == "Picture":
                texts = [k.value for k in node.keywords if k.arg in ("title", "caption", "shows")]
            for text in texts:
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield f"{path.relative_to(PACKAGE)}:{node.lineno}", text.value


def fields(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


def test_every_sentence_has_its_korean() -> None:
    known = table("ko")
    sentences = [*said(), *(("style.py", name) for name in (*OWNER_NAMES.values(), *FAMILY_NAMES.values()))]
    sentences += [("gallery/picture.py", title) for title in gallery_picture.SECTIONS.values()]
    missing = sorted({f"{where}: {text!r}" for where, text in sentences if text not in known and text not in LEFT})
    assert not missing, "\n".join(missing)


def test_no_korean_is_left_over() -> None:
    """Sentences that nothing says any more, as far as literals tell; those said through a name are found in any string of the code."""
    code = {
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    from_files = {*table("ko", "file"), *table("ko", "events")}
    assert not sorted(set(table("ko")) - from_files - code)


@pytest.mark.parametrize(("sentence", "spoken"), sorted(table("ko").items()))
def test_values_are_the_same(sentence: str, spoken: str) -> None:
    assert fields(sentence) == fields(spoken)


def test_unknown_sentences_stay_as_they_are() -> None:
    with speaking("ko"):
        assert say("hall of {name}", name="서울") == "hall of 서울"
    with pytest.raises(ValueError, match="no language 'fr'"), speaking("fr"):
        pass

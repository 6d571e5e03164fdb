"""Keys of sources: each stands once, and every key that code, catalogue or a page names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIB = [ROOT / "docs/references.bib", *sorted((ROOT / "docs/references.d").glob("*.bib"))]
ENTRY = re.compile(r"^@\w+\{([^,\s]+),", re.MULTILINE)


def keys() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in BIB:
        for key in ENTRY.findall(file.read_text(encoding="utf-8")):
            found.setdefault(key, []).append(file.name)
    return found


def test_every_key_stands_once():
    assert {k: files for k, files in keys().items() if len(files) > 1} == {}


def test_braces_of_each_file_close():
    for file in BIB:
        text = file.read_text(encoding="utf-8")
        assert text.count("{") == text.count("}"), file.name


# A citation: [key], [key, eq. 3], [key; key2].  A key ends in a year and perhaps a word: fan2007, brewer2024exadigit.
CITED = re.compile(r"\[([a-z0-9][^\[\]\n]*)\]")
KEY = re.compile(r"^[a-z][a-z]+(?:19|20)\d\d[a-z0-9]*$")


def cited(text: str) -> set[str]:
    named = set()
    for group in CITED.findall(text):
        for part in group.split(";"):
            word = part.split(",")[0].strip()
            if KEY.match(word):
                named.add(word)
    return named


def test_finds_citations():
    assert cited("/// P = I + u (A - I)   [fan2007; brewer2024exadigit, eq. 4] a[i] [0, 1]") == {"fan2007", "brewer2024exadigit"}


def test_cited_keys_exist():
    known = keys()
    missing = []
    for folder in ("docs", "kernels", "scenarios", "sim", "topology", "viz", "workloads"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in {".hpp", ".cpp", ".cu", ".md", ".py", ".toml"}:
                for key in cited(file.read_text(encoding="utf-8")):
                    if key not in known:
                        missing.append(f"{file.relative_to(ROOT)}: [{key}]")
    assert missing == []

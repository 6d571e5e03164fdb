"""Every page that a header cites is there, and every page of a model is cited or linked by something."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("scenarios", "topology", "workloads", "sim", "kernels")
CITED = re.compile(r"docs/models/([a-z0-9-]+)\.md")


def sources() -> list[Path]:
    return [p for floor in FLOORS for p in sorted((ROOT / floor).rglob("*")) if p.suffix in {".hpp", ".cpp", ".cu", ".cuh"}]


def cited() -> dict[str, Path]:
    return {name: path for path in sources() for name in CITED.findall(path.read_text(encoding="utf-8"))}


def test_headers_cite_pages_that_exist():
    missing = {name: str(path.relative_to(ROOT)) for name, path in cited().items() if not (ROOT / "docs/models" / f"{name}.md").is_file()}
    assert not missing


def test_the_search_finds_what_is_cited():
    assert len(cited()) > 20
    assert cited()["heat-exchangers"].suffix == ".hpp"


@pytest.mark.parametrize("page", [*sorted((ROOT / "docs/models").glob("*.md")), ROOT / "docs/README.md"], ids=lambda p: p.stem)
def test_links_of_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"

"""What the README shows is what the program says."""
import re
import shlex
import subprocess

import pytest
from ondol_program import ONDOL, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def console() -> list[tuple[str, list[str]]]:
    """(command, lines shown below it) of every console block, in order."""
    shown: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                shown.append((line[2:], []))
            else:
                shown[-1][1].append(line)
    return shown


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Looks like a clone after `make build`."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "build").mkdir()
    for program in ("ondol", "ondol-meter"):
        (folder / "build" / program).symlink_to(ONDOL.parent / program)
    for floor in ("scenarios", "kernels"):
        (folder / floor).symlink_to(ROOT / floor)
    (folder / "out").mkdir()
    for command, lines in console():
        if command.startswith("cat "):
            (folder / command[4:]).write_text("\n".join(lines))
    return folder


@pytest.mark.parametrize("command, shown", [pytest.param(*entry, id=entry[0]) for entry in console() if entry[0].startswith("build/ondol")])
def test_command(folder, command, shown):
    done = subprocess.run(shlex.split(command), cwd=folder, capture_output=True, text=True, timeout=300)
    said = done.stdout + done.stderr
    faulty = any(": error:" in line for line in shown)
    assert done.returncode == (2 if faulty else 0), said
    for line in shown:
        if line.strip() not in ("", "..."):
            assert line.split("[...]")[0].rstrip() in said, said


def test_pictures_are_there():
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file(), picture


@pytest.mark.parametrize("page", ["README.md", "README.ko.md", "CONTRIBUTING.md", "docs/README.md"])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"

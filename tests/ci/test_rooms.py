"""The include check finds what it is there to find."""
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = """
scenarios/base  :
scenarios/schema : scenarios/base
topology/graph  : scenarios/base
sim/power       : scenarios topology/graph
sim/engine      : sim
<simgrid/       : sim/engine
<toml++/        : scenarios/schema/*.cpp
"""


def house(folder: Path, table: str = TABLE, **files: str) -> subprocess.CompletedProcess:
    """Runs the check on a tree; file names come with __ for / and a trailing _hpp or _cpp."""
    (folder / "docs").mkdir()
    (folder / "docs/rooms.txt").write_text(table)
    for name, text in files.items():
        path = folder / (name.replace("__", "/").removesuffix("_hpp").removesuffix("_cpp") + "." + name[-3:])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return subprocess.run([sys.executable, ROOT / ".ci/rooms", "--root", folder], capture_output=True, text=True)


def test_a_tree_in_order_passes(tmp_path):
    done = house(tmp_path, sim__power__psu_hpp='#include <vector>\n#include "scenarios/base/units.hpp"\n'
                                               '#include "scenarios/schema/spec.hpp"\n#include "sim/power/loss.hpp"\n')
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line, said", [
    ('#include "sim/engine/run.hpp"', "sim/power must not include sim/engine"),
    ('  #  include "sim/engine/run.hpp"', "sim/power must not include sim/engine"),
    ("#include <sim/engine/run.hpp>", "sim/power must not include sim/engine"),
    ("#include <simgrid/s4u.hpp>", "belongs to sim/engine alone"),
    ('#include "simgrid/s4u.hpp"', "belongs to sim/engine alone"),
    ("#include <toml++/toml.h>", "belongs to scenarios/schema/*.cpp alone"),
    ('#include "psu.hpp"', 'write "sim/power/psu.hpp"'),
    ('#include "../engine/run.hpp"', "does not name its room"),
    ('#include "attic/trunk.hpp"', "lies in no room"),
    ('#include "sim/powerful/x.hpp"', "lies in no room"),
])
def test_a_wrong_include_fails_with_its_place(tmp_path, line, said):
    done = house(tmp_path, sim__power__psu_cpp=f"// a comment\n{line}\n")
    assert done.returncode == 1
    assert "sim/power/psu.cpp:2: " in done.stderr
    assert said in done.stderr


@pytest.mark.parametrize("text", ['// #include "sim/engine/run.hpp"\n', '/* so:\n#include "sim/engine/run.hpp"\n*/\n'])
def test_comments_are_no_includes(tmp_path, text):
    assert house(tmp_path, sim__power__psu_hpp=text).returncode == 0


@pytest.mark.parametrize("file, status", [("scenarios__schema__read_cpp", 0), ("scenarios__schema__read_hpp", 1)])
def test_the_schema_keeps_its_parser_out_of_its_headers(tmp_path, file, status):
    assert house(tmp_path, **{file: "#include <toml++/toml.h>\n"}).returncode == status


def test_code_outside_every_room_fails(tmp_path):
    done = house(tmp_path, sim__attic__trunk_hpp="")
    assert done.returncode == 1 and "is no room" in done.stderr


def test_a_table_that_allows_a_circle_fails(tmp_path):
    done = house(tmp_path, table="sim/power : sim/thermal\nsim/thermal : sim/power\n")
    assert done.returncode == 1 and "circle" in done.stderr


def test_this_repository_is_in_order():
    done = subprocess.run([ROOT / ".ci/rooms"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

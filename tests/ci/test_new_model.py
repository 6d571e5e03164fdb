"""`.ci/new-model` writes files in their places and refuses to overwrite or to guess."""
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def tree(folder: Path) -> Path:
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/new-model", folder / ".ci/new-model")
    shutil.copy(ROOT / ".ci/rooms", folder / ".ci/rooms")
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "docs/rooms.txt", folder / "docs/rooms.txt")
    (folder / "sim/thermal").mkdir(parents=True)
    (folder / "sim/thermal/CMakeLists.txt").touch()
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([folder / ".ci/new-model", *arguments], capture_output=True, text=True)


def test_it_writes_four_files_that_keep_the_rooms(tmp_path):
    done = run(tree(tmp_path), "ice_tank", "sim/thermal")
    assert done.returncode == 0, done.stderr
    for file in ("sim/thermal/ice_tank.hpp", "sim/thermal/ice_tank.cpp", "tests/sim/thermal/ice_tank_test.cpp", "docs/models/ice_tank.md"):
        assert (tmp_path / file).is_file(), file
    assert "struct IceTankParams" in (tmp_path / "sim/thermal/ice_tank.hpp").read_text()
    assert "ondol_test(sim_thermal_ice_tank_test" in done.stdout
    assert subprocess.run([tmp_path / ".ci/rooms"]).returncode == 0


def test_it_never_overwrites(tmp_path):
    run(tree(tmp_path), "ice_tank", "sim/thermal")
    done = run(tmp_path, "ice_tank", "sim/thermal")
    assert done.returncode == 1 and "exists already" in done.stderr


def test_it_refuses_what_is_no_room_or_no_name(tmp_path):
    tree(tmp_path)
    assert "no room" in run(tmp_path, "ice_tank", "sim/attic").stderr
    assert "snake_case" in run(tmp_path, "IceTank", "sim/thermal").stderr

"""Scenario files that are no scenario, and outputs that cannot be written."""
import os
import resource
import shutil
import subprocess

import pytest
from ondol_program import TINY


# ------------------------------------------------------------------------------------------------ the scenario file

def test_missing_file(ondol):
    assert "nowhere.toml" in ondol.refused("run", "nowhere.toml", said="no such file|not exist|not found|cannot be read|cannot open")


def test_directory(ondol):
    (ondol.folder / "folder").mkdir()
    ondol.refused("run", "folder", said="folder|directory")


def test_binary(ondol):
    ondol.write(bytes(range(256)) * 64, "program")
    ondol.refused("run", "program", said="UTF-8|binary|text|TOML")


def test_the_program_itself(ondol):
    ondol.refused("check", "/bin/ls", said="UTF-8|binary|text|TOML")


def test_empty(ondol):
    ondol.write("", "empty.toml")
    ondol.refused("run", "empty.toml", said="empty|missing|required|nothing")


def test_200_mb(ondol):
    path = ondol.write("# big\n", "big.toml")
    os.truncate(path, 200_000_000)
    big = ondol.refused("check", path, said="MB|MiB|large|big", timeout=30, preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_AS, (1_000_000_000, 1_000_000_000)))
    assert len(big) < 2000


def test_device_without_end(ondol):
    ondol.refused("check", "/dev/zero", said="file", timeout=30)


def test_invalid_utf8(ondol):
    ondol.write(TINY.encode().replace(b'name = "tiny"', b'name = "ti\xff\xfeny"'))
    ondol.refused("check", "scenario.toml", said="UTF-8")


def test_byte_order_mark_and_crlf_are_fine(ondol):
    ondol.write(b"\xef\xbb\xbf" + TINY.replace("\n", "\r\n").encode())
    assert ondol("check", "scenario.toml").returncode == 0


def test_toml_syntax(ondol):
    ondol.write(TINY + "\n[site\n")
    line = TINY.count("\n") + 2
    assert f"scenario.toml:{line}" in ondol.refused("check", "scenario.toml", said=r"\^")


def test_no_permission(ondol):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    ondol.write(TINY).chmod(0)
    ondol.refused("check", "scenario.toml", said="permission")


# ------------------------------------------------------------------------------------------------ extends

def test_extends_a_file_that_is_not_there(ondol):
    ondol.write('extends = "parent.toml"\n')
    error = ondol.refused("check", "scenario.toml", said="parent.toml")
    assert "scenario.toml:1:" in error


def test_extends_itself(ondol):
    ondol.write('extends = "scenario.toml"\n')
    ondol.refused("check", "scenario.toml", said="circle|cycl|itself|loop", timeout=30)


def test_extends_in_a_circle(ondol):
    ondol.write('extends = "b.toml"\n', "a.toml")
    ondol.write('extends = "c.toml"\n', "b.toml")
    ondol.write('extends = "a.toml"\n', "c.toml")
    ondol.refused("check", "a.toml", said="circle|cycl|itself|loop", timeout=30)


def test_extends_overrides_by_key(ondol):
    ondol.write(TINY, "parent.toml")
    ondol.write('extends = "parent.toml"\n[simulation]\nname = "child"\n')
    done = ondol("dump", "scenario.toml")
    assert done.returncode == 0, done.stderr
    assert '"child"' in done.stdout and '"tiny"' not in done.stdout


# ------------------------------------------------------------------------------------------------ the results file

def test_output_under_a_regular_file(ondol):
    ondol.write(TINY)
    ondol.write("", "file")
    assert "file/out.h5" in ondol.refused("run", "scenario.toml", "-o", "file/out.h5", said="not a (directory|folder)|cannot|create|write")


def test_output_in_a_folder_that_is_not_there_and_cannot_be(ondol):
    ondol.write(TINY)
    ondol.refused("run", "scenario.toml", "-o", "/proc/ondol/out.h5", said="/proc/ondol")


def test_output_is_a_folder(ondol):
    ondol.write(TINY)
    (ondol.folder / "out.h5").mkdir()
    ondol.refused("run", "scenario.toml", "-o", "out.h5", "--force", said="folder|directory")


def test_output_exists(ondol):
    ondol.write(TINY)
    kept = ondol.write("precious", "out.h5")
    ondol.refused("run", "scenario.toml", "-o", "out.h5", said="--force")
    assert kept.read_text() == "precious"
    assert ondol("run", "scenario.toml", "-o", "out.h5", "--force").returncode == 0
    assert kept.read_bytes().startswith(b"\x89HDF")


def test_a_failed_run_keeps_the_older_result(ondol):
    ondol.write(TINY)
    kept = ondol.write("precious", "out.h5")
    done = ondol("run", "scenario.toml", "-o", "out.h5", "--force", preexec_fn=small_files)
    assert done.returncode == 3 and kept.read_text() == "precious"


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_file_size_limit(ondol):
    ondol.write(TINY)
    done = ondol("run", "scenario.toml", "-o", "out.h5", preexec_fn=small_files)
    assert done.returncode == 3, done.stderr
    assert "out.h5" in done.stderr and "File too large" in done.stderr
    assert not (ondol.folder / "out.h5").exists()


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode != 0:
        pytest.skip("no right to mount a small disk; test_file_size_limit covers failed writes")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_disk_full(ondol, small_disk):
    ondol.write(TINY)
    done = ondol("run", "scenario.toml", "-o", small_disk / "out.h5", "--set", 'record.period="1 s"')
    assert done.returncode == 3, done.stderr
    assert "No space left on device" in done.stderr
    assert not (small_disk / "out.h5").exists()


def test_read_only_disk(ondol, small_disk):
    ondol.write(TINY)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    ondol.refused("run", "scenario.toml", "-o", small_disk / "out.h5", said="read-only")


def test_stdout_closed(ondol):
    """`ondol catalogue | head -1` must not end in noise."""
    if shutil.which("head") is None:
        pytest.skip("no head")
    child = ondol.start("catalogue")
    child.stdout.close()
    _, error = child.communicate(timeout=60)
    assert "terminate" not in (error or "")

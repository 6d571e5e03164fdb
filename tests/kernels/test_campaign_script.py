"""kernels/campaign, dry and without a card: builds the meter alone, as a GPU node would, and runs the quick plan on the simulated card."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRUTH = ROOT / "kernels/fake/truth/h200_like.txt"


pytestmark = pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="a card is in reach: the script would measure it")


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """What a GPU node needs of the repository."""
    node = tmp_path_factory.mktemp("node")
    for part in ("kernels", "cmake"):
        shutil.copytree(ROOT / part, node / part, ignore=shutil.ignore_patterns("recorded"))
    return node


def campaign(node, *arguments, code=0, **environment):
    env = {**os.environ, **environment}
    done = subprocess.run([node / "kernels/campaign", *map(str, arguments)], cwd=node, env=env, capture_output=True, text=True, timeout=600)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_builds_alone_and_leaves_a_campaign(node):
    campaign(node, "first", "quick", "--fake", TRUTH)
    left = {path.name for path in (node / "first").iterdir()}
    assert left == {"build.log", "check.txt", "clocktrace.csv", "log.txt", "meta.json", "probe.json", "samples.csv", "windows.csv"}
    before = (node / "first/windows.csv").read_bytes()
    assert "holds a campaign already" in campaign(node, "first", "quick", "--fake", TRUTH, code=2)
    assert (node / "first/windows.csv").read_bytes() == before


def test_a_late_start_skips_steps_by_name(node):
    assert "steps skipped" in campaign(node, "late", "full", "--fake", TRUTH, DEADLINE="200")
    assert "skipped" in (node / "late/log.txt").read_text()


def test_says_how_to_call_it(node):
    assert "kernels/campaign FOLDER" in campaign(node, code=2)

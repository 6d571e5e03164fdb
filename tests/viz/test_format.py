"""The format of results is a promise: names, units and meaning of what the program writes, against what was promised.

`format.txt` has a line for each series and column that the runs below leave.  Its lines may be added to (another minor number); a line that
is gone or changed would make a viewer wrong and needs another major number, here and in `ondol_viz.run.MAJOR`.

    python tests/viz/test_format.py    # writes it anew
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import h5py
import pytest
from ondol_viz.run import MAJOR

from tests.support.program import EXAMPLES, ONDOL, ROOT, run_scenario

PROMISED = Path(__file__).with_name("format.txt")
RUNS = (
    ("one_hall", "2 h"),
    ("utility_outage", "4 h"),
    ("training_fabric", "1 h"),
    ("training_swing", "1 d"),
    ("ramp_limit_storage", "1 d"),
    ("tariff_options", "1 d"),
    ("heat_reuse", "2 h"),
    ("oversubscription", "2 h"),
    ("frontier_idle", "1 h"),
)

pytestmark = pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build")


def written(folder: Path) -> set[str]:
    """Lines "group/name units cell_methods axes" of all runs; names of phase windows and of facility units are not part of the format."""
    lines: set[str] = set()
    for name, until in RUNS:
        run_scenario(EXAMPLES / f"{name}.toml", folder / f"{name}.h5", "--until", until)
        with h5py.File(folder / f"{name}.h5") as file:
            lines |= {f"attribute {key}" for key in file.attrs}

            def visit(path: str, item: h5py.Group | h5py.Dataset) -> None:
                if not isinstance(item, h5py.Dataset):
                    return
                parts = path.split("/")
                if parts[0] == "windows":
                    parts[1] = "<name>"
                kind = "text" if h5py.check_string_dtype(item.dtype) else item.dtype.name
                units = _text(item.attrs.get("units", "-"))
                if units.startswith("seconds since"):
                    units = "seconds since <start>"
                axes = ",".join(d.keys()[0] if d.keys() else "-" for d in item.dims)
                lines.add(f"{'/'.join(parts)}  {kind}  [{units}]  {_text(item.attrs.get('cell_methods', '-'))}  ({axes})")

            file.visititems(visit)
    return lines


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    return written(tmp_path_factory.mktemp("format"))


def test_what_was_promised_is_written(now: set[str]) -> None:
    promised = set(PROMISED.read_text(encoding="utf-8").splitlines())
    assert not promised - now, "gone or changed: viewers would be wrong; raise the major number of the format"


def test_what_is_written_was_promised(now: set[str]) -> None:
    promised = set(PROMISED.read_text(encoding="utf-8").splitlines())
    assert not now - promised, f"new: run {Path(__file__).relative_to(ROOT)} and raise the minor number of the format"


def test_versions_agree() -> None:
    page = (ROOT / "docs" / "results-format.md").read_text(encoding="utf-8").splitlines()[0]
    header = (ROOT / "sim" / "record" / "recorder.hpp").read_text(encoding="utf-8")
    version = page.removeprefix("# Results format ")
    assert f'results_format_version = "{version}"' in header
    assert int(version.split(".")[0]) == MAJOR


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as place:
        PROMISED.write_text("\n".join(sorted(written(Path(place)))) + "\n", encoding="utf-8")

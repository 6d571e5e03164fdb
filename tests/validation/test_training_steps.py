"""Training steps against published ones: judged errors stay within what was reached, and the files say what their data say."""
import csv
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.program import ONDOL

FOLDER = Path(__file__).parent / "training"

# Mean and worst error of judge rows in %, a little above what was reached: tighten when the model gets better, explain when not.
BOUNDS = {
    "deepseek_v3": (3, 3),  # errors that cancel: docs/models/training-step.md
    "korthikanti2022": (3.65, 5.2),
    "narayanan2021": (2.5, 4.8),
    "megatron_core": (3.6, 7.3),
    "megascale": (1.6, 3.2),
    "llama3": (0.9, 0.9),
    "mlperf_gpt3": (3.9, 6.2),
    "mlperf_405b": (3.0, 7.6),
    "vtrain_single": (7.5, 35),
    "vtrain_multi": (8.6, 39),
}


@pytest.fixture(scope="module")
def tables(rows):
    return {**rows.published(ONDOL), **rows.of_vtrain(ONDOL)}


def test_judged_errors_stay_within_what_was_reached(rows, tables):
    assert set(tables) == set(BOUNDS)
    found = {name: (100 * rows.mape(rows.judges(of)), 100 * rows.worst(rows.judges(of))) for name, of in tables.items()}
    assert {name: f for name, f in found.items() if f[0] > BOUNDS[name][0] or f[1] > BOUNDS[name][1]} == {}


def test_catalogue_is_what_the_fit_rows_give():
    done = subprocess.run([sys.executable, FOLDER / "fit.py", "--check", "--ondol", ONDOL], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_about_half_of_a_table_fits_at_most(rows, tables):
    for name, of in tables.items():
        assert len(rows.fits(of)) <= len(rows.judges(of)) + 1, name


def test_mlperf_steps_are_those_of_the_logs(tables):
    """The step files carry what the submitters' logs gave; the data beside them are medians over the runs."""
    with open(FOLDER / "data" / "mlperf_training_steps.csv", encoding="utf-8") as text:
        logs = list(csv.DictReader(text))
    found = 0
    for name in ("mlperf_gpt3", "mlperf_405b"):
        for row in tables[name]:
            version, system = row.name.split(" ", 1)
            log = [r for r in logs if r["round"] == version and r["system"].startswith(system.removeprefix("Azure ")) and int(r["accelerators"]) == row.accelerators]
            if not log:
                continue
            (log,) = log
            logged_s = float(log["median_step_s"] or 0) or int(log["global_batch"]) * row.answer["sequence"] / float(log["median_throughput"])
            assert row.published_s == pytest.approx(logged_s, rel=0.01), row.name
            assert row.answer["batch_sequences"] == int(log["global_batch"])
            found += 1
    assert found == len(logs)


def test_gpt3_rows_evaluate_as_submitted():
    """Their published time is that of whole runs: 5,662 sequences, filled up to batches, after every 24,576 or the next batch [mlperf_gpt3_nemo]."""
    for step in tomllib.loads((FOLDER / "mlperf_gpt3.toml").read_text(encoding="utf-8"))["step"]:
        batch = step["batch_sequences"]
        assert (step["evaluation_interval"], step["evaluation_sequences"]) == (24576, -(-5662 // batch) * batch), step["name"]


def test_vtrain_answers_every_row(tables):
    assert (len(tables["vtrain_single"]), len(tables["vtrain_multi"])) == (960, 72)

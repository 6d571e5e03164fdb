"""Pictures of jobs: what they draw is what the file holds, without overlap, and what is missing is said."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

import h5py
import numpy as np
import pytest
from ondol_viz import MissingData, Run, charts, open_run, plots
from ondol_viz.views import gantt, goodput, occupancy, parties, waits
from ondol_viz.views.gantt import JobGantt
from ondol_viz.views.holds import holds
from ondol_viz.words import speaking

from tests.support.program import EXAMPLES, ONDOL, run_scenario

built = pytest.mark.skipif(not ONDOL.exists(), reason=f"{ONDOL} is missing: make build")

HOSTILE = "<b>%{x}</b> $\\frac{1}$ \u202e" + "z" * 300
NAN = float("nan")


def replace_table(path: Path, name: str, columns: dict[str, Sequence[object] | np.ndarray]) -> None:
    with h5py.File(path, "r+") as file:
        if name in file:
            del file[name]
        group = file.create_group(name, track_order=True)
        group["index"] = np.arange(len(next(iter(columns.values()))))
        for column, values in columns.items():
            text = len(values) > 0 and isinstance(values[0], str)
            group.create_dataset(column, data=values, dtype=h5py.string_dtype() if text else None)


@pytest.fixture
def story(tmp_path: Path, make_example: Callable[..., Path]) -> Path:
    """Two days: one large job interrupted once and read again, two of half a pool, forty small ones, one that never starts."""
    path = make_example(tmp_path / "story.h5", reports=288)
    small = np.arange(40)
    replace_table(path, "jobs", {
        "name": ["large", HOSTILE, "half", "never", *(f"small-{i}" for i in small)],
        "kind": ["training", "service", "mix", "mix", *["trace"] * 40],
        "pool": ["training", "research", "research", "npu", *["research"] * 40],
        "accelerators": np.array([600, 320, 320, 32, *[2] * 40]),
        "submit": np.array([0.0, 0.0, 3600.0, 7200.0, *(600.0 * small)]),
        "start": np.array([600.0, 0.0, 36000.0, NAN, *(600.0 * small)]),
        "end": np.array([NAN, 30000.0, 60000.0, NAN, *(600.0 * small + 300)]),
        "state": ["running", "done", "done", "waiting", *["done"] * 40],
        "energy": np.array([7.2e11, 3.6e9, 1e9, 0.0, *[1e6] * 40]),
        "mean_speed": np.array([0.8, 1.0, 1.0, NAN, *[1.0] * 40]),
        "interruptions": np.array([1, 0, 0, 0, *[0] * 40]),
        "lost_work": np.array([1800.0, 0, 0, 0, *[0] * 40]),
    })  # fmt: skip
    return path


def with_placements(path: Path) -> Path:
    small = np.arange(40)
    replace_table(path, "placements", {
        "job": np.array([0, 1, 2, *(4 + small), 0]),
        "begin": np.array([600.0, 0, 36000, *(600.0 * small), 80000]),
        "working": np.array([600.0, 0, 36000, *(600.0 * small), 81000]),
        "end": np.array([70000.0, 30000, 60000, *(600.0 * small + 300), NAN]),
        "how": ["interrupted", "done", "done", *["done"] * 40, "running"],
    })  # fmt: skip
    return path


def bars(view: JobGantt) -> dict[str, list[gantt.Bar]]:
    found: dict[str, list[gantt.Bar]] = {}
    for lane in view.lanes:
        for bar in lane.bars:
            found.setdefault(bar.name, []).append(bar)
    return found


def assert_no_overlap(view: JobGantt) -> None:
    for lane in view.lanes:
        floor = float(np.max(sum(lane.held.values()))) if lane.held else 0.0
        rectangles = [(bar.begin, bar.end, *piece) for bar in lane.bars for piece in bar.pieces]
        for bar in lane.bars:
            assert sum(high - low for low, high in bar.pieces) == pytest.approx(bar.accelerators)
            assert min(low for low, _ in bar.pieces) >= floor - 1e-6
            assert max(high for _, high in bar.pieces) <= lane.height + 1e-6
        for (b, e, low, high), (b2, e2, low2, high2) in combinations(rectangles, 2):
            beside = b >= e2 - 1e-3 or b2 >= e - 1e-3
            assert beside or low >= high2 - 1e-6 or low2 >= high - 1e-6, lane.pool


def test_bars_are_the_jobs(story: Path) -> None:
    with open_run(story) as run:
        view = gantt.job_gantt(run)
    assert set(bars(view)) == {"large", HOSTILE, "half"}
    large = bars(view)["large"][0]
    assert (large.begin, large.end, large.how, large.wait) == (
        600,
        172_800,
        "running",
        600,
    )
    assert large.energy == pytest.approx(7.2e11) and large.speed == 0.8 and large.lost == 1800
    assert view.merged == 40 and {lane.pool: lane.waiting for lane in view.lanes} == {
        "research": 0,
        "training": 0,
        "npu": 1,
    }
    assert_no_overlap(view)
    (research,) = [lane for lane in view.lanes if lane.pool == "research"]
    # 40 jobs of 2 accelerators and 300 s each
    assert float((research.held["trace"] * np.diff(view.edges)).sum()) == pytest.approx(40 * 2 * 300)
    assert view.kinds == ("training", "service", "mix", "trace")


def test_placements_tell_stretches_apart(story: Path) -> None:
    with open_run(with_placements(story)) as run:
        view = gantt.job_gantt(run)
        first, second = bars(view)["large"]
        assert (first.end, first.how, second.begin, second.working, second.end) == (
            70_000,
            "interrupted",
            80_000,
            81_000,
            172_800,
        )
        assert first.first and not second.first
        assert_no_overlap(view)
        figure = charts.job_gantt(run)
        names = [trace.name for trace in figure.data]
        assert "loads after a restart" in names and "interrupted: lost its nodes" in names
        labels = [text.get_text() for text in plots.job_gantt(run).axes[0].get_legend().get_texts()]
        assert "loads after a restart" in labels and "interrupted: lost its nodes" in labels


def test_no_accelerator_is_held_twice_in_a_crowd(story: Path) -> None:
    rng = np.random.default_rng(5)
    begin = np.sort(rng.uniform(0, 160_000, 300))
    size = rng.integers(8, 200, 300)
    end, held = [], []
    for b, n in zip(begin, size, strict=True):  # as a scheduler: only what is free of 640
        busy = sum(m for e, m in held if e > b)
        length = rng.uniform(2000, 20_000)
        end.append(b + length if busy + n <= 640 else b)
        held.append((end[-1], n))
    replace_table(story, "jobs", {
        "name": [f"j{i}" for i in range(300)], "kind": ["mix"] * 300, "pool": ["research"] * 300, "accelerators": size,
        "submit": begin, "start": begin, "end": np.array(end), "state": ["done"] * 300, "energy": np.ones(300),
    })  # fmt: skip
    with open_run(story) as run:
        view = gantt.job_gantt(run, most=300)
        assert sum(len(lane.bars) for lane in view.lanes) > 60
        assert_no_overlap(view)
        (lane,) = [lane for lane in view.lanes if lane.pool == "research"]
        floor = float(np.max(sum(lane.held.values()))) if lane.held else 0.0
        assert lane.height <= 640 + floor + 1e-6  # cut into pieces rather than stacked above the pool
        few = gantt.job_gantt(run, most=10)
        assert sum(len(lane.bars) for lane in few.lanes) == 10 and few.merged == 290
        total = holds(run)
        drawn = sum((bar.end - bar.begin) * bar.accelerators for lane in few.lanes for bar in lane.bars)
        merged = sum(float((area * np.diff(few.edges)).sum()) for lane in few.lanes for area in lane.held.values())
        assert drawn + merged == pytest.approx(float((total.seconds * total.accelerators).sum()))


def strings(node: object) -> Iterator[str]:
    """All texts of a figure."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list | tuple) or (isinstance(node, np.ndarray) and node.dtype == object):
        for value in node:
            yield from strings(value)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_names_of_the_file_stay_text(story: Path, language: str) -> None:
    with open_run(with_placements(story)) as run, speaking(language):
        for name in ("job_gantt", "job_occupancy", "job_waits", "goodput"):
            assert not [text for text in strings(getattr(charts, name)(run).to_plotly_json()) if "<b>%{x}" in text]
            getattr(plots, name)(run).savefig(io.BytesIO())


def test_occupancy_is_the_mean_of_the_series(example: Path) -> None:
    with open_run(example) as run:
        view = occupancy.job_occupancy(run)
        for panel in view.panels:
            pool = run.pools.sel(pool=panel.pools[0])
            assert panel.share == pytest.approx(
                float(pool.accelerators_busy.sum() / pool.accelerators_total.sum()),
                rel=1e-6,
            )
        drawn = charts.job_occupancy(run).data[0].y
        np.testing.assert_allclose(
            np.max(drawn),
            float(run.pools.accelerators_busy.values[:, 0].max()),
            rtol=1e-6,
        )


def test_many_pools_share_the_last_panel() -> None:
    groups = occupancy._grouped(np.array([5.0, 100, 1, 90, 80, 70, 60, 50, 40, 2]))
    assert groups == [[1], [3], [4], [5], [6], [7], [8], [0, 2, 9]]


def test_what_is_missing_is_said(write: Callable[..., Path]) -> None:
    path = write(complete=0, status="running")
    with pytest.warns(UserWarning), open_run(path) as run:
        for draw in (plots.job_gantt, charts.job_gantt):
            with pytest.raises(MissingData, match="no jobs; their table is written when a run ends"):
                draw(run)
    with h5py.File(path, "r+") as file:
        del file["pools"]
    with pytest.warns(UserWarning), open_run(path) as run:
        for draw in (plots.job_occupancy, charts.job_occupancy):
            with pytest.raises(MissingData, match="pools/accelerators_busy"):
                draw(run)


def test_waits_are_those_of_the_table(story: Path) -> None:
    with open_run(story) as run:
        view = waits.job_waits(run)
    # 600 s and 32,400 s of jobs that started, and from 7,200 s to the end of the two days of the one that did not
    assert [(job.name, job.wait, job.started) for job in view.longest] == [
        ("never", 165_600, False), ("half", 32_400, True), ("large", 600, True)
    ]  # fmt: skip
    assert (view.started, view.waiting) == (43, 1)
    by_name = {group.name: group for group in view.sizes}
    assert [group.jobs for group in view.sizes] == [40, 1, 2, 1]
    half = by_name["65 to 512 accelerators"]
    assert half.mean == pytest.approx(16_200) and half.slowdown == pytest.approx((1 + 56_400 / 24_000) / 2)
    large = by_name["more than 512 accelerators"]
    np.testing.assert_array_equal(large.curve, [[1, 600], [1, 1]])  # level up to its wait
    assert half.longer[half.wait < 32_400].min() == 0.5 and half.longer[-1] == 0
    assert by_name["9 to 64 accelerators"].waiting == 1 and np.isnan(by_name["9 to 64 accelerators"].mean)
    assert [group.name for group in view.pools] == ["training", "research", "npu"]


def test_goodput_adds_up_by_hand(story: Path) -> None:
    with open_run(story) as run, pytest.raises(MissingData, match=r"before format 1\.5"):
        goodput.goodput(run)
    with open_run(with_placements(story)) as run:
        view = goodput.goodput(run)
    training = next(spent for spent in view.pools if spent.pool == "training")
    assert training.seconds["loading"] == pytest.approx(600 * 1000)
    assert training.seconds["lost"] == pytest.approx(600 * 1800)
    assert training.seconds["work"] == pytest.approx(600 * 0.8 * (172_800 - 600))
    held = 600 * (70_000 - 600 + 172_800 - 80_000)
    assert training.seconds["idle"] == pytest.approx(training.total - held)
    assert training.total == pytest.approx(32 * 23 * 172_800)
    assert view.all.total == pytest.approx(sum(spent.total for spent in view.pools))


def test_energy_of_parties_is_the_whole_and_stays_text(story: Path) -> None:
    names = [HOSTILE, *(f"t{i}" for i in range(13)), "(idle)"]
    whole = np.arange(15.0, 0, -1) * 3.6e9
    replace_table(story, "energy_by_tenant", {
        "tenant": names, "node_energy": 0.8 * whole, "energy": whole, "cost": whole / 36, "carbon": whole / 3.6e6,
    })  # fmt: skip
    replace_table(
        story, "energy_by_pool", {"pool": ["one"], "energy": np.ones(1), "job_energy": np.ones(1), "idle_energy": np.zeros(1)}
    )
    with open_run(story) as run:
        (tenants,) = parties.energy_by_party(run)  # one pool is no comparison
        assert float(tenants.total.sum()) == pytest.approx(whole.sum())
        assert len(tenants.names) == parties.LISTED and tenants.names[-1] == "6 smaller ones"
        np.testing.assert_allclose(tenants.energy["share"], 0.2 * tenants.total)
        assert tenants.facts[0] == "15 MWh, 12.5 %, 1,500 million KRW, 15 t of CO₂"
        assert not [text for text in strings(charts.energy_by_party(run).to_plotly_json()) if "<b>%{x}" in text]
        plots.energy_by_party(run).savefig(io.BytesIO())


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Six UPS of which three fail: jobs are interrupted and most wait."""
    path = tmp_path_factory.mktemp("jobs") / "run.h5"
    run_scenario(EXAMPLES / "ups_loss.toml", path, "--until", "6 h")
    return open_run(path)


@built
def test_a_real_run_is_drawn(real: Run) -> None:
    view = gantt.job_gantt(real)
    assert_no_overlap(view)
    kpis = real.kpis.set_index("name").value
    total = holds(real)
    if total.apart:  # files before 1.5 do not tell for how long an interrupted job held nothing
        held = float((total.seconds * total.accelerators).sum())
        assert held == pytest.approx(
            kpis["utilisation"] * sum(lane.accelerators for lane in view.lanes) * total.end.max(),
            rel=1e-6,
        )
        assert any(bar.how == "interrupted" for lane in view.lanes for bar in lane.bars)
        spent = goodput.goodput(real).all
        assert spent.seconds["lost"] / 3600 == pytest.approx(kpis["lost_work"]) and spent.seconds["lost"] > 0
        assert spent.seconds["dark"] / 3600 == pytest.approx(kpis["lost_accelerator_hours"])
        assert spent.seconds["slowed"] >= 0
    figure = charts.job_gantt(real)
    assert len(figure.to_json()) < 300_000
    assert "%{customdata}" in figure.to_json()


@built
def test_energy_of_parties_is_that_of_the_meter(real: Run) -> None:
    for told in parties.energy_by_party(real):
        assert float(told.total.sum()) == pytest.approx(float(real.ledger.energy.sum()), rel=1e-6)


@built
def test_goodput_and_waits_agree_with_the_key_figures(tmp_path: Path) -> None:
    run_scenario(EXAMPLES / "one_hall.toml", tmp_path / "run.h5", "--until", "1 d")
    with open_run(tmp_path / "run.h5") as run:
        kpis = run.kpis.set_index("name").value
        spent = goodput.goodput(run).all
        held = sum(spent.seconds[part] for part in ("work", "slowed", "loading", "lost"))
        assert held == pytest.approx(kpis["utilisation"] * spent.total, rel=1e-6)
        assert spent.seconds["lost"] / 3600 == pytest.approx(kpis["lost_work"])
        view = waits.job_waits(run)
        started = [group for group in view.sizes if np.isfinite(group.mean)]
        mean = sum(group.mean * (group.jobs - group.waiting) for group in started) / view.started
        assert mean / 60 == pytest.approx(kpis["mean_wait"])

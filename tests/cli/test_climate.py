"""Classes of ASHRAE TC 9.9, inlet spread and recirculation between rows, as a run tells of them."""
import h5py
import pytest
from ondol_program import TINY

WARM = TINY.replace('weather = { dry_bulb = "14 degC"', 'weather = { dry_bulb = "33 degC"')


def hall(text: str, lines: str) -> str:
    return text.replace('volume = "150 m3"', 'volume = "150 m3"\n' + lines)


def results(ondol, text: str):
    ondol.write(text)
    done = ondol("run", "scenario.toml", "-o", "out.h5", "--force")
    assert done.returncode == 0, done.stderr
    with h5py.File(ondol.folder / "out.h5") as f:
        kpis = dict(zip(f["kpis/name"].asstr()[:], f["kpis/value"][:], strict=True))
        events = list(zip(f["events/time"][:], *(f["events"][c].asstr()[:] for c in ("kind", "subject", "cause")), strict=True))
        return kpis, events, f["racks/inlet_temperature"][-1].astype(float), f["racks/accelerator_temperature"][-1].astype(float)


def test_hall_that_warms_leaves_its_class_once_and_says_where(ondol):
    kpis, events, inlets, _ = results(ondol, hall(WARM, 'ashrae_class = "A1"'))
    assert inlets.max() > 32
    (begin,) = [e for e in events if e[1] == "inlet_outside_allowable_begin"]
    assert begin[2] == "hall-1" and "gpu/" in begin[3] and "class A1 has 15 to 32 degC" in begin[3]
    assert not [e for e in events if e[1] == "inlet_outside_allowable_end"]
    assert 0 < kpis["inlet_outside_allowable"] <= kpis["inlet_above_recommended"] <= 1
    assert begin[0] == pytest.approx((1 - kpis["inlet_outside_allowable"]) * 3600, abs=120), "both racks leave it together"


def test_wider_class_holds_it(ondol):
    kpis, events, _, _ = results(ondol, hall(WARM, 'ashrae_class = "A4"'))
    assert kpis["inlet_outside_allowable"] == 0 and kpis["inlet_above_recommended"] > 0
    assert not [e for e in events if "allowable" in e[1]]


def test_no_class_no_events_and_the_recommended_range_is_still_counted(ondol):
    kpis, events, _, _ = results(ondol, WARM)
    assert "inlet_outside_allowable" not in kpis and kpis["inlet_above_recommended"] > 0
    assert not [e for e in events if e[1].startswith("inlet_")]


def test_warm_facility_water_is_told(ondol):
    kpis, events, _, _ = results(ondol, WARM.replace('supply_temperature = "24 degC"', 'supply_temperature = "24 degC"\nwater_class = "W27"'))
    assert kpis["water_outside_class"] > 0
    assert [e[2] for e in events if e[1] == "water_outside_class_begin"] == ["loop"]


def test_inlet_spread_warms_the_highest_inlet_and_not_the_hall(ondol):
    cool = TINY.replace('supply_temperature = "29 degC"', 'supply_temperature = "20 degC"').replace('supply_temperature = "24 degC"', 'supply_temperature = "15 degC"')
    plain, _, inlets, dies = results(ondol, cool)
    spread, _, same, warmer = results(ondol, hall(cool, 'inlet_spread = "4 K"'))
    assert spread["hottest_inlet"] == pytest.approx(plain["hottest_inlet"] + 2, abs=0.1)
    assert warmer[1] - dies[1] == pytest.approx(2, abs=0.2), "of the idle rack, whose fans do not mind"
    assert warmer[0] < 76.2, "fans of the busy one do, at 12 K below slowdown"
    assert same == pytest.approx(inlets, abs=0.1)


def test_matrix_with_the_share_on_its_diagonal_is_the_share(ondol):
    two_rows = TINY.replace('id = "hall-1"', 'id = "hall-1"\nrows = 2')
    _, _, share, _ = results(ondol, two_rows)
    _, _, matrix, _ = results(ondol, hall(two_rows.replace("recirculation = 0.05\n", ""), "recirculation_matrix = [[0.05, 0.0], [0.0, 0.05]]"))
    assert matrix == pytest.approx(share, abs=1e-6)
    _, _, crossed, _ = results(ondol, hall(two_rows.replace("recirculation = 0.05\n", ""), "recirculation_matrix = [[0.0, 0.0], [0.15, 0.0]]"))
    assert crossed[1] > crossed[0] + 1, "the second row breathes what the first gives off"


def test_fans_follow_a_load_whatever_the_step(ondol):
    """A job starts on cold racks: dies must not wait for air until the room next settles."""
    cool = TINY.replace('supply_temperature = "29 degC"', 'supply_temperature = "20 degC"').replace('supply_temperature = "24 degC"', 'supply_temperature = "15 degC"')
    coarse, fine = (results(ondol, cool.replace('duration = "1 h"', f'duration = "1 h"\nthermal_step = "{step}"'))[0] for step in ("60 s", "1 s"))
    assert coarse["hottest_memory"] == pytest.approx(fine["hottest_memory"], abs=0.5)
    assert coarse["hottest_accelerator"] == pytest.approx(fine["hottest_accelerator"], abs=0.3)

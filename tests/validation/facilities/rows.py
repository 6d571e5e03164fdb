"""Measured facilities: what one run of the program says of their year."""
import dataclasses
import functools
import json
import subprocess
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclasses.dataclass(frozen=True)
class Facility:
    name: str
    scenario: str
    pue: float
    wue: float  # L per IT kWh, all heat to the towers
    wue_reused: float  # part of the heat reused
    ere: float


GALLON_L = 3.78541
# Water as it was used before the dry cooler: 2.5 million gallons a year for nearly 1 MW.
ESIF = Facility("ESIF", "esif.toml", pue=1.034, wue=1.42, wue_reused=2.5e6 * GALLON_L / (1000 * 8760), ere=0.929)


@functools.cache
def year(build, facility):
    """Key figures of the run by name."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([build / "ondol", "run", FOLDER / facility.scenario, "-o", Path(folder) / "out.h5", "--json"], capture_output=True,
                              text=True, check=True)
    return {name: k["value"] for name, k in json.loads(done.stdout)["kpis"].items()}


def reused(facility):
    """Heat that left to be used, per IT energy, by the published figures."""
    return facility.pue - facility.ere


def wue_reused(build, facility):
    """Water per IT energy where the heat that was reused did not go to the towers.

    Water is in proportion to the heat that the towers give off: all electrical energy but the losses before the halls.
    """
    k = year(build, facility)
    heat = (k["it_energy"] + k["cooling_energy"]) / k["it_energy"]
    return k["wue"] * (1 - reused(facility) / heat)

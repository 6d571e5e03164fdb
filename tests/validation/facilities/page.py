"""Section of docs/validation.md on whole sites whose year was measured."""
import rows

HEAD = """# Measured years of whole sites

One run of a year with the site's published inputs and a typical year of its weather; nothing is fitted, all rows judge. Sources: [SOURCE.md](../tests/validation/facilities/SOURCE.md); every input with its origin, in the order of
choice: [esif.toml](../tests/validation/facilities/esif.toml).

"""
NOTE = """
The PUE hangs on what is assumed of pumps, fan wall and transformer. The published 1.42 L/kWh is not a meter's reading: it is what towers alone would have used. The source in reach does not say whether it counts the heat that was reused;
all of it is taken here. It leaves 86 % of the heat to evaporation; moist-air balances of the tower leave 76 %, since for half of the year the air takes up much of the heat by warming. What the site's towers used before the dry cooler
came, 2.5 million gallons a year for nearly 1 MW with reuse [nrel2018water], is met: there the run's water is cut by the share of the heat that was reused, 10.5 % of the IT energy by the published PUE and ERE.
"""


def text(build):
    f = rows.ESIF
    k = rows.year(build, f)
    water = rows.wue_reused(build, f)
    lines = [("ESIF, 2016-09 to 2017-08", "PUE", f"{k['pue']:.3f}", f"{f.pue:.3f}", f"{k['pue'] - f.pue:+.3f}"),
             ("", "water, all heat to the towers, L/kWh", f"{k['wue']:.2f}", f"{f.wue:.2f}", f"{100 * (k['wue'] / f.wue - 1):+.1f} %"),
             ("", "water, towers and reuse, L/kWh", f"{water:.2f}", f"{f.wue_reused:.2f}", f"{100 * (water / f.wue_reused - 1):+.1f} %")]
    return (HEAD + "| site | | simulated | published | difference |\n|---|---|--:|--:|--:|\n" +
            "".join("| " + " | ".join(line) + " |\n" for line in lines) + NOTE)

#!/usr/bin/env python3
"""Make the calibrations of the catalogue from the windows: H200 and GB200 by the meter's own fit, H100 and B200 from their dies.

    calibrate.py METER [FOLDER]     METER: the built ondol-meter; FOLDER: scenarios/catalogue/calibrations, for nvidia-*.toml
"""

import json
import pathlib
import re
import subprocess
import sys

import windows

HERE = pathlib.Path(__file__).parent
CATALOGUE = HERE.parents[2] / "scenarios" / "catalogue" / "calibrations"
FITTED = {"h200": ("nvidia/h200-sxm", "hopper", "nvidia-h200-sxm"), "gb200": ("nvidia/gb200", HERE / "gb200-priors.toml", "nvidia-gb200")}
# One die, another board: idle and context of its own, all energies as fitted.  Nothing of the serving rows that judge them
# (tests/validation/gpu_energy) enters.
DERIVED = {
    "nvidia-h100-sxm": dict(
        of="nvidia-h200-sxm", id="nvidia/h100-sxm", name="NVIDIA H100 SXM 80GB", limit="700 W", idle=("74 W", 0.1, "parkingtax2026", "71.8 W; fleet 74.7 with a spread of 7.9"),
        context=("42 W", 0.2, "parkingtax2026", "116-120 W with a context"), why="the die of the H200 with HBM3, whose energy is that read on the GH200's",
        memory=dict(control=("69.6 pJ/B", 0.35), data=("24 pJ/B", 0.35))),
    "nvidia-b200-sxm": dict(
        of="nvidia-gb200", id="nvidia/b200-sxm", name="NVIDIA B200 SXM 180GB", limit="1000 W", idle=("140 W", 0.05, "nvsmi-listings", "136-141 W in four listings"),
        context=("47 W", 0.3, "nvsmi-listings", "187 W with a process, 140 W without"), why="the dies and memory of the GB200 at a lower limit"),
}


def entry(value, uncertainty, source, why):
    return f'{{ value = "{value}", source = "{source}", tier = "literature", uncertainty = {uncertainty}, why = "{why}" }}'


def derived(text, d):
    old = re.search(r'\[calibration\."([^"]+)"\]', text)[1]
    text = text.replace(f'calibration."{old}"', f'calibration."{d["id"]}"')
    own = {"idle": d["idle"][1], "context": d["context"][1]}  # relative error of what is not the fitted board's

    def put(pattern, line):
        nonlocal text
        text, count = re.subn(rf"(?m)^{pattern}$", lambda _: line, text)
        if count != 1:
            sys.exit(f"the fit writes {count} lines for {pattern}")
    for key, value in dict(name=f'"{d["name"]}"', board=f'"none of its own: {d["why"]}"', idle=entry(*d["idle"]), context=entry(*d["context"]),
                           highest_power=f'"{d["limit"]}"',
                           note=f'"Derived from {old} by the die: {d["why"]}. Not fitted on this board; judged on serving rows, '
                                'docs/validation.md. Quality is that of the fitted board."').items():
        put(f"{key} = .*", f"{key} = {value}")
    head, control, data = re.split(r'(?m)^(?=\[calibration\."[^"]+"\.(?:control|data)\])', text)
    for part, (value, error) in d.get("memory", {}).items():
        section = control if part == "control" else data
        for channel in ("hbm_read", "hbm_write"):
            section = re.sub(rf"(?m)^{channel} = .*$", f"{channel} = {entry(value, error, 'antepara2025', 'GH200, HBM3')}", section)
            own[f"{part}.{channel}"] = error
        control, data = (section, data) if part == "control" else (control, section)
    names = json.loads(re.search(r"(?m)^parameters = (.*)$", head)[1])
    matrix = json.loads(re.sub(r",\s*\]$", "]", re.search(r"(?ms)^covariance = (\[.*?^\])", head)[1]))
    for i, name in enumerate(names):
        if name in own:
            for j in range(len(names)):
                matrix[i][j] = matrix[j][i] = 0.0
            matrix[i][i] = own[name] ** 2
    lines = "".join(f"  [{', '.join(f'{v:.6g}' if v else '0.0' for v in row)}],\n" for row in matrix)
    head = re.sub(r"(?ms)^covariance = \[.*?^\]", f"covariance = [\n{lines}]", head)
    return head + control + data


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    meter, out = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else CATALOGUE
    out.mkdir(exist_ok=True)
    for folder, (name, priors, file) in FITTED.items():
        subprocess.run([meter, "fit", HERE / folder, "-o", out / f"{file}.toml", "--priors", priors, "--tier", "literature", "--source",
                        "aiconfigurator2026", "--name", name, "--reference-clock", f"{windows.BOARDS[folder]['clock'] / 1e6:g}", "--force"], check=True)
    for file, d in DERIVED.items():
        (out / f"{file}.toml").write_text(derived((out / f"{d['of']}.toml").read_text(), d))


if __name__ == "__main__":
    main()

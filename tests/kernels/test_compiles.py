#!/usr/bin/env python3
"""Do the kernels compile for every capability, warnings as errors?

    test_compiles.py [--architectures 80,90a,100] [--jobs 2]

Needs nvcc, no GPU; without nvcc it ends with 77, "skipped".  --architectures names those that a build has just compiled with the
same options; they are left out.
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WANTED = ("80", "90a", "100")
SKIPPED = 77
ROOT = Path(__file__).resolve().parents[2]


def compiler() -> str | None:
    if named := os.environ.get("CUDACXX"):
        return shutil.which(named)
    return shutil.which("nvcc") or shutil.which("/usr/local/cuda/bin/nvcc")


def compile_one(nvcc: str, source: Path, architectures: list[str], folder: str) -> str:
    """What the compiler said; empty when it was content."""
    targets = [f"-gencode=arch=compute_{a},code=sm_{a}" for a in architectures]
    options = ["-std=c++20", "-O3", "--expt-relaxed-constexpr", "-Werror=all-warnings", "-Xcompiler=-Wall,-Wextra,-Werror"]
    command = [nvcc, *options, *targets, f"-I{ROOT}", "-c", str(source), "-o", f"{folder}/{source.stem}.o"]
    done = subprocess.run(command, capture_output=True, text=True)
    said = (done.stdout + done.stderr).strip()
    return said if done.returncode or said else ""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--architectures", default="")
    arguments.add_argument("--jobs", type=int, default=2)
    options = arguments.parse_args()
    built = {a.split("-")[0] for a in options.architectures.split(",")}
    left = [a for a in WANTED if a not in built]
    if not left:
        print(f"the build has compiled all of {', '.join(WANTED)}")
        return 0
    nvcc = compiler()
    if not nvcc:
        print("skipped: no nvcc on the PATH, nor in CUDACXX")
        return SKIPPED
    sources = sorted((ROOT / "kernels" / "bench").glob("*.cu"))
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        said = list(pool.map(lambda source: compile_one(nvcc, source, left, folder), sources))
    for source, words in zip(sources, said):
        if words:
            print(f"{source.relative_to(ROOT)}:\n{words}\n")
    print(f"{len(sources)} files for {', '.join(left)}: {sum(map(bool, said))} with complaints")
    return 1 if any(said) else 0


if __name__ == "__main__":
    sys.exit(main())

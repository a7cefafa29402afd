#!/usr/bin/env python3
"""Times sweeps of the digits network: against their points one by one, per point, with two workers.

Usage: speed.py PROGRAM
"""
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

EXPERIMENT = """\
version: 1
path: exact
hardware:
  wires: {bitLineOhms: 50}
  errors: {programming: {model: stateProportional, alpha: 0.05}}
"""
SWEEPS = {
    "bits": ("axes: [{key: hardware.converter.bits, values: [3, 4, 5, 6, 7, 8, 9, 10]}]",
             [["--set", f"hardware.converter.bits={bits}"] for bits in range(3, 11)]),
    "seeds": ("seeds: 8", [["--seed", str(seed)] for seed in range(1, 9)]),
}


def timed(*arguments):
    """Seconds that one program takes: of processors, which other work on the machine does not change
    much; with them the time that passed."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    subprocess.run([str(a) for a in arguments], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Times(used, time.time() - start)


class Times(tuple):
    """Processor seconds and seconds passed."""

    def __new__(cls, used=0.0, passed=0.0):
        return super().__new__(cls, (used, passed))

    def __add__(self, other):
        return Times(self[0] + other[0], self[1] + other[1])

    def __str__(self):
        return f"{self[0]:.2f} s of processors ({self[1]:.2f} s passed)"

    def percent(self, other):
        return f"{100 * self[0] / other[0]:.0f} % ({100 * self[1] / other[1]:.0f} %)"


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    work = pathlib.Path(tempfile.mkdtemp(prefix="sweep-speed-"))
    (work / "E.yaml").write_text(EXPERIMENT)
    for name, (axes, changes) in SWEEPS.items():
        (work / "S.yaml").write_text(f"version: 1\nbase: E.yaml\n{axes}\n")
        folder = work / name
        timed(program, "sweep", "plan", work / "S.yaml", "--out", folder)
        sweep = timed(program, "sweep", "run", folder, "--quiet")
        one = sum((
            timed(program, "infer", work / "E.yaml", "--out", work / f"{name}-{k}", "--quiet", *own)
            for k, own in enumerate(changes)), Times())
        points = sorted(folder.glob("points/*"))
        same = sum((
            timed(program, "infer", point / "E.yaml", "--out", work / f"{name}-own-{k}", "--quiet")
            for k, point in enumerate(points)), Times())
        print(f"{name}: {len(points)} points\n  sweep: {sweep}\n  one by one: {one}; the sweep takes "
              f"{sweep.percent(one)}\n  one by one with what the sweep runs beside the path: {same}; the "
              f"sweep takes {sweep.percent(same)}")
    (work / "S.yaml").write_text(
        "version: 1\nbase: E.yaml\naxes: [{key: hardware.converter.bits, values: [4, 5, 6, 8]}]\n"
        "seeds: 10\n")
    taken = {}
    for workers in 1, 2:
        folder = work / f"workers-{workers}"
        timed(program, "sweep", "plan", work / "S.yaml", "--out", folder)
        command = f"'{program}' sweep run '{folder}' --quiet --threads 1"
        taken[workers] = timed("bash", "-c", " & ".join([command] * workers) + "; wait")
    print(f"workers: 40 points, one task each: 1 worker {taken[1]}, 2 workers {taken[2]}: "
          f"{taken[1][1] / taken[2][1]:.2f} times as fast")
    (work / "E.yaml").write_text("version: 1\npath: ideal\nauditVectors: 0\nselection: {limit: 1}\n")
    (work / "S.yaml").write_text(
        "version: 1\nbase: E.yaml\naxes:\n"
        "  - {key: hardware.converter.bits, range: {from: 2, to: 16, count: 15, whole: true}}\n"
        "  - {key: hardware.converter.range.percent, values: [99, 99.9, 99.99]}\n")
    timed(program, "sweep", "plan", work / "S.yaml", "--out", work / "small")
    small = timed(program, "sweep", "run", work / "small", "--quiet")
    print(f"overhead: 45 points of one image: {1000 * small[0] / 45:.0f} ms of a processor per point")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Disturb per read of a compiled memory cell, as a table that inference takes as an error of cells.

    python3 validation/compact/disturb.py CELL.va --volts 0.1 0.2 0.3 --out disturb.csv
        [--reads 1] [--seconds 1e-7] [--states 1e-6 1e-4 --count 9] [--conductance G]
        [--parameter NAME=VALUE …] [--spread NAME=SIGMA] [--program .build/release/tilespice]

Every state is read at every voltage in a transient: a pulse, --reads times --seconds long, with edges of a
thousandth of one read. Its shift is the conductance i/v at the end of the pulse minus that at its start, over
--reads: few enough that the state hardly moves, enough that the shift is more than the tolerance of the
transient, 1e-5 of the currents. --spread lets a parameter of the model be log-normal with that sigma between cells; the table
then has the mean shift and the standard deviation (five points of Gauss and Hermite). The file is what
`errors: {readDisturb: {model: table, file: disturb.csv, reads: N}}` of an experiment reads; its comments say
how it was made. With --check the shift of the cell of memristor.va is compared with its closed form.
"""
import argparse
import csv
import math
import pathlib
import subprocess
import sys
import tempfile

# Abscissas and weights of Gauss and Hermite for a normal variable.
NORMAL = [(-2.856970013872806, 0.011257411327720691), (-1.355626179974266, 0.2220759220056126),
          (0.0, 0.5333333333333333), (1.355626179974266, 0.2220759220056126),
          (2.856970013872806, 0.011257411327720691)]


def shifts(given, states, volts, parameters):
    """Change of the conductance of every state, all in one deck."""
    edge = given.seconds / 1000
    width = given.reads * given.seconds
    lines = ["disturb", f'.hdl "{given.cell.resolve()}"']
    lines += [".model cell " + given.module + " " + " ".join(f"{k}={v!r}" for k, v in parameters.items())]
    lines += [f"v1 a 0 pulse(0 {volts!r} {edge!r} {edge!r} {edge!r} {width!r} {4 * width!r})"]
    for k, state in enumerate(states):
        lines += [f"vs{k} s{k} 0 0", f"n{k} a s{k} cell {given.conductance}={state!r}"]
    # The state is integrated; a hundredth of the pulse resolves it.
    stop = 2 * edge + width
    lines += [".options reltol=1e-5 chgtol=1e-20", f".tran {width / 100!r} {stop!r}", ".end", ""]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "one.sp").write_text("\n".join(lines))
        run = subprocess.run(
            [given.program.absolute(), "solve", "one.sp", "--csv", "one.csv", "--quiet"], cwd=folder,
            capture_output=True, text=True)
        if run.returncode:
            sys.exit(run.stderr.strip())
        rows = list(csv.reader((folder / "one.csv").open()))
    names, rows = rows[0], [[float(x) for x in row] for row in rows[1:]]
    at = lambda name: next(k for k, n in enumerate(names) if n.split(" ")[0] == name)
    plateau = [row for row in rows if row[at("v(a)")] == volts]
    return [(plateau[-1][at(f"i(vs{k})")] - plateau[0][at(f"i(vs{k})")]) / volts for k in range(len(states))]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("cell", type=pathlib.Path)
    options.add_argument("--module", default="drifting_memristor")
    options.add_argument("--volts", type=float, nargs="+", required=True)
    options.add_argument("--reads", type=float, default=1)
    options.add_argument("--seconds", type=float, default=1e-7)
    options.add_argument("--states", type=float, nargs=2, default=[1e-6, 1e-4])
    options.add_argument("--count", type=int, default=9)
    options.add_argument("--conductance", default="G")
    options.add_argument("--parameter", action="append", default=[])
    options.add_argument("--spread")
    options.add_argument("--out", type=pathlib.Path, required=True)
    options.add_argument("--check", action="store_true")
    options.add_argument("--program", type=pathlib.Path, default=pathlib.Path(".build/release/tilespice"))
    given = options.parse_args()
    parameters = {name: float(value) for name, value in (p.split("=") for p in given.parameter)}
    low, high = given.states
    states = [low * (high / low) ** (k / (given.count - 1)) for k in range(given.count)]
    if len(set(given.volts)) < len(given.volts) or 0 in given.volts:
        sys.exit("--volts: every voltage once, none of them 0")
    chosen = [(1.0, parameters)]
    if given.spread:
        name, sigma = given.spread.split("=")
        if name not in parameters:
            sys.exit(f"--spread {name} needs --parameter {name}=VALUE, its median")
        chosen = [(weight, parameters | {name: parameters[name] * math.exp(float(sigma) * x)})
                  for x, weight in NORMAL]
    rows = []
    for volts in sorted(given.volts):
        found = [(weight, shifts(given, states, volts, those)) for weight, those in chosen]
        for k, state in enumerate(states):
            mean = sum(weight * shift[k] for weight, shift in found)
            variance = sum(weight * (shift[k] - mean) ** 2 for weight, shift in found)
            rows.append((state, volts, mean / given.reads, math.sqrt(variance) / given.reads))
    lines = ["# Disturb of " + f"{given.cell.name}: reads of {given.seconds:g} s, {given.reads:g} of them in a transient",
             "# parameters " + " ".join(given.parameter + ([f"spread {given.spread}"] if given.spread else [])),
             "stateSiemens,readVolts,shiftSiemensPerRead,deviationSiemensPerRead"]
    lines += [",".join(repr(x) for x in row) for row in rows]
    aside = given.out.with_suffix(".part")
    aside.write_text("\n".join(lines) + "\n")
    aside.replace(given.out)
    if given.check:
        # w / (1 − w) grows e-fold by the integral of rate sinh(v / vs).
        known = {"Goff": 1e-6, "Gon": 1e-4, "rate": 1e3, "vs": 0.05} | parameters
        span = known["Gon"] - known["Goff"]
        worst = 0
        for volts in sorted(given.volts):
            growth = known["rate"] * given.reads * given.seconds * math.sinh(volts / known["vs"])
            for state, shift in zip(states, shifts(given, states, volts, parameters)):
                w = (state - known["Goff"]) / span
                odds = math.exp(growth) * w / (1 - w) if w < 1 else math.inf
                exact = span * ((odds / (1 + odds) if w < 1 else 1) - w)
                worst = max(worst, abs(shift - exact) / span)
        print(f"largest difference from the closed form: {worst:.1e} of Gon - Goff")
        if worst > 1e-4:
            sys.exit("the transient does not follow the closed form")


if __name__ == "__main__":
    main()

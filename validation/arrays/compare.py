#!/usr/bin/env python3
"""Compares the currents of `tilespice mvm` with those of badcrossbar, ngspice and nodal.py.

Usage, from the root of the repository after `make build`, with the packages of requirements.txt:
    python3 validation/arrays/compare.py [--python VENV/bin/python] [--only TEXT ...] [--out FILE] [--keep DIR]
Writes results.csv. Every case is solved by the paths exact, cholmod and klu. Exits with status 1 where a case disagrees beyond its
tolerance, or where a mistake of geometry (see `MISTAKES`) would have gone unseen. Takes about a minute.
"""
import argparse
import csv
import logging
import os
import platform
import re
import sys
import tempfile
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build/release/tilespice"
PATHS = ["exact", "cholmod", "klu"]
# What a peer would be asked to compute if our geometry were wrong; nothing of this may agree.
MISTAKES = {
    "drive end": lambda case: {"drive": "far" if drive_end(case) == "near" else "near"},
    "sense end": lambda case: {"sense": "far" if case.sense == "near" else "near"},
    "wires": lambda case: {"swap_wires": True},
    "transposed": lambda case: {"transpose": True},
}


def drive_end(case):
    return case.source_drive if case.is_gate_driven else case.drive


def tolerance(case, method=""):
    """Relative to the largest current of the vector.

    Rounding, in the peer and in us: the diagonal of a node on a line is 2 g_segment + g_cell, and rounding it to half
    an ulp is a leak to ground of up to ε g_segment per node. Along a line of n nodes those leaks, seen through up to
    n segments, change the voltages by ε n² of the voltage, at any ratio of wire to cell. Elimination commits such an
    error a few times per node, and vectors of both signs cancel: 64 ε (m² + n²). Conjugate gradients stop
    at 1e-12 in a norm of their own, which holds currents to 1e-9.
    """
    m, n = case.size
    return (1e-9 if "CG" in method else 0) + 64 * np.finfo(float).eps * (m * m + n * n)


def difference(ours, theirs):
    """Worst difference of any vector over that vector's largest current; a zero vector must give zeros."""
    worst = 0.0
    for a, b in zip(ours, theirs, strict=True):
        scale, gap = np.abs(b).max(), np.abs(a - b).max()
        if not np.isfinite(gap):
            return float("inf")
        worst = max(worst, gap / scale if scale else (0.0 if gap == 0 else float("inf")))
    return worst


def solve(case, path, folder):
    """Currents [batch, outputs] of one path, and the method it names."""
    text = peers.run([PROGRAM, "mvm", "ARRAY.yaml", "--inputs", "inputs.npy", "--out", f"{path}.npy", "--path", path],
                     folder)
    amperes = np.load(folder / f"{path}.npy")
    # Pairs on lines of their own come as [2, batch, bit lines].
    amperes = np.hstack(amperes) if amperes.ndim == 3 else amperes
    return amperes, re.search(r"^method +(.*)", text, re.M)[1]


def mistakes_seen(case, ours):
    """How far the peer lands from ours when asked for another geometry, per mistake that would show in this case."""
    if min(case.size) == 1 or max(case.size) > 32:
        return {}
    word = case.source if case.is_gate_driven else case.word
    # A line without resistance has no ends.
    hidden = {"drive end": word == 0, "sense end": case.bit == 0, "wires": word == case.bit,
              "transposed": case.size[0] != case.size[1]}
    seen = {}
    for name, keywords in MISTAKES.items():
        if hidden[name]:
            continue
        seen[name] = difference(ours, peers.badcrossbar_currents(case, **keywords(case)))
    return seen


def rows_of(case, folder, versions):
    """The lines of results.csv for one case, and the distance of each mistake."""
    case.write(folder)
    solutions = {path: solve(case, path, folder) for path in PATHS}
    seen, rows = {}, []
    for peer in ("nodal.py", *case.peers):
        if peer == "nodal.py":
            theirs = nodal.currents(case)
        elif peer == "badcrossbar":
            theirs = peers.badcrossbar_currents(case)
            seen = mistakes_seen(case, solutions["exact"][0])
        else:
            theirs = peers.ngspice_currents(PROGRAM, folder, case)
        for path, (amperes, method) in solutions.items():
            worst, limit = difference(amperes, theirs), tolerance(case, method)
            ends = f"{drive_end(case)}/{case.sense}"
            if any(case.terminals):
                ends += ", terminals"
            rows.append({
                "case": case.name, "word lines": case.size[0], "bit lines": case.size[1],
                "topology": topology(case), "ends (drive/sense)": ends,
                "wires/R_min (word/bit/source)": f"{case.word:g}/{case.bit:g}/{case.source:g}",
                "vectors": len(case.inputs), "path": path, "method": method, "peer": peer,
                "peer version": versions[peer], "worst relative difference": f"{worst:.1e}",
                "tolerance": f"{limit:.1e}", "verdict": "agrees" if worst <= limit else "DISAGREES"})
    return rows, seen


def topology(case):
    name = f"gateDriven {case.topology}" if case.is_gate_driven else case.topology
    return f"{name}, {case.pair}" if case.pair else name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="interpreter that has the packages of requirements.txt")
    parser.add_argument("--only", nargs="+", metavar="TEXT", help="cases whose name contains one of these")
    parser.add_argument("--out", default=str(Path(__file__).with_name("results.csv")))
    parser.add_argument("--keep", help="folder for the arrays and decks (default: a temporary one)")
    options = parser.parse_args()
    if options.python and Path(options.python).absolute() != Path(sys.executable).absolute():
        rest = [word for flag, word in pairs(sys.argv[1:]) if flag != "--python"]
        os.execv(options.python, [options.python, __file__, *rest])
    load()
    selected = [case for case in cases.every()
                if not options.only or any(text in case.name for text in options.only)]
    versions = {"nodal.py": nodal.version(), "badcrossbar": peers.badcrossbar_version(), "ngspice": peers.ngspice_version()}
    rows, closest = [], {}
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(options.keep or temporary).absolute()
        for number, case in enumerate(selected):
            added, seen = rows_of(case, base / f"case{number}", versions)
            rows += added
            for name, distance in seen.items():
                closest.setdefault(name, []).append(distance / tolerance(case))
            worst = max(float(row["worst relative difference"]) for row in added)
            print(f"{case.name:32} {', '.join(case.peers):22} {worst:.1e}", file=sys.stderr, flush=True)
    with open(options.out, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    sys.exit(report(rows, closest, len(selected), partial=bool(options.only)))


def report(rows, closest, count, partial):
    """Prints the summary; returns the exit status."""
    bad = [row for row in rows if row["verdict"] != "agrees"]
    print(f"{count} cases, {len(rows)} comparisons, {len(bad)} beyond tolerance ({platform.machine()})")
    for peer in sorted({row["peer"] for row in rows}):
        for path in PATHS:
            values = [float(row["worst relative difference"]) for row in rows
                      if (row["peer"], row["path"]) == (peer, path)]
            print(f"  {peer:12} {path:8} worst {max(values):.1e} over {len(values)}")
    for row in bad:
        print("  DISAGREES:", ", ".join(map(str, row.values())))
    unseen = []
    for name in MISTAKES:
        factors = closest.get(name, [])
        if not factors:
            unseen += [] if partial else [name]
            continue  # a partial run may have no case for it
        shown = sum(factor > 1 for factor in factors)
        print(f"  mistake '{name}': seen in {shown} of {len(factors)} cases, "
              f"at {np.median(factors):.0e} tolerances (median)")
        if shown == 0:
            unseen.append(name)
    for name in unseen:
        print(f"  UNSEEN: a mistake of '{name}' would pass every case")
    return 1 if bad or unseen else 0


def pairs(arguments):
    """Arguments with the flag they belong to."""
    flag = None
    for word in arguments:
        flag = word.split("=")[0] if word.startswith("--") else flag
        yield flag, word


def load():
    """The imports that need requirements.txt, after `--python` had its turn."""
    global np, cases, nodal, peers
    try:
        import numpy as np
        with warnings.catch_warnings(record=True):  # without pycairo it says that it cannot draw
            from badcrossbar import compute
    except ImportError as error:
        sys.exit(f"{error}: install validation/arrays/requirements.txt, or name an interpreter with --python")
    import cases
    import nodal
    import peers
    logging.getLogger(compute.__module__).parent.setLevel(logging.WARNING)  # it reports every solve


if __name__ == "__main__":
    main()

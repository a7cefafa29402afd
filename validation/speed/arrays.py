#!/usr/bin/env python3
"""Measures the speed of single arrays against other programs and writes arrays.md and arrays.json beside itself.

Usage, from the root of the repository after `make build` and `swift build` of the product Benchmarks as `make bench` does it,
with the packages of validation/arrays/requirements.txt and GNU time, on an otherwise idle machine:
    python3 validation/speed/arrays.py [--python VENV/bin/python] [--only ROW ...] [--out FOLDER] [--quick]
Rows: {rows}. Each is measured with its peer in one go, so that its ratio is of one machine in one state. With --only, the
other rows keep what an earlier run wrote. --quick takes small sizes and writes to a temporary folder: it tests this script.
About ten minutes, most of them ngspice's.
"""
import argparse
import contextlib
import datetime
import json
import logging
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = ROOT / ".build/release/tilespice"
BENCHMARKS = ROOT / ".build/release/Benchmarks"
MINIMUM_OHMS = 10e3
LIMIT_SECONDS = 600  # a process that takes longer is stopped, and the row says so
LARGE_LIMIT_SECONDS = 60  # the same where the target is 5 s
UNITS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}


def measured(command, folder=None, environment=None, limit=LIMIT_SECONDS):
    """Seconds and peak resident bytes of a whole process, with what it printed; None if it ran into the limit."""
    with tempfile.NamedTemporaryFile() as file:
        # GNU time starts the program from a small process: a child of this one would inherit its peak.
        timed = ["time", "-f", "%M", "-o", file.name, "timeout", str(limit), *map(str, command)]
        start = time.perf_counter()
        done = subprocess.run(timed, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, **(environment or {})})
        seconds = time.perf_counter() - start
        if done.returncode == 124:
            return None
        if done.returncode:
            sys.exit(f"{' '.join(map(str, command))} ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
        peak = 1024 * int(Path(file.name).read_text().split()[-1])
    return {"seconds": seconds, "peakBytes": peak, "output": done.stdout}


def repeated(count, command, folder=None, limit=LIMIT_SECONDS):
    """Medians of several runs after a warm-up, with all timings; None if a run hit the limit."""
    runs = []
    for _ in range(count + (count > 1)):
        runs.append(measured(command, folder, limit=limit))
        if runs[-1] is None:
            return None
    runs = runs[1:] if count > 1 else runs
    return {"seconds": statistics.median(run["seconds"] for run in runs), "all": [run["seconds"] for run in runs],
            "peakBytes": max(run["peakBytes"] for run in runs), "output": runs[-1]["output"]}


def write_array(folder, size, ratio, vectors, topology="voltageDriven"):
    """A square array with cells from 10 kΩ to 1 MΩ and equal wires on both lines."""
    random = np.random.default_rng(1)
    np.save(folder / "g.npy", random.uniform(0.01, 1, (size, size)) / MINIMUM_OHMS)
    np.save(folder / "x.npy", random.uniform(0, 0.2, (vectors, size)))
    ohms = ratio * MINIMUM_OHMS
    (folder / "ARRAY.yaml").write_text(f"version: 1\ntopology: {topology}\nconductances: g.npy\n"
                                       f"wires: {{wordLineOhms: {ohms!r}, bitLineOhms: {ohms!r}}}\n")


def mvm(count, folder, limit=LIMIT_SECONDS):
    return repeated(count, [PROGRAM, "mvm", "ARRAY.yaml", "--inputs", "x.npy", "--out", "i.npy"], folder, limit)


def printed(label, run):
    found = re.search(rf"^{label} +(.*)", run["output"], re.M)
    return found[1] if found else ""


def cholmod(quick):
    """Line CG against CHOLMOD on the bare nodal matrix, in one process."""
    size = 96 if quick else 512
    text = measured([BENCHMARKS, "cholmod"], environment={"TILESPICE_BENCHMARK_SIZE": str(size)})["output"]
    names = ["vectors", "line", "analyze", "factor", "solve", "coldRatio", "solveRatio", "lineMiB", "cholmodMiB",
             "memoryRatio", "iterations", "worstDifference"]
    for line in text.splitlines()[2:]:
        entry = dict(zip(names, map(float, line.split()), strict=True))
        one = entry["vectors"] == 1
        cold = entry["analyze"] + entry["factor"] + entry["solve"]
        vectors = "one vector" if one else f"{entry['vectors']:.0f} vectors"
        work = f"exact, {size} × {size}, both wires, R_segment/R_min 1e-4, {vectors}, residual 1e-9, one core"
        ours = f"{seconds(entry['line'])} (line CG, {entry['iterations']:.0f} iterations)"
        phases = " + ".join(seconds(entry[phase]) for phase in ["analyze", "factor", "solve"])
        target = 50 if one else 3
        yield row("cholmod", work, ours, f"{seconds(cold)} (CHOLMOD: analyze, factor, solve: {phases})",
                  faster(entry["coldRatio"]), f"≥ {target}×", entry["coldRatio"] >= target, entry)
        yield row("cholmod", "the same", ours, f"{seconds(entry['solve'])} (CHOLMOD's solve phase alone)",
                  faster(entry["solveRatio"]), "" if one else "≥ 1×", None if one else entry["solveRatio"] >= 1)
        yield row("cholmod", "the same, memory", f"{entry['lineMiB']:.0f} MiB", f"{entry['cholmodMiB']:.0f} MiB (CHOLMOD)",
                  f"1/{entry['memoryRatio']:.1f}", "≤ 1/10", entry["memoryRatio"] >= 10)


def large(quick):
    """The whole process at 1024 × 1024, which has no peer here: its time and memory."""
    size = 128 if quick else 1024
    for ratio in [1e-5, 1e-4, 1e-3]:
        with folder_of() as folder:
            write_array(folder, size, ratio, 1)
            run = mvm(1 if quick else 3, folder, LARGE_LIMIT_SECONDS)
        work = f"`mvm`, whole process, {size} × {size}, both wires, R_segment/R_min {ratio:g}, one vector"
        target = "≤ 5 s, ≤ 1 GiB"
        if run is None:
            yield row("large", work, f"over {LARGE_LIMIT_SECONDS} s", "", "", target, False, {"ratio": ratio})
            continue
        how = f"{printed('method', run)}, residual {printed('residual', run).split(' ')[0]}"
        yield row("large", work, f"{seconds(run['seconds'])}, {mebibytes(run)} ({how})", "", "", target,
                  run["seconds"] <= 5 and run["peakBytes"] <= 2**30, {**run, "ratio": ratio})


def decks(quick):
    """The same deck, read and solved by us and by ngspice, whole processes."""
    for size, target, repeats in [(16, 100, 1), (32, 1000, 1)] if quick else [(64, 100, 3), (128, 1000, 1)]:
        with folder_of() as folder:
            write_array(folder, size, 1e-4, 1)
            measured([PROGRAM, "netlist", "ARRAY.yaml", "--input", "x.npy", "--out", "deck"], folder)
            ours = repeated(5, [PROGRAM, "verify", "deck", "--with", "builtin"], folder)
            theirs = repeated(repeats, ["ngspice", "-b", "run.ngspice.sp"], folder / "deck")
            work = f"deck of a {size} × {size} array with both wires, whole process"
            our_text = f"{seconds(ours['seconds'])}, {mebibytes(ours)} (`verify --with builtin`)"
            if theirs is None:
                yield row("decks", work, our_text, f"over {LIMIT_SECONDS} s (ngspice)",
                          f"over {LIMIT_SECONDS / ours['seconds']:.0f}× faster", f"≥ {target}×",
                          LIMIT_SECONDS / ours["seconds"] >= target, {"ours": ours})
                continue
            promised, found = peers.expected_currents(folder / "deck"), peers.printed_currents(folder / "deck")
        worst = max(abs(promised[name] - found[name]) for name in promised) / max(map(abs, promised.values()))
        ratio = theirs["seconds"] / ours["seconds"]
        yield row("decks", work, our_text, f"{seconds(theirs['seconds'])}, {mebibytes(theirs)} (`ngspice -b`; within {worst:.1e})",
                  faster(ratio), f"≥ {target}×", ratio >= target, {"ours": ours, "ngspice": theirs})


def badcrossbar(quick):
    """Whole processes that read and write the same files; and both solvers alone, badcrossbar's in a warm process."""
    size = 32 if quick else 128
    with folder_of() as folder:
        write_array(folder, size, 1e-4, 8)
        ohms, volts = 1 / np.load(folder / "g.npy"), np.load(folder / "x.npy").T
        wires = (1e-4 * MINIMUM_OHMS,) * 2
        peers.solve(volts[:8], ohms[:8, :8], wires)  # imports and first-call costs are not measured
        timings = []
        for _ in range(3):
            start = time.perf_counter()
            theirs = peers.solve(volts, ohms, wires)
            timings.append(time.perf_counter() - start)
        script = ("import sys, numpy; sys.path.insert(0, sys.argv[1]); import peers; numpy.save('theirs.npy', "
                  f"peers.solve(numpy.load('x.npy').T, 1 / numpy.load('g.npy'), {wires}))")
        whole = repeated(5, [sys.executable, "-c", script, HERE.parent / "arrays"], folder)
        ours = mvm(9, folder)
        amperes = np.load(folder / "i.npy")
    worst = np.abs(amperes - theirs).max() / np.abs(theirs).max()
    inside = sum(float(value) * UNITS[unit]
                 for value, unit in re.findall(r"([\d.]+) (s|ms|µs|ns)\b", printed("time", ours)))
    peer = statistics.median(timings)
    work = f"{size} × {size}, both wires, R_segment/R_min 1e-4, 8 vectors"
    raw = {"ours": ours, "oursInside": inside, "badcrossbar": {"seconds": peer, "all": timings, "whole": whole}}
    for name, value, against, other, goal in [
            ("`mvm`, the time that it prints", inside, "badcrossbar's `compute()` in a warm process", peer, 30),
            ("`mvm`, whole process", ours["seconds"], "a script that loads, calls badcrossbar's `compute()` and saves, whole process",
             whole["seconds"], None)]:
        yield row("badcrossbar", work, f"{seconds(value)} ({name}; {printed('method', ours)})",
                  f"{seconds(other)} ({against}; within {worst:.1e})", faster(other / value),
                  f"≥ {goal}×" if goal else "", other / value >= goal if goal else None, raw)
        raw = None


def ladder(quick):
    """The gate-driven ladder against OpenBLAS, as `Benchmarks ladder` compares them."""
    text = measured([BENCHMARKS, "ladder"])["output"]
    library = re.search(r"^ +\((.*)\)", text, re.M)[1]
    size = re.search(r"ladder: (\S+ × \S+), (\d+ vectors)", text)
    for density, ours, theirs, median, minimum in re.findall(
            r"^ +(\d+) % +([\d.]+) +([\d.]+) +([\d.]+), +([\d.]+)", text, re.M):
        target = {"50": 2.5, "20": 1.0}.get(density)
        yield row("ladder", f"gate-driven ladder, {size[1]}, {size[2]}, {density} % of the bits on, single precision, one core",
                  f"{ours} Gcell/s", f"{theirs} Gcell/s (product of {library})", f"{median}× its time",
                  f"≤ {target:g}×" if target else "", float(median) <= target if target else None,
                  {"density": int(density), "ladder": float(ours), "sgemm": float(theirs), "median": float(median),
                   "minimum": float(minimum), "library": library})


def cores(quick):
    """Line CG on two cores, beside what two triads of the same working set gain over one."""
    text = measured([BENCHMARKS, "lineTraffic"])["output"]
    names = ["vectors", "build", "solve", "iterations", "moved", "triad", "tasks", "triads"]
    for line in text.splitlines():
        fields = line.replace("x", "").split()
        if len(fields) != len(names) or not fields[0].isdigit() or int(fields[0]) < 16:
            continue
        entry = dict(zip(names, map(float, fields), strict=True))
        yield row("cores", f"line CG, 512 × 512, {entry['vectors']:.0f} vectors, two cores against one",
                  f"{seconds(entry['solve'])} on one core, moving {entry['moved']:.0f} GB/s",
                  f"{entry['triads']:.2f}× (two triads against one, {entry['triad']:.0f} GB/s)",
                  f"{entry['tasks']:.2f}× faster", "≥ 1.8×", entry["tasks"] >= 1.8, entry)


ROWS = {function.__name__: function for function in [cholmod, large, decks, badcrossbar, ladder, cores]}


def faster(ratio):
    return f"{ratio:.0f}× faster" if ratio >= 100 else f"{ratio:.3g}× faster"


def mebibytes(run):
    return f"{run['peakBytes'] / 2**20:.0f} MiB"


def row(name, work, ours, peer, ratio, target, met, raw=None):
    """One line of the table; raw numbers go to arrays.json only."""
    print(f"{work}\n    {ours} | {peer} | {ratio} | target {target or 'none'}", file=sys.stderr, flush=True)
    return {"row": name, "work": work, "ours": ours, "peer": peer, "ratio": ratio, "target": target, "met": met, "raw": raw}


def seconds(value):
    for unit, size in UNITS.items():
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} s"


@contextlib.contextmanager
def folder_of():
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def machine():
    """Machine and versions, in words."""
    def first(command):
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return done.stdout.strip()

    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    packages = {name: first(["dpkg-query", "-W", "-f", "${Version}", name])
                for name in ["libsuitesparse-dev", "libopenblas-dev", "ngspice"]}
    python = {name: peers.metadata.version(name) for name in ["badcrossbar", "numpy", "scipy"]}
    return {
        "processor": processor[1] if processor else platform.machine(), "cores": os.cpu_count(),
        "system": platform.system() + " " + platform.machine(), "python": platform.python_version(),
        "loadBefore": os.getloadavg()[0], "tilespice": first([PROGRAM, "--version"]),
        "packages": {name: version for name, version in packages.items() if version}, "pythonPackages": python,
        "command": "python3 validation/speed/arrays.py", "date": datetime.date.today().isoformat()}


def table(results):
    """The Markdown page: one table, then what it was measured with, per run that still has rows in it."""
    lines = ["| Work | TileSpice | Peer | Ratio | Target | Met |", "| --- | --- | --- | --- | --- | --- |"]
    for entry in results["rows"]:
        met = {True: "yes", False: "no", None: ""}[entry["met"]]
        lines.append(f"| {entry['work']} | {entry['ours']} | {entry['peer']} | {entry['ratio']} | {entry['target']} | {met} |")
    for name, run in results["runs"].items():
        versions = ", ".join(f"{key} {value}" for key, value in {**run["packages"], **run["pythonPackages"]}.items())
        of = "" if len(results["runs"]) == 1 else f" Rows of {name}."
        lines += ["", f"Measured on {run['date']} on {run['cores']} cores of an {run['processor']} processor ({run['system']}), load "
                  f"average before {run['loadBefore']:.2f}, by `{run['command']}`.{of} {run['tilespice']}, {versions}, "
                  f"Python {run['python']}."]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.format(rows=", ".join(ROWS)),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="interpreter that has the packages of validation/arrays/requirements.txt")
    parser.add_argument("--only", nargs="+", metavar="ROW", choices=ROWS, help="rows to measure")
    parser.add_argument("--out", help="folder of arrays.md and arrays.json (default: beside this script)")
    parser.add_argument("--quick", action="store_true", help="small sizes, to test this script")
    options = parser.parse_args()
    if options.python and Path(options.python).absolute() != Path(sys.executable).absolute():
        os.execv(options.python, [options.python, __file__, *sys.argv[1:]])
    load()
    out = Path(options.out or (tempfile.mkdtemp() if options.quick else HERE))
    out.mkdir(parents=True, exist_ok=True)
    file = out / "arrays.json"
    results = json.loads(file.read_text()) if options.only and file.exists() else {"rows": [], "runs": {}}
    run = machine()
    if run["loadBefore"] > 0.3:
        print(f"The load average is {run['loadBefore']}: ratios of wall-clock times need an idle machine.", file=sys.stderr)
    selected = options.only or list(ROWS)
    by_name = {name: [entry for entry in results["rows"] if entry["row"] == name] for name in ROWS}
    runs = dict(results["runs"])
    for name in selected:
        by_name[name] = list(ROWS[name](options.quick))
        if options.quick:  # targets are for the full sizes
            by_name[name] = [{**entry, "target": "", "met": None} for entry in by_name[name]]
    # A run stays listed while one of its rows does.
    measured_by = {row: names for names in runs for row in names.split(", ")}
    measured_by.update({name: ", ".join(selected) for name in selected})
    kept = {}
    for name in ROWS:
        if by_name[name]:
            origin = measured_by[name]
            source = run if name in selected else runs[origin]
            kept.setdefault(id(source), (source, []))[1].append(name)
    results = {"runs": {", ".join(names): source for source, names in kept.values()},
               "rows": [entry for name in ROWS for entry in by_name[name]]}
    file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    (out / "arrays.md").write_text(table(results))
    print(f"{out}/arrays.md, {out}/arrays.json")


def load():
    """The imports that need the packages of validation/arrays/requirements.txt, after `--python` had its turn."""
    global np, peers
    sys.path.insert(0, str(HERE.parent / "arrays"))
    try:
        import numpy as np
        with warnings.catch_warnings(record=True):  # without pycairo it says that it cannot draw
            from badcrossbar import compute
    except ImportError as error:
        sys.exit(f"{error}: install validation/arrays/requirements.txt, or name an interpreter with --python")
    import peers
    logging.getLogger(compute.__module__).parent.setLevel(logging.WARNING)  # it reports every solve


if __name__ == "__main__":
    main()

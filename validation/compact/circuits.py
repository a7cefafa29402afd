#!/usr/bin/env python3
"""BJT, JFET, BSIM3 and BSIM4 circuits, here with compiled modules, in VACASK, and in ngspice with its own devices.

    python3 validation/compact/circuits.py MODELS --vacask PROGRAM [--program PROGRAM] [--ngspice ngspice]

MODELS is the folder of the package's compiled modules. Operating points: the largest difference of a
source's current over the largest current. Oscillators: the difference of the period, relative. With
--stages N one ring oscillator of N stages of BSIM4 is run here and in VACASK at several tolerances, whose
user times, points and errors of the period it prints; the table for 51 is ring.md. To be measured alone.
"""
import argparse
import pathlib
import re
import resource
import subprocess
import tempfile

# name: (module's file, module, SPICE's model card, parameters)
MODELS = {
    "npn": ("spice/bjt.osdi", "sp_bjt", "npn", {"is": 1e-16, "bf": 100, "vaf": 50, "rb": 100, "rc": 10, "re": 1}),
    "njf": ("spice/jfet1.osdi", "sp_jfet1", "njf", {"vto": -2, "beta": 1e-3, "lambda": 0.01}),
    "n3": ("spice/bsim3v3.osdi", "sp_bsim3v3", "nmos level=8", {"vth0": 0.7, "tox": 1e-8}),
    "p3": ("spice/bsim3v3.osdi", "sp_bsim3v3", "pmos level=8", {"vth0": -0.8, "tox": 1e-8, "u0": 0.025}),
    "n4": ("spice/bsim4v8.osdi", "sp_bsim4v8", "nmos level=14", {"vth0": 0.45, "toxe": 2e-9}),
    "p4": ("spice/bsim4v8.osdi", "sp_bsim4v8", "pmos level=14", {"vth0": -0.45, "toxe": 2e-9}),
}


class Circuit:
    """Elements in an order that all three keep: (name, nodes, model or value, parameters)."""

    def __init__(self, name, seconds=None, step=None, probe=None):
        self.name, self.seconds, self.step, self.probe = name, seconds, step, probe
        # RELTOL of transients. Steps are as long as the error allows: at 1e-3 a period is known to 1e-3 only.
        self.reltol = 1e-4
        self.elements = []

    def add(self, name, nodes, what, **parameters):
        self.elements.append((name, nodes.split(), what, parameters))

    def used(self):
        return [m for m in MODELS if any(what == m for _, _, what, _ in self.elements)]

    def spice(self):
        lines = [self.name]
        for name, nodes, what, parameters in self.elements:
            if isinstance(what, tuple):
                low, high, delay, edge, width = what
                value = f"pulse({low} {high} {delay} {edge} {edge} {width} 1)"
            else:
                value = str(what)
            lines.append(" ".join([name] + nodes + [value] + [f"{k}={v}" for k, v in parameters.items()]))
        for model in self.used():
            _, _, card, parameters = MODELS[model]
            lines.append(f".model {model} {card} " + " ".join(f"{k}={v}" for k, v in parameters.items()))
        return lines

    def vacask(self, folder, trial):
        used = self.used()
        files = sorted({MODELS[m][0] for m in used}) + ["resistor.osdi", "capacitor.osdi"]
        lines = [self.name] + [f'load "{folder}/{f}"' for f in files]
        lines += ["ground 0", "model v vsource", "model i isource", "model r resistor", "model c capacitor"]
        for model in used:
            _, module, card, parameters = MODELS[model]
            kind = -1 if card.startswith("p") else 1
            lines.append(f"model {model} {module} type={kind} "
                         + " ".join(f"{k}={v}" for k, v in parameters.items()))
        for name, nodes, what, parameters in self.elements:
            letter = name[0]
            if letter in "vi":
                if isinstance(what, tuple):
                    low, high, delay, edge, width = what
                    value = (f'type="pulse" val0={low} val1={high} delay={delay} rise={edge} fall={edge} '
                             f"width={width} period=1")
                else:
                    value = f"dc={what}"
                lines.append(f"{name} ({' '.join(nodes)}) {letter} {value}")
            elif letter in "rc":
                lines.append(f"{name} ({' '.join(nodes)}) {letter} {letter}={what}")
            else:
                given = " ".join(f"{k}={v}" for k, v in parameters.items())
                lines.append(f"{name} ({' '.join(nodes)}) {what} {given}")
        tolerance = f"reltol={self.reltol:g}" if self.seconds else "reltol=1e-9 abstol=1e-16 vntol=1e-11"
        lines += ["control", f'  options rawfile="ascii" {tolerance} temp=27 tnom=27']
        if self.seconds:
            lines += [f"  analysis {trial} tran step={self.step} stop={self.seconds}"]
        else:
            lines += [f"  analysis {trial} op"]
        return lines + ["endc"]


def mirror(model, letter):
    c = Circuit(f"mirror of {model}")
    c.add("vdd", "vdd 0", 3)
    c.add("vo", "out 0", 1.5)
    c.add("r1", "vdd ref", 20e3)
    if letter == "q":
        c.add("q1", "ref ref 0 0", model)
        c.add("q2", "out ref 0 0", model)
    else:
        size = {"w": 1e-5, "l": 1e-6}
        c.add("m1", "ref ref 0 0", model, **size)
        c.add("m2", "out ref 0 0", model, **size)
    return c


def pair(model, letter):
    c = Circuit(f"differential pair of {model}")
    c.add("vdd", "vdd 0", 5)
    c.add("vss", "vss 0", -5)
    c.add("vp", "inp 0", 0.02)
    c.add("vn", "inn 0", 0)
    c.add("r1", "vdd o1", 10e3)
    c.add("r2", "vdd o2", 10e3)
    c.add("r3", "tail vss", 20e3)
    for k, (gate, out) in enumerate([("inp", "o1"), ("inn", "o2")]):
        if letter == "q":
            c.add(f"q{k}", f"{out} {gate} tail 0", model)
        elif letter == "j":
            c.add(f"j{k}", f"{out} {gate} tail", model)
        else:
            c.add(f"m{k}", f"{out} {gate} tail vss", model, w=2e-5, l=1e-6)
    return c


def chain(n, p, volts, stages, w=1e-6, l=1e-7, ring=False, seconds=None, step=None,
          ramp=False):
    c = Circuit(f"{'ring oscillator' if ring else 'inverter chain'} of {stages}, {n} and {p}",
                seconds, step, probe="s1" if ring else None)
    # From rest, where an operating point is easily found.
    c.add("vdd", "vdd 0", (0, volts, 0, 1e-11, 0.5) if ramp else volts)
    if not ring:
        c.add("vin", "s0 0", 0.45 * volts)
    else:
        start = 2e-11 if ramp else 1e-12
        c.add("i1", "0 s1", (0, 1e-4, start, 1e-12, 2e-11))
    for k in range(stages):
        a = f"s{k if not ring or k else stages}"
        b = f"s{k + 1}"
        c.add(f"m{k}n", f"{b} {a} 0 0", n, w=w, l=l)
        c.add(f"m{k}p", f"{b} {a} vdd vdd", p, w=2 * w, l=l)
        c.add(f"c{k}", f"{b} 0", 1e-14)
    return c


def run(command, folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return result, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def ascii_raw(path):
    names, rows, section = [], [], ""
    for line in path.read_text().splitlines():
        if line.startswith(("Variables:", "Values:")):
            section = line[:6]
        elif section == "Variab" and line.split():
            names.append(line.split()[1].lower())
        elif section == "Values" and line.split():
            fields = line.split()
            if len(fields) == 2:
                rows.append([])
            rows[-1].append(float(fields[-1].split(",")[0]))
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}


def period(seconds, volts, middle):
    """Mean of the periods of the last half of the rising crossings."""
    crossings = [
        t0 + (t1 - t0) * (middle - v0) / (v1 - v0)
        for t0, t1, v0, v1 in zip(seconds, seconds[1:], volts, volts[1:]) if v0 < middle <= v1]
    crossings = crossings[len(crossings) // 2:]
    return (crossings[-1] - crossings[0]) / (len(crossings) - 1) if len(crossings) > 1 else float("nan")


def ours(circuit, given, folder):
    cards = [f".options reltol={circuit.reltol:g}"] if circuit.seconds else [".options reltol=1e-6"]
    cards += [f".tran {circuit.step} {circuit.seconds}"] if circuit.seconds else [".op"]
    (folder / "ours.sp").write_text("\n".join(circuit.spice() + cards + [".end", ""]))
    raw = folder / "ours.raw"
    raw.unlink(missing_ok=True)
    result, time = run(
        [given.program, "solve", "ours.sp", "--models", str(given.models), "--csv", "ours.csv"], folder)
    if result.returncode:
        raise SystemExit(f"{circuit.name}: {result.stderr}")
    lines = (folder / "ours.csv").read_text().splitlines()
    names = [name.split(" ")[0].strip('"').lower() for name in lines[0].split(",")]
    rows = [[float(x) for x in line.split(",")] for line in lines[1:]]
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}, time


def theirs(circuit, given, folder):
    (folder / "theirs.sim").write_text("\n".join(circuit.vacask(given.models, "trial") + [""]))
    (folder / "trial.raw").unlink(missing_ok=True)
    result, time = run([given.vacask, "-qp", "theirs.sim"], folder)
    if not (folder / "trial.raw").exists():
        raise SystemExit(f"{circuit.name}: {result.stdout}{result.stderr}")
    return ascii_raw(folder / "trial.raw"), time


def ngspice(circuit, given, folder):
    sources = [name for name, *_ in circuit.elements if name[0] == "v"]
    cards = [".options reltol=1e-4 method=trap"] if circuit.seconds else [".options reltol=1e-7 abstol=1e-15 vntol=1e-10"]
    analysis = f"tran {circuit.step} {circuit.seconds}" if circuit.seconds else "op"
    shown = f"v({circuit.probe})" if circuit.probe else " ".join(f"i({s})" for s in sources)
    cards += [".control", "set filetype=ascii", "set numdgt=16", analysis, f"write ng.raw {shown}", "quit", ".endc"]
    (folder / "ng.sp").write_text("\n".join(circuit.spice() + cards + [".end", ""]))
    (folder / "ng.raw").unlink(missing_ok=True)
    run([given.ngspice, "-b", "ng.sp"], folder)
    return ascii_raw(folder / "ng.raw") if (folder / "ng.raw").exists() else None


def stages(given, folder):
    """Times and errors of a ring oscillator over its tolerance, here and in VACASK."""
    per_stage = 1.37e-10
    ring = chain("n4", "p4", 1.2, given.stages, ring=True, seconds=4.6 * given.stages * per_stage, step=1e-11, ramp=True)
    rows, exact = [], None
    for who, solve, tolerances in [("here", ours, [1e-6, 1e-4, 1e-3]), ("VACASK", theirs, [1e-5, 1e-4, 1e-3])]:
        for ring.reltol in tolerances:
            found, time = solve(ring, given, folder)
            own = period(found["time"], found.get(f"v({ring.probe})") or found[ring.probe], 0.6)
            exact = exact or own
            rows.append(f"| {who} | {ring.reltol:g} | {len(found['time'])} | {time:.2f} | {own / exact - 1:.1e} |")
    print(f"{ring.name}, period {exact:.5g} s; errors of the period against the first line\n")
    print("| | RELTOL | points | user time (s) | error of the period |\n| --- | --- | --- | --- | --- |")
    print("\n".join(rows))


def compare(circuit, given, folder):
    mine, _ = ours(circuit, given, folder)
    other, _ = theirs(circuit, given, folder)
    third = ngspice(circuit, given, folder)
    if circuit.seconds:
        volts = next(what for name, _, what, _ in circuit.elements if name == "vdd")
        periods = [
            period(mine["time"], mine[f"v({circuit.probe})"], volts / 2),
            period(other["time"], other[circuit.probe], volts / 2),
            period(third["time"], third[f"v({circuit.probe})"], volts / 2) if third else float("nan")]
        differences = [abs(p / periods[0] - 1) for p in periods[1:]]
        return f"period {periods[0]:.5g} s", differences
    sources = [name for name, *_ in circuit.elements if name[0] == "v"]
    amperes = [mine[f"i({s})"][0] for s in sources]
    largest = max(abs(a) for a in amperes)
    differences = [max(abs(a - other[f"{s}:flow(br)"][0]) for a, s in zip(amperes, sources)) / largest]
    differences.append(
        max(abs(a - third[f"i({s})"][0]) for a, s in zip(amperes, sources)) / largest
        if third else float("nan"))
    return f"largest current {largest:.6g} A", differences


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("models", type=pathlib.Path)
    options.add_argument("--program", type=pathlib.Path, default=pathlib.Path(".build/release/tilespice"))
    options.add_argument("--vacask", type=pathlib.Path, required=True)
    options.add_argument("--ngspice", default="ngspice")
    options.add_argument("--stages", type=int)
    given = options.parse_args()
    given.models, given.program, given.vacask = (
        given.models.resolve(), given.program.absolute(), given.vacask.absolute())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if given.stages:
            stages(given, folder)
            return
        print("| circuit | result | against VACASK | against ngspice |\n| --- | --- | --- | --- |")
        circuits = [
            mirror("npn", "q"), mirror("n3", "m"), mirror("n4", "m"),
            pair("npn", "q"), pair("njf", "j"), pair("n3", "m"), pair("n4", "m"),
            chain("n3", "p3", 3.3, 8, l=1e-6), chain("n4", "p4", 1.2, 8),
            chain("n3", "p3", 3.3, 5, w=1e-5, l=1e-6, ring=True, seconds=2e-8, step=1e-11),
            chain("n4", "p4", 1.2, 9, ring=True, seconds=4e-9, step=2e-12),
        ]
        for circuit in circuits:
            result, differences = compare(circuit, given, folder)
            print(f"| {circuit.name} | {result} | " + " | ".join(f"{d:.1e}" for d in differences) + " |")


if __name__ == "__main__":
    main()

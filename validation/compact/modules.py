#!/usr/bin/env python3
"""Solves every compiled module of a folder and writes a table: parameters are the module's own.

    python3 validation/compact/modules.py FOLDER [--program .build/release/tilespice] [--vacask PROGRAM]

Each module is driven by a source at every terminal; with --vacask the same circuit is solved there, and
the largest difference of a current over the largest current is in the last column.
"""
import argparse
import csv
import pathlib
import re
import subprocess
import tempfile

VOLTS = [0.2, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]


def ours(program, file, module, count, folder):
    deck = folder / "one.sp"
    lines = ["one", f'.hdl "{file}"']
    lines += [f"v{k} t{k} 0 {VOLTS[k]}" for k in range(count)]
    lines += ["n1 " + " ".join(f"t{k}" for k in range(count)) + " x", f".model x {module}", ".op", ".end"]
    deck.write_text("\n".join(lines) + "\n")
    out = folder / "one.csv"
    out.unlink(missing_ok=True)
    run = subprocess.run(
        [program, "solve", str(deck), "--csv", str(out), "--quiet"], capture_output=True, text=True)
    if run.returncode:
        return None, run.stderr.strip().splitlines()[-1]
    with open(out) as file:
        rows = list(csv.reader(file))
    names, values = rows[0], [float(x) for x in rows[1]]
    return [next(v for n, v in zip(names, values) if n.startswith(f"i(v{k})")) for k in range(count)], ""


def theirs(vacask, file, module, count, folder):
    sim = folder / "one.sim"
    lines = ["one", f'load "{file}"', "model v vsource", f"model x {module}", "ground 0"]
    lines += [f"v{k} (t{k} 0) v dc={VOLTS[k]}" for k in range(count)]
    lines += ["n1 (" + " ".join(f"t{k}" for k in range(count)) + ") x"]
    lines += ["control", "  options rawfile=\"ascii\" reltol=1e-9", "  analysis one op", "endc"]
    sim.write_text("\n".join(lines) + "\n")
    for raw in folder.glob("*.raw"):
        raw.unlink()
    subprocess.run([vacask, "one.sim"], cwd=folder, capture_output=True, text=True)
    raws = list(folder.glob("*.raw"))
    if not raws:
        return None
    names, values, section = [], [], ""
    for line in raws[0].read_text().splitlines():
        if line.startswith(("Variables:", "Values:")):
            section = line[:6]
        elif section == "Variab" and line.split():
            names.append(line.split()[1].lower())
        elif section == "Values" and line.split():
            values.append(float(line.split()[-1]))
    found = dict(zip(names, values))
    return [found.get(f"v{k}:flow(br)") for k in range(count)]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--program", default=".build/release/tilespice")
    options.add_argument("--vacask")
    given = options.parse_args()
    print("| file | module | terminals | largest current (A) | against VACASK |")
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file in sorted(given.folder.resolve().rglob("*.osdi")):
            text = file.read_bytes()
            shown = file.relative_to(given.folder.resolve())
            stem = file.stem
            candidates = {m.decode() for m in re.findall(rb"[A-Za-z_][A-Za-z0-9_]{2,40}", text)}
            wanted = [m for m in candidates if m.lower() in (f"sp_{stem}", stem)] + sorted(
                m for m in candidates if stem[:4] in m.lower())
            for module in wanted[:20]:
                deck = folder / "count.sp"
                words = " ".join(f"t{k}" for k in range(40))
                deck.write_text(f'count\n.hdl "{file}"\nn1 {words} x\n.model x {module}\n.op\n')
                run = subprocess.run([given.program, "solve", str(deck)], capture_output=True, text=True)
                found = re.search(r"module (\S+) has (\d+) terminals", run.stderr)
                if found:
                    break
            else:
                print(f"| {shown} | | | {run.stderr.strip().splitlines()[-1] if run.stderr else ''} | |")
                continue
            module, count = found.group(1), int(found.group(2))
            amperes, fault = ours(given.program, file, module, count, folder)
            if amperes is None:
                print(f"| {shown} | {module} | {count} | {fault.replace('|', '/')} | |")
                continue
            largest = max(abs(x) for x in amperes)
            agreement = ""
            if given.vacask:
                other = theirs(given.vacask, file, module, count, folder)
                if other is None or None in other:
                    agreement = "no result there"
                else:
                    worst = max(abs(a - b) for a, b in zip(amperes, other))
                    agreement = f"{worst / largest:.1e}" if largest else f"{worst:.1e} A"
            print(f"| {shown} | {module} | {count} | {largest:.6g} | {agreement} |")


if __name__ == "__main__":
    main()

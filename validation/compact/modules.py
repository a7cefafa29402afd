#!/usr/bin/env python3
"""Solves every compiled module of a folder, here and in VACASK, and writes a table.

    python3 validation/compact/modules.py FOLDER [--program .build/release/tilespice] [--vacask PROGRAM]

What a module is, its own descriptor says (OSDI 0.3 to 0.5), which runs its code. Each terminal is driven by
a source behind 1 Ω, at voltages that its family works at; thermal terminals are left open. The last column
is the largest difference of a current from VACASK's over the largest current.
"""
import argparse
import csv
import ctypes
import pathlib
import struct
import subprocess
import tempfile

OHMS = 1.0
# Volts by terminal for families, by the start of a file's name.
VOLTS = {
    "bjt": [2, 0.75, 0, 0], "vbic": [2, 0.75, 0, 0], "diode": [0.65, 0], "jfet": [2, -0.5, 0],
    "mes": [2, -0.3, 0], "opamp": [0.5, 1e-6, 0], "inductor": [0.3, 0.1], "vdmos": [2, 4, 0],
    # With their own parameters these have no value in saturation, here and in VACASK.
    "mos3": [0.2, 1.5, 0, 0], "mos9": [0.2, 1.5, 0, 0],
}
OTHERS = [1, 1.5, 0, 0]
# Tolerances of VACASK, the tightest first: not every module reaches them.
TOLERANCES = ["reltol=1e-9 abstol=1e-18 vntol=1e-12", "reltol=1e-7 abstol=1e-16 vntol=1e-10",
              "reltol=1e-6 abstol=1e-15 vntol=1e-9", ""]


def modules(path):
    """Names, terminals, inner nodes, parameters, limited states and whether time is read, per module."""
    library = ctypes.CDLL(str(path), mode=ctypes.RTLD_LOCAL)
    word = lambda name: ctypes.c_uint32.in_dll(library, name).value
    minor, count = word("OSDI_VERSION_MINOR"), word("OSDI_NUM_DESCRIPTORS")
    size = 240 if minor == 3 else word("OSDI_DESCRIPTOR_SIZE")
    base = ctypes.addressof(ctypes.c_char.in_dll(library, "OSDI_DESCRIPTORS"))
    for k in range(count):
        raw = ctypes.string_at(base + k * size, size)
        at = lambda offset: struct.unpack_from("<I", raw, offset)[0]
        pointer = lambda offset: struct.unpack_from("<Q", raw, offset)[0]
        nodes = []
        for node in range(at(8)):
            names = struct.unpack("<QQ", ctypes.string_at(pointer(16) + 48 * node, 16))
            nodes.append([ctypes.string_at(name).decode() if name else "" for name in names])
        stores = any(
            struct.unpack_from("<I", ctypes.string_at(pointer(32) + 16 * e, 16), 12)[0] & 8
            for e in range(at(24)))
        yield {
            "name": ctypes.string_at(pointer(0)).decode(), "terminals": nodes[:at(12)],
            "inner": len(nodes) - at(12), "parameters": at(76), "variables": at(84),
            "limited": at(104), "stores": stores, "version": f"0.{minor}",
        }


def ours(program, file, module, volts, folder):
    deck = folder / "one.sp"
    lines = ["one", f'.hdl "{file}"', ".options reltol=1e-8 abstol=1e-18 vntol=1e-11"]
    for k, v in enumerate(volts):
        lines += [f"v{k} s{k} 0 {v}", f"r{k} s{k} t{k} {OHMS}"]
    lines += ["n1 " + " ".join(f"t{k}" for k in range(len(volts))) + " x"]
    lines += [f".model x {module}", ".op", ".end"]
    deck.write_text("\n".join(lines) + "\n")
    out = folder / "one.csv"
    out.unlink(missing_ok=True)
    run = subprocess.run(
        [program, "solve", str(deck), "--csv", str(out), "--quiet"], capture_output=True, text=True)
    if run.returncode:
        return None, run.stderr.strip().splitlines()[-1].replace(str(folder) + "/", "")
    with open(out) as table:
        rows = list(csv.reader(table))
    names, values = rows[0], [float(x) for x in rows[1]]
    return [
        next(v for n, v in zip(names, values) if n.startswith(f"i(v{k})")) for k in range(len(volts))
    ], ""


def theirs(vacask, file, module, volts, folder):
    for tolerances in TOLERANCES:
        found, fault = trial(vacask, file, module, volts, folder, tolerances)
        if found:
            break
    return found, fault


def trial(vacask, file, module, volts, folder, tolerances):
    lines = ["one", f'load "{file}"']
    if module.lower() != "resistor":
        lines += ['load "resistor.osdi"']
    lines += ["model v vsource", "model ohms resistor", f"model x {module.lower()}", "ground 0"]
    for k, v in enumerate(volts):
        lines += [f"v{k} (s{k} 0) v dc={v}", f"r{k} (s{k} t{k}) ohms r={OHMS}"]
    lines += ["n1 (" + " ".join(f"t{k}" for k in range(len(volts))) + ") x"]
    options = f'rawfile="ascii" {tolerances} temp=27 tnom=27'
    lines += ["control", f"  options {options}", "  analysis one op", "endc"]
    (folder / "one.sim").write_text("\n".join(lines) + "\n")
    raw = folder / "one.raw"
    raw.unlink(missing_ok=True)
    run = subprocess.run([vacask, "-qp", "one.sim"], cwd=folder, capture_output=True, text=True)
    if not raw.exists():
        return None, (run.stdout + run.stderr).strip().splitlines()[-1]
    names, values, section = [], [], ""
    for line in raw.read_text().splitlines():
        if line.startswith(("Variables:", "Values:")):
            section = line[:6]
        elif section == "Variab" and line.split():
            names.append(line.split()[1].lower())
        elif section == "Values" and line.split():
            values.append(float(line.split()[-1]))
    found = dict(zip(names, values))
    return [found[f"v{k}:flow(br)"] for k in range(len(volts))], ""


def main():
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--program", default=".build/release/tilespice")
    options.add_argument("--vacask")
    given = options.parse_args()
    print("| file | OSDI | module | terminals | inner nodes | parameters | variables | limited | stores "
          "| largest current (A) | against VACASK |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    worst, solved, total = 0.0, 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        top = given.folder.resolve()
        for file in sorted(top.rglob("*.osdi")):
            for module in modules(file):
                total += 1
                # Thermal terminals are in kelvins.
                count = sum(units == "V" for _, units in module["terminals"])
                family = next((f for f in VOLTS if file.name.startswith(f)), None)
                volts = (VOLTS.get(family, OTHERS) + [0] * count)[:count]
                cells = [
                    str(file.relative_to(top)), module["version"], module["name"],
                    " ".join(n for n, _ in module["terminals"]), module["inner"], module["parameters"],
                    module["variables"], module["limited"], "yes" if module["stores"] else ""]
                amperes, fault = ours(given.program, file, module["name"], volts, folder)
                if amperes is None:
                    cells += [fault.replace("|", "/"), ""]
                else:
                    largest = max(abs(x) for x in amperes)
                    agreement = ""
                    if given.vacask:
                        other, fault = theirs(given.vacask, file, module["name"], volts, folder)
                        if other is None:
                            agreement = fault.replace("|", "/")
                        else:
                            difference = max(abs(a - b) for a, b in zip(amperes, other))
                            relative = difference / largest if largest else difference
                            agreement = f"{relative:.1e}"
                            worst, solved = max(worst, relative), solved + 1
                    cells += [f"{largest:.6g}", agreement]
                print("| " + " | ".join(str(c) for c in cells) + " |")
    print(f"\n{solved} of {total} modules solved in both; the largest difference is {worst:.1e}.")


if __name__ == "__main__":
    main()

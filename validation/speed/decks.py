#!/usr/bin/env python3
"""Measures whole-process times of SPICE decks and writes decks.md and decks.json beside itself.

Usage, from the root of the repository after `make build`, with GNU time and ngspice, on an otherwise idle machine:
    python3 validation/speed/decks.py [--quick]
A deck is a passive array as another tool would extract it: flat, one resistor per line, names such as rw3x17, cells of 10 or
100 kΩ ± 20 %, segments of 1 Ω, random inputs up to 0.2 V. --quick takes small sizes and writes nothing. About ten minutes,
nearly all of them ngspice's.
"""
import array
import json
import os
import platform
import random
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / ".build/release/tilespice"


def passive(size, path):
    source = random.Random(size)
    lines = [f"passive {size} x {size}"]
    lines += [f"vin{i} w{i}s 0 {source.uniform(0, 0.2)!r}" for i in range(size)]
    for i in range(size):
        for j in range(size):
            before = f"w{i}s" if j == 0 else f"w{i}x{j - 1}"
            after = f"b{i + 1}x{j}" if i < size - 1 else f"o{j}"
            ohms = source.choice([1e4, 1e5]) * source.uniform(0.8, 1.2)
            lines += [f"rw{i}x{j} {before} w{i}x{j} 1", f"rb{i}x{j} b{i}x{j} {after} 1",
                      f"rc{i}x{j} w{i}x{j} b{i}x{j} {ohms!r}"]
    lines += [f"vo{j} o{j} 0 0" for j in range(size)] + [".op", ".end"]
    path.write_text("\n".join(lines) + "\n")


def measured(command, folder):
    """Seconds and peak resident bytes of a whole process."""
    with tempfile.NamedTemporaryFile() as file:
        start = time.perf_counter()
        done = subprocess.run(["time", "-f", "%M", "-o", file.name, *map(str, command)], cwd=folder,
                              capture_output=True, text=True)
        seconds = time.perf_counter() - start
        if done.returncode:
            sys.exit(f"{command} failed:\n{done.stdout}{done.stderr}")
        return seconds, 1024 * int(Path(file.name).read_text().split()[-1])


def repeated(count, command, folder):
    runs = [measured(command, folder) for _ in range(count)]
    return {"seconds": statistics.median(r[0] for r in runs), "peakBytes": max(r[1] for r in runs),
            "runs": [r[0] for r in runs]}


def currents(path):
    """i(vo…) of a binary raw file with one point."""
    head, values = path.read_bytes().split(b"Binary:\n", 1)
    names = re.findall(r"^\t\d+\t(\S+)", head.decode(), re.M)
    numbers = struct.unpack(f"<{len(names)}d", values[:8 * len(names)])
    return {name: x for name, x in zip(names, numbers) if name.startswith("i(vo")}


def npy(path, shape, values):
    head = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode()
                     + array.array("d", values).tobytes())


def solve_rows(sizes, folder):
    for size, ours_count, peer_count in sizes:
        deck = folder / f"passive{size}.sp"
        passive(size, deck)
        row = {"name": f"passive {size} × {size}, {3 * size * size} resistors"}
        row["ours"] = repeated(
            ours_count, [PROGRAM, "solve", deck.name, "--quiet", "--raw", "ours.raw"], folder)
        if peer_count:
            row["ngspice"] = repeated(
                peer_count, ["ngspice", "-b", "-r", "peer.raw", deck.name], folder)
            ours, peer = currents(folder / "ours.raw"), currents(folder / "peer.raw")
            peak = max(map(abs, peer.values()))
            row["difference"] = max(abs(ours[name] - x) for name, x in peer.items()) / peak
        yield row


def netlist_row(size, folder):
    source = random.Random(1)
    npy(folder / "g.npy", (size, size), [source.uniform(1e-6, 1e-4) for _ in range(size * size)])
    npy(folder / "v.npy", (1, size), [source.uniform(0, 0.2) for _ in range(size)])
    (folder / "A.yaml").write_text("version: 1\ntopology: voltageDriven\nconductances: g.npy\n"
                                   "wires: {wordLineOhms: 1.0, bitLineOhms: 1.0}\n")
    ours = repeated(3, [PROGRAM, "netlist", "A.yaml", "--input", "v.npy", "--out", "out"], folder)
    size_text = f"{(folder / 'out/core.sp').stat().st_size / 1e6:.0f} MB"
    return {"name": f"`netlist` of {size} × {size}, {size_text}, expected currents included",
            "ours": ours}


def main():
    quick = "--quick" in sys.argv
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sizes = [(8, 2, 2), (16, 2, 0)] if quick else [(64, 5, 3), (128, 5, 1), (200, 5, 0)]
        rows = list(solve_rows(sizes, folder)) + [netlist_row(64 if quick else 1024, folder)]
    lines = ["| deck | `tilespice` | peak memory | ngspice | ratio | largest difference |",
             "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for row in rows:
        ours, peer = row["ours"], row.get("ngspice")
        lines.append(
            f"| {row['name']} | {ours['seconds']:.2f} s | {ours['peakBytes'] / 2**20:.0f} MiB | "
            + (f"{peer['seconds']:.1f} s | {peer['seconds'] / ours['seconds']:.0f} | "
               f"{row['difference']:.0e} |" if peer else "– | – | – |"))
    table = "\n".join(lines)
    print(table)
    if quick:
        return
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "loadBefore": load}
    (HERE / "decks.json").write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")
    (HERE / "decks.md").write_text(
        f"Whole processes, medians; {os.cpu_count()} cores, load {load:.2f} before the run; "
        f"`validation/speed/decks.py`.\n\n{table}\n")


if __name__ == "__main__":
    main()

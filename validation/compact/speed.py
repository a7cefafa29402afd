#!/usr/bin/env python3
"""Processor times of whole processes: array decks here and in VACASK, an array of compiled 1T1R cells.

    python3 validation/compact/speed.py --vacask PROGRAM [--program PROGRAM] [--sizes 64 128] [--runs 20]

For each size an array of resistors with 1 Ω segments is exported with its input; `tilespice solve core.sp`
and `vacask run.vacask.sim` are timed, the means of the runs. The array of 1T1R cells has a level-1 channel
and a sinh cell, both compiled, at every crossing. The ring oscillator of 51 BSIM4 stages is timed by
`circuits.py MODELS --stages 51`. To be measured alone.
"""
import argparse
import os
import pathlib
import resource
import struct
import subprocess
import tempfile
import time

CELLS = """`include "disciplines.vams"
module own_cell(p, n);
  inout p, n;
  electrical p, n;
  (* type="instance" *) parameter real G = 1e-5 from [0:inf);
  analog I(p, n) <+ G * 0.1 * sinh(V(p, n) / 0.1);
endmodule
"""
CHANNEL = """`include "disciplines.vams"
module channel(d, g, s);
  inout d, g, s;
  electrical d, g, s;
  real vds, vgt;
  analog begin
    vds = V(d, s);
    vgt = V(g, s) - 0.4;
    if (vgt <= 0) I(d, s) <+ 0;
    else if (vds < vgt) I(d, s) <+ 2e-4 * vds * (vgt - vds / 2);
    else I(d, s) <+ 1e-4 * vgt * vgt;
  end
endmodule
"""


def npy(path, rows):
    """A matrix of doubles in NumPy's format, without NumPy."""
    shape = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}"
    header = (shape + " " * (63 - (len(shape) + 10) % 64) + "\n").encode()
    values = [x for row in rows for x in row]
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
                     + struct.pack(f"<{len(values)}d", *values))


def timed(command, folder, runs):
    """Means of processor time, user's and system's together, and of time by the clock. Their sum is counted to
    the nanosecond; which part is the user's is told by samples every few milliseconds, so that the least of
    several runs would be one that was sampled elsewhere."""
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime, usage.ru_utime
    before, clock = spent(), time.perf_counter()
    for _ in range(runs):
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if result.returncode:
            raise SystemExit(f"{command}: {result.stdout[-2000:]}{result.stderr[-2000:]}")
    wall, after = time.perf_counter() - clock, spent()
    return [x / runs for x in (after[0] - before[0], after[1] - before[1], wall)], result.stdout


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--program", type=pathlib.Path, default=pathlib.Path(".build/release/tilespice"))
    options.add_argument("--vacask", type=pathlib.Path, required=True)
    options.add_argument("--sizes", type=int, nargs="*", default=[64, 128])
    options.add_argument("--runs", type=int, default=20)
    given = options.parse_args()
    program, vacask = str(given.program.absolute()), str(given.vacask.absolute())
    # What another kernel of OpenBLAS would be chosen by is no part of a user's environment.
    for name in ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]:
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for size in given.sizes:
            npy(folder / "g.npy", [[1e-6 * (1 + (7 * i + 13 * j) % 97) for j in range(size)] for i in range(size)])
            npy(folder / "x.npy", [[0.05 + 0.1 * i / size for i in range(size)]])
            (folder / "A.yaml").write_text(
                "version: 1\ntopology: voltageDriven\nconductances: g.npy\n"
                "wires: {wordLineOhms: 1, bitLineOhms: 1}\n")
            timed([program, "netlist", "A.yaml", "--input", "x.npy", "--out", "deck"], folder, 1)
            # A core deck has no analysis of its own.
            (folder / "deck/run.sp").write_text("deck\n.include core.sp\n.op\n.end\n")
            (ours, user, wall), _ = timed([program, "solve", "run.sp", "--raw", "o.raw"], folder / "deck", given.runs)
            (theirs, their_user, their_wall), _ = timed(
                [vacask, "-qp", "run.vacask.sim"], folder / "deck", given.runs)
            print(f"{size} x {size}: here {1e3 * ours:.1f} ms of processor time ({1e3 * user:.1f} user's, "
                  f"{1e3 * wall:.1f} by the clock), VACASK {1e3 * theirs:.1f} ({1e3 * their_user:.1f}, "
                  f"{1e3 * their_wall:.1f}): {theirs / ours:.1f} times ({their_user / user:.1f}, {their_wall / wall:.1f})")
        (folder / "cell.va").write_text(CELLS)
        (folder / "channel.va").write_text(CHANNEL)
        npy(folder / "g.npy", [[1e-6 * (1 + (7 * i + 13 * j) % 97) for j in range(64)] for i in range(64)])
        npy(folder / "x.npy", [[float(i % 3 != 0) for i in range(64)]])
        (folder / "T.yaml").write_text(
            "version: 1\ntopology: gateDriven\nconductances: g.npy\nreadVolts: 0.2\n"
            "wires: {bitLineOhms: 1, sourceLineOhms: 1}\n"
            "law: {model: compact, file: cell.va, gateVolts: 1.2, access: {file: channel.va}}\n")
        (used, _, wall), text = timed(
            [program, "mvm", "T.yaml", "--inputs", "x.npy", "--out", "i.npy"], folder, given.runs)
        print(f"64 x 64 compiled 1T1R: {used:.3f} s of processor time, {wall:.3f} s in all")
        print("\n".join(line for line in text.splitlines() if line.startswith(("method", "time", "residual"))))
        timed([program, "netlist", "T.yaml", "--input", "x.npy", "--out", "deck1t1r"], folder, 1)
        _, text = timed([program, "verify", "deck1t1r", "--with", "builtin"], folder, 1)
        (theirs, _, their_wall), _ = timed([vacask, "-qp", "run.vacask.sim"], folder / "deck1t1r", given.runs)
        print(f"64 x 64 compiled 1T1R in VACASK: {theirs:.3f} s of processor time, {their_wall:.3f} s in all")


if __name__ == "__main__":
    main()

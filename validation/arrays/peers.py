"""The other programs: the same array in their terms, and their currents in ours, [batch, outputs]."""
import re
import subprocess
from importlib import metadata

import numpy as np


def badcrossbar_version():
    return metadata.version("badcrossbar")


def badcrossbar_currents(case, drive=None, sense=None, swap_wires=False, transpose=False):
    """Currents of a case without terminals and with one driven and one sensed end per line.

    badcrossbar applies voltages left of the first column and grounds below the last row, with one full segment
    between a terminal and the first cell: our ends near (drive) and far (sense). A far drive mirrors the columns, a
    near sense the rows. A gate-driven cell that is off has infinite resistance, one that is on sees the read
    voltage; source lines that cross the bit lines are its word lines.

    The keywords make mistakes on purpose: another end, the wires of the other lines, a transposed matrix.
    """
    import badcrossbar

    drive_end = case.source_drive if case.is_gate_driven else case.drive
    drive, sense = drive or drive_end, sense or case.sense
    word, bit, source = case.ohms
    first = source if case.is_gate_driven else word
    wires = (bit, first) if swap_wires else (first, bit)
    assert {drive, sense} <= {"near", "far"} and not any(case.terminals) and case.pair != "interleaved"
    results = []
    for siemens in case.cells.values():
        with np.errstate(divide="ignore"):  # an open cell has infinite resistance
            ohms = 1 / (siemens.T if transpose else siemens)
        ohms = ohms[:, ::-1] if drive == "far" else ohms
        ohms = ohms[::-1] if sense == "near" else ohms
        inputs = case.inputs[:, ::-1] if sense == "near" else case.inputs
        if case.is_gate_driven:
            # The matrix depends on the bits; a vector without any leaves nothing to solve.
            rows = [solve(np.full((len(bits), 1), case.read_volts), np.where(bits[:, None] > 0, ohms, np.inf), wires)
                    if bits.any() else np.zeros((1, ohms.shape[1])) for bits in inputs]
            amperes = np.vstack(rows)
        else:
            amperes = solve(inputs.T, ohms, wires)
        results.append(amperes[:, ::-1] if drive == "far" else amperes)
    return np.hstack(results)


def solve(volts, ohms, wires):
    import badcrossbar

    return badcrossbar.compute(volts, ohms, r_i_word_line=wires[0], r_i_bit_line=wires[1],
                               node_voltages=False, all_currents=False).currents.output


def ngspice_version():
    text = subprocess.run(["ngspice", "--version"], text=True, stdout=subprocess.PIPE, check=True).stdout
    return re.search(r"ngspice-(\S+)", text)[1]


def ngspice_currents(program, folder, case):
    """Exports every vector, has `verify` run it, and reads what ngspice printed."""
    outputs = case.size[1] * (2 if case.pair == "separateLines" else 1)
    amperes = np.zeros((len(case.inputs), outputs))
    for row in range(len(case.inputs)):
        deck = folder / f"deck{row}"
        run([program, "netlist", "ARRAY.yaml", "--input", "inputs.npy", "--row", str(row), "--out", deck.name], folder)
        done = run([program, "verify", deck.name], folder)
        if "agrees" not in done:
            raise SystemExit(f"{case.name}, vector {row}: {done}")
        for name, value in printed_currents(deck).items():
            kind, index = name.split("_")
            # Both ends of a bit line add up; negative cells of separate pairs follow the positive ones.
            amperes[row, int(index) + (case.size[1] if "n" in kind else 0)] += value
    return amperes


def printed_currents(deck):
    """Amperes by the name of the sense source, as ngspice wrote them beside the deck."""
    text = (deck / "run.ngspice.out").read_text()
    return {name: float(value) for name, value in re.findall(r"^i\((von?f?_\d+)\) = (\S+)", text, re.M)}


def expected_currents(deck):
    """Amperes by the name of the sense source, as the exporter promised them in the deck."""
    text = (deck / "core.sp").read_text()
    return {name: float(value) for name, value in re.findall(r"^\* expected (\S+) (\S+)", text, re.M)}


def run(command, folder):
    done = subprocess.run([str(part) for part in command], cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\nended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout

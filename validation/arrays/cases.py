"""The arrays that compare.py solves: sizes, wires, ends and inputs of every case, fixed by seeds.

Cells, voltages and bits are drawn from a generator seeded with the name of the case, so adding a case changes no
other. Every matrix is asymmetric: a transposed array, a line read from its other end or word-line wires taken for
bit-line wires give other currents, and compare.py measures how far away those are.
"""
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

MINIMUM_OHMS = 10e3  # resistance of the most conductive cell; wires are given relative to it


@dataclass
class Case:
    """One array with its input vectors. Wires are R_segment / R_min."""

    name: str
    size: tuple  # word lines, bit lines
    word: float = 0.0
    bit: float = 0.0
    source: float = 0.0
    topology: str = "voltageDriven"  # or "parallel", "crossing": gateDriven with that source line
    pair: str = ""  # "", "separateLines", "interleaved"
    spread: float = 100.0  # G_max / G_min, drawn uniformly in the logarithm
    open_cells: float = 0.0  # share of cells that conduct nothing, with all of word line 1 and bit line 2
    drive: str = "near"
    sense: str = "far"
    source_drive: str = "near"
    terminals: tuple = (0.0, 0.0, 0.0)  # word-line driver, bit-line sense, source-line driver; relative to R_min
    peers: tuple = ("ngspice",)  # nodal.py solves every case
    cells: dict = field(init=False, repr=False)  # siemens, [word lines, bit lines]; "negative" too for pairs
    inputs: np.ndarray = field(init=False, repr=False)  # [batch, word lines], volts or bits

    def __post_init__(self):
        random = np.random.default_rng(zlib.crc32(self.name.encode()))
        kinds = ["positive", "negative"] if self.pair else ["positive"]
        self.cells = {kind: self.spread ** -random.random(self.size) / MINIMUM_OHMS for kind in kinds}
        if self.open_cells:
            for siemens in self.cells.values():
                siemens[random.random(self.size) < self.open_cells] = 0
                siemens[1], siemens[:, 2] = 0, 0
        lines = self.size[0]
        if self.is_gate_driven:
            bits = (random.random((3, lines)) < np.array([[0.5], [0.15], [0.9]])).astype(float)
            bits[0, 0] = bits[1, -1] = 1.0  # no vector is empty by chance
            self.inputs = np.vstack([bits, np.ones(lines), np.zeros(lines)])
        else:
            full = random.uniform(-0.2, 0.2, (2, lines))
            one_hot = 0.2 * np.eye(lines)[[lines // 2]]
            self.inputs = np.vstack([full, np.abs(full[:1]), 1e-9 * full[:1], -full[:1], one_hot, 0 * one_hot])

    @property
    def is_gate_driven(self):
        return self.topology != "voltageDriven"

    @property
    def ohms(self):
        """Segments of word, bit and source lines in ohms."""
        return tuple(ratio * MINIMUM_OHMS for ratio in (self.word, self.bit, self.source))

    @property
    def terminal_ohms(self):
        """Word-line driver, bit-line sense and source-line driver in ohms."""
        return tuple(ratio * MINIMUM_OHMS for ratio in self.terminals)

    @property
    def read_volts(self):
        return 0.2 if self.is_gate_driven else 1.0

    def write(self, folder):
        """Writes ARRAY.yaml, its cells and inputs.npy into a folder."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        kind = "gateDriven" if self.is_gate_driven else "voltageDriven"
        lines = ["version: 1", f"topology: {kind}", "conductances: g.npy"]
        np.save(folder / "g.npy", self.cells["positive"])
        if self.pair:
            np.save(folder / "gn.npy", self.cells["negative"])
            lines += ["negativeConductances: gn.npy", f"pair: {self.pair}"]
        if self.is_gate_driven:
            lines += [f"sourceLine: {self.topology}", f"readVolts: {self.read_volts!r}"]
        keys = ["wordLineOhms", "bitLineOhms", "sourceLineOhms"]
        ends = {"wordLineDrive": self.drive, "bitLineSense": self.sense, "sourceLineDrive": self.source_drive}
        terminals = ["wordLineDriverOhms", "bitLineSenseOhms", "sourceLineDriverOhms"]
        # A gate-driven array's word lines carry no current, a voltage-driven one has no source lines.
        unused = "wordLine" if self.is_gate_driven else "sourceLine"
        for section, entries in [
            ("wires", zip(keys, map(float, self.ohms))), ("ends", ends.items()),
            ("terminals", zip(terminals, self.terminal_ohms))]:
            kept = ", ".join(f"{key}: {value!r}".replace("'", "") for key, value in entries
                             if not key.startswith(unused))
            lines.append(f"{section}: {{{kept}}}")
        (folder / "ARRAY.yaml").write_text("\n".join(lines) + "\n")
        np.save(folder / "inputs.npy", self.inputs)


def passive():
    """Voltage-driven arrays that badcrossbar can express; the smaller ones go to ngspice too."""
    sizes = [(1, 1), (1, 7), (7, 1), (8, 5), (32, 32), (64, 48)]
    wires = [(1e-9, 1e-9), (1e-6, 1e-6), (1e-4, 1e-4), (1e-2, 1e-2), (1e-3, 1e-5), (1e-6, 1e-2), (1e-3, 0), (0, 1e-3)]
    both = ("badcrossbar", "ngspice")
    for size in sizes:
        for word, bit in wires:
            # A 32 × 32 deck takes ngspice a second per vector; one with both wires is enough there.
            small = size[0] * size[1] <= 64 or (size == (32, 32) and (word, bit) == (1e-3, 1e-5))
            yield Case(f"wires {word:g}/{bit:g} {size[0]}x{size[1]}", size, word, bit,
                       peers=both if small else ("badcrossbar",))
    for spread in [1, 2, 1e6]:
        yield Case(f"spread {spread:g}", (8, 5), 1e-3, 2e-4, spread=spread, peers=both)
        yield Case(f"spread {spread:g} large", (48, 64), 1e-3, 2e-4, spread=spread, peers=("badcrossbar",))
    for drive in ["near", "far"]:
        for sense in ["near", "far"]:
            for size in [(8, 5), (31, 17)]:
                yield Case(f"ends {drive}/{sense} {size[0]}x{size[1]}", size, 2e-3, 5e-4, drive=drive, sense=sense,
                           peers=both if size == (8, 5) else ("badcrossbar",))
    yield Case("pairs apart", (8, 5), 1e-3, 2e-4, pair="separateLines", peers=both)
    yield Case("open cells", (8, 5), 1e-3, 2e-4, open_cells=0.3, peers=both)
    yield Case("open cells 40x24", (40, 24), 1e-3, 2e-4, open_cells=0.9, peers=("badcrossbar",))


def driven_by_voltage():
    """Voltage-driven arrays beyond badcrossbar: lines with two ends, terminals, pairs on one bit line."""
    for drive, sense in [("both", "far"), ("near", "both"), ("both", "both"), ("far", "both")]:
        yield Case(f"ends {drive}/{sense} 8x5", (8, 5), 2e-3, 5e-4, drive=drive, sense=sense)
    yield Case("terminals", (8, 5), 1e-3, 2e-4, terminals=(5e-3, 3e-2, 0))
    yield Case("terminals only", (8, 5), terminals=(5e-3, 3e-2, 0))
    yield Case("terminals, both ends", (7, 9), 1e-3, 2e-4, terminals=(5e-3, 3e-2, 0), drive="both", sense="both")
    for drive, sense in [("near", "far"), ("far", "near"), ("both", "both")]:
        yield Case(f"interleaved {drive}/{sense}", (8, 5), 2e-3, 5e-4, pair="interleaved", drive=drive, sense=sense)
    yield Case("interleaved terminals", (9, 6), 2e-3, 5e-4, pair="interleaved", terminals=(5e-3, 3e-2, 0))
    yield Case("interleaved 24x16", (24, 16), 1e-4, 1e-3, pair="interleaved")


def driven_by_gates():
    """Gate-driven arrays: source lines along the bit lines or across, every combination of ends, terminals, pairs."""
    ends = ["near", "far", "both"]
    for topology in ["parallel", "crossing"]:
        for drive in ends:
            for sense in ends:
                yield Case(f"{topology} {drive}/{sense}", (8, 5), bit=2e-3, source=5e-4, topology=topology,
                           source_drive=drive, sense=sense,
                           peers=("badcrossbar", "ngspice")
                           if topology == "crossing" and "both" not in (drive, sense) else ("ngspice",))
        yield Case(f"{topology} terminals", (9, 6), bit=2e-3, source=5e-4, topology=topology, terminals=(0, 3e-2, 5e-3))
        yield Case(f"{topology} heavy", (12, 7), bit=1e-1, source=5e-2, topology=topology, spread=4)
        yield Case(f"{topology} pairs apart", (8, 5), bit=2e-3, source=5e-4, topology=topology, pair="separateLines")
        yield Case(f"{topology} interleaved", (8, 5), bit=2e-3, source=5e-4, topology=topology, pair="interleaved")
        yield Case(f"{topology} interleaved, far/both", (9, 6), bit=2e-3, source=5e-4, topology=topology,
                   pair="interleaved", source_drive="far", sense="both", terminals=(0, 3e-2, 5e-3))
        yield Case(f"{topology} open cells", (9, 6), bit=2e-3, source=5e-4, topology=topology, open_cells=0.4)
        yield Case(f"{topology} 32x32", (32, 32), bit=1e-4, source=2e-4, topology=topology,
                   peers=("badcrossbar", "ngspice") if topology == "crossing" else ("ngspice",))
    for sense in ["near", "far"]:
        yield Case(f"ideal source lines {sense}", (8, 5), bit=2e-3, topology="parallel", sense=sense,
                   peers=("badcrossbar", "ngspice"))
        yield Case(f"ideal source lines {sense} 64x48", (64, 48), bit=1e-4, topology="parallel", sense=sense,
                   peers=("badcrossbar",))
    yield Case("crossing 48x64", (48, 64), bit=1e-4, source=2e-4, topology="crossing", peers=("badcrossbar",))


def every():
    return [*passive(), *driven_by_voltage(), *driven_by_gates()]

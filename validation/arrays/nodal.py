"""The nodal equations of an array, written from the array reference (ARRAY.md) and solved by SciPy.

No third party, but an independent reading of the geometry where badcrossbar has none: terminals, second ends, source lines
along the bit lines, interleaved pairs. It shares no code with TileSpice and emits no netlist.
"""
from importlib import metadata

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import splu


def version():
    return f"SciPy {metadata.version('scipy')}"


class Network:
    """Conductances between nodes, to fixed voltages, and nodes that are held; voltages are per input vector."""

    def __init__(self, vectors):
        self.count, self.vectors = 0, vectors
        self.couplings = []  # node, node, siemens
        self.held = {}  # node: volts
        self.drives = []  # node, siemens, volts

    def line(self, positions, segment, terminal, end, volts):
        """Nodes of a line at its cells; drives its ends and returns them as (node, siemens or None if held)."""
        if segment == 0:
            nodes = [self.count] * positions
            self.count += 1
        else:
            nodes = list(range(self.count, self.count + positions))
            self.count += positions
            self.couplings += [(a, b, 1 / segment) for a, b in zip(nodes, nodes[1:])]
        ends = [nodes[index] for name, index in [("near", 0), ("far", -1)] if end in (name, "both")]
        if segment + terminal == 0:
            self.held[ends[0]] = volts
            return nodes, [(ends[0], None)]
        # One full segment between a terminal and the first cell, its own resistance in series.
        siemens = 1 / (segment + terminal)
        self.drives += [(node, siemens, volts) for node in ends]
        return nodes, [(node, siemens) for node in ends]

    def solve(self):
        """Node voltages [nodes, vectors], and the current that couplings bring to each node."""
        a, b, g = (np.array(part) for part in zip(*self.couplings))
        rows, columns = np.concatenate([a, b, a, b]), np.concatenate([a, b, b, a])
        laplacian = coo_matrix((np.concatenate([g, g, -g, -g]), (rows, columns)), (self.count,) * 2).tocsc()
        volts, injected = np.zeros((self.count, self.vectors)), np.zeros((self.count, self.vectors))
        diagonal = np.zeros(self.count)
        for node, siemens, value in self.drives:
            diagonal[node] += siemens
            injected[node] += siemens * value
        for node, value in self.held.items():
            volts[node] = value
        free = np.setdiff1d(np.arange(self.count), list(self.held))
        if len(free):
            matrix = laplacian[free][:, free] + coo_matrix((diagonal[free], (range(len(free)),) * 2))
            volts[free] = splu(matrix.tocsc()).solve(injected[free] - (laplacian @ volts)[free])
        return volts, -(laplacian @ volts)


def currents(case):
    """Amperes into the sense terminals, [batch, outputs]."""
    if not case.is_gate_driven:
        return array(case, case.inputs.T, np.ones(case.size[0]))
    return np.vstack([array(case, None, bits) for bits in case.inputs])


def array(case, volts, gates):
    """Currents of one network: for all voltages [word lines, batch], or for one vector of bits."""
    network = Network(1 if volts is None else volts.shape[1])
    signs = {"positive": 1, "negative": -1 if case.pair == "interleaved" else 1}
    shared = [sense(case, network)] if case.pair == "interleaved" else None
    outputs = []
    for kind, siemens in case.cells.items():
        drive = driven(case, network, volts, signs[kind])
        bit_lines = shared[0] if shared else sense(case, network)
        for i, j in np.ndindex(case.size):
            network.couplings.append((drive[i][j], bit_lines[j][0][i], gates[i] * siemens[i, j]))
        if not shared or kind == "positive":
            outputs += [ends for _, ends in bit_lines]
    voltages, arriving = network.solve()
    return np.stack([sum(arriving[node] if siemens is None else siemens * voltages[node] for node, siemens in ends)
                     for ends in outputs], axis=1)


def sense(case, network):
    return [network.line(case.size[0], case.ohms[1], case.terminal_ohms[1], case.sense, np.zeros(network.vectors))
            for _ in range(case.size[1])]


def driven(case, network, volts, sign):
    """Node [word line][bit line] on the lines that feed the cells."""
    m, n = case.size
    if volts is not None:
        return [network.line(n, case.ohms[0], case.terminal_ohms[0], case.drive, sign * volts[i])[0] for i in range(m)]
    crossing = case.topology == "crossing"
    read = np.full(network.vectors, sign * case.read_volts)
    lines = [network.line(n if crossing else m, case.ohms[2], case.terminal_ohms[2], case.source_drive, read)[0]
             for _ in range(m if crossing else n)]
    return lines if crossing else [[line[i] for line in lines] for i in range(m)]

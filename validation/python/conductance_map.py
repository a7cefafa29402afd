"""An array from a measured map of conductances: what its wires take, and whether another simulator agrees.

The map stands for a measurement: 64 x 32 devices, programmed to four levels with the spread of real ones,
and a few that are stuck. Put your own file in its place with --map.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import tilespice

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--map", type=Path, help="siemens as CSV, a line per word line")
parser.add_argument("--ohms", type=float, default=5.0, help="resistance of a wire segment")
parser.add_argument("--simulator", default="builtin", help="ngspice, gnucap or builtin")
arguments = parser.parse_args()

if arguments.map:
    g = np.loadtxt(arguments.map, delimiter=",", ndmin=2)
else:
    rng = np.random.default_rng(1)
    levels = np.array([2e-6, 20e-6, 50e-6, 100e-6])[rng.integers(0, 4, (64, 32))]
    g = levels * rng.lognormal(0, 0.05, levels.shape)
    g[rng.random(g.shape) < 0.005] = 1e-7

wires = {"wordLineOhms": arguments.ohms, "bitLineOhms": arguments.ohms}
array = tilespice.Array(g, wires=wires)
rng = np.random.default_rng(2)
volts = rng.uniform(0, 0.2, (100, g.shape[0]))
ideal, exact = array.mvm(volts, "ideal"), array.mvm(volts, full=True)
loss = 1 - exact.amperes / ideal
print(f"{array}")
print(f"method        {exact.method}, every current within {exact.error_bound:.1e}")
print(f"wires take    {loss.mean():.2%} of the currents, {loss.max():.2%} at worst")
inside = array.solve(volts[0])
print(f"cell voltage  {inside.cell_volts.min():.4f} to {inside.cell_volts.max():.4f} V")
print(f"power         {inside.watts * 1e6:.1f} uW from the sources, heat differs by {inside.power_imbalance:.0e}")

# A model of one's own: one gain per bit line, fitted on other vectors than those that judge it.
comparison = array.compare()
x, i = comparison.fitting_inputs, comparison.fitting_amperes
gain = (i * (x @ g)).sum(0) / ((x @ g) ** 2).sum(0)
comparison.judge("gain per bit line", lambda v: gain * (v @ g))
for verdict in comparison.verdicts:
    print(f"model         {verdict.name}: rms {verdict.rms:.2e}, worst {verdict.worst:.2e}")

with tempfile.TemporaryDirectory() as folder:
    # ngspice without KLU takes minutes for large circuits: a corner of the array stands for it.
    corner = tilespice.Array(g[:16, :16], wires=wires)
    corner.to_spice(folder, volts[0, :16])
    found = tilespice.verify(folder, arguments.simulator)
    print(f"{arguments.simulator:13} differs by {found.worst_relative_difference:.1e}: agrees {found.agrees}")

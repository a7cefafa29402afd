"""A model of one's own as the path of one layer: what it does to accuracy, beside the circuit.

Each array of conv2 asks `make(array)` for the function that computes its currents. Here one gain per bit
line stands for the wires; it is fitted to the circuit on vectors of a third of the bits.
"""

import argparse

import numpy as np
import tilespice

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--images", type=int, default=540)
parser.add_argument("--ohms", type=float, default=1000.0)
arguments = parser.parse_args()


def without_wires(array):
    return lambda bits: array.mvm(bits, "ideal")


def gain_per_bit_line(array):
    bits = np.random.default_rng(1).random((500, array.shape[0])) < 1 / 3
    ideal, exact = array.mvm(bits, "ideal"), array.mvm(bits)
    gain = (ideal * exact).sum(-2, keepdims=True) / (ideal**2).sum(-2, keepdims=True)
    return lambda bits: gain * array.mvm(bits, "ideal")


hardware = {"wires": {"bitLineOhms": arguments.ohms}, "tile": {"wordLines": 64, "bitLines": 64}}
experiment = tilespice.Experiment({"auditVectors": 0, "hardware": hardware})
print(f"conv2 by           correct of {arguments.images} images, rms difference of outputs to 8-bit integers")
for name, models in [
    ("its circuit", {}),
    ("no wires", {"conv2": without_wires}),
    ("gain per bit line", {"conv2": gain_per_bit_line}),
]:
    found = experiment.run(limit=arguments.images, models=models).points[0].result
    print(f"{name:18} {found.correct:4} {found.errors['int8']:.3f}")

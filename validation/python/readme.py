import numpy as np
import tilespice

# An array with its wires: currents, voltages inside, a deck that ngspice runs.
g = 1e-6 * (1 + (7 * np.arange(32)[:, None] + 3 * np.arange(16)) % 16)
array = tilespice.Array(g, wires={"wordLineOhms": 20.0, "bitLineOhms": 20.0})
volts = np.full((8, 32), 0.2)
print("amperes", array.mvm(volts).shape, "cell volts", array.solve(volts).cell_volts.shape)
print("deck", array.verify("builtin").agrees)

# Your own model of the wires, beside those that come with TileSpice.
comparison = array.compare({"mine: no wires": lambda v: v @ g})
print(f"{comparison.verdicts[-1].name}: rms error {comparison.verdicts[-1].rms:.3f}")

# A matrix in SONOS cells, and a network on calibrated models of its arrays.
core = tilespice.AnalogMatrix(g, tilespice.presets.sonos(converter="ideal"), path="ideal", seed=1)
print("product", (core @ np.ones(16)).shape, "held", core.weights.shape)
network = tilespice.Experiment({"hardware": {"wires": {"bitLineOhms": 62.5}}})
for row in network.run(limit=20, path="calibrated").rows():
    print(f"{row['path']}: {row['correct']} of 20 images")

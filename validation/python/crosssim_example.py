"""The first example of CrossSim's tutorial (tutorial/IISWC2026/Pt0-Basics of sandialabs/cross-sim): products
with a matrix of 100 x 50 weights from both sides, with a part of it, and with 1 % errors of programming.

Its matrices follow from its seed. What it prints is below: 25 differences between products with and without
errors. Rows of one product matrix share the errors of their weights, so the differences are whitened by the
inputs first; what is left tells the error of a weight, to 14 % (25 degrees of freedom).
"""

import numpy as np
import tilespice

DIFFERENCES = np.array([
    [0.10242622, -0.0807051, -0.06699278, 0.09817713, -0.0009628],
    [-0.0126073, -0.0472936, 0.11211075, 0.03331327, -0.00075557],
    [0.17768751, -0.02905134, -0.00333126, 0.01689101, 0.06518333],
    [-0.11830078, 0.09208706, -0.07982191, -0.08623482, -0.10116679],
    [0.18905735, -0.00205888, 0.04036066, 0.02719164, 0.04531087],
])  # fmt: skip

random = np.random.RandomState(96)
first = random.uniform(-1, 1, (100, 50))
x, y, part = (random.uniform(-1, 1, n) for n in (50, 100, 20))
second = random.uniform(-1, 1, (100, 50))
columns = random.uniform(-1, 1, (50, 50))
rows = random.uniform(-1, 1, (100, 100))

ideal = {"converter": "ideal", "wires": {"bitLineOhms": 0.0}, "inputs": {"model": "voltages", "sliceBits": 8}}
one, two = (tilespice.AnalogMatrix(w, ideal, path="ideal") for w in (first, second))
corner = tilespice.AnalogMatrix(first[:20, :20], ideal, path="ideal")
print("products of 8-bit weights and inputs: rms error over the rms of numpy's")
for name, found, expected in [
    ("W x", one @ x, first @ x),
    ("W.T y", one.T @ y, first.T @ y),
    ("y W", y @ one, y @ first),
    ("part of W", corner @ part, first[:20, :20] @ part),
    ("W X", two @ columns, second @ columns),
    ("Y W", rows @ two, rows @ second),
]:
    error = np.sqrt(np.mean((found - expected) ** 2) / np.mean(expected**2))
    print(f"  {name:10} {error:.4f}")
    # Steps of 1/127 and 1/255 of the largest value, uniform numbers: half a per cent.
    assert error < 0.01

# Without 8 bits: a pair of conductances per weight, negative inputs as negative volts.
array = tilespice.Array(np.maximum(first.T, 0), np.maximum(-first.T, 0))
positive, negative = array.mvm(x)
print(f"currents of pairs: largest difference to numpy {np.abs(positive - negative - first @ x).max():.0e}")
assert np.allclose(positive - negative, first @ x, rtol=1e-12, atol=1e-12)


def error_of_a_weight(differences):
    """From differences [inputs, outputs] of products with the first rows of inputs."""
    inputs = rows[: len(differences)]
    white = np.linalg.solve(np.linalg.cholesky(inputs @ inputs.T), differences)
    return np.sqrt(np.mean(white**2))


# CrossSim draws an error for both cells of a weight, and clips none.
errors = {"programming": {"model": "stateIndependent", "alpha": 0.01}, "limits": "none"}
noisy = tilespice.AnalogMatrix(second, {**ideal, "errors": errors}, path="ideal")
own = error_of_a_weight((rows @ two - rows @ noisy)[:50])
theirs = error_of_a_weight(DIFFERENCES)
theory = 0.01 * np.sqrt(2) * np.abs(second).max()
print(f"error of a weight: {own:.5f}, by CrossSim's numbers {theirs:.5f}, two cells of 1 % {theory:.5f}")
# Two standard deviations of each estimate, 2500 and 25 degrees of freedom.
assert abs(own / theory - 1) < 2 / np.sqrt(2 * 2500) + 0.01
assert abs(theirs / own - 1) < 2 / np.sqrt(2 * 25)

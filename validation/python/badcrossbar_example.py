"""The example of badcrossbar's documentation: currents and voltages of a 3 x 5 array.

What badcrossbar 1.1.0 prints for it is below; where it is installed, it is asked again.
"""

import numpy as np
import tilespice

VOLTS = np.array([1.5, 2.3, 1.7])
OHMS = np.array([
    [345, 903, 755, 257, 646],
    [652, 401, 508, 166, 454],
    [442, 874, 190, 244, 635],
])  # fmt: skip
SEGMENT = 0.5
AMPERES = [0.01158502542154697, 0.00919064163625241, 0.01511568117325795, 0.02583320822125721, 0.00981179288265744]
WORD_LINE_VOLTS = [
    [1.4921029067740015, 1.486351140493039, 1.4814173697061253, 1.477456910564809, 1.4763217090926875],
    [2.284051107615025, 2.269846363328103, 2.2584615854758208, 2.2492891286001804, 2.246824020874151],
    [1.6880778109434869, 1.678058659554657, 1.6689968670552646, 1.6643072825202636, 1.6630016952770863],
]

expected = np.array(AMPERES), np.array(WORD_LINE_VOLTS)
source = "as printed by badcrossbar 1.1.0"
try:
    import badcrossbar
except ImportError:
    pass
else:
    found = badcrossbar.compute(VOLTS[:, None], OHMS, SEGMENT)
    expected = found.currents.output[0], found.voltages.word_line
    source = "from badcrossbar"

array = tilespice.Array(1 / OHMS, wires={"wordLineOhms": SEGMENT, "bitLineOhms": SEGMENT})
solution = array.solve(VOLTS)
for what, own, theirs in [
    ("currents", solution.amperes, expected[0]),
    ("word-line voltages", solution.drive_volts, expected[1]),
]:
    difference = np.abs(own / theirs - 1).max()
    print(f"{what} {source}: largest relative difference {difference:.1e}")
    assert difference < 1e-12

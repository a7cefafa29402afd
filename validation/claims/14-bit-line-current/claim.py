"""Bit-line current."""
import numpy as np

from support import designs
from support.arrays import Layer, cells, currents
from support.claims import Check, Finding, Table
from support.designs import DIFFERENTIAL, FULL_SCALE_AMPERES, OFFSET, cell_bits
from support.figures import Panel, Series
from support.intervals import mean_of, resampled
from support.sweeps import WORK

TITLE = "Bit-line current"
CLAIM = ("The mean current of bit lines is well below that of offset cells with differential pairs, and grows "
         "with the rows.")
STRENGTH = "number or direction read in the paper"
AXES = "rows 72 … 1152 × schemes; lowest input bit, cells up to 1.6 µA, infinite On/Off ratio, no wires"
NETWORK_NOTE = ("The layers of the CIFAR networks have 576 rows, which are taken whole and in equal parts. "
                "Arrays of 1152 rows hold the 1152-row layer of the pruned ResNet50, whose pairs are emptier "
                "than those of a dense network.")
SECONDS = (60, 200)
LAYERS = {"resnet20": "layer3.1.conv1", "resnet56": "layer3.4.conv1", "resnet50": "layer2.1.conv2"}
SCHEMES = [(DIFFERENTIAL, None), (DIFFERENTIAL, 2), (DIFFERENTIAL, 1), (OFFSET, None), (OFFSET, 2), (OFFSET, 1)]


def runs(reduced, program):
    entries = []
    for network in ("resnet20",) if reduced else tuple(LAYERS):
        dense = designs.NETWORKS[network]["dense"]
        layer = Layer(network, LAYERS[network], program, images=64 if dense else 8, vectors=64 if reduced else 512)
        rows = layer.codes.shape[1]
        bits = layer.bit(0)
        for mapping, slicing in SCHEMES:
            slices = cells(layer.codes, mapping, slicing)
            for height in [own for own in (72, 144, 288, 576, 1152) if own <= rows]:
                parts = []
                for k, (positive, negative) in enumerate(slices):
                    for first in range(0, rows, height):
                        part = slice(first, first + height)
                        found = currents(program, WORK / "arrays", positive[part],
                                         None if negative is None else negative[part], bits[:, part], 0, path="ideal")
                        parts.append(found.mean((0, 2)))
                entries.append({
                    "network": network, "mapping": mapping, "bits": slicing, "rows": height, "seed": 1,
                    "images": len(bits), "layer": layer.name,
                    "amperes": [float(f"{one:.6g}") for one in np.mean(parts, 0)]})
    return entries


def judge(results, reduced):
    checks, further, panels, rows = [], [], [], []
    for network in results.values("network"):
        own = results.where(network=network)
        title = f"{designs.NETWORKS[network]['title']}, {own.entries[0]['layer']}"
        amperes = {(one["mapping"], one["bits"], one["rows"]): np.array(one["amperes"]) * 1e6 for one in own.entries}
        heights = own.values("rows")
        ratio = lambda one, other: resampled(lambda both: both[:, 0].mean() / both[:, 1].mean(), np.stack([one, other], 1))
        place = checks if designs.NETWORKS[network]["dense"] else further
        for bits in (None, 2):
            place.append(Check(
                f"differential over offset, {cell_bits(bits)}, {heights[-1]} rows", title,
                ratio(amperes[DIFFERENTIAL, bits, heights[-1]], amperes[OFFSET, bits, heights[-1]]), high=0.5, digits=3))
        for mapping in (DIFFERENTIAL, OFFSET):
            place.append(Check(
                f"{mapping}, unsliced: {heights[-1]} over {heights[0]} rows", title,
                ratio(amperes[mapping, None, heights[-1]], amperes[mapping, None, heights[0]]), low=4, digits=3))
        series = []
        for mapping, bits in SCHEMES:
            found = [mean_of(amperes[mapping, bits, height]) for height in heights]
            series.append(Series(f"{mapping}, {cell_bits(bits)}", heights, [one.value for one in found],
                                 [one.half for one in found], dashed=mapping == OFFSET))
            rows += [[title, mapping, cell_bits(bits), height, one.text(2), f"{one.value / (height * FULL_SCALE_AMPERES * 1e6):.4f}"]
                     for height, one in zip(heights, found)]
        panels.append(Panel(f"{title}: lowest input bit", "rows of an array", "mean line current, µA", series, log_x=True, log_y=True))
    table = Table("Mean current of a line, µA", ["network, layer", "mapping", "slicing", "rows", "µA", "of rows · I_max"], rows)
    why = ("“Well below” is taken as half; “grows” as at least fourfold over eight times the rows. Currents "
           "are those of single lines, before pairs subtract, as `tilespice mvm` has them; inputs are the "
           "lowest bits of 8-bit activations at random places of 64 calibration images. Intervals are over "
           "input vectors.")
    return Finding(checks, panels, [table], further, why)

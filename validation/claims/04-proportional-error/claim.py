"""State-proportional programming errors."""
import numpy as np

from support import designs, losses
from support.claims import Check, Finding
from support.designs import DIFFERENTIAL, OFFSET, cell_bits, hardware
from support.figures import Panel
from support.intervals import resampled
from support.onnx import Network
from support.sweeps import DATA, Point, Results, Sweep

TITLE = "State-proportional programming errors"
CLAIM = "Differential cells stand about nine times the α that offset cells do (range of use 0.02 … 0.40)."
STRENGTH = "order read in the paper, the factor our inference"
AXES = ("α × schemes; ideal converters, so that cells alone err; infinite On/Off ratio, errors cut off at the "
        "range of the cell")
LEVEL = 5


def sweeps(reduced):
    def points(schemes, ranges):
        return [Point({"mapping": mapping, "bits": bits, "alpha": alpha},
                      {"hardware": hardware(mapping, bits, converter="ideal",
                                            programming=designs.proportional(alpha))})
                for mapping, bits in schemes for alpha in ranges[mapping]]

    # The same grid of α for both, so that ratios do not depend on where points lie.
    if reduced:
        alphas = [0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16]
        return [Sweep("resnet8", "resnet8", points(
            [(DIFFERENTIAL, None), (OFFSET, None)], {DIFFERENTIAL: alphas, OFFSET: alphas}), 100, seeds=5,
            seconds=0.015)]
    alphas = [0.0035, 0.005, 0.007, 0.01, 0.014, 0.02, 0.028, 0.04, 0.057, 0.08, 0.113, 0.16, 0.226, 0.32]
    every = [(mapping, bits) for mapping in (DIFFERENTIAL, OFFSET) for bits in (None, 2)]
    return [Sweep("resnet20", "resnet20", points(every, {DIFFERENTIAL: alphas, OFFSET: alphas}), 300, seeds=5,
                  seconds=0.01),
            Sweep("resnet56", "resnet56", points(every[::2], {DIFFERENTIAL: alphas, OFFSET: alphas}), 400, seeds=8,
                  seconds=0.012)]


def added(reduced, program):
    """What the weights of each network let expect: rms offset level over rms weight code, layer by layer."""
    entries = []
    for sweep in sweeps(reduced):
        graph = Network(DATA / "networks" / designs.NETWORKS[sweep.network]["file"])
        codes = [graph.codes(node) for node in graph.layers()]
        entries.append({"network": sweep.network, "seed": 1, "images": 0, "expected": [
            round(float(np.sqrt(((own + 128.0) ** 2).mean() / (own.astype(float) ** 2).mean())), 3) for own in codes]})
    return entries


def judge(results, reduced):
    checks, further, panels = [], [], []
    expected = {one["network"]: one["expected"] for one in results.entries if "expected" in one}
    results = Results([one for one in results.entries if "expected" not in one])
    for network in results.values("network"):
        title = designs.NETWORKS[network]["title"]
        own = results.where(network=network)
        drawn = []
        for mapping in own.values("mapping"):
            for bits in own.where(mapping=mapping).values("bits"):
                scheme = own.where(mapping=mapping, bits=bits)
                drawn.append(losses.series(f"{mapping}, {cell_bits(bits)}", scheme, "alpha", dashed=mapping == OFFSET))
        panels.append(Panel(f"{title}: top-1 less int8", "α, of the conductance", "points", drawn, log_x=True,
                            levels=[(0, "int8"), (-LEVEL, f"−{LEVEL}")]))
        for bits in own.values("bits"):
            groups = {mapping: own.where(mapping=mapping, bits=bits) for mapping in (DIFFERENTIAL, OFFSET)}
            for mapping in groups:
                further.append(Check(f"α at which {mapping} cells, {cell_bits(bits)}, lose {LEVEL} points", title,
                                     losses.tolerated_estimate(groups, "alpha", LEVEL, mapping), digits=None))
            ratio = Check(f"α of differential over α of offset cells, {cell_bits(bits)}, at {LEVEL} points lost", title,
                          losses.tolerated_ratio(groups, "alpha", LEVEL, DIFFERENTIAL, OFFSET), low=4.5, high=18,
                          digits=1)
            (checks if bits is None else further).append(ratio)
        if network in expected:
            further.append(Check("error of offset cells over that of differential pairs, by the layer's weights: median of layers",
                                 title, resampled(np.median, expected[network]), digits=1))
    table = losses.table(results, ["mapping", "bits", "alpha"], ["mapping", "slicing", "α"])
    why = ("“About nine times” is taken as within a factor of two. The factor is that of the weights: cells "
           "that err in proportion have errors of α times the rms weight in pairs, of α times the rms of "
           "weight plus 128 with an offset. Laplace weights of mean 10 in 127 give nine; a layer whose "
           "weights are larger against its largest one gives less, which the last line below has for the "
           "network's own layers. Intervals of α are bootstrapped over images and draws, that of layers over "
           "layers.")
    return Finding(checks, panels, [table], further, why)

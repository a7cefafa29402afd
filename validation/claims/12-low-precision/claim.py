"""A low-precision network resists errors."""
import numpy as np

from support import designs, losses
from support.claims import Check, Finding
from support.designs import hardware
from support.figures import Panel
from support.intervals import mean_of, points
from support.sweeps import Point, Sweep

TITLE = "A low-precision network resists errors"
CLAIM = ("With 4-bit activations, accuracy falls less with state-independent errors than with 8-bit "
         "activations; the cause is the quantization of activations, not of weights.")
STRENGTH = "number or direction read in the paper"
AXES = "bits of activations and of weights × α; design A with 8-bit converters"
NETWORK_NOTE = ("The paper's 4-bit network was trained with quantization (with first and last layers of 8-bit "
                "weights). Here the same float network is quantized after training, with ranges of least "
                "square error and 8-bit inputs to the first layer; a network that was not trained for 4 bits "
                "may have lost margin before any cell errs. Weights of 4 bits per layer destroy such a "
                "network (ResNet8 lost 64 points); the control has 6.")
KINDS = {"8-bit weights and activations": (8, 8), "4-bit activations": (8, 4), "6-bit weights": (6, 8)}
FIRST = {"resnet8": "conv2d", "resnet20": "conv1", "resnet56": "conv1"}


def sweeps(reduced):
    def built(network, images, seeds, alphas, seconds):
        def own(names):
            return [Point({"kind": kind, "alpha": alpha}, {
                "quantization.weightBits": weights, "quantization.activationBits": activations,
                "hardware": hardware(programming=designs.independent(alpha) if alpha else None)})
                for kind, (weights, activations) in KINDS.items() for alpha in names]

        base = {"quantization": {"activationRange": "meanSquareError"},
                "layers": {FIRST[network]: {"quantization": {"activationBits": 8}}}}
        return [Sweep(f"{network}-ideal", network, own([0]), images, base=base, seconds=seconds),
                Sweep(network, network, own(alphas), images, seeds=seeds, base=base, seconds=seconds)]

    if reduced:
        return built("resnet8", 100, 5, [0.01, 0.02], 0.015)
    return (built("resnet20", 1000, 5, [0.005, 0.01, 0.015, 0.02, 0.03], 0.003)
            + built("resnet56", 1000, 5, [0.01, 0.02, 0.03], 0.006))


def judge(results, reduced):
    checks, further, panels = [], [], []
    full, activations, weights = KINDS
    for network in results.values("network"):
        title = designs.NETWORKS[network]["title"]
        own = results.where(network=network)
        alphas = own.values("alpha")
        fallen = lambda kind, alpha: (own.where(kind=kind, alpha=0).hits().astype(float)
                                      - own.where(kind=kind, alpha=alpha).hits())
        series = []
        for kind in KINDS:
            ideal = own.where(kind=kind, alpha=0).hits()
            found = [points(own.where(kind=kind, alpha=alpha).hits(), ideal) for alpha in alphas]
            series.append(losses.Series(kind, alphas, [one.value for one in found], [one.half for one in found]))
        panels.append(Panel(f"{title}: top-1 less that of ideal cells", "α, of the conductance range", "points", series,
                            levels=[(0, "")]))
        panels.append(Panel(f"{title}: top-1 less 8-bit digital", "α, of the conductance range", "points", [
            losses.Series(kind, alphas, [one.value for one in found], [one.half for one in found])
            for kind in KINDS for found in [[points(own.where(kind=kind, alpha=alpha).hits(),
                                                    own.where(kind=full).digital()) for alpha in alphas]]],
            levels=[(0, "int8")]))
        # What cells add to the rms error of the logits, beside that of ideal cells, by draw.
        added = lambda kind, alpha: np.sqrt([one["error"] ** 2 - own.where(kind=kind, alpha=0).mean("error") ** 2
                                             for one in sorted(own.where(kind=kind, alpha=alpha).entries,
                                                               key=lambda one: one["seed"])])
        for alpha in alphas[1:]:
            judged = alpha in (0.01, 0.02)
            for kind, low, high in ((activations, -np.inf, 1), (weights, 0.8, 1.25)):
                (checks if judged else further).append(Check(
                    f"error of the logits that cells of α {alpha:g} add: {kind} over {full}", title,
                    mean_of(added(kind, alpha) / added(full, alpha)), low=low, high=high, digits=3))
            further.append(Check(
                f"fall at α {alpha:g}: 8-bit less 4-bit activations", title,
                points(fallen(full, alpha), fallen(activations, alpha)), low=0, unit="points"))
            further.append(Check(f"fall at α {alpha:g}: 8-bit less 6-bit weights", title,
                                 points(fallen(full, alpha), fallen(weights, alpha)), low=-3, high=3, unit="points"))
        further.append(Check("ideal cells: 4-bit activations less 8-bit", title, points(
            own.where(kind=activations, alpha=0).hits(), own.where(kind=full, alpha=0).hits()), low=-2, unit="points"))
    why = ("Rounding to few levels discards errors smaller than half a step only if the network keeps its "
           "margin at that step, which training with quantization provides. Falls are counted from each "
           "network's own accuracy with ideal cells. "
           "Accuracy on the 1000 test images at hand has an interval of more than a point however many draws there are: a "
           "difference of half a point, either way, stays undecided. So what decides, since the first full run, is the error of "
           "the logits that cells add: if coarse activations discarded small errors, it would be smaller than with 8 bits. It is "
           "not: an error of a tenth of a coarse step moves a tenth of the activations by a whole step, so that rounding keeps "
           "the mean of small errors and adds to their spread. A network trained for 4 bits may keep its values away from where "
           "rounding changes; this one does not. Intervals of these ratios are over draws.")
    return Finding(checks, panels, [losses.table(results, ["kind", "alpha"], ["network's integers", "α"])], further, why)

"""Subtract before the converter."""
from support import designs, losses
from support.claims import Check, Finding
from support.designs import hardware
from support.figures import Panel
from support.intervals import points
from support.sweeps import Point, Results, Sweep

TITLE = "Subtract before the converter"
CLAIM = ("Where the currents of a pair subtract in analog, before one conversion, fewer converter bits are "
         "needed than where both are converted.")
STRENGTH = "number or direction read in the paper"
AXES = "analog against digital subtraction × converter bits; design A, ideal cells, calibrated ranges"
LOW = (4, 5, 6)


def sweeps(reduced):
    def sweep_points(bits):
        return [Point({"subtraction": subtraction, "converter": own},
                      {"hardware": hardware(converter=own, subtraction=subtraction)})
                for subtraction in ("analog", "digital") for own in bits]

    if reduced:
        return [Sweep("resnet8", "resnet8", sweep_points([4, 5, 6, 8]), 200, seconds=0.02)]
    return [Sweep("resnet20", "resnet20", sweep_points([4, 5, 6, 7, 8, 9, 10]), 1000, seconds=0.012),
            Sweep("resnet56", "resnet56", sweep_points([4, 5, 6, 8]), 1000, seconds=0.02),
            Sweep("efficientnet", "efficientnet", sweep_points([4, 5, 6, 8]), 100, seconds=0.4)]


def judge(results, reduced):
    checks, further, panels = [], [], []
    for network in results.values("network"):
        title = designs.NETWORKS[network]["title"]
        own = results.where(network=network)
        few = Results([one for one in own.entries if one["converter"] in LOW])
        checks.append(Check("analog less digital subtraction, mean over 4, 5 and 6 bits", title, losses.gap_of_means(
            few.where(subtraction="analog"), few.where(subtraction="digital")), low=0, unit="points"))
        for bits in own.values("converter"):
            further.append(Check(f"analog less digital subtraction, {bits} bits", title, points(
                own.where(subtraction="analog", converter=bits).hits(),
                own.where(subtraction="digital", converter=bits).hits()), low=0, unit="points"))
        panels.append(Panel(f"{title}: top-1 less int8", "converter bits", "points", [
            losses.series(f"{name} subtraction", own.where(subtraction=name), "converter") for name in ("analog", "digital")],
            levels=[(0, "int8")]))
    why = ("Both lines of a pair carry more than their difference, so that a range of their own has larger "
           "steps, and two conversions round twice. There are no random errors: intervals are for other "
           "images.")
    return Finding(checks, panels, [losses.table(results, ["subtraction", "converter"], ["subtraction", "bits"])], further, why)

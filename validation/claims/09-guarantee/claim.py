"""The full-precision guarantee is not needed."""
import math

from support import designs, losses
from support.claims import Check, Finding, Table
from support.designs import DIFFERENTIAL, OFFSET, hardware
from support.figures import Panel
from support.sweeps import Point, Sweep

TITLE = "The full-precision guarantee is not needed"
CLAIM = ("Differential unsliced cells with analog accumulation work with 8-bit converters at 1152 rows, "
         "although B_out is 25 bits; offset cells have no such relief.")
STRENGTH = "number read in the paper"
AXES = "converter bits 4 … 10 × designs with B_out 8 … 25; ideal cells, calibrated ranges"
NETWORK_NOTE = ("Matrices of the CIFAR networks have at most 576 rows: B_out is one bit less than at 1152 rows.")

DESIGNS = {
    "differential, unsliced, analog": dict(),
    "offset, unsliced, analog": dict(mapping=OFFSET),
    "differential, unsliced, digital": dict(accumulation="digital"),
    "offset, unsliced, digital": dict(mapping=OFFSET, accumulation="digital"),
    "differential, 1 b/cell, analog": dict(bits=1),
    "differential, unsliced, analog, 144 rows": dict(rows=144),
    "offset, 2 b/cell, digital": dict(mapping=OFFSET, bits=2, accumulation="digital"),
    "offset, 2 b/cell, digital, 72 rows": dict(mapping=OFFSET, bits=2, accumulation="digital", rows=72),
}
FEW = list(DESIGNS)[:2] + list(DESIGNS)[6:]


def guaranteed(design, network):
    """B_out of a design on the tallest matrix of a network (p. 30)."""
    own = DESIGNS[design]
    rows = min(own.get("rows", 1152), designs.NETWORKS[network]["rows"])
    weight = own.get("bits") or (8 if own.get("mapping") == OFFSET else 7)
    inputs = 1 if own.get("accumulation") == "digital" else 8
    return weight + inputs + math.log2(rows) - (0 if weight > 1 and inputs > 1 else 1)


def sweeps(reduced):
    def points(names, bits):
        return [Point({"design": name, "converter": own}, {"hardware": hardware(converter=own, **DESIGNS[name])})
                for name in names for own in bits]

    if reduced:
        return [Sweep("resnet8", "resnet8", points(FEW, [4, 6, 8, 10]), 200, seconds=0.03)]
    return [Sweep("resnet20", "resnet20", points(DESIGNS, [4, 5, 6, 7, 8, 9, 10]), 400, seconds=0.02),
            Sweep("resnet56", "resnet56", points(FEW, [4, 6, 8, 10]), 200, seconds=0.06),
            Sweep("efficientnet", "efficientnet", points(FEW[:2], [6, 8, 10]), 100, seconds=0.3),
            Sweep("resnet50", "resnet50", points(FEW[:2], [6, 8, 10]), 100, seconds=0.3)]


def judge(results, reduced):
    checks, further, panels, rows = [], [], [], []
    first, offset = list(DESIGNS)[:2]
    for network in results.values("network"):
        title = designs.NETWORKS[network]["title"]
        own = results.where(network=network)
        names = own.values("design")
        at = lambda name: own.where(design=name, converter=8)
        checks.append(Check(f"{first}, 8 bits where B_out is {guaranteed(first, network):.1f}, less int8", title,
                            losses.change(at(first)), low=-2, unit="points"))
        few = [bits for bits in own.values("converter") if bits <= 8]
        checks.append(Check(
            f"unsliced, analog: differential less offset, mean over {few[0]} … {few[-1]} bits", title, losses.gap_over_draws(
                own.where(design=first), own.where(design=offset), "converter", few), low=0, unit="points"))
        further.append(Check("the same at 8 bits", title, losses.gap(at(first), at(offset)), low=0, unit="points"))
        panels.append(Panel(f"{title}: top-1 less int8", "converter bits", "points", [
            losses.series(f"{name} (B_out {guaranteed(name, network):.1f})", own.where(design=name), "converter",
                          dashed=name.startswith("offset")) for name in names], levels=[(0, "int8")]))
        for name in names:
            enough = [bits for bits in own.values("converter")
                      if losses.change(own.where(design=name, converter=bits)).value >= -2]
            rows.append([title, name, f"{guaranteed(name, network):.1f}", min(enough) if enough else "more"])
    tables = [Table("Bits at which at most two points are lost, of those that were run", [
        "network", "design", "B_out", "bits"], rows), losses.table(results, ["design", "converter"], ["design", "bits"])]
    why = "“Works” is taken as at most two points lost against int8. Intervals are for other images; there are no random errors."
    return Finding(checks, panels, tables, further, why)

"""Mapping is lossless with ideal parts."""
from support import designs
from support.claims import Check, Finding, Table
from support.designs import DIFFERENTIAL, OFFSET, hardware
from support.figures import Panel, Series
from support.intervals import Estimate
from support.sweeps import Point, Sweep

TITLE = "Mapping is lossless with ideal parts"
CLAIM = ("With ideal cells and converters that round every sum to its integer, each of the four weight schemes gives "
         "the integer results bit for bit, whatever the bits per cell.")
STRENGTH = "our inference from p. 33"
AXES = "4 schemes × 1, 2, 4, 7/8 bits per cell, digital and analog accumulation of input bits"

SCHEMES = [(mapping, bits) for mapping in (DIFFERENTIAL, OFFSET) for bits in (None, 4, 2, 1)]


def sweeps(reduced):
    points = [
        Point({"mapping": mapping, "bits": bits, "accumulation": accumulation, "rows": rows},
              {"hardware": hardware(mapping, bits, rows=rows, accumulation=accumulation, converter="fullPrecision")})
        for mapping, bits in SCHEMES for accumulation in ("digital", "analog")
        for rows in ((1152,) if reduced else (1152, 144))]
    if reduced:
        return [Sweep("resnet8", "resnet8", points, 10, seconds=0.05)]
    return [Sweep("resnet20", "resnet20", points, 40, seconds=0.1),
            Sweep("resnet56", "resnet56", points, 8, seconds=0.3),
            Sweep("efficientnet", "efficientnet", points, 1, seconds=5),
            Sweep("resnet50", "resnet50", points, 1, seconds=8)]


def judge(results, reduced):
    checks, rows = [], []
    for network in results.values("network"):
        own = results.where(network=network)
        changed = sum(one["worst"] != 0 for one in own.entries)
        title = designs.NETWORKS[network]["title"]
        checks.append(Check(f"designs of {len(own.entries)} with a logit that differs from the integers'", title,
                            Estimate(changed, 0), high=0, digits=0))
        for one in own.entries:
            rows.append([title, one["mapping"], designs.cell_bits(one["bits"]), one["accumulation"], one["rows"],
                         one["images"], f"{one['worst']:g}"])
    networks = results.values("network")
    panel = Panel("Largest difference of a logit to the integers", "bits per cell (8: unsliced)", "logit", [
        Series(f"{mapping}, {accumulation} accumulation", [1, 2, 4, 8],
               [max(one["worst"] for one in results.where(
                   mapping=mapping, bits=bits, accumulation=accumulation).entries) for bits in (1, 2, 4, None)])
        for mapping in (DIFFERENTIAL, OFFSET) for accumulation in ("digital", "analog")],
        y_range=(0, 1))
    table = Table("Every design", ["network", "mapping", "slicing", "input bits", "word lines", "images",
                                   "largest difference of a logit"], rows)
    why = ("The check is one of equality: every logit of every image, so it has no interval. "
           f"Networks: {len(networks)}. All marks lie at zero.")
    return Finding(checks, [panel], [table], why=why)

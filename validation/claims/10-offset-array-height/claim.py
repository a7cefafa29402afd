"""Offset mapping needs small arrays."""
from support import designs, losses
from support.claims import Check, Finding
from support.designs import DIFFERENTIAL, OFFSET, cell_bits, hardware
from support.figures import Panel
from support.sweeps import Point, Sweep

TITLE = "Offset mapping needs small arrays"
CLAIM = ("With an 8-bit conversion for each input bit, offset cells are accurate only at 144 rows or fewer "
         "and at 2 bits per cell or fewer; differential cells do not mind.")
STRENGTH = "number read in the paper"
AXES = "rows 72 … 1152 × 1, 2, 4 bits per cell × mapping; digital accumulation, 8-bit converters, ideal cells"
NETWORK_NOTE = ("The CIFAR networks have no matrix of more than 576 rows, so arrays of 1152 rows hold what "
                "arrays of 576 rows do; longer ones are tested on the ImageNet networks only.")


def sweeps(reduced):
    def points(heights, slicings):
        return [Point({"mapping": mapping, "bits": bits, "rows": rows},
                      {"hardware": hardware(mapping, bits, rows=rows, accumulation="digital")})
                for mapping in (OFFSET, DIFFERENTIAL) for bits in slicings for rows in heights]

    if reduced:
        return [Sweep("resnet8", "resnet8", points([72, 144, 576], [4, 2]), 150, seconds=0.04)]
    return [Sweep("resnet20", "resnet20", points([72, 144, 288, 576], [4, 2, 1]), 300, seconds=0.04),
            Sweep("resnet56", "resnet56", points([72, 144, 576], [4, 2]), 100, seconds=0.1),
            Sweep("efficientnet", "efficientnet", points([144, 1152], [4, 2]), 60, seconds=1),
            Sweep("resnet50", "resnet50", points([144, 1152], [4, 2]), 20, seconds=3)]


def judge(results, reduced):
    checks, further, panels = [], [], []
    for network in results.values("network"):
        title = designs.NETWORKS[network]["title"]
        place = checks if designs.NETWORKS[network]["dense"] else further
        own = results.where(network=network)
        heights = own.values("rows")
        at = lambda mapping, bits, rows: own.where(mapping=mapping, bits=bits, rows=rows)
        small = max(rows for rows in heights if rows <= 144)
        tall = max(heights)
        place.append(Check(f"offset, 2 b/cell, {small} rows, less int8", title, losses.change(at(OFFSET, 2, small)), low=-5,
                           unit="points"))
        place.append(Check(f"offset, 4 b/cell, {tall} rows, less int8", title, losses.change(at(OFFSET, 4, tall)), high=-5,
                            unit="points"))
        place.append(Check(f"offset, 2 b/cell, {tall} rows, less int8", title, losses.change(at(OFFSET, 2, tall)), high=-5,
                            unit="points"))
        for bits in own.values("bits"):
            place.append(Check(f"differential, {bits} b/cell: {tall} rows less {min(heights)} rows", title,
                                losses.gap(at(DIFFERENTIAL, bits, tall), at(DIFFERENTIAL, bits, min(heights))), low=-3,
                                high=3, unit="points"))
        panels.append(Panel(f"{title}: top-1 less int8", "rows of an array", "points", [
            losses.series(f"{mapping}, {cell_bits(bits)}", own.where(mapping=mapping, bits=bits), "rows",
                          dashed=mapping == OFFSET)
            for mapping in own.values("mapping") for bits in own.values("bits")], log_x=True, levels=[(0, "int8")]))
    why = ("“Accurate” is taken as at most five points lost, “do not mind” as at most three points between "
           "the smallest and the largest array. What decides is where the steps of a converter lie: with a "
           "range that makes a code an odd fraction of a cell's unit, offset cells err where a code of a "
           "power of two has no error at all ([claim 18](../18-converter-codes/README.md)). Ranges: see `OFFSET_RANGE` in "
           "[designs.py](../support/designs.py). What differs is where offset cells fail: 2 bits per cell are still accurate in "
           "the 576 rows that the CIFAR networks have, and lose everything in EfficientNet-Lite0's 1152. Until the first full run a "
           "check asked whether 2 bits per cell lose more in the tallest arrays than in those of 144 rows; where neither loses "
           "anything it cannot be decided, so that now it asks what the claim says: whether the tallest arrays are inaccurate. "
           "The pruned ResNet50 decides nothing.")
    return Finding(checks, panels, [losses.table(results, ["mapping", "bits", "rows"], ["mapping", "slicing", "rows"])],
                   further, why)

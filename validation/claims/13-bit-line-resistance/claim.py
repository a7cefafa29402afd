"""Bit-line IR drop."""
import numpy as np

from support import designs, losses
from support.arrays import BITS, Layer, cells, currents
from support.claims import Check, Finding
from support.designs import CELL, DIFFERENTIAL, OFFSET, cell_bits, hardware
from support.figures import Panel, Series
from support.intervals import resampled
from support.sweeps import WORK, Point, Results, Sweep

TITLE = "Bit-line IR drop"
CLAIM = ("Errors by the resistance of bit lines grow with R̂p = R_p · G_max and with the rows; of the input "
         "bits, low ones have the largest errors; offset cells are far more sensitive than differential pairs.")
STRENGTH = "directions read in the paper, the range our inference"
AXES = "R̂p × rows × schemes; one input bit at a time on the gates, exact circuits, ideal converters and cells"
NETWORK_NOTE = ("Arrays are as high as a layer's part unless they are called full height, where the unused "
                "word lines lie between cells and converters. The CIFAR networks have at most 576 rows.")
LEVEL = 5
LAYER = ("resnet20", "layer3.1.conv1")
EXAMPLE = 1e-5


def sweeps(reduced):
    def points(schemes, drops, heights):
        found = []
        for mapping, bits, rows in schemes:
            for full in heights:
                found += [Point({"mapping": mapping, "bits": bits, "rows": rows, "height": "full" if full else "layer",
                                 "resistance": drop},
                                {"hardware": hardware(mapping, bits, rows=rows, accumulation="digital", converter="ideal",
                                                      ohms=drop / CELL["onConductanceSiemens"], full_height=full)})
                          for drop in drops]
        return found

    heights = [False, True] if designs.FULL_HEIGHT else [False]
    unsliced = [(mapping, None, rows) for mapping in (DIFFERENTIAL, OFFSET) for rows in (1152, 144)]
    if reduced:
        return [Sweep("resnet8", "resnet8", points(unsliced, [1e-7, 1e-6, 3e-6, 1e-5, 1e-4, 1e-3], heights), 60, path="exact", seconds=0.03)]
    drops = [1e-7, 3e-7, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3]
    sliced = [(mapping, bits, rows) for mapping in (DIFFERENTIAL, OFFSET) for bits in (2, 1) for rows in (1152, 144)]
    return [Sweep("resnet20", "resnet20", points(unsliced, drops, heights), 300, path="exact", seconds=0.03),
            Sweep("resnet20-sliced", "resnet20", points(sliced, drops, heights[-1:]), 100, path="exact", seconds=0.1),
            Sweep("resnet56", "resnet56", points(unsliced, [3e-8, *drops], heights[-1:]), 200, path="exact", seconds=0.08)]


def added(reduced, program):
    """Errors of one layer by input bit: entries of their own beside those of the sweeps."""
    network, name = LAYER
    layer = Layer(network, name, program, vectors=48 if reduced else 256)
    entries = []
    rows = layer.codes.shape[1]
    for mapping in (DIFFERENTIAL, OFFSET):
        (positive, negative), = cells(layer.codes, mapping, None)
        unit = designs.FULL_SCALE_AMPERES / (127 if mapping == DIFFERENTIAL else 255)
        for unused in (0, 1152 - rows):
            errors = []
            for bit in range(BITS):
                own = layer.bit(bit)
                exact = currents(program, WORK / "arrays", positive, negative, own, EXAMPLE / CELL["onConductanceSiemens"], unused)
                ideal = np.stack([own @ part * designs.FULL_SCALE_AMPERES for part in (positive, negative) if part is not None])
                lost = (exact - ideal) / unit
                lost = lost[0] - lost[1] if negative is not None else lost[0]
                errors.append((lost ** 2).mean(1))
            entries.append({
                "network": network, "mapping": mapping, "layer": name, "height": "full" if unused else "layer", "seed": 1,
                "images": len(layer.inputs), "meanSquares": [[float(f"{x:.6g}") for x in one] for one in np.transpose(errors)]})
    return entries


def judge(results, reduced):
    checks, further, panels = [], [], []
    of_bits = [one for one in results.entries if "meanSquares" in one]
    results = Results([one for one in results.entries if "meanSquares" not in one])
    for network in results.values("network"):
        title = designs.NETWORKS[network]["title"]
        for height in results.where(network=network).values("height"):
            own = results.where(network=network, height=height, bits=None)
            if not own.entries:
                continue
            low, high = own.values("resistance")[0], own.values("resistance")[-1]
            groups = {(mapping, rows): own.where(mapping=mapping, rows=rows)
                      for mapping in (DIFFERENTIAL, OFFSET) for rows in own.values("rows")}
            suffix = ", full height" if height == "full" else ""
            for mapping in (DIFFERENTIAL, OFFSET):
                tall = groups[mapping, 1152]
                checks.append(Check(
                    f"fall of {mapping} cells, 1152 rows{suffix}, from R̂p {low:g} to {high:g}", title,
                    losses.gap(tall.where(resistance=low), tall.where(resistance=high)), low=0, unit="points"))
            checks.append(Check(
                f"R̂p at {LEVEL} points lost, offset: 144 over 1152 rows{suffix}", title,
                losses.tolerated_ratio(groups, "resistance", LEVEL, (OFFSET, 144), (OFFSET, 1152)), low=1, digits=1))
            checks.append(Check(
                f"R̂p at {LEVEL} points lost, 1152 rows{suffix}: differential over offset", title,
                losses.tolerated_ratio(groups, "resistance", LEVEL, (DIFFERENTIAL, 1152), (OFFSET, 1152)), low=3, digits=1))
            for mapping, rows in groups:
                further.append(Check(f"R̂p at which {mapping} cells, {rows} rows{suffix}, lose {LEVEL} points", title,
                                     losses.tolerated_estimate(groups, "resistance", LEVEL, (mapping, rows)), digits=None))
        series = []
        shown = results.where(network=network)
        for key in dict.fromkeys((one["mapping"], one["bits"], one["rows"], one["height"]) for one in shown.entries):
            mapping, bits, rows, height = key
            series.append(losses.series(
                f"{mapping}, {cell_bits(bits)}, {rows} rows" + (", full height" if height == "full" else ""),
                shown.where(mapping=mapping, bits=bits, rows=rows, height=height), "resistance", dashed=mapping == OFFSET))
        panels.append(Panel(f"{title}: top-1 less int8", "R̂p", "points", series, log_x=True, levels=[(0, "int8")]))
    series = []
    for one in of_bits:
        squares = np.array(one["meanSquares"])
        title = f"{designs.NETWORKS[one['network']]['title']}, {one['layer']}"
        suffix = ", full height" if one["height"] == "full" else ""
        found = [resampled(lambda own: np.sqrt(own.mean()), squares[:, bit]) for bit in range(BITS)]
        series.append(Series(f"{one['mapping']}{suffix}", list(range(BITS)), [own.value for own in found],
                             [own.half for own in found], dashed=one["mapping"] == OFFSET))
        checks.append(Check(
            f"{one['mapping']}{suffix}: rms error of input bit 0 over bit 6, R̂p {EXAMPLE:g}", title,
            resampled(lambda own: np.sqrt(own[:, 0].mean() / own[:, 6].mean()), squares), low=1))
    if series:
        panels.append(Panel(f"{title}, R̂p {EXAMPLE:g}", "input bit, the lowest first", "rms error, units of the weights", series,
                            log_y=True))
    why = ("“Far more sensitive” is taken as three times. Intervals of R̂p are bootstrapped over images, "
           "those of input bits over input vectors; errors of an input bit are those of its own dot product, "
           "before it is weighted by its significance.")
    return Finding(checks, panels, [losses.table(results, ["mapping", "bits", "rows", "height", "resistance"],
                                                 ["mapping", "slicing", "rows", "height", "R̂p"])], further, why)

"""Useful range by mapping."""
import numpy as np

from support import calibration, designs
from support.claims import Check, Finding, Table
from support.designs import OFFSET, hardware
from support.figures import Panel, Series
from support.intervals import mean_of
from support.sweeps import Point, Sweep

TITLE = "Useful range by mapping"
CLAIM = ("Of the full range of an array's output, offset mapping uses 10–20 %, differential mapping tenths of "
         "a per cent to a few per cent, less in higher slices.")
STRENGTH = "read in the paper, in part our inference"
AXES = ("ranges of the converters, 99.98 % of the data over the most that an array can deliver, by layer and slice, on "
        "disjoint parts of the calibration images")
NETWORK_NOTE = ("The full range is that of the rows that a layer has (27 to 576 in CIFAR networks). The "
                "published limits are of 1152-row arrays, and their median over ResNet50's layers is 0.21 % "
                "(differential, unsliced, 1152 rows).")

DESIGNS = {
    "differential, unsliced": dict(),
    "differential, unsliced, 144 rows": dict(rows=144),
    "differential, 2 b/cell": dict(bits=2),
    "offset, unsliced, digital": dict(mapping=OFFSET, accumulation="digital"),
    "offset, 2 b/cell, digital": dict(mapping=OFFSET, bits=2, accumulation="digital"),
    "offset, 2 b/cell, digital, 72 rows": dict(mapping=OFFSET, bits=2, accumulation="digital", rows=72),
}


def collect(record):
    """Width of the converters' range in amperes by layer and slice."""
    return {layer["name"]: [one["converterAmperes"]["highest"] - one["converterAmperes"]["lowest"]
                            for one in layer["distributions"]["slices"]] for layer in record["points"][0]["layers"]}


# Disjoint parts of the calibration images, and images of a part, by network.
PARTS = {"resnet20": (8, 64), "resnet56": (5, 64), "efficientnet": (4, 25), "resnet50": (3, 25)}


def sweeps(reduced):
    def own(network, seconds, names=tuple(DESIGNS), parts=None):
        count, images = PARTS[network]

        def point(name, span, index):
            return Point({"design": name, "range": span, "part": index}, {"hardware": hardware(
                span={"model": "calibrated", "percent": 99.98} if span == "data" else "maximum", **DESIGNS[name])}
                | calibration.part(network, index, images))

        # The most that an array can deliver does not depend on images.
        points = [point(name, "data", index) for name in names for index in range(parts or count)]
        points += [point(name, "full", 0) for name in names]
        return Sweep(network, network, points, 1, collect=collect, seconds=seconds)

    judged = ("differential, unsliced", "differential, 2 b/cell", "offset, unsliced, digital", "offset, 2 b/cell, digital")
    if reduced:
        return [own("resnet20", 0.5, judged, 3)]
    return [own("resnet20", 0.6), own("resnet56", 1.6), own("efficientnet", 13, judged), own("resnet50", 14, judged)]


def judge(results, reduced):
    checks, further, panels, rows = [], [], [], []
    for network in results.values("network"):
        title = designs.NETWORKS[network]["title"]
        place = checks if designs.NETWORKS[network]["dense"] else further
        own = results.where(network=network)
        parts = {}  # by design: [parts, layers, slices], in per cent of the full range
        for name in own.values("design"):
            widths = lambda entry: np.array(list(entry["found"].values()))
            full = widths(own.where(design=name, range="full").entries[0])
            parts[name] = 100 * np.array([widths(one) / full for one in own.where(design=name, range="data").entries])
            medians = mean_of_medians(parts[name])
            by_layer = parts[name].mean(0)
            rows.append([title, name, " · ".join(one.text() for one in medians), f"{by_layer.min():.2f} … {by_layer.max():.1f}"])
        offset, pairs, sliced = (parts[name] for name in (
            "offset, 2 b/cell, digital", "differential, unsliced", "differential, 2 b/cell"))
        of_all = lambda values: mean_of(np.median(values.reshape(len(values), -1), axis=1))
        place.append(Check("offset, 2 b/cell, per input bit: median of layers and slices", title, of_all(offset), low=5, high=30,
                           unit="%"))
        place.append(Check("differential, unsliced: median of layers", title, of_all(pairs), low=0.1, high=5, unit="%"))
        place.append(Check("differential, 2 b/cell: top slice over lowest slice, median of layers", title,
                           of_all(sliced[:, :, -1] / sliced[:, :, 0]), high=1))
        further.append(Check("offset, unsliced, per input bit: median of layers", title,
                             of_all(parts["offset, unsliced, digital"]), low=5, high=30, unit="%"))
        series = []
        for name in ("differential, 2 b/cell", "offset, 2 b/cell, digital", "differential, unsliced", "offset, unsliced, digital"):
            medians = mean_of_medians(parts[name])
            series.append(Series(name, list(range(len(medians))), [one.value for one in medians], [one.half for one in medians]))
        panels.append(Panel(title, "slice of 2 b/cell, the lowest first; unsliced cells at 0", "range, % of the full range", series,
                            categories=["0", "1", "2", "3"], log_y=True))
    table = Table("Median over layers of the range used, in % of the full range, by slice from the lowest", [
        "network", "design", "slices", "least … most of a layer"], rows)
    why = ("The published figures (10–20 %, tenths to a few per cent) are taken with a factor of about two to "
           "either side. Ranges of the slices of a layer are tied: they differ by powers of two only. "
           "Differential outputs lie on both sides of zero. The layers of a network are all there are: intervals are for other "
           "images to calibrate on, from disjoint parts of those at hand. Earlier versions of this page had intervals for other "
           "layers, which the claim does not speak of. The pruned ResNet50 decides nothing: most of its cells are off.")
    return Finding(checks, panels, [table], further, why)


def mean_of_medians(values):
    """For each slice, the median over layers: its mean over parts. `values` [parts, layers, slices]."""
    return [mean_of(np.median(column, axis=1)) for column in np.moveaxis(values, 2, 0)]

"""Useful range by mapping."""
import numpy as np

from support import designs
from support.claims import Check, Finding, Table
from support.designs import DIFFERENTIAL, OFFSET, cell_bits, hardware
from support.figures import Panel, Series
from support.intervals import resampled
from support.sweeps import Point, Sweep

TITLE = "Useful range by mapping"
CLAIM = ("Of the full range of an array's output, offset mapping uses 10–20 %, differential mapping tenths of "
         "a per cent to a few per cent, less in higher slices.")
STRENGTH = "read in the paper, in part our inference"
AXES = "ranges of the converters, 99.98 % of the data over the most that an array can deliver, by layer and slice"
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


def sweeps(reduced):
    points = [Point({"design": name, "range": span}, {"hardware": hardware(
        span={"model": "calibrated", "percent": 99.98} if span == "data" else "maximum", **own)})
        for name, own in DESIGNS.items() for span in ("data", "full")]
    if reduced:
        return [Sweep("resnet8", "resnet8", points, 1, collect=collect, seconds=2),
                Sweep("resnet20", "resnet20", points, 1, collect=collect, seconds=4)]
    return [Sweep(network, network, points, 1, collect=collect, seconds=seconds)
            for network, seconds in (("resnet8", 2), ("resnet20", 4), ("resnet56", 10), ("efficientnet", 30),
                                     ("resnet50", 100))]


def judge(results, reduced):
    checks, further, panels, rows = [], [], [], []
    for network in results.values("network"):
        title = designs.NETWORKS[network]["title"]
        own = results.where(network=network)
        parts = {}
        for name in own.values("design"):
            found = {span: np.array(list(own.where(design=name, range=span).entries[0]["found"].values()))
                     for span in ("data", "full")}
            parts[name] = 100 * found["data"] / found["full"]
            medians = [resampled(np.median, column) for column in parts[name].T]
            rows.append([title, name, " · ".join(one.text() for one in medians),
                         f"{parts[name].min():.2f} … {parts[name].max():.1f}"])
        offset, pairs = parts["offset, 2 b/cell, digital"], parts["differential, unsliced"]
        checks.append(Check("offset, 2 b/cell, per input bit: median of layers and slices", title,
                            resampled(np.median, offset), low=5, high=30, unit="%"))
        checks.append(Check("differential, unsliced: median of layers", title, resampled(np.median, pairs), low=0.1, high=5,
                            unit="%"))
        sliced = parts["differential, 2 b/cell"]
        checks.append(Check("differential, 2 b/cell: top slice over lowest slice, median of layers", title,
                            resampled(np.median, sliced[:, -1] / sliced[:, 0]), high=1))
        further.append(Check("offset, unsliced, per input bit: median of layers", title,
                             resampled(np.median, parts["offset, unsliced, digital"]), low=5, high=30, unit="%"))
        series = []
        for name in ("differential, 2 b/cell", "offset, 2 b/cell, digital", "differential, unsliced", "offset, unsliced, digital"):
            medians = [resampled(np.median, column) for column in parts[name].T]
            series.append(Series(name, list(range(len(medians))), [one.value for one in medians], [one.half for one in medians]))
        panels.append(Panel(title, "slice of 2 b/cell, the lowest first; unsliced cells at 0", "range, % of the full range", series,
                            categories=["0", "1", "2", "3"], log_y=True))
    table = Table("Median over layers of the range used, in % of the full range, by slice from the lowest", [
        "network", "design", "slices", "least … most of a layer"], rows)
    why = ("The published figures (10–20 %, tenths to a few per cent) are taken with a factor of about two to "
           "either side. Ranges of the slices of a layer are tied: they differ by powers of two only. "
           "Differential outputs lie on both sides of zero. Intervals are over layers.")
    return Finding(checks, panels, [table], further, why)

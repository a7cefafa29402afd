"""Codes of a converter on units of a cell, or beside them."""
import numpy as np

from support import designs
from support.claims import Check, Finding, Table
from support.designs import hardware
from support.figures import Panel, Series
from support.intervals import Estimate, mean_of, resampled
from support.sweeps import Point, Sweep

TITLE = "Codes of a converter on whole units"
CLAIM = ("Where one code is a power of two of a cell's unit, design E with ideal cells computes the integers: no logit "
         "differs. Where the range is the raw quantile of the data, a code is an odd fraction of a unit, and logits do "
         "differ (no claim of the paper; the convention behind claims 10 and 15).")
STRENGTH = "our computation"
AXES = ("range of the converters, anchored or calibrated × part of the recorded values that it covers; design E: offset, "
        "2 bits per cell, 72 rows, an 8-bit conversion for each input bit, ideal cells")
NETWORK_NOTE = ("Every run is one image, the first 25 of the test set one by one, so that clipped conversions and "
                "differences belong to the same image. Ranges come from the default 16 calibration images.")
IMAGES = 25

RANGES = {
    "anchored, 100 %": {"model": "anchored", "percent": 100},
    "anchored, 99.98 %": {"model": "anchored", "percent": 99.98},
    "calibrated, 100 %": {"model": "calibrated", "percent": 100},
    "calibrated, 99.98 %": {"model": "calibrated", "percent": 99.98},
    "one code per unit": "granular",
}


def collect(record):
    """By layer: rows, code in units, conversions clipped and in all; of the image: largest output and largest difference."""
    point = record["points"][0]
    result = next(one for one in point["results"] if one["path"] == "ideal")
    layers = [[layer["name"], layer["inputs"], float(f"{layer['converterStepUnits']:.6g}"), activity["clippedConversions"],
               activity["conversions"]] for layer, activity in zip(point["layers"], result["activity"])]
    return {"layers": layers, "prediction": result["predictions"][0], "integers": record["digitalInteger"]["predictions"][0]}


def sweeps(reduced):
    points = [Point({"range": name, "image": image},
                    {"hardware": hardware(span=span, **designs.DESIGNS["E"]), "selection.offset": image})
              for name, span in RANGES.items() for image in range(IMAGES)]
    networks = [("resnet8", 0.9)] if reduced else [("resnet8", 0.9), ("resnet20", 4)]
    return [Sweep(network, network, points, 1, collect=collect, seconds=seconds) for network, seconds in networks]


def worst(results):
    """Largest difference of a logit, by image."""
    return np.array([one["worst"] for one in sorted(results.entries, key=lambda one: one["image"])])


def clipped(results):
    """Conversions beyond the range, by image."""
    return np.array([sum(layer[3] for layer in one["found"]["layers"])
                     for one in sorted(results.entries, key=lambda one: one["image"])])


def judge(results, reduced):
    checks, further, panels, rows, layers = [], [], [], [], []
    for network in results.values("network"):
        title = designs.NETWORKS[network]["title"]
        own = {name: results.where(network=network, range=name) for name in RANGES}
        largest = {name: worst(one) for name, one in own.items()}
        checks.append(Check("anchored, 100 %: largest difference of a logit from the integers", title,
                            Estimate(largest["anchored, 100 %"].max(), 0), low=0, high=0, digits=3))
        for name in ("calibrated, 99.98 %", "calibrated, 100 %"):
            checks.append(Check(f"{name}: largest difference of a logit, mean of images", title, mean_of(largest[name]), low=0,
                                digits=3))
        cut = clipped(own["anchored, 99.98 %"])
        without = largest["anchored, 99.98 %"][cut == 0]
        if len(without):
            checks.append(Check(f"anchored, 99.98 %: largest difference in the {len(without)} images without a clipped conversion",
                                title, Estimate(without.max(), 0), low=0, high=0, digits=3))
        checks.append(Check("anchored less calibrated, both 99.98 %: largest difference of a logit, mean of images", title,
                            mean_of(largest["anchored, 99.98 %"] - largest["calibrated, 99.98 %"]), high=0, digits=3))
        further.append(Check("one code per unit, nothing is clipped: largest difference", title,
                             Estimate(largest["one code per unit"].max(), 0), low=0, high=0, digits=3))
        for name, one in own.items():
            same = [entry["found"]["prediction"] == entry["found"]["integers"] for entry in one.entries]
            counts = clipped(one)
            conversions = sum(layer[4] for entry in one.entries for layer in entry["found"]["layers"])
            rows.append([title, name, f"{(largest[name] > 0).sum()} of {IMAGES}", resampled(np.mean, largest[name]).text(3),
                         f"{largest[name].max():.3g}", f"{sum(entry['correct'] for entry in one.entries)}", f"{sum(same)}",
                         f"{counts.sum()} of {conversions} in {(counts > 0).sum()} images"])
        names = list(RANGES)
        parts = ["100 %", "99.98 %"]
        panels.append(Panel(title, "values of the calibration images that the range covers", "largest difference of a logit", [
            Series(f"{kind} range, mean of 25 images", list(range(len(parts))), [one.value for one in means], [one.half for one in means])
            for kind, means in ((kind, [mean_of(largest[f"{kind}, {part}"]) for part in parts])
                                for kind in ("anchored", "calibrated"))], categories=parts))
        by_layer = {name: [sum(entry["found"]["layers"][k][3] for entry in one.entries) for k in range(
            len(one.entries[0]["found"]["layers"]))] for name, one in own.items()}
        for k, layer in enumerate(own["anchored, 99.98 %"].entries[0]["found"]["layers"]):
            code = {name: one.entries[0]["found"]["layers"][k][2] for name, one in own.items()}
            layers.append([title, layer[0], layer[1], *(f"{code[name]:g}: {by_layer[name][k]}" for name in names[:4])])
    why = ("Ideal cells of 2 bits and single input bits give whole numbers of units, at most 216 of them from 72 rows. "
           "Codes of 1/2 or 1/4 of a unit have all of them, up to 127.5 and 63.75 units; **what then differs is "
           "clipping, and nothing else**. At 99.98 % the range is the smallest of the form 255 / 2ᵏ that holds the "
           "quantile of the calibration images, and the rest of the values, up to 0.02 %, may lie beyond; what is cut "
           "off, times 4 for each slice and 2 for each input bit, may move a code of the layer's output or be rounded "
           "away there. Ranges that clip nothing have no difference at all. At 100 % a few test images may still have "
           "values that no calibration image had; where no logit differs, they are rounded away as well. A calibrated "
           "range makes a code of, for example, 0.35 units: nearly every sum lies between codes and is rounded by up to "
           "half of one, in every conversion; covering all values (100 %) makes codes, and with them the errors, larger. "
           "Accuracy of 25 images tells less than logits do: one image is 4 points. Tables count all conversions of the "
           "25 images.")
    return Finding(checks, panels, [
        Table("By range", ["network", "range", "images that differ", "largest difference of a logit, mean", "worst", "correct",
                           "same class as the integers", "clipped"], rows),
        Table("By layer: code in units of a cell, and conversions clipped", [
            "network", "layer", "rows", *list(RANGES)[:4]], layers)], further, why)

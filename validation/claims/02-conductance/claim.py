"""Proportional mapping lowers conductance."""
import numpy as np

from support import designs
from support.arrays import cells
from support.claims import Check, Finding, Table
from support.designs import DIFFERENTIAL, OFFSET, cell_bits, hardware
from support.figures import Panel, Series
from support.intervals import Estimate, mean_of
from support.onnx import Network
from support.sweeps import DATA, Point, Sweep

TITLE = "Proportional mapping lowers conductance"
CLAIM = ("Cells of differential pairs conduct far less than offset cells; unsliced offset cells are near half "
         "of G_max; the top slices of differential weights are almost empty.")
STRENGTH = "number or direction read in the paper"
AXES = "schemes × bits per cell; mean G / G_max of each slice, layer by layer, infinite On/Off ratio"
NETWORK_NOTE = "The ResNet50 is pruned, which empties its pairs further; the claim rests on the dense networks."

SCHEMES = [(mapping, bits) for mapping in (DIFFERENTIAL, OFFSET) for bits in (None, 4, 2, 1)]


def collected(network):
    graph = Network(DATA / "networks" / designs.NETWORKS[network]["file"])

    def collect(record):
        """Mean relative conductance by layer and slice, and cells whose bin differs from the program's histogram."""
        section = record["configuration"]["hardware"]
        mapping = DIFFERENTIAL if section["mapping"]["model"] == "differentialPair" else OFFSET
        slices = section["weightSlices"]
        bits = slices["bits"] if isinstance(slices, dict) and "bits" in slices else None
        means, differing, count = {}, 0, 0
        for layer in record["points"][0]["layers"]:
            found = cells(graph.codes(graph.layer(layer["name"])), mapping, bits)
            means[layer["name"]] = [round(float(np.mean([part.mean() for part in pair if part is not None])), 6)
                                    for pair in found]
            bins = layer["distributions"]["conductanceSiemens"]
            every = np.concatenate([part.ravel() for pair in found for part in pair if part is not None])
            places = (every * designs.CELL["onConductanceSiemens"] - bins["lowest"]) / bins["width"]
            # A cell on the edge of two bins may be in either: cells up to each edge are counted with and without those on it.
            edges = np.arange(1, len(bins["counts"]))
            upto = np.cumsum(bins["counts"])[:-1]
            places.sort()
            least, most = (np.searchsorted(places, edges + way * 1e-6) for way in (-1, 1))
            # A cell that moved by several bins is beyond as many edges, and counts where the first of them is.
            for beyond in (least - upto, upto - most):
                differing += int(np.maximum(np.diff(np.maximum(beyond, 0), prepend=0), 0).sum())
            differing += abs(len(every) - sum(bins["counts"]))
            count += len(every)
        return {"means": means, "differing": differing, "cells": count}

    return collect


def sweeps(reduced):
    points = [Point({"mapping": mapping, "bits": bits}, {"hardware": hardware(mapping, bits, converter="ideal")})
              for mapping, bits in SCHEMES]
    networks = ["resnet8", "resnet20"] if reduced else ["resnet8", "resnet20", "resnet56", "resnet50"]
    seconds = {"resnet8": 1, "resnet20": 2, "resnet56": 4, "resnet50": 30}
    return [Sweep(network, network, points, 1, collect=collected(network), seconds=seconds[network])
            for network in networks]


def judge(results, reduced):
    checks, further, panels, rows = [], [], [], []
    for network in results.values("network"):
        title, dense = designs.NETWORKS[network]["title"], designs.NETWORKS[network]["dense"]
        own = results.where(network=network)
        found = {(one["mapping"], one["bits"]): one["found"] for one in own.entries}

        def by_layer(mapping, bits):
            """Means [layers, slices]; an eighth slice of one bit, of layers that hold the code -128, is left out."""
            own = list(found[mapping, bits]["means"].values())
            return np.array([slices[:min(map(len, own))] for slices in own])

        differential, offset = by_layer(DIFFERENTIAL, None)[:, 0], by_layer(OFFSET, None)[:, 0]
        place = checks if dense else further
        place.append(Check("unsliced differential over unsliced offset, mean over layers", title,
                           mean_of(differential / offset), high=0.33, digits=3))
        place.append(Check("unsliced offset, mean G / G_max over layers", title, mean_of(offset), low=0.4, high=0.6, digits=3))
        place.append(Check("top slice of differential weights, 2 b/cell, mean G / G_max", title,
                           mean_of(by_layer(DIFFERENTIAL, 2)[:, -1]), high=0.05, digits=4))
        # Weights on the edge of two codes may be either: one in a million.
        place.append(Check("cells in another bin than in the program's histograms, per million", title,
                           Estimate(1e6 * sum(one["differing"] for one in found.values())
                                    / sum(one["cells"] for one in found.values()), 0), high=1, digits=2))
        for mapping, bits in found:
            slices = by_layer(mapping, bits)
            rows.append([title, mapping, cell_bits(bits), *[" · ".join(mean_of(column).text(3) for column in slices.T)]])
        series = []
        for mapping, bits in ((DIFFERENTIAL, 2), (OFFSET, 2), (DIFFERENTIAL, None), (OFFSET, None)):
            slices = [mean_of(column) for column in by_layer(mapping, bits).T]
            series.append(Series(f"{mapping}, {cell_bits(bits)}", list(range(len(slices))), [one.value for one in slices],
                                 [one.half for one in slices]))
        panels.append(Panel(title, "slice of 2 b/cell, the lowest first; unsliced cells at 0", "mean G / G_max", series,
                            categories=["0", "1", "2", "3"]))
    table = Table("Mean G / G_max, mean over layers with its interval, by slice from the lowest", [
        "network", "mapping", "slicing", "slices"], rows)
    why = ("“Far less” is taken as a third, “near half” as 0.4 to 0.6, “almost empty” as 0.05. Means of "
           "slices follow from the integer codes of the weights; that these are the cells that the program "
           "programs is checked bin by bin against the conductances in its results. Intervals are over "
           "layers, for other layers of the same kind.")
    return Finding(checks, panels, [table], further, why)

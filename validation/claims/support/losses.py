"""Top-1 against the digital network and between designs, from results."""
import numpy as np

from . import intervals
from .claims import Table
from .designs import NETWORKS, cell_bits
from .figures import Series
from .sweeps import unpacked


def loss(results):
    """Accuracy of the 8-bit digital network less that of the arrays, in points."""
    found = intervals.points(results.hits(), results.digital())
    return intervals.Estimate(-found.value, found.half)


def change(results):
    """Accuracy of the arrays less that of the digital network, in points."""
    return intervals.points(results.hits(), results.digital())


def gap(first, second):
    """First less second accuracy, in points, on the same images and draws."""
    return intervals.points(first.hits(), second.hits())


def series(name, results, key, **options):
    """The change of top-1 along one label."""
    x = results.values(key)
    found = [change(results.where(**{key: value})) for value in x]
    return Series(name, x, [one.value for one in found], [one.half for one in found], **options)


def tolerated(groups, key, level):
    """The value of `key` at which the loss passes `level` points, for each of `groups`, and how they compare.

    Returns a function for the bootstrap: from hits by (name, value) to the ratio of first over second.
    """
    names = list(groups)
    values = groups[names[0]].values(key)
    hits = {}
    for name in names:
        for value in values:
            hits[name, value] = groups[name].where(**{key: value}).hits()
        hits[name, "digital"] = groups[name].digital()

    def at(hits, name):
        digital = hits[name, "digital"].mean()
        losses = [100 * (digital - hits[name, value].mean()) for value in values]
        return intervals.crossing(values, losses, level)

    return hits, at


def tolerated_estimate(groups, key, level, name):
    hits, at = tolerated(groups, key, level)
    return intervals.bootstrap(lambda drawn: at(drawn, name), hits)


def tolerated_ratio(groups, key, level, first, second):
    hits, at = tolerated(groups, key, level)
    return intervals.bootstrap(lambda drawn: at(drawn, first) / at(drawn, second), hits)


def gap_over_draws(first, second, key, values):
    """First less second accuracy, in points, each the mean over `values` of `key`, on the same images and draws."""
    mean = lambda results: np.mean([results.where(**{key: value}).hits().astype(float) for value in values], axis=0)
    return intervals.points(mean(first), mean(second))


def gap_of_means(first, second):
    """First less second accuracy, in points, where each image counts with its mean over all results of a group."""
    return intervals.points(stacked(first), stacked(second))


def stacked(results):
    """Share of results that get each image right, [1, images]."""
    found = [right(one) for one in results.entries]
    return np.mean(found, axis=0, keepdims=True)


def right(entry):
    return unpacked(entry["hits"], entry["images"]).astype(float)


def rows(results, names):
    """Lines of the table that every page has: labels, top-1 less int8, rms error, clipped conversions."""
    lines = []
    seen = dict.fromkeys(tuple(one.get(name) for name in ("network", *names)) for one in results.entries)
    for key in seen:
        own = results.where(**dict(zip(("network", *names), key)))
        cells = [cell_bits(value) if name == "bits" else value if isinstance(value, str) else f"{value:g}"
                 for name, value in zip(names, key[1:])]
        lines.append([NETWORKS[key[0]]["title"], *cells, change(own).text(), f"{100 * own.mean('error'):.2f} %",
                      f"{100 * own.mean('clipped'):.3f} %"])
    return lines


def table(results, names, titles=None):
    return Table("Every point: top-1 less int8, rms error of the logits against int8, conversions clipped",
                 ["network", *(titles or names), "points", "error", "clipped"], rows(results, names))

"""Fits how programmed RRAM cells relax: mean shift and deviation against state, by time.

    python3 relaxation.py DIR --out ../../Sources/Experiments/Resources/devices

DIR holds techB_relaxdata_10k.min.tsv.gz and techC_relaxdata.min.tsv.gz. For each nominal time, cells
are sorted by their initial conductance into bins of equal width up to the technology's largest
conductance. A bin gives one point: the mean initial conductance, the mean of the change
`d = g(t) - g(0)` and its standard deviation. Changes of more than ten deviations of their bin, which
are reading faults or failed cells, are left out, once. The first and last point are repeated at zero
and at the largest conductance. Also prints how well the points of every second cell predict the
other cells.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np

import tables

BINS = 16
OUTLIER = 10
SOURCE = (
    "Akash Levy, RRAM-Relaxation-Master-Model (MIT): measured relaxation of technology {}, "
    "{} cells, fitted here"
)
TECHNOLOGIES = {
    "B": ("techB_relaxdata_10k.min.tsv.gz", 128e-6),
    "C": ("techC_relaxdata.min.tsv.gz", 40e-6),
}


def load(path):
    with gzip.open(path, "rt") as lines:
        rows = np.loadtxt(lines, delimiter="\t")
    # Address, conductance, initial conductance, nominal time.
    return rows[:, 0].astype(int), rows[:, 3], rows[:, 4], rows[:, 6]


def fit(initial, change, largest):
    """Points of the table, and how many cells were left out."""
    index = np.minimum((initial / largest * BINS).astype(int), BINS - 1)
    points, left_out = [], 0
    for k in range(BINS):
        g, d = initial[index == k], change[index == k]
        kept = np.abs(d - d.mean()) <= OUTLIER * d.std()
        left_out += len(d) - kept.sum()
        points.append((g[kept].mean(), d[kept].mean(), d[kept].std()))
    points = [(0, *points[0][1:]), *points, (largest, *points[-1][1:])]
    return np.array(points).T, left_out


def prediction(initial, change, points):
    """Held-out changes in units of the prediction: mean, deviation, kurtosis, part within 1."""
    states, shifts, deviations = points
    z = (change - np.interp(initial, states, shifts)) / np.interp(initial, states, deviations)
    z = z[np.abs(z) <= OUTLIER]
    return z.mean(), z.std(), (z**4).mean() / (z**2).mean() ** 2, (np.abs(z) < 1).mean()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    print("technology,seconds,cells,leftOut,heldOutMean,heldOutDeviation,kurtosis,withinOneDeviation")
    for name, (file, largest) in TECHNOLOGIES.items():
        cell, conductance, initial, time = load(arguments.data / file)
        inside = (initial <= largest) & (initial >= 0)
        programming = {}
        for seconds in np.unique(time):
            if seconds == 0:
                continue
            here = inside & (time == seconds)
            x, d, odd = initial[here], (conductance - initial)[here], cell[here] % 2 == 1
            programming[seconds], left_out = fit(x, d, largest)
            quality = prediction(x[odd], d[odd], fit(x[~odd], d[~odd], largest)[0])
            numbers = ",".join(f"{q:.3f}" for q in quality)
            print(f"{name},{seconds:g},{here.sum()},{left_out},{numbers}")
        count = len(np.unique(cell[inside]))
        tables.write(
            arguments.out / f"rram-relaxation-{name.lower()}.yaml",
            SOURCE.format(name, count),
            "siemens",
            programming,
        )


if __name__ == "__main__":
    main()

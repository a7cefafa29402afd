"""Tabulates published fits of conductance errors.

    python3 tabulate.py FITS.json --out ../../Sources/Experiments/Resources/devices

Each fit becomes the fewest points, chosen from a fine grid from left to right, between which
straight lines stay within a thousandth of the largest value of each column.
"""

import argparse
import json
from pathlib import Path

import numpy as np

import tables


def thinned(states, *columns, tolerance=1e-3):
    """The first, the last, and what straight lines need in between."""
    limits = [tolerance * max(np.abs(c).max(), 1e-300) for c in columns]
    kept, start = [0], 0
    while start < len(states) - 1:
        end = start + 1
        while end + 1 < len(states):
            inner = slice(start, end + 2)
            ends = [start, end + 1]
            fits = (
                np.abs(np.interp(states[inner], states[ends], c[ends]) - c[inner]).max() <= limit
                for c, limit in zip(columns, limits)
            )
            if not all(fits):
                break
            end += 1
        kept.append(end)
        start = end
    return states[kept], *(c[kept] for c in columns)


def grid(low, high):
    return np.linspace(low, high, 3201)


def sonos(entry, out):
    valid = entry["valid_Imax_nA"]
    programming = {}
    for day, a, b, poly in zip(
        entry["days"], entry["A"], entry["B"], entry["drift_poly_ascending_powers"]
    ):
        i = grid(0, valid["t=0"] if day == 0 else valid["t>0"])
        shift = np.polynomial.polynomial.polyval(i, poly)
        sigma = a * (1 - np.exp(-i / b))
        programming[86400 * day] = [1e-9 * c for c in thinned(i, shift, sigma)]
    i = grid(0, valid["t=0"])
    noise = entry["read_noise"]
    read = thinned(i, noise["A"] * (1 - np.exp(-i / noise["B"])))
    tables.write(
        out / "sonos-40nm.yaml",
        "Agrawal et al., IEDM 2022, 21.7: fits of 128K devices, days 0 to 5",
        "amperes",
        programming,
        read_noise=[1e-9 * c for c in read],
    )


def sonos_of_the_paper(out):
    """The fit that Xiao et al. (2022) compute with: cells of up to 1600 nA, no mean shift."""
    i = grid(0, 1600)
    i, zero, sigma = thinned(i, 0 * i, 39.5656 * (1 - np.exp(-0.00188704 * i)))
    tables.write(
        out / "sonos-xiao2022.yaml",
        "Xiao et al., IEEE CAS Magazine 22(4), 26 (2022): the fit in its code",
        "amperes",
        {0: (1e-9 * i, 0 * zero, 1e-9 * sigma)},
    )


def polynomial(out, name, source, low, high, ascending):
    g = grid(low, high)
    sigma = np.maximum(np.polynomial.polynomial.polyval(g, ascending), 0)
    g, zero, sigma = thinned(g, 0 * g, sigma)
    tables.write(out / name, source, "siemens", {0: (1e-6 * g, 0 * zero, 1e-6 * sigma)})


def relative(by_time, reference):
    programming = {}
    for seconds, ascending in by_time.items():
        x = grid(0, 1)
        sigma = np.maximum(np.polynomial.polynomial.polyval(x, ascending), 0) / reference
        x, zero, sigma = thinned(x, 0 * x, sigma)
        programming[float(seconds)] = (x, 0 * zero, sigma)
    return programming


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("fits", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    fits = json.loads(arguments.fits.read_text())
    out = arguments.out
    sonos(fits["SONOS_40nm"], out)
    sonos_of_the_paper(out)
    f = fits["PCM_Joshi2020"]
    polynomial(
        out, "pcm-joshi2020.yaml", "Joshi et al., Nature Communications 11, 2473 (2020), Fig. 3b",
        0, f["Gmax_valid"], [f["C"], f["B"], f["A"]],
    )
    f = fits["RRAM_Milo2021"]
    polynomial(
        out, "rram-milo2021.yaml", "Milo et al., IRPS 2021, Fig. 4 (IGVVA-100)",
        *f["G_valid"], [f["B"], f["A"]],
    )
    f = fits["RRAM_Wan2022"]
    polynomial(
        out, "rram-wan2022.yaml", "Wan et al., Nature 608, 504 (2022), Extended Data Fig. 3",
        0, f["Gmax_valid"], [f["D"], f["C"], f["B"], f["A"]],
    )
    f = fits["RRAM_Wan2022_aihwkit"]
    tables.write(
        out / "rram-wan2022-hours.yaml",
        "Wan et al., Nature 608, 504 (2022): a second, published fit at 1 s, 1 day and 2 days, "
        "largest conductance 40 uS",
        "relative",
        relative(f["sigma_poly_ascending_by_time_s"], 40),
    )
    f = fits["PCM_aihwkit"]
    x = np.geomspace(1e-4, 1, 4001)
    nu = np.clip(-0.0155 * np.log(x) + 0.0244, 0.049, 0.1)
    spread = np.clip(-0.0125 * np.log(x) - 0.0059, 0.008, 0.045)
    tables.write(
        out / "pcm-nandakumar2019.yaml",
        "Joshi et al., Nature Communications 11, 2473 (2020) and Nandakumar et al. (2019): "
        "published fits, largest conductance 25 uS",
        "relative",
        relative({0: f["prog_sigma_poly_ascending"]}, 25),
        drift=thinned(x, nu, spread),
    )


if __name__ == "__main__":
    main()

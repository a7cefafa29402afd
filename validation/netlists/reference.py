#!/usr/bin/env python3
"""Runs every deck of netlists/ in ngspice and stores the results as expected/*.csv.

Usage: python3 reference.py [DECK.sp ...]   (Python 3.9 or later, ngspice in the search path)

One file per analysis: DECK.op.csv, DECK.dc.csv, DECK.ac.csv, DECK.tran.csv, and DECK.measure.csv
for .measure cards. Operating points, sweeps and small-signal results hold every vector at every
point with the 16 digits that ngspice prints. Transients hold the vectors of `.print tran` at 101
evenly spaced times, linear between the points that ngspice chose.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DECKS = HERE.parent.parent / "netlists"
KINDS = {"Operating Point": "op", "DC transfer characteristic": "dc", "AC Analysis": "ac",
         "Transient Analysis": "tran"}


def run(arguments, **environment):
    done = subprocess.run(
        ["ngspice", *arguments], cwd=DECKS, capture_output=True, text=True,
        env={**os.environ, **environment})
    if done.returncode != 0:
        sys.exit(f"ngspice {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def plots(path):
    """(kind, names, rows) of every plot of an ASCII raw file; complex values as pairs."""
    text = path.read_text()
    for part in re.split(r"^Title:", text, flags=re.M)[1:]:
        head, values = part.split("Values:\n", 1)
        kind = KINDS[re.search(r"^Plotname: (.*)$", head, re.M)[1].strip()]
        names = [line.split()[1] for line in head.split("Variables:\n", 1)[1].splitlines()]
        names = [re.sub(r"^v\((.*-sweep)\)$", r"\1", name) for name in names]
        words = values.split()
        width = len(names) + 1
        rows = [words[start + 1:start + width] for start in range(0, len(words), width)]
        yield kind, names, rows


def resampled(names, rows, wanted, count=101):
    """The wanted columns at evenly spaced times."""
    columns = [0] + [names.index(name) for name in wanted]
    points = [[float(row[column]) for column in columns] for row in rows]
    last, result, k = points[-1][0], [], 0
    for sample in range(count):
        time = last * sample / (count - 1)
        while k + 2 < len(points) and points[k + 1][0] < time:
            k += 1
        (a, b) = points[k], points[k + 1]
        share = min(max((time - a[0]) / (b[0] - a[0]), 0), 1)
        result.append([time] + [x + share * (y - x) for x, y in zip(a[1:], b[1:])])
    return ["time"] + wanted, [[repr(value) for value in row] for row in result]


def write(name, version, what, header, rows):
    lines = [f"# {version}, netlists/{name}.sp, {what}; made by validation/netlists/reference.py",
             ",".join(header)] + [",".join(row) for row in rows]
    return "\n".join(lines) + "\n"


def reference(deck, version):
    name = deck.stem
    text = re.sub(r"\n\+", " ", deck.read_text().lower())
    with tempfile.TemporaryDirectory() as folder:
        raw = pathlib.Path(folder) / "out.raw"
        run(["-b", "-r", str(raw), deck.name], SPICE_ASCIIRAWFILE="1")
        for kind, names, rows in plots(raw):
            if kind == "tran":
                wanted = re.search(r"^\.print tran (.*)$", text, re.M)[1].split()
                names, rows = resampled(names, rows, wanted)
            if kind == "ac":
                header = ["frequency"] + [f"{part}({n})" for n in names[1:] for part in ("re", "im")]
                rows = [[row[0].split(",")[0]] + [x for v in row[1:] for x in v.split(",")]
                        for row in rows]
            else:
                header = names
            yield f"{name}.{kind}.csv", write(name, version, kind, header, rows)
    measures = re.findall(r"^\.meas(?:ure)? +\w+ +(\w+)", text, re.M)
    if measures:
        printed = run(["-b", deck.name])
        found = re.findall(r"^(\w+) +=  *(\S+)", printed.split("Measurements for", 1)[1], re.M)
        yield f"{name}.measure.csv", write(
            name, version, "measure", ["name", "value"],
            [list(pair) for pair in found if pair[0] in measures])


def main():
    version = re.search(r"ngspice-\S+", run(["--version"]))[0]
    (HERE / "expected").mkdir(exist_ok=True)
    chosen = [DECKS / name for name in sys.argv[1:]] or sorted(DECKS.glob("*.sp"))
    for deck in chosen:
        for file, contents in reference(deck, version):
            (HERE / "expected" / file).write_text(contents)
            print(file, len(contents))


if __name__ == "__main__":
    main()

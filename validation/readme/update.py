#!/usr/bin/env python3
"""Runs every command of README.md and writes what it prints there; copies the tables that the page quotes.

Usage, from the root of the repository, on an otherwise idle machine:
    python3 validation/readme/update.py [--program FOLDER] [NAME ...]
NAME is that of a section (`demo`, `array`, …), `figures`, `map`, or the file that a section quotes; without names, all are
written. The page itself says what is run and how much of the output it shows (README.md of this folder).
--program takes a program that is built already instead of `make install`.
"""
import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import bench
import page
import targets
from console import Clone

ROOT = Path(__file__).resolve().parents[2]


def figures():
    """Two drawings of the demo's report, as files that the page shows."""
    return ('<p><img src="validation/readme/accuracy.svg" width="49%" alt="Accuracy against wire resistance"> '
            '<img src="validation/readme/voltages.svg" width="49%" alt="Cell voltages of one tile"></p>\n')


def draw(clone):
    """The same drawings as files of their own, with their style, written again from the stored results."""
    clone.output("tilespice report demo --out figures/page.html --figures svg")
    files = sorted((clone.path / "figures/page-figures").glob("*.svg"))
    for name, words in [("accuracy", "accuracy-against"), ("voltages", "cell-voltages")]:
        drawing = next(file for file in files if words in file.name)
        (ROOT / f"validation/readme/{name}.svg").write_text(drawing.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", help="folder of a program that is built already")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    readme = ROOT / "README.md"
    sections = page.sections(readme.read_text())
    known = [section.name for section in sections]
    for name in arguments.names:
        if name not in known:
            sys.exit(f"README.md has no section {name}; there are {', '.join(known)}")
    wanted = arguments.names or known
    if bench.TABLE in wanted and not arguments.program:
        bench.measure(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone(ROOT, Path(folder), arguments.program)
        for section in sections:
            # Later sections need what earlier ones leave behind: all are run up to the last one wanted.
            if section.kind == "run" and not set(wanted).isdisjoint(known[known.index(section.name):]):
                if section.name == "resnet20" and section.name not in wanted:
                    continue
                printed = clone.run(section)
                if section.name in wanted and printed is not None:
                    section.body = printed
            elif section.name in wanted and section.kind == "file":
                section.body = (ROOT / section.name).read_text().rstrip() + "\n"
            elif section.name in wanted and section.kind == "code":
                language = "python" if section.name.endswith(".py") else "swift"
                section.body = f"```{language}\n{(ROOT / section.name).read_text().rstrip()}\n```\n"
            elif section.name in wanted and section.kind == "map":
                section.body = targets.table(ROOT)
            elif section.name in wanted and section.kind == "figures":
                draw(clone)
                section.body = figures()
            if not section.body.strip():
                sys.exit(f"section {section.name} came out empty")
    readme.write_text(page.replacing(readme.read_text(), sections))


if __name__ == "__main__":
    main()

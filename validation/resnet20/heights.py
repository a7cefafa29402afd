#!/usr/bin/env python3
"""Accuracy of ResNet20 in arrays of each layer's height and in arrays of full height: writes heights.md, which README.md shows.

Usage, from the root of the repository after `make build`: validation/resnet20/heights.py [PROGRAM]
Runs E.yaml of this folder twice, 1000 images on three wire resistances each. In arrays of full height, `hardware.tile.unusedWordLines:
far`, the word lines that a layer leaves over lie between its cells and the converters. No times are kept.
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "results" / "resnet20-heights"
HEIGHTS = {"none": "the layer's", "far": "1152 rows"}
COLUMNS = ["array height", "R_segment (Ω)", "R_segment / R_min", "mean drop by layer", "int8 (%)", "exact (%)", "less int8 (points)",
           "changed", "lost", "gained", "McNemar p", "rms error (%)"]


def results(program, unused):
    folder = WORK / unused
    subprocess.run([program, "infer", HERE / "E.yaml", "--set", f"hardware.tile.unusedWordLines={unused}", "--compare",
                    "integer", "--out", folder, "--quiet", "--restart"], check=True, stdout=subprocess.DEVNULL)
    return json.loads((folder / "results.json").read_text())


def rows(record, height):
    digital = record["digitalInteger"]
    percent = 100 / record["imageCount"]
    for point in record["points"]:
        own = next(one for one in point["results"] if one["path"] == "exact")
        value, = point["values"]
        compared = own["comparison"]
        drops = [100 * layer["meanDrop"] for layer in point["layers"]]
        error = next(one for one in own["outputErrors"] if one["reference"] == digital["path"])
        yield [height, f"{value['value']:g}", f"{value['normalized']:.0e}", f"{min(drops):.2g} … {max(drops):.2g} %",
               f"{percent * digital['correct']:.2f}", f"{percent * own['correct']:.2f}",
               f"{100 * compared['accuracyDifference']:.2f} ± {100 * compared['halfWidth']:.2f}", compared["flips"],
               compared["paired"]["onlyFirst"], compared["paired"]["onlySecond"], f"{compared['mcNemarPValue']:.2g}",
               f"{100 * error['relativeRMS']:.1f}"]


def main():
    program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/release/tilespice").resolve()
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + " --- |" * len(COLUMNS)]
    for unused, height in HEIGHTS.items():
        lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows(results(program, unused), height)]
    HERE.joinpath("heights.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

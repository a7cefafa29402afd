#!/usr/bin/env python3
"""Calibrated models of real networks against their circuits; writes results.md and results.json beside itself.

Usage, from the root of the repository after `make build`, with the shared data folder beside the checkout:
    python3 validation/calibration/validate.py [--only resnet20 squeezenet] [--limit N] [--threads N] [--keep DIR]
For every wire resistance: `tilespice calibrate` of all tiles (time of the whole process, nothing stored before),
again with --stress (models from the store), then `tilespice infer` on the exact and on the calibrated path, image
by image. --limit changes the number of images. Exits with status 1 where a target is missed.
"""
import argparse
import csv
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / ".build/release/tilespice"
EXPERIMENTS = {
    "resnet20": (HERE.parent / "resnet20/E.yaml", 1000),
    "squeezenet": (HERE / "squeezenet.yaml", 20),
}
OHMS = {1e-6: 0.0625, 1e-5: 0.625, 1e-4: 6.25}
# Per cent of the output rms; points of accuracy; seconds for all of a network on two cores.
TARGETS = {"rms": 0.1, "worst": 1.0, "points": 0.2, "seconds": {"resnet20": 60}}


def run(*arguments):
    start = time.perf_counter()
    done = subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"tilespice {' '.join(map(str, arguments))} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - start


def experiment(source, ohms, folder):
    """The experiment at one wire resistance, with its data paths made absolute."""
    text = source.read_text()
    text, count = re.subn(r"(?m)^study:.*$", f"study: {{bitLineOhms: [{ohms}]}}", text)
    assert count == 1, f"{source} has one line `study:`"
    text = re.sub(r"(\.\./)+shared", str((source.parent / "../../../shared").resolve()), text)
    path = folder / f"{source.parent.name}-{ohms}.yaml"
    path.write_text(text)
    return path


def share(text):
    """Per cent as a number; 0 where there is nothing."""
    return 0.0 if text == "–" else float(text.split("%")[0])


def calibrated(path, folder, threads):
    """Rows of all tiles and the seconds of the whole process."""
    table = folder / "tiles.csv"
    cache = folder / f"{path.stem}.cache"
    shutil.rmtree(cache, ignore_errors=True)
    seconds = run("calibrate", path, "--cache", cache, "--threads", threads)
    run("calibrate", path, "--cache", cache, "--threads", threads, "--stress", 16, "--csv", table)
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["why"].endswith("(stored)") for row in rows), "models come from the store"
    tiles = []
    for row in rows:
        outside, vectors = map(int, row["outside"].split(" of "))
        tiles.append({
            "layer": row["layer"], "tile": int(row["tile"]), "array": row["array"], "model": row["model"],
            "rms": share(row["rms"]), "percentile999": share(row["99.9 %"]), "worst": share(row["worst"]),
            "rmsLSB": None if row["rms (LSB)"] == "–" else float(row["rms (LSB)"]),
            "stressRMS": share(row["stress rms"]), "stressWorst": share(row["stress worst"]),
            "stressOutside": outside, "stressVectors": vectors})
    return tiles, seconds, cache


def inferred(path, folder, kind, cache, limit, threads):
    """The one wire point of a run."""
    out = folder / f"{path.stem}-{kind}"
    options = ["--cache", cache] if kind == "calibrated" else []
    run("infer", path, "--path", kind, "--out", out, "--limit", limit, "--threads", threads, "--quiet", *options)
    record = json.loads((out / "results.json").read_text())
    return record["points"][0]


def accuracy(path, folder, cache, limit, threads):
    exact = inferred(path, folder, "exact", cache, limit, threads)
    fast = inferred(path, folder, "calibrated", cache, limit, threads)
    results = [point["results"][-1] for point in (exact, fast)]
    predictions = [result["predictions"] for result in results]
    models = [layer["calibration"] for layer in fast["layers"]]
    seen = [model["observations"] for model in models]
    ratios = [m["observedOverPromised"] for m in models if m.get("observedOverPromised") is not None]
    return {
        "images": len(predictions[0]),
        "exactCorrect": results[0]["correct"], "calibratedCorrect": results[1]["correct"],
        "predictedDifferently": sum(a != b for a, b in zip(*predictions)),
        "millisecondsPerImage": [1000 * r["seconds"] / r["imagesTimed"] for r in results],
        "vectors": sum(s["vectors"] for s in seen), "fallbacks": sum(s["fallbacks"] for s in seen),
        "audited": sum(s["audited"] for s in seen), "observedOverPromised": max(ratios, default=None),
        # Worst audited error over the output rms in per cent; layers here have few tiles, and the largest counts.
        "observedWorst": max((100 * m["relativeWorst"] * m["observations"]["worstAmperes"] / m["promisedWorstAmperes"]
                              for m in models if m["promisedWorstAmperes"]), default=0),
        "layersObserved": len(ratios)}


def summary(name, relative, tiles, seconds, found):
    def most(key):
        return max(tile[key] for tile in tiles)
    misses = []
    for tile in tiles:
        where = f"{tile['layer']}, tile {tile['tile']}"
        for key, target in [("rms", "rms"), ("worst", "worst"), ("stressRMS", "rms"), ("stressWorst", "worst")]:
            if tile[key] > TARGETS[target]:
                misses.append(f"{where}: {key} {tile[key]} % > {TARGETS[target]} %")
    if found:
        points = 100 * abs(found["exactCorrect"] - found["calibratedCorrect"]) / found["images"]
        if name == "resnet20" and points > TARGETS["points"]:
            misses.append(f"accuracy differs by {points:.2f} points")
        if found["observedWorst"] > TARGETS["worst"]:
            misses.append(f"worst observed error {found['observedWorst']:.2g} %")
        if (found["observedOverPromised"] or 0) > 1:
            misses.append(f"observed error {found['observedOverPromised']:.2f} times the promised one")
    if seconds > TARGETS["seconds"].get(name, float("inf")):
        misses.append(f"calibration took {seconds:.0f} s")
    return {
        "network": name, "relativeResistance": relative, "tiles": len(tiles), "rms": most("rms"),
        "percentile999": most("percentile999"), "worst": most("worst"), "stressRMS": most("stressRMS"),
        "stressWorst": most("stressWorst"), "stressOutside": sum(t["stressOutside"] for t in tiles),
        "stressVectors": sum(t["stressVectors"] for t in tiles), "calibrationSeconds": seconds,
        "inference": found, "misses": misses, "models": tiles}


def markdown(results):
    lines = [
        "| network | R_segment / R_min | tiles | word lines per step | held-out rms | worst | unseen kinds: rms | worst "
        "| solved exactly | calibration |", "|" + " --- |" * 10]
    for r in results:
        steps = sorted({int(m.group(1)) for t in r["models"] if (m := re.search(r"ladder, (\d+)", t["model"]))})
        lines.append(
            f"| {r['network']} | {r['relativeResistance']:.0e} | {r['tiles']} | {steps[0]} … {steps[-1]} "
            f"| {r['rms']} % | {r['worst']} % | {r['stressRMS']} % | {r['stressWorst']} % "
            f"| {r['stressOutside']} of {r['stressVectors']} | {r['calibrationSeconds']:.1f} s |")
    lines += ["", "| network | R_segment / R_min | images | exact | calibrated | predicted differently "
              "| vectors solved exactly | observed / promised rms | observed worst |", "|" + " --- |" * 9]
    for r in results:
        if not (found := r["inference"]):
            continue
        lines.append(
            f"| {r['network']} | {r['relativeResistance']:.0e} | {found['images']} | {found['exactCorrect']} "
            f"| {found['calibratedCorrect']} | {found['predictedDifferently']} "
            f"| {found['fallbacks']} of {found['vectors']} | {found['observedOverPromised']:.2f} "
            f"| {found['observedWorst']:.2g} % |")
    misses = [f"- {r['network']}, {r['relativeResistance']:.0e}: {m}" for r in results for m in r["misses"]]
    lines += ["", "Targets missed:" if misses else "No target is missed.", *([""] + misses if misses else [])]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=list(EXPERIMENTS), default=list(EXPERIMENTS))
    parser.add_argument("--limit", type=int, help="images; 0 leaves inference out")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder for what the runs write")
    parser.add_argument("--out", type=Path, default=HERE, help="folder for results.md and results.json")
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name in options.only:
            source, images = EXPERIMENTS[name]
            limit = images if options.limit is None else options.limit
            for relative, ohms in OHMS.items():
                path = experiment(source, ohms, folder)
                path = path.rename(folder / f"{name}-{ohms}.yaml")
                tiles, seconds, cache = calibrated(path, folder, options.threads)
                found = accuracy(path, folder, cache, limit, options.threads) if limit else None
                results.append(summary(name, relative, tiles, seconds, found))
                print(name, f"{relative:.0e}", *(results[-1]["misses"] or ["meets its targets"]), sep="\n  ")
                options.out.mkdir(parents=True, exist_ok=True)
                (options.out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
                (options.out / "results.md").write_text(markdown(results))
    sys.exit(any(r["misses"] for r in results))


if __name__ == "__main__":
    main()

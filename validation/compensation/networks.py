#!/usr/bin/env python3
"""Accuracy that compensation brings back on whole networks, in arrays of full height and over seeds of errors.

Usage: networks.py [--network NAME ...] [--mapping NAME ...] [--relative X ...] [--recipe NAME ...] [--images N] [--seeds N ...]
[--threads N]. Needs a built `tilespice` (or TILESPICE, a path) and the shared data folder (or DATA, a path); adds to networks.json
beside itself, after every run, and writes networks.md, which README.md shows. Runs that networks.json has are not repeated; several
of these may run at a time.
"""
import argparse
import json
import math
import os
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAM = os.environ.get("TILESPICE", str(ROOT / ".build/release/tilespice"))
DATA = Path(os.environ.get("DATA", ROOT.parent / "shared/data"))
NETWORKS = {
    "ResNet20": f"""network: {{model: onnx, file: {DATA}/networks/resnet20-cifar10.onnx}}
data:
  model: cifar10
  test: {DATA}/cifar10/test_batch.bin
  calibration: {DATA}/cifar10/data_batch_1.bin
  normalization: imageNet
""",
    "SqueezeNet": f"""network: {{model: onnx, file: {DATA}/networks/squeezenet1.1-imagenet.onnx}}
data:
  model: images
  test: {DATA}/imagenet/val
  testLabels: {DATA}/imagenet/val_labels.txt
  calibration: {DATA}/imagenet/calib
  calibrationLabels: {DATA}/imagenet/calib_labels.txt
  crop: {{model: window, top: 1, left: 1, height: 224, width: 224}}
  normalization: imageNet
""",
}
# Bit-line segment over the smallest resistance of a cell; the cell conducts 16 µS.
RELATIVE = [1e-6, 3e-6, 1e-5, 2e-5, 3e-5, 1e-4, 3e-4, 1e-3]
MAPPINGS = {"differential": "differentialPair", "offset": "{model: offset, removal: unitColumn}"}
HARDWARE = """hardware:
  cell: {{onConductanceSiemens: 16e-6, onOffRatio: .inf, readVolts: 0.1}}
  mapping: {mapping}
  tile: {{wordLines: 1152, bitLines: 256, unusedWordLines: far}}
  wires: {{bitLineOhms: {ohms}}}
  converter: {{model: uniform, bits: {bits}, range: {{model: calibrated, percent: {percent:g}}}}}
  errors: {{programming: {{model: stateIndependent, alpha: {alpha}}}}}
"""
# Test images; fewer where little is left to tell apart.
IMAGES = {"ResNet20": 500, "SqueezeNet": 100}


def test_images(network, mapping, relative):
    if network == "SqueezeNet" and relative > 1e-4:
        return 20
    return 50 if (network, mapping) == ("SqueezeNet", "offset") else IMAGES[network]


# Part of what converters see that their range covers, in percent: SqueezeNet's values are so sparse that wires leave 99.98 % zeros.
COVERED = {"ResNet20": 99.98, "SqueezeNet": 100}
# Programming errors over the range of conductances, and bits of converters. Without wires, errors of 1 % in offset arrays leave
# nothing of SqueezeNet, and converters of 8 bits half of it.
ALPHA, BITS = {("SqueezeNet", "offset"): 0.001}, {("SqueezeNet", "offset"): 10}
USUAL_ALPHA, USUAL_BITS = 0.01, 8
# Name, what is compensated.
RECIPES = [
    ("gains", "{gains: column, images: 32}"),
    ("compensated", "{gains: column, programming: voltageLoss, images: 32}"),
    ("with reconstruction", "{gains: column, programming: voltageLoss, reconstruction: {steps: 2}, images: 64}"),
]
NOTHING, CONTROL = "nothing", "control: lower G_on with the same gains"
ROWS = [NOTHING, "gains", "compensated", "with reconstruction", CONTROL]


def run(network, mapping, relative, seed, compensation, images, threads):
    text = f"version: 1\nname: compensation\nseed: {seed}\n" + NETWORKS[network] + HARDWARE.format(
        mapping=MAPPINGS[mapping], ohms=f"{relative / 16e-6:.6g}", alpha=ALPHA.get((network, mapping), USUAL_ALPHA),
        bits=BITS.get((network, mapping), USUAL_BITS), percent=COVERED[network])
    text += f"path: exact\ncompensation: {compensation}\nauditVectors: 0\ncompare: [float]\n"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "E.yaml").write_text(text)
        subprocess.run([PROGRAM, "infer", "E.yaml", "--threads", str(threads), "--limit", str(images), "--quiet", "--out", "results"],
                       cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return json.loads(Path(folder, "results/results.json").read_text())


def found(record):
    point = record["points"][0]
    correct = {result["run"].split()[0]: result["correct"] for result in point["results"]}
    own = point["results"][-1]
    return {
        "images": record["imageCount"], "float": record["digitalFloat"]["correct"], "correct": correct,
        "preparationSeconds": point["preparationSeconds"], "secondsPerImage": own["seconds"] / max(own["imagesTimed"], 1),
        "calibrationImages": point["compensation"]["images"],
        "beyondRange": sum(layer.get("cellsBeyondRange", 0) for layer in point["compensation"]["layers"]),
    }


def mean_interval(values):
    """Mean with the half width of its 95 % interval, by Student's t."""
    n, mean = len(values), sum(values) / len(values)
    if n < 2:
        return f"{mean:.1f}"
    t = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78}.get(n, 2.0)
    spread = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1))
    return f"{mean:.1f} ± {t * spread / math.sqrt(n):.1f}"


def page(stored):
    text = ""
    for network in NETWORKS:
        for mapping in MAPPINGS:
            own = {key: value for key, value in stored.items() if key.startswith(f"{network}/{mapping}/")}
            if not own:
                continue
            first = max(own.values(), key=lambda value: value["images"])
            counts = sorted({value["images"] for value in own.values()}, reverse=True)
            images = first["images"]
            alpha, bits = ALPHA.get((network, mapping), USUAL_ALPHA), BITS.get((network, mapping), USUAL_BITS)
            columns = [r for r in RELATIVE if any(key.split("/")[2] == f"{r:g}" for key in own)]
            text += f"\n### {network}, {mapping}\n\n"
            text += (f"{' or '.join(map(str, counts))} images, programming errors of {100 * alpha:g} % of the range, converters of {bits} bits, seeds in "
                     f"brackets; float {100 * first['float'] / images:.1f} %.\n\n")
            text += f"| R_segment / R_min | {' | '.join(f'{r:.0e}' for r in columns)} |\n| --- |{' ---: |' * len(columns)}\n"
            for row in ROWS:
                cells = []
                for relative in columns:
                    recipe, kind = (row, "arrays") if row in dict(RECIPES) else ("compensated", {
                        NOTHING: "uncompensated", CONTROL: "lowConductance"}[row])
                    values = [100 * value["correct"][kind] / value["images"] for key, value in own.items()
                              if key.split("/")[2] == f"{relative:g}" and key.split("/")[4] == recipe]
                    cells.append(f"{mean_interval(values)} ({len(values)})" if values else "–")
                if any(cell != "–" for cell in cells):
                    text += f"| {row} | {' | '.join(cells)} |\n"
            costs = []
            for recipe, _ in RECIPES:
                found = sorted(v["preparationSeconds"] / v["calibrationImages"] / v["secondsPerImage"] for key, v in own.items()
                               if key.split("/")[4] == recipe)
                if found:
                    costs.append(f"{recipe} {found[len(found) // 2]:.1f}")
            text += f"\nPreparation in inferences of the calibration images, median of the runs: {', '.join(costs)}.\n"
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", nargs="+", choices=list(NETWORKS), default=["ResNet20"])
    parser.add_argument("--mapping", nargs="+", choices=list(MAPPINGS), default=["differential"])
    parser.add_argument("--relative", nargs="+", type=float, default=RELATIVE)
    parser.add_argument("--recipe", nargs="+", choices=[name for name, _ in RECIPES], default=[name for name, _ in RECIPES])
    parser.add_argument("--images", type=int, help="test images; by default those of the page")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="write networks.md from networks.json")
    options = parser.parse_args()
    path = HERE / "networks.json"

    def known():
        return json.loads(path.read_text()) if path.exists() else {}

    for seed in [] if options.page else options.seeds:
        for network in options.network:
            for mapping in options.mapping:
                for relative in options.relative:
                    for name, compensation in RECIPES:
                        key = f"{network}/{mapping}/{relative:g}/{seed}/{name}"
                        if key in known() or name not in options.recipe:
                            continue
                        start = time.time()
                        own = found(run(network, mapping, relative, seed, compensation, options.images or test_images(network, mapping, relative),
                                        options.threads))
                        aside = path.with_suffix(f".{os.getpid()}")
                        aside.write_text(json.dumps(known() | {key: own}, indent=1, sort_keys=True) + "\n")
                        aside.replace(path)
                        print(f"{key}: {own['correct']} in {time.time() - start:.0f} s", flush=True)
    stored = known()
    (HERE / "networks.md").write_text(page(stored))


if __name__ == "__main__":
    main()

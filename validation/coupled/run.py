#!/usr/bin/env python3
"""Networks on real cells and on lines that cross; single arrays of such cells. Writes coupled.md and coupled.json beside itself.

Usage, from the root of the repository after `make build`, with the shared data folder beside the checkout, on an otherwise idle
machine:
    python3 validation/coupled/run.py [--quick] [--only TEXT]
Networks: ResNet20 on CIFAR-10, ResNet50 on ImageNet, 8-bit bit-serial inputs, and the bundled network on digits with 8-bit voltages;
differential pairs, on/off 100, 8-bit converters, R_segment / R_min 1e-5 of every resistive line, two tasks; predictions against those of the exact path. Arrays: `mvm` of 64 vectors with a fifth of the bits on, or of
voltages, one core. Calibrated: the same arrays over wire resistances, vectors of every density, blocks and combs, against the exact
path. About ten minutes.
"""
import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = ROOT / ".build/release/tilespice"
SHARED = ROOT.parent / "shared" / "data"
LAWS = {
    "linear": "linear",
    "1T1R": "{model: transistor, gateVolts: 1.5, thresholdVolts: 0.4, transconductance: 1e-3}",
    "selector": "{model: selector, saturationAmperes: 1e-6, slopeVolts: 0.05}",
    "sinh": "{model: sinh, scaleVolts: 0.1}",
}
# Network, law, source lines or voltages on the word lines, word lines and bit lines of a tile, path, images, and milliseconds per
# image that are asked.
NETWORKS = [
    ("ResNet20", "1T1R", "parallel", 1152, 256, "exact", 1000, 35),
    ("ResNet20", "selector", "parallel", 128, 128, "exact", 1000, None),
    ("ResNet20", "sinh", "parallel", 128, 128, "exact", 1000, None),
    ("ResNet20", "linear", "crossing", 128, 128, "exact", 300, None),
    ("ResNet20", "linear", "crossing", 128, 128, "calibrated", 1000, 50),
    ("ResNet20", "linear", "crossing", 1152, 256, "exact", 300, None),
    ("ResNet20", "linear", "crossing", 1152, 256, "calibrated", 1000, 50),
    ("ResNet20", "1T1R", "crossing", 128, 128, "exact", 300, None),
    ("ResNet20", "1T1R", "crossing", 128, 128, "calibrated", 1000, None),
    ("ResNet20", "selector", "crossing", 128, 128, "exact", 300, None),
    ("ResNet20", "selector", "crossing", 128, 128, "calibrated", 1000, 60),
    ("ResNet20", "sinh", "crossing", 128, 128, "exact", 300, None),
    ("ResNet20", "sinh", "crossing", 128, 128, "calibrated", 1000, 80),
    ("ResNet50", "1T1R", "parallel", 1152, 256, "exact", 20, 1000),
    ("digits", "linear", "voltages", 64, 64, "exact", 540, 0.5),
    ("digits", "sinh", "voltages", 64, 64, "exact", 50, None),
    ("digits", "selector", "voltages", 64, 64, "exact", 50, None),
]
SOURCES = {
    "digits": "",
    "ResNet20": """network: {{model: onnx, file: {data}/networks/resnet20-cifar10.onnx}}
data:
  model: cifar10
  test: {data}/cifar10/test_batch.bin
  calibration: {data}/cifar10/data_batch_1.bin
  normalization: imageNet
""",
    "ResNet50": """network: {{model: onnx, file: {data}/networks/resnet50-imagenet-qdq.onnx}}
data:
  model: images
  test: {data}/imagenet/val
  testLabels: {data}/imagenet/val_labels.txt
  calibration: {data}/imagenet/calib
  calibrationLabels: {data}/imagenet/calib_labels.txt
  crop: {{model: window, top: 1, left: 1, height: 224, width: 224}}
  normalization: imageNet
""",
}
DRIVES = {
    "parallel": "wires: {bitLineOhms: 0.625}",
    "crossing": "sourceLine: crossing\n  wires: {bitLineOhms: 0.625, sourceLineOhms: 0.625}",
    "voltages": "inputs: voltages\n  wires: {bitLineOhms: 0.625, wordLineOhms: 0.625}",
}
EXPERIMENT = """version: 1
name: coupled
seed: 1
{source}hardware:
  cell: {{onConductanceSiemens: 16e-6, onOffRatio: 100, readVolts: 0.1}}
  law: {law}
  tile: {{wordLines: {rows}, bitLines: {columns}}}
  {drive}
  converter: {{model: uniform, bits: 8, range: calibrated}}
path: {path}
"""
# Drive, law, and milliseconds per vector that are asked.
ARRAYS = [("crossing", "linear", 0.3), ("crossing", "sinh", 3), ("crossing", "selector", None), ("crossing", "1T1R", 5),
          ("voltages", "linear", None), ("voltages", "sinh", 3), ("voltages", "selector", None)]
# Law and R_segment / R_min of calibrated arrays.
CALIBRATED = [(law, ratio) for law in ("linear", "1T1R", "selector", "sinh") for ratio in (1e-6, 1e-5, 3e-5, 1e-4)]


def run(command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def network(folder, case, images):
    name, law, lines, rows, columns, path, _, target = case
    file, out = folder / "E.yaml", folder / "out"
    file.write_text(EXPERIMENT.format(source=SOURCES[name].format(data=SHARED), law=LAWS[law], drive=DRIVES[lines], rows=rows,
                                      columns=columns, path=path))
    run([PROGRAM, "infer", file, "--threads", 2, "--limit", images, "--out", out, "--quiet", "--compare", "integer"])
    record = json.loads((out / "results.json").read_text())
    point = record["points"][0]
    result = point["results"][-1]
    found = {"network": name, "law": law, "sourceLine": lines, "tile": f"{rows} × {columns}", "path": path, "images": images, "target": target,
             "correct": result["correct"], "integer": record["digitalInteger"]["correct"],
             "milliseconds": 1000 * result["seconds"] / result["imagesTimed"], "preparationSeconds": point["preparationSeconds"],
             "meanDrop": max(layer["meanDrop"] for layer in point["layers"]),
             "worstError": max(layer["worstRelativeError"] for layer in point["layers"]), "predictions": result["predictions"]}
    if path == "calibrated":
        seen = [layer["calibration"] for layer in point["layers"]]
        found["fallbacks"] = sum(one["observations"]["fallbacks"] for one in seen)
        found["vectors"] = sum(one["observations"]["vectors"] for one in seen)
        found["observedOverPromised"] = max(one["observedOverPromised"] for one in seen if one.get("observedOverPromised") is not None)
    return found


def array(folder, drive, law, target, vectors=64, size=128):
    random = np.random.default_rng(1)
    np.save(folder / "g.npy", 1e-4 * (0.01 + 0.99 * random.random((size, size)) ** 2))
    if drive == "crossing":
        np.save(folder / "x.npy", (random.random((vectors, size)) < 0.2).astype(float))
        top = "topology: gateDriven\nsourceLine: crossing\nwires: {bitLineOhms: 1, sourceLineOhms: 1}"
    else:
        np.save(folder / "x.npy", 0.2 * random.random((vectors, size)))
        top = "topology: voltageDriven\nwires: {bitLineOhms: 1, wordLineOhms: 1}"
    (folder / "A.yaml").write_text(f"version: 2\nconductances: g.npy\nreadVolts: 0.2\nlaw: {LAWS[law]}\n{top}\n")
    text = run(["taskset", "-c", 0, PROGRAM, "mvm", folder / "A.yaml", "--inputs", folder / "x.npy", "--out", folder / "y.npy"])
    exact = run([PROGRAM, "mvm", folder / "A.yaml", "--inputs", folder / "x.npy", "--out", folder / "k.npy", "--path", "klu"])
    assert exact
    ours, theirs = np.load(folder / "y.npy"), np.load(folder / "k.npy")
    value, unit = re.search(r"([\d.]+) (s|ms|µs) for", text).groups()
    seconds = float(value) * {"s": 1, "ms": 1e-3, "µs": 1e-6}[unit]
    return {"drive": drive, "law": law, "target": target, "milliseconds": 1000 * seconds / vectors,
            "method": re.search(r"method +exact: (.*)", text)[1], "error": float(np.abs(ours - theirs).max() / np.abs(theirs).max())}


def calibrated(folder, law, ratio, size=128):
    """A calibrated model of one array against the exact path, on vectors of no kind alone."""
    random = np.random.default_rng(2)
    np.save(folder / "g.npy", 1e-4 * (0.01 + 0.99 * random.random((size, size)) ** 2))
    lines = np.arange(size)
    rows = [random.random(size) < density for density in np.linspace(0.05, 1, 40)]
    rows += [(lines >= first) & (lines < first + length) for first, length in random.integers(1, size, (12, 2))]
    rows += [(lines // period) % 2 == 0 for period in range(1, 13)]
    np.save(folder / "x.npy", np.array(rows, float))
    (folder / "A.yaml").write_text(
        f"version: 2\nconductances: g.npy\nreadVolts: 0.2\nlaw: {LAWS[law]}\ntopology: gateDriven\nsourceLine: crossing\n"
        f"wires: {{bitLineOhms: {1e4 * ratio:g}, sourceLineOhms: {1e4 * ratio:g}}}\n")
    texts, found = {}, {}
    for path in ("calibrated", "exact", "ideal"):
        texts[path] = run(["taskset", "-c", 0, PROGRAM, "mvm", folder / "A.yaml", "--inputs", folder / "x.npy", "--out", folder / "y.npy",
                           "--path", path])
        found[path] = np.load(folder / "y.npy")
    value, unit = re.search(r"([\d.]+) (s|ms|µs) for", texts["calibrated"]).groups()
    error = (found["calibrated"] - found["exact"]) / np.sqrt((found["exact"] ** 2).mean())
    return {"law": law, "ratio": ratio, "drop": float(1 - found["exact"].sum() / found["ideal"].sum()),
            "method": re.search(r"method +calibrated: (.*)", texts["calibrated"])[1],
            "rms": float(np.sqrt((error ** 2).mean())), "worst": float(np.abs(error).max()),
            "microseconds": float(value) * {"s": 1e6, "ms": 1e3, "µs": 1}[unit] / len(rows)}


def goal(value, target):
    return "–" if target is None else f"{target} ms: " + ("met" if value <= target else "missed")


def markdown(found, machine):
    def arrays(one):
        return one["network"], one["law"], one["sourceLine"], one["tile"]

    lines = [f"{machine}.", "",
             "| network | cells | source lines | tiles | path | images | correct | as exact | ms per image | asked | preparation "
             "| largest mean drop | error to circuits |", "| --- " * 13 + "|"]
    exact = {arrays(one): one["predictions"] for one in found["networks"] if one["path"] == "exact"}
    for one in found["networks"]:
        same = exact.get(arrays(one), [])
        agreeing, compared = sum(a == b for a, b in zip(one["predictions"], same)), min(len(same), one["images"])
        lines.append(
            f"| {one['network']} | {one['law']} | {one['sourceLine']} | {one['tile']} | {one['path']} | {one['images']} "
            f"| {one['correct']} (int8 {one['integer']}) | {agreeing} of {compared} | {one['milliseconds']:.3g} | {goal(one['milliseconds'], one['target'])} | {one['preparationSeconds']:.1f} s "
            f"| {100 * one['meanDrop']:.2f} % | {one['worstError']:.1e} |")
    lines.append("")
    for one in found["networks"]:
        if one["path"] == "calibrated":
            lines.append(f"Calibrated, {one['law']}, {one['tile']}: {one['fallbacks']} of {one['vectors']} vectors solved exactly; observed over promised "
                         f"rms error of the worst layer {one['observedOverPromised']:.2f}.")
    lines += ["", "| 128 × 128 | cells | method | ms per vector | asked | difference to KLU |", "| --- " * 6 + "|"]
    for one in found["arrays"]:
        drive = "source lines across, 20 % on" if one["drive"] == "crossing" else "voltages, wires on both lines"
        lines.append(f"| {drive} | {one['law']} | {one['method']} | {one['milliseconds']:.3g} | {goal(one['milliseconds'], one['target'])} "
                     f"| {one['error']:.0e} |")
    lines += ["", "| 128 × 128, calibrated | R_segment / R_min | mean drop | model, with its promise | rms, worst error to the exact path "
              "| µs per vector |", "| --- " * 6 + "|"]
    for one in found["calibrated"]:
        lines.append(f"| {one['law']} | {one['ratio']:.0e} | {100 * one['drop']:.1f} % | {one['method']} | {100 * one['rms']:.4f} %, "
                     f"{100 * one['worst']:.3f} % | {one['microseconds']:.1f} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a fiftieth of the images; writes nothing")
    parser.add_argument("--only", metavar="TEXT", help="networks whose case has this text, such as 'ResNet50 1T1R'; no arrays; writes nothing")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    found = {"networks": [], "arrays": [], "calibrated": []}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for case in () if options.only else ARRAYS:
            found["arrays"].append(array(folder, *case))
        for case in () if options.only else CALIBRATED:
            found["calibrated"].append(calibrated(folder, *case))
        for case in NETWORKS:
            if options.only and options.only not in " ".join(map(str, case)):
                continue
            one = network(folder, case, max(2, case[6] // 50) if options.quick else case[6])
            found["networks"].append(one)
            print(*case[:6], f"{one['milliseconds']:.1f} ms", flush=True)
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    text = markdown(found, f"{cpu}, {os.cpu_count()} cores, load before the run {load:.2f}")
    if not options.quick and not options.only:
        (HERE / "coupled.json").write_text(json.dumps(found) + "\n")
        (HERE / "coupled.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()

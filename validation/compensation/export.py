#!/usr/bin/env python3
"""Holds the file that `tilespice compensate` writes against ONNX Runtime and against the compensated run.

Usage: export.py [--threads N]. Needs a built `tilespice` (or TILESPICE, a path), numpy, onnx and onnxruntime; writes export.md,
which README.md shows. Fails where the file is not what the arrays are given.
"""
import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAM = os.environ.get("TILESPICE", str(ROOT / ".build/release/tilespice"))
DIGITS = ROOT / "Sources/Experiments/Resources/digits"
HARDWARE = """hardware:
  cell: {onConductanceSiemens: 16e-6, onOffRatio: 100, readVolts: 0.1}
  tile: {wordLines: 64, bitLines: 64}
  wires: {bitLineOhms: 2000}
  converter: {model: uniform, bits: 8, range: calibrated}
path: exact
auditVectors: 0
"""
COMPENSATION = "compensation: {gains: column, programming: voltageLoss, reconstruction: {steps: 2}, images: 64}\n"


def infer(folder, name, text, threads):
    Path(folder, f"{name}.yaml").write_text("version: 1\n" + text)
    subprocess.run([PROGRAM, "infer", f"{name}.yaml", "--logits", "--threads", str(threads), "--quiet", "--out", name], cwd=folder,
                   check=True, stdout=subprocess.DEVNULL)
    record = json.loads(Path(folder, name, "results.json").read_text())

    def outputs(run):
        return np.load(Path(folder, name, f"outputs-{run.replace(' ', '-')}.npy"))

    return record, outputs(record["points"][0]["results"][-1]["run"]), outputs("float")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    threads = parser.parse_args().threads
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "own.yaml").write_text("version: 1\n" + HARDWARE + COMPENSATION)
        subprocess.run([PROGRAM, "compensate", "own.yaml", "--export", "tuned.onnx", "--threads", str(threads)], cwd=folder,
                       check=True, stdout=subprocess.DEVNULL)
        path = Path(folder, "tuned.onnx")
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        own, of_run, _ = infer(folder, "own", HARDWARE + COMPENSATION + "compare: [float]\n", threads)
        read, of_file, program = infer(folder, "read", f"network: {{model: onnx, file: {path}}}\ndata: digits\n" + HARDWARE
                                       + "compare: [float]\n", threads)
        images = np.load(DIGITS / "test_images.npy").astype(np.float32) / 16
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = onnxruntime.InferenceSession(path, options)
        name = session.get_inputs()[0].name
        runtime = np.array([session.run(None, {name: image.reshape(1, 1, 8, 8)})[0][0] for image in images])
    spread = program.std()
    worst = np.abs(program - runtime).max() / spread
    moved = (np.abs(program - runtime).max(1) > 1e-4 * spread).sum()
    same = (of_run.argmax(1) == of_file.argmax(1)).sum()
    rms = np.sqrt(((of_run - of_file) ** 2).mean()) / of_run.std()
    kinds = [node.op_type for node in model.graph.node]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("QuantizeLinear", "DequantizeLinear", "Mul", "Add"))
    correct = {key: record["points"][0]["results"][-1]["correct"] for key, record in (("run", own), ("file", read))}
    text = f"""`export.py` writes the digits network as compensated at 2 kΩ ({counts}), which passes ONNX's checker, and runs the file.

| {len(images)} images | |
| --- | --- |
| this program against ONNX Runtime {onnxruntime.__version__}, largest difference of a logit over their spread | {worst:.1e} |
| images whose logits differ by more than 1e-4 of it, by a code on the edge of two | {moved} |
| correct on arrays: the compensated run, the file without further compensation | {correct['run']}, {correct['file']} |
| the same class on arrays | {same} |
| rms difference of their logits over their spread, converter ranges measured anew | {rms:.1e} |
"""
    (HERE / "export.md").write_text(text)
    print(text)
    if moved > len(images) // 50 or same < 0.98 * len(images):
        raise SystemExit("export: the file is not what the arrays are given")


if __name__ == "__main__":
    main()

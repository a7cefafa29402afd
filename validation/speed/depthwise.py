#!/usr/bin/env python3
"""Measures depthwise layers on arrays with wires against full convolutions; writes depthwise.md beside itself.

Usage, from the root of the repository after `make build`, on an otherwise idle machine (two minutes), with the Python packages
numpy and onnx:
    python3 validation/speed/depthwise.py
Both layers have 3 × 3 kernels, 512 input channels and 14 × 14 pixels, and drawn weights and images: the depthwise one has 512
groups, packed along the diagonals of arrays, the full one as many outputs as make about as many cells. One core; the
processor time of a run with 64 images less that with 4, each the least of three alternating rounds. Cells are those that `inspect` counts: whole arrays.
"""
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / ".build/release/tilespice"
CHANNELS, PIXELS = 512, 14
# Word lines, bit lines, outputs of the full convolution.
TILES = [(64, 64, 32), (128, 128, 64), (256, 256, 128), (1152, 256, 128)]
FEW, MANY = 4, 64


def network(folder, name, groups, outputs):
    random = np.random.default_rng(1)
    weights = random.normal(size=(outputs, CHANNELS // groups, 3, 3)).astype(np.float32)
    dense = random.normal(size=(10, outputs)).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], name="conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1], group=groups),
        helper.make_node("GlobalAveragePool", ["c"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("Gemm", ["f", "d"], ["y"], transB=1, name="dense")]
    shapes = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", CHANNELS, PIXELS, PIXELS]),
              helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 10])]
    graph = helper.make_graph(nodes, "g", shapes[:1], shapes[1:],
                              [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(dense, "d")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, folder / f"{name}.onnx")


def experiment(folder, name, word_lines, bit_lines):
    path = folder / f"{name}-{word_lines}.yaml"
    path.write_text(f"""version: 1
network: {{model: onnx, file: {name}.onnx}}
data: {{model: npy, images: x.npy, calibrationImages: x.npy}}
task: none
path: exact
hardware:
  cell: {{onConductanceSiemens: 16e-6, onOffRatio: .inf, readVolts: 0.1}}
  tile: {{wordLines: {word_lines}, bitLines: {bit_lines}}}
  wires: {{bitLineOhms: 1}}
  converter: {{model: uniform, bits: 8, range: calibrated}}
layers: {{dense: {{path: ideal}}}}
auditVectors: 0
quantization: {{calibrationImages: 2}}
converterImages: 2
""")
    return path


def ran(*arguments):
    done = subprocess.run([str(one) for one in (PROGRAM, *arguments)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def seconds(path, limit, folder):
    """Processor time of a run with `limit` images."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    ran("infer", path, "--compare", "none", "--threads", 1, "--limit", limit, "--quiet", "--out", folder / "out")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def cells(path):
    row = next(line for line in ran("inspect", path).splitlines() if line.startswith("conv "))
    return int(re.split(r"  +", row)[7])


def main():
    lines = ["| tile | depthwise cells | full cells | depthwise | full | rate of cells | of columns in use |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        random = np.random.default_rng(2)
        np.save(folder / "x.npy", np.maximum(random.normal(size=(MANY, CHANNELS, PIXELS, PIXELS)), 0).astype(np.float32))
        network(folder, "depthwise", CHANNELS, CHANNELS)
        for word_lines, bit_lines, outputs in TILES:
            network(folder, "full", 1, outputs)
            paths = [experiment(folder, name, word_lines, bit_lines) for name in ("depthwise", "full")]
            least = {}
            for _ in range(3):
                for path in paths:
                    for limit in (FEW, MANY):
                        least[path, limit] = min(least.get((path, limit), float("inf")), seconds(path, limit, folder))
            best = [(least[path, MANY] - least[path, FEW]) / (MANY - FEW) for path in paths]
            counts = [cells(path) for path in paths]
            rate = counts[0] / best[0] / (counts[1] / best[1])
            # Groups of nine word lines along the diagonal, a pair of columns each; the full layer uses every column.
            used = 2 * min(word_lines // 9, bit_lines // 2) / bit_lines
            lines.append(f"| {word_lines} × {bit_lines} | {counts[0]} | {counts[1]} | {1000 * best[0]:.1f} ms | "
                         f"{1000 * best[1]:.1f} ms | {rate:.2f} | {rate * used:.2f} |")
            print(lines[-1])
    (HERE / "depthwise.md").write_text(
        "<!-- Written by depthwise.py. -->\n\nA depthwise layer of 512 channels (3 × 3, 14 × 14 pixels) on exact arrays with wires, "
        "and a full convolution\nof as many cells: one core, milliseconds per image. Rates\nare cells of the depthwise layer per second over those of the full one: of whole arrays, as `inspect` counts them, "
        "and of the\ncolumns that hold weights alone.\n\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""Times of calls from Python against the same work in the program; to be run on an idle machine.

1. Import, in fresh interpreters, beside numpy's.
2. 64 vectors through an array of 1152 x 256 cells with wires, against the time that `tilespice mvm` prints.
3. `core @ x` with a matrix of 256 x 1152 on such arrays, 64 vectors, against the call from Swift that
   `Benchmarks matrix` times (`swift build` of that product, with the flags of `make bench`).
4. With PyTorch: ResNet20 (random weights) at batch 32, against `tilespice infer` on the exported network.

`TILESPICE` names the program, by default .build/release/tilespice.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import tilespice as ts

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TILESPICE", str(ROOT / ".build/release/tilespice"))
UNITS = {"µs": 1e-6, "ms": 1e-3, "s": 1.0}


def best(body, repeats=10):
    """Least and median seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return min(times), sorted(times)[repeats // 2]


def imports():
    def fresh(module):
        code = f"import numpy, time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
        return min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5))

    print(f"import: {1000 * fresh('tilespice'):.0f} ms after numpy")


def array(folder):
    rng = np.random.default_rng(1)
    g, x = rng.uniform(1e-6, 1e-4, (1152, 256)), rng.random((64, 1152)) < 0.25
    np.save(folder / "g.npy", g)
    np.save(folder / "x.npy", x.astype(float))
    settings = {"topology": "gateDriven", "wires": {"bitLineOhms": 1.0}}
    (folder / "A.yaml").write_text(json.dumps({"version": 1, "conductances": "g.npy", **settings}))
    printed = []
    for _ in range(10):
        text = subprocess.check_output(
            [PROGRAM, "mvm", "A.yaml", "--inputs", "x.npy", "--out", "i.npy"], cwd=folder, text=True
        )
        value, unit = re.search(r"prepare, ([\d.]+) (\S+) for 64", text).groups()
        printed.append(float(value) * UNITS[unit])
    own = ts.Array(g, **settings)
    own.mvm(x)
    least, median = best(lambda: own.mvm(x), 30)
    print(
        f"mvm 1152 x 256 x 64: {1000 * least:.2f} ms (median {1000 * median:.2f}), "
        f"program {1000 * min(printed):.2f} ms: ratio {least / min(printed):.3f}"
    )


def matrix():
    w = (7 * np.arange(256)[:, None] + 3 * np.arange(1152)) % 11 / 5 - 1
    x = np.ascontiguousarray(((5 * np.arange(64)[:, None] + 7 * np.arange(1152)) % 13 / 12).T)
    hardware = {
        "tile": {"wordLines": 1152, "bitLines": 256}, "wires": {"bitLineOhms": 1.0}, "converter": "ideal",
    }  # fmt: skip
    core = ts.AnalogMatrix(w, hardware)
    core @ x
    benchmarks = Path(PROGRAM).with_name("Benchmarks")
    if not benchmarks.exists():
        print(f"core @ x: {1000 * best(lambda: core @ x, 20)[0]:.2f} ms; there is no {benchmarks}")
        return
    # In turn, so that a drift of the machine meets both.
    own, program = [], []
    for _ in range(3):
        own.append(best(lambda: core @ x, 20)[0])
        text = subprocess.check_output([benchmarks, "matrix"], text=True)
        program.append(float(re.search(r"([\d.]+) ms, median", text).group(1)) / 1000)
    print(
        f"core @ x, 256 x 1152 x 64: {1000 * min(own):.2f} ms, from Swift {1000 * min(program):.2f} ms: "
        f"ratio {min(own) / min(program):.3f}"
    )


def resnet20(folder):
    try:
        import tilespice.torch as analog
        import torch
        from torch import nn
    except ImportError:
        print("ResNet20: PyTorch is not installed")
        return

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.first = nn.Conv2d(inputs, outputs, 3, stride, 1)
            self.second = nn.Conv2d(outputs, outputs, 3, 1, 1)
            self.short = nn.Identity() if stride == 1 else nn.Conv2d(inputs, outputs, 1, stride)

        def forward(self, x):
            return torch.relu(self.second(torch.relu(self.first(x))) + self.short(x))

    torch.manual_seed(1)
    blocks = [
        Block(16 * max(1, s // 2 if b == 0 else s), 16 * s, 2 if b == 0 and s > 1 else 1)
        for s in (1, 2, 4)
        for b in range(3)
    ]
    net = nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1), nn.ReLU(), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)
    ).eval()
    x = torch.rand(96, 3, 32, 32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net, (x[:1],), folder / "net.onnx", dynamo=False, input_names=["input"])
    np.save(folder / "images.npy", x.numpy())
    hardware = {"tile": {"wordLines": 1152, "bitLines": 256}}
    found = ts.Experiment({
        "auditVectors": 0, "compare": [], "hardware": hardware,
        "network": {"model": "onnx", "file": str(folder / "net.onnx")},
        "data": {"model": "npy", "images": str(folder / "images.npy"),
                 "calibrationImages": str(folder / "images.npy")},
    }).run(threads=1)  # fmt: skip
    program = found.points[0].result.seconds_per_image
    own = analog.convert(net, hardware, x[:64], threads=1)
    torch.set_num_threads(1)
    with torch.no_grad():
        least, _ = best(lambda: own(x[:32]), 5)
    print(
        f"ResNet20, batch 32, one core: {1000 * least / 32:.2f} ms per image, infer "
        f"{1000 * program:.2f} ms: ratio {least / 32 / program:.2f}"
    )


if __name__ == "__main__":
    print(ts.software())
    imports()
    with tempfile.TemporaryDirectory() as name:
        array(Path(name))
        matrix()
        resnet20(Path(name))

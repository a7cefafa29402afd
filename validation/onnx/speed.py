"""Seconds per image of ONNX Runtime on the shared networks, beside those of `Benchmarks digital`.

    python3 speed.py ../../../shared/data/networks ../../.build/release/Benchmarks

Both run on two threads, in turn, so that a drift of the machine's speed meets both: ONNX Runtime with two threads inside one
image, images one after the other, graph optimisations as by default; the digital float path with one image on each thread.
The zip files of reference inputs give the images. Minimum and median of the rounds.
"""

import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np
import onnxruntime as ort

networks, program = sys.argv[1:3]
names = ["resnet20-cifar10", "resnet8-cifar10", "squeezenet1.1-imagenet", "resnet50-imagenet-qdq"]
ROUNDS = 7
table = {}
for name in names:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(f"{networks}/{name}.onnx", options, providers=["CPUExecutionProvider"])
    images = np.load(f"{networks}/{name}.ref.npz")["input"]
    count = 200 if "cifar" in name else 8
    batch = [images[k % len(images)][None] for k in range(count)]

    def peer():
        start = time.perf_counter()
        for image in batch:
            session.run(None, {"input": image})
        return (time.perf_counter() - start) / count

    def own():
        environment = dict(os.environ, TILESPICE_SHARED=os.path.abspath(networks + "/../.."))
        result = subprocess.run([program, "digital", name], capture_output=True, text=True, check=True, env=environment)
        return float(result.stdout.split()[-1])

    peer(), own()
    rounds = [(peer(), own()) for _ in range(ROUNDS)]
    table[name] = {
        "onnxruntimeMilliseconds": statistics.median(r[0] for r in rounds) * 1e3,
        "milliseconds": statistics.median(r[1] for r in rounds),
        "ratio": statistics.median(r[1] / r[0] / 1e3 for r in rounds),
        "bestRatio": min(r[1] / r[0] / 1e3 for r in rounds),
    }
    print(name, json.dumps(table[name]), f"load {os.getloadavg()[0]:.1f}", flush=True)
with open("speed.json", "w") as file:
    json.dump(dict(onnxruntime=ort.__version__, threads=2, networks=table), file, indent=1)
    file.write("\n")

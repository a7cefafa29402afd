"""Time per image of ONNX Runtime on the shared networks beside the digital float path's.

    make bench   # builds .build/release/Benchmarks
    VENV/bin/python validation/onnx/speed.py ../shared .build/release/Benchmarks

Wall-clock milliseconds per image on two threads: ONNX Runtime with two threads inside an image, images one after the other,
graph optimizations as by default; the digital path with one image on each thread. Processor milliseconds on one thread beside
them: on a busy machine only these are steady. The two programs run in turn, and the least of the rounds counts. Writes
`speed.json` beside this file.
"""

import json
import os
import re
import subprocess
import sys
import time

import numpy as np
import onnxruntime as ort

shared, program = (os.path.abspath(path) for path in sys.argv[1:3])
names = ["resnet20-cifar10", "resnet8-cifar10", "squeezenet1.1-imagenet", "resnet50-imagenet-qdq"]
ROUNDS = 3


def session(name, threads):
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that wait in a loop would count as processor time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if threads > 1 else "0")
    return ort.InferenceSession(f"{shared}/data/networks/{name}.onnx", options, providers=["CPUExecutionProvider"])


def seconds(run, image, count, clock):
    start = clock()
    for _ in range(count):
        run.run(None, {"input": image})
    return (clock() - start) / count * 1e3


peers = {name: (session(name, 2), session(name, 1), np.load(f"{shared}/data/networks/{name}.ref.npz")["input"][:1]) for name in names}
best = {name: [np.inf] * 4 for name in names}
for _ in range(ROUNDS):
    for name, (two, one, image) in peers.items():
        count = 200 if "cifar" in name else 10
        seconds(two, image, 2, time.perf_counter)
        best[name][0] = min(best[name][0], seconds(two, image, count, time.perf_counter))
        best[name][1] = min(best[name][1], seconds(one, image, count, time.process_time))
    text = subprocess.run([program, "digital"], capture_output=True, text=True, check=True, env=dict(os.environ, TILESPICE_SHARED=shared)).stdout
    for name, tasks, wall, work in re.findall(r"digital (\S+) (\d+) tasks ([\d.]+) ms per image \(median [\d.]+, ([\d.]+) of", text):
        if tasks == "2":
            best[name][2] = min(best[name][2], float(wall))
        else:
            best[name][3] = min(best[name][3], float(work))
keys = ["onnxruntimeWallMilliseconds", "onnxruntimeProcessorMilliseconds", "wallMilliseconds", "processorMilliseconds"]
table = {name: dict(zip(keys, (round(float(x), 3) for x in values))) for name, values in best.items()}
for name, row in table.items():
    row["wallRatio"] = round(row[keys[2]] / row[keys[0]], 2)
    row["processorRatio"] = round(row[keys[3]] / row[keys[1]], 2)
    print(name, row)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "speed.json"), "w") as file:
    json.dump(dict(onnxruntime=ort.__version__, threads=2, load=round(os.getloadavg()[0], 1), networks=table), file, indent=1)
    file.write("\n")

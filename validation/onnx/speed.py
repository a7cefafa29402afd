"""Time per image of ONNX Runtime on the shared networks beside the digital float path's.

    make bench   # builds .build/release/Benchmarks
    VENV/bin/python validation/onnx/speed.py ../shared .build/release/Benchmarks

Wall-clock milliseconds per image on two threads: ONNX Runtime with two threads inside an image, images one after the other,
graph optimizations as by default; the digital path with one image on each thread. Processor milliseconds on one thread beside
them: on a busy machine only these are steady. The two programs run in turn, and the least of the rounds counts. ResNet20 runs in
8-bit integers too: there as ONNX Runtime's own quantizer writes it, here as `digital: int8` runs it. Writes `speed.json` beside
this file, and the table of README.md in this folder.

OpenBLAS takes the kernels of the processor unless OPENBLAS_CORETYPE in the environment says otherwise; the table names them.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime as ort
from onnxruntime import quantization

shared, program = (os.path.abspath(path) for path in sys.argv[1:3])
names = ["resnet20-cifar10", "resnet8-cifar10", "squeezenet1.1-imagenet", "resnet50-imagenet-qdq"]
INTEGERS = "resnet20-cifar10"
# A network that comes quantized: ONNX Runtime runs it in integers, here it runs in both.
STORED = "resnet50-imagenet-qdq"
ROUNDS = 3
HERE = os.path.dirname(os.path.abspath(__file__))


class Images(quantization.CalibrationDataReader):
    """Inputs of a network one by one, for the quantizer."""

    def __init__(self, images):
        self.rest = iter(images)

    def get_next(self):
        image = next(self.rest, None)
        return None if image is None else {"input": image[None]}


def quantized(name, folder):
    """The network in 8-bit integers by ONNX Runtime's quantizer, per channel."""
    source, prepared, result = f"{shared}/data/networks/{name}.onnx", f"{folder}/prepared.onnx", f"{folder}/quantized.onnx"
    quantization.shape_inference.quant_pre_process(source, prepared, skip_symbolic_shape=True)
    images = np.load(f"{shared}/data/networks/{name}.ref.npz")["input"][:32]
    quantization.quantize_static(
        prepared, result, Images(images), quant_format=quantization.QuantFormat.QDQ, per_channel=True,
        activation_type=quantization.QuantType.QUInt8, weight_type=quantization.QuantType.QInt8)
    return result


def session(path, threads):
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that wait in a loop would count as processor time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if threads > 1 else "0")
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def seconds(run, image, count, clock):
    start = clock()
    for _ in range(count):
        run.run(None, {"input": image})
    return (clock() - start) / count * 1e3


folder = tempfile.TemporaryDirectory()
files = {(name, "float"): f"{shared}/data/networks/{name}.onnx" for name in names}
files[INTEGERS, "int8"] = quantized(INTEGERS, folder.name)
files[STORED, "int8"] = files[STORED, "float"]
peers = {
    key: (session(path, 2), session(path, 1), np.load(f"{shared}/data/networks/{key[0]}.ref.npz")["input"][:1])
    for key, path in files.items()
}
best = {key: [np.inf] * 4 for key in files}
for _ in range(ROUNDS):
    for key, (two, one, image) in peers.items():
        count = 200 if "cifar" in key[0] else 10
        seconds(two, image, 2, time.perf_counter)
        best[key][0] = min(best[key][0], seconds(two, image, count, time.perf_counter))
        best[key][1] = min(best[key][1], seconds(one, image, count, time.process_time))
    text = subprocess.run([program, "digital"], capture_output=True, text=True, check=True, env=dict(os.environ, TILESPICE_SHARED=shared)).stdout
    kernels = re.search(r"OpenBLAS .*", text).group(0)
    rows = re.findall(r"(digital|integers) (\S+) (\d+) tasks ([\d.]+) ms per image \(median [\d.]+, ([\d.]+) of", text)
    for kind, name, tasks, wall, work in rows:
        row = best.get((name, "float" if kind == "digital" else "int8"))
        if row is None:
            continue
        if tasks == "2":
            row[2] = min(row[2], float(wall))
        else:
            row[3] = min(row[3], float(work))

keys = ["onnxruntimeWallMilliseconds", "onnxruntimeProcessorMilliseconds", "wallMilliseconds", "processorMilliseconds"]
table = {}
lines = ["| network | ONNX Runtime, two threads, ms | digital path, two threads, ms | ratio | processor ms | processor ms | ratio |",
         "| --- " * 7 + "|"]
for (name, kind), values in best.items():
    row = dict(zip(keys, (round(float(x), 3) for x in values)))
    row["wallRatio"], row["processorRatio"] = round(values[2] / values[0], 2), round(values[3] / values[1], 2)
    table[f"{name} {kind}"] = row
    print(name, kind, row)
    cells = [values[0], values[2], row["wallRatio"], values[1], values[3], row["processorRatio"]]
    lines.append(f"| {name}, {kind} | " + " | ".join(f"{x:.3g}" for x in cells) + " |")
with open(f"{HERE}/speed.json", "w") as file:
    json.dump(
        dict(onnxruntime=ort.__version__, kernels=kernels, threads=2, load=round(os.getloadavg()[0], 1), networks=table), file, indent=1)
    file.write("\n")
page = f"{HERE}/README.md"
start, end = "<!-- speed.py -->\n", "<!-- end of speed.py -->"
text = open(page).read()
before, rest = text.split(start)
after = rest.split(end)[1]
with open(page, "w") as file:
    file.write(f"{before}{start}ONNX Runtime {ort.__version__}; {kernels}.\n\n" + "\n".join(lines) + f"\n{end}{after}")

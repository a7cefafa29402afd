"""Peak memory of `tilespice infer` on a network of VGG16's size.

Writes VGG16's convolutions with dense layers 25088 -> 2048 -> 2048 -> 1000, 72 million random weights in an external file, and
one image of 224 x 224 to FOLDER (290 MB; nothing is downloaded), runs PROGRAM on it on the paths ideal and exact, and prints
the peak resident memory of each. Ends with 1 where one takes more than 3 GiB.

    python3 memory.py PROGRAM FOLDER
"""

import os
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

LIMIT = 3 << 30
random = np.random.default_rng(16)


def network(folder):
    nodes, tensors = [], []
    with open(os.path.join(folder, "vgg.data"), "wb") as data:

        def tensor(name, shape, scale):
            values = random.standard_normal(shape, np.float32) * np.float32(scale)
            tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
            for key, value in (("location", "vgg.data"), ("offset", data.tell()), ("length", values.nbytes)):
                tensor.external_data.add(key=key, value=str(value))
            data.write(values.tobytes())
            tensors.append(tensor)
            return name

        x, channels = "image", 3
        for block, (width, count) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]):
            for k in range(count):
                name = f"conv{block}_{k}"
                inputs = [x, tensor(f"{name}.w", [width, channels, 3, 3], (2 / (9 * channels)) ** 0.5), tensor(f"{name}.b", [width], 0.01)]
                nodes.append(helper.make_node("Conv", inputs, [f"{name}.y"], name, pads=[1] * 4))
                nodes.append(helper.make_node("Relu", [f"{name}.y"], [f"{name}.z"], f"{name}.relu"))
                x, channels = f"{name}.z", width
            nodes.append(helper.make_node("MaxPool", [x], [f"pool{block}"], f"pool{block}", kernel_shape=[2, 2], strides=[2, 2]))
            x = f"pool{block}"
        nodes.append(helper.make_node("Flatten", [x], ["flat"], "flatten"))
        x, channels = "flat", 25088
        for k, width in enumerate([2048, 2048, 1000]):
            inputs = [x, tensor(f"dense{k}.w", [width, channels], (2 / channels) ** 0.5), tensor(f"dense{k}.b", [width], 0.01)]
            nodes.append(helper.make_node("Gemm", inputs, [f"dense{k}.y"], f"dense{k}", transB=1))
            if k < 2:
                nodes.append(helper.make_node("Relu", [f"dense{k}.y"], [f"dense{k}.z"], f"dense{k}.relu"))
            x, channels = f"dense{k}.z", width
    graph = helper.make_graph(
        nodes, "vgg", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 224, 224])],
        [helper.make_tensor_value_info("dense2.y", TensorProto.FLOAT, ["N", 1000])], tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), os.path.join(folder, "vgg.onnx"))


program, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
os.makedirs(folder, exist_ok=True)
network(folder)
np.save(os.path.join(folder, "image.npy"), random.standard_normal((1, 3, 224, 224), np.float32))
with open(os.path.join(folder, "E.yaml"), "w") as file:
    file.write("""version: 1
network: {model: onnx, file: vgg.onnx}
data: {model: npy, images: image.npy, calibrationImages: image.npy}
converterImages: 1
auditVectors: 0
hardware: {tile: {wordLines: 1152, bitLines: 256}, wires: {bitLineOhms: 0.625}}
""")
exceeds = False
for path in ["ideal", "exact"]:
    process = subprocess.Popen([program, "infer", "E.yaml", "--path", path, "--out", path, "--restart", "--quiet"], cwd=folder)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, f"{path} failed"
    peak = usage.ru_maxrss * 1024
    exceeds |= peak > LIMIT
    print(f"{path}: {peak / 2**30:.2f} GiB")
sys.exit(exceeds)

"""Networks as ONNX Runtime's quantizer writes them, with the results of ONNX Runtime.

A small convolutional network with a grouped and a depthwise convolution is quantized by
`onnxruntime.quantization.quantize_static` in the QDQ format: weights of int8 and uint8, with a zero point (asymmetric) and
without (symmetric), per tensor and per channel, activations of uint8 and int8. The quantizer knows asymmetric weights per
tensor only: in the case `uint8_asymmetric_channel_uint8` its weights are replaced by asymmetric ones per channel. Graph optimizations are off for the results.
Writes one uncompressed zip file: for each case `NAME/model.onnx`, `NAME/input.npy`, `NAME/output.npy` and `NAME/step.npy`,
the scale of the quantized output. Inputs are drawn from a fixed seed: the same file, byte for byte.

    python3 quantizer.py ../../Tests/ONNXImportTests/Resources/quantizer_cases.zip
"""
import io
import os
import sys
import tempfile
import zipfile

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

SHAPE = [4, 9, 8]
random = np.random.default_rng(18)


def real(*shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype(np.float32)


def network(shift):
    """Convolutions whose weights lie around `shift`: with it, symmetric codes would waste half of their range."""
    constants = {
        "w1": real(6, 4, 3, 3) + shift, "b1": real(6), "w2": real(6, 2, 3, 3) + shift, "b2": real(6),
        "w3": real(12, 1, 3, 3) + shift, "b3": real(12), "w4": real(5, 12) + shift, "b4": real(5),
    }
    nodes = [
        helper.make_node("Conv", ["image", "w1", "b1"], ["a"], "conv", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"], "relu1"),
        helper.make_node("Conv", ["b", "w2", "b2"], ["c"], "grouped", group=3, strides=[2, 1]),
        helper.make_node("Conv", ["c", "w3", "b3"], ["d"], "depthwise", group=6, pads=[1, 0, 1, 0]),
        helper.make_node("Relu", ["d"], ["e"], "relu2"),
        helper.make_node("GlobalAveragePool", ["e"], ["f"], "pool"),
        helper.make_node("Flatten", ["f"], ["g"], "flat"),
        helper.make_node("Gemm", ["g", "w4", "b4"], ["scores"], "dense", transB=1),
    ]
    graph = helper.make_graph(
        nodes, "quantized", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N"] + SHAPE)],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", 5])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


class Images(CalibrationDataReader):
    def __init__(self, images):
        self.images = iter([{"image": image[None]} for image in images])

    def get_next(self):
        return next(self.images, None)


def runtime(model):
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def step(model):
    """The scale of the QuantizeLinear node that makes the output."""
    constants = {value.name: numpy_helper.to_array(value) for value in model.graph.initializer}
    output = next(node for node in model.graph.node if model.graph.output[0].name in node.output)
    return constants[output.input[1]]


def make_asymmetric(model, float_model):
    """Replaces the weights by codes of uint8 with a scale and a zero point of each output's own range."""
    reals = {value.name: numpy_helper.to_array(value) for value in float_model.graph.initializer}
    for value in model.graph.initializer:
        name = next((name for name in ["w1", "w2", "w3", "w4"] if value.name.startswith(name + "_")), None)
        if name is None:
            continue
        rows = reals[name].reshape(reals[name].shape[0], -1)
        low, high = np.minimum(rows.min(1), 0), np.maximum(rows.max(1), 0)
        scale = ((high - low) / 255).astype(np.float32)
        zero = np.round(-low / scale)
        if value.name.endswith("_scale"):
            new = scale
        elif value.name.endswith("_zero_point"):
            new = zero.astype(np.uint8)
        else:
            codes = np.clip(np.round(rows / scale[:, None]) + zero[:, None], 0, 255)
            new = codes.astype(np.uint8).reshape(reals[name].shape)
        value.CopyFrom(numpy_helper.from_array(new, value.name))


with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_STORED) as archive, tempfile.TemporaryDirectory() as folder:
    def put(name, data):
        archive.writestr(zipfile.ZipInfo(name), data)

    def put_array(name, array):
        buffer = io.BytesIO()
        np.save(buffer, np.ascontiguousarray(array, np.float32))
        put(name, buffer.getvalue())

    for weights in ["int8", "uint8"]:
        for symmetric in [True, False]:
            for per_channel in [True, False]:
                for activations in ["uint8", "int8"] if weights == "int8" else ["uint8"]:
                    name = "_".join([
                        weights, "symmetric" if symmetric else "asymmetric",
                        "channel" if per_channel else "tensor", activations])
                    source, target = os.path.join(folder, "float.onnx"), os.path.join(folder, "quantized.onnx")
                    onnx.save(network(0.4 if not symmetric else 0.0), source)
                    images = real(16, *SHAPE)
                    kinds = {"int8": QuantType.QInt8, "uint8": QuantType.QUInt8}
                    quantize_static(
                        source, target, Images(images), quant_format=QuantFormat.QDQ, per_channel=per_channel,
                        reduce_range=False, weight_type=kinds[weights], activation_type=kinds[activations],
                        extra_options={"WeightSymmetric": symmetric, "ActivationSymmetric": activations == "int8"})
                    model = onnx.load(target)
                    if weights == "uint8" and per_channel and not symmetric:
                        make_asymmetric(model, onnx.load(source))
                        onnx.save(model, target)
                    x = real(4, *SHAPE)
                    put(f"{name}/model.onnx", model.SerializeToString())
                    put_array(f"{name}/input.npy", x)
                    put_array(f"{name}/output.npy", runtime(target).run(None, {"image": x})[0])
                    put_array(f"{name}/step.npy", np.reshape(step(model), [1]))

"""Networks as ONNX Runtime's quantizer writes them, with the results of ONNX Runtime.

A small convolutional network with a grouped and a depthwise convolution is quantized by
`onnxruntime.quantization.quantize_static` in the QDQ format: weights of int8 and uint8, with a zero point (asymmetric) and
without (symmetric), per tensor and per channel, activations of uint8 and int8. The quantizer knows asymmetric weights per
tensor only: in the case `uint8_asymmetric_channel_uint8` its weights are replaced by asymmetric ones per channel.

Two others, one with a residual sum, poolings and a concatenation and one of matrix products, are quantized in the QOperator
format (cases `operator_*`) and by `quantize_dynamic` (cases `dynamic_*`). ONNX Runtime computes these in integers, and on
processors without VNNI it saturates sums of two products of 8 bits: signed weights have 7 bits there (`reduce_range`).

Graph optimizations are off for the results. Writes one uncompressed zip file: for each case `NAME/model.onnx`,
`NAME/input.npy`, `NAME/output.npy` and `NAME/step.npy`, the scale of the quantized output or, where that is real
(`dynamic_*`), the most that one code of the last layer's input changes it. Inputs are drawn from a fixed seed: the same file, byte for byte.

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
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static

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
    return model_of(nodes, constants, SHAPE)


def residual(shift, alpha=1.0):
    """A residual sum, both poolings, branches that are joined, and two dense layers."""
    constants = {
        "w1": real(6, 4, 3, 3) + shift, "b1": real(6), "w2": real(6, 6, 3, 3) + shift, "b2": real(6),
        "w3": real(4, 6, 1, 1) + shift, "b3": real(4), "w4": real(6, 2, 3, 3) + shift,
        "w5": real(7, 40) + shift, "b5": real(7), "w6": real(7, 5) + shift, "b6": real(5),
    }
    nodes = [
        helper.make_node("Conv", ["image", "w1", "b1"], ["a"], "first", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"], "relu1"),
        helper.make_node("Conv", ["b", "w2", "b2"], ["c"], "second", pads=[1, 1, 1, 1]),
        helper.make_node("Add", ["b", "c"], ["d"], "sum"),
        helper.make_node("Relu", ["d"], ["e"], "relu2"),
        helper.make_node("MaxPool", ["e"], ["f"], "maxima", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["f", "w3", "b3"], ["g"], "pointwise"),
        helper.make_node("LeakyRelu", ["g"], ["h"], "leaky", alpha=0.1),
        helper.make_node("Conv", ["f", "w4"], ["i"], "grouped", group=3, pads=[1, 1, 1, 1]),
        helper.make_node("Sigmoid", ["i"], ["j"], "sigmoid"),
        helper.make_node("Concat", ["h", "j"], ["k"], "join", axis=1),
        helper.make_node("AveragePool", ["k"], ["l"], "means", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["l"], ["m"], "flat"),
        helper.make_node("Gemm", ["m", "w5", "b5"], ["n"], "hidden", alpha=alpha, transB=1),
        helper.make_node("Relu", ["n"], ["o"], "relu3"),
        helper.make_node("Gemm", ["o", "w6", "b6"], ["scores"], "dense"),
    ]
    return model_of(nodes, constants, SHAPE)


def products(shift, alpha=1.0):
    """Matrix products with and without constant factors, beside products and sums of values."""
    constants = {
        "w1": real(8, 6) + shift, "b1": real(6), "w2": real(8, 6) + shift, "w3": real(6, 5) + shift,
    }
    nodes = [
        helper.make_node("MatMul", ["image", "w1"], ["a"], "query"),
        helper.make_node("Add", ["a", "b1"], ["b"], "shift"),
        helper.make_node("MatMul", ["image", "w2"], ["c"], "key"),
        helper.make_node("Transpose", ["c"], ["d"], "turn", perm=[0, 2, 1]),
        helper.make_node("MatMul", ["b", "d"], ["e"], "match"),
        helper.make_node("Softmax", ["e"], ["f"], "shares", axis=-1),
        helper.make_node("MatMul", ["f", "b"], ["g"], "mean"),
        helper.make_node("Sigmoid", ["g"], ["h"], "gate"),
        helper.make_node("Mul", ["g", "h"], ["i"], "gated"),
        helper.make_node("MatMul", ["i", "w3"], ["scores"], "dense"),
    ]
    return model_of(nodes, constants, [7, 8])


def model_of(nodes, constants, shape):
    graph = helper.make_graph(
        nodes, "quantized", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N"] + shape)],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", 5] if shape == SHAPE else ["N", 7, 5])],
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
    """The scale of the output, which a QuantizeLinear or DequantizeLinear node makes."""
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

    kinds = {"int8": QuantType.QInt8, "uint8": QuantType.QUInt8}
    source, target = os.path.join(folder, "float.onnx"), os.path.join(folder, "quantized.onnx")

    def put_case(name, x, find_step=step):
        model = onnx.load(target)
        put(f"{name}/model.onnx", model.SerializeToString())
        put_array(f"{name}/input.npy", x)
        # One at a time: a dynamic quantizer would take the scale of all of them.
        outputs = [runtime(target).run(None, {"image": image[None]})[0] for image in x]
        put_array(f"{name}/output.npy", np.concatenate(outputs))
        put_array(f"{name}/step.npy", np.reshape(find_step(model), [1]))

    def dynamic_step(x):
        def find(model):
            """The most that one code of the last layer's input changes the output."""
            constants = {value.name: numpy_helper.to_array(value) for value in model.graph.initializer}
            product = next(node for node in reversed(model.graph.node) if node.op_type == "MatMulInteger")
            quantizer = next(node for node in model.graph.node if product.input[0] in node.output)
            model.graph.output.append(helper.make_tensor_value_info(quantizer.output[1], TensorProto.FLOAT, []))
            session = runtime(model.SerializeToString())
            scales = [session.run([quantizer.output[1]], {"image": image[None]})[0] for image in x]
            weights = constants[product.input[1]].astype(np.float32) - constants[product.input[3]]
            return max(scales) * np.abs(weights * constants[product.input[1].removesuffix("_quantized") + "_scale"]).max()
        return find

    for weights in ["int8", "uint8"]:
        for symmetric in [True, False]:
            for per_channel in [True, False]:
                for activations in ["uint8", "int8"] if weights == "int8" else ["uint8"]:
                    name = "_".join([
                        weights, "symmetric" if symmetric else "asymmetric",
                        "channel" if per_channel else "tensor", activations])
                    onnx.save(network(0.4 if not symmetric else 0.0), source)
                    images = real(16, *SHAPE)
                    quantize_static(
                        source, target, Images(images), quant_format=QuantFormat.QDQ, per_channel=per_channel,
                        reduce_range=False, weight_type=kinds[weights], activation_type=kinds[activations],
                        extra_options={"WeightSymmetric": symmetric, "ActivationSymmetric": activations == "int8"})
                    model = onnx.load(target)
                    if weights == "uint8" and per_channel and not symmetric:
                        make_asymmetric(model, onnx.load(source))
                        onnx.save(model, target)
                    put_case(name, real(4, *SHAPE))

    for label, build, shape in [("residual", residual, SHAPE), ("products", products, [7, 8])]:
        for weights, symmetric, per_channel, activations in [
            ("int8", True, False, "uint8"), ("int8", True, True, "uint8"), ("int8", False, False, "uint8"),
            ("int8", True, True, "int8"), ("int8", False, False, "int8"), ("uint8", False, False, "uint8"),
        ]:
            name = "_".join([
                "operator", label, weights, "symmetric" if symmetric else "asymmetric",
                "channel" if per_channel else "tensor", activations])
            # The quantizer writes the factor of a Gemm beside codes of its bias that leave it out.
            onnx.save(build(0.0 if symmetric else 0.4, alpha=0.5), source)
            quantize_static(
                source, target, Images(real(16, *shape)), quant_format=QuantFormat.QOperator, per_channel=per_channel,
                reduce_range=weights == "int8", weight_type=kinds[weights], activation_type=kinds[activations],
                extra_options={"WeightSymmetric": symmetric, "ActivationSymmetric": activations == "int8" and symmetric})
            put_case(name, real(4, *shape))
        for weights, per_channel in [("int8", False), ("int8", True), ("uint8", False)]:
            onnx.save(build(0.4 if weights == "uint8" else 0.0), source)
            quantize_dynamic(
                source, target, per_channel=per_channel, reduce_range=weights == "int8", weight_type=kinds[weights])
            x = real(4, *shape)
            put_case("_".join(["dynamic", label, weights, "channel" if per_channel else "tensor"]), x, dynamic_step(x))

"""Small ONNX models of every supported operator with ONNX Runtime's results.

Writes one uncompressed zip file: for each case `NAME/model.onnx`, `NAME/input.npy`, `NAME/output.npy`. Inputs are drawn
from a fixed seed; graph optimizations are off, so that what runs is the operator itself.

    python3 operators.py ../../Tests/ONNXImportTests/Resources/operator_cases.zip
"""

import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

import archive

IR = {7: 3, 9: 4, 10: 5, 11: 6, 12: 7, 13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10, 23: 11, 24: 11}
random = np.random.default_rng(7)
cases = []


def real(*shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype(np.float32)


def model(nodes, inputs, shape, opset, batch="N"):
    """`nodes`: (operator, inputs, outputs, attributes); `inputs`: constants by name; `shape`: of one image."""
    graph = helper.make_graph(
        [helper.make_node(kind, read, written, name=next(filter(None, written)), **attributes) for kind, read, written, attributes in nodes],
        "case",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, *shape])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in inputs.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), *([helper.make_opsetid("com.microsoft", 1)] if any("domain" in node[3] for node in nodes) else [])], ir_version=IR[opset])


def chain(name, nodes, constants, shape, opset=17, x=None, batch=2):
    x = real(batch, *shape) if x is None else x
    made = model(nodes, constants, shape, opset)
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    y = session.run(["y"], {"x": x})[0]
    assert np.isfinite(y).all(), name
    assert name not in {c[0] for c in cases}, name
    cases.append((name, made, x, y))


def one(name, kind, shape, opset=17, constants=None, x=None, optional=(), **attributes):
    """A single node that reads x and then the constants; `optional` places empty names by position."""
    constants = constants or {}
    read = ["x", *constants]
    for place in optional:
        read.insert(place, "")
    chain(name, [(kind, read, ["y"], attributes)], constants, shape, opset, x)


def convolutions():
    image = (4, 9, 8)
    kinds = [
        ("plain", dict(), 1, (3, 3)), ("pads", dict(pads=[1, 1, 1, 1]), 1, (3, 3)),
        ("asymmetric", dict(pads=[0, 1, 2, 0], strides=[2, 1]), 1, (3, 2)),
        ("stride", dict(strides=[2, 3]), 1, (3, 3)), ("dilation", dict(dilations=[2, 3], pads=[2, 3, 2, 3]), 1, (3, 3)),
        ("groups", dict(pads=[1, 1, 1, 1]), 2, (3, 3)), ("depthwise", dict(pads=[1, 1, 1, 1]), 4, (3, 3)),
        ("depthwise_stride", dict(pads=[1, 1, 1, 1], strides=[2, 2]), 4, (3, 3)),
        ("depthwise_5x5_dilated", dict(pads=[4, 4, 4, 4], dilations=[2, 2]), 4, (5, 5)),
        ("pointwise", dict(), 1, (1, 1)), ("pointwise_stride", dict(strides=[2, 2]), 1, (1, 1)),
        ("same_upper", dict(auto_pad="SAME_UPPER", strides=[2, 2]), 1, (4, 3)),
        ("same_lower", dict(auto_pad="SAME_LOWER", strides=[2, 2]), 1, (4, 3)),
        ("valid", dict(auto_pad="VALID", strides=[1, 2]), 1, (2, 4)), ("whole", dict(), 1, (9, 8)),
    ]
    for label, attributes, groups, kernel in kinds:
        outputs = 8 if label.startswith("depthwise_s") else 4 if groups == 4 else 6
        for opset in (11, 21) if label in ("plain", "depthwise", "same_lower") else (17,):
            weights = real(outputs, 4 // groups, *kernel)
            one(f"Conv_{label}_{opset}", "Conv", image, opset, {"w": weights, "b": real(outputs)}, group=groups, kernel_shape=list(kernel), **attributes)
    one("Conv_no_bias", "Conv", image, constants={"w": real(3, 4, 3, 3)})
    one("Conv_outputs_per_channel", "Conv", image, constants={"w": real(12, 1, 3, 3)}, group=4)
    for label, attributes, groups in [("plain", {}, 1), ("groups", dict(pads=[2, 1], strides=[2]), 2), ("depthwise", dict(dilations=[2]), 4), ("same", dict(auto_pad="SAME_UPPER", strides=[3]), 1)]:
        one(f"Conv1D_{label}", "Conv", (4, 11), constants={"w": real(4, 4 // groups, 3), "b": real(4)}, group=groups, **attributes)


def matrices():
    for trans in (0, 1):
        for alpha, beta, bias in [(1.0, 1.0, (5,)), (0.5, 2.0, (1, 5)), (-1.5, 0.25, (1,)), (2.0, 0.0, (5,)), (1.0, 1.0, ())]:
            weights = real(5, 7) if trans else real(7, 5)
            one(f"Gemm_{trans}_{alpha}_{beta}_{len(bias)}", "Gemm", (7,), 11 if trans else 17, {"w": weights, "b": real(*bias)}, alpha=alpha, beta=beta, transB=trans)
    one("Gemm_no_bias", "Gemm", (7,), constants={"w": real(7, 5)})
    chain("Gemm_computed_addend", [("Relu", ["x"], ["r"], {}), ("Gemm", ["x", "w", "r"], ["y"], {})], {"w": real(7, 7)}, (7,))
    chain("Gemm_transA_constant", [("Gemm", ["a", "w", "b"], ["c"], dict(transA=1, alpha=2.0)), ("Add", ["x", "c"], ["y"], {})], {"a": real(3, 1), "w": real(3, 7), "b": real(7)}, (7,))
    one("MatMul_matrix", "MatMul", (7,), constants={"w": real(7, 5)})
    one("MatMul_stack", "MatMul", (3, 7), constants={"w": real(7, 5)})
    one("MatMul_stack4", "MatMul", (2, 3, 7), constants={"w": real(7, 5)})
    one("MatMul_constant_stack", "MatMul", (3, 4, 7), constants={"w": real(3, 7, 5)})
    one("MatMul_vector", "MatMul", (3, 7), constants={"w": real(7)})
    chain("MatMul_left", [("MatMul", ["w", "x"], ["y"], {})], {"w": real(5, 3)}, (3, 7))
    chain("MatMul_computed", [("Transpose", ["x"], ["t"], dict(perm=[0, 2, 1])), ("MatMul", ["x", "t"], ["y"], {})], {}, (3, 7))
    for opset in (11, 14, 15):
        one(f"BatchNormalization_{opset}", "BatchNormalization", (4, 3, 2), opset, {"s": real(4), "b": real(4), "m": real(4), "v": real(4, low=0.1)}, epsilon=1e-3)
    chain("BatchNormalization_folded", [("Conv", ["x", "w", "c"], ["h"], {}), ("BatchNormalization", ["h", "s", "b", "m", "v"], ["n"], {}), ("Relu", ["n"], ["y"], {})],
          {"w": real(4, 3, 3, 3), "c": real(4), "s": real(4), "b": real(4), "m": real(4), "v": real(4, low=0.1)}, (3, 6, 5))


def pointwise():
    wide = real(2, 3, 5, low=-4, high=4)
    for kind, attributes in [
        ("Abs", {}), ("Ceil", {}), ("Elu", {}), ("Elu", dict(alpha=0.3)), ("Erf", {}), ("Exp", {}), ("Floor", {}), ("HardSigmoid", {}),
        ("HardSigmoid", dict(alpha=1 / 6, beta=0.4)), ("HardSwish", {}), ("Identity", {}), ("LeakyRelu", {}), ("LeakyRelu", dict(alpha=0.3)), ("Neg", {}), ("Relu", {}),
        ("Round", {}), ("Selu", {}), ("Selu", dict(alpha=1.1, gamma=0.7)), ("Sigmoid", {}), ("Sign", {}), ("Softplus", {}), ("Softsign", {}), ("Tanh", {}), ("Dropout", {}),
    ]:
        for opset in (14, 21):
            one(f"{kind}_{'_'.join(attributes)}_{opset}", kind, (3, 5), opset, x=wide, **attributes)
    one("Round_ties", "Round", (4,), x=np.array([[0.5, 1.5, -2.5, -0.5]], np.float32))
    one("Softplus_large", "Softplus", (3,), x=np.array([[80, -80, 100]], np.float32))
    for mode in ("none", "tanh"):
        one(f"Gelu_{mode}", "Gelu", (3, 5), 20, x=wide, approximate=mode)
    positive = real(2, 3, 5, low=0.1, high=4)
    for kind in ("Log", "Sqrt", "Reciprocal"):
        one(kind, kind, (3, 5), 13, x=positive)
    low, high = np.float32(-0.5), np.float32(0.7)
    for opset in (11, 12, 13):
        one(f"Clip_both_{opset}", "Clip", (3, 5), opset, {"low": low, "high": high})
    one("Clip_low", "Clip", (3, 5), constants={"low": low})
    one("Clip_high", "Clip", (3, 5), constants={"high": high}, optional=[1])
    one("Clip_none", "Clip", (3, 5))
    shapes = [(2, 3, 5), (3, 5), (5,), (3, 1), (1, 3, 5), (), (1,), (1, 1, 1)]
    for kind in ("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "PRelu"):
        for number, shape in enumerate(shapes):
            if number == 0 or (kind == "PRelu" and len(shape) > 2 and number > 3):
                continue
            operand = real(*shape, low=0.3, high=1.8)
            x = positive if kind == "Pow" else None
            one(f"{kind}_right_{number}", kind, (3, 5), 13 + number % 5, {"c": operand}, x=x)
            if kind not in ("PRelu",):
                chain(f"{kind}_left_{number}", [(kind, ["c", "x"], ["y"], {})], {"c": operand}, (3, 5), 13, x=positive)
        chain(f"{kind}_computed", [("Sigmoid", ["x"], ["s"], {}), (kind, ["s", "x"] if kind == "Pow" else ["x", "s"], ["y"], {})], {}, (3, 5), x=wide if kind != "PRelu" else None)
    for kind in ("Sum", "Max", "Min"):
        chain(f"{kind}_three", [("Relu", ["x"], ["r"], {}), (kind, ["x", "c", "r"], ["y"], {})], {"c": real(3, 1)}, (3, 5))
    chain("Add_channels", [("GlobalAveragePool", ["x"], ["g"], {}), ("HardSigmoid", ["g"], ["h"], {}), ("Mul", ["x", "h"], ["y"], {})], {}, (3, 4, 5))


def pooling():
    image = (3, 8, 9)
    windows = [
        ("plain", dict(kernel_shape=[2, 3])), ("stride", dict(kernel_shape=[3, 3], strides=[2, 2])),
        ("pads", dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 0, 1, 2])),
        ("ceil", dict(kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)),
        ("ceil_pads", dict(kernel_shape=[3, 3], strides=[2, 3], ceil_mode=1, pads=[1, 1, 1, 1])),
        ("ceil_dropped", dict(kernel_shape=[1, 1], strides=[3, 2], ceil_mode=1)),
        ("same_upper", dict(kernel_shape=[2, 2], strides=[1, 1], auto_pad="SAME_UPPER")),
        ("same_lower", dict(kernel_shape=[4, 2], strides=[2, 2], auto_pad="SAME_LOWER")),
        ("valid", dict(kernel_shape=[3, 2], auto_pad="VALID")),
    ]
    for label, attributes in windows:
        one(f"MaxPool_{label}", "MaxPool", image, 12, **attributes)
        for counts in (0, 1):
            for opset in (11, 19):
                one(f"AveragePool_{label}_{counts}_{opset}", "AveragePool", image, opset, count_include_pad=counts, **attributes)
    one("MaxPool_dilation", "MaxPool", image, kernel_shape=[3, 2], dilations=[2, 3], pads=[2, 1, 0, 1])
    one("MaxPool_dilation_ceil", "MaxPool", image, kernel_shape=[3, 2], dilations=[2, 3], strides=[2, 2], ceil_mode=1)
    for counts in (0, 1):
        one(f"AveragePool_dilation_{counts}", "AveragePool", image, 19, kernel_shape=[3, 2], dilations=[2, 3], pads=[2, 1, 0, 1], count_include_pad=counts)
    for kind in ("MaxPool", "AveragePool"):
        one(f"{kind}_1D", kind, (3, 11), kernel_shape=[3], strides=[2], pads=[1, 1], ceil_mode=1)
    for kind in ("GlobalAveragePool", "GlobalMaxPool"):
        one(kind, kind, image)
        one(f"{kind}_1D", kind, (3, 11))
    one("LRN", "LRN", (7, 3, 2), size=3)
    one("LRN_wide", "LRN", (4, 3, 2), size=9, alpha=0.5, beta=0.6, bias=2.0)


def shapes():
    one("Flatten", "Flatten", (3, 4, 5), axis=1)
    one("Flatten_negative", "Flatten", (3, 4, 5), axis=-3)
    for number, target in enumerate([[0, -1], [0, 12, 5], [0, 0, 20], [-1, 60], [-1, 5, 4, 3]]):
        one(f"Reshape_{number}", "Reshape", (3, 4, 5), 11 if number % 2 else 17, {"s": np.array(target, np.int64)})
    one("Reshape_allowzero", "Reshape", (3, 4, 5), constants={"s": np.array([-1, 4, 15], np.int64)}, allowzero=1)
    for number, order in enumerate([[0, 2, 3, 1], [0, 3, 1, 2], [0, 1, 3, 2]]):
        one(f"Transpose_{number}", "Transpose", (3, 4, 5), perm=order)
    for axis in (1, 2, -1):
        chain(f"Concat_{axis}", [("Relu", ["x"], ["r"], {}), ("Concat", ["x", "r", "x"], ["y"], dict(axis=axis))], {}, (3, 4))
    for mode in ("constant", "edge", "reflect"):
        for opset in (11, 13, 18):
            one(f"Pad_{mode}_{opset}", "Pad", (3, 4, 5), opset, {"p": np.array([0, 1, 2, 1, 0, 2, 0, 3], np.int64)}, mode=mode)
    one("Pad_wrap", "Pad", (3, 4), 19, {"p": np.array([0, 1, 2, 0, 2, 3], np.int64)}, mode="wrap")
    one("Pad_value", "Pad", (3, 4), constants={"p": np.array([0, 1, 2, 0, 2, 3], np.int64), "v": np.float32(1.5)})
    one("Pad_negative", "Pad", (3, 4), constants={"p": np.array([0, -1, 2, 0, 0, -2], np.int64)})
    one("Pad_axes", "Pad", (3, 4), 18, {"p": np.array([1, 2], np.int64), "v": np.float32(0), "a": np.array([-1], np.int64)})
    for number, (starts, ends, axes, steps) in enumerate([
        ([1], [3], [1], [1]), ([0, 1], [2, 10**9], [1, 2], [1, 2]), ([-3], [-1], [2], [1]), ([0], [2**63 - 1], [3], [3]),
        ([-1], [-(2**63)], [3], [-1]), ([3], [0], [2], [-2]), ([-100], [100], [-1], [2]), ([10], [-100], [1], [-1]),
    ]):
        one(f"Slice_{number}", "Slice", (3, 4, 5), 11 if number % 2 else 13, {"s": np.array(starts, np.int64), "e": np.array(ends, np.int64), "a": np.array(axes, np.int64), "t": np.array(steps, np.int64)})
    def halves(label, opset, constants, attributes, axis):
        chain(f"Split_{label}", [("Split", ["x", *constants], ["a", "b"], attributes), ("Relu", ["a"], ["r"], {}), ("Concat", ["b", "r"], ["y"], dict(axis=axis))], constants, (4, 5), opset)
    halves("equal_11", 11, {}, dict(axis=1), 1)
    halves("lengths_11", 11, {}, dict(axis=-1, split=[2, 3]), 2)
    halves("lengths_13", 13, {"s": np.array([1, 3], np.int64)}, dict(axis=1), 1)
    halves("uneven_18", 18, {}, dict(axis=2, num_outputs=2), 2)
    chain("Split_unused_output", [("Split", ["x"], ["a", "y", "c"], dict(axis=1))], {}, (6, 2), 13)
    for opset, axes in [(11, dict(axes=[2])), (13, None)]:
        constants = {} if axes else {"a": np.array([2], np.int64)}
        one(f"Unsqueeze_{opset}", "Unsqueeze", (3, 5), opset, constants, **(axes or {}))
        one(f"Squeeze_{opset}", "Squeeze", (3, 1, 5), opset, constants, **(axes or {}))
    one("Unsqueeze_two", "Unsqueeze", (3, 5), constants={"a": np.array([-1, 1], np.int64)})
    for opset in (11, 13):
        for kind in ("Softmax", "LogSoftmax"):
            for axis in (1, 2, -1):
                one(f"{kind}_{axis}_{opset}", kind, (3, 4, 5), opset, x=real(2, 3, 4, 5, low=-9, high=9), axis=axis)
            one(f"{kind}_default_{opset}", kind, (3, 5), opset)
    kinds = ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"]
    for kind in kinds:
        for opset in (11, 13, 18):
            for number, (axes, keeps) in enumerate([([2, 3], 1), ([-1], 0), ([1, 3], 0)]):
                given = dict(axes=axes) if opset < 18 and not (kind == "Sum" and opset == 13) else {}
                constants = {} if given else {"a": np.array(axes, np.int64)}
                one(f"Reduce{kind}_{opset}_{number}", "Reduce" + kind, (3, 4, 5), opset, constants, x=real(2, 3, 4, 5, low=0.2), keepdims=keeps, **given)
    one("Gather_scalar", "Gather", (3, 4), constants={"i": np.array(-1, np.int64)}, axis=1)
    one("Gather_list", "Gather", (3, 4), constants={"i": np.array([3, 0, -2], np.int64)}, axis=2)
    one("Gather_matrix", "Gather", (3, 4), constants={"i": np.array([[0, 1], [2, 0]], np.int32)}, axis=1)


def folding():
    zero, one_, minus = np.array(0, np.int64), np.array([0], np.int64), np.array([-1], np.int64)
    chain("Shape_view", [("Shape", ["x"], ["s"], {}), ("Gather", ["s", "z"], ["n"], dict(axis=0)), ("Unsqueeze", ["n", "a"], ["u"], {}), ("Concat", ["u", "m"], ["t"], dict(axis=0)), ("Reshape", ["x", "t"], ["y"], {})],
          {"z": zero, "a": one_, "m": minus}, (3, 4))
    chain("Shape_slice", [("Shape", ["x"], ["s"], {}), ("Slice", ["s", "b", "e"], ["t"], {}), ("Concat", ["t", "m"], ["u"], dict(axis=0)), ("Reshape", ["x", "u"], ["y"], {})],
          {"b": np.array([0], np.int64), "e": np.array([1], np.int64), "m": minus}, (3, 4))
    chain("Shape_arithmetic", [("Shape", ["x"], ["s"], {}), ("Gather", ["s", "i"], ["c"], dict(axis=0)), ("Div", ["c", "two"], ["h"], {}), ("Unsqueeze", ["h", "a"], ["u"], {}), ("Concat", ["k", "u", "m"], ["t"], dict(axis=0)), ("Reshape", ["x", "t"], ["y"], {})],
          {"i": np.array(1, np.int64), "two": np.array(2, np.int64), "a": one_, "k": one_, "m": minus}, (6, 4))
    chain("Shape_start_end", [("Shape", ["x"], ["s"], dict(start=1)), ("Concat", ["m", "s"], ["t"], dict(axis=0)), ("Flatten", ["x"], ["f"], {}), ("Reshape", ["f", "t"], ["y"], {})], {"m": minus}, (3, 4))
    chain("Cast_constant", [("Cast", ["i"], ["f"], dict(to=1)), ("Add", ["x", "f"], ["y"], {})], {"i": np.array([1, 2, 3, 4], np.int64)}, (3, 4))
    chain("Cast_computed", [("Cast", ["x"], ["y"], dict(to=1))], {}, (3, 4))
    value = numpy_helper.from_array(real(4))
    chain("Constant_value", [("Constant", [], ["c"], dict(value=value)), ("Mul", ["x", "c"], ["y"], {})], {}, (3, 4))
    chain("Constant_float", [("Constant", [], ["c"], dict(value_float=2.5)), ("Mul", ["x", "c"], ["y"], {})], {}, (3, 4))
    chain("Constant_ints", [("Constant", [], ["c"], dict(value_ints=[0, 4, 3])), ("Reshape", ["x", "c"], ["y"], {})], {}, (3, 4))
    chain("Weights_folded", [("Mul", ["w", "s"], ["v"], {}), ("Transpose", ["v"], ["t"], dict(perm=[1, 0])), ("MatMul", ["x", "t"], ["y"], {})], {"w": real(5, 4), "s": real(5, 1)}, (4,))
    chain("Dead_branch", [("Relu", ["x"], ["y"], {}), ("Det", ["d"], ["unused"], {})], {"d": np.eye(3, dtype=np.float32)}, (4,))


def quantized():
    def scales(count, signed):
        return (random.uniform(0.01, 0.05, count) if count else np.array(0.02)).astype(np.float32)

    for kind, dtype, zero in [("int8", np.int8, 3), ("uint8", np.uint8, 130), ("int8_symmetric", np.int8, 0), ("uint8_relu", np.uint8, 0)]:
        for opset in (11, 13, 21):
            chain(f"QDQ_{kind}_{opset}", [("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("DequantizeLinear", ["q", "s", "z"], ["y"], {})],
                  {"s": scales(0, True), "z": np.array(zero, dtype)}, (3, 4), opset, x=real(2, 3, 4, low=-4, high=6))
    for dtype in (np.int16, np.uint16):
        chain(f"QDQ_{np.dtype(dtype).name}", [("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("DequantizeLinear", ["q", "s", "z"], ["y"], {})],
              {"s": np.float32(1e-4), "z": np.array(5, dtype)}, (3, 4), 21, x=real(2, 3, 4, low=-4, high=6))
    chain("QDQ_no_zero_point", [("QuantizeLinear", ["x", "s"], ["q"], {}), ("DequantizeLinear", ["q", "s"], ["y"], {})], {"s": scales(0, True)}, (3, 4), 13)
    chain("QDQ_output_dtype", [("QuantizeLinear", ["x", "s"], ["q"], dict(output_dtype=TensorProto.INT8)), ("DequantizeLinear", ["q", "s"], ["y"], {})], {"s": scales(0, True)}, (3, 4), 21)
    for axis in (1, -1):
        count = 3 if axis == 1 else 4
        chain(f"QDQ_axis_{axis}", [("QuantizeLinear", ["x", "s", "z"], ["q"], dict(axis=axis)), ("DequantizeLinear", ["q", "s", "z"], ["y"], dict(axis=axis))],
              {"s": scales(count, True), "z": random.integers(-9, 9, count).astype(np.int8)}, (3, 4), 13)
    ties = np.array([[0.5, 1.5, 2.5, -0.5, -1.5, 200, -200]], np.float32)
    chain("QDQ_ties_and_saturation", [("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("DequantizeLinear", ["q", "s", "z"], ["y"], {})], {"s": np.float32(1), "z": np.int8(0)}, (7,), 13, x=ties)
    for label, per_channel, dtype in [("tensor", False, np.int8), ("channel", True, np.int8), ("uint8", False, np.uint8)]:
        low, high = (-127, 128) if dtype == np.int8 else (0, 256)
        weights = random.integers(low, high, (5, 3, 3, 3)).astype(dtype)
        ws = scales(5 if per_channel else 0, True)
        wz = np.zeros(5, dtype) if per_channel else np.array(0 if dtype == np.int8 else 128, dtype)
        xs = np.float32(1 / 64)
        bias = random.integers(-3000, 3000, 5).astype(np.int32)
        nodes = [
            ("QuantizeLinear", ["x", "xs", "xz"], ["xq"], {}), ("DequantizeLinear", ["xq", "xs", "xz"], ["xd"], {}),
            ("DequantizeLinear", ["w", "ws", "wz"], ["wd"], dict(axis=0) if per_channel else {}),
            ("DequantizeLinear", ["b", "bs"], ["bd"], dict(axis=0) if per_channel else {}),
            ("Conv", ["xd", "wd", "bd"], ["c"], dict(pads=[1, 1, 1, 1])), ("Relu", ["c"], ["r"], {}),
            ("QuantizeLinear", ["r", "ys", "yz"], ["yq"], {}), ("DequantizeLinear", ["yq", "ys", "yz"], ["y"], {}),
        ]
        constants = {"xs": xs, "xz": np.array(7 if dtype == np.uint8 else 0, np.uint8 if dtype == np.uint8 else np.int8), "w": weights, "ws": ws, "wz": wz, "b": bias, "bs": (ws * xs).astype(np.float32), "ys": np.float32(0.0371), "yz": np.int8(-128)}
        chain(f"QDQ_Conv_{label}", nodes, constants, (3, 6, 5), 13)
        gemm = [("DequantizeLinear", ["w", "ws", "wz"], ["wd"], dict(axis=1) if per_channel else {}), ("Gemm", ["x", "wd"], ["y"], {})]
        chain(f"QDQ_Gemm_{label}", gemm, {"w": random.integers(low, high, (7, 5)).astype(dtype), "ws": ws, "wz": wz}, (7,), 13)
    chain("QDQ_float_weights", [("QuantizeLinear", ["w", "s", "z"], ["q"], dict(axis=0)), ("DequantizeLinear", ["q", "s", "z"], ["d"], dict(axis=0)), ("Conv", ["x", "d"], ["y"], {})],
          {"w": real(4, 3, 2, 2), "s": scales(4, True), "z": np.zeros(4, np.int8)}, (3, 5, 5), 13)


def integers():
    """Constants of integers, folded: exact, quotients cut towards zero, wide numbers kept."""
    wide = 2**40 + 1

    def constant(label, nodes, constants, opset=17):
        """The nodes make `c` of four integers, which are added to x."""
        nodes = [*nodes, ("Cast", ["c"], ["f"], dict(to=1)), ("Add", ["x", "f"], ["y"], {})]
        chain(f"Integer_{label}", nodes, constants, (4,), opset)

    a, b = [-7, 7, -7, 7], [2, 2, -2, -2]
    for dtype in (np.int64, np.int32):
        name = np.dtype(dtype).name
        for kind in ("Div", "Mul", "Add", "Sub", "Max", "Min", "PRelu"):
            # ONNX Runtime has Max and Min for these two widths, PRelu too.
            constant(f"{kind}_{name}", [(kind, ["a", "b"], ["c"], {})], {"a": np.array(a, dtype), "b": np.array(b, dtype)})
        constant(f"Pow_{name}", [("Pow", ["a", "b"], ["c"], {})], {"a": np.array([2, -3, -1, 5], dtype), "b": np.array([10, 3, -3, 0], dtype)})
        for kind in ("Abs", "Neg", "Sign"):
            constant(f"{kind}_{name}", [(kind, ["a"], ["c"], {})], {"a": np.array(a, dtype)})
        for kind in ("Sum", "Prod", "Max", "Min", "Mean", "L1", "SumSquare"):
            given = dict(axes=[1], keepdims=0) if kind != "Sum" else dict(keepdims=0)
            constants = {"a": np.array([[-7, 2, -3], [7, 2, 2], [-1, -1, 0], [1, 0, 1]], dtype)}
            if kind == "Sum":
                constants["axes"] = np.array([1], np.int64)
            constant(f"Reduce{kind}_{name}", [("Reduce" + kind, [*constants], ["c"], given)], constants, 13)
        constant(f"Div_broadcast_{name}", [("Div", ["a", "b"], ["d"], {}), ("ReduceSum", ["d", "axes"], ["c"], dict(keepdims=0))],
                 {"a": np.array([[-9], [7]], dtype), "b": np.array([2, -3, 4, 5], dtype), "axes": np.array([0], np.int64)}, 13)
    constant("Relu_int32", [("Relu", ["a"], ["c"], {})], {"a": np.array(a, np.int32)})
    constant("Max_three", [("Max", ["a", "b", "e"], ["c"], {})], {"a": np.array(a, np.int64), "b": np.array(b, np.int64), "e": np.array(0, np.int64)})
    grid = wide + np.arange(8, dtype=np.int64).reshape(2, 4)
    base = np.array(wide - 1, np.int64)
    moves = {
        "Slice": ([("Slice", ["g", "s", "e", "ax", "st"], ["m"], {})], dict(s=[-1, -1], e=[-3, -5], ax=[0, 1], st=[-2, -1])),
        "Gather": ([("Gather", ["g", "i"], ["m"], dict(axis=0))], dict(i=[-1])),
        "Concat": ([("Gather", ["g", "i"], ["u"], dict(axis=1)), ("Gather", ["g", "j"], ["v"], dict(axis=1)), ("Concat", ["v", "u"], ["w"], dict(axis=-1)), ("Gather", ["w", "k"], ["m"], {})], dict(i=[-4, 1], j=[-1, -2], k=[1])),
        "Transpose": ([("Transpose", ["g"], ["t"], {}), ("Gather", ["t", "i"], ["m"], dict(axis=1))], dict(i=[-2])),
        "Split": ([("Split", ["g"], ["m", "n"], dict(axis=0))], {}),
        "Pad": ([("Pad", ["g", "p", "v"], ["q"], {}), ("Slice", ["q", "s", "e"], ["m"], {})], dict(p=[0, 1, 1, 0], v=None, s=[1, 0], e=[2, 4])),
        "Flatten": ([("Flatten", ["g"], ["q"], dict(axis=0)), ("Slice", ["q", "s", "e", "ax"], ["m"], {})], dict(s=[2], e=[6], ax=[1])),
    }
    for label, (nodes, lists) in moves.items():
        constants = {name: np.array(7 if values is None else values, np.int64) for name, values in lists.items()}
        shape = {"h": np.array([4], np.int64)}
        constant(f"{label}_wide", [*nodes, ("Sub", ["m", "b"], ["d"], {}), ("Reshape", ["d", "h"], ["r"], {}), ("Max", ["r", "low"], ["c"], {})],
                 {"g": grid, "b": base, "low": np.array(-9, np.int64), **constants, **shape})
    real_numbers = np.array([-2.7, 2.7, -0.5, 1e6], np.float32)
    for to in (TensorProto.INT64, TensorProto.INT32, TensorProto.BOOL):
        constant(f"Cast_{TensorProto.DataType.Name(to)}", [("Cast", ["a"], ["c"], dict(to=to))], {"a": real_numbers})
    constant("Cast_INT8", [("Cast", ["a"], ["c"], dict(to=TensorProto.INT8))], {"a": np.array([-2.7, 2.7, -127.9, 127.9], np.float32)})
    # Shape arithmetic in real numbers: its extents are no integers while they are cast.
    chain("Integer_shape_halves", [("Shape", ["x"], ["s"], {}), ("Cast", ["s"], ["f"], dict(to=1)), ("Gather", ["f", "one"], ["g"], {}), ("Div", ["g", "two"], ["d"], {}), ("Ceil", ["d"], ["u"], {}), ("Cast", ["u"], ["i"], dict(to=7)), ("Unsqueeze", ["i", "a"], ["e"], {}), ("Slice", ["x", "a", "e", "ax"], ["y"], {})],
          {"one": np.array(1, np.int64), "two": np.float32(2), "a": np.array([0], np.int64), "ax": np.array([1], np.int64)}, (7,))
    # The padded halves of an odd size.
    chain("Integer_halves", [("Shape", ["x"], ["s"], {}), ("Gather", ["s", "one"], ["d"], {}), ("Div", ["d", "two"], ["h"], {}), ("Sub", ["d", "h"], ["k"], {}), ("Unsqueeze", ["k", "a"], ["e"], {}), ("Slice", ["x", "a", "e", "ax"], ["y"], {})],
          {"one": np.array(1, np.int64), "two": np.array(2, np.int64), "a": np.array([0], np.int64), "ax": np.array([1], np.int64)}, (7,))


def clips():
    """Bounds that cross give the upper one; integers are clipped as integers."""
    x = np.array([[-5, 0, 3, 10]], np.float32)
    chain("Clip_crossing", [("Clip", ["x", "low", "high"], ["y"], {})], {"low": np.float32(4), "high": np.float32(1)}, (4,), x=x)
    for label, low, high in (("inside", -3, 5), ("crossing", 5, -3)):
        for dtype in (np.int64, np.int32, np.int8, np.uint8):
            if np.dtype(dtype).kind == "u":
                low, high = abs(low), abs(high)
            nodes = [("Clip", ["a", "low", "high"], ["c"], {}), ("Cast", ["c"], ["f"], dict(to=1)), ("Add", ["x", "f"], ["y"], {})]
            chain(f"Clip_{label}_{np.dtype(dtype).name}", nodes, {"a": np.array([100, 0, 4, 7], dtype), "low": np.array(low, dtype), "high": np.array(high, dtype)}, (4,))
    chain("Clip_one_bound_int64", [("Clip", ["a", "", "high"], ["c"], {}), ("Cast", ["c"], ["f"], dict(to=1)), ("Add", ["x", "f"], ["y"], {})], {"a": np.array([-9, 0, 4, 7], np.int64), "high": np.array(3, np.int64)}, (4,))
    scale, zero = np.float32(0.02), np.int8(0)
    low, high = np.int8(-127), np.int8(127)
    dense = [("Clip", ["q", "low", "high"], ["k"], {}), ("DequantizeLinear", ["k", "s", "z"], ["d"], {}), ("Conv", ["x", "d"], ["y"], {})]
    weights = random.integers(-127, 128, (4, 3, 2, 2)).astype(np.int8)
    chain("QCDQ_codes", dense, {"q": weights, "s": scale, "z": zero, "low": low, "high": high}, (3, 5, 5), 13)
    chain("QCDQ_weights", [("QuantizeLinear", ["w", "s", "z"], ["q"], {}), *dense], {"w": real(4, 3, 2, 2, low=-3, high=3), "s": scale, "z": zero, "low": low, "high": high}, (3, 5, 5), 13)
    chain("QCDQ_activations", [("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("Clip", ["q", "low", "high"], ["k"], {}), ("DequantizeLinear", ["k", "s", "z"], ["y"], {})],
          {"s": scale, "z": zero, "low": np.int8(-8), "high": np.int8(7)}, (3, 4), 13)


def zero_points():
    """A zero point of its own for each position of the axis, in weights and in activations."""
    for dtype, (low, high) in {np.int8: (-128, 128), np.uint8: (0, 256)}.items():
        name = np.dtype(dtype).name
        scales = random.uniform(0.01, 0.05, 4).astype(np.float32)
        zeros = random.integers(low, high, 4).astype(dtype)
        chain(f"Zero_points_Conv_{name}", [("DequantizeLinear", ["w", "s", "z"], ["d"], dict(axis=0)), ("Conv", ["x", "d"], ["y"], {})],
              {"w": random.integers(low, high, (4, 3, 2, 2)).astype(dtype), "s": scales, "z": zeros}, (3, 5, 5), 13)
        chain(f"Zero_points_Gemm_{name}", [("DequantizeLinear", ["w", "s", "z"], ["d"], {}), ("Gemm", ["x", "d"], ["y"], {})],
              {"w": random.integers(low, high, (5, 4)).astype(dtype), "s": scales, "z": zeros}, (5,), 13)
        chain(f"Zero_points_Gemm_turned_{name}", [("DequantizeLinear", ["w", "s", "z"], ["d"], dict(axis=0)), ("Gemm", ["x", "d"], ["y"], dict(transB=1))],
              {"w": random.integers(low, high, (4, 5)).astype(dtype), "s": scales, "z": zeros}, (5,), 13)


def later_sets():
    """Operator sets 22 to 24: every operator that they define anew."""
    image = (4, 6, 5)
    for opset in (22, 23, 24):
        chain(f"Set_{opset}_Conv", [("Conv", ["x", "w", "b"], ["y"], dict(strides=[2, 1], pads=[1, 1, 1, 1], group=2))], {"w": real(6, 2, 3, 3), "b": real(6)}, image, opset)
        pool = dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1)
        one(f"Set_{opset}_MaxPool", "MaxPool", image, opset, **pool)
        for counts in (0, 1):
            one(f"Set_{opset}_AveragePool_{counts}", "AveragePool", image, opset, count_include_pad=counts, **pool)
            one(f"Set_{opset}_AveragePool_dropped_{counts}", "AveragePool", image, opset, count_include_pad=counts, kernel_shape=[1, 1], strides=[3, 2], ceil_mode=1)
        for kind in ("GlobalAveragePool", "GlobalMaxPool", "Dropout", "Elu", "HardSigmoid", "HardSwish", "Round", "Selu", "Softplus", "Softsign", "Identity"):
            one(f"Set_{opset}_{kind}", kind, image, opset, x=real(2, *image, low=-4, high=4))
        one(f"Set_{opset}_Flatten", "Flatten", image, opset)
        one(f"Set_{opset}_Transpose", "Transpose", image, opset, perm=[0, 3, 1, 2])
        one(f"Set_{opset}_Reshape", "Reshape", image, opset, {"s": np.array([0, 0, -1], np.int64)})
        one(f"Set_{opset}_Pad", "Pad", image, opset, {"p": np.array([1, 2], np.int64), "v": np.float32(0.5), "a": np.array([-1], np.int64)})
        one(f"Set_{opset}_Unsqueeze", "Unsqueeze", image, opset, {"a": np.array([2], np.int64)})
        one(f"Set_{opset}_Squeeze", "Squeeze", (4, 1, 5), opset, {"a": np.array([2], np.int64)})
        chain(f"Set_{opset}_Shape", [("Shape", ["x"], ["s"], dict(start=1)), ("Cast", ["s"], ["f"], dict(to=1)), ("Constant", [], ["k"], dict(value_float=2.0)), ("Div", ["f", "k"], ["d"], {}), ("Add", ["x", "d"], ["y"], {})], {}, (3, 2), opset)
        chain(f"Set_{opset}_QDQ", [("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("DequantizeLinear", ["q", "s", "z"], ["y"], {})],
              {"s": np.float32(0.02), "z": np.int8(3)}, (3, 4), opset, x=real(2, 3, 4, low=-4, high=6))


def single(name, kind, shape, opset=17, constants=None, optional=(), x=None, **attributes):
    """One node on one image."""
    one(name, kind, shape, opset, constants, real(1, *shape) if x is None else x, optional, **attributes)


def resizing():
    image = (2, 5, 4)
    modes = ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")

    def scales(*values):
        return {"r": np.zeros(0, np.float32), "s": np.array([1, 1, *values], np.float32)}

    def sizes(*values):
        return {"e": np.array([1, 2, *values], np.int64)}

    grown, shrunk, mixed = (2.0, 3.0), (0.6, 0.5), (1.7, 0.8)
    for mode in modes:
        for label, factors in (("up", grown), ("down", shrunk), ("mixed", mixed)):
            # Refused: ONNX Runtime and ONNX's definition put the corners of fractional lengths elsewhere.
            if mode == "align_corners" and label == "mixed":
                continue
            single(f"Resize_linear_{mode}_{label}", "Resize", image, 13, scales(*factors), mode="linear", coordinate_transformation_mode=mode)
            for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
                single(f"Resize_nearest_{mode}_{rounding}_{label}", "Resize", image, 13, scales(*factors), mode="nearest", coordinate_transformation_mode=mode, nearest_mode=rounding)
        single(f"Resize_sizes_{mode}", "Resize", image, 18, sizes(7, 1), optional=[1, 2], mode="linear", coordinate_transformation_mode=mode)
        single(f"Resize_sizes_nearest_{mode}", "Resize", image, 11, {"r": np.zeros(0, np.float32), "q": np.zeros(0, np.float32), **sizes(3, 9)}, coordinate_transformation_mode=mode)
    for label, values in (("up", (7, 9)), ("down", (3, 3))):
        single(f"Resize_symmetric_{label}", "Resize", image, 19, sizes(*values), optional=[1, 2], mode="linear", coordinate_transformation_mode="half_pixel_symmetric")
        single(f"Resize_symmetric_scales_{label}", "Resize", image, 19, {"s": np.array([1, 1, *((1.3, 2.3) if label == "up" else (0.7, 0.4))], np.float32)}, optional=[1], mode="linear", coordinate_transformation_mode="half_pixel_symmetric")
    for policy in ("not_larger", "not_smaller"):
        single(f"Resize_{policy}", "Resize", image, 18, {"e": np.array([8, 9], np.int64)}, optional=[1, 2], axes=[2, 3], keep_aspect_ratio_policy=policy)
    single("Resize_axes", "Resize", image, 18, {"s": np.array([3.0], np.float32)}, optional=[1], mode="linear", axes=[3])
    for mode in ("nearest", "linear"):
        for label, factors in (("up", grown), ("down", shrunk)):
            single(f"Resize_10_{mode}_{label}", "Resize", image, 10, {"s": np.array([1, 1, *factors], np.float32)}, mode=mode)
        single(f"Upsample_9_{mode}", "Upsample", image, 9, {"s": np.array([1, 1, *grown], np.float32)}, mode=mode)
        single(f"Upsample_7_{mode}", "Upsample", image, 7, mode=mode, scales=[1.0, 1.0, *grown])


def normalizations():
    shape = (3, 4, 5)
    for axis in (-1, 2, 1):
        extents = [1, *shape][axis:]
        single(f"LayerNormalization_{axis}", "LayerNormalization", shape, constants={"s": real(*extents), "b": real(*extents)}, axis=axis, epsilon=1e-3)
    single("LayerNormalization_no_bias", "LayerNormalization", shape, constants={"s": real(5)})
    chain("LayerNormalization_computed_scale", [("Sigmoid", ["x"], ["g"], {}), ("ReduceMean", ["g"], ["m"], dict(axes=[0, 1, 2], keepdims=0)), ("LayerNormalization", ["x", "m"], ["y"], {})], {}, shape, x=real(1, *shape))
    single("LayerNormalization_offset", "LayerNormalization", (3, 16), constants={"s": real(16), "b": real(16)}, x=real(1, 3, 16) + np.float32(100))
    single("RMSNormalization", "RMSNormalization", shape, 23, {"s": real(5)}, epsilon=1e-3)
    single("RMSNormalization_two_axes", "RMSNormalization", shape, 23, {"s": real(4, 5)}, axis=-2)
    for opset in (11, 22):
        single(f"InstanceNormalization_{opset}", "InstanceNormalization", shape, opset, {"s": real(3), "b": real(3)}, epsilon=1e-2)
    single("InstanceNormalization_1D", "InstanceNormalization", (3, 7), constants={"s": real(3), "b": real(3)})
    single("GroupNormalization_18", "GroupNormalization", (6, 4, 5), 18, {"s": real(2), "b": real(2)}, num_groups=2)
    single("GroupNormalization_21", "GroupNormalization", (6, 4, 5), 21, {"s": real(6), "b": real(6)}, num_groups=3, epsilon=1e-3)


def blocks():
    for mode in ("DCR", "CRD"):
        for opset in (11, 13):
            single(f"DepthToSpace_{mode}_{opset}", "DepthToSpace", (12, 2, 3), opset, blocksize=2, mode=mode)
    single("DepthToSpace_default", "DepthToSpace", (9, 2, 1), blocksize=3)
    single("SpaceToDepth", "SpaceToDepth", (3, 4, 6), blocksize=2)
    single("Tile", "Tile", (3, 2), constants={"t": np.array([1, 2, 3], np.int64)})
    single("Tile_once", "Tile", (3, 2), constants={"t": np.array([1, 1, 1], np.int64)})
    single("Tile_twice", "Tile", (3,), 6 + 1, {"t": np.array([2, 2], np.int64)})


def einsums():
    def two(label, equation, shape, w, turned=False):
        chain(f"Einsum_{label}", [("Einsum", ["w", "x"] if turned else ["x", "w"], ["y"], dict(equation=equation))], {"w": w}, shape, x=real(1, *shape))

    two("dense", "bti,oi->bto", (3, 4), real(5, 4))
    two("dense_turned", "bti,io->bto", (3, 4), real(4, 5))
    two("dense_left", "oi,bti->bot", (3, 4), real(5, 4), turned=True)
    two("dense_heads", "bti,ihd->bhtd", (3, 4), real(4, 2, 5))
    two("dense_contracted", "bhtd,hdo->bto", (2, 3, 4), real(2, 4, 5))
    two("dense_ellipsis", "...i,io->...o", (3, 4), real(4, 5))
    two("dense_vector", "bti,i->bt", (3, 4), real(4))
    two("dense_implicit", "bti,io", (3, 4), real(4, 5))
    two("heads", "bhtd,hdo->bhto", (2, 3, 4), real(2, 4, 5))
    two("outer", "bi,j->bij", (3,), real(4))
    two("weighted", "bti,i->bti", (3, 4), real(4))
    two("summed", "bti,oi->bo", (3, 4), real(5, 4))
    for label, equation, shape in [
        ("transposed", "bij->bji", (3, 4)), ("sum", "bij->b", (3, 4)), ("diagonal", "bii->bi", (3, 3)), ("trace", "bii->b", (3, 3)), ("implicit", "b i j", (3, 4)), ("ellipsis_moved", "b...j->bj...", (2, 3, 4)),
    ]:
        single(f"Einsum_{label}", "Einsum", shape, equation=equation)
    chain("Einsum_attention", [("Sigmoid", ["x"], ["s"], {}), ("Einsum", ["x", "s"], ["a"], dict(equation="bhid,bhjd->bhij")), ("Softmax", ["a"], ["p"], {}), ("Einsum", ["p", "x"], ["y"], dict(equation="bhij,bhjd->bihd"))], {}, (2, 3, 4), x=real(1, 2, 3, 4))
    chain("Einsum_ellipsis_broadcast", [("ReduceMean", ["x"], ["m"], dict(axes=[1])), ("Einsum", ["x", "m"], ["y"], dict(equation="...ij,...kj->...ik"))], {}, (2, 3, 4), 13, x=real(1, 2, 3, 4))
    chain("Einsum_three", [("Sigmoid", ["x"], ["s"], {}), ("Einsum", ["x", "s", "w"], ["y"], dict(equation="bij,bij,jk->bk"))], {"w": real(4, 2)}, (3, 4), x=real(1, 3, 4))


def rankings():
    ties = np.array([[[2, 5, 5, 1], [3, 3, -1, 3], [-4, 0, 0, -4]]], np.float32)
    for kind in ("ArgMax", "ArgMin"):
        for axis, keeps, last in [(1, 1, 0), (2, 0, 0), (-1, 1, 1), (0, 0, 0)]:
            chain(f"{kind}_{axis}_{keeps}_{last}", [(kind, ["x"], ["i"], dict(axis=axis, keepdims=keeps, select_last_index=last)), ("Cast", ["i"], ["y"], dict(to=1))], {}, (3, 4), 13, x=ties)
    for label, attributes in [("largest", {}), ("smallest", dict(largest=0)), ("axis", dict(axis=1))]:
        nodes = [("TopK", ["x", "k"], ["v", "i"], attributes), ("Cast", ["i"], ["f"], dict(to=1)), ("Concat", ["v", "f"], ["y"], dict(axis=-1))]
        chain(f"TopK_{label}", nodes, {"k": np.array([2], np.int64)}, (3, 4), 11, x=ties)
    chain("TopK_values", [("TopK", ["x", "k"], ["y", "u"], {})], {"k": np.array([3], np.int64)}, (3, 4), 11, x=real(1, 3, 4))
    chain("TopK_positions", [("TopK", ["x", "k"], ["u", "i"], {}), ("Cast", ["i"], ["y"], dict(to=1))], {"k": np.array([3], np.int64)}, (3, 4), 11, x=real(1, 3, 4))
    for opset, axis in ((11, 1), (11, 2), (13, 1), (13, -1)):
        single(f"Hardmax_{axis}_{opset}", "Hardmax", (3, 4), opset, x=ties, axis=axis)


def functions():
    wide = real(1, 3, 5, low=-4, high=4)
    for kind, attributes in [
        ("Atan", {}), ("Asinh", {}), ("Cos", {}), ("Cosh", {}), ("Sin", {}), ("Sinh", {}), ("Tan", {}), ("Mish", {}), ("Celu", {}), ("Celu", dict(alpha=0.4)),
        ("Shrink", {}), ("Shrink", dict(lambd=1.2, bias=0.3)), ("ThresholdedRelu", {}), ("ThresholdedRelu", dict(alpha=0.4)),
    ]:
        single(f"{kind}_{'_'.join(attributes)}_function", kind, (3, 5), 18, x=wide, **attributes)
    for kind in ("Acos", "Asin", "Atanh"):
        single(kind, kind, (3, 5), 13, x=real(1, 3, 5, low=-0.9, high=0.9))
    single("Acosh", "Acosh", (3, 5), 13, x=real(1, 3, 5, low=1.1, high=4))
    for alpha in (None, 0.7):
        single(f"Swish_{alpha}", "Swish", (3, 5), 24, x=wide, **({} if alpha is None else dict(alpha=alpha)))


def transposed_convolutions():
    image = (4, 3, 5)
    kinds = [
        ("plain", dict(), 1, (3, 3)), ("stride", dict(strides=[2, 3]), 1, (3, 2)), ("pads", dict(pads=[1, 0, 0, 2]), 1, (3, 3)),
        ("output_padding", dict(strides=[2, 3], output_padding=[1, 2], pads=[1, 1, 1, 1]), 1, (3, 3)), ("groups", dict(strides=[2, 2]), 2, (2, 3)),
        ("depthwise", dict(strides=[2, 2], pads=[1, 1, 1, 1]), 4, (4, 4)), ("dilations", dict(dilations=[2, 3], strides=[1, 2]), 1, (2, 2)),
        ("output_shape", dict(strides=[2, 2], output_shape=[6, 10]), 1, (3, 3)), ("output_shape_upper", dict(strides=[2, 2], output_shape=[6, 10], auto_pad="SAME_UPPER"), 1, (3, 3)),
        ("same_upper", dict(strides=[2, 3], auto_pad="SAME_UPPER"), 1, (3, 4)), ("same_lower", dict(strides=[2, 3], auto_pad="SAME_LOWER"), 1, (3, 4)), ("valid", dict(strides=[2, 2], auto_pad="VALID"), 1, (3, 3)),
        ("sparse", dict(strides=[3, 3]), 1, (2, 1)),
    ]
    for label, attributes, groups, kernel in kinds:
        single(f"ConvTranspose_{label}", "ConvTranspose", image, 11, {"w": real(4, 6 // (2 if groups > 1 else 1), *kernel), "b": real(6 // (2 if groups > 1 else 1) * groups)}, group=groups, **attributes)
    single("ConvTranspose_no_bias", "ConvTranspose", image, 22, {"w": real(4, 2, 3, 3)})
    for label, attributes, groups in [("plain", {}, 1), ("stride", dict(strides=[3], pads=[1, 2], output_padding=[1]), 1), ("groups", dict(dilations=[2]), 2)]:
        single(f"ConvTranspose1D_{label}", "ConvTranspose", (4, 6), constants={"w": real(4, 3, 3), "b": real(3 * groups)}, group=groups, **attributes)
    chain("ConvTranspose_normalized", [("ConvTranspose", ["x", "w"], ["c"], {}), ("BatchNormalization", ["c", "s", "b", "m", "v"], ["y"], {})], {"w": real(4, 3, 2, 2), "s": real(3), "b": real(3), "m": real(3), "v": real(3, low=0.1)}, image, x=real(1, *image))
    for label, count, axis in (("tensor", 0, 0), ("channel", 3, 1)):
        scales = random.uniform(0.01, 0.05, count).astype(np.float32) if count else np.float32(0.02)
        chain(f"QDQ_ConvTranspose_{label}", [("DequantizeLinear", ["w", "s"], ["d"], dict(axis=axis) if count else {}), ("ConvTranspose", ["x", "d"], ["y"], dict(group=2, strides=[2, 2]))], {"w": random.integers(-127, 128, (4, 3, 2, 2)).astype(np.int8), "s": scales}, image, 13, x=real(1, *image))


def recurrent():
    """Sequences of 5 steps; the batch of 1 of an image stands behind the steps."""
    steps, inputs, hidden = 5, 3, 4
    gates = dict(LSTM=4, GRU=3, RNN=1)

    def layer(label, kind, reads="y", directions=1, bias=True, lengths=None, h0=False, c0=False, peepholes=False, **attributes):
        g = gates[kind]
        constants = {"w": real(directions, g * hidden, inputs), "r": real(directions, g * hidden, hidden)}
        if bias:
            constants["b"] = real(directions, 2 * g * hidden)
        if lengths:
            constants["l"] = np.array([lengths], np.int32)
        if h0:
            constants["h0"] = real(directions, 1, hidden)
        if c0:
            constants["c0"] = real(directions, 1, hidden)
        if peepholes:
            constants["p"] = real(directions, 3 * hidden)
        names = [name if name in constants else "" for name in ("w", "r", "b", "l", "h0", "c0", "p")][: 7 if kind == "LSTM" else 5]
        while names and not names[-1]:
            names.pop()
        written = dict(y=["y"], h=["", "y"], c=["", "", "y"], all=["a", "h", "c"][: 3 if kind == "LSTM" else 2])[reads]
        nodes = [("Transpose", ["x"], ["t"], dict(perm=[1, 0, 2])), (kind, ["t", *names], written, dict(hidden_size=hidden, **attributes))]
        if reads == "all":
            shape = np.array([1, -1, hidden], np.int64)
            nodes += [("Reshape", [name, "shape"], [name + "r"], {}) for name in written] + [("Concat", [name + "r" for name in written], ["y"], dict(axis=1))]
            constants["shape"] = shape
        # The helper that makes models names nodes by their first output.
        chain(f"{kind}_{label}", nodes, constants, (steps, inputs), 14, x=real(1, steps, inputs))

    for kind in gates:
        layer("forward", kind)
        layer("reverse", kind, "all", direction="reverse")
        layer("bidirectional", kind, "all", 2, direction="bidirectional", h0=True, c0=kind == "LSTM")
        layer("no_bias", kind, bias=False)
        layer("last", kind, "h")
        layer("initial", kind, "all", h0=True, c0=kind == "LSTM")
        layer("full_length", kind, "all", lengths=steps)
        layer("short", kind, "all", 2, lengths=3, direction="bidirectional")
        layer("clip", kind, "all", clip=0.3)
    layer("cell", "LSTM", "c")
    layer("peepholes", "LSTM", "all", peepholes=True)
    layer("peepholes_both", "LSTM", "all", 2, peepholes=True, direction="bidirectional")
    layer("coupled", "LSTM", "all", input_forget=1)
    for directions, direction in ((1, "forward"), (2, "bidirectional")):
        layer(f"linear_{direction}", "GRU", "all", directions, linear_before_reset=1, direction=direction)
    layer("linear_clip", "GRU", "all", linear_before_reset=1, clip=0.4)
    for name, alpha, beta in [("Relu", None, None), ("LeakyRelu", 0.2, None), ("ThresholdedRelu", 0.3, None), ("ScaledTanh", 0.7, 0.4), ("HardSigmoid", 0.3, 0.4), ("Elu", 0.8, None), ("Softsign", None, None), ("Softplus", None, None), ("Affine", 0.6, 0.1), ("Sigmoid", None, None)]:
        given = dict(activation_alpha=[alpha]) if alpha is not None else {}
        if beta is not None:
            given["activation_beta"] = [beta]
        layer(f"function_{name}", "RNN", activations=[name], **given)
    layer("functions", "LSTM", "all", activations=["HardSigmoid", "ScaledTanh", "Softsign"], activation_alpha=[0.3, 0.8], activation_beta=[0.4, 0.6])
    layer("functions", "GRU", "all", 2, direction="bidirectional", activations=["HardSigmoid", "LeakyRelu", "Sigmoid", "Tanh"], activation_alpha=[0.3, 0.2], activation_beta=[0.4])
    scales, codes = np.float32(0.01), random.integers(-127, 128, (1, 16, inputs)).astype(np.int8)
    chain("QDQ_LSTM", [("DequantizeLinear", ["wq", "s"], ["w"], {}), ("DequantizeLinear", ["rq", "s"], ["r"], {}), ("Transpose", ["x"], ["t"], dict(perm=[1, 0, 2])), ("LSTM", ["t", "w", "r"], ["y"], dict(hidden_size=hidden))],
          {"wq": codes, "rq": random.integers(-127, 128, (1, 16, hidden)).astype(np.int8), "s": scales}, (steps, inputs), 14, x=real(1, steps, inputs))


def integer_layers():
    """Layers on codes. Results are dequantized: one code of `y` is a step, and codes must be equal."""
    def codes(dtype, *shape, beside=np.int8):
        """Signed weights beside unsigned codes have 7 bits: without VNNI, ONNX Runtime saturates sums of two products."""
        low, high = (0, 256) if dtype == np.uint8 else (-64, 64) if beside == np.uint8 else (-128, 128)
        return random.integers(low, high, shape).astype(dtype)

    def layer(label, kind, shape, dtype, constants, inputs, result=True, domain="", **attributes):
        """x is quantized, the layer named by its inputs computes, and its codes are dequantized."""
        if domain:
            attributes["domain"] = domain
        constants = {"xs": np.float32(1 / 50), "xz": np.array(121 if dtype == np.uint8 else -7, dtype), "ys": np.float32(0.043), "yz": np.array(131 if dtype == np.uint8 else 3, dtype), **constants}
        nodes = [("QuantizeLinear", ["x", "xs", "xz"], ["q"], {}), (kind, inputs, ["c"], attributes), ("DequantizeLinear", ["c", "ys", "yz"], ["y"], {})]
        if not result:
            nodes = [*nodes[:1], (kind, inputs, ["y"], attributes)]
        chain(f"{kind}_{label}", nodes, constants, shape, 13, x=real(1, *shape, low=-2, high=2))

    for dtype in (np.uint8, np.int8):
        name = np.dtype(dtype).name
        for label, count, groups in (("tensor", 0, 1), ("channel", 4, 1), ("groups", 4, 2)):
            weight_type = np.int8 if count else dtype
            zeros = np.zeros(4, weight_type) if count else np.array(117 if dtype == np.uint8 else 5, dtype)
            scales = random.uniform(0.002, 0.02, 4).astype(np.float32) if count else np.float32(0.01)
            layer(f"{label}_{name}", "QLinearConv", (2, 6, 5), dtype, {"w": codes(weight_type, 4, 2 // groups, 3, 3, beside=dtype), "ws": scales, "wz": zeros, "b": random.integers(-3000, 3000, 4).astype(np.int32)},
                  ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"], group=groups, pads=[1, 1, 1, 1], strides=[1, 2])
        layer(f"constant_{name}", "QLinearMatMul", (3, 6), dtype, {"w": codes(dtype, 6, 4), "ws": np.float32(0.01), "wz": np.array(120 if dtype == np.uint8 else 3, dtype)}, ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz"])
        layer(f"gemm_{name}", "QGemm", (6,), dtype, {"w": codes(dtype, 4, 6), "ws": np.float32(0.01), "wz": np.array(120 if dtype == np.uint8 else 3, dtype), "b": random.integers(-3000, 3000, 4).astype(np.int32)},
              ["q", "xs", "xz", "w", "ws", "wz", "b", "ys", "yz"], domain="com.microsoft", transB=1, alpha=1.0)
        for kind in ("QLinearAdd", "QLinearMul"):
            layer(f"constant_{name}", kind, (3, 4), dtype, {"w": codes(dtype, 4), "ws": np.float32(0.012), "wz": np.array(7, dtype)}, ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz"], domain="com.microsoft")
            layer(f"self_{name}", kind, (3, 4), dtype, {}, ["q", "xs", "xz", "q", "xs", "xz", "ys", "yz"], domain="com.microsoft")
        for kind, attributes in (("QLinearSigmoid", {}), ("QLinearLeakyRelu", dict(alpha=0.3))):
            layer(f"codes_{name}", kind, (3, 4), dtype, {"ys": np.float32(0.011)}, ["q", "xs", "xz", "ys", "yz"], domain="com.microsoft", **attributes)
        for kind, attributes in (("QLinearGlobalAveragePool", {}), ("QLinearAveragePool", dict(kernel_shape=[2, 2], strides=[2, 1]))):
            layer(f"codes_{name}", kind, (3, 4, 5), dtype, {}, ["q", "xs", "xz", "ys", "yz"], domain="com.microsoft", **attributes)
    layer("vector_scales", "QLinearMatMul", (3, 6), np.uint8, {"w": codes(np.int8, 6, 4, beside=np.uint8), "ws": random.uniform(0.002, 0.02, 4).astype(np.float32), "wz": np.zeros(4, np.int8)}, ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz"])
    layer("real_result", "QGemm", (6,), np.uint8, {"w": codes(np.int8, 6, 4, beside=np.uint8), "ws": np.float32(0.01), "wz": np.array(0, np.int8)}, ["q", "xs", "xz", "w", "ws", "wz"], result=False, domain="com.microsoft")
    layer("codes", "QLinearConcat", (3, 4), np.uint8, {"ts": np.float32(0.03), "tz": np.array(120, np.uint8), "w": codes(np.uint8, 1, 2, 4)}, ["ys", "yz", "q", "xs", "xz", "w", "ts", "tz"], domain="com.microsoft", axis=1)
    chain("QLinearMatMul_computed", [("QuantizeLinear", ["x", "xs", "xz"], ["q"], {}), ("Transpose", ["q"], ["t"], dict(perm=[0, 2, 1])), ("QLinearMatMul", ["q", "xs", "xz", "t", "xs", "xz", "ys", "yz"], ["c"], {}), ("DequantizeLinear", ["c", "ys", "yz"], ["y"], {})],
          {"xs": np.float32(1 / 50), "xz": np.uint8(121), "ys": np.float32(0.043), "yz": np.uint8(30)}, (3, 6), 13, x=real(1, 3, 6, low=-2, high=2))
    dynamic = ("DynamicQuantizeLinear", ["x"], ["q", "s", "z"], {})
    chain("DynamicQuantizeLinear", [dynamic, ("DequantizeLinear", ["q", "one"], ["c"], {}), ("DequantizeLinear", ["z", "one"], ["d"], {}), ("Sub", ["c", "d"], ["e"], {}), ("Mul", ["e", "s"], ["y"], {})], {"one": np.float32(1)}, (3, 6), 13, x=real(1, 3, 6, low=-2, high=3))
    finish = [("Cast", ["i"], ["f"], dict(to=1)), ("Mul", ["s", "ws"], ["m"], {}), ("Mul", ["f", "m"], ["y"], {})]
    for dtype, zero in ((np.int8, 4), (np.uint8, 119)):
        name = np.dtype(dtype).name
        chain(f"ConvInteger_{name}", [dynamic, ("ConvInteger", ["q", "w", "z", "wz"], ["i"], dict(pads=[1, 1, 1, 1])), *finish], {"w": codes(dtype, 4, 2, 3, 3, beside=np.uint8), "wz": np.array(zero, dtype), "ws": np.float32(0.01)}, (2, 5, 4), 13, x=real(1, 2, 5, 4, low=-2, high=3))
        chain(f"MatMulInteger_{name}", [dynamic, ("MatMulInteger", ["q", "w", "z", "wz"], ["i"], {}), *finish], {"w": codes(dtype, 6, 4, beside=np.uint8), "wz": np.array(zero, dtype), "ws": np.float32(0.01)}, (3, 6), 13, x=real(1, 3, 6, low=-2, high=3))
    chain("MatMulInteger_channels", [dynamic, ("MatMulInteger", ["q", "w", "z", "wz"], ["i"], {}), *finish], {"w": codes(np.int8, 6, 4, beside=np.uint8), "wz": np.zeros(4, np.int8), "ws": random.uniform(0.002, 0.02, 4).astype(np.float32)}, (3, 6), 13, x=real(1, 3, 6, low=-2, high=3))
    chain("MatMulInteger_constant_zero", [("QuantizeLinear", ["x", "xs", "xz"], ["q"], {}), ("MatMulInteger", ["q", "w", "xz"], ["i"], {}), ("Cast", ["i"], ["f"], dict(to=1)), ("Mul", ["f", "ws"], ["y"], {})], {"xs": np.float32(1 / 50), "xz": np.uint8(121), "w": codes(np.int8, 6, 4, beside=np.uint8), "ws": np.float32(0.0002)}, (3, 6), 13, x=real(1, 3, 6, low=-2, high=3))


def cubics():
    image = (2, 5, 4)

    def single(name, opset, inputs, optional, **attributes):
        one(f"Resize_cubic_{name}", "Resize", image, opset, inputs, None, optional, mode="cubic", **attributes)

    for mode in ("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel"):
        for label, sizes in (("up", (8, 11)), ("down", (3, 2)), ("mixed", (5, 1)), ("whole", (10, 8))):
            inputs = {"e": np.array([2, 2, *sizes], np.int64)}
            for excludes in (0, 1):
                # The extent of the batch stays: it is that of one image here.
                single(f"{mode}_{label}_{excludes}", 18, {"e": inputs["e"][2:]}, [1, 2], axes=[2, 3], coordinate_transformation_mode=mode, exclude_outside=excludes)
    for opset in (11, 13, 18):
        single(f"scales_{opset}", opset, {"r": np.zeros(0, np.float32), "s": np.array([1, 1, 1.7, 2.5], np.float32)}, [])
        single(f"coefficient_{opset}", opset, {"r": np.zeros(0, np.float32), "s": np.array([1, 1, 0.6, 3], np.float32)}, [], cubic_coeff_a=-0.5)


def positions():
    largest = ("ArgMax", ["x"], ["i"], dict(axis=-1, keepdims=0))
    below, seven = ("Sub", ["i", "seven"], ["j"], {}), {"seven": np.int64(7)}
    shape = (3, 7)
    chain("Gather_computed", [largest, ("Gather", ["t", "i"], ["y"], {})], {"t": real(7, 5)}, shape)
    chain("Gather_computed_negative", [largest, below, ("Gather", ["t", "j"], ["y"], dict(axis=0))], {"t": real(7), **seven}, shape)
    chain("Gather_computed_axis", [largest, ("Gather", ["t", "i"], ["g"], dict(axis=-2)), ("Transpose", ["g"], ["y"], dict(perm=[1, 2, 0, 3]))], {"t": real(4, 7, 2)}, shape)
    chain("Gather_computed_int32", [largest, ("Cast", ["i"], ["j"], dict(to=6)), ("Gather", ["t", "j"], ["y"], {})], {"t": real(7, 2, 2)}, shape)
    chain("Gather_computed_integers", [largest, ("Gather", ["t", "i"], ["g"], {}), ("Cast", ["g"], ["y"], dict(to=1))], {"t": np.arange(30, 37)}, shape)
    chain("Gather_both_computed", [("TopK", ["x", "k"], ["v", "i"], {}), ("Gather", ["x", "i"], ["y"], dict(axis=2))], {"k": np.array([2], np.int64)}, shape, x=real(1, *shape))

    values = {"d": np.int64(7), "v": np.array([0.25, 2.0], np.float32)}
    for axis in (-1, 1, 2):
        chain(f"OneHot_{axis}", [largest, ("OneHot", ["i", "d", "v"], ["y"], dict(axis=axis))], values, shape)
    chain("OneHot_negative", [largest, below, ("OneHot", ["j", "d", "v"], ["y"], {})], {**values, **seven}, shape)
    chain("OneHot_outside", [largest, ("Add", ["i", "three"], ["j"], {}), ("OneHot", ["j", "d", "v"], ["y"], {})], {**values, "three": np.int64(3)}, shape)
    chain("OneHot_far_below", [largest, ("Sub", ["i", "ten"], ["j"], {}), ("OneHot", ["j", "d", "v"], ["y"], {})], {**values, "ten": np.int64(10)}, shape)
    chain("OneHot_integers", [largest, ("OneHot", ["i", "d", "v"], ["o"], {}), ("Cast", ["o"], ["y"], dict(to=1))], {"d": np.array([7], np.int64), "v": np.array([-3, 4], np.int64)}, shape)
    chain("OneHot_constant", [("OneHot", ["c", "d", "v"], ["o"], dict(axis=0)), ("Add", ["x", "o"], ["y"], {})], {**values, "d": np.int64(3), "c": np.array([0, -1, 1, 5, 2, -3, -4], np.int64)}, shape)
    chain("OneHot_constant_integers", [("OneHot", ["c", "d", "v"], ["o"], {}), ("Cast", ["o"], ["f"], dict(to=1)), ("Add", ["x", "f"], ["y"], {})], {"d": np.int64(7), "v": np.array([5, 9], np.int64), "c": np.array([0, -1, 6], np.int64)}, shape)

    top = ("TopK", ["x", "k"], ["v", "i"], {})
    chain("ScatterElements_computed", [top, ("ScatterElements", ["z", "i", "v"], ["y"], dict(axis=2))], {"k": np.array([2], np.int64), "z": real(1, *shape)}, shape, x=real(1, *shape))
    chain("ScatterElements_integers", [top, ("ScatterElements", ["z", "i", "i"], ["s"], dict(axis=-1)), ("Cast", ["s"], ["y"], dict(to=1))], {"k": np.array([2], np.int64), "z": np.full((1, *shape), -1)}, shape, x=real(1, *shape))
    places = np.array([[[0, 3, -1], [1, 1, 1]]], np.int64)
    for opset, reduction in ((13, None), (16, "add"), (16, "mul"), (18, "max"), (18, "min")):
        attributes = dict(axis=2, **({"reduction": reduction} if reduction else {}))
        chain(f"ScatterElements_{reduction or 'none'}", [("ScatterElements", ["x", "i", "u"], ["y"], attributes)], {"i": places, "u": real(1, 2, 3)}, shape, opset, x=real(1, *shape))
    chain("ScatterElements_axis", [("ScatterElements", ["x", "i", "u"], ["y"], dict(axis=1))], {"i": places % 3, "u": real(1, 2, 3)}, shape, x=real(1, *shape))
    chain("ScatterElements_constant", [("ScatterElements", ["c", "i", "u"], ["s"], {}), ("Reshape", ["x", "s"], ["y"], {})], {"c": np.array([0, 9, 9], np.int64), "i": np.array([2, -2], np.int64), "u": np.array([3, 7], np.int64)}, shape)
    chain("ScatterElements_constant_sum", [("ScatterElements", ["c", "i", "u"], ["s"], dict(reduction="add")), ("Add", ["x", "s"], ["y"], {})], {"c": real(7), "i": np.array([2, -2, 2], np.int64), "u": real(3)}, shape, 18)

    for axis in (1, 2, -1):
        for excludes in (0, 1):
            for reverse in (0, 1):
                one(f"CumSum_{axis}_{excludes}_{reverse}", "CumSum", (3, 5, 4), 14, {"a": np.int32(axis)}, exclusive=excludes, reverse=reverse)
    chain("CumSum_integers", [("Mul", ["x", "ten"], ["t"], {}), ("Cast", ["t"], ["i"], dict(to=6)), ("CumSum", ["i", "a"], ["c"], dict(exclusive=1)), ("Cast", ["c"], ["y"], dict(to=1))], {"ten": np.float32(10), "a": np.int64(2)}, (3, 5), 11)


def subgraphs():
    def graph(nodes, inputs, outputs, constants=None):
        values = [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs]
        results = [helper.make_tensor_value_info(name, TensorProto.BOOL if name.startswith("go") else TensorProto.FLOAT, None) for name in outputs]
        made = [helper.make_node(kind, read, written, name=written[0], **attributes) for kind, read, written, attributes in nodes]
        return helper.make_graph(made, "part", values, results, [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()])

    shape = (4, 5)
    then = graph([("MatMul", ["x", "w"], ["a"], {}), ("Relu", ["a"], ["b"], {})], [], ["b"], {"w": real(5, 3)})
    other = graph([("Mul", ["x", "s"], ["a"], {}), ("ReduceSum", ["a", "axes"], ["c"], {})], [], ["c"], {"s": np.float32(3), "axes": np.array([2], np.int64)})
    for label, value in (("then", True), ("else", False)):
        chain(f"If_{label}", [("If", ["condition"], ["r"], dict(then_branch=then, else_branch=other)), ("Exp", ["r"], ["y"], {})], {"condition": np.array(value)}, shape)
    test = [("Shape", ["x"], ["e"], {}), ("Gather", ["e", "one"], ["n"], {}), ("Equal", ["n", "four"], ["c"], {})]
    sizes = {"one": np.int64(1), "four": np.int64(4)}
    pair = graph([("Neg", ["x"], ["p"], {}), ("Abs", ["x"], ["q"], {})], [], ["p", "q"])
    swapped = graph([("Neg", ["x"], ["p"], {}), ("Abs", ["x"], ["q"], {})], [], ["q", "p"])
    chain("If_shape", [*test, ("If", ["c"], ["u", "v"], dict(then_branch=pair, else_branch=swapped)), ("Sub", ["u", "v"], ["y"], {})], sizes, shape)
    inner = graph([("If", ["c"], ["i"], dict(then_branch=graph([("Mul", ["m", "x"], ["k"], {})], [], ["k"]), else_branch=graph([("Identity", ["m"], ["k"], {})], [], ["k"])))], [], ["i"])
    outer = graph([("Exp", ["x"], ["m"], {}), ("If", ["c"], ["o"], dict(then_branch=inner, else_branch=graph([("Identity", ["m"], ["i"], {})], [], ["i"])))], [], ["o"])
    chain("If_nested", [*test, ("If", ["c"], ["y"], dict(then_branch=outer, else_branch=graph([("Identity", ["x"], ["o"], {})], [], ["o"])))], sizes, shape)
    chain("If_constant", [("If", ["condition"], ["k"], dict(then_branch=graph([], [], ["t"], {"t": np.float32(2)}), else_branch=graph([], [], ["t"], {"t": np.float32(3)}))), ("Mul", ["x", "k"], ["y"], {})], {"condition": np.array(False)}, shape)

    turn, go = ("i", TensorProto.INT64, []), ("going", TensorProto.BOOL, [])
    state = ("state", TensorProto.FLOAT, None)
    step = [("MatMul", ["state", "w"], ["m"], {}), ("Tanh", ["m"], ["t"], {}), ("Add", ["t", "x"], ["next"], {}), ("Identity", ["going"], ["go"], {})]
    body = graph(step, [turn, go, state], ["go", "next"], {"w": real(5, 5)})
    count, true = {"count": np.int64(3)}, {"true": np.array(True)}
    chain("Loop_count", [("Loop", ["count", "", "x"], ["y"], dict(body=body))], count, shape)
    chain("Loop_both", [("Loop", ["count", "true", "x"], ["y"], dict(body=body))], {**count, **true}, shape)
    chain("Loop_none", [("Loop", ["count", "", "x"], ["l"], dict(body=body)), ("Neg", ["l"], ["y"], {})], {"count": np.int64(0)}, shape)
    until = [*step[:3], ("Less", ["i", "last"], ["go"], {})]
    chain("Loop_condition", [("Loop", ["", "true", "x"], ["y"], dict(body=graph(until, [turn, go, state], ["go", "next"], {"w": real(5, 5), "last": np.int64(2)})))], true, shape)
    stacked = [("Cast", ["i"], ["f"], dict(to=1)), ("Mul", ["state", "half"], ["next"], {}), ("Add", ["next", "f"], ["row"], {}), ("Identity", ["going"], ["go"], {})]
    rows = graph(stacked, [turn, go, state], ["go", "next", "row"], {"half": np.float32(0.5)})
    chain("Loop_rows", [("Loop", ["count", "", "x"], ["last", "r"], dict(body=rows)), ("Transpose", ["r"], ["t"], dict(perm=[1, 0, 2, 3])), ("ReduceSum", ["t", "axes"], ["s"], dict(keepdims=0)), ("Add", ["s", "last"], ["y"], {})], {**count, "axes": np.array([1], np.int64)}, shape)
    squares = graph([("Mul", ["i", "i"], ["q"], {}), ("Cast", ["q"], ["row"], dict(to=1)), ("Identity", ["going"], ["go"], {})], [turn, go], ["go", "row"])
    chain("Loop_constant_rows", [("Loop", ["count", ""], ["r"], dict(body=squares)), ("Mul", ["x", "r"], ["y"], {})], {"count": np.int64(5)}, shape)


# Later groups draw after the earlier ones: those keep their numbers.
for make in (convolutions, matrices, pointwise, pooling, shapes, folding, quantized, integers, clips, zero_points, later_sets):
    make()
# Later still, every group has a stream of its own: its numbers do not depend on the other groups.
for make in (resizing, normalizations, blocks, einsums, rankings, functions, transposed_convolutions, recurrent, integer_layers, cubics, positions, subgraphs):
    random = np.random.default_rng([7, *make.__name__.encode()])
    make()
archive.write(sys.argv[1], cases)
kinds = sorted({node.op_type for _, made, _, _ in cases for node in made.graph.node})
print(f"{len(cases)} cases of {len(kinds)} operators, onnx {onnx.__version__}, onnxruntime {ort.__version__}: {' '.join(kinds)}")

"""Small ONNX models of what exporters write around operators, with ONNX Runtime's results for one image.

Old operator sets with the attributes that later became inputs, the axis of the batch moved and merged (attention, a
recurrent head's sequence), masks and positions computed from shapes, comparisons of computed values, 16-bit weights,
integer inputs, open extents. Writes `NAME/model.onnx`, `NAME/input.npy`, `NAME/output.npy` to one uncompressed zip file:

    python3 entry.py ../../Tests/ONNXImportTests/Resources/entry_cases.zip
"""

import sys

import ml_dtypes
import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

import archive

IR = {7: 3, 8: 3, 9: 4, 10: 5, 11: 6, 12: 7, 13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10, 23: 11, 24: 11}
random = np.random.default_rng(18)
cases = []


def real(*shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype(np.float32)


def whole(*values):
    return np.array(values, np.int64)


def chain(name, nodes, constants, shape, opset=17, x=None, kind=TensorProto.FLOAT, declared=None, result=TensorProto.FLOAT):
    """`nodes`: (operator, inputs, outputs, attributes); `shape`: of one image; `declared`: in the file."""
    x = real(1, *shape) if x is None else x
    constants = {key: numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items()}
    inputs = [helper.make_tensor_value_info("x", kind, declared or ["N", *shape])]
    if opset < 9:  # before IR version 4 initializers were inputs too
        inputs += [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in constants.values()]
    graph = helper.make_graph(
        [helper.make_node(op, read, written, name=written[0], **attributes) for op, read, written, attributes in nodes],
        "case", inputs, [helper.make_tensor_value_info("y", result, None)], list(constants.values()))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=IR[opset])
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    y = session.run(["y"], {"x": x})[0]
    assert np.isfinite(y.astype(np.float32)).all(), name
    assert name not in {c[0] for c in cases}, name
    cases.append((name, made, x, y))


def one(name, op, shape, opset, constants=None, x=None, **attributes):
    chain(name, [(op, ["x", *(constants or {})], ["y"], attributes)], constants or {}, shape, opset, x)


def old_sets():
    image = (4, 6, 5)
    for opset in (7, 8, 9):
        one(f"Slice_{opset}", "Slice", image, opset, axes=[1, 3], starts=[1, -4], ends=[1000, 4])
        one(f"Slice_all_{opset}", "Slice", image, opset, starts=[0, 1], ends=[1, 3])
        one(f"Dropout_{opset}", "Dropout", image, opset, ratio=0.3)
        one(f"MaxPool_{opset}", "MaxPool", image, opset, kernel_shape=[2, 3], strides=[2, 1], pads=[0, 1, 1, 0])
        norm = {"s": real(4), "b": real(4), "m": real(4), "v": real(4, low=0.1)}
        one(f"BatchNormalization_{opset}", "BatchNormalization", image, opset, norm, epsilon=1e-3, momentum=0.8)
        one(f"Conv_{opset}", "Conv", image, opset, {"w": real(3, 4, 3, 3), "b": real(3)}, pads=[1, 1, 1, 1])
        one(f"Gemm_{opset}", "Gemm", (7,), opset, {"w": real(5, 7), "b": real(5)}, transB=1)
        one(f"Reshape_{opset}", "Reshape", image, opset, {"s": whole(0, -1, 5)})
        one(f"Flatten_{opset}", "Flatten", image, opset)
        one(f"Add_{opset}", "Add", image, opset, {"c": real(4, 1, 1)})
        one(f"PRelu_{opset}", "PRelu", image, opset, {"c": real(4, 1, 1)})
    for opset in (7, 10):
        for mode in ("constant", "edge", "reflect"):
            one(f"Pad_{mode}_{opset}", "Pad", image, opset, mode=mode, pads=[0, 0, 1, 2, 0, 0, 0, 1], value=0.75)
        one(f"Clip_{opset}", "Clip", image, opset, min=-0.5, max=0.25)
        one(f"Clip_low_{opset}", "Clip", image, opset, min=-0.25)
        one(f"AveragePool_{opset}", "AveragePool", image, opset, kernel_shape=[2, 2], pads=[1, 0, 0, 1], count_include_pad=1)
        one(f"Squeeze_{opset}", "Squeeze", (4, 1, 5), opset, axes=[2])
        one(f"Unsqueeze_{opset}", "Unsqueeze", image, opset, axes=[1, 4])
        one(f"Split_{opset}", "Split", image, opset, axis=1, split=[4])
        one(f"ReduceSum_{opset}", "ReduceSum", image, opset, axes=[1, 3], keepdims=0)
        one(f"ReduceMax_{opset}", "ReduceMax", image, opset, axes=[2])
        for axis in (0, 1, 2, 3):
            one(f"Softmax_{axis}_{opset}", "Softmax", image, opset, axis=axis)
            one(f"LogSoftmax_{axis}_{opset}", "LogSoftmax", image, opset, axis=axis)
    for opset in (9, 10):
        chain(f"ConstantOfShape_{opset}", [("Shape", ["x"], ["s"], {}), ("ConstantOfShape", ["s"], ["c"], dict(value=helper.make_tensor("v", 1, [1], [2.5]))), ("Mul", ["x", "c"], ["y"], {})], {}, image, opset)


def moved_batch():
    one("Softmax_of_batch", "Softmax", (3, 4), 13, axis=0)
    one("ReduceSum_of_all", "ReduceSum", (3, 4), 13, {"a": whole(0, 2)}, keepdims=1)
    one("Flatten_0", "Flatten", (3, 4), 13, axis=0)
    one("Transpose_all", "Transpose", (3, 4), 13, perm=[2, 0, 1])
    chain("Gemm_turned", [("Reshape", ["x", "s"], ["r"], {}), ("Gemm", ["r", "w"], ["y"], dict(transA=1))], {"s": whole(3, 4), "w": real(3, 5)}, (3, 4))
    chain("Rows_of_images", [
        ("Reshape", ["x", "rows"], ["r"], {}), ("Gemm", ["r", "w", "b"], ["g"], {}), ("Relu", ["g"], ["h"], {}),
        ("Shape", ["x"], ["s"], {}), ("Slice", ["s", "zero", "two"], ["lead"], {}), ("Concat", ["lead", "last"], ["back"], dict(axis=0)), ("Reshape", ["h", "back"], ["y"], {})],
        {"rows": whole(-1, 6), "w": real(6, 5), "b": real(5), "zero": whole(0), "two": whole(2), "last": whole(-1)}, (4, 6))
    chain("Sequence_head", [
        ("Conv", ["x", "w"], ["c"], dict(pads=[0, 1, 0, 1])), ("Squeeze", ["c", "two"], ["q"], {}), ("Transpose", ["q"], ["t"], dict(perm=[2, 0, 1])),
        ("Shape", ["t"], ["s"], {}), ("Gather", ["s", "i0"], ["T"], {}), ("Gather", ["s", "i1"], ["N"], {}), ("Mul", ["T", "N"], ["TN"], {}),
        ("Unsqueeze", ["TN", "zero"], ["TN1"], {}), ("Concat", ["TN1", "minus"], ["flat"], dict(axis=0)), ("Reshape", ["t", "flat"], ["r"], {}),
        ("Gemm", ["r", "v", "b"], ["g"], {}), ("Unsqueeze", ["T", "zero"], ["T1"], {}), ("Unsqueeze", ["N", "zero"], ["N1"], {}),
        ("Concat", ["T1", "N1", "minus"], ["back"], dict(axis=0)), ("Reshape", ["g", "back"], ["z"], {}), ("LogSoftmax", ["z"], ["y"], dict(axis=2))],
        {"w": real(5, 2, 4, 3), "two": whole(2), "i0": np.int64(0), "i1": np.int64(1), "zero": whole(0), "minus": whole(-1), "v": real(5, 7), "b": real(7)}, (2, 4, 9))
    heads, width = 2, 6
    nodes = [("Conv", ["x", "patch"], ["p"], dict(strides=[4, 4])), ("Shape", ["p"], ["s"], {}), ("Slice", ["s", "zero", "two"], ["lead"], {}),
             ("Concat", ["lead", "minus"], ["flat"], dict(axis=0)), ("Reshape", ["p", "flat"], ["l"], {}), ("Transpose", ["l"], ["tokens"], dict(perm=[0, 2, 1])),
             ("Gather", ["s", "i0"], ["n"], {}), ("Unsqueeze", ["n", "zero"], ["n1"], {}), ("Concat", ["n1", "one", "w"], ["wide"], dict(axis=0)),
             ("ConstantOfShape", ["three"], ["ones"], dict(value=helper.make_tensor("v", 7, [1], [1]))), ("Mul", ["ones", "minus"], ["negative"], {}),
             ("Equal", ["wide", "negative"], ["isNegative"], {}), ("Where", ["isNegative", "ones", "wide"], ["target"], {}), ("Expand", ["class", "target"], ["c"], {}),
             ("Concat", ["c", "tokens"], ["all"], dict(axis=1)), ("Add", ["all", "position"], ["h"], {}),
             ("MatMul", ["h", "qkv"], ["mixed"], {}), ("Shape", ["h"], ["hs"], {}), ("Slice", ["hs", "zero", "two"], ["bt"], {}), ("Concat", ["bt", "split"], ["five"], dict(axis=0)),
             ("Reshape", ["mixed", "five"], ["m5"], {}), ("Transpose", ["m5"], ["m"], dict(perm=[2, 0, 3, 1, 4])),
             ("Gather", ["m", "i0"], ["q"], dict(axis=0)), ("Gather", ["m", "i1"], ["k"], dict(axis=0)), ("Gather", ["m", "i2"], ["v"], dict(axis=0)),
             ("Transpose", ["k"], ["kt"], dict(perm=[0, 1, 3, 2])), ("MatMul", ["q", "kt"], ["scores"], {}), ("Mul", ["scores", "scale"], ["scaled"], {}), ("Softmax", ["scaled"], ["weights"], dict(axis=-1)),
             ("MatMul", ["weights", "v"], ["context"], {}), ("Transpose", ["context"], ["ct"], dict(perm=[0, 2, 1, 3])), ("Concat", ["bt", "w"], ["three_d"], dict(axis=0)),
             ("Reshape", ["ct", "three_d"], ["joined"], {}), ("MatMul", ["joined", "out"], ["o"], {}), ("Add", ["o", "h"], ["r"], {}),
             ("Gather", ["r", "i0"], ["first"], dict(axis=1)), ("Gemm", ["first", "head", "bias"], ["y"], {})]
    chain("Attention", nodes, {
        "patch": real(width, 3, 4, 4), "zero": whole(0), "two": whole(2), "minus": whole(-1), "one": whole(1), "w": whole(width), "three": whole(3),
        "i0": np.int64(0), "i1": np.int64(1), "i2": np.int64(2), "class": real(1, 1, width), "position": real(1, 5, width), "qkv": real(width, 3 * width),
        "split": whole(3, heads, width // heads), "scale": np.float32(0.5), "out": real(width, width), "head": real(width, 4), "bias": real(4)}, (3, 8, 8))
    chain("Fixed_batch_of_one", [("Reshape", ["x", "s"], ["r"], {}), ("Softmax", ["r"], ["y"], {})], {"s": whole(1, 12)}, (3, 4), declared=[1, 3, 4])


def folded():
    """Constants that meet the image: `c` is cast to float and added."""
    def add(name, nodes, constants, shape, opset=17):
        chain(f"Fold_{name}", [*nodes, ("Cast", ["c"], ["f"], dict(to=1)), ("Add", ["x", "f"], ["y"], {})], constants, shape, opset)

    a, b = whole(-7, 7, 3, 0, 5), whole(2, -2, 3, 4, 5)
    for kind in ("Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"):
        add(f"{kind}_int", [(kind, ["a", "b"], ["c"], {})], {"a": a, "b": b}, (5,))
        add(f"{kind}_float", [(kind, ["a", "b"], ["c"], {})], {"a": np.float32([[1], [2]]), "b": np.float32([1, 2, 3])}, (2, 3))
    p, q = np.array([1, 1, 0, 0], bool), np.array([1, 0, 1, 0], bool)
    for kind in ("And", "Or", "Xor"):
        add(kind, [(kind, ["a", "b"], ["c"], {})], {"a": p, "b": q}, (4,))
    add("Not", [("Not", ["a"], ["c"], {})], {"a": p}, (4,))
    for fmod in (0, 1):
        add(f"Mod_{fmod}", [("Mod", ["a", "b"], ["c"], dict(fmod=fmod))], {"a": whole(-7, 7, 7, -7), "b": whole(3, 3, -3, -3)}, (4,))
    add("Mod_float", [("Mod", ["a", "b"], ["c"], dict(fmod=1))], {"a": np.float32([-7.5, 7.5]), "b": np.float32([2, -2])}, (2,))
    add("Div", [("Div", ["a", "b"], ["c"], {})], {"a": a, "b": b}, (5,))
    add("Where", [("Where", ["t", "a", "b"], ["c"], {})], {"t": np.array([[1], [0]], bool), "a": whole(1, 2, 3), "b": whole(4, 5, 6)}, (2, 3))
    add("Range", [("Range", ["s", "l", "d"], ["c"], {})], {"s": np.int64(10), "l": np.int64(1), "d": np.int64(-3)}, (3,))
    add("Range_float", [("Range", ["s", "l", "d"], ["c"], {})], {"s": np.float32(0), "l": np.float32(1), "d": np.float32(0.3)}, (4,))
    add("Expand", [("Expand", ["a", "s"], ["c"], {})], {"a": real(2, 1), "s": whole(1, 3)}, (2, 3))
    add("Tile", [("Tile", ["a", "s"], ["c"], {})], {"a": whole(1, 2).reshape(1, 2), "s": whole(2, 3)}, (2, 6))
    add("Size", [("Size", ["x"], ["c"], {})], {}, (2, 3))
    add("GatherElements", [("GatherElements", ["a", "i"], ["c"], dict(axis=1))], {"a": real(3, 4), "i": np.array([[0, -1], [2, 2], [1, 0]])}, (3, 2))
    add("GatherND", [("GatherND", ["a", "i"], ["c"], {})], {"a": real(3, 4, 2), "i": np.array([[0, -1], [2, 2], [1, 0]])}, (3, 2))
    add("ScatterND", [("ScatterND", ["a", "i", "u"], ["c"], {})], {"a": real(3, 4), "i": np.array([[0], [2]]), "u": real(2, 4)}, (3, 4))
    add("NonZero", [("NonZero", ["a"], ["c"], {})], {"a": whole(0, 3, 0, 5).reshape(2, 2)}, (2, 2))
    for exclusive in (0, 1):
        for reverse in (0, 1):
            add(f"CumSum_{exclusive}{reverse}", [("CumSum", ["a", "i"], ["c"], dict(exclusive=exclusive, reverse=reverse))], {"a": whole(1, 2, 3, 4, 5, 6).reshape(2, 3), "i": np.int64(1)}, (2, 3))
    for upper in (0, 1):
        add(f"Trilu_{upper}", [("Trilu", ["a", "k"], ["c"], dict(upper=upper))], {"a": real(4, 5), "k": np.int64(1)}, (4, 5))
    add("Empty_lists", [("Slice", ["a", "zero", "zero"], ["e"], {}), ("Concat", ["e", "a", "e"], ["c"], dict(axis=0))], {"a": whole(4, 5), "zero": whole(0)}, (2,))
    add("Empty_shape", [("ConstantOfShape", ["zero"], ["e"], dict(value=helper.make_tensor("v", 7, [1], [3]))), ("Concat", ["e", "a"], ["c"], dict(axis=0))], {"a": whole(4, 5), "zero": whole(0)}, (2,))
    for kind in (np.float16, ml_dtypes.bfloat16, np.float64, np.int8, np.uint8, np.int16, np.uint16, np.uint32, np.uint64, np.int32):
        name = np.dtype(kind).name
        add(f"Cast_{name}", [("Identity", ["a"], ["c"], {})], {"a": np.array([0.3, 1, 100.7]).astype(kind)}, (3,), 21)
    add("Cast_to_half", [("Cast", ["a"], ["c"], dict(to=10))], {"a": real(40)}, (40,))
    # The padding that PyTorch writes: widths to pairs, turned and flattened.
    chain("Padding", [
        ("Shape", ["w"], ["n"], {}), ("Gather", ["n", "zero"], ["k"], {}), ("Mul", ["k", "two"], ["d"], {}), ("Sub", ["eight", "d"], ["rest"], {}),
        ("ConstantOfShape", ["rest"], ["z"], dict(value=helper.make_tensor("v", 7, [1], [0]))), ("Concat", ["w", "w", "z"], ["all"], dict(axis=0)),
        ("Reshape", ["all", "pairs"], ["m"], {}), ("Slice", ["m", "last", "far", "zero", "last"], ["r"], {}), ("Transpose", ["r"], ["t"], dict(perm=[1, 0])),
        ("Reshape", ["t", "flat"], ["p"], {}), ("Cast", ["p"], ["i"], dict(to=7)), ("Pad", ["x", "i", "v"], ["y"], {})],
        {"w": whole(1, 2), "zero": whole(0), "two": whole(2), "eight": whole(8), "pairs": whole(-1, 2), "last": whole(-1), "far": whole(-(2**63) + 1), "flat": whole(-1), "v": np.float32(0)}, (2, 4, 5))
    for length in (7, 8):
        chain(f"Halves_{length}", [("Shape", ["x"], ["s"], {}), ("Gather", ["s", "i"], ["d"], {}), ("Div", ["d", "two"], ["h"], {}), ("Slice", ["x", "zero", "h", "axis"], ["a"], {}),
              ("Slice", ["x", "h", "d", "axis"], ["b"], {}), ("Concat", ["b", "a"], ["y"], dict(axis=2))], {"i": whole(2), "two": whole(2), "zero": whole(0), "axis": whole(2)}, (3, length))


def computed():
    for kind in ("Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"):
        chain(f"{kind}_computed", [("Round", ["x"], ["r"], {}), (kind, ["r", "c"], ["b"], {}), ("Cast", ["b"], ["y"], dict(to=1))], {"c": np.float32([-1, 0, 1])}, (4, 3), x=real(1, 4, 3, low=-2, high=2))
    for kind in ("And", "Or", "Xor"):
        chain(f"{kind}_computed", [("Greater", ["x", "c"], ["a"], {}), ("Less", ["x", "d"], ["b"], {}), (kind, ["a", "b"], ["e"], {}), ("Not", ["e"], ["f"], {}), ("Cast", ["f"], ["y"], dict(to=1))],
              {"c": np.float32(-0.3), "d": np.float32(0.4)}, (4, 3))
    chain("Where_computed", [("Greater", ["x", "c"], ["b"], {}), ("Neg", ["x"], ["n"], {}), ("Where", ["b", "n", "w"], ["y"], {})], {"c": np.float32(0), "w": real(3)}, (4, 3))
    chain("Where_masked", [("Where", ["m", "x", "w"], ["y"], {})], {"m": np.array([1, 0, 1], bool), "w": np.float32(-5)}, (4, 3))
    one("Expand_computed", "Expand", (1, 3), 17, {"s": whole(2, 1, 4, 1)})
    one("Tile_computed", "Tile", (2, 3), 17, {"s": whole(1, 2, 3)})
    one("Mod_computed", "Mod", (4, 3), 17, {"c": np.float32(0.3)}, fmod=1)
    for kind in (7, 6, 10, 11, 9):
        chain(f"Cast_computed_{kind}", [("Cast", ["x"], ["i"], dict(to=kind)), ("Cast", ["i"], ["y"], dict(to=1))], {}, (4, 3), x=np.round(real(1, 4, 3, low=-4, high=4) * 4) / 4)
    chain("Masked_sum", [("Greater", ["x", "c"], ["b"], {}), ("Cast", ["b"], ["m"], dict(to=1)), ("Mul", ["x", "m"], ["p"], {}), ("ReduceSum", ["p", "a"], ["y"], {})], {"c": np.float32(0), "a": whole(2)}, (4, 3))


def inputs():
    pixels = random.integers(0, 256, (1, 3, 4, 4))
    for kind, code in ((np.uint8, 2), (np.int32, 6), (np.int64, 7), (np.float64, 11)):
        name = np.dtype(kind).name
        chain(f"Input_{name}", [("Cast", ["x"], ["f"], dict(to=1)), ("Mul", ["f", "k"], ["g"], {}), ("Conv", ["g", "w"], ["y"], {})], {"k": np.float32(1 / 255), "w": real(2, 3, 3, 3)}, (3, 4, 4), x=pixels.astype(kind), kind=code)
    chain("Input_codes", [("DequantizeLinear", ["x", "s", "z"], ["f"], {}), ("Conv", ["f", "w"], ["y"], {})], {"s": np.float32(0.02), "z": np.uint8(120), "w": real(2, 3, 3, 3)}, (3, 4, 4), x=pixels.astype(np.uint8), kind=2)
    for kind in (np.float16, ml_dtypes.bfloat16):
        chain(f"Weights_{np.dtype(kind).name}", [("Cast", ["h"], ["w"], dict(to=1)), ("Conv", ["x", "w"], ["y"], {})], {"h": real(2, 3, 3, 3).astype(kind)}, (3, 4, 4), 21)
    one("Perceptron", "Gemm", (6,), 17, {"w": real(6, 4), "b": real(4)})
    one("Line", "Conv", (3, 9), 17, {"w": real(4, 3, 3), "b": real(4)}, strides=[2])
    one("Sequence", "MatMul", (5, 6), 17, {"w": real(6, 4)})


for make in (old_sets, moved_batch, folded, computed, inputs):
    make()
archive.write(sys.argv[1], cases)
print(f"{len(cases)} cases, onnx {onnx.__version__}, onnxruntime {ort.__version__}")

"""Trains two small networks on 8 x 8 digits and writes them as ONNX files with ONNX Runtime's logits.

`lstm.onnx`: a bidirectional LSTM over the eight rows of an image; `vit.onnx`: a vision transformer of two blocks over
sixteen patches. Both are written with the nodes that PyTorch's exporter writes. Training draws from a fixed seed; the
test images are those of the digits that ship with the package, which are the last 540 of scikit-learn's.

    python3 sequence_networks.py ../../Tests/InferenceTests/Resources
"""

import pathlib
import sys

import autograd.numpy as np
import numpy
import onnx
import onnxruntime as ort
from autograd import grad
from autograd.scipy.special import erf
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

OPSET = 17
random = numpy.random.default_rng(11)
digits = load_digits()
package = pathlib.Path(__file__).resolve().parents[2] / "Sources/Experiments/Resources/digits"
shipped = numpy.load(package / "test_images.npy").reshape(-1, 8, 8)
known = {image.astype(numpy.uint8).tobytes() for image in shipped}
fresh = [k for k, image in enumerate(digits.images) if image.astype(numpy.uint8).tobytes() not in known]
train_x = digits.images[fresh] / 16
train_y = digits.target[fresh]
test_x = shipped.astype(numpy.float64) / 16
test_y = numpy.load(package / "test_labels.npy").reshape(-1)


def uniform(*shape, fan):
    return random.uniform(-1, 1, shape) / numpy.sqrt(fan)


def train(parameters, logits, steps, rate):
    """Adam on the cross entropy of batches of 64 images, moved by up to a pixel to each side."""

    def loss(parameters, x, y):
        z = logits(parameters, x)
        peak = np.max(z, axis=1, keepdims=True)
        return np.mean(np.log(np.sum(np.exp(z - peak), axis=1)) + peak[:, 0] - z[np.arange(len(y)), y])

    gradient = grad(loss)
    mean = {name: 0 * value for name, value in parameters.items()}
    square = {name: 0 * value for name, value in parameters.items()}
    for step in range(1, steps + 1):
        chosen = random.integers(0, len(train_y), 64)
        x = train_x[chosen]
        if step % 2:
            x = numpy.roll(x, random.integers(-1, 2, 1)[0], axis=1)
        own = gradient(parameters, x, train_y[chosen])
        decay = rate * 0.5 * (1 + numpy.cos(numpy.pi * step / steps))
        for name, slope in own.items():
            mean[name] = 0.9 * mean[name] + 0.1 * slope
            square[name] = 0.999 * square[name] + 0.001 * slope**2
            correction = numpy.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            parameters[name] = parameters[name] - decay * correction * mean[name] / (numpy.sqrt(square[name]) + 1e-8)
    accuracy = numpy.mean(numpy.argmax(logits(parameters, test_x), axis=1) == test_y)
    return {name: value.astype(numpy.float32) for name, value in parameters.items()}, accuracy


def write(folder, name, nodes, constants):
    """Nodes as (operator, inputs, outputs, attributes) from `x` to `y`, and the logits of the first 16 test images."""
    graph = helper.make_graph(
        [helper.make_node(kind, read, written, name=f"{kind}_{k}", **attributes) for k, (kind, read, written, attributes) in enumerate(nodes)],
        name,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, folder / f"{name}.onnx")
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    # Image by image, as they are run here.
    run = lambda image: session.run(["y"], {"x": image.reshape(1, 1, 8, 8).astype(numpy.float32)})[0]
    numpy.save(folder / f"{name}_logits.npy", numpy.concatenate([run(image) for image in test_x[:16]]))
    right = sum(int(numpy.argmax(run(image)) == label) for image, label in zip(test_x, test_y))
    print(f"{name}: {right} of {len(test_y)} test images, {(folder / f'{name}.onnx').stat().st_size} bytes")


def lstm(folder):
    hidden = 16
    parameters = {"fc": uniform(10, 2 * hidden, fan=2 * hidden), "fb": numpy.zeros(10)}
    for side in "fr":
        parameters[f"w{side}"] = uniform(4 * hidden, 8, fan=8)
        parameters[f"r{side}"] = uniform(4 * hidden, hidden, fan=hidden)
        parameters[f"b{side}"] = numpy.concatenate([numpy.zeros(2 * hidden), numpy.ones(hidden), numpy.zeros(hidden)])

    def sigmoid(x):
        return 0.5 * (1 + np.tanh(0.5 * x))

    def logits(p, x):
        last = []
        for side, order in (("f", range(8)), ("r", range(7, -1, -1))):
            h = c = np.zeros((len(x), hidden))
            for row in order:
                gates = x[:, row] @ p[f"w{side}"].T + h @ p[f"r{side}"].T + p[f"b{side}"]
                i, o, f, g = (gates[:, k * hidden:(k + 1) * hidden] for k in range(4))
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
                h = sigmoid(o) * np.tanh(c)
            last.append(h)
        return np.concatenate(last, axis=1) @ p["fc"].T + p["fb"]

    p, _ = train(parameters, logits, 1500, 8e-3)
    biases = [numpy.concatenate([p[f"b{side}"], 0 * p[f"b{side}"]]) for side in "fr"]
    constants = {
        "w": numpy.stack([p["wf"], p["wr"]]), "r": numpy.stack([p["rf"], p["rr"]]), "b": numpy.stack(biases), "fc": p["fc"], "fb": p["fb"],
        "axes": numpy.array([1], numpy.int64), "flat": numpy.array([0, -1], numpy.int64),
    }
    nodes = [
        ("Squeeze", ["x", "axes"], ["rows"], {}), ("Transpose", ["rows"], ["steps"], dict(perm=[1, 0, 2])),
        ("LSTM", ["steps", "w", "r", "b"], ["", "h"], dict(hidden_size=hidden, direction="bidirectional")),
        ("Transpose", ["h"], ["t"], dict(perm=[1, 0, 2])), ("Reshape", ["t", "flat"], ["f"], {}),
        ("Gemm", ["f", "fc", "fb"], ["y"], dict(transB=1)),
    ]
    write(folder, "lstm", nodes, constants)


def vit(folder):
    width, heads, inner, blocks, tokens = 16, 2, 32, 2, 16
    parameters = {"patch": uniform(width, 4, fan=4), "pb": numpy.zeros(width), "position": 0.1 * random.normal(size=(tokens, width))}
    for k in range(blocks):
        parameters |= {
            f"s{k}": numpy.ones(width), f"o{k}": numpy.zeros(width), f"qkv{k}": uniform(width, 3 * width, fan=width), f"qb{k}": numpy.zeros(3 * width),
            f"out{k}": uniform(width, width, fan=width), f"ob{k}": numpy.zeros(width), f"t{k}": numpy.ones(width), f"u{k}": numpy.zeros(width),
            f"up{k}": uniform(width, inner, fan=width), f"ub{k}": numpy.zeros(inner), f"down{k}": uniform(inner, width, fan=inner), f"db{k}": numpy.zeros(width),
        }
    parameters |= {"s": numpy.ones(width), "o": numpy.zeros(width), "fc": uniform(10, width, fan=width), "fb": numpy.zeros(10)}
    size = width // heads

    def normalize(x, scale, offset):
        centered = x - np.mean(x, axis=-1, keepdims=True)
        return centered / np.sqrt(np.mean(centered**2, axis=-1, keepdims=True) + 1e-5) * scale + offset

    def logits(p, x):
        n = len(x)
        patches = np.transpose(np.reshape(x, (n, 4, 2, 4, 2)), (0, 1, 3, 2, 4))
        h = np.reshape(patches, (n, tokens, 4)) @ p["patch"].T + p["pb"] + p["position"]
        for k in range(blocks):
            qkv = normalize(h, p[f"s{k}"], p[f"o{k}"]) @ p[f"qkv{k}"] + p[f"qb{k}"]
            q, key, v = np.transpose(np.reshape(qkv, (n, tokens, 3, heads, size)), (2, 0, 3, 1, 4))
            scores = q @ np.transpose(key, (0, 1, 3, 2)) / np.sqrt(size)
            scores = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
            mixed = (scores / np.sum(scores, axis=-1, keepdims=True)) @ v
            h = h + np.reshape(np.transpose(mixed, (0, 2, 1, 3)), (n, tokens, width)) @ p[f"out{k}"] + p[f"ob{k}"]
            a = normalize(h, p[f"t{k}"], p[f"u{k}"]) @ p[f"up{k}"] + p[f"ub{k}"]
            h = h + (0.5 * a * (1 + erf(a / np.sqrt(2)))) @ p[f"down{k}"] + p[f"db{k}"]
        return np.mean(normalize(h, p["s"], p["o"]), axis=1) @ p["fc"].T + p["fb"]

    p, _ = train(parameters, logits, 2000, 5e-3)
    constants = {
        **p, "patch": p["patch"].reshape(width, 1, 2, 2), "sequence": numpy.array([0, width, tokens], numpy.int64),
        "heads": numpy.array([0, tokens, 3, heads, size], numpy.int64), "merged": numpy.array([0, tokens, width], numpy.int64),
        "one": numpy.array([0], numpy.int64), "scale": numpy.float32(size**-0.5), "root": numpy.float32(2**0.5), "unit": numpy.float32(1), "half": numpy.float32(0.5),
    }
    nodes = [
        ("Conv", ["x", "patch", "pb"], ["c"], dict(kernel_shape=[2, 2], strides=[2, 2])), ("Reshape", ["c", "sequence"], ["cs"], {}),
        ("Transpose", ["cs"], ["ct"], dict(perm=[0, 2, 1])), ("Add", ["ct", "position"], ["h0"], {}),
    ]
    for k in range(blocks):
        def dense(x, weights, bias, y):
            return [("MatMul", [x, weights], [y + "m"], {}), ("Add", [bias, y + "m"], [y], {})]

        nodes += [
            ("LayerNormalization", [f"h{k}", f"s{k}", f"o{k}"], [f"n{k}"], dict(axis=-1, epsilon=1e-5)), *dense(f"n{k}", f"qkv{k}", f"qb{k}", f"p{k}"),
            ("Reshape", [f"p{k}", "heads"], [f"ph{k}"], {}), ("Transpose", [f"ph{k}"], [f"pt{k}"], dict(perm=[2, 0, 3, 1, 4])),
            ("Split", [f"pt{k}"], [f"q{k}", f"k{k}", f"v{k}"], dict(axis=0)),
            *[("Squeeze", [f"{part}{k}", "one"], [f"{part}s{k}"], {}) for part in "qkv"],
            ("Transpose", [f"ks{k}"], [f"kt{k}"], dict(perm=[0, 1, 3, 2])), ("MatMul", [f"qs{k}", f"kt{k}"], [f"a{k}"], {}), ("Mul", [f"a{k}", "scale"], [f"as{k}"], {}),
            ("Softmax", [f"as{k}"], [f"w{k}"], dict(axis=-1)), ("MatMul", [f"w{k}", f"vs{k}"], [f"x{k}"], {}),
            ("Transpose", [f"x{k}"], [f"xt{k}"], dict(perm=[0, 2, 1, 3])), ("Reshape", [f"xt{k}", "merged"], [f"xm{k}"], {}),
            *dense(f"xm{k}", f"out{k}", f"ob{k}", f"r{k}"), ("Add", [f"h{k}", f"r{k}"], [f"g{k}"], {}),
            ("LayerNormalization", [f"g{k}", f"t{k}", f"u{k}"], [f"m{k}"], dict(axis=-1, epsilon=1e-5)), *dense(f"m{k}", f"up{k}", f"ub{k}", f"e{k}"),
            ("Div", [f"e{k}", "root"], [f"ed{k}"], {}), ("Erf", [f"ed{k}"], [f"ee{k}"], {}), ("Add", [f"ee{k}", "unit"], [f"ea{k}"], {}),
            ("Mul", [f"e{k}", f"ea{k}"], [f"em{k}"], {}), ("Mul", [f"em{k}", "half"], [f"eh{k}"], {}),
            *dense(f"eh{k}", f"down{k}", f"db{k}", f"d{k}"), ("Add", [f"g{k}", f"d{k}"], [f"h{k + 1}"], {}),
        ]
    nodes += [
        ("LayerNormalization", [f"h{blocks}", "s", "o"], ["n"], dict(axis=-1, epsilon=1e-5)), ("ReduceMean", ["n"], ["mean"], dict(axes=[1], keepdims=0)),
        ("Gemm", ["mean", "fc", "fb"], ["y"], dict(transB=1)),
    ]
    write(folder, "vit", nodes, constants)


folder = pathlib.Path(sys.argv[1])
for make in (lstm, vit):
    make(folder)
print(f"onnx {onnx.__version__}, onnxruntime {ort.__version__}")

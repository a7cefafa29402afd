#!/usr/bin/env python3
"""Trains the digits CNN and writes the ONNX model, its test and calibration images, and reference logits.

Usage: python3 train.py --out DIR, where DIR is the root of the repository (or an empty folder).
The images are scikit-learn's load_digits: 1797 gray images of 8x8 pixels, values 0..16.
Seed, thread count and algorithms are fixed, so a rerun on the same machine writes the same bytes.
"""
import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

SEED = 1
TEST_COUNT = 540  # images held out, about 30 %
CALIBRATION_COUNT = 256  # images drawn from the training part
REFERENCE_COUNT = 8  # test images with stored logits
EPOCHS = 60
BATCH = 64
PEAK_RATE = 5e-3
WEIGHT_DECAY = 1e-2  # AdamW, decoupled
PIXEL_MAX = 16.0
CONVS = [(1, 16, False), (16, 32, True), (32, 32, True)]  # input channels, output channels, 2x2 max-pool after


class DigitsNet(nn.Module):
    """[N,1,8,8] pixels in 0..1 -> [N,10] logits."""

    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(i, o, 3, padding=1, bias=False) for i, o, _ in CONVS)
        self.norms = nn.ModuleList(nn.BatchNorm2d(o) for _, o, _ in CONVS)
        self.dense = nn.Linear(CONVS[-1][1] * 2 * 2, 10)

    def forward(self, x):
        for conv, norm, (_, _, pool) in zip(self.convs, self.norms, CONVS):
            x = F.relu(norm(conv(x)))
            x = F.max_pool2d(x, 2) if pool else x
        return self.dense(x.flatten(1))


def load_split():
    """Stratified split. Each part is (images uint8 [N,1,8,8] in 0..16, labels uint8 [N]): train, test, calibration."""
    digits = load_digits()
    images, labels = digits.images.astype(np.uint8).reshape(-1, 1, 8, 8), digits.target.astype(np.uint8)
    xtr, xte, ytr, yte = train_test_split(images, labels, test_size=TEST_COUNT, stratify=labels, random_state=SEED)
    xca, _, yca, _ = train_test_split(xtr, ytr, train_size=CALIBRATION_COUNT, stratify=ytr, random_state=SEED)
    return (xtr, ytr), (xte, yte), (xca, yca)


def shift(x):
    """Moves each image of [N,1,8,8] by -1, 0 or 1 pixel along each axis, filling with 0."""
    padded = F.pad(x, (1, 1, 1, 1))
    offsets = torch.randint(0, 3, (len(x), 2)).tolist()
    return torch.stack([p[:, r:r + 8, c:c + 8] for p, (r, c) in zip(padded, offsets)])


def train(images, labels):
    """Trains on uint8 [N,1,8,8] in 0..16; keeps the weights of the last epoch, never looks at held-out images."""
    x = torch.from_numpy(images).float() / PIXEL_MAX
    y = torch.from_numpy(labels).long()
    steps = len(x) // BATCH  # per epoch; the remainder of the shuffled images is left out
    net = DigitsNet()
    optimizer = torch.optim.AdamW(net.parameters(), lr=PEAK_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=EPOCHS * steps)
    for epoch in range(EPOCHS):
        losses = []
        for pick in torch.randperm(len(x))[:steps * BATCH].view(steps, BATCH):
            loss = F.cross_entropy(net(shift(x[pick])), y[pick])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1:3d}  mean training loss {np.mean(losses):.4f}", flush=True)
    return net.eval()


def to_onnx(net):
    """The network as an ONNX graph: input float32 [N,1,8,8] in 0..1, output logits float32 [N,10]."""
    nodes, weights = [], []

    def tensor(name, value):
        weights.append(numpy_helper.from_array(value.detach().numpy().copy(), name))
        return name

    def node(op, name, *parameters, **attributes):
        source = nodes[-1].output[0] if nodes else "input"
        target = "logits" if name == "dense" else f"{name}_out"
        nodes.append(helper.make_node(op, [source, *parameters], [target], name=name, **attributes))

    for k, (conv, norm, (_, _, pool)) in enumerate(zip(net.convs, net.norms, CONVS), start=1):
        node("Conv", f"conv{k}", tensor(f"conv{k}.weight", conv.weight), kernel_shape=[3, 3], pads=[1, 1, 1, 1],
             strides=[1, 1], dilations=[1, 1], group=1)
        parts = dict(scale=norm.weight, bias=norm.bias, mean=norm.running_mean, var=norm.running_var)
        node("BatchNormalization", f"bn{k}", *[tensor(f"bn{k}.{p}", v) for p, v in parts.items()], epsilon=norm.eps)
        node("Relu", f"relu{k}")
        if pool:
            node("MaxPool", f"pool{k}", kernel_shape=[2, 2], strides=[2, 2])
    node("Flatten", "flatten", axis=1)
    node("Gemm", "dense", tensor("dense.weight", net.dense.weight), tensor("dense.bias", net.dense.bias), transB=1)
    source = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 1, 8, 8])
    result = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 10])
    graph = helper.make_graph(nodes, "digits", [source], [result], initializer=weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
                              producer_name="validation/digits/train.py")
    onnx.checker.check_model(model, full_check=True)
    return model


def run_onnx(path, images):
    """Logits float32 [N,10] of ONNX Runtime, graph optimizations off, for uint8 images [N,1,8,8] in 0..16."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(["logits"], {"input": images.astype(np.float32) / np.float32(PIXEL_MAX)})[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="root of the repository")
    out = parser.parse_args().out
    folder = out / "Sources/Experiments/Resources/digits"
    reference = out / "Tests/ONNXImportTests/Resources/digits_reference_logits.npy"
    folder.mkdir(parents=True, exist_ok=True)
    reference.parent.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    train_part, test_part, calibration_part = load_split()
    print(f"{len(train_part[1])} training images, {len(test_part[1])} held out")
    net = train(*train_part)
    onnx.save(to_onnx(net), folder / "digits.onnx")
    for name, (images, labels) in dict(test=test_part, calibration=calibration_part).items():
        np.save(folder / f"{name}_images.npy", images)
        np.save(folder / f"{name}_labels.npy", labels)
    np.save(reference, run_onnx(folder / "digits.onnx", test_part[0][:REFERENCE_COUNT]))

    for path in [*sorted(folder.iterdir()), reference]:
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size, path.relative_to(out))
    logits = run_onnx(folder / "digits.onnx", test_part[0])
    hits = int((logits.argmax(1) == test_part[1]).sum())
    print(f"held-out accuracy, ONNX Runtime: {hits}/{TEST_COUNT} = {100 * hits / TEST_COUNT:.2f} %")


if __name__ == "__main__":
    main()

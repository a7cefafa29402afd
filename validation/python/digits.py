"""The digits network that comes with TileSpice as a PyTorch module, with its images."""

import numpy as np
import onnx
import tilespice
import torch
from onnx import numpy_helper
from torch import nn

FOLDER = tilespice.resources() + "/digits/"


def images(name):
    """Images [N, 1, 8, 8] from 0 to 1, and their classes [N]."""
    pixels = np.load(f"{FOLDER}{name}_images.npy").astype(np.float32) / 16
    labels = np.load(f"{FOLDER}{name}_labels.npy").astype(np.int64)
    return torch.tensor(pixels).reshape(-1, 1, 8, 8), torch.tensor(labels).flatten()


def network():
    """The trained network, batch normalizations in its weights."""
    model = onnx.load(FOLDER + "digits.onnx").graph
    values = {t.name: torch.tensor(numpy_helper.to_array(t).copy()) for t in model.initializer}
    net = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(128, 10),
    )  # fmt: skip
    layers = [m for m in net if isinstance(m, (nn.Conv2d, nn.Linear))]
    nodes = [n for n in model.node if n.op_type in ("Conv", "Gemm")]
    norms = {n.input[0]: n for n in model.node if n.op_type == "BatchNormalization"}
    with torch.no_grad():
        for layer, node in zip(layers, nodes):
            weight = values[node.input[1]]
            bias = values[node.input[2]] if len(node.input) > 2 else torch.zeros(len(weight))
            if norm := norms.get(node.output[0]):
                scale, shift, mean, variance = (values[name].double() for name in norm.input[1:])
                epsilon = next((a.f for a in norm.attribute if a.name == "epsilon"), 1e-5)
                factor = scale / (variance + epsilon).sqrt()
                weight = weight * factor.float()[:, None, None, None]
                bias = bias * factor.float() + (shift - factor * mean).float()
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
    return net.eval()

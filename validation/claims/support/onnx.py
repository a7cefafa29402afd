"""What claims need of ONNX files: weights as integer codes, and any tensor of a network as its output.

Reads and writes the wire format of protocol buffers directly, so that no package is needed.
"""
from dataclasses import dataclass, field

import numpy as np

# Field numbers of onnx.proto.
MODEL_GRAPH = 7
GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_OUTPUT = 1, 5, 12
NODE_INPUT, NODE_OUTPUT, NODE_NAME, NODE_OPERATOR, NODE_ATTRIBUTE = 1, 2, 3, 4, 5
ATTRIBUTE_NAME, ATTRIBUTE_FLOAT = 1, 2
TENSOR_DIMENSIONS, TENSOR_TYPE, TENSOR_FLOATS, TENSOR_NAME, TENSOR_RAW = 1, 2, 4, 8, 9
TYPES = {1: "<f4", 2: "u1", 3: "i1", 6: "<i4", 7: "<i8", 11: "<f8"}


def variable(data, at):
    """A number of variable length and the place behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def encoded(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def block(number, data):
    """A field of bytes."""
    return encoded(number << 3 | 2) + encoded(len(data)) + data


def fields(data):
    """Numbers and contents of all fields of a message."""
    at = 0
    while at < len(data):
        key, at = variable(data, at)
        kind = key & 7
        if kind == 0:
            value, at = variable(data, at)
        else:
            size, at = variable(data, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            value, at = data[at:at + size], at + size
        yield key >> 3, value


@dataclass
class Node:
    name: str = ""
    operator: str = ""
    inputs: list = field(default_factory=list)
    outputs: list = field(default_factory=list)
    numbers: dict = field(default_factory=dict)  # attributes that are single real numbers


class Network:
    def __init__(self, path):
        self.data = open(path, "rb").read()
        self.nodes, self.tensors = [], {}
        graph = next(value for number, value in fields(self.data) if number == MODEL_GRAPH)
        for number, value in fields(graph):
            if number == GRAPH_NODE:
                node = Node()
                for part, own in fields(value):
                    if part == NODE_INPUT:
                        node.inputs.append(own.decode())
                    elif part == NODE_OUTPUT:
                        node.outputs.append(own.decode())
                    elif part == NODE_NAME:
                        node.name = own.decode()
                    elif part == NODE_OPERATOR:
                        node.operator = own.decode()
                    elif part == NODE_ATTRIBUTE:
                        attribute = dict(fields(own))
                        if ATTRIBUTE_FLOAT in attribute:
                            node.numbers[attribute[ATTRIBUTE_NAME].decode()] = float(
                                np.frombuffer(attribute[ATTRIBUTE_FLOAT], "<f4")[0])
                self.nodes.append(node)
            elif number == GRAPH_INITIALIZER:
                name, tensor = self.tensor(value)
                self.tensors[name] = tensor

    @staticmethod
    def tensor(data):
        dimensions, name, kind, raw, floats = [], "", 1, b"", b""
        for part, own in fields(data):
            if part == TENSOR_DIMENSIONS:
                if isinstance(own, int):
                    dimensions.append(own)
                else:
                    at = 0
                    while at < len(own):
                        value, at = variable(own, at)
                        dimensions.append(value)
            elif part == TENSOR_TYPE:
                kind = own
            elif part == TENSOR_NAME:
                name = own.decode()
            elif part == TENSOR_RAW:
                raw = own
            elif part == TENSOR_FLOATS:
                floats += own if isinstance(own, bytes) else b""
        return name, np.frombuffer(raw or floats, TYPES[kind]).reshape(dimensions) if kind in TYPES else None

    def layer(self, name):
        return next(node for node in self.nodes if node.name == name)

    def layers(self):
        return [node for node in self.nodes if node.operator in ("Conv", "Gemm")]

    def codes(self, node):
        """Weights of a layer [outputs, rows] as integers of 8 bits, those of the file where it has them.

        Batch normalization is folded in, and the largest weight of the layer is 127.
        """
        name = node.inputs[1]
        for before in self.nodes:
            if before.operator == "DequantizeLinear" and name in before.outputs:
                return self.tensors[before.inputs[0]].astype(int).reshape(len(self.tensors[before.inputs[0]]), -1)
        weights = self.tensors[name].astype(float)
        weights = weights.reshape(weights.shape[0], -1)
        for after in self.nodes:
            if after.operator == "BatchNormalization" and after.inputs[0] == node.outputs[0]:
                gain, _, _, variance = [self.tensors[own].astype(float) for own in after.inputs[1:5]]
                weights = weights * (gain / np.sqrt(variance + after.numbers.get("epsilon", 1e-5)))[:, None]
        return np.rint(weights / np.abs(weights).max() * 127).astype(int)

    def with_output(self, name, path):
        """Writes the network with one more output, the tensor `name`."""
        parts = []
        for number, value in fields(self.data):
            if number == MODEL_GRAPH:
                parts.append(block(MODEL_GRAPH, value + block(GRAPH_OUTPUT, block(1, name.encode()) + block(
                    2, block(1, encoded(1 << 3) + encoded(1))))))
            else:
                parts.append(encoded(number << 3) + encoded(value) if isinstance(value, int) else block(number, value))
        with open(path, "wb") as file:
            file.write(b"".join(parts))


def dense(weights, path):
    """Writes a network of one dense layer: images [inputs] to logits [outputs], `weights` [outputs, inputs] in single precision."""
    outputs, inputs = weights.shape

    def number(field_number, value):
        return encoded(field_number << 3) + encoded(value)

    def described(name, size):
        extents = block(1, block(2, b"N")) + block(1, number(1, size))
        return block(1, name) + block(2, block(1, number(1, 1) + block(2, extents)))

    transposed = block(NODE_ATTRIBUTE, block(1, b"transB") + number(3, 1) + number(20, 2))
    node = (block(NODE_INPUT, b"input") + block(NODE_INPUT, b"weight") + block(NODE_OUTPUT, b"logits")
            + block(NODE_NAME, b"dense") + block(NODE_OPERATOR, b"Gemm") + transposed)
    tensor = (number(TENSOR_DIMENSIONS, outputs) + number(TENSOR_DIMENSIONS, inputs) + number(TENSOR_TYPE, 1)
              + block(TENSOR_NAME, b"weight") + block(TENSOR_RAW, weights.astype("<f4").tobytes()))
    graph = (block(GRAPH_NODE, node) + block(2, b"dense") + block(GRAPH_INITIALIZER, tensor)
             + block(11, described(b"input", inputs)) + block(GRAPH_OUTPUT, described(b"logits", outputs)))
    with open(path, "wb") as file:
        file.write(number(1, 8) + block(MODEL_GRAPH, graph) + block(8, block(1, b"") + number(2, 17)))

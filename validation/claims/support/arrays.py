"""Single arrays: cells and input bits of one layer of a network, and their currents by `tilespice mvm`."""
import pathlib
import shutil
import subprocess

import numpy as np

from . import designs
from .onnx import Network
from .sweeps import DATA, WORK, flow

BITS = 8


def patches(tensor, kernel, pad):
    """Input vectors of a convolution of stride 1: [images, channels, h, w] to [vectors, channels · kernel²]."""
    images, channels, height, width = tensor.shape
    padded = np.pad(tensor, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    parts = [padded[:, :, i:i + height + 2 * pad - kernel + 1, j:j + width + 2 * pad - kernel + 1]
             for i in range(kernel) for j in range(kernel)]
    stacked = np.stack(parts, 2)  # images, channels, kernel², h, w
    return stacked.transpose(0, 3, 4, 1, 2).reshape(-1, channels * kernel * kernel)


class Layer:
    """Weight codes [outputs, rows] of a 3 × 3 convolution and 8-bit codes of its inputs [vectors, rows].

    Inputs are the real network's activations on calibration images, quantized by their largest value.
    """

    def __init__(self, network, name, program, images=64, vectors=64, seed=1):
        known = designs.NETWORKS[network]
        self.name = name
        source = DATA / "networks" / known["file"]
        graph = Network(source)
        node = graph.layer(name)
        self.codes = graph.codes(node)
        tensor = node.inputs[0]
        folder = WORK / "layers" / f"{network}-{name}"
        kept = folder / "activations.npy"
        if not kept.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            graph.with_output(tensor, folder / "network.onnx")
            data = {key: own.replace("{data}", str(DATA)) if isinstance(own, str) else own
                    for key, own in known["data"].items()}
            # The calibration images are the ones that run.
            data["test"] = data["calibration"]
            experiment = {
                "version": 1,
                "network": {"model": "onnx", "file": "network.onnx", "output": tensor},
                "data": data,
                "task": "none",
                "hardware": {"converter": "ideal", "wires": {"bitLineOhms": 0}},
                "path": "ideal",
                "auditVectors": 0,
                "compare": ["float"],
                "selection": {"limit": images},
                "outputs": {"logits": True},
            }
            (folder / "E.yaml").write_text("".join(f"{key}: {flow(own)}\n" for key, own in experiment.items()))
            subprocess.run([program, "infer", str(folder / "E.yaml"), "--out", str(folder / "run"), "--quiet"],
                           check=True, stdout=subprocess.DEVNULL)
            np.save(kept, np.load(folder / "run" / "outputs-float.npy"))
        activations = np.load(kept)
        if activations.min() < 0:
            raise ValueError(f"{name} has signed inputs")
        found = patches(np.rint(activations / activations.max() * (2 ** BITS - 1)).astype(int), 3, 1)
        if found.shape[1] != self.codes.shape[1]:
            raise ValueError(f"{name} is no 3 × 3 convolution of stride 1")
        chosen = np.random.default_rng(seed).choice(len(found), vectors, replace=False)
        self.inputs = found[chosen]

    def bit(self, k):
        """Input bit k of every vector, the lowest first: [vectors, rows] of 0 and 1."""
        return (self.inputs >> k & 1).astype(float)


def cells(codes, mapping, bits):
    """Relative conductances 0 … 1 by slice, the lowest first: lists of (positive, negative or None) [rows, outputs]."""
    found = []
    if mapping == designs.DIFFERENTIAL:
        # The code -128 of a file takes an eighth bit, and is the full cell where weights are whole.
        signed, largest = codes.T, max(127, int(np.abs(codes).max()))
        width = bits or largest.bit_length()
        top = 2 ** bits - 1 if bits else largest
        for low in range(0, largest.bit_length(), width):
            part = np.abs(signed) >> low & 2 ** width - 1
            found.append((np.where(signed > 0, part, 0) / top, np.where(signed < 0, part, 0) / top))
        return found
    width, level = bits or 8, codes.T + 128
    for low in range(0, 8, width):
        top = 2 ** width - 1
        found.append(((level >> low & top) / top, None))
    return found


def currents(program, folder, positive, negative, inputs, ohms, unused=0, path="exact"):
    """Currents of the lines in amperes of cells of relative conductance; [lines of one sign after the other, vectors, outputs].

    `unused` word lines lie between the cells and the end where currents are sensed.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    full = designs.CELL["onConductanceSiemens"]
    np.save(folder / "positive.npy", positive * full)
    description = {
        "version": 2,
        "topology": "gateDriven",
        "conductances": "positive.npy",
        "wires": {"bitLineOhms": ohms},
        "readVolts": designs.CELL["readVolts"],
    }
    if negative is not None:
        np.save(folder / "negative.npy", negative * full)
        description["negativeConductances"] = "negative.npy"
    if unused:
        description["unused"] = {"wordLines": unused, "side": "far"}
    np.save(folder / "inputs.npy", inputs)
    (folder / "ARRAY.yaml").write_text("".join(f"{key}: {flow(own)}\n" for key, own in description.items()))
    subprocess.run([program, "mvm", str(folder / "ARRAY.yaml"), "--inputs", str(folder / "inputs.npy"), "--out",
                    str(folder / "currents.npy"), "--path", path], check=True, stdout=subprocess.DEVNULL)
    found = np.load(folder / "currents.npy")
    return found if found.ndim == 3 else found[None]

"""Arrays of full height against arrays of the layer's height."""
import json
import subprocess

import numpy as np

from support import designs
from support.arrays import BITS, Layer, cells, currents
from support.claims import Check, Finding, Table
from support.designs import CELL, DIFFERENTIAL, OFFSET, hardware
from support.figures import Panel, Series
from support.intervals import Estimate, resampled
from support.onnx import dense
from support.sweeps import WORK, flow, placed

TITLE = "Arrays of full height"
CLAIM = ("A layer of 288 rows in an array of 1152 rows, whose unused rows lie between cells and converters, loses several "
         "times as much to the wires as in an array of its own height; a network's arrays do so as single ones do (no claim "
         "of the paper; the convention behind claims 13 and 15).")
STRENGTH = "our computation"
AXES = "unused word lines: none, or 864 at the end where bit lines are sensed; R̂p 1e-5, exact circuits, ideal converters"
NETWORK_NOTE = ("Layers are the 288-row convolutions of ResNet20 of stride 1, with activations of its calibration "
                "images as inputs; “drawn” is one matrix of 288 × 32 normal weights of deviation 32 in 127, a quarter of the input bits on.")
SECONDS = (60, 120)

DROP = 1e-5
ROWS, HEIGHT = 288, 1152
UNUSED = HEIGHT - ROWS
NETWORK = "resnet20"
LAYERS = ["layer2.0.conv2", "layer2.1.conv1", "layer2.1.conv2", "layer2.2.conv1", "layer2.2.conv2"]
DRAWN = "drawn"
OHMS = DROP / CELL["onConductanceSiemens"]
# Word lines of `hardware.tile` for arrays of either height.
HEIGHTS = {"layer": "none", "full": "far"}
# Single precision of the ladder against double precision here: see “error to circuit” of the program's layers.
TOLERANCE = 1e-5


def weak_ratio(rows, unused):
    """Ratio of drops in the limit of weak wires where all cells carry the same current.

    Σ S² of `first_order` is N (N + 1) (2 N + 1) / 6 for a column alone and N² U for the segments behind it.
    """
    return 1 + 6 * unused * rows / ((rows + 1) * (2 * rows + 1))


def first_order(codes, inputs, mapping, unused):
    """Errors of all input bits, [vectors, outputs], in the limit of weak wires.

    A segment that carries the current S lowers the voltage of every cell before it, which together carry S: a line loses
    R̂p Σ S² over its segments, currents over that of a full cell. `unused` segments carry the current of the whole line.
    """
    (positive, negative), = cells(codes, mapping, None)
    total = 0
    for bit in range(BITS):
        own = (inputs >> bit & 1).astype(float)
        for sign, part in ((1, positive), (-1, negative)):
            if part is not None:
                carried = np.cumsum(own[:, :, None] * part, 1)
                total = total - sign * 2 ** bit * ((carried ** 2).sum(1) + unused * carried[:, -1] ** 2)
    return total * DROP * (127 if mapping == DIFFERENTIAL else 255)


def drawn(vectors):
    """Weight codes [outputs, rows] and 8-bit input codes [vectors, rows], every bit on with a probability of 1/4."""
    random = np.random.default_rng(1)
    codes = np.clip(np.rint(random.normal(0, 32, (32, ROWS))), -127, 127).astype(int)
    codes.flat[0] = 127
    bits = random.random((BITS, vectors, ROWS)) < 0.25
    return codes, sum(bits[k].astype(int) << k for k in range(BITS))


def by_circuit(program, codes, inputs, mapping, unused):
    """Errors by `mvm` in units of integer products: of all input bits [vectors, outputs], and mean squares [vectors, bits]."""
    (positive, negative), = cells(codes, mapping, None)
    unit = designs.FULL_SCALE_AMPERES / (127 if mapping == DIFFERENTIAL else 255)
    total, squares = 0, []
    for bit in range(BITS):
        own = (inputs >> bit & 1).astype(float)
        exact = currents(program, WORK / "arrays", positive, negative, own, OHMS, unused)
        ideal = np.stack([own @ part * designs.FULL_SCALE_AMPERES for part in (positive, negative) if part is not None])
        lost = (exact - ideal) / unit
        lost = lost[0] - lost[1] if negative is not None else lost[0]
        squares.append((lost ** 2).mean(1))
        total = total + lost * 2 ** bit
    return total, np.transpose(squares)


def by_network(program, codes, inputs, mapping, height):
    """The same errors by `infer`: a network of one dense layer with these weights and inputs."""
    work = WORK / "height"
    work.mkdir(parents=True, exist_ok=True)
    peak = np.abs(codes).max()
    dense((codes / peak).astype(np.float32), work / "network.onnx")
    np.save(work / "images.npy", inputs.astype(np.float32))
    calibration = np.zeros((1, ROWS), np.float32)
    calibration[0, 0] = 255  # so that the code of an input is its value
    np.save(work / "calibration.npy", calibration)
    section = hardware(mapping, rows=HEIGHT, accumulation="digital", converter="ideal", ohms=OHMS)
    section["tile"]["unusedWordLines"] = HEIGHTS[height]
    experiment = {
        "version": 1,
        "network": {"model": "onnx", "file": "network.onnx"},
        "data": {"model": "npy", "images": "images.npy", "calibrationImages": "calibration.npy"},
        "task": "none",
        "quantization": {"calibrationImages": 1},
        "hardware": section,
        "path": "exact",
        "auditVectors": 0,
        "compare": ["integer"],
        "outputs": {"logits": True},
    }
    (work / "E.yaml").write_text("".join(f"{key}: {flow(own)}\n" for key, own in experiment.items()))
    subprocess.run([program, "infer", str(work / "E.yaml"), "--out", str(work / "run"), "--quiet", "--restart"], check=True,
                   stdout=subprocess.DEVNULL)
    digital = np.load(work / "run" / "outputs-int8.npy").astype(float)
    found = np.load(work / "run" / "outputs-arrays-0.npy").astype(float)
    products = inputs @ codes.T
    unit = (digital * products).sum() / (products.astype(float) ** 2).sum()
    if np.abs(digital / unit - products).max() > 1e-4 * np.abs(products).max():
        raise ValueError("the network's integers are not the products of these codes")
    return (found - digital) / unit


def whole(program, height):
    """Mean drop and error over signal of each 288-row layer of the network, on its first calibration image."""
    work = WORK / "height"
    known = designs.NETWORKS[NETWORK]
    section = hardware(rows=HEIGHT, accumulation="digital", converter="ideal", ohms=OHMS)
    section["tile"]["unusedWordLines"] = HEIGHTS[height]
    experiment = placed({
        "version": 1,
        "network": {"model": "onnx", "file": "{data}/networks/" + known["file"]},
        "data": known["data"],
        "selection": {"limit": 1},
        "hardware": section,
        "path": "exact",
        "auditVectors": 2,
        "compare": ["integer"],
    }, work)
    (work / "W.yaml").write_text("".join(f"{key}: {flow(own)}\n" for key, own in experiment.items()))
    subprocess.run([program, "infer", str(work / "W.yaml"), "--out", str(work / "whole"), "--quiet", "--restart"], check=True,
                   stdout=subprocess.DEVNULL)
    point = json.loads((work / "whole" / "results.json").read_text())["points"][0]
    return {layer["name"]: [layer["meanDrop"], (own["ownError"] / own["signal"]) ** 0.5]
            for layer, own in zip(point["layers"], point["fidelity"]) if layer["inputs"] == ROWS}


def runs(reduced, program):
    entries = []
    vectors = 32 if reduced else 128
    chosen = LAYERS[1:3] if reduced else LAYERS
    for name in [DRAWN, *chosen]:
        if name == DRAWN:
            codes, inputs = drawn(vectors)
        else:
            layer = Layer(NETWORK, name, program, vectors=vectors)
            codes, inputs = layer.codes, layer.inputs
        for mapping in (DIFFERENTIAL, OFFSET):
            for height, unused in (("layer", 0), ("full", UNUSED)):
                total, squares = by_circuit(program, codes, inputs, mapping, unused)
                network = by_network(program, codes, inputs, mapping, height)
                entries.append({
                    "network": NETWORK, "layer": name, "mapping": mapping, "height": height, "seed": 1, "images": len(inputs),
                    "meanSquares": [[float(f"{x:.6g}") for x in one] for one in squares],
                    "allBits": [float(f"{x:.6g}") for x in (total ** 2).mean(1)],
                    "firstOrderAllBits": [float(f"{x:.6g}") for x in (first_order(codes, inputs, mapping, unused) ** 2).mean(1)],
                    "networkAllBits": [float(f"{x:.6g}") for x in (network ** 2).mean(1)],
                    "disagreement": float(f"{np.abs(network - total).max() / np.abs(inputs @ codes.T).max():.2g}")})
    entries += [{"network": NETWORK, "whole": whole(program, height), "height": height, "seed": 1, "images": 1}
                for height in HEIGHTS]
    return entries


def judge(results, reduced):
    checks, further, rows = [], [], []
    title = designs.NETWORKS[NETWORK]["title"]
    series = {}
    equal = weak_ratio(ROWS, UNUSED)
    names = results.values("layer")
    root = lambda own: np.sqrt(own.mean())
    for name in names:
        for mapping in (DIFFERENTIAL, OFFSET):
            own = {height: results.where(layer=name, mapping=mapping, height=height).entries[0] for height in HEIGHTS}
            both = np.transpose([one[key] for key in ("allBits", "firstOrderAllBits") for one in own.values()])
            over = lambda values, k: np.sqrt(values[:, k + 1].mean() / values[:, k].mean())
            ratio, weak = (resampled(lambda values: over(values, k), both) for k in (0, 2))
            worst = max(one["disagreement"] for one in own.values())
            where = f"{name}, {mapping}"
            checks.append(Check(f"{where}: rms error at full height over the layer's", title, ratio, low=4))
            checks.append(Check(f"{where}: that ratio over the one of weak wires", title, resampled(
                lambda values: over(values, 0) / over(values, 2), both), low=0.6, high=1.05))
            checks.append(Check(f"{where}: worst difference of `infer` from `mvm` over the largest product", title,
                                Estimate(worst, 0), high=TOLERANCE, digits=7))
            bit = {height: np.array(one["meanSquares"]).mean(1) for height, one in own.items()}
            rows.append([where, *(resampled(root, bit[height]).text(None) for height in HEIGHTS),
                         *(resampled(root, np.array(one["allBits"])).text(None) for one in own.values()),
                         *(resampled(root, np.array(one["networkAllBits"])).text(None) for one in own.values()),
                         ratio.text(), weak.text(), f"{worst:.1e}"])
            series.setdefault(mapping, []).append(ratio)
    panels = [Panel(f"R̂p {DROP:g}: error at full height over the layer's", "layer", "ratio", [
        Series(mapping, list(range(len(names))), [one.value for one in found], [one.half for one in found])
        for mapping, found in series.items()], categories=[name.replace("layer", "").replace(".conv", " c") for name in names],
        levels=[(equal, "weak")])]
    whole_rows = []
    by_height = {height: one["whole"] for height in HEIGHTS
                 for one in results.where(height=height).entries if "whole" in one}
    for name in by_height["layer"]:
        (drop, error), (full_drop, full_error) = by_height["layer"][name], by_height["full"][name]
        whole_rows.append([name, f"{100 * drop:.2f} %", f"{100 * full_drop:.2f} %", f"{full_drop / drop:.1f}", f"{100 * error:.2f} %",
                           f"{100 * full_error:.2f} %", f"{full_error / error:.1f}"])
    why = (f"In the limit of weak wires, N cells of equal current lose 1 + 6 U N / ((N + 1)(2 N + 1)) = {equal:.2f} times "
           f"as much with U = {UNUSED} segments between them and the converter (N = {ROWS}; the dashed line “weak”); the “ratio "
           "of weak wires” is the same for the cells and inputs that are there, by the squares of the currents of all "
           "segments. Circuits have up to a quarter less: every cell sees what the others have left of its voltage. The "
           "convention decides: a factor of four is asked. The network's arrays are the ones of `mvm`: `unusedWordLines: "
           "far` in `infer`, in single precision, against `unused: {wordLines: 864, side: far}` in double precision, "
           "input bit by input bit and added up by their significance. The tolerance is that of the ladder in single "
           "precision. Errors are in units of the integer product of one input bit (first two columns) and of all eight. "
           "Intervals are bootstrapped over input vectors.")
    return Finding(checks, panels, [
        Table("Rms errors in units of the integer product", [
            "layer, mapping", "one bit, layer", "one bit, full height", "8 bits, layer", "8 bits, full height",
            "`infer`, layer", "`infer`, full height", "ratio", "ratio of weak wires", "`infer` from `mvm`"], rows),
        Table(f"In the network: design A's pairs, bit by bit, R̂p {DROP:g}, first calibration image", [
            "layer", "mean drop, layer", "full height", "ratio", "own error over signal, layer", "full height", "ratio"], whole_rows)],
        further, why)

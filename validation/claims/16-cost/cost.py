#!/usr/bin/env python3
"""Claim 16: energy per operation and area of the five designs of table 3.

Usage: cost.py [--program P] [--threads N] [--out FOLDER] [--reduced]

Runs designs A to E (presets paper-a ... paper-e, components xiao2022) on a full core of 1152 x 256 weights and on
ResNet20, counts ResNet50-v1.5 by its shapes, and writes README.md and cost.svg beside itself, FOLDER/results.json and
FOLDER/verdict.json. Takes numpy, onnx and the shared data folder beside the checkout. --reduced: ResNet20 by its shapes too,
and no page.
"""
import argparse
import datetime
import json
import math
import pathlib
import platform
import re
import subprocess
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
DATA = ROOT.parent / "shared" / "data"
DESIGNS = "ADCBE"
# Table 3, second-hand: fJ per operation, and mm2 where known.
PAPER = {"A": 8.4, "D": 25.8, "C": 43.3, "B": 63.1, "E": 902.0}
PAPER_AREA = {"A": 0.24, "B": 2.02, "E": 11.14}
# Totals of table 3 that the rows marked "solved" of the component table follow from.
SOLVED, SOLVED_AREA = "ACD", "ABE"
DENSITY = 0.127  # of input bits that are set, over all layers of ResNet50 on ImageNet images
NAMES = {
    "array": "arrays", "wordLineDrivers": "word-line drivers", "integrators": "integrators",
    "inputAccumulation": "input accumulation", "converters": "converters", "shiftAdd": "shift and add",
    "adders": "adders", "offsetRemoval": "offset removal"}


def write_core(folder):
    """A dense layer that fills the arrays of design A, with the statistics of a network."""
    random = numpy.random.default_rng(16)
    # Laplace weights of mean magnitude 10 of 127, as the paper's networks have them.
    weights = numpy.clip(random.laplace(0, 10 / 127, (256, 1152)), -1, 1).astype(numpy.float32)
    weights[0, 0] = 1
    node = helper.make_node("Gemm", ["input", "weights", "bias"], ["logits"], name="core", transB=1)
    graph = helper.make_graph(
        [node], "core", [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 1152])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 256])],
        [numpy_helper.from_array(weights, "weights"),
         numpy_helper.from_array(numpy.zeros(256, numpy.float32), "bias")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "core.onnx")
    # Behind a ReLU: zeros, and an exponential distribution; their share gives the density of set bits.
    codes = numpy.clip(random.exponential(18, (64, 1152)), 1, 255).astype(numpy.uint8)
    codes[random.random(codes.shape) < 0.56] = 0
    codes[:, 0] = 255
    numpy.save(folder / "codes.npy", codes.astype(numpy.float32))


SOURCES = {
    "core": """network: {model: onnx, file: core.onnx}
data: {model: npy, images: codes.npy, calibrationImages: codes.npy}
""",
    "ResNet20": f"""network: {{model: onnx, file: {DATA}/networks/resnet20-cifar10.onnx}}
data: {{model: cifar10, test: {DATA}/cifar10/test_batch.bin, calibration: {DATA}/cifar10/data_batch_1.bin, normalization: imageNet}}
""",
}
# Conversions are counted whatever their range is; calibrating it would take the longest part of the time.
RANGE = "{preset: paper-%s, converter: {model: uniform, bits: 8, range: maximum}}"


def run(source, design, images, program, threads, folder):
    name = f"{source.lower()}-{design}"
    specification = folder / f"{name}.yaml"
    specification.write_text(
        f"version: 1\nname: {name}\n{SOURCES[source]}hardware: {RANGE % design.lower()}\nenergy: xiao2022\npath: ideal\n"
        f"compare: []\nauditVectors: 0\nquantization: {{calibrationImages: 4}}\nselection: {{limit: {images}}}\n")
    out = folder / name
    subprocess.run([program, "infer", str(specification), "--out", str(out), "--threads", str(threads), "--quiet"],
                   check=True, stdout=subprocess.DEVNULL)
    record = json.loads((out / "results.json").read_text())
    point = record["points"][0]
    cost, activity = point["cost"], point["results"][-1]["activity"]
    operations = 2 * sum(layer["multiplyAdds"] for layer in cost["layers"])
    joules = {key: sum(layer["joules"][key] for layer in cost["layers"]) for key in NAMES}
    area = {key: sum(layer["areaSquareMicrometers"][key] for layer in cost["layers"]) / 1e6 for key in NAMES}
    return {
        "images": record["imageCount"], "operations": operations,
        "femtojoules": {key: 1e15 * value / operations for key, value in joules.items()},
        "squareMillimeters": area, "arrays": sum(layer["arrays"] for layer in cost["layers"]),
        "seconds": sum(layer["seconds"] for layer in cost["layers"]),
        "conversionsPerKiloOperation":
            1e3 * sum(layer["conversions"] for layer in activity) / record["imageCount"] / operations,
        "density": sum(layer["wordLineActivations"] for layer in activity)
            / max(1, sum(layer["wordLineBits"] for layer in activity)),
        "software": record["software"]}


def shapes():
    """ResNet50-v1.5, the paper's network: rows, outputs and windows of its 54 matrix layers."""
    found, channels = [(147, 64, 112 ** 2)], 64
    for stage, (blocks, width, side) in enumerate([(3, 64, 56), (4, 128, 28), (6, 256, 14), (3, 512, 7)]):
        for block in range(blocks):
            before = side if block > 0 or stage == 0 else 2 * side
            found += [(channels, width, before ** 2), (9 * width, width, side ** 2), (width, 4 * width, side ** 2)]
            if block == 0:
                found.append((channels, 4 * width, side ** 2))
            channels = 4 * width
    return found + [(2048, 1000, 1)]


def small_shapes():
    """ResNet20 for CIFAR-10."""
    found, channels = [(27, 16, 1024)], 16
    for width, side in [(16, 32), (32, 16), (64, 8)]:
        for _ in range(3):
            found += [(9 * channels, width, side ** 2), (9 * width, width, side ** 2)]
            channels = width
    return found + [(64, 10, 1)]


def counted(layers, design, core):
    """The same as `run` from shapes alone: all but the energy of arrays and drivers follows from them, and that from the
    activations of cells, of which the core gives the energy of one. Windows are unsigned, with 8 bits."""
    table = yaml_table()
    rows_limit, slices, lines, digital = {
        "A": (1152, 1, 2, False), "B": (1152, 7, 2, False), "C": (144, 1, 2, False), "D": (1152, 1, 2, True),
        "E": (72, 4, 1, True)}[design]
    outputs_limit = 256 // lines
    bits, rounds = 8, 8 if digital else 1
    joules, area = dict.fromkeys(NAMES, 0.0), dict.fromkeys(NAMES, 0.0)
    arrays, seconds, conversions = 0, 0.0, 0
    operations = 2 * sum(rows * outputs * windows for rows, outputs, windows in layers)
    for rows, outputs, windows in layers:
        blocks, columns = math.ceil(rows / rows_limit), math.ceil(outputs / outputs_limit)
        values = outputs * blocks * slices
        own = values * rounds * windows
        conversions += own
        joules["converters"] += own * table["conversion"] * 256
        joules["integrators"] += values * lines * bits * windows * table["integrator"]
        joules["inputAccumulation"] += 0 if digital else values * bits * windows * table["accumulation"]
        joules["shiftAdd"] += (values * rounds - outputs * blocks) * windows * table["shiftAdd"]
        joules["adders"] += outputs * (blocks - 1) * windows * table["adder"]
        joules["offsetRemoval"] += (rows + outputs) * windows * table["adder"] if design == "E" else 0
        arrays += blocks * columns * slices
        seconds += windows * (bits * 1e-8 + rounds * 256e-9)
        cells = rows * outputs * lines * slices
        area["array"] += cells * table["cellArea"]
        area["wordLineDrivers"] += rows * columns * slices * table["driverArea"]
        area["integrators"] += values * lines * table["integratorArea"]
        area["inputAccumulation"] += 0 if digital else values * table["accumulationArea"]
        area["converters"] += values * table["converterArea"]
        area["shiftAdd"] += values * table["shiftAddArea"] if slices * rounds > 1 else 0
        area["adders"] += outputs * (blocks - 1) * table["adderArea"]
        area["offsetRemoval"] += (blocks + outputs) * table["adderArea"] if design == "E" else 0
    femtojoules = {key: 1e15 * value / operations for key, value in joules.items()}
    # Cells per operation and their activations per bit are those of the core for any shape.
    for key in ["array", "wordLineDrivers"]:
        femtojoules[key] = core["femtojoules"][key] * DENSITY / core["density"]
    return {
        "images": 0, "operations": operations, "femtojoules": femtojoules,
        "squareMillimeters": {key: value / 1e6 for key, value in area.items()}, "arrays": arrays, "seconds": seconds,
        "conversionsPerKiloOperation": 1e3 * conversions / operations, "density": DENSITY, "software": "by shapes"}


def yaml_table():
    """The numbers of the component table that `counted` takes, from its file."""
    text = (ROOT / "Sources/Experiments/Resources/components/xiao2022.yaml").read_text()

    def number(section, key):
        part = text[text.index(f"\n{section}:"):]
        return float(re.search(rf"{key}: ([0-9.e+-]+)", part).group(1))

    return {
        "conversion": number("converters", "watts") / number("converters", "hertz"),
        "integrator": number("integration", "integratorWatts") * number("integration", "seconds"),
        "accumulation": number("inputAccumulation", "joules"), "shiftAdd": number("shiftAdd", "joules"),
        "adder": number("adders", "joules")} | {
        f"{name}Area": number(section, "areaSquareMicrometers") for name, section in [
            ("cell", "cells"), ("driver", "wordLines"), ("integrator", "integration"),
            ("accumulation", "inputAccumulation"), ("converter", "converters"), ("shiftAdd", "shiftAdd"),
            ("adder", "adders")]}


def check_counting(core):
    """The count by shapes gives what the program gives for the core: two paths to the same numbers."""
    for design in DESIGNS:
        own, theirs = counted([(1152, 256, 1)], design, core[design]), core[design]
        for part, keys in [("femtojoules", set(NAMES) - {"array", "wordLineDrivers"}), ("squareMillimeters", set(NAMES))]:
            for key in keys:
                difference = abs(own[part][key] - theirs[part][key])
                assert difference <= 1e-9 * max(theirs[part][key], 1e-9), (design, part, key, own[part][key], theirs[part][key])


def total(result):
    return sum(result["femtojoules"].values())


def total_area(result):
    return sum(result["squareMillimeters"].values())


def rounded(value, digits=3):
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{decimals}f}"


def table(heads, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, ["---"] * len(heads)] + rows) + "\n"


def figure(found):
    """Energy per operation by design: the paper, the core and networks, on a logarithmic axis."""
    width, height, left, bottom = 640, 340, 70, 300
    series = {"paper, table 3": PAPER} | {
        {"core": "core of 1152 × 256"}.get(source, source): {d: total(own[d]) for d in DESIGNS} for source, own in found.items()}
    low, high = 3, 6000

    def y(value):
        return bottom - (bottom - 20) * math.log(value / low) / math.log(high / low)

    colors = ["#6b6b6b", "#1f6fb2", "#c8560a", "#16815f"]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for tick in [10, 100, 1000]:
        parts.append(f'<line x1="{left}" x2="470" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#ddd"/>'
                     f'<text x="{left - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>')
    for k, design in enumerate(DESIGNS):
        parts.append(f'<text x="{110 + 80 * k}" y="{bottom + 20}" text-anchor="middle">{design}</text>')
    for index, (name, values) in enumerate(series.items()):
        color = colors[index]
        points = [(110 + 80 * k, y(values[d])) for k, d in enumerate(DESIGNS)]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        dash = ' stroke-dasharray="5 3"' if index == 0 else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.8"{dash}/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{color}"/>' for a, b in points]
        parts.append(f'<text x="480" y="{40 + 20 * index}" fill="{color}">{name}</text>')
    parts.append(f'<text x="12" y="14">energy per operation (fJ)</text><text x="270" y="{height - 4}" text-anchor="middle">design</text></svg>')
    (HERE / "cost.svg").write_text("\n".join(parts) + "\n")


def judged(core):
    """Order and predictions on the core: what was not solved from table 3 has to come within a factor of two."""
    energies = [total(core[d]) for d in DESIGNS]
    order = energies == sorted(energies)
    ratios = {d: total(core[d]) / PAPER[d] for d in DESIGNS}
    predicted = {d: ratios[d] for d in DESIGNS if d not in SOLVED}
    within = all(0.5 <= value <= 2 for value in predicted.values())
    consistent = all(0.9 <= ratios[d] <= 1.1 for d in SOLVED)
    verdict = "reproduced" if order and within and consistent else "differs"
    number = ("order A < D < C < B < E of full cores, " if order else "order differs, ") \
        + " and ".join(f"{d} {value:.2f}" for d, value in predicted.items()) + " times the paper's; A, C and D are solved from it"
    return verdict, number, ratios


def page(found, verdict, ratios, arguments):
    core = found["core"]
    a = total(core["A"])
    rows = []
    for d in DESIGNS:
        own = core[d]
        rows.append([
            d, rounded(PAPER[d]), rounded(total(own)), ("solved" if d in SOLVED else "predicted"), f"{ratios[d]:.2f}",
            f"{PAPER[d] / PAPER['A']:.1f}", f"{total(own) / a:.1f}",
            rounded(PAPER_AREA[d]) if d in PAPER_AREA else "–", rounded(total_area(own)), str(own["arrays"])])
    energy_table = table(
        ["design", "paper (fJ/op)", "here (fJ/op)", "", "here / paper", "paper / A", "here / A", "paper (mm²)", "here (mm²)", "arrays"], rows)
    parts = table(
        ["fJ/op"] + list(DESIGNS),
        [[NAMES[key]] + [rounded(core[d]["femtojoules"][key]) for d in DESIGNS] for key in NAMES])
    area_parts = table(
        ["mm²"] + list(DESIGNS),
        [[NAMES[key]] + [rounded(core[d]["squareMillimeters"][key]) for d in DESIGNS] for key in NAMES])
    networks = [source for source in found if source != "core"]
    network_table = table(
        ["network"] + [f"{d} (fJ/op)" for d in DESIGNS] + ["ratios to A"] + ["conversions per 1000 op: A, C, D", "bits set"],
        [[source] + [rounded(total(found[source][d])) for d in DESIGNS]
         + [", ".join(f"{d} {total(found[source][d]) / total(found[source]['A']):.1f}" for d in DESIGNS[1:])]
         + [", ".join(rounded(found[source][d]["conversionsPerKiloOperation"]) for d in "ACD"),
            f"{100 * found[source]['A']['density']:.1f} %"]
         for source in ["core"] + networks])
    time_table = table(
        ["network"] + [f"{d}: time, area" for d in DESIGNS],
        [[source] + [f"{1e6 * found[source][d]['seconds']:.3g} µs, {total_area(found[source][d]):.3g} mm²" for d in DESIGNS]
         for source in ["core"] + networks])
    e = core["E"]["femtojoules"]
    text = f"""# Claim 16: cost of five designs

**{verdict.capitalize()}**, as far as it is a prediction: {judged(core)[1]}. The criterion is the order, and a factor of two for the designs that are
predicted; the paper gives too few numbers of components for more. On real networks, whose layers do not fill tall arrays, C lies below D.

Table 3 of Xiao et al. 2022 (known second-hand) gives {", ".join(f"{d} {PAPER[d]:g}" for d in "ABCDE")} fJ per operation and areas of
A 0.24, B 2.02 and E 11.14 mm², hence the order A < D < C < B < E.

![Energy per operation](cost.svg)

{energy_table}
Design A is 8.4 fJ/op = {1e3 / PAPER['A']:.0f} TOPS/W in the paper, {1e3 / a:.0f} TOPS/W here. No random errors enter: energies depend on images only through
the bits that are set, by less than 1 %, so there are no intervals over seeds.

## What is given, what is solved, what is predicted

The paper gives 10 ns of integration per input bit, switched-capacitor accumulation and an 8-bit ramp at 1 GHz (256 ns); it gives no
energy or area of any component that we have. The component table `xiao2022` therefore *solves* three energies from three totals (A, C, D) and
three areas from three (A, B, E), and says so in the source of each row. It takes a core whose arrays are full. That reading is ours; two
facts speak for it: areas of 8.4 and 46 times A are those of the *same* 1152 × 256 weights (7 slices; 16 blocks of rows × 4
slices; arrays have 256 bit lines, so pairs take two of them), and averaged over the layers of ResNet50, C has only 2.8 times the conversions of A, too few for a factor of 5.2.

With a = drivers and arrays, f = integration and accumulation, c = conversion, all per operation of A:

- A = a + f + c = 8.4. C has 8 times the reads of lines and conversions, the same activations of cells, and 7 additions of partial sums: a + 8 (f + c) + 0.15 = 43.3, so
  f + c = 4.96 and a = 3.44. D has 8 times the conversions and a shift-and-add each, without capacitors: 7 c = 17.25 + 0.03, so c = 2.47, f = 2.49.
- Converter: 2.47 fJ × 2304 operations of a column = 5.7 pJ per conversion = 22.2 µW for 256 ns. Integrator: 0.354 pJ per line and bit = 35.4 µW for 10 ns.
- Drivers: 3.3 fJ/op at {100 * DENSITY:.1f} % of the input bits set (all layers of the pruned ResNet50 here) is 3.3 fJ per cell and activation, 0.52 fF at a swing of 2.5 V, which
  is chosen. The cells themselves dissipate {rounded(core['A']['femtojoules']['array'])} fJ/op: their read voltage of 0.1 V and proportional mapping leave almost nothing.
- Areas: B − 7 A = 256 × 7 shift-and-add units, 190 µm² each. E and A then give integrator + converter = 465 µm² and integrator + capacitors = 220 µm²; the split
  (160, 305, 60) is chosen, as are 0.1 µm² per cell (0.05 or 0.2 would change A by −12 or +25 %) and 5 µm² per driver.

What is left are predictions. **B**: {total(core['B']):.1f} fJ/op, {100 - 100 * ratios['B']:.0f} % below the paper's: seven slices cost seven times A, and {rounded(core['B']['femtojoules']['shiftAdd'])} fJ for shift-and-add; the
paper's factor of 7.5 leaves 4 fJ/op for digital parts or drivers that we do not have. **E**: {total(core['E']):.0f} fJ/op, {ratios['E']:.2f} times the paper's: 512 times the
conversions of A alone make {rounded(e['converters'])} fJ/op. Of its 902 fJ/op at most 1.6 fJ × 512 can be conversions, so a conversion of E must cost at most two thirds of
one of A and D: plausible causes are single lines in place of pairs (half of the subtraction and gain stages, which our solution counts to the conversion) and
currents of E that need no gain. A fit of a fourth number would hide this; it is left as it is.

## Components

{parts}
{area_parts}
Buffers, control and idle power are not part of table 3 and not of the table of components. Array energy is Σ V I t at the terminals of the arrays at the read
voltage; a supply above it (current conveyors draw the same current from 1 V or more) would add ten times as much, still below 1 fJ/op in A and 25 in E.

## On networks

{network_table}
Few layers fill 1152 rows, and columns of short arrays cost as much as those of full ones: energy per operation rises, and the designs of tall arrays lose their
lead. **C then lies below D**: over the layers of ResNet50, C has 2.8 times the conversions of A, D always 8 times. The order of A < D < C is one of full arrays;
A is the lowest and E the highest on every network. ResNet50-v1.5 is counted from the shapes of its 54 layers, with the bits set that were measured on the pruned
ResNet50 here (two ImageNet images); the script checks that counting by shapes gives the program's numbers on the core, to 1e-9.

{time_table}
Time: the arrays of a layer at once, one copy of each layer, its windows one after the other, layers one after the other.

## How to run

    validation/claims/16-cost/cost.py

Specifications, presets `paper-a` to `paper-e` and components `xiao2022`, are written to the output folder. Paths are ideal (no wires): costs do not depend on them.
Stored results: core {core['A']['images']} vectors, ResNet20 {f"{found['ResNet20']['A']['images']} images" if found['ResNet20']['A']['images'] else "by its shapes"}; {arguments.date}, {core['A']['software']}, {platform.machine()}, {arguments.threads} threads, seed 1.
"""
    (HERE / "README.md").write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(ROOT / ".build/release/tilespice"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", default=str(ROOT / "results/claims/cost"))
    parser.add_argument("--reduced", action="store_true")
    arguments = parser.parse_args()
    arguments.date = datetime.date.today().isoformat()
    folder = pathlib.Path(arguments.out).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    write_core(folder)
    plan = {"core": 8} if arguments.reduced else {"core": 8, "ResNet20": 20}
    found = {}
    for source, images in plan.items():
        found[source] = {}
        for design in DESIGNS:
            found[source][design] = run(source, design, images, arguments.program, arguments.threads, folder)
            print(f"{source} {design}: {total(found[source][design]):.4g} fJ/op", file=sys.stderr)
    check_counting(found["core"])
    if arguments.reduced:
        found["ResNet20"] = {design: counted(small_shapes(), design, found["core"][design]) for design in DESIGNS}
    found["ResNet50-v1.5"] = {design: counted(shapes(), design, found["core"][design]) for design in DESIGNS}
    verdict, number, ratios = judged(found["core"])
    (folder / "results.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    (folder / "verdict.json").write_text(json.dumps({"verdict": verdict, "number": number}, indent=1) + "\n")
    if not arguments.reduced:
        figure(found)
        page(found, verdict, ratios, arguments)


if __name__ == "__main__":
    main()

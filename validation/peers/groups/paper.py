"""The values of Xiao et al. 2022, and those that follow from its equations."""
import json
import math
import subprocess

import cost
import numpy as np

from comparison import AGREES, DISAGREES, SHOWN, Line, Missing, relative, within
from support import claim, designs, sweeps
from support.arrays import currents
from support.designs import CELL, DIFFERENTIAL, OFFSET, cell_bits, hardware
from support.onnx import dense
from support.sweeps import DATA, flow

WEIGHTS, ENERGY, RANGES, DROPS, BITS = "weight errors", "energy and area", "converter ranges", "weak drops", "B_out"
SIZE = 320

# Rms error in units of 8-bit weights by (law, cut off at the cell's range): unsliced, 4, 2 and 1 bits per cell, differential and
# offset. The table counts an eighth slice of 1-bit differential cells, which is always empty, but has an independent error:
# √((4⁸ − 1) / (4⁷ − 1)) = 2.00 times that of seven where nothing is cut off, and an idle pair more where something is.
SLICINGS = (None, 4, 2, 1)
TABLE = {
    ("independent", "none"): ((1.79, 3.40, 2.80, 2.09), (2.55, 2.40, 1.98, 1.48)),
    ("independent", "cellRange"): ((1.51, 2.23, 1.66, 1.22), (2.55, 2.41, 1.96, 0.87)),
    ("proportional", "none"): ((1.41, 1.24, 1.19, 1.12), (12.9, 12.2, 10.8, 10.6)),
    ("proportional", "cellRange"): ((1.41, 1.22, 1.11, 0.86), (12.9, 12.2, 10.6, 8.1)),
}
SEVEN_SLICES = {("independent", "none"): 2.09 / 2, ("independent", "cellRange"): 0.62}
MEAN_OF_CLIPPED = -5.1  # 1-bit offset cells, proportional errors, cut off
# Digits of the table, and another draw of weights.
TABLE_TOLERANCE = 0.03


def of(number):
    return next(one for one in claim.every() if one.number == number).module


def weight_errors(program, folder):
    """weight errors:"""
    module = of(17)
    module.SIZE = SIZE
    codes = module.weights()
    module.prepared(codes, folder)
    for (law, limits), table in TABLE.items():
        for mapping, expected in zip((DIFFERENTIAL, OFFSET), table):
            for bits, value in zip(SLICINGS, expected):
                errors = module.read_back(program, codes, mapping, bits, module.LAWS[law], 1, folder, limits)
                rms = math.sqrt((errors ** 2).mean())
                name = f"{law}, {'cut off' if limits == 'cellRange' else 'not cut off'}, {mapping}, {cell_bits(bits)}"
                if mapping == DIFFERENTIAL and bits == 1 and (law, limits) in SEVEN_SLICES:
                    yield relative(WEIGHTS, f"{name}, seven slices", rms, SEVEN_SLICES[law, limits], TABLE_TOLERANCE, 3,
                                   f"the table has {value:g}, which counts an eighth, always empty slice")
                    continue
                yield relative(WEIGHTS, name, rms, value, TABLE_TOLERANCE, 3)
                if mapping == OFFSET and law == "independent" and limits == "none":
                    width = bits or 8
                    form = 0.01 * (2 ** width - 1) * math.sqrt((4 ** 8 - 1) / (4 ** width - 1))
                    # Of SIZE² errors in every slice; the top slice makes nearly all.
                    yield relative(WEIGHTS, f"{name}: closed form α(2ᵇ−1)√((4⁸−1)/(4ᵇ−1))", rms, form, 4 / math.sqrt(2) / SIZE, 4)
                if (law, limits, mapping, bits) == ("proportional", "cellRange", OFFSET, 1):
                    yield relative(WEIGHTS, f"{name}: mean error", float(errors.mean()), MEAN_OF_CLIPPED, TABLE_TOLERANCE, 3)


# σ(I) of the SONOS cell, 1600 nA at full current.
def sonos(share):
    return 39.5656 / 1600 * (1 - math.exp(-0.00188704 * 1600 * share))


def sonos_errors(program, folder):
    """SONOS cell:"""
    module = of(17)
    for code in (8, 32, 127):
        codes = np.full((SIZE, SIZE), code)
        codes[0, 0] = 127
        module.prepared(codes, folder)
        errors = module.read_back(program, codes, DIFFERENTIAL, None, designs.SONOS, 1, folder, "none").ravel()[1:]
        yield relative(WEIGHTS, f"SONOS law at {code}/127 of 1600 nA: deviation over full current", float(errors.std()) / 127,
                       sonos(code / 127), 4 / math.sqrt(2) / SIZE, 4, "idle cells of pairs have no error in this law")


def energies(program, folder):
    """energy and area:"""
    cost.write_core(folder)
    found = {design: cost.run("core", design, 2, program, 1, folder) for design in cost.DESIGNS}
    for design, result in found.items():
        solved = design in cost.SOLVED
        yield within(ENERGY, f"design {design}: fJ per operation of a full core", cost.total(result), cost.PAPER[design],
                     *((0.9, 1.1) if solved else (0.5, 2)),
                     why="components are solved from it" if solved else "predicted; the paper names too few components for more")
    for design, value in cost.PAPER_AREA.items():
        yield within(ENERGY, f"design {design}: mm² of a full core", cost.total_area(found[design]), value, 0.9, 1.1,
                     why="components are solved from it")
    order = [cost.total(found[design]) for design in cost.DESIGNS]
    yield Line(ENERGY, "order of energies", " < ".join(sorted(cost.DESIGNS, key=lambda d: cost.total(found[d]))), " < ".join(
        cost.DESIGNS), "", "", AGREES if order == sorted(order) else DISAGREES)


# Median over the layers of ResNet50-v1.5, % of the full range, from the published limits, lowest slice first.
PUBLISHED = {
    "differential, unsliced": [0.21],
    "differential, unsliced, 144 rows": [0.44],
    "differential, 2 b/cell": [1.6, 1.6, 0.39, 0.05],
    "offset, 2 b/cell, digital": [12.5, 12.5, 25, 12.5],
    "offset, 2 b/cell, digital, 72 rows": [25, 25, 25, 25],
}


def ranges(program, folder):
    """converter ranges:"""
    if not DATA.exists():
        raise Missing("the shared data folder is absent")
    module = of(8)
    sweep = next(one for one in module.sweeps(True) if one.network == "resnet20")
    entries, _, _ = sweeps.run(sweep, sweeps.CLAIMS / "08-useful-range" / "peers", program, 1, "peers", False)
    own, here = sweeps.Results(entries), {}
    for name, published in PUBLISHED.items():
        data, full = (np.array(list(own.where(design=name, range=span).entries[0]["found"].values())) for span in ("data", "full"))
        medians = np.median(100 * data / full, axis=0)
        here[name] = medians
        for k, value in enumerate(published):
            slice_name = f", slice {k}" if len(published) > 1 else ""
            yield Line(RANGES, f"{name}{slice_name}: % of the full range, median of layers", f"{medians[k]:.3g}", f"{value:g}",
                       f"× {medians[k] / value:.1f}", "", SHOWN, "ResNet20 here, ResNet50-v1.5 there")
    orders = [
        ("differential, unsliced: 144 over 1152 rows", lambda own: own["differential, unsliced, 144 rows"][0]
         / own["differential, unsliced"][0], 1, math.inf),
        ("differential, 2 b/cell: top slice over the lowest", lambda own: own["differential, 2 b/cell"][-1]
         / own["differential, 2 b/cell"][0], 0, 0.25),
        ("offset, 2 b/cell over differential, unsliced", lambda own: own["offset, 2 b/cell, digital"][0]
         / own["differential, unsliced"][0], 10, math.inf)]
    for name, ratio, low, high in orders:
        ours, theirs = ratio(here), ratio(PUBLISHED)
        yield Line(RANGES, name, f"{ours:.3g}", f"{theirs:.3g}", "", f"≥ {low:g}" if high == math.inf else f"≤ {high:g}",
                   AGREES if low <= ours <= high and low <= theirs <= high else DISAGREES, "the direction, in both networks")


def drops(program, folder):
    """weak drops:"""
    for rows, level, every, resistance in [(1152, 0.01, 1, 1e-5), (1152, 0.1, 2, 1e-6), (1152, 1, 1, 1e-9), (576, 0.5, 3, 1e-7),
                                           (144, 1, 1, 1e-6), (72, 0.25, 1, 1e-5)]:
        bits = (np.arange(rows) % every == 0).astype(float)[None]
        found = currents(program, folder / "column", np.full((rows, 1), level), None, bits,
                         resistance / CELL["onConductanceSiemens"])[0, 0, 0]
        ideal = bits.sum() * level * designs.FULL_SCALE_AMPERES
        predicted = resistance * level / every * (rows + 1) * (2 * rows + 1) / 6
        # The formula is the first order of the drop, 1 - tanh(x)/x = x²/3 - 2 x⁴/15 … of a line, and takes activity for evenly
        # spread.
        yield relative(DROPS, f"N = {rows}, g = {level:g}, a = 1/{every}, R̂p = {resistance:g}: part of the current lost",
                       1 - found / ideal, predicted, 1.25 * predicted + 1.5 * (every - 1) / rows, 4,
                       "tolerance: the second order, 6/5 of the drop, and the rows between selected ones")


def guaranteed(program, folder):
    """B_out:"""
    work = folder / "bits"
    work.mkdir()
    for design, own in designs.DESIGNS.items():
        rows = own.get("rows", 1152)
        weights = np.ones((4, rows), np.float32)
        weights[1] = -1
        dense(weights, work / "network.onnx")
        np.save(work / "images.npy", np.full((1, rows), 255, np.float32))
        section = hardware(**{**own, "converter": "fullPrecision"})
        experiment = {
            "version": 1, "network": {"model": "onnx", "file": "network.onnx"},
            "data": {"model": "npy", "images": "images.npy", "calibrationImages": "images.npy"}, "task": "none",
            "quantization": {"calibrationImages": 1}, "hardware": section, "path": "ideal", "auditVectors": 0,
            "compare": ["integer"]}
        (work / "E.yaml").write_text("".join(f"{key}: {flow(value)}\n" for key, value in experiment.items()))
        subprocess.run([program, "infer", str(work / "E.yaml"), "--out", str(work / "run"), "--quiet", "--restart"], check=True,
                       stdout=subprocess.DEVNULL)
        layer = json.loads((work / "run" / "results.json").read_text())["points"][0]["layers"][0]
        converter = layer["converters"][0]
        codes = (converter["highestUnits"] - converter["lowestUnits"]) / converter["stepUnits"] + 1
        weight_bits = own.get("bits") or 7
        input_bits = 1 if own.get("accumulation") == "digital" else 8
        formula = weight_bits + input_bits + math.log2(rows) - (0 if weight_bits > 1 and input_bits > 1 else 1)
        signed = own.get("mapping", DIFFERENTIAL) == DIFFERENTIAL
        bound, needed = formula + signed, math.log2(codes)
        yield Line(BITS, f"design {design}, {rows} rows: bits of all codes of the exact sum", f"{needed:.2f}",
                   f"{formula:.2f}" + (" + sign" if signed else ""), f"{bound - needed:.2f}", "0 … 1",
                   AGREES if 0 <= bound - needed <= 1 else DISAGREES,
                   "the formula rounds 2ᵇ − 1 levels up to 2ᵇ; differences of pairs have a sign more")


COMPARISONS = [weight_errors, sonos_errors, energies, ranges, drops, guaranteed]

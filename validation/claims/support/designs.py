"""Networks and hardware of the claims, as keys of experiment files.

Conventions that decide conclusions stand here once, as constants: every specification takes them from here.
"""

INFINITE = ".inf"

# Networks of the shared data folder. `rows` are the rows of the tallest matrix.
CIFAR = {
    "model": "cifar10",
    "test": "{data}/cifar10/test_batch.bin",
    "calibration": "{data}/cifar10/data_batch_1.bin",
    "normalization": "imageNet",
}
IMAGENET = {
    "model": "images",
    "test": "{data}/imagenet/val",
    "testLabels": "{data}/imagenet/val_labels.txt",
    "calibration": "{data}/imagenet/calib",
    "calibrationLabels": "{data}/imagenet/calib_labels.txt",
    "crop": {"model": "window", "top": 1, "left": 1, "height": 224, "width": 224},
    "normalization": "imageNet",
}
NETWORKS = {
    "resnet8": {"file": "resnet8-cifar10.onnx", "data": dict(CIFAR, normalization="none"), "rows": 576,
                "title": "ResNet8, CIFAR-10", "dense": True},
    "resnet20": {"file": "resnet20-cifar10.onnx", "data": CIFAR, "rows": 576,
                 "title": "ResNet20, CIFAR-10", "dense": True},
    "resnet56": {"file": "resnet56-cifar10.onnx", "data": CIFAR, "rows": 576,
                 "title": "ResNet56, CIFAR-10", "dense": True},
    "resnet50": {"file": "resnet50-imagenet-qdq.onnx", "data": IMAGENET, "rows": 4608,
                 "title": "pruned ResNet50 v1, ImageNet", "dense": False},
    "efficientnet": {
        "file": "efficientnet-lite0-imagenet.onnx", "rows": 1280, "title": "EfficientNet-Lite0, ImageNet",
        "data": dict(IMAGENET, normalization={"model": "affine", "scale": 1, "mean": [127], "deviation": [128]}),
        "dense": True},
}

# The cell of the paper: at most 1.6 µA, off entirely.
CELL = {"onConductanceSiemens": 16e-6, "onOffRatio": INFINITE, "readVolts": 0.1}
FULL_SCALE_AMPERES = 1.6e-6

# The SONOS law of the paper (2022): a table of the deviation against the current.
SONOS = {"model": "device", "name": "sonos-xiao2022"}

# Where programming errors are cut off.
LIMITS = "cellRange"

# Converter ranges: differential designs and unsliced ones, and sliced offset designs.
RANGE = {"model": "calibrated", "percent": 99.98}
OFFSET_RANGE = {"model": "anchored", "percent": 99.98, "measuredOn": "ideal"}

# Keys of `hardware.tile` for arrays of full height, whose unused word lines lie between cells and converters. Empty: claims
# about wires are tested at the height of each layer alone.
FULL_HEIGHT = {"unusedWordLines": "far"}

DIFFERENTIAL, OFFSET = "differential", "offset"


def cell_bits(bits):
    """How a slicing is called on pages."""
    return "unsliced" if bits is None else f"{bits} b/cell"


def hardware(mapping=DIFFERENTIAL, bits=None, rows=1152, accumulation="analog", converter=8, span=None,
             on_off=INFINITE, programming=None, subtraction="analog", ohms=0, full_height=False, limits=LIMITS):
    """A hardware section.

    `bits` per cell, None for unsliced; `converter` is a number of bits, "ideal" or "fullPrecision"; `span` the
    range of a converter with bits; `programming` an error law, cut off at `limits`; `full_height` for arrays whose unused
    word lines are there.
    """
    if mapping == DIFFERENTIAL:
        stored = {"model": "differentialPair", "states": "oneSided", "subtraction": subtraction}
    else:
        stored = {"model": "offset", "removal": "digital"}
    section = {
        "cell": dict(CELL, onOffRatio=on_off),
        "mapping": stored,
        "weightSlices": "none" if bits is None else {"model": "bits", "bits": bits},
        "inputs": {"model": "gateBits", "accumulation": accumulation},
        "tile": {"wordLines": rows, "bitLines": 256},
        "wires": {"bitLineOhms": ohms},
    }
    if full_height:
        section["tile"].update(FULL_HEIGHT)
    if isinstance(converter, str):
        section["converter"] = converter
    else:
        span = span or (OFFSET_RANGE if mapping == OFFSET and bits else RANGE)
        section["converter"] = {"model": "uniform", "bits": converter, "range": span}
    if programming:
        section["errors"] = {"programming": programming, "limits": limits}
    return section


def independent(alpha):
    return {"model": "stateIndependent", "alpha": alpha}


def proportional(alpha):
    return {"model": "stateProportional", "alpha": alpha}


# The designs of table 3 and 4, without errors.
DESIGNS = {
    "A": dict(),
    "B": dict(bits=1),
    "C": dict(rows=144),
    "D": dict(accumulation="digital"),
    "E": dict(mapping=OFFSET, bits=2, rows=72, accumulation="digital"),
}

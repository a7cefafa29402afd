"""Disjoint parts of the calibration images, so that what is measured on them gets an interval over other images."""
import os

from . import designs
from .sweeps import DATA, WORK

CIFAR_RECORD = 3073  # bytes: a class and 3 × 32 × 32 pixels


def part(network, index, images):
    """Part `index` of `images` calibration images each of `network`: the path and the keys of an experiment that take it.

    Parts lie among what is not kept.
    """
    data = designs.NETWORKS[network]["data"]
    source = DATA / data["calibration"].removeprefix("{data}/")
    folder = WORK / "calibration"
    folder.mkdir(parents=True, exist_ok=True)
    first = index * images
    if data["model"] == "cifar10":
        path = folder / f"cifar10-{images}-{index}.bin"
        content = source.read_bytes()[first * CIFAR_RECORD:(first + images) * CIFAR_RECORD]
        count = len(content) // CIFAR_RECORD
        path.write_bytes(content)
    else:
        path = folder / f"imagenet-{images}-{index}.txt"
        names = sorted(os.listdir(source))[first:first + images]
        count = len(names)
        path.write_text("".join(f"{os.path.relpath(source / name, folder)} 0\n" for name in names))
    if count < images:
        raise ValueError(f"{source} has fewer than {first + images} images")
    keys = {"data.calibration": "{work}/calibration/" + path.name, "quantization.calibrationImages": images}
    if "calibrationLabels" in data:
        keys["data.calibrationLabels"] = None
    return keys

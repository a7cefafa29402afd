"""Whole networks: ONNX Runtime's logits and counts, and integers on ideal arrays."""
import json
import subprocess

import numpy as np

from comparison import Missing, equal, worst
from support import designs
from support.sweeps import DATA, flow, placed

GROUP = "networks"
IMAGES = 1000
# What validation/networks has for all of a data set with ONNX Runtime; the same files here.
NETWORKS = ["resnet8", "resnet20"]
# ONNX Runtime adds up products in another order, in single precision: as in validation/onnx, over the largest logit.
TOLERANCE = 1e-5
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def images(normalization):
    """The first test images of CIFAR-10 as the network takes them, and their labels."""
    path = DATA / "cifar10" / "test_batch.bin"
    if not path.exists():
        raise Missing("the shared data folder is absent")
    records = np.fromfile(path, np.uint8).reshape(-1, 3073)[:IMAGES]
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32)
    if normalization == "imageNet":
        pixels = (pixels / np.float32(255) - MEAN.astype(np.float32)[:, None, None]) / DEVIATION.astype(np.float32)[:, None, None]
    return pixels, records[:, 0]


def by_onnx_runtime(program, folder):
    """ONNX Runtime:"""
    try:
        import onnxruntime
    except ImportError as error:
        raise Missing(f"is not installed ({error})") from None
    for name in NETWORKS:
        known = designs.NETWORKS[name]
        pixels, labels = images(known["data"]["normalization"])
        session = onnxruntime.InferenceSession(DATA / "networks" / known["file"], providers=["CPUExecutionProvider"])
        entry = session.get_inputs()[0]
        channels_last = entry.shape[-1] == 3
        given = pixels.transpose(0, 2, 3, 1) if channels_last else pixels
        theirs = np.concatenate([session.run(None, {entry.name: np.ascontiguousarray(one[None])})[0].reshape(1, -1) for one in given])
        own = folder / name
        own.mkdir()
        experiment = placed({
            "version": 1,
            "network": {"model": "onnx", "file": "{data}/networks/" + known["file"]},
            "data": known["data"],
            "selection": {"limit": IMAGES},
            "hardware": {"tile": {"wordLines": 1152, "bitLines": 256}, "converter": "fullPrecision"},
            "path": "ideal",
            "auditVectors": 0,
            "compare": ["float", "integer"],
            "outputs": {"logits": True},
        }, own)
        (own / "E.yaml").write_text("".join(f"{key}: {flow(value)}\n" for key, value in experiment.items()))
        subprocess.run([program, "infer", str(own / "E.yaml"), "--out", str(own / "run"), "--quiet"], check=True,
                       stdout=subprocess.DEVNULL)
        record = json.loads((own / "run" / "results.json").read_text())
        ours, integers, arrays = (np.load(own / "run" / f"outputs-{path}.npy").reshape(IMAGES, -1)
                                  for path in ("float", "int8", "arrays-0"))
        yield worst(GROUP, f"{known['title']}, {IMAGES} images: logits of the real network over the largest", "single precision",
                    np.abs(ours - theirs).max() / np.abs(theirs).max(), TOLERANCE)
        yield equal(GROUP, f"{known['title']}, {IMAGES} images: correct, real network", record["digitalFloat"]["correct"],
                    int((theirs.argmax(1) == labels).sum()))
        yield equal(GROUP, f"{known['title']}, {IMAGES} images: predictions other than ONNX Runtime's", int(
            (ours.argmax(1) != theirs.argmax(1)).sum()), 0)
        yield equal(GROUP, f"{known['title']}, {IMAGES} images: logits of ideal arrays, full precision, other than the integers'",
                    int((arrays != integers).sum()), 0, why="our own integers; ONNX Runtime has no count for them")


COMPARISONS = [by_onnx_runtime]

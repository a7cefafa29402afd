"""Writes sweeps, has the program run them, and takes their results."""
import base64
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field

import numpy as np

from . import designs

CLAIMS = pathlib.Path(__file__).resolve().parent.parent
ROOT = CLAIMS.parent.parent
WORK = ROOT / "results" / "claims"
DATA = ROOT.parent / "shared" / "data"


@dataclass
class Point:
    """One set of keys of the experiment, with the labels by which figures know it."""
    labels: dict
    keys: dict


@dataclass
class Sweep:
    """Points on one network and the same images."""
    name: str
    network: str
    points: list
    images: int
    seeds: int = 1
    path: str = "ideal"
    base: dict = field(default_factory=dict)  # further keys of the experiment
    collect: object = None  # what else is kept of a result: a function of its record
    seconds: float = 0.04  # of one core per image and point, for the estimate

    @property
    def runs(self):
        return len(self.points) * self.seeds


def scalar(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if re.fullmatch(r"[A-Za-z.][\w./-]*", value) else json.dumps(value)
    return repr(value)


def flow(value):
    """A value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(own)}" for key, own in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(own) for own in value) + "]"
    return scalar(value)


def placed(value, folder):
    """`value` with the places {data}, {claims} and {work} (what is not kept) as paths from `folder`."""
    if isinstance(value, dict):
        return {key: placed(own, folder) for key, own in value.items()}
    if isinstance(value, list):
        return [placed(own, folder) for own in value]
    if isinstance(value, str) and value.startswith("{"):
        place, rest = value[1:].split("}", 1)
        return os.path.relpath({"data": DATA, "claims": CLAIMS, "work": WORK}[place], folder) + rest
    return value


def specifications(sweep, folder):
    """Texts of NAME-base.yaml and NAME.yaml as they stand in `folder`."""
    network = designs.NETWORKS[sweep.network]
    base = {
        "version": 1,
        "name": sweep.name,
        "network": {"model": "onnx", "file": "{data}/networks/" + network["file"]},
        "data": network["data"],
        "selection": {"limit": sweep.images},
        "path": sweep.path,
        "auditVectors": 0,
    }
    base.update(sweep.base)
    lines = ["# Written by run.py. Needs the shared data folder beside the checkout."]
    lines += [f"{key}: {flow(own)}" for key, own in placed(base, folder).items()]
    plan = ["# Written by run.py.", "version: 1", f"base: {sweep.name}-base.yaml", "compare: [integer]"]
    if sweep.seeds > 1:
        plan.append(f"seeds: {sweep.seeds}")
    plan += ["axes:", "  - points:"]
    plan += [f"      - {flow(placed(point.keys, folder))}" for point in sweep.points]
    return {f"{sweep.name}-base.yaml": "\n".join(lines) + "\n", f"{sweep.name}.yaml": "\n".join(plan) + "\n"}


def write(sweep, folder):
    """Writes both specifications into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in specifications(sweep, folder).items():
        path = folder / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def packed(hits):
    """A list of true and false in base 64, eight images a byte."""
    return base64.b64encode(np.packbits(np.asarray(hits, bool)).tobytes()).decode()


def unpacked(text, count):
    return np.unpackbits(np.frombuffer(base64.b64decode(text), np.uint8))[:count].astype(bool)


def hits(labels, result):
    return [one == label for one, label in zip(result["predictions"], labels)]


def taken(record, path):
    """What statistics need of one result."""
    found = next(one for one in record["points"][0]["results"] if one["path"] == path)
    digital = record["digitalInteger"]
    error = next(one for one in found["outputErrors"] if one["reference"] != "float")
    activity = found["activity"]
    conversions = sum(one["conversions"] for one in activity)
    return {
        "correct": found["correct"],
        "digitalCorrect": digital["correct"],
        "error": error.get("relativeRMS", 0),
        "worst": error["worst"],
        "clipped": sum(one["clippedConversions"] for one in activity) / max(conversions, 1),
        "hits": packed(hits(record["labels"], found)),
        "digital": packed(hits(record["labels"], digital)),
    }


def follow(command, sweep):
    """Runs a sweep and shows its progress by the labels of points, not by their keys, which are long."""
    said = []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            done = re.match(r"(\d+)/(\d+) .*: ([\d.]+ %) \((.*)\)$", line)
            if done:
                labels = sweep.points[(int(done[1]) - 1) // sweep.seeds].labels
                print(f"  {sweep.name} {done[1]}/{done[2]} {', '.join(str(own) for own in labels.values())}: "
                      f"{done[3]} ({done[4]})", file=sys.stderr)
            else:
                said.append(line)
    if process.returncode:
        sys.exit("".join(said) + f"{' '.join(command)} ended with status {process.returncode}")


def run(sweep, folder, program, threads, build, keeps):
    """Runs what is left of `sweep` and returns its entries: labels, seed and numbers of each point and seed.

    Specifications go to `folder`, or among what is not kept; results lie under the hash of specifications and program.
    """
    work = WORK / folder.relative_to(CLAIMS)
    if not keeps:
        folder = work / "specifications"
    write(sweep, folder)
    texts = "".join(specifications(sweep, folder).values())
    work = work / f"{sweep.name}-{hashlib.sha256((texts + build).encode()).hexdigest()[:12]}"
    begun = time.time()
    follow([program, "sweep", "run", str(folder / f"{sweep.name}.yaml"), "--out", str(work), "--threads",
            str(threads)], sweep)
    subprocess.run([program, "sweep", "merge", str(work)], check=True, stdout=subprocess.DEVNULL)
    merged = json.loads((work / "sweep.json").read_text())["points"]
    if len(merged) != sweep.runs:
        sys.exit(f"{work}: {len(merged)} results, expected {sweep.runs}")
    entries = []
    for k, row in enumerate(merged):
        point = sweep.points[k // sweep.seeds]
        record = json.loads((work / row["results"]).read_text())
        own = {} if sweep.name == sweep.network else {"sweep": sweep.name}
        entry = {"network": sweep.network, **own, **point.labels, "seed": record["seed"], "images": record["imageCount"]}
        entry.update(taken(record, sweep.path))
        if sweep.collect:
            entry["found"] = sweep.collect(record)
        entries.append(entry)
    seconds = sum(json.loads((work / row["results"]).with_name("timing.json").read_text())["seconds"]
                  for row in merged)
    print(f"{sweep.name}: {len(entries)} results, {seconds:.0f} s of runs, {time.time() - begun:.0f} s now",
          file=sys.stderr)
    return entries, seconds, record["software"]


def of_sweep(entry):
    """The name of the sweep that an entry is from."""
    return entry.get("sweep", entry["network"])


class Results:
    """Entries by their labels."""

    def __init__(self, entries):
        self.entries = entries

    def where(self, **labels):
        return Results([one for one in self.entries if all(one.get(key) == own for key, own in labels.items())])

    def values(self, label):
        """Its different values in their order."""
        return list(dict.fromkeys(one[label] for one in self.entries if label in one))

    def hits(self, which="hits"):
        """[draws, images], draws in the order of their seeds."""
        ordered = sorted(self.entries, key=lambda one: one["seed"])
        if len({one["seed"] for one in ordered}) != len(ordered) or not ordered:
            raise ValueError(f"{len(ordered)} results of {len({one['seed'] for one in ordered})} seeds")
        return np.array([unpacked(one[which], one["images"]) for one in ordered])

    def digital(self):
        """[1, images] of the digital network, which is the same for all results."""
        found = {(one["digital"], one["images"]) for one in self.entries}
        if len(found) != 1:
            raise ValueError(f"{len(found)} digital networks")
        return unpacked(*found.pop())[None]

    def mean(self, key):
        return float(np.mean([one[key] for one in self.entries]))

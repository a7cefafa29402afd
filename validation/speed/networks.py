#!/usr/bin/env python3
"""Measures whole networks through every path; writes networks.md and networks.json beside itself.

Usage, from the root of the repository after `make build`, with GNU time and the shared data folder beside the checkout, on an
otherwise idle machine:
    python3 validation/speed/networks.py [--only resnet20 ...] [--quick]
Each row is one `tilespice infer` on the hardware of validation/resnet20/E.yaml at R_segment / R_min 1e-5, or on the paper's design A
(no wires, input bits accumulated before one conversion): with two tasks on all of its images, and with one task on some of
them. Milliseconds per image are those of the run itself; the preparation
(programming, converter ranges, calibration) and the peak resident set of the process are beside them. About ten minutes.
"""
import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / ".build/release/tilespice"
NETWORKS = HERE.parent / "networks"
# Images with two tasks and with one, for the analog paths.
IMAGES = {"resnet8": (1000, 200), "resnet20": (1000, 200), "resnet56": (400, 100),
          "squeezenet": (100, 20), "resnet50": (20, 6)}
# Milliseconds per image on two cores, and peak bytes, that the design asks for.
DESIGN = "design A"
TARGETS = {("resnet20", "exact"): 6, ("resnet20", "ideal"): 4, ("resnet20", DESIGN): 1.6,
           ("resnet50", "exact"): 200, ("resnet50", DESIGN): 100}
PEAK = {"resnet50": 2 * 2**30}
# What runs beside a path, where the table takes it from that run.
BESIDE = {"exact": "float,integer,ideal", DESIGN: "integer"}
KINDS = ("exact", "calibrated", "auto", DESIGN)
HARDWARE = """hardware:
  cell: {onConductanceSiemens: 16e-6, onOffRatio: .inf, readVolts: 0.1}
  tile: {wordLines: 1152, bitLines: 256}
  wires: {bitLineOhms: 0.625}
  converter: {model: uniform, bits: 8, range: calibrated}
"""


def experiment(name, folder, kind):
    """The network's own experiment with wires and 8-bit converters in place of ideal ones, or on design A."""
    text = (NETWORKS / f"{name}.yaml").read_text()
    head, rest = text.split("hardware:\n")
    tail = rest[rest.index("outputs:"):]
    shared = (HERE.parents[2] / "shared").resolve()
    text = head.replace("../../../shared", str(shared)) + ("hardware: paper-a\n" if kind == DESIGN else HARDWARE) + (
        "auditVectors: 0\n" + tail)
    path = folder / f"{name}.yaml"
    path.write_text(text)
    return path


def measured(path, name, kind, threads, limit, folder):
    out = folder / f"{name}-{kind.replace(' ', '')}-{threads}"
    note = folder / "time"
    command = ["time", "-f", "%M", "-o", note, PROGRAM, "infer", path, "--path", "ideal" if kind == DESIGN else kind, "--threads", threads,
               "--limit", limit, "--out", out, "--quiet", "--compare", BESIDE.get(kind, "none")]
    start = time.perf_counter()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{name} {kind} failed:\n{done.stdout}{done.stderr}")
    record = json.loads((out / "results.json").read_text())
    point = record["points"][0]

    def digest(result):
        return {"correct": result["correct"], "milliseconds": 1000 * result["seconds"] / result["imagesTimed"]}

    found = digest(point["results"][-1])
    found.update(
        images=record["imageCount"], threads=threads, wholeSeconds=seconds,
        preparationSeconds=point["preparationSeconds"], peakBytes=1024 * int(note.read_text().split()[-1]))
    for beside, key in (("float", "digitalFloat"), ("int8", "digitalInteger")):
        if record.get(key):
            found[beside] = digest(record[key])
    for result in point["results"]:
        if result["path"] == "ideal":
            found["ideal"] = digest(result)
    if kind == "calibrated":
        seen = [layer["calibration"] for layer in point["layers"]]
        found["fallbacks"] = sum(s["observations"]["fallbacks"] for s in seen)
        found["vectors"] = sum(s["observations"]["vectors"] for s in seen)
        ratios = [s["observedOverPromised"] for s in seen if s.get("observedOverPromised") is not None]
        found["observedOverPromised"] = max(ratios, default=None)
        found["layersBeyondPromise"] = sum(r > 1 for r in ratios)
    if kind == "auto":
        choices = [c for layer in point["layers"] for c in (layer.get("calibration") or {}).get("choices", [])]
        found["exactTiles"] = sum(c.startswith("exact") for c in choices)
        found["tiles"] = len(choices)
    return found


def markdown(results, machine):
    lines = [f"{machine}.", "",
             "| network | path | images | correct | ms per image, two tasks | one task | one / two | preparation | peak memory | target |",
             "|" + " --- |" * 10]
    for r in results:
        two, one = r["two"], r["one"]
        rows = []
        if r["path"] == "exact":
            rows = [(kind, two[kind], one[kind], None) for kind in ("float", "int8", "ideal")]
        rows.append((r["path"], two, one, two))
        for kind, a, b, whole in rows:
            target = TARGETS.get((r["network"], kind))
            goal = "–"
            if kind == DESIGN:
                # The float network ran beside the exact path.
                real = next(other["two"]["float"] for other in results if (other["network"], other["path"]) == (r["network"], "exact"))
                goal = (f"{whole['milliseconds'] / whole['int8']['milliseconds']:.2f} times int8 in the same run, "
                        f"{whole['milliseconds'] / real['milliseconds']:.2f} times float")
            if target:
                peak = PEAK.get(r["network"])
                met = a["milliseconds"] <= target and (not peak or two["peakBytes"] <= peak)
                goal = (goal + "; " if kind == DESIGN else "") + f"{target} ms" + (f", {peak / 2**30:.0f} GiB" if peak else "") + (": met" if met else ": missed")
            lines.append(
                f"| {r['network']} | {kind} | {two['images']} | {a['correct']} | {a['milliseconds']:.3g} "
                f"| {b['milliseconds']:.3g} | {b['milliseconds'] / a['milliseconds']:.2f} "
                + (f"| {whole['preparationSeconds']:.1f} s | {whole['peakBytes'] / 2**20:.0f} MiB " if whole else "| – | – ")
                + f"| {goal} |")
    lines += ["", "| network | vectors solved exactly | observed / promised rms, worst layer | layers beyond their promise |",
              "| --- | --- | --- | --- |"]
    for r in results:
        if r["path"] == "calibrated":
            two = r["two"]
            lines.append(f"| {r['network']} | {two['fallbacks']} of {two['vectors']} "
                         f"| {two['observedOverPromised']:.2f} | {two['layersBeyondPromise']} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=list(IMAGES), default=list(IMAGES))
    parser.add_argument("--quick", action="store_true", help="a hundredth of the images; writes nothing")
    options = parser.parse_args()
    stored = HERE / "networks.json"
    kept = json.loads(stored.read_text())["results"] if stored.exists() else []
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in options.only:
            for kind in KINDS:
                path = experiment(name, folder, kind)
                images, few = (max(2, n // 100) for n in IMAGES[name]) if options.quick else IMAGES[name]
                result = {"network": name, "path": kind,
                          "two": measured(path, name, kind, 2, images, folder),
                          "one": measured(path, name, kind, 1, few, folder)}
                kept = [r for r in kept if (r["network"], r["path"]) != (name, kind)] + [result]
                print(name, kind, f"{result['two']['milliseconds']:.2f} ms", flush=True)
    kept.sort(key=lambda r: (list(IMAGES).index(r["network"]), KINDS.index(r["path"])))
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    machine = f"{cpu}, {os.cpu_count()} cores, load before the run {load:.2f}"
    if not options.quick:
        stored.write_text(json.dumps({"machine": machine, "results": kept}, indent=1) + "\n")
        (HERE / "networks.md").write_text(markdown(kept, machine))
    print(markdown(kept, machine))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Accuracy that compensation brings back on the bundled digits network, by the resistance of a bit-line segment.

Usage: run.py [--seeds N] [--threads N] [--recipe NAME ...]. Needs a built `tilespice` (or TILESPICE, a path); writes results.json and
README.md beside itself. `--check` compares a run of one resistance with results.json and writes nothing.
"""
import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = os.environ.get("TILESPICE", str(HERE.parent.parent / ".build/release/tilespice"))
OHMS = [500, 1000, 2000, 4000, 8000]
# Segment at which preparation is timed: its work does not depend on it.
COSTED = 4000
EXPERIMENT = """version: 1
name: {name}
seed: {seed}
data: digits
hardware:
  cell: {{onConductanceSiemens: 16e-6, onOffRatio: 100, readVolts: 0.1}}
  tile: {{wordLines: 64, bitLines: 64}}
  wires: {{bitLineOhms: {ohms}}}
  converter: {{model: uniform, bits: 8, range: calibrated}}
  errors: {{programming: {errors}}}
path: exact
compensation: {{gains: {gains}, programming: {programming}, reconstruction: {reconstruction}, images: {images}}}
auditVectors: 0
compare: [float, integer]
"""
NONE, STEPS = "{}", "{steps: 2, vectors: 1024}"
# Name, gains, programming, reconstruction, calibration images.
RECIPES = [
    ("one digital gain per layer", "layer", "none", NONE, 64),
    ("gain and addend per output", "column", "none", NONE, 64),
    ("compensated programming", "none", "voltageLoss", NONE, 64),
    ("both", "column", "voltageLoss", NONE, 64),
    ("both, 8 passes", "column", "{model: voltageLoss, passes: 8}", NONE, 64),
    ("both, then reconstruction", "column", "voltageLoss", STEPS, 64),
    ("the same on 256 images", "column", "voltageLoss", STEPS, 256),
]
NOTHING, CONTROL = "nothing", "control: lower G_on with the same gains"
LOSS = 0.02


def experiment(name, gains, programming, reconstruction, images, ohms, seed=1, alpha=0.0):
    return EXPERIMENT.format(
        name=name, gains=gains, programming=programming, reconstruction=reconstruction, images=images, ohms=ohms, seed=seed,
        errors="none" if alpha == 0 else f"{{model: stateIndependent, alpha: {alpha}}}")


def cpu(folder, *arguments):
    """Processor time of a run on one task: other processes on the machine hardly matter."""
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    subprocess.run([PROGRAM, *arguments, "--threads", "1"], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return spent() - before


def cost(name, *recipe, ohms, repeats=3):
    """Processor time of preparing a network over that of running its calibration images on its arrays, median of repeats."""
    plain = experiment("plain", "none", "none", NONE, 1, ohms).replace("compare: [float, integer]", "compare: []")
    start = plain.replace("path: exact", "path: ideal").replace("model: uniform, bits: 8, range: calibrated", "model: ideal")
    few, many = 20, 520
    with tempfile.TemporaryDirectory() as folder:
        for file, text in [("E", experiment(name, *recipe, ohms)), ("plain", plain), ("start", start)]:
            Path(folder, f"{file}.yaml").write_text(text)
        found = []
        for _ in range(repeats):
            preparation = cpu(folder, "compensate", "E.yaml", "--export", "x.onnx") - cpu(folder, "infer", "start.yaml", "--limit", "1")
            image = (cpu(folder, "infer", "plain.yaml", "--limit", str(many))
                     - cpu(folder, "infer", "plain.yaml", "--limit", str(few))) / (many - few)
            found.append(preparation / (recipe[-1] * image))
    return statistics.median(found)


def run(name, gains, programming, reconstruction, images, ohms, threads, seed=1, alpha=0.0):
    """results.json of one experiment."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "E.yaml").write_text(experiment(name, gains, programming, reconstruction, images, ohms, seed, alpha))
        subprocess.run([PROGRAM, "infer", "E.yaml", "--threads", str(threads), "--quiet", "--out", "results"],
                       cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return json.loads(Path(folder, "results/results.json").read_text())


def accuracies(record):
    """Correct predictions by the kind of run, and those of the digital networks."""
    point = record["points"][0]
    found = {"float": record["digitalFloat"]["correct"], "int8": record["digitalInteger"]["correct"]}
    for result in point["results"]:
        found[result["run"].split()[0]] = result["correct"]
    return found


def row(record):
    """What one recipe gives: correct predictions, conductance, and the cost of finding it."""
    point = record["points"][0]
    runs = {r["run"].split()[0]: r for r in point["compensation"]["runs"]}

    def conductance(run):
        cells = sum(layer["cells"] for layer in run["layers"])
        return sum(layer["cells"] * layer["meanSiemens"] for layer in run["layers"]) / cells

    return {
        "correct": accuracies(record), "images": record["imageCount"],
        "meanSiemens": {name: conductance(run) for name, run in runs.items()},
        "beyondRange": sum(layer.get("cellsBeyondRange", 0) for layer in point["compensation"]["layers"]),
    }


def study(threads, seeds, chosen, found):
    """Runs the recipes `chosen` and keeps what `found` has of others."""
    for ohms in OHMS:
        own = found["plain"].setdefault(str(ohms), {})
        for name, *recipe in RECIPES:
            if name not in chosen:
                continue
            start = time.time()
            own[name] = row(run(name, *recipe, ohms, threads))
            print(f"{ohms} ohm, {name}: {own[name]['correct']} in {time.time() - start:.0f} s", flush=True)
    for name, *recipe in RECIPES:
        found["cost"][name] = cost(name, *recipe, ohms=COSTED)
        print(f"{name}: {found['cost'][name]:.1f} inferences", flush=True)
    for ohms in [1000, 4000, 8000]:
        own = found["errors"].setdefault(str(ohms), {})
        for name, *recipe in RECIPES[1:2] + RECIPES[3:4] + RECIPES[6:]:
            if name not in chosen:
                continue
            own[name] = [row(run(name, *recipe, ohms, threads, seed, LOSS)) for seed in range(1, seeds + 1)]
            print(f"{ohms} ohm, errors, {name}: {[r['correct'] for r in own[name]]}", flush=True)
    return found


def percent(correct, images):
    return f"{100 * correct / images:.1f}"


def mean_interval(values):
    """Mean with the half width of its 95 % interval, of few seeds by Student's t."""
    n, mean = len(values), sum(values) / len(values)
    if n < 2:
        return f"{mean:.1f}"
    t = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78}.get(n, 2.0)
    spread = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1))
    return f"{mean:.1f} ± {t * spread / math.sqrt(n):.1f}"


def page(found):
    images, plain = found["images"], found["plain"]
    first = plain[str(OHMS[0])]["both"]["correct"]
    heads = [f"{o / 1000:g} kΩ" if o >= 1000 else f"{o} Ω" for o in OHMS]
    text = f"""# Compensation

<!-- Written by run.py. -->

Digits on arrays whose wires take most of the signal, and what digital gains and compensated programming bring back: fitted on 64 calibration images without their labels, nothing is trained; reconstruction fits conductances through the circuit, in 2 steps on 1024 input vectors of each layer. `run.py` runs this program at five resistances of a bit-line segment and writes this page.

64 × 64 arrays of differential pairs, G_on 16 µS, on/off ratio 100, gate bits, 8-bit converters with calibrated ranges, no other errors; accuracy in percent of {images} images (± 1 point at 98, ± 4 at 75). Float {percent(first['float'], images)}, exact integers {percent(first['int8'], images)}.

| | {' | '.join(heads)} |
| --- |{' ---: |' * len(OHMS)}
"""
    def line(name, values):
        return f"| {name} | {' | '.join(values)} |\n"

    text += line(NOTHING, [percent(plain[str(o)]["both"]["correct"]["uncompensated"], images) for o in OHMS])
    for name, *_ in RECIPES:
        text += line(name, [percent(plain[str(o)][name]["correct"]["arrays"], images) for o in OHMS])
    text += line(CONTROL, [percent(plain[str(o)]["both"]["correct"]["lowConductance"], images) for o in OHMS])

    def siemens(kind):
        return [f"{1e6 * plain[str(o)]['both']['meanSiemens'][kind]:.2f}" for o in OHMS]

    text += f"""
The control has weights as they are in the lower part of the range of conductances, with the mean conductance that compensation arrives at, and gains of its own: without errors of cells most of what programming brings is lower conductance.

| mean conductance (µS) | {' | '.join(heads)} |
| --- |{' ---: |' * len(OHMS)}
{line('as they are', siemens('uncompensated'))}{line('compensated', siemens('arrays'))}{line('control', siemens('lowConductance'))}
| preparation | inferences of the calibration images |
| --- | ---: |
"""
    for name, *_ in RECIPES:
        text += line(name, [f"{found['cost'][name]:.1f}"])
    text += f"""
Preparation programs the arrays, measures ranges of converters and compensates; processor time at {COSTED / 1000:g} kΩ on one task over that of as many further images of a run, median of three measurements.

## With programming errors

The same with errors of {100 * LOSS:g} % of the range of conductances, mean over seeds with the 95 % interval: errors are the price of low conductances. Gains are fitted on the arrays with their errors; programming knows targets only.

| | {' | '.join(f'{int(o) // 1000} kΩ' for o in found['errors'])} |
| --- |{' ---: |' * len(found['errors'])}
"""
    def errors(name, kind):
        return [mean_interval([100 * r["correct"][kind] / images for r in own[name]]) for own in found["errors"].values()]

    text += line(NOTHING, errors("both", "uncompensated"))
    text += line(RECIPES[1][0], errors(RECIPES[1][0], "arrays"))
    text += line("both", errors("both", "arrays"))
    text += line(RECIPES[6][0], errors(RECIPES[6][0], "arrays"))
    text += line(CONTROL, errors("both", "lowConductance"))
    digital = first["float"]
    judged = ["both", RECIPES[5][0], RECIPES[6][0]]
    near, far, farthest = ([f"{100 * (digital - plain[o][name]['correct']['arrays']) / images:.1f}" for name in judged]
                           for o in ("1000", "4000", "8000"))
    costs = [f"{found['cost'][name]:.1f}" for name in judged]
    text += f"""
## Targets

| | target | {' | '.join(judged)} |
| --- | ---: |{' ---: |' * len(judged)}
| digits at 1 kΩ, points below the float network | 1 | {' | '.join(near)} |
| digits at 4 kΩ | 2 | {' | '.join(far)} |
| digits at 8 kΩ | – | {' | '.join(farthest)} |
| preparation, inferences of the calibration images, processor time | 10 | {' | '.join(costs)} |
"""
    networks = HERE / "networks.md"
    if networks.exists():
        text += f"""
## Whole networks

`networks.py` runs networks in arrays of 1152 word lines, of which a layer's leave the rest between their cells and the converters, on/off ratio infinite, G_on 16 µS, 256 bit lines, converters with calibrated ranges; mean over seeds of errors with the 95 % interval. Gains and compensated programming are fitted on 32 calibration images.
{networks.read_text()}"""
    export = HERE / "export.md"
    if export.exists():
        text += "\n## Exported networks\n\n" + export.read_text()
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--recipe", nargs="+", choices=[name for name, *_ in RECIPES], help="run these, keep results of others")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--page", action="store_true", help="write README.md from results.json")
    options = parser.parse_args()
    stored = HERE / "results.json"
    if options.check:
        known = json.loads(stored.read_text())["plain"]["1000"]["both"]["correct"]
        found = row(run("both", "column", "voltageLoss", NONE, 64, 1000, options.threads))["correct"]
        if any(abs(found[k] - known[k]) > 3 for k in known):
            raise SystemExit(f"compensation: {found}, not {known}")
        print("compensation: as stored")
        return
    if not options.page:
        known = json.loads(stored.read_text()) if options.recipe else {"images": 540, "plain": {}, "cost": {}, "errors": {}}
        known.setdefault("cost", {})
        chosen = options.recipe or [name for name, *_ in RECIPES]
        stored.write_text(json.dumps(study(options.threads, options.seeds, chosen, known), indent=1, sort_keys=True) + "\n")
    (HERE / "README.md").write_text(page(json.loads(stored.read_text())))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measures everything that README.md quotes and writes it there, between the markers of each section.

Usage, from the root of the repository after `make build` and `make test`, on an otherwise idle machine:
    python3 validation/readme/update.py [SECTION ...]
Sections: demo, figure, array, inspect, compare, calibrate, resnet20, calibration, networks, bench, speed, decks, test. Without names, all.
ResNet20 needs the shared data folder beside the checkout; without it, its sections stay as they are. The section
speed is not measured here: it takes the table that validation/speed/arrays.py wrote; networks, decks and calibration take those
of validation/speed/networks.py, decks.py and validation/calibration/validate.py.
"""
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ".build/release/tilespice"


def run(command, keep=lambda text: text):
    """Runs a shell command in the repository and returns what it printed on standard output."""
    print("$", command, file=sys.stderr, flush=True)
    done = subprocess.run(command, shell=True, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"{command} ended with status {done.returncode}:\n{done.stderr}")
    return keep(done.stdout).rstrip()


def shown(command, text):
    """A command with its output as a fenced block."""
    return f"```console\n$ {command}\n{text}\n```"


def without_paths(text):
    """The absolute path of the report would be this machine's."""
    return text.replace(str(ROOT) + "/", "")


def demo():
    run("make build")
    return shown("make demo", run("make -s demo 2>/dev/null", without_paths))


def figure():
    """The drawings of the demo's report, as files that the README shows."""
    page = (ROOT / "demo/report.html").read_text()
    drawings = re.findall(r"<svg.*?</svg>", page, re.S)
    for name, drawing in [("accuracy", drawings[0]), ("voltages", drawings[-1])]:
        (ROOT / f"validation/readme/{name}.svg").write_text(drawing + "\n")
    return ('<p><img src="validation/readme/accuracy.svg" width="49%" alt="Accuracy against wire resistance"> '
            '<img src="validation/readme/voltages.svg" width="49%" alt="Cell voltages of one tile"></p>')


def array():
    """The contract's small array, made here, solved, exported and run in ngspice."""
    with tempfile.TemporaryDirectory() as folder:
        make = ("import numpy as n; "
                "n.save('g.npy', [[0.05+0.095*((7*o+3*i)%11) for o in range(5)] for i in range(6)]); "
                "n.save('x.npy', [[(i+1)/6 for i in range(6)]])")
        subprocess.run([sys.executable, "-c", make], cwd=folder, check=True)
        yaml = "version: 1\ntopology: voltageDriven\nconductances: g.npy\nwires: {wordLineOhms: 1e-3, bitLineOhms: 2e-3}\n"
        (Path(folder) / "ARRAY.yaml").write_text(yaml)
        lines = []
        for command in ["tilespice mvm ARRAY.yaml --inputs x.npy --out i.npy",
                        "tilespice netlist ARRAY.yaml --input x.npy --out deck", "tilespice verify deck"]:
            program = str(ROOT / PROGRAM)
            lines += [f"$ {command}", run(f"cd {folder} && {command.replace('tilespice', program, 1)}")]
        return f'```console\n$ python3 -c "{make}"\n$ cat ARRAY.yaml\n' + yaml + "\n".join(lines) + "\n```"


def inspect():
    network = "../shared/data/networks/resnet20-cifar10.onnx"
    if not (ROOT / network).exists():
        return None
    text = run(f"{PROGRAM} inspect {network}")
    kept = text.splitlines()
    return shown(f"tilespice inspect {network}", "\n".join(kept[:8] + ["…"] + kept[-9:]))


def compare():
    """Models of wires against the circuit, on one layer of the bundled network."""
    with tempfile.TemporaryDirectory() as folder:
        text = (ROOT / "Sources/Experiments/Resources/digits/demo.yaml").read_text()
        lines = [("study: {bitLineOhms: [500]}" if line.startswith("study:") else line) for line in text.splitlines()]
        (Path(folder) / "E.yaml").write_text("\n".join(lines) + "\n")
        text = run(f"cd {folder} && {ROOT / PROGRAM} compare E.yaml --layer conv2 --out compared")
    return shown("tilespice compare E.yaml --layer conv2 --out compared", text)


def calibrate():
    if not (ROOT / "../shared/data/networks/resnet20-cifar10.onnx").exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        text = (ROOT / "validation/resnet20/E.yaml").read_text()
        text = text.replace("[0.0625, 0.625, 6.25]", "[6.25]").replace("../../../shared", str(ROOT.parent / "shared"))
        (Path(folder) / "E.yaml").write_text(text)
        printed = run(f"cd {folder} && {ROOT / PROGRAM} calibrate E.yaml", lambda text: text.replace(folder + "/", ""))
    rows = printed.splitlines()
    return shown("tilespice calibrate E.yaml", "\n".join(rows[:8] + ["…"] + rows[-6:]))


def table(path):
    page = ROOT / path
    return page.read_text().rstrip() if page.exists() else None


def calibration():
    return table("validation/calibration/results.md")


def networks():
    return table("validation/speed/networks.md")


def decks():
    return table("validation/speed/decks.md")


def resnet20():
    if not (ROOT / "../shared/data/networks/resnet20-cifar10.onnx").exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        text = run(f"{PROGRAM} infer validation/resnet20/E.yaml --quiet --out {folder}/resnet20")
    return shown("tilespice infer validation/resnet20/E.yaml", "…\n" + text[text.index("Accuracy"):text.index("\n\nResults")])


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def bench():
    blocks = []
    for prefix in ["", "OPENBLAS_CORETYPE=SkylakeX "]:
        if prefix and "avx512f" not in Path("/proc/cpuinfo").read_text():
            continue
        name = " ladder" if prefix else ""
        if not prefix:
            run("make bench")
        command = f"{prefix}.build/release/Benchmarks{name}"
        blocks.append(f"$ {prefix + command.split(' ', 1)[-1] if prefix else 'make bench'}\n" + run(command))
    return (f"Measured on {os.cpu_count()} cores of an {processor()} processor.\n\n```console\n"
            + "\n".join(blocks) + "\n```")


def speed():
    """The table of single arrays against other programs, with how it was measured."""
    return table("validation/speed/arrays.md")


def test():
    text = run("make test 2>&1")
    closing = [line for line in text.splitlines() if "Test run with" in line][-1]
    return "```console\n$ make test\n…\n" + closing + "\n```"


def main():
    sections = [demo, figure, array, inspect, compare, calibrate, resnet20, calibration, networks, bench, speed, decks, test]
    wanted = sys.argv[1:] or [section.__name__ for section in sections]
    readme = ROOT / "README.md"
    for section in sections:
        if section.__name__ not in wanted:
            continue
        body = section()
        if body is None:
            print(f"{section.__name__}: skipped, the shared data folder or its table is absent", file=sys.stderr)
            continue
        text = readme.read_text()
        pattern = re.compile(f"(<!-- {section.__name__} -->\n).*?(<!-- end -->)", re.S)
        if not pattern.search(text):
            sys.exit(f"README.md has no section {section.__name__}")
        readme.write_text(pattern.sub(lambda match: match[1] + body + "\n" + match[2], text))


if __name__ == "__main__":
    main()

"""README.md of this folder, from a record of results."""
import importlib.metadata
import subprocess

from comparison import AGREES, DISAGREES, SHOWN

INTRODUCTION = """# Beside other programs and the paper

<!-- Written by gather.py. -->

One page of numbers that this program shares with others: currents of arrays with badcrossbar and ngspice, networks with ONNX
Runtime, weights, products and wires with CrossSim where it is installed, and the values of Xiao et al., “On the Accuracy of Analog
Neural Network Inference Accelerators” (IEEE Circuits and Systems Magazine 22(4), 2022,
[doi](https://doi.org/10.1109/MCAS.2022.3214409)). Every number is computed by the script:

    make build
    python3 -m venv VENV && VENV/bin/pip install numpy onnx onnxruntime
    VENV/bin/pip install --no-deps -r validation/arrays/requirements.txt
    VENV/bin/python validation/peers/gather.py [--only arrays integers crosssim paper]

It ends with status 1 where a number lies beyond its tolerance. Numbers are in [results.json](results.json). What is only summed
up here has pages of its own: [arrays](../arrays/README.md) (114 cases), [networks](../networks/README.md) (five networks, all images), [onnx](../onnx/README.md)
(operators and files of others), [claims](../claims/README.md) (the paper's claims, with intervals).
"""

DIFFERS = """## What differs, and why

- **badcrossbar, ngspice, nodal equations**: nothing but rounding. Tolerances are 64 ε (m² + n²) for direct methods and 1e-9 for line
  CG, over the largest current of a vector, derived in [compare.py](../arrays/compare.py).
- **ONNX Runtime**: sums in another order, in single precision. Predictions and counts are the same. The 8-bit integer network has no
  counterpart there; it is held against ideal arrays, bit for bit.
- **CrossSim**: {crosssim}
- **Weight errors**: the targets are a statistical table with three digits, from other Laplace weights, of which 3 % is the tolerance; closed forms are
  held to the spread of the draw (four standard errors of the rms). One kind of entry differs: for 1-bit differential
  cells and independent errors the table counts eight slices. A magnitude of 7 bits has seven, the eighth is always empty, and its error is
  1.7 times that of all the others together; with seven the error is half of the table's, 1.05 and, cut off, 0.62.
- **Energy and area**: the paper gives totals of designs, not of components. Three energies (A, C, D) and three areas (A, B, E)
  are solved from them and agree by construction; B and E are predictions, with a factor of two as tolerance. E is 1.5 times the paper's:
  a conversion of E can cost at most two thirds of one of A there ([claim 16](../claims/16-cost/README.md)).
- **Converter ranges**: the published limits are of ResNet50-v1.5; these are of ResNet20, whose layers have 27 to 576 rows. Sums
  grow as √N and full ranges as N: short layers use more of their range, and values lie 1 to 5 times higher, the most in higher slices,
  whose ranges differ by powers of two. They are shown and not judged; directions are.
- **Weak drops**: R̂p a g (N + 1)(2 N + 1) / 6 is the first order of the part that a column of equal cells loses; the circuit loses less,
  by about that part of it.
- **B_out**: the guarantee counts 2ᵇ levels where there are 2ᵇ − 1, so that it is up to one bit above the logarithm of the codes that the exact sum needs.
  Sums of pairs have two signs: one bit more than the formula says.

## Not compared

Accuracies of the paper (tables 4 and 5) are those of ResNet50-v1.5 on ImageNet, which is not to be had here; they are tested as
orders and differences in claims 3 to 15. Times and memory of other programs are in [speed](../speed/README.md).
"""


def version(program):
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def tools():
    found = {}
    for name in ("badcrossbar", "CrossSim", "scipy", "numpy", "onnxruntime"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass
    try:
        text = subprocess.run(["ngspice", "--version"], capture_output=True, text=True, check=True).stdout
        found["ngspice"] = next(word for word in text.split() if word.startswith("ngspice-"))[8:]
    except (OSError, StopIteration, subprocess.CalledProcessError):
        pass
    return found


def table(columns, rows):
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [columns, ["---"] * len(columns), *rows]) + "\n"


def joined(lines):
    """Lines of one subject as one: methods and differences beside each other."""
    found = {}
    for line in lines:
        if line["subject"] in found:
            before = found[line["subject"]]
            for key in ("ours", "difference", "tolerance"):
                if key != "tolerance" or line[key] != before[key].split(" · ")[-1]:
                    before[key] += " · " + line[key].removeprefix("exact: ")
            before["verdict"] = before["verdict"] if line["verdict"] == AGREES else line["verdict"]
        else:
            found[line["subject"]] = dict(line, ours=line["ours"].removeprefix("exact: "))
    return list(found.values())


def text(record):
    lines = record["lines"]
    groups = list(dict.fromkeys(line["group"] for line in lines))
    count = lambda own, verdict: sum(line["verdict"] == verdict for line in own)
    parts = [INTRODUCTION, f"**{count(lines, AGREES)} numbers agree within their tolerances, {count(lines, DISAGREES)} do not; "
             f"{count(lines, SHOWN)} of another network are shown and not judged.**\n"]
    rows = []
    for group in groups:
        own = [line for line in lines if line["group"] == group]
        rows.append([group, *(str(count(own, verdict)) for verdict in (AGREES, DISAGREES, SHOWN))])
    parts.append(table(["kind", "agree", "disagree", "not judged"], rows))
    if record["leftOut"]:
        parts.append("Left out in this run: " + "; ".join(record["leftOut"]) + ".\n")
    crosssim = [line for line in lines if line["group"] == "CrossSim"]
    parts.append(DIFFERS.format(crosssim=(
        "integers and columns with wires to its own tolerances (it stops its iterations at a residual); weight errors are two\n"
        "  draws of the same laws. Its row 0 is the farthest from the foot, and bits on gates take `current_from_input = False`\n"
        "  with slices of one bit." if crosssim else
        "left out in this run: pip does not install it by name. Where a user has version 3, the script compares products of\n"
        "  ideal parts, rms weight errors of both error laws and columns with wires.")))
    for group in groups:
        own = joined([line for line in lines if line["group"] == group])
        notes = any(line["why"] for line in own)
        parts.append(f"## {group[0].upper()}{group[1:]}\n")
        columns = ["number", "here", "there", "difference", "tolerance", "verdict"] + (["remark"] if notes else [])
        parts.append(table(columns, [[line["subject"], line["ours"], line["theirs"] or "–", line["difference"] or "–",
                                      line["tolerance"] or "–", line["verdict"]] + ([line["why"]] if notes else []) for line in own]))
    tools_text = ", ".join(f"{name} {own}" for name, own in record["tools"].items())
    parts.append(f"Run on {record['date']}: {record['program']}; {tools_text}.\n")
    return "\n".join(parts)

"""The page of a claim, and the index of all verdicts."""
from . import claim as claims
from . import designs
from .figures import figure
from .sweeps import CLAIMS, Results

# Other folders of validation/, in a line each; what they found stands on their pages.
OTHERS = [
    ("peers", "numbers shared with badcrossbar, ngspice, ONNX Runtime, CrossSim and the paper on one page, with what differs and why"),
    ("arrays", "currents of single arrays against badcrossbar and ngspice"),
    ("calibration", "calibrated models of wires against exact circuits, on held-out and unseen inputs"),
    ("coupled", "networks on real cells and on lines that cross: times, predictions, errors to circuits"),
    ("networks", "whole networks against ONNX Runtime's counts; ideal arrays against integers, bit for bit"),
    ("onnx", "operators against ONNX's own suite, files of others against ONNX Runtime"),
    ("compensation", "accuracy that gains, compensated programming and reconstruction bring back, and its controls"),
    ("decks", "decks of others: which run as they are written and agree with ngspice, and why the rest does not"),
    ("netlists", "the SPICE solver against ngspice and closed forms"),
    ("compact", "compiled Verilog-A: every module of a folder, against VACASK"),
    ("devices", "tables of devices from the fits and measurements they come from"),
    ("datasets", "decoders and resizing against Pillow"),
    ("speed", "times and memory against other programs"),
    ("sweeps", "sweeps that are killed, and what they cost"),
    ("slurm", "job arrays under a scheduler"),
    ("reports", "pages on phones and in print"),
    ("readme", "the examples of the front page, run"),
    ("python", "the Python package: a sweep, a measured map, fine-tuning through the circuit, badcrossbar's example"),
    ("digits", "how the network that comes with the program was trained"),
]


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def check_rows(checks):
    return [[check.network, check.subject, check.value_text, check.criterion, check.status] for check in checks]


CHECK_COLUMNS = ["network", "number", "value, 95 %", "criterion", "result"]


def chosen(one):
    """The full results where there are any, otherwise the reduced ones, and whether they are reduced."""
    record = one.stored(False)
    return (record, False) if record else (one.stored(True), True)


def write(one):
    """README.md of a claim, from its stored results."""
    if one.is_own:
        return
    record, reduced = chosen(one)
    module = one.module
    parts = [f"# Claim {one.number}: {module.TITLE}\n",
             "<!-- Written by run.py. -->\n",
             f"> {module.CLAIM}\n",
             f"Strength: {module.STRENGTH}. Varied: {module.AXES}.\n"]
    if record is None:
        parts.append("Not run yet.\n")
    else:
        judged, finding = one.judged(record, reduced)
        if judged != record:
            claims.store(one.scale(reduced) / "results.json", judged)
        results = Results(record["entries"])
        parts.append(f"**Verdict: {finding.verdict}**" + (
            ", by the reduced runs; the full ones have not been made.\n" if reduced else ".\n"))
        parts.append(table(CHECK_COLUMNS, check_rows(finding.checks)))
        if finding.further:
            parts.append("Beside the verdict:\n\n" + table(CHECK_COLUMNS, check_rows(finding.further)))
        scale = one.scale(reduced).name
        (one.scale(reduced) / "figure.svg").write_text(figure(finding.panels))
        parts.append(f"![{module.TITLE}]({scale}/figure.svg)\n")
        if finding.why:
            parts.append(finding.why + "\n")
        parts.append("## Runs\n")
        parts.append(table(["network", "dense", "images", "draws of errors", "runs"], network_rows(results)))
        if getattr(module, "NETWORK_NOTE", ""):
            parts.append(module.NETWORK_NOTE + "\n")
        parts.append(
            "A check is reproduced if its whole interval lies within its criterion, differs if all of it lies beyond, and is "
            "undecided otherwise; the claim differs if one check does. Images are the first of the test set, the same for "
            "every point, and draws of errors have the same seeds, so that differences are paired. Intervals are for other "
            "images and other draws (crossed random effects; [intervals.py](../support/intervals.py)).\n")
        parts.append(f"`{record['command']}` on {record['date']}: {record['program']}; {record['machine']}; "
                     f"{record['threads']} tasks; {claims.duration(record['seconds'])} in all; seeds from 1. "
                     + "".join(f"`--only {one['sweep']}` on {one['date']}: {claims.duration(one['seconds'])}. "
                               for one in record.get("added", [])) +
                     f"Specifications and results, image by image: [{scale}]({scale}). Full runs take about "
                     f"{claims.duration(one.seconds(False))} of one core, reduced ones "
                     f"{claims.duration(one.seconds(True))}.\n")
        if not reduced and one.stored(True):
            parts.append(f"Reduced runs: {one.verdict(True)}.\n")
        for own in finding.tables:
            parts.append(f"## {own.title}\n")
            parts.append(table(own.columns, own.rows))
    (one.folder / "README.md").write_text("\n".join(parts))


def network_rows(results):
    rows = []
    for network in results.values("network"):
        own = results.where(network=network)
        known = designs.NETWORKS.get(network, {"title": network, "dense": True})
        rows.append([known["title"], "yes" if known["dense"] else "no",
                     ", ".join(str(n) for n in own.values("images")), len(own.values("seed")), len(own.entries)])
    return rows


def headline(one):
    """Verdict, the number behind it and the scale of the runs, for the index."""
    record, reduced = chosen(one)
    if record is None:
        return "not run", "", ""
    return record["verdict"], record["number"], "reduced" if reduced else "full"


def index(every):
    rows = []
    for one in every:
        verdict, number, scale = headline(one)
        rows.append([one.number, f"[{one.title}](claims/{one.folder.name}/README.md)", f"**{verdict}**", number, scale,
                     claims.duration(one.seconds(False)), claims.duration(one.seconds(True))])
    text = ["# Validation\n", "<!-- Written by claims/run.py. -->\n",
            "Every folder holds a script, what it found, and a page that says how it was found.\n",
            "## The paper's claims\n",
            "Xiao et al., “On the Accuracy of Analog Neural Network Inference Accelerators” (2022), with this program: "
            "[how they are run](claims/README.md). `make validate` runs the reduced version of each and compares the "
            "verdicts; `validation/claims/run.py NN` runs one in full. Times are of one core.\n",
            table(["", "claim", "verdict", "number behind it", "runs", "full", "reduced"], rows),
            "Networks differ from the paper's: claims are tested as orders and trends, and pages say where that matters.\n",
            "## Against other programs, closed forms and measurements\n",
            table(["", ""], [[f"[{name}]({name}/README.md)", about] for name, about in OTHERS])]
    (CLAIMS.parent / "README.md").write_text("\n".join(text))


def listing(every):
    for one in every:
        verdict, number, scale = headline(one)
        print(f"{one.number:>2} {verdict:<11} {scale:<8} full {claims.duration(one.seconds(False)):>8}, "
              f"reduced {claims.duration(one.seconds(True)):>8}  {one.title}")

#!/usr/bin/env python3
"""Runs every network of this folder and holds its counts against those of ONNX Runtime.

Usage: run.py PROGRAM [NAME ...]; writes results.csv and changes.csv beside this script.
With --read in place of PROGRAM, takes what earlier runs left in results/networks.
"""
import csv
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
RESULTS = HERE.parent.parent / "results" / "networks"

# Correct predictions (top-1, top-5) that ../shared/data/README.md states for the network as it stands,
# and the path that computes that network: real numbers, or the integers that it brings along.
GOLDEN = {
    "resnet8": ("float", 881, None),
    "resnet20": ("float", 915, None),
    "resnet56": ("float", 926, None),
    "squeezenet": ("float", 287, 394),
    "resnet50": ("int8", 356, 452),
}


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def logits(folder):
    """Logits by path and image, as text: the shortest decimals of their bits."""
    found = {}
    with open(folder / "logits.csv", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for index, path, *values in reader:
            found.setdefault(path, {})[int(index)] = values
    return found


def whole_counts(folder):
    """Images, top-1 and top-5 of the digital paths of a run that was stopped on its arrays."""
    found = {}
    with open(folder / "partial.jsonl") as file:
        next(file)
        for line in file:
            entry = json.loads(line)["content"]
            counts = found.setdefault(entry["stage"], [0, 0, 0])
            counts[0] += 1
            counts[1] += entry["labelRank"] == 1
            counts[2] += entry["labelRank"] <= 5
    return {path: found[path] for path in ("float", "int8")}


def main():
    program, names = sys.argv[1], sys.argv[2:] or list(GOLDEN)
    results, changes, failures = [], [], []
    for name in names:
        folder = RESULTS / name
        if program != "--read":
            subprocess.run(
                [program, "infer", str(HERE / f"{name}.yaml"), "--logits", "--out", str(folder)],
                check=True, stdout=subprocess.DEVNULL)
        record = json.loads((folder / "results.json").read_text())
        values = logits(folder)
        analog = next(path for path in values if path not in ("float", "int8"))
        isSame = values[analog] == values["int8"]
        if not isSame:
            failures.append(f"{name}: a logit of the arrays differs from the integers")
        path, one, five = GOLDEN[name]
        if record.get("stoppedAt"):
            print(f"{name}: stopped at {record['stoppedAt']}; resume it for the rest")
        digital = whole_counts(folder) if record.get("stoppedAt") else {}
        paths = [record["digitalFloat"], record["digitalInteger"]] + record["points"][0]["results"]
        for result in paths:
            golden = result["path"] == path
            images, correct, in_five = digital.get(
                result["path"],
                (record["imageCount"], result["correct"], result.get("correctInFive", "")))
            results.append({
                "network": name, "path": result["path"], "images": images,
                "top-1": correct, "top-5": in_five,
                "ONNX Runtime top-1": one if golden else "",
                "ONNX Runtime top-5": five if golden and five else "",
                "same bits as int8": {"float": "", "int8": ""}.get(
                    result["path"], "yes" if isSame else "no"),
            })
            if golden and (correct != one or five not in (None, in_five)):
                failures.append(f"{name}: {correct}, {in_five} correct, ONNX Runtime has {one}, {five}")
        for image in rows(folder / "images.csv"):
            if image["float"] == image["int8"]:
                continue
            # How far the two classes lie apart in each network, in units of the float logits' range.
            k, (a, b) = int(image["index"]), (int(image["float"]), int(image["int8"]))
            real = [float(x) for x in values["float"][k]]
            code = [float(x) for x in values["int8"][k]]
            span = max(real) - min(real)
            changes.append({
                "network": name, "image": image["image"], "label": image["label"], "float": a,
                "int8": b, "float margin": f"{(real[a] - real[b]) / span:.4f}",
                "int8 margin": f"{(code[b] - code[a]) / span:.4f}",
                "largest change of a logit":
                    f"{max(abs(x - y) for x, y in zip(real, code)) / span:.4f}",
            })
    for path, table in (("results.csv", results), ("changes.csv", changes)):
        # Networks that were not run keep their rows.
        with open(HERE / path, newline="") as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames
            table = [row for row in reader if row["network"] not in names] + table
        table.sort(key=lambda row: list(GOLDEN).index(row["network"]))
        with open(HERE / path, "w", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(table)
    for failure in failures:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

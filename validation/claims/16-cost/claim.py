"""Cost of the five designs: energy per operation and area, by a script of its own.

`cost.py --program P --threads N --out FOLDER [--reduced]` runs the designs and writes README.md beside itself, unless reduced, and
FOLDER/verdict.json: {"verdict": "reproduced" | "differs" | "undecided", "number": the number behind it}. Of the folder,
results.json and the verdict are kept; runs themselves stay among what is not.
"""
import json
import pathlib
import shutil
import subprocess
import sys

from support.sweeps import WORK

TITLE = "Cost: energy per operation and area"
SECONDS = (60, 600)
HERE = pathlib.Path(__file__).resolve().parent


def run(reduced, program, threads, folder):
    script = HERE / "cost.py"
    if not script.exists():
        return {"verdict": "not run", "number": ""}
    work = WORK / "16-cost" / ("runs-reduced" if reduced else "runs")
    command = [sys.executable, str(script), "--program", program, "--threads", str(threads), "--out", str(work)]
    subprocess.run(command + (["--reduced"] if reduced else []), check=True)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("results.json", "verdict.json"):
        shutil.copy(work / name, folder / name)
    return json.loads((folder / "verdict.json").read_text())

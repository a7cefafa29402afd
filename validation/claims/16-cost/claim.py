"""Cost of the five designs: energy per operation and area, by a script of its own.

`cost.py --program P --threads N --out FOLDER [--reduced]` runs the designs and writes README.md beside itself and
FOLDER/verdict.json: {"verdict": "reproduced" | "differs" | "undecided", "number": the number behind it}.
"""
import json
import pathlib
import subprocess
import sys

TITLE = "Cost: energy per operation and area"
SECONDS = (60, 600)
HERE = pathlib.Path(__file__).resolve().parent


def run(reduced, program, threads, folder):
    script = HERE / "cost.py"
    if not script.exists():
        return {"verdict": "not run", "number": ""}
    command = [sys.executable, str(script), "--program", program, "--threads", str(threads), "--out", str(folder)]
    subprocess.run(command + (["--reduced"] if reduced else []), check=True)
    return json.loads((folder / "verdict.json").read_text())

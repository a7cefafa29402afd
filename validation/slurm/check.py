#!/usr/bin/env python3
"""A sweep through a real Slurm: submitted, cancelled half-way, submitted again, merged, and compared to
the bit with the same sweep run on this machine alone.

Usage: check.py PROGRAM          (as root; apt-get install slurm-wlm munge)
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "sweeps"))

from points import finished, results  # noqa: E402

EXPERIMENT = """\
version: 1
path: exact
auditVectors: 1
hardware:
  wires: {bitLineOhms: 50}
  errors: {programming: {model: stateProportional, alpha: 0.05}}
"""
SWEEP = """\
version: 1
base: E.yaml
axes:
  - {key: hardware.converter.bits, values: [4, 5, 6, 8]}
seeds: 10
"""


def run(*arguments, check=True):
    done = subprocess.run([str(a) for a in arguments], text=True, capture_output=True)
    if check and done.returncode:
        sys.exit(f"{' '.join(map(str, arguments))}: {done.stdout}{done.stderr}")
    return done.stdout


def wait(condition, seconds, what):
    end = time.time() + seconds
    while not condition():
        if time.time() > end:
            sys.exit(f"FAILED: {what} takes more than {seconds} s")
        time.sleep(0.05)


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    work = pathlib.Path(tempfile.mkdtemp(prefix="sweep-slurm-"))
    slurm = work / "slurm"
    print(run("bash", HERE / "start.sh", "start", slurm).splitlines()[0])
    os.environ["SLURM_CONF"] = str(slurm / "slurm.conf")
    try:
        (work / "E.yaml").write_text(EXPERIMENT)
        (work / "S.yaml").write_text(SWEEP)
        alone, shared = work / "alone", work / "shared"
        for folder in alone, shared:
            run(program, "sweep", "plan", work / "S.yaml", "--out", folder)
        count = len(json.loads((alone / "plan.json").read_text())["points"])
        run(program, "sweep", "run", alone, "--quiet")
        run(program, "sweep", "merge", alone)

        submit = [program, "sweep", "submit", shared, "--slurm", "--task-time", "5s"]
        text = run(*submit)
        print(text.strip())
        job = text.split("Submitted as job ")[1].split(",")[0]
        wait(lambda: len(finished(shared)) >= count // 3, 300, "a third of the points")
        run("scancel", job)
        wait(lambda: not run("squeue", "-h", "-o", "%i").strip(), 120, "the end of cancelled jobs")
        reached = len(finished(shared))
        print(f"cancelled with {reached} of {count} points done")
        merge = (shared / "jobs/1/merge.log").read_text()
        print(f"merge job: {merge.strip()}")
        if reached == count:
            sys.exit("FAILED: the sweep was done before it could be cancelled")
        if f"{count - reached} of {count} points have no results" not in merge:
            sys.exit("FAILED: the merge job does not say what is missing")
        print(run(program, "sweep", "status", shared).splitlines()[0])

        print(run(*submit).strip())
        wait(lambda: not run("squeue", "-h", "-o", "%i").strip(), 600, "the second submission")
        print("merge job:", (shared / "jobs/2/merge.log").read_text().strip())
        tasks = len(list((shared / "jobs/2").glob("task-*.log")))
        print(f"{tasks} logs of the second submission")
        if results(alone) != results(shared):
            sys.exit("FAILED: results differ from those of this machine alone")
        print(f"PASSED: {count} points, equal to the bit")
    finally:
        run("bash", HERE / "start.sh", "stop", slurm, check=False)
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()

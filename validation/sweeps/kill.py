#!/usr/bin/env python3
"""Kills a sweep of the digits network again and again at random moments; the merged result must be that
of an undisturbed one, to the bit.

Usage: kill.py PROGRAM [KILLS [POINTS]]          (100 kills of 200 points)
"""
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from points import finished, results

EXPERIMENT = """\
version: 1
path: exact
auditVectors: 0
selection: {limit: 200}
hardware:
  wires: {bitLineOhms: 50}
  errors: {programming: {model: stateProportional, alpha: 0.05}}
"""


def run(*arguments):
    done = subprocess.run([str(a) for a in arguments], text=True, capture_output=True)
    if done.returncode:
        sys.exit(f"FAILED: {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}")
    return done.stdout


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    points = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    work = pathlib.Path(tempfile.mkdtemp(prefix="sweep-kill-"))
    (work / "E.yaml").write_text(EXPERIMENT)
    (work / "S.yaml").write_text(
        "version: 1\nbase: E.yaml\naxes: [{key: hardware.converter.bits, values: [4, 5, 6, 8]}]\n"
        f"seeds: {points // 4}\n")
    whole, killed = work / "whole", work / "killed"
    start = time.time()
    print(run(program, "sweep", "run", work / "S.yaml", "--out", whole, "--quiet").strip())
    seconds = time.time() - start
    run(program, "sweep", "merge", whole)
    run(program, "sweep", "plan", work / "S.yaml", "--out", killed)
    start = time.time()
    run(program, "sweep", "run", whole, "--quiet")
    idle = time.time() - start
    draw = random.Random(1)
    counted, begun = 0, 1
    while counted < kills:
        # So long on average that the kills left are spread over the points left: a run begins by reading what is done,
        # and loses what was under way.
        left = (points - len(finished(killed))) / points
        mean = idle + seconds * left / (kills - counted)
        process = subprocess.Popen(
            [program, "sweep", "run", killed, "--quiet"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        time.sleep(draw.uniform(0.005, 2 * mean))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            counted += 1
        else:
            # The sweep ended first: begin it again, so that all kills meet one at work.
            begun += 1
            shutil.rmtree(killed)
            run(program, "sweep", "plan", work / "S.yaml", "--out", killed)
        process.wait()
    left = len(finished(killed))
    print(f"{counted} kills of {begun} sweeps, {left} of {points} points done by then")
    print(run(program, "sweep", "run", killed, "--quiet").strip())
    print(run(program, "sweep", "merge", killed).strip())
    if results(whole) != results(killed):
        sys.exit("FAILED: results differ from those of the undisturbed sweep")
    leftovers = [p for p in killed.rglob("*") if p.name.startswith(".") or p.name == "run.lock"]
    if leftovers:
        sys.exit(f"FAILED: {len(leftovers)} files left over, such as {leftovers[0].relative_to(killed)}")
    print(f"PASSED: {points} points equal to the bit, no files left over")
    shutil.rmtree(work)


if __name__ == "__main__":
    main()

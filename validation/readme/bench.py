"""Measures `make bench` into the table that README.md quotes."""
import os
import platform
import subprocess
import sys
from pathlib import Path

TABLE = "validation/speed/bench.md"


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def measure(root):
    """Runs the benchmarks and writes the table."""
    def run(command):
        print("$", command, file=sys.stderr, flush=True)
        done = subprocess.run(command, shell=True, cwd=root, text=True, capture_output=True)
        if done.returncode:
            sys.exit(f"{command} ended with status {done.returncode}:\n{done.stderr}")
        return done.stdout.rstrip()

    run("make bench")
    block = "$ make bench\n" + run(".build/release/Benchmarks")
    head = f"Measured on {os.cpu_count()} cores of an {processor()} processor."
    (root / TABLE).write_text(head + "\n\n```console\n" + block + "\n```\n")

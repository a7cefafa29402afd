"""One claim: its folder, its runs and its stored results."""
import datetime
import hashlib
import importlib.util
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

from . import sweeps
from .claims import Finding
from .figures import figure

PROGRAM = sweeps.ROOT / ".build" / "release" / "tilespice"
CORES = os.cpu_count() or 1


def machine():
    """The model of the processor and the number of cores, without names."""
    model = platform.processor() or platform.machine()
    try:
        for line in open("/proc/cpuinfo"):
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return f"{model}, {CORES} cores, {platform.system()} {platform.machine()}"


class Claim:
    """A folder NN-name with claim.py: TITLE, CLAIM, STRENGTH, AXES, sweeps(reduced) and judge(results, reduced).

    In place of sweeps, a module may have runs(reduced, program): entries of its own making; judge is
    the same; what added(reduced, program) returns comes on top. A module without judge is a study of its own: its
    run(reduced, program, threads, folder) writes its own page and returns {"verdict": …, "number": …}, which
    results.json keeps.
    """

    def __init__(self, folder):
        self.folder = folder
        self.number = int(folder.name[:2])
        spec = importlib.util.spec_from_file_location(f"claim{self.number}", folder / "claim.py")
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)

    title = property(lambda self: self.module.TITLE)

    @property
    def is_own(self):
        """Whether the claim runs and judges by itself."""
        return not hasattr(self.module, "judge")

    def scale(self, reduced):
        return self.folder / ("reduced" if reduced else "full")

    def seconds(self, reduced):
        """What the runs take on one core, roughly."""
        if hasattr(self.module, "sweeps"):
            return sum(one.runs * one.images * one.seconds for one in self.module.sweeps(reduced))
        return self.module.SECONDS[0 if reduced else 1]

    def stored(self, reduced):
        """The record of a scale, or None."""
        path = self.scale(reduced) / "results.json"
        record = json.loads(path.read_text()) if path.exists() else None
        return record if record and "verdict" in record and "number" in record else None

    def finding(self, record, reduced):
        return self.module.judge(sweeps.Results(record["entries"]), reduced)

    def verdict(self, reduced):
        record = self.stored(reduced)
        if record is None:
            return "not run"
        return record["verdict"]

    def judged(self, record, reduced):
        """The record with its verdict and the number behind it, and the finding they are taken from."""
        try:
            finding = self.finding(record, reduced)
        except (KeyError, ValueError) as error:
            sys.exit(f"claim {self.number}: stored results do not fit its checks ({error}); run it again")
        first = next((check for check in finding.checks if check.status == finding.verdict), finding.checks[0])
        head = {"verdict": finding.verdict, "number": f"{first.subject}: {first.value_text} ({first.network})"}
        return {**head, **{key: own for key, own in record.items() if key not in head}}, finding

    def run(self, reduced, program, threads, only, keeps):
        """Runs the claim, or `only` one sweep beside what is stored, stores results if `keeps`, and returns the verdict."""
        program = str(pathlib.Path(program).resolve())
        build = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()
        scale = "reduced" if reduced else "full"
        print(f"Claim {self.number}, {scale}: {self.title}; about {duration(self.seconds(reduced))} of one core",
              file=sys.stderr)
        folder = self.scale(reduced)
        begun = time.time()
        if self.is_own:
            record = self.module.run(reduced, program, threads,
                                     folder if keeps else sweeps.WORK / folder.relative_to(sweeps.CLAIMS))
            if keeps and record["verdict"] != "not run":
                store(folder / "results.json", record)
            print(f"Claim {self.number}: {record['verdict']}")
            return record["verdict"]
        entries, seconds = [], 0
        if hasattr(self.module, "sweeps"):
            for sweep in self.module.sweeps(reduced):
                if only in ("", sweep.name):
                    found, taken, _ = sweeps.run(sweep, folder, program, threads, build, keeps)
                    entries += found
                    seconds += taken
        else:
            entries = self.module.runs(reduced, program)
            seconds = time.time() - begun
        if hasattr(self.module, "added") and not only:
            entries += self.module.added(reduced, program)
        if only:
            return self.add(only, entries, seconds, reduced, keeps)
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        record = {
            "claim": self.number,
            "scale": scale,
            "date": datetime.date.today().isoformat(),
            "program": version,
            "machine": machine(),
            "threads": threads,
            "command": f"validation/claims/run.py {self.number}" + (" --reduced" if reduced else ""),
            "seconds": round(seconds),
            "entries": entries,
        }
        return self.conclude(record, reduced, keeps)

    def add(self, only, entries, seconds, reduced, keeps):
        """Puts the entries of one sweep in place of those that are stored, and returns the verdict."""
        record = self.stored(reduced)
        if record is None:
            sys.exit(f"claim {self.number}: nothing is stored that {only} could be added to; run it without --only")
        kept = [one for one in record["entries"] if sweeps.of_sweep(one) != only]
        added = [one for one in record.get("added", []) if one["sweep"] != only]
        added.append({"sweep": only, "date": datetime.date.today().isoformat(), "seconds": round(seconds)})
        return self.conclude({**record, "added": added, "entries": kept + entries}, reduced, keeps)

    def conclude(self, record, reduced, keeps):
        """Judges a record, stores it if `keeps`, prints its checks and returns the verdict."""
        folder = self.scale(reduced)
        record, finding = self.judged(record, reduced)
        if keeps:
            store(folder / "results.json", record)
            (folder / "figure.svg").write_text(figure(finding.panels))
        for check in finding.checks:
            print(f"  {check.status:<10} {check.network}: {check.subject} {check.value_text}, "
                  f"asked {check.criterion}")
        print(f"Claim {self.number}: {finding.verdict}")
        return finding.verdict


def store(path, record):
    """JSON with one entry a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {key: own for key, own in record.items() if key != "entries"}
    text = json.dumps(head, indent=1, ensure_ascii=False)
    if "entries" in record:
        lines = ",\n".join("  " + json.dumps(one, ensure_ascii=False) for one in record["entries"])
        text = text[:-2] + ',\n "entries": [\n' + lines + "\n ]\n}"
    path.write_text(text + "\n")


def duration(seconds):
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {unit}" if seconds < 10 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def every():
    return [Claim(path.parent) for path in sorted(sweeps.CLAIMS.glob("[0-9][0-9]-*/claim.py"))]

#!/usr/bin/env python3
"""Numbers of this program beside those of other programs and of the paper; writes results.json and README.md.

Usage, from the root of the repository after `make build`:
    validation/peers/gather.py [--program P] [--only GROUP ...]
    validation/peers/gather.py --page                           README.md anew from results.json
It takes Python 3 with numpy, onnx and onnxruntime, and the shared data folder beside the checkout; ngspice, badcrossbar
(validation/arrays/requirements.txt) and CrossSim are compared with where they are installed, and named as left out where
they are not. Exits with status 1 if a number disagrees. About ten minutes. With --only nothing is written.
"""
import argparse
import datetime
import json
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
for folder in ("arrays", "claims", "claims/16-cost"):
    sys.path.insert(0, str(HERE.parent / folder))

import page  # noqa: E402
from comparison import DISAGREES, Missing  # noqa: E402
from groups import arrays, crosssim, integers, paper  # noqa: E402

GROUPS = {"arrays": arrays, "integers": integers, "crosssim": crosssim, "paper": paper}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(ROOT / ".build/release/tilespice"))
    parser.add_argument("--only", nargs="+", choices=GROUPS)
    parser.add_argument("--page", action="store_true")
    arguments = parser.parse_args()
    if arguments.page:
        (HERE / "README.md").write_text(page.text(json.loads((HERE / "results.json").read_text())))
        return
    program = str(pathlib.Path(arguments.program).resolve())
    lines, missing = [], []
    for name in arguments.only or GROUPS:
        with tempfile.TemporaryDirectory(prefix=f"peers-{name}-") as folder:
            for compare in GROUPS[name].COMPARISONS:
                try:
                    found = list(compare(program, pathlib.Path(folder)))
                except Missing as reason:
                    missing.append(f"{compare.__doc__.removesuffix(':')} {reason}")
                    print(f"left out: {missing[-1]}", file=sys.stderr)
                    continue
                lines += found
                for line in found:
                    print(f"{line.verdict:<10} {line.group}: {line.subject}: {line.ours} | {line.theirs}", file=sys.stderr)
    bad = [line for line in lines if line.verdict == DISAGREES]
    print(f"{len(lines)} numbers, {len(bad)} disagree, {len(missing)} comparisons left out")
    if not arguments.only:
        record = {"date": datetime.date.today().isoformat(), "program": page.version(program), "tools": page.tools(),
                  "leftOut": missing, "lines": [vars(line) for line in lines]}
        text = json.dumps({key: own for key, own in record.items() if key != "lines"}, indent=1, ensure_ascii=False)
        rows = ",\n".join("  " + json.dumps(own, ensure_ascii=False) for own in record["lines"])
        (HERE / "results.json").write_text(text[:-2] + ',\n "lines": [\n' + rows + "\n ]\n}\n")
        (HERE / "README.md").write_text(page.text(record))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Runs the claims of the paper with this program and writes their pages.

Usage: run.py list                            the claims, their verdicts and what they take
       run.py NN ... [--reduced]              runs claims by number, or `all`
       run.py pages                           writes all pages anew from stored results
Options: --reduced (minutes instead of hours), --program P, --threads N, --only SWEEP (runs one sweep and puts it beside
what is stored of the others), --check (fail where a verdict is not the stored one, and write nothing). What was
interrupted goes on. Needs the Python packages numpy and, for claim 16, onnx.
"""
import argparse
import sys

from support import claim, pages


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("claims", nargs="+", help="numbers, all, list or pages")
    parser.add_argument("--reduced", action="store_true")
    parser.add_argument("--program", default=str(claim.PROGRAM))
    parser.add_argument("--threads", type=int, default=claim.CORES)
    parser.add_argument("--only", default="", help="one sweep of the claim; what is stored of the others stays")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    every = claim.every()
    if arguments.claims == ["list"]:
        pages.listing(every)
        return
    if arguments.claims == ["pages"]:
        for one in every:
            pages.write(one)
        pages.index(every)
        return
    chosen = every if arguments.claims == ["all"] else [
        one for one in every if one.number in {int(word) for word in arguments.claims}]
    if not chosen:
        sys.exit(f"no claim {' '.join(arguments.claims)}; there are {', '.join(str(c.number) for c in every)}")
    changed = []
    for one in chosen:
        before = one.verdict(arguments.reduced)
        now = one.run(arguments.reduced, arguments.program, arguments.threads, arguments.only, not arguments.check)
        if arguments.check and now != before:
            changed.append(f"claim {one.number}: {now}, stored {before}")
        elif not arguments.check:
            pages.write(one)
            pages.index(every)
    if changed:
        sys.exit("\n".join(changed))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""How many decks that others wrote run as they are, and agree with ngspice.

    validation/decks/decks.py [--tilespice PROGRAM] [--models FOLDER] [--out decks.md] NAME=FOLDER …

Every file of a folder that looks like a deck (an ending of SPICE, and a card that asks for an
analysis) is solved unchanged by both programs, ngspice in a copy of its folder. Decks agree if, of
all node voltages and source currents that both have in a plot of the same kind, 99 of 100 points
are within a hundredth of the largest value of their kind. Of transients a point of ngspice is
compared with what this program has from the point before to the point after it, since an edge may
be anywhere between two points. A deck that differs is
compared with ngspice again, with transients at a fiftieth to a two-thousandth of the step, and
RELTOL of 1e-6: where this program agrees with that, the difference was ngspice's own error. With
`--models`, decks that are refused without compiled models run again with those of that folder. No
deck is kept here.
"""
import argparse
import bisect
import collections
import concurrent.futures
import mmap
import os
import re
import shutil
import subprocess
import sys
import tempfile

ENDINGS = (".cir", ".sp", ".ckt", ".net", ".spice", ".deck")
SCALES = {b"t": 1e12, b"g": 1e9, b"k": 1e3, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9, b"p": 1e-12, b"f": 1e-15}
NGSPICE = "ngspice"
ANALYSES = re.compile(rb"^\s*\.?(op|dc|ac|tran|run)\b", re.M | re.I)


def decks(folder, words=None):
    """The decks of a folder, those alone that have some of the words."""
    found = []
    words = re.compile(words.encode(), re.I) if words else None
    for root, _, files in os.walk(folder):
        for name in sorted(files):
            path = os.path.join(root, name)
            if not name.lower().endswith(ENDINGS):
                continue
            text = open(path, "rb").read()
            if ANALYSES.search(text) and (not words or words.search(text)):
                found.append(path)
    return sorted(found)


def run(command, folder, seconds):
    try:
        result = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL)
        return result.returncode, (result.stdout + result.stderr).decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return None, "took too long"


def plots(path):
    """The plots of a raw file: (name, names of vectors, columns of magnitudes or values).

    Columns are views of the file: a transient of days in nanoseconds has more points than memory.
    """
    if not os.path.exists(path) or not os.path.getsize(path):
        return []
    with open(path, "rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    found, place = [], 0
    while place < len(data):
        mark = data.find(b"Binary:\n", place)
        if mark < 0:
            break
        head = data[place:mark].decode("utf-8", "replace").splitlines()
        fields = dict(l.split(":", 1) for l in head if ":" in l and not l.startswith("\t"))
        try:
            variables = int(fields["No. Variables"])
            points = int(fields["No. Points"])
        except (KeyError, ValueError):
            break
        width = 2 if "complex" in fields.get("Flags", "") else 1
        names = [l.split()[1].lower() for l in head if re.match(r"^\t\d+\t", l)]
        names = [re.sub(r"^(.*)#branch$", r"i(\1)", n) for n in names]
        start = mark + len(b"Binary:\n")
        count = variables * points * width
        place = start + 8 * count
        if len(data) < place or len(names) != variables:
            break
        values = memoryview(data)[start:place].cast("d")
        columns = []
        for k in range(variables):
            part = values[k * width::variables * width]
            if width == 2 and k > 0:
                other = values[k * width + 1::variables * width]
                part = [abs(complex(a, b)) for a, b in zip(part, other)]
            columns.append(part)
        found.append((fields.get("Plotname", "").strip().lower(), names, columns))
    return found


def interpolated(scale, column, place, index):
    while index < len(scale) - 1 and scale[index] < place:
        index += 1
    if index == 0:
        return column[0], index
    a, b = scale[index - 1], scale[index]
    share = (place - a) / (b - a) if b > a else 1
    share = min(max(share, 0), 1)
    return column[index - 1] + (column[index] - column[index - 1]) * share, index


def distances(times, places, mine, other, chosen):
    """How far each chosen value of `other` is from the range that `mine` has between its neighbours."""
    found, start = [], 0
    for k in chosen:
        value = other[k]
        left, right = places[max(k - 1, 0)], places[min(k + 1, len(places) - 1)]
        start = min(bisect.bisect_left(times, left, start), len(times) - 1)
        first, _ = interpolated(times, mine, left, max(start - 1, 0))
        last, index = interpolated(times, mine, right, max(start - 1, 0))
        inner = [mine[j] for j in range(start, index) if left <= times[j] <= right]
        low, high = min(inner + [first, last]), max(inner + [first, last])
        found.append(max(0.0, low - value, value - high))
    return found


def agree(ours, theirs):
    """Whether two plots agree, and by how much the worst vector does not."""
    _, names, columns = ours
    _, their_names, their_columns = theirs
    # Plots that commands made of vectors: all are compared, each by itself.
    isMade = not re.search(r"operating|transfer|transient|ac analysis|noise|pole|parameters", ours[0])
    if isMade:
        names, their_names = [[re.sub(r"^[vi]\((.*)\)$", r"\1", n) for n in found] for found in (names, their_names)]
    if not columns or not columns[0] or not their_columns or not their_columns[0]:
        return None
    isTransient = names[:1] == ["time"]
    if ours[0].startswith("operating point"):
        # Commands may have added longer vectors.
        columns, their_columns = [c[:1] for c in columns], [c[:1] for c in their_columns]
    if isTransient and not abs(columns[0][-1] - their_columns[0][-1]) <= 0.01 * columns[0][-1]:
        return None
    if not isTransient and len(columns[0]) != len(their_columns[0]):
        return None
    # At most some 200,000 points, evenly.
    chosen = range(0, len(their_columns[0]), 1 + len(their_columns[0]) // 200_000)
    largest = {"v": 1e-9, "i": 1e-12}
    pairs = []
    for k, name in enumerate(names):
        if name not in their_names:
            continue
        if isMade:
            kind = name
        elif name[:2] in ("v(", "i("):
            kind = name[0]
        elif name.startswith("@") or re.match("[io]noise_", name):
            # Values of devices and densities of noise have units of their own.
            kind = name
        else:
            continue
        other = their_columns[their_names.index(name)]
        pairs.append((kind, columns[k], other))
        largest[kind] = max([largest.get(kind, 1e-30)] + [abs(other[k]) for k in chosen])
    if not pairs:
        return None
    worst = 0.0
    for kind, mine, other in pairs:
        if isTransient:
            errors = distances(columns[0], their_columns[0], mine, other, chosen)
        else:
            # In plots of vectors the shorter ones are filled up.
            points = chosen[:1] if isMade and not any(other[k] for k in chosen[1:]) else chosen
            errors = [abs(mine[k] - other[k]) for k in points if k < len(mine)]
        errors = sorted(e / largest[kind] for e in errors)
        worst = max(worst, errors[int(0.99 * (len(errors) - 1))])
    return worst


def reason(text):
    """Why this program refused a deck: the first fault, without its place and name."""
    for line in text.splitlines():
        found = re.search(r":\d+:\d+: (?:'.*?': )?(.*)$", line)
        if found and not line.startswith("warning"):
            return found.group(1).split("; did you mean")[0].split(" (in ")[0][:90]
    lines = [l for l in text.splitlines() if l.strip() and not l.startswith("warning")]
    return re.sub(r"'.*?'|[\d.e+-]{3,}", "…", lines[0].split(": ", 2)[-1])[:90] if lines else "no output"


def fine(body, parts):
    """The deck with steps as many times shorter, and tight tolerances."""
    divisor = b"/%d" % parts

    def shorter(match):
        head, words = match.group(1), match.group(2).split()
        if len(words) < 2:
            return match.group(0)
        times = [w for w in words if w.lower() != b"uic"]
        uic = b" uic" if len(times) < len(words) else b""
        step, stop = times[:2]
        start = times[2] if len(times) > 2 else b"0"
        if step.startswith(b"$&"):
            new = b"let fine__ = " + step[2:] + divisor + b"\n" + head + b" " + step + b" " + stop
            return new + b" " + start + b" $&fine__" + uic
        number = re.match(rb"^([\d.]+(?:e[-+]?\d+)?)([a-z]*)$", step, re.I)
        if not number:
            return match.group(0)
        if head.lstrip()[:1] != b".":
            # Commands take numbers alone.
            letters = number.group(2).lower()
            scale = 1e6 if letters[:3] == b"meg" else SCALES.get(letters[:1], 1)
            new = b"%g" % (float(number.group(1)) * scale / parts)
            return head + b" " + step + b" " + stop + b" " + start + b" " + new + uic
        return head + b" " + step + b" " + stop + b" " + start + b" '" + step + divisor + b"'" + uic

    body = re.sub(rb"(?im)^(\s*\.?tran)\s+(.*)$", shorter, body)
    options = b"\n.options reltol=1e-6 abstol=1e-15 vntol=1e-9 chgtol=1e-18\n"
    ends = list(re.finditer(rb"(?im)^\s*\.end\s*$", body))
    cut = ends[-1].start() if ends else len(body)
    return body[:cut] + options + body[cut:]


def reference(copy, name, body, seconds):
    """The plots of ngspice for a deck in its folder."""
    path = os.path.join(copy, "theirs.raw")
    if os.path.exists(path):
        os.remove(path)
    # Commands of a block write as they like; a copy that writes all plots follows them.
    if re.search(rb"^\s*\.control", body, re.M | re.I):
        body = re.sub(rb"(?im)^[ \t]*(quit|exit)\b.*$", rb"", body)
        tail = b"\nset filetype=binary\nset appendwrite\nforeach p $plots\nsetplot $p\n"
        tail += b"write theirs.raw all\nend\n.endc\n"
        ends = list(re.finditer(rb"(?im)^[ \t]*\.endc\b.*$", body))
        if ends:
            body = body[:ends[-1].start()] + tail + body[ends[-1].end():]
        else:
            finish = list(re.finditer(rb"(?im)^[ \t]*\.end[ \t\r]*$", body))
            cut = finish[-1].start() if finish else len(body)
            body = body[:cut] + tail + body[cut:]
        open(os.path.join(copy, "theirs-" + name), "wb").write(body)
        status, _ = run([NGSPICE, "-b", "theirs-" + name], copy, seconds)
    else:
        open(os.path.join(copy, "theirs-" + name), "wb").write(body)
        status, _ = run([NGSPICE, "-b", "-r", "theirs.raw", "theirs-" + name], copy, seconds)
    # What it left when its time was over ends somewhere.
    return [] if status is None else plots(path)


def compare(ours, theirs):
    """(worst difference, number of plots compared), each plot with the nearest of its kind."""
    worst, compared, left = 0.0, 0, list(theirs)
    for plot in ours:
        found = [(agree(plot, other), other) for other in left
                 if other[0].split()[:1] == plot[0].split()[:1]]
        found = [(d, o) for d, o in found if d is not None]
        if found:
            difference, other = min(found, key=lambda pair: pair[0])
            worst, compared = max(worst, difference), compared + 1
            left = [p for p in left if p is not other]
    return worst, compared


def placed(deck, root, space):
    """A copy of a deck's folder in `space`, among links to what is beside it and above it in `root`."""
    here, there = os.path.abspath(root), space
    way = os.path.relpath(os.path.dirname(os.path.abspath(deck)), here)
    for step in [] if way == "." else way.split(os.sep):
        for other in os.listdir(here):
            if other != step:
                os.symlink(os.path.join(here, other), os.path.join(there, other))
        here, there = os.path.join(here, step), os.path.join(there, step)
        if here != os.path.dirname(os.path.abspath(deck)):
            os.mkdir(there)
    if there == space:
        there = os.path.join(space, "deck")
    shutil.copytree(here, there, symlinks=True, ignore_dangling_symlinks=True)
    return there


def examine(deck, root, program, seconds, fine_seconds, models=()):
    """(verdict, detail) of one deck of the folder `root`."""
    name = os.path.basename(deck)
    with tempfile.TemporaryDirectory() as space:
        copy = placed(deck, root, space)
        command = [program, "solve", name, "--quiet", "--raw", "ours.raw"]
        for each in models:
            command += ["--models", each]
        status, text = run(command, copy, seconds)
        if status is None:
            return "too long", text
        if status != 0:
            return "refused", reason(text)
        ours = plots(os.path.join(copy, "ours.raw"))
        body = open(os.path.join(copy, name), "rb").read()
        theirs = reference(copy, name, body, seconds)
        if not theirs:
            return "runs, no reference", "ngspice gives no plot"
        worst, compared = compare(ours, theirs)
        if not compared:
            return "runs, not comparable", "no vector in common"
        if worst <= 0.01:
            return "agrees", "%.1e" % worst
        for parts in (50, 200, 500, 2000):
            exact = reference(copy, name, fine(body, parts), fine_seconds)
            if not exact:
                break
            fined, compared = compare(ours, exact)
            if compared and fined <= 0.01:
                detail = "%.1e; with ngspice's own steps %.1e" % (fined, worst)
                return "agrees with fine steps", detail
        return "differs", "%.1e" % worst


VERDICTS = [
    "agrees", "agrees with fine steps", "differs", "runs, no reference", "runs, not comparable",
    "refused", "too long"]


def write_page(path, rows, details, causes, seconds, fine_seconds):
    version = run([NGSPICE, "--version"], ".", 20)[1]
    version = (re.search(r"ngspice-\S+", version) or ["ngspice"])[0]
    with open(path, "w") as page:
        page.write("# Decks of others\n\n<!-- Written by decks.py. -->\n\n")
        page.write(f"Decks run as written, and compared with {version}; how: [README](README.md).\n"
                   f"Each program had {seconds:g} s for a deck, and {fine_seconds:g} s for fine steps.\n\n")
        page.write("| suite | decks | " + " | ".join(VERDICTS) + " |\n")
        page.write("| --- | --- | " + " | ".join("---" for _ in VERDICTS) + " |\n")
        for name, total, counts in rows:
            cells = " | ".join(str(counts[v]) for v in VERDICTS)
            page.write(f"| {name} | {total} | {cells} |\n")
        page.write("\n## Why decks are refused\n\n| decks | first reason |\n| --- | --- |\n")
        for cause, count in causes.most_common(30):
            page.write(f"| {count} | {cause.replace('|', chr(92) + '|')} |\n")
        page.write("\n## Decks that differ or have nothing to compare with\n\n")
        page.write("| suite | deck | verdict | |\n| --- | --- | --- | --- |\n")
        for row in details:
            page.write("| " + " | ".join(row) + " |\n")



def main():
    global NGSPICE
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tilespice", default="tilespice")
    parser.add_argument("--out", default=os.path.join(os.path.dirname(__file__), "decks.md"))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--fine-seconds", type=float, default=60, help="for ngspice at fine steps")
    parser.add_argument("--models", action="append",
                        help="folder of compiled models, for solve --models; may be given again")
    parser.add_argument("--ngspice", default=NGSPICE, help="the program to compare with")
    parser.add_argument("--jobs", type=int, default=1, help="how many decks at a time")
    parser.add_argument("suites", nargs="+", metavar="NAME=FOLDER[?WORDS]")
    arguments = parser.parse_args()
    program = shutil.which(arguments.tilespice) or sys.exit("tilespice is not found")
    program = os.path.abspath(program)
    models = [os.path.abspath(each) for each in arguments.models or []]
    NGSPICE = os.path.abspath(shutil.which(arguments.ngspice) or sys.exit("ngspice is not found"))
    rows, details, causes = [], [], collections.Counter()

    def verdicts(deck):
        first = examine(deck, folder, program, arguments.seconds, arguments.fine_seconds)
        if models and first[0] == "refused":
            return first, examine(
                deck, folder, program, arguments.seconds, arguments.fine_seconds, models)
        return first, first

    for suite in arguments.suites:
        name, _, folder = suite.partition("=")
        folder, _, words = folder.partition("?")
        counts = (collections.Counter(), collections.Counter())
        found = decks(folder, words)
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for deck, pair in zip(found, pool.map(verdicts, found)):
                for k, (verdict, _) in enumerate(pair):
                    counts[k][verdict] += 1
                verdict, detail = pair[-1]
                if verdict == "refused":
                    causes[detail] += 1
                elif verdict != "agrees":
                    details.append((name, os.path.relpath(deck, folder), verdict, detail))
                print(name, os.path.relpath(deck, folder), verdict, detail, flush=True)
        rows.append((name, sum(counts[0].values()), counts[0]))
        if models:
            rows.append((name + ", with compiled models", sum(counts[1].values()), counts[1]))
    write_page(
        arguments.out, rows, details, causes, arguments.seconds, arguments.fine_seconds)


if __name__ == "__main__":
    main()

"""Currents of single arrays: badcrossbar, ngspice and the nodal equations of `nodal.py`."""
import logging
import pathlib
import shutil
import warnings

import cases
import numpy as np
import peers  # of validation/arrays

from comparison import Missing, worst

GROUP = "arrays"
# Of the 114 cases of validation/arrays: strong and weak wires, both ends, source lines, pairs, open cells, terminals.
CASES = ["wires 0.001/1e-05 32x32", "wires 0.01/0.01 8x5", "wires 1e-09/1e-09 64x48", "spread 1e+06", "ends far/near 8x5",
         "open cells", "pairs apart", "crossing near/far", "ideal source lines near", "terminals", "interleaved 24x16",
         "parallel both/both", "parallel heavy"]


def chosen(peer):
    found = [case for case in cases.every() if case.name in CASES and (peer == "nodal.py" or peer in case.peers)]
    assert len({case.name for case in cases.every()} & set(CASES)) == len(CASES)
    return found


def compared(program, folder, peer, currents):
    import compare

    # compare.py imports these itself, where it runs by itself, after it has asked for badcrossbar.
    compare.np, compare.peers, compare.PROGRAM = np, peers, pathlib.Path(program)
    for number, case in enumerate(chosen(peer)):
        own = folder / f"{peer}-{number}"
        case.write(own)
        theirs = currents(own, case)
        for path in compare.PATHS:
            amperes, method = compare.solve(case, path, own)
            yield worst(GROUP, f"{case.name}, {compare.topology(case)}, {peer}", method, compare.difference(amperes, theirs),
                        compare.tolerance(case, method))


def by_badcrossbar(program, folder):
    """badcrossbar:"""
    try:
        with warnings.catch_warnings(record=True):  # without pycairo it says that it cannot draw
            from badcrossbar import compute
    except ImportError as error:
        raise Missing(f"is not installed ({error})") from None
    logging.getLogger(compute.__module__).parent.setLevel(logging.WARNING)  # it reports every solve
    yield from compared(program, folder, "badcrossbar", lambda own, case: peers.badcrossbar_currents(case))


def by_ngspice(program, folder):
    """ngspice:"""
    if not shutil.which("ngspice"):
        raise Missing("is not installed")
    yield from compared(program, folder, "ngspice", lambda own, case: peers.ngspice_currents(program, own, case))


def by_equations(program, folder):
    """nodal.py:"""
    try:
        import nodal
    except ImportError as error:
        raise Missing(f"is not installed ({error})") from None
    yield from compared(program, folder, "nodal.py", lambda own, case: nodal.currents(case))


COMPARISONS = [by_badcrossbar, by_ngspice, by_equations]

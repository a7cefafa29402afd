"""One number beside another one."""
from dataclasses import dataclass

AGREES, DISAGREES = "agrees", "DISAGREES"
SHOWN = "not judged"  # of another network


class Missing(Exception):
    """A program or file that a comparison needs and that is not there."""


@dataclass
class Line:
    group: str
    subject: str
    ours: str
    theirs: str
    difference: str
    tolerance: str
    verdict: str
    why: str = ""


def relative(group, subject, ours, theirs, tolerance, digits=4, why=""):
    """Two numbers, equal within a share of the second."""
    gap = abs(ours - theirs) / abs(theirs)
    return Line(group, subject, f"{ours:.{digits}g}", f"{theirs:.{digits}g}", f"{100 * gap:.2g} %", f"{100 * tolerance:.2g} %",
                AGREES if gap <= tolerance else DISAGREES, why)


def equal(group, subject, ours, theirs, why=""):
    """Two whole numbers."""
    return Line(group, subject, f"{ours}", f"{theirs}", f"{ours - theirs}", "0", AGREES if ours == theirs else DISAGREES, why)


def within(group, subject, ours, theirs, low, high, digits=3, why=""):
    """The quotient of two numbers, in a range that the page gives reasons for."""
    ratio = ours / theirs
    return Line(group, subject, f"{ours:.{digits}g}", f"{theirs:.{digits}g}", f"× {ratio:.2f}", f"× {low:g} … {high:g}",
                AGREES if low <= ratio <= high else DISAGREES, why)


def worst(group, subject, what, difference, tolerance, why=""):
    """A largest difference, which one program has from another."""
    return Line(group, subject, what, "", f"{difference:.1e}", f"{tolerance:.1e}",
                AGREES if difference <= tolerance else DISAGREES, why)

"""What a claim is made of: checks with a criterion, the verdict that follows from them, tables and figures."""
import math
from dataclasses import dataclass, field

REPRODUCED, DIFFERS, UNDECIDED = "reproduced", "differs", "undecided"


@dataclass
class Check:
    """A number that has to lie in a range, with its interval."""
    subject: str  # what the number is
    network: str
    estimate: object  # an Estimate
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    digits: int = 2

    @property
    def status(self):
        """Whether the whole interval is within the range, all of it beyond, or neither; none without a range."""
        own = self.estimate
        if self.low == -math.inf and self.high == math.inf:
            return "–"
        if own.low >= self.low and own.high <= self.high:
            return REPRODUCED
        if own.high < self.low or own.low > self.high:
            return DIFFERS
        return UNDECIDED

    @property
    def value_text(self):
        if not math.isfinite(self.estimate.value):
            return "outside the values that were run"
        if not math.isfinite(self.estimate.half):
            return f"{self.estimate.value:.3g}, interval beyond the values that were run"
        return self.estimate.text(self.digits) + (f" {self.unit}" if self.unit else "")

    @property
    def criterion(self):
        unit = f" {self.unit}" if self.unit else ""
        if self.low == -math.inf and self.high == math.inf:
            return "–"
        if self.low == -math.inf:
            return f"≤ {self.high:g}{unit}"
        if self.high == math.inf:
            return f"≥ {self.low:g}{unit}"
        return f"{self.low:g} … {self.high:g}{unit}"


@dataclass
class Table:
    title: str
    columns: list
    rows: list


@dataclass
class Finding:
    """What results say about a claim. Verdicts rest on `checks`; `further` ones are shown beside them."""
    checks: list
    panels: list
    tables: list = field(default_factory=list)
    further: list = field(default_factory=list)
    why: str = ""  # the reason of what differs or is left open, and of what numbers mean

    @property
    def verdict(self):
        found = [check.status for check in self.checks]
        if DIFFERS in found:
            return DIFFERS
        return UNDECIDED if UNDECIDED in found else REPRODUCED

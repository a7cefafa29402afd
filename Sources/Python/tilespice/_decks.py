"""SPICE decks and raw files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _library as lib


class Plot(Mapping[str, np.ndarray]):
    """The vectors of one analysis by their names, in any case: `plot["v(out)"]`, [points]; complex where
    the analysis is. The first one is the scale (time, frequency, a swept source), where there is one."""

    def __init__(self, found: dict[str, Any], data: np.ndarray):
        #: "Transient Analysis", and the title of the deck.
        self.name: str = found["name"]
        self.title: str = found["title"]
        #: voltage, current, time, … of each vector by its name.
        self.kinds: dict[str, str] = {v["name"]: v["kind"] for v in found["vectors"]}
        self._columns = {v["name"]: k for k, v in enumerate(found["vectors"])}
        #: All vectors, [points, vectors].
        self.data = data

    def __getitem__(self, name: str) -> np.ndarray:
        column = self._columns.get(name) if name in self._columns else self._columns.get(name.lower())
        if column is None:
            raise KeyError(f"{name}; there are {', '.join(self._columns)}")
        return self.data[:, column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        return f"<Plot {self.name}: {len(self.data)} points of {', '.join(self)}>"

    def frame(self) -> Any:
        """A pandas DataFrame with a column per vector."""
        import pandas  # type: ignore[import-untyped]

        return pandas.DataFrame({name: self[name] for name in self})

    def _repr_html_(self) -> str:
        from ._tables import html_table

        return html_table(list(self), ([f"{x:.6g}" for x in row] for row in self.data[:20]))


@dataclass(frozen=True)
class Measurement:
    """The value of a .measure card; None if what it waits for does not happen."""

    name: str
    analysis: str
    value: float | None
    step: str | None


class Plots(list[Plot]):
    """What a deck gave, one plot per analysis, in order."""

    #: Values of .measure cards.
    measurements: list[Measurement]
    #: Suspicious but usable input.
    warnings: list[str]
    #: What the commands of a .control block printed.
    printed: str
    title: str

    def measured(self, name: str) -> float | None:
        """The value of the first measurement of that name."""
        for m in self.measurements:
            if m.name.lower() == name.lower():
                return m.value
        raise KeyError(f"{name}; there are {', '.join(m.name for m in self.measurements) or 'none'}")


def _plots(*call: Any) -> Plots:
    handle = lib.Handle(*call)
    try:
        found = lib.json_of("plots_describe", handle.pointer)
        plots = Plots()
        for index, own in enumerate(found["plots"]):
            shape: tuple[int, ...] = (own["points"], len(own["vectors"]))
            view = lib.result((*shape, 2) if own["isComplex"] else shape)
            lib.call("plots_values", handle.pointer, index, view.pointer)
            values = view.array
            plots.append(Plot(own, values.view(np.complex128)[..., 0] if own["isComplex"] else values))
    finally:
        handle.close()
    plots.title, plots.warnings, plots.printed = found["title"], found["warnings"], found["printed"]
    plots.measurements = [
        Measurement(
            m["name"], m["analysis"], None if m.get("value") is None else float(m["value"]), m.get("step")
        )
        for m in found["measurements"]
    ]
    return plots


def solve(deck: str | os.PathLike[str], *, ignore: str | None = None) -> Plots:
    """Solves a SPICE deck: what its analysis cards or its .control block ask for.

    `ignore`: None refuses what is not followed; "outputs" passes over outputs, analyses and options;
    "elements" leaves out elements and parameters too, which makes it another circuit (`warnings`).
    """
    return _plots("deck_solve", lib.encode(deck), None if ignore is None else lib.word(ignore, "ignore"))


def read_raw(file: str | os.PathLike[str]) -> Plots:
    """Reads a SPICE raw file of ngspice, Xyce or TileSpice, binary or ASCII, real or complex."""
    return _plots("raw_read", lib.encode(file))

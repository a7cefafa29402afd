"""One crossbar array, solved as a circuit."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _library as lib
from ._library import TileSpiceError


#: A model of one's own: input vectors [vectors, wordLines], volts or bits as 0.0 and 1.0, to amperes
#: [vectors, outputs], or [2, vectors, bitLines] for pairs on separate lines, as `Array.mvm` returns them.
OwnModel = Callable[[np.ndarray], Any]


def own_currents(
    model: OwnModel, inputs: np.ndarray, shape: tuple[int, ...], name: str
) -> np.ndarray:
    """What a model returns, as [vectors, outputs]; what it raises comes through."""
    found: np.ndarray = lib.numbers(model(inputs), f"what {name} returned").array.astype(float)
    if found.ndim == 3 and found.shape == (2, shape[0], shape[1] // 2):
        found = np.moveaxis(found, 0, 1).reshape(shape)
    if found.shape != shape:
        raise TileSpiceError(
            f"{name} returned currents of shape {found.shape}; {shape} is expected, [vectors, outputs]"
        )
    return found


@dataclass(frozen=True)
class Currents:
    """Sensed currents with how they were computed."""

    #: Amperes out of each bit line into its virtual ground; shape as `Array.mvm` returns it.
    amperes: np.ndarray
    #: The method and where its numbers come from: "exact: effective matrix by CHOLMOD".
    method: str
    #: How far the worst solution is from its equations, in the norm `residual_norm`; None if the
    #: method solves none.
    residual: float | None
    residual_norm: str | None
    #: Bound on the relative error of every current; None if the method derives none.
    error_bound: float | None
    #: Iterations of the slowest vector; None if the method does not iterate.
    iterations: int | None


@dataclass(frozen=True)
class Solution:
    """Voltages and currents inside an array. Leading axes are those of the input vectors; arrays with
    negative cells have an axis of 2 (positive, negative) before the cells."""

    #: Volts at every cell on the line that feeds it (word or source line), [..., wordLines, bitLines].
    drive_volts: np.ndarray
    #: Volts at every cell on its bit line, [..., wordLines, bitLines].
    bit_volts: np.ndarray
    #: Amperes through every cell from the feeding line to the bit line, [..., wordLines, bitLines].
    cell_amperes: np.ndarray
    #: Amperes along the bit lines towards their far ends, before each cell and after the last,
    #: [..., wordLines + 1, bitLines].
    bit_amperes: np.ndarray
    #: Sensed currents in amperes, [..., outputs].
    amperes: np.ndarray
    #: Watts that the sources deliver, [...].
    watts: np.ndarray
    #: As in `Currents`.
    method: str
    residual: float
    error_bound: float | None
    #: Worst relative difference between the power of the sources and the heat.
    power_imbalance: float

    @property
    def cell_volts(self) -> np.ndarray:
        """Volts across every cell, access device included, [..., wordLines, bitLines]."""
        volts: np.ndarray = self.drive_volts - self.bit_volts
        return volts


@dataclass(frozen=True)
class Calibration:
    """A model fitted to exact solves."""

    #: The model, and why it was chosen.
    method: str
    reason: str
    #: Errors over the rms of the currents, on vectors that the fit did not see; None if the exact
    #: method is as cheap as any model.
    rms: float | None
    worst: float | None
    percentile999: float | None
    meets_target: bool | None


@dataclass(frozen=True)
class Verification:
    """Expected currents of a deck compared with those that a simulator found."""

    agrees: bool
    #: Largest difference over the largest expected current, and what the deck allows.
    worst_relative_difference: float
    tolerance: float
    #: Names of the sense sources with both currents in amperes.
    names: list[str]
    expected: np.ndarray
    found: np.ndarray


def verify(folder: str | os.PathLike[str], simulator: str = "ngspice") -> Verification:
    """Runs the decks that `Array.to_spice` wrote and compares every sensed current.

    `simulator`: ngspice, xyce, gnucap, or builtin (TileSpice's own reader and solver).
    """
    found = lib.json_of("verify", lib.encode(folder), lib.word(simulator, "simulator"))
    return Verification(
        agrees=found["agrees"],
        worst_relative_difference=float(found["worstRelativeDifference"]),
        tolerance=float(found["tolerance"]),
        names=found["names"],
        expected=np.array(found["expected"], float),
        found=np.array(found["found"], float),
    )


class Array:
    """An array of memory cells with the resistance of its wires.

    `g`: conductances in siemens, [wordLines, bitLines]; `negative`: the negative cells of pairs, same
    shape. Further keywords are the keys of an ARRAY.yaml (`tilespice.reference("array")`), for
    instance `topology="gateDriven"`, `wires={"wordLineOhms": 1.0, "bitLineOhms": 1.0}`,
    `terminals=…`, `ends=…`, `law={"model": "sinh", "scaleVolts": 0.3}`, `readVolts=0.2`,
    `pair="interleaved"`. What is left out is ideal: no resistance, linear cells.

    Word line i meets bit lines j = 0 … n-1 and is driven at its near end (j = 0); bit line j is sensed
    by a virtual ground at its far end (i = m-1), unless `ends` says otherwise.

    >>> a = Array([[1e-4, 2e-4], [3e-4, 4e-4]], wires={"bitLineOhms": 10.0})
    >>> a.mvm([0.2, 0.1]).shape
    (2,)
    """

    def __init__(self, g: Any, negative: Any = None, *, topology: str = "voltageDriven", **keys: Any):
        g = lib.numbers(g, "g")
        second = None if negative is None else lib.numbers(negative, "negative")
        self._start(
            "array_create",
            lib.settings({"version": 1, "topology": topology, **keys}),
            g.pointer,
            None if second is None else second.pointer,
        )

    @classmethod
    def open(cls, file: str | os.PathLike[str]) -> Array:
        """The array that an ARRAY.yaml describes, with the .npy files that it names."""
        self = cls.__new__(cls)
        self._start("array_open", lib.encode(file))
        return self

    @classmethod
    def _lent(cls, pointer: int) -> Array:
        """The array of a handle that is somebody else's."""
        self = cls.__new__(cls)
        self._describe(lib.LentHandle(pointer))
        return self

    def _start(self, *call: Any) -> None:
        self._describe(lib.Handle(*call))

    def _describe(self, handle: Any) -> None:
        self._handle = handle
        found = lib.json_of("array_describe", self._handle.pointer)
        #: (wordLines, bitLines).
        self.shape: tuple[int, int] = (found["wordLines"], found["bitLines"])
        #: Currents per input vector: twice the bit lines if pairs sit on separate lines.
        self.outputs: int = found["outputs"]
        #: Whether inputs are bits on gates instead of volts on word lines.
        self.is_gate_driven: bool = found["isGateDriven"]
        #: Settings that have no effect in this topology.
        self.warnings: list[str] = found["warnings"]
        self._summary = found["summary"]
        self._planes = 2 if found["hasPairs"] else 1

    def __repr__(self) -> str:
        return f"<tilespice.Array {self._summary}>"

    def close(self) -> None:
        """Frees the array before Python does."""
        self._handle.close()

    @property
    def g(self) -> np.ndarray:
        """Conductances in siemens, [wordLines, bitLines]; of pairs the positive cells."""
        out = lib.result(self.shape)
        lib.call("array_conductances", self._handle.pointer, out.pointer, None)
        return out.array

    @property
    def negative(self) -> np.ndarray | None:
        """Conductances of the negative cells of pairs in siemens, [wordLines, bitLines]; else None."""
        if self._planes == 1:
            return None
        out = lib.result(self.shape)
        lib.call("array_conductances", self._handle.pointer, None, out.pointer)
        return out.array

    def _inputs(self, v: Any) -> tuple[lib.View, tuple[int, ...]]:
        view = lib.numbers(v, "v", bytes_too=self.is_gate_driven)
        array = view.array
        if array.ndim == 0 or array.shape[-1] != self.shape[0]:
            raise TileSpiceError(
                f"v has shape {array.shape}; [..., {self.shape[0]}] is expected, a value per word line"
            )
        lead = array.shape[:-1]
        if array.ndim != 2:
            count = int(np.prod(lead, dtype=np.int64))
            view = lib.View(array.reshape(count, self.shape[0]))
        return view, lead

    def mvm(
        self, v: Any, path: str = "exact", *, full: bool = False, vectors: int = 0, threads: int = 0
    ) -> Any:
        """Sensed currents in amperes for input vectors `v`, [..., wordLines]: volts, or 0 and 1 if word
        lines drive gates. Returns [..., bitLines], or [2, ..., bitLines] (positive, negative) for pairs
        on separate lines; with `full` a `Currents`.

        `path`: exact, ideal (without wires), cholmod, klu, calibrated or auto. `vectors`: how many input
        vectors are to come in all; many are worth preparing a matrix for (0: those given here).
        `threads`: tasks at once, 0 for one per core; results do not depend on it.
        """
        view, lead = self._inputs(v)
        out = lib.result((view.array.shape[0], self.outputs))
        arguments = (
            self._handle.pointer, lib.word(path, "path"), view.pointer,
            lib.whole(vectors, "vectors", bits=63), lib.whole(threads, "threads"), out.pointer,
        )  # fmt: skip
        details = None
        if full:
            details = lib.json_of("array_mvm", *arguments)
        else:
            lib.call("array_mvm", *arguments, None)
        amperes = self._by_polarity(out.array.reshape(*lead, self.outputs))
        if details is None:
            return amperes
        return Currents(
            amperes=amperes,
            method=details["method"],
            residual=_number(details.get("residual")),
            residual_norm=details.get("residualNorm"),
            error_bound=_number(details.get("sensedError")),
            iterations=details.get("iterations"),
        )

    def _by_polarity(self, outputs: np.ndarray) -> np.ndarray:
        n = self.shape[1]
        if self.outputs == n:
            return outputs
        return np.moveaxis(outputs.reshape(*outputs.shape[:-1], 2, n), -2, 0)

    def solve(self, v: Any, path: str = "exact") -> Solution:
        """Voltages, currents and power inside the array for input vectors [..., wordLines].

        `path`: exact, cholmod or klu.
        """
        view, lead = self._inputs(v)
        count, (m, n) = view.array.shape[0], self.shape
        cells = [lib.result((count, self._planes, m, n)) for _ in range(3)]
        lines = lib.result((count, self.outputs // n, m + 1, n))
        amperes, watts = lib.result((count, self.outputs)), lib.result((count,))
        details = lib.json_of(
            "array_solve",
            self._handle.pointer,
            lib.word(path, "path"),
            view.pointer,
            *[c.pointer for c in cells],
            lines.pointer,
            amperes.pointer,
            watts.pointer,
        )
        if details is None:
            raise TileSpiceError("v holds no input vector")

        def shaped(view: lib.View) -> np.ndarray:
            array = view.array
            if array.ndim == 4 and array.shape[1] == 1:
                array = array[:, 0]
            return array.reshape((*lead, *array.shape[1:]))

        drive, bit, through = (shaped(c) for c in cells)
        return Solution(
            drive_volts=drive,
            bit_volts=bit,
            cell_amperes=through,
            bit_amperes=shaped(lines),
            amperes=self._by_polarity(shaped(amperes)),
            watts=shaped(watts),
            method=details["method"],
            residual=_number(details["residual"]),
            error_bound=_number(details.get("sensedError")),
            power_imbalance=_number(details["powerImbalance"]),
        )

    def effective_matrix(self) -> np.ndarray:
        """K in siemens, [wordLines, outputs], of a linear voltage-driven array: `v @ K` are its currents,
        with every wire. Lines held at a voltage add `offset_amperes`."""
        k = lib.result((self.shape[0], self.outputs))
        lib.call("array_effective_matrix", self._handle.pointer, k.pointer, None, None)
        return k.array

    def offset_amperes(self) -> np.ndarray:
        """Currents at zero input, [outputs]: those from unused lines that are held at a voltage."""
        offset = lib.result((self.outputs,))
        lib.call("array_effective_matrix", self._handle.pointer, None, offset.pointer, None)
        return offset.array

    def calibrate(self, *, seed: int = 1, **keys: Any) -> Calibration:
        """Fits a fast model to exact solves, for `mvm(…, path="calibrated")`.

        Keywords are the keys of `calibration` of an experiment, such as `errorBudget="0.1%"`.
        """
        values = {"version": 1, "seed": lib.seeded(seed), "calibration": keys}
        found = lib.json_of("array_calibrate", self._handle.pointer, lib.settings(values))
        return Calibration(
            method=found["method"],
            reason=found["reason"],
            rms=_number(found.get("rms")),
            worst=_number(found.get("worst")),
            percentile999=_number(found.get("percentile999")),
            meets_target=found.get("meetsTarget"),
        )

    def to_spice(self, folder: str | os.PathLike[str], v: Any) -> list[str]:
        """Writes the array with one input vector [wordLines] as SPICE decks that state the currents to
        expect, with wrappers for ngspice, gnucap, Xyce, HSPICE and Spectre; returns their names."""
        view = lib.numbers(v, "v")
        found = lib.json_of(
            "array_to_spice", self._handle.pointer, view.pointer, lib.encode(folder, "folder")
        )
        return list(found["files"])

    def verify(self, simulator: str = "ngspice", v: Any = None) -> Verification:
        """Has another simulator compute the array with one input vector, by default all at the largest
        input, and compares."""
        if v is None:
            v = np.ones(self.shape[0])
        with tempfile.TemporaryDirectory(prefix="tilespice-") as folder:
            self.to_spice(folder, v)
            return verify(folder, simulator)

    def compare(
        self,
        models: dict[str, OwnModel] | None = None,
        *,
        inputs: Any = None,
        seed: int = 1,
    ) -> Comparison:
        """Judges models of the wires against the circuit: those that come with TileSpice, and callables.

        A callable gets input vectors [vectors, wordLines] (volts, or bits as 0.0 and 1.0) and returns the
        amperes of every output, [vectors, outputs] or as `mvm` returns them. `inputs`: test vectors
        [vectors, wordLines]; without, they are drawn and none of them is used to fit a model.
        """
        comparison = Comparison(self, inputs, seed)
        for name, model in (models or {}).items():
            comparison.judge(name, model)
        return comparison


@dataclass(frozen=True)
class Verdict:
    """How far a model is from the circuit, relative to the rms of the circuit's currents."""

    name: str
    method: str
    rms: float
    percentile999: float
    worst: float
    #: Mean error, model less circuit.
    bias: float
    worst_amperes: float


class Comparison:
    """Models of one array against its circuit; see `Array.compare`."""

    def __init__(self, array: Array, inputs: Any = None, seed: int = 1):
        view = None if inputs is None else array._inputs(inputs)[0]
        self._handle = lib.Handle(
            "comparison_create", array._handle.pointer, None if view is None else view.pointer,
            lib.seeded(seed),
        )  # fmt: skip
        found = self._describe()
        count, fitting = found["testVectors"], found["fittingVectors"]
        #: Test vectors [vectors, wordLines] and the circuit's currents for them [vectors, outputs].
        self.inputs, self.amperes = self._vectors(False, count, found)
        #: The same to fit a model of your own to.
        self.fitting_inputs, self.fitting_amperes = self._vectors(True, fitting, found)
        #: Part of the ideal currents that wires take.
        self.mean_drop: float = found["meanDrop"]

    def _describe(self) -> Any:
        return lib.json_of("comparison_describe", self._handle.pointer)

    def _vectors(self, fitting: bool, count: int, found: Any) -> tuple[np.ndarray, np.ndarray]:
        inputs = lib.result((count, found["wordLines"]))
        amperes = lib.result((count, found["outputs"]))
        lib.call(
            "comparison_vectors", self._handle.pointer, int(fitting), inputs.pointer, amperes.pointer
        )
        return inputs.array, amperes.array

    def judge(self, name: str, model: OwnModel) -> Verdict:
        """Judges a callable on the test vectors; see `Array.compare`."""
        view = lib.View(own_currents(model, self.inputs.copy(), self.amperes.shape, str(name)))
        lib.call("comparison_judge", self._handle.pointer, lib.word(name, "name"), view.pointer)
        return self.verdicts[-1]

    @property
    def verdicts(self) -> list[Verdict]:
        """Every model judged so far."""
        return [
            Verdict(
                name=m["name"],
                method=m["method"],
                rms=float(m["rms"]),
                percentile999=float(m["percentile999"]),
                worst=float(m["worst"]),
                bias=float(m["bias"]),
                worst_amperes=float(m["worstAmperes"]),
            )
            for m in self._describe()["models"]
        ]

    def _repr_html_(self) -> str:
        from ._tables import html_table

        return html_table(
            ["model", "rms", "99.9 %", "worst", "bias"],
            [
                [v.name, *(f"{x:.3%}" for x in (v.rms, v.percentile999, v.worst, v.bias))]
                for v in self.verdicts
            ],
        )


def _number(value: Any) -> Any:
    # Infinity and NaN come as words.
    return None if value is None else float(value)

"""A matrix of numbers held by analog arrays."""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np

from . import _library as lib
from ._library import TileSpiceError

#: Hardware: keys of the `hardware` section as a dict, a preset by its name, or a YAML file.
Hardware = Any


def hardware_arguments(hardware: Hardware, values: dict[str, Any]) -> tuple[bytes, bytes | None]:
    """Settings with hardware in them, or the file or preset that stands for it."""
    file = None
    if isinstance(hardware, dict):
        values = {**values, "hardware": hardware}
    elif isinstance(hardware, (str, os.PathLike)):
        file = lib.encode(hardware)
    elif hardware is not None:
        raise TileSpiceError(
            f"hardware is a {type(hardware).__name__}; a dict, a file or the name of a preset is expected"
        )
    return lib.settings({"version": 1, **values}), file


class AnalogMatrix:
    """A matrix of real numbers programmed into analog arrays.

    `w`: weights [rows, columns]; they become 8-bit codes scaled by the largest magnitude. `hardware`: a
    dict with the keys of `tilespice.reference("experiment.hardware")`, a YAML file with them, or a preset
    such as `presets.sonos()`. `path`: how currents are computed (exact, ideal, cholmod, klu).
    `seed`: of the errors of cells and converters. Each input vector becomes signed 8-bit codes scaled by
    its own largest magnitude, so results do not depend on the rest of a batch; gates take one pass
    per sign. `core @ x` numbers its reads, so that every product has noise of its own.

    >>> core = AnalogMatrix(np.eye(3), {"converter": "ideal", "wires": {"bitLineOhms": 0.0}})
    >>> (core @ [1.0, 0.5, 0.0]).round(2).tolist()
    [1.0, 0.5, 0.0]
    """

    __array_ufunc__ = None  # x @ core comes here

    def __init__(self, w: Any, hardware: Hardware = None, *, seed: int = 1, path: str = "exact"):
        view = lib.numbers(w, "w")
        settings, file = hardware_arguments(hardware, {"seed": lib.seeded(seed), "path": path})
        self._handle = lib.Handle("matrix_create", settings, file, view.pointer)
        self._start(lib.json_of("matrix_describe", self._handle.pointer))

    def _start(self, found: dict[str, Any]) -> None:
        #: (rows, columns).
        self.shape: tuple[int, int] = (found["rows"], found["columns"])
        #: Value of one weight code.
        self.weight_scale: float = float(found["weightScale"])
        #: Arrays that hold it, and how they are solved.
        self.tiles: int = found["tiles"]
        self.methods: list[str] = found["methods"]
        self._reads, self._lock = 0, threading.Lock()

    def __repr__(self) -> str:
        rows, columns = self.shape
        return f"<tilespice.AnalogMatrix {rows} × {columns} on {self.tiles} arrays: {self.methods[0]}>"

    def _multiply(self, x: Any, transposed: bool) -> np.ndarray:
        view = lib.numbers(x, "x")
        rows, columns = self.shape
        inputs, outputs = (rows, columns) if transposed else (columns, rows)
        array = view.array
        if array.ndim == 0 or array.shape[-1] != inputs:
            raise TileSpiceError(f"x has shape {array.shape}; [..., {inputs}] is expected")
        lead = array.shape[:-1]
        count = int(np.prod(lead, dtype=np.int64))
        if array.ndim != 2:
            view = lib.View(array.reshape(count, inputs))
        out = lib.result((count, outputs))
        with self._lock:
            first = self._reads
            self._reads += count
        lib.call(
            "matrix_multiply", self._handle.pointer, int(transposed), view.pointer, first, out.pointer
        )
        return out.array.reshape(*lead, outputs)

    def __matmul__(self, x: Any) -> np.ndarray:
        """W x for a vector [columns] or a matrix [columns, batch], as numpy has it."""
        x = np.asarray(x)
        if x.ndim > 2:
            raise TileSpiceError("core @ x takes a vector or a matrix; core.apply takes batches")
        return self._multiply(x, False) if x.ndim == 1 else self._multiply(x.T, False).T

    def __rmatmul__(self, x: Any) -> np.ndarray:
        """x W for vectors [..., rows]: the same cells read in the other direction, from the bit lines;
        hardware that cannot do so is refused by name."""
        return self._multiply(x, True)

    def apply(self, x: Any) -> np.ndarray:
        """x Wᵀ for a batch of vectors [..., columns]; [..., rows]."""
        return self._multiply(x, False)

    @property
    def T(self) -> TransposedMatrix:
        """The transposed matrix: the same cells read in the other direction."""
        return TransposedMatrix(self)

    @property
    def weights(self) -> np.ndarray:
        """Weights as the cells hold them, [rows, columns]: quantized, with errors of programming."""
        out = lib.result(self.shape)
        lib.call("matrix_weights", self._handle.pointer, out.pointer)
        return out.array

    def program(self, block: Any, row: int = 0, column: int = 0) -> None:
        """Writes a block of weights [rows, columns] whose first is at `row`, `column`. Other cells keep
        what they hold; weights beyond the largest one of the original matrix do not fit its scale."""
        view = lib.numbers(np.atleast_2d(block), "block")
        lib.call(
            "matrix_program", self._handle.pointer, view.pointer, lib.whole(row, "row", bits=63),
            lib.whole(column, "column", bits=63),
        )  # fmt: skip

    def __setitem__(self, key: Any, value: Any) -> None:
        """`core[2:4, :3] = block` programs a part of it; values broadcast as in numpy."""
        keys = key if isinstance(key, tuple) else (key,)
        if len(keys) > 2:
            raise TileSpiceError("a matrix has two axes")
        starts, extents, shape = [], [], []
        for size, k in zip(self.shape, (*keys, slice(None))):
            if k is Ellipsis:
                k = slice(None)
            if not isinstance(k, slice):
                index = lib.whole(k, "an index", lowest=-size)
                if index >= size:
                    raise TileSpiceError(f"index {index} is out of range for {size}")
                index %= size
                k = slice(index, index + 1)
            else:
                shape.append(-1)
            try:
                start, stop, step = k.indices(size)
            except TypeError as error:
                raise TileSpiceError(f"{k}: {error}") from None
            if step != 1:
                raise TileSpiceError("a part that is programmed has no steps")
            starts.append(start)
            extents.append(max(stop - start, 0))
            if shape and shape[-1] == -1:
                shape[-1] = extents[-1]
        try:
            block = np.broadcast_to(lib.numbers(value, "value").array.astype(float), shape)
        except ValueError as error:
            raise TileSpiceError(f"the part is {extents[0]} × {extents[1]}: {error}") from None
        if 0 not in extents:
            self.program(block.reshape(extents), *starts)

    def close(self) -> None:
        """Frees the arrays before Python does."""
        self._handle.close()


class TransposedMatrix:
    """`core.T`; see `AnalogMatrix`."""

    __array_ufunc__ = None

    def __init__(self, core: AnalogMatrix):
        #: The matrix itself.
        self.T = core
        self.shape = core.shape[::-1]

    def __matmul__(self, x: Any) -> np.ndarray:
        x = np.asarray(x)
        return self.T._multiply(x, True) if x.ndim == 1 else self.T._multiply(x.T, True).T

    def __rmatmul__(self, x: Any) -> np.ndarray:
        return self.T._multiply(x, False)

    @property
    def weights(self) -> np.ndarray:
        """Weights as the cells hold them, [columns, rows] of the matrix."""
        return self.T.weights.T

"""Matrix layers on arrays, for modules of frameworks."""

from __future__ import annotations

import ctypes as C
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _library as lib
from ._matrix import Hardware, hardware_arguments


@dataclass(frozen=True)
class Windows:
    """How windows of a convolution lie: rows, then columns; pads top, left, bottom, right."""

    strides: tuple[int, int] = (1, 1)
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilations: tuple[int, int] = (1, 1)
    groups: int = 1


@dataclass(frozen=True)
class LayerSettings:
    """What all layers of a network have in common."""

    hardware: Hardware = None
    #: Keys of an experiment: path, seed, quantization, calibration, layers.
    values: dict[str, Any] | None = None


class Layer:
    """y = W x on arrays, from float weights; without bias.

    It is prepared in the steps of `tilespice infer`: `observe` the float network's inputs, `program`,
    `calibrate` converters on the way of data through layers on ideal arrays, `finish`; then `run`.
    Inputs and outputs are float32, [N, inputs] or [N, channels, height, width].
    """

    def __init__(
        self, name: str, index: int, weights: np.ndarray, windows: Windows | None, settings: LayerSettings
    ):
        values, file = hardware_arguments(settings.hardware, settings.values or {})
        window = None
        if windows is not None:
            window = C.byref(
                lib.Window(
                    (C.c_int64 * 2)(*windows.strides),
                    (C.c_int64 * 4)(*windows.pads),
                    (C.c_int64 * 2)(*windows.dilations),
                    windows.groups,
                )
            )
        self._windows, self._shape = windows, weights.shape
        view = lib.numbers(weights, "weights", single=True)
        self._handle = lib.Handle(
            "layer_create", values, file, lib.word(name, "name"), index, view.pointer, None, window
        )

    def observe(self, x: np.ndarray) -> None:
        lib.call("layer_observe", self._handle.pointer, lib.numbers(x, "inputs", single=True).pointer)

    def program(self) -> None:
        lib.call("layer_program", self._handle.pointer)

    def calibrate(self, x: np.ndarray) -> np.ndarray:
        out = lib.result(self.output_shape(x.shape), np.float32)
        view = lib.numbers(x, "inputs", single=True)
        lib.call("layer_calibrate", self._handle.pointer, view.pointer, out.pointer, 0)
        return out.array

    def finish(self) -> None:
        lib.call("layer_finish", self._handle.pointer)

    def update(self, weights: np.ndarray) -> None:
        """Programs other weights, with the same input codes and converter ranges."""
        view = lib.numbers(weights, "weights", single=True)
        lib.call("layer_update", self._handle.pointer, view.pointer, None)

    def run(self, x: np.ndarray, threads: int = 0) -> np.ndarray:
        out = lib.result(self.output_shape(x.shape), np.float32)
        view = lib.numbers(x, "inputs", single=True)
        lib.call("layer_run", self._handle.pointer, view.pointer, out.pointer, threads, None)
        return out.array

    def weights(self) -> np.ndarray:
        """W as the cells hold it."""
        out = lib.result(self._shape, np.float32)
        lib.call("layer_weights", self._handle.pointer, out.pointer)
        return out.array

    def effective_weights(self, x: np.ndarray) -> np.ndarray:
        """W as the circuit weighs it on average over inputs."""
        out = lib.result(self._shape, np.float32)
        view = lib.numbers(x, "inputs", single=True)
        lib.call("layer_effective_weights", self._handle.pointer, view.pointer, out.pointer)
        return out.array

    def backward(self, x: np.ndarray, cotangents: np.ndarray, threads: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Gradients of W and of x, [vectors, inputs] (windows), through the circuit by reciprocity, for
        cotangents [vectors, outputs]."""
        weights, inputs = lib.result(self._shape, np.float32), lib.result(x.shape, np.float32)
        views = lib.numbers(x, "inputs", single=True), lib.numbers(cotangents, "cotangents", single=True)
        lib.call(
            "layer_backward", self._handle.pointer, *(v.pointer for v in views), weights.pointer,
            inputs.pointer, threads,
        )  # fmt: skip
        return weights.array, inputs.array

    def describe(self) -> Any:
        return lib.json_of("layer_describe", self._handle.pointer)

    def output_shape(self, x: tuple[int, ...]) -> tuple[int, ...]:
        if self._windows is None:
            return (*x[:-1], self._shape[0])
        w, extents = self._windows, []
        for axis in (0, 1):
            room = x[2 + axis] + w.pads[axis] + w.pads[2 + axis]
            reach = w.dilations[axis] * (self._shape[2 + axis] - 1) + 1
            extents.append(max((room - reach) // w.strides[axis] + 1, 0))
        return (x[0], self._shape[0], *extents)

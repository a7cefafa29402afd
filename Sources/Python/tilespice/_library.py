"""The shared library: chosen for the processor, loaded, and its calls declared."""

from __future__ import annotations

import ctypes as C
import json
import operator
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

#: Version of the interface that this package is written for (TILESPICE_ABI of tilespice.h).
ABI = 1

OK, ERROR, RUNNING = 0, 1, 2


class TileSpiceError(Exception):
    """Everything that the engine refuses or fails at: its text names file, line and key where there
    are any."""


# Instructions that a build of the library uses, as /proc/cpuinfo spells them.
_V3 = {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"}
_V4 = _V3 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}


def _processor_flags() -> set[str]:
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("flags"):
                    return set(line.split(":", 1)[1].split())
    except OSError:
        pass
    return set()


def choose(folder: Path, flags: set[str], machine: str) -> Path:
    """The build of the library in `folder` for a processor with these flags.

    Raises ImportError if there is none that it can run: loading another one would end the process.
    """
    own = folder / "libtilespice.so"
    if own.exists():
        # Built for one machine, which the name of its instructions tells.
        needs = folder / "libtilespice.flags"
        missing = set(needs.read_text().split()) - flags if needs.exists() else set()
        if missing:
            raise ImportError(
                "tilespice was built for another processor: this one lacks "
                + ", ".join(sorted(missing))
                + "; build the wheel without NATIVE=1"
            )
        return own
    builds = [("libtilespice-v4.so", _V4), ("libtilespice-v3.so", _V3)]
    there = [(folder / name, need) for name, need in builds if (folder / name).exists()]
    for path, need in there:
        if need <= flags:
            return path
    if not there:
        raise ImportError(f"tilespice: no library in {folder}; build the wheel with `make wheel`")
    if machine != "x86_64":
        raise ImportError(f"tilespice: this wheel is for x86_64, the machine is {machine}")
    raise ImportError(
        "tilespice needs a processor with AVX2 and FMA (x86-64-v3); this one lacks "
        + ", ".join(sorted(_V3 - flags))
    )


def _load() -> C.CDLL:
    given = os.environ.get("TILESPICE_LIBRARY")
    path = (
        Path(given)
        if given
        else choose(Path(__file__).parent, _processor_flags(), platform.machine())
    )
    try:
        return C.CDLL(str(path))  # RTLD_LOCAL; calls release the interpreter's lock
    except OSError as error:
        raise ImportError(
            f"tilespice: {path} cannot be loaded: {error}. It needs the Debian packages "
            "libsuitesparse-dev, libopenblas-dev, libjpeg62-turbo-dev and libpng-dev"
        ) from None


class Buffer(C.Structure):
    """tilespice_buffer."""

    _fields_ = [
        ("data", C.c_void_p),
        ("type", C.c_int32),
        ("rank", C.c_int32),
        ("shape", C.POINTER(C.c_int64)),
        ("strides", C.POINTER(C.c_int64)),
    ]


class Window(C.Structure):
    """tilespice_window."""

    _fields_ = [
        ("strides", C.c_int64 * 2),
        ("pads", C.c_int64 * 4),
        ("dilations", C.c_int64 * 2),
        ("groups", C.c_int64),
    ]


#: tilespice_currents.
Currents = C.CFUNCTYPE(
    C.c_int32, C.c_void_p, C.c_void_p, C.POINTER(C.c_double), C.c_int64, C.c_int64,
    C.POINTER(C.c_double), C.c_int64,
)  # fmt: skip


class Model(C.Structure):
    """tilespice_model."""

    _fields_ = [("layer", C.c_char_p), ("currents", Currents), ("context", C.c_void_p)]


_text = C.c_char_p
_handle = C.c_void_p
_new = C.POINTER(C.c_void_p)
_result = C.POINTER(C.c_void_p)
_buffer = C.POINTER(Buffer)
_int = C.c_int32
_long = C.c_int64

# Arguments of every call that returns a status, without the error text at their end.
_CALLS: dict[str, list[Any]] = {
    "free": [_handle],
    "set_resources": [_text],
    "reference": [_text, _result],
    "array_create": [_text, _buffer, _buffer, _new],
    "array_open": [_text, _new],
    "array_describe": [_handle, _result],
    "array_conductances": [_handle, _buffer, _buffer],
    "array_mvm": [_handle, _text, _buffer, _long, _int, _buffer, _result],
    "array_solve": [_handle, _text, *[_buffer] * 7, _result],
    "array_effective_matrix": [_handle, _buffer, _buffer, _result],
    "array_calibrate": [_handle, _text, _result],
    "array_to_spice": [_handle, _buffer, _text, _result],
    "verify": [_text, _text, _result],
    "comparison_create": [_handle, _buffer, C.c_uint64, _new],
    "comparison_describe": [_handle, _result],
    "comparison_vectors": [_handle, _int, _buffer, _buffer],
    "comparison_judge": [_handle, _text, _buffer],
    "deck_solve": [_text, _text, _new],
    "raw_read": [_text, _new],
    "plots_describe": [_handle, _result],
    "plots_values": [_handle, _long, _buffer],
    "matrix_create": [_text, _text, _buffer, _new],
    "matrix_multiply": [_handle, _int, _buffer, C.c_uint64, _buffer],
    "matrix_weights": [_handle, _buffer],
    "matrix_program": [_handle, _buffer, _long, _long],
    "matrix_describe": [_handle, _result],
    "layer_create": [_text, _text, _text, _long, _buffer, _buffer, C.POINTER(Window), _new],
    "layer_observe": [_handle, _buffer],
    "layer_program": [_handle],
    "layer_calibrate": [_handle, _buffer, _buffer, _int],
    "layer_finish": [_handle],
    "layer_update": [_handle, _buffer, _buffer],
    "layer_run": [_handle, _buffer, _buffer, _int, _result],
    "layer_weights": [_handle, _buffer],
    "layer_effective_weights": [_handle, _buffer, _buffer],
    "layer_backward": [_handle, _buffer, _buffer, _buffer, _buffer, _int],
    "layer_describe": [_handle, _result],
    "job_infer": [_text, _text, _text, C.POINTER(Model), _long, _new],
    "job_sweep": [_text, _text, _new],
    "job_compensate": [_text, _text, _text, _new],
    "job_wait": [_handle, _long, _result],
    "job_cancel": [_handle],
    "job_result": [_handle, _result],
    "job_report": [_handle, _result],
}

_lib = _load()


def _declare() -> dict[str, Any]:
    calls = {}
    for name, arguments in _CALLS.items():
        try:
            function = getattr(_lib, "tilespice_" + name)
        except AttributeError:
            raise ImportError(f"tilespice: the library has no tilespice_{name}") from None
        function.restype = C.c_int32
        function.argtypes = [*arguments, _result]
        calls[name] = function
    for name, result in [("abi_version", C.c_int32), ("live_handles", C.c_int64)]:
        getattr(_lib, "tilespice_" + name).restype = result
    for name in ("software", "resources"):
        getattr(_lib, "tilespice_" + name).restype = C.c_void_p
    _lib.tilespice_free_text.argtypes = [C.c_void_p]
    _lib.tilespice_free_text.restype = None
    if _lib.tilespice_abi_version() != ABI:
        raise ImportError(
            f"tilespice: the library has interface {_lib.tilespice_abi_version()}, "
            f"this package is written for {ABI}"
        )
    return calls


_calls = _declare()


def take(pointer: Any) -> str:
    """The text at a pointer that the library made, which is freed."""
    try:
        return C.string_at(pointer).decode()
    finally:
        _lib.tilespice_free_text(pointer)


def status(name: str, *arguments: Any) -> int:
    """Makes a call; raises TileSpiceError with the text of an error."""
    error = C.c_void_p()
    found: int = _calls[name](*arguments, C.byref(error))
    if found == ERROR:
        raise TileSpiceError(take(error))
    return found


def call(name: str, *arguments: Any) -> None:
    """Makes a call that is done when it returns."""
    status(name, *arguments)


def text_of(name: str, *arguments: Any) -> str:
    """Makes a call whose last argument receives a text."""
    result = C.c_void_p()
    call(name, *arguments, C.byref(result))
    return take(result)


def json_of(name: str, *arguments: Any) -> Any:
    """Makes a call whose last argument receives JSON."""
    return json.loads(text_of(name, *arguments))


def encode(text: Any, name: str = "file") -> bytes:
    """Text or a path for the library."""
    try:
        found = text.encode() if isinstance(text, str) else os.fsencode(os.fspath(text))
    except TypeError:
        raise TileSpiceError(
            f"{name} is a {type(text).__name__}; text{' or a path' if name == 'file' else ''} is expected"
        ) from None
    except UnicodeError as error:
        raise TileSpiceError(f"{name} {text!r} is no text: {error}") from None
    if b"\0" in found:
        # The library would read it up to there.
        raise TileSpiceError(f"{name} {text!r} holds a null character")
    return found


def word(text: Any, name: str) -> bytes:
    """A keyword of a call."""
    if not isinstance(text, str):
        raise TileSpiceError(f"{name} is a {type(text).__name__}; text is expected")
    return encode(text, name)


def whole(value: Any, name: str, lowest: int = 0, bits: int = 31) -> int:
    """A whole number from `lowest` to below 2^bits; ctypes would drop what does not fit."""
    try:
        found = operator.index(value)
    except TypeError:
        raise TileSpiceError(f"{name} is {value!r}; a whole number is expected") from None
    if not lowest <= found < 1 << bits:
        raise TileSpiceError(f"{name} is {found}; {lowest} to {(1 << bits) - 1} are taken")
    return found


def seeded(value: Any) -> int:
    """A seed."""
    return whole(value, "seed", bits=64)


def settings(values: dict[str, Any]) -> bytes:
    """Settings as JSON, which is YAML; numpy's numbers become Python's."""

    def plain(value: Any) -> Any:
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, np.ndarray):
            return value.tolist()
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        raise TypeError(f"a {type(value).__name__} is no value of a setting")

    try:
        return json.dumps(values, default=plain, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise TileSpiceError(f"settings: {error}") from None


_TYPES = {np.dtype(np.float64): 1, np.dtype(np.float32): 2, np.dtype(np.uint8): 3}


class View:
    """A tilespice_buffer over the memory of a numpy array, which it keeps alive."""

    def __init__(self, array: np.ndarray):
        self.array = array
        rank = array.ndim
        shape = (C.c_int64 * max(rank, 1))(*array.shape)
        strides = (C.c_int64 * max(rank, 1))(*array.strides)
        self.buffer = Buffer(array.ctypes.data, _TYPES[array.dtype], rank, shape, strides)
        # A pointer to the buffer keeps the buffer alive, and so the memory.
        self.buffer.memory = array
        self.pointer = C.byref(self.buffer)


def numbers(values: Any, name: str, *, bytes_too: bool = False, single: bool = False) -> View:
    """Any array of real numbers, without a copy where the engine takes its type.

    Of other types a copy in double precision (single precision with `single`) is made; truth values
    and bytes go as they are with `bytes_too`.
    """
    try:
        array = np.asarray(values)
    except Exception as error:
        # Ragged lists, tensors that want a gradient or lie on another device.
        raise TileSpiceError(f"{name} is no array of numbers: {error}") from None
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise TileSpiceError(f"{name} has masked elements; numbers are expected")
    if array.dtype == np.bool_:
        array = array.view(np.uint8) if bytes_too else array.astype(np.float64)
    elif array.dtype == np.uint8 and not bytes_too:
        array = array.astype(np.float64)
    if array.dtype not in _TYPES or array.dtype.byteorder not in "=|":
        if array.dtype.kind not in "iuf":
            raise TileSpiceError(
                f"{name} has elements of type {array.dtype}; real numbers are expected"
            )
        array = array.astype(np.float32 if single else np.float64)
    return View(array)


def result(shape: tuple[int, ...], dtype: Any = np.float64) -> View:
    """A new array for results."""
    try:
        return View(np.empty(shape, dtype))
    except (MemoryError, ValueError):
        raise TileSpiceError(f"results of shape {shape} do not fit into memory") from None


class Handle:
    """An object of the library, freed with its owner."""

    def __init__(self, name: str, *arguments: Any):
        pointer = C.c_void_p()
        call(name, *arguments, C.byref(pointer))
        self.value = pointer.value
        self._free = _calls["free"]

    @property
    def pointer(self) -> int:
        if self.value is None:
            raise TileSpiceError("it was closed")
        return self.value

    def close(self) -> None:
        value, self.value = getattr(self, "value", None), None
        if value is not None:
            self._free(value, None)

    __del__ = close

    def __reduce__(self) -> Any:
        raise TileSpiceError(
            "it lives in the engine of this process and is neither copied nor pickled: make it anew"
        )


class LentHandle:
    """An object that the library lends to a model; not to be freed."""

    def __init__(self, pointer: int):
        self.pointer = pointer

    def close(self) -> None:
        """Does nothing."""


def live_handles() -> int:
    """Objects of the library that exist, for tests of leaks."""
    return int(_lib.tilespice_live_handles())


def software() -> str:
    """Version and build of the engine: "TileSpice 0.1.0 (release, fma)"."""
    return take(_lib.tilespice_software())


def resources() -> str:
    """Folder of the files that come with the engine."""
    return take(_lib.tilespice_resources())


def reference(page: str = "experiment") -> str:
    """All keys of experiment, array, results or sweep files, or what decks hold, as Markdown.

    `page`: experiment, array, results, sweep, deck, or a section such as "experiment.hardware".
    """
    return text_of("reference", word(page, "page"))

"""Work in the background of the library, waited for so that Ctrl-C is heard."""

from __future__ import annotations

import atexit
import ctypes as C
import json
import sys
import time
import warnings
import weakref
from collections.abc import Callable
from typing import Any

from . import _library as lib

#: Called with the stage, the steps done and all steps of it.
Progress = Callable[[str, int, int], None]

# Jobs that run: the interpreter must not go away under them.
_running: weakref.WeakSet[lib.Handle] = weakref.WeakSet()


@atexit.register
def _end_all() -> None:
    for handle in list(_running):
        handle.close()


class _Line:
    """Progress on standard error, one line that is written over."""

    def __init__(self) -> None:
        self._last = 0.0
        self._shown = False

    def __call__(self, stage: str, step: int, steps: int) -> None:
        if time.monotonic() - self._last < 0.1 and step < steps:
            return
        self._last = time.monotonic()
        of = f" {step}/{steps}" if steps else ""
        sys.stderr.write(f"\r\033[K{stage}{of}")
        sys.stderr.flush()
        self._shown = True

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def run(name: str, *arguments: Any, progress: bool | Progress = False) -> lib.Handle:
    """Starts a job and waits for its end; on Ctrl-C, or where `progress` raises, it is canceled first."""
    handle = lib.Handle(name, *arguments)
    _running.add(handle)
    line = _Line() if progress is True else None
    shown = line if progress is True else progress if callable(progress) else None
    try:
        while True:
            text = C.c_void_p()
            found = lib.status("job_wait", handle.pointer, 100, C.byref(text))
            stage = json.loads(lib.take(text))
            for warning in stage["warnings"]:
                warnings.warn(warning, stacklevel=4)
            if shown is not None and stage["stage"]:
                shown(stage["stage"], stage["step"], stage["steps"])
            if found == lib.OK:
                return handle
    except BaseException:
        handle.close()
        raise
    finally:
        if line is not None:
            line.end()
        if handle.value is None:
            _running.discard(handle)


def finished(handle: lib.Handle) -> None:
    """A job whose results were taken."""
    handle.close()
    _running.discard(handle)

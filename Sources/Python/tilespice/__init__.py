"""TileSpice from Python: analog arrays solved as circuits, and neural networks on them.

    import tilespice
    a = tilespice.Array(g, wires={"bitLineOhms": 10.0})   # g in siemens, [wordLines, bitLines]
    a.mvm(v)                                              # amperes, [..., bitLines]
    core = tilespice.AnalogMatrix(w, tilespice.presets.sonos(), seed=1)
    core @ x                                              # through cells, wires and converters
    tilespice.Experiment("E.yaml").run(limit=100).frame()

Everything runs in the engine of the command line and gives its bits for the same seed. Arrays go in
without copies where they hold float64, float32 or (gates) bool; calls release the interpreter's lock and
may come from several threads. Errors are of one class, TileSpiceError. After a fork, a child may compute
but not run experiments: use multiprocessing's "spawn". PyTorch modules: `tilespice.torch`, which is
imported by itself.
"""

from __future__ import annotations

from . import presets
from ._arrays import (
    Array,
    Calibration,
    Comparison,
    Currents,
    Solution,
    Verdict,
    Verification,
    verify,
)
from ._decks import Measurement, Plot, Plots, read_raw, solve
from ._experiments import Experiment, PathResult, Point, Results, Sweep, SweepResults, compensate
from ._library import TileSpiceError, live_handles, reference, resources, software
from ._matrix import AnalogMatrix

__version__ = "0.1.0"

__all__ = [
    "AnalogMatrix",
    "Array",
    "Calibration",
    "Comparison",
    "Currents",
    "Experiment",
    "Measurement",
    "PathResult",
    "Plot",
    "Plots",
    "Point",
    "Results",
    "Solution",
    "Sweep",
    "SweepResults",
    "TileSpiceError",
    "Verdict",
    "Verification",
    "compensate",
    "live_handles",
    "presets",
    "read_raw",
    "reference",
    "resources",
    "software",
    "solve",
    "verify",
]

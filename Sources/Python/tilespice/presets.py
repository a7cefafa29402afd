"""Designs of the literature that hardware may be or start from.

`presets.sonos()` is the preset; `presets.sonos(converter={"model": "uniform", "bits": 6})` changes some of
its keys.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import _library as _lib


def names() -> list[str]:
    """Names of all presets, as `hardware: NAME` has them."""
    return sorted(p.stem for p in (Path(_lib.resources()) / "presets").glob("*.yaml"))


def _preset(name: str) -> Any:
    def make(**keys: Any) -> dict[str, Any]:
        return {"preset": name, **keys}

    make.__name__ = name.replace("-", "_")
    make.__doc__ = f"The preset {name} as a hardware section, with `keys` changed."
    return make


def __getattr__(name: str) -> Any:
    for known in names():
        if name in (known, known.replace("-", "_")):
            return _preset(known)
    raise AttributeError(f"no preset is called {name}; known are {', '.join(names())}")


def __dir__() -> list[str]:
    return [n.replace("-", "_") for n in names()] + ["names"]

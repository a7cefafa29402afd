"""Networks on arrays: experiments, sweeps, compensation."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import _jobs
from . import _library as lib
from ._arrays import Array, OwnModel, own_currents
from ._jobs import Progress


@dataclass(frozen=True)
class PathResult:
    """The network on one path over all images."""

    #: float, int8, ideal, exact, calibrated, …
    path: str
    #: Correct predictions of a classifier, and the same in per cent; None without classes.
    correct: int | None
    accuracy: float | None
    #: Largest output per image; empty if a result is more than a list of outputs.
    predictions: np.ndarray
    #: Rms error of all outputs over the rms output of a reference, by its name.
    errors: dict[str, float]
    #: Seconds of one task per image.
    seconds_per_image: float | None
    #: Everything that results.json has of it.
    record: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Point:
    """The network at one point of the experiment's study."""

    #: Ohms of a bit-line segment.
    bit_line_ohms: float
    #: The quantities in which points differ, with their values.
    values: list[Any]
    results: list[PathResult]
    record: dict[str, Any] = field(repr=False)

    @property
    def result(self) -> PathResult:
        """That of the experiment's own path."""
        return self.results[-1]


@dataclass(frozen=True)
class Results:
    """What an experiment found."""

    name: str
    images: int
    labels: np.ndarray
    #: The network in floating point and in integers; None if they were left out.
    float: PathResult | None
    integer: PathResult | None
    points: list[Point]
    #: results.json as a dict; `tilespice.reference("results")` explains it.
    record: dict[str, Any] = field(repr=False)
    #: The report, a whole HTML page.
    html: str = field(repr=False)

    def rows(self) -> list[dict[str, Any]]:
        """One row per point and path, digital networks first."""
        found = []
        for digital in (self.float, self.integer):
            if digital is not None:
                found.append(_row(digital, None))
        for point in self.points:
            found += [_row(r, point.bit_line_ohms) for r in point.results]
        return found

    def frame(self) -> Any:
        """The rows as a pandas DataFrame."""
        import pandas  # type: ignore[import-untyped]

        return pandas.DataFrame(self.rows())

    def save_report(self, file: str | os.PathLike[str]) -> None:
        """Writes the report."""
        with open(file, "w", encoding="utf-8") as out:
            out.write(self.html)

    def _repr_html_(self) -> str:
        # In a frame of its own: the page has styles.
        from html import escape

        return (
            f'<iframe srcdoc="{escape(self.html)}" width="100%" height="720" '
            'style="border:0"></iframe>'
        )


def _row(result: PathResult, ohms: float | None) -> dict[str, Any]:
    return {
        "path": result.path,
        "bitLineOhms": ohms,
        "correct": result.correct,
        "accuracy": result.accuracy,
        **{f"errorTo{name.capitalize()}": value for name, value in result.errors.items()},
    }


def _result(found: dict[str, Any], images: int) -> PathResult:
    correct = found.get("correct")
    timed = found.get("imagesTimed") or 0
    return PathResult(
        path=found["path"],
        correct=correct,
        accuracy=None if correct is None or images == 0 else 100.0 * correct / images,
        predictions=np.array(found.get("predictions", []), dtype=np.int64),
        errors={e["reference"]: e["relativeRMS"] for e in found.get("outputErrors", [])},
        seconds_per_image=found["seconds"] / timed if timed else None,
        record=found,
    )


def _results(record: dict[str, Any], html: str) -> Results:
    images = record["imageCount"]

    def digital(key: str) -> PathResult | None:
        return None if record.get(key) is None else _result(record[key], images)

    return Results(
        name=record["name"],
        images=images,
        labels=np.array(record["labels"], dtype=np.int64),
        float=digital("digitalFloat"),
        integer=digital("digitalInteger"),
        points=[
            Point(
                bit_line_ohms=p["bitLineOhms"],
                values=p["values"],
                results=[_result(r, images) for r in p["results"]],
                record=p,
            )
            for p in record["points"]
        ],
        record=record,
        html=html,
    )


class Experiment:
    """A network on arrays, as `tilespice infer` runs it.

    `experiment`: an E.yaml, or a dict with its keys (`tilespice.reference("experiment")`); missing keys
    have their defaults, so that `Experiment({})` runs the digits network that comes with TileSpice.
    """

    def __init__(self, experiment: str | os.PathLike[str] | dict[str, Any]):
        self._file = None if isinstance(experiment, dict) else os.fsdecode(lib.encode(experiment))
        self._values = {"version": 1, **experiment} if isinstance(experiment, dict) else None

    def __repr__(self) -> str:
        return f"<tilespice.Experiment {self._file or self._values}>"

    def run(
        self,
        *,
        limit: int | None = None,
        path: str | None = None,
        hardware: str | os.PathLike[str] | None = None,
        set: dict[str, Any] | None = None,
        threads: int = 0,
        out: str | os.PathLike[str] | None = None,
        models: dict[str, Callable[[Array], OwnModel]] | None = None,
        progress: bool | Progress = False,
    ) -> Results:
        """Runs it: float, in integers, on ideal arrays and on those of the experiment.

        `limit`: images at most. `path`: of every layer, overriding the file. `hardware`: a YAML file or a
        preset in place of the file's. `set`: single keys, such as {"hardware.converter.bits": 6}.
        `threads`: tasks at once, 0 for one per core; results do not depend on it. `out`: folder for
        results.json, report.html and tables. `models`: models of your own in place of the path of layers,
        by their names: each is called once per array with that `Array` (its `g`, `negative`, `mvm` …) and
        returns what gives the currents, amperes [vectors, outputs] for inputs [vectors, wordLines]. It
        runs on threads of the engine; what it raises comes out of here. `progress`: True for a line on standard error, or a
        callable (stage, step, steps).
        """
        settings: dict[str, Any] = {"threads": lib.whole(threads, "threads")}
        if limit is not None:
            settings["limit"] = lib.whole(limit, "limit", lowest=1, bits=62)
        if path is not None:
            settings["path"] = path
        if hardware is not None:
            settings["hardware"] = os.fsdecode(lib.encode(hardware, "hardware"))
        if set:
            settings["set"] = [f"{key}={_yaml(value)}" for key, value in set.items()]
        if out is not None:
            settings["out"] = os.fsdecode(lib.encode(out, "out"))
        own = _OwnModels(models or {})
        try:
            job = _jobs.run(
                "job_infer",
                None if self._file is None else lib.encode(self._file),
                None if self._values is None else lib.settings(self._values),
                lib.settings(settings),
                own.array,
                len(own.array),
                progress=progress,
            )
        except lib.TileSpiceError as error:
            # What a model raised says more than that it failed.
            raise (own.raised or error) from None
        try:
            if own.raised is not None:
                raise own.raised
            record = lib.json_of("job_result", job.pointer)
            return _results(record, lib.text_of("job_report", job.pointer))
        finally:
            _jobs.finished(job)


class _OwnModels:
    """Models of the user as functions of the library, kept while it may call them."""

    def __init__(self, models: dict[str, Callable[[Array], OwnModel]]):
        #: What one of them raised first.
        self.raised: BaseException | None = None
        self.array = (lib.Model * len(models))()
        self._lock = threading.Lock()
        for entry, (layer, make) in zip(self.array, models.items()):
            if not callable(make):
                raise lib.TileSpiceError(f"models: {layer} is a {type(make).__name__}; a callable is expected")
            entry.layer = lib.word(layer, "models: the name of a layer")
            entry.currents = lib.Currents(self._function(layer, make))

    def _function(self, layer: str, make: Callable[[Array], OwnModel]) -> Callable[..., int]:
        made: dict[int, OwnModel] = {}

        def currents(_: Any, array: int, inputs: Any, vectors: int, lines: int, out: Any, outputs: int) -> int:
            try:
                with self._lock:
                    if array not in made:
                        made[array] = make(Array._lent(array))
                    model = made[array]
                # A copy: the model may keep it.
                given = np.ctypeslib.as_array(inputs, (vectors, lines)).copy()
                found = own_currents(model, given, (vectors, outputs), f"the model of {layer}")
                np.ctypeslib.as_array(out, (vectors, outputs))[:] = found
                return 0
            except BaseException as error:
                if self.raised is None:
                    self.raised = error
                return 1

        return currents


def _yaml(value: Any) -> str:
    return value if isinstance(value, str) else lib.settings({"": value})[5:-1].decode()


@dataclass(frozen=True)
class SweepResults:
    """All points of a sweep."""

    name: str
    #: Keys that were varied, with their values.
    axes: list[dict[str, Any]]
    #: One entry per point: settings, status, error, summary.
    points: list[dict[str, Any]]
    #: sweep.json as a dict.
    record: dict[str, Any] = field(repr=False)

    def rows(self) -> list[dict[str, Any]]:
        """One row per point: the values of the axes, then what it gave."""
        return [{**p["settings"], **(p.get("summary") or {})} for p in self.points]

    def frame(self) -> Any:
        """The rows as a pandas DataFrame."""
        import pandas

        return pandas.DataFrame(self.rows())

    def _repr_html_(self) -> str:
        from ._tables import html_table

        rows = self.rows()
        columns = list(dict.fromkeys(key for row in rows for key in row))
        return html_table(columns, ([row.get(c, "") for c in columns] for row in rows))


class Sweep:
    """Many experiments from one: an S.yaml, as `tilespice sweep` runs it."""

    def __init__(self, file: str | os.PathLike[str]):
        self._file = os.fsdecode(lib.encode(file))

    def run(
        self, out: str | os.PathLike[str], *, threads: int = 0, progress: bool | Progress = False
    ) -> SweepResults:
        """Runs the points that are not done yet in the folder `out`, and joins all results."""
        job = _jobs.run(
            "job_sweep",
            lib.encode(self._file),
            lib.settings({"out": os.fsdecode(lib.encode(out, "out")), "threads": lib.whole(threads, "threads")}),
            progress=progress,
        )
        try:
            record = lib.json_of("job_result", job.pointer)
        finally:
            _jobs.finished(job)
        return SweepResults(record["name"], record["axes"], record["points"], record)


def compensate(
    experiment: str | os.PathLike[str],
    export: str | os.PathLike[str],
    *,
    point: str | None = None,
    threads: int = 0,
    progress: bool | Progress = False,
) -> str:
    """Compensates the network of an E.yaml for the losses of its arrays, as its `compensation` says, and
    writes it as an ONNX file, whose path is returned. `point`: of its study, if it has several."""
    settings: dict[str, Any] = {"threads": lib.whole(threads, "threads")}
    if point is not None:
        settings["point"] = str(point)
    job = _jobs.run(
        "job_compensate",
        lib.encode(experiment),
        lib.encode(export, "export"),
        lib.settings(settings),
        progress=progress,
    )
    try:
        return str(lib.json_of("job_result", job.pointer)["file"])
    finally:
        _jobs.finished(job)

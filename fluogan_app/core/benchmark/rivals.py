"""Every method on the same simulated line stacks, each run in a process of its own."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from fluogan_app.core.benchmark.comparison import Row
from fluogan_app.core.benchmark.measurement import apart, make_ready
from fluogan_app.core.benchmark.pace import PeakMemory
from fluogan_app.core.data.line_pattern import LinePattern
from fluogan_app.core.data.problem import Problem, make_problem
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.params import Params, validated
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.phantoms.lines import line_pattern

#: Errors of the spacing count from here on: finer sets are split by few methods.
ERRORS_FROM_NM = 150.0
#: Camera rows of an image that are kept to be looked at.
STRIP_ROWS = 12


@dataclass(frozen=True)
class Asked:
    """What is measured. width_nm: of the lines. parameters: by method, where other than the defaults."""

    methods: tuple[str, ...]
    lights: tuple[str, ...] = ("bright", "dim", "blinking")
    seeds: tuple[int, ...] = (1, 2, 3)
    rows: int = 50
    frames: int = 500
    width_nm: float = 100.0
    zoom: int = 6
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def stack(self) -> dict[str, Any]:
        """What was simulated, for the table."""
        return {
            "sample": "lines", "rows": self.rows, "frames": self.frames, "line_width_nm": self.width_nm,
            "pixel_size_nm": 100.0, "fwhm_nm": 324.0, "zoom": self.zoom,
        }  # fmt: skip


@dataclass(frozen=True)
class Scored:
    """A row, and of its image the first rows: (zoom·STRIP_ROWS, zoom·X) float32, None where it failed."""

    row: Row
    strip: np.ndarray | None


def cases_left(asked: Asked, known: Sequence[Row] = ()) -> tuple[tuple[str, str, int], ...]:
    """Light, method and seed of what is not measured yet: light by light, method by method, seed by seed."""
    done = {(row.light, row.method, row.seed) for row in known if not row.failed}
    return tuple(case for case in product(asked.lights, asked.methods, asked.seeds) if case not in done)


def measured(asked: Asked, light: str, method: str, seed: int) -> Scored:
    """Reconstruct and measure one case in a process of its own; what fails is a row that says why."""
    try:
        return apart(score, asked, light, method, seed)
    except FluoganError as error:
        return Scored(Row(method, method_named(method).title, light, seed, failed=error.one_line), None)


def strip_of_truth(asked: Asked, light: str) -> np.ndarray:
    """The same part of the truth, (zoom·STRIP_ROWS, zoom·X)."""
    return _strip(_simulated(asked, light, asked.seeds[0]).truth, asked.zoom)


def score(asked: Asked, light: str, method: str, seed: int) -> Scored:
    """Simulate a stack, reconstruct it with one method and measure. Raises FluoganError."""
    from fluogan_app.core.jobs.faults import in_words

    simulated = _simulated(asked, light, seed)
    chosen, params = method_named(method), _params(asked, method)
    stack = Stack("simulated", "memory", ArraySource(simulated.frames))
    problem = make_problem(stack, simulated.acquisition)
    make_ready(problem.frames[0].size, "cpu")
    try:
        result, seconds, processor_seconds, memory = _timed(chosen, problem, params, seed)
    except (MemoryError, RuntimeError) as error:
        raise in_words(error) from error
    row = Row(
        method=method, title=chosen.title, light=light, seed=seed, seconds=seconds,
        processor_seconds=processor_seconds, memory_bytes=memory, parameters=_changed(params),
        **line_figures(result, simulated),
    )  # fmt: skip
    return Scored(row, _strip(result.estimate, asked.zoom))


def _timed(method: Any, problem: Problem, params: Params, seed: int) -> tuple[Result, float, float, int | None]:
    from fluogan_app.core.jobs.control import Control
    from fluogan_app.core.jobs.runner import Job

    with PeakMemory() as memory:
        began, worked = time.perf_counter(), time.process_time()
        ended = Job(method.prepare(problem, params, "cpu", seed), Control()).run()
        seconds, processor_seconds = time.perf_counter() - began, time.process_time() - worked
    if ended.error is not None:
        raise ended.error
    return ended.result, seconds, processor_seconds, memory.bytes


def line_figures(result: Result, simulated: Any) -> dict[str, Any]:
    """Splits, spacing error and distance from the truth of a result on a line stack."""
    from fluogan_app.core.metrics.fidelity import nrmse, nrmse_fitted
    from fluogan_app.core.metrics.lines import split_lines

    splits = split_lines(result.estimate, simulated.pattern, simulated.pixel_size_nm, result.zoom)
    errors = [abs(part.spacing_error_nm) for part in splits.sets if part.spacing_nm >= ERRORS_FROM_NM]
    known = [error for error in errors if math.isfinite(error)]
    return {
        "finest_nm": splits.finest_nm,
        "shares": {f"{part.spacing_nm:.0f}": part.share for part in splits.sets},
        "spacing_error_nm": float(np.median(known)) if known else None,
        "nrmse": nrmse_fitted(result.estimate, simulated.truth),
        "nrmse_photons": nrmse(result.estimate, simulated.truth) if result.claims.photons else None,
    }


def pattern_of(asked: Asked) -> LinePattern:
    """Where the lines are."""
    return line_pattern(_lines(asked, asked.lights[0]))[0]


def _simulated(asked: Asked, light: str, seed: int) -> Any:
    from fluogan_app.core.simulate.scenarios import simulate

    return simulate(_lines(asked, light), seed)


def _lines(asked: Asked, light: str) -> LinesParams:
    finest_nm = 120.0 if asked.width_nm > 60.0 else 60.0
    return LinesParams(
        light=light, rows=asked.rows, frames=asked.frames, line_width_nm=asked.width_nm, spacing_to_nm=finest_nm,
        zoom=asked.zoom,
    )  # fmt: skip


def _params(asked: Asked, method: str) -> Params:
    own = asked.parameters.get(method, {})
    return validated(method_named(method).params_type, {"zoom": asked.zoom, **own})


def _changed(params: Params) -> dict[str, Any]:
    before = type(params)().model_dump(mode="json")
    return {name: value for name, value in params.model_dump(mode="json").items() if before.get(name) != value}


def _strip(image: np.ndarray, zoom: int) -> np.ndarray:
    return np.ascontiguousarray(image[: zoom * STRIP_ROWS], np.float32)


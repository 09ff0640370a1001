"""What can I expect? Known lines, recorded as this stack was and reconstructed with the same settings.

The simulated recording has the stack's pixel size, PSF, number of frames, light and fluctuation; it holds sets of lines
that come ever closer. What comes out of it is held against what went in.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Field, make_field, make_problem
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Outcome, Progress, Silent
from fluogan_app.core.jobs.faults import in_words
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.planning import make_plan
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.params import Params
from fluogan_app.core.project.differences import fitting
from fluogan_app.core.project.expect_asked import asked_of, reconstructed_with
from fluogan_app.core.project.expect_params import MOST_FRAMES, ExpectParams, Light, lines_for
from fluogan_app.core.project.prepare import RunRequest
from fluogan_app.core.units import length_text

if TYPE_CHECKING:
    from fluogan_app.core.simulate.params import LinesParams
    from fluogan_app.core.simulate.scenarios import SimulatedStack

#: Share of the rows from which on a distance counts as told apart.
RESOLVED_SHARE = 0.9
#: Of one try, so much is simulating.
_SIMULATING = 0.25


@dataclass(frozen=True)
class LineSplit:
    """One set of lines: its distance, the share (0 to 1) of rows in which it is seen as two, and by how much it is off.

    error_nm: median of measured minus true distance; None where no two lines are found.
    """

    spacing_nm: float
    share: float
    error_nm: float | None

    @property
    def apart(self) -> bool:
        """Whether it counts as resolved: in at least nine of ten rows."""
        return self.share >= RESOLVED_SHARE


@dataclass(frozen=True)
class Try:
    """What came of one recording. finest_nm: the finest distance such that it and every wider one is resolved, or None.

    nrmse: error of the reconstruction against the truth, 0 is perfect and 1 as bad as a black image; of an image that
    is no light, scaled and shifted in level to fit the truth best, so that an even image has 1. mean_nrmse: that of the
    mean frame, likewise. balance_percent: of photons, NaN where none are told. seconds: of the reconstruction alone.
    """

    seed: int
    splits: tuple[LineSplit, ...]
    finest_nm: float | None
    nrmse: float
    mean_nrmse: float
    balance_percent: float
    seconds: float


@dataclass(frozen=True)
class Expectation:
    """All tries, and images of the first: truth and estimate (LY, LX), mean (Y, X), photons per frame and pixel.

    simulated: the recording's parameters with units. asked: what it was asked with, as `asked_of` gives it.
    run_seconds: how long a run of the region that was asked for would take here, roughly.
    """

    tries: tuple[Try, ...]
    truth: np.ndarray
    mean: np.ndarray
    estimate: np.ndarray
    zoom: int
    pixel_size_nm: float
    simulated: dict[str, Any]
    asked: dict[str, Any]
    run_seconds: float
    notes: tuple[str, ...] = ()

    @property
    def claims(self) -> Claims:
        """What the estimate is, of the method and parameters that were asked for."""
        method = method_named(self.asked["method"])
        return method.claims(fitting(method.params_type, self.asked["params"]))

    @property
    def finest_nm(self) -> tuple[float | None, ...]:
        """Of each try."""
        return tuple(one.finest_nm for one in self.tries)


@dataclass(frozen=True)
class ExpectStage:
    """How far it is: a part of all from 0 to 1, and what is going on."""

    fraction: float
    words: str


Tell = Callable[[ExpectStage], None]


def expect(
    stack: Stack, request: RunRequest, params: ExpectParams, tell: Tell = lambda stage: None,
    control: Control | None = None,
) -> Expectation | None:  # fmt: skip
    """Simulate, reconstruct and compare; None where it was cancelled. Raises FluoganError."""
    control = control or Control()
    field = make_field(corrected(stack, request.drift), request.acquisition, request.roi, request.frames)
    tell(ExpectStage(0.0, "Looking at the light of the frames"))
    light = _light(field, params, control)
    if light is None:
        return None
    frames = min(params.frame_count or len(field.frame_range), MOST_FRAMES)
    method_params = reconstructed_with(request.params, params)
    zoom = int(getattr(method_params, "zoom", 1))
    lines = lines_for(params, field.acquisition, light, frames, zoom)
    tries, first = [], None
    for number in range(params.tries):
        done = _Told(tell, number, params.tries)
        made = _tried(lines, request, method_params, number + 1, done, control)
        if made is None:
            return None
        tries.append(made[0])
        first = first or made[1:]
    notes = (*light.notes, *_more_notes(field, frames, request, params))
    asked = asked_of(request, params)
    return _expectation(tries, first, field, method_params, asked, notes)


def _light(field: Field, params: ExpectParams, control: Control) -> Light | None:
    """The recording's, with what the user gave in its place."""
    from fluogan_app.core.project.light import light_of

    given = {
        "signal_photons": params.signal_photons, "background_photons": params.background_photons,
        "photons_per_event": params.photons_per_event,
    }  # fmt: skip
    given = {name: value for name, value in given.items() if value is not None}
    if len(given) == 3:
        return Light(gain=field.acquisition.gain, read_noise=field.acquisition.read_noise, **given)
    light = light_of(field, lambda: control.cancelled)
    return None if light is None else replace(light, **given)


def _tried(
    lines: LinesParams, request: RunRequest, params: Params, seed: int, told: _Told, control: Control
) -> tuple[Try, SimulatedStack, Result] | None:
    from fluogan_app.core.simulate.scenarios import simulate

    def on_frame(done: int, total: int) -> None:
        told.simulated(done / total)
        if control.cancelled:
            raise _Cancelled

    try:
        made = simulate(lines, seed, on_frame)
    except _Cancelled:
        return None
    ended = _reconstructed(made, request, params, seed, told, control)
    if ended is None:
        return None
    result, seconds = ended
    return _judged(made, result, seed, seconds), made, result


def _reconstructed(
    made: SimulatedStack, request: RunRequest, params: Params, seed: int, told: _Told, control: Control
) -> tuple[Result, float] | None:
    import torch

    from fluogan_app.core.device import choose_device, choose_threads

    # The model is taken to be right: the reconstruction knows the PSF and the camera that the lines were recorded with.
    problem = make_problem(Stack("simulated", "memory", ArraySource(made.frames)), made.acquisition)
    began = time.perf_counter()
    try:
        device = choose_device(request.settings.device).device
        torch.set_num_threads(choose_threads(made.frames.shape[1] * made.frames.shape[2]))
        solver = method_named(request.method).prepare(problem, params, device, seed)
    except (MemoryError, RuntimeError) as error:  # torch tells of missing memory with a RuntimeError
        raise in_words(error) from error
    ended = Job(solver, control, told).run()
    if ended.error is not None:
        raise ended.error
    if ended.outcome is Outcome.CANCELLED or ended.result is None:
        return None
    return ended.result, time.perf_counter() - began


def _judged(made: SimulatedStack, result: Result, seed: int, seconds: float) -> Try:
    from fluogan_app.core.metrics.fidelity import nrmse, nrmse_fitted
    from fluogan_app.core.metrics.lines import split_lines

    found = split_lines(result.estimate, made.pattern, made.pixel_size_nm, result.zoom)
    splits = tuple(
        LineSplit(one.spacing_nm, one.share, one.spacing_error_nm if math.isfinite(one.spacing_error_nm) else None)
        for one in found.sets
    )
    light = np.maximum(result.mean.astype(float) - made.background, 0.0)
    spread = np.kron(light, np.ones((result.zoom, result.zoom)))
    balance = float(result.measures.get("photon_balance_percent", float("nan")))
    error = nrmse if result.claims.photons else nrmse_fitted
    errors = (error(image, made.truth) for image in (result.estimate, spread))
    return Try(seed, splits, found.finest_nm, *errors, balance, seconds)


def _expectation(
    tries: list[Try], first: tuple[SimulatedStack, Result], field: Field, params: Params, asked: dict[str, Any],
    notes: tuple[str, ...],
) -> Expectation:  # fmt: skip
    from fluogan_app.core.simulate.recording import described_params

    made, result = first
    plan = make_plan(method_named(asked["method"]), params, field.acquisition, field.shape_tyx[0], field.roi, None)
    pixels = (field.roi.height + 2 * plan.margin_pixels) * (field.roi.width + 2 * plan.margin_pixels)
    pace = float(np.median([one.seconds for one in tries])) / (result.mean.size)
    return Expectation(
        tuple(tries), made.truth.astype(np.float32), result.mean, result.estimate, result.zoom, result.pixel_size_nm,
        described_params(made.params), asked, pace * pixels, notes,
    )  # fmt: skip


def _more_notes(field: Field, frames: int, request: RunRequest, params: ExpectParams) -> tuple[str, ...]:
    said = []
    if frames < (params.frame_count or len(field.frame_range)):
        said.append(f"{frames} of {len(field.frame_range)} frames were simulated: with all of them noise is lower.")
    if getattr(request.params, "delta", 0) and not params.with_critic:
        said.append("The critic (δ = 1) was left out: the mean was fitted alone.")
    if (width_nm := assumed_width_nm(request.acquisition)) is not None:
        said.append(
            f"The PSF's width of {length_text(width_nm)} is assumed: nobody stated it. If the true one is wider, so is "
            "the finest distance, about in proportion."
        )
    if request.acquisition.psf == "measured":
        said.append("The lines were simulated with a Gaussian of the measured PSF's width.")
    return tuple(said)


def assumed_width_nm(camera: Acquisition) -> float | None:
    """The PSF's width where it is neither stated nor measured."""
    return camera.psf_fwhm_nm if camera.psf != "measured" and camera.psf_origin is Origin.ASSUMED else None


class _Cancelled(Exception):
    """Nobody waits for the frames any more."""


class _Told(Silent):
    """Turns what a job says into how far all tries are."""

    def __init__(self, tell: Tell, number: int, tries: int) -> None:
        self._tell, self._number, self._tries = tell, number, tries
        self._last = -1.0

    def simulated(self, fraction: float) -> None:
        """So much of the frames is drawn."""
        self._say(_SIMULATING * fraction, "Simulating the recording")

    def progress(self, progress: Progress) -> None:
        """See Sink.progress."""
        part = progress.step / max(progress.total_steps, 1)
        self._say(_SIMULATING + (1 - _SIMULATING) * part, "Reconstructing it")

    def _say(self, part: float, words: str) -> None:
        fraction = (self._number + part) / self._tries
        if fraction - self._last >= 0.01:
            self._last = fraction
            of = f", {self._number + 1} of {self._tries}" if self._tries > 1 else ""
            self._tell(ExpectStage(fraction, f"{words}{of}"))

"""A run in small: a square of the field reconstructed as a run would do it, while parameters are still being set.

The square is computed with the margin that a run of it would take, by the same solver with the same steps. So what it
shows after its last step is, number for number, what a run of that region gives; of a run of a larger field, what it
shows there but for the borders and for λ1's unit, which follows from what is seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fluogan_app.core.data.problem import Field, Problem, make_field
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.data.structured_place import place_in_stack
from fluogan_app.core.jobs.faults import in_words
from fluogan_app.core.methods.base import Solver
from fluogan_app.core.methods.planning import make_plan, solver_of
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.optics.measured import with_measured_width
from fluogan_app.core.params import Params, specs
from fluogan_app.core.project.prepare import RunRequest

#: Sides of the square that are offered, in camera pixels.
SIDES = (32, 48, 64, 96, 128)
DEFAULT_SIDE = 64
#: A preview takes at most so many steps, however many a run is to take.
MOST_STEPS = 1000
#: The first picture is shown after so many steps, before λ1 is weighted anew for the first time; the next ones when so
#: many seconds have gone by.
FIRST_STEPS, EVERY_S = 50, 0.35
#: How labels begin of what keeps an image from explaining the frames.
_WEIGHTS = ("Sparsity", "Strength", "Total variation")


@dataclass(frozen=True)
class PreviewWish:
    """What is to be seen. place: the square; None for one that the program finds, of `side` camera pixels."""

    stack: Stack
    request: RunRequest
    place: Roi | None = None
    side: int = DEFAULT_SIDE


@dataclass(frozen=True)
class PreviewPicture:
    """The square so far. `place` is where it lies in the stack; images are those of a Result.

    steps: of `total_steps`; asked_steps: of a run. seconds: since the wish was taken up. measures, notes: of the last
    picture only. critic_left_out: the run would go on against a critic. weight: what the method calls the parameter
    that keeps its image sparse or smooth; "" of one that has none.
    """

    place: Roi
    result: Result
    total_steps: int
    asked_steps: int
    seconds: float
    critic_left_out: bool = False
    weight: str = ""

    @property
    def finished(self) -> bool:
        """Whether this is the last picture."""
        return self.result.steps >= self.total_steps

    @property
    def as_run(self) -> bool:
        """Whether a run of this square gives these very numbers."""
        return self.finished and self.total_steps == self.asked_steps and not self.critic_left_out

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why the last picture is not to be believed, as a run's own notes say it, shortened."""
        from fluogan_app.core.methods.fluogan.report import MISSING_PHOTONS_PERCENT, UNEXPLAINED_DISCREPANCY

        measures, said = self.result.measures, []
        if measures.get("discrepancy", 1.0) > UNEXPLAINED_DISCREPANCY:
            more = f"or try a smaller value of “{self.weight}”" if self.weight else "and the method's own parameters"
            said.append(f"It does not explain the frames: check FWHM and pixel size, {more}.")
        if abs(measures.get("photon_balance_percent", 0.0)) > MISSING_PHOTONS_PERCENT:
            said.append("Light is missing or too much: its intensities are not to be trusted.")
        return tuple(said)


class Previewer:
    """Makes previews, one at a time, and keeps of one what the next can use: the frames, and the noise found in them.

    All on one thread.
    """

    def __init__(self) -> None:
        self._frames: _Frames | None = None
        self._solver: Solver | None = None

    def show(
        self, wish: PreviewWish, tell: Callable[[PreviewPicture], None], stopped: Callable[[], bool]
    ) -> PreviewPicture | None:
        """Reconstruct the square, telling how it looks now and then; None where it was stopped. Raises FluoganError."""
        began = time.perf_counter()
        place = self.placed(wish, stopped)
        if place is None or stopped():
            return None
        try:
            solver, problem = self._prepared(wish, place)
            return _run(solver, problem, wish, place, began, tell, stopped)
        except (MemoryError, RuntimeError) as error:  # torch tells of missing memory with a RuntimeError
            raise in_words(error) from error

    def placed(self, wish: PreviewWish, stopped: Callable[[], bool] = lambda: False) -> Roi | None:
        """Where the square lies: as wished, as far as the stack has it. None when stopped. Raises FluoganError."""
        region = _field_of(wish).roi
        if wish.place is not None:
            return wish.place.common(Roi.whole(wish.stack.shape[1:]))
        return place_in_stack(wish.stack.raw, region, wish.side, stopped)

    def _prepared(self, wish: PreviewWish, place: Roi) -> tuple[Solver, Problem]:
        import torch

        from fluogan_app.core.device import choose_threads

        request = wish.request
        method, params = method_named(request.method), preview_params(request.params)
        part = _field_of(replace(wish, request=replace(request, roi=place)))
        plan = make_plan(method, params, part.acquisition, part.shape_tyx[0], part.roi, None)
        torch.set_num_threads(choose_threads(plan.piece_pixels))
        problem = self._problem(wish, part, plan.margin_pixels)
        # The former solver holds what was measured on the frames, until this one has taken it over.
        self._solver = solver = solver_of(
            problem, lambda problem: method.prepare(problem, params, "cpu", request.settings.seed)
        )
        return solver, problem

    def _problem(self, wish: PreviewWish, part: Field, margin: int) -> Problem:
        key = _Key(wish.stack, wish.request.drift, part.frame_range, part.roi, margin)
        if self._frames is None or not self._frames.key.same(key):
            self._frames = _Frames(key, part.problem(margin))
        return replace(self._frames.problem, acquisition=part.acquisition)


@dataclass(frozen=True)
class _Key:
    """What frames are read for."""

    stack: Stack
    drift: Any
    frames: FrameRange
    roi: Roi
    margin: int

    def same(self, other: _Key) -> bool:
        """Whether these are the same frames."""
        mine, others = (one.stack.source for one in (self, other))
        asked, wanted = ((one.drift, one.frames, one.roi, one.margin) for one in (self, other))
        return mine is others and asked == wanted


@dataclass(frozen=True)
class _Frames:
    key: _Key
    problem: Problem


def preview_params(params: Params) -> Params:
    """The parameters of a run as a preview takes them: without the critic, and not too many steps."""
    changes: dict[str, Any] = {"delta": 0} if getattr(params, "delta", 0) else {}
    if getattr(params, "steps", 0) > MOST_STEPS:
        changes["steps"] = MOST_STEPS
    return params.replace(**changes) if changes else params


def _weight_of(params: Params) -> str:
    """What the parameter is called that makes an image sparse or smooth against the frames; "" where none does."""
    known = (one for one in specs(type(params)) if one.label.startswith(_WEIGHTS))
    return next((one.label for one in known if getattr(params, one.name) != 0), "")


def _field_of(wish: PreviewWish) -> Field:
    request = wish.request
    stack = corrected(wish.stack, request.drift)
    return make_field(stack, with_measured_width(request.acquisition), request.roi, request.frames)


def _run(
    solver: Solver, problem: Problem, wish: PreviewWish, place: Roi, began: float,
    tell: Callable[[PreviewPicture], None], stopped: Callable[[], bool],
) -> PreviewPicture | None:  # fmt: skip
    mean, state = problem.mean_photons, solver.init()
    first, shown_at = min(FIRST_STEPS, solver.total_steps), time.perf_counter()
    params = wish.request.params
    # Of a run's steps those are left out that the parameters were cut down by; others may come to what is set.
    left_out = getattr(params, "steps", 0) - getattr(preview_params(params), "steps", 0)
    asked, with_critic = solver.total_steps + left_out, bool(getattr(params, "delta", 0))

    def picture(result: Result) -> PreviewPicture:
        took, total = time.perf_counter() - began, solver.total_steps
        return PreviewPicture(place, result, total, asked, took, with_critic, _weight_of(params))

    def so_far() -> PreviewPicture:
        seen, size_nm = solver.image(state), problem.acquisition.pixel_size_nm
        zoom = seen.estimate.shape[0] // mean.shape[0]
        return picture(
            Result(seen.estimate, seen.background, mean, zoom, size_nm, state.step, claims=solver.claims)
        )

    while state.step < solver.total_steps:
        if stopped():
            return None
        state, _ = solver.step(state)
        due = state.step == first or (state.step > first and time.perf_counter() - shown_at > EVERY_S)
        if due and state.step < solver.total_steps:
            tell(so_far())
            shown_at = time.perf_counter()
    last = picture(solver.result(state))
    tell(last)
    return last

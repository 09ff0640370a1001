"""A reconstruction with its uncertainty: the whole recording first, then random halves of it, and how they differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fluogan_app.core.data.halves import half_frames, half_of
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Result
from fluogan_app.core.errors import SolverError
from fluogan_app.core.methods.base import Phase, Preview, Solver, State
from fluogan_app.core.methods.mosaic import Piece

if TYPE_CHECKING:
    import torch

#: Prefixes of what a state holds beside that of the solver in work.
_WHOLE, _MEAN, _SQUARES = "whole.", "halves.mean", "halves.squares"


class RepeatedSolver:
    """Runs one solver after the other, all with the same number of steps: the first gives the images.

    The others see half of the frames each, and their estimates' standard deviation is that of the first (halves.py).
    """

    def __init__(
        self, problem: Problem, repeats: int, seed: int, prepare: Callable[[Problem, int], Solver]
    ) -> None:
        """`prepare` makes a solver from frames and the repeat's number, 0 for all frames. Raises as it does."""
        half_frames(len(problem.frames), np.random.default_rng(seed))  # refuses too few frames before any work
        self._problem, self._repeats, self._seed, self._prepare = problem, repeats, seed, prepare
        self._index, self._solver = 0, prepare(problem, 0)
        self._steps, self.metrics = self._solver.total_steps, self._solver.metrics
        self.claims = self._solver.claims
        self.total_steps = self._steps * (1 + repeats)
        self._one_phase = False

    def init(self) -> State:
        """See Solver.init."""
        return self._solver_of(0).init()

    def restore(self, state: State) -> State:
        """See Solver.restore."""
        index, within = divmod(state.step, self._steps)
        own, kept = _parted(state.tensors)
        if (index > 0) != bool(kept) or index > 1 + self._repeats:
            raise SolverError("The checkpoint does not belong to these repeats.", "Start the run again.")
        tensors = {name: tensor.clone() for name, tensor in kept.items()}
        if within or not index:
            tensors |= self._solver_of(index).restore(State(within, own)).tensors
        return State(state.step, tensors)

    def step(self, state: State) -> tuple[State, Mapping[str, torch.Tensor]]:
        """One step of the repeat in work; the curves are those of the first."""
        index, within = divmod(state.step, self._steps)
        own, kept = _parted(state.tensors)
        solver = self._solver_of(index)
        part = State(within, own) if within or not index else solver.init()
        self._one_phase = self._one_phase or not within and solver.phase(part).end_step == self._steps
        part, values = solver.step(part)
        step = index * self._steps + part.step
        # Methods that go through the frames block by block are done with half of them sooner.
        if part.step == solver.total_steps:
            step = (index + 1) * self._steps
            result = solver.result(part)
            return State(step, _with_half(kept, result, index) if index else _begun(result)), {} if index else values
        return State(step, {**part.tensors, **kept}), {} if index else values

    def inside(self, state: State) -> tuple[Solver, State] | None:
        """See at_work: the run on all frames, which is the one that is shown."""
        return (self._solver_of(0), state) if state.step < self._steps else None

    def phase(self, state: State) -> Phase:
        """See Solver.phase."""
        index, within = divmod(min(state.step, self.total_steps - 1), self._steps)
        end = (index + 1) * self._steps
        if self._index == index:
            phase = self._solver.phase(State(within, state.tensors))
            name, end = phase.name, index * self._steps + phase.end_step
        if index:
            name = f"Repeat {index} of {self._repeats}"
        elif self._index:
            name = "All frames"
        return Phase(name, self.total_steps if self._one_phase else end, self._steps)

    def image(self, state: State) -> Preview:
        """See Solver.image."""
        if state.step < self._steps:
            return self._solver_of(0).image(state)
        piece = _piece(state.tensors)
        # The repeats change nothing of the image: it is that of the last step on all frames.
        return Preview(self._steps, piece.estimate, piece.background)

    def result(self, state: State) -> Result:
        """See Solver.result."""
        if state.step < self._steps:
            return self._solver_of(0).result(state)
        piece, camera = _piece(state.tensors), self._problem.acquisition
        done = state.step // self._steps - 1
        deviation = _deviation(state.tensors, done) if done > 1 else None
        measures, notes = dict(piece.measures), piece.notes
        if deviation is not None:
            light = max(float(piece.estimate.sum()), 1e-30)
            measures["estimate_deviation_percent"] = 100.0 * float(deviation.sum()) / light
        if done < self._repeats:
            notes = (f"{done} of {self._repeats} repeats are done: the deviation is not final.", *notes)
        return Result(
            estimate=piece.estimate,
            background=piece.background,
            mean=state.tensors[_WHOLE + "mean"].numpy(),
            zoom=piece.estimate.shape[0] // piece.background.shape[0],
            pixel_size_nm=camera.pixel_size_nm,
            steps=state.step,
            measures=measures,
            notes=notes,
            deviation=deviation,
            claims=self.claims,
        )

    def _solver_of(self, index: int) -> Solver:
        """The solver of a repeat; that of the one before is let go first."""
        if index != self._index:
            self._solver = None
            problem = half_of(self._problem, index, self._seed) if index else self._problem
            self._index, self._solver = index, self._prepare(problem, index)
        return self._solver


def _parted(tensors: Mapping[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """What belongs to the solver in work, and what is kept of those before."""
    own = {name: tensor for name, tensor in tensors.items() if not name.startswith((_WHOLE, "halves."))}
    return own, {name: tensor for name, tensor in tensors.items() if name not in own}


def _begun(result: Result) -> dict[str, torch.Tensor]:
    """What is kept of the run on all frames, and empty sums for the halves."""
    import torch

    piece = Piece(result.estimate, result.background, result.steps, result.measures, result.notes)
    kept = {_WHOLE + name: tensor for name, tensor in piece.tensors().items()}
    kept[_WHOLE + "mean"] = torch.from_numpy(np.ascontiguousarray(result.mean, np.float32))
    return {**kept, **{name: torch.zeros(result.estimate.shape) for name in (_MEAN, _SQUARES)}}


def _with_half(kept: Mapping[str, torch.Tensor], result: Result, index: int) -> dict[str, torch.Tensor]:
    """Mean and sum of squared deviations with one more estimate (Welford 1962). Raises SolverError for NaN."""
    import torch

    estimate = torch.from_numpy(result.estimate)
    if not torch.isfinite(estimate).all():
        raise SolverError(
            f"The computation diverged in repeat {index}: its image holds no finite numbers.",
            "Set the repeats to 0; the last good state is kept.",
        )
    change = estimate - kept[_MEAN]
    mean = kept[_MEAN] + change / index
    return {**kept, _MEAN: mean, _SQUARES: kept[_SQUARES] + change * (estimate - mean)}


def _deviation(tensors: Mapping[str, torch.Tensor], count: int) -> np.ndarray:
    return (tensors[_SQUARES] / (count - 1)).clamp(min=0.0).sqrt().numpy()


def _piece(tensors: Mapping[str, torch.Tensor]) -> Piece:
    whole = {name.removeprefix(_WHOLE): tensor for name, tensor in tensors.items() if name.startswith(_WHOLE)}
    return Piece.from_tensors(whole)

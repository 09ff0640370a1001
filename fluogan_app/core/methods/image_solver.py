"""What solvers of most methods share: a state of tensors that each step brings further, and images made of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Metric, Result
from fluogan_app.core.data.snapshot import Snapshot
from fluogan_app.core.errors import SolverError
from fluogan_app.core.methods.base import Phase, Preview, State
from fluogan_app.core.methods.explained import explained
from fluogan_app.core.methods.measured_frames import measured_frames
from fluogan_app.core.methods.remarks import recording_remarks


@dataclass(frozen=True)
class Images:
    """What a state shows.

    estimate: (zoom·Y, zoom·X) in the unit of the solver's claims. background: (Y, X) photons per frame and camera
    pixel, None where there is none. simulated: (Y, X), the mean frame in photons that these images explain, of methods
    that claim photons.
    """

    estimate: torch.Tensor
    background: torch.Tensor | None = None
    simulated: torch.Tensor | None = None


class ImageSolver(ABC):
    """Base of solvers: a method writes `begin`, `advance` and `images`, and the rest where it has more to say.

    `frames` are the sound ones in photons, (T, Y, X) float32, without hot pixels; `noise` is what they say of their
    own noise. Random numbers come from generators that the tensors hold, by names that begin with “random”.
    """

    metrics: tuple[Metric, ...] = ()

    def __init__(self, problem: Problem, zoom: int, claims: Claims, total_steps: int, device: str) -> None:
        """Checks and measures the frames. Raises DataError."""
        self.problem, self.zoom, self.claims, self.device = problem, zoom, claims, device
        self.total_steps = total_steps
        self._measured = measured_frames(problem)
        self.frames, self.noise = self._measured.found.photons, self._measured.noise

    @property
    def shape_yx(self) -> tuple[int, int]:
        """Camera pixels of the field."""
        return self.frames.shape[1:]

    @property
    def fine_shape_yx(self) -> tuple[int, int]:
        """Fine pixels of the field."""
        height, width = self.shape_yx
        return self.zoom * height, self.zoom * width

    # What a method writes

    @abstractmethod
    def begin(self) -> dict[str, torch.Tensor]:
        """The tensors before the first step: all that changes, and nothing else."""

    @abstractmethod
    def advance(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """Do step number `step` (0 is the first) in `tensors`, and give its metrics as 0-d tensors."""

    @abstractmethod
    def images(self, tensors: Mapping[str, torch.Tensor], step: int) -> Images:
        """What the tensors show after `step` steps, 0 too: finite at any time."""

    def phase_after(self, step: int) -> Phase:
        """What goes on after so many steps."""
        return Phase("At work", self.total_steps)

    def own_measures(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> Mapping[str, float]:
        """Numbers that this method alone knows, each name ending in its unit where it has one."""
        return {}

    def own_remarks(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> tuple[str, ...]:
        """Sentences on how far this image can be trusted that hold for this method alone."""
        return ()

    # The solver of the house

    def init(self) -> State:
        """See Solver.init."""
        return State(0, self.begin())

    def restore(self, state: State) -> State:
        """See Solver.restore."""
        wanted = {name: tuple(tensor.shape) for name, tensor in self.tensors_wanted(state.step).items()}
        held = {name: tuple(tensor.shape) for name, tensor in state.tensors.items()}
        if held != wanted:
            raise SolverError(
                "The checkpoint does not belong to this region and these parameters.", "Start the run again."
            )
        return State(state.step, {name: self._placed(name, tensor) for name, tensor in state.tensors.items()})

    def tensors_wanted(self, step: int) -> Mapping[str, torch.Tensor]:
        """Tensors of the names and shapes that a state after `step` steps holds; those of the beginning, if not said
        otherwise."""
        return self.begin()

    def step(self, state: State) -> tuple[State, Mapping[str, torch.Tensor]]:
        """See Solver.step."""
        tensors = dict(state.tensors)
        metrics = self.advance(tensors, state.step)
        return State(state.step + 1, tensors), metrics

    def phase(self, state: State) -> Phase:
        """See Solver.phase."""
        return self.phase_after(state.step)

    def image(self, state: State) -> Preview:
        """See Solver.image."""
        shown = self.images(state.tensors, state.step)
        return Preview(state.step, _array(shown.estimate), self._background(shown))

    def result(self, state: State) -> Result:
        """See Solver.result."""
        shown = self.images(state.tensors, state.step)
        measures = dict(self.own_measures(state.tensors, shown))
        if shown.simulated is not None:
            measures |= explained(self.noise, _array(shown.simulated).astype(float), self.problem)
        said = recording_remarks(self.problem, self.zoom, self.claims, self.noise)
        return Result(
            estimate=_array(shown.estimate),
            background=self._background(shown),
            mean=self.noise.mean.astype(np.float32),
            zoom=self.zoom,
            pixel_size_nm=self.problem.acquisition.pixel_size_nm,
            steps=state.step,
            measures=measures,
            notes=(*said, *self._measured.found.notes, *self.own_remarks(state.tensors, shown)),
            mean_deviation=np.sqrt(self.noise.mean_variance).astype(np.float32),
            claims=self.claims,
        )

    def snapshot(self, state: State) -> Snapshot | None:
        """What is shown of a state, with what it is measured against; None where no mean frame is simulated."""
        shown = self.images(state.tensors, state.step)
        if shown.simulated is None:
            return None
        return Snapshot(
            step=state.step,
            estimate=_array(shown.estimate),
            simulated=_array(shown.simulated),
            recorded=self.noise.mean,
            deviation=np.sqrt(self.noise.mean_variance),
            inner=self.problem.inner,
            place=self.problem.roi,
            pixel_size_nm=self.problem.acquisition.pixel_size_nm,
        )

    def _background(self, shown: Images) -> np.ndarray:
        return np.zeros(self.shape_yx, np.float32) if shown.background is None else _array(shown.background)

    def _placed(self, name: str, tensor: torch.Tensor) -> torch.Tensor:
        """A kept tensor where the solver wants it: generators' states stay on the processor."""
        return tensor.to("cpu" if name.startswith("random") else self.device, copy=True)


def _array(image: torch.Tensor) -> np.ndarray:
    return image.to("cpu", torch.float32, copy=True).numpy()

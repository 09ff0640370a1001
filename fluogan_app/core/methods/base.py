"""What a method is: prepare(problem, params, device, seed) gives a solver, and the runner owns the loop.

A solver holds what stays fixed (operators, weights, data on the device); everything that changes is in its `State`.
The state is the checkpoint: tensors by name, so that it goes to disk without pickles and comes back bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Metric, Result
from fluogan_app.core.errors import UsageError
from fluogan_app.core.params import Params

if TYPE_CHECKING:  # torch is loaded by a method that needs it, never by looking at what methods there are
    import torch


@dataclass
class State:
    """Everything that changes during a run. `tensors` includes counters, optimiser moments and generator states.

    A solver may update the tensors in place: who wants to keep a state takes a `copy()`. `finished` holds, on the CPU,
    what is computed and never changes again, by "PART.name": copies share it, and it goes to disk once.
    """

    step: int
    tensors: dict[str, torch.Tensor] = field(default_factory=dict)
    finished: dict[str, torch.Tensor] = field(default_factory=dict)

    def copy(self) -> State:
        """An independent copy on the CPU, for a checkpoint or as the last good state."""
        tensors = {name: tensor.detach().to("cpu", copy=True) for name, tensor in self.tensors.items()}
        return State(self.step, tensors, dict(self.finished))


@dataclass(frozen=True)
class Preview:
    """Images of the running reconstruction: estimate (zoom·Y, zoom·X) and background (Y, X), float32 photons.

    Those of a large field are thinned out, each to its own size, and cover it all the same.
    """

    step: int
    estimate: np.ndarray
    background: np.ndarray


@dataclass(frozen=True)
class Phase:
    """A stretch of steps of one kind and speed: its name in two or three words, and the step at which it ends.

    round_steps: where the same phases come again and again, after how many steps; 0 where they do not.
    """

    name: str
    end_step: int
    round_steps: int = 0


@dataclass(frozen=True)
class Preset:
    """A named set of a method's parameters; those that it does not name are left at their defaults."""

    name: str
    title: str
    help: str
    values: Mapping[str, Any]


class Solver(Protocol):
    """A prepared computation. `step` returns the next state and its metrics as 0-d tensors, without a host sync.

    `total_steps` follows from the parameters and the number of frames alone: all tiles of a field take as many.
    """

    total_steps: int
    metrics: tuple[Metric, ...]
    claims: Claims

    def init(self) -> State:
        """The state before the first step."""

    def restore(self, state: State) -> State:
        """A state that was kept on the CPU, back on this solver's device. Raises SolverError where it does not fit."""

    def step(self, state: State) -> tuple[State, Mapping[str, torch.Tensor]]:
        """One step. A metric that is not computed in this step is left out."""

    def phase(self, state: State) -> Phase:
        """What is going on, for the progress line: "Mean fit", "Against the critic"."""

    def image(self, state: State) -> Preview:
        """Copies for display."""

    def result(self, state: State) -> Result:
        """The reconstruction at this state."""


class Method(Protocol):
    """One way to reconstruct. `name` is what the command line calls it; `params_type` declares its parameters.

    The first of `presets` is that of all defaults.
    """

    name: str
    title: str
    summary: str
    citation: str
    params_type: type[Params]
    presets: tuple[Preset, ...]

    def claims(self, params: Any) -> Claims:
        """What its images are with these parameters. Loads no torch."""

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """Put data and operators on the device. Raises DataError, ParameterError, DeviceError, OutOfMemoryError."""

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """A rough upper estimate of the memory that a run on frames of this shape takes."""


def draws_lots(method: Method) -> bool:
    """Whether other seeds give other images. A method of which that is so says it by `draws_lots = True`."""
    return getattr(method, "draws_lots", False)


def preset_named(method: Method, name: str) -> Preset:
    """One of a method's presets. Raises UsageError."""
    named = {preset.name: preset for preset in method.presets}
    if name not in named:
        raise UsageError(f"There is no preset “{name}”.", f"Known are {', '.join(named)}.")
    return named[name]

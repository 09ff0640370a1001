"""A small solver whose answer is known, and which can be made to fail: for the tests of jobs and projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Metric, Result
from fluogan_app.core.methods.base import Phase, Preview, State
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import Params, param

METRICS = (
    Metric("distance", "Distance", "photons", "convergence"),
    Metric("photons_estimate", "Σx", "photons", "photons"),
    Metric("rare", "Every third step", "", "critic"),
)


class WalkParams(Params):
    """Of a method that walks at random towards the mean."""

    steps: int = param(20, label="Steps", ge=1, le=100_000, help="Steps of the walk.")
    zoom: int = param(2, label="Zoom L", ge=1, le=12, help="Fine pixels per camera pixel.")


@dataclass
class WalkSolver:
    """x ← x + (mean − x)/10 + noise from a generator in the state, so that a lost state shows in the next step.

    `during` is called in each step with its number; what it raises, the solver raises. `running_from` names the step
    at which a second phase begins.
    """

    mean: np.ndarray
    total_steps: int = 20
    zoom: int = 2
    seed: int = 0
    pixel_size_nm: float = 100.0
    during: Callable[[int], None] = lambda step: None
    nan_metric_at: int = -1
    nan_state_at: int = -1
    running_from: int = 0
    metrics: tuple[Metric, ...] = METRICS
    claims: Claims = LIGHT
    steps_taken: list[int] = field(default_factory=list)

    def init(self) -> State:
        import torch

        generator = torch.Generator().manual_seed(self.seed)
        shape = tuple(self.zoom * side for side in self.mean.shape)
        return State(0, {"x": torch.zeros(shape), "generator": generator.get_state(), "count": torch.tensor(0)})

    def restore(self, state: State) -> State:
        return state.copy()

    def step(self, state: State) -> tuple[State, Mapping]:
        import torch

        number = state.step + 1
        self.during(number)
        self.steps_taken.append(number)
        generator = torch.Generator()
        generator.set_state(state.tensors["generator"])
        x = state.tensors["x"]
        x += 0.1 * (self._target() - x) + 0.01 * torch.randn(x.shape, generator=generator)
        if number == self.nan_state_at:
            x[0, 0] = float("nan")
        state.tensors["generator"] = generator.get_state()
        state.tensors["count"] += 1
        return State(number, state.tensors), self._metrics(number, x)

    def phase(self, state: State) -> Phase:
        if self.running_from and state.step >= self.running_from:
            return Phase("Running", self.total_steps)
        return Phase("Walking", self.running_from or self.total_steps)

    def image(self, state: State) -> Preview:
        return Preview(state.step, state.tensors["x"].numpy().copy(), self.mean * np.float32(0.5))

    def result(self, state: State) -> Result:
        preview = self.image(state)
        measures = {"photon_balance_percent": 0.5, "undefined": float("nan")}
        return Result(
            preview.estimate, preview.background, self.mean, self.zoom, self.pixel_size_nm, state.step,
            measures, ("A note.",),
        )  # fmt: skip

    def _target(self):
        import torch

        return torch.from_numpy(np.kron(self.mean, np.ones((self.zoom, self.zoom), np.float32)))

    def _metrics(self, number: int, x) -> dict:
        import torch

        distance = (x - self._target()).abs().mean() * (float("nan") if number == self.nan_metric_at else 1.0)
        values = {"distance": distance, "photons_estimate": x.sum()}
        return values | ({"rare": torch.tensor(float(number))} if number % 3 == 0 else {})


@dataclass
class WalkMethod:
    """The walk as a method. `options` go to the solvers that it makes, which are kept in `solvers`."""

    name: str = "walk"
    draws_lots: bool = True
    title: str = "Walk"
    summary: str = "Walks at random towards the mean."
    citation: str = ""
    params_type: type[Params] = WalkParams
    options: dict = field(default_factory=dict)
    solvers: list[WalkSolver] = field(default_factory=list)

    def prepare(self, problem: Problem, params: WalkParams, device: str, seed: int) -> WalkSolver:
        mean, size_nm = problem.photons.mean(axis=0), problem.acquisition.pixel_size_nm
        self.solvers.append(WalkSolver(mean, params.steps, params.zoom, seed, size_nm, **self.options))
        return self.solvers[-1]

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: WalkParams) -> int:
        return 0


@pytest.fixture
def make_walk() -> Callable[..., WalkSolver]:
    """Makes a solver on a 5 × 7 mean; keyword arguments as for WalkSolver."""
    mean = np.arange(35, dtype=np.float32).reshape(5, 7)
    return lambda **options: WalkSolver(mean, **options)


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch) -> WalkMethod:
    """The walk, entered among the methods for one test."""
    method = WalkMethod()
    monkeypatch.setitem(METHODS, method.name, method)
    return method

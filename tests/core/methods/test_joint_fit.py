"""The joint fit by gradient steps: it never climbs, and ends where an independent solver of eq. (14) does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.base import State
from fluogan_app.core.methods.fluogan.joint_fit import JointFit
from fluogan_app.core.methods.fluogan.model import Model
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.schedule import FULL_FIT
from fluogan_app.core.methods.fluogan.solver import FluoganSolver
from tests.core.methods.dense_model import (
    SHAPE,
    ZOOM,
    curvature,
    flattened,
    least,
    make_model,
    objective,
    slope_at_zero,
)

Tensors = dict[str, torch.Tensor]


def random_prices(model: Model, seed: int = 3) -> list[torch.Tensor]:
    source = torch.Generator().manual_seed(seed)
    return [0.03 + 1.5 * torch.rand(pull.shape, generator=source, dtype=pull.dtype) for pull in model.sparsity]


def begun(model: Model) -> tuple[JointFit, Tensors]:
    """From the even start, at prices that differ from spot to spot."""
    joint, tensors = JointFit(model, averaged=False), {}
    joint.begin(tensors, joint.even_start(), random_prices(model))
    return joint, tensors


def loss(joint: JointFit, tensors: Tensors) -> float:
    shown = joint.picture(tensors)
    return objective(joint.priced(tensors), flattened(shown.spots, shown.background))


def rest(joint: JointFit, tensors: Tensors) -> None:
    """Take the momentum away, so that the next step is a plain one."""
    tensors |= {f"ahead.{name}": tensors[name].clone() for name in joint.names}
    tensors["momentum"] = torch.ones_like(tensors["momentum"])


def losses_of_plain_steps(count: int, shorter: float = 1.0) -> np.ndarray:
    """With majorants multiplied by `shorter`, that is, steps divided by it."""
    joint, tensors = begun(make_model())
    model = joint.priced(tensors)
    metrics = tuple(shorter * metric for metric in model.metrics)
    steps = replace(model, metrics=metrics, metric_b=shorter * model.metric_b)
    hessian, slope = curvature(model), slope_at_zero(model)
    dark, losses = objective(model, np.zeros_like(slope)), []
    for _ in range(count):
        rest(joint, tensors)
        joint.step(tensors, steps, None)
        shown = joint.picture(tensors)
        unknowns = flattened(shown.spots, shown.background)
        losses.append(dark + slope @ unknowns + 0.5 * unknowns @ hessian @ unknowns)
    return np.array(losses)


def climbs(losses: np.ndarray) -> bool:
    return bool((np.diff(losses) > 1e-12 * losses[:-1]).any())


def test_a_plain_step_never_climbs():
    assert not climbs(losses_of_plain_steps(300))


def test_the_descent_check_sees_steps_that_are_too_long():
    assert climbs(losses_of_plain_steps(300, shorter=0.25))


@pytest.mark.parametrize("detail", [None, 0.0])
def test_it_ends_where_a_quasi_newton_solver_does(detail):
    joint, tensors = begun(make_model(detail=detail))
    model = joint.priced(tensors)
    for _ in range(4000):
        joint.step(tensors, model, None)
    assert loss(joint, tensors) == pytest.approx(least(model), rel=1e-6)


def test_that_comparison_sees_a_fit_that_is_not_done():
    joint, tensors = begun(make_model())
    model = joint.priced(tensors)
    for _ in range(30):
        joint.step(tensors, model, None)
    assert loss(joint, tensors) > least(model) * (1 + 1e-4)


def test_the_average_favours_late_steps():
    joint, tensors = JointFit(make_model(), averaged=True), {}
    joint.begin(tensors, joint.even_start(), random_prices(make_model()))
    passed = []
    for _ in range(12):
        joint.step(tensors, joint.priced(tensors), torch.zeros(SHAPE, dtype=torch.float64))
        passed.append(tensors["b"].clone())
    # Step n of N weighs as (n + 2)(n + 1) n, a polynomial of degree LATE = 3 (Shamir and Zhang 2013).
    weights = torch.tensor([n * (n + 1.0) * (n + 2.0) for n in range(1, 13)], dtype=torch.float64)
    expected = (weights[:, None, None] * torch.stack(passed)).sum(dim=0) / weights.sum()
    torch.testing.assert_close(joint.picture(tensors).background, expected, rtol=1e-12, atol=1e-12)


@pytest.fixture
def solver(make) -> FluoganSolver:
    """In float64 on a field of bright and dark pixels: one fit of the mean, then all together."""
    source = np.random.default_rng(2)
    mean = 4.0 + 90.0 * source.random(SHAPE) ** 6
    frames = source.poisson(mean, (20, *SHAPE)).astype(np.float32)
    params = FluoganParams(zoom=ZOOM, delta=0, detail=0.25, steps=10_000)
    return FluoganSolver(make(frames), params, "cpu", 0, torch.float64)


def test_the_curve_shows_the_objective_itself(solver):
    state, metrics = solver.init(), {}
    while state.step < FULL_FIT + 5:
        state, metrics = solver.step(state)
    shown = solver._shown(state)
    value = objective(solver._joint.priced(state.tensors), flattened(shown.spots, shown.background))
    assert float(metrics["loss_generator"]) == pytest.approx(value, rel=1e-12)


def begun_evenly(solver: FluoganSolver, state: State) -> Tensors:
    """The even start at the prices of a state."""
    tensors: Tensors = {}
    prices = [state.tensors[f"price.{texture.kind.name}"] for texture in solver._model.textures]
    solver._joint.begin(tensors, solver._joint.even_start(), prices)
    return tensors


def test_all_together_it_goes_on_where_the_fits_of_the_mean_ended(solver):
    state = solver.init()
    while state.step < FULL_FIT:
        before, (state, _) = state, solver.step(state)
    assert solver.phase(before).name == "Mean fit" and solver.phase(state).name == "All together"
    joint = solver._joint
    dark, settled = loss(joint, begun_evenly(solver, state)), loss(joint, state.tensors)
    for _ in range(400):
        state, _ = solver.step(state)
    least_found = loss(joint, state.tensors)
    # The last prices stood for a third of a fit only, so something is left to do; most is done, and none is lost.
    assert least_found <= settled < least_found + 0.5 * (dark - least_found)
    assert least_found == pytest.approx(least(joint.priced(state.tensors)), rel=1e-3)

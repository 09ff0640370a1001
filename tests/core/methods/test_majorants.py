"""The step sizes: the diagonal majorants lie above the curvature of eq. (14), so that no step climbs, and are tight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from fluogan_app.core.methods.base import State
from fluogan_app.core.methods.fluogan.model import Model, build_model, gradient_energy, laplacian
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.solver import FluoganSolver
from fluogan_app.core.methods.fluogan.texture import make_textures
from fluogan_app.core.methods.fluogan.weights import Noise

SHAPE, ZOOM, FWHM = (5, 7), 2, 3.0
PIXELS = SHAPE[0] * SHAPE[1]


def make_noise(seed: int = 4) -> Noise:
    """Of a field whose pixels differ in variance up to a hundredfold."""
    source = np.random.default_rng(seed)
    mean = 5.0 + 60.0 * source.random(SHAPE) ** 3
    variance = 10.0 ** source.uniform(-2, 0, SHAPE)
    return Noise(mean, np.ones(9), 1.0, 0.0, 9 * variance, variance, 1.0)


def make_model(**params: float) -> Model:
    chosen = FluoganParams(**{"zoom": ZOOM, "delta": 0, **params})
    textures = make_textures(SHAPE, ZOOM, FWHM / 2.3548, chosen.detail, "cpu", torch.float64)
    return build_model(make_noise(), textures, FWHM, chosen)


def dense_blur(model: Model) -> np.ndarray:
    """K = [ΨK₁, ΨK₂, 1], column by column: (pixels, unknowns)."""
    parts = []
    for texture in model.textures:
        count = int(np.prod(texture.blur.fine_shape))
        units = torch.eye(count, dtype=torch.float64).reshape(count, *texture.blur.fine_shape)
        parts.append(texture.blur.apply(units).reshape(count, PIXELS).numpy().T)
    return np.hstack([*parts, np.eye(PIXELS)])


def roughness() -> np.ndarray:
    """R with ½ bᵀRb = ½ ‖∇b‖²: each pair of neighbours, taken one by one."""
    matrix = np.zeros((PIXELS, PIXELS))
    for row in range(SHAPE[0]):
        for column in range(SHAPE[1]):
            for other in ((row + 1, column), (row, column + 1)):
                if other[0] < SHAPE[0] and other[1] < SHAPE[1]:
                    pair = np.zeros(PIXELS)
                    pair[row * SHAPE[1] + column], pair[other[0] * SHAPE[1] + other[1]] = 1, -1
                    matrix += np.outer(pair, pair)
    return matrix


def curvature(model: Model) -> np.ndarray:
    """Second derivatives of the smooth part of eq. (14)."""
    blur = dense_blur(model)
    hessian = blur.T @ (model.gamma * model.weights.numpy().reshape(-1, 1) * blur)
    hessian[-PIXELS:, -PIXELS:] += model.smoothness * roughness()
    return hessian


def diagonal(model: Model) -> np.ndarray:
    return np.concatenate([metric.numpy().ravel() for metric in (*model.metrics, model.metric_b)])


def worst_ratio(hessian: np.ndarray, majorant: np.ndarray) -> float:
    """Largest eigenvalue of D^−½ H D^−½: at most 1 exactly where D − H is positive semidefinite."""
    scale = 1 / np.sqrt(majorant)
    return float(np.linalg.eigvalsh(scale[:, None] * hessian * scale).max())


@pytest.mark.parametrize("detail", [0.25, 0.0])
@pytest.mark.parametrize("lambda2", [0.0, 0.01, 1.0, 100.0])
def test_majorants_lie_above_the_curvature(detail, lambda2):
    model = make_model(detail=detail, lambda2=lambda2, gamma=2.5)
    assert worst_ratio(curvature(model), diagonal(model)) <= 1 + 1e-10


def test_without_smoothness_they_touch_it():
    # KᵀWKv = Dv for the v that they are made with, so no common factor could be saved.
    model = make_model(lambda2=0.0)
    assert worst_ratio(curvature(model), diagonal(model)) == pytest.approx(1.0, abs=1e-10)
    assert worst_ratio(curvature(model), 0.95 * diagonal(model)) > 1.05


def test_the_check_sees_the_curvatures_own_diagonal_taken_for_a_majorant():
    model = make_model()
    assert worst_ratio(curvature(model), np.diag(curvature(model))) > 2


def test_weights_are_one_over_the_variance_of_the_mean_in_the_models_unit():
    model, noise = make_model(), make_noise()
    np.testing.assert_allclose(model.weights.numpy() / model.unit_photons**2, 1 / noise.mean_variance, rtol=1e-12)
    np.testing.assert_allclose(model.mean.numpy() * model.unit_photons, noise.mean, rtol=1e-12)


def test_the_backgrounds_roughness_and_its_gradient():
    matrix = roughness()
    background = torch.randn(SHAPE, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    flat = background.numpy().ravel()
    assert float(gradient_energy(background)) == pytest.approx(0.5 * flat @ matrix @ flat, rel=1e-12)
    np.testing.assert_allclose(laplacian(background).numpy().ravel(), matrix @ flat, atol=1e-12)
    # What the majorant of the background takes it for.
    assert np.linalg.eigvalsh(matrix).max() < 8


@pytest.fixture
def solver(make) -> FluoganSolver:
    """A mean fit in float64 on a field of bright and dark pixels."""
    source = np.random.default_rng(2)
    mean = 4.0 + 90.0 * source.random(SHAPE) ** 6
    frames = source.poisson(mean, (20, *SHAPE)).astype(np.float32)
    params = FluoganParams(zoom=ZOOM, delta=0, steps=10_000)
    return FluoganSolver(make(frames), params, "cpu", 0, torch.float64)


def pulls(model: Model) -> np.ndarray:
    return np.concatenate([*(pull.numpy().ravel() for pull in model.sparsity), np.zeros(PIXELS)])


def objective(model: Model, unknowns: np.ndarray) -> tuple[float, np.ndarray]:
    """Eq. (14) with δ = 0 and its gradient, from dense matrices."""
    rest = dense_blur(model) @ unknowns - model.mean.numpy().ravel()
    weighted = model.gamma * model.weights.numpy().ravel() * rest
    bent = model.smoothness * roughness() @ unknowns[-PIXELS:]
    value = 0.5 * weighted @ rest + pulls(model) @ unknowns + 0.5 * unknowns[-PIXELS:] @ bent
    gradient = dense_blur(model).T @ weighted + pulls(model)
    gradient[-PIXELS:] += bent
    return float(value), gradient


def unknowns_of(solver: FluoganSolver, state: State) -> np.ndarray:
    names = [name for name in ("fine", "wide", "b") if name in state.tensors]
    return np.concatenate([state.tensors[name].numpy().ravel() for name in names])


def at_rest(state: State) -> State:
    """The same point without momentum, so that the next step is a plain one."""
    still = {name: state.tensors[name.removeprefix("ahead.")] for name in state.tensors if name.startswith("ahead.")}
    tensors = {**state.tensors, **still, "momentum": torch.ones_like(state.tensors["momentum"])}
    return State(state.step, {name: tensor.clone() for name, tensor in tensors.items()})


def losses_of_plain_steps(solver: FluoganSolver, count: int) -> np.ndarray:
    state, losses = solver.init(), []
    for _ in range(count):
        state, metrics = solver.step(at_rest(state))
        losses.append(float(metrics["loss_generator"]))
    return np.array(losses)


def climbs(losses: np.ndarray) -> bool:
    return bool((np.diff(losses) > 1e-12 * losses[:-1]).any())


def test_a_plain_step_never_climbs(solver):
    assert not climbs(losses_of_plain_steps(solver, 300))


def test_the_descent_check_sees_steps_that_are_too_long(solver):
    model = solver._model
    solver._model = replace(
        model, metrics=tuple(metric / 4 for metric in model.metrics), metric_b=model.metric_b / 4
    )
    assert climbs(losses_of_plain_steps(solver, 300))


def test_the_curve_shows_the_objective_itself(solver):
    state, metrics = solver.step(solver.init())
    value, _ = objective(solver._model, unknowns_of(solver, state))
    assert float(metrics["loss_generator"]) == pytest.approx(value, rel=1e-12)


def test_the_mean_fit_ends_where_a_quasi_newton_solver_does(solver):
    model = solver._model
    blur, rough = dense_blur(model), roughness()
    state = solver.init()
    start = unknowns_of(solver, state)
    for _ in range(4000):
        state, metrics = solver.step(state)
    # The price of insignificant spots was set on the way; what is minimised from there on includes it.
    model = model.priced(state.tensors["price"]) if "price" in state.tensors else model
    hessian, linear = curvature(model), objective(model, np.zeros_like(start))[1]
    offset = objective(model, np.zeros_like(start))[0]
    assert blur.shape == (PIXELS, start.size) and rough.shape == (PIXELS, PIXELS)
    found = minimize(
        lambda x: (offset + linear @ x + 0.5 * x @ hessian @ x, linear + hessian @ x), start, jac=True,
        method="L-BFGS-B", bounds=[(0, None)] * start.size,
        options={"maxiter": 20_000, "maxfun": 40_000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 30},
    )  # fmt: skip
    assert float(metrics["loss_generator"]) == pytest.approx(found.fun, rel=1e-6)

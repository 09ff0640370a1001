"""Intensities on a known support: against the answer in closed form, against differences, and the discrepancy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.light_on_support import LightFit, LightProblem, roughness
from fluogan_app.core.optics.operators import ForwardOperator, gaussian_operator

SHAPE_YX, ZOOM = (9, 11), 2


@pytest.fixture(scope="module")
def blur() -> ForwardOperator:
    return gaussian_operator(SHAPE_YX, ZOOM, 1.2, dtype=torch.float64)


def image(shape: tuple[int, ...], seed: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def line(blur: ForwardOperator) -> torch.Tensor:
    """Ω: a line with a corner."""
    support = torch.zeros(blur.fine_shape, dtype=torch.bool)
    support[8, 4:16] = support[8:13, 15] = True
    return support


def fitted(fit: LightFit, support: torch.Tensor, mean: torch.Tensor, mu: float, steps: int, newton: int = 0) -> dict:
    tensors = fit.begin(support, torch.ones(support.shape, dtype=torch.float64), torch.full_like(mean, 1.0), mu)
    for step in range(steps):
        fit.step(tensors)
        if newton and step % newton == newton - 1:
            fit.correct_mu(tensors, 1.0)
    return tensors


def test_without_noise_the_light_on_its_support_comes_back(blur) -> None:
    support = line(blur)
    truth, background = 20.0 * support * (1.0 + image(blur.fine_shape, 1)), torch.full(SHAPE_YX, 3.0).double()
    mean = blur.apply(truth) + background
    tensors = fitted(LightFit(LightProblem(blur, mean, torch.ones_like(mean), 100.0, 1.0)), support, mean, 0.0, 900)
    seen = blur.apply(tensors["x"]) + tensors["b"]
    torch.testing.assert_close(seen, mean, rtol=1e-2, atol=0)
    assert float(tensors["x"][~support].abs().max()) == 0.0
    assert float((tensors["x"] - truth).norm() / truth.norm()) < 0.2
    assert float(tensors["x"].sum()) == pytest.approx(float(truth.sum()), rel=0.01)


def dense_minimum(blur: ForwardOperator, problem: LightProblem, support: torch.Tensor, mu: float) -> torch.Tensor:
    """x on Ω and b of the problem without signs, by its normal equations: what is above zero anyway must agree."""
    fine, coarse = int(np.prod(blur.fine_shape)), int(np.prod(SHAPE_YX))
    units = torch.eye(fine, dtype=torch.float64).reshape(fine, *blur.fine_shape)
    psi = blur.apply(units).reshape(fine, -1).T[:, support.flatten()]
    rough = torch.stack([roughness(unit, support).flatten() for unit in units])[support.flatten()][:, support.flatten()]
    everywhere = torch.ones(SHAPE_YX, dtype=torch.bool)
    smooth = torch.stack([
        roughness(unit, everywhere).flatten() for unit in torch.eye(coarse).double().reshape(coarse, *SHAPE_YX)
    ])
    both = torch.cat([psi, torch.eye(coarse, dtype=torch.float64)], dim=1)
    weights = torch.diag(problem.weights.flatten())
    normal = both.T @ weights @ both + torch.block_diag(mu * rough, problem.beta * smooth)
    return torch.linalg.solve(normal, both.T @ weights @ problem.mean.flatten())


def bright_problem(blur: ForwardOperator, expected: float = 1.0) -> tuple[LightProblem, torch.Tensor]:
    support = line(blur)
    truth = support * (30.0 + 5.0 * image(blur.fine_shape, 2))
    mean = blur.apply(truth) + 4.0 + 0.1 * torch.randn(SHAPE_YX, generator=torch.Generator().manual_seed(4)).double()
    return LightProblem(blur, mean, 0.5 + image(SHAPE_YX, 3), 10.0, expected), support


def test_the_minimum_is_that_of_the_normal_equations(blur) -> None:
    problem, support = bright_problem(blur)
    tensors = fitted(LightFit(problem), support, problem.mean, 0.05, 900)
    wanted = dense_minimum(blur, problem, support, 0.05)
    assert float(wanted.min()) > 0.0
    found = torch.cat([tensors["x"][support], tensors["b"].flatten()])
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)


def test_the_slope_of_the_misfit_is_the_difference(blur) -> None:
    problem, support = bright_problem(blur)
    fit, mu = LightFit(problem), 0.05

    def misfit(at: float) -> float:
        found = dense_minimum(blur, problem, support, at)
        x = torch.zeros(blur.fine_shape, dtype=torch.float64)
        x[support] = found[: int(support.sum())]
        return float(fit.misfit({"x": x, "b": found[int(support.sum()):].reshape(SHAPE_YX)}))

    tensors = fitted(fit, support, problem.mean, mu, 900)
    difference = (misfit(1.01 * mu) - misfit(0.99 * mu)) / (0.02 * mu)
    assert fit.misfit_slope(tensors, steps=200) == pytest.approx(difference, rel=0.02)


def test_newton_finds_the_smoothness_at_which_the_residual_is_the_noise(blur) -> None:
    problem, support = bright_problem(blur, expected=1.0)
    fit = LightFit(problem)
    rough, smooth = (float(fit.misfit(fitted(fit, support, problem.mean, mu, 400))) for mu in (0.001, 1.0))
    between = LightProblem(blur, problem.mean, problem.weights, problem.beta, 0.5 * (rough + smooth))
    tensors = fitted(LightFit(between), support, problem.mean, 0.01, 700, newton=50)
    assert float(LightFit(between).misfit(tensors)) == pytest.approx(1.0, rel=0.03)
    assert 0.001 < float(tensors["mu"]) < 1.0


def test_neighbours_beside_the_support_are_no_edge(blur) -> None:
    """An even line costs nothing, however thin it is."""
    support = line(blur)
    assert float(roughness(7.0 * support, support).abs().max()) == 0.0
    assert float(roughness(7.0 * support, torch.ones_like(support)).abs().max()) > 1.0


def test_pixels_of_no_weight_say_nothing(blur) -> None:
    problem, support = bright_problem(blur)
    weights = problem.weights.clone()
    weights[4, 5] = 0.0
    wrong = problem.mean.clone()
    wrong[4, 5] += 500.0
    results = [
        fitted(LightFit(LightProblem(blur, mean, weights, 10.0, 1.0)), support, mean, 0.05, 200)["x"]
        for mean in (problem.mean, wrong)
    ]
    torch.testing.assert_close(*results, rtol=1e-9, atol=1e-9)

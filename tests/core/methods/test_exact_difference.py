"""The gradient through Poisson numbers: the derivative in use against the exact difference (2023 paper, eq. 19)."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import poisson

from fluogan_app.core.methods.fluogan.critic import CriticShape, initial_weights, scores
from fluogan_app.core.methods.fluogan.model import Model
from fluogan_app.core.optics.noise import draw_emission
from fluogan_app.core.rng import make_generator

GAMMA, GAIN = 1.7, 2.5
EXPECTED = np.array([[0.3, 2.0, 6.5], [1.1, 4.0, 0.05]])  # photons per pixel and frame
RECORDED = np.array([[4.0, 1.0, 20.0], [0.0, 11.0, 2.0]])  # counts
PHOTONS = np.arange(80)  # beyond 79 photons the law holds less than 1e-50


def law(expected: float) -> np.ndarray:
    return poisson.pmf(PHOTONS, expected)


def data_term(photons: np.ndarray, recorded: float) -> np.ndarray:
    """Eq. (14) for one pixel of one frame: γ/2 (gain · q − y)²."""
    return 0.5 * GAMMA * (GAIN * photons - recorded) ** 2


def exact_difference(expected: float, recorded: float) -> float:
    """E[f(q + 1) − f(q)], summed over the law."""
    return float(law(expected) @ (data_term(PHOTONS + 1, recorded) - data_term(PHOTONS, recorded)))


def mean_derivative(expected: float, recorded: float) -> float:
    """E[f′(q)], summed over the law."""
    return float(law(expected) @ (GAMMA * GAIN * (GAIN * PHOTONS - recorded)))


def pixels() -> list[tuple[float, float]]:
    return list(zip(EXPECTED.ravel().tolist(), RECORDED.ravel().tolist()))


@pytest.mark.parametrize(("expected", "recorded"), pixels())
def test_the_exact_difference_is_the_slope_of_the_expected_term(expected, recorded):
    # The expected term is a parabola in the expected photons: a central difference is its slope but for rounding.
    step = 1e-2
    above, below = (law(expected + sign * step) @ data_term(PHOTONS, recorded) for sign in (1, -1))
    assert exact_difference(expected, recorded) == pytest.approx((above - below) / (2 * step), rel=1e-9)


@pytest.mark.parametrize(("expected", "recorded"), pixels())
def test_it_exceeds_the_derivative_by_half_gamma_gain_squared(expected, recorded):
    excess = exact_difference(expected, recorded) - mean_derivative(expected, recorded)
    assert excess == pytest.approx(0.5 * GAMMA * GAIN**2, rel=1e-12)


def test_the_excess_is_no_such_constant_for_another_term():
    # A cubic's difference exceeds its derivative by 3 E[q] + 1, which depends on the light.
    excess = [law(light) @ ((PHOTONS + 1) ** 3 - PHOTONS**3 - 3 * PHOTONS**2) for light in (1.0, 5.0)]
    assert excess[1] - excess[0] == pytest.approx(12.0)


def test_the_gradient_in_use_is_the_mean_derivative():
    counts = torch.from_numpy(RECORDED)
    model = Model(
        textures=(), mean=counts, weights=torch.ones_like(counts), gamma=GAMMA, sparsity=(), smoothness=0.0,
        metrics=(), metric_b=counts, stiffness=(), unit_photons=1.0,
    )  # fmt: skip
    in_use = GAIN * model.data_gradient(GAIN * torch.from_numpy(EXPECTED), torch.zeros_like(counts))
    wanted = [mean_derivative(*pixel) for pixel in pixels()]
    np.testing.assert_allclose(in_use.numpy().ravel(), wanted, rtol=1e-12)


SIDE = 9


def critics_difference_and_derivative(light: float, draws: int = 60) -> tuple[torch.Tensor, torch.Tensor]:
    """E[D(q + e_i) − D(q)] and E[∂D(q)/∂q_i] of an even patch for each pixel i, over the same drawn photons.

    Patches are standardised, so that one photon is 1/√light of the noise.
    """
    shape, generator = CriticShape((SIDE, SIDE), 2, 3, 3, True, "mean", 0.2, 7, "linear"), make_generator(1)
    weights = {name: value.double() for name, value in initial_weights(shape, generator).items()}
    photons = torch.poisson(torch.full((draws, SIDE, SIDE), light, dtype=torch.float64), generator=generator)
    scene = torch.zeros(SIDE, SIDE, dtype=torch.float64)

    def judged(patches: torch.Tensor) -> torch.Tensor:
        return scores(weights, shape, (patches - light) / light**0.5, scene.expand(len(patches), -1, -1))

    added = torch.eye(SIDE**2, dtype=torch.float64).reshape(-1, SIDE, SIDE)
    exact = torch.stack([(judged(photons + one) - judged(photons)).mean() for one in added])
    start = photons.clone().requires_grad_()
    (slope,) = torch.autograd.grad(judged(start).sum(), start)
    return exact, slope.mean(dim=0).flatten()


def critics_gap(light: float, scale: float = 1.0) -> float:
    exact, derivative = critics_difference_and_derivative(light)
    return float((scale * derivative - exact).norm() / exact.norm())


def test_the_critics_derivative_nears_the_exact_difference_as_one_photon_gets_small_beside_the_noise():
    dim, middle, bright = (critics_gap(light) for light in (4.0, 64.0, 1024.0))
    # A photon crosses the critic's kinks in proportion to its size beside the noise, 1/√light.
    assert dim < 0.3 and middle < 0.1 and bright < 0.05
    assert bright < middle < dim


def test_that_comparison_sees_a_derivative_for_standardised_frames_taken_for_that_of_photons():
    assert critics_gap(64.0, scale=64.0**0.5) > 1


KAPPA, SHARE = 6.0, 0.3  # light of one event, and the part of it that reaches the pixel


def seen(light: np.ndarray) -> np.ndarray:
    """γ/2 (ψz − y)² of what a fluctuating fine pixel's light z puts into one camera pixel (2024 paper, eq. 9)."""
    return 0.5 * GAMMA * (SHARE * light - 4.0) ** 2


@pytest.mark.parametrize("estimate", [0.4, 3.0, 17.0])
def test_for_events_of_kappa_photons_the_difference_is_that_of_one_event_per_kappa(estimate):
    events = law(estimate / KAPPA)
    exact = events @ (seen(KAPPA * (PHOTONS + 1)) - seen(KAPPA * PHOTONS)) / KAPPA
    # The expected term is a parabola in x: a central difference is its slope but for rounding.
    above, below = (law((estimate + sign * 1e-2) / KAPPA) @ seen(KAPPA * PHOTONS) for sign in (1, -1))
    assert exact == pytest.approx((above - below) / 2e-2, rel=1e-8)
    derivative = events @ (GAMMA * SHARE * (SHARE * KAPPA * PHOTONS - 4.0))
    assert exact - derivative == pytest.approx(0.5 * GAMMA * KAPPA * SHARE**2, rel=1e-10)
    one_photon = events @ (seen(KAPPA * PHOTONS + 1) - seen(KAPPA * PHOTONS))
    assert abs(one_photon - exact) > 0.1 * GAMMA * KAPPA * SHARE**2  # what taking κ for 1 would give


def critics_gap_for_events(kappa: float, light: float = 200.0, draws: int = 60) -> float:
    """The same for light that comes in events of κ photons: [D(z + κe_i) − D(z)] / κ against ∂D/∂z_i."""
    shape, generator = CriticShape((SIDE, SIDE), 2, 3, 3, True, "mean", 0.2, 7, "linear"), make_generator(1)
    weights = {name: value.double() for name, value in initial_weights(shape, generator).items()}
    expected = torch.full((draws, SIDE, SIDE), light, dtype=torch.float64)
    emitted = draw_emission(expected, kappa, generator)
    scene = torch.zeros(SIDE, SIDE, dtype=torch.float64)

    def judged(patches: torch.Tensor) -> torch.Tensor:
        return scores(weights, shape, (patches - light) / light**0.5, scene.expand(len(patches), -1, -1))

    added = kappa * torch.eye(SIDE**2, dtype=torch.float64).reshape(-1, SIDE, SIDE)
    exact = torch.stack([(judged(emitted + one) - judged(emitted)).mean() for one in added]) / kappa
    start = emitted.clone().requires_grad_()
    (slope,) = torch.autograd.grad(judged(start).sum(), start)
    return float((slope.mean(dim=0).flatten() - exact).norm() / exact.norm())


def test_the_critics_derivative_is_the_worse_the_larger_an_event_is_beside_the_noise():
    small, large = critics_gap_for_events(1.0), critics_gap_for_events(40.0)
    assert small < 0.05 and small < large < 0.5

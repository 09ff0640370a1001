"""The gradient through Poisson numbers: the derivative in use against the exact difference (2023 paper, eq. 19)."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import poisson

from fluogan_app.core.methods.fluogan.model import Model

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
        metrics=(), metric_b=counts, unit_photons=1.0,
    )  # fmt: skip
    in_use = GAIN * model.data_gradient(GAIN * torch.from_numpy(EXPECTED), torch.zeros_like(counts))
    wanted = [mean_derivative(*pixel) for pixel in pixels()]
    np.testing.assert_allclose(in_use.numpy().ravel(), wanted, rtol=1e-12)

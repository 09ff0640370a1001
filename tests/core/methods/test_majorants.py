"""The diagonal majorants lie above the curvature of eq. (14) and touch it, so that no longer step could be taken."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.fluogan.model import Model, gradient_energy, laplacian
from fluogan_app.core.optics.blur import Optics
from fluogan_app.core.optics.pointspread import GaussianPsf
from tests.core.methods.dense_model import FWHM, SHAPE, curvature, make_model, make_noise, roughness


def diagonal(model: Model) -> np.ndarray:
    return np.concatenate([metric.numpy().ravel() for metric in (*model.metrics, model.metric_b)])


def worst_ratio(hessian: np.ndarray, majorant: np.ndarray) -> float:
    """Largest eigenvalue of D^−½ H D^−½: at most 1 exactly where D − H is positive semidefinite."""
    scale = 1 / np.sqrt(majorant)
    return float(np.linalg.eigvalsh(scale[:, None] * hessian * scale).max())


@pytest.mark.parametrize("boundary", ["reflecting", "periodic"])
@pytest.mark.parametrize("detail", [None, 0.25, 0.0])
@pytest.mark.parametrize("lambda2", [0.0, 0.01, 1.0, 100.0])
def test_majorants_lie_above_the_curvature(detail, lambda2, boundary):
    optics = Optics(GaussianPsf(FWHM / 2.3548), boundary)
    model = make_model(optics, detail=detail, lambda2=lambda2, gamma=2.5)
    assert len(model.textures) == {None: 3, 0.25: 2, 0.0: 1}[detail]
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


@pytest.mark.parametrize("boundary", ["reflecting", "periodic"])
def test_the_backgrounds_roughness_and_its_gradient(boundary):
    matrix = roughness(boundary)
    background = torch.randn(SHAPE, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    flat = background.numpy().ravel()
    assert float(gradient_energy(background, boundary)) == pytest.approx(0.5 * flat @ matrix @ flat, rel=1e-12)
    np.testing.assert_allclose(laplacian(background, boundary).numpy().ravel(), matrix @ flat, atol=1e-12)
    # What the majorant of the background takes it for.
    assert np.linalg.eigvalsh(matrix).max() < 8


def test_that_comparison_tells_the_borders_apart():
    background = torch.randn(SHAPE, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    assert float((laplacian(background, "periodic") - laplacian(background, "reflecting")).abs().max()) > 0.1

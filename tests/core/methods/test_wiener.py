"""Wiener deconvolution against the matrices that define it, and its signal to noise against drawn signals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import tifffile
import torch

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.methods.wiener.likeliest import likeliest_noise_to_signal, noise_to_signal_of
from fluogan_app.core.optics.blur import blur_operator, optics_of
from fluogan_app.core.optics.pointspread import AiryPsf, GaussianPsf
from fluogan_app.core.optics.psf import gaussian_axis_matrix
from fluogan_app.core.params import validated

ZOOM, SIGMA = 3, 300.0 / 100.0 / 2.3548


def solver_of(problem: Problem, **values: object):
    method = METHODS["wiener"]
    return method.prepare(problem, validated(method.params_type, {"zoom": ZOOM, **values}), "cpu", 0)


def result_of(problem: Problem, **values: object):
    ended = Job(solver_of(problem, **values), Control()).run()
    assert ended.error is None
    return ended.result


def test_it_is_the_linear_estimate_with_the_least_mean_square_error(make: Callable[..., Problem], recording) -> None:
    """cov(x, y) cov(y)⁻¹ y with whole matrices, for a white signal and white noise."""
    frames, ratio = recording[:, :12, :13], 1e-3
    result = result_of(make(frames), noise_to_signal=ratio, background="none")
    whole = np.kron(*(gaussian_axis_matrix(side, ZOOM, SIGMA) for side in (12, 13)))
    covariance = whole @ whole.T + ZOOM**2 * ratio * np.eye(12 * 13)
    wanted = whole.T @ np.linalg.solve(covariance, frames.mean(axis=0, dtype=float).ravel())
    np.testing.assert_allclose(result.estimate.ravel(), wanted, atol=1e-4 * wanted.max())
    other = result_of(make(frames), noise_to_signal=2 * ratio, background="none").estimate.ravel()
    assert abs(other - wanted).max() > 1e-2 * wanted.max()


def test_the_likeliest_signal_is_the_one_that_was_drawn() -> None:
    random = np.random.default_rng(4)
    passed = np.exp(-np.linspace(0.0, 8.0, 1200))
    power = random.normal(size=1200) ** 2 * (50.0 * passed + 2.0)
    # Some 600 waves carry signal: their power tells S to 2 / √600; the table has steps of a tenth.
    assert likeliest_noise_to_signal(power, passed, 2.0) == pytest.approx(2.0 / 50.0, rel=0.25)
    assert likeliest_noise_to_signal(4.0 * power, passed, 2.0) < 0.5 * 2.0 / 50.0


def test_without_a_signal_next_to_nothing_is_drawn() -> None:
    flat = np.random.default_rng(8).normal(size=(40, 40))
    assert noise_to_signal_of(flat, 1.0, GaussianPsf(1.3)) > 10.0
    assert noise_to_signal_of(30.0 * flat, 1.0, AiryPsf(0.33)) < 0.1


def test_a_background_is_told_from_what_stands_on_it(make: Callable[..., Problem], recording: np.ndarray) -> None:
    result = result_of(make(recording))
    assert result.background.mean() == pytest.approx(10.0, abs=1.0)
    assert result.estimate.sum() + result.background.sum() == pytest.approx(recording.mean(axis=0).sum(), rel=1e-3)
    assert result.claims.signed and result.measures["noise_to_signal"] > 0
    alone = result_of(make(recording), background="none")
    assert not alone.background.any() and not alone.claims.background


def test_a_blur_that_is_not_its_own_mirror_image(make: Callable[..., Problem], recording, tmp_path) -> None:
    """Where ΨΨᵀ is not diagonal in the waves, the normal equations hold all the same, Ψᵀ(ȳ − Ψx) = L² N/S x."""
    y, x = np.mgrid[-15:16, -15:16] / 15.0
    comet = np.exp(-8.0 * (x**2 + y**2)) + 0.4 * np.exp(-10.0 * ((x - 0.4) ** 2 + (y - 0.2) ** 2))
    tifffile.imwrite(tmp_path / "comet.tif", comet.astype(np.float32))
    problem = make(recording)
    measured = {"psf": "measured", "psf_file": str(tmp_path / "comet.tif"), "psf_pixel_size_nm": 20.0}
    problem = replace(problem, acquisition=problem.acquisition.model_copy(update=measured))
    estimate = torch.from_numpy(result_of(problem, noise_to_signal=1e-3, background="none").estimate).double()
    blur = blur_operator(optics_of(problem.acquisition), (19, 23), ZOOM, dtype=torch.float64)
    assert blur.camera_spectrum() is None
    heard = blur.adjoint(torch.from_numpy(recording.mean(axis=0)).double() - blur.apply(estimate))
    np.testing.assert_allclose(heard, ZOOM**2 * 1e-3 * estimate, atol=2e-5 * float(estimate.abs().max()))


@pytest.mark.parametrize("ratio", [1e-8, 1e-4])
def test_brighter_frames_are_brighter_by_as_much(make: Callable[..., Problem], recording, ratio: float) -> None:
    """Linear in the light, whatever the noise is taken for."""
    first, other = (
        result_of(make(factor * recording), noise_to_signal=ratio, background="none").estimate for factor in (1.0, 3.0)
    )
    np.testing.assert_allclose(other, 3.0 * first, atol=1e-4 * abs(first).max())

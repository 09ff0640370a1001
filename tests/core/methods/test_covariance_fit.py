"""The covariance data term against R_y itself, and against differences; shares of molecules and noise come back."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.covariance_fit import (
    Covariances, CovarianceFit, Fluctuations, fluctuations, gather, gather_begin, gathered, measure_covariances,
)
from fluogan_app.core.methods.fluctuations import flicker_remarks
from fluogan_app.core.optics.blur import Optics, blur_operator
from fluogan_app.core.optics.covariance import CovarianceOperator
from fluogan_app.core.optics.pointspread import GaussianPsf

SHAPE_YX, ZOOM = (5, 6), 2
MODELS = ("even", "photons", "free")


@pytest.fixture(scope="module")
def operator() -> CovarianceOperator:
    return CovarianceOperator(blur_operator(Optics(GaussianPsf(1.2)), SHAPE_YX, ZOOM, dtype=torch.float64))


def image(shape: tuple[int, ...], seed: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def matrix(operator: CovarianceOperator) -> np.ndarray:
    """Ψ, (pixels, fine pixels)."""
    fine = int(np.prod(operator.fine_shape))
    units = torch.eye(fine, dtype=torch.float64).reshape(fine, *operator.fine_shape)
    return operator.blur.apply(units).reshape(fine, -1).numpy().T


def exact(operator: CovarianceOperator, variances: torch.Tensor, noise: torch.Tensor) -> Covariances:
    """Covariances without chance: R = Ψ diag(r) Ψᵀ + diag(n)."""
    psi = matrix(operator)
    full = psi @ np.diag(variances.numpy().ravel()) @ psi.T + np.diag(noise.numpy().ravel())
    heard = torch.tensor(np.diag(psi.T @ full @ psi)).reshape(operator.fine_shape)
    return Covariances(heard, torch.tensor(np.diag(full)).reshape(SHAPE_YX), float((full**2).sum()), 1000)


@pytest.mark.parametrize("model", MODELS)
def test_the_value_is_the_norm_written_out(operator, model) -> None:
    frames = (image((9, *SHAPE_YX), 1) - 0.5).float().numpy() * 6.0
    found = fluctuations(frames, np.ones(9), trend=False)
    fit = CovarianceFit(operator, measure_covariances64(found, operator), model, image(SHAPE_YX, 2))
    variances = image(operator.fine_shape, 3)
    flat = found.frames.reshape(9, -1).astype(float)
    np.testing.assert_allclose(np.cov(frames.reshape(9, -1).T.astype(float)), flat.T @ flat / 8, atol=1e-5)
    psi, at = matrix(operator), fit.at(variances)
    rest = flat.T @ flat / 8 - psi @ np.diag(variances.numpy().ravel()) @ psi.T - np.diag(at.noise.numpy().ravel())
    assert float(at.value) == pytest.approx(0.5 * (rest**2).sum(), rel=1e-6)


def measure_covariances64(found: Fluctuations, operator: CovarianceOperator) -> Covariances:
    return measure_covariances(Fluctuations(found.frames.astype(np.float64), found.degrees), operator)


@pytest.mark.parametrize("model", MODELS)
def test_the_gradient_is_the_difference(operator, model) -> None:
    """Of the value whose noise follows r: it need not be followed, since it is at its best."""
    found = exact(operator, 4.0 * image(operator.fine_shape, 4), image(SHAPE_YX, 5))
    fit = CovarianceFit(operator, found, model, image(SHAPE_YX, 6))
    variances, direction = image(operator.fine_shape, 7), image(operator.fine_shape, 8) - 0.5
    step = 1e-5
    ahead, back = (float(fit.at(variances + sign * step * direction).value) for sign in (1, -1))
    slope = float((fit.at(variances).gradient * direction).sum())
    assert (ahead - back) / (2 * step) == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_the_noise_is_the_best_of_its_kind(operator, model) -> None:
    found = exact(operator, image(operator.fine_shape, 9), image(SHAPE_YX, 10))
    light = image(SHAPE_YX, 11)
    at = CovarianceFit(operator, found, model, light).at(0.8 * image(operator.fine_shape, 12))
    left = found.variance - operator.pixel_variances(0.8 * image(operator.fine_shape, 12))
    best = float((left - at.noise).square().sum())
    kinds = {"even": [torch.ones_like(light)], "photons": [torch.ones_like(light), light],
             "free": [torch.eye(30, dtype=torch.float64)[at].reshape(SHAPE_YX) for at in range(30)]}[model]
    for part in kinds:
        for change in (0.01, -0.01):
            if bool((at.noise + change * part >= 0).all()):
                assert float((left - at.noise - change * part).square().sum()) >= best - 1e-12


def test_a_line_with_no_level_below_zero(operator) -> None:
    """Variance less than proportional to the light: the level is 0 and the slope that of the line through it."""
    light = image(SHAPE_YX, 13)
    found = Covariances(torch.zeros(operator.fine_shape, dtype=torch.float64), 3.0 * light - 0.5, 1.0, 9)
    noise = CovarianceFit(operator, found, "photons", light).at(torch.zeros(operator.fine_shape).double()).noise
    slope = float((light * found.variance).sum() / light.square().sum())
    torch.testing.assert_close(noise, slope * light, rtol=1e-10, atol=0)


@pytest.mark.parametrize("model", MODELS)
def test_at_the_truth_without_chance_nothing_is_left(operator, model) -> None:
    light, variances = 1.0 + image(SHAPE_YX, 14), image(operator.fine_shape, 15)
    noise = {"even": 0.7 + 0.0 * light, "photons": 0.3 + 2.0 * light, "free": image(SHAPE_YX, 16)}[model]
    at = CovarianceFit(operator, exact(operator, variances, noise), model, light).at(variances)
    torch.testing.assert_close(at.noise, noise, rtol=1e-9, atol=1e-9)
    assert abs(float(at.value)) < 1e-8 and float(at.gradient.abs().max()) < 1e-9


def test_shot_noise_looks_like_blinking_where_noise_is_taken_for_even(operator) -> None:
    light = 10.0 * operator.blur.apply(image(operator.fine_shape, 17).square()).double()
    empty = torch.zeros(operator.fine_shape, dtype=torch.float64)
    found = exact(operator, empty, light)
    evidence = {model: float(CovarianceFit(operator, found, model, light).evidence().max()) for model in MODELS}
    assert evidence["free"] < 1e-9 and evidence["photons"] < 1e-9 and evidence["even"] > 0.1


def test_frames_in_parts_give_the_same_sums(operator) -> None:
    frames = (image((11, *SHAPE_YX), 18) - 0.5).double()
    parts, whole = gather_begin(operator, "cpu"), gather_begin(operator, "cpu")
    for start in range(0, 11, 4):
        gather(parts, operator, frames, start, min(start + 4, 11))
    gather(whole, operator, frames, 0, 11)
    for name, wanted in whole.items():
        torch.testing.assert_close(parts[name], wanted, rtol=1e-12, atol=1e-12)
    flat = frames.reshape(11, -1)
    assert float(whole["energy"]) == pytest.approx(float((flat.T @ flat).square().sum()), rel=1e-12)
    assert gathered(whole, 10).energy == pytest.approx(float((flat.T @ flat / 10).square().sum()), rel=1e-12)


def test_bleaching_is_no_fluctuation() -> None:
    """Light that fades alike everywhere makes all pixels covary, unless its trend is taken off."""
    level = np.linspace(1.4, 0.6, 200)
    mean = image(SHAPE_YX, 19).numpy() * 50.0
    frames = (np.random.default_rng(1).normal(size=(200, *SHAPE_YX)) + level[:, None, None] * mean).astype(np.float32)
    kept, off = fluctuations(frames, level, trend=False), fluctuations(frames, level)
    assert kept.frames.var(axis=0).mean() > 10.0
    variance = (off.frames**2).sum(axis=0) / off.degrees
    assert variance.mean() == pytest.approx(1.0, abs=0.1) and off.degrees < kept.degrees == 199


def test_a_flickering_lamp_is_told_from_molecules_that_blink_and_taken_off() -> None:
    rng = np.random.default_rng(4)
    light = 5.0 + 40.0 * (rng.random((12, 20)) > 0.7)
    lamp = 1.0 + 0.05 * rng.normal(size=(200, 1, 1))
    steady, blinking = np.ones((200, 1, 1)), 2.0 * (rng.random((200, 12, 20)) > 0.5)
    for factor, wanted in ((lamp, 0.05), (steady, 0.0), (blinking, 0.0)):
        for turned in (False, True):
            frames = rng.poisson(light * factor).astype(np.float32)
            found = fluctuations(frames.transpose(0, 2, 1).copy() if turned else frames, np.ones(200))
            assert found.flicker == pytest.approx(wanted, rel=0.15)
            assert (flicker_remarks(found.flicker) != ()) == (wanted > 0)
    # Without the lamp's part no two pixels covary: each frame's sum over the field is gone.
    rest = fluctuations(rng.poisson(light * lamp).astype(np.float32), np.ones(200)).frames.reshape(200, -1)
    products = rest.T @ rest / 200.0
    assert abs(products - np.diag(np.diag(products))).mean() < 0.1 * np.diag(products).mean()

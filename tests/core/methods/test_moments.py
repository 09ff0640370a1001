"""The image of the second moments: what makes it, what its noise is, and what it does not take for blinking."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.fluogan import moments
from fluogan_app.core.methods.fluogan.moment_term import SIGNIFICANT_SIGMAS, MomentTerm
from fluogan_app.core.methods.fluogan.moments import (
    Fluctuations,
    MomentAxis,
    _memory,
    measure_fluctuations,
    moment_axis,
)
from fluogan_app.core.methods.fluogan.texture import Texture, make_textures
from fluogan_app.core.methods.weights import measure_noise, not_counting
from fluogan_app.core.optics.blur import Optics
from fluogan_app.core.optics.pointspread import AiryPsf, GaussianPsf
from fluogan_app.core.optics.psf import gaussian_axis_matrix

SIGMA, ZOOM = 1.3, 3
OPTICS = Optics(GaussianPsf(SIGMA))
SHAPE = (15, 18)


def lines(shape_yx: tuple[int, int] = SHAPE) -> np.ndarray:
    """Photons per fine pixel of two lines."""
    fine = np.zeros((ZOOM * shape_yx[0], ZOOM * shape_yx[1]))
    fine[:, 20:22] = 20.0
    fine[12:14, 5:50] = 15.0
    return fine


def blurred(fine: np.ndarray) -> np.ndarray:
    rows, columns = (gaussian_axis_matrix(length // ZOOM, ZOOM, SIGMA) for length in fine.shape[-2:])
    return rows @ fine @ columns.T


@cache
def recorded(kappa: float, frames: int = 400, gain: float = 1.0, lamp: float = 0.0, seed: int = 5) -> np.ndarray:
    """Frames in counts of the lines over 10 photons of background, with a read noise of one photon."""
    source = np.random.default_rng(seed)
    emitted = lines() if kappa == 0 else kappa * source.poisson(lines() / kappa, (frames, *lines().shape))
    light = np.broadcast_to(blurred(emitted) + 10.0, (frames, *SHAPE))
    light = light * (1.0 + lamp * source.standard_normal(frames))[:, None, None]
    counts = source.poisson(light) + source.normal(0.0, 1.0, light.shape)
    return (gain * counts).astype(np.float32)


def measured(frames: np.ndarray) -> Fluctuations:
    found = measure_fluctuations(frames, measure_noise(frames, 2.3548 * SIGMA), OPTICS, ZOOM)
    assert found is not None
    return found


def fitted_kappa(found: Fluctuations, estimate: np.ndarray) -> tuple[float, float]:
    """κ and its standard deviation at a known x."""
    response = found.rows @ estimate @ found.columns.T
    power = float(np.sum(found.weights * response**2))
    return float(np.sum(found.weights * response * found.image)) / power, power**-0.5


@pytest.mark.parametrize("excess", [0.0, 0.7])
def test_the_response_is_that_of_the_covariance_worked_out_pixel_by_pixel(excess: float) -> None:
    shape = (19, 21)
    rows, columns = (moment_axis(length, ZOOM, OPTICS, excess) for length in shape)
    estimate = np.zeros((ZOOM * 19, ZOOM * 21))
    estimate[24:33, 27:36] = np.random.default_rng(1).uniform(0.0, 2.0, (9, 9))  # far from mirrors
    psi = np.kron(*(gaussian_axis_matrix(length, ZOOM, SIGMA) for length in shape))
    covariance = (psi * 4.0 * estimate.ravel()) @ psi.T
    expected = by_brute_force(covariance, rows, columns)
    response = 4.0 * rows.response @ estimate @ columns.response.T
    # Elements below 1e-5 of the largest are left out, some hundred of them in each sum.
    np.testing.assert_allclose(response, expected, atol=1e-3 * np.abs(expected).max())
    half = by_brute_force(np.diag(np.diag(covariance)), rows, columns)
    assert np.abs(response - half).max() > 0.1 * np.abs(expected).max(), "variances alone are something else"


def by_brute_force(covariance: np.ndarray, rows: MomentAxis, columns: MomentAxis) -> np.ndarray:
    """S V for a covariance of the camera pixels."""
    filters = np.kron(rows.filter.toarray(), columns.filter.toarray())
    power = np.einsum("ki,ki->k", filters @ covariance, filters)
    return rows.whitening @ power.reshape(rows.filter.shape[0], -1) @ columns.whitening.T


@pytest.mark.parametrize(("kappa", "gain"), [(15.0, 1.0), (15.0, 4.0), (60.0, 1.0)])
def test_photons_per_event_come_out_whatever_the_gain(kappa: float, gain: float) -> None:
    found, sigma = fitted_kappa(measured(recorded(kappa, gain=gain)), gain * lines())
    # The camera's line is uncertain by some per cent in so small a field.
    assert found == pytest.approx(gain * kappa, abs=4 * sigma + 0.05 * gain * kappa)


def test_the_noise_of_the_image_is_as_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a sample that does not blink: per axis the correlations of S times those of V, (ψ_kᵀψ_l)², times S."""
    # The error of the camera's line would be shared by the whole image.
    monkeypatch.setattr(moments, "_camera_noise", lambda frames, noise: blurred(lines()) + 11.0)
    images = [measured(recorded(0.0, seed=seed)) for seed in range(16)]
    mean = np.mean([found.image for found in images], axis=0)
    rest = np.stack([(found.image - mean) * found.weights**0.5 for found in images]) * (16 / 15) ** 0.5
    shared = [stated_correlations(length) for length in SHAPE]
    inner = slice(6, -6)  # Along the mirrors weights are 0.
    expected = np.outer(*(np.diag(part)[inner] for part in shared))
    # Each place has 15 free squares, and about 2 × 4 of the waves that are left are independent in the inner part.
    assert np.mean(rest[:, inner, inner] ** 2) == pytest.approx(expected.mean(), rel=4 * (2 / 120) ** 0.5)
    neighbours = np.mean(rest[:, inner, 6:-7] * rest[:, inner, 7:-6]) / np.mean(rest[:, inner, inner] ** 2)
    stated = np.mean(np.diag(shared[1], 1)[inner]) / np.mean(np.diag(shared[1])[inner])
    assert neighbours == pytest.approx(stated, abs=0.1)
    # Waves that V holds above the ridge come out white, with a power of 1; those at the two mirrors are heard twice.
    powers = np.linalg.eigvalsh(shared[0])[-6:-2]
    assert 0.5 < powers.min() and powers.max() < 1.0


def stated_correlations(length: int) -> np.ndarray:
    axis = moment_axis(length, ZOOM, OPTICS, 0.0)
    overlap = (axis.filter @ axis.filter.T).toarray()
    return axis.whitening @ overlap**2 @ axis.whitening.toarray()


@pytest.mark.parametrize("lamp", [0.0, 0.1])
def test_a_steady_sample_does_not_blink_even_under_a_flickering_lamp(lamp: float) -> None:
    found, sigma = fitted_kappa(measured(recorded(0.0, lamp=lamp)), lines())
    assert found < SIGNIFICANT_SIGMAS * sigma
    frames = recorded(0.0, lamp=0.1)
    rest = frames - frames.mean(axis=0)
    assert rest.sum(axis=(1, 2)).var() > 5 * rest.var(axis=0).sum(), "the lamp would be seen if it were left"


@pytest.mark.parametrize("factor", [0.1, 100.0])
def test_it_scales_with_the_square(factor: float) -> None:
    plain, scaled = measured(recorded(15.0)), measured(recorded(15.0) * np.float32(factor))
    np.testing.assert_allclose(scaled.image, factor**2 * plain.image, rtol=1e-3, atol=1e-3 * np.abs(scaled.image).max())
    np.testing.assert_allclose(scaled.weights, factor**-4 * plain.weights, rtol=1e-3)


def test_frames_that_remember_count_as_fewer() -> None:
    source, memory = np.random.default_rng(2), 0.8
    series = source.normal(0, 1, (4000, 50))
    for index in range(1, len(series)):
        series[index] = memory * series[index - 1] + (1 - memory**2) ** 0.5 * series[index]
    # 1 + 2 Σ r^2k, the sum cut where r^k falls below 0.05.
    assert _memory(series) == pytest.approx((1 + memory**2) / (1 - memory**2), rel=0.05)
    assert _memory(source.normal(0, 1, (4000, 50))) == 1.0


def test_what_a_mended_pixel_does_is_not_heard() -> None:
    frames, mask = recorded(15.0), np.zeros(SHAPE, bool)
    mask[7, 9] = True
    noise = measure_noise(frames, 2.3548 * SIGMA)
    whole, part = (
        measure_fluctuations(frames, each, OPTICS, ZOOM).weights for each in (noise, not_counting(noise, mask))
    )
    near = np.zeros(whole.shape, bool)
    near[2 * 4 : 2 * 11, 2 * 6 : 2 * 13] = True  # 3 pixels around it, 2.5 σ.
    assert np.all(part[near] == 0.0) and np.any(whole[near] > 0.0)
    np.testing.assert_array_equal(part[~near], whole[~near])


def test_nothing_where_covariances_say_nothing() -> None:
    frames = recorded(15.0)
    noise = measure_noise(frames, 2.3548 * SIGMA)
    assert measure_fluctuations(frames[:20], measure_noise(frames[:20], 3.0), OPTICS, ZOOM) is None
    assert measure_fluctuations(frames, noise, Optics(AiryPsf(0.3)), ZOOM) is None
    assert measure_fluctuations(frames[:, :5], measure_noise(frames[:, :5], 3.0), OPTICS, ZOOM) is None
    assert measure_fluctuations(frames, noise, OPTICS, 1) is None
    assert measure_fluctuations(frames, noise, Optics(GaussianPsf(0.6)), ZOOM) is None
    assert measure_fluctuations(frames, noise, OPTICS, ZOOM) is not None


@pytest.fixture(scope="module", params=[None, 0.0])
def textures(request: pytest.FixtureRequest) -> tuple[Texture, ...]:
    return make_textures(SHAPE, ZOOM, OPTICS, request.param, "cpu", torch.float64)


@pytest.fixture(scope="module")
def term(textures: tuple[Texture, ...]) -> MomentTerm:
    return MomentTerm(measured(recorded(15.0)), textures, OPTICS, ZOOM, 12.0, 1.0)


def drawn(textures: tuple[Texture, ...], seed: int) -> list[torch.Tensor]:
    source = torch.Generator().manual_seed(seed)
    return [torch.rand(part.blur.fine_shape, generator=source, dtype=torch.float64) for part in textures]


def test_the_light_of_spots_is_that_of_their_image(textures: tuple[Texture, ...], term: MomentTerm) -> None:
    found, spots = measured(recorded(15.0)), drawn(textures, 0)
    estimate = sum(texture.image(part) for texture, part in zip(textures, spots)).numpy()
    expected = found.rows @ estimate @ found.columns.T
    np.testing.assert_allclose(term.light(spots).numpy(), expected, atol=1e-10 * np.abs(expected).max())


def test_slopes_are_the_derivative(textures: tuple[Texture, ...], term: MomentTerm) -> None:
    kappa, spots, step = torch.tensor(13.0, dtype=torch.float64), drawn(textures, 1), drawn(textures, 2)

    def value(amount: float) -> float:
        moved = [part + amount * change for part, change in zip(spots, step)]
        return float(term.value(term.light(moved), kappa))

    slopes = term.slopes(term.light(spots), kappa)
    expected = sum(float((slope * change).sum()) for slope, change in zip(slopes, step))
    # The term is quadratic: a central difference is exact but for rounding.
    assert (value(0.5) - value(-0.5)) == pytest.approx(expected, rel=1e-9)


def test_majorants_lie_above_the_curvature(textures: tuple[Texture, ...], term: MomentTerm) -> None:
    kappa = torch.tensor(13.0, dtype=torch.float64)
    majorants = [kappa**2 * bound for bound in term.majorants()]
    nothing = term.slopes(0.0 * term.light(drawn(textures, 0)), kappa)
    highest, vector = 0.0, drawn(textures, 3)
    for _ in range(60):  # power iteration on D^-½ H D^-½, whose largest eigenvalue is at most 1
        scaled = [part / bound.sqrt() for part, bound in zip(vector, majorants)]
        curved = [slope - zero for slope, zero in zip(term.slopes(term.light(scaled), kappa), nothing)]
        image = [part / bound.sqrt() for part, bound in zip(curved, majorants)]
        highest = float(sum((part**2).sum() for part in image)) ** 0.5
        vector = [part / highest for part in image]
    assert 0.05 < highest < 1.0 + 1e-9


def test_strength_is_that_of_the_image_itself(textures: tuple[Texture, ...]) -> None:
    found = measured(recorded(15.0))
    spots = drawn(textures, 4)
    estimate = sum(texture.image(part) for texture, part in zip(textures, spots)).numpy()
    exact = replace(found, image=7.0 * 12.0 * (found.rows @ estimate @ found.columns.T))
    term = MomentTerm(exact, textures, OPTICS, ZOOM, 12.0, 1.0)
    kappa, sigma = term.strength(term.light(spots))
    assert float(kappa) == pytest.approx(7.0, rel=1e-9) and float(sigma) > 0
    assert float(term.strength(-term.light(spots))[0]) == 0.0

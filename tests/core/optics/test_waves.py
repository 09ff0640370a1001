"""The waves of the camera's grid: a turn of the axes that can be undone and makes neighbours' differences plain."""

from __future__ import annotations

import math

import pytest
import torch

from fluogan_app.core.methods.fluogan.model import laplacian
from fluogan_app.core.optics.blur import Optics, blur_operator
from fluogan_app.core.optics.pointspread import GaussianPsf
from fluogan_app.core.optics.waves import waves_of

BOUNDARIES = ("reflecting", "periodic")
#: Odd, not square, a single line, two lines, one pixel.
SHAPES = [(5, 8), (9, 7), (1, 6), (7, 2), (1, 1)]


def image(shape: tuple[int, int], seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("shape", SHAPES)
def test_there_and_back_is_nothing(shape, boundary):
    waves = waves_of(image(shape), boundary)
    torch.testing.assert_close(waves.inverse(waves.forward(image(shape))), image(shape), rtol=0, atol=1e-13)


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("shape", SHAPES)
def test_angles_and_lengths_stay_so_that_the_waves_are_orthonormal(shape, boundary):
    waves, one, other = waves_of(image(shape), boundary), image(shape, 1), image(shape, 2)
    product = (waves.forward(one).conj() * waves.forward(other)).sum().real
    assert float(product) == pytest.approx(float((one * other).sum()), abs=1e-12)


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_laplacian_is_what_the_background_is_smoothed_by(shape, boundary):
    waves = waves_of(image(shape), boundary)
    found = waves.inverse(waves.laplacian() * waves.forward(image(shape)))
    torch.testing.assert_close(found, laplacian(image(shape), boundary), rtol=0, atol=1e-12)
    assert float(waves.laplacian().min()) == pytest.approx(0.0, abs=1e-15)
    assert float(waves.laplacian().max()) <= 8.0


def test_that_comparison_sees_the_other_borders_laplacian():
    mirrored, repeated = (waves_of(image((5, 8)), boundary) for boundary in BOUNDARIES)
    found = mirrored.inverse(repeated.laplacian() * mirrored.forward(image((5, 8))))
    assert float((found - laplacian(image((5, 8)))).abs().max()) > 0.1


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_blur_is_diagonal_in_the_waves_of_its_own_border_only(boundary):
    shape = (9, 7)
    blur = blur_operator(Optics(GaussianPsf(1.4), boundary), shape, 3, dtype=torch.float64)
    seen = blur.apply(blur.adjoint(image(shape)))
    errors = {}
    for border in BOUNDARIES:
        waves = waves_of(image(shape), border)
        found = waves.inverse(blur.camera_spectrum() * waves.forward(image(shape)))
        errors[border] = float((found - seen).abs().max())
    # A Gaussian is cut where it weighs less than a few millionths; elsewhere the comparison must fail.
    assert errors.pop(boundary) < 1e-5
    assert all(error > 1e-2 for error in errors.values())


def test_an_even_image_is_the_first_wave_alone():
    for boundary in BOUNDARIES:
        amplitudes = waves_of(image((5, 8)), boundary).forward(torch.full((5, 8), 3.0, dtype=torch.float64))
        assert abs(complex(amplitudes[0, 0])) == pytest.approx(3.0 * math.sqrt(40), rel=1e-13)
        assert float(amplitudes.abs().flatten()[1:].max()) < 1e-13


def test_the_product_is_computed_in_the_type_of_the_image():
    for boundary in BOUNDARIES:
        waves = waves_of(torch.zeros(4, 5), boundary)
        single = image((4, 5)).float()
        assert waves.inverse(waves.forward(single)).dtype == waves.laplacian().dtype == torch.float32
        torch.testing.assert_close(waves.inverse(waves.forward(single)), single, rtol=0, atol=1e-5)

"""The simulator's microscope: where light lands, and that none is lost."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from fluogan_app.core.optics.psf import gaussian_axis_matrix
from fluogan_app.core.simulate.imaging import Microscope, pixel_response

SIGMA = 1.376  # camera pixels: FWHM 324 nm at 100 nm


def centroid_error(response: np.ndarray, zoom: int) -> float:
    """Largest distance in camera pixels between a source and the centroid of its image, borders left out."""
    pixels = response.shape[0]
    sources = (np.arange(response.shape[1]) + 0.5) / zoom
    inside = (sources > 10 * SIGMA) & (sources < pixels - 10 * SIGMA)
    landed = (np.arange(pixels) + 0.5) @ response
    return float(np.abs(landed - sources)[inside].max())


@pytest.mark.parametrize(("pixels", "zoom", "sigma"), [(9, 3, SIGMA), (1, 4, 2.0), (5, 1, 0.2), (7, 6, 30.0)])
def test_mirrors_lose_no_photon_and_keep_even_light_even(pixels, zoom, sigma):
    response = pixel_response(pixels, zoom, sigma)
    np.testing.assert_allclose(response.sum(axis=0), 1.0, atol=1e-12)
    # An even field is its own mirror image, so its blur is even up to the border.
    np.testing.assert_allclose(response.sum(axis=1), zoom, atol=1e-11)
    assert response.min() > -1e-12


@pytest.mark.parametrize("zoom", [1, 4, 5, 6])
def test_light_lands_with_its_centroid_where_it_was(zoom):
    assert centroid_error(pixel_response(41, zoom, SIGMA), zoom) < 1e-10


def test_the_centroid_check_sees_a_kernel_that_is_off_by_a_quarter_pixel():
    shifted = np.roll(pixel_response(41, 4, SIGMA), 1, axis=1)
    assert centroid_error(shifted, 4) == pytest.approx(0.25, abs=1e-9)


def test_the_image_of_a_point_is_as_wide_as_blur_and_pixels_make_it():
    zoom, pixels = 3, 51
    response = pixel_response(pixels, zoom, SIGMA)
    source = zoom * 25 + 1
    offsets = np.arange(pixels) + 0.5 - (source + 0.5) / zoom
    # Variances add: Gaussian, camera pixel and fine pixel. Sampling adds less than exp(−2π²σ²) ≈ 1e-16.
    expected = SIGMA**2 + 1 / 12 + 1 / (12 * zoom**2)
    assert offsets**2 @ response[:, source] == pytest.approx(expected, abs=1e-9)


def test_the_response_agrees_with_numerical_integration_over_pixel_and_mirror():
    pixels, zoom, sigma = 4, 3, 0.9
    response = pixel_response(pixels, zoom, sigma)

    def light(camera_pixel: int, fine_pixel: int) -> float:
        def of_point(s: float) -> float:
            images = [m for turn in range(-3, 4) for m in (s + 2 * turn * pixels, -s + 2 * turn * pixels)]
            return sum(norm.cdf(camera_pixel + 1, m, sigma) - norm.cdf(camera_pixel, m, sigma) for m in images)

        return zoom * quad(of_point, fine_pixel / zoom, (fine_pixel + 1) / zoom, epsabs=1e-12)[0]

    for camera_pixel, fine_pixel in [(0, 0), (0, 5), (3, 11), (2, 4)]:
        assert response[camera_pixel, fine_pixel] == pytest.approx(light(camera_pixel, fine_pixel), abs=1e-9)


def test_an_image_keeps_all_photons_and_dark_columns_may_be_left_out():
    rng = np.random.default_rng(0)
    microscope = Microscope.gaussian((5, 7), 3, 100.0, 324.0)
    estimate = rng.random((15, 21))
    estimate[:, 4:] = 0
    image = microscope.image(estimate)
    assert image.shape == (5, 7)
    assert image.sum() == pytest.approx(estimate.sum(), rel=1e-12)
    lit = Microscope.gaussian((5, 7), 3, 100.0, 324.0, np.arange(4))
    np.testing.assert_allclose(lit.image(estimate[:, :4]), image, rtol=1e-12)


@pytest.mark.parametrize(("pixels", "zoom"), [(9, 6), (4, 3)])
def test_simulator_and_reconstruction_describe_one_microscope(pixels, zoom):
    # The reconstruction's sources are points in the middle of a fine pixel, the simulator's are even over it: many
    # points per fine pixel make one of the other. Midpoint rule: h²/24 times the largest second derivative, which is
    # 2 max|φ'| / σ² where a mirror doubles it; and 1e-6 for the tails that the reconstruction leaves out.
    points = 15
    from_points = gaussian_axis_matrix(pixels, zoom * points, SIGMA).reshape(pixels, zoom * pixels, points).mean(axis=2)
    bound = (1 / (zoom * points)) ** 2 / 24 * 2 * 0.242 / SIGMA**2 + 1e-6
    np.testing.assert_allclose(pixel_response(pixels, zoom, SIGMA), from_points, rtol=0, atol=bound)
    # One point for each still agrees within the variance that the fine pixel adds, 1 / (12 zoom²) of σ² at most.
    one_point = gaussian_axis_matrix(pixels, zoom, SIGMA)
    assert np.abs(pixel_response(pixels, zoom, SIGMA) - one_point).max() < one_point.max() / (12 * zoom**2 * SIGMA**2)

"""The axis matrices of the PSF: exact integrals, photons and centroids kept, the limits of no blur and of all blur."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from fluogan_app.core.optics.psf import REACH_SIGMAS, banded_spots, gaussian_axis_matrix, spot_matrix

#: Elements below 1e-7 of the strongest are cut: one or two of a narrow column, and 2e-8 in all of a wide one.
CUT = 3e-7
SIGMA = 1.376  # camera pixels: FWHM 324 nm at 100 nm


def worst_integration_error(matrix: np.ndarray, zoom: int, sigma: float, boundary: str) -> float:
    """Largest difference from Gaussian light, with its copies beyond the ends, integrated over camera pixels."""
    pixels = len(matrix)

    def light(place: float, source: float) -> float:
        turns = range(-4, 5)
        if boundary == "periodic":
            sources = [source + turn * pixels for turn in turns]
        else:
            sources = [sign * source + 2 * turn * pixels for turn in turns for sign in (1, -1)]
        return sum(np.exp(-0.5 * ((place - s) / sigma) ** 2) for s in sources) / (sigma * np.sqrt(2 * np.pi))

    return max(
        abs(quad(light, i, i + 1, args=((k + 0.5) / zoom,), epsabs=1e-11)[0] - matrix[i, k])
        for i in range(pixels)
        for k in range(zoom * pixels)
    )


def centroid_error(matrix: np.ndarray, zoom: int, sigma: float) -> float:
    """Largest distance in camera pixels from a fine pixel to the centroid of its light, away from the ends."""
    pixels = len(matrix)
    sources = (np.arange(matrix.shape[1]) + 0.5) / zoom
    inside = np.minimum(sources, pixels - sources) > 6 * sigma + 1
    assert inside.any()
    return float(np.abs((np.arange(pixels) + 0.5) @ matrix - sources)[inside].max())


@pytest.mark.parametrize("boundary", ["reflecting", "periodic"])
@pytest.mark.parametrize(("pixels", "zoom", "sigma"), [(5, 3, 0.9), (3, 4, 2.0), (7, 1, 0.3)])
def test_each_element_is_the_gaussians_integral_over_the_camera_pixel(pixels, zoom, sigma, boundary):
    matrix = gaussian_axis_matrix(pixels, zoom, sigma, boundary)
    assert matrix.shape == (pixels, zoom * pixels)
    assert worst_integration_error(matrix, zoom, sigma, boundary) < CUT


def test_the_integration_check_sees_the_other_boundary_and_a_gaussian_taken_at_the_pixels_middle():
    reflecting = gaussian_axis_matrix(5, 3, 0.9)
    assert worst_integration_error(reflecting, 3, 0.9, "periodic") > 0.1
    places = np.arange(5)[:, None] + 0.5 - (np.arange(15) + 0.5)[None, :] / 3
    at_the_middle = np.exp(-0.5 * (places / 0.9) ** 2)
    assert worst_integration_error(at_the_middle / at_the_middle.sum(axis=0), 3, 0.9, "reflecting") > 0.01


# A pixel's average moves a centroid by at most Σ_k exp(−2π²σ²k²)/(πk), of which the first term is all.
@pytest.mark.parametrize(("zoom", "sigma"), [(1, SIGMA), (4, SIGMA), (5, 2.2), (6, 1.0), (3, 0.8)])
def test_a_bright_fine_pixel_keeps_its_centroid(zoom, sigma):
    error = centroid_error(gaussian_axis_matrix(31, zoom, sigma), zoom, sigma)
    assert error < np.exp(-2 * (np.pi * sigma) ** 2) / np.pi * 1.01 + 6 * sigma * CUT


def test_the_centroid_check_sees_a_kernel_that_is_off_by_a_quarter_pixel():
    shifted = np.roll(gaussian_axis_matrix(31, 4, SIGMA), 1, axis=1)
    assert centroid_error(shifted, 4, SIGMA) == pytest.approx(0.25, abs=1e-4)


@given(
    pixels=st.integers(1, 23),
    zoom=st.integers(1, 7),
    sigma=st.floats(0.02, 60.0),
    boundary=st.sampled_from(["reflecting", "periodic"]),
)
def test_no_photon_leaves_and_even_light_stays_even(pixels, zoom, sigma, boundary):
    matrix = gaussian_axis_matrix(pixels, zoom, sigma, boundary)
    assert matrix.min() >= 0
    np.testing.assert_allclose(matrix.sum(axis=0), 1.0, rtol=1e-12)
    # Each fine cell gets from all fine cells together what it gives: the sum telescopes, whatever σ.
    np.testing.assert_allclose(matrix.sum(axis=1), zoom, rtol=2 * CUT)


@pytest.mark.parametrize("zoom", [1, 2, 3, 6])
def test_without_blur_each_fine_pixel_lands_in_its_camera_pixel(zoom):
    summing = np.kron(np.eye(7), np.ones(zoom))
    np.testing.assert_array_equal(gaussian_axis_matrix(7, zoom, 1e-3), summing)


@pytest.mark.parametrize("boundary", ["reflecting", "periodic"])
def test_with_all_blur_the_light_is_even(boundary):
    # The slowest wave of the axis that can survive is cos(πu/N), by exp(−π²σ²/2N²).
    left = 2 * np.exp(-0.5 * (np.pi * 10.0 / 5) ** 2)
    np.testing.assert_allclose(gaussian_axis_matrix(5, 3, 10.0, boundary), 1 / 5, atol=left)


def test_reflecting_and_periodic_light_differ_only_near_the_ends():
    one, other = (gaussian_axis_matrix(31, 3, SIGMA, boundary) for boundary in ("reflecting", "periodic"))
    middle = slice(3 * 10, 3 * 21)
    np.testing.assert_allclose(one[:, middle], other[:, middle], atol=1e-12)
    assert np.abs(one - other).max() > 0.1


@pytest.mark.parametrize(("cells", "spots", "sigma"), [(41, 41, 1.4), (60, 20, 3.0), (35, 70, 2.0)])
def test_spots_are_as_wide_as_they_are_called(cells, spots, sigma):
    matrix = spot_matrix(cells, spots, sigma)
    assert matrix.shape == (cells, spots)
    centres = (np.arange(spots) + 0.5) * cells / spots
    middle = spots // 2
    distance = np.arange(cells) + 0.5 - centres[middle]
    # A cell adds its own variance of 1/12; what is cut lies within 6σ.
    assert distance**2 @ matrix[:, middle] == pytest.approx(sigma**2 + 1 / 12, abs=CUT * (6 * sigma) ** 2)


@pytest.mark.parametrize("boundary", ["reflecting", "periodic"])
def test_a_long_axis_costs_its_band_and_no_square(boundary):
    pixels, zoom = 3001, 2
    matrix = banded_spots(pixels, zoom * pixels, SIGMA, boundary)
    reached = 2 * (np.ceil(REACH_SIGMAS * SIGMA) + 1) + 1
    assert matrix.nnz <= reached * zoom * pixels
    # The middle of a long axis is that of a short one.
    short = gaussian_axis_matrix(41, zoom, SIGMA, boundary)
    middle = matrix[1480:1521, zoom * 1480 : zoom * 1521].toarray()
    inside = slice(zoom * 12, zoom * 29)
    np.testing.assert_allclose(middle[:, inside], short[:, inside], atol=1e-12)

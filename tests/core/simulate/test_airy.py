"""The Airy pattern of the simulator against Bessel functions, and what it must keep."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import j0, j1

from fluogan_app.core.optics.blur import Optics, blur_operator
from fluogan_app.core.optics.pointspread import AiryPsf
from fluogan_app.core.simulate.airy import AiryMicroscope, airy_transfer
from fluogan_app.core.simulate.imaging import Microscope
from fluogan_app.core.simulate.recording_params import AIRY_FWHM

#: v = 2π NA r / λ grows by this much per camera pixel of 100 nm where the FWHM is 324 nm.
V_PER_PIXEL = 2 * np.pi * AIRY_FWHM * 100.0 / 324.0
REACH_PIXELS = 160.0


def intensity(distance_pixels: np.ndarray) -> np.ndarray:
    """The Airy pattern as a density of 1 photon per square camera pixel: v² / 4π (2 J₁(v) / v)² in units of v."""
    v = np.maximum(V_PER_PIXEL * distance_pixels, 1e-9)
    return V_PER_PIXEL**2 / (4 * np.pi) * (2 * j1(v) / v) ** 2


def by_summing(shape: tuple[int, int], zoom: int, fine: tuple[int, int]) -> np.ndarray:
    """The image of one fine pixel: the pattern at many points of source and camera pixels, with all mirror images."""
    points = 4
    inside = (np.arange(points) + 0.5) / points
    camera = [(np.arange(side)[:, None] + inside).ravel() for side in shape]
    image = np.zeros((shape[0] * points, shape[1] * points))
    turns = [np.arange(-int(REACH_PIXELS / (2 * side)), int(REACH_PIXELS / (2 * side)) + 1) for side in shape]
    for source_y in (fine[0] + np.array([0.25, 0.75])) / zoom:
        for source_x in (fine[1] + np.array([0.25, 0.75])) / zoom:
            for mirrored_y in np.concatenate([source_y + 2 * shape[0] * turns[0], -source_y + 2 * shape[0] * turns[0]]):
                mirrored_x = np.concatenate([source_x + 2 * shape[1] * turns[1], -source_x + 2 * shape[1] * turns[1]])
                away = np.hypot(
                    (camera[0] - mirrored_y)[:, None, None], camera[1][None, :, None] - mirrored_x[None, None, :]
                )
                image += intensity(away).sum(axis=2) / 4
    return image.reshape(shape[0], points, shape[1], points).mean(axis=(1, 3))


def left_out(shape: tuple[int, int]) -> float:
    """Light per pixel of the images beyond the reach: 1 − E(v) = J₀² + J₁², spread over the field, twice for safety."""
    v = V_PER_PIXEL * REACH_PIXELS
    return 2 * float(j0(v) ** 2 + j1(v) ** 2) / (shape[0] * shape[1])


@pytest.mark.parametrize("fine", [(0, 0), (7, 11)])
def test_a_point_is_the_airy_pattern_integrated_over_pixels(fine):
    shape, zoom = (5, 8), 3
    microscope = AiryMicroscope.of_width(shape, zoom, 100.0, 324.0)
    estimate = np.zeros((15, 24))
    estimate[fine] = 1.0
    image, summed = microscope.image(estimate), by_summing(shape, zoom, fine)
    # Midpoints: h²/24 of the second derivatives along both axes, for camera and source; the pattern, 1 − v²/4 near its
    # peak, has V²/2 of the peak at most. The source has two points along each axis, h = 1/(2 zoom).
    curvature = 2 * V_PER_PIXEL**2 / 2 * intensity(np.zeros(1))[0]
    # A mirror at a corner brings up to four patterns to one place.
    tolerance = 4 * curvature * ((1 / 4) ** 2 + (1 / (2 * zoom)) ** 2) / 24 + left_out(shape)
    np.testing.assert_allclose(image, summed, rtol=0, atol=tolerance)
    gaussian = Microscope.gaussian(shape, zoom, 100.0, 324.0).image(estimate)
    assert np.abs(gaussian - summed).max() > tolerance


@pytest.mark.parametrize(("shape", "zoom"), [((5, 9), 1), ((4, 7), 6), ((1, 12), 3)])
def test_mirrors_lose_no_photon_and_even_light_stays_even(shape, zoom):
    microscope = AiryMicroscope.of_width(shape, zoom, 100.0, 324.0)
    fine = (zoom * shape[0], zoom * shape[1])
    estimate = np.random.default_rng(0).random(fine)
    assert microscope.image(estimate).sum() == pytest.approx(estimate.sum(), rel=1e-12)
    np.testing.assert_allclose(microscope.image(np.ones(fine)), zoom**2, rtol=1e-12)


def test_its_width_is_the_one_asked_for():
    pixels, pixel_nm, fwhm_nm = 301, 20.0, 324.0  # so wide that what the mirrors bring back is below 1e-4 of the peak
    microscope = AiryMicroscope.of_width((pixels, pixels), 1, pixel_nm, fwhm_nm)
    point = np.zeros((pixels, pixels))
    point[150, 150] = 1.0
    profile = microscope.image(point)[150, 150:]
    half = np.interp(-profile[0] / 2, -profile[:15], np.arange(15)) * pixel_nm
    # Source and camera pixels of 20 nm widen a Gaussian of σ ≈ 138 nm by 20² / (12 · 138²) < 0.2 %.
    assert 2 * half == pytest.approx(fwhm_nm, rel=0.003)
    # The first dark ring lies at v = 3.8317, and a brighter one at 5.136.
    ring = int(round(3.8317 / np.pi / 2 / AIRY_FWHM * fwhm_nm / pixel_nm))
    assert profile[ring] < 1e-3 * profile[0] < profile[int(ring * 5.136 / 3.832)]


def test_simulator_and_reconstruction_describe_one_airy_pattern():
    shape, zoom, points = (6, 7), 3, 5
    # The reconstruction's sources are points, the simulator's are even over a fine pixel: points close by make one of
    # the other. Midpoint rule: h²/24 times the second derivatives, V²/2 of the peak at most, four mirrored at once.
    optics = Optics(AiryPsf(2 * AIRY_FWHM * 100.0 / 324.0))
    operator = blur_operator(optics, shape, zoom * points, dtype=torch.float64)
    tolerance = 4 * 2 * V_PER_PIXEL**2 / 2 * intensity(np.zeros(1))[0] / (zoom * points) ** 2 / 24 + 1e-6
    simulator = AiryMicroscope.of_width(shape, zoom, 100.0, 324.0)
    for fine in [(0, 0), (9, 11), (17, 3)]:
        estimate = np.zeros((zoom * shape[0], zoom * shape[1]))
        estimate[fine] = 1.0
        spread = np.kron(estimate, np.full((points, points), 1 / points**2))
        reconstructed = operator.apply(torch.from_numpy(spread)).numpy()
        np.testing.assert_allclose(simulator.image(estimate), reconstructed, rtol=0, atol=tolerance)
        shifted = simulator.image(np.roll(estimate, 1, axis=1))
        assert np.abs(shifted - reconstructed).max() > tolerance


def test_dark_columns_may_be_left_out():
    estimate = np.random.default_rng(1).random((12, 21))
    estimate[:, 5:] = 0
    whole = AiryMicroscope.of_width((4, 7), 3, 100.0, 300.0).image(estimate)
    lit = AiryMicroscope.of_width((4, 7), 3, 100.0, 300.0, np.arange(5)).image(estimate[:, :5])
    np.testing.assert_allclose(lit, whole, atol=1e-12)


def test_the_transfer_function_falls_from_one_to_nothing_at_its_limit():
    frequency = np.linspace(0.0, 0.5, 101)
    transfer = airy_transfer(frequency, 0.3)
    assert transfer[0] == 1.0 and np.all(transfer[frequency >= 0.3] == 0.0)
    assert np.all(np.diff(transfer) <= 0)
    # Near zero it falls as 1 − 4ρ/π, the edge of the pupil that no longer overlaps.
    assert airy_transfer(np.array([3e-4]), 0.3)[0] == pytest.approx(1 - 4e-3 / np.pi, abs=1e-8)

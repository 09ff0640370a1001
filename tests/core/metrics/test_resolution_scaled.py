"""Resolution-scaled error: nothing for a pair that belongs together, something where the estimate was falsified."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.resolution_scaled import binned, resolution_scaled
from fluogan_app.core.units import FWHM_PER_SIGMA

SIGMA_PIXELS = 1.4


@pytest.fixture
def points() -> np.ndarray:
    """Sixty points on 20 × 29 camera pixels at zoom 5."""
    generator = np.random.default_rng(0)
    image = np.zeros((100, 145))
    image[generator.integers(0, 100, 60), generator.integers(0, 145, 60)] = generator.uniform(1, 5, 60)
    return image


def seen(image: np.ndarray, zoom: int = 5) -> np.ndarray:
    """The points as the microscope takes them, with brightness and haze of its own."""
    return 3.0 * binned(gaussian_filter(image, SIGMA_PIXELS * zoom, truncate=6.0), zoom) + 7.0


def test_a_pair_that_belongs_together_has_no_error(points):
    found = resolution_scaled(points, seen(points))
    # The width is searched to 0.001 pixels, which leaves less than that share of the range.
    assert found.error_percent < 0.05 and found.pearson > 0.99999
    assert found.blur_fwhm_pixels == pytest.approx(SIGMA_PIXELS * FWHM_PER_SIGMA, rel=2e-3)
    assert (found.scale, found.level) == (pytest.approx(3.0, rel=2e-3), pytest.approx(7.0, rel=2e-3))
    np.testing.assert_allclose(found.error_map, np.abs(seen(points) - found.image))


def test_noise_of_the_reference_is_the_error_that_remains(points):
    noise = 0.2 * np.random.default_rng(1).standard_normal((20, 29))
    found = resolution_scaled(points, seen(points) + noise)
    # Three fitted numbers take a little of 580 independent ones.
    assert found.error == pytest.approx(np.sqrt(np.mean(noise**2)), rel=0.01)


def test_an_invented_structure_shows_where_it_is(points):
    false = points.copy()
    false[40:60, 70:75] += 0.1
    found, honest = resolution_scaled(false, seen(points)), resolution_scaled(points, seen(points))
    assert found.error > 20 * honest.error and found.pearson < 0.9999
    row, column = np.unravel_index(np.argmax(found.error_map), found.error_map.shape)
    assert 7 <= row <= 12 and 13 <= column <= 15


def test_a_shift_is_an_error(points):
    assert resolution_scaled(np.roll(points, 5, axis=1), seen(points)).error_percent > 2.0


def test_neither_brightness_of_the_estimate_matters_nor_its_haze(points):
    one, other = resolution_scaled(points, seen(points)), resolution_scaled(100 * points + 3, seen(points))
    assert other.error == pytest.approx(one.error, abs=1e-3 * np.ptp(seen(points)))
    assert other.scale == pytest.approx(one.scale / 100, rel=1e-3)


def test_a_negative_of_the_reference_is_not_turned_around(points):
    found = resolution_scaled(points.max() - points, seen(points))
    assert found.scale == 0.0 and found.pearson == 0.0


def test_an_estimate_as_blurred_as_the_reference_needs_no_blur(points):
    image = seen(points)
    found = resolution_scaled(2 * image + 1, image)
    # Up to about this width a spot in the middle of a pixel leaves no light in the next one.
    assert found.blur_fwhm_pixels < 0.3 and found.error_percent < 1e-6


def test_photons_are_kept_where_pixels_are_joined():
    image = np.random.default_rng(0).uniform(size=(12, 21))
    joined = binned(image, 3)
    assert joined.shape == (4, 7) and joined.sum() == pytest.approx(image.sum())
    assert joined[1, 2] == pytest.approx(image[3:6, 6:9].sum())


def test_sizes_that_do_not_fit_are_refused(points):
    with pytest.raises(DataError, match="multiple"):
        resolution_scaled(points, np.random.default_rng(0).uniform(size=(20, 28)))
    with pytest.raises(DataError, match="multiple"):
        resolution_scaled(seen(points), points)
    with pytest.raises(DataError, match="nothing to measure"):
        resolution_scaled(np.zeros_like(points), seen(points))

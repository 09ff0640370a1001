"""The smooth light under structures, against backgrounds that are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from fluogan_app.core.estimate.floor import smooth_floor

SHAPE, FWHM = (48, 60), 3.0


def lit(background: np.ndarray, deviation: float) -> np.ndarray:
    random = np.random.default_rng(2)
    structures = np.zeros(SHAPE)
    structures[10:38, 14] = structures[20, 8:50] = 300.0
    return background + gaussian_filter(structures, FWHM / 2.3548) + random.normal(0.0, deviation, SHAPE)


def test_the_floor_lies_under_structures() -> None:
    even = np.full(SHAPE, 20.0)
    found = smooth_floor(lit(even, 0.5), np.full(SHAPE, 0.5), FWHM)
    # Lines that reach over most of the field leave it some standard deviations too high beside them.
    assert abs(found - 20.0).mean() < 1.0 < lit(even, 0.5).mean() - 20.0


def test_it_follows_what_is_as_smooth_as_the_field() -> None:
    slope = 20.0 + 8.0 * np.cos(np.pi * (np.arange(SHAPE[1]) + 0.5) / SHAPE[1]) + np.zeros(SHAPE)
    found = smooth_floor(lit(slope, 0.5), np.full(SHAPE, 0.5), FWHM)
    assert abs(found - slope).mean() < 1.5 < abs(20.0 - slope).mean()


def test_pixels_that_do_not_count_do_not_count() -> None:
    mean, deviation = lit(np.full(SHAPE, 20.0), 0.5), np.full(SHAPE, 0.5)
    mean[40:44, 40:44] = 0.0
    assert smooth_floor(mean, deviation, FWHM)[42, 42] < 15.0
    deviation[40:44, 40:44] = np.inf
    assert smooth_floor(mean, deviation, FWHM)[42, 42] == pytest.approx(20.0, abs=1.5)


def test_it_is_in_the_unit_of_the_mean_and_never_below_zero() -> None:
    mean, deviation = lit(np.full(SHAPE, 20.0), 0.5), np.full(SHAPE, 0.5)
    found = smooth_floor(mean, deviation, FWHM)
    np.testing.assert_allclose(smooth_floor(7.0 * mean, 7.0 * deviation, FWHM), 7.0 * found, rtol=1e-9)
    assert smooth_floor(mean - 30.0, deviation, FWHM).min() == 0.0

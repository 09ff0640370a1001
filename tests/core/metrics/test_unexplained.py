"""Noise leaves nothing unexplained; a structure that was left out is found where it is, with its sign."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.unexplained import FALSE_ALARM, standardised, unexplained


def noise(seed: int, shape=(61, 48)) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def test_noise_alone_raises_no_alarm_more_often_than_stated():
    alarms = sum(bool(unexplained(noise(seed)).spots) for seed in range(200))
    # 200 fields at 5 %: ten are expected, and 20 are three standard deviations beyond.
    assert alarms <= 200 * FALSE_ALARM + 3.2 * np.sqrt(200 * FALSE_ALARM)


def test_noise_has_the_moments_and_the_histogram_of_noise():
    found = unexplained(noise(1, (300, 311)))
    assert found.rms_sd == pytest.approx(1.0, abs=0.01) and found.mean_sd == pytest.approx(0.0, abs=0.015)
    assert found.beyond_two_percent == pytest.approx(4.55, abs=0.3)
    middles, shares, normal = found.histogram()
    assert shares.sum() == pytest.approx(1.0) and normal.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(shares, normal, atol=5 * np.sqrt(0.1 / found.residual.size))
    np.testing.assert_allclose(middles, -middles[::-1], atol=1e-12)


def test_too_wide_a_residual_is_told_from_the_normal_one():
    _, shares, normal = unexplained(2.0 * noise(1, (100, 90))).histogram()
    assert np.abs(shares - normal).max() > 0.03


def test_spots_are_found_at_their_place_with_their_sign_and_size():
    residual = noise(2)
    residual[10:12, 20:22] = [[7.0, 9.0], [6.0, 8.0]]
    residual[40, 5] = -11.0
    found = unexplained(residual)
    assert [(spot.y, spot.x, spot.pixels) for spot in found.spots] == [(40, 5, 1), (10, 21, 4)]
    assert found.spots[0].deviation_sd == -11.0 and found.spots[1].deviation_sd == 9.0


def test_bright_and_dark_beside_each_other_are_two_spots():
    residual = np.zeros((20, 20))
    residual[5, 5:7] = 9.0, -9.0
    assert len(unexplained(residual).spots) == 2


def test_pixels_that_are_not_told_do_not_count():
    residual = noise(3)
    residual[:5] = np.nan
    found = unexplained(residual)
    assert np.isfinite([found.rms_sd, found.mean_sd, found.beyond_two_percent, found.level_sd]).all()
    assert found.histogram()[1].sum() == pytest.approx(1.0)
    with pytest.raises(DataError, match="No pixel"):
        unexplained(np.full((4, 4), np.nan))


def test_a_difference_is_divided_by_the_root_of_its_variance():
    np.testing.assert_allclose(standardised(np.array([[6.0, -4.0]]), np.array([[4.0, 16.0]])), [[3.0, -1.0]])
    with pytest.raises(DataError, match="noise"):
        standardised(np.ones((2, 2)), np.zeros((2, 2)))

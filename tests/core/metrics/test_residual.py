"""Whiteness of a residual: uniform chance for white noise, and the right sign for structure and for a greedy fit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.stats import kstest

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.residual import power_by_frequency, residual_measures, whiteness

FWHM_PIXELS = 3.24


@pytest.fixture(scope="module")
def white():
    """What two hundred white residuals of odd, unequal sides give."""
    generator = np.random.default_rng(0)
    return [whiteness(generator.standard_normal((41, 60)), FWHM_PIXELS) for _ in range(200)]


def test_chance_is_uniform_for_white_noise(white):
    assert kstest([one.p_value for one in white], "uniform").pvalue > 0.01


def test_white_noise_has_the_moments_that_are_stated(white):
    neighbours = np.array([one.neighbour_correlation for one in white])
    expected = 1 / np.sqrt(2 * 41 * 60)
    assert abs(neighbours.mean()) < 4 * expected / np.sqrt(len(white))
    # The standard deviation of a standard deviation from 200 draws is 5 %.
    assert neighbours.std() == pytest.approx(expected, rel=0.2)
    for values in ([one.flatness for one in white], [one.passed_power for one in white]):
        assert np.mean(values) == pytest.approx(1.0, abs=4 * np.std(values) / np.sqrt(len(values)) + 0.005)


def test_structure_left_over_is_seen():
    generator = np.random.default_rng(1)
    structure = gaussian_filter(generator.standard_normal((41, 60)), 1.4) * 3
    found = whiteness(structure + generator.standard_normal((41, 60)), FWHM_PIXELS)
    assert found.p_value < 1e-6 and found.neighbour_correlation > 0.1
    assert found.passed_power > 2 and found.flatness < 0.95


def test_a_fit_that_follows_the_noise_is_seen():
    """What the PSF can pass is gone from the residual."""
    noise = np.random.default_rng(2).standard_normal((41, 60))
    found = whiteness(noise - gaussian_filter(noise, 1.4), FWHM_PIXELS)
    assert found.p_value < 1e-6 and found.neighbour_correlation < -0.02 and found.passed_power < 0.5


def test_neither_scale_nor_mean_matters():
    noise = np.random.default_rng(3).standard_normal((30, 31))
    one, other = whiteness(noise, FWHM_PIXELS), whiteness(5 * noise + 100, FWHM_PIXELS)
    assert other.p_value == pytest.approx(one.p_value)
    assert other.measures() == pytest.approx(one.measures())


def test_autocorrelation_is_the_sum_that_defines_it():
    noise = np.random.default_rng(4).standard_normal((17, 23))
    table = whiteness(noise).autocorrelation
    rest = noise - noise.mean()
    assert table[3, 3] == 1.0 and table.shape == (7, 7)
    assert table[3 + 1, 3 + 2] == pytest.approx(np.mean(rest[:-1, :-2] * rest[1:, 2:]) / rest.var())
    assert table[3 + 2, 3 - 1] == pytest.approx(np.mean(rest[:-2, 1:] * rest[2:, :-1]) / rest.var())
    np.testing.assert_array_equal(table, table[::-1, ::-1])


def test_without_a_width_or_band_the_passed_power_is_unknown():
    noise = np.random.default_rng(5).standard_normal((20, 20))
    assert np.isnan(whiteness(noise).passed_power)
    assert np.isnan(whiteness(noise, fwhm_pixels=0.5).passed_power)


def test_a_residual_without_noise_is_refused():
    with pytest.raises(DataError, match="nothing to measure"):
        whiteness(np.zeros((20, 20)))
    assert residual_measures(np.zeros((20, 20))) == {} == residual_measures(np.eye(5))
    assert set(residual_measures(np.eye(20), FWHM_PIXELS)) == set(whiteness(np.eye(20), FWHM_PIXELS).measures())


def test_the_power_of_noise_is_one_at_every_frequency_and_that_of_structure_where_it_is():
    curves = [power_by_frequency(np.random.default_rng(seed).standard_normal((71, 96))) for seed in range(40)]
    frequency, _, spread = curves[0]
    np.testing.assert_allclose(frequency, np.arange(1, 36) / 71)
    powers = np.array([power for _, power, _ in curves])
    # Beyond the coarsest rings, which the taper draws together.
    np.testing.assert_allclose(powers.mean(axis=0)[3:], 1.0, atol=0.1)
    assert np.median(powers.std(axis=0)[3:] / spread[3:]) == pytest.approx(1.0, abs=0.3)
    waves = np.sin(2 * np.pi * 0.2 * np.arange(96))[None, :] * 2 + np.random.default_rng(0).standard_normal((71, 96))
    assert abs(frequency[np.argmax(power_by_frequency(waves)[1])] - 0.2) < 0.015

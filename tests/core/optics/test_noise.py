"""Frames that the simulator draws: their law and moments, and that chance comes from the passed generator alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import chi2, poisson

from fluogan_app.core.optics.noise import draw_emission, draw_frames
from fluogan_app.core.rng import make_generator

COUNT = 40_000
#: Bounds in spreads of the estimator: 4.5 of them fail in 1 of 150,000 cases, and the seeds are fixed.
SPREADS = 4.5


def drawn(mean: float, photon: float, read_noise: float, seed: int = 5) -> np.ndarray:
    expected = torch.full((COUNT,), mean, dtype=torch.float64)
    return draw_frames(expected, photon, read_noise, make_generator(seed)).numpy()


def moments_fit(values: np.ndarray, mean: float, photon: float, read_noise: float) -> bool:
    """Whether mean, variance and third central moment are those of photon · Poisson + Gauss, within chance.

    The cumulants of photon · Poisson(mean / photon) are κ_n = photonⁿ⁻¹ · mean; the Gaussian adds to κ_2 alone.
    """
    k2, k3, k4, k6 = photon * mean + read_noise**2, photon**2 * mean, photon**3 * mean, photon**5 * mean
    rest = values - mean
    sixth = k6 + 15 * k4 * k2 + 10 * k3**2 + 15 * k2**3
    return bool(
        abs(values.mean() - mean) < SPREADS * np.sqrt(k2 / COUNT)
        and abs((rest**2).mean() - k2) < SPREADS * np.sqrt((k4 + 2 * k2**2) / COUNT)
        and abs((rest**3).mean() - k3) < SPREADS * np.sqrt((sixth - k3**2) / COUNT)
    )


@pytest.mark.parametrize(("mean", "photon", "read_noise"), [(0.3, 1, 0), (12, 1, 1.5), (28, 7, 10), (3e4, 0.5, 3)])
def test_moments_are_those_of_photons_and_read_noise(mean, photon, read_noise):
    assert moments_fit(drawn(mean, photon, read_noise), mean, photon, read_noise)


def test_the_moment_check_sees_a_gain_or_read_noise_that_is_wrong_and_a_gaussian_in_place_of_photons():
    values = drawn(28.0, 7.0, 10.0)
    assert not moments_fit(values, 28.0, 6.0, 10.0)
    assert not moments_fit(values, 28.0, 7.0, 9.0)
    gauss = 28.0 + np.sqrt(7.0 * 28.0 + 100.0) * np.random.default_rng(1).standard_normal(COUNT)
    assert not moments_fit(gauss, 28.0, 7.0, 10.0)


def test_without_read_noise_counts_follow_the_poisson_law():
    values = drawn(2.5, 1.0, 0.0)
    observed = np.append(np.bincount(values.astype(int), minlength=9)[:9], (values >= 9).sum())
    law = np.append(poisson.pmf(range(9), 2.5), poisson.sf(8, 2.5))
    distance = ((observed - COUNT * law) ** 2 / (COUNT * law)).sum()
    assert distance < chi2.isf(1e-4, df=9)


def test_values_come_in_multiples_of_one_photon():
    values = drawn(28.0, 7.0, 0.0)
    np.testing.assert_array_equal(values % 7.0, 0.0)


def test_darkness_without_read_noise_is_dark():
    assert not drawn(0.0, 7.0, 0.0).any()


def test_photon_and_read_noise_may_differ_from_pixel_to_pixel():
    mean = torch.full((3, 5, COUNT), 20.0, dtype=torch.float64)
    photon = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)[:, None, None]
    noise = torch.tensor([0.0, 1.0, 2.0, 3.0, 4.0], dtype=torch.float64)[:, None]
    frames = draw_frames(mean, photon, noise, make_generator(2)).numpy()
    assert all(
        moments_fit(frames[row, column], 20.0, float(photon[row]), float(noise[column]))
        for row in range(3)
        for column in range(5)
    )


def test_chance_comes_from_the_passed_generator_alone():
    before = torch.get_rng_state()
    first, same, other = drawn(9.0, 1.0, 1.0, 3), drawn(9.0, 1.0, 1.0, 3), drawn(9.0, 1.0, 1.0, 4)
    np.testing.assert_array_equal(first, same)
    assert (first != other).mean() > 0.99
    assert torch.equal(torch.get_rng_state(), before)


def test_a_generator_goes_on_and_does_not_repeat_itself():
    generator, mean = make_generator(6), torch.full((5, 7), 9.0)
    assert not torch.equal(draw_frames(mean, 1.0, 1.0, generator), draw_frames(mean, 1.0, 1.0, generator))


def test_the_expected_frame_is_left_as_it_was():
    mean = torch.full((5, 7), 9.0)
    draw_frames(mean, 2.0, 1.0, make_generator(6))
    assert torch.equal(mean, torch.full((5, 7), 9.0))


@pytest.mark.parametrize(("mean", "kappa"), [(0.3, 1.0), (12.0, 20.0), (5e3, 0.5)])
def test_emission_has_the_mean_and_kappa_times_the_mean_as_variance(mean, kappa):
    light = draw_emission(torch.full((COUNT,), mean, dtype=torch.float64), kappa, make_generator(7)).numpy()
    assert moments_fit(light, mean, kappa, 0.0)
    assert not moments_fit(light, mean, 1.3 * kappa, 0.0)
    np.testing.assert_allclose(light / kappa, np.rint(light / kappa), atol=1e-9)

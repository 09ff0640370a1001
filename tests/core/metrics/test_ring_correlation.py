"""Fourier ring correlation against spectra whose correlation is known: FRC = S / (S + N) for signal S and noise N."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.ring_correlation import ONE_SEVENTH, RingCorrelation, ring_correlation

PIXEL_NM = 50.0
WIDTH = 0.15
#: S = 100 exp(−f²/WIDTH²) over N = 1 falls to 1/6, and FRC to 1/7, at this frequency in cycles per pixel.
CROSSING = WIDTH * np.sqrt(np.log(600.0))


def amplitude(frequency: np.ndarray) -> np.ndarray:
    return 10.0 * np.exp(-((frequency / WIDTH) ** 2) / 2.0)


def two_halves(shaped_noise, shape, seed) -> tuple[np.ndarray, np.ndarray]:
    """One structure with two independent noises."""
    generator = np.random.default_rng(1000 + seed)
    structure = shaped_noise(shape, seed, amplitude)
    return tuple(structure + generator.standard_normal(shape) for _ in range(2))


@pytest.mark.parametrize("shape", [(256, 256), (255, 180), (101, 401), (97, 64)])
def test_the_known_resolution_is_found_in_nm_at_any_size(shaped_noise, shape):
    found = ring_correlation(*two_halves(shaped_noise, shape, 3), PIXEL_NM).crossing()
    true_nm = PIXEL_NM / CROSSING
    assert found.resolution_nm == pytest.approx(true_nm, abs=4 * found.spread_nm + 0.01 * true_nm)
    assert found.spread_nm < 0.1 * true_nm


def test_the_stated_spread_covers_the_truth(shaped_noise):
    true_nm = PIXEL_NM / CROSSING
    found = [ring_correlation(*two_halves(shaped_noise, (90, 121), seed), PIXEL_NM).crossing() for seed in range(20)]
    inside = [abs(one.resolution_nm - true_nm) <= 3 * one.spread_nm for one in found]
    assert np.mean(inside) >= 0.9
    # The spread is no mere bound: the results scatter about as much as it says.
    said = np.mean([one.spread_nm for one in found])
    assert 0.4 * said < np.std([one.resolution_nm for one in found]) < 2.0 * said


def test_the_curve_is_the_known_one(shaped_noise):
    curves = [ring_correlation(*two_halves(shaped_noise, (128, 150), seed), PIXEL_NM) for seed in range(30)]
    mean = np.mean([curve.correlation for curve in curves], axis=0)
    power = amplitude(curves[0].frequency_per_nm * PIXEL_NM) ** 2
    # What the taper smears over neighbouring rings is below a hundredth where the spectrum changes slowly.
    np.testing.assert_allclose(mean[3:], (power / (power + 1.0))[3:], atol=0.03)


def test_noise_alone_scatters_as_its_count_says():
    generator = np.random.default_rng(5)
    curves = [ring_correlation(*generator.standard_normal((2, 101, 64)), PIXEL_NM) for _ in range(60)]
    scaled = np.array([curve.correlation * np.sqrt(2 * curve.count) for curve in curves])
    assert abs(scaled.mean()) < 4 / np.sqrt(scaled.size)
    # Neighbouring coefficients share the taper; to call all that it leaves independent errs on the safe side.
    assert 0.75 < scaled.std() < 1.1
    assert curves[0].crossing().resolution_nm is None


def test_rings_hold_every_coefficient_once_and_have_the_right_frequencies():
    image = np.random.default_rng(0).standard_normal((31, 48))
    curve = ring_correlation(image, image, PIXEL_NM, taper_share=0.0)
    np.testing.assert_allclose(curve.frequency_per_nm, np.arange(1, 16) / 31 / PIXEL_NM)
    rows, columns = np.meshgrid(np.fft.fftfreq(31), np.fft.fftfreq(48), indexing="ij")
    radius = np.hypot(rows, columns) * 31
    assert curve.count.sum() == pytest.approx(np.count_nonzero((radius >= 0.5) & (radius < 15.5)) / 2)
    np.testing.assert_allclose(curve.correlation, 1.0)


def test_equal_images_resolve_two_pixels_and_opposite_ones_nothing():
    image = np.random.default_rng(0).standard_normal((40, 50))
    same = ring_correlation(image, 3 * image + 7, PIXEL_NM).crossing()
    assert same.resolution_nm is None and "100 nm" in same.reason
    opposite = ring_correlation(image, -image, PIXEL_NM)
    np.testing.assert_allclose(opposite.correlation, -1.0)
    assert "coarsest" in opposite.crossing().reason


def test_the_taper_keeps_a_border_from_correlating():
    """Two ramps with independent noise: without a taper their jump at the border correlates at all frequencies."""
    ramp = np.add.outer(np.arange(64.0), np.arange(90.0))
    one, two = (ramp + 3 * noise for noise in np.random.default_rng(0).standard_normal((2, 64, 90)))
    high = slice(16, None)
    assert np.mean(ring_correlation(one, two, PIXEL_NM).correlation[high]) < 0.05
    assert np.mean(ring_correlation(one, two, PIXEL_NM, taper_share=0.0).correlation[high]) > 0.3


def test_bright_structure_that_is_cut_by_the_border_resolves_no_finer_than_its_band(shaped_noise):
    """What leaks through the taper must stay below the noise; through a narrow one it does not."""
    lens = shaped_noise((300, 310), 2, lambda frequency: 300.0 * np.maximum(1.0 - frequency / 0.25, 0.0) ** 1.5)
    field = lens[100:196, 90:200]
    one, two = (field + noise for noise in np.random.default_rng(0).standard_normal((2, *field.shape)))
    limit_nm = PIXEL_NM / 0.25
    found, narrow = (ring_correlation(one, two, PIXEL_NM, share).crossing().resolution_nm for share in (0.5, 0.1))
    assert 0.9 * limit_nm < found < 1.02 * limit_nm
    assert narrow < 0.75 * limit_nm


def test_a_pixel_size_twice_as_large_doubles_the_resolution(shaped_noise):
    halves = two_halves(shaped_noise, (80, 80), 1)
    fine, coarse = (ring_correlation(*halves, size).crossing() for size in (PIXEL_NM, 2 * PIXEL_NM))
    assert coarse.resolution_nm == pytest.approx(2 * fine.resolution_nm)


def test_thresholds_are_those_of_their_papers():
    count = np.array([4.0, 100.0, 1e8])
    empty = np.zeros(3)
    curve = RingCorrelation(np.arange(1.0, 4.0), empty, empty, empty, count, PIXEL_NM)
    np.testing.assert_allclose(curve.threshold("1/7"), ONE_SEVENTH)
    # A half bit per coefficient: SNR of √2 − 1 of the sum, so of half that in each image; ρ = SNR/(1 + SNR) = 0.1716.
    assert curve.threshold("half-bit")[2] == pytest.approx(0.2071 / 1.2071, abs=3e-4)
    np.testing.assert_allclose(curve.threshold("3 sigma"), 3 / np.sqrt(2 * count))


def test_what_cannot_be_compared_is_refused():
    image = np.random.default_rng(0).standard_normal((20, 30))
    with pytest.raises(DataError, match="shapes"):
        ring_correlation(image, image[:-1], PIXEL_NM)
    with pytest.raises(DataError, match="not numbers"):
        ring_correlation(image, np.where(image > 2, np.nan, image), PIXEL_NM)
    with pytest.raises(DataError, match="nothing to measure"):
        ring_correlation(image, np.zeros_like(image), PIXEL_NM)
    with pytest.raises(DataError, match="16 × 16"):
        ring_correlation(image[:10], image[:10], PIXEL_NM)


def shared_grid(shaped_noise, lift: float, shape=(200, 210)) -> tuple[np.ndarray, np.ndarray]:
    """Structure of a known end with independent noise, and beyond it fine structure that both images have alike."""
    one, two = two_halves(shaped_noise, shape, 4)
    shared = shaped_noise(shape, 9, lambda frequency: np.where(frequency > 0.45, lift, 0.0))
    return one + shared, two + shared


def test_a_curve_that_rises_again_keeps_its_first_crossing_and_tells_the_rise(shaped_noise):
    curve = ring_correlation(*shared_grid(shaped_noise, 6.0), PIXEL_NM)
    assert curve.crossing().resolution_nm == pytest.approx(PIXEL_NM / CROSSING, rel=0.05)
    assert curve.rise.highest > 0.9 and PIXEL_NM / 0.46 < curve.rise.period_nm < PIXEL_NM / 0.35
    assert "does not count" in curve.rise.words
    assert ring_correlation(*two_halves(shaped_noise, (200, 210), 4), PIXEL_NM).rise is None


def test_a_curve_that_rises_again_without_a_crossing_is_no_resolution():
    frequency = np.arange(1, 41) / 41 / (2 * PIXEL_NM)
    smooth = np.concatenate([np.linspace(1.0, 0.2, 30), np.linspace(0.3, 0.95, 10)])
    curve = RingCorrelation(frequency, smooth, smooth, np.full(40, 0.01), np.full(40, 500.0), PIXEL_NM)
    found = curve.crossing()
    assert found.resolution_nm is None
    assert "falls to 0.20" in found.reason and "rises again" in found.reason and "no resolution" in found.reason


def test_rings_of_few_coefficients_do_not_decide_about_chance(shaped_noise):
    """Three deviations of chance exceed 1 in the first rings: that says nothing of the images."""
    found = ring_correlation(*two_halves(shaped_noise, (128, 128), 3), PIXEL_NM).crossing("3 sigma")
    assert found.resolution_nm == pytest.approx(PIXEL_NM / CROSSING, rel=0.25)

"""What the frames say of their own noise, against recordings whose noise is known."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.methods.weights import brightness_trend, camera_line, camera_pattern, measure_noise

WIDE = 3.0


def mean_image(shape: tuple[int, int] = (40, 44)) -> np.ndarray:
    y, x = np.mgrid[: shape[0], : shape[1]]
    return 30.0 + 25.0 * np.sin(y / 9.0) * np.cos(x / 7.0)


def test_gain_and_read_noise_show_in_the_cameras_line() -> None:
    source, mean = np.random.default_rng(0), mean_image()
    frames = 2.5 * source.poisson(mean, (400, *mean.shape)) + source.normal(0, 4.0, (400, *mean.shape))
    noise = measure_noise(frames.astype(np.float32), WIDE)
    assert noise.photon == pytest.approx(2.5, rel=0.05)
    truth = 2.5**2 * mean + 16.0
    np.testing.assert_allclose(noise.frame_variance, truth, rtol=0.1)
    np.testing.assert_allclose(noise.mean_variance, truth / 400, rtol=0.15)


@pytest.mark.parametrize("factor", [0.1, 100.0])
def test_variances_scale_with_the_square(factor: float, recording: np.ndarray) -> None:
    plain, scaled = measure_noise(recording, WIDE), measure_noise(recording * np.float32(factor), WIDE)
    np.testing.assert_allclose(scaled.mean_variance, factor**2 * plain.mean_variance, rtol=1e-4)


def test_bleaching_is_not_taken_for_noise() -> None:
    source, mean = np.random.default_rng(2), mean_image()
    fading = np.exp(-np.linspace(0, np.log(4), 300))
    frames = source.poisson(fading[:, None, None] * mean).astype(np.float32)
    noise = measure_noise(frames, WIDE)
    np.testing.assert_allclose(noise.frame_variance, fading.mean() * mean, rtol=0.15)
    assert frames.var(axis=0).mean() > 1.5 * noise.frame_variance.mean(), "the naive variance would be wrong"
    np.testing.assert_allclose(noise.level, fading / fading.mean(), rtol=0.06)


@pytest.mark.parametrize("correlation", [0.5, 0.7, 0.8])
def test_slow_blinking_makes_the_mean_less_certain(correlation: float) -> None:
    source = np.random.default_rng(3)
    steps = source.normal(0, 1, (600, 20, 21))
    for index in range(1, 600):
        steps[index] = correlation * steps[index - 1] + (1 - correlation**2) ** 0.5 * steps[index]
    noise = measure_noise((50.0 + 3.0 * steps).astype(np.float32), WIDE)
    # For autocorrelation r^k the mean of T frames has the variance of T (1 − r)/(1 + r) independent ones. 600 frames
    # of 420 pixels tell it to 3 %; the tail that is cut at 1 % takes 2 % off.
    assert noise.correlation_frames == pytest.approx((1 + correlation) / (1 - correlation), rel=0.08)
    independent = measure_noise(source.normal(50.0, 3.0, (600, 20, 21)).astype(np.float32), WIDE)
    assert independent.correlation_frames == pytest.approx(1.0, abs=0.05)


def test_a_fixed_pattern_stays_in_the_mean_however_many_frames() -> None:
    source, mean = np.random.default_rng(4), mean_image((60, 60))
    pattern = source.normal(0, 2.0, mean.shape)
    frames = (source.poisson(mean, (200, *mean.shape)) + pattern).astype(np.float32)
    dark = mean < np.percentile(mean, 25)
    with_pattern = measure_noise(frames, WIDE).mean_variance[dark].mean()
    assert with_pattern == pytest.approx(4.0 + mean[dark].mean() / 200, rel=0.25)
    # A narrow PSF can make such differences itself: then they say nothing.
    assert measure_noise(frames, 1.5).mean_variance[dark].mean() < 1.0


@pytest.mark.parametrize(("count", "tolerance"), [(1, 0.06), (2, 0.04), (40, 0.02)])
def test_no_bias_from_few_frames_or_fine_structure(count: int, tolerance: float) -> None:
    y, x = np.mgrid[:40, :44]
    mean = mean_image() + 60.0 * np.exp(-(((x % 11 - 5) / 1.4) ** 2) / 2)
    sources = (np.random.default_rng(seed) for seed in range(6))
    noises = [measure_noise(source.poisson(mean, (count, *mean.shape)).astype(np.float32), WIDE) for source in sources]
    # 1,760 pixels in six draws tell the variance of a single frame, from neighbours that share most of it, to 2 %.
    assert np.mean([noise.photon for noise in noises]) == pytest.approx(1.0, rel=tolerance)
    assert np.mean([noise.frame_variance.mean() for noise in noises]) == pytest.approx(mean.mean(), rel=tolerance)


@pytest.mark.parametrize("count", [1, 2, 8])
def test_few_frames(count: int) -> None:
    frames = np.random.default_rng(6).poisson(40.0, (count, 50, 50)).astype(np.float32)
    assert measure_noise(frames, WIDE).mean_variance.mean() == pytest.approx(40.0 / count, rel=0.2)


def test_trend_of_a_flickering_decline() -> None:
    frames = np.linspace(3, 1, 100)[:, None, None] * np.ones((100, 5, 5), np.float32)
    np.testing.assert_allclose(brightness_trend(frames), np.linspace(1.5, 0.5, 100), rtol=0.02)
    np.testing.assert_array_equal(brightness_trend(frames[:4]), 1.0)


def test_the_line_survives_single_bright_pixels() -> None:
    mean = np.linspace(10, 100, 900).reshape(30, 30)
    slope, constant = camera_line(mean, 2.0 * mean + 5.0)
    assert slope == pytest.approx(2.0) and constant == pytest.approx(5.0, abs=1e-6)
    assert camera_line(mean, 100.0 - 0.5 * mean)[0] == 0.0


def test_the_cameras_pattern_holds_nothing_of_a_blurred_sample() -> None:
    y, x = np.mgrid[:33, :31]
    sigma = 1.3
    spot = np.exp(-((y - 16.3) ** 2 + (x - 14.8) ** 2) / (2 * sigma**2))
    # At the filter's edge 1 % of the spot's spectrum is left, and half of that is taken for pattern.
    assert np.abs(camera_pattern(spot, sigma)).max() < 0.03
    checkerboard = (-1.0) ** (y + x)
    np.testing.assert_allclose(camera_pattern(checkerboard, sigma)[5:-5, 5:-5], checkerboard[5:-5, 5:-5], atol=0.1)

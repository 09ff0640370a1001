"""Noise weights where little is known: few frames, no noise, other units; and what bleaching must not do to them."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.methods.weights import FRAMES_FOR_TREND, RELATIVE_FLOOR, Noise, measure_noise

FWHM = 3.0
SHAPE = (37, 41)
GAIN, READ_NOISE = 2.0, 3.0  # counts per photon, counts


def mean_counts() -> np.ndarray:
    """Light that varies over more than the PSF, 10 to 110 counts."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return 60.0 + 50.0 * np.sin(2 * np.pi * y / 24.0) * np.cos(2 * np.pi * x / 31.0)


def recorded(frames: int, seed: int = 7, level: np.ndarray | None = None) -> np.ndarray:
    source = np.random.default_rng(seed)
    level = np.ones(frames) if level is None else level
    photons = source.poisson(level[:, None, None] * mean_counts() / GAIN)
    return (GAIN * photons + source.normal(0, READ_NOISE, photons.shape)).astype(np.float32)


def true_variance(level: float = 1.0) -> np.ndarray:
    """Of one frame."""
    return GAIN * level * mean_counts() + READ_NOISE**2


def pooled_ratio(noise: Noise, frames: int, level: float = 1.0) -> float:
    """Measured over true variance of the mean frame, over all pixels together."""
    return float((noise.mean_variance * frames).sum() / true_variance(level).sum())


def tolerance(degrees: float) -> float:
    """Four spreads of a pooled variance with that many degrees of freedom in each of the pixels, and the line's bias.

    The line weighs each of its 24 bins by 1 / height², so that it leans to those that came out low by twice their
    relative variance of 2 / (degrees · pixels of a bin).
    """
    pixels = SHAPE[0] * SHAPE[1]
    return 4 * np.sqrt(2 / (degrees * pixels)) + 4 * 24 / (degrees * pixels)


# Degrees of freedom: first differences share frames, which leaves two thirds; the trend takes four away.
@pytest.mark.parametrize(
    ("frames", "degrees"),
    [(2, 1), (3, 1), (FRAMES_FOR_TREND - 1, 6), (FRAMES_FOR_TREND, 8), (FRAMES_FOR_TREND + 1, 9), (200, 196)],
)
def test_the_means_variance_is_measured_whatever_the_number_of_frames(frames, degrees):
    noise = measure_noise(recorded(frames), FWHM)
    assert pooled_ratio(noise, frames) == pytest.approx(1.0, abs=tolerance(degrees))


def test_a_single_frame_tells_its_noise_from_what_no_blur_could_make():
    # Neighbouring second differences share most of their pixels: half a degree of freedom each.
    noise = measure_noise(recorded(1), FWHM)
    assert pooled_ratio(noise, 1) == pytest.approx(1.0, abs=tolerance(0.5))
    assert noise.correlation_frames == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("frames", [2, FRAMES_FOR_TREND, 60])
def test_the_check_sees_the_variance_of_a_frame_taken_for_that_of_the_mean(frames):
    noise = measure_noise(recorded(frames), FWHM)
    wrong = Noise(**{**vars(noise), "mean_variance": noise.frame_variance})
    assert abs(pooled_ratio(wrong, frames) - 1.0) > 2 * tolerance(1)


def test_each_pixels_variance_follows_its_light():
    noise = measure_noise(recorded(300), FWHM)
    # A line against a mean smoothed by σ = 1 pixel alone would be steeper by 5 %: the waves lose that of their height.
    assert noise.photon == pytest.approx(GAIN, rel=0.02)
    level = mean_counts().mean()
    assert noise.photon * level + noise.constant == pytest.approx(GAIN * level + READ_NOISE**2, rel=tolerance(296))
    # Near the border half of a wave may be missing, which the nearest pixels replace.
    np.testing.assert_allclose(noise.frame_variance, true_variance(), rtol=0.1)


@pytest.mark.parametrize("frames", [1, 2, 11, 12, 40])
@pytest.mark.parametrize("power", [-4, 3, 7])
def test_counts_in_another_unit_change_variances_by_its_square_exactly(frames, power):
    factor = 2.0**power
    stack = recorded(frames)
    one, other = measure_noise(stack, FWHM), measure_noise(stack * np.float32(factor), FWHM)
    # Powers of two only move the exponent: not a bit may differ.
    np.testing.assert_array_equal(other.mean, factor * one.mean)
    np.testing.assert_array_equal(other.level, one.level)
    np.testing.assert_array_equal(other.mean_variance, factor**2 * one.mean_variance)
    np.testing.assert_array_equal(other.frame_variance, factor**2 * one.frame_variance)
    assert other.photon == factor * one.photon
    assert other.correlation_frames == one.correlation_frames


@pytest.mark.parametrize("shape_of_decline", ["exponential", "straight", "sudden start"])
def test_fourfold_bleaching_does_not_make_the_mean_look_less_certain(shape_of_decline):
    frames, time = 240, np.linspace(0.0, 1.0, 240)
    level = {
        "exponential": np.exp(-np.log(4.0) * time),
        "straight": 1.0 - 0.75 * time,
        "sudden start": 0.25 + 0.75 * np.exp(-time / 0.12),
    }[shape_of_decline]
    stack = recorded(frames, level=level)
    noise = measure_noise(stack, FWHM)
    ratio = pooled_ratio(noise, frames, level.mean())
    assert ratio == pytest.approx(1.0, abs=0.1)
    naive = (stack.var(axis=0)).sum() / true_variance(level.mean()).sum()
    assert naive > 1.5 * ratio, "var(y)/T must be wrong here, or the test says nothing"


def test_slow_blinking_of_single_emitters_is_counted():
    # Two-state emitters that stay on or off for some frames: a symmetric telegraph with correlation r^|lag|.
    source, frames, r = np.random.default_rng(5), 600, 0.7
    switches = source.random((frames, *SHAPE)) < (1 - r) / 2
    switches[0] = source.random(SHAPE) < 0.5
    on = np.cumsum(switches, axis=0) % 2
    stack = source.poisson(20.0 + 20.0 * on).astype(np.float32)
    noise = measure_noise(stack, FWHM)
    # Photons are independent (variance 30); blinking (variance 100) is once in (1 + r)/(1 − r) frames.
    expected = (30.0 + 100.0 * (1 + r) / (1 - r)) / frames
    # Each of the trend's four terms takes 1/T of the sum off every lag, and 2 · 12 + 1 lags are above 1 %.
    assert 1 - 4 * 25 / frames - 0.05 < noise.mean_variance.mean() / expected < 1.05
    assert stack.var(axis=0).mean() / frames < 0.3 * expected, "var(y)/T must be wrong here, or the test says nothing"


@pytest.mark.parametrize("frames", [1, 2, 11, 12, 30])
def test_frames_without_any_noise_get_the_floor(frames):
    # Bilinear light has no second difference in both axes, so that a single frame shows no noise either.
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    mean = (16.0 + y + 2.0 * x).astype(np.float32)
    noise = measure_noise(np.repeat(mean[None], frames, axis=0), FWHM)
    floor = (RELATIVE_FLOOR * float(mean.max())) ** 2
    for variance in (noise.frame_variance, noise.mean_variance):
        assert np.isfinite(variance).all()
        # One frame is reflected at its border, which bends even straight light there.
        middle = np.median(variance)
        assert floor <= variance.min() and (frames == 1 or middle == pytest.approx(floor, rel=0.05))
    assert np.isfinite([noise.photon, noise.constant, noise.correlation_frames]).all()


def test_an_even_field_gives_every_pixel_the_same_weight():
    source = np.random.default_rng(9)
    noise = measure_noise(source.poisson(50.0, (100, *SHAPE)).astype(np.float32), FWHM)
    np.testing.assert_allclose(noise.frame_variance, 50.0, rtol=0.05)
    np.testing.assert_allclose(noise.mean_variance, 0.5, rtol=0.1)

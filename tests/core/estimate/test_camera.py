"""Gain, offset and read noise against cameras that are known, and the reasons for saying nothing."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.estimate.camera import estimate_camera
from fluogan_app.core.estimate.photon_transfer import KERNEL, filtered, fitted_line, photon_transfer
from fluogan_app.core.estimate.result import Estimate, Missing

UNKNOWN = Acquisition()
OFFSET_GIVEN = Acquisition().with_values(Origin.USER, offset=100.0)


@pytest.mark.parametrize(("light", "gain"), [("bright", 7.0), ("dim", 1.0), ("blinking", 1.0)])
def test_the_gain_is_right_within_5_percent_at_every_light_level(steady, light: str, gain: float) -> None:
    found, _, _ = estimate_camera(steady[light], UNKNOWN)
    assert found.value == pytest.approx(gain, rel=0.05)
    assert abs(found.value - gain) < 3 * found.uncertainty < 0.08 * gain


def test_plain_variances_take_blinking_for_gain(steady) -> None:
    """The wrong way that the filter replaces: the check above would see it."""
    frames = steady["blinking"]
    mean, variance = frames.mean(axis=0).ravel(), 0.5 * np.mean(np.diff(frames, axis=0) ** 2, axis=0).ravel()
    assert fitted_line(mean, variance)[0] > 1.3


def small_recording(seed: int, gain: float = 2.0, offset: float = 50.0, read_noise: float = 1.5) -> np.ndarray:
    source, (y, x) = np.random.default_rng(seed), np.mgrid[:40, :44]
    light = np.exp(-np.arange(60) / 80.0)[:, None, None] * (35.0 + 30.0 * np.sin(y / 6.0) * np.cos(x / 5.0))
    counts = gain * (source.poisson(light) + source.normal(0, read_noise, light.shape)) + offset
    return np.rint(counts).astype(np.float32)


@pytest.mark.parametrize(("name", "truth"), [("gain", 2.0), ("offset", 50.0), ("read_noise", 1.5)])
def test_three_standard_deviations_hold_the_truth(name: str, truth: float) -> None:
    """In 20 bleaching recordings; a normal error would leave them once in 370."""
    known = Acquisition().with_values(Origin.USER, **({"offset": 50.0} if name != "offset" else {"read_noise": 1.5}))
    found = [_named(estimate_camera(small_recording(seed), known), name) for seed in range(20)]
    off = np.array([(estimate.value - truth) / estimate.uncertainty for estimate in found])
    assert np.mean(np.abs(off) < 3.0) >= 0.9
    # Neither overconfident nor so cautious that the statement is empty.
    assert 0.4 < np.sqrt(np.mean(off**2)) < 2.0


def test_without_offset_and_read_noise_the_offset_lies_between_two_limits() -> None:
    gain, offset, read_noise = estimate_camera(small_recording(0), UNKNOWN)
    line = photon_transfer(small_recording(0))
    assert line.zero < offset.value < line.darkest
    assert abs(offset.value - 50.0) < 3 * offset.uncertainty
    assert offset.uncertainty > gain.value, "without a dark frame it is known to no better than a photon"
    assert isinstance(read_noise, Missing) and "offset is stated" in read_noise.reason


def test_counts_in_another_unit_scale_the_gain(steady) -> None:
    one, other = (estimate_camera(steady["dim"] * np.float32(factor), UNKNOWN)[0] for factor in (1.0, 100.0))
    assert other.value == pytest.approx(100.0 * one.value, rel=1e-3)
    assert other.uncertainty == pytest.approx(100.0 * one.uncertainty, rel=1e-2)


def test_saturated_pixels_are_left_out() -> None:
    frames = small_recording(3)
    clipped = np.minimum(frames * 2.0, 255.0)  # an 8-bit camera's end
    assert (clipped == 255.0).any(axis=0).mean() > 0.05
    found = estimate_camera(clipped, UNKNOWN)[0]
    assert abs(found.value - 4.0) < 3 * found.uncertainty + 0.1


def test_the_filter_weighs_mean_and_variance_alike() -> None:
    """The mean of h² over unequal pixels is what the variance of the filtered noise follows, exactly."""
    source, heights = np.random.default_rng(0), np.random.default_rng(1).uniform(1, 9, (5, 5))
    draws = source.standard_normal((40_000, 5, 5)) * np.sqrt(heights)
    measured = filtered(draws, KERNEL)[:, 0, 0].var()
    wanted = filtered(heights, KERNEL**2)[0, 0]
    assert measured == pytest.approx(wanted, rel=4 * np.sqrt(2 / 40_000))


@pytest.mark.parametrize(
    ("frames", "word"),
    [
        (np.ones((4, 30, 30), np.float32), "too few"),
        (np.ones((40, 30, 9), np.float32), "too small"),
        (np.random.default_rng(0).poisson(40.0, (60, 40, 40)).astype(np.float32), "too even"),
        (np.tile(np.linspace(9, 90, 900, dtype=np.float32).reshape(30, 30), (40, 1, 1)), "does not grow"),
    ],
)
def test_frames_that_tell_nothing_are_refused_with_the_reason(frames: np.ndarray, word: str) -> None:
    found = estimate_camera(frames, UNKNOWN)
    assert all(isinstance(finding, Missing) and word in finding.reason for finding in found), found


def test_a_wrong_offset_is_noticed() -> None:
    above = estimate_camera(small_recording(0), Acquisition().with_values(Origin.USER, offset=-200.0))[2]
    assert isinstance(above, Missing) and "check the offset" in above.reason


@pytest.mark.parametrize(("stack", "gain"), [("dsred_mito_50x67x74.tif", 2.1), ("mito_014_50x70x70.tif", 2.1)])
def test_two_stacks_of_one_real_camera_agree(shared_data, stack: str, gain: float) -> None:
    from fluogan_app.core.data.roi import FrameRange, Roi
    from fluogan_app.core.readers.open import open_stack

    opened = open_stack(shared_data / "stacks" / stack)
    frames = opened.read(FrameRange.whole(opened.shape[0]), Roi.whole(opened.shape[1:]))
    found = estimate_camera(frames, UNKNOWN)[0]
    assert isinstance(found, Estimate) and found.value == pytest.approx(gain, rel=0.05)


def _named(found: tuple, name: str) -> Estimate:
    return next(finding for finding in found if finding.name == name)

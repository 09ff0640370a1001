"""A field at a glance: the same mean and variance as from all frames at once, with one frame in memory at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import make_field
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import DataError

GAIN, OFFSET = 2.5, 100.0
CAMERA = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, gain=GAIN, offset=OFFSET)
REGION, FRAMES = Roi(2, 3, 17, 21), FrameRange(5, 305)


def field_of(frames: np.ndarray, roi: Roi | None = REGION, kept: FrameRange | None = FRAMES):
    return make_field(Stack(Path("frames.tif"), "memory", ArraySource(frames)), CAMERA, roi, kept)


def recorded(frames: int = 310) -> np.ndarray:
    mean = 20.0 + 30.0 * np.random.default_rng(1).random((25, 30))
    photons = np.random.default_rng(2).poisson(mean, (frames, 25, 30))
    return np.round(GAIN * photons + OFFSET).astype(np.uint16)


def test_mean_and_brightness_are_those_of_the_region_in_photons() -> None:
    frames = recorded()
    survey = field_of(frames).survey()
    photons = (frames[5:305, 2:19, 3:24].astype(float) - OFFSET) / GAIN
    np.testing.assert_allclose(survey.mean, photons.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(survey.brightness, photons.mean(axis=(1, 2)), rtol=1e-12)
    assert survey.strongest_photons == pytest.approx(survey.mean.max() - np.percentile(survey.mean, 1), rel=1e-6)


def test_variance_is_that_of_the_noise_and_not_of_a_trend() -> None:
    frames = recorded().astype(np.float32)
    still = field_of(frames).survey()
    # 299 differences of Poisson counts: the relative deviation of the mean over 357 pixels is √(3/299/357) ≈ 0.5 %.
    assert still.variance.mean() == pytest.approx(still.mean.mean(), rel=0.02)
    drifting = field_of(frames + np.linspace(0, 900, len(frames), dtype=np.float32)[:, None, None]).survey()
    steps = (900 / 309 / GAIN) ** 2 / 2
    assert drifting.variance.mean() - still.variance.mean() == pytest.approx(steps, rel=0.1)
    assert np.var(drifting.brightness) > 100 * np.var(still.brightness)


def test_one_frame_has_no_variance_in_time() -> None:
    survey = field_of(recorded(), kept=FrameRange(7, 8)).survey()
    assert survey.variance.shape == (17, 21) and not survey.variance.any()


def test_bad_pixels_of_all_frames_are_counted_and_equal_ones_refused() -> None:
    frames = recorded().astype(np.float32)
    frames[50, 4, 5], frames[60, 4, 5], frames[0, 4, 5] = np.nan, np.inf, np.nan
    with pytest.raises(DataError, match="^2 pixels"):
        field_of(frames).survey()
    with pytest.raises(DataError, match="same value, 7"):
        field_of(np.full((310, 25, 30), 7, np.uint8)).survey()


def test_a_part_comes_with_its_margin_as_far_as_the_stack_goes() -> None:
    frames = recorded()
    field = field_of(frames)
    part = field.part(Roi(4, 20, 5, 4), 8)
    assert part.roi == Roi(0, 12, 17, 18)
    np.testing.assert_array_equal(part.frames, frames[5:305, 0:17, 12:30])
    inner = part.inner.slices
    np.testing.assert_array_equal(part.frames[:, inner[0], inner[1]], frames[5:305, 4:9, 20:24])
    expected = (frames[5:305, 4:9, 20:24].mean(axis=0) - OFFSET) / GAIN
    np.testing.assert_allclose(part.mean_photons, expected, rtol=1e-6)


def test_bad_pixels_in_the_margin_leave_the_region_to_itself() -> None:
    frames = recorded().astype(np.float32)
    frames[50, 1, 10] = np.nan
    problem = field_of(frames).problem(margin_pixels=3)
    assert problem.roi == REGION and problem.inner == Roi(0, 0, 17, 21)
    np.testing.assert_array_equal(problem.frames, frames[5:305, 2:19, 3:24])
    assert field_of(recorded()).problem(margin_pixels=3).frames.shape == (300, 22, 27)

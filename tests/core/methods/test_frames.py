"""Frames before they are used: what is refused, what is mended or left out, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fluogan_app.core.data.survey import Survey
from fluogan_app.core.errors import DataError
from fluogan_app.core.methods.frames import sound_frames


def stuck(recording: np.ndarray, value: float, *places: tuple[int, int]) -> np.ndarray:
    frames = recording.copy()
    for place in places:
        frames[(slice(None), *place)] = value
    return frames


def test_sound_frames_are_handed_on_as_they_are(make, recording) -> None:
    found = sound_frames(make(recording, gain=2.0, offset=1.0))
    np.testing.assert_allclose(found.photons, (recording - 1.0) / 2.0, rtol=1e-6)
    assert found.photons.dtype == np.float32
    assert not found.defects.mask.any() and found.notes == ()


def test_stuck_pixels_are_mended_and_do_not_count(make, recording) -> None:
    found = sound_frames(make(stuck(recording, 5000.0, (9, 11), (9, 12))))
    assert found.defects.mask.sum() == 2 and found.photons.max() < 1000
    assert found.notes == (
        "2 hot or dead camera pixels were replaced by the median of the neighbours, and not counted.",
    )


def test_saturated_pixels_are_left_out_or_told_by_how_often_they_are(make, recording) -> None:
    end = float(np.percentile(recording, 99.9))
    frames = np.where(recording < end, recording, np.float32(255.0))
    found = sound_frames(make(frames))
    share = (frames == 255.0).mean(axis=0)
    np.testing.assert_array_equal(found.defects.saturated, share > 0.005)
    assert str(int((share > 0.005).sum())) in found.notes[0] and "saturated in more than 1 of 200" in found.notes[0]


@pytest.mark.parametrize(
    ("change", "camera", "words"),
    [
        (lambda f: f - 60.0, {}, "negative counts.*--offset"),
        (lambda f: f, {"offset": 90.0}, "offset of 90 counts no light is left"),
        (
            lambda f: f + 90.0 * (np.arange(19) > 15)[:, None], {"offset": 18.0},
            "offset of 18 counts, .* % of the pixels have less than no light",
        ),
        (lambda f: np.where(f > 5, 4095.0, f), {}, "saturated or defective"),
        (lambda f: stuck(0 * f, 700.0, (9, 11)), {}, "every pixel of the region has the same value"),
        (lambda f: f[:, :3], {}, "3 × 23 pixels is smaller than the blur .FWHM 300 nm, 3.0 pixels."),
        (lambda f: f, {"fwhm_nm": 5000.0}, "smaller than the blur .FWHM 5 µm, 50.0 pixels."),
    ],
    ids=["negative", "dark", "offset", "saturated", "one defect", "rows", "wide"],
)
def test_what_holds_no_image_is_refused_with_a_way_out(make, recording, change, camera, words) -> None:
    with pytest.raises(DataError, match=words) as refused:
        sound_frames(_with(make, change(recording), camera))
    assert refused.value.hint


def _with(make, frames: np.ndarray, camera: dict):
    problem = make(frames, **{name: value for name, value in camera.items() if name != "fwhm_nm"})
    return replace(problem, acquisition=problem.acquisition.replace(**camera))


def test_some_negative_means_are_said_and_used(make, recording) -> None:
    (said,) = sound_frames(make(recording, offset=11.5)).notes
    assert "below the camera offset of 11.5 counts: it seems too large" in said
    faintly = sound_frames(make(np.random.default_rng(6).poisson(20, recording.shape).astype(np.float32), offset=19.9))
    slightly = np.random.default_rng(6).poisson(20, recording.shape).astype(np.float32)
    slightly[:, 5:9, 5:9] += 200
    assert faintly.notes == ()
    (said,) = sound_frames(make(slightly, offset=20.5)).notes  # below by less than a deviation, but nearly everywhere
    assert "it seems too large" in said
    # Noise alone makes no pixel's mean so negative, even where half of all values are.
    dark = np.random.default_rng(5).normal(0.01, 3.0, recording.shape).astype(np.float32)
    assert sound_frames(make(dark + 100.0, offset=100.0)).notes == ()


def test_a_tile_is_not_refused_for_being_empty_or_bright(make, recording) -> None:
    problem = make(recording, offset=90.0)
    mean = recording.mean(axis=0)
    whole = Survey(mean, mean, recording.mean(axis=(1, 2)))
    assert sound_frames(replace(problem, reference=whole)).photons.shape == recording.shape


def test_empty_and_repeated_frames_are_counted(make, recording) -> None:
    frames = recording.copy()
    frames[4] = 0.0
    frames[8:11] = frames[7]
    said = sound_frames(make(frames)).notes
    assert said[0] == "1 frame is empty (one value in all pixels)."
    assert said[1].startswith("3 frames repeat the one before")


def test_one_frame_is_enough(make, recording) -> None:
    assert sound_frames(make(recording[:1])).photons.shape == (1, *recording.shape[1:])

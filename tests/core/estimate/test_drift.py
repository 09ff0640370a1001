from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.shifted import corrected, moved_back
from fluogan_app.core.data.stack import ArraySource, Selection, Stack
from fluogan_app.core.estimate.drift import estimate_drift, find_defects, glance_at_drift
from fluogan_app.core.estimate.drift_parts import moved_apart
from fluogan_app.core.estimate.kappa import estimate_kappa
from fluogan_app.core.estimate.recording import estimate_recording
from fluogan_app.core.estimate.result import Estimate
from fluogan_app.core.estimate.standing import standing
from fluogan_app.core.readers.open import open_stack
from fluogan_app.core.samples import sample
from tests.core.drifting import Recorded, filaments, jumping_path, smooth_path

FRAMES, SIDE = 100, 48


def stack_of(frames: np.ndarray) -> Stack:
    return Stack("stack.tif", "memory", ArraySource(frames))


def error_of(positions: np.ndarray, path: np.ndarray) -> float:
    """Root mean square error along an axis, about the mean: where the path begins is free."""
    return float(np.sqrt(np.mean(((positions - positions.mean(axis=0)) - (path - path.mean(axis=0))) ** 2)))


@pytest.fixture(scope="module")
def recordings() -> dict[tuple[str, str], Recorded]:
    """Filaments at three light levels, at rest and moving."""
    ways = {"rests": np.zeros((FRAMES, 2)), "moves": smooth_path(FRAMES, 2.3), "jumps": jumping_path(FRAMES, 2.0)}
    wanted = [("bright", "moves"), ("dim", "moves"), ("dim", "rests"), ("dim", "jumps"), ("blinking", "rests"),
              ("blinking", "moves")]  # fmt: skip
    return {(light, way): filaments(ways[way], SIDE, 3, light=light, zoom=2) for light, way in wanted}


@pytest.mark.parametrize("light, way, least", [
    ("bright", "moves", 0.05), ("dim", "moves", 0.1), ("dim", "jumps", 0.1), ("blinking", "moves", 0.1),
])  # fmt: skip
def test_a_known_path_is_found(recordings, light: str, way: str, least: float) -> None:
    moving = recordings[light, way]
    found = estimate_drift(moving.stack)
    assert found.found and error_of(found.drift.positions, moving.path) < least
    assert error_of(found.drift.positions, moving.path) < 3.0 * found.uncertainty_pixels + 0.01
    assert found.drift.span_pixels == pytest.approx(np.ptp(moving.path, axis=0).max(), abs=0.6)
    assert "The sample moved 2" in found.words and f"in {FRAMES} frames" in found.words
    assert np.array_equal(found.drift.positions[0], [0.0, 0.0])


def wandering_points(seed: int) -> np.ndarray:
    """Eight points that all go a little to the right, and further up or down, each as it likes."""
    rng, (y, x) = np.random.default_rng(seed), np.mgrid[:SIDE, :SIDE]
    starts, wander = rng.uniform(4, SIDE - 4, (8, 2)), np.cumsum(0.3 * rng.normal(size=(30, 8)), axis=0)
    light = [
        sum(np.exp(-((y - at_y) ** 2 + (x - at_x) ** 2) / 4.0) for at_y, at_x in starts + np.stack([up, right], axis=1))
        for up, right in zip(wander, np.outer(np.linspace(0.0, 0.6, 30), np.ones(8)))
    ]
    return rng.poisson(2.0 + 200.0 * np.stack(light)).astype(np.uint16)


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_no_alarm_where_what_is_left_out_of_the_path_strays_further(seed: int) -> None:
    found = estimate_drift(stack_of(wandering_points(seed)))
    assert not found.found and (found.parts_pixels > 0 or "cannot be told" in found.words)


@pytest.mark.parametrize("channel", [0, 1])
def test_a_real_sample_that_moves_by_itself(shared_data, channel: int) -> None:
    """Sections through a cell: what shows in them changes, in both channels alike."""
    stack = open_stack(shared_data / "lif" / "testdata_2channel_xz.lif", Selection(channel=channel))
    found = estimate_drift(stack)
    assert not found.found and found.hides


def test_points_lie_about_their_line(recordings) -> None:
    found = estimate_drift(recordings["dim", "moves"].stack)
    points, line = found.evidence.series[:2]
    assert np.mean(points.y - line.y) == pytest.approx(0.0, abs=0.05)
    assert found.drift.how.startswith(f"estimated from {FRAMES} frames, ±")


@pytest.mark.parametrize("light", ["dim", "blinking"])
def test_no_drift_is_made_up(recordings, light: str) -> None:
    found = estimate_drift(recordings[light, "rests"].stack)
    assert (found.found, found.drift) == (False, None) and found.told
    assert found.words.startswith("No drift was found (less than 0.")


def test_nothing_is_left_after_correction(recordings) -> None:
    stack = recordings["dim", "moves"].stack
    drift = estimate_drift(stack).drift
    again = Stack("corrected", "memory", ArraySource(corrected(stack, drift).read(
        FrameRange.whole(FRAMES), drift.seen(stack.shape[1:]))))  # fmt: skip
    assert not estimate_drift(again).found
    assert estimate_drift(corrected(stack, drift)).drift == drift, "the drift is always that of the recorded frames"


def test_bleaching_does_not_pull(recordings) -> None:
    """A fading that is stronger on one side moves the centre of the light, but not the sample."""
    frames = recordings["dim", "rests"].frames - 100.0
    time, across = np.linspace(0, 3, FRAMES)[:, None, None], np.linspace(0.2, 1.0, SIDE)[None, None]
    faded = np.random.default_rng(0).poisson(np.maximum(frames, 0) * np.exp(-time * across))
    assert not estimate_drift(stack_of(faded)).found


def test_what_stands_still_on_the_camera_does_not_hold_the_path(recordings) -> None:
    """Hot pixels, and a pattern of 2 % and 2 counts, as poor cameras have."""
    moving, rng = recordings["dim", "moves"], np.random.default_rng(5)
    hot = rng.random((SIDE, SIDE)) < 0.003
    gain, offset = 1 + 0.02 * rng.normal(size=hot.shape), 2.0 * rng.normal(size=hot.shape)
    found = estimate_drift(stack_of((moving.frames * gain + offset + 300.0 * hot).astype(np.float32)))
    assert error_of(found.drift.positions, moving.path) < 0.1
    assert {tuple(place) for place in np.argwhere(hot).tolist()} == set(found.drift.defects_yx)
    assert find_defects(stack_of(moving.frames + 300 * hot)) == found.drift.defects_yx


def test_blank_frames_tell_nothing_and_hurt_nothing(recordings) -> None:
    moving = recordings["dim", "moves"]
    dark = np.random.default_rng(1).poisson(100, (8, SIDE, SIDE))
    found = estimate_drift(stack_of(np.concatenate([dark, moving.frames, dark])))
    assert error_of(found.drift.positions[8:-8], moving.path) < 0.1


def test_a_large_drift_is_found_too(recordings) -> None:
    """Whole pixels are moved by hand: 13 pixels of a field of 48."""
    frames, path = recordings["dim", "rests"].frames, np.linspace((0, 0), (5, 13), FRAMES).round().astype(int)
    moved = np.stack([frame[6 - y : 42 - y, 14 - x : 47 - x] for frame, (y, x) in zip(frames, path)])
    found = estimate_drift(stack_of(moved))
    assert error_of(found.drift.positions, path) < 0.4, "a path of whole steps is smoothed by half of one at most"


def test_some_frames_alone(recordings) -> None:
    moving = recordings["dim", "jumps"]
    before = FrameRange(0, 2 * FRAMES // 5)
    assert not estimate_drift(moving.stack, before).found
    assert len(estimate_drift(moving.stack, FrameRange(10, 95)).drift) == FRAMES


def test_lines_tell_nothing_of_a_movement_along_them(lines) -> None:
    found = estimate_drift(stack_of(lines(2, frames=80, light="dim").frames))
    assert not found.found and "across the rows the sample does not tell it" in found.words


@pytest.mark.parametrize("frames, words", [
    (np.full((20, 40, 40), 7), "even and equal"),
    (np.random.default_rng(0).poisson(20, (40, 40, 40)), "Drift cannot be told"),
    (np.random.default_rng(0).poisson(20, (3, 40, 40)), "too few"),
    (np.random.default_rng(0).poisson(20, (30, 12, 40)), "too few"),
    (np.full((20, 40, 40), np.nan, np.float32), "even and equal"),
])  # fmt: skip
def test_what_tells_nothing_of_drift(frames: np.ndarray, words: str) -> None:
    found = estimate_drift(stack_of(frames))
    assert not found.found and not found.told and found.drift is None and words in found.words


def test_the_camera_is_seen_in_the_recorded_frames(recordings) -> None:
    """Moved frames would tell a gain that is too small by a fifth."""
    moving = recordings["bright", "moves"]
    known = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, offset=100.0)
    stack = corrected(moving.stack, estimate_drift(moving.stack).drift)
    gains = [estimate_recording(one, known).estimate("gain").value for one in (stack, stack.raw)]
    assert gains[0] == gains[1] == pytest.approx(7.0, rel=0.1)


def test_a_steady_sample_that_moved_does_not_fluctuate(recordings) -> None:
    """Moved back, the noise of each pixel is shared with its neighbours, as light that blinks is."""
    moving = recordings["dim", "moves"]
    stack = corrected(moving.stack, Drift.of(moving.path))
    assert isinstance(estimate_kappa(standing(moving.frames, moving.path), 3.24, 7.0), Estimate), "it seems to"
    assert estimate_recording(stack, moving.acquisition).estimate("kappa") is None
    blinking = recordings["blinking", "moves"]
    found = estimate_recording(corrected(blinking.stack, Drift.of(blinking.path)), blinking.acquisition)
    assert found.estimate("kappa").value == pytest.approx(20.0, rel=0.3)


def test_corners_that_move_apart(recordings) -> None:
    """Whether a field moved as one, by noise that is the same for all, and by one that moves."""
    rng = np.random.default_rng(2)
    paths = np.cumsum(0.05 * rng.normal(size=(80, 2)), axis=0) + 0.1 * rng.normal(size=(4, 80, 2))
    assert moved_apart(paths) == 0.0
    paths[3] += np.linspace((0, 0), (0.8, -0.6), 80)
    assert moved_apart(paths) == pytest.approx(1.0, abs=0.2)
    assert moved_apart(paths[:, :8]) == 0.0 and estimate_drift(recordings["dim", "moves"].stack).parts_pixels == 0.0


def test_a_glance_sees_what_matters(recordings) -> None:
    whole = FrameRange.whole(FRAMES)
    assert glance_at_drift(recordings["dim", "moves"].stack, whole).drift.span_pixels == pytest.approx(2.3, abs=0.3)
    assert glance_at_drift(recordings["dim", "rests"].stack, whole).drift is None


def test_frames_that_have_nothing_in_common_tell_nothing() -> None:
    """Each frame shows other points than the ones before: a few, bright, and anywhere."""
    rng, (y, x) = np.random.default_rng(3), np.mgrid[:60, :60]
    frames = []
    for _ in range(20):
        places = rng.uniform(3, 57, (8, 2))
        light = sum(np.exp(-((y - at_y) ** 2 + (x - at_x) ** 2) / 4.0) for at_y, at_x in places)
        frames.append(rng.poisson(20 + 300 * light))
    found = estimate_drift(stack_of(np.stack(frames)))
    assert not found.told and "Drift cannot be told" in found.words


def test_a_real_sample_that_is_moved_by_hand() -> None:
    """Mitochondria of a living cell, which creep by a part of a pixel of themselves."""
    stack = open_stack(sample("mitochondria").path)
    path = smooth_path(stack.shape[0], 3.0)
    frames = np.stack([moved_back(stack.frame(index), *-place) for index, place in enumerate(path)])[:, 4:-4, 4:-4]
    stack.close()
    assert error_of(estimate_drift(stack_of(frames)).drift.positions, path) < 0.2


def test_it_can_be_watched_and_cancelled(recordings) -> None:
    stack, told = recordings["dim", "rests"].stack, []
    assert estimate_drift(stack, FrameRange(0, 20), lambda *count: told.append(count), lambda: len(told) == 5) is None
    assert told == [(done, 20) for done in range(1, 6)]


def test_the_same_frames_give_the_same_path(recordings) -> None:
    stack = recordings["blinking", "moves"].stack
    assert estimate_drift(stack).drift == estimate_drift(stack).drift

"""Stacks with little light, with light for a short while, and with a sample that moves."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fluogan_app.core.check.check import check_data
from fluogan_app.core.check.result import CheckFinding, DataCheck, Severity
from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.shifted import corrected
from tests.core.check.conftest import FRAMES, SIDE
from tests.core.check.test_check import KNOWN, check, hot, stuck
from tests.core.drifting import filaments, smooth_path


def few_lit(frames: np.ndarray) -> None:
    """The light was on for 20 of 100 frames, which rested on an offset of nothing."""
    frames[20:] = 0


def test_a_recording_that_was_lit_for_a_short_while(at_rest) -> None:
    """The lit frames are the bright ones, though most are dark: advice, bleaching and photons are of those."""
    whole = at_rest(light="dim")
    frames = whole.copy()
    frames[60:] = 0
    known = KNOWN.with_values(Origin.USER, gain=7.0, offset=100.0)
    found = check(frames, known)
    assert found.finding("blank_frames").found == "The light was off in the last 40 of 100 frames."
    assert found.finding("bleaching").severity is Severity.FINE
    assert found.finding("jumps").severity is Severity.FINE
    few_lit(frames)
    found = check(frames)
    assert found.finding("blank_frames").values["last_frame"] == 19
    flat = found.finding("constant_frames")
    assert flat.severity is Severity.SERIOUS and flat.advice.endswith("(--frames 0:20).")
    assert found.finding("bleaching").values["fall_percent"] < 10


def test_frames_before_a_flash_are_not_called_dark(at_rest) -> None:
    """Light for activation is ten times brighter, but the others show the sample."""
    frames = at_rest(light="dim").astype(np.int32)
    frames[:8] = 100 + 10 * (frames[:8] - 100)
    assert check(frames.astype(np.uint16)).finding("blank_frames").severity is Severity.FINE


def test_most_light_is_between_two_jumps_and_not_in_the_dark(at_rest) -> None:
    frames = at_rest(light="dim")
    frames[30:] = np.random.default_rng(0).poisson(100, frames[30:].shape)
    frames[95:] = at_rest(light="dim")[95:]
    found = check(frames).finding("jumps")
    assert (found.values["first_frame"], found.values["last_frame"]) == (0, 29)


@pytest.mark.parametrize("frames", [
    np.random.default_rng(0).normal(100, 3, (80, 48, 48)).astype(np.uint16),
    np.random.default_rng(0).poisson(5e-4, (200, 48, 48)).astype(np.uint16), np.full((40, 48, 48), 100, np.uint16),
], ids=["read noise", "stray photons", "nothing"])  # fmt: skip
def test_where_there_is_no_light_that_is_said(frames: np.ndarray) -> None:
    """With an assumed offset of zero, a dark frame seems to be full of photons."""
    found = check(frames)
    assert found.finding("photons").severity is Severity.SERIOUS
    assert found.finding("photons").found.startswith("No light of a sample")
    assert found.finding("hot_pixels").severity is Severity.FINE


def test_photons_on_assumed_values_are_never_fine(at_rest) -> None:
    found = check(at_rest(light="bright")[:7]).finding("photons")
    assert found.values["stack_photons"] > 1e4 and found.severity is Severity.NOTE


def holes() -> dict[str, np.ndarray]:
    """Stacks in the middle of which there is nothing, or too much."""
    rng = np.random.default_rng(0)
    light = rng.poisson(20, (900, 32, 32)).astype(np.uint16)
    off, middle = light.copy(), light.copy()
    off[100:], middle[200:700] = 0, 100
    return {"off": off, "middle": middle, "huge": light[:60] * np.float64(1e15), "zeros": light[:60] * 0.0}


@pytest.mark.parametrize("name, frames", holes().items())
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_no_finding_holds_what_is_no_number(name: str, frames: np.ndarray) -> None:
    found = check(frames)
    json.dumps(found.to_json(), allow_nan=False)
    words = [text for finding in found.findings for text in (finding.found, finding.advice)]
    assert not [text for text in words if "nan" in text or "inf " in text]
    assert found.finding("saturation").severity is Severity.FINE, "frames of one value are no pile at the end"
    assert found.finding("fluctuation").severity is not Severity.FINE


def test_a_finding_that_is_no_number_is_not_told() -> None:
    wrong = CheckFinding("photons", "Photons", Severity.FINE, "nan photons", "", {"bright_photons": float("nan")})
    assert wrong.of_numbers().severity is Severity.NOTE and not wrong.of_numbers().values
    right = CheckFinding("photons", "Photons", Severity.FINE, "2 photons", "", {"bright_photons": 2.0})
    assert right.of_numbers() is right


def test_saturated_pixels_are_not_counted_again_as_stuck(at_rest) -> None:
    frames = at_rest(light="dim")
    frames[:, 12:14, 20:23] = 4095
    assert check(np.minimum(frames, 4095)).finding("hot_pixels").values.get("stuck_pixels", 0) == 0


def test_kinds_of_pixels_are_drawn_as_kinds(at_rest) -> None:
    frames = at_rest(light="dim")
    hot(frames)
    stuck(frames)
    picture = check(frames).finding("hot_pixels").pictures[0]
    kinds = [picture.kinds[int(picture.image[place])] for place in ((10, 11), (30, 31), (20, 21), (5, 5))]
    assert kinds == ["hot", "dead", "stuck", "sound"]


def test_what_moves_does_not_fluctuate() -> None:
    """Drift alone would be taken for molecules that blink."""
    moving = filaments(smooth_path(FRAMES, 2.3), SIDE, 3, light="bright", zoom=2)
    assert "does not fluctuate" in check_data(moving.stack, moving.acquisition).finding("fluctuation").found


def test_molecules_that_blink_are_seen_to_after_correction() -> None:
    """Of what moves, the noise that moving back spreads over neighbours is taken off, and no more."""
    path = smooth_path(FRAMES, 2.3)
    found = {}
    for light in ("bright", "dim", "blinking"):
        moving = filaments(path, SIDE, 3, light=light, zoom=2)
        stack = corrected(moving.stack, Drift.of(path))
        found[light] = check_data(stack, moving.acquisition).finding("fluctuation")
    assert ["does not fluctuate" in found[light].found for light in ("bright", "dim")] == [True, True]
    assert found["blinking"].values["kappa_photons"] == pytest.approx(20.0, rel=0.3)


def test_whether_what_moves_fluctuates_is_not_told_before_correction() -> None:
    moving = filaments(smooth_path(FRAMES, 2.3), SIDE, 3, light="blinking", zoom=2)
    found = check_data(moving.stack, moving.acquisition).finding("fluctuation")
    assert found.severity is Severity.NOTE and "cannot be told" in found.found and "Correct the drift" in found.advice


def test_parts_that_move_apart_are_told_by_how_far(at_rest) -> None:
    """The lower half stays; the upper one is a movement of its own."""
    still, moving = at_rest(light="bright"), filaments(smooth_path(FRAMES, 2.0), SIDE, 3, light="bright", zoom=2).frames
    halves = np.concatenate([moving[:, : SIDE // 2], still[:, SIDE // 2 :]], axis=1)
    found = check(halves).finding("drift")
    assert found.severity.rank >= Severity.WARNING.rank and "moved apart" in found.found and found.advice
    assert found.values["parts_pixels"] == pytest.approx(2.0, abs=0.6)


def test_cancelling_is_heard_after_the_last_frame(at_rest) -> None:
    asked: list[int] = []
    frames = at_rest(light="dim")

    def at_question(last: int) -> DataCheck | None:
        asked.clear()
        return check(frames, cancelled=lambda: asked.append(1) or len(asked) > last)

    assert at_question(10**6) is not None
    questions = len(asked)
    assert questions > 2 * FRAMES, "each frame that is read or looked at again, and the stages after it"
    for last in (FRAMES + 1, questions - 4, questions - 1):
        assert at_question(last) is None

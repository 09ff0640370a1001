"""The projections before and after a correction of the drift."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data import drift_effect
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.drift_effect import effect_of
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import ArraySource, Stack

PATH = np.outer(np.arange(12), (0.0, 0.5))


@pytest.fixture
def stack() -> Stack:
    """A smooth spot that moves along the columns by half a pixel from frame to frame, 5.5 pixels in all."""
    y, x = np.indices((21, 33))
    spots = [np.exp(-((y - 10) ** 2 + (x - 12 - right) ** 2) / 8.0) for _, right in PATH]
    return Stack(Path("spot"), "memory", ArraySource(1000 * np.array(spots, np.float32)))


def test_a_spot_that_moves_is_smeared_before_and_sharp_after(stack):
    effect = effect_of(stack, Drift.of(PATH))
    assert effect.seen == Roi(0, 0, 21, 27)
    before, after = effect.images("mean")
    assert before.shape == after.shape == (21, 27)
    assert after == pytest.approx(stack.frame(0)[effect.seen.slices], abs=2.0) and before.max() < 0.9 * after.max()
    steady, still = effect.images("std")
    assert still.max() < 5.0 < 200.0 < steady.max()


def test_a_corrected_stack_is_compared_as_it_was_recorded(stack):
    drift = Drift.of(PATH)
    again = effect_of(corrected(stack, drift), drift)
    assert np.array_equal(again.images("mean")[0], effect_of(stack, drift).images("mean")[0])


def test_only_the_chosen_frames_are_read_and_it_can_be_given_up(stack):
    told = []
    effect = effect_of(stack, Drift.of(PATH), FrameRange(2, 6), lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)] and effect.recorded.count == 4
    assert effect_of(stack, Drift.of(PATH), None, None, lambda: True) is None


def test_of_very_many_frames_the_ends_and_evenly_spread_ones_are_read(stack, monkeypatch):
    monkeypatch.setattr(drift_effect, "MOST_FRAMES", 4)
    read, frame = [], stack.source.frame
    monkeypatch.setattr(stack.source, "frame", lambda index: read.append(index) or frame(index))
    assert effect_of(stack, Drift.of(PATH)).recorded.count == 4
    assert sorted(set(read)) == [0, 4, 7, 11]

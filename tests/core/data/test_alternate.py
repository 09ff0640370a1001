"""Odd and even frames: every frame once, read only when asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.alternate import alternate_stacks
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import DataError

FRAMES = np.arange(7)[:, None, None] * np.ones((1, 3, 4), np.float32)


def numbers(stack: Stack) -> list[float]:
    """Which frames a stack holds, told by their values."""
    count, height, width = stack.shape
    return stack.read(FrameRange.whole(count), Roi(0, 0, height, width))[:, 0, 0].tolist()


def test_each_frame_is_in_one_half():
    first, second = alternate_stacks(Stack(Path("s.tif"), "test", ArraySource(FRAMES)))
    assert numbers(first) == [0, 2, 4, 6] and numbers(second) == [1, 3, 5]


def test_a_range_is_halved_and_not_the_whole():
    first, second = alternate_stacks(Stack(Path("s.tif"), "test", ArraySource(FRAMES)), FrameRange(1, 5))
    assert numbers(first) == [1, 3] and numbers(second) == [2, 4]


def test_closing_a_half_leaves_the_stack_open():
    class Closing(ArraySource):
        closed = False

        def close(self) -> None:
            self.closed = True

    source = Closing(FRAMES)
    for half in alternate_stacks(Stack(Path("s.tif"), "test", source)):
        half.close()
    assert not source.closed


def test_one_frame_cannot_be_halved():
    with pytest.raises(DataError, match="at least two"):
        alternate_stacks(Stack(Path("s.tif"), "test", ArraySource(FRAMES)), FrameRange(3, 4))

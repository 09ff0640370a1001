"""A stack is read by region and frame range, never outside of it, and as counts in float32."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import DataError

FRAMES = np.arange(5 * 6 * 7, dtype=np.int16).reshape(5, 6, 7) - 30


class CountingSource(ArraySource):
    """Frames in memory that count how often each is asked for."""

    def __init__(self, frames: np.ndarray) -> None:
        super().__init__(frames)
        self.asked: list[int] = []
        self.closed = False

    def frame(self, index: int) -> np.ndarray:
        self.asked.append(index)
        return super().frame(index)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def source() -> CountingSource:
    return CountingSource(FRAMES)


@pytest.fixture
def stack(source: CountingSource, tmp_path) -> Stack:
    return Stack(tmp_path / "stack.tif", "memory", source)


def test_a_region_of_a_range_is_cut_out(stack: Stack, source: CountingSource) -> None:
    block = stack.read(FrameRange(1, 4), Roi(2, 3, 3, 4))
    assert block.dtype == np.float32
    np.testing.assert_array_equal(block, FRAMES[1:4, 2:5, 3:7])
    assert source.asked == [1, 2, 3]


@pytest.mark.parametrize(
    ("frames", "roi"),
    [
        (FrameRange(0, 6), Roi(0, 0, 6, 7)), (FrameRange(3, 3), Roi(0, 0, 6, 7)), (FrameRange(-1, 3), Roi(0, 0, 6, 7)),
        (FrameRange(0, 5), Roi(4, 0, 3, 7)), (FrameRange(0, 5), Roi(0, -1, 6, 7)), (FrameRange(0, 5), Roi(0, 0, 0, 7)),
    ],
)  # fmt: skip
def test_nothing_outside_is_read(stack: Stack, source: CountingSource, frames: FrameRange, roi: Roi) -> None:
    with pytest.raises(DataError) as caught:
        stack.read(frames, roi)
    assert caught.value.hint
    assert source.asked == []


@pytest.mark.parametrize("index", [-1, 5])
def test_a_frame_outside_is_no_frame(stack: Stack, index: int) -> None:
    with pytest.raises(IndexError):
        stack.frame(index)


def test_closing_lets_go_of_the_source(stack: Stack, source: CountingSource) -> None:
    stack.close()
    assert source.closed


def test_frames_in_memory_are_a_stack_of_three_axes() -> None:
    with pytest.raises(ValueError, match=r"\(T, Y, X\)"):
        ArraySource(np.zeros((4, 4)))

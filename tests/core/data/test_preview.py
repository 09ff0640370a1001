"""The small picture of a stack is the mean of a few frames, shrunk by whole blocks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.data.preview import preview_of
from fluogan_app.core.data.stack import ArraySource, Stack


def _stack(frames: np.ndarray) -> Stack:
    return Stack(Path("cells.tif"), "test", ArraySource(frames))


@given(st.integers(1, 20))
def test_frames_are_spread_over_the_whole_recording(count: int) -> None:
    frames = np.arange(count, dtype=np.uint16)[:, None, None] * np.ones((1, 3, 4), np.uint16)
    picture = preview_of(_stack(frames))
    chosen = sorted({int((2 * part + 1) * count / 6) for part in range(3)})
    assert picture.shrunk == 1 and picture.image.shape == (3, 4)
    np.testing.assert_allclose(picture.image, np.mean(chosen))


@pytest.mark.parametrize("shape", [(385, 10), (10, 800), (769, 500), (1000, 1001)])
def test_a_large_frame_is_shrunk_and_keeps_its_counts(shape: tuple[int, int]) -> None:
    """Each pixel is the plain mean of its block, the incomplete ones at the border of what they have."""
    frame = np.random.default_rng(4).poisson(30, shape).astype(np.uint16)
    picture = preview_of(_stack(frame[None]))
    side = picture.shrunk
    assert max(picture.image.shape) <= 384
    rows, columns = picture.image.shape
    for row, column in ((0, 0), (rows - 1, columns - 1), (rows // 2, 0)):
        block = frame[row * side : (row + 1) * side, column * side : (column + 1) * side]
        assert picture.image[row, column] == pytest.approx(block.mean(), rel=1e-6)


def test_no_frame_is_read_once_it_is_cancelled() -> None:
    stack = _stack(np.ones((5, 3, 3), np.uint16))
    assert preview_of(stack, lambda: True) is None

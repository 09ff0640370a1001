"""A small picture of a stack, made of a few of its frames, to choose among stacks by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.stack import Stack

#: So many frames, evenly spread, go into the picture: enough that a frame without a flash does not speak for all.
_FRAMES = 3
#: The longer side of the picture is at most this many pixels.
_LONGEST_SIDE = 384


@dataclass(frozen=True)
class Preview:
    """A picture [y, x] float32 in counts. One of its pixels stands for `shrunk` × `shrunk` of the stack."""

    image: np.ndarray
    shrunk: int


def preview_of(stack: Stack, cancelled: Callable[[], bool] = lambda: False) -> Preview | None:
    """The mean over a few evenly spread frames; None when cancelled. Raises ReadError."""
    count, height, width = stack.shape
    shrunk = -(-max(height, width) // _LONGEST_SIDE)
    chosen = sorted({(2 * part + 1) * count // (2 * _FRAMES) for part in range(_FRAMES)})
    total: np.ndarray | None = None
    for index in chosen:
        if cancelled():
            return None
        frame = _block_means(stack.frame(index), shrunk)
        total = frame if total is None else total + frame
    return Preview((total / len(chosen)).astype(np.float32), shrunk)


def _block_means(frame: np.ndarray, side: int) -> np.ndarray:
    """Means over side × side pixels, float64; blocks that reach over the border count what lies inside it."""
    rows, columns = (np.arange(0, length, side) for length in frame.shape)
    sums = np.add.reduceat(np.add.reduceat(frame, rows, axis=0, dtype=np.float64), columns, axis=1)
    heights, widths = (
        np.diff(np.append(starts, length)) for starts, length in zip((rows, columns), frame.shape, strict=True)
    )
    return sums / np.multiply.outer(heights, widths)

"""Odd and even frames of a stack, as two stacks with the same sample, bleaching and drift, and independent noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import FrameSource, Stack
from fluogan_app.core.errors import DataError

#: Fewer frames leave a half without any noise to compare.
LEAST_FRAMES = 2


class AlternateFrames:
    """Every second frame of a range of another source, read when it is asked for."""

    def __init__(self, source: FrameSource, frames: FrameRange, first: int) -> None:
        self._source = source
        self._indices = range(frames.start + first, frames.stop, 2)
        self.shape: tuple[int, int, int] = (len(self._indices), *source.shape[1:])
        self.dtype: np.dtype = source.dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) in the file's own type. Raises ReadError."""
        return self._source.frame(self._indices[index])

    def close(self) -> None:
        """Leave the other source open: it belongs to its own stack."""


def alternate_stacks(stack: Stack, frames: FrameRange | None = None) -> tuple[Stack, Stack]:
    """The first, third … and the second, fourth … frames of a range. Raises DataError for fewer than two frames."""
    wanted = (frames or FrameRange.whole(stack.shape[0])).checked(stack.shape[0])
    if len(wanted) < LEAST_FRAMES:
        raise DataError(
            f"{stack.path.name} holds {len(wanted)} frame in the range; odd and even frames take at least two.",
            "Choose more frames.",
        )
    return _every_second(stack, wanted, 0), _every_second(stack, wanted, 1)


def _every_second(stack: Stack, frames: FrameRange, first: int) -> Stack:
    """Each half is corrected for the drift that its own frames had."""
    half = replace(stack.raw, source=AlternateFrames(stack.raw.source, frames, first))
    drift = stack.drift
    return half if drift is None else corrected(half, drift.at(range(frames.start + first, frames.stop, 2)))

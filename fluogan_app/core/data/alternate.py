"""Some frames of a stack as a stack: odd and even ones show the same sample, bleaching and drift, and other noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import FrameSource, Stack
from fluogan_app.core.errors import DataError

#: Fewer frames leave a half without any noise to compare.
LEAST_FRAMES = 2


class ChosenFrames:
    """Some frames of another source, in a given order, read when they are asked for."""

    def __init__(self, source: FrameSource, indices: Sequence[int]) -> None:
        self._source, self._indices = source, tuple(int(index) for index in indices)
        self.shape: tuple[int, int, int] = (len(self._indices), *source.shape[1:])
        self.dtype: np.dtype = source.dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) in the file's own type. Raises ReadError."""
        return self._source.frame(self._indices[index])

    def close(self) -> None:
        """Leave the other source open: it belongs to its own stack."""


def chosen_stack(stack: Stack, indices: Sequence[int]) -> Stack:
    """A stack of some frames alone, each corrected for the drift that it had itself."""
    part = replace(stack.raw, source=ChosenFrames(stack.raw.source, indices))
    return part if stack.drift is None else corrected(part, stack.drift.at(indices))


def alternate_stacks(stack: Stack, frames: FrameRange | None = None) -> tuple[Stack, Stack]:
    """The first, third … and the second, fourth … frames of a range. Raises DataError for fewer than two frames."""
    wanted = (frames or FrameRange.whole(stack.shape[0])).checked(stack.shape[0])
    if len(wanted) < LEAST_FRAMES:
        raise DataError(
            f"{stack.path.name} holds {len(wanted)} frame in the range; odd and even frames take at least two.",
            "Choose more frames.",
        )
    return tuple(chosen_stack(stack, range(wanted.start + first, wanted.stop, 2)) for first in (0, 1))

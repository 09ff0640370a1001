"""A stack whose reads are told to somebody: only a read can hang, computing only takes its time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import FrameSource, Stack
from fluogan_app.gui.watched_work import Watch


def watched(stack: Stack, watch: Watch) -> Stack:
    """The same stack, its drift corrected where it is; each read of the file is told. Raises DataError."""
    raw = stack.raw
    return corrected(replace(raw, source=WatchedFrames(raw.source, watch)), stack.drift)


class WatchedFrames:
    """The frames of another source, as they are. For any thread."""

    def __init__(self, source: FrameSource, watch: Watch) -> None:
        self._source, self._watch = source, watch
        self.shape, self.dtype = source.shape, source.dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X). Raises ReadError."""
        with self._watch.read():
            return self._source.frame(index)

    def close(self) -> None:
        """Let go of the other source."""
        self._source.close()

"""What a correction of the drift does to a stack: its projections before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.projections import Projections
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import Stack

#: More frames than these make neither projection look different.
MOST_FRAMES = 300


@dataclass(frozen=True)
class DriftEffect:
    """Projections of the frames as they were recorded and as they are corrected, on the part that all frames saw."""

    recorded: Projections
    corrected: Projections
    seen: Roi

    def images(self, kind: str) -> tuple[np.ndarray, np.ndarray]:
        """One projection before and after, (Y, X) float32 each, in counts. Raises ValueError for an unknown kind."""
        return self.recorded.image(kind), self.corrected.image(kind)


def effect_of(
    stack: Stack,
    drift: Drift,
    frames: FrameRange | None = None,
    on_frame: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> DriftEffect | None:
    """Read a stack's frames as recorded and as corrected, one at a time. None where it was cancelled.

    Of very many frames, evenly spread ones are enough to see what changes. on_frame: called with (frames read, frames
    to read). Raises ReadError, DataError.
    """
    raw, chosen = stack.raw, frames or FrameRange.whole(stack.shape[0])
    mended = corrected(raw, drift)
    seen = drift.seen(raw.shape[1:], chosen)
    before, after = (Projections((seen.height, seen.width)) for _ in range(2))
    indices = np.unique(np.linspace(chosen.start, chosen.stop - 1, min(len(chosen), MOST_FRAMES)).round().astype(int))
    for done, index in enumerate(indices.tolist(), 1):
        if cancelled is not None and cancelled():
            return None
        before.add(raw.frame(index)[seen.slices])
        after.add(mended.frame(index)[seen.slices])
        if on_frame is not None:
            on_frame(done, len(indices))
    return DriftEffect(before, after, seen)

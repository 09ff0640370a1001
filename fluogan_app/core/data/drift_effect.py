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

    on_frame: called with (frames read, frames in all). Raises ReadError, DataError.
    """
    raw, chosen = stack.raw, frames or FrameRange.whole(stack.shape[0])
    mended = corrected(raw, drift)
    seen = drift.seen(raw.shape[1:], chosen)
    before, after = (Projections((seen.height, seen.width)) for _ in range(2))
    for index in range(chosen.start, chosen.stop):
        if cancelled is not None and cancelled():
            return None
        before.add(raw.frame(index)[seen.slices])
        after.add(mended.frame(index)[seen.slices])
        if on_frame is not None:
            on_frame(index + 1 - chosen.start, len(chosen))
    return DriftEffect(before, after, seen)

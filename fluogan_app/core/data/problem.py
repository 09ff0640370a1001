"""A reconstruction problem: the frames of one region as they are in memory, and how they were recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import DataError


@dataclass(frozen=True)
class Problem:
    """What a method is given. `frames` are camera counts (T, Y, X) float32; `acquisition` is complete.

    `roi` and `frame_range` say which part of the stack the frames are.
    """

    frames: np.ndarray
    acquisition: Acquisition
    roi: Roi
    frame_range: FrameRange

    @property
    def photons(self) -> np.ndarray:
        """Frames in photons, (counts − offset) / gain, (T, Y, X) float32."""
        camera = self.acquisition
        return (self.frames - np.float32(camera.offset)) / np.float32(camera.gain)


def make_problem(
    stack: Stack, acquisition: Acquisition, roi: Roi | None = None, frames: FrameRange | None = None
) -> Problem:
    """Read the region's frames into memory and check that they can be reconstructed.

    Raises ReadError, ParameterError (no pixel size), DataError (region outside, NaN or infinite pixels, all equal).
    """
    region = roi or Roi.whole(stack.shape[1:])
    frame_range = frames or FrameRange.whole(stack.shape[0])
    complete = acquisition.complete()
    block = stack.read(frame_range, region)
    _check_pixels(block)
    block.setflags(write=False)
    return Problem(block, complete, region, frame_range)


def _check_pixels(frames: np.ndarray) -> None:
    bad = int(frames.size - np.count_nonzero(np.isfinite(frames)))
    if bad:
        raise DataError(
            f"{bad} pixels of the region are not numbers (NaN or infinite).",
            "Choose a region or a frame range without them.",
        )
    if float(frames.min()) == float(frames.max()):
        raise DataError(
            f"Every pixel of the region has the same value, {float(frames.min()):g}; there is nothing to reconstruct.",
            "Choose another region, channel or frame range.",
        )

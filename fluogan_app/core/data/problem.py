"""What is to be reconstructed: the field as asked for, still in its file, and the frames of a part of it in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shifted import seen_in_all
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.data.survey import Survey, check_varied, no_numbers, take_survey


@dataclass(frozen=True)
class Problem:
    """What a method is given. `frames` are camera counts (T, Y, X) float32; `acquisition` is complete.

    `roi` and `frame_range` say which part of the stack the frames are. `inner` is the part of the frames that is
    wanted, in their own rows and columns; around it lies the margin, which keeps borders out of the result.
    `reference`: where the frames are a part of a larger field, what the whole field is like.
    """

    frames: np.ndarray
    acquisition: Acquisition
    roi: Roi
    frame_range: FrameRange
    inner: Roi
    reference: Survey | None = None

    @property
    def photons(self) -> np.ndarray:
        """Frames in photons, (counts − offset) / gain, (T, Y, X) float32."""
        camera = self.acquisition
        return (self.frames - np.float32(camera.offset)) / np.float32(camera.gain)

    @property
    def mean_photons(self) -> np.ndarray:
        """The inner part's mean over time, (Y, X) float32."""
        rows, columns = self.inner.slices
        counts = self.frames[:, rows, columns].mean(axis=0, dtype=np.float64)
        return ((counts - self.acquisition.offset) / self.acquisition.gain).astype(np.float32)


@dataclass(frozen=True)
class Field:
    """A region and a range of frames of a stack, and how it was recorded; nothing is read before it is asked for."""

    stack: Stack
    acquisition: Acquisition
    roi: Roi
    frame_range: FrameRange

    @property
    def seen(self) -> Roi:
        """What can be read around the region: the whole frame, or of a stack that drifted what all frames saw."""
        return seen_in_all(self.stack, self.frame_range)

    @property
    def shape_tyx(self) -> tuple[int, int, int]:
        """(T, Y, X) of the frames that are asked for."""
        return len(self.frame_range), self.roi.height, self.roi.width

    def survey(self) -> Survey:
        """The whole field's mean, variance and brightness, frame by frame. Raises ReadError, DataError."""
        return take_survey(self.stack, self.acquisition, self.roi, self.frame_range)

    def problem(self, margin_pixels: int = 0) -> Problem:
        """Read and check the whole field, with a margin where the stack goes on around it.

        Raises ReadError, DataError (NaN or infinite pixels, all pixels equal).
        """
        problem = self.part(self.roi, margin_pixels)
        rows, columns = problem.inner.slices
        asked = problem.frames[:, rows, columns]
        bad = asked.size - int(np.count_nonzero(np.isfinite(asked)))
        if bad:
            raise no_numbers(bad)
        check_varied(float(asked.min()), float(asked.max()))
        return problem

    def part(
        self, roi: Roi, margin_pixels: int, inner: Roi | None = None, reference: Survey | None = None
    ) -> Problem:
        """Read a part of the stack with a margin, unchecked; `inner` is wanted of it, or all but the margin.

        Raises ReadError, DataError (outside the stack).
        """
        block = roi.grown(margin_pixels, self.seen)
        frames = self.stack.read(self.frame_range, block)
        if block != roi and not np.isfinite(frames).all():
            # Nobody asked for the margin: where it cannot be used, the region stands alone.
            rows, columns = roi.inside(block).slices
            frames, block = frames[:, rows, columns].copy(), roi
        frames.setflags(write=False)
        return Problem(frames, self.acquisition, block, self.frame_range, (inner or roi).inside(block), reference)


def make_field(
    stack: Stack, acquisition: Acquisition, roi: Roi | None = None, frames: FrameRange | None = None
) -> Field:
    """The region and frames that are asked for, the whole stack where they are None; reads nothing.

    Of a stack whose drift is corrected, the region ends where some of its frames saw nothing.
    Raises ParameterError (no pixel size), DataError (outside the stack, or of what all frames saw).
    """
    frame_range = frames.checked(stack.shape[0]) if frames is not None else FrameRange.whole(stack.shape[0])
    region = roi.checked(stack.shape[1:]) if roi is not None else Roi.whole(stack.shape[1:])
    complete = stack.recording.completed(acquisition)
    return Field(stack, complete, region.common(seen_in_all(stack, frame_range)), frame_range)


def make_problem(
    stack: Stack, acquisition: Acquisition, roi: Roi | None = None, frames: FrameRange | None = None
) -> Problem:
    """Read the region's frames into memory, without a margin, and check that they can be reconstructed.

    Raises ReadError, ParameterError (no pixel size), DataError (region outside, NaN or infinite pixels, all equal).
    """
    return make_field(stack, acquisition, roi, frames).problem()

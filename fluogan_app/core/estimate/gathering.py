"""What is kept of the frames while they are read once, one at a time: sums over all of them, and means of groups."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter, median_filter, uniform_filter

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.estimate.defects import LEAST_FWHM_PIXELS, hot_and_dead

#: Told after every frame: how many are done, and of how many.
OnFrame = Callable[[int, int], None]
#: Of longer stacks, evenly spread frames of so many bytes are read.
MOST_BYTES = 1_000_000_000
#: Groups of successive frames whose means are kept, of the part of the frame that has most detail.
MOST_GROUPS, MOST_SIDE = 256, 128
#: Frames that tell where that is, and about how many of their pixels along a side.
FRAMES_TO_LOOK, SIDE_TO_LOOK = 5, 512


#: Counts beyond this come from no camera, and their squares leave what can be computed with.
MOST_COUNTS = 1e15


def as_counts(frame: np.ndarray) -> np.ndarray:
    """A frame as float32, with zero in the place of what is no count: NaN, infinite, or beyond any camera."""
    with np.errstate(over="ignore"):
        values = frame.astype(np.float32)
    if frame.dtype.kind == "f":
        values[~(np.abs(values) <= MOST_COUNTS)] = 0.0
    return values


def frames_to_read(stack: Stack, frames: FrameRange, most_bytes: int = MOST_BYTES) -> np.ndarray:
    """Indices of the frames of a range, or of as many evenly spread ones as hold so many bytes."""
    most = max(2, most_bytes // max(1, stack.shape[1] * stack.shape[2] * stack.dtype.itemsize))
    count = min(len(frames), most)
    return np.unique(np.linspace(frames.start, frames.stop - 1, count).round().astype(int))


def most_detailed_part(stack: Stack, indices: np.ndarray, roi: Roi) -> Roi:
    """The part of a region, at most 128 pixels on a side, with the most detail in the mean of a few frames."""
    height, width = min(roi.height, MOST_SIDE), min(roi.width, MOST_SIDE)
    if (height, width) == (roi.height, roi.width):
        return roi
    some = indices[np.linspace(0, len(indices) - 1, FRAMES_TO_LOOK).astype(int)]
    every = max(1, max(roi.height, roi.width) // SIDE_TO_LOOK)
    looks = [as_counts(stack.frame(int(index))[roi.slices][::every, ::every]) for index in some]
    # A single bright pixel is no detail.
    mean = median_filter(np.mean(looks, axis=0), 3, mode="mirror")
    detail = (gaussian_filter(mean, 1.0) - gaussian_filter(mean, 8.0)) ** 2
    size = (max(1, height // every), max(1, width // every))
    sums = uniform_filter(detail, size, mode="constant")
    rows, columns = (slice(side // 2, whole - (side - 1) // 2) for side, whole in zip(size, mean.shape))
    place = np.unravel_index(int(np.argmax(sums[rows, columns])), sums[rows, columns].shape)
    y, x = (min(every * int(at), most) for at, most in zip(place, (roi.height - height, roi.width - width)))
    return Roi(roi.y0 + y, roi.x0 + x, height, width)


class Gathering:
    """Sums over frames (Y, X) in counts, and the means of at most 256 groups of successive ones in a part of them.

    Pixels that are no numbers count as zero; who needs to know counts them.
    """

    def __init__(self, shape_yx: tuple[int, int], indices: np.ndarray, part: Roi) -> None:
        self.indices, self.part = indices, part
        self._group = np.arange(len(indices)) * min(MOST_GROUPS, len(indices)) // len(indices)
        self._groups = np.zeros((int(self._group[-1]) + 1, part.height, part.width), np.float32)
        self._sum, self._squares = np.zeros(shape_yx), np.zeros(shape_yx)
        self._changes = np.zeros(shape_yx, np.int32)
        self._before: np.ndarray | None = None
        self.count = 0

    def add(self, frame: np.ndarray, corrected: np.ndarray | None = None) -> None:
        """Take the next frame in, float32 and finite; groups are of its corrected form where there is one."""
        self._groups[self._group[self.count]] += (frame if corrected is None else corrected)[self.part.slices]
        self._sum += frame
        if self._before is not None:
            step = frame - self._before
            self._squares += step**2
            self._changes += step != 0
        self._before = frame
        self.count += 1

    @property
    def mean(self) -> np.ndarray:
        """(Y, X) counts."""
        return self._sum / max(1, self.count)

    @property
    def group_frames(self) -> np.ndarray:
        """The frame in the middle of each group, (G,)."""
        return np.bincount(self._group, self.indices) / np.bincount(self._group)

    def groups(self, unsound: np.ndarray) -> np.ndarray:
        """Mean frames (G, y, x) of the part, with unsound pixels (Y, X) filled from their neighbours."""
        from fluogan_app.core.data.mending import mended

        means = self._groups / np.bincount(self._group).astype(np.float32)[:, None, None]
        return mended(means, unsound[self.part.slices])

    def hot_and_dead(self, acquisition: Acquisition) -> tuple[np.ndarray, np.ndarray]:
        """Where pixels are hot and where dead, (Y, X) bool each."""
        above = self.mean - acquisition.offset
        return hot_and_dead(above, self._squares, self._changes, self.count, fwhm_in_pixels(acquisition))


def fwhm_in_pixels(acquisition: Acquisition) -> float:
    """FWHM of the PSF in camera pixels; where nobody knows it, the least that can be deconvolved."""
    if acquisition.pixel_size_nm is None or acquisition.psf_fwhm_nm is None:
        return LEAST_FWHM_PIXELS
    return acquisition.psf_fwhm_nm / acquisition.pixel_size_nm

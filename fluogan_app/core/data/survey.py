"""A whole field at a glance, taken frame by frame: what its tiles must agree on, whatever each of them shows alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import DataError

#: Fewer frames tell a pixel's variance to no better than a third.
FRAMES_FOR_VARIANCE = 20


@dataclass(frozen=True)
class Survey:
    """Statistics over time of a field (Y, X), in photons.

    mean: (Y, X) float32. variance: (Y, X) float32 of one frame, from the differences of successive frames; zero where
    there is one frame only. brightness: (T,) float64, each frame's mean over the field.
    """

    mean: np.ndarray
    variance: np.ndarray
    brightness: np.ndarray

    @property
    def strongest_photons(self) -> float:
        """Mean of the brightest pixel above the floor, the mean's first percentile."""
        return float(self.mean.max() - np.percentile(self.mean, 1.0))


def take_survey(stack: Stack, acquisition: Acquisition, roi: Roi, frame_range: FrameRange) -> Survey:
    """Look at every frame once, one at a time.

    Raises ReadError, DataError (NaN or infinite pixels, all pixels equal).
    """
    gathered = _Gathered((roi.height, roi.width))
    for index in range(frame_range.start, frame_range.stop):
        gathered.add(stack.frame(index)[roi.slices])
    return gathered.survey(acquisition.offset, acquisition.gain)


class _Gathered:
    """Running sums over frames (Y, X) in counts."""

    def __init__(self, shape_yx: tuple[int, int]) -> None:
        self._sum, self._squares = np.zeros(shape_yx), np.zeros(shape_yx)
        self._before: np.ndarray | None = None
        self._brightness: list[float] = []
        self._bad, self._least, self._largest = 0, np.inf, -np.inf

    def add(self, counts: np.ndarray) -> None:
        frame = counts.astype(np.float32)
        self._bad += frame.size - int(np.count_nonzero(np.isfinite(frame)))
        self._least, self._largest = min(self._least, frame.min()), max(self._largest, frame.max())
        self._brightness.append(float(frame.mean(dtype=np.float64)))
        self._sum += frame
        if self._before is not None:
            # In place: the frame before is not needed any more.
            change = np.subtract(frame, self._before, out=self._before)
            self._squares += np.square(change, out=change)
        self._before = frame

    def survey(self, offset: float, gain: float) -> Survey:
        if self._bad:
            raise no_numbers(self._bad)
        check_varied(float(self._least), float(self._largest))
        count = len(self._brightness)
        mean = (self._sum / count - offset) / gain
        variance = self._squares / (2.0 * max(1, count - 1) * gain**2)
        brightness = (np.array(self._brightness) - offset) / gain
        return Survey(mean.astype(np.float32), variance.astype(np.float32), brightness)


def no_numbers(count: int) -> DataError:
    """The error for pixels that are NaN or infinite."""
    return DataError(
        f"{count} pixels of the region are not numbers (NaN or infinite).",
        "Choose a region or a frame range without them.",
    )


def check_varied(least: float, largest: float) -> None:
    """Raises DataError where all pixels are equal."""
    if least == largest:
        raise DataError(
            f"Every pixel of the region has the same value, {least:g}; there is nothing to reconstruct.",
            "Choose another region, channel or frame range.",
        )

"""What each frame and each pixel showed while the frames were read once, one at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from scipy.ndimage import median_filter

from fluogan_app.core.estimate.gathering import MOST_COUNTS, as_counts

#: So often a pixel's neighbours change in light so dim that it would miss all of its ten photons once in 20,000 times.
LEAST_CHANGES = 20
#: What pixels share with their neighbours is no chance where it is so many times what chance leaves.
LEAST_DETAIL = 5.0
#: Frames kept as they are, of the part with most detail: enough for the camera's line and for the fluctuation.
MOST_KEPT = 400


class FrameFacts:
    """Gathers frames (Y, X) in the file's own type; arrays by frame are (T,), those by pixel (Y, X)."""

    def __init__(self, shape_yx: tuple[int, int], frame_count: int) -> None:
        self.means, self.spreads, self.shared = (np.zeros(frame_count) for _ in range(3))
        self.wrong_numbers, self.negative = np.zeros(shape_yx, np.int32), np.zeros(shape_yx, np.int32)
        self.copy_of: dict[int, int] = {}
        self.count = 0
        self.largest, self.second, self.second_count = -np.inf, -np.inf, 0
        self.times_at_largest = np.zeros(shape_yx, np.int32)
        self.changes = np.zeros(shape_yx, np.int32)
        self._digests: dict[bytes, int] = {}
        self._before: np.ndarray | None = None

    def add(self, frame: np.ndarray) -> np.ndarray:
        """Take the next frame in; returns it as float32 with zero in the place of what is no count."""
        digest = hashlib.blake2b(np.ascontiguousarray(frame), digest_size=16).digest()
        before = self._digests.setdefault(digest, self.count)
        if before != self.count:
            self.copy_of[self.count] = before
        values = as_counts(frame)
        if frame.dtype.kind == "f":
            self.wrong_numbers += ~(np.abs(frame) <= MOST_COUNTS)
        if frame.dtype.kind != "u":
            self.negative += values < 0
        if values.min() < values.max():
            self._count_largest(values)
        if self._before is not None:
            self.changes += values != self._before
        self._before = values
        self.means[self.count] = values.mean(dtype=np.float64)
        self.spreads[self.count] = values.std(dtype=np.float64)
        self.shared[self.count] = shared_by_neighbours(values - values.mean(dtype=np.float64))
        self.count += 1
        return values

    def _count_largest(self, values: np.ndarray) -> None:
        """How often each pixel had the largest value of all, and how often the second largest was met."""
        top = float(values.max())
        if top < self.second:
            return
        if top > self.largest:
            self._note_second(self.largest, int(self.times_at_largest.sum()))
            self.largest = top
            self.times_at_largest[:] = 0
        at_top = values == self.largest
        self.times_at_largest += at_top
        below = float(values.max(initial=-np.inf, where=~at_top))
        self._note_second(below, int(np.count_nonzero(values == below)))

    def _note_second(self, value: float, count: int) -> None:
        if value > self.second:
            self.second, self.second_count = value, count
        elif value == self.second:
            self.second_count += count

    @property
    def constant_frames(self) -> np.ndarray:
        """Positions of frames without any difference between their pixels."""
        return np.flatnonzero(self.spreads[: self.count] == 0)

    @property
    def light(self) -> np.ndarray:
        """The mean of each frame, (T,); an empty one between others has what they have: nothing went out."""
        light, shown = self.means[: self.count].copy(), np.flatnonzero(self.spreads[: self.count] > 0)
        if len(shown):
            within = np.arange(shown[0], shown[-1] + 1)
            light[within] = np.interp(within, shown, light[shown])
        return light

    def lit_mean(self, mean: np.ndarray, stretch: tuple[int, int]) -> np.ndarray:
        """The mean (Y, X) of the frames of a stretch that hold a picture, from that of all.

        The others show nothing, so that the mean of each says all of it.
        """
        dark = self.spreads[: self.count] == 0
        dark[: stretch[0]] = dark[stretch[1] :] = True
        lit = self.count - int(np.count_nonzero(dark))
        return (mean * self.count - self.means[: self.count][dark].sum()) / lit if lit else mean

    def shows_detail(self, positions: slice) -> bool:
        """Whether neighbouring pixels of some frames are alike, as light through an objective is and noise is not."""
        spreads, shared = self.spreads[positions], self.shared[positions]
        chance = np.mean(spreads**2) / np.sqrt(max(1, len(spreads)) * self.changes.size)
        return bool(shared.mean() > LEAST_DETAIL * chance) if len(spreads) else False

    @property
    def stuck(self) -> np.ndarray:
        """Pixels that never changed, (Y, X) bool, where those around them did too often for that to be chance."""
        return (self.changes == 0) & (median_filter(self.changes, 3, mode="mirror") >= LEAST_CHANGES)


def shared_by_neighbours(values: np.ndarray) -> float:
    """Mean product of neighbours in values (Y, X) about 0, the lesser one along rows and columns.

    The lesser one: camera pixels of one row or one column may have their own offset in common.
    """
    pairs = ((values[:, 1:], values[:, :-1]), (values[1:], values[:-1]))
    return min(float(np.mean(one * other, dtype=np.float64)) if one.size else 0.0 for one, other in pairs)


def middle_of(positions: Sequence[int]) -> list[int]:
    """Which of the frames at some positions are kept: those in the middle, where no shutter opens or closes."""
    start = max(0, (len(positions) - MOST_KEPT) // 2)
    return list(positions[start : start + MOST_KEPT])

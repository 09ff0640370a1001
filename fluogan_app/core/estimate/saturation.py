"""Pixels that reach the end of the camera's scale: beyond it light was lost, and nobody knows how much."""

from __future__ import annotations

import numpy as np

#: Counts at which cameras of 8, 10, 12, 14, 15 and 16 bits end.
FULL_SCALES = tuple(2**bits - 1 for bits in (8, 10, 12, 14, 15, 16))
#: Another end of the scale (a smaller full well, an offset taken off) shows by values that pile up at the largest: so
#: many of them, so many times as many as at the second largest value, in so many pixels.
LEAST_PILE, LEAST_EXCESS, LEAST_PIXELS = 10, 5, 2


def saturated_pixels(frames: np.ndarray) -> np.ndarray:
    """Where frames (T, Y, X) in counts are saturated in some frame, (Y, X) bool."""
    return saturated_share(frames) > 0


def saturated_share(frames: np.ndarray) -> np.ndarray:
    """The part of its frames (T, Y, X) in counts in which each pixel is saturated, (Y, X) from 0 to 1."""
    end = end_of_scale(frames)
    if end is None:
        return np.zeros(frames.shape[1:])
    return np.count_nonzero(frames >= end, axis=0) / len(frames)


def end_of_scale(frames: np.ndarray) -> float | None:
    """The largest count that the camera can report, where the frames (T, Y, X) reach it; else None."""
    largest = float(frames.max())
    if largest in FULL_SCALES:
        return largest
    reached = frames == largest
    second = frames.max(initial=-np.inf, where=~reached)
    times = np.count_nonzero(reached, axis=0)
    return largest if is_end_of_scale(largest, times, np.count_nonzero(frames == second), len(frames)) else None


def is_end_of_scale(largest: float, times: np.ndarray, second_count: int, frame_count: int) -> bool:
    """Whether the largest value is a camera's full scale, or is met as no tail of a distribution meets it.

    times: (Y, X) frames in which each pixel had it. second_count: how often the second largest value was met. In frames
    without noise a value is met again in every frame: some pixel must reach the end and come back from it.
    """
    if largest in FULL_SCALES:
        return True
    pile, pixels = int(times.sum()), int(np.count_nonzero(times))
    if pile < LEAST_PILE or pixels < LEAST_PIXELS or (times[times > 0] == frame_count).all():
        return False
    return pile >= LEAST_EXCESS * second_count

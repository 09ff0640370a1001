"""Pixels that reach the end of the camera's scale."""

from __future__ import annotations

import numpy as np

#: Counts at which cameras of 8, 10, 12, 14, 15 and 16 bits end.
FULL_SCALES = tuple(2**bits - 1 for bits in (8, 10, 12, 14, 15, 16))


def saturated_pixels(frames: np.ndarray) -> np.ndarray:
    """Where frames (T, Y, X) in counts are saturated in some frame, (Y, X) bool.

    None where the brightest value is no camera's end.
    """
    brightest = float(frames.max())
    if brightest not in FULL_SCALES:
        return np.zeros(frames.shape[1:], bool)
    return (frames == brightest).any(axis=0)

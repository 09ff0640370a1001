"""Slow changes of a recording, bleaching first of all, and the frames without them."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

#: Below this many frames a trend cannot be told from noise: first differences serve.
FRAMES_FOR_TREND = 12


def brightness_trend(frames: np.ndarray) -> np.ndarray:
    """Smooth brightness of each frame relative to the mean frame, (T,) with mean 1."""
    sums = frames.mean(axis=(1, 2), dtype=np.float64)
    if len(sums) < FRAMES_FOR_TREND or sums.mean() <= 0:
        return np.ones(len(sums))
    window = max(5, len(sums) // 8) | 1
    # Mirrored about its end points, a straight decline stays straight at the ends.
    padded = np.pad(sums, window, mode="reflect", reflect_type="odd")
    smooth = uniform_filter1d(padded, window)[window:-window]
    smooth = np.maximum(smooth, 1e-3 * sums.mean())
    return smooth / smooth.mean()


def without_trend(frames: np.ndarray, level: np.ndarray) -> tuple[np.ndarray, int]:
    """The frames without what a parabola in time and the common trend `level` (T,) explain; and the number of terms."""
    time = np.linspace(-1.0, 1.0, len(frames))
    basis, triangle = np.linalg.qr(np.stack([np.ones_like(time), time, time**2, level], axis=1))
    kept = basis[:, np.abs(np.diag(triangle)) > 1e-6].astype(np.float32)
    flat = frames.reshape(len(frames), -1)
    rest = flat - kept @ (kept.T @ flat)
    return rest.reshape(frames.shape), kept.shape[1]


def without_flicker(rest: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Residual frames (T, Y, X) without what brightens and dims the whole mean frame (Y, X) at once, as a lamp does."""
    shape = (mean - mean.mean()).ravel().astype(np.float32)
    power = float(shape @ shape)
    if power <= 0:
        return rest
    flat = rest.reshape(len(rest), -1)
    return (flat - np.outer(flat @ shape / power, shape)).reshape(rest.shape)

"""Slow changes of a recording, bleaching first of all, and the frames without them."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

#: Below this many frames a trend cannot be told from noise: first differences serve.
FRAMES_FOR_TREND = 12
#: The two ends of a field that are compared, each this part of it and no less than so many pixels; and beyond how many
#: deviations of chance they go together.
END_SHARE, LEAST_END, FLICKER_DEVIATIONS = 0.25, 4, 5.0


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


def lamp_flicker(rest: np.ndarray, mean: np.ndarray, degrees: int) -> float:
    """How much light from the whole field (Y, X) varies from frame to frame together, as a part of it; 0 if by chance.

    Molecules that blink by themselves change the two ends of a field independently, a lamp changes both alike.
    rest: (T, Y, X) without the mean and its trend, worth `degrees` frames.
    """
    longest = int(np.argmax(mean.shape))
    away = int(END_SHARE * mean.shape[longest])
    if away < LEAST_END or degrees < FRAMES_FOR_TREND:
        return 0.0
    along = np.moveaxis(rest, 1 + longest, 1), np.moveaxis(mean, longest, 0)
    ends = (np.s_[:away], np.s_[-away:])
    series = [_brightness(along[0][:, end], along[1][end]) for end in ends]
    covariance = float(series[0] @ series[1]) / degrees
    chance = float(np.linalg.norm(series[0]) * np.linalg.norm(series[1])) / degrees**1.5
    return covariance**0.5 if covariance > FLICKER_DEVIATIONS * chance and covariance > 0 else 0.0


def _brightness(rest: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """By how much each frame is brighter than the mean one, as a part of it, (T,)."""
    light = mean.ravel().astype(np.float64)
    return rest.reshape(len(rest), -1) @ light / max(float(light @ light), 1e-30)


def without_common_light(rest: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Residual frames (T, Y, X) without what goes as the mean frame (Y, X), and without what is even in the field."""
    shapes = np.stack([np.ones(mean.size), mean.ravel()], axis=1)
    basis, triangle = np.linalg.qr(shapes)
    even = abs(triangle[1, 1]) <= 1e-6 * abs(triangle).max()
    kept = basis[:, : 1 if even else 2].astype(np.float32)
    flat = rest.reshape(len(rest), -1)
    return (flat - (flat @ kept) @ kept.T).reshape(rest.shape)

"""Smooth out-of-focus light."""

from __future__ import annotations

import numpy as np

#: Length over which the out-of-focus light rises and falls once.
BACKGROUND_PERIOD_NM = 12_000.0


def smooth_background(shape_yx: tuple[int, int], pixel_size_nm: float, variation: float = 0.25) -> np.ndarray:
    """Out-of-focus light (Y, X) with maximum 1: two slow waves that cross, over an even floor.

    The waves rise and fall by `variation` (0 to 1) of the floor at most. Their size is that of the sample, not of the
    field: light from out of focus varies over many widths of the PSF.
    """
    y = (np.arange(shape_yx[0])[:, None] + 0.5) * pixel_size_nm
    x = (np.arange(shape_yx[1])[None, :] + 0.5) * pixel_size_nm
    steep = np.sin(2 * np.pi * (x / BACKGROUND_PERIOD_NM + y / (2 * BACKGROUND_PERIOD_NM)))
    flat = np.cos(2 * np.pi * (x / (1.7 * BACKGROUND_PERIOD_NM) - y / (3 * BACKGROUND_PERIOD_NM)))
    background = 1.0 + 0.6 * variation * steep + 0.4 * variation * flat
    return background / background.max()

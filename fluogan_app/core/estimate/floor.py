"""The smooth light under all structures of a mean frame, for methods that want to be told it beforehand."""

from __future__ import annotations

import numpy as np
from scipy.fft import dctn, idctn

#: The floor follows waves longer than so many widths (FWHM) of the PSF.
WAVE_FWHM = 12.0
#: What stands above the floor by more than so many standard deviations is structure.
STRUCTURE_DEVIATIONS = 2.0
ROUNDS = 60


def smooth_floor(mean: np.ndarray, deviation: np.ndarray, fwhm_pixels: float) -> np.ndarray:
    """A smooth b ≥ 0 under the mean (Y, X), in its unit, on which what stands out has no say.

    deviation: (Y, X), standard deviation of the mean by noise, infinite where a pixel does not count. The least squares
    fit with a penalty on ‖∇²b‖² by majorisation: in every round b is drawn through the mean where that is not above b
    by more than STRUCTURE_DEVIATIONS, and through itself elsewhere; it comes down from the smoothed mean.
    """
    keep = _smoother(mean.shape, WAVE_FWHM * fwhm_pixels)
    counted = np.where(np.isfinite(deviation), 1.0, 0.0)
    limit = STRUCTURE_DEVIATIONS * np.where(counted > 0, deviation, 0.0)
    floor = _filtered(mean, keep)
    for _ in range(ROUNDS):
        above = mean - floor
        floor = _filtered(floor + np.where(above <= limit, above, 0.0) * counted, keep)
    return np.maximum(floor, 0.0)


def _smoother(shape: tuple[int, int], wave_pixels: float) -> np.ndarray:
    """What is left of each cosine of the field: 1 / (1 + (k / k₀)⁴)."""
    rows, columns = (np.arange(length) / (2.0 * length) for length in shape)
    frequency = np.hypot(rows[:, None], columns[None, :])
    return 1.0 / (1.0 + (frequency * wave_pixels) ** 4)


def _filtered(image: np.ndarray, keep: np.ndarray) -> np.ndarray:
    return idctn(keep * dctn(image, norm="ortho"), norm="ortho")

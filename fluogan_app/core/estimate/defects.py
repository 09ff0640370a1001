"""Camera pixels that no sample can have lit like this: brighter or darker than the blur lets a single pixel be."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter, median_filter, minimum_filter

#: From this FWHM in pixels on, the blur spreads every point over its neighbours enough to tell a defect from it.
LEAST_FWHM_PIXELS = 2.0
#: A point in the middle of a pixel gives the brightest neighbour at least 0.53 of that pixel's light, with a Gaussian
#: of FWHM 2 pixels integrated over the pixels. Less than this share is no point.
LEAST_SHARE = 0.35
#: The blur fills a hole of one pixel in even light to more than 0.6; less than this share of the darkest neighbour is
#: no hole.
LEAST_FILL = 0.5
#: What differs by less than this many standard deviations of the mean frame may be noise.
LEAST_DEVIATIONS = 10.0

_RING = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], bool)


def defect_pixels(frames: np.ndarray, fwhm_pixels: float) -> np.ndarray:
    """Where pixels are hot or dead, (Y, X) bool; none where the PSF is too narrow to tell.

    frames: (T, Y, X) in photons; where the camera's offset is not known, dead pixels stay unseen. fwhm_pixels: FWHM of
    the PSF in camera pixels.
    """
    mean = frames.mean(axis=0, dtype=np.float64)
    if fwhm_pixels < LEAST_FWHM_PIXELS or min(mean.shape) < 3:
        return np.zeros(mean.shape, bool)
    brightest = maximum_filter(mean, footprint=_RING, mode="mirror")
    darkest = minimum_filter(mean, footprint=_RING, mode="mirror")
    noise = LEAST_DEVIATIONS * _deviation_of_mean(frames, mean)
    floor = minimum_filter(mean, size=5, mode="mirror")
    hot = (mean - brightest > noise) & (brightest - floor < LEAST_SHARE * (mean - floor))
    dead = (darkest - mean > noise) & (mean < LEAST_FILL * darkest)
    return hot | dead


def mended(frames: np.ndarray, defects: np.ndarray) -> np.ndarray:
    """The frames with each defect replaced by the median of its sound neighbours, frame by frame; a copy if any."""
    if not defects.any():
        return frames
    result = frames.copy()
    for y, x in np.argwhere(defects):
        rows, columns = slice(max(0, y - 1), y + 2), slice(max(0, x - 1), x + 2)
        sound = ~defects[rows, columns]
        if sound.any():
            result[:, y, x] = np.median(frames[:, rows, columns][:, sound], axis=1)
    return result


def _deviation_of_mean(frames: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Standard deviation of each pixel's mean, (Y, X), from its neighbours: a stuck pixel has none of its own."""
    if len(frames) > 1:
        differences = np.diff(frames, axis=0)
        variance = 0.5 * np.einsum("tyx,tyx->yx", differences, differences, dtype=np.float64) / len(differences)
        return np.sqrt(median_filter(variance, footprint=_RING, mode="mirror") / len(frames))
    ring = median_filter(mean, footprint=_RING, mode="mirror")
    return np.full(mean.shape, 1.4826 * float(np.median(np.abs(mean - ring))))

"""Camera pixels that say nothing of the sample: hot or dead, single or a few side by side, and saturated ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_dilation, find_objects, label, median_filter, minimum_filter, rank_filter

from fluogan_app.core.data.mending import mended
from fluogan_app.core.estimate.saturation import saturated_share
from fluogan_app.core.units import sigma_from_fwhm

#: From this FWHM in pixels on, the blur spreads every point over its neighbours enough to tell a defect from it.
LEAST_FWHM_PIXELS = 2.0
#: More pixels side by side than this are no defect.
LARGEST_CLUSTER = 4
#: A point in the middle of a pixel, or between two, gives their brightest neighbour at least 0.53 of their own light,
#: with a Gaussian of FWHM 2 pixels integrated over the pixels. Less than this share is no point.
LEAST_SHARE = 0.35
#: The same for a point where four pixels meet, or two at the border: 0.29.
LEAST_SHARE_OF_SQUARE = 0.19
#: In a corner, light from a point outside falls off steeply in both directions.
LEAST_SHARE_IN_CORNER = 0.05
#: Less than this part of its darkest neighbour, and of what the blur brings in from there, is no hole in the sample.
LEAST_FILL = 0.5
#: What differs by less than this many standard deviations of the mean frame may be noise.
LEAST_DEVIATIONS = 10.0
#: A pixel that is saturated in more of its frames than this has a mean that cannot be mended. What 1 in 200 frames lose
#: of ordinary noise shifts the mean of 1000 frames by less than a tenth of its standard deviation.
LEAST_SATURATED = 0.005

_RING = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], bool)
_SQUARE = np.ones((3, 3), bool)


@dataclass(frozen=True)
class Defects:
    """Where a field's pixels are hot, dead, saturated too often, or saturated in few frames; each (Y, X) bool."""

    hot: np.ndarray
    dead: np.ndarray
    saturated: np.ndarray
    seldom_saturated: np.ndarray

    @property
    def mask(self) -> np.ndarray:
        """Pixels that must not count, (Y, X) bool."""
        return self.hot | self.dead | self.saturated

    def mended(self, frames: np.ndarray) -> np.ndarray:
        """Frames (T, Y, X) with hot and dead pixels filled from their neighbours; a copy if there are any.

        Saturated pixels keep their values: the least that they can have been is nearer than any neighbour's.
        """
        return mended(frames, self.hot | self.dead)


def pixel_mask(counts: np.ndarray, fwhm_pixels: float, offset: float = 0.0) -> Defects:
    """The pixels of frames (T, Y, X) in counts that say nothing of the sample.

    fwhm_pixels: FWHM of the PSF in camera pixels. offset: counts in the dark; where it is not known, dead pixels stay
    unseen.
    """
    share = saturated_share(counts)
    hot, dead = _hot_and_dead(counts - np.float32(offset), fwhm_pixels)
    often = (share > LEAST_SATURATED) & ~hot
    return Defects(hot, dead, often, (share > 0) & ~often & ~hot)


def defect_pixels(frames: np.ndarray, fwhm_pixels: float) -> np.ndarray:
    """Where pixels are hot or dead, (Y, X) bool; none where the PSF is too narrow to tell.

    frames: (T, Y, X) in photons. fwhm_pixels: FWHM of the PSF in camera pixels.
    """
    return np.logical_or(*_hot_and_dead(frames, fwhm_pixels))


def _hot_and_dead(frames: np.ndarray, fwhm_pixels: float) -> tuple[np.ndarray, np.ndarray]:
    mean = frames.mean(axis=0, dtype=np.float64)
    return hot_and_dead(mean, _squares(frames), _changes(frames), len(frames), fwhm_pixels)


def hot_and_dead(
    mean: np.ndarray, squares: np.ndarray, changes: np.ndarray, frame_count: int, fwhm_pixels: float
) -> tuple[np.ndarray, np.ndarray]:
    """Where pixels are hot and where dead, (Y, X) bool each; none where the PSF is too narrow to tell.

    mean: (Y, X) above the offset. squares: (Y, X), summed over the differences of successive frames. changes: (Y, X),
    how many of these differences are not zero.
    """
    if fwhm_pixels < LEAST_FWHM_PIXELS or min(mean.shape) < 3:
        return np.zeros(mean.shape, bool), np.zeros(mean.shape, bool)
    noise = LEAST_DEVIATIONS * _deviation_of_mean(mean, squares, changes, frame_count)
    return _hot(mean, noise), _dead(mean, noise, sigma_from_fwhm(fwhm_pixels))


def _hot(mean: np.ndarray, noise: np.ndarray) -> np.ndarray:
    # Three of a pixel's eight neighbours may belong to its cluster; the fourth brightest is sound.
    around = rank_filter(mean, -4, footprint=_RING, mode="constant", cval=-np.inf)
    floor = minimum_filter(mean, size=5, mode="mirror")
    found = np.zeros(mean.shape, bool)
    for place, inside, ring in _clusters((mean - around > noise) & (around - floor < LEAST_SHARE * (mean - floor))):
        share = _least_share(place, inside, mean.shape)
        least, ground = mean[place][inside].min(), floor[place][inside].min()
        most = mean[place][ring].max()
        found[place] |= inside & (least - most > noise[place]) & (most - ground < share * (least - ground))
    return found


def _least_share(place: tuple[slice, ...], inside: np.ndarray, shape_yx: tuple[int, ...]) -> float:
    """What a point must leave the brightest neighbour of a cluster, by its size and where it lies."""
    rows, columns = (np.flatnonzero(inside.any(axis=1 - axis)) + side.start for axis, side in enumerate(place))
    at_border = [within[0] == 0 or within[-1] == length - 1 for within, length in zip((rows, columns), shape_yx)]
    if all(at_border):
        return LEAST_SHARE_IN_CORNER
    return LEAST_SHARE_OF_SQUARE if any(at_border) or inside.sum() > 2 else LEAST_SHARE


def _dead(mean: np.ndarray, noise: np.ndarray, sigma_pixels: float) -> np.ndarray:
    around = rank_filter(mean, 3, footprint=_RING, mode="constant", cval=np.inf)
    sudden = _sudden_falls(mean, noise, sigma_pixels)
    found = np.zeros(mean.shape, bool)
    for place, inside, ring in _clusters((around - mean > noise) & (mean < LEAST_FILL * around)):
        sides = np.count_nonzero(np.diff(inside, axis=0)) + np.count_nonzero(np.diff(inside, axis=1))
        if sudden[place][inside].sum() < 0.5 * sides:
            continue
        most, least = mean[place][inside].max(), mean[place][ring].min()
        found[place] |= inside & (least - most > noise[place]) & (most < LEAST_FILL * least)
    return found


def _sudden_falls(mean: np.ndarray, noise: np.ndarray, sigma_pixels: float) -> np.ndarray:
    """From how many of its four sides the light falls to each pixel more steeply than the blur allows, (Y, X).

    Between bright points it may be as dark as it likes, but not suddenly: where a Gaussian has blurred the light f,
    log f + |u|²/2σ² is convex, so that from one pixel to the next, f₀ ≥ f₁²/f₂ exp(−1/σ²).
    """
    padded, sides = np.pad(mean, 2, constant_values=np.nan), np.zeros(mean.shape, int)
    for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        first, second = (_shifted(padded, steps * down, steps * right, mean.shape) for steps in (1, 2))
        filled = np.square(first) * np.exp(-1.0 / sigma_pixels**2)
        sides += (first > 0) & (mean * (np.maximum(second, 0.0) + noise) < LEAST_FILL * filled)
    return sides


def _shifted(padded: np.ndarray, down: int, right: int, shape_yx: tuple[int, ...]) -> np.ndarray:
    """Each pixel's neighbour so many pixels further, of an image with a border of two; NaN outside."""
    return padded[2 + down : 2 + down + shape_yx[0], 2 + right : 2 + right + shape_yx[1]]


def _clusters(candidates: np.ndarray) -> Iterator[tuple[tuple[slice, ...], np.ndarray, np.ndarray]]:
    """Each small cluster of adjacent pixels: where it lies, and there its own pixels and those around it."""
    labels, _ = label(candidates, _SQUARE)
    for index, box in enumerate(find_objects(labels), start=1):
        place = tuple(slice(max(0, side.start - 1), side.stop + 1) for side in box)
        inside = labels[place] == index
        if inside.sum() <= LARGEST_CLUSTER:
            yield place, inside, binary_dilation(inside, _SQUARE) & ~inside


def _squares(frames: np.ndarray) -> np.ndarray:
    differences = np.diff(frames, axis=0)
    return np.einsum("tyx,tyx->yx", differences, differences, dtype=np.float64)


def _changes(frames: np.ndarray) -> np.ndarray:
    return np.count_nonzero(frames[1:] != frames[:-1], axis=0)


def _deviation_of_mean(mean: np.ndarray, squares: np.ndarray, changes: np.ndarray, frame_count: int) -> np.ndarray:
    """Standard deviation of each pixel's mean, (Y, X), from its neighbours: a stuck pixel has none of its own.

    In light so dim that most frames show a pixel none, its neighbours may by chance have seen nothing at all, and are
    taken to have seen one photon more: of pixels with Poisson counts, less than one in ten million is ten such
    deviations above its neighbours. A photon is what a value changes by, whatever the camera makes of it.
    """
    if frame_count < 2:
        ring = median_filter(mean, footprint=_RING, mode="mirror")
        return np.full(mean.shape, 1.4826 * float(np.median(np.abs(mean - ring))))
    variance = median_filter(squares, footprint=_RING, mode="mirror") / (2.0 * (frame_count - 1))
    return np.sqrt((variance + _square_of_change(squares, changes) / frame_count) / frame_count)


def _square_of_change(squares: np.ndarray, changes: np.ndarray) -> np.ndarray:
    """The square of what a value changes by, where it does: the median of those around each pixel, (Y, X)."""
    changed = changes > 0
    if not changed.any():
        return np.zeros(squares.shape)
    each = squares / np.maximum(changes, 1)
    return median_filter(np.where(changed, each, np.median(each[changed])), footprint=_RING, mode="mirror")

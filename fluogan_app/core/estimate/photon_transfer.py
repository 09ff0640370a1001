"""The camera's line, variance = gain · (mean − offset) + read noise², from frames of any sample.

Only the camera makes differences between neighbouring pixels that are finer than the PSF. So the frames' first
differences in time are filtered with a kernel h that passes nothing but the finest pattern; what is left is photon
noise and read noise, however much the molecules blink and the light fades:

    Var(h * y)_i = gain Σ_j h²_ij (mean_j − offset) + Σ_j h²_ij noise²

which is again a line, between the mean and the variance both averaged with the weights h².
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import correlate1d, maximum_filter

from fluogan_app.core.estimate.saturation import saturated_pixels

#: The fourth difference: of a Gaussian PSF of FWHM 2 pixels it lets through 4e-4 of the power, of 2.8 pixels 5e-6.
KERNEL = np.array([1.0, -4.0, 6.0, -4.0, 1.0])
_REACH = len(KERNEL) // 2
#: Shares of the averages with h² that one camera pixel takes: a noisy mean flattens the line, so this is asked.
_PIXELS_AVERAGED = (KERNEL**2).sum() ** 4 / (KERNEL**4).sum() ** 2
FRAMES_PER_CHUNK, MOST_CHUNKS = 25, 8
#: No point counts as if its variance were less than this part of the average one.
LEAST_HEIGHT = 0.02
BLOCK_PIXELS, RESAMPLINGS, CLASSES = 12, 200, 24


@dataclass(frozen=True)
class PhotonTransfer:
    """The line and what it was drawn through; counts and counts².

    class_mean, class_variance, class_spread: (classes,) pixels of like brightness. lines: (R, 2) slope and intercept of
    resampled data. darkest: mean of the darkest pixels. contrast: variance of the pixels' means over their noise's.
    """

    slope: float
    intercept: float
    lines: np.ndarray
    class_mean: np.ndarray
    class_variance: np.ndarray
    class_spread: np.ndarray
    darkest: float
    contrast: float

    @property
    def zero(self) -> float:
        """Mean at which the line reaches no variance: the offset of a camera without read noise."""
        return -self.intercept / self.slope


def photon_transfer(frames: np.ndarray) -> PhotonTransfer:
    """Draw the line through frames (T, Y, X) in counts; T ≥ 2, Y and X ≥ 6."""
    count = int(np.clip(len(frames) // FRAMES_PER_CHUNK, 1, MOST_CHUNKS))
    chunks = np.array_split(frames, count)
    mean, variance = (np.stack(part) for part in zip(*(_mean_and_variance(chunk) for chunk in chunks)))
    sound = np.broadcast_to(_cut(~maximum_filter(saturated_pixels(frames), len(KERNEL))), mean.shape)
    sound = sound if sound.any() else np.ones_like(sound)
    slope, intercept, weights = fitted_line(mean[sound], variance[sound])
    lines = _resampled_lines(mean, variance, _placed(weights, sound))
    noise = variance[sound].mean() / (_PIXELS_AVERAGED * len(frames) / count)
    return PhotonTransfer(
        slope, intercept, lines, *_classes(mean[sound], variance[sound]),
        darkest=float(np.percentile(mean[sound], 0.5)), contrast=float(mean[sound].var() / max(noise, 1e-300)),
    )  # fmt: skip


def fitted_line(mean: np.ndarray, variance: np.ndarray, passes: int = 8) -> tuple[float, float, np.ndarray]:
    """Slope and intercept of variance against mean (N,), and the weights of the points.

    A measured variance scatters in proportion to its true height. The heights are those of the fitted line: weights
    from the measured ones would prefer what came out low by chance.
    """
    weights, height = np.ones_like(mean), float(np.mean(variance))
    slope, intercept = (float(part) for part in _line(_sums(mean, variance, weights)))
    for _ in range(passes if height > 0 else 0):
        weights = np.maximum((slope * mean + intercept) / height, LEAST_HEIGHT) ** -2.0
        slope, intercept = (float(part) for part in _line(_sums(mean, variance, weights)))
    return slope, intercept, weights


def _mean_and_variance(chunk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of one frame, both averaged with h²; from first differences, so each end counts half."""
    frames = chunk.astype(np.float32)
    share = np.full(len(frames), 1.0 / (len(frames) - 1))
    share[[0, -1]] /= 2.0
    mean = np.tensordot(share, frames.astype(np.float64), 1)
    differences = filtered(np.diff(frames, axis=0), KERNEL)
    total = (KERNEL**2).sum() ** 2
    variance = np.einsum("tyx,tyx->yx", differences, differences, dtype=np.float64) / (2.0 * len(differences) * total)
    return filtered(mean, KERNEL**2) / total, variance


def filtered(images: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Images (…, Y, X) filtered along both axes, without the border that the kernel does not fill."""
    return _cut(correlate1d(correlate1d(images, kernel, axis=-1), kernel, axis=-2))


def _cut(images: np.ndarray) -> np.ndarray:
    return images[..., _REACH:-_REACH, _REACH:-_REACH]


def _sums(mean: np.ndarray, variance: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What a weighted line needs, (5, …) summed over the last axis."""
    parts = (weights, weights * mean, weights * mean**2, weights * variance, weights * mean * variance)
    return np.stack([part.sum(axis=-1) for part in parts])


def _line(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slope and intercept from such sums (5, …); no slope where all means are the same."""
    weight, mean, square, variance, product = sums
    spread = weight * square - mean**2
    safe = np.where(spread > 1e-12 * np.maximum(weight * square, 1e-300), spread, np.inf)
    slope = (weight * product - mean * variance) / safe
    return slope, (variance - slope * mean) / weight


def _placed(weights: np.ndarray, sound: np.ndarray) -> np.ndarray:
    everywhere = np.zeros(sound.shape)
    everywhere[sound] = weights
    return everywhere


def _resampled_lines(mean: np.ndarray, variance: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Lines through blocks of pixels and time drawn with replacement, (R, 2): the spread is the line's uncertainty."""
    sums = np.concatenate([_sums(*(_blocks(part) for part in chunk)) for chunk in zip(mean, variance, weights)], axis=1)
    drawn = np.random.default_rng(0).multinomial(sums.shape[1], np.full(sums.shape[1], 1 / sums.shape[1]), RESAMPLINGS)
    return np.stack(_line(sums @ drawn.T), axis=1)


def _blocks(image: np.ndarray) -> np.ndarray:
    """Blocks of an image (Y, X) as rows, (blocks, pixels); what does not fill a block has weight 0 with its zeros."""
    side = min(BLOCK_PIXELS, max(2, min(image.shape) // 3))
    rows, columns = (-(-length // side) for length in image.shape)
    padded = np.pad(image, [(0, rows * side - image.shape[0]), (0, columns * side - image.shape[1])])
    return padded.reshape(rows, side, columns, side).swapaxes(1, 2).reshape(rows * columns, side * side)


def groups_of_like(values: np.ndarray, most: int, least: int = 8) -> list[np.ndarray]:
    """Indices of values (N,) in classes of equal width, at most so many; without classes of fewer than `least`."""
    order = np.argsort(values, axis=None)
    edges = np.linspace(values.min(), np.percentile(values, 99.8), int(np.clip(len(values) // 16, 2, most)) + 1)
    groups = np.split(order, np.searchsorted(values[order], edges[1:-1]))
    return [group for group in groups if len(group) >= least] or [order]


def _classes(mean: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, variance and the standard error of the variance for classes of like brightness."""
    groups = groups_of_like(mean, CLASSES)
    # Neighbours share the kernel: about one pixel in so many is independent.
    shared = _PIXELS_AVERAGED
    rows = [(mean[g].mean(), variance[g].mean(), variance[g].std() / np.sqrt(len(g) / shared)) for g in groups]
    centres, heights, spreads = (np.array(part) for part in zip(*rows))
    return centres, heights, spreads

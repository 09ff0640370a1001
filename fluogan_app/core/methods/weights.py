"""Noise weights: how noisy the mean frame is, measured on the frames themselves, so that no camera setting is needed.

Variances come from what is left of each pixel's series after its slow trend; all pixels are pooled through the camera's
line, variance = photon · mean + constant; slow blinking enters through the sum of the autocovariances.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.fft import dctn, idctn
from scipy.ndimage import convolve, gaussian_filter

from fluogan_app.core.estimate.photon_transfer import fitted_line
from fluogan_app.core.estimate.trend import FRAMES_FOR_TREND, brightness_trend, without_trend

#: The model itself is not better than this part of the brightest mean.
RELATIVE_FLOOR = 2e-4
#: From this FWHM in pixels on, what alternates from pixel to pixel is the camera's pattern and not the sample.
BLUR_TELLS_PATTERN = 2.4


@dataclass(frozen=True)
class Noise:
    """What the frames say of their own noise; everything in the frames' unit.

    mean: (Y, X) mean over time. level: (T,) smooth brightness of each frame, mean 1 (bleaching).
    photon: variance per unit of signal within one frame. frame_variance, mean_variance: (Y, X), of one frame and of
    the mean. correlation_frames: frames that are worth one independent one. fixed_pattern: the part of mean_variance
    that does not go away with more frames.
    """

    mean: np.ndarray
    level: np.ndarray
    photon: float
    constant: float
    frame_variance: np.ndarray
    mean_variance: np.ndarray
    correlation_frames: float
    fixed_pattern: float = 0.0


def measure_noise(frames: np.ndarray, fwhm_pixels: float) -> Noise:
    """Measure the noise of frames (T, Y, X). Multiplying the frames by c multiplies variances by c²."""
    blurred = fwhm_pixels >= BLUR_TELLS_PATTERN
    count = len(frames)
    mean = frames.mean(axis=0, dtype=np.float64)
    level = brightness_trend(frames)
    single, long_run = _variances(frames, mean, level)
    # Mean and variances are smoothed alike: a mean smoothed alone has too small a range, which steepens the line.
    smooth_mean, smooth_single, smooth_long_run = (_smoothed(image) for image in (mean, single, long_run))
    photon, constant = camera_line(smooth_mean, smooth_single)
    light = _structure(mean, smooth_mean, float(smooth_long_run.mean()) / count)
    frame_variance = _on_line(light, single, photon, constant)
    mean_variance = _on_line(light, long_run, *camera_line(smooth_mean, smooth_long_run))
    mean_variance = np.maximum(mean_variance, frame_variance) / count
    single_sum = float(frame_variance.sum())
    correlation = count * float(mean_variance.sum()) / single_sum if single_sum > 0 else 1.0
    pattern = fixed_pattern_variance(mean, mean_variance) if blurred else 0.0
    mean_variance += pattern
    floor = (RELATIVE_FLOOR * np.abs(mean).max()) ** 2
    return Noise(
        mean, level, photon, constant,
        np.maximum(frame_variance, floor), np.maximum(mean_variance, floor), correlation, pattern,
    )  # fmt: skip


def _smoothed(image: np.ndarray) -> np.ndarray:
    return gaussian_filter(image, 1.0, mode="nearest")


def _structure(mean: np.ndarray, smooth: np.ndarray, noise_variance: float) -> np.ndarray:
    """The mean frame as far as it can be told from its noise: fine detail counts by its share of signal (Wiener)."""
    detail = mean - smooth
    power = float(np.mean(detail**2))
    return smooth + max(0.0, 1.0 - noise_variance / power) * detail if power > 0 else smooth


def camera_line(mean: np.ndarray, variance: np.ndarray) -> tuple[float, float]:
    """Slope ≥ 0 and intercept of variance against mean."""
    slope, intercept, weights = fitted_line(mean.ravel(), variance.ravel())
    if slope <= 0:
        return 0.0, float(np.average(variance.ravel(), weights=weights))
    return slope, intercept


def _on_line(mean: np.ndarray, variance: np.ndarray, slope: float, intercept: float) -> np.ndarray:
    """The line at each pixel's mean; not below a part of what the darkest pixels show."""
    lowest = 0.25 * np.percentile(variance, 5)
    return np.maximum(slope * mean + intercept, max(lowest, 0.0))


def not_counting(noise: Noise, mask: np.ndarray) -> Noise:
    """The same where masked pixels, (Y, X) bool, say nothing: their mean's variance is infinite, their weight 0."""
    return replace(noise, mean_variance=np.where(mask, np.inf, noise.mean_variance))


def _variances(frames: np.ndarray, mean: np.ndarray, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variance of one frame, and T times that of the mean, both (Y, X)."""
    count = len(frames)
    if count == 1:
        local = _variance_between_neighbours(mean)
        return local, local
    if count < FRAMES_FOR_TREND:
        differences = np.diff(frames, axis=0).astype(np.float64)
        local = 0.5 * np.mean(differences**2, axis=0)
        return local, local
    rest, lost = without_trend(frames, level)
    single = np.einsum("tyx,tyx->yx", rest, rest, dtype=np.float64) / (count - lost)
    return single, _long_run(rest, single, lost)


def _long_run(rest: np.ndarray, single: np.ndarray, lost: int) -> np.ndarray:
    """Variance plus twice the autocovariances, summed over the lags at which the pixels together still correlate.

    Taking `lost` terms of a trend off T frames lowers the autocovariance at each lag by lost/T of the whole sum.
    """
    count, lags = len(rest), 0
    total, scale = single.copy(), single.sum()
    # Chance alone gives the pooled correlation this spread; a stack of few pixels must not sum noise.
    threshold = max(0.01, 3.0 / np.sqrt(count * single.size))
    for lag in range(1, count // 4):
        covariance = np.einsum("tyx,tyx->yx", rest[:-lag], rest[lag:], dtype=np.float64) / (count - lag)
        if covariance.sum() < threshold * scale:
            break
        total, lags = total + 2.0 * covariance, lag
    return total / max(1.0 - 2.0 * lags * lost / count, 0.25)


def fixed_pattern_variance(mean: np.ndarray, mean_variance: np.ndarray) -> float:
    """Variance of the mean that does not go away with more frames: pixels that differ in offset.

    Seen in the darkest quarter of the mean frame as differences between neighbours that no blurred sample can make,
    beyond those that the noise in time explains.
    """
    dark = mean <= np.percentile(mean, 25.0)
    between = _variance_between_neighbours(mean)[dark].mean()
    # The square of a normal number has a relative spread of √2, and neighbours share what they are made of.
    chance = 3.0 * np.sqrt(2.0 * 9.0 / max(1, dark.sum()))
    expected = mean_variance[dark].mean()
    return float(between - expected) if between > (1.0 + chance) * expected else 0.0


def camera_pattern(mean: np.ndarray, sigma_pixels: float) -> np.ndarray:
    """What of the mean frame is too fine for the PSF to have made, (Y, X): the camera's pattern and left-over noise."""
    rows, columns = (np.arange(length) / (2.0 * length) for length in mean.shape)
    frequency = np.hypot(rows[:, None], columns[None, :])
    # The Gaussian's transfer function is down to 1 % at this frequency, in cycles per pixel.
    limit = np.sqrt(np.log(100.0) / 2.0) / (np.pi * sigma_pixels)
    kept = 1.0 / (1.0 + (frequency / limit) ** 8)
    return mean - idctn(kept * dctn(mean, norm="ortho"), norm="ortho")


def _variance_between_neighbours(image: np.ndarray) -> np.ndarray:
    """Local variance of a single image from what no smooth structure explains (a second difference in both axes)."""
    kernel = np.outer([1.0, -2.0, 1.0], [1.0, -2.0, 1.0])
    rest = convolve(image, kernel, mode="reflect")
    return rest**2 / np.sum(kernel**2)

"""FWHM of the PSF from how the molecules' fluctuations are spread over spatial frequencies.

Molecules fluctuate each by itself, so before the PSF their light varies alike at every frequency. Behind the PSF it is

    P(f) = A exp(−4π² σ² f²) + camera noise

whatever the sample looks like. A sample that moves does not keep to this.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from fluogan_app.core.estimate.trend import brightness_trend, without_flicker, without_trend
from fluogan_app.core.units import FWHM_PER_SIGMA

#: Below this frequency in cycles per pixel the removed trend and the field's borders show; the second for comparison.
LOWEST_FREQUENCIES = (0.06, 0.1)
#: A pixel integrates over its area, which widens the variance of the PSF by 1/12 along each axis.
PIXEL_VARIANCE = 1.0 / 12.0
CHUNKS, RESAMPLINGS, MOST_FRAMES = 12, 40, 400
#: Fluctuations weaker than this part of the camera's noise tell no width.
LEAST_POWER = 0.3


@dataclass(frozen=True)
class SpectrumWidth:
    """FWHM and its standard deviation in pixels; frequency (cycles per pixel), power and fitted power (rings,)."""

    fwhm_pixels: float
    uncertainty_pixels: float
    frequency: np.ndarray
    power: np.ndarray
    fitted: np.ndarray


def width_from_fluctuations(frames: np.ndarray) -> SpectrumWidth | None:
    """The width from frames (T, Y, X), or None where they fluctuate too little or not as molecules do."""
    frequency, powers, pixels = _ring_powers(_fluctuations(frames[:MOST_FRAMES]))
    power = powers.mean(axis=0)
    fits = [_fit(frequency, power, pixels, lowest) for lowest in LOWEST_FREQUENCIES]
    if any(np.exp(fit[0] - fit[2]) < LEAST_POWER for fit in fits):
        return None
    width, other = (_fwhm(fit[1]) for fit in fits)
    draws = np.random.default_rng(0).integers(0, len(powers), (RESAMPLINGS, len(powers)))
    drawn = [_fit(frequency, powers[draw].mean(axis=0), pixels, LOWEST_FREQUENCIES[0], fits[0]) for draw in draws]
    spread = float(np.std([_fwhm(fit[1]) for fit in drawn]))
    uncertainty = float(np.sqrt(spread**2 + (width - other) ** 2 + (0.01 * width) ** 2))
    if not np.isfinite(uncertainty) or width <= 0 or uncertainty > 0.2 * width:
        return None
    return SpectrumWidth(width, uncertainty, frequency, power, np.exp(_model(fits[0], frequency)))


def _fluctuations(frames: np.ndarray) -> np.ndarray:
    frames = frames.astype(np.float32)
    rest, _ = without_trend(frames, brightness_trend(frames))
    return without_flicker(rest, frames.mean(axis=0, dtype=np.float64))


def _ring_powers(rest: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean frequency of each ring, its power in each chunk of frames (chunks, rings), and its number of pixels."""
    height, width = rest.shape[1:]
    window = np.outer(np.hanning(height + 2)[1:-1], np.hanning(width + 2)[1:-1]).astype(np.float32)
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :])
    rings = max(12, min(height, width) // 2)
    ring = np.minimum((radius / 0.5 * rings).astype(int), rings).ravel()
    pixels = np.bincount(ring, minlength=rings + 1)[:rings]
    kept = pixels > 0
    frequency = np.bincount(ring, radius.ravel(), rings + 1)[:rings][kept] / pixels[kept]
    powers = []
    for chunk in np.array_split(rest, min(CHUNKS, len(rest))):
        power = np.mean(np.abs(np.fft.fft2(window * chunk)) ** 2, axis=0) / np.sum(window**2)
        powers.append(np.bincount(ring, power.ravel(), rings + 1)[:rings][kept] / pixels[kept])
    return frequency, np.array(powers), pixels[kept]


def _model(fit: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    """Logarithm of the power for (ln A, ln σ², ln noise)."""
    return np.logaddexp(fit[0] - 4 * np.pi**2 * np.exp(fit[1]) * frequency**2, fit[2])


def _fit(
    frequency: np.ndarray, power: np.ndarray, pixels: np.ndarray, lowest: float, start: np.ndarray | None = None
) -> np.ndarray:
    used = frequency > lowest
    heights, weights = np.log(np.maximum(power[used], 1e-300)), np.sqrt(pixels[used])
    if start is None:
        floor = float(np.log(max(np.median(power[frequency > 0.42]), 1e-300)))
        start = np.array([max(float(heights[:4].mean()), floor), np.log(1.5), floor])
    residual = lambda fit: (_model(fit, frequency[used]) - heights) * weights  # noqa: E731
    return least_squares(residual, start, x_scale=1.0, max_nfev=60).x


def _fwhm(log_variance: float) -> float:
    return FWHM_PER_SIGMA * float(np.sqrt(max(np.exp(min(log_variance, 50.0)) - PIXEL_VARIANCE, 0.0)))

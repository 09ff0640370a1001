"""The widest PSF that the mean frame allows.

Photons are not negative. So a Gaussian PSF that is too narrow can still be made to fit, by a sample that is less fine;
one wider than the true one cannot make what is sharp in the image, and from the true width on the misfit grows with
about the cube of the excess. Where something in the region is much finer than the PSF, this is the PSF's own width.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter
from scipy.special import ndtr

from fluogan_app.core.estimate.photon_transfer import KERNEL, filtered, fitted_line, photon_transfer
from fluogan_app.core.units import sigma_from_fwhm

WINDOW, WINDOWS, ZOOM = 40, 3, 2
ROUND_STEPS, MOST_STEPS, ENOUGH = 100, 1000, 0.93
NARROWEST_PIXELS, WIDEST_PIXELS = 1.6, 10.0
COARSE, FINE = 1.25, 1.06
#: A misfit is clear from this part of what noise alone leaves on.
LEAST_EXCESS = 1.0
#: How far misfits may be from their cubic: fits that have not converged and optics that are no Gaussian.
TOLERANCE = 0.08
#: The least noise of the mean frame that is believed, as a part of its contrast.
LEAST_NOISE = 1e-5
#: Columns of the sample reach so many σ beyond the window, for light that comes in from outside.
MARGIN_SIGMAS = 2.5
#: Optics are no Gaussian, and the sharpest things of a sample have a width.
LEAST_UNCERTAINTY = 0.04


@dataclass(frozen=True)
class WidthLimit:
    """FWHM and its standard deviation in pixels; misfit and what noise alone leaves, (widths,) per noise variance."""

    fwhm_pixels: float
    uncertainty_pixels: float
    widths: np.ndarray
    misfit: np.ndarray
    expected: np.ndarray


def widest_fitting_psf(frames: np.ndarray) -> WidthLimit | None:
    """The limit from frames (T, Y, X), or None where even very wide PSFs fit, or none does."""
    limits = [_limit(mean, variance) for mean, variance in _detailed_windows(frames)]
    found = sorted((limit for limit in limits if limit is not None), key=lambda limit: limit.fwhm_pixels)[:2]
    if not found:
        return None
    # The lower ones are where the sample is finest; one alone may have misfits of its own.
    widths = [limit.fwhm_pixels for limit in found]
    spread = max(found[0].uncertainty_pixels, float(np.ptp(widths)) / 2)
    return replace(found[0], fwhm_pixels=float(np.mean(widths)), uncertainty_pixels=spread)


def _limit(mean: np.ndarray, variance: np.ndarray) -> WidthLimit | None:
    """The limit in one window."""
    tried: dict[float, tuple[float, float]] = {}
    coarse = NARROWEST_PIXELS * COARSE ** np.arange(int(np.log(WIDEST_PIXELS / NARROWEST_PIXELS) / np.log(COARSE)) + 1)
    first = next((width for width in coarse if _misfits(tried, float(width), mean, variance)), None)
    if first is None or first == coarse[0]:
        return None
    for width in first / COARSE * FINE ** np.arange(-1, 6):
        _misfits(tried, float(width), mean, variance)
    widths = np.array(sorted(tried))
    misfit, expected = np.array([tried[width] for width in widths]).T
    near = (widths > 0.7 * first) & (widths < 1.1 * first)
    value, uncertainty = _hinge(widths[near], (misfit - expected)[near], expected[near])
    return WidthLimit(value, float(np.hypot(uncertainty, LEAST_UNCERTAINTY * value)), widths, misfit, expected)


def _hinge(widths: np.ndarray, excess: np.ndarray, expected: np.ndarray) -> tuple[float, float]:
    """Width at which excess = a (width − limit)³ begins, and its standard deviation from the fit's own residuals."""
    limits = np.linspace(widths[0], widths[-2], 400)
    cubes = np.maximum(widths - limits[:, None], 0.0) ** 3
    weights = (TOLERANCE * (expected + np.abs(excess))) ** -2.0
    height = (cubes * excess * weights).sum(axis=1) / (cubes**2 * weights).sum(axis=1)
    mismatch = ((height[:, None] * cubes - excess) ** 2 * weights).sum(axis=1)
    best = int(mismatch.argmin())
    likely = np.exp(-0.5 * (mismatch - mismatch[best]) / max(1.0, mismatch[best] / (len(widths) - 2)))
    middle = np.average(limits, weights=likely)
    return float(limits[best]), float(np.sqrt(np.average((limits - middle) ** 2, weights=likely)))


def _misfits(tried: dict[float, tuple[float, float]], width: float, mean: np.ndarray, variance: np.ndarray) -> bool:
    """Fit with a PSF of this width, and a fit to that fit with fresh noise, which tells what to expect."""
    weights = variance.min() / variance
    (fit,) = _fitted(mean[None], weights, width)
    drawn = (fit + np.random.default_rng(0).standard_normal(mean.shape) * np.sqrt(variance))[None]
    expected = float(np.mean((_fitted(drawn, weights, width) - drawn) ** 2 / variance))
    tried[float(width)] = float(np.mean((fit - mean) ** 2 / variance)), expected
    return tried[float(width)][0] > (1.0 + LEAST_EXCESS) * expected


def _fitted(images: np.ndarray, weights: np.ndarray, fwhm_pixels: float) -> np.ndarray:
    """The nearest images (N, Y, X) that a non-negative sample can make: accelerated projected gradient steps.

    They go on until a round of them lowers the misfit by no more than a few percent.
    """
    sigma = sigma_from_fwhm(fwhm_pixels)
    rows, columns = (_axis(length, sigma) for length in images.shape[1:])
    metric = rows.T @ (weights * np.outer(rows.sum(axis=1), columns.sum(axis=1))) @ columns
    metric = np.maximum(metric, 1e-9 * metric.max())
    parts = (rows, columns, metric, weights, images)
    rows, columns, metric, weights, images = (part.astype(np.float32) for part in parts)
    sample = np.full((len(images), *metric.shape), images.mean() / ZOOM**2, np.float32)
    ahead, momentum, before = sample, 1.0, np.inf
    for step in range(1, MOST_STEPS + 1):
        slope = rows.T @ (weights * (rows @ ahead @ columns.T - images)) @ columns
        following = np.maximum(ahead - slope / metric, 0.0)
        if np.sum((ahead - following) * (following - sample) * metric) > 0:
            momentum = 1.0
        larger = (1.0 + np.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
        ahead = following + np.float32((momentum - 1.0) / larger) * (following - sample)
        sample, momentum = following, larger
        if step % ROUND_STEPS == 0:
            misfit = np.sum(weights * (rows @ sample @ columns.T - images) ** 2)
            if misfit > ENOUGH * before:
                break
            before = misfit
    return rows @ sample @ columns.T


def _axis(pixels: int, sigma: float) -> np.ndarray:
    """Light of each fine pixel in each camera pixel along an axis, with fine pixels beyond both ends."""
    margin = int(np.ceil(MARGIN_SIGMAS * sigma))
    places = (np.arange(-margin * ZOOM, (pixels + margin) * ZOOM) + 0.5) / ZOOM
    left = np.arange(pixels)[:, None]
    return ndtr((left + 1 - places) / sigma) - ndtr((left - places) / sigma)


def _detailed_windows(frames: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Places with much fine detail: mean frame above its darkest pixel and the variance of its noise, (Y, X) each."""
    mean = frames.mean(axis=0, dtype=np.float64)
    variance = _white_variance(frames, mean)
    # The floor stays above zero by some noise, or dark pixels could not be fitted.
    floor = mean.min() - 5.0 * np.sqrt(variance.max())
    detail = (mean - gaussian_filter(mean, 2.0)) ** 2 / variance
    size = tuple(min(WINDOW, length) for length in mean.shape)
    found = []
    for _ in range(WINDOWS):
        sums = uniform_filter(detail, size, mode="constant")
        inner = tuple(slice(side // 2, length - (side - 1) // 2) for side, length in zip(size, mean.shape))
        corner = np.unravel_index(np.argmax(sums[inner]), sums[inner].shape)
        part = tuple(slice(int(start), int(start) + side) for start, side in zip(corner, size))
        if found and detail[part].mean() < 0.1 * found[0][2]:
            break
        found.append((mean[part] - floor, variance[part], detail[part].mean()))
        detail[part] = 0.0
    return [(part, noise) for part, noise, _ in found]


def _white_variance(frames: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Variance of the mean frame from pixel to pixel, (Y, X): the camera's noise over T, more for a fixed pattern."""
    line = photon_transfer(frames)
    in_time = np.maximum(line.slope * mean + line.intercept, 0.2 * line.class_variance.min()) / len(frames)
    total = (KERNEL**2).sum() ** 2
    between = filtered(mean, KERNEL) ** 2 / total
    slope, intercept, _ = fitted_line((filtered(mean, KERNEL**2) / total).ravel(), between.ravel())
    # Frames without noise, as a simulation may write them, are no better than this part of their contrast.
    floor = max((LEAST_NOISE * float(np.ptp(mean))) ** 2, 1e-300)
    return np.maximum(np.maximum(slope * mean + intercept, in_time), floor)

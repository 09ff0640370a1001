"""Photons per emission event κ, from how neighbouring pixels fluctuate together.

The camera's noise is independent from pixel to pixel, so what neighbours share comes from the molecules (2024 paper,
eq. 1):

    Cov(y_i, y_j) = gain κ Σ_k ψ_ik ψ_jk x_k · gain

For a Gaussian PSF of variance s² the product ψ_i ψ_j is a Gaussian of variance s²/2 between the two pixels, times
exp(−d²/4s²) / 4πs² at distance d. Blurred by another s²/2, the map of covariances of neighbours is therefore
proportional to the image of the molecules Ψx itself: a line whose slope is κ, and whose zero is the background.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from fluogan_app.core.estimate.photon_transfer import groups_of_like
from fluogan_app.core.estimate.result import Estimate, Evidence, Finding, Missing, Series
from fluogan_app.core.estimate.trend import FRAMES_FOR_TREND, brightness_trend, without_flicker, without_trend
from fluogan_app.core.estimate.width_spectrum import PIXEL_VARIANCE
from fluogan_app.core.units import sigma_from_fwhm

LABEL, UNIT = "Photons per event κ", "photons"
#: Pairs of neighbours, (rows, columns) apart.
LAGS = ((0, 1), (1, 0), (1, 1), (1, -1))
LEAST_FRAMES, LEAST_SIDE, CHUNKS, CLASSES = 30, 16, 8, 20
#: A sample whose fluctuation could be larger than this, and yet would not be seen, cannot be said to be steady.
MOST_HIDDEN = 3.0
#: What varies over more widths of the PSF than this is background.
WIDE_FWHM = 5.0
#: Correlation from one frame to the next from which on molecules, or what else moves, are called slow.
SLOW = 0.2


@dataclass(frozen=True)
class SharedFluctuation:
    """slope: gain · κ in counts. chunks: the slope in each part of the recording. memory: correlation of one frame with
    the next. mean, shared: (Y, X) in counts and counts², without what varies slowly over the field."""

    slope: float
    chunks: np.ndarray
    memory: float
    mean: np.ndarray
    shared: np.ndarray


def estimate_kappa(
    frames: np.ndarray, fwhm_pixels: float, gain: float, steady: np.ndarray | None = None
) -> Finding:
    """κ from frames (T, Y, X) in counts; FWHM in camera pixels; gain in counts per photon.

    steady: frames alike, with the same noise, of a sample that does not fluctuate; what they show is taken off.
    """
    count, height, width = frames.shape
    if count < LEAST_FRAMES or min(height, width) < LEAST_SIDE:
        size = f"{count} frames of {height} × {width} pixels"
        return Missing("kappa", LABEL, f"{size} are too few; {LEAST_FRAMES} frames and {LEAST_SIDE} pixels are needed.")
    if not _has_contrast(frames):
        return Missing("kappa", LABEL, "Fluctuation cannot be told: the frames are even, or hold no light.")
    found = shared_fluctuation(frames, fwhm_pixels)
    slope, spread = found.slope, _spread(found)
    if steady is not None:
        still = shared_fluctuation(steady, fwhm_pixels)
        slope, spread = slope - still.slope, float(np.hypot(spread, _spread(still)))
    # The PSF's area enters: 2 % of its width are 4 % of κ, and a few distinct molecules make no smooth line.
    value, uncertainty = slope / gain, float(np.hypot(spread, 0.05 * found.slope) / gain)
    if not np.isfinite((value, uncertainty)).all():
        return Missing("kappa", LABEL, "Fluctuation cannot be told: the values are too large or too even.")
    hidden = max(value, 0.0) + 3.0 * uncertainty
    if value < 3.0 * uncertainty and hidden > MOST_HIDDEN:
        return Missing("kappa", LABEL, f"Fluctuation cannot be told below {hidden:.2g} photons per event.")
    if value < 3.0 * uncertainty or value < 0.05:
        strength = f"κ = {value:.2g} ± {uncertainty:.2g} photons"
        reason = f"The sample does not fluctuate beyond the camera's noise ({strength})."
        return Missing("kappa", LABEL, reason)
    how = (
        "How much neighbouring pixels fluctuate together, against the brightness: the camera's own noise is not shared."
        " It is the variance over the mean of a molecule's light within single frames."
    )
    return Estimate("kappa", LABEL, value, uncertainty, UNIT, how, _evidence(found), warnings=_warnings(found))


def _has_contrast(frames: np.ndarray) -> bool:
    """Whether the mean frame differs between pixels by more than the rounding of its numbers."""
    mean = frames.mean(axis=0, dtype=np.float64)
    return bool(np.ptp(mean) > 1e-6 * np.abs(mean).max())


def _spread(found: SharedFluctuation) -> float:
    return float(found.chunks.std(ddof=1) / np.sqrt(len(found.chunks)))


def shared_fluctuation(frames: np.ndarray, fwhm_pixels: float) -> SharedFluctuation:
    """Regress the covariance of neighbours on the brightness."""
    frames = frames.astype(np.float32)
    mean = frames.mean(axis=0, dtype=np.float64)
    rest, lost = without_trend(frames, brightness_trend(frames))
    rest = without_flicker(rest, mean)
    wide = WIDE_FWHM * sigma_from_fwhm(fwhm_pixels)
    light = mean - gaussian_filter(mean, wide, mode="mirror")
    maps, slopes, shares = [], [], []
    for chunk in np.array_split(np.arange(len(rest)), min(CHUNKS, len(rest) // FRAMES_FOR_TREND)):
        shared = _shared_map(rest[chunk], fwhm_pixels) * len(rest) / (len(rest) - lost)
        maps.append(shared - gaussian_filter(shared, wide, mode="mirror"))
        shares.append(len(chunk) / len(rest))
        # What is left of the light in this part, so that bleaching does not count as a change of the slope.
        left = np.sum(frames[chunk].mean(axis=0) * light) / np.sum(mean * light)
        slopes.append(np.sum(maps[-1] * light) / np.sum(light**2) / max(float(left), 1e-6))
    shared = np.average(maps, axis=0, weights=shares)
    power, next_power = _neighbours(rest), _neighbours(rest[:-1], rest[1:])
    memory = float(next_power / power) if power > 0 else 0.0
    return SharedFluctuation(float(np.sum(shared * light) / np.sum(light**2)), np.array(slopes), memory, light, shared)


def _shared_map(rest: np.ndarray, fwhm_pixels: float) -> np.ndarray:
    """gain κ (Ψx) gain as the covariances of neighbours show it, (Y, X): least squares over the lags."""
    variance = sigma_from_fwhm(fwhm_pixels) ** 2 + PIXEL_VARIANCE
    total, weight = np.zeros(rest.shape[1:]), 0.0
    for lag in LAGS:
        overlap = np.exp(-(lag[0] ** 2 + lag[1] ** 2) / (4 * variance)) / (4 * np.pi * variance)
        # Between two pixels, the map is brought onto them by averaging, which blurs by lag²/4 already.
        blur = [float(np.sqrt(max(variance / 2 - step**2 / 4, 0.01))) for step in lag]
        total += overlap * gaussian_filter(_on_pixels(rest, lag), blur, mode="mirror")
        weight += overlap**2
    return total / weight


def _on_pixels(rest: np.ndarray, lag: tuple[int, int]) -> np.ndarray:
    """Covariance of pairs `lag` apart, (Y, X): at each pixel the mean of the pair that it begins and that it ends."""
    rows, columns = lag
    first, second = _pairs(rest, lag)
    pairs = np.einsum("tyx,tyx->yx", first, second, dtype=np.float64) / len(rest)
    padded = np.pad(pairs, [(rows, rows), (abs(columns), abs(columns))], mode="edge")
    height, width = rest.shape[1:]
    right, left = (abs(columns), 0) if columns >= 0 else (0, abs(columns))
    ends, begins = padded[:height, left : left + width], padded[rows : rows + height, right : right + width]
    return (ends + begins) / 2.0


def _pairs(rest: np.ndarray, lag: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = lag
    height, width = rest.shape[1:]
    first = rest[:, : height - rows, max(0, -columns) : width - max(0, columns)]
    return first, rest[:, rows:, max(0, columns) : width + min(0, columns)]


def _neighbours(rest: np.ndarray, later: np.ndarray | None = None) -> float:
    """Mean product of pixels side by side, in the same frames or with `later` ones."""
    later = rest if later is None else later
    return float(np.mean(rest[:, :, :-1] * later[:, :, 1:], dtype=np.float64))


def _warnings(found: SharedFluctuation) -> tuple[str, ...]:
    if found.memory < SLOW:
        return ()
    return (
        f"From one frame to the next {100 * found.memory:.0f} % of the fluctuation stay: molecules blink slowly, or "
        "the sample moves. κ is that of single frames, and the frames are not independent.",
    )


def _evidence(found: SharedFluctuation) -> Evidence:
    groups = groups_of_like(found.mean.ravel(), CLASSES)
    light = np.array([found.mean.ravel()[group].mean() for group in groups])
    shared = np.array([found.shared.ravel()[group].mean() for group in groups])
    ends = np.array([light[0], light[-1]])
    drawn = Series("slope: gain · κ", ends, found.slope * ends, drawn_as="line")
    points = Series("pixels of like brightness", light, shared)
    words = ("Mean above the background in counts", "Shared fluctuation in counts²")
    return Evidence("Fluctuation of the molecules", *words, (points, drawn))

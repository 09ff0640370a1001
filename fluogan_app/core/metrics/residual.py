"""Whether what a fit leaves over is noise: the residual's autocorrelation and its spectrum.

The residual r = √w (ȳ − Ψx − b), each pixel in units of its own noise, is white where the model explains the mean
frame and nothing more. Structure left over correlates neighbouring pixels; a fit that follows the noise takes from the
residual what the PSF can pass, and leaves less power there than beyond.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.spectrum import (
    checked_image, frequencies, independent_share, multiplicity, tapered_transform, window,
)  # fmt: skip
from fluogan_app.core.units import sigma_from_fwhm

#: Autocorrelations are looked at up to this lag in pixels along each axis.
REACH = 3
#: What a Gaussian PSF passes: up to where its transfer falls to this.
_PASSED = 0.1
#: Flatness of the periodogram of white noise: exp(−γ) with Euler's constant.
_WHITE_FLATNESS = float(np.exp(-np.euler_gamma))


@dataclass(frozen=True)
class Whiteness:
    """How white a residual is.

    neighbour_correlation: mean autocorrelation of adjacent pixels, 0 where white; its standard deviation by chance is
    about 1/√(2N). p_value: chance of autocorrelations at least this large in white noise, from Q = Σ n_d ρ_d², which
    then follows χ² with one degree of freedom per lag d (Box and Pierce 1970, in two dimensions). flatness: geometric
    over arithmetic mean of the power spectrum, 1 where white. passed_power: mean power at frequencies that the PSF
    passes over that at the others; 1 where white, above it where structure is left over, below it where the fit follows
    noise; NaN without a PSF, or where it passes all or nothing.
    """

    neighbour_correlation: float
    p_value: float
    flatness: float
    passed_power: float
    autocorrelation: np.ndarray

    def measures(self) -> Mapping[str, float]:
        """The numbers by the names that a run's measures have."""
        return {
            "residual_neighbour_correlation": self.neighbour_correlation,
            "residual_flatness": self.flatness,
            "residual_passed_power": self.passed_power,
        }


def residual_measures(residual: np.ndarray, fwhm_pixels: float | None = None) -> dict[str, float]:
    """The measures of a run's residual; none where it is too small or too even to have any, or not finite."""
    try:
        return dict(whiteness(residual, fwhm_pixels).measures())
    except DataError:
        return {}


def whiteness(residual: np.ndarray, fwhm_pixels: float | None = None, reach: int = REACH) -> Whiteness:
    """Test a residual (Y, X), best in units of its noise. Its mean is taken off first. Raises DataError."""
    values = checked_image(residual, "residual")
    values = values - values.mean()
    reach = min(reach, min(values.shape) // 4)
    table, statistic, lags = np.ones((2 * reach + 1, 2 * reach + 1)), 0.0, 0
    for row, column in _half_plane(reach):
        correlation, pairs = _autocorrelation(values, row, column)
        table[reach + row, reach + column] = table[reach - row, reach - column] = correlation
        statistic += pairs * correlation**2
        lags += 1
    neighbours = (table[reach, reach + 1] + table[reach + 1, reach]) / 2.0
    flatness, passed = _spectrum(values, fwhm_pixels)
    return Whiteness(float(neighbours), float(chdtrc(lags, statistic)), flatness, passed, table)


def power_by_frequency(residual: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How the power of a residual (Y, X) is spread over frequency: 1 everywhere where it is white.

    Gives the middle of each ring in cycles per pixel, its mean power over that of all, and the standard deviation of
    white noise there, 1/√n of n independent coefficients, each (R,). Its mean is taken off first. Raises DataError.
    """
    values = checked_image(residual, "residual")
    weights = window(values.shape)
    power = np.abs(tapered_transform(values, weights)) ** 2
    frequency, times = frequencies(values.shape), multiplicity(values.shape)
    step, last = 1.0 / min(values.shape), min(values.shape) // 2
    ring = np.rint(frequency / step).astype(np.int64)
    counts, sums = (
        np.bincount(ring.ravel(), part.ravel(), last + 1)[1 : last + 1] for part in (times, times * power)
    )
    mean = float(np.sum(times * power) / np.sum(times[frequency > 0]))
    independent = np.maximum(counts / 2.0 * independent_share(weights), 1.0)
    return np.arange(1, last + 1) * step, sums / counts / mean, 1.0 / np.sqrt(independent)


def _half_plane(reach: int) -> list[tuple[int, int]]:
    """Every lag once: the other half is the same by symmetry."""
    span = range(-reach, reach + 1)
    return [(row, column) for row in range(reach + 1) for column in span if row > 0 or column > 0]


def _autocorrelation(values: np.ndarray, row: int, column: int) -> tuple[float, int]:
    """ρ at one lag, and from how many pairs: Σ r(i) r(i + d) / n, over the variance."""
    height, width = values.shape
    first = values[: height - row, max(0, -column) : width - max(0, column)]
    second = values[row:, max(0, column) : width - max(0, -column)]
    return float(np.mean(first * second) / np.mean(values**2)), first.size


def _spectrum(values: np.ndarray, fwhm_pixels: float | None) -> tuple[float, float]:
    power = np.abs(tapered_transform(values, window(values.shape))) ** 2
    frequency, times = frequencies(values.shape), multiplicity(values.shape)
    lit = np.maximum(power, 1e-12 * power.mean())[frequency > 0]
    counts = times[frequency > 0]
    flatness = np.exp(np.average(np.log(lit), weights=counts)) / np.average(lit, weights=counts)
    flatness = float(flatness / _WHITE_FLATNESS)
    if fwhm_pixels is None:
        return flatness, float("nan")
    limit = np.sqrt(-np.log(_PASSED) / 2.0) / (np.pi * sigma_from_fwhm(fwhm_pixels))
    passed = (frequency > 0) & (frequency <= limit)
    beyond = frequency > limit
    if passed.sum() < 8 or beyond.sum() < 8:
        return flatness, float("nan")
    means = (np.average(power[part], weights=times[part]) for part in (passed, beyond))
    return flatness, float(next(means) / next(means))

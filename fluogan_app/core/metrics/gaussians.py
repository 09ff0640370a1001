"""A sum of Gaussians on a level base, fitted to the peaks of a profile."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.metrics.peaks import Peaks
from fluogan_app.core.metrics.profile import Profile
from fluogan_app.core.units import FWHM_PER_SIGMA

log = logging.getLogger(__name__)

#: More peaks at once are not told apart by a fit that starts where they were seen.
MOST_GAUSSIANS = 8
_MOST_TRIES = 4000


@dataclass(frozen=True)
class Gaussian:
    """One Gaussian: centre and full width at half maximum in nm, height above the base; with standard errors."""

    place_nm: float
    place_error_nm: float
    fwhm_nm: float
    fwhm_error_nm: float
    height: float


@dataclass(frozen=True)
class GaussianFit:
    """Gaussians in the order of their places, the base, and the fitted curve (N,) at the profile's distances."""

    gaussians: tuple[Gaussian, ...]
    base: float
    curve: np.ndarray


def fit_gaussians(profile: Profile, found: Peaks) -> GaussianFit | None:
    """b + Σ Aᵢ exp(−(s − cᵢ)²/2σᵢ²) by least squares, from the peaks that were found; None where no fit comes of it.

    Errors follow from the residual's size; samples nearer than a pixel count as one.
    """
    count, seen = len(found.peaks), np.isfinite(profile.values)
    if not 0 < count <= MOST_GAUSSIANS or np.count_nonzero(seen) <= 3 * count + 1:
        return None
    s, values = profile.distance_nm[seen], profile.for_widths[seen]
    size = float(np.ptp(values))
    begin, lowest, highest = _start(profile, found, size)
    await_torch()
    from scipy.optimize import curve_fit  # a part of a second that the window's start does not pay

    try:
        best, covariance = curve_fit(
            _sum, s, (values - found.base) / size, begin, bounds=(lowest, highest), max_nfev=_MOST_TRIES
        )
    except (RuntimeError, ValueError) as error:
        log.info("no Gaussians fit the profile: %s", error)
        return None
    alike = max(1.0, profile.pixel_nm / profile.step_nm)
    errors = np.sqrt(alike * np.maximum(np.diag(covariance), 0.0))
    fitted = [_gaussian(best[i : i + 3], errors[i : i + 3], size) for i in range(1, len(best), 3)]
    curve = found.base + size * _sum(profile.distance_nm, *best)
    return GaussianFit(tuple(sorted(fitted, key=lambda one: one.place_nm)), found.base + float(best[0]) * size, curve)


def await_torch() -> None:
    """Wait until another thread that imports torch has done so: SciPy asks half of it what a tensor is, and fails."""
    if "torch" in sys.modules:
        import torch  # noqa: F401 - returns when the import has ended


def _gaussian(terms: np.ndarray, errors: np.ndarray, size: float) -> Gaussian:
    """From centre, σ, and height in parts of the range, with their errors."""
    place, sigma, height = (float(term) for term in terms)
    width, width_error = sigma * FWHM_PER_SIGMA, float(errors[1]) * FWHM_PER_SIGMA
    return Gaussian(place, float(errors[0]), width, width_error, height * size)


def _start(profile: Profile, found: Peaks, size: float) -> tuple[list[float], list[float], list[float]]:
    """First values and their limits: base; then of each peak centre, σ, and height in parts of the range."""
    length, thinnest = float(profile.distance_nm[-1] - profile.distance_nm[0]), profile.pixel_nm / 10.0
    places = [peak.place_nm for peak in found.peaks]
    gap = min(np.diff(places), default=length / 4.0)
    begin, lowest, highest = [0.0], [-1.0], [1.0]
    for peak in found.peaks:
        wide = peak.fwhm_nm if np.isfinite(peak.fwhm_nm) else gap / 2.0
        sigma = float(np.clip(wide / FWHM_PER_SIGMA, 1.01 * thinnest, 0.99 * length))
        begin += [peak.place_nm, sigma, max((peak.height - found.base) / size, 1e-3)]
        lowest += [peak.place_nm - max(gap, profile.pixel_nm), thinnest, 0.0]
        highest += [peak.place_nm + max(gap, profile.pixel_nm), max(length, 2 * thinnest), 10.0]
    return begin, lowest, highest


def _sum(s: np.ndarray, *terms: float) -> np.ndarray:
    curve = np.full(len(s), terms[0])
    for centre, sigma, height in zip(terms[1::3], terms[2::3], terms[3::3], strict=True):
        curve = curve + height * np.exp(-0.5 * ((s - centre) / sigma) ** 2)
    return curve

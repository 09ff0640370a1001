"""Point-spread functions by their transfer function: what is left of a wave's contrast at each spatial frequency.

Frequencies are in cycles per camera pixel and lengths in camera pixels, so that a PSF knows nothing of the field.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from fluogan_app.core.units import FWHM_PER_SIGMA

#: FWHM · NA / λ of the Airy pattern (2 J₁(v)/v)²: it falls to a half at v = 1.61634, and v = 2π r NA / λ.
AIRY_FWHM = 0.514496
#: A measured transfer function is noise beyond this many cycles per FWHM: a Gaussian's is down to 7e-7 there, and an
#: Airy pattern's ends at half of it.
CUTOFF_PER_FWHM = 2.0


class PointSpread(Protocol):
    """A blur that does not change over the field, keeps photons, and leaves a point's centroid where it was."""

    @property
    def fwhm_pixels(self) -> float:
        """Full width at half maximum in camera pixels; of a round spot of the same area where it is not round."""

    @property
    def mirrored(self) -> bool:
        """Whether it equals its own mirror images in y and in x."""

    def transfer(self, along_y: np.ndarray, along_x: np.ndarray) -> np.ndarray:
        """∫∫ h(u) exp(−2πi f·u) du at frequencies (My,) and (Mx,) as (My, Mx) complex128; 1 at 0."""


@dataclass(frozen=True)
class GaussianPsf:
    """h ∝ exp(−|u|² / 2σ²), the one that separates."""

    sigma_pixels: float
    mirrored = True

    @property
    def fwhm_pixels(self) -> float:
        """See PointSpread."""
        return FWHM_PER_SIGMA * self.sigma_pixels

    def transfer(self, along_y: np.ndarray, along_x: np.ndarray) -> np.ndarray:
        """exp(−2π²σ²|f|²)."""
        squares = np.square(along_y)[:, None] + np.square(along_x)
        return np.exp(-2.0 * (np.pi * self.sigma_pixels) ** 2 * squares).astype(complex)


@dataclass(frozen=True)
class AiryPsf:
    """What a perfect lens makes of a point in focus. `cutoff` = 2 NA / λ, in cycles per camera pixel."""

    cutoff: float
    mirrored = True

    @property
    def fwhm_pixels(self) -> float:
        """See PointSpread."""
        return 2.0 * AIRY_FWHM / self.cutoff

    def transfer(self, along_y: np.ndarray, along_x: np.ndarray) -> np.ndarray:
        """The pupil's overlap with itself, 2/π (arccos ν − ν √(1 − ν²)) with ν = |f| / cutoff (Goodman, § 6.3)."""
        nu = np.minimum(np.hypot(along_y[:, None], along_x) / self.cutoff, 1.0)
        return ((np.arccos(nu) - nu * np.sqrt(1.0 - nu**2)) * 2.0 / np.pi).astype(complex)


@dataclass(frozen=True, eq=False)
class MeasuredPsf:
    """An image of a point. `samples` (height, width) sum to 1; their distance is `spacing_pixels` camera pixels."""

    samples: np.ndarray
    spacing_pixels: float

    @cached_property
    def mirrored(self) -> bool:
        """See PointSpread: within a millionth of the photons."""
        waves = np.linspace(0.0, CUTOFF_PER_FWHM / self.fwhm_pixels, 33)
        ahead, back = self.transfer(waves, waves), self.transfer(waves, -waves)
        return bool(max(abs(ahead - back).max(), abs(ahead.imag).max(), abs(back.imag).max()) < 1e-6)

    @cached_property
    def fwhm_pixels(self) -> float:
        """See PointSpread."""
        return float(half_maximum_width(self.samples) * self.spacing_pixels)

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """Distances of the samples from their centroid along y and x, in camera pixels."""
        return tuple(
            (np.arange(length) - np.arange(length) @ self.samples.sum(axis=1 - axis)) * self.spacing_pixels
            for axis, length in enumerate(self.samples.shape)
        )  # type: ignore[return-value]

    def transfer(self, along_y: np.ndarray, along_x: np.ndarray) -> np.ndarray:
        """The samples' own transform by that of the square over which each sample was summed, up to what they hold.

        A sample is h summed over a square of the spacing p, so its transform is H(f) sinc(p f_y) sinc(p f_x).
        """
        p, (rows, columns) = self.spacing_pixels, self._places
        found = np.exp(-2j * np.pi * np.outer(along_y, rows)) @ self.samples
        found = found @ np.exp(-2j * np.pi * np.outer(columns, along_x))
        found /= np.maximum(np.outer(np.sinc(p * along_y), np.sinc(p * along_x)), 0.4)
        within = np.outer(abs(along_y) < 0.5 / p, abs(along_x) < 0.5 / p)
        within &= np.hypot(along_y[:, None], along_x) < CUTOFF_PER_FWHM / self.fwhm_pixels
        return np.where(within, found, 0.0)


def half_maximum_width(image: np.ndarray) -> float:
    """FWHM of a spot in its own pixels: of the round spot with the same area above half its maximum.

    Smoothed by half that width first, which is then taken off again: a peak's own noise would make it look narrow.
    """
    from scipy.ndimage import gaussian_filter

    narrow = _width(image)
    smoothed = 0.5 * narrow / FWHM_PER_SIGMA
    wide = _width(gaussian_filter(image, smoothed, mode="constant"))
    return max(float(np.sqrt(max(wide**2 - (FWHM_PER_SIGMA * smoothed) ** 2, 0.0))), 0.5 * narrow)


def _width(image: np.ndarray, finer: int = 8) -> float:
    from scipy.ndimage import zoom

    peak = np.unravel_index(int(image.argmax()), image.shape)
    above = np.argwhere(image > 0.25 * image.max())
    reach = int(abs(above - peak).max()) + 3
    rows, columns = (slice(max(0, at - reach), at + reach + 1) for at in peak)
    spot = zoom(image[rows, columns], finer, order=3, mode="nearest", grid_mode=True)
    return 2.0 * np.sqrt(np.count_nonzero(spot > 0.5 * spot.max()) / np.pi) / finer

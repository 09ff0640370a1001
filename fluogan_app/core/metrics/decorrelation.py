"""Decorrelation analysis: the highest frequency at which a single image still holds structure above its noise.

Descloux, Grußmayer and Radenovic, Nat. Methods 16, 918 (2019). The image's spectrum I is correlated with its own
phases, I/|I|, inside a disc of radius r (in units of the Nyquist frequency):

    d(r) = Σ_{|k|<r} |I| / √( Σ_{|k|<1} |I|² · n(r) ),   n(r) = number of coefficients inside the disc.

Structure makes d rise with r, noise beyond the structure's last frequency makes it fall. High-pass filters bring weak
fine structure out; the largest radius k_c at which any filtered image has its peak gives the resolution 2·pixel / k_c.

The radii are sorted once and summed up, so that all radii cost as much as one: instead of the paper's coarse and
refined search there is one fine search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.metrics.spectrum import (
    checked_image, frequencies, independent_share, tapered_transform, window,
)  # fmt: skip

RADII, FILTERS = 200, 32
#: Widths of the high-pass filters in pixels: the narrowest acts as a Laplacian.
NARROWEST_PIXELS = 0.15
#: A peak must stand this high above what follows, and this many times as high as chance makes a sum of moduli fall
#: (the paper's software asks for a fixed 0.0005, which noise alone reaches in small images).
LEAST_FALL, LEAST_SIGMAS = 0.001, 3.0
#: Below this radius a disc holds too few coefficients for a peak to mean anything.
LEAST_COEFFICIENTS = 50
#: Variance of the modulus of a complex normal number, as a share of its mean square (Rayleigh's distribution).
_MODULUS_VARIANCE = 1.0 - np.pi / 4.0


@dataclass(frozen=True)
class Decorrelation:
    """What the analysis found.

    radius: (R,) in units of the Nyquist frequency. curves: (F, R), d(r) of the image itself first, then of its
    high-passed copies. peaks: (P, 2) radius and height of each curve's peak. resolution_nm: None where no curve has a
    peak. signal: height of the unfiltered image's peak, 0 to 1, a measure of signal to noise; 0 without one.
    """

    radius: np.ndarray
    curves: np.ndarray
    peaks: np.ndarray
    resolution_nm: float | None
    signal: float
    pixel_size_nm: float

    @property
    def at_nyquist(self) -> bool:
        """Whether the last peak lies so near two pixels that the sampling, not the image, may set it."""
        return self.resolution_nm is not None and self.resolution_nm < 2.1 * self.pixel_size_nm


def decorrelation(image: np.ndarray, pixel_size_nm: float) -> Decorrelation:
    """Analyse one image [y, x] of any size, in any unit. Raises DataError."""
    values = checked_image(image)
    weights = window(values.shape)
    spectrum = np.abs(tapered_transform(values, weights)).ravel()
    frequency = frequencies(values.shape).ravel()
    inside = np.flatnonzero((frequency > 0) & (frequency <= 0.5))
    inside = inside[np.argsort(frequency[inside], kind="stable")]
    spectrum, frequency = spectrum[inside], frequency[inside]
    radius = np.linspace(0.0, 1.0, RADII + 1)[1:]
    counts = np.searchsorted(frequency, 0.5 * radius * (1 + 1e-12), side="right")
    discs = _Discs(counts, independent_share(weights))
    plain, first = discs.curve(spectrum)
    widest = min(values.shape) / 4.0 if first is None else min(2.0 / radius[first], min(values.shape) / 4.0)
    widths = np.geomspace(max(widest, 2 * NARROWEST_PIXELS), NARROWEST_PIXELS, FILTERS)
    found = [(plain, first), *(discs.curve(spectrum * _high_pass(frequency, width)) for width in widths)]
    curves = np.stack([curve for curve, _ in found])
    peaks = np.array([(radius[at], curve[at]) for curve, at in found if at is not None]).reshape(-1, 2)
    finest = float(peaks[:, 0].max()) if len(peaks) else None
    return Decorrelation(
        radius=radius, curves=curves, peaks=peaks, resolution_nm=2.0 * pixel_size_nm / finest if finest else None,
        signal=0.0 if first is None else float(plain[first]), pixel_size_nm=pixel_size_nm,
    )  # fmt: skip


def _high_pass(frequency: np.ndarray, width_pixels: float) -> np.ndarray:
    """Transfer of I − G ∗ I with a Gaussian G of standard deviation `width_pixels`."""
    return 1.0 - np.exp(-2.0 * (np.pi * width_pixels * frequency) ** 2)


@dataclass(frozen=True)
class _Discs:
    """Discs of growing radius: how many coefficients each holds, and how independent these are."""

    counts: np.ndarray
    independent: float

    def curve(self, spectrum: np.ndarray) -> tuple[np.ndarray, int | None]:
        """d(r) from the moduli in order of their frequency, and the index of its peak."""
        sums, squares = (np.concatenate([[0.0], np.cumsum(part)])[self.counts] for part in (spectrum, spectrum**2))
        scale = 1.0 / np.sqrt(squares[-1] * np.maximum(self.counts, 1))
        curve = sums * scale
        return curve, self._peak(curve, squares, scale)

    def _peak(self, curve: np.ndarray, squares: np.ndarray, scale: np.ndarray) -> int | None:
        """The highest point from which the curve falls by more than chance; one that only rises to its end has none."""
        start, stop = int(np.searchsorted(self.counts, LEAST_COEFFICIENTS)), curve.size
        while stop - start > 1:
            at = start + int(np.argmax(curve[start:stop]))
            low = at + int(np.argmin(curve[at:]))
            # Coefficients come in conjugate pairs, so a ring's sum varies as that of half as many, each counted twice.
            chance = scale[low] * np.sqrt(2.0 * _MODULUS_VARIANCE * (squares[low] - squares[at]) / self.independent)
            if curve[at] - curve[low] >= max(LEAST_FALL, LEAST_SIGMAS * chance):
                return at
            stop = stop - 1 if at == stop - 1 else at
        return None

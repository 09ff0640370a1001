"""Decorrelation analysis: the highest frequency at which a single image still holds structure above its noise.

Descloux, Grußmayer and Radenovic, Nat. Methods 16, 918 (2019). The image's spectrum I is correlated with its own
phases, I/|I|, inside a disc of radius r (in units of the Nyquist frequency):

    d(r) = Σ_{|k|<r} |I| / √( Σ_{|k|<1} |I|² · n(r) ),   n(r) = number of coefficients inside the disc.

Structure makes d rise with r, noise beyond the structure's last frequency makes it fall. High-pass filters bring weak
fine structure out; the largest radius k_c at which any filtered image has its peak gives the resolution 2·pixel / k_c.

The spectrum is summed once over narrow rings, on which all radii and filters then work: instead of the paper's coarse
and refined search there is one fine search, at no cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.metrics.spectrum import (
    checked_image, frequencies, independent_share, multiplicity, tapered_transform, window,
)  # fmt: skip

RADII, FILTERS = 200, 32
#: Rings between one radius and the next; over one of them a filter is as good as constant.
_RINGS = 20
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
    discs, radius = _Discs.of(values), np.linspace(0.0, 1.0, RADII + 1)[1:]
    plain, first = discs.curve(np.ones(discs.frequency.size))
    widest = min(values.shape) / 4.0 if first is None else min(2.0 / radius[first], min(values.shape) / 4.0)
    widths = np.geomspace(max(widest, 2 * NARROWEST_PIXELS), NARROWEST_PIXELS, FILTERS)
    found = [(plain, first), *(discs.curve(_high_pass(discs.frequency, width)) for width in widths)]
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
    """The spectrum on narrow rings, which discs of growing radius gather.

    frequency, moduli, squares, count: (rings,) mean |f| in cycles per pixel, Σ|I|, Σ|I|² and number of coefficients.
    independent: share of the coefficients that the taper leaves independent.
    """

    frequency: np.ndarray
    moduli: np.ndarray
    squares: np.ndarray
    count: np.ndarray
    independent: float

    @classmethod
    def of(cls, image: np.ndarray) -> _Discs:
        """Of a finite image (Y, X), within the Nyquist frequency and without the zero one."""
        weights, rings = window(image.shape), RADII * _RINGS
        modulus, frequency = np.abs(tapered_transform(image, weights)), frequencies(image.shape)
        # A coefficient on the edge of a disc belongs to it, whichever way its frequency was rounded.
        ring = np.ceil(frequency * (2 * rings) - 1e-6).astype(np.int64)
        inside = (ring >= 1) & (ring <= rings)
        ring, times = ring[inside] - 1, multiplicity(image.shape)[inside]
        count, moduli, squares, sums = (
            np.bincount(ring, times * part, rings)
            for part in (np.ones(ring.size), modulus[inside], modulus[inside] ** 2, frequency[inside])
        )
        middle = np.divide(sums, count, out=np.zeros(rings), where=count > 0)
        return cls(middle, moduli, squares, count, independent_share(weights))

    def curve(self, passed: np.ndarray) -> tuple[np.ndarray, int | None]:
        """d(r) of the image under a filter that passes a share (rings,) of each amplitude, and its peak's index."""
        sums, squares, counts = (
            np.cumsum(part)[_RINGS - 1 :: _RINGS]
            for part in (self.moduli * passed, self.squares * passed**2, self.count)
        )
        scale = 1.0 / np.sqrt(squares[-1] * np.maximum(counts, 1))
        curve = sums * scale
        return curve, self._peak(curve, squares, scale, counts)

    def _peak(self, curve: np.ndarray, squares: np.ndarray, scale: np.ndarray, counts: np.ndarray) -> int | None:
        """The highest point from which the curve falls by more than chance; one that only rises to its end has none."""
        start, stop = int(np.searchsorted(counts, LEAST_COEFFICIENTS)), curve.size
        while stop - start > 1:
            at = start + int(np.argmax(curve[start:stop]))
            low = at + int(np.argmin(curve[at:]))
            # Coefficients come in conjugate pairs, so a ring's sum varies as that of half as many, each counted twice.
            chance = scale[low] * np.sqrt(2.0 * _MODULUS_VARIANCE * (squares[low] - squares[at]) / self.independent)
            if curve[at] - curve[low] >= max(LEAST_FALL, LEAST_SIGMAS * chance):
                return at
            stop = stop - 1 if at == stop - 1 else at
        return None

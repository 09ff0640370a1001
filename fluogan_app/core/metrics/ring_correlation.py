"""Fourier ring correlation: up to which spatial frequency two images of one sample agree.

Two independent recordings of one sample share its structure and not their noise. Where the correlation of their
spectra over a ring of frequencies falls below a threshold, noise prevails; the resolution is one period of that
frequency (Saxton and Baumeister, J. Microsc. 1982; van Heel and Schatz, J. Struct. Biol. 2005; Nieuwenhuizen et al.,
Nat. Methods 2013).

Of two reconstructions it tells which detail repeats, not which is true: what both halves get from the same prior, the
same fixed pattern of the camera or the same wrong PSF correlates like structure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.ndimage import gaussian_filter1d

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.spectrum import (
    checked_image, frequencies, independent_share, multiplicity, tapered_transform, window,
)  # fmt: skip

Threshold = Literal["1/7", "half-bit", "3 sigma"]
ONE_SEVENTH = 1.0 / 7.0
#: The curve is smoothed over so many rings, as a standard deviation and a share of all rings; and the least of it: more
#: would carry a sharp cut-off to higher frequencies.
SMOOTH_SHARE, LEAST_SMOOTH = 0.01, 0.6
#: The taper, wider than of other spectra: in bright stacks what a narrow one lets through of coarse structure exceeds
#: what is fine and correlates beyond it (250 nm came out as 200 with a quarter of each side; of reconstructions that
#: agree down to 75 nm the curve stayed above 1/7 to the end with a half of each).
RING_TAPER = 0.9
#: A curve rises again where it comes so far above its lowest point, and so many standard deviations.
RISE, RISE_SPREADS = 0.15, 4.0
_DRAWS, _SEED = 200, 0


@dataclass(frozen=True)
class RingCorrelation:
    """The correlation of two spectra, ring by ring up to the Nyquist frequency.

    frequency_per_nm: (R,) middle of each ring. correlation: (R,) as measured. smooth: (R,) averaged over neighbouring
    rings, weighted by their counts. spread: (R,) standard deviation of `correlation`. count: (R,) independent
    coefficients of each ring. pixel_size_nm: side of a pixel of the images.
    """

    frequency_per_nm: np.ndarray
    correlation: np.ndarray
    smooth: np.ndarray
    spread: np.ndarray
    count: np.ndarray
    pixel_size_nm: float

    def threshold(self, kind: Threshold = "1/7") -> np.ndarray:
        """The curve (R,) below which noise prevails.

        "1/7": fixed. "half-bit": the correlation at which a coefficient carries half a bit, for n independent ones
        (0.2071 + 1.9102/√n) / (1.2071 + 0.9102/√n) (van Heel and Schatz 2005, eq. 17). "3 sigma": what chance does not
        exceed, 3/√(2n).
        """
        root = np.sqrt(np.maximum(self.count, 1.0))
        if kind == "half-bit":
            return (0.2071 + 1.9102 / root) / (1.2071 + 0.9102 / root)
        return 3.0 / (np.sqrt(2.0) * root) if kind == "3 sigma" else np.full(root.shape, ONE_SEVENTH)

    def crossing(self, kind: Threshold = "1/7") -> Crossing:
        """Where the smooth curve first falls below the threshold, and how well that is known."""
        limit = self.threshold(kind)
        # Rings of so few coefficients that no correlation would exceed chance decide nothing.
        above = np.where(limit < 1.0, self.smooth - limit, 0.0)
        found = _first_crossing(self.frequency_per_nm, above)
        if found is None or not self._agrees_up_to(found):
            return Crossing(kind, None, None, self._reason(found is None and above[0] >= 0))
        return Crossing(kind, 1.0 / found, self._spread_of_crossing(limit))

    @property
    def agrees_to_the_end(self) -> bool:
        """Whether the images agree down to two pixels, at the threshold of 1/7."""
        return bool(np.all(self.smooth >= ONE_SEVENTH))

    @property
    def rise(self) -> Rise | None:
        """Where the smooth curve is lowest and from where it rises again, by more than chance; None if it does not.

        Noise does not do that, and only a periodic sample does: it shows what both share beside the sample.
        """
        lowest = int(np.argmin(self.smooth))
        highest = lowest + int(np.argmax(self.smooth[lowest:]))
        chance = RISE_SPREADS * float(np.hypot(self.spread[lowest], self.spread[highest]))
        if self.smooth[highest] - self.smooth[lowest] <= max(RISE, chance):
            return None
        period_nm = 1.0 / float(self.frequency_per_nm[lowest])
        return Rise(period_nm, float(self.smooth[lowest]), float(self.smooth[highest]))

    def _agrees_up_to(self, frequency: float) -> bool:
        """Whether the coefficients below a frequency together agree by more than chance, at three deviations."""
        below = self.frequency_per_nm <= frequency
        count = self.count[below].sum()
        return bool(np.average(self.correlation[below], weights=self.count[below]) > 3.0 / np.sqrt(2.0 * count))

    def _spread_of_crossing(self, limit: np.ndarray) -> float | None:
        """Standard deviation in nm of the crossing of curves drawn anew with their spread, and of a place in a ring."""
        noise = np.random.default_rng(_SEED).standard_normal((_DRAWS, self.spread.size)) * self.spread
        curves = (self.smooth + _smoothed(row, self.count) - limit for row in noise)
        drawn = [_first_crossing(self.frequency_per_nm, curve) for curve in curves]
        known = np.array([frequency for frequency in drawn if frequency is not None])
        if known.size <= _DRAWS / 2:
            return None
        within = self.frequency_per_nm[0] / np.sqrt(12.0) / np.mean(known) ** 2
        return float(np.hypot(np.std(1.0 / known), within))

    def _reason(self, to_the_end: bool) -> str:
        if not to_the_end:
            return "The two images do not agree even in their coarsest structure."
        if self.rise is not None:
            return (
                f"Their correlation falls to {self.rise.lowest:.2f} at a period of {self.rise.period_nm:.3g} nm, not "
                f"below the threshold, and rises again to {self.rise.highest:.2f} at finer ones, by what both images "
                f"share beside the sample ({SHARED}). That is no resolution."
            )
        return (
            f"The two images agree down to two of their pixels ({2 * self.pixel_size_nm:.4g} nm): the size of the "
            f"pixels, or what both share beside the sample ({SHARED}), sets that end. It is no resolution."
        )


#: What two images of one camera have in common beside the sample.
SHARED = "the camera's fixed pattern; of reconstructions also their grid and sparsity"


@dataclass(frozen=True)
class Rise:
    """A curve that is lowest at a period of period_nm and then rises from `lowest` to `highest`."""

    period_nm: float
    lowest: float
    highest: float

    @property
    def words(self) -> str:
        """One sentence."""
        return (
            f"At periods finer than {self.period_nm:.3g} nm the correlation rises again, to {self.highest:.2f}: what "
            f"both images share beside the sample does that ({SHARED}). It does not count."
        )


@dataclass(frozen=True)
class Crossing:
    """A resolution: its period in nm with its standard deviation; None, and why, where the curve does not cross."""

    threshold: Threshold
    resolution_nm: float | None
    spread_nm: float | None
    reason: str = ""


def ring_correlation(
    first: np.ndarray, second: np.ndarray, pixel_size_nm: float, taper_share: float = RING_TAPER
) -> RingCorrelation:
    """FRC(r) = Σ_r F₁ F₂* / √(Σ_r |F₁|² Σ_r |F₂|²) over rings one step of the shorter side's frequencies wide.

    first, second: (Y, X), any size and unit. The spread is that of a correlation ρ from n independent pairs of complex
    coefficients, (1 − ρ²)/√(2n), with n reduced for the taper. Raises DataError.
    """
    pair = [checked_image(image, "half") for image in (first, second)]
    if pair[0].shape != pair[1].shape:
        raise DataError(f"The halves have the shapes {pair[0].shape} and {pair[1].shape}.", "Give two equal ones.")
    weights = window(pair[0].shape, taper_share)
    one, two = (tapered_transform(image, weights) for image in pair)
    step, last = 1.0 / min(weights.shape), min(weights.shape) // 2
    ring = np.rint(frequencies(weights.shape) / step).astype(np.int64).ravel()
    times = multiplicity(weights.shape)
    cross, power_one, power_two, count = (
        np.bincount(ring, (times * part).ravel(), last + 1)[1 : last + 1]
        for part in ((one * two.conj()).real, np.abs(one) ** 2, np.abs(two) ** 2, np.ones(one.shape))
    )
    power = np.sqrt(power_one * power_two)
    correlation = np.divide(cross, power, out=np.zeros_like(cross), where=power > 0)
    # A real image's coefficients come in conjugate pairs, of which one alone is new.
    independent = np.maximum(count / 2.0 * independent_share(weights), 1.0)
    smooth = _smoothed(correlation, independent)
    spread = np.maximum(1.0 - smooth**2, 0.0) / np.sqrt(2.0 * independent)
    frequency = np.arange(1, last + 1) * step / pixel_size_nm
    return RingCorrelation(frequency, correlation, smooth, spread, independent, pixel_size_nm)


def _smoothed(curve: np.ndarray, count: np.ndarray) -> np.ndarray:
    sigma = max(LEAST_SMOOTH, SMOOTH_SHARE * curve.size)
    total = gaussian_filter1d(curve * count, sigma, mode="reflect")
    return total / gaussian_filter1d(count, sigma, mode="reflect")


def _first_crossing(frequency: np.ndarray, above: np.ndarray) -> float | None:
    """Where `above` first changes from positive to negative, between two rings by a straight line; None if nowhere."""
    below = np.flatnonzero(above < 0)
    if below.size == 0 or below[0] == 0:
        return None
    at = int(below[0])
    share = above[at - 1] / (above[at - 1] - above[at])
    return float(frequency[at - 1] + share * (frequency[at] - frequency[at - 1]))

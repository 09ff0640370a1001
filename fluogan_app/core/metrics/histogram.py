"""How many pixels of an image have which value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: So many pixels are counted at once, which bounds the memory.
_CHUNK = 1 << 18


@dataclass(frozen=True)
class Histogram:
    """counts (N,) int64 of evenly wide bins from `low` to `high`, both ends counted in; in the image's own unit.

    empty: pixels that are not a number, or not finite.
    """

    counts: np.ndarray
    low: float
    high: float
    empty: int

    @property
    def width(self) -> float:
        """Of one bin."""
        return (self.high - self.low) / len(self.counts)


def histogram_of(image: np.ndarray, bins: int = 256) -> Histogram:
    """Counts of all finite values of an image [y, x], from the smallest to the largest.

    An image of one value has it in the middle of its bins; one without a finite value has empty bins from 0 to 1.
    """
    values = image.ravel()
    low, high, empty = _range(values)
    if empty == values.size:
        return Histogram(np.zeros(bins, np.int64), 0.0, 1.0, empty)
    if high <= low:
        half = max(abs(low), 1e-12) * 0.5 if low else 0.5
        low, high = low - half, high + half
    counts = np.zeros(bins, np.int64)
    for begin in range(0, values.size, _CHUNK):
        counts += _counted(values[begin : begin + _CHUNK], low, high, bins)
    return Histogram(counts, low, high, empty)


def _range(values: np.ndarray) -> tuple[float, float, int]:
    """Smallest and largest finite value, and how many are not finite."""
    if values.size == 0:
        return 0.0, 0.0, 0
    low, high = float(values.min()), float(values.max())
    if np.isfinite(low) and np.isfinite(high):
        return low, high, 0
    finite = values[np.isfinite(values)]
    ends = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    return *ends, values.size - finite.size


def _counted(values: np.ndarray, low: float, high: float, bins: int) -> np.ndarray:
    scale = bins / (high - low)
    # A range beyond that of float32 would overflow in it.
    places = values.astype(np.float32 if 1e-30 < high - low < 1e30 else np.float64)
    places -= places.dtype.type(low)
    places *= places.dtype.type(scale)
    outside = ~np.isfinite(places)
    if outside.any():
        places = places[~outside]
    # What rounding put past an end belongs to the last bin there.
    np.clip(places, 0, bins - 1, out=places)
    return np.bincount(places.astype(np.uint16 if bins <= 65536 else np.int64), minlength=bins)

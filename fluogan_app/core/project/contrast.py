"""Which values of an image are shown as black and as bright, by percentiles that also serve sparse images."""

from __future__ import annotations

import numpy as np

LOW_PERCENT, HIGH_PERCENT = 0.1, 99.9
#: Of the pixels above the floor: in a sparse estimate 99.9 % of all may be empty, and it would show as black or glare.
LIT_PERCENT = 99.0


def display_range(image: np.ndarray) -> tuple[float, float]:
    """Values (black, bright) with black < bright; pixels that are not numbers are left out."""
    values = image[np.isfinite(image)]
    if values.size == 0:
        return 0.0, 1.0
    low, high = (float(value) for value in np.percentile(values, (LOW_PERCENT, HIGH_PERCENT)))
    lit = values[values > low]
    if lit.size:
        high = max(high, float(np.percentile(lit, LIT_PERCENT)))
    return (low, high) if high > low else (low, low + (abs(low) or 1.0))

"""Residuals in units of their noise, counted: a normal distribution where a model explains what was recorded."""

from __future__ import annotations

import math

import numpy as np

from fluogan_app.core.data.critic_view import Spread

#: Values beyond these bounds are counted in the last bins.
_REACH, _BINS = 5.0, 40


def spread_of(values: np.ndarray) -> Spread:
    """Count standardised residuals of any shape; those that are not finite are left out."""
    counted = values[np.isfinite(values)].astype(float).ravel()
    edges = np.linspace(-_REACH, _REACH, _BINS + 1)
    counts, _ = np.histogram(np.clip(counted, -_REACH, _REACH), edges)
    share = 100.0 / max(counted.size, 1)
    deviation = float(np.sqrt(np.mean(counted**2))) if counted.size else 0.0
    return Spread(edges, share * counts, deviation, share * float(np.count_nonzero(np.abs(counted) > 3.0)))


def normal_shares(edges: np.ndarray) -> np.ndarray:
    """What a normal distribution of mean 0 and deviation 1 has in each bin, (B,) in percent; the ends take the rest."""
    below = np.array([0.5 * (1.0 + math.erf(edge / math.sqrt(2.0))) for edge in edges])
    below[0], below[-1] = 0.0, 1.0
    return 100.0 * np.diff(below)


def spread_words(found: Spread) -> str:
    """The numbers alone."""
    return f"spread {found.deviation:.2f} (noise: 1), {found.beyond_three:.2g} % beyond ±3 (noise: 0.27 %)"


def residual_words(found: Spread) -> str:
    """What the residuals of the mean frame mean, in one sentence with its numbers."""
    numbers = f"their spread is {found.deviation:.2f}, 1 is noise alone"
    if found.deviation > 1.5:
        return f"The pixels of the mean frame differ from the model by more than their noise: {numbers}."
    if found.deviation < 0.8:
        return f"The model follows the mean frame more closely than its noise allows: {numbers}; it fits noise."
    return f"The model explains the mean frame within its noise: {numbers}."

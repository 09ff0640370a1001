"""Whether a field moved as one: a sample that turns, or a cell that creeps by itself, is not held by moving frames."""

from __future__ import annotations

from itertools import combinations

import numpy as np

#: Two parts moved apart where their steady movement is so many times its standard error. Of clean simulated recordings,
#: blinking or strongly bleaching, none reaches 6; of a sample that turns by 6 degrees, 300.
LEAST_ERRORS = 8.0
#: Fewer groups of frames tell nothing, and so many stretches of the recording are compared.
LEAST_GROUPS, STRETCHES = 16, 10


def moved_apart(paths: np.ndarray) -> float:
    """How far in pixels two of the paths (N, G, 2) of N parts of the field moved apart; 0 where that may be chance."""
    found = (_apart(second - first) for first, second in combinations(paths, 2))
    return max((length for length, errors in found if errors > LEAST_ERRORS), default=0.0)


def _apart(between: np.ndarray) -> tuple[float, float]:
    """The steady movement along a distance (G, 2) from end to end, and how many standard errors that is.

    Light that comes and goes lets neighbouring groups stray alike; longer stretches stray each by itself.
    """
    between = between[np.isfinite(between).all(axis=1)]
    if len(between) < LEAST_GROUPS:
        return 0.0, 0.0
    parts = np.array_split(between, min(STRETCHES, len(between) // 2))
    places = np.stack([part.mean(axis=0) for part in parts])
    time = np.linspace(-1.0, 1.0, len(places)) * (1.0 - 1.0 / len(places))
    slope = time @ places / (time @ time)
    rest = places - places.mean(axis=0) - np.outer(time, slope)
    error = float(np.sqrt(np.sum(rest**2) / (2.0 * (len(places) - 2)) / (time @ time)))
    length = float(np.hypot(*slope))
    return 2.0 * length, length / max(error, 1e-9)

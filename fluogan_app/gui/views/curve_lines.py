"""Curves as the points that a screen can show: thinned out, in the steps that are in sight, apart between phases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Points = tuple[np.ndarray, np.ndarray]


def thinned(steps: np.ndarray, values: np.ndarray, buckets: int) -> Points:
    """The curve without gaps, with at most two points per bucket: its lowest and its highest, so that no peak is lost.

    steps (N,), values (N,); returns the finite points in order, all of them where they are few.
    """
    finite = np.isfinite(values)
    if not finite.all():
        steps, values = steps[finite], values[finite]
    size = -(-len(values) // buckets)
    if size <= 2:
        return steps, values
    whole = len(values) // size * size
    table = values[:whole].reshape(-1, size)
    starts = np.arange(0, whole, size)
    extremes = np.sort(np.stack([starts + table.argmin(axis=1), starts + table.argmax(axis=1)], axis=1), axis=1)
    # The newest values are kept as they are, or the end of the curve would jump with the buckets.
    chosen = np.concatenate([[0], extremes.ravel(), np.arange(whole, len(values)), [len(values) - 1]])
    return steps[chosen], values[chosen]


def drawn_points(
    steps: np.ndarray, values: np.ndarray, buckets: int,
    ends: Sequence[int] = (), span: tuple[float, float] | None = None,
) -> Points:  # fmt: skip
    """The thinned curve, with a NaN between what belongs to different phases: no line leads from one to the next.

    ends: last step of each phase. span: the steps in sight; None for all.
    """
    if span is not None:
        begin, end = np.searchsorted(steps, span[0]), np.searchsorted(steps, span[1], "right")
        inside = slice(max(int(begin) - 1, 0), int(end) + 1)
        steps, values = steps[inside], values[inside]
    steps, values = thinned(steps, values, buckets)
    cuts = [int(cut) for cut in np.searchsorted(steps, ends, "right") if 0 < cut < len(steps)]
    if not cuts:
        return steps, values
    return np.insert(steps.astype(float), cuts, np.nan), np.insert(values, cuts, np.nan)

"""A single line or bar: whether an estimate leaves it in one piece, or splits it in two that are not there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.metrics.lines import CENTROID_LEVEL, VALLEY_LIMIT


@dataclass(frozen=True)
class BarReading:
    """One upright bar over `blocks` row blocks.

    split_share: share (0 to 1) of the blocks in which it is split in two; dark_share: of those in which nothing is
    left of it. width_nm: median equivalent width (Σp)² / Σp², which of an evenly lit bar is its width; shift_nm: median
    of how far the centroid is right of the bar's middle. Both NaN where all is dark.
    """

    split_share: float
    dark_share: float
    width_nm: float
    shift_nm: float
    blocks: int


def read_bar(
    estimate: np.ndarray, middle_nm: float, reach_nm: float, pixel_size_nm: float, zoom: int
) -> BarReading:
    """How an estimate (zoom·Y, zoom·X) shows a bar along y, row block by row block of one camera pixel.

    Looks `reach_nm` to either side of the bar's middle, which is given from the left edge. A block counts as split when
    two peaks, the lower of at least a quarter of the highest value, have a valley below 0.8 of the lower one between
    them: the line pattern's own rule. Raises ValueError for an estimate that is not finite or too low.
    """
    blocks = estimate.shape[0] // zoom
    if blocks == 0 or not np.all(np.isfinite(estimate)):
        raise ValueError(f"the estimate must be finite and at least {zoom} rows high, not {estimate.shape}")
    profiles = estimate[: blocks * zoom].reshape(blocks, zoom, -1).mean(axis=1, dtype=float)
    fine_nm = pixel_size_nm / zoom
    places = (np.arange(estimate.shape[1]) + 0.5) * fine_nm - middle_nm
    near = np.abs(places) <= reach_nm
    profiles, places = np.clip(profiles[:, near], 0.0, None), places[near]
    lit = profiles[profiles.sum(axis=1) > 0]
    split = np.mean([is_split(profile) for profile in profiles])
    if len(lit) == 0:
        return BarReading(float(split), 1.0, np.nan, np.nan, blocks)
    widths = fine_nm * lit.sum(axis=1) ** 2 / (lit**2).sum(axis=1)
    shifts = lit @ places / lit.sum(axis=1)
    return BarReading(
        float(split), 1.0 - len(lit) / blocks, float(np.median(widths)), float(np.median(shifts)), blocks
    )


def is_split(profile: np.ndarray) -> bool:
    """Whether a profile falls below 0.8 of the lower of two peaks between them, both of some height."""
    left = np.maximum.accumulate(profile)
    right = np.maximum.accumulate(profile[::-1])[::-1]
    lower = np.minimum(left, right)
    return bool(np.any((profile < VALLEY_LIMIT * lower) & (lower >= CENTROID_LEVEL * profile.max(initial=0.0))))

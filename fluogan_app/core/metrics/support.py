"""Whether an estimate is lit where the truth is: the Jaccard index of their supports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt


@dataclass(frozen=True)
class SupportOverlap:
    """How two supports agree, all from 0 to 1.

    precision: share of the estimate's lit pixels that lie on the truth's. recall: share of the truth's lit pixels that
    the estimate lights. jaccard: P R / (P + R − P R), which without tolerance is |A ∩ B| / |A ∪ B|.
    """

    jaccard: float
    precision: float
    recall: float


def lit(image: np.ndarray, share: float | None = None) -> np.ndarray:
    """The pixels (Y, X) that count as lit: above `share` of the brightest one, else above Otsu's threshold.

    Raises ValueError for an image without any contrast.
    """
    low, high = float(np.min(image)), float(np.max(image))
    if not high > low:
        raise ValueError("an image without contrast has no support")
    return image > (otsu_threshold(image) if share is None else share * high)


def otsu_threshold(image: np.ndarray, bins: int = 512) -> float:
    """The value that parts an image's histogram into two classes of least variance within (Otsu 1979)."""
    counts, edges = np.histogram(image, bins=bins)
    centres = (edges[:-1] + edges[1:]) / 2.0
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    # Empty bins between two classes part them equally well: the middle one is as far from either.
    best = np.flatnonzero(between[:-1] >= np.nanmax(between[:-1]) * (1 - 1e-12))
    return float(np.mean(edges[1 + best]))


def support_overlap(
    estimate: np.ndarray, truth: np.ndarray, tolerance_pixels: float = 0.0, share: float | None = None
) -> SupportOverlap:
    """Compare the supports of two images (Y, X), each by its own threshold, so that brightness does not matter.

    tolerance_pixels: a lit pixel counts as right when one of the other image is not farther away. share: see `lit`.
    Raises ValueError where the shapes differ or an image has no contrast.
    """
    if estimate.shape != truth.shape:
        raise ValueError(f"estimate {estimate.shape} and truth {truth.shape} must have one shape")
    ours, theirs = lit(estimate, share), lit(truth, share)
    precision = float(np.mean(distance_transform_edt(~theirs)[ours] <= tolerance_pixels))
    recall = float(np.mean(distance_transform_edt(~ours)[theirs] <= tolerance_pixels))
    both = precision * recall
    return SupportOverlap(both / (precision + recall - both) if both > 0 else 0.0, precision, recall)

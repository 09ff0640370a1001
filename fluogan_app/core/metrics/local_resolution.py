"""Where in the field two reconstructions agree: Fourier ring correlation block by block.

A field may hold well and badly repeated structure side by side; the correlation of the whole says the mean of both.
Blocks overlap by half (as the rolling correlation of Zhao et al., Light Sci. Appl. 12, 298, 2023, but in blocks of at
least 64 pixels, so that rings hold enough coefficients). It is told at the threshold of 1/7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.ring_correlation import ring_correlation

#: Side of a block in pixels: the least, and as a share of the shorter side where the field is large.
LEAST_BLOCK, BLOCK_SHARE, LARGEST_BLOCK = 64, 6, 128
#: A block with less than this share of the light of an even field tells nothing.
LEAST_LIGHT = 0.02


@dataclass(frozen=True)
class LocalResolution:
    """resolution_nm: (rows, columns), NaN where nothing is told; 2 pixels where the halves agree to the end.

    step_nm: from one block's middle to the next. block_nm: side of a block. finest_nm: two pixels, the end of the scale.
    """

    resolution_nm: np.ndarray
    step_nm: float
    block_nm: float
    finest_nm: float

    @property
    def told_percent(self) -> float:
        """Share of the blocks with a number, in %."""
        return 100.0 * float(np.mean(np.isfinite(self.resolution_nm)))

    @property
    def to_the_end_percent(self) -> float:
        """Share of the blocks with a number that agree down to two pixels, in %."""
        known = self.resolution_nm[np.isfinite(self.resolution_nm)]
        return 100.0 * float(np.mean(known <= self.finest_nm)) if known.size else 0.0

    @property
    def quartiles_nm(self) -> tuple[float, float, float] | None:
        """Lower quartile, median and upper quartile of the blocks; None where no block tells anything."""
        known = self.resolution_nm[np.isfinite(self.resolution_nm)]
        return tuple(float(value) for value in np.percentile(known, (25, 50, 75))) if known.size else None


def local_resolution(first: np.ndarray, second: np.ndarray, pixel_size_nm: float) -> LocalResolution:
    """Of two images [y, x] of one field. Raises DataError where their shapes differ or the field is too small."""
    block = _block_side(first.shape)
    if first.shape != second.shape or min(first.shape) < block:
        raise DataError(
            f"Images of {first.shape} and {second.shape} pixels have no blocks of {block} to compare.",
            "Choose a larger region.",
        )
    step = block // 2
    even = LEAST_LIGHT * block**2 * float(np.mean(first) + np.mean(second))
    rows, columns = (range(0, side - block + 1, step) for side in first.shape)
    found = np.full((len(rows), len(columns)), np.nan)
    for row, y in enumerate(rows):
        for column, x in enumerate(columns):
            one, two = (image[y : y + block, x : x + block] for image in (first, second))
            if float(one.sum() + two.sum()) > even:
                found[row, column] = _resolution(one, two, pixel_size_nm)
    return LocalResolution(found, step * pixel_size_nm, block * pixel_size_nm, 2.0 * pixel_size_nm)


def _block_side(shape: tuple[int, ...]) -> int:
    side = min(max(min(shape) // BLOCK_SHARE, LEAST_BLOCK), LARGEST_BLOCK)
    return side + side % 2


def _resolution(one: np.ndarray, two: np.ndarray, pixel_size_nm: float) -> float:
    try:
        found = ring_correlation(one, two, pixel_size_nm)
    except DataError:  # one of the two is even there: nothing to compare
        return np.nan
    if found.agrees_to_the_end:
        return 2.0 * pixel_size_nm
    crossing = found.crossing().resolution_nm
    return np.nan if crossing is None else crossing

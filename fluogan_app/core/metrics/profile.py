"""The profile of an image along a line of some width, in nm, whatever the image's grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.placement import Placement
from fluogan_app.core.data.shape import Shape
from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.spline import spline_between

Bounds = tuple[float, float, float, float]
#: Samples per pixel, along the line and across its width.
_PER_PIXEL = 2
_MOST_SAMPLES = 20_000
#: Of more places than these (samples times rows across) the smooth profile is not made: it takes eight times as long.
_MOST_SMOOTH = 2_000_000
#: With fewer rows of pixels across a line nothing can be said of how much they differ.
_FEWEST_ROWS = 3
#: Values between the middles of two pixels, over all places between them, have this part of a pixel's variance.
_BETWEEN = 2 / 3
#: Differences smaller than this share of the values are rounding.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Profile:
    """Values (N,) at distances (N,) in nm from the line's first end; NaN where the line leaves the image.

    error: (N,) standard error of each value, from how the rows across the width differ; NaN where they are too few.
    pixel_nm: side of the image's pixels: what is nearer is not independent.
    smooth: (N,) the same along the spline through the pixels, which keeps the height and width of a peak of few pixels;
    None where nobody made it.
    """

    distance_nm: np.ndarray
    values: np.ndarray
    error: np.ndarray
    pixel_nm: float
    smooth: np.ndarray | None = None

    @property
    def for_widths(self) -> np.ndarray:
        """The values (N,) that heights and widths of peaks are read from."""
        return self.values if self.smooth is None else self.smooth

    @property
    def step_nm(self) -> float:
        """From one sample to the next."""
        return float(self.distance_nm[1] - self.distance_nm[0])

    @property
    def normalised(self) -> np.ndarray:
        """Values from 0 at the lowest to 1 at the highest, (N,); 0 where all are equal."""
        finite = self.values[np.isfinite(self.values)]
        if not len(finite) or np.ptp(finite) <= ROUNDING * np.abs(finite).max():
            return np.where(np.isfinite(self.values), 0.0, np.nan)
        return (self.values - finite.min()) / (finite.max() - finite.min())


def distances_along(line: Shape, pixel_nm: float, within_nm: Bounds | None = None) -> np.ndarray:
    """Distances (N,) from 0 to the line's length, two or more to a pixel. Raises DataError for a line of no length.

    within_nm: left, top, right and bottom of the images; what the line has beyond them is left away.
    """
    if line.length_nm <= 0:
        raise DataError("The line has no length.", "Draw it from one point to another.")
    first, last = (0.0, line.length_nm) if within_nm is None else _part_within(line, within_nm)
    count = min(int(np.ceil(_PER_PIXEL * (last - first) / pixel_nm)) + 1, _MOST_SAMPLES)
    return np.linspace(first, last, max(count, 3))


def _part_within(line: Shape, bounds_nm: Bounds) -> tuple[float, float]:
    """Where along a line its band enters and leaves a rectangle (Liang and Barsky 1984). Raises DataError beside it."""
    (x0, y0), (x1, y1) = line.points_nm
    left, top, right, bottom = bounds_nm
    margin, first, last = line.width_nm / 2.0, 0.0, 1.0
    for begin, end, low, high in ((x0, x1, left, right), (y0, y1, top, bottom)):
        if begin == end:
            inside = low - margin <= begin <= high + margin
            first, last = (first, last) if inside else (1.0, 0.0)
            continue
        enters, leaves = sorted(((low - margin - begin) / (end - begin), (high + margin - begin) / (end - begin)))
        first, last = max(first, enters), min(last, leaves)
    if last <= first:
        raise DataError("The line lies outside the images.", "Draw it on an image.")
    return first * line.length_nm, last * line.length_nm


def profile_along(image: np.ndarray, placement: Placement, line: Shape, distance_nm: np.ndarray) -> Profile:
    """Values of an image [y, x] along a line, each the mean over the line's width.

    Between the middles of pixels values are interpolated linearly along both axes, which makes no value that is larger
    or smaller than those around it. Pixels that are no numbers, and what lies outside, count nowhere. For an image of
    photons per pixel of side p, Σ value · step · width / p² is the number of photons under the line.
    Raises DataError for a line without length.
    """
    if line.length_nm <= 0:
        raise DataError("The line has no length.", "Draw it from one point to another.")
    (x0, y0), (x1, y1) = line.points_nm
    along = np.array([x1 - x0, y1 - y0]) / line.length_nm
    x, y = x0 + distance_nm * along[0], y0 + distance_nm * along[1]
    count, total, squares, smooth = (np.zeros(len(distance_nm)) for _ in range(4))
    reference = float(np.nan_to_num(image.flat[0], posinf=0.0, neginf=0.0))
    offsets = _offsets(line.width_nm, placement.pixel_nm)
    with_smooth = len(offsets) * len(distance_nm) <= _MOST_SMOOTH
    for offset in offsets:
        row, column = placement.index(x - offset * along[1], y + offset * along[0])
        values = interpolated(image, row, column) - reference
        seen = np.isfinite(values)
        count += seen
        total += np.where(seen, values, 0.0)
        squares += np.where(seen, values, 0.0) ** 2
        if with_smooth:
            along_spline = spline_between(image, row, column) - reference
            smooth += np.where(seen, np.where(np.isfinite(along_spline), along_spline, values), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
        spread = np.sqrt(np.maximum(squares / count - mean**2, 0.0))
        smooth = smooth / count + reference if with_smooth else None
    rows = line.width_nm / placement.pixel_nm
    error = spread / np.sqrt(_BETWEEN * (rows - 1.0)) if rows >= _FEWEST_ROWS else np.full(len(mean), np.nan)
    return Profile(distance_nm, mean + reference, error, placement.pixel_nm, smooth)


def interpolated(image: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Values of an image [y, x] at fractional rows and columns (N,), linear between the middles of pixels.

    Up to half a pixel outside the outermost middles their values go on; farther, and among no numbers, it is NaN.
    """
    height, width = image.shape
    first_row, first_column = np.floor(row), np.floor(column)
    total, weight = np.zeros(row.shape), np.zeros(row.shape)
    for down in (0, 1):
        for across in (0, 1):
            at_row, at_column = first_row + down, first_column + across
            share = np.abs(1 - down - (row - first_row)) * np.abs(1 - across - (column - first_column))
            inside = (at_row >= 0) & (at_row < height) & (at_column >= 0) & (at_column < width)
            values = image[
                np.clip(at_row, 0, height - 1).astype(np.intp), np.clip(at_column, 0, width - 1).astype(np.intp)
            ].astype(float)
            used = inside & np.isfinite(values)
            total += np.where(used, share * np.where(used, values, 0.0), 0.0)
            weight += np.where(used, share, 0.0)
    within = (row >= -0.5) & (row <= height - 0.5) & (column >= -0.5) & (column <= width - 0.5)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(within & (weight > 1e-9), total / weight, np.nan)


def _offsets(width_nm: float, pixel_nm: float) -> np.ndarray:
    """Distances of parallel lines from the middle one, which share the width evenly."""
    count = max(1, min(int(np.ceil(_PER_PIXEL * width_nm / pixel_nm)), _MOST_SAMPLES // 10))
    return ((np.arange(count) + 0.5) / count - 0.5) * width_nm

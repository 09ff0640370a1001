"""What lies inside a drawn region of an image: its area, and the values there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.placement import Placement
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.shape import Shape
from fluogan_app.core.errors import DataError

#: Each pixel is looked at in so many places along a side to see which part of it lies inside.
_PLACES = 8
#: Of so many pixels, and more, the border matters less than a thousandth: one place along a side is enough.
_MANY_PIXELS = 4_000_000
#: Pixels of which at least this part lies inside count for the least and the largest value.
_MOSTLY = 0.5


@dataclass(frozen=True)
class InsideValues:
    """Area of a region in nm² (0 of a point), and of the pixels inside, border pixels by the part that is inside:

    their number, mean, sum, least, largest, and standard deviation, in the image's unit.
    """

    area_nm2: float
    pixels: float
    mean: float
    total: float
    least: float
    largest: float
    deviation: float


def coverage(shape: Shape, placement: Placement, shape_yx: tuple[int, int]) -> tuple[Roi, np.ndarray]:
    """The rectangle of pixels that a region touches, and which part of each lies inside, (height, width), 0 to 1.

    A point is the pixel that it lies in. Raises DataError for a region off the image, a line, and a polygon that
    crosses itself.
    """
    if shape.kind == "line" or shape.crosses_itself:
        what = "A line has no inside." if shape.kind == "line" else "The polygon's sides cross: it has no inside."
        raise DataError(what, "Draw a region.")
    left, top, right, bottom = shape.bounds_nm
    (row0, column0), (row1, column1) = (
        (float(part) + 0.5 for part in placement.index(np.float64(x), np.float64(y)))
        for x, y in ((left, top), (right, bottom))
    )
    y0, x0 = max(int(np.floor(row0)), 0), max(int(np.floor(column0)), 0)
    y1, x1 = min(int(np.floor(row1)) + 1, shape_yx[0]), min(int(np.floor(column1)) + 1, shape_yx[1])
    if y1 <= y0 or x1 <= x0:
        raise DataError("The region lies outside the image.", "Draw it on the image.")
    box = Roi(y0, x0, y1 - y0, x1 - x0)
    if shape.kind == "point":
        return box, np.ones((1, 1))
    parts = _parts(shape, placement, box)
    if not parts.any():
        raise DataError("The region is too small, or lies outside the image.", "Draw it larger, on the image.")
    return box, parts


def values_inside(image: np.ndarray, placement: Placement, shape: Shape) -> InsideValues:
    """Measure a region of an image [y, x]. Pixels that are no numbers count nowhere. Raises DataError."""
    box, parts = coverage(shape, placement, image.shape)
    values = image[box.slices].astype(float)
    seen = np.isfinite(values) & (parts > 0)
    weight, values = parts[seen], values[seen]
    if not len(values):
        raise DataError("No pixel of the region has a value.", "Draw it elsewhere.")
    mean = float(np.average(values, weights=weight))
    deviation = float(np.sqrt(np.average((values - mean) ** 2, weights=weight)))
    mostly = values[weight >= _MOSTLY] if np.any(weight >= _MOSTLY) else values
    return InsideValues(
        shape.area_nm2, float(weight.sum()), mean, float(values @ weight), float(mostly.min()), float(mostly.max()),
        deviation,
    )  # fmt: skip


def _parts(shape: Shape, placement: Placement, box: Roi) -> np.ndarray:
    places = _PLACES if box.height * box.width * _PLACES**2 <= _MANY_PIXELS else 1
    top, left = placement.origin_yx_nm
    y = top + placement.pixel_nm * (box.y0 + (np.arange(box.height * places) + 0.5) / places)
    x = left + placement.pixel_nm * (box.x0 + (np.arange(box.width * places) + 0.5) / places)
    inside = shape.contains(x[None, :], y[:, None])
    return inside.reshape(box.height, places, box.width, places).mean(axis=(1, 3))

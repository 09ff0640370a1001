"""An image with its place in the sample: from nm to its pixels and back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.roi import Roi
from fluogan_app.gui.views.display import Raster
from fluogan_app.gui.views.view_range import Extent


@dataclass(frozen=True)
class PlacedImage:
    """An array [y, x] whose first pixel's corner lies at `origin_yx_nm`.

    pixel_nm: side of one of its pixels; in pixels of the camera where it is not `calibrated`.
    """

    raster: Raster
    pixel_nm: float
    calibrated: bool
    origin_yx_nm: tuple[float, float]

    @property
    def array(self) -> np.ndarray:
        """Its values."""
        return self.raster.array

    @property
    def extent(self) -> Extent:
        """Where it lies in the sample."""
        return self.extent_of(Roi.whole(self.array.shape))

    def extent_of(self, region: Roi) -> Extent:
        """Where a region of its pixels lies in the sample."""
        pixel = self.pixel_nm
        top, left = self.origin_yx_nm[0] + region.y0 * pixel, self.origin_yx_nm[1] + region.x0 * pixel
        return Extent(left, top, left + region.width * pixel, top + region.height * pixel)

    def position(self, x_nm: float, y_nm: float) -> tuple[float, float]:
        """(y, x) in its pixels, fractions allowed."""
        return (y_nm - self.origin_yx_nm[0]) / self.pixel_nm, (x_nm - self.origin_yx_nm[1]) / self.pixel_nm

    def value_at(self, x_nm: float, y_nm: float) -> float | None:
        """The pixel's value at a point of the sample, None outside."""
        row, column = (math.floor(part) for part in self.position(x_nm, y_nm))
        inside = 0 <= row < self.array.shape[0] and 0 <= column < self.array.shape[1]
        return float(self.array[row, column]) if inside else None

    def pixel_at(self, x_nm: float, y_nm: float) -> tuple[int, int]:
        """(row, column) of the pixel nearest to a point of the sample."""
        return self._inside(*(math.floor(part) for part in self.position(x_nm, y_nm)))

    def middle_of(self, row: int, column: int) -> tuple[float, float]:
        """(x, y) in nm of the middle of a pixel, of the nearest one where it lies outside."""
        row, column = self._inside(row, column)
        corner_y, corner_x = self.origin_yx_nm
        return corner_x + (column + 0.5) * self.pixel_nm, corner_y + (row + 0.5) * self.pixel_nm

    def _inside(self, row: int, column: int) -> tuple[int, int]:
        rows, columns = self.array.shape
        return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)

    def scale_limits(self, width: int, height: int) -> tuple[float, float]:
        """Least and most nm per screen pixel that a viewer of that size zooms to.

        From one pixel of the image that fills it, to the whole image on a quarter of its side.
        """
        return self.pixel_nm / max(min(width, height), 1), 4 * self.extent.fitted(width, height).nm_per_pixel

"""Where an image lies in the sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Placement:
    """The side of an image's pixels, and (y, x) of the corner of its first one, both in nm.

    Where the pixel size is not known, read pixels of the camera for nm.
    """

    pixel_nm: float
    origin_yx_nm: tuple[float, float] = (0.0, 0.0)

    def index(self, x_nm: np.ndarray, y_nm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Row and column of points, fractions allowed; whole numbers are the middles of pixels."""
        top, left = self.origin_yx_nm
        return (y_nm - top) / self.pixel_nm - 0.5, (x_nm - left) / self.pixel_nm - 0.5

    def bounds_nm(self, shape_yx: tuple[int, int]) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of an image of so many pixels."""
        (top, left), (height, width) = self.origin_yx_nm, shape_yx
        return left, top, left + width * self.pixel_nm, top + height * self.pixel_nm

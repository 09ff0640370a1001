"""The same part of the sample cut out of several images, each with its own pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Placed:
    """An image [y, x], the side of its pixels, and (y, x) of its corner; read camera pixels for nm where unknown."""

    image: np.ndarray
    pixel_nm: float
    origin_yx_nm: tuple[float, float] = (0.0, 0.0)


def cut_alike(placed: Sequence[Placed], top_left_yx_nm: tuple[float, float], bottom_right_yx_nm: tuple[float, float]
              ) -> list[np.ndarray]:  # fmt: skip
    """What lies between two corners, widened to whole pixels of the coarsest image so that all parts are of one field.

    Images end where the smallest of them does; where nothing is left, all are whole.
    """
    coarsest = max(placed, key=lambda one: one.pixel_nm)
    bounds = [_bounds(placed, coarsest, axis, top_left_yx_nm[axis], bottom_right_yx_nm[axis]) for axis in (0, 1)]
    if any(stop <= start for start, stop in bounds):
        return [one.image for one in placed]
    return [one.image[_slice(one, bounds[0], 0), _slice(one, bounds[1], 1)] for one in placed]


def _bounds(
    placed: Sequence[Placed], coarsest: Placed, axis: int, low_nm: float, high_nm: float
) -> tuple[float, float]:
    """Start and end along one axis in nm, on the borders of the coarsest image's pixels."""
    least = max(one.origin_yx_nm[axis] for one in placed)
    most = min(one.origin_yx_nm[axis] + one.image.shape[axis] * one.pixel_nm for one in placed)
    origin, size = coarsest.origin_yx_nm[axis], coarsest.pixel_nm
    # A hair beside a border is on it.
    start = origin + size * math.floor((max(low_nm, least) - origin) / size + 1e-6)
    stop = origin + size * math.ceil((min(high_nm, most) - origin) / size - 1e-6)
    return max(start, least), min(stop, most)


def _slice(one: Placed, bounds: tuple[float, float], axis: int) -> slice:
    return slice(*(round((nm - one.origin_yx_nm[axis]) / one.pixel_nm) for nm in bounds))

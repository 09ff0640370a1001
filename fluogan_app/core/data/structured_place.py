"""Where in a field there is something to look at: the square in which brightness varies most."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fluogan_app.core.data.preview import preview_of
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.stack import Stack

#: What is brighter than this percentile counts as bright as that: one hot pixel must not draw all attention.
_BRIGHTEST_PERCENT = 99.8
#: Squares are tried this many to a side of theirs.
_TRIES = 4


def place_in_stack(stack: Stack, within: Roi, side: int, cancelled: Callable[[], bool]) -> Roi | None:
    """The most structured square of so many pixels in a part of a stack, by a few of its frames; None when cancelled.

    Where that part is smaller than the square, as much of the square as fits. Raises ReadError.
    """
    seen = preview_of(stack, cancelled)
    if seen is None:
        return None
    return structured_place(seen.image, within, side, seen.shrunk)


def structured_place(image: np.ndarray, within: Roi, side: int, shrunk: int = 1) -> Roi:
    """The square of `side` pixels inside `within` where an image [y, x] varies most, Σ(y − mean)² over the square.

    One pixel of the image stands for shrunk × shrunk of those that squares are counted in.
    """
    height, width = min(side, within.height), min(side, within.width)
    values = np.minimum(image.astype(np.float64), np.percentile(image, _BRIGHTEST_PERCENT))
    values = _smoothed(np.nan_to_num(values))
    sums, squares = _running(values - values.mean()), _running((values - values.mean()) ** 2)
    best, place = -1.0, Roi(within.y0, within.x0, height, width)
    for y0 in _starts(within.y0, within.height - height, side):
        for x0 in _starts(within.x0, within.width - width, side):
            tried = Roi(y0, x0, height, width)
            spread = _spread(sums, squares, tried, shrunk)
            if spread > best * (1.0 + 1e-9) or best < 0:
                best, place = spread, tried
    return place


def _starts(first: int, room: int, side: int) -> list[int]:
    """Places along one axis, both ends among them."""
    count = -(-room // max(1, side // _TRIES)) + 1
    return sorted({first + round(room * index / max(count - 1, 1)) for index in range(count)})


def _smoothed(image: np.ndarray) -> np.ndarray:
    """With half of its neighbours: what alternates from pixel to pixel is noise."""
    for axis in (0, 1):
        padded = np.pad(image, [(1, 1) if axis == this else (0, 0) for this in (0, 1)], mode="edge")
        before, after = np.take(padded, range(image.shape[axis]), axis), np.roll(padded, -2, axis)
        after = np.take(after, range(image.shape[axis]), axis)
        image = 0.5 * image + 0.25 * (before + after)
    return image


def _running(image: np.ndarray) -> np.ndarray:
    """Sums from the first corner, with a row and a column of zeros before them."""
    return np.pad(image.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


def _spread(sums: np.ndarray, squares: np.ndarray, roi: Roi, shrunk: int) -> float:
    y0, x0 = roi.y0 // shrunk, roi.x0 // shrunk
    y1 = min(max(y0 + 1, -(-(roi.y0 + roi.height) // shrunk)), sums.shape[0] - 1)
    x1 = min(max(x0 + 1, -(-(roi.x0 + roi.width) // shrunk)), sums.shape[1] - 1)
    total, square = (part[y1, x1] - part[y0, x1] - part[y1, x0] + part[y0, x0] for part in (sums, squares))
    return float(square - total**2 / max(1, (y1 - y0) * (x1 - x0)))

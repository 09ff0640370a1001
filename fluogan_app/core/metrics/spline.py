"""Values between pixels by the cubic spline that goes through them: a peak of few pixels keeps its height and width."""

from __future__ import annotations

import numpy as np

#: The pole of the cubic spline's prefilter, 2 − √3 (Unser, Aldroubi and Eden 1991).
_POLE = 3**0.5 - 2
#: Pixels on either side that count; the next one would count by 0.3 %.
_REACH = 4
#: Terms of the prefilter; the next one is below 1e-5.
_TERMS = 9


def spline_between(image: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Values of an image [y, x] at fractional rows and columns (N,); NaN where a pixel that counts is none.

    Beyond the edges the image is mirrored: who calls knows what lies outside.
    Interpolates with the cardinal cubic spline Σ √3 z^|k| β³(x − k), z = √3 − 2, cut at four pixels on either side.
    """
    first_row, first_column = np.floor(row), np.floor(column)
    down, across = _shares(row - first_row), _shares(column - first_column)
    rows, columns = (_mirrored(first, size) for first, size in zip((first_row, first_column), image.shape, strict=True))
    total = np.zeros(row.shape)
    for y in range(2 * _REACH):
        for x in range(2 * _REACH):
            total += down[y] * across[x] * image[rows[y], columns[x]]
    return np.where(np.isfinite(total), total, np.nan)


def _mirrored(first: np.ndarray, size: int) -> np.ndarray:
    """Indices of the pixels that count, (8, N): beyond an image's edge it is seen in a mirror."""
    last = size - 1
    away = np.abs(np.clip(first, -_REACH, size + _REACH) + (np.arange(2 * _REACH) - (_REACH - 1))[:, None])
    return np.clip(last - np.abs(last - away), 0, last).astype(np.intp)


def _shares(fraction: np.ndarray) -> np.ndarray:
    """How much each pixel from three before to four after counts, (8, N); together they count 1."""
    distance = fraction - (np.arange(2 * _REACH) - (_REACH - 1))[:, None]
    shares = sum(3**0.5 * _POLE ** abs(term) * _cubic(distance - term) for term in range(-_TERMS, _TERMS + 1))
    return shares / shares.sum(axis=0)


def _cubic(x: np.ndarray) -> np.ndarray:
    """The centred cubic B-spline."""
    far = np.abs(x)
    near = 2 / 3 - far**2 + far**3 / 2
    return np.where(far < 1, near, np.where(far < 2, (2 - far) ** 3 / 6, 0.0))

"""Point-spread functions as small matrices along one axis: blur on the fine grid, then sum over camera pixels."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.special import ndtr

Boundary = Literal["reflecting", "periodic"]

#: Light further than this many σ from where it starts is left out: 6e-7 of a Gaussian's.
REACH_SIGMAS = 5.0


def gaussian_axis_matrix(
    pixels: int, zoom: int, sigma_pixels: float, boundary: Boundary = "reflecting"
) -> np.ndarray:
    """Light of each fine pixel as it lands in each camera pixel along one axis.

    pixels: number of camera pixels N. sigma_pixels: σ of the PSF in camera pixels. Returns (N, zoom·N) float64.

        A[i, k] = Φ((i + 1 − u_k) / σ) − Φ((i − u_k) / σ),  u_k = (k + ½) / zoom

    The sum over the zoom fine pixels of a camera pixel telescopes, so the integral over pixels is exact, and a fine
    pixel's light keeps its centroid (2023 paper, eq. 2, without the shift of the published kernel).
    """
    return spot_matrix(pixels, zoom * pixels, sigma_pixels, boundary)


def spot_matrix(cells: int, spots: int, sigma_cells: float, boundary: Boundary = "reflecting") -> np.ndarray:
    """Gaussian spots at equal distances along an axis, integrated over its cells: (cells, spots) float64.

    Spot k sits at (k + ½) / spots of the axis; σ in cells. No light leaves a reflecting or periodic axis, so every
    column sums to 1.
    """
    edges = np.arange(cells + 1)[:, None]
    centres = (np.arange(spots) + 0.5) * cells / spots
    matrix = np.zeros((cells, spots))
    for source in _images(centres, cells, sigma_cells, boundary):
        matrix += np.diff(ndtr((edges - source[None, :]) / sigma_cells), axis=0)
    # Traces far out only cost time: what is left of a column is brought back to 1.
    matrix[matrix < 1e-7 * matrix.max()] = 0.0
    return matrix / matrix.sum(axis=0)


def _images(centres: np.ndarray, cells: int, sigma: float, boundary: Boundary) -> list[np.ndarray]:
    """The spots and their copies beyond the ends, as far as their light reaches."""
    folds = int(np.ceil(REACH_SIGMAS * sigma / cells)) + 1
    turns = range(-folds, folds + 1)
    if boundary == "periodic":
        return [centres + turn * cells for turn in turns]
    return [2 * turn * cells + sign * centres for turn in turns for sign in (1, -1)]

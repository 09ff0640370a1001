"""Point-spread functions as small matrices along one axis: blur on the fine grid, then sum over camera pixels."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.special import ndtr

Boundary = Literal["reflecting", "periodic"]

#: Light further than this many σ from a fine pixel is left out: 6e-7 of a Gaussian's.
REACH_SIGMAS = 5.0


def gaussian_axis_matrix(
    pixels: int, zoom: int, sigma_pixels: float, boundary: Boundary = "reflecting"
) -> np.ndarray:
    """Light of each fine pixel as it lands in each camera pixel along one axis.

    pixels: number of camera pixels N. sigma_pixels: σ of the PSF in camera pixels. Returns (N, zoom·N) float64; every
    column sums to 1 where no light leaves the field, and always with a reflecting or periodic boundary.

        A[i, k] = Φ((i + 1 − u_k) / σ) − Φ((i − u_k) / σ),  u_k = (k + ½) / zoom

    The sum over the zoom fine pixels of a camera pixel telescopes, so the integral over pixels is exact, and a fine
    pixel's light keeps its centroid (2023 paper, eq. 2, without the shift of the published kernel).
    """
    edges = np.arange(pixels + 1)[:, None]
    centres = (np.arange(zoom * pixels) + 0.5) / zoom
    matrix = np.zeros((pixels, zoom * pixels))
    for source in _images(centres, pixels, sigma_pixels, boundary):
        matrix += np.diff(ndtr((edges - source[None, :]) / sigma_pixels), axis=0)
    matrix[matrix < 1e-9] = 0.0
    return matrix / matrix.sum(axis=0)


def _images(centres: np.ndarray, pixels: int, sigma: float, boundary: Boundary) -> list[np.ndarray]:
    """The fine pixels and their copies beyond the edges, as far as their light reaches."""
    folds = int(np.ceil(REACH_SIGMAS * sigma / pixels)) + 1
    if boundary == "periodic":
        return [centres + fold * pixels for fold in range(-folds, folds + 1)]
    mirrored = (2 * fold * pixels + sign * centres for fold in range(-folds, folds + 1) for sign in (1, -1))
    return list(mirrored)


def reach_pixels(sigma_pixels: float) -> int:
    """Camera pixels, on either side of a pixel, from which light reaches it."""
    return int(np.ceil(REACH_SIGMAS * sigma_pixels)) + 1

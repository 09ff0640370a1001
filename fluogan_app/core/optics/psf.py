"""Point-spread functions as small matrices along one axis: blur on the fine grid, then sum over camera pixels."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.special import ndtr

Boundary = Literal["reflecting", "periodic"]

#: Light further than this many σ from where it starts is left out: 2e-8 of a Gaussian's.
REACH_SIGMAS = 5.5


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
    """The matrix of `banded_spots`, dense: (cells, spots) float64."""
    return banded_spots(cells, spots, sigma_cells, boundary).toarray()


def banded_spots(cells: int, spots: int, sigma_cells: float, boundary: Boundary = "reflecting") -> csr_array:
    """Gaussian spots at equal distances along an axis, integrated over its cells: (cells, spots) float64.

    Spot k sits at (k + ½) / spots of the axis; σ in cells. Light beyond an end is mirrored, or comes in at the other
    one, so that every column sums to 1.
    """
    centres = (np.arange(spots) + 0.5) * cells / spots
    reach = int(np.ceil(REACH_SIGMAS * sigma_cells)) + 1
    cell = np.floor(centres).astype(int) + np.arange(-reach, reach + 1)[:, None]
    light = ndtr((cell + 1 - centres) / sigma_cells) - ndtr((cell - centres) / sigma_cells)
    columns = np.broadcast_to(np.arange(spots), cell.shape)
    matrix = coo_array((light.ravel(), (_inside(cell, cells, boundary).ravel(), columns.ravel())), (cells, spots))
    matrix = matrix.tocsr()
    # Traces far out only cost time: what is left of a column is brought back to 1.
    matrix.data[matrix.data < 1e-7 * matrix.data.max()] = 0.0
    matrix.eliminate_zeros()
    return (matrix @ diags_array(1.0 / matrix.sum(axis=0))).tocsr()


def _inside(cell: np.ndarray, cells: int, boundary: Boundary) -> np.ndarray:
    """The cell in which light beyond the ends arrives."""
    if boundary == "periodic":
        return cell % cells
    there = cell % (2 * cells)
    return np.where(there < cells, there, 2 * cells - 1 - there)

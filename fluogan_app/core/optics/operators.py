"""The forward operator Ψ = U H: blur on the fine grid, then sum over the fine pixels of each camera pixel.

A Gaussian separates, Ψx = A_y x A_xᵀ, so the operator is two small matrices. They are banded; on long axes they are
cut into blocks of rows, each acting on the window of fine pixels that it sees.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch

from fluogan_app.core.optics.psf import Boundary, gaussian_axis_matrix, reach_pixels

#: Camera pixels in one block of a long axis, and the length from which blocks pay.
BLOCK = 32
LONG_AXIS = 96


class AxisOperator:
    """A matrix (N, M) acting on the last axis: `apply` maps (…, M) to (…, N), `adjoint` back."""

    def __init__(self, matrix: np.ndarray, device: str = "cpu", dtype: torch.dtype = torch.float32) -> None:
        self.shape: tuple[int, int] = matrix.shape
        self.norm = float(np.linalg.norm(matrix, 2))
        self._matrix = torch.tensor(matrix, dtype=dtype, device=device)

    def apply(self, fine: torch.Tensor) -> torch.Tensor:
        """(…, M) → (…, N)."""
        return fine @ self._matrix.T

    def adjoint(self, coarse: torch.Tensor) -> torch.Tensor:
        """(…, N) → (…, M)."""
        return coarse @ self._matrix

    def apply_rows(self, fine: torch.Tensor) -> torch.Tensor:
        """(…, M, K) → (…, N, K)."""
        return self._matrix @ fine

    def adjoint_rows(self, coarse: torch.Tensor) -> torch.Tensor:
        """(…, N, K) → (…, M, K)."""
        return self._matrix.T @ coarse


class ForwardOperator:
    """Ψ = U H of one field: (…, zoom·Y, zoom·X) on the fine grid to (…, Y, X) on the camera."""

    def __init__(self, rows: AxisOperator, columns: AxisOperator) -> None:
        self._rows, self._columns = rows, columns
        self.coarse_shape = (rows.shape[0], columns.shape[0])
        self.fine_shape = (rows.shape[1], columns.shape[1])

    @property
    def norm(self) -> float:
        """Largest singular value of Ψ: the product of the axes' own, ‖A_y‖ ‖A_x‖ ≤ zoom."""
        return self._rows.norm * self._columns.norm

    def apply(self, fine: torch.Tensor) -> torch.Tensor:
        """Ψx: photons per camera pixel from photons per fine pixel."""
        return self._columns.apply(self._rows.apply_rows(fine))

    def adjoint(self, coarse: torch.Tensor) -> torch.Tensor:
        """Ψᵀr: what each fine pixel hears of the camera pixels."""
        return self._rows.adjoint_rows(self._columns.adjoint(coarse))


def gaussian_operator(
    shape_yx: tuple[int, int],
    zoom: int,
    sigma_pixels: float,
    boundary: Boundary = "reflecting",
    device: str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> ForwardOperator:
    """Ψ for a Gaussian PSF of σ camera pixels on a field of (Y, X) camera pixels."""
    axes = [
        AxisOperator(gaussian_axis_matrix(pixels, zoom, sigma_pixels, boundary), device, dtype) for pixels in shape_yx
    ]
    return ForwardOperator(*axes)

"""The forward operator Ψ = U H: blur on the fine grid, then sum over the fine pixels of each camera pixel.

A Gaussian separates, Ψx = A_y x A_xᵀ, so the operator is two small matrices. They are banded: a long axis is cut into
blocks of rows, each of which is a small dense matrix on the window of columns that it sees.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.sparse import csr_array

from fluogan_app.core.optics.psf import Boundary, banded_spots

Matrix = np.ndarray | csr_array

#: Rows in one block of a long axis. Small blocks waste less on the window's ends, large ones keep the processor busy.
BLOCK_ROWS = 24


class AxisOperator:
    """A banded matrix (N, M) along an axis: `apply` and `adjoint` act on the last axis, `…_rows` on the one before."""

    def __init__(self, matrix: Matrix, device: str = "cpu", dtype: torch.dtype = torch.float32) -> None:
        self.shape: tuple[int, int] = matrix.shape
        self.device, self.dtype = device, dtype
        self._matrix = csr_array(matrix)
        self._blocks = [
            (rows, columns, torch.tensor(self._matrix[rows, columns].toarray(), dtype=dtype, device=device))
            for rows, columns in _blocks(self._matrix)
        ]

    @property
    def norm(self) -> float:
        """Largest singular value."""
        return float(np.linalg.norm(self._matrix.toarray(), 2))

    def squared(self) -> AxisOperator:
        """The operator whose matrix elements are the squares of these."""
        return AxisOperator(self._matrix.power(2), self.device, self.dtype)

    def apply(self, fine: torch.Tensor) -> torch.Tensor:
        """(…, M) → (…, N)."""
        return _joined([fine[..., columns] @ block.T for _, columns, block in self._blocks], -1)

    def apply_rows(self, fine: torch.Tensor) -> torch.Tensor:
        """(…, M, K) → (…, N, K)."""
        return _joined([block @ fine[..., columns, :] for _, columns, block in self._blocks], -2)

    def adjoint(self, coarse: torch.Tensor) -> torch.Tensor:
        """(…, N) → (…, M)."""
        if len(self._blocks) == 1:
            return coarse @ self._blocks[0][2]
        fine = coarse.new_zeros((*coarse.shape[:-1], self.shape[1]))
        for rows, columns, block in self._blocks:
            fine[..., columns] += coarse[..., rows] @ block
        return fine

    def adjoint_rows(self, coarse: torch.Tensor) -> torch.Tensor:
        """(…, N, K) → (…, M, K)."""
        if len(self._blocks) == 1:
            return self._blocks[0][2].T @ coarse
        fine = coarse.new_zeros((*coarse.shape[:-2], self.shape[1], coarse.shape[-1]))
        for rows, columns, block in self._blocks:
            fine[..., columns, :] += block.T @ coarse[..., rows, :]
        return fine


def _blocks(matrix: csr_array) -> list[tuple[slice, slice]]:
    """Blocks of rows with the columns that are not zero in them; one block where that saves little."""
    count, width = matrix.shape
    blocks = []
    for start in range(0, count, BLOCK_ROWS):
        rows = slice(start, min(start + BLOCK_ROWS, count))
        seen = matrix.indices[matrix.indptr[rows.start] : matrix.indptr[rows.stop]]
        blocks.append((rows, slice(int(seen.min()), int(seen.max()) + 1)))
    work = sum((rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns in blocks)
    return blocks if work < 0.6 * count * width else [(slice(0, count), slice(0, width))]


def _joined(parts: list[torch.Tensor], axis: int) -> torch.Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts, dim=axis)


class ForwardOperator:
    """A separable operator on images: (…, rows.M, columns.M) to (…, rows.N, columns.N), as Ψ or a texture."""

    def __init__(self, rows: AxisOperator, columns: AxisOperator) -> None:
        self._rows, self._columns = rows, columns
        self.coarse_shape = (rows.shape[0], columns.shape[0])
        self.fine_shape = (rows.shape[1], columns.shape[1])

    @property
    def norm(self) -> float:
        """Largest singular value: the product of the axes' own. For Ψ, ‖A_y‖ ‖A_x‖ ≤ zoom."""
        return self._rows.norm * self._columns.norm

    def ones(self) -> torch.Tensor:
        """An even image on the fine grid, on the operator's device."""
        return torch.ones(self.fine_shape, dtype=self._rows.dtype, device=self._rows.device)

    def apply(self, fine: torch.Tensor) -> torch.Tensor:
        """Ψx: photons per camera pixel from photons per fine pixel."""
        return self._columns.apply(self._rows.apply_rows(fine))

    def adjoint(self, coarse: torch.Tensor) -> torch.Tensor:
        """Ψᵀr: what each fine pixel hears of the camera pixels."""
        return self._rows.adjoint_rows(self._columns.adjoint(coarse))

    def squared(self) -> ForwardOperator:
        """The operator of ψ_ik²: its adjoint of w is the variance of Ψᵀw(ȳ − Ψx) for noise of variance 1/w."""
        return ForwardOperator(self._rows.squared(), self._columns.squared())


def separable_operator(
    matrices_yx: tuple[Matrix, Matrix], device: str = "cpu", dtype: torch.dtype = torch.float32
) -> ForwardOperator:
    """The operator of one matrix along y and one along x."""
    return ForwardOperator(*(AxisOperator(matrix, device, dtype) for matrix in matrices_yx))


def gaussian_operator(
    shape_yx: tuple[int, int],
    zoom: int,
    sigma_pixels: float,
    boundary: Boundary = "reflecting",
    device: str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> ForwardOperator:
    """Ψ for a Gaussian PSF of σ camera pixels on a field of (Y, X) camera pixels."""
    rows, columns = (banded_spots(pixels, zoom * pixels, sigma_pixels, boundary) for pixels in shape_yx)
    return separable_operator((rows, columns), device, dtype)

"""The forward operator Ψ = U H: blur on the fine grid, then sum over the fine pixels of each camera pixel.

A Gaussian separates, Ψx = A_y x A_xᵀ, so the operator is two small matrices. They are banded: a long axis is cut into
blocks (see bands.py). Every product takes the memory for its result from `out` where it is given.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.sparse import csr_array

from fluogan_app.core.optics.bands import Bands
from fluogan_app.core.optics.psf import Boundary, banded_spots
from fluogan_app.core.optics.spectrum import axis_energies

Matrix = np.ndarray | csr_array


class AxisOperator:
    """A banded matrix (N, M) along an axis: `apply` and `adjoint` act on the last axis, `…_rows` on the one before."""

    def __init__(self, matrix: Matrix, device: str = "cpu", dtype: torch.dtype = torch.float32) -> None:
        self.shape: tuple[int, int] = matrix.shape
        self.device, self.dtype = device, dtype
        self._matrix = csr_array(matrix)
        self._forward = Bands(self._matrix, device, dtype)
        self._transposed = Bands(csr_array(self._matrix.T), device, dtype)

    @property
    def norm(self) -> float:
        """Largest singular value."""
        return float(np.linalg.norm(self._matrix.toarray(), 2))

    def energies(self, boundary: Boundary) -> torch.Tensor:
        """Eigenvalues of AAᵀ in the order of the DCT-II's waves, or of the DFT's on a periodic axis: (N,)."""
        found = axis_energies(self._matrix.toarray(), boundary)
        return torch.tensor(found, dtype=self.dtype, device=self.device)

    def squared(self) -> AxisOperator:
        """The operator whose matrix elements are the squares of these."""
        return AxisOperator(self._matrix.power(2), self.device, self.dtype)

    def gram_squared(self) -> AxisOperator:
        """The operator (M, M) whose matrix elements are the squares of those of AᵀA."""
        return AxisOperator(csr_array(self._matrix.T @ self._matrix).power(2), self.device, self.dtype)

    def apply(self, fine: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """(…, M) → (…, N)."""
        return self._forward.along_columns(fine, out)

    def apply_rows(self, fine: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """(…, M, K) → (…, N, K)."""
        return self._forward.along_rows(fine, out)

    def adjoint(self, coarse: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """(…, N) → (…, M)."""
        return self._transposed.along_columns(coarse, out)

    def adjoint_rows(self, coarse: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """(…, N, K) → (…, M, K)."""
        return self._transposed.along_rows(coarse, out)


class ForwardOperator:
    """A separable operator on images: (…, rows.M, columns.M) to (…, rows.N, columns.N), as Ψ or a texture."""

    def __init__(self, rows: AxisOperator, columns: AxisOperator, boundary: Boundary = "reflecting") -> None:
        self._rows, self._columns, self._boundary = rows, columns, boundary
        self.coarse_shape = (rows.shape[0], columns.shape[0])
        self.fine_shape = (rows.shape[1], columns.shape[1])

    @property
    def norm(self) -> float:
        """Largest singular value: the product of the axes' own. For Ψ, ‖A_y‖ ‖A_x‖ ≤ zoom."""
        return self._rows.norm * self._columns.norm

    def ones(self) -> torch.Tensor:
        """An even image on the fine grid, on the operator's device."""
        return torch.ones(self.fine_shape, dtype=self._rows.dtype, device=self._rows.device)

    def apply(self, fine: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """Ψx: photons per camera pixel from photons per fine pixel."""
        return self._columns.apply(self._rows.apply_rows(fine), out)

    def adjoint(self, coarse: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """Ψᵀr: what each fine pixel hears of the camera pixels."""
        return self._rows.adjoint_rows(self._columns.adjoint(coarse), out)

    def squared(self) -> ForwardOperator:
        """The operator of ψ_ik²: its adjoint of w is the variance of Ψᵀw(ȳ − Ψx) for noise of variance 1/w."""
        return ForwardOperator(self._rows.squared(), self._columns.squared(), self._boundary)

    def gram_squared(self) -> ForwardOperator:
        """The operator between fine grids of the squared elements of ΨᵀΨ: (Ψ⊙Ψ)ᵀ(Ψ⊙Ψ), which separates as Ψ does."""
        return ForwardOperator(self._rows.gram_squared(), self._columns.gram_squared(), self._boundary)

    def camera_spectrum(self) -> torch.Tensor:
        """Eigenvalues of ΨΨᵀ, (Y, X): of the DCT-II's waves, or of the DFT's in a periodic field."""
        rows, columns = (axis.energies(self._boundary) for axis in (self._rows, self._columns))
        return torch.outer(rows, columns)


class SumOperator:
    """The sum of some separable operators between the same grids."""

    def __init__(self, parts: list[ForwardOperator]) -> None:
        self._parts = parts
        self.coarse_shape, self.fine_shape = parts[0].coarse_shape, parts[0].fine_shape

    def apply(self, fine: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """See ForwardOperator.apply."""
        first, *rest = self._parts
        total = first.apply(fine, out)
        for part in rest:
            total += part.apply(fine)
        return total

    def adjoint(self, coarse: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """See ForwardOperator.adjoint."""
        first, *rest = self._parts
        total = first.adjoint(coarse, out)
        for part in rest:
            total += part.adjoint(coarse)
        return total


def separable_operator(
    matrices_yx: tuple[Matrix, Matrix],
    device: str = "cpu",
    dtype: torch.dtype = torch.float32,
    boundary: Boundary = "reflecting",
) -> ForwardOperator:
    """The operator of one matrix along y and one along x; `boundary` is that with which they were made."""
    return ForwardOperator(*(AxisOperator(matrix, device, dtype) for matrix in matrices_yx), boundary)


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
    return separable_operator((rows, columns), device, dtype, boundary)

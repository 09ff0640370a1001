"""The camera grid's own waves: every operator Ψ that the field's border mirrors or repeats is diagonal in them, as ΨΨᵀ.

Reflecting borders: the orthonormal DCT-II, as one small matrix along each axis. Periodic borders: the DFT.
"""

from __future__ import annotations

from typing import Protocol

import torch

from fluogan_app.core.optics.psf import Boundary


class Waves(Protocol):
    """An orthonormal change of basis of images (Y, X)."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Amplitudes of the waves, (Y, X)."""

    def inverse(self, amplitudes: torch.Tensor) -> torch.Tensor:
        """The image (Y, X) with these amplitudes."""

    def laplacian(self) -> torch.Tensor:
        """Eigenvalues, (Y, X) from 0 to 8, of minus the discrete Laplacian with the same borders."""


class Cosines:
    """The waves of a field with mirrors at its borders."""

    def __init__(self, like: torch.Tensor) -> None:
        self._rows, self._columns = (_cosine_matrix(length, like) for length in like.shape)
        self._lengths = like.shape

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """See Waves.forward."""
        return self._rows @ image @ self._columns.T

    def inverse(self, amplitudes: torch.Tensor) -> torch.Tensor:
        """See Waves.inverse."""
        return self._rows.T @ amplitudes @ self._columns

    def laplacian(self) -> torch.Tensor:
        """See Waves.laplacian."""
        rows, columns = (
            2.0 - 2.0 * torch.cos(torch.pi * torch.arange(length, device=self._rows.device) / length)
            for length in self._lengths
        )
        return (rows[:, None] + columns[None, :]).to(self._rows.dtype)


class Circles:
    """The waves of a field that goes on at its other end; amplitudes are complex."""

    def __init__(self, like: torch.Tensor) -> None:
        self._like = like

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """See Waves.forward."""
        return torch.fft.fft2(image, norm="ortho")

    def inverse(self, amplitudes: torch.Tensor) -> torch.Tensor:
        """See Waves.inverse."""
        return torch.fft.ifft2(amplitudes, norm="ortho").real

    def laplacian(self) -> torch.Tensor:
        """See Waves.laplacian."""
        rows, columns = (
            2.0 - 2.0 * torch.cos(2.0 * torch.pi * torch.arange(length, device=self._like.device) / length)
            for length in self._like.shape
        )
        return (rows[:, None] + columns[None, :]).to(self._like.dtype)


def waves_of(like: torch.Tensor, boundary: Boundary) -> Waves:
    """The waves of a field of the same size, type and device as `like` (Y, X)."""
    return Circles(like) if boundary == "periodic" else Cosines(like)


def _cosine_matrix(length: int, like: torch.Tensor) -> torch.Tensor:
    """Row k is the orthonormal DCT-II's wave cos(π k (n + ½) / N)."""
    places = torch.arange(length, dtype=torch.float64)
    matrix = torch.cos(torch.pi * places[:, None] * (places[None, :] + 0.5) / length) * (2.0 / length) ** 0.5
    matrix[0] *= 0.5**0.5
    return matrix.to(like.device, like.dtype)

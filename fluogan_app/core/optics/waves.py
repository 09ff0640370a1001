"""The camera grid's own waves: every operator Ψ that the field's border mirrors or repeats is diagonal in them, as ΨΨᵀ.

Reflecting borders: the orthonormal DCT-II, as one small matrix along each axis. Periodic borders: the DFT.
"""

from __future__ import annotations

from collections.abc import Iterable
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
        self._like = like

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """See Waves.forward."""
        return self._rows @ image @ self._columns.T

    def inverse(self, amplitudes: torch.Tensor) -> torch.Tensor:
        """See Waves.inverse."""
        return self._rows.T @ amplitudes @ self._columns

    def laplacian(self) -> torch.Tensor:
        """See Waves.laplacian."""
        return _roughness((0.5 * torch.pi / length for length in self._like.shape), self._like)


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
        return _roughness((torch.pi / length for length in self._like.shape), self._like)


def waves_of(like: torch.Tensor, boundary: Boundary) -> Waves:
    """The waves of a field of the same size, type and device as `like` (Y, X)."""
    return Circles(like) if boundary == "periodic" else Cosines(like)


def _roughness(half_steps: Iterable[float], like: torch.Tensor) -> torch.Tensor:
    """4 sin²(φ/2) along the rows plus the same along the columns; φ/2 grows by a half step from wave to wave."""
    rows, columns = (
        4.0 * torch.sin(half_step * torch.arange(length, dtype=torch.float64)) ** 2
        for half_step, length in zip(half_steps, like.shape)
    )
    return (rows[:, None] + columns[None, :]).to(like.device, like.dtype)


def _cosine_matrix(length: int, like: torch.Tensor) -> torch.Tensor:
    """Row k is the orthonormal DCT-II's wave cos(π k (n + ½) / N)."""
    places = torch.arange(length, dtype=torch.float64)
    matrix = torch.cos(torch.pi * places[:, None] * (places[None, :] + 0.5) / length) * (2.0 / length) ** 0.5
    matrix[0] *= 0.5**0.5
    return matrix.to(like.device, like.dtype)

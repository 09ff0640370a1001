"""How molecules that blink independently show in the covariances of camera pixels: r_y = (Ψ⊙Ψ) r_x + noise.

r_x (LY, LX) is the variance over time of the light from each fine pixel, in photons², and r_y holds the covariance of
every pair of camera pixels, R_y = Ψ diag(r_x) Ψᵀ + R_n. For P camera pixels these are P² numbers; neither they nor
Ψ⊙Ψ are ever formed. Products with its columns are enough (Stergiopoulou et al., Biological Imaging 2022):

    (Ψ⊙Ψ)ᵀ(Ψ⊙Ψ) = (ΨᵀΨ)∘(ΨᵀΨ),     (Ψ⊙Ψ)ᵀ vec(R) = diag(Ψᵀ R Ψ),     (Ψ⊙Ψ)ᵀ vec(diag n) = (Ψ∘Ψ)ᵀ n

and the first of them separates along y and x where Ψ does: two small banded matrices.
"""

from __future__ import annotations

from functools import cached_property

import torch

from fluogan_app.core.optics.operators import ForwardOperator
from fluogan_app.core.optics.spectral import SpectralOperator
from fluogan_app.core.optimise.power_iteration import operator_norm

#: A power iteration of so many steps ends within a thousandth below the largest eigenvalue.
_NORM_STEPS, _MARGIN = 20, 1.01
#: Where the PSF does not separate, products with the Gram matrix are right to some hundredths only.
_MARGIN_OF_SUMS = 1.04


class CovarianceOperator:
    """Products with Ψ⊙Ψ at the price of products with Ψ. Images carry the operator's own type and device."""

    def __init__(self, blur: ForwardOperator | SpectralOperator) -> None:
        self.blur = blur
        self.fine_shape, self.coarse_shape = blur.fine_shape, blur.coarse_shape
        self._gram, self._squares = blur.gram_squared(), blur.squared()
        self._margin = _MARGIN_OF_SUMS if isinstance(blur, SpectralOperator) else _MARGIN

    @cached_property
    def gram_norm(self) -> float:
        """A bound of the largest eigenvalue of (Ψ⊙Ψ)ᵀ(Ψ⊙Ψ): 1 / it is a safe step for all fine pixels alike.

        It belongs to the field's corners, where mirrors double the light; elsewhere `majorant` allows longer steps.
        """
        return self._margin * operator_norm(lambda image: image, self.gram, self.blur.ones(), _NORM_STEPS) ** 2

    @cached_property
    def majorant(self) -> torch.Tensor:
        """m (LY, LX) with diag(m) ⪰ (Ψ⊙Ψ)ᵀ(Ψ⊙Ψ): 1 / m is a safe step for each fine pixel.

        The sums of the rows: no element is negative, so that what is left is diagonally dominant.
        """
        return self._margin * self.gram(self.blur.ones())

    def gram(self, variances: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """(Ψ⊙Ψ)ᵀ(Ψ⊙Ψ) r, (LY, LX) to (LY, LX). """
        return self._gram.apply(variances, out)

    def pixel_variances(self, variances: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """diag(Ψ diag(r) Ψᵀ): what molecules add to the variance of each camera pixel, (LY, LX) to (Y, X)."""
        return self._squares.apply(variances, out)

    def of_pixel_variances(self, noise: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """(Ψ⊙Ψ)ᵀ vec(diag n) for a noise variance n of each camera pixel, (Y, X) to (LY, LX)."""
        return self._squares.adjoint(noise, out)

    def of_frames(self, frames: torch.Tensor) -> torch.Tensor:
        """(Ψ⊙Ψ)ᵀ vec(Σ_t y_t y_tᵀ) = Σ_t (Ψᵀ y_t)², (T, Y, X) to (LY, LX) float64; one frame at a time in memory."""
        total = torch.zeros(self.fine_shape, dtype=torch.float64, device=frames.device)
        memory = torch.empty(self.fine_shape, dtype=frames.dtype, device=frames.device)
        for frame in frames:
            total += self.blur.adjoint(frame, out=memory).square_()
        return total

    def column_norms(self) -> torch.Tensor:
        """‖a_k‖ = ‖ψ_k‖², the length of each column of Ψ⊙Ψ, (LY, LX): (Ψ∘Ψ)ᵀ 1, for each fine pixel's own PSF."""
        return self._squares.adjoint(torch.ones_like(self.blur.apply(self.blur.ones())))

"""Which pairs of camera pixels are explained: two different ones, all, or each with itself alone.

Sources r that fluctuate independently make Cov(y) = Ψ diag(r) Ψᵀ + N, with N the camera's noise, which no two pixels
share. Least squares over pairs of pixels needs two things only (Solomon et al. 2019):

    v_k = Σ_ij ψ_ik ψ_jk C_ij = mean_t (Ψᵀy_t)_k (Ψᵀy_t+τ)_k,      M_kl = (Σ_i ψ_ik ψ_il)²

Pairs of a pixel with itself make v_k = Σ_i ψ_ik² C_ii and M = (Ψ∘Ψ)ᵀ(Ψ∘Ψ) of it: less these, N is gone exactly, at any
lag, as in cross-cumulants. The published method keeps them.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import torch

from fluogan_app.core.optics.covariance import CovarianceOperator

Kind = Literal["different", "all", "own"]
#: Rounding must not make a step longer than is safe.
_MARGIN = 1.01


class Pairs:
    """M and v of the pairs of one kind; images of sources are (zoom·Y, zoom·X)."""

    def __init__(self, operator: CovarianceOperator, kind: Kind) -> None:
        self._operator, self._kind = operator, kind

    @cached_property
    def majorant(self) -> torch.Tensor:
        """m (zoom·Y, zoom·X) with diag(m) ⪰ M, so that 1 / m is a safe step.

        The row sums of M for all pairs, as no element is negative; M of the others is that less a positive part.
        """
        sheet = self._operator.blur.ones()
        if self._kind == "own":
            return _MARGIN * self._own(sheet)
        return self._operator.majorant

    def normal(self, sources: torch.Tensor) -> torch.Tensor:
        """M r."""
        if self._kind == "own":
            return self._own(sources)
        found = self._operator.gram(sources)
        return found if self._kind == "all" else found - self._own(sources)

    def heard(self, frames: torch.Tensor, later: torch.Tensor) -> torch.Tensor:
        """v times the number of frames (N, Y, X), each of which is paired with one of `later`; float64."""
        total = torch.zeros(self._operator.fine_shape, dtype=torch.float64, device=frames.device)
        if self._kind != "own":
            total += self._of_all(frames, later)
        if self._kind != "all":
            products = torch.sum(frames * later, dim=0, dtype=torch.float64).to(frames.dtype)
            own = self._operator.of_pixel_variances(products)
            total += own if self._kind == "own" else -own
        return total

    def _own(self, sources: torch.Tensor) -> torch.Tensor:
        return self._operator.of_pixel_variances(self._operator.pixel_variances(sources))

    def _of_all(self, frames: torch.Tensor, later: torch.Tensor) -> torch.Tensor:
        if later is frames:
            return self._operator.of_frames(frames)
        total = torch.zeros(self._operator.fine_shape, dtype=torch.float64, device=frames.device)
        for one, other in zip(frames, later):
            total += self._operator.blur.adjoint(one) * self._operator.blur.adjoint(other)
        return total

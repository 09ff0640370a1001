"""The penalties on the variances r: what they weigh, their proximal maps, and the λ that leaves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import torch

from fluogan_app.core.methods.col0rme.params import Col0rmeParams
from fluogan_app.core.methods.covariance_fit import CovarianceFit
from fluogan_app.core.optics.covariance import CovarianceOperator
from fluogan_app.core.optimise.prox import nonnegative_cel0, nonnegative_soft_threshold
from fluogan_app.core.optimise.total_variation import slopes, total_variation, total_variation_prox

#: Steps of the inner search of a proximal map of TV, which goes on from the one before.
TV_STEPS = 10


class Penalty(Protocol):
    """λ R(r) with r ≥ 0. `metric`: 1 / step, for each fine pixel or for all. λ is among the tensors."""

    metric: torch.Tensor

    def weight(self, fit: CovarianceFit) -> torch.Tensor:
        """λ = γ λ_max, 0-d."""

    def begin(self, like: torch.Tensor) -> dict[str, torch.Tensor]:
        """Tensors that the proximal map goes on from."""

    def shapes(self, fine_shape: tuple[int, int]) -> Mapping[str, tuple[int, ...]]:
        """Of these tensors."""

    def prox(self, tensors: dict[str, torch.Tensor], point: torch.Tensor) -> torch.Tensor:
        """argmin_u ½ Σ metric (u − point)² + λ R(u) over u ≥ 0."""

    def value(self, tensors: Mapping[str, torch.Tensor], variances: torch.Tensor) -> torch.Tensor:
        """λ R(r), 0-d."""


class Sum:
    """R(r) = Σ r."""

    def __init__(self, gamma: float, operator: CovarianceOperator, strength: float) -> None:
        self._share, self.metric = gamma * strength, operator.majorant

    def weight(self, fit: CovarianceFit) -> torch.Tensor:
        """See Penalty.weight: λ_max = max (Ψ⊙Ψ)ᵀ(r_y − noise), at which r = 0 is the minimum."""
        return self._share * fit.evidence().max().clamp(min=1e-30)

    def begin(self, like: torch.Tensor) -> dict[str, torch.Tensor]:
        """See Penalty.begin."""
        return {}

    def shapes(self, fine_shape: tuple[int, int]) -> Mapping[str, tuple[int, ...]]:
        """See Penalty.shapes."""
        return {}

    def prox(self, tensors: dict[str, torch.Tensor], point: torch.Tensor) -> torch.Tensor:
        """See Penalty.prox."""
        return nonnegative_soft_threshold(point, tensors["lambda"] / self.metric)

    def value(self, tensors: Mapping[str, torch.Tensor], variances: torch.Tensor) -> torch.Tensor:
        """See Penalty.value."""
        return tensors["lambda"] * variances.sum()


class Count(Sum):
    """R = Φ_CEL0, which has the minima of the number of places: ℓ0's, made continuous (Soubies et al. 2015)."""

    def __init__(self, gamma: float, operator: CovarianceOperator, strength: float) -> None:
        super().__init__(gamma, operator, strength**2)
        self._norms = operator.column_norms()

    def weight(self, fit: CovarianceFit) -> torch.Tensor:
        """See Penalty.weight: λ_max = max ½ ((Ψ⊙Ψ)ᵀ(r_y − noise) / ‖a‖)², what one place alone can explain at most."""
        share = fit.evidence().clamp(min=0.0) / self._norms.clamp(min=1e-30)
        return self._share * (0.5 * share.square()).max().clamp(min=1e-30)

    def prox(self, tensors: dict[str, torch.Tensor], point: torch.Tensor) -> torch.Tensor:
        """See Penalty.prox."""
        return nonnegative_cel0(point, self._norms, tensors["lambda"], 1.0 / self.metric)

    def value(self, tensors: Mapping[str, torch.Tensor], variances: torch.Tensor) -> torch.Tensor:
        """See Penalty.value: λ − ½ a² (r − √(2λ) / a)² up to r = √(2λ) / a, and λ beyond."""
        weight = tensors["lambda"]
        short = ((2.0 * weight).sqrt() / self._norms.clamp(min=1e-30) - variances).clamp(min=0.0)
        return (weight - 0.5 * (self._norms * short).square()).clamp(min=0.0).sum()


class Edges(Sum):
    """R(r) = Σ |∇r|, isotropic. An even r costs nothing, so λ is told as a part of the λ_max of Σ r."""

    def __init__(self, gamma: float, operator: CovarianceOperator, strength: float) -> None:
        super().__init__(gamma, operator, strength)
        # The map of TV joins neighbours: all need one step.
        self.metric = operator.majorant.new_tensor(operator.gram_norm)

    def begin(self, like: torch.Tensor) -> dict[str, torch.Tensor]:
        """See Penalty.begin."""
        return {"dual": torch.zeros_like(slopes(like))}

    def shapes(self, fine_shape: tuple[int, int]) -> Mapping[str, tuple[int, ...]]:
        """See Penalty.shapes."""
        return {"dual": (2, *fine_shape)}

    def prox(self, tensors: dict[str, torch.Tensor], point: torch.Tensor) -> torch.Tensor:
        """See Penalty.prox."""
        weight = float(tensors["lambda"] / self.metric)
        image, tensors["dual"] = total_variation_prox(point, weight, tensors["dual"], TV_STEPS)
        return image

    def value(self, tensors: Mapping[str, torch.Tensor], variances: torch.Tensor) -> torch.Tensor:
        """See Penalty.value."""
        return tensors["lambda"] * total_variation(variances)


def make_penalty(params: Col0rmeParams, operator: CovarianceOperator, strength: float) -> Penalty:
    """The penalty that the parameters name. strength: see field_over_tile."""
    kind = {"l1": Sum, "cel0": Count, "tv": Edges}[params.penalty]
    return kind(params.gamma, operator, strength)

"""How bright a known support is, and what lies out of focus: the second half of COL0RME.

    min  ½ Σ w (Ψx + b − ȳ)² + μ/2 ‖∇_Ω x‖² + β/2 ‖∇b‖²   over x ≥ 0 on the support Ω, 0 beside it, and b ≥ 0

(Stergiopoulou et al., Biological Imaging 2022, with w = 1). ∇_Ω: differences between neighbours that both lie on Ω, so
that smoothing does not dim its edges. μ follows from the discrepancy principle: as much smoothness as the noise allows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from fluogan_app.core.optics.operators import ForwardOperator
from fluogan_app.core.optics.spectral import SpectralOperator
from fluogan_app.core.optimise.fista import Accelerated, accelerate
from fluogan_app.core.optimise.prox import nonnegative
from fluogan_app.core.optimise.total_variation import adjoint_slopes, slopes

#: Limits of μ, and the factor by which one correction may change it.
LEAST_MU, LARGEST_MU, LARGEST_FACTOR = 1e-3, 1e4, 4.0
#: The misfit is taken to fall with μ at least as this power: where it hardly does, corrections would run ahead of x.
LEAST_POWER = 0.15
#: Steps of conjugate gradients for the slope of the misfit: corrections need its size, not its digits.
SLOPE_STEPS = 15
#: The bound of a row's sum holds for a measured PSF with a few values below zero too.
_MARGIN = 1.01
#: ‖∇‖² of an image.
_ROUGHEST = 8.0


@dataclass(frozen=True)
class LightProblem:
    """What stays fixed: the blur, the mean frame ȳ (Y, X) in photons, weights w (Y, X), the smoothness β of b, and what
    Σ w (Ψx + b − ȳ)² is by noise alone."""

    blur: ForwardOperator | SpectralOperator
    mean: torch.Tensor
    weights: torch.Tensor
    beta: float
    expected_misfit: float


class LightFit:
    """Accelerated projected gradient steps; all that changes is in tensors by name."""

    def __init__(self, problem: LightProblem) -> None:
        self._problem = problem
        blur, weights = problem.blur, problem.weights
        # Ψ has no negative elements: rows' sums bound ΨᵀWΨ; twice, because x and b move together.
        self._metric_x = 2.0 * _MARGIN * blur.adjoint(weights * blur.apply(blur.ones()))
        self._metric_b = torch.full_like(weights, 2.0 * float(weights.max()) + _ROUGHEST * problem.beta)

    def begin(
        self, support: torch.Tensor, estimate: torch.Tensor, background: torch.Tensor, mu: float
    ) -> dict[str, torch.Tensor]:
        """Tensors at a start. support: (LY, LX) bool. estimate: (LY, LX), background: (Y, X), both in photons."""
        start = estimate * support
        return {
            "support": support, "x": start, "x_ahead": start.clone(), "b": background, "b_ahead": background.clone(),
            "momentum": background.new_ones(()), "mu": torch.tensor(mu, dtype=torch.float64, device=background.device),
        }  # fmt: skip

    def step(self, tensors: dict[str, torch.Tensor]) -> None:
        """One step of x and b together, in new tensors."""
        support, mu = tensors["support"], float(tensors["mu"])
        x, b = tensors["x_ahead"], tensors["b_ahead"]
        pull = self._problem.weights * self.residual(x, b)
        metric = self._metric_x + _ROUGHEST * mu
        downhill = self._problem.blur.adjoint(pull) + mu * roughness(x, support)
        arrived_x = nonnegative(x - downhill / metric) * support
        arrived_b = nonnegative(b - (pull + self._problem.beta * adjoint_slopes(slopes(b))) / self._metric_b)
        state = Accelerated((tensors["x"], tensors["b"]), (x, b), tensors["momentum"])
        state = accelerate(state, (arrived_x, arrived_b), (metric, self._metric_b))
        tensors["x"], tensors["b"] = state.points
        tensors["x_ahead"], tensors["b_ahead"] = state.ahead
        tensors["momentum"] = state.momentum

    def residual(self, x: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        """Ψx + b − ȳ, (Y, X)."""
        return self._problem.blur.apply(x) + b - self._problem.mean

    def misfit(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Σ w (Ψx + b − ȳ)² as a part of what noise alone makes, 0-d: 1 where the discrepancy principle holds."""
        residual = self.residual(tensors["x"], tensors["b"])
        return (self._problem.weights * residual.square()).sum() / self._problem.expected_misfit

    def correct_mu(self, tensors: dict[str, torch.Tensor], wanted: float) -> None:
        """One step of Newton's method for misfit(μ) = wanted, on logarithms of both: μ is positive."""
        mu, misfit = float(tensors["mu"]), float(self.misfit(tensors))
        power = max(mu * self.misfit_slope(tensors) / max(misfit, 1e-30), LEAST_POWER)
        factor = math.exp(math.log(wanted / max(misfit, 1e-30)) / power) if misfit < 1e3 * wanted else 0.0
        factor = min(max(factor, 1.0 / LARGEST_FACTOR), LARGEST_FACTOR)
        tensors["mu"] = torch.full_like(tensors["mu"], min(max(mu * factor, LEAST_MU), LARGEST_MU))

    def misfit_slope(self, tensors: Mapping[str, torch.Tensor], steps: int = SLOPE_STEPS) -> float:
        """d misfit / dμ at a minimum: what x and b do as μ grows follows from where the gradient stays zero,

            H (x', b') = −(∇_Ωᵀ∇_Ω x, 0),   on what is above zero, with the Hessian H of what is minimised.
        """
        x, b = tensors["x"], tensors["b"]
        moves = _Moves(self._problem, tensors)
        dx, db = moves.solved(-roughness(x, tensors["support"]) * moves.free_x, steps)
        change = self._problem.blur.apply(dx) + db
        pull = self._problem.weights * self.residual(x, b)
        return 2.0 * float((pull * change).sum()) / self._problem.expected_misfit


class _Moves:
    """The Hessian on the elements of x and b that are above zero, and its inverse by conjugate gradients."""

    def __init__(self, problem: LightProblem, tensors: Mapping[str, torch.Tensor]) -> None:
        self._problem, self._support, self._mu = problem, tensors["support"], float(tensors["mu"])
        self.free_x = (tensors["x"] > 0).to(problem.mean.dtype)
        self._free_b = (tensors["b"] > 0).to(problem.mean.dtype)

    def solved(self, along_x: torch.Tensor, steps: int) -> tuple[torch.Tensor, torch.Tensor]:
        """H⁻¹ (along_x, 0)."""
        x, b = torch.zeros_like(along_x), torch.zeros_like(self._free_b)
        rest = along_x, torch.zeros_like(b)
        ahead, power = rest, _power(rest)
        for _ in range(steps):
            if power == 0.0:
                break
            turned = self._hessian(*ahead)
            length = power / float((ahead[0] * turned[0]).sum() + (ahead[1] * turned[1]).sum())
            x, b = x + length * ahead[0], b + length * ahead[1]
            rest = rest[0] - length * turned[0], rest[1] - length * turned[1]
            before, power = power, _power(rest)
            ahead = rest[0] + power / before * ahead[0], rest[1] + power / before * ahead[1]
        return x, b

    def _hessian(self, x: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        problem = self._problem
        pull = problem.weights * (problem.blur.apply(x) + b)
        turned_x = problem.blur.adjoint(pull) + self._mu * roughness(x, self._support)
        return turned_x * self.free_x, (pull + problem.beta * adjoint_slopes(slopes(b))) * self._free_b


def roughness(x: torch.Tensor, support: torch.Tensor) -> torch.Tensor:
    """∇_Ωᵀ∇_Ω x: the gradient of ½ ‖∇_Ω x‖²."""
    field = slopes(x)
    field[0, :-1] *= support[1:] & support[:-1]
    field[1, :, :-1] *= support[:, 1:] & support[:, :-1]
    return adjoint_slopes(field)


def _power(pair: tuple[torch.Tensor, torch.Tensor]) -> float:
    return float(pair[0].square().sum() + pair[1].square().sum())

"""The descent of PnP-COL0RME: gradient steps on the covariances' misfit, and a denoiser in place of a proximal map.

    G(ρ) = f(ρ) + φ(ρ),   z = ρ − ∇f(ρ),   ρ ← D_μ,σ(z),   φ(D_μ,σ(z)) = R_σ(μz)/μ² − ½ ‖z − D_μ,σ(z)‖²

ρ is the image in units in which f has curvature 1 at most: r = c ρ / √(m / m₀), where m bounds the curvature of F at
each fine pixel (alike but at the field's border, where mirrors double the light), m₀ is its median, and c is the
brightness that counts as 1. Then f = (F(r) − F(0) + λ Σ r) / (c² m₀), and the step of 1 lowers G wherever D is a
proximal map (Hurault et al. 2022). Negative values cost ½ ‖ρ₋‖² · HELD in f, so that the same holds for what keeps the
image from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from fluogan_app.core.methods.covariance_fit import CovarianceFit
from fluogan_app.core.methods.pnp_col0rme.denoiser import ResidualNetwork, denoised

#: Curvature by which values below zero are held, beside the misfit's own of 1.
HELD = 0.25
#: G may rise by this part of its size: the rounding of sums in single precision.
ROUNDING = 1e-5
#: Extrapolation goes this far at most, as a part of the last move: a learned function is not convex.
MOST_MOMENTUM = 0.9


@dataclass(frozen=True)
class Prior:
    """The denoiser as it is used: σ, μ, and by how much R is weakened so that D is a proximal map."""

    network: ResidualNetwork
    sigma: float
    scale: float
    strength: float


class Descent:
    """One data term in units of ρ, with its prior."""

    def __init__(self, fit: CovarianceFit, brightest: float, sparsity: float, prior: Prior) -> None:
        """brightest: c in photons², above 0. sparsity: λ ≥ 0 in photons²."""
        self._fit, self._prior, self._sparsity = fit, prior, sparsity
        majorant = fit.operator.majorant
        self._typical = float(majorant.median())
        self._root = (majorant / self._typical).sqrt()
        self._brightest = brightest
        self._empty = fit.at(torch.zeros_like(majorant)).value

    def scaled(self, variances: torch.Tensor) -> torch.Tensor:
        """ρ of r (photons²)."""
        return variances * self._root / self._brightest

    def variances(self, image: torch.Tensor) -> torch.Tensor:
        """r ≥ 0 in photons² of ρ."""
        return (image / self._root * self._brightest).clamp(min=0.0)

    def misfit(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """f(ρ), 0-d float64, and z = ρ − ∇f(ρ) / (1 + HELD), the end of a step along its gradient."""
        variances = image / self._root * self._brightest
        point = self._fit.at(variances)
        below = image.clamp(max=0.0)
        unit = self._brightest * self._typical
        value = point.value - self._empty + self._sparsity * variances.sum(dtype=torch.float64)
        value = value / (self._brightest * unit) + 0.5 * HELD * below.double().square().sum()
        gradient = (point.gradient + self._sparsity) / (self._root * unit) + HELD * below
        return value / (1.0 + HELD), image - gradient / (1.0 + HELD)

    def begin(self, tensors: dict[str, torch.Tensor], variances: torch.Tensor) -> None:
        """Start at r: fill the tensors of `blank`."""
        image = self.scaled(variances)
        tensors["image"], tensors["ahead"] = image, image.clone()
        tensors["momentum"], tensors["strength"] = (torch.ones_like(tensors[name]) for name in ("momentum", "strength"))
        tensors["objective"] = torch.full_like(tensors["objective"], torch.inf)
        tensors["length"], tensors["begun"] = image.norm(), torch.ones_like(tensors["begun"])

    def step(self, tensors: dict[str, torch.Tensor]) -> Mapping[str, torch.Tensor]:
        """One step; G never rises.

        A step from an extrapolated point that would raise G is not taken, and the next starts from the image itself. If
        even that one would raise it, or if φ is below zero, which ‖∇R‖² ≤ 2 R forbids where ∇R stretches nothing, then
        D is no proximal map there: its regulariser is weakened by half from then on.
        """
        image, ahead = tensors["image"], tensors["ahead"]
        strength = float(tensors["strength"])
        _, towards = self.misfit(ahead)
        prior = self._prior
        arrived, energy = denoised(prior.network, towards, prior.sigma, prior.scale, prior.strength * strength)
        moved = 0.5 * (towards - arrived).double().square().sum()
        objective, before = self.misfit(arrived)[0] + energy - moved, tensors["objective"]
        sound = bool(moved <= (1.0 + ROUNDING) * energy)
        if sound and bool(objective <= before + ROUNDING * before.abs()):
            self._take(tensors, arrived, objective)
        elif sound and float(tensors["momentum"]) > 1.0:
            tensors["ahead"], tensors["momentum"] = image.clone(), torch.ones_like(tensors["momentum"])
        else:
            # Another φ from here on: what G was before cannot be compared with what it will be.
            tensors["ahead"], tensors["momentum"] = image.clone(), torch.ones_like(tensors["momentum"])
            tensors["strength"] = tensors["strength"] / 2
            tensors["objective"] = torch.full_like(before, torch.inf)
        change = (tensors["image"] - image).norm() / tensors["length"].clamp(min=1e-30)
        known = {"objective": tensors["objective"]} if bool(tensors["objective"].isfinite()) else {}
        return {**known, "relative_change": change}

    def _take(self, tensors: dict[str, torch.Tensor], arrived: torch.Tensor, objective: torch.Tensor) -> None:
        momentum = tensors["momentum"]
        following = 0.5 * (1.0 + torch.sqrt(1.0 + 4.0 * momentum**2))
        factor = ((momentum - 1.0) / following).clamp(max=MOST_MOMENTUM)
        tensors["ahead"] = arrived + factor * (arrived - tensors["image"])
        tensors["image"], tensors["momentum"], tensors["objective"] = arrived, following, objective


def blank(like: torch.Tensor) -> dict[str, torch.Tensor]:
    """The tensors of a descent that has not begun, on an image of this shape."""
    empty, one = torch.zeros_like(like), torch.ones((), dtype=like.dtype, device=like.device)
    flags = {"begun": torch.zeros_like(one, dtype=torch.bool), "objective": one.double()}
    return {
        "image": empty, "ahead": empty.clone(), "momentum": one, "strength": one.clone(), "length": one.clone(), **flags
    }  # fmt: skip

"""Isotropic total variation, Σ |∇u| with forward differences and no slope over the border, and its proximal map."""

from __future__ import annotations

import torch

#: ‖∇‖² is at most this on a grid of two dimensions.
GRADIENT_NORM_SQUARED = 8.0


def slopes(image: torch.Tensor) -> torch.Tensor:
    """∇u: forward differences of an image (Y, X) along y and x, (2, Y, X); 0 over the border."""
    found = image.new_zeros((2, *image.shape))
    torch.sub(image[1:], image[:-1], out=found[0, :-1])
    torch.sub(image[:, 1:], image[:, :-1], out=found[1, :, :-1])
    return found


def adjoint_slopes(field: torch.Tensor) -> torch.Tensor:
    """∇ᵀp, minus the divergence: (2, Y, X) to (Y, X)."""
    image = torch.zeros_like(field[0])
    rows, columns = field[0, :-1], field[1, :, :-1]
    image[1:] += rows
    image[:-1] -= rows
    image[:, 1:] += columns
    image[:, :-1] -= columns
    return image


def lengths(field: torch.Tensor) -> torch.Tensor:
    """|p| of a field (2, Y, X), (Y, X); many times as quick as a norm along the first axis."""
    return torch.hypot(field[0], field[1])


def total_variation(image: torch.Tensor) -> torch.Tensor:
    """Σ |∇u|, 0-d."""
    return lengths(slopes(image)).sum()


def total_variation_prox(
    point: torch.Tensor, weight: float, dual: torch.Tensor | None = None, steps: int = 20, signed: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """argmin_u ½ ‖u − point‖² + weight · Σ |∇u|, over u ≥ 0 where not `signed`, and the dual field (2, Y, X) to go on.

    Fast gradient projection on the dual problem (Beck and Teboulle 2009, IEEE Transactions on Image Processing 18,
    2419): u = P(point − weight ∇ᵀp) for fields with |p| ≤ 1. A dual field of a similar problem saves most of the steps.
    """
    field = torch.zeros_like(slopes(point)) if dual is None else dual
    if weight <= 0.0:
        return _shown(point, signed), field
    ahead, momentum = field, 1.0
    for _ in range(steps):
        climb = slopes(_shown(torch.sub(point, adjoint_slopes(ahead), alpha=weight), signed))
        arrived = torch.add(ahead, climb, alpha=1.0 / (GRADIENT_NORM_SQUARED * weight))
        arrived /= lengths(arrived).clamp_(min=1.0)
        following = 0.5 * (1.0 + (1.0 + 4.0 * momentum**2) ** 0.5)
        ahead = torch.lerp(field, arrived, 1.0 + (momentum - 1.0) / following)
        field, momentum = arrived, following
    return _shown(point - weight * adjoint_slopes(field), signed), field


def _shown(image: torch.Tensor, signed: bool) -> torch.Tensor:
    return image if signed else image.clamp(min=0.0)

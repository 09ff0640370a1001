"""Proximal maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def nonnegative_soft_threshold(point: torch.Tensor, threshold: torch.Tensor | float) -> torch.Tensor:
    """argmin_u ½ (u − point)² + threshold · u over u ≥ 0, element by element: max(point − threshold, 0)."""
    return (point - threshold).clamp_(min=0.0)


def soft_threshold(point: torch.Tensor, threshold: torch.Tensor | float) -> torch.Tensor:
    """argmin_u ½ (u − point)² + threshold · |u|, element by element: what is left of |point| keeps its sign."""
    return point.sign() * (point.abs() - threshold).clamp_(min=0.0)


def nonnegative_cel0(
    point: torch.Tensor, norms: torch.Tensor | float, sparsity: torch.Tensor | float, step: torch.Tensor | float
) -> torch.Tensor:
    """argmin_u ½ (u − point)² + step · Φ(u) over u ≥ 0, element by element; Φ is the exact continuous relaxation of

    sparsity · ‖u‖₀ beside ½ ‖Au − d‖², whose columns have these norms:

        Φ(u) = λ − ½ a² (u − √(2λ) / a)²  for 0 ≤ u ≤ √(2λ) / a, else λ.

    Below a² step = 1 small values vanish, large ones stay as they are, and those between grow by 1 / (1 − a² step);
    from there on values up to √(2 λ step) vanish (Soubies, Blanc-Féraud and Aubert 2015, SIAM J. Imaging Sci. 8, 1607).
    """
    whole = point.clamp(min=0.0)
    curvature = (norms**2 * step) + 0.0 * whole
    pull = (2.0 * sparsity) ** 0.5 * norms * step
    left = (1.0 - curvature).clamp(min=1e-12)
    gentle = ((whole - pull).clamp(min=0.0) / left).minimum(whole)
    hard = whole * (whole**2 > 2.0 * sparsity * step)
    return gentle.where(curvature < 1.0, hard)


def nonnegative(point: torch.Tensor) -> torch.Tensor:
    """The nearest point with no negative element."""
    return point.clamp(min=0.0)

"""Proximal maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def nonnegative_soft_threshold(point: torch.Tensor, threshold: torch.Tensor | float) -> torch.Tensor:
    """argmin_u ½ (u − point)² + threshold · u over u ≥ 0, element by element: max(point − threshold, 0)."""
    return (point - threshold).clamp_(min=0.0)


def nonnegative(point: torch.Tensor) -> torch.Tensor:
    """The nearest point with no negative element."""
    return point.clamp(min=0.0)

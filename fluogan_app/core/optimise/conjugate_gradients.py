"""Linear equations of an operator that is only known by what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

Map = Callable[["torch.Tensor"], "torch.Tensor"]


def solved(
    apply: Map, right: torch.Tensor, start: torch.Tensor, conditioned: Map, steps: int, tolerance: float = 1e-10
) -> torch.Tensor:
    """The u with apply(u) = right for a symmetric positive operator, by preconditioned conjugate gradients.

    start: a guess. conditioned: what nearly undoes `apply`, symmetric and positive too. Ends after so many steps, or
    where the residual is below `tolerance` of the right side (Hestenes and Stiefel 1952).
    """
    found, left = start, right - apply(start)
    goal = tolerance * float(right.norm())
    direction, before = None, 1.0
    for _ in range(steps):
        if float(left.norm()) <= goal:
            break
        leaning = conditioned(left)
        size = float((left * leaning).sum())
        direction = leaning if direction is None else leaning + (size / before) * direction
        moved = apply(direction)
        length = size / float((direction * moved).sum())
        found, left, before = found + length * direction, left - length * moved, size
    return found

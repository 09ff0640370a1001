"""The largest singular value of an operator that is only known by what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def operator_norm(
    apply: Callable[[torch.Tensor], torch.Tensor],
    adjoint: Callable[[torch.Tensor], torch.Tensor],
    start: torch.Tensor,
    iterations: int = 100,
    tolerance: float = 1e-9,
) -> float:
    """‖K‖ from below: the square root of the largest eigenvalue of KᵀK, by power iteration from `start` ≠ 0."""
    vector, before = start / start.norm(), 0.0
    for _ in range(iterations):
        image = adjoint(apply(vector))
        value = float(image.norm())
        if value == 0.0 or abs(value - before) <= tolerance * value:
            break
        vector, before = image / value, value
    return value**0.5

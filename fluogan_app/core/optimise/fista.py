"""Accelerated proximal gradient steps with adaptive restart, for several blocks of unknowns at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

#: Momentum is dropped when the angle between it and the downhill direction has a cosine beyond this, uphill. At 0, a
#: rounding error near convergence decides; on bright stacks such a restart cost hundreds of steps.
CLEARLY_UPHILL = 0.1


@dataclass
class Accelerated:
    """Where an accelerated descent stands: per block the last point and the extrapolated one, and the momentum t."""

    points: tuple[torch.Tensor, ...]
    ahead: tuple[torch.Tensor, ...]
    momentum: torch.Tensor

    @classmethod
    def at(cls, *points: torch.Tensor) -> Accelerated:
        """At rest."""
        return cls(tuple(points), tuple(point.clone() for point in points), points[0].new_ones(()))


def accelerate(
    state: Accelerated, arrived: Sequence[torch.Tensor], metrics: Sequence[torch.Tensor | None]
) -> Accelerated:
    """Take over the points that the proximal steps arrived at, and extrapolate (Beck and Teboulle 2009).

    metrics: per block the diagonal of the majorant that was used as 1/step, so that the restart test is in the steps'
    own inner product: momentum is dropped where it points clearly uphill, cos(ahead − new, new − old) > CLEARLY_UPHILL
    (after O'Donoghue and Candès 2015). None for a block that only follows the others linearly. No host synchronisation.
    """
    moves = [new - old for new, old in zip(arrived, state.points)]
    uphill, corrections, lengths = (state.momentum.new_zeros(()) for _ in range(3))
    for ahead, new, move, metric in zip(state.ahead, arrived, moves, metrics):
        if metric is not None:
            correction, step, weight = (ahead - new).flatten(), move.flatten(), metric.flatten()
            weighted = weight * step
            uphill = uphill + torch.dot(correction, weighted)
            lengths = lengths + torch.dot(step, weighted)
            corrections = corrections + torch.dot(correction, weight * correction)
    restarts = uphill > CLEARLY_UPHILL * torch.sqrt(corrections * lengths)
    momentum = torch.where(restarts, torch.ones_like(state.momentum), state.momentum)
    following = 0.5 * (1.0 + torch.sqrt(1.0 + 4.0 * momentum**2))
    factor = (momentum - 1.0) / following
    ahead = tuple(move.mul_(factor).add_(new) for new, move in zip(arrived, moves))
    return Accelerated(tuple(arrived), ahead, following)

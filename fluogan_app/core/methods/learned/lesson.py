"""What is learned: a network, what one batch costs it, and how good it is on images that it never learns from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import torch


class Lesson(Protocol):
    """A network and its task. `kind` names the network's file (“denoiser”)."""

    kind: str
    network: torch.nn.Module

    def loss(self, random: torch.Generator) -> torch.Tensor:
        """The loss of one batch, 0-d, that `random`, a generator on the processor, picks and spoils."""

    def validation(self) -> Mapping[str, float]:
        """Measures on the images kept apart, each name ending in its unit; the first is judged by, lower is better."""

    def described(self) -> Mapping[str, Any]:
        """What it is trained on, in plain values for the record."""

"""Random numbers with a state that goes into a checkpoint. Never the global generator."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def make_generator(seed: int, device: str = "cpu") -> torch.Generator:
    """A generator of its own on a device, started from a seed."""
    import torch

    generator = torch.Generator(device=device)
    generator.manual_seed(seed)
    return generator


def generator_state(generator: torch.Generator) -> torch.Tensor:
    """The generator's state as a uint8 tensor on the CPU, a copy of its own."""
    return generator.get_state().clone()


def set_generator_state(generator: torch.Generator, state: torch.Tensor) -> None:
    """Go on from a kept state. Raises RuntimeError for a state of another kind of device."""
    generator.set_state(state.to("cpu", copy=True))

"""The generator of frames: photons are counted and the camera adds its own noise (2023 paper, eq. 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def draw_frames(
    mean: torch.Tensor, photon: torch.Tensor | float, read_noise: torch.Tensor | float, generator: torch.Generator
) -> torch.Tensor:
    """Frames with the given mean: y = photon · Poisson(mean / photon) + e, e ~ N(0, read_noise²).

    mean: any shape, ≥ 0. photon: size of one detected photon in the mean's unit (1 for photons, the gain for counts).
    read_noise: standard deviation in the mean's unit. Variance of the result: photon · mean + read_noise².
    """
    import torch

    counted = torch.poisson(mean / photon, generator=generator) * photon
    noise = torch.randn(mean.shape, generator=generator, device=mean.device, dtype=mean.dtype)
    return counted.addcmul_(noise, torch.as_tensor(read_noise, device=mean.device, dtype=mean.dtype))

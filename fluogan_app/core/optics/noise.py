"""The generators of frames: photons are counted and the camera adds its own noise; molecules may fluctuate too.

    2023 paper, eq. 4:  y = gain · Poisson(Ψx + b) + e
    2024 paper, eq. 1:  y = gain · Poisson(Ψ κPoisson(x/κ) + b) + e,  with κ photons per event (1 in the paper)
"""

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


def draw_emission(estimate: torch.Tensor, kappa: torch.Tensor | float, generator: torch.Generator) -> torch.Tensor:
    """Light of fluctuating molecules, κ Poisson(x/κ): mean x, variance κx, independent from fine pixel to fine pixel.

    estimate: x, any shape, ≥ 0. kappa: light of one event in x's unit, > 0.
    """
    import torch

    return torch.poisson(estimate / kappa, generator=generator).mul_(kappa)

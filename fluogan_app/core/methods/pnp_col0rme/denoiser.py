"""A denoiser that is a gradient step, D_σ = Id − ∇R_σ: a learned regulariser with an energy that can be looked at.

R_σ(z) = ½ ‖z − N_σ(z)‖² with a small network N_σ = Id − u_σ, so that R_σ = ½ ‖u_σ‖² and ∇R_σ(z) = J(z)ᵀ u_σ(z), J the
derivative of u_σ (Cohen et al. 2021; Hurault et al. 2022). Where ∇R_σ shrinks distances, D_σ is the proximal map of
φ_σ(D_σ(z)) = R_σ(z) − ½ ‖z − D_σ(z)‖².
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch.nn import functional

CHANNELS = 16
#: Distances between the taps of the layers' 3 × 3 kernels: full resolution throughout, so that the network knows no
#: grid of its own and a structure that moves by a fine pixel takes its image along.
DILATIONS = (1, 2, 3, 4, 3, 2, 1)
#: So far a fine pixel hears of others through u, and twice as far through ∇R.
REACH = sum(DILATIONS)
#: Side of the blocks in which a large image is worked on, in fine pixels: its layers stay in the processor's cache.
BLOCK = 256
#: Noise levels enter the network as multiples of this, in parts of the brightest value.
SIGMA_UNIT = 0.1


class ResidualNetwork(torch.nn.Module):
    """u_σ: (B, 1, Y, X) images and their noise σ (B,) to what is not like an image in them; nothing in gives nothing.

    A layer's activation is ELU(h + β) − ELU(β) with β = a + σ c of its own in each channel: smooth, and 0 at 0, so
    that dark surroundings and the field's border are the same to it.
    """

    def __init__(self, channels: int = CHANNELS, dilations: tuple[int, ...] = DILATIONS) -> None:
        super().__init__()
        sides = [1, *[channels] * (len(dilations) - 1), 1]
        self._dilations = dilations
        self.kernels = torch.nn.ParameterList(
            torch.nn.Parameter(torch.zeros(after, before, 3, 3)) for before, after in zip(sides, sides[1:])
        )
        inner = len(dilations) - 1
        self.thresholds = torch.nn.ParameterList(torch.nn.Parameter(torch.zeros(channels)) for _ in range(inner))
        self.noise_slopes = torch.nn.ParameterList(torch.nn.Parameter(torch.zeros(channels)) for _ in range(inner))

    @classmethod
    def of(cls, tensors: Mapping[str, torch.Tensor]) -> ResidualNetwork:
        """A network of weights that are learned, to be used and not to be changed."""
        network = cls()
        network.load_state_dict(dict(tensors))
        return network.requires_grad_(False)

    @classmethod
    def drawn(cls, random: torch.Generator, channels: int = CHANNELS) -> ResidualNetwork:
        """First weights at random, as He et al. (2015) scale them; the last layer small, so that D begins near Id."""
        network = cls(channels)
        with torch.no_grad():
            for number, kernel in enumerate(network.kernels):
                inputs = kernel[0].numel()
                last = 0.3 if number == len(network.kernels) - 1 else 1.0
                kernel.copy_(last * (2.0 / inputs) ** 0.5 * torch.randn(kernel.shape, generator=random))
            for thresholds in network.thresholds:
                thresholds.copy_(0.1 * torch.randn(thresholds.shape, generator=random))
        return network

    def forward(self, images: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        """What does not belong to the images, (B, 1, Y, X)."""
        features, level = images, (sigma / SIGMA_UNIT)[:, None]
        for kernel, dilation, threshold, slope in zip(
            self.kernels, self._dilations, self.thresholds, self.noise_slopes
        ):
            features = functional.conv2d(features, kernel, padding=dilation, dilation=dilation)
            shift = (threshold + level * slope)[:, :, None, None]
            features = functional.elu(features + shift) - functional.elu(shift)
        dilation = self._dilations[-1]
        return functional.conv2d(features, self.kernels[-1], padding=dilation, dilation=dilation)


def shapes_of(network: torch.nn.Module) -> Mapping[str, tuple[int, ...]]:
    """The shapes of a network's weights by name, which a file of it must hold."""
    return {name: tuple(weight.shape) for name, weight in network.named_parameters()}


def regulariser_gradient(
    network: ResidualNetwork, images: torch.Tensor, sigma: torch.Tensor, learn: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """R_σ of each image, (B,), and ∇R_σ, (B, 1, Y, X); with `learn` both can be differentiated by the weights."""
    with torch.enable_grad():
        seen = images if learn and images.requires_grad else images.detach().requires_grad_()
        residual = network(seen, sigma)
        energy = 0.5 * residual.square().sum(dim=(1, 2, 3))
        (gradient,) = torch.autograd.grad(energy.sum(), seen, create_graph=learn)
    return (energy, gradient) if learn else (energy.detach(), gradient)


@torch.no_grad()
def denoised(
    network: ResidualNetwork, image: torch.Tensor, sigma: float, scale: float, strength: float = 1.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """D_μ,σ(z) = D_σ(μz)/μ of an image (Y, X), and R_σ(μz)/μ², 0-d float64, for μ = `scale` (Xu et al. 2020).

    `strength` multiplies R: 1 as learned. A large image is worked on in blocks, which changes nothing but the memory.
    """
    level = torch.full((1,), sigma, dtype=image.dtype, device=image.device)
    result, total = torch.empty_like(image), torch.zeros((), dtype=torch.float64, device=image.device)
    for rows in _stretches(image.shape[0]):
        for columns in _stretches(image.shape[1]):
            y, x = _around(rows, image.shape[0]), _around(columns, image.shape[1])
            part = scale * image[y[0] : y[1], x[0] : x[1]]
            residual, gradient = _residual_and_gradient(network, part[None, None], level)
            inner = (
                slice(rows[0] - y[0], rows[1] - y[0]),
                slice(columns[0] - x[0], columns[1] - x[0]),
            )
            block = slice(*rows), slice(*columns)
            result[block] = image[block] - strength / scale * gradient[0, 0][inner]
            total += residual[0, 0][inner].double().square().sum()
    return result, 0.5 * strength / scale**2 * total


def _residual_and_gradient(
    network: ResidualNetwork, images: torch.Tensor, sigma: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """u_σ(z) and J(z)ᵀ u_σ(z), both (B, 1, Y, X)."""
    with torch.enable_grad():
        seen = images.detach().requires_grad_()
        residual = network(seen, sigma)
        (gradient,) = torch.autograd.grad(residual, seen, residual.detach())
    return residual.detach(), gradient


def _stretches(length: int) -> list[tuple[int, int]]:
    """Stretches of about BLOCK that cover an axis."""
    count = max(1, round(length / BLOCK))
    edges = [length * number // count for number in range(count + 1)]
    return list(zip(edges, edges[1:]))


def _around(stretch: tuple[int, int], length: int) -> tuple[int, int]:
    """The stretch with all that its gradient hears of."""
    return max(0, stretch[0] - 2 * REACH), min(length, stretch[1] + 2 * REACH)

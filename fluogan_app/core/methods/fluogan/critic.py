"""The critic D: a small convolutional network on standardised patches, trained as eq. (15) says, with Adam.

Parameters and Adam's moments are plain tensors by name, so that they live in the run's state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch.nn import functional as F

Weights = dict[str, torch.Tensor]

#: Adam's decay rates as Wasserstein critics want them: no momentum against a moving opponent (Gulrajani et al. 2017).
BETA1, BETA2, EPSILON = 0.0, 0.9, 1e-8
SLOPE = 0.2


@dataclass(frozen=True)
class CriticShape:
    """Side of a patch in camera pixels, channels of the first of three layers, and "linear" or "sigmoid" at the end."""

    patch: int
    channels: int
    head: str

    @property
    def features(self) -> int:
        """Numbers that the fully connected layers get."""
        return 4 * self.channels * max(1, self.patch // 8) ** 2


def initial_weights(shape: CriticShape, generator: torch.Generator) -> Weights:
    """Random weights that keep the variance of what passes through (He et al. 2015), on the generator's device."""
    first = shape.channels
    sizes = {
        "conv1": (first, 2, 3, 3), "conv2": (2 * first, first, 3, 3), "conv3": (4 * first, 2 * first, 3, 3),
        "full1": (64, shape.features), "full2": (1, 64),
    }  # fmt: skip
    weights = {}
    for name, size in sizes.items():
        fan_in = torch.Size(size[1:]).numel()
        gain = (2.0 / (1.0 + SLOPE**2) / fan_in) ** 0.5
        weights[name] = gain * torch.randn(size, generator=generator, device=generator.device)
        weights[name + "_bias"] = torch.zeros(size[0], device=generator.device)
    return weights


def scores(
    weights: Mapping[str, torch.Tensor], shape: CriticShape, patches: torch.Tensor, scene: torch.Tensor
) -> torch.Tensor:
    """D of standardised patches (N, P, P), each beside what the mean frame shows there (N, P, P). Returns (N,)."""
    hidden = torch.stack((patches, scene), dim=1)
    for name in ("conv1", "conv2", "conv3"):
        hidden = F.leaky_relu(F.conv2d(hidden, weights[name], weights[name + "_bias"], padding=1), SLOPE)
        hidden = F.avg_pool2d(hidden, 2) if min(hidden.shape[2:]) > 1 else hidden
    hidden = F.leaky_relu(F.linear(hidden.flatten(1), weights["full1"], weights["full1_bias"]), SLOPE)
    score = F.linear(hidden, weights["full2"], weights["full2_bias"]).squeeze(1)
    return torch.sigmoid(score) if shape.head == "sigmoid" else score


def critic_loss(
    weights: Mapping[str, torch.Tensor], shape: CriticShape, real: torch.Tensor, simulated: torch.Tensor,
    scene: torch.Tensor, mix: torch.Tensor, penalty: float,
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:  # fmt: skip
    """Eq. (15), as means over the batch: D(y_sim) − D(y_real) + λ (‖∇D(y_mix)‖ − 1)². `mix` η: (N, 1, 1) in [0, 1]."""
    both = scores(weights, shape, torch.cat((real, simulated)), torch.cat((scene, scene)))
    on_real, on_simulated = both[: len(real)].mean(), both[len(real) :].mean()
    between = (mix * real + (1.0 - mix) * simulated).requires_grad_()
    (slope,) = torch.autograd.grad(scores(weights, shape, between, scene).sum(), between, create_graph=True)
    excess = ((slope.flatten(1).norm(dim=1) - 1.0) ** 2).mean()
    loss = on_simulated - on_real + penalty * excess
    return loss, {
        "loss_critic": loss.detach(),
        "critic_real": on_real.detach(),
        "critic_simulated": on_simulated.detach(),
        "gradient_penalty": penalty * excess.detach(),
    }


def adam_step(
    weights: Weights, gradients: Weights, first: Weights, second: Weights, count: torch.Tensor, rate: float
) -> None:
    """One step of Adam (Kingma and Ba 2015), in place. `count` is the number of this step, from 1, as a 0-d tensor."""
    correction1, correction2 = 1.0 - BETA1**count, 1.0 - BETA2**count
    for name, gradient in gradients.items():
        first[name].mul_(BETA1).add_(gradient, alpha=1.0 - BETA1)
        second[name].mul_(BETA2).addcmul_(gradient, gradient, value=1.0 - BETA2)
        scale = (second[name] / correction2).sqrt_().add_(EPSILON)
        weights[name].sub_(rate * (first[name] / correction1) / scale)

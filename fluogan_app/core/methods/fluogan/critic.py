"""The critic D: a convolutional network with three layers and two fully connected ones, and the steps of Adam.

Parameters and Adam's moments are plain tensors by name, so that they live in the run's state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch.nn import functional as F

from fluogan_app.core.methods.fluogan.critic_layers import (
    Choice, Convolution, FirstConvolution, Kink, Pooling, pooled,
)  # fmt: skip

Weights = dict[str, torch.Tensor]
CONVOLUTIONS = ("conv1", "conv2", "conv3")

#: Adam's decay rates as Wasserstein critics want them: no momentum against a moving opponent (Gulrajani et al. 2017).
BETA1, BETA2, EPSILON = 0.0, 0.9, 1e-8


@dataclass(frozen=True)
class CriticShape:
    """What the critic sees and is made of.

    size_yx: camera pixels of what it judges. inputs: 1 for frames alone, 2 with the scene beside. channels: of the
    first of three layers, which double. kernel: side of the convolutions; padded: with zeros, so that they keep the
    size. slope: of the kink below 0. hidden: units between the fully connected layers. head: what is done at the end.
    """

    size_yx: tuple[int, int]
    inputs: int
    channels: int
    kernel: int
    padded: bool
    pooling: Pooling
    slope: float
    hidden: int
    head: Literal["linear", "sigmoid"]

    @property
    def padding(self) -> int:
        """Zeros beyond each border."""
        return self.kernel // 2 if self.padded else 0

    @property
    def map_yx(self) -> tuple[int, int]:
        """Pixels of the last layer; 0 or less where the convolutions do not fit."""
        rows, columns = self.size_yx
        for _ in CONVOLUTIONS:
            rows, columns = (n + 2 * self.padding - self.kernel + 1 for n in (rows, columns))
            if min(rows, columns) > 1:
                rows, columns = rows // 2, columns // 2
        return rows, columns


def initial_weights(shape: CriticShape, generator: torch.Generator) -> Weights:
    """Random weights that keep the variance of what passes through (He et al. 2015), on the generator's device."""
    first, side = shape.channels, (shape.kernel, shape.kernel)
    rows, columns = shape.map_yx
    sizes = {
        "conv1": (first, shape.inputs, *side), "conv2": (2 * first, first, *side),
        "conv3": (4 * first, 2 * first, *side), "full1": (shape.hidden, 4 * first * rows * columns),
        "full2": (1, shape.hidden),
    }  # fmt: skip
    weights = {}
    for name, size in sizes.items():
        fan_in = torch.Size(size[1:]).numel()
        gain = (2.0 / (1.0 + shape.slope**2) / fan_in) ** 0.5
        weights[name] = gain * torch.randn(size, generator=generator, device=generator.device)
        weights[name + "_bias"] = torch.zeros(size[0], device=generator.device)
    return weights


@dataclass(frozen=True)
class Passed:
    """What the network did with its inputs: what each layer was given, and each layer's linear map there.

    raw: (N,) before the head. size_yx: of the images.
    """

    raw: torch.Tensor
    given: list[torch.Tensor]
    convolutions: list[FirstConvolution | Convolution]
    kinks: list[Kink | Choice]
    full_given: list[torch.Tensor]
    full_kink: torch.Tensor


def passed(weights: Mapping[str, torch.Tensor], shape: CriticShape, images: torch.Tensor) -> Passed:
    """Send images (N, inputs, Y, X) through the network, up to its head."""
    first, *rest = (weights[name] for name in CONVOLUTIONS)
    start = FirstConvolution(first, shape.padding)
    convolutions = [start, *(Convolution(kernels, shape.padding) for kernels in rest)]
    given, kinks, field = [], [], start.taps(images)
    for name, convolution in zip(CONVOLUTIONS, convolutions):
        given.append(field)
        field, kink = pooled(convolution.apply(field, weights[name + "_bias"]), shape.slope, shape.pooling)
        kinks.append(kink)
    flat = field.flatten(1)
    hidden = F.linear(flat, weights["full1"], weights["full1_bias"])
    full_kink = torch.where(hidden > 0, 1.0, shape.slope).to(hidden.dtype)
    hidden = hidden * full_kink
    raw = F.linear(hidden, weights["full2"], weights["full2_bias"]).squeeze(1)
    return Passed(raw, given, convolutions, kinks, [flat, hidden], full_kink)


def scores(
    weights: Mapping[str, torch.Tensor], shape: CriticShape, patches: torch.Tensor, scene: torch.Tensor | None = None
) -> torch.Tensor:
    """D of standardised patches (N, Y, X), each beside what the mean frame shows there (N, Y, X). Returns (N,)."""
    raw = passed(weights, shape, as_inputs(shape, patches, scene)).raw
    return torch.sigmoid(raw) if shape.head == "sigmoid" else raw


def as_inputs(shape: CriticShape, patches: torch.Tensor, scene: torch.Tensor | None) -> torch.Tensor:
    """(N, inputs, Y, X)."""
    return patches[:, None] if shape.inputs == 1 else torch.stack((patches, scene), dim=1)


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

"""The critic's layers around a given input, where they are linear maps: forth along a direction, back for gradients.

All the nonlinearities are kinks and choices of the largest of four, so that a layer's derivative does not change in a
neighbourhood; eq. (15) needs derivatives of derivatives, and these maps give them without differentiating twice.
Tensors are (N, Y, X, channels): what belongs to a pixel lies together, as convolutions compute fastest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch.nn import functional as F
from torch.nn.grad import conv2d_input, conv2d_weight

Pooling = Literal["mean", "max"]


@dataclass(frozen=True)
class Kink:
    """max(z, slope·z) at a point, then the mean of 2 × 2 pixels: `forth` along a direction, `back` its adjoint."""

    factor: torch.Tensor
    halved: bool

    def forth(self, direction: torch.Tensor) -> torch.Tensor:
        """(N, Y, X, C) → (N, Y/2, X/2, C)."""
        passed = direction * self.factor
        return 0.25 * sum(_quarters(passed)) if self.halved else passed

    def back(self, gradient: torch.Tensor) -> torch.Tensor:
        """(N, Y/2, X/2, C) → (N, Y, X, C)."""
        if not self.halved:
            return gradient * self.factor
        spread = torch.zeros_like(self.factor)
        for part, factor in zip(_quarters(spread), _quarters(self.factor)):
            torch.mul(gradient, factor, out=part)
        return spread.mul_(0.25)

    def at(self, part: slice) -> Kink:
        """For some of the images."""
        return Kink(self.factor[part], self.halved)


@dataclass(frozen=True)
class Choice:
    """The largest of 2 × 2 pixels, then max(z, slope·z): the same, at a point where these pixels were the largest."""

    factor: torch.Tensor
    places: torch.Tensor
    shape: torch.Size

    def forth(self, direction: torch.Tensor) -> torch.Tensor:
        """(N, Y, X, C) → (N, Y/2, X/2, C)."""
        return direction.flatten(1, 2).gather(1, self.places).view_as(self.factor) * self.factor

    def back(self, gradient: torch.Tensor) -> torch.Tensor:
        """(N, Y/2, X/2, C) → (N, Y, X, C)."""
        spread = gradient.new_zeros(self.shape)
        spread.flatten(1, 2).scatter_(1, self.places, (gradient * self.factor).flatten(1, 2))
        return spread

    def at(self, part: slice) -> Choice:
        """For some of the images."""
        factor = self.factor[part]
        return Choice(factor, self.places[part], torch.Size((len(factor), *self.shape[1:])))


def pooled(field: torch.Tensor, slope: float, pooling: Pooling) -> tuple[torch.Tensor, Kink | Choice]:
    """A layer's response after kink and pooling, and both as a linear map there. A single row or column stays."""
    halved = min(field.shape[1:3]) > 1
    if pooling == "mean" or not halved:
        kink = Kink(_factor(field, slope), halved)
        return kink.forth(field), kink
    with_channels_first = field.permute(0, 3, 1, 2)
    top, places = F.max_pool2d(with_channels_first, 2, return_indices=True)
    top, places = top.permute(0, 2, 3, 1), places.permute(0, 2, 3, 1).flatten(1, 2)
    factor = _factor(top, slope)
    return top * factor, Choice(factor, places, field.shape)


def _factor(field: torch.Tensor, slope: float) -> torch.Tensor:
    """1 where positive, else the slope."""
    # Written as numbers at once: choosing between two is ten times slower than the rest of the layer's arithmetic.
    positive = torch.gt(field.detach(), 0.0, out=torch.empty_like(field, requires_grad=False))
    return positive.mul_(1.0 - slope).add_(slope) if slope else positive


def _quarters(field: torch.Tensor) -> list[torch.Tensor]:
    """The four pixels of all blocks of 2 × 2, as views; a last odd row or column is left out."""
    rows, columns = field.shape[1] // 2 * 2, field.shape[2] // 2 * 2
    return [field[:, i:rows:2, j:columns:2] for i in (0, 1) for j in (0, 1)]


@dataclass(frozen=True)
class Convolution:
    """A convolution of many channels: kernels (out, in, K, K), zeros beyond the border where padded."""

    kernels: torch.Tensor
    padding: int

    def apply(self, field: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
        """(N, Y, X, in) → (N, Y′, X′, out)."""
        return _last(F.conv2d(_first(field), self._kernels, bias, padding=self.padding))

    def adjoint(self, gradient: torch.Tensor, shape: torch.Size) -> torch.Tensor:
        """(N, Y′, X′, out) → `shape` (N, Y, X, in)."""
        sizes = (shape[0], shape[3], *shape[1:3])
        return _last(conv2d_input(sizes, self._kernels, _first(gradient), padding=self.padding))

    def weight_gradient(self, field: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
        """Σ gradient · ∂apply(field)/∂kernels, like the kernels."""
        return conv2d_weight(_first(field), self.kernels.shape, _first(gradient), padding=self.padding)

    @property
    def _kernels(self) -> torch.Tensor:
        return self.kernels.contiguous(memory_format=torch.channels_last)


@dataclass(frozen=True)
class FirstConvolution:
    """The same for the one or two images that go in, as a product of matrices: each pixel's K × K surroundings, `taps`.

    Convolution routines are made for many channels; on the input's few they reach a tenth of their rate.
    """

    kernels: torch.Tensor
    padding: int

    def taps(self, images: torch.Tensor) -> torch.Tensor:
        """(N, in, Y, X) → (N, Y′, X′, in·K·K), in memory one shifted image after another."""
        side, padded = self.kernels.shape[-1], F.pad(images, (self.padding,) * 4)
        rows, columns = (length - side + 1 for length in padded.shape[2:])
        taps = [
            image[:, i : i + rows, j : j + columns]
            for image in padded.unbind(dim=1) for i in range(side) for j in range(side)
        ]  # fmt: skip
        return torch.stack(taps).permute(1, 2, 3, 0)

    def apply(self, taps: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
        """(N, Y′, X′, in·K·K) → (N, Y′, X′, out)."""
        matrix, flat = self.kernels.flatten(1).T, taps.flatten(0, 2)
        field = flat @ matrix if bias is None else torch.addmm(bias, flat, matrix)
        return field.view(*taps.shape[:3], -1)

    def adjoint(self, gradient: torch.Tensor, shape_yx: tuple[int, int]) -> torch.Tensor:
        """What reaches the first image: (N, Y′, X′, out) → (N, Y, X)."""
        count, rows, columns, out = gradient.shape
        side, pad = self.kernels.shape[-1], self.padding
        arriving = self.kernels[:, 0].flatten(1).T @ gradient.reshape(-1, out).T
        arriving = arriving.view(side, side, count, rows, columns)
        image = gradient.new_zeros(count, rows + side - 1, columns + side - 1)
        for i in range(side):
            for j in range(side):
                image[:, i : i + rows, j : j + columns] += arriving[i, j]
        return image[:, pad : pad + shape_yx[0], pad : pad + shape_yx[1]]

    def weight_gradient(self, taps: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
        """Σ gradient · ∂apply(taps)/∂kernels, like the kernels."""
        return (gradient.flatten(0, 2).T @ taps.flatten(0, 2)).view_as(self.kernels)


def _first(field: torch.Tensor) -> torch.Tensor:
    return field.permute(0, 3, 1, 2)


def _last(field: torch.Tensor) -> torch.Tensor:
    return field.permute(0, 2, 3, 1)

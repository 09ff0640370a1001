"""SPARCOM's iterations as a network of a few folds, whose kernels and thresholds are learned.

    x_0 = T_0(K g),   x_k+1 = T_k+1(z_k + K g − W_k z_k),   z_k = x_k + m_k (x_k − x_k-1)

(Dardikman-Yoffe and Eldar 2020, without momentum: m_k = 0; with it ten folds come as far as FISTA does).

g is the image of correlations, K and W_k take the place of the step times Aᵀ and M, each radially symmetric, and T_k
that of the threshold. On a grid of pixels of one size in widths of the PSF, both are convolutions. As published, T is a
smooth threshold; θ_k, there a part of the image's highest percentile, is here a part of the brightness around and a
multiple of the noise, so that a picture does not depend on what lies far away in it.
"""

from __future__ import annotations

import math

import torch

from fluogan_app.core.methods.lsparcom.grid import PIXELS_PER_FWHM
from fluogan_app.core.units import FWHM_PER_SIGMA

#: Sides of the kernels K and W_k, and folds, as published.
FIRST_SIDE, FOLD_SIDE, FOLDS = 25, 29, 10
SIGMA = PIXELS_PER_FWHM / FWHM_PER_SIGMA
#: Kernels are kept in units of the highest value of the blur's, so that one learning rate fits all weights.
UNIT = 1.0 / (2.0 * math.pi * SIGMA**2)
#: The brightness around is the 4-norm in a window as wide as the PSF, which bright places decide.
NORM_POWER = 4
#: What the network knows of a place lies within so many of its pixels, most of it much nearer.
REACH = 60
#: Where a fold's thresholds begin: part of the brightness around, multiple of the noise, steepness; no soft part.
START = {"bright": 0.05, "noisy": 0.5, "steep": 4.0, "soft": 0.0}


class RadialKernel(torch.nn.Module):
    """A kernel (side, side) that depends on the distance from its middle alone."""

    def __init__(self, side: int, sigma: float) -> None:
        """Begins as a Gaussian of this σ with sum 1, or as the identity for σ = 0."""
        super().__init__()
        self.side = side
        axis = torch.arange(side) - side // 2
        squares = axis[:, None] ** 2 + axis[None, :] ** 2
        distances, places = torch.unique(squares, return_inverse=True)
        self.register_buffer("places", places, persistent=False)
        values = torch.exp(-0.5 * distances / sigma**2) if sigma > 0 else (distances == 0).float()
        self.values = torch.nn.Parameter((values / values[places].sum() / UNIT).float())

    def forward(self) -> torch.Tensor:
        """The kernel."""
        return UNIT * self.values[self.places]


class Fold(torch.nn.Module):
    """The smooth threshold T: ReLU(x − soft · s) / (1 + exp(−steep (x / θ − 1))), θ = bright · s + noisy · n."""

    def __init__(self) -> None:
        super().__init__()
        for name, value in START.items():
            self.register_parameter(name, torch.nn.Parameter(torch.tensor(value)))

    def forward(self, image: torch.Tensor, around: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """T of an image; around: the brightness s, noise: n, each (…, H, W)."""
        threshold = self.bright.clamp(min=0.0) * around + self.noisy.clamp(min=0.0) * noise
        gate = torch.sigmoid(self.steep * (image / threshold.clamp(min=1e-12) - 1.0))
        return torch.relu(image - self.soft * around) * gate


class Unfolding(torch.nn.Module):
    """K, W_1 … W_10, and the thresholds. Images are (…, H, W) on the network's grid, scaled to be about 1."""

    def __init__(self, blurred: bool, folds: int = FOLDS) -> None:
        """blurred: whether g is a variance image, that Aᵀ has still to be applied to, or Aᵀ of covariances."""
        super().__init__()
        self.first = RadialKernel(FIRST_SIDE, SIGMA / math.sqrt(2.0) if blurred else 0.0)
        self.kernels = torch.nn.ModuleList(RadialKernel(FOLD_SIDE, SIGMA) for _ in range(folds))
        self.thresholds = torch.nn.ModuleList(Fold() for _ in range(folds + 1))
        self.momentum = torch.nn.Parameter(_momentum(folds))
        self.scale = torch.nn.Parameter(torch.tensor(1.0))

    @property
    def folds(self) -> int:
        """How many."""
        return len(self.kernels)

    def forward(self, heard: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """Sources from the image of correlations g and its standard deviation by noise."""
        start, around = self.begin(heard)
        before = image = self.thresholds[0](start, around, noise)
        for number in range(self.folds):
            before, image = image, self.fold(number, (before, image), start, around, noise)
        return self.scale * image

    def begin(self, heard: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """K g, and the brightness around each place."""
        start = convolved(heard, self.first())
        return start, brightness_around(start)

    def fold(
        self,
        number: int,
        images: tuple[torch.Tensor, torch.Tensor],
        start: torch.Tensor,
        around: torch.Tensor,
        noise: torch.Tensor,
    ) -> torch.Tensor:
        """x_k+1 from x_k-1 and x_k."""
        before, image = images
        ahead = image + self.momentum[number] * (image - before)
        moved = ahead + start - convolved(ahead, self.kernels[number]())
        return self.thresholds[number + 1](moved, around, noise)


def _momentum(folds: int) -> torch.Tensor:
    """That of FISTA, (t_k − 1) / t_k+1, (folds,), at which training begins."""
    times = [1.0]
    for _ in range(folds):
        times.append(0.5 * (1.0 + math.sqrt(1.0 + 4.0 * times[-1] ** 2)))
    return torch.tensor([(now - 1.0) / following for now, following in zip(times, times[1:])])


def convolved(image: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """The convolution of images (…, H, W) with a kernel of odd sides, by Fourier transforms; nothing lies beyond."""
    half = len(kernel) // 2
    sizes = [_quick(length + 2 * half) for length in image.shape[-2:]]
    product = torch.fft.rfft2(image, s=sizes) * torch.fft.rfft2(kernel, s=sizes)
    found = torch.fft.irfft2(product, s=sizes)
    return found[..., half : half + image.shape[-2], half : half + image.shape[-1]]


def brightness_around(image: torch.Tensor) -> torch.Tensor:
    """The 4-norm of an image within a Gaussian window of the PSF's own width around each place."""
    scale = image.detach().abs().amax(dim=(-2, -1), keepdim=True).clamp(min=1e-30)
    axis = torch.arange(-3 * int(SIGMA + 1), 3 * int(SIGMA + 1) + 1, dtype=image.dtype, device=image.device)
    window = torch.exp(-0.5 * (axis / SIGMA) ** 2)
    window = torch.outer(window, window)
    power = convolved((image / scale) ** NORM_POWER, window / window.sum()).clamp(min=1e-12)
    return scale * power ** (1.0 / NORM_POWER)


def _quick(length: int) -> int:
    """The next length of small prime factors."""
    while not _smooth(length):
        length += 1
    return length


def _smooth(number: int) -> bool:
    for factor in (2, 3, 5):
        while number % factor == 0:
            number //= factor
    return number == 1

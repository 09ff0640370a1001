"""The same steps written plainly, as the measure of what the program's own ways gain: a dense convolution with stride
on the fine grid, and automatic differentiation for every gradient, as the published program does it.

Nothing here serves a reconstruction: weights are fixed, since only time and memory are looked at.
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from fluogan_app.core.optics.psf import gaussian_axis_matrix

#: The kernel reaches so many σ of the PSF: 66 × 66 fine pixels at zoom 6, FWHM 324 nm and pixels of 100 nm.
REACH_SIGMAS = 3.9
#: The published critic: side of its kernels, channels of its three layers, units of its hidden layer, frames a step.
KERNEL, CHANNELS, HIDDEN, BATCH = 5, (32, 64, 128), 10, 32
PENALTY = 10.0
#: Constants that only have to keep the numbers finite.
SPARSITY, SMOOTHNESS, ADAM_RATE = 1e-3, 1e-2, 1e-4


def plain_kernel(zoom: int, sigma_pixels: float) -> np.ndarray:
    """Light of the fine pixels around a camera pixel in it, (side, side), side an odd multiple of zoom; sum zoom²."""
    reach = int(np.ceil(REACH_SIGMAS * sigma_pixels - 0.5))
    pixels = 4 * reach + 1
    middle = gaussian_axis_matrix(pixels, zoom, sigma_pixels)[2 * reach]
    seen = middle[reach * zoom : (3 * reach + 1) * zoom]
    return np.outer(seen, seen)


class PlainBlur:
    """Ψ as one convolution with stride on the fine grid, mirrored at the borders."""

    def __init__(self, zoom: int, sigma_pixels: float, device: str = "cpu", dtype: torch.dtype = torch.float32) -> None:
        self._zoom = zoom
        self._kernel = torch.tensor(plain_kernel(zoom, sigma_pixels), dtype=dtype, device=device)[None, None]
        self._margin = (self._kernel.shape[-1] - zoom) // 2

    def __call__(self, fine: torch.Tensor) -> torch.Tensor:
        """(LY, LX) → (Y, X), followed by autograd."""
        padded = F.pad(fine[None, None], (self._margin,) * 4, mode="reflect")
        return F.conv2d(padded, self._kernel, stride=self._zoom)[0, 0]


class PublishedCritic:
    """Three convolutions with max pooling and ReLU, two fully connected layers and a sigmoid (2023 paper, § 4.3)."""

    def __init__(self, shape_yx: tuple[int, int], device: str) -> None:
        self.weights, (height, width) = [], shape_yx
        for given, made in zip((1, *CHANNELS), CHANNELS):
            self._add((made, given, KERNEL, KERNEL), device)
            height, width = ((side - KERNEL + 1) // 2 for side in (height, width))
        self._add((HIDDEN, CHANNELS[-1] * height * width), device)
        self._add((1, HIDDEN), device)

    def _add(self, size: tuple[int, ...], device: str) -> None:
        weight = torch.randn(size, device=device) * float(np.prod(size[1:])) ** -0.5
        self.weights += [weight.requires_grad_(), torch.zeros(size[0], device=device, requires_grad=True)]

    def __call__(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, 1, Y, X) → (N, 1)."""
        *convolutions, (full, full_bias), (last, last_bias) = zip(self.weights[::2], self.weights[1::2])
        for weight, bias in convolutions:
            frames = F.relu(F.max_pool2d(F.conv2d(frames, weight, bias), 2))
        return torch.sigmoid(F.linear(F.relu(F.linear(frames.flatten(1), full, full_bias)), last, last_bias))


class PlainFit:
    """Steps of the mean fit (δ = 0) or against the published critic (δ = 1) on frames (T, Y, X) in photons."""

    def __init__(self, frames: np.ndarray, zoom: int, sigma_pixels: float, delta: int, device: str) -> None:
        self._frames = torch.from_numpy(np.asarray(frames, np.float32)).to(device)
        self._mean = self._frames.mean(dim=0)
        height, width = self._mean.shape
        self._blur = PlainBlur(zoom, sigma_pixels, device)
        even = self._mean.mean() / 2
        self._estimate = even.expand(zoom * height, zoom * width).div(zoom**2).clone().requires_grad_()
        self._background = even.expand(height, width).clone().requires_grad_()
        self._before = self._estimate.detach().clone(), self._background.detach().clone()
        self._number, self._step_size = 0, 0.5 / (zoom**2 + 1)
        if delta:
            torch.manual_seed(0)
            self._critic = PublishedCritic((height, width), device)
            self._adam = torch.optim.Adam(self._critic.weights, ADAM_RATE)
        self.step = self._against_critic if delta else self._mean_fit

    def _mean_fit(self) -> torch.Tensor:
        """One accelerated proximal gradient step on the closed-form data term; returns the loss."""
        light = self._blur(self._estimate) + self._background
        return self._descend(0.5 * (light - self._mean).square().sum())

    def _against_critic(self) -> torch.Tensor:
        """One step of the critic and one of the simulator on a batch; returns the simulator's loss."""
        light = self._blur(self._estimate) + self._background
        chosen = torch.randint(len(self._frames), (BATCH,)).to(light.device)
        real = self._frames[chosen][:, None]
        self._train(real, self._drawn(light.detach()))
        drawn = self._drawn(light)
        data = 0.5 * (drawn - real).square().sum() / BATCH
        return self._descend(data - self._critic(drawn).sum() / BATCH)

    def _drawn(self, light: torch.Tensor) -> torch.Tensor:
        """Frames from the simulator, (B, 1, Y, X); their gradient is the mean's (2023 paper, eq. 19)."""
        mean = light.expand(BATCH, 1, *light.shape)
        return mean + (torch.poisson(mean.detach()) - mean.detach())

    def _train(self, real: torch.Tensor, drawn: torch.Tensor) -> None:
        """One step of Adam on eq. (15)."""
        mix = torch.rand(BATCH, 1, 1, 1, device=real.device)
        between = (mix * real + (1.0 - mix) * drawn).requires_grad_()
        (slope,) = torch.autograd.grad(self._critic(between).sum(), between, create_graph=True)
        penalty = PENALTY * (slope.flatten(1).norm(dim=1) - 1.0).square().sum()
        loss = self._critic(drawn).sum() - self._critic(real).sum() + penalty
        self._adam.zero_grad()
        loss.backward()
        self._adam.step()

    def _descend(self, data: torch.Tensor) -> torch.Tensor:
        b = self._background
        smooth = torch.diff(b, dim=0).square().sum() + torch.diff(b, dim=1).square().sum()
        loss = data + SPARSITY * self._estimate.sum() + 0.5 * SMOOTHNESS * smooth
        gradients = torch.autograd.grad(loss, (self._estimate, b))
        self._number += 1
        share = (self._number - 1) / (self._number + 2)
        with torch.no_grad():
            for ahead, before, gradient in zip((self._estimate, b), self._before, gradients):
                arrived = (ahead - self._step_size * gradient).clamp(min=0.0)
                ahead.copy_(arrived + share * (arrived - before))
                before.copy_(arrived)
        return loss.detach()


class BareConvolutions:
    """The published critic's convolutions and nothing else: how fast this machine can do them at best."""

    def __init__(self, shape_yx: tuple[int, int], device: str) -> None:
        height, width = shape_yx
        self._pairs = []
        for given, made in zip((1, *CHANNELS), CHANNELS):
            pair = torch.randn(BATCH, given, height, width), 0.01 * torch.randn(made, given, KERNEL, KERNEL)
            self._pairs.append(tuple(_for_convolutions(part, device) for part in pair))
            height, width = ((side - KERNEL + 1) // 2 for side in (height, width))
        self._arriving = [_for_convolutions(torch.randn_like(F.conv2d(*pair)), device) for pair in self._pairs]

    def step(self) -> None:
        """Each convolution forth, back to its weights, and back to its inputs where another layer is before it."""
        for number, ((images, weight), arriving) in enumerate(zip(self._pairs, self._arriving)):
            made = F.conv2d(images.requires_grad_(number > 0), weight.requires_grad_())
            torch.autograd.grad(made, [weight, images][: 2 if number else 1], arriving)


def _for_convolutions(part: torch.Tensor, device: str) -> torch.Tensor:
    return part.to(device=device, memory_format=torch.channels_last)

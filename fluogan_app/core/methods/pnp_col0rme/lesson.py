"""What the denoiser learns: simulated covariance images from themselves with noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from fluogan_app.core.methods.pnp_col0rme.covariance_images import FRAMES, PATTERNS, covariance_images
from fluogan_app.core.methods.pnp_col0rme.denoiser import (
    CHANNELS,
    DILATIONS,
    ResidualNetwork,
    regulariser_gradient,
)
from fluogan_app.core.methods.pnp_col0rme.training_params import DenoiserTraining
from fluogan_app.core.rng import make_generator

#: Grains reach so many pixels to each side at the most.
LARGEST_GRAIN = 3
#: Beyond this, stretching by ∇R costs something: below 1, so that what was never seen has some room.
LARGEST_STRETCH = 0.9
#: Images of a batch on which stretching is looked at, and the rounds of power iteration before it is.
STRETCH_IMAGES, STRETCH_ROUNDS = 2, 2
#: Length of the step, per pixel, by which differences of ∇R stand for its derivative.
STRETCH_STEP = 0.02
#: Validation images whose stretching is followed, by more rounds.
VALIDATED_STRETCH_IMAGES, VALIDATED_STRETCH_ROUNDS = 8, 12


class DenoiserLesson:
    """Mean square error of D_σ on noisy images, and a penalty where ∇R_σ stretches (Hurault et al. 2022)."""

    kind = "denoiser"

    def __init__(self, params: DenoiserTraining, device: str, channels: int = CHANNELS) -> None:
        self._params, self._device = params, device
        self.network = ResidualNetwork.drawn(make_generator(params.seed), channels).to(device)
        # The validation images stay the same whatever the number of the others.
        learn, apart = np.random.SeedSequence(params.seed).spawn(2)
        self._images = self._drawn(params.pairs, learn)
        self._kept = self._drawn(params.validation, apart)
        random = make_generator(params.seed + 2)
        self._kept_sigma = (params.sigma_max * torch.rand(len(self._kept), generator=random)).to(device)
        self._kept_noise = torch.randn(self._kept.shape, generator=random).to(device)
        self._kept_noisy = spoiled(self._kept, self._kept_sigma, self._kept_noise, params.breaking, random)

    def loss(self, random: torch.Generator) -> torch.Tensor:
        """See Lesson.loss."""
        clean = self._batch(random)
        sigma = self._params.sigma_max * torch.rand(len(clean), generator=random).to(self._device)
        noise = torch.randn(clean.shape, generator=random).to(self._device)
        noisy = spoiled(clean, sigma, noise, self._params.breaking, random)
        _, gradient = regulariser_gradient(self.network, noisy, sigma, learn=True)
        error = (noisy - gradient - clean).square().mean()
        if self._params.stretch_weight == 0:
            return error
        few = slice(0, STRETCH_IMAGES)
        direction = torch.randn(clean[few].shape, generator=random).to(self._device)
        stretch = self._stretch(noisy[few], sigma[few], gradient[few], direction, STRETCH_ROUNDS)
        return error + self._params.stretch_weight * (stretch - LARGEST_STRETCH).clamp(min=0.0).square().mean()

    def validation(self) -> Mapping[str, float]:
        """See Lesson.validation: error, peak signal-to-noise ratio, and how far ∇R stretches at the most."""
        sigma, noisy, errors = self._kept_sigma, self._kept_noisy, []
        for first in range(0, len(noisy), 16):
            part = slice(first, first + 16)
            _, gradient = regulariser_gradient(self.network, noisy[part], sigma[part])
            errors.append((noisy[part] - gradient - self._kept[part]).square().mean(dim=(1, 2, 3)))
        error, few = torch.cat(errors), slice(0, VALIDATED_STRETCH_IMAGES)
        _, gradient = regulariser_gradient(self.network, noisy[few], sigma[few])
        stretch = self._stretch(noisy[few], sigma[few], gradient, self._kept_noise[few], VALIDATED_STRETCH_ROUNDS)
        return {
            "error": float(error.mean()),
            "psnr_db": float((-10.0 * torch.log10(error.clamp(min=1e-12))).mean()),
            "stretch": float(stretch.max()),
        }

    def described(self) -> Mapping[str, Any]:
        """See Lesson.described."""
        kinds = sorted({name.removesuffix(" again") for name in PATTERNS})
        return {
            "images": "variance in time of simulated blinking samples, scaled to a brightest value of 1",
            "patterns": kinds,
            "frames": FRAMES,
            "noise": f"white and Gaussian, σ uniform from 0 to {self._params.sigma_max:.4g}",
            "breaking": f"brightness that varies by {self._params.breaking:g} σ in its logarithm, in grains of up to "
            f"{2 * LARGEST_GRAIN + 1} pixels",
            "left_out": "The line pattern of the comparison is not among the images.",
            "channels": self.network.kernels[0].shape[0],
            "dilations": list(DILATIONS),
        }

    def _drawn(self, count: int, seed: np.random.SeedSequence) -> torch.Tensor:
        images = covariance_images(count, self._params.side, np.random.default_rng(seed))
        return torch.from_numpy(images)[:, None].to(self._device)

    def _batch(self, random: torch.Generator) -> torch.Tensor:
        """Squares cut from images at random, turned and mirrored at random."""
        count, side = self._params.batch, min(self._params.patch, self._params.side)
        free = self._params.side - side + 1
        highs = (len(self._images), free, free, 8)
        picks = torch.stack([torch.randint(high, (count,), generator=random) for high in highs])
        return torch.stack([self._square(*pick, side) for pick in picks.T.tolist()])

    def _square(self, image: int, top: int, left: int, way: int, side: int) -> torch.Tensor:
        square = self._images[image, :, top : top + side, left : left + side]
        square = square.transpose(1, 2) if way >= 4 else square
        return torch.rot90(square, way % 4, (1, 2))

    def _stretch(
        self,
        images: torch.Tensor,
        sigma: torch.Tensor,
        gradient: torch.Tensor,
        direction: torch.Tensor,
        rounds: int,
    ) -> torch.Tensor:
        """The largest |eigenvalue| of ∇²R_σ at each image from below, (B,), by power iteration on differences.

        gradient: ∇R_σ there; where it can be differentiated by the weights, so can the result.
        """
        learn, here = gradient.requires_grad, gradient.detach()
        length = STRETCH_STEP * images[0].numel() ** 0.5
        for _ in range(rounds):
            forth = images + length * _unit(direction)
            direction = regulariser_gradient(self.network, forth, sigma)[1] - here
        forth = images + length * _unit(direction)
        difference = regulariser_gradient(self.network, forth, sigma, learn)[1] - gradient
        return difference.flatten(1).norm(dim=1) / length


def spoiled(
    clean: torch.Tensor, sigma: torch.Tensor, noise: torch.Tensor, breaking: float, random: torch.Generator
) -> torch.Tensor:
    """clean · exp(g w − g²/2) + σ n with g = breaking · σ: images (B, 1, Y, X) with noise n, broken by grain w.

    w has variance 1 and, in each image, grains of a size of its own, from one pixel to 2 · LARGEST_GRAIN + 1.
    """
    level = sigma[:, None, None, None]
    if breaking == 0:
        return clean + level * noise
    reaches = torch.randint(LARGEST_GRAIN + 1, (len(clean),), generator=random).tolist()
    white = torch.randn(clean.shape, generator=random).to(clean.device)
    grain = torch.cat([_grain(one[None], reach) for one, reach in zip(white, reaches)])
    strength = breaking * level
    return clean * torch.exp(strength * grain - 0.5 * strength**2) + level * noise


def _grain(white: torch.Tensor, reach: int) -> torch.Tensor:
    """White noise (B, 1, Y, X) summed over squares of 2 · reach + 1 pixels, at variance 1 away from the border."""
    side = 2 * reach + 1
    return side * torch.nn.functional.avg_pool2d(white, side, stride=1, padding=reach)


def _unit(images: torch.Tensor) -> torch.Tensor:
    lengths = images.flatten(1).norm(dim=1)[:, None, None, None]
    return images / lengths.clamp(min=1e-30)

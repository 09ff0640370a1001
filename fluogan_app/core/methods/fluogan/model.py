"""What is minimised, ready to be computed: data, weights, textures and step sizes of one problem on one device.

Inside, intensities are in multiples of `unit_photons`, so that the numbers are of order one at every light level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.texture import Texture
from fluogan_app.core.methods.fluogan.weights import Noise

#: λ1 = 1 is the geometric mean of the noise's own pull, one standard deviation of Ψᵀw(ȳ − Ψx − b), and of this part of
#: the strongest structure's pull. The first alone blurs bright stacks, the second alone empties noisy ones.
SPARSITY_OF_SIGNAL = 0.004
#: It is not below so many standard deviations, so that noise alone makes no structure.
LEAST_SIGMAS = 1.25
#: λ2 = 1 lets the background follow waves longer than this many widths (FWHM) of the PSF.
BACKGROUND_WAVE_FWHM = 5.0
#: The background's share of the common majorant, beside 1 for the fine spots: a small share takes small steps and
#: leaves the others large ones. The background is held stiff by λ2 anyway.
SHARE_BACKGROUND = 0.1


@dataclass(frozen=True)
class Model:
    """The terms of eq. (14) for the spots of each texture and b (Y, X), and the majorants that give the step sizes.

    sparsity: per texture the pull of λ1 on each spot; metrics: per texture the majorant; both like the spots.
    """

    textures: tuple[Texture, ...]
    mean: torch.Tensor
    weights: torch.Tensor
    gamma: float
    sparsity: tuple[torch.Tensor, ...]
    smoothness: float
    metrics: tuple[torch.Tensor, ...]
    metric_b: torch.Tensor
    unit_photons: float

    def priced(self, price: torch.Tensor) -> Model:
        """The same with λ1 pulling harder on some fine spots (significance.py)."""
        fine, *wide = self.sparsity
        return replace(self, sparsity=(fine * price, *wide))

    def light(self, spots: Sequence[torch.Tensor]) -> torch.Tensor:
        """Ψx, (Y, X)."""
        first, *rest = (texture.blur.apply(part) for texture, part in zip(self.textures, spots))
        return sum(rest, start=first)

    def estimate(self, spots: Sequence[torch.Tensor]) -> torch.Tensor:
        """x, (LY, LX)."""
        first, *rest = (texture.image(part) for texture, part in zip(self.textures, spots))
        return sum(rest, start=first)

    def data_gradient(self, light: torch.Tensor, background: torch.Tensor) -> torch.Tensor:
        """γ w (Ψx + b − ȳ), (Y, X): the gradient of the data term for b, and through Ψᵀ for x."""
        return (light + background).sub_(self.mean).mul_(self.weights).mul_(self.gamma)

    def discrepancy(self, light: torch.Tensor, background: torch.Tensor) -> torch.Tensor:
        """Mean of w (Ψx + b − ȳ)²: 1 where model and data agree within the noise."""
        return (light + background).sub_(self.mean).square_().mul_(self.weights).mean()

    def sparsity_term(self, spots: Sequence[torch.Tensor]) -> torch.Tensor:
        """λ1 ‖x‖₁ with the pull of each place and texture."""
        pulls = (pull.flatten() @ part.flatten() for pull, part in zip(self.sparsity, spots))
        return sum(pulls, start=self.mean.new_zeros(()))


def build_model(
    noise: Noise, textures: tuple[Texture, ...], fwhm_pixels: float, params: FluoganParams
) -> Model:
    """Scale the problem and compute weights and step sizes."""
    like = textures[0].blur.apply(textures[0].blur.ones())
    unit = float(max(noise.mean.mean(), np.sqrt(noise.frame_variance.mean())))
    weights = like.new_tensor(unit**2 / noise.mean_variance)
    mean = like.new_tensor(noise.mean / unit)
    wave = BACKGROUND_WAVE_FWHM * fwhm_pixels / (2 * np.pi)
    smoothness = params.lambda2 * float(weights.median()) * wave**2
    metrics, metric_b = _majorants(textures, params.gamma * weights)
    return Model(
        textures, mean, weights, params.gamma, _sparsity(textures, weights, mean, params.lambda1),
        smoothness, metrics, metric_b + 8.0 * smoothness, unit,
    )  # fmt: skip


def _majorants(textures: tuple[Texture, ...], weights: torch.Tensor) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
    """Diagonals D ≥ KᵀWK for K = [ΨK₁, ΨK₂, 1] ≥ 0: D = KᵀWKv / v for any v > 0, by Jensen's inequality."""
    light = [texture.blur.apply(texture.blur.ones()) for texture in textures]
    shares = [texture.kind.share for texture in textures]
    total = sum(share * part for share, part in zip(shares, light))
    level = SHARE_BACKGROUND * total.mean()
    pull = weights * (total + level)
    return tuple(texture.blur.adjoint(pull) / share for texture, share in zip(textures, shares)), pull / level


def _sparsity(textures: tuple[Texture, ...], weights: torch.Tensor, mean: torch.Tensor, lambda1: float) -> tuple:
    """Pull of λ1 on each spot of each texture."""
    fine = textures[0].blur
    above_floor = mean - torch.quantile(mean.flatten()[:: max(1, mean.numel() // 10**6)], 0.01)
    signal = fine.adjoint(weights * above_floor).max().clamp(min=0.0)
    noise = fine.squared().adjoint(weights).sqrt()
    pull = torch.maximum((SPARSITY_OF_SIGNAL * signal * noise).sqrt(), LEAST_SIGMAS * noise)
    pulls = (pull - texture.kind.discount_sigmas * noise for texture in textures)
    return tuple(lambda1 * _on_grid(part, texture.blur.fine_shape) for part, texture in zip(pulls, textures))


def _on_grid(image: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
    """The image's means over the cells of another grid of the same field."""
    return torch.nn.functional.adaptive_avg_pool2d(image[None, None], shape)[0, 0]


def gradient_energy(background: torch.Tensor) -> torch.Tensor:
    """½ ‖∇b‖² with forward differences and no flow over the border."""
    rows, columns = torch.diff(background, dim=0), torch.diff(background, dim=1)
    return 0.5 * (rows.square().sum() + columns.square().sum())


def laplacian(background: torch.Tensor) -> torch.Tensor:
    """The gradient of ½ ‖∇b‖², (Y, X): minus the discrete Laplacian with reflecting borders. Its norm is below 8."""
    rows, columns = torch.diff(background, dim=0), torch.diff(background, dim=1)
    result = torch.zeros_like(background)
    result[1:] += rows
    result[:-1] -= rows
    result[:, 1:] += columns
    result[:, :-1] -= columns
    return result

"""What is minimised, ready to be computed: data, weights, textures and step sizes of one problem on one device.

Inside, intensities are in multiples of `unit_photons`, so that the numbers are of order one at every light level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from fluogan_app.core.data.survey import Survey
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.texture import Texture
from fluogan_app.core.methods.weights import Noise
from fluogan_app.core.optics.psf import Boundary

#: λ1 = 1 is the geometric mean of the noise's own pull, one standard deviation of Ψᵀw(ȳ − Ψx − b), and of this part of
#: the strongest structure's pull. The first alone blurs bright stacks, the second alone empties noisy ones.
SPARSITY_OF_SIGNAL = 0.004
#: It is not below so many standard deviations, so that noise alone makes no structure.
LEAST_SIGMAS = 1.25
#: λ2 = 1 lets the background follow waves longer than so many widths (FWHM) of the PSF, where the noise is usual or
#: more. Where there is less, β falls in proportion: a stiff background leaves a part of every slow wave, ∝ 1 / its
#: length², which must stay below the noise, or the estimate makes up for it.
BACKGROUND_WAVE_FWHM = 5.0
#: The mean frame's noise as a part of its light at which constants were found: 60 photons in 500 frames.
USUAL_NOISE = 0.012
#: The background's share of the common majorant, beside 1 for the fine spots: a small share takes small steps and
#: leaves the others large ones. The background is held stiff by λ2 anyway.
SHARE_BACKGROUND = 0.1


@dataclass(frozen=True)
class Model:
    """The terms of eq. (14) for the spots of each texture and b (Y, X), and what the step sizes follow from.

    sparsity: per texture the pull of λ1 on each spot, like the spots. metrics: per texture the majorant that a gradient
    step divides by; metric_b: the background's. stiffness: per texture the pull of λ1 = 1 on a spot, divided by how far
    a step of the splitting may move it.
    """

    textures: tuple[Texture, ...]
    mean: torch.Tensor
    weights: torch.Tensor
    gamma: float
    sparsity: tuple[torch.Tensor, ...]
    smoothness: float
    metrics: tuple[torch.Tensor, ...]
    metric_b: torch.Tensor
    stiffness: tuple[float, ...]
    unit_photons: float
    boundary: Boundary = "reflecting"

    def part(self, indices: Sequence[int]) -> Model:
        """The same with some of the textures only."""
        fields = ("textures", "sparsity", "metrics", "stiffness")
        return replace(self, **{name: tuple(getattr(self, name)[index] for index in indices) for name in fields})

    def priced(self, prices: Sequence[torch.Tensor]) -> Model:
        """The same with λ1 pulling by these factors on the spots of each texture."""
        return replace(self, sparsity=tuple(pull * price for pull, price in zip(self.sparsity, prices)))

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

    @property
    def quiet(self) -> float:
        """The mean frame's noise in multiples of the usual, at most 1."""
        return _quiet(float(self.weights[self.weights > 0].median()))

    def misfit(self, simulated: torch.Tensor) -> torch.Tensor:
        """w (Ψx + b − ȳ)², (Y, X): 1 on average where model and data agree within the noise."""
        return (simulated - self.mean).square_().mul_(self.weights)

    def discrepancy(self, light: torch.Tensor, background: torch.Tensor) -> torch.Tensor:
        """Mean misfit."""
        return self.misfit(light + background).mean()

    def sparsity_term(self, spots: Sequence[torch.Tensor]) -> torch.Tensor:
        """λ1 ‖x‖₁ with the pull of each place and texture."""
        pulls = (pull.flatten() @ part.flatten() for pull, part in zip(self.sparsity, spots))
        return sum(pulls, start=self.mean.new_zeros(()))


def build_model(
    noise: Noise,
    textures: tuple[Texture, ...],
    fwhm_pixels: float,
    params: FluoganParams,
    reference: Survey | None = None,
) -> Model:
    """Scale the problem and compute weights and step sizes; `reference` is the whole field of which this is a tile."""
    like = textures[0].blur.apply(textures[0].blur.ones())
    whole = noise.mean if reference is None else reference.mean
    unit = float(max(whole.mean(), np.sqrt(noise.frame_variance.mean())))
    weights = like.new_tensor(unit**2 / noise.mean_variance)
    if params.weighting == "uniform":
        # What is not counted at all stays so.
        weights = torch.where(weights > 0, weights[weights > 0].mean(), 0.0)
    strongest, signal = _brightest(noise, whole, fwhm_pixels, unit)
    wave = BACKGROUND_WAVE_FWHM * fwhm_pixels / (2 * np.pi)
    weight = float(weights[weights > 0].median())
    smoothness = params.lambda2 * weight * wave**2 * _quiet(weight)
    metrics, metric_b = _majorants(textures, params.gamma * weights)
    pulls = _pulls(textures, weights, signal)
    stiffness = (
        float(pull.median()) * texture.kind.per_pixel**2 / (texture.kind.reach * strongest)
        for pull, texture in zip(pulls, textures)
    )
    return Model(
        textures, like.new_tensor(noise.mean / unit), weights, params.gamma,
        tuple(params.lambda1 * pull for pull in pulls), smoothness, metrics, metric_b + 8.0 * smoothness,
        tuple(stiffness), unit, params.boundary,
    )  # fmt: skip


def _quiet(weight: float) -> float:
    """The mean frame's noise in multiples of the usual, at most 1, from the typical weight."""
    return min(1.0, weight**-0.5 / USUAL_NOISE)


def _brightest(noise: Noise, mean: np.ndarray, fwhm_pixels: float, unit: float) -> tuple[float, float]:
    """The strongest light above the floor, in units, and the strongest pull of the field's signal, Ψᵀw(ȳ − floor)."""
    above = np.maximum(mean - np.percentile(mean, 1.0), 0.0)
    independent = len(noise.level) / noise.correlation_frames
    variance = np.maximum(noise.photon * mean + noise.constant, noise.frame_variance.min()) / independent
    variance = np.maximum(variance, noise.mean_variance.min())
    sigma = fwhm_pixels / 2.3548
    pull = gaussian_filter(unit * above / variance, sigma, mode="reflect").max()
    strongest = gaussian_filter(above, 0.5 * sigma, mode="reflect").max() / unit
    return max(float(strongest), 1e-3), float(pull)


def _majorants(textures: tuple[Texture, ...], weights: torch.Tensor) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
    """Diagonals D ≥ KᵀWK for K = [ΨK₁, ΨK₂, 1] ≥ 0: D = KᵀWKv / v for any v > 0, by Jensen's inequality."""
    light = [texture.blur.apply(texture.blur.ones()) for texture in textures]
    shares = [texture.kind.share for texture in textures]
    total = sum(share * part for share, part in zip(shares, light))
    level = SHARE_BACKGROUND * total.mean()
    pull = weights * (total + level)
    return tuple(texture.blur.adjoint(pull) / share for texture, share in zip(textures, shares)), pull / level


def _pulls(textures: tuple[Texture, ...], weights: torch.Tensor, signal: float) -> list[torch.Tensor]:
    """Pull of λ1 = 1 on each spot of each texture."""
    fine = textures[0].blur
    noise = fine.squared().adjoint(weights).clamp_(min=0.0).sqrt_()
    pull = torch.maximum((SPARSITY_OF_SIGNAL * signal * noise).sqrt(), LEAST_SIGMAS * noise)
    pulls = (pull - texture.kind.discount_sigmas * noise for texture in textures)
    return [_on_grid(part, texture.blur.fine_shape) for part, texture in zip(pulls, textures)]


def _on_grid(image: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
    """The image's means over the cells of another grid of the same field."""
    return torch.nn.functional.adaptive_avg_pool2d(image[None, None], shape)[0, 0]


def gradient_energy(background: torch.Tensor, boundary: Boundary = "reflecting") -> torch.Tensor:
    """½ ‖∇b‖² with forward differences: none over a reflecting border, to the other end over a periodic one."""
    if boundary == "periodic":
        return 0.5 * sum((background.roll(-1, axis) - background).square().sum() for axis in (0, 1))
    rows, columns = torch.diff(background, dim=0), torch.diff(background, dim=1)
    return 0.5 * (rows.square().sum() + columns.square().sum())


def laplacian(background: torch.Tensor, boundary: Boundary = "reflecting") -> torch.Tensor:
    """The gradient of ½ ‖∇b‖², (Y, X): minus the discrete Laplacian with these borders. Its norm is at most 8."""
    if boundary == "periodic":
        neighbours = (background.roll(step, axis) for step in (1, -1) for axis in (0, 1))
        return sum((background - beside for beside in neighbours), start=torch.zeros_like(background))
    rows, columns = torch.diff(background, dim=0), torch.diff(background, dim=1)
    result = torch.zeros_like(background)
    result[1:] += rows
    result[:-1] -= rows
    result[:, 1:] += columns
    result[:, :-1] -= columns
    return result

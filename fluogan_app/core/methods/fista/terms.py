"""What is minimised, ready to be computed: ½ Σ w (Ψx + b − ȳ)² + λ R(x) + λ2/2 ‖∇b‖² over x ≥ 0 and b ≥ 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.estimate.floor import smooth_floor
from fluogan_app.core.methods.fista.params import FistaParams
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.weights import Noise
from fluogan_app.core.optics.operators import ForwardOperator
from fluogan_app.core.optics.spectral import SpectralOperator
from fluogan_app.core.optimise.prox import nonnegative_cel0, nonnegative_soft_threshold
from fluogan_app.core.optimise.total_variation import adjoint_slopes, slopes, total_variation, total_variation_prox
from fluogan_app.core.units import sigma_from_fwhm

#: λ / λ_max where none is set.
USUAL = {"l1": 1e-3, "cel0": 1e-5, "tv": 3e-5}
#: λ2 = 1 lets the background follow waves longer than so many widths (FWHM) of the PSF.
BACKGROUND_WAVE_FWHM = 5.0
#: The background's share of the common majorant, beside 1 for the estimate: small, so that the estimate takes large
#: steps; λ2 holds the background anyway.
SHARE_BACKGROUND = 0.1
#: Steps of the dual problem of total variation, which go on from the last one's field.
DUAL_STEPS = 8


@dataclass(frozen=True)
class Terms:
    """The terms, and the diagonals of majorants by which a gradient step is divided.

    mean, weights: (Y, X). strength: λ. norms: ‖√w ψ_k‖ of each fine pixel, for CEL0. metric: of x, like x, and a single
    number for total variation, whose proximal map knows no other; metric_b: of b, (Y, X).
    """

    blur: ForwardOperator | SpectralOperator
    mean: torch.Tensor
    weights: torch.Tensor
    penalty: str
    strength: float
    smoothness: float
    norms: torch.Tensor
    metric: torch.Tensor
    metric_b: torch.Tensor

    def slope(self, light: torch.Tensor, background: torch.Tensor) -> torch.Tensor:
        """w (Ψx + b − ȳ), (Y, X): the gradient of the data term for b, and through Ψᵀ for x."""
        return self.weights * (light + background - self.mean)

    def roughness(self, background: torch.Tensor) -> torch.Tensor:
        """The gradient of λ2/2 ‖∇b‖², (Y, X)."""
        return self.smoothness * adjoint_slopes(slopes(background))

    def nearest(self, point: torch.Tensor, dual: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The proximal map of λ R at a point, and the dual field to go on from, which total variation alone uses."""
        if self.penalty == "tv":
            return total_variation_prox(point, self.strength / float(self.metric), dual, DUAL_STEPS)
        if self.penalty == "cel0":
            return nonnegative_cel0(point, self.norms, self.strength, 1.0 / self.metric), dual
        return nonnegative_soft_threshold(point, self.strength / self.metric), dual

    def penalised(self, estimate: torch.Tensor) -> torch.Tensor:
        """λ R(x), 0-d."""
        if self.penalty == "tv":
            return self.strength * total_variation(estimate)
        if self.penalty == "l1":
            return self.strength * estimate.sum()
        edge = (2.0 * self.strength) ** 0.5 / self.norms
        missing = (edge - estimate).clamp(min=0.0) * self.norms
        return (self.strength - 0.5 * missing.square()).sum()

    def unevenness(self, background: torch.Tensor) -> torch.Tensor:
        """λ2/2 ‖∇b‖², 0-d."""
        return 0.5 * self.smoothness * slopes(background).square().sum()


def make_terms(
    problem: Problem, noise: Noise, blur: ForwardOperator | SpectralOperator, params: FistaParams
) -> Terms:
    """Weights, λ and majorants for a problem on the operator's device."""
    even, fwhm = blur.ones(), blur_pixels(problem)
    mean = torch.from_numpy(noise.mean).to(even)
    variance = noise.mean_variance
    if params.weighting == "uniform":
        variance = np.where(np.isfinite(variance), variance[np.isfinite(variance)].mean(), np.inf)
    weights = torch.from_numpy(1.0 / variance).to(even)
    wave = BACKGROUND_WAVE_FWHM * fwhm / (2.0 * np.pi)
    smoothness = params.smoothness * float(weights[weights > 0].median()) * wave**2
    total = blur.apply(even)
    level = SHARE_BACKGROUND * total.mean()
    pull = weights * (total + level)
    metric = blur.adjoint(pull).clamp(min=1e-6 * float(pull.max()))
    norms = blur.squared().adjoint(weights).clamp(min=0.0).sqrt()
    norms = norms.clamp(min=1e-3 * float(norms.max()))
    fraction = params.sparsity or USUAL[params.penalty]
    strongest = _strongest_pull(problem, noise, variance, fwhm, params)
    strength = fraction * strongest
    if params.penalty == "cel0":
        # Where a single fine pixel first lowers the costs: ⟨ψ, w r⟩² / 2‖ψ‖².
        strength = fraction * 0.5 * (strongest / float(norms.median())) ** 2
    if params.penalty == "tv":
        metric = metric.max()
    return Terms(
        blur, mean, weights, params.penalty, strength, smoothness, norms, metric, pull / level + 8.0 * smoothness
    )


def _strongest_pull(
    problem: Problem, noise: Noise, variance: np.ndarray, fwhm: float, params: FistaParams
) -> float:
    """λ_max of ℓ1, the largest Ψᵀw(ȳ − floor): from there on the estimate is empty. Of a part of a field, the field's.

    Ψᵀ is taken for the Gaussian of its width, at the middles of camera pixels.
    """
    mean = noise.mean
    if problem.reference is not None:
        mean = problem.reference.mean.astype(float)
        independent = len(noise.level) / noise.correlation_frames
        whole = np.maximum(noise.photon * mean + noise.constant, noise.frame_variance.min()) / independent
        variance = whole if params.weighting == "noise" else np.full(mean.shape, whole.mean())
    above = mean - smooth_floor(mean, np.sqrt(variance), fwhm)
    pull = gaussian_filter(above / variance, sigma_from_fwhm(fwhm), mode="reflect")
    return max(float(pull.max()), 1e-30)

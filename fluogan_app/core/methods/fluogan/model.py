"""What is minimised, ready to be computed: data, weights, operator and step sizes of one problem on one device.

Inside, intensities are in multiples of `unit_photons`, so that the numbers are of order one at every light level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.weights import Noise
from fluogan_app.core.optics.operators import ForwardOperator
from fluogan_app.core.optics.psf import gaussian_axis_matrix

#: λ1 = 1 is this part of what the strongest structure pulls with, max Ψᵀw(ȳ − b) …
SPARSITY_OF_SIGNAL = 0.004
#: λ2 = 1 lets the background follow waves longer than this many widths (FWHM) of the PSF.
BACKGROUND_WAVE_FWHM = 8.0


@dataclass(frozen=True)
class Model:
    """The terms of eq. (14) for x (LY, LX) and b (Y, X), and the majorants that give the step sizes."""

    operator: ForwardOperator
    mean: torch.Tensor
    weights: torch.Tensor
    gamma: float
    sparsity: torch.Tensor
    smoothness: float
    metric_x: torch.Tensor
    metric_b: torch.Tensor
    unit_photons: float

    def data_gradient(self, light: torch.Tensor, background: torch.Tensor) -> torch.Tensor:
        """γ w (Ψx + b − ȳ), (Y, X): the gradient of the data term for b, and through Ψᵀ for x."""
        return (light + background - self.mean).mul_(self.weights).mul_(self.gamma)

    def discrepancy(self, light: torch.Tensor, background: torch.Tensor) -> torch.Tensor:
        """Mean of w (Ψx + b − ȳ)²: 1 where model and data agree within the noise."""
        return ((light + background - self.mean).square_() * self.weights).mean()


def build_model(
    noise: Noise, operator: ForwardOperator, fwhm_pixels: float, params: FluoganParams, device: str,
    dtype: torch.dtype = torch.float32,
) -> Model:  # fmt: skip
    """Scale the problem and compute weights and step sizes."""
    unit = float(max(noise.mean.mean(), np.sqrt(noise.frame_variance.mean())))
    weights = torch.tensor(unit**2 / noise.mean_variance, dtype=dtype, device=device)
    mean = torch.tensor(noise.mean / unit, dtype=dtype, device=device)
    typical = float(weights.median())
    smoothness = params.lambda2 * typical * (BACKGROUND_WAVE_FWHM * fwhm_pixels / (2 * np.pi)) ** 2
    pull = params.gamma * operator.adjoint(weights)
    return Model(
        operator, mean, weights, params.gamma,
        sparsity=_sparsity(noise, operator, weights, mean, params),
        smoothness=smoothness,
        metric_x=2.0 * _fine_per_pixel(operator) * pull,
        metric_b=2.0 * params.gamma * weights + 8.0 * smoothness,
        unit_photons=unit,
    )  # fmt: skip


def _fine_per_pixel(operator: ForwardOperator) -> float:
    return operator.fine_shape[0] * operator.fine_shape[1] / (operator.coarse_shape[0] * operator.coarse_shape[1])


def _sparsity(noise, operator, weights, mean, params) -> torch.Tensor:
    signal = operator.adjoint(weights * mean).max()
    return params.lambda1 * SPARSITY_OF_SIGNAL * signal


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

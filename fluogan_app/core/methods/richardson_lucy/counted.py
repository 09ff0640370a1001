"""Light that is counted photon by photon: what a step of Richardson and Lucy does to the estimate and its background.

The background is made of clouds, Gaussian spots much wider than the PSF, whose photons take part in every step like
those of the estimate: both are parts of one light, x and c, seen through one operator, [Ψ, K]. On simulated lines it
came closer to the truth than a floor that was fixed beforehand: NRMSE 0.34 instead of 0.47, bright, after 200 steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import torch

from fluogan_app.core.estimate.floor import smooth_floor
from fluogan_app.core.optics.operators import ForwardOperator, separable_operator
from fluogan_app.core.optics.psf import banded_spots
from fluogan_app.core.optics.spectral import SpectralOperator
from fluogan_app.core.optimise.total_variation import adjoint_slopes, lengths, slopes

#: σ of a cloud in widths (FWHM) of the PSF, and how many lie along it.
CLOUD_FWHM, CLOUDS_PER_SIGMA = 4.0, 1.5
#: Steps in which clouds take the shape of the floor, at the beginning.
CLOUD_STEPS = 100
#: Below this part of the estimate's mean a slope has no direction.
LEAST_SLOPE = 1e-4

Light = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class CountedLight:
    """What stays: the recorded mean (Y, X) and which of its pixels count, Ψ and K, and the light that is always there.

    always: photons a pixel that nobody looks for, whose noise is as large as that of the camera (Snyder et al. 1993).
    total_variation: λ of Dey et al. 2006, eq. (11).
    """

    recorded: torch.Tensor
    counted: torch.Tensor
    blur: ForwardOperator | SpectralOperator
    clouds: ForwardOperator
    always: float
    total_variation: float

    def simulated(self, light: Light) -> torch.Tensor:
        """Ψx + Kc, (Y, X)."""
        return self.blur.apply(light[0]) + self.clouds.apply(light[1])

    def under(self, light: Light) -> torch.Tensor:
        """Kc, the background, (Y, X)."""
        return self.clouds.apply(light[1])

    def stepped(self, light: Light) -> Light:
        """One step: x · Ψᵀ(p / q) / Ψᵀ1 for p recorded and q simulated photons, and the same of the clouds."""
        x, clouds = light
        ratio = self.counted * self._recorded / self._expected(self.simulated(light))
        moved = x * self.blur.adjoint(ratio) / self._heard(self.blur)
        if self.total_variation > 0:
            slope = slopes(x)
            steep = lengths(slope).clamp(min=LEAST_SLOPE * float(x.mean()) + 1e-30)
            # ∇ᵀ is minus the divergence.
            moved = moved / (1.0 + self.total_variation * adjoint_slopes(slope / steep))
        return moved, clouds * self.clouds.adjoint(ratio) / self._heard(self.clouds)

    def misfit(self, simulated: torch.Tensor) -> torch.Tensor:
        """Σ q − p + p log(p / q), 0-d: what the steps make smaller."""
        recorded, expected = self._recorded, self._expected(simulated)
        return ((expected - recorded + torch.xlogy(recorded, recorded / expected)) * self.counted).sum()

    @property
    def _recorded(self) -> torch.Tensor:
        return (self.recorded + self.always).clamp(min=0.0)

    def _expected(self, simulated: torch.Tensor) -> torch.Tensor:
        return (simulated + self.always).clamp(min=1e-30)

    def _heard(self, operator: ForwardOperator | SpectralOperator) -> torch.Tensor:
        heard = operator.adjoint(self.counted)
        return heard.clamp(min=1e-6 * float(heard.max()))


def cloud_operator(shape_yx: tuple[int, int], fwhm_pixels: float, like: torch.Tensor) -> ForwardOperator:
    """K, from photons per cloud to the camera pixels of a field."""
    sigma = CLOUD_FWHM * fwhm_pixels
    counts = (max(1, ceil(CLOUDS_PER_SIGMA * side / sigma)) for side in shape_yx)
    matrices = tuple(banded_spots(side, count, sigma) for side, count in zip(shape_yx, counts))
    return separable_operator(matrices, str(like.device), like.dtype)


def clouds_like(mean: np.ndarray, deviation: np.ndarray, fwhm_pixels: float, clouds: ForwardOperator) -> torch.Tensor:
    """Photons of the clouds that together are nearly the smooth floor of a mean frame (Y, X)."""
    even = clouds.ones()
    floor = torch.from_numpy(smooth_floor(mean, deviation, fwhm_pixels)).to(even)
    heard = clouds.adjoint(torch.ones_like(floor))
    found = even * (floor.sum() / even.numel())
    for _ in range(CLOUD_STEPS):
        found = found * clouds.adjoint(floor / clouds.apply(found).clamp(min=1e-30)) / heard
    return found

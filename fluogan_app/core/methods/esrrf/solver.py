"""eSRRF over the frames: convergence to the power of the sensitivity, times brightness, and its analysis over time."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.esrrf.convergence import Convergence
from fluogan_app.core.methods.esrrf.params import EsrrfParams
from fluogan_app.core.methods.radial.cosines import continued_brightness
from fluogan_app.core.methods.radial.fine_pixels import brightness
from fluogan_app.core.methods.radial.solver import RadialSolver
from fluogan_app.core.methods.radial.temporal import LagCumulant, Mean, Variance


class EsrrfSolver(RadialSolver):
    """Laine et al. 2023."""

    too_near = "12 to 22 %"

    def __init__(self, problem: Problem, params: EsrrfParams, claims: Claims, device: str) -> None:
        analysis = {"AVG": Mean(), "VAR": Variance(), "TAC2": LagCumulant(2, signed=True)}[params.temporal]
        super().__init__(problem, params.zoom, claims, device, analysis)
        self._params = params
        by_cosines = params.between_pixels == "cosines"
        self._brightness = continued_brightness if by_cosines else brightness
        self._convergence = Convergence(self.shape_yx, params.zoom, params.radius, device, by_cosines)

    def maps(self, photons: torch.Tensor) -> torch.Tensor:
        """See RadialSolver.maps."""
        found = self._convergence(photons)
        if self._params.sensitivity > 1:
            found.pow_(self._params.sensitivity)
        return found.mul_(self._brightness(photons, self.zoom)) if self._params.intensity_weighting else found

    def analysed(self, tensors: Mapping[str, torch.Tensor], done: int) -> torch.Tensor:
        """See RadialSolver.analysed."""
        image = super().analysed(tensors, done)
        return evened(image) if self._params.pattern_correction else image


def evened(images: torch.Tensor) -> torch.Tensor:
    """Images (zoom², Y, X) of the fine pixels at one place in their camera pixel, brought to one mean."""
    means = images.mean(dim=(1, 2), keepdim=True)
    return torch.where(means > 0, images * (means.mean() / means), images)

"""SRRF over the frames: radiality, its weights, and its analysis over time."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.radial.fine_pixels import brightness
from fluogan_app.core.methods.radial.solver import RadialSolver
from fluogan_app.core.methods.radial.temporal import Analysis, LagCumulant, Maximum, Mean, PairProducts, Variance
from fluogan_app.core.methods.srrf.params import SrrfParams
from fluogan_app.core.methods.srrf.radiality import Ring, gradient_length


class SrrfSolver(RadialSolver):
    """Gustafsson et al. 2016. As published, brightness multiplies each frame's map for AVG and MIP; what else becomes
    of radiality is multiplied at the end, by the mean brightness (TRPPM) or the mean of radiality × brightness."""

    too_near = "24 to 49 %"

    def __init__(self, problem: Problem, params: SrrfParams, claims: Claims, device: str) -> None:
        super().__init__(problem, params.zoom, claims, device, _analysis(params.temporal))
        self._params = params
        points = 2 * params.ring_axes
        self._ring = Ring(self.shape_yx, params.zoom, params.ring_radius, points, device)
        self._wide = Ring(self.shape_yx, params.zoom, 0.5 * blur_pixels(problem), points, device)
        self._weighs_frames = params.intensity_weighting and params.temporal in ("AVG", "MIP")
        self._weighs_image = params.intensity_weighting and not self._weighs_frames

    def begin(self) -> dict[str, torch.Tensor]:
        """See ImageSolver.begin."""
        tensors = super().begin()
        if self._weighs_image:
            tensors["weight"] = torch.zeros(self.zoom**2, *self.shape_yx, dtype=torch.float64, device=self.device)
        return tensors

    def maps(self, photons: torch.Tensor) -> torch.Tensor:
        """See RadialSolver.maps: radiality, not yet weighted by brightness."""
        found = self._ring.radiality(photons)
        if not self._params.keep_negative:
            found.clamp_(min=0.0)
        if self._params.gradient_weighting:
            found.mul_(self._gradient_weight(photons))
        return found

    def take(self, tensors: dict[str, torch.Tensor], photons: torch.Tensor, done: int) -> None:
        """See RadialSolver.take."""
        values = self.maps(photons)
        light = brightness(photons, self.zoom) if self._params.intensity_weighting else None
        if self._weighs_image:
            weights = light if self._params.temporal == "TRPPM" else light * values
            tensors["weight"].add_(weights.sum(dim=1, dtype=torch.float64))
        if self._weighs_frames:
            values.mul_(light)
        for k in range(len(photons)):
            self.analysis.add(tensors, values[:, k], done + k)

    def analysed(self, tensors: Mapping[str, torch.Tensor], done: int) -> torch.Tensor:
        """See RadialSolver.analysed."""
        image = super().analysed(tensors, done)
        return image * tensors["weight"] / done if self._weighs_image else image

    def _gradient_weight(self, photons: torch.Tensor) -> torch.Tensor:
        """How much steeper it is around than in the middle, over the brightness there (at least a photon)."""
        steeper = self._wide.steepness(photons) - gradient_length(photons, self.zoom)
        return steeper.clamp_(min=0.0).div_(brightness(photons, self.zoom).clamp_(min=1.0))


def _analysis(name: str) -> Analysis:
    simple = {"AVG": Mean, "VAR": Variance, "MIP": Maximum, "TRPPM": PairProducts}
    return simple[name]() if name in simple else LagCumulant(int(name[-1]))

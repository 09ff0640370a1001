"""Multiplicative steps towards the likeliest light (Richardson 1972, Lucy 1974)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Metric
from fluogan_app.core.methods.base import Phase
from fluogan_app.core.methods.empty_field import empty_field_remarks
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.image_solver import Images, ImageSolver
from fluogan_app.core.methods.light_curves import CONVERGENCE, PHOTONS, LightCurves
from fluogan_app.core.methods.richardson_lucy.counted import CountedLight, Light, cloud_operator, clouds_like
from fluogan_app.core.methods.richardson_lucy.params import RichardsonLucyParams
from fluogan_app.core.optics.blur import blur_operator, optics_of

#: The momentum of the acceleration stays below 1.
MOST_MOMENTUM = 0.999


class RichardsonLucySolver(ImageSolver):
    """x ← x · Ψᵀ(ȳ / (Ψx + b)) / Ψᵀ1 on counted pixels.

    A state holds the light, estimate and clouds; with acceleration the light before and the last two changes that a
    step made to the estimate; and after how many steps it stopped, −1 where it has not.
    """

    metrics = (Metric("loss_data", "Misfit, Poisson", "", "generator"), *PHOTONS, *CONVERGENCE)

    def __init__(self, problem: Problem, params: RichardsonLucyParams, claims: Claims, device: str) -> None:
        super().__init__(problem, params.zoom, claims, params.steps, device)
        self._params = params
        blur = blur_operator(optics_of(problem.acquisition), self.shape_yx, self.zoom, device=device)
        self._even = blur.ones()
        self._curves = LightCurves(self.noise, problem.inner.slices, self.zoom, self._even)
        counted = (self._curves.weights > 0).to(self._even)
        clouds = cloud_operator(self.shape_yx, blur_pixels(problem), self._even)
        always = self._read_noise() if params.camera_noise else 0.0
        self._light = CountedLight(self._curves.mean, counted, blur, clouds, always, params.total_variation)

    def begin(self) -> dict[str, torch.Tensor]:
        """See ImageSolver.begin."""
        clouds = self._first_clouds()
        above = (self._curves.mean - self._light.clouds.apply(clouds)).mean()
        least = 1e-6 * float(self._curves.mean.abs().mean())
        even = self._even * (above.clamp(min=least) / self.zoom**2)
        tensors = {"estimate": even, "clouds": clouds, "stopped_after": even.new_full((), -1.0)}
        if self._params.acceleration:
            tensors |= {"before.estimate": even.clone(), "before.clouds": clouds.clone()}
            tensors |= {"change": torch.zeros_like(even), "change.before": torch.zeros_like(even)}
        return tensors

    def advance(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """See ImageSolver.advance."""
        here = _light_of(tensors)
        before = self._light.simulated(here)
        stopped = self._stopped(tensors, before, step)
        ahead = self._ahead(tensors)
        arrived = self._light.stepped(ahead)
        if self._params.acceleration:
            tensors["change.before"], tensors["change"] = tensors["change"], arrived[0] - ahead[0]
            tensors["before.estimate"], tensors["before.clouds"] = here
        arrived = tuple(torch.where(stopped, old, new) for old, new in zip(here, arrived))
        tensors["estimate"], tensors["clouds"] = arrived
        after = self._light.simulated(arrived)
        curves = self._curves.metrics(arrived[0], self._light.under(arrived), after, before)
        return {"loss_data": self._light.misfit(after), **curves}

    def images(self, tensors: Mapping[str, torch.Tensor], step: int) -> Images:
        """See ImageSolver.images."""
        light = _light_of(tensors)
        return Images(light[0], self._light.under(light), self._light.simulated(light))

    def phase_after(self, step: int) -> Phase:
        """See ImageSolver.phase_after."""
        return Phase("Deconvolving", self.total_steps)

    def own_remarks(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> tuple[str, ...]:
        """See ImageSolver.own_remarks."""
        empty = empty_field_remarks(self.noise, blur_pixels(self.problem))
        if self._params.stop == "steps":
            return empty
        stopped = int(tensors["stopped_after"])
        if stopped < 0:
            return (*empty, "The measured noise was not reached: more steps would sharpen the image further.",)
        return (*empty, f"Stopped after {stopped} steps, where the image explains the mean frame within its noise.")

    def _stopped(self, tensors: dict[str, torch.Tensor], simulated: torch.Tensor, step: int) -> torch.Tensor:
        """Whether the image stays as it is from here on, 0-d bool; remembered, in place."""
        already = tensors["stopped_after"] >= 0
        if self._params.stop == "steps":
            return already
        explained = self._curves.discrepancy(simulated) <= 1.0
        now = torch.full_like(tensors["stopped_after"], step)
        tensors["stopped_after"] = torch.where(explained & ~already, now, tensors["stopped_after"])
        return already | explained

    def _ahead(self, tensors: Mapping[str, torch.Tensor]) -> Light:
        """Where the step is taken from: ahead of the light along its last change (Biggs and Andrews 1997)."""
        here = _light_of(tensors)
        if not self._params.acceleration:
            return here
        last, earlier = tensors["change"].flatten(), tensors["change.before"].flatten()
        momentum = torch.dot(last, earlier) / torch.dot(earlier, earlier).clamp(min=1e-30)
        momentum = momentum.clamp(0.0, MOST_MOMENTUM)
        before = tensors["before.estimate"], tensors["before.clouds"]
        return tuple((new + momentum * (new - old)).clamp_(min=0.0) for new, old in zip(here, before))

    def _first_clouds(self) -> torch.Tensor:
        """Photons of the clouds at the beginning; none stay none."""
        if self._params.background == "none":
            return torch.zeros_like(self._light.clouds.ones())
        deviation = np.sqrt(self.noise.mean_variance)
        return clouds_like(self.noise.mean, deviation, blur_pixels(self.problem), self._light.clouds)

    def _read_noise(self) -> float:
        """Photons whose noise would be as large as that which does not come from light."""
        return max(0.0, self.noise.constant / self.noise.photon) if self.noise.photon > 0 else 0.0


def _light_of(tensors: Mapping[str, torch.Tensor]) -> Light:
    return tensors["estimate"], tensors["clouds"]
